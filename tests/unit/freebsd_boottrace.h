/* FreeBSD's boottrace(4), as far as it can be seen from outside: three tables, modes, texts, errors
 * and the log.  Written from a description of its behaviour, for tests to compare with; it shares
 * nothing with trace/.
 *
 * One CPU at a time; the sizes of the tables are the caller's, so that small ones overflow soon. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FREEBSD_ENOENT = 2,
    FREEBSD_EPERM = 1,
    FREEBSD_ENXIO = 6,
    FREEBSD_EINVAL = 22,
    FREEBSD_ENOSPC = 28,
    FREEBSD_NAME = 40,    /* bytes of an event, with its end */
    FREEBSD_PROCESS = 24, /* of a process */
    FREEBSD_MESSAGE = FREEBSD_NAME + 1 + FREEBSD_PROCESS,
    FREEBSD_LINE = 160, /* of the log, at most */
};

struct freebsd_entry {
    uint64_t tsc; /* 0: the slot is empty */
    uint64_t tick;
    uint64_t cputime; /* us, of children */
    uint32_t cpu, inblock, oublock, pid;
    char name[FREEBSD_NAME];
    char process[FREEBSD_PROCESS];
    uint32_t serial; /* which call made it: for the test */
};

struct freebsd_table {
    struct freebsd_entry *slot; /* NULL: not there yet */
    uint32_t size, current;
    bool wraps;
    uint32_t drops_early, drops_full;
};

/* Who records, where and when. */
struct freebsd_writer {
    uint64_t tick; /* and TSC: never 0 */
    uint32_t cpu, pid;
    const char *name;
    uint64_t children_us; /* CPU time of children that were waited for */
    uint32_t children_in, children_out;
    uint32_t serial;
};

struct freebsd_boottrace {
    bool enabled, dotrace_kernel, dotrace_user; /* by the loader; nobody changes them later */
    bool bootdone, shutdown, rebooting;
    struct freebsd_table boot, run, stop;
    struct freebsd_writer writer;
};

/* Slots of a boot table for which so many were asked. */
uint32_t freebsd_table_size(uint32_t wanted);

/* The tables appear, at a certain level of initialisation; only if boottrace is enabled. */
void freebsd_make_tables(struct freebsd_boottrace *boottrace, const uint32_t sizes[3]);
void freebsd_free_tables(struct freebsd_boottrace *boottrace);

/* kern.boottrace.boottrace, .runtrace, .shuttrace and .reset: 0 or an error. */
int freebsd_write_boottrace(struct freebsd_boottrace *boottrace, const char *text, size_t length);
int freebsd_write_runtrace(struct freebsd_boottrace *boottrace, const char *text, size_t length);
int freebsd_write_shuttrace(struct freebsd_boottrace *boottrace, const char *text, size_t length);
int freebsd_write_reset(struct freebsd_boottrace *boottrace);

/* Writing kern.boottrace.enabled, and the names of what are tunables only. */
int freebsd_write_enabled(void);
int freebsd_write_dotrace(void);

/* An event of the kernel: 0 or an error that nobody looks at. */
int freebsd_kernel(struct freebsd_boottrace *boottrace, const char *text);

/* How a table is printed: a head, rows, a last line. */
extern const char freebsd_log_head[];
struct freebsd_row {
    const struct freebsd_entry *entry;
    uint64_t ms, delta;
    bool shown; /* by the threshold */
};

/* The rows of a table in the order of printing, at most `size`; gives how many.  `hz` is of the tick. */
uint32_t freebsd_rows(const struct freebsd_table *table, uint64_t hz, struct freebsd_row *rows);

/* Which of them the shutdown log shows. */
void freebsd_show(struct freebsd_row *rows, uint32_t count, int32_t threshold_ms);

void freebsd_print_row(const struct freebsd_row *row, char line[FREEBSD_LINE]);
uint64_t freebsd_total(const struct freebsd_row *rows, uint32_t count); /* ms */
