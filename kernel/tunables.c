/* What the command line can set. */
#include "kernel/tunables.h"

#include <stdbool.h>

#include "boot/command_line.h"
#include "kernel/console.h"
#include "trace/table.h"

static struct {
    const char *name;
    uint64_t value; /* the default, until the command line says otherwise */
    uint64_t minimum, maximum;
} tunables[TUNABLE_COUNT] = {
    [TUNABLE_TRACE_BOOT] = {"trace.boot", 3000, 1, TRACE_TABLE_CAPACITY_MAX},
    [TUNABLE_TRACE_RUN] = {"trace.run", 2000, 1, TRACE_TABLE_CAPACITY_MAX},
    [TUNABLE_TRACE_SHUTDOWN] = {"trace.shutdown", 1000, 1, TRACE_TABLE_CAPACITY_MAX},
    [TUNABLE_TRACE_ENABLED] = {"trace.enabled", 1, 0, 1},
    [TUNABLE_WORKLOAD] = {"workload", 0, 0, 1000000000},
    [TUNABLE_COUNTS_FROM_RESET] = {"clock.counts_from_reset", 2, 0, 2},
};

static const char *const fault_names[] = {
    [FAULT_NONE] = "none",     [FAULT_PANIC] = "panic",   [FAULT_INT3] = "int3",
    [FAULT_STACK] = "stack",   [FAULT_TRIPLE] = "triple", [FAULT_LOOP] = "loop",
    [FAULT_NULL] = "null",     [FAULT_RESET] = "reset",   [FAULT_EARLY] = "early",
    [FAULT_NESTED] = "nested",
};

static enum fault chosen_fault;
static char word[1024]; /* of the command line, where quotes have to go */

static struct command_line line_of(const char *text, uint32_t length)
{
    return (struct command_line){
        .text = text, .length = length, .buffer = word, .buffer_size = sizeof word};
}

/* Whether the option is the mode of the console that was chosen, as `ttya-mode` of COM1. */
static bool is_mode(const struct command_line_option *option, const struct console_option *console)
{
    return (console->port == 0x3f8 && command_line_is(option, "ttya-mode")) ||
           (console->port == 0x2f8 && command_line_is(option, "ttyb-mode"));
}

struct console_option tunables_console(const char *text, uint32_t length)
{
    struct console_option console = console_option_default();
    struct command_line_option option;
    struct command_line line = line_of(text, length);
    while (command_line_next(&line, &option))
        if (command_line_is(&option, "console") && option.value != NULL)
            (void)console_option_parse(option.value, option.value_length, &console);

    line = line_of(text, length);
    while (command_line_next(&line, &option))
        if (is_mode(&option, &console) && option.value != NULL)
            (void)console_mode_parse(option.value, option.value_length, &console);
    return console;
}

/* Begins a line about an option that is not obeyed; the caller ends it. */
static struct text_sink print_option(const struct command_line_option *option)
{
    struct text_sink sink = console_text();
    text_print(&sink, "command line: ");
    text_print_foreign(&sink, option->name, option->name_length);
    text_print(&sink, "=");
    text_print_foreign(&sink, option->value, option->value_length);
    return sink;
}

static void print_bad_value(const struct command_line_option *option, const char *why)
{
    struct text_sink sink = print_option(option);
    text_print(&sink, ": %s\n", why);
}

static void read_number(enum tunable_id id, const struct command_line_option *option)
{
    uint64_t value;
    if (command_line_number(option->value, option->value_length, &value) &&
        value >= tunables[id].minimum && value <= tunables[id].maximum) {
        tunables[id].value = value;
        return;
    }
    struct text_sink sink = print_option(option);
    text_print(&sink, ": not a number from %llu to %llu; %llu is used\n",
               (unsigned long long)tunables[id].minimum, (unsigned long long)tunables[id].maximum,
               (unsigned long long)tunables[id].value);
}

static void read_fault(const struct command_line_option *option)
{
    for (uint32_t i = 0; i < sizeof fault_names / sizeof fault_names[0]; i++)
        if (option->value_length == __builtin_strlen(fault_names[i]) &&
            __builtin_memcmp(option->value, fault_names[i], option->value_length) == 0) {
            chosen_fault = (enum fault)i;
            return;
        }
    print_bad_value(option, "no such fault; none happens");
}

static void read_console(const struct command_line_option *option, bool is_console)
{
    struct console_option ignored = console_option_default();
    enum console_status status =
        is_console ? console_option_parse(option->value, option->value_length, &ignored)
                   : console_mode_parse(option->value, option->value_length, &ignored);
    if (status != CONSOLE_OK)
        print_bad_value(option, console_status_str(status));
}

static void read_option(const struct command_line_option *option)
{
    for (uint32_t id = 0; id < TUNABLE_COUNT; id++)
        if (command_line_is(option, tunables[id].name)) {
            read_number((enum tunable_id)id, option);
            return;
        }
    if (command_line_is(option, "fault"))
        read_fault(option);
    else if (command_line_is(option, "console"))
        read_console(option, true);
    else if (command_line_is(option, "ttya-mode") || command_line_is(option, "ttyb-mode"))
        read_console(option, false);
    else if (!option->property)
        print_bad_value(option, "nothing has this name; ignored");
}

static bool is_tunable(const struct command_line_option *option)
{
    for (uint32_t id = 0; id < TUNABLE_COUNT; id++)
        if (command_line_is(option, tunables[id].name))
            return true;
    return command_line_is(option, "fault") || command_line_is(option, "console");
}

void tunables_read(const char *text, uint32_t length)
{
    struct command_line line = line_of(text, length);
    struct command_line_option option;
    while (command_line_next(&line, &option)) {
        if (option.status != COMMAND_LINE_OK)
            log_line("command line: %s", command_line_status_str(option.status));
        if (option.value != NULL && option.status != COMMAND_LINE_NO_NAME)
            read_option(&option);
        else if (option.value == NULL && is_tunable(&option))
            log_line("command line: %.*s: needs a value; its default holds",
                     (int)option.name_length, option.name);
    }
}

uint64_t tunable(enum tunable_id id)
{
    return tunables[id].value;
}

enum fault tunables_fault(void)
{
    return chosen_fault;
}
