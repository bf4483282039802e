/* What can be set from outside. */
#include "kernel/tunables.h"

#include "boot/command_line.h"
#include "boot/slice.h"
#include "kernel/boot_info.h"
#include "kernel/complaint.h"
#include "kernel/console.h"
#include "kernel/tracing.h"
#include "trace/table.h"

enum {
    VALUE_SIZE = 64,      /* bytes of a string's value, with its NUL */
    PRINTED_SIZE = 128,   /* of any value */
    WORD_SIZE = 4096,     /* of the command line, where quotes have to go */
    TIMEOUT_MAX = 999999, /* seconds */
};

static const char *const idle_names[] = {[IDLE_HLT] = "hlt", [IDLE_SPIN] = "spin", NULL};

static const char *const fault_names[] = {
    [FAULT_NONE] = "none",     [FAULT_PANIC] = "panic",
    [FAULT_INT3] = "int3",     [FAULT_STACK] = "stack",
    [FAULT_TRIPLE] = "triple", [FAULT_LOOP] = "loop",
    [FAULT_NULL] = "null",     [FAULT_RESET] = "reset",
    [FAULT_EARLY] = "early",   [FAULT_NESTED] = "nested",
    [FAULT_ARENA] = "arena",   [FAULT_TEXT] = "text",
    [FAULT_DIVIDE] = "divide", NULL,
};

static const char *const fault_contexts[] = {
    [FAULT_IN_PROCESS] = "process",
    [FAULT_IN_KERNEL] = "kernel",
    [FAULT_IN_INTERRUPT] = "interrupt",
    NULL,
};

static const char *const fault_phases[] = {
    [FAULT_AT_KERNEL] = "kernel",
    [FAULT_AT_INIT] = "init",
    [FAULT_AT_RC] = "rc",
    [FAULT_AT_MULTI_USER] = "multi-user",
    [FAULT_AT_SHUTDOWN] = "shutdown",
    [FAULT_AT_FINAL] = "final",
    NULL,
};

static char console[VALUE_SIZE], ttya_mode[VALUE_SIZE], ttyb_mode[VALUE_SIZE];

/* The type, range and default of a table's capacity. */
#define CAPACITY(events)                                                                           \
    .type = TUNABLE_UNSIGNED, .minimum = 1, .maximum = TRACE_TABLE_CAPACITY_MAX,                   \
    .default_value = (events)

#define TEXT_IN(buffer)                                                                            \
    .type = TUNABLE_STRING, .early = true, .string = (buffer), .string_size = sizeof(buffer)

