/* events: the trace log, or a part of it.  It is read as kern.trace.log prints it: each table has a
 * line "NAME table", one with the names of the columns, its events, and a last line. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(events, "events", "[-n N] [boot | run | shutdown]",
        "prints the events of all tables, or of one; -n: only the last N of each");

struct events {
    const char *only; /* table; NULL: all */
    uint64_t last;    /* events of each table that are printed */
    bool counting;    /* the first time through */
    uint32_t table;   /* the present one, from 1; 0: none yet */
    bool in_table;    /* that is asked for */
    uint64_t row;     /* of the present table */
    uint64_t rows[4]; /* of each table */
};

static bool ends(const char *text, const char *ending)
{
    size_t length = __builtin_strlen(text), size = __builtin_strlen(ending);
    return length >= size && text_equal(text + length - size, ending);
}

static bool is_title(const char *line)
{
    return ends(line, " table") && line[0] != ' ';
}

static bool is_wanted(const struct events *events, const char *title)
{
    return events->only == NULL || (text_begins(title, events->only) &&
                                    text_equal(title + __builtin_strlen(events->only), " table"));
}

static void begin_table(struct events *events, const char *title)
{
    events->table += events->table + 1 < sizeof events->rows / sizeof events->rows[0];
    events->row = 0;
    events->in_table = is_wanted(events, title);
}

/* An event begins with the number of its CPU, right-aligned. */
static bool is_event(const char *line)
{
    while (*line == ' ')
        line++;
    return *line >= '0' && *line <= '9';
}

static bool is_among_last(struct events *events)
{
    uint64_t rows = events->rows[events->table];
    return events->row++ + events->last >= rows;
}

static void take_line(void *context, char *line)
{
    struct events *events = context;
    if (is_title(line))
        begin_table(events, line);
    if (!events->in_table)
        return;
    if (events->counting)
        events->rows[events->table] += is_event(line);
    else if (!is_event(line) || is_among_last(events))
        system_print("%s\n", line);
}

static int read_log(struct events *events, bool counting)
{
    events->counting = counting;
    events->table = 0;
    events->in_table = false;
    return sysctl_lines("kern.trace.log", take_line, events);
}

/* False: the words make no sense. */
static bool read_arguments(struct events *events, int argc, char **argv)
{
    int at = 1;
    if (at + 1 < argc && text_equal(argv[at], "-n")) {
        if (!number_parse(argv[at + 1], UINT32_MAX, &events->last))
            return false;
        at += 2;
    }
    if (at < argc)
        events->only = argv[at++];
    return at == argc && (events->only == NULL || text_equal(events->only, "boot") ||
                          text_equal(events->only, "run") || text_equal(events->only, "shutdown"));
}

static int events_main(int argc, char **argv)
{
    struct events events = {.last = UINT32_MAX};
    if (!read_arguments(&events, argc, argv))
        return usage(&events_program);
    int error = events.last == UINT32_MAX ? SYSTEM_OK : read_log(&events, true);
    if (error == SYSTEM_OK)
        error = read_log(&events, false);
    return error == SYSTEM_OK ? EXIT_OK : complain("events", "kern.trace.log", error);
}
