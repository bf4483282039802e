/* Sysctls, as programs read them. */
#include "kernel/user/sysctl_text.h"

#include "kernel/user/line_sink.h"
#include "kernel/user/numbers.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

enum {
    NUMBER_SIZE = sizeof "18446744073709551615",
};

int sysctl_show(const char *program, const char *name)
{
    const struct text_sink sink = system_output();
    int error = system_sysctl_print(name, &sink);
    return error == SYSTEM_OK ? EXIT_OK : complain(program, name, error);
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

bool sysctl_number(const char *name, uint64_t *number)
{
    char digits[NUMBER_SIZE];
    size_t length = sizeof digits - 1;
    if (system_sysctl(name, digits, &length, NULL, 0) != SYSTEM_OK)
        return false;
    digits[length] = '\0';
    return number_parse(digits, UINT64_MAX, number);
}

bool sysctl_is_set(const char *name)
{
    uint64_t number;
    return sysctl_number(name, &number) && number != 0;
}