static struct tunable table[TUNABLE_COUNT] = {
    [TUNABLE_TRACE_BOOT] = {.name = "trace.boot",
                            .second_name = "kern.boottrace.table_size",
                            .help = "events that the boot table keeps, per CPU: the first ones",
                            CAPACITY(3000)},
    [TUNABLE_TRACE_RUN] = {.name = "trace.run",
                           .second_name = "kern.boottrace.run_table_size",
                           .help = "events that the run table keeps: the last ones",
                           CAPACITY(2000)},
    [TUNABLE_TRACE_SHUTDOWN] = {.name = "trace.shutdown",
                                .second_name = "kern.boottrace.shutdown_table_size",
                                .help = "events that the shutdown table keeps: the first ones",
                                CAPACITY(1000)},
    [TUNABLE_TRACE_ENABLED] = {.name = "trace.enabled",
                               .help = "static sites record events",
                               .type = TUNABLE_SWITCH,
                               .default_value = 1},
    [TUNABLE_BOOTTRACE_ENABLED] = {.name = "kern.boottrace.enabled",
                                   .help = "boottrace events are kept",
                                   .type = TUNABLE_SWITCH},
    [TUNABLE_DOTRACE_KERNEL] = {.name = "kern.boottrace.dotrace_kernel",
                                .help = "boottrace events of the kernel are kept",
                                .type = TUNABLE_SWITCH,
                                .default_value = 1},
    [TUNABLE_DOTRACE_USER] = {.name = "kern.boottrace.dotrace_user",
                              .help = "boottrace events of processes are kept",
                              .type = TUNABLE_SWITCH,
                              .default_value = 1},
    [TUNABLE_SHUTDOWN_TRACE] = {.name = "kern.boottrace.shutdown_trace",
                                .help = "print the shutdown table while the system goes down",
                                .type = TUNABLE_SWITCH},
    [TUNABLE_SHUTDOWN_THRESHOLD] = {.name = "kern.boottrace.shutdown_trace_threshold",
                                    .help = "milliseconds from which on an event of the shutdown "
                                            "is printed; 0 or less: always",
                                    .type = TUNABLE_SIGNED,
                                    .minimum = (uint64_t)INT32_MIN,
                                    .maximum = INT32_MAX},
    [TUNABLE_TSLOG] = {.name = "debug.tslog_enabled",
                       .help = "TSLOG records: 0 no, 1 yes, 2 as long as boottrace is enabled",
                       .maximum = 2,
                       .default_value = 2},
    [TUNABLE_TSLOG_SIZE] = {.name = "trace.tslog",
                            .second_name = "debug.tslog_size",
                            .help = "records that TSLOG keeps, per CPU: the first ones",
                            .maximum = TRACE_TABLE_CAPACITY_MAX,
                            .default_value = 8192},
    [TUNABLE_WORKLOAD] = {.name = "workload",
                          .help = "plain events recorded into each table, for tests",
                          .maximum = 1000000000},
    [TUNABLE_TORTURE] = {.name = "torture",
                         .help = "events recorded by threads that do much else, for tests",
                         .maximum = 1000000000},
    [TUNABLE_COUNTS_FROM_RESET] = {.name = "clock.counts_from_reset",
                                   .help = "the TSC was 0 at reset: 0 no, 1 yes, 2 guess",
                                   .early = true,
                                   .maximum = 2,
                                   .default_value = 2},
    [TUNABLE_IDLE] = {.name = "machdep.idle",
                      .help = "how the boot CPU idles",
                      .type = TUNABLE_CHOICE,
                      .choices = idle_names},
    [TUNABLE_FAULT] = {.name = "fault",
                       .help = "how to die, for tests",
                       .type = TUNABLE_CHOICE,
                       .choices = fault_names},
    [TUNABLE_FAULT_CPU] = {.name = "fault.cpu",
                           .help = "on which CPU to die",
                           .maximum = TRACE_CPUS_MAX - 1},
    [TUNABLE_FAULT_CONTEXT] = {.name = "fault.context",
                               .help = "who dies",
                               .type = TUNABLE_CHOICE,
                               .choices = fault_contexts},
    [TUNABLE_FAULT_PHASE] = {.name = "fault.phase",
                             .help = "when to die",
                             .type = TUNABLE_CHOICE,
                             .choices = fault_phases,
                             .default_value = FAULT_AT_MULTI_USER},
    [TUNABLE_CONSOLE] = {.name = "console", .help = "where text and frames go", TEXT_IN(console)},
    [TUNABLE_TTYA_MODE] = {.name = "ttya-mode", .help = "mode of COM1", TEXT_IN(ttya_mode)},
    [TUNABLE_TTYB_MODE] = {.name = "ttyb-mode", .help = "mode of COM2", TEXT_IN(ttyb_mode)},
    [TUNABLE_MAXCPUS] = {.name = "kern.smp.maxcpus",
                         .help = "CPUs that are started, the boot CPU included",
                         .early = true,
                         .minimum = 1,
                         .maximum = TRACE_CPUS_MAX,
                         .default_value = TRACE_CPUS_MAX},
    [TUNABLE_MAXPROC] = {.name = "kern.maxproc",
                         .help = "threads that there can be at a time",
                         .minimum = 8,
                         .maximum = 900,
                         .default_value = 120},
    [TUNABLE_SHELL] = {.name = "shell",
                       .help = "a shell on the console, instead of the shutdown after multi-user",
                       .type = TUNABLE_SWITCH},
    [TUNABLE_BOOT_SINGLE] = {.name = "boot_single",
                             .help = "single-user operation first",
                             .type = TUNABLE_SWITCH},
    [TUNABLE_RC_TIMEOUT] = {.name = "kern.init_rc_timeout",
                            .help = "seconds until init ends /etc/rc, 0: never",
                            .maximum = TIMEOUT_MAX,
                            .default_value = 600},
    [TUNABLE_SHUTDOWN_TIMEOUT] = {.name = "kern.init_shutdown_timeout",
                                  .help = "seconds until init ends /etc/rc.shutdown, 0: never",
                                  .maximum = TIMEOUT_MAX,
                                  .default_value = 120},
    [TUNABLE_SHOW] = {.name = "tunables.show",
                      .help = "print this table during the boot",
                      .type = TUNABLE_SWITCH},
    [TUNABLE_SEED] = {.name = "seed",
                      .help = "which of the times that vary these are",
                      .maximum = UINT64_MAX,
                      .default_value = 1},
    [TUNABLE_ARP_PROBES] = {.name = "net.arp_probes",
                            .help = "how often others are asked whether they have an address; 0: "
                                    "never, it is used at once",
                            .maximum = 10},
    [TUNABLE_READ_ARCHIVE] = {.name = "bench.read_archive",
                              .help = "read the boot archive's bytes once before it is indexed",
                              .type = TUNABLE_SWITCH,
                              .early = true},
    /* The second name is that of illumos' etc/system: dtrace:dtrace_destructive_disallow. */
    [TUNABLE_DTRACE_NO_DESTRUCTION] = {.name = "dtrace.destructive_disallow",
                                       .second_name = "dtrace.dtrace_destructive_disallow",
                                       .help = "enablings with destructive actions do not trace",
                                       .type = TUNABLE_SWITCH},
    [TUNABLE_DTRACE_WAIT] = {.name = "dtrace.wait",
                             .help =
                                 "seconds until the end no longer waits for exit() of an enabling",
                             .maximum = TIMEOUT_MAX},
    [TUNABLE_DTRACE_PRINT] = {.name = "dtrace.print_unclaimed",
                              .help = "what enablings recorded and nobody claimed is printed",
                              .type = TUNABLE_SWITCH,
                              .default_value = 1},
    [TUNABLE_DTRACE_DEADMAN] = {.name = "dtrace.deadman_timeout",
                                .second_name = "dtrace.dtrace_deadman_timeout",
                                .help = "ns; a CPU that spends nine tenths of it in probes ends "
                                        "anonymous tracing, 0: none does",
                                .maximum = INT64_MAX,
                                .default_value = 10000000000},
};

