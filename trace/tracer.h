/* The tracer: what an embedding kernel holds beside the arena, and the way of an
 * event from a static site into the table of the current phase.
 *
 * The embedding names the section that collects the sites (see TRACE_SITE),
 * gives memory, and reads the time; nothing here knows a machine. */
#pragma once

#include "trace/arena.h"

/* A static site: one descriptor in the section trace_sites.  Its name is interned when the
 * tracer starts; until then id is 0. */
struct trace_site {
    const char *name;
    uint16_t id; /* in the arena's names */
};

/* Defines the descriptor of a static site; `text` is a string literal of 1..255 bytes. */
#define TRACE_SITE(variable, text)                                                                 \
    static struct trace_site variable                                                              \
        __attribute__((section("trace_sites"), used, aligned(sizeof(void *)))) = {.name = (text)}

/* One CPU's way into its tables: pointers that follow the phase and the switches. */
struct trace_cpu {
    struct trace_table *table;       /* of the current phase */
    struct trace_table *sites;       /* the same, or its filter while static sites are off */
    struct trace_table *annotations; /* the same, or its filter while annotations are off */
    struct trace_table *tslog;       /* or its filter */
    union {
        struct {
            uint16_t no_name; /* 0 */
            uint16_t task;    /* who runs on the CPU: id in the arena's tasks */
        };
        uint32_t ids; /* both as a record has them, for an event to add its name */
    };
    uint32_t number;
};

/* What is recorded; what is not is counted as filtered. */
struct trace_switches {
    bool sites;
    bool annotations; /* static sites that stand for boottrace events of the kernel */
    bool tslog;
};

struct trace_tracer {
    struct trace_arena *arena;
    struct trace_switches on;
    bool ended; /* the shutdown is the last phase: nothing leads back from it */
    struct trace_cpu cpu[TRACE_CPUS_MAX];
};

/* Starts, in zeroed memory, on a freshly formatted arena, in the kernel phase, with everything on, and gives
 * every site in [sites, sites_end) its id.  Until the embedding says otherwise, task 0 runs on each CPU. */
void trace_tracer_start(struct trace_tracer *tracer, struct trace_arena *arena,
                        struct trace_site *sites, struct trace_site *sites_end);

/* Goes on in a larger arena that was formatted for the same or more CPUs: names, tasks, clocks,
 * phases, the boot tables and TSLOG come along.
 * Context: thread, in the kernel phase; interrupts and NMIs may record meanwhile. */
void trace_tracer_move(struct trace_tracer *tracer, struct trace_arena *arena);

/* Switches what is recorded on or off from here on.  Context: one thread at a time. */
void trace_tracer_switch(struct trace_tracer *tracer, struct trace_switches on);

/* Makes a table empty on every CPU (trace_table_reset).  Context: one thread at a time. */
void trace_tracer_reset(struct trace_tracer *tracer, enum trace_table_id table, bool as_filtered);

/* Enters a phase: later events go to its table, on every CPU.  Going back, and entering
 * the present phase again, is ignored.  `tsc` is the boot CPU's: elsewhere it is to be corrected.
 * Context: any. */
void trace_tracer_enter(struct trace_tracer *tracer, enum trace_phase phase, uint64_t tsc);

/* Goes from the shutdown, and only from there, to multi-user operation: a shutdown may end in single-user
 * operation, and that lead up again.  Context: thread. */
void trace_tracer_resume(struct trace_tracer *tracer, uint64_t tsc);

/* Enters the shutdown for good: trace_tracer_resume does nothing any more.  Context: any. */
void trace_tracer_end(struct trace_tracer *tracer, uint64_t tsc);

/* Records one event of a static site in a table that `cpu` has chosen, now: `now` reads the time, and is not called for an event
 * that the table does not store.  Reading the TSC is most of what an event costs, so a full table
 * and a site that is off cost next to nothing.  Context: any, including NMI, on that CPU. */
__attribute__((always_inline)) static inline void
trace_cpu_record_now(const struct trace_cpu *cpu, struct trace_table *table,
                     const struct trace_site *site, uint64_t (*now)(void))
{
    struct trace_slot slot = trace_table_open(table);
    if (slot.record == NULL)
        return;
    uint64_t tsc = now();
    trace_record_fill_ids(slot.record, tsc, site->id | cpu->ids);
    trace_table_publish(table, &slot);
}

/* An event that is to be there once, although what records it may be cut off for good and then be done again, as in
 * a panic.  Zeroed before the first time. */
struct trace_once {
    struct trace_table *table; /* where it goes, NULL: not tried yet */
    uint64_t from;             /* events before this one are others */
};

/* Records an event of a static site as trace_cpu_record_now does, unless an earlier call with the same `once` has
 * begun to.  What such a call has claimed and not published is lost, and counted as dropped.  In a
 * table that has no room left it cannot be told from another that came since.  Context: as above, on the same CPU; calls
 * nest, and the outer one does not go on. */
void trace_cpu_record_once(const struct trace_cpu *cpu, struct trace_table *table,
                           const struct trace_site *site, uint64_t (*now)(void),
                           struct trace_once *once);

/* The same for an event whose time is known. */
static inline void trace_cpu_record_at(const struct trace_cpu *cpu, struct trace_table *table,
                                       const struct trace_site *site, uint64_t tsc)
{
    trace_table_record(table, tsc, site->id, cpu->task);
}
