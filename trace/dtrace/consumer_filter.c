/* Everything that the consumer prints goes through here: strings of a traced system may hold anything. */
#include "trace/dtrace/consumer_parts.h"

static bool passes(const struct consumer_filter *filter, char c)
{
    if (filter->after_tilde && c == '{')
        return false; /* "~{" begins a frame */
    return (c >= ' ' && c <= '~') || c == '\n' || c == '\t';
}

static size_t run_of(struct consumer_filter *filter, const char *bytes, size_t length)
{
    size_t run = 0;
    while (run < length && passes(filter, bytes[run]))
        filter->after_tilde = bytes[run++] == '~';
    return run;
}

static size_t foreign_of(const char *bytes, size_t length)
{
    size_t run = 0;
    while (run < length && (bytes[run] & 0x80) != 0)
        run++;
    return run;
}

static void put(void *context, const char *bytes, size_t length)
{
    struct consumer_filter *filter = context;
    struct consumer *consumer = filter->consumer;
    if (consumer->muted)
        return;
    if (length > consumer->room) {
        length = (size_t)consumer->room;
        consumer->cut = true;
    }
    consumer->room -= length;
    while (length > 0) {
        size_t run = run_of(filter, bytes, length);
        if (run > 0) {
            filter->below->put(filter->below->context, bytes, run);
        } else if ((run = foreign_of(bytes, length)) > 0) {
            text_print_foreign(filter->below, bytes, run);
            filter->after_tilde = false;
        } else {
            text_print(filter->below, "\\x%02x", (unsigned)(uint8_t)bytes[0]);
            filter->after_tilde = false;
            run = 1;
        }
        bytes += run;
        length -= run;
    }
}

struct text_sink consumer_filter_start(struct consumer *consumer, struct consumer_filter *filter,
                                       const struct text_sink *below)
{
    *filter = (struct consumer_filter){.consumer = consumer, .below = below};
    return (struct text_sink){put, filter};
}