static const struct tunables tunables = {table, TUNABLE_COUNT};
static char word[WORD_SIZE];

static struct command_line line_of(const char *text, uint32_t length)
{
    return (struct command_line){
        .text = text, .length = length, .buffer = word, .buffer_size = sizeof word};
}

/* Whether the option is the mode of the console that was chosen, as `ttya-mode` of COM1. */
static bool is_mode(const struct command_line_option *option, const struct console_option *chosen)
{
    return (chosen->port == 0x3f8 && command_line_is(option, "ttya-mode")) ||
           (chosen->port == 0x2f8 && command_line_is(option, "ttyb-mode"));
}

struct console_option tunables_console(const char *text, uint32_t length)
{
    struct console_option chosen = console_option_default();
    struct command_line_option option;
    struct command_line line = line_of(text, length);
    while (command_line_next(&line, &option))
        if (command_line_is(&option, "console") && option.value != NULL)
            (void)console_option_parse(option.value, option.value_length, &chosen);

    line = line_of(text, length);
    while (command_line_next(&line, &option))
        if (is_mode(&option, &chosen) && option.value != NULL)
            (void)console_mode_parse(option.value, option.value_length, &chosen);
    return chosen;
}

/* What the tunable takes, behind "not ". */
static void print_domain(const struct text_sink *sink, const struct tunable *tunable)
{
    switch (tunable->type) {
    case TUNABLE_UNSIGNED:
        text_print(sink, "a number from %llu to %llu", (unsigned long long)tunable->minimum,
                   (unsigned long long)tunable->maximum);
        return;
    case TUNABLE_SIGNED:
        text_print(sink, "a number from %lld to %lld", (long long)tunable->minimum,
                   (long long)tunable->maximum);
        return;
    case TUNABLE_SWITCH:
        text_print(sink, "0 or 1");
        return;
    case TUNABLE_CHOICE:
        text_print(sink, "one of");
        for (const char *const *choice = tunable->choices; *choice != NULL; choice++)
            text_print(sink, "%s %s", choice == tunable->choices ? "" : ",", *choice);
        return;
    case TUNABLE_STRING:
        text_print(sink, "a text of at most %u bytes", (unsigned)tunable->string_size - 1);
        return;
    }
}

static bool is_about_domain(enum tunable_status status)
{
    return status == TUNABLE_NOT_A_NUMBER || status == TUNABLE_OUT_OF_RANGE ||
           status == TUNABLE_NO_SWITCH || status == TUNABLE_NO_CHOICE || status == TUNABLE_TOO_LONG;
}

