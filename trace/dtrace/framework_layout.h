/* What the framework is made of; for its own parts and their tests.
 *
 *  dtrace ── probes[] ──> ecb ──> ecb ──> ...       every clause on the probe, in the order of the enabling
 *     │                     └──> clause              its code, and how its records are laid out
 *     ├── objects ── clauses[]
 *     └── cpu[] ── principal, aggregation, speculations, staging, scratch
 *
 * Concurrency, in numbers:
 *  1. A CPU owns its struct dtrace_cpu while its `held` is not FREE.  A firing takes it with one exchange; whoever
 *     finds it FIRING is nested in that firing, counts, and goes.  The cleaner and the reset take it as CLEANING
 *     for a copy of some KiB, or one record, for which a firing waits a bounded number of rounds.
 *  2. The exchange is a full barrier, and `activity` is read behind it: who changes the activity and then sees
 *     `held` FREE knows that no later firing goes by the old one.
 *  3. A probe's list of ECBs is only ever appended to, by one thread, with a release store; what it points at is
 *     complete.  Nothing that a firing can reach is ever given back.
 *  4. A claim while the state goes takes a CPU as CLEANING, too, on that CPU itself with interrupts off, so that
 *     only an NMI's firing can find it so.  What it copies is between two firings.  Records of fill and switch
 *     it leaves where they are: below the offset that it saw nothing is written any more.
 *  5. A speculation's state is one word that every CPU changes by compare and exchange. */
#pragma once

#include "trace/dtrace/aggregation.h"
#include "trace/dtrace/buffer.h"
#include "trace/dtrace/framework.h"
#include "trace/dtrace/run.h"
#include "trace/dtrace/speculation.h"

struct dtrace_clause;
struct dtrace_object;

struct dtrace_ecb {
    struct dtrace_ecb_description description;
    const struct dtrace_clause *clause;
    struct dtrace_ecb *next; /* on the same probe */
};

/* A probe with its clauses. */
struct dtrace_probe {
    struct dtrace_probe_description description;
    const struct dtrace_provider *provider;
    uintptr_t site;
    struct dtrace_ecb *first, *last;
    bool enabled;
};

/* An action with its place in the record. */
struct dtrace_action {
    const struct dif_object *object; /* NULL: none */
    uint16_t kind;                   /* enum dof_action_kind */
    bool in_tuple;
    bool is_constant; /* the object does nothing but give `constant` */
    bool string;
    uint32_t offset; /* bytes, from the record's start, a tuple's too */
    uint32_t size;
    uint64_t arg;
    uint64_t constant;
    struct dtrace_aggregation *aggregation; /* of an aggregating action */
};

struct dtrace_clause {
    const struct dof_clause *source;
    const struct dtrace_object *object;
    uint32_t matched;
    const char *refusal; /* NULL: none */

    uint32_t size;      /* bytes of a record, 0: it leaves none */
    uint32_t needed;    /* bytes, with the tuples behind it and the data of aggregations */
    uint32_t staging;   /* bytes that it writes at most while it runs */
    uint32_t alignment; /* 4 or 8 */
    struct dtrace_action *actions;
    uint32_t action_count;
    struct dtrace_record *records; /* that are not in a tuple */
    uint32_t record_count;
    bool aggregates, speculates;
};

/* An object that was loaded whole. */
struct dtrace_object {
    struct dof_object dof;
    struct dtrace_clause *clauses;
    bool destructive;
    struct dtrace_object *next;
};

/* Who has a CPU: rule 1 above. */
enum dtrace_held {
    DTRACE_FREE,
    DTRACE_FIRING,
    DTRACE_CLEANING
};

struct dtrace_cpu {
    uint32_t held;    /* enum dtrace_held */
    bool records;     /* the option cpu does not exclude it */
    uint32_t firings; /* that have begun, for the cleaner */
    uint32_t seen;    /* of those, when it looked last */
    uint64_t nested;  /* by trace_local_fetch_increment: an NMI may nest in a nested one */
    uint64_t errors, errors_in_errors;
    uint64_t speculation_drops;
    uint64_t chill_began, chilled;    /* ns */
    uint64_t period_began, firing_ns; /* ns, for the deadman */
    struct dtrace_buffer principal;
    struct dtrace_aggregation_buffer aggregation;
    struct dtrace_buffer *speculations; /* by id - 1 */
    uint8_t *staging;                   /* 8-byte aligned; a record grows here */
    uint8_t *scratch;
    uint32_t scratch_size;
    struct dtrace_firing firing, error; /* of the probe, and of dtrace:::ERROR in it */
};

