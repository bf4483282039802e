/* The trace arena: all memory of the tracing runtime, in one position-independent
 * piece that describes itself.  No pointers inside, only offsets from its start.
 *
 *     header | names | tasks | CPU 0: boot, run, shutdown, TSLOG | CPU 1: ... |
 *
 * A table stands as its filter (a table without slots, which counts what the
 * switch turned away) and then the table itself.
 *
 * Pure logic: the caller hands over zeroed memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/names.h"
#include "trace/table.h"

enum trace_table_id {
    TRACE_TABLE_BOOT = 0,
    TRACE_TABLE_RUN = 1,
    TRACE_TABLE_SHUTDOWN = 2,
    TRACE_TABLE_TSLOG = 3, /* beside the phases: every entry, exit and wait of them all */
};
#define TRACE_TABLES       4u
#define TRACE_PHASE_TABLES 3u /* those that a phase has; TSLOG is the one behind them */

/* What the system is doing.  Each phase has one table.  They are entered in this order; only from the
 * shutdown there is a way back, to multi-user operation (trace_tracer_resume). */
enum trace_phase {
    TRACE_PHASE_KERNEL = 0, /* from the first instruction */
    TRACE_PHASE_INIT,       /* init has started */
    TRACE_PHASE_RC,         /* the rc scripts run */
    TRACE_PHASE_MULTI_USER, /* init has handed over */
    TRACE_PHASE_SHUTDOWN,   /* a shutdown, reboot, halt or panic has begun */
};
#define TRACE_PHASES 5u

enum trace_clock_method {
    TRACE_CLOCK_UNKNOWN = 0,
    TRACE_CLOCK_CPUID_15H = 1,
    TRACE_CLOCK_CPUID_16H = 2,
    TRACE_CLOCK_HYPERVISOR = 3, /* CPUID 0x40000010 */
    TRACE_CLOCK_PIT = 4,
};

/* How raw time is to be read. */
struct trace_clock {
    uint64_t tsc_hz;            /* 0: unknown */
    uint32_t method;            /* enum trace_clock_method */
    uint32_t uncertainty_ppb;   /* of tsc_hz */
    uint32_t counts_from_reset; /* 1: TSC 0 was the reset, the entry's is firmware + loader */
    uint32_t reserved;
};
_Static_assert(sizeof(struct trace_clock) == 24, "layout 1 of the arena");

#define TRACE_CPUS_MAX 32u

/* What a CPU's TSC is beside that of the boot CPU, number 0, whose offset is 0.  Events keep the
 * time that their own CPU read: it is corrected when they are read, never when they are recorded. */
struct trace_cpu_clock {
    int64_t offset;       /* cycles to add to this CPU's TSC to get the boot CPU's */
    uint32_t uncertainty; /* of the offset: so many cycles more or less */
    uint32_t apic_id;
    uint32_t known; /* 0: nobody has measured; the others are 0 */
    uint32_t reserved;
};
_Static_assert(sizeof(struct trace_cpu_clock) == 24, "layout 2 of the arena");

/* The embedding fills in, beside what trace_arena_format does: build_id; phase_tsc of the kernel phase,
 * which is the time of the entry; and the clocks, as soon as it knows them. */
struct trace_arena {
    char magic[8];        /* "FLTRACE1" */
    uint32_t layout;      /* TRACE_ARENA_LAYOUT */
    uint32_t cpus;        /* 1..TRACE_CPUS_MAX */
    uint64_t size;        /* bytes, header included */
    uint8_t build_id[20]; /* of the kernel that wrote it */
    uint32_t phase;       /* enum trace_phase, the one place that holds it */
    struct trace_clock clock;
    uint64_t phase_tsc[TRACE_PHASES]; /* when each phase began, 0: not yet */
    uint32_t capacity[TRACE_TABLES];  /* events per CPU */
    uint32_t names_offset;
    uint32_t tasks_offset;
    uint32_t tables_offset; /* of CPU 0 */
    uint64_t cpu_stride;    /* bytes from one CPU's tables to the next's */
    struct trace_cpu_clock cpu_clock[TRACE_CPUS_MAX]; /* by trace_arena_cpu_clock */
};

/* 1 had no cpu_clock, 2 no TSLOG, bases of tables, parents of tasks. */
#define TRACE_ARENA_LAYOUT 3u

struct trace_arena_config {
    uint32_t cpus;
    uint32_t capacity[TRACE_TABLES]; /* events per CPU, each up to TRACE_TABLE_CAPACITY_MAX */
    uint32_t names;                  /* at most TRACE_NAME_LIMIT */
    uint32_t names_text;             /* bytes, below 2^30 */
    uint32_t tasks;                  /* at most TRACE_TASK_LIMIT */
};

/* Bytes that an arena of this shape takes. */
uint64_t trace_arena_size(const struct trace_arena_config *config);

/* Lays out an arena in zeroed memory of that size, 64-byte aligned. */
void trace_arena_format(struct trace_arena *arena, const struct trace_arena_config *config);

/* Parts of a formatted arena.  Tables and filters are by CPU (below arena->cpus) and id. */
struct trace_names *trace_arena_names(struct trace_arena *arena);
struct trace_tasks *trace_arena_tasks(struct trace_arena *arena);
struct trace_table *trace_arena_table(struct trace_arena *arena, uint32_t cpu,
                                      enum trace_table_id table);
struct trace_table *trace_arena_filter(struct trace_arena *arena, uint32_t cpu,
                                       enum trace_table_id table);

/* The clock of a CPU; all zero if it is not known. */
struct trace_cpu_clock trace_arena_cpu_clock(const struct trace_arena *arena, uint32_t cpu);

/* Makes it known, or known better; `known` is set here.  Context: one CPU at a time;
 * a panic in the middle finds a clock that is not known. */
void trace_arena_set_cpu_clock(struct trace_arena *arena, uint32_t cpu,
                               const struct trace_cpu_clock *clock);

/* What the boot CPU's TSC was when that of a CPU with this offset was `tsc`.  It ends at 0 and at
 * 2^64 - 1, so that no offset, be it absurd, changes the order of one CPU's events. */
static inline uint64_t trace_time_corrected(uint64_t tsc, int64_t offset)
{
    if (offset >= 0) {
        uint64_t ahead = (uint64_t)offset;
        return tsc > UINT64_MAX - ahead ? UINT64_MAX : tsc + ahead;
    }
    uint64_t back = 0 - (uint64_t)offset; /* 2^63 has no int64_t */
    return tsc < back ? 0 : tsc - back;
}

/* The table of a phase; names as reports have them. */
enum trace_table_id trace_phase_table(enum trace_phase phase);
const char *trace_phase_name(enum trace_phase phase);
const char *trace_table_name(enum trace_table_id table);
const char *trace_clock_method_name(enum trace_clock_method method);

/* Nanoseconds of `cycles` at `hz` (1..2^34), rounded down; exact for every 64-bit input whose
 * result fits. */
uint64_t trace_cycles_to_ns(uint64_t cycles, uint64_t hz);