/* The end of a line: what holds instead. */
static void print_present(const struct text_sink *sink, const struct tunable *tunable)
{
    char present[PRINTED_SIZE];
    (void)tunable_print(tunable, present, sizeof present);
    text_print(sink, "; ");
    complaint_print_name(sink, slice_of(present));
    text_print(sink, " holds\n");
}

/* One line: WHERE:LINE: NAME=VALUE: WHAT; INSTEAD */
static void complain(const struct tunables_place *place, struct slice name, struct slice value,
                     enum tunable_status status)
{
    const struct tunable *tunable = tunables_find(&tunables, name);
    struct text_sink sink = console_text();
    if (!complaint_may_print(&sink, place->where))
        return;
    complaint_print_place(&sink, place->where, place->source.line);
    text_print_foreign(&sink, name.text, name.length);
    text_print(&sink, "=");
    text_print_foreign(&sink, value.text, value.length);
    if (tunable == NULL) {
        text_print(&sink, ": %s; it is ignored\n", tunable_status_str(status));
        return;
    }
    text_print(&sink, is_about_domain(status) ? ": not " : ": ");
    if (is_about_domain(status))
        print_domain(&sink, tunable);
    else
        text_print(&sink, "%s", tunable_status_str(status));
    print_present(&sink, tunable);
}

void tunables_set_text(const struct tunables_place *place, struct slice name, struct slice value)
{
    struct tunable *tunable = tunables_find(&tunables, name);
    enum tunable_status status =
        tunable == NULL ? TUNABLE_UNKNOWN : tunable_set_text(tunable, value, place->source);
    if (status != TUNABLE_OK && status != TUNABLE_OVERRULED)
        complain(place, name, value, status);
}

void tunables_set_number(const struct tunables_place *place, struct slice name, char operator,
                         uint64_t number)
{
    struct tunable *tunable = tunables_find(&tunables, name);
    enum tunable_status status = tunable == NULL
                                     ? TUNABLE_UNKNOWN
                                     : tunable_set_number(tunable, operator, number, place->source);
    if (status == TUNABLE_OK || status == TUNABLE_OVERRULED)
        return;
    char digits[24];
    struct text_buffer buffer = {.bytes = digits, .size = sizeof digits};
    struct text_sink sink = text_buffer_sink(&buffer);
    bool is_signed = tunable != NULL && tunable->type == TUNABLE_SIGNED;
    text_print(&sink, is_signed ? "%lld" : "%llu", (unsigned long long)number);
    complain(place, name, (struct slice){digits, buffer.length}, status);
}

static const struct tunables_place command_line_place = {
    .where = {"command line", 12}, .source = {.origin = TUNABLE_COMMAND_LINE}};

static enum console_status judge_console(const struct command_line_option *option)
{
    struct console_option ignored = console_option_default();
    if (command_line_is(option, "console"))
        return console_option_parse(option->value, option->value_length, &ignored);
    if (command_line_is(option, "ttya-mode") || command_line_is(option, "ttyb-mode"))
        return console_mode_parse(option->value, option->value_length, &ignored);
    return CONSOLE_OK;
}

static void complain_of_console(const struct command_line_option *option,
                                enum console_status status)
{
    struct text_sink sink = console_text();
    text_print(&sink, "command line: ");
    text_print_foreign(&sink, option->name, option->name_length);
    text_print(&sink, "=");
    text_print_foreign(&sink, option->value, option->value_length);
    text_print(&sink, ": %s; it is ignored\n", console_status_str(status));
}

static struct slice name_of(const struct command_line_option *option)
{
    return (struct slice){option->name, option->name_length};
}

static struct slice value_of(const struct command_line_option *option)
{
    return (struct slice){option->value, option->value_length};
}

/* `exec` may stand there often: tunables_next_exec. */
static bool is_setting(const struct command_line_option *option)
{
    return option->status != COMMAND_LINE_NO_NAME && option->value != NULL &&
           !command_line_is(option, "exec");
}

/* What cannot be set is told by tell_option. */
static void obey_option(const struct command_line_option *option)
{
    if (!is_setting(option) || judge_console(option) != CONSOLE_OK)
        return;
    struct tunable *tunable = tunables_find(&tunables, name_of(option));
    if (tunable != NULL)
        (void)tunable_set_text(tunable, value_of(option), command_line_place.source);
}

static void tell_setting(const struct command_line_option *option)
{
    enum console_status console_status = judge_console(option);
    if (console_status != CONSOLE_OK) {
        complain_of_console(option, console_status);
        return;
    }
    const struct tunable *tunable = tunables_find(&tunables, name_of(option));
    enum tunable_status status =
        tunable == NULL ? TUNABLE_UNKNOWN
                        : tunable_judge_text(tunable, value_of(option), command_line_place.source);
    if (status != TUNABLE_OK)
        complain(&command_line_place, name_of(option), value_of(option), status);
}

