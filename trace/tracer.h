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

/* One CPU's way into its tables: two pointers that follow the phase and the switch. */
struct trace_cpu {
    struct trace_table *table; /* of the current phase */
    struct trace_table *sites; /* the same, or its filter while static sites are off */
    uint32_t task;             /* who runs on the CPU: id in the arena's tasks */
    uint32_t number;
};

struct trace_tracer {
    struct trace_arena *arena;
    bool sites_enabled;
    struct trace_cpu cpu[TRACE_CPUS_MAX];
};

/* Starts on a freshly formatted arena, in the kernel phase, with static sites on, and gives
 * every site in [sites, sites_end) its id. */
void trace_tracer_start(struct trace_tracer *tracer, struct trace_arena *arena,
                        struct trace_site *sites, struct trace_site *sites_end);

/* Goes on in a larger arena that was formatted for the same or more CPUs: names, tasks, clocks,
 * phases and the boot tables come along.  With `sites_enabled` false, what the boot tables hold
 * is counted as filtered, and static sites only count from here on.
 * Context: thread, in the kernel phase; interrupts and NMIs may record meanwhile. */
void trace_tracer_move(struct trace_tracer *tracer, struct trace_arena *arena, bool sites_enabled);

/* Switches the static sites on or off from here on.  Context: any. */
void trace_tracer_switch_sites(struct trace_tracer *tracer, bool enabled);

/* Enters a phase: later events go to its table, on every CPU.  Going back, and entering
 * the present phase again, is ignored.  `tsc` is the boot CPU's: elsewhere it is to be corrected.
 * Context: any. */
void trace_tracer_enter(struct trace_tracer *tracer, enum trace_phase phase, uint64_t tsc);

/* Records one event of a static site, now: `now` reads the time, and is not called for an event
 * that the table does not store.  Reading the TSC is most of what an event costs, so a full table
 * and a site that is off cost next to nothing.  Context: any, including NMI, on that CPU. */
__attribute__((always_inline)) static inline void
trace_cpu_record_now(struct trace_cpu *cpu, const struct trace_site *site, uint64_t (*now)(void))
{
    struct trace_table *table = cpu->sites;
    struct trace_slot slot = trace_table_open(table);
    if (slot.record == NULL)
        return;
    trace_record_fill(slot.record, now(), site->id, cpu->task);
    trace_table_publish(table, &slot);
}

/* The same for an event whose time is known. */
static inline void trace_cpu_record_site(struct trace_cpu *cpu, const struct trace_site *site,
                                         uint64_t tsc)
{
    trace_table_record(cpu->sites, tsc, site->id, cpu->task);
}
