/* The trace arena: all memory of the tracing runtime, in one position-independent
 * piece that describes itself.  No pointers inside, only offsets from its start.
 *
 *     header | names | tasks | CPU 0: boot, run, shutdown | CPU 1: ... |
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
};
#define TRACE_TABLES 3u

/* What the system is doing.  Each phase has one table; entering a later one is final. */
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
    uint64_t tsc_hz;          /* 0: unknown */
    uint32_t method;          /* enum trace_clock_method */
    uint32_t uncertainty_ppb; /* of tsc_hz */
    uint32_t
        counts_from_reset; /* 1: TSC 0 was the reset, so the entry's TSC is firmware + loader */
    uint32_t reserved;
};
_Static_assert(sizeof(struct trace_clock) == 24, "layout 1 of the arena");

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
};

#define TRACE_ARENA_LAYOUT 1u
#define TRACE_CPUS_MAX     32u

struct trace_arena_config {
    uint32_t cpus;
    uint32_t capacity[TRACE_TABLES]; /* events per CPU, each 1..TRACE_TABLE_CAPACITY_MAX */
    uint32_t names;                  /* at most TRACE_NAME_LIMIT */
    uint32_t names_text;             /* bytes */
    uint32_t tasks;                  /* at most TRACE_TASK_LIMIT */
};

/* Bytes that an arena of this shape takes. */
uint64_t trace_arena_size(const struct trace_arena_config *config);

/* Lays out an arena in zeroed memory of that size, 64-byte aligned. */
void trace_arena_format(struct trace_arena *arena, const struct trace_arena_config *config);

struct trace_names *trace_arena_names(struct trace_arena *arena);
struct trace_tasks *trace_arena_tasks(struct trace_arena *arena);
struct trace_table *trace_arena_table(struct trace_arena *arena, uint32_t cpu,
                                      enum trace_table_id table);
struct trace_table *trace_arena_filter(struct trace_arena *arena, uint32_t cpu,
                                       enum trace_table_id table);

enum trace_table_id trace_phase_table(enum trace_phase phase);
const char *trace_phase_name(enum trace_phase phase);
const char *trace_table_name(enum trace_table_id table);
const char *trace_clock_method_name(enum trace_clock_method method);

/* Nanoseconds of `cycles` at `hz` (1..2^34), rounded down; exact for every 64-bit input whose
 * result fits. */
uint64_t trace_cycles_to_ns(uint64_t cycles, uint64_t hz);
