/* How tables, phases and books look to a person: FreeBSD's columns (boottrace(4),
 * kern.boottrace.log), written once for the kernel and the host tool. */
#pragma once

#include "trace/arena.h"
#include "trace/text.h"

#define LOG_ROWS_SHOWN  16u        /* of each end of a table */
#define LOG_PID_UNKNOWN UINT32_MAX /* prints as "?" */

/* One event, resolved.  A name without text prints as "?". */
struct log_event {
    uint32_t cpu;
    uint64_t tsc;
    uint32_t task; /* id in the arena's tasks */
    uint32_t pid;
    struct trace_name process;
    struct trace_name name;
    struct trace_usage usage;
    uint64_t alike; /* events behind it that differ by their times alone: one line counts them */
    uint64_t until; /* TSC of the last of those */
};

enum log_form {
    LOG_TITLED = 0, /* "boot table" above the columns */
    LOG_FREEBSD,    /* two empty lines above them, as kern.boottrace.log has it */
    LOG_ROWS,       /* rows alone: what goes on from an earlier print */
};

/* A table being printed row by row.  Rows beyond the first and last LOG_ROWS_SHOWN of `rows`
 * are passed over with one line that counts their events.
 *
 * With a threshold, only events are printed that came so many cycles after the one before, or later,
 * and that one before them, as a landmark; `alike` is for tables without.  The total counts all.
 *
 * What stands before `first` is the caller's; zero the rest before the first table. */
struct log_table {
    const struct text_sink *sink;
    enum log_form form;
    const char *title;     /* instead of "boot table"; NULL: that */
    uint64_t threshold;    /* cycles; 0: every event is printed */
    uint64_t tsc_hz;       /* 0: the columns are in cycles */
    uint64_t entry_tsc;    /* the times count from here */
    bool all;              /* print every row */
    const char *elsewhere; /* where the rows are that are not printed: " stand in ..." */
    uint64_t previous;     /* TSC of the last event, also of an earlier table; 0: none yet */
    uint64_t first;        /* TSC of this table's first event */
    uint64_t rows;
    uint64_t row;
    uint64_t passed_over;  /* events since the last row that was printed */
    struct log_event last; /* the event before, its `before`, and whether it has been printed */
    uint64_t last_before;
    bool last_shown;
};

/* Begins a table of so many rows; behind its last event it is ended. */
void log_table_begin(struct log_table *log, enum trace_table_id table, uint64_t rows);
void log_table_event(struct log_table *log, const struct log_event *event);
void log_table_end(struct log_table *log);

/* Prints the last event if the threshold has kept it back: it is what the system is busy with. */
void log_table_landmark(struct log_table *log);

/* A row that stands where events of a CPU are missing: behind the event that was printed last.
 * `what` became of them: "overwritten", "dropped", "never finished".  Nothing for none. */
void log_table_loss(struct log_table *log, uint32_t cpu, uint64_t events, const char *what);

/* "boot: 12 emitted = 12 kept + 0 overwritten + 0 dropped + 0 filtered (capacity 3000 ...)" */
void log_books(const struct text_sink *sink, enum trace_table_id table, uint32_t capacity,
               const struct trace_books *books);

/* A name, made harmless, and blanks up to the width; "?" for none. */
void log_name(const struct text_sink *sink, const struct trace_name *name, size_t width);

/* CPU time as a row of a table has it. */
uint64_t log_centiseconds(const struct trace_usage *usage);

/* A time span in the unit that suits it: "740 ns", "8.13 ms", "1.20 s". */
void log_duration(const struct text_sink *sink, uint64_t ns);

#define LOG_LOOK_AHEAD 8u /* events of a CPU among which the earliest is searched */

/* An event that a cursor has read and nobody has taken yet. */
struct log_cursor_event {
    struct trace_record record;
    struct trace_usage usage;
};

/* Where the merge stands in one CPU's table. */
struct log_cursor {
    const struct trace_table *table;
    int64_t offset;  /* that corrects its times */
    uint64_t number; /* of the next event to be read */
    uint64_t end;
    uint64_t unfinished; /* that were passed over */
    uint64_t lost;       /* that were overwritten before they could be read */
    bool live;           /* waits for an event that is being recorded, instead of passing it over */
    uint32_t waiting;    /* events in `event`, a ring in the order of their times */
    uint32_t earliest;   /* where it begins */
    struct log_cursor_event event[LOG_LOOK_AHEAD];
};

/* Sets a cursor to what a CPU's table holds now. */
void log_cursor_start(struct log_cursor *cursor, struct trace_arena *arena, uint32_t cpu,
                      enum trace_table_id table);

/* The same for a reader that goes on while others record, from an event on: 0, or where an earlier
 * cursor stood at its end. */
void log_cursor_start_at(struct log_cursor *cursor, struct trace_arena *arena, uint32_t cpu,
                         enum trace_table_id table, uint64_t number);

/* Lets a cursor go on to what the table holds by now. */
void log_cursor_extend(struct log_cursor *cursor);

/* Takes the earliest event of all CPUs out; `cursors` has one for each CPU of the arena.  False at the end. */
bool log_cursors_next(struct log_cursor *cursors, struct trace_arena *arena,
                      struct log_event *event);

/* Prints one table of an arena, events of all CPUs in the order of the boot CPU's time.  Within a CPU an event
 * may stand up to seven slots away from its place in time (table.h says why).  `log` carries
 * sink, clock and previous event from table to table; `cursors` is memory to work in, one for
 * each CPU of the arena. */
void log_arena_table(struct log_table *log, struct trace_arena *arena, enum trace_table_id table,
                     struct log_cursor *cursors);