static void tell_missing_value(const struct command_line_option *option)
{
    const struct tunable *tunable = tunables_find(&tunables, name_of(option));
    if (tunable == NULL)
        return;
    struct text_sink sink = console_text();
    text_print(&sink, "command line: ");
    text_print_foreign(&sink, option->name, option->name_length);
    text_print(&sink, ": needs a value");
    print_present(&sink, tunable);
}

static void tell_option(const struct command_line_option *option)
{
    if (option->status != COMMAND_LINE_OK)
        log_line("command line: %s; %s", command_line_status_str(option->status),
                 option->status == COMMAND_LINE_UNTERMINATED ? "it is taken to the end"
                                                             : "it is ignored");
    if (is_setting(option))
        tell_setting(option);
    else if (option->status != COMMAND_LINE_NO_NAME && option->value == NULL)
        tell_missing_value(option);
}

bool tunables_next_exec(uint32_t *at, struct slice *command)
{
    const struct multiboot_string *text = &boot_info()->command_line;
    struct command_line line = line_of(text->text, text->length);
    struct command_line_option option;
    uint32_t number = 0;
    while (command_line_next(&line, &option))
        if (option.status == COMMAND_LINE_OK && command_line_is(&option, "exec") &&
            option.value != NULL && number++ == *at) {
            *command = (struct slice){option.value, option.value_length};
            (*at)++;
            return true;
        }
    return false;
}

void tunables_read(const char *text, uint32_t length)
{
    static bool started;
    if (!started)
        tunables_start(&tunables);
    started = true;
    complaint_start();
    struct command_line line = line_of(text, length);
    struct command_line_option option;
    while (command_line_next(&line, &option))
        obey_option(&option);
    line = line_of(text, length);
    while (command_line_next(&line, &option)) /* only now it is known what holds */
        tell_option(&option);
}

static void print_origin(const struct text_sink *sink, const struct tunable *tunable)
{
    text_print(sink, "%s", tunable_origin_str(tunable->origin));
    if (tunable->line > 0)
        text_print(sink, ":%u", tunable->line);
}

static void print_tunable(const struct tunable *tunable)
{
    char value[PRINTED_SIZE];
    struct text_sink sink = console_text();
    (void)tunable_print(tunable, value, sizeof value);
    text_print(&sink, "  %-24s %-10s ", tunable->name, value);
    print_origin(&sink, tunable);
    text_print(&sink, ": %s (%s: ", tunable->help, tunable_type_str(tunable->type));
    print_domain(&sink, tunable);
    text_print(&sink, tunable->early ? "; command line only)\n" : ")\n");
}

/* Two pairs of the configuration: `NAME` and `NAME.origin`. */
static void send_tunable(const struct tunable *tunable)
{
    char value[PRINTED_SIZE], key[PRINTED_SIZE], origin[PRINTED_SIZE];
    struct text_buffer key_buffer = {.bytes = key, .size = sizeof key};
    struct text_sink key_sink = text_buffer_sink(&key_buffer);
    struct text_buffer origin_buffer = {.bytes = origin, .size = sizeof origin};
    struct text_sink origin_sink = text_buffer_sink(&origin_buffer);
    text_print(&key_sink, "%s.origin", tunable->name);
    print_origin(&origin_sink, tunable);
    tracing_send_config(tunable->name, value, tunable_print(tunable, value, sizeof value));
    tracing_send_config(key, origin, origin_buffer.length);
}

void tunables_tell(void)
{
    for (uint32_t id = 0; id < TUNABLE_COUNT; id++)
        if (table[id].origin != TUNABLE_DEFAULT)
            send_tunable(&table[id]);
    if (table[TUNABLE_SHOW].value == 0)
        return;
    log_line("tunables (the command line overrules environment modules, they etc/system, that the "
             "default):");
    for (uint32_t id = 0; id < TUNABLE_COUNT; id++)
        print_tunable(&table[id]);
}

uint64_t tunable(enum tunable_id id)
{
    return table[id].value;
}

const struct tunable *tunables_at(enum tunable_id id)
{
    return &table[id];
}

enum fault tunables_fault(void)
{
    return (enum fault)table[TUNABLE_FAULT].value;
}
