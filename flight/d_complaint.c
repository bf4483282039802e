/* Complaints of the D compiler. */
#include "flight/d_complaint.h"

#include <string.h>

static void print_place(const struct text_sink *sink, const struct d_problem *problem)
{
    if (problem->file[0] == '\0')
        return;
    text_print(sink, "%s:", problem->file);
    if (problem->line > 0)
        text_print(sink, "%u:", (unsigned)problem->line);
    if (problem->line > 0 && problem->column > 0)
        text_print(sink, "%u:", (unsigned)problem->column);
    text_print(sink, " ");
}

/* A program of the command line has one line: its part says more. */
static bool is_file(const struct d_problem *problem)
{
    return problem->file[0] != '-' || problem->file[1] == '\0';
}

/* A caret below the column: a tab stays a tab, and a character of UTF-8 is one column. */
static void print_caret(const struct text_sink *sink, const struct d_problem *problem)
{
    size_t column = problem->column;
    if (column == 0 || column > strlen(problem->excerpt) + 1)
        return;
    for (size_t i = 0; i + 1 < column; i++)
        if (((unsigned char)problem->excerpt[i] & 0xc0) != 0x80)
            text_print(sink, problem->excerpt[i] == '\t' ? "\t" : " ");
    text_print(sink, "^\n");
}

void d_complaint_print(const struct text_sink *sink, const struct d_problem *problem)
{
    print_place(sink, problem);
    if (problem->tag[0] != '\0')
        text_print(sink, "[%s] ", problem->tag);
    if (problem->part[0] != '\0' && !is_file(problem))
        text_print(sink, "in %s: ", problem->part);
    text_print(sink, "%s\n", problem->text);
    if (problem->excerpt[0] == '\0')
        return;
    text_print(sink, "%s\n", problem->excerpt);
    print_caret(sink, problem);
}
