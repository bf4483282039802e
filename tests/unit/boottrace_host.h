/* Boottrace as kernel/kern_boottrace.c and kernel/sysctl_boottrace.c have it, on the host: the rules, the
 * tracer and the log of trace/, and in place of a machine a clock that tests set. */
#pragma once

#include "trace/boottrace_rules.h"
#include "trace/log_text.h"

#define HOST_HZ 1000000u /* of the TSC */

enum host_node {
    HOST_BOOTTRACE,
    HOST_RUNTRACE,
    HOST_SHUTTRACE,
};

struct host_boottrace {
    struct trace_tracer tracer;
    struct boottrace rules;
    uint32_t cpu;
    struct trace_usage usage; /* of whoever records */
};

/* The TSC of the CPU that records now. */
extern uint64_t host_tsc;

/* The first line of C: a small arena, everything recorded. */
void host_start(struct host_boottrace *host, uint64_t entry_tsc);

/* The tunables are known, or known better: tables of these capacities, switches as they are in host->rules. */
struct host_shape {
    uint32_t cpus;
    uint32_t capacity[TRACE_PHASE_TABLES];
    int64_t offset; /* of CPU 1 */
};
void host_settle(struct host_boottrace *host, const struct host_shape *shape);
void host_end(struct host_boottrace *host);

/* Who runs on the present CPU. */
void host_run(struct host_boottrace *host, uint32_t pid, const char *name);

/* What a writer of the sysctl gets: FreeBSD's numbers. */
int host_write(struct host_boottrace *host, enum host_node node, const char *text, size_t length);
void host_kernel(struct host_boottrace *host, const char *text);
void host_switch(struct host_boottrace *host, bool enabled, bool kernel, bool user);
void host_enter(struct host_boottrace *host, enum trace_phase phase);

/* Prints tables as kern.boottrace.log and .shutdown_log do.  With memory for TRACE_CPUS_MAX cursors. */
void host_print(struct host_boottrace *host, enum trace_table_id first, enum trace_table_id last,
                uint64_t threshold, const struct text_sink *sink, struct log_cursor *cursors);
