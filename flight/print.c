/* Small pieces of text. */
#include "flight/print.h"

static void file_put(void *context, const char *bytes, size_t length)
{
    (void)fwrite(bytes, 1, length, context); /* standard_output.c keeps why, for main */
}

struct text_sink print_sink(FILE *file)
{
    return (struct text_sink){file_put, file};
}

void print_grouped(const struct text_sink *sink, uint64_t value)
{
    uint64_t unit = 1;
    while (value / unit >= 1000)
        unit *= 1000;
    text_print(sink, "%u", (unsigned)(value / unit));
    for (unit /= 1000; unit > 0; unit /= 1000)
        text_print(sink, ",%03u", (unsigned)(value / unit % 1000));
}

void print_count(const struct text_sink *sink, uint64_t value, const char *noun)
{
    print_grouped(sink, value);
    text_print(sink, " %s%s", noun, value == 1 ? "" : "s");
}

void print_string(const struct text_sink *sink, struct frame_string string)
{
    if (string.text == NULL)
        text_print(sink, "?");
    else
        text_print_foreign(sink, string.text, string.length);
}

void print_hex(const struct text_sink *sink, struct frame_string string, size_t limit)
{
    for (size_t i = 0; i < string.length && i < limit; i++)
        text_print(sink, "%02x", (unsigned)(uint8_t)string.text[i]);
}
