/* Text of the kernel, taken line by line. */
#include "kernel/user/line_sink.h"

#include "kernel/user/system.h"

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

int sysctl_lines(const char *name, void (*take)(void *context, char *line), void *context)
{
    struct line_sink lines;
    const struct text_sink sink = line_sink_start(&lines, take, context);
    int error = system_sysctl_print(name, &sink);
    line_sink_end(&lines);
    return error;
}

bool fields_cut(char *line, char **fields, size_t count)
{
    size_t cut = 0;
    fields[cut++] = line;
    for (; *line != '\0' && cut < count; line++)
        if (*line == '\t') {
            *line = '\0';
            fields[cut++] = line + 1;
        }
    return cut == count;
}