enum dtrace_activity {
    DTRACE_INACTIVE,
    DTRACE_WARMUP,
    DTRACE_ACTIVE,
    DTRACE_DRAINING,
    DTRACE_KILLED, /* by the deadman */
    DTRACE_COOLDOWN,
    DTRACE_STOPPED
};

/* What claims have printed of a CPU, in the counters of its buffers and its own. */
struct dtrace_told {
    uint64_t records, drops, updates, update_drops;
    struct dtrace_status lost;
};

/* A claim, and what those before it have told.  It takes memory from `mark` on, and gives it back at its end. */
struct dtrace_claim {
    struct dtrace_snapshot *principal, *aggregations; /* of each CPU */
    struct dtrace_told *told;                         /* likewise */
    struct dtrace_status *lost;                       /* likewise */
    struct dtrace_status shared, told_shared;         /* what is lost without a CPU */
    uint64_t aggregated; /* bytes of entries, for whoever merges them */
    size_t mark;
    bool open;
    bool taken[DTRACE_CPUS_MAX];
};

/* A provider that makes probes on demand. */
struct dtrace_provider_node {
    const struct dtrace_provider *provider;
    struct dtrace_provider_node *next;
};

struct dtrace {
    const struct dtrace_environment *environment;
    struct dtrace_memory *memory;
    uint32_t cpus, probes_max, probe_count;
    bool destructive_allowed;
    struct dtrace_probe *probes; /* by id - 1 */
    struct dtrace_provider_node *providers;

    struct dtrace_object *objects, *last_object;
    uint32_t object_count, clause_count, action_count;
    struct dif_declarations declarations;
    int64_t options[DOF_OPTIONS]; /* DOF_OPTION_UNSET: as dtrace_option says */
    int64_t granted[DOF_OPTIONS]; /* after go; DOF_OPTION_UNSET: as asked for */

    int64_t effective[DOF_OPTIONS]; /* told to the consumer */

    uint32_t activity; /* enum dtrace_activity */
    int32_t exit_status;
    uint32_t has_exited;
    uint64_t deadman_ns; /* 0: none */
    uint32_t killed;     /* by this CPU, from 1; 0: not */
    uint32_t begin_cpu;
    bool has_gone;
    bool matches;                  /* clauses are put on probes: from go to stop */
    uint64_t match_steps;          /* that patterns have taken */
    struct dtrace_clause *matched; /* the last one, if it has come to all that it means */
    struct dtrace_ecbs ecbs;
    uint32_t pieces;                          /* of the records of all ECBs */
    uint32_t ecbs_lost;                       /* matches for which there was no memory */
    struct dtrace_aggregation **aggregations; /* by id - 1 */
    uint32_t aggregation_count;
    struct dtrace_variables *variables;
    struct dtrace_speculations speculations;
    uint32_t strsize;
    struct dtrace_cpu *cpu;
    struct dtrace_snapshot *principal_snapshots, *aggregation_snapshots;
    struct dtrace_claim claim;
    struct dtrace_status forgotten; /* what was lost before the data was discarded */
};

/* Parts that more than one file needs. */
bool dtrace_option_is_valid(const struct dof_option *option);

/* Makes what each CPU has, as large as the options ask and the memory allows. */
enum dtrace_go dtrace_cpus_make(struct dtrace *dtrace);

/* Puts the clause on all probes that it means.  What comes back is a refusal, or NULL. */
const char *dtrace_clause_match(struct dtrace *dtrace, struct dtrace_clause *clause);

/* Tells the providers whose probes have come to clauses, and that they have left. */
void dtrace_probes_enable(struct dtrace *dtrace);
void dtrace_probes_disable(struct dtrace *dtrace);

/* Adds what a CPU has lost.  Context: that CPU held, or stopped. */
void dtrace_status_add(struct dtrace_status *status, const struct dtrace_cpu *cpu);

/* Adds what is lost without a CPU: by variables and speculations. */
void dtrace_status_add_shared(struct dtrace_status *status, const struct dtrace *dtrace);

/* Adds what others have counted. */
void dtrace_status_join(struct dtrace_status *sum, const struct dtrace_status *more);

/* What of it is new since `told`; what is the state of buffers, and no loss, stays. */
struct dtrace_status dtrace_status_since(const struct dtrace_status *status,
                                         const struct dtrace_status *told);

/* A source of these snapshots. */
struct dtrace_source dtrace_source_with(struct dtrace *dtrace,
                                        const struct dtrace_snapshot *principal,
                                        const struct dtrace_snapshot *aggregations,
                                        const struct dtrace_status *status);

static inline enum dtrace_activity dtrace_activity(const struct dtrace *dtrace)
{
    return (enum dtrace_activity)__atomic_load_n(&dtrace->activity, __ATOMIC_SEQ_CST);
}
