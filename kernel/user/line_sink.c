/* Lines of a text. */
#include "kernel/user/line_sink.h"

static void give(struct line_sink *lines)
{
    lines->line[lines->length] = '\0';
    lines->length = 0;
    lines->take(lines->context, lines->line);
}

static void put(void *context, const char *bytes, size_t length)
{
    struct line_sink *lines = context;
    for (size_t i = 0; i < length; i++)
        if (bytes[i] == '\n')
            give(lines);
        else if (lines->length < LINE_SINK_MAX)
            lines->line[lines->length++] = bytes[i];
}

struct text_sink line_sink_start(struct line_sink *lines, void (*take)(void *context, char *line),
                                 void *context)
{
    lines->take = take;
    lines->context = context;
    lines->length = 0;
    return (struct text_sink){put, lines};
}

void line_sink_end(struct line_sink *lines)
{
    if (lines->length > 0)
        give(lines);
}
