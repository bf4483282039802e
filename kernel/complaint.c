/* How a diagnosis is printed. */
#include "kernel/complaint.h"

static uint32_t complaints;

void complaint_start(void)
{
    complaints = 0;
}

bool complaint_may_print(const struct text_sink *sink, struct slice where)
{
    if (complaints > COMPLAINTS_MAX)
        return false;
    if (complaints++ < COMPLAINTS_MAX)
        return true;
    complaint_print_place(sink, where, 0);
    text_print(sink, "%u faults; no more are told\n", COMPLAINTS_MAX);
    return false;
}

void complaint_print_name(const struct text_sink *sink, struct slice name)
{
    text_print(sink, "'");
    text_print_foreign(sink, name.text, name.length);
    text_print(sink, "'");
}

void complaint_print_place(const struct text_sink *sink, struct slice where, uint32_t line)
{
    text_print_foreign(sink, where.text, where.length);
    if (line > 0)
        text_print(sink, ":%u", line);
    text_print(sink, ": ");
}

static void print_subject(const struct text_sink *sink, struct slice subject)
{
    size_t shown = subject.length < COMPLAINT_SUBJECT_MAX ? subject.length : COMPLAINT_SUBJECT_MAX;
    text_print(sink, " '");
    text_print_foreign(sink, subject.text, shown);
    text_print(sink, shown < subject.length ? "...'" : "'");
}

void complaint_print(const struct text_sink *sink, struct slice where,
                     const struct diagnosis *diagnosis)
{
    if (!complaint_may_print(sink, where))
        return;
    complaint_print_place(sink, where, diagnosis->line);
    if (diagnosis->line == 0 && diagnosis->offset != DIAGNOSIS_NOWHERE)
        text_print(sink, "byte %llu: ", (unsigned long long)diagnosis->offset);
    text_print(sink, "%s", diagnosis->what);
    if (diagnosis->subject.text != NULL)
        print_subject(sink, diagnosis->subject);
    text_print(sink, "; %s\n", diagnosis->instead);
}
