/* Everything that the consumer prints goes through here: strings of a traced system may hold anything. */
#include "trace/dtrace/consumer_parts.h"

static bool passes(const struct consumer *consumer, char c)
{
    if (consumer->after_tilde && c == '{')
        return false; /* "~{" begins a frame */
    return (c >= ' ' && c <= '~') || c == '\n' || c == '\t';
}

static size_t run_of(struct consumer *consumer, const char *bytes, size_t length)
{
    size_t run = 0;
    while (run < length && passes(consumer, bytes[run]))
        consumer->after_tilde = bytes[run++] == '~';
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
    struct consumer *consumer = context;
    if (consumer->muted)
        return;
    if (length > consumer->room) {
        length = (size_t)consumer->room;
        consumer->cut = true;
    }
    consumer->room -= length;
    while (length > 0) {
        size_t run = run_of(consumer, bytes, length);
        if (run > 0) {
            consumer->below->put(consumer->below->context, bytes, run);
        } else if ((run = foreign_of(bytes, length)) > 0) {
            text_print_foreign(consumer->below, bytes, run);
            consumer->after_tilde = false;
        } else {
            text_print(consumer->below, "\\x%02x", (unsigned)(uint8_t)bytes[0]);
            consumer->after_tilde = false;
            run = 1;
        }
        bytes += run;
        length -= run;
    }
}

void consumer_sink_start(struct consumer *consumer, const struct text_sink *below)
{
    consumer->below = below;
    consumer->sink = (struct text_sink){put, consumer};
}
