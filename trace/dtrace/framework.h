/* The framework: probes of all providers, the state that traces, and the firing of a probe.
 *
 * A kernel makes one framework, adds its probes, gives the anonymous state its DOF objects, and lets it go.
 * Probes that are added later are matched when they appear.
 *
 * Context: dtrace_fire in any, including NMI, on any CPU; all else by one thread at a time. */
#pragma once

#include "trace/dtrace/consumer.h"
#include "trace/dtrace/dof.h"
#include "trace/dtrace/dtrace_memory.h"
#include "trace/dtrace/probe_environment.h"

struct dtrace;       /* the framework */
struct dtrace_probe; /* one of its probes */

/* A provider; the functions may be NULL. */
struct dtrace_provider {
    const char *name;
    void (*enable)(const struct dtrace_probe *probe);  /* the first clause came to it */
    void (*disable)(const struct dtrace_probe *probe); /* the state has stopped */

    /* Adds the probes that a description asks for, if they are made only then, as tick-5s is.  Called for each
     * clause at go, of providers that were given to dtrace_provider_add. */
    void (*provide)(struct dtrace *dtrace, const struct dtrace_provider *provider,
                    const struct dof_clause *clause);
};

struct dtrace_config {
    const struct dtrace_environment *environment;
    struct dtrace_memory *memory; /* everything comes from it: probes, objects, buffers */
    uint32_t cpus;
    uint32_t probes_max;
    bool destructive_allowed;
    uint64_t
        deadman_ns; /* a CPU that spends nine tenths of so long in probes kills the state; 0: none does */
};

/* NULL: the memory does not suffice. */
struct dtrace *dtrace_make(const struct dtrace_config *config);

/* Has provider->provide called at go; it stays where it is.  False: no memory. */
bool dtrace_provider_add(struct dtrace *dtrace, const struct dtrace_provider *provider);

/* Adds a probe; names stay where they are.  `site` is the provider's own.  Gives the id, or 0: no room, or
 * names too long. */
uint32_t dtrace_probe_add(struct dtrace *dtrace, const struct dtrace_provider *provider,
                          const char *module, const char *function, const char *name,
                          uintptr_t site);
const struct dtrace_probe *dtrace_probe(const struct dtrace *dtrace, uint32_t id); /* NULL: none */
uint32_t dtrace_probes(const struct dtrace *dtrace); /* ids are 1 to this */
struct dtrace_probe_description dtrace_probe_describe(const struct dtrace_probe *probe);
uintptr_t dtrace_probe_site(const struct dtrace_probe *probe);
bool dtrace_probe_is_enabled(const struct dtrace_probe *probe);

/* --- The anonymous state --- */

enum dtrace_go {
    DTRACE_GO_OK = 0,
    DTRACE_GO_NOTHING,     /* no object was given */
    DTRACE_GO_DESTRUCTIVE, /* every object needs the option, and it is not set or not allowed */
    DTRACE_GO_NO_BUFFER,   /* bufsize or aggsize too small */
    DTRACE_GO_NO_MEMORY,
    DTRACE_GO_BUSY,   /* it has gone already */
    DTRACE_GO_NO_CPU, /* the option cpu names one that is not there */
};
const char *dtrace_go_str(enum dtrace_go status);

/* Loads an object into the state, checks its actions, and takes its options.  False: *problem says why, and
 * the state is as before. */
bool dtrace_add_object(struct dtrace *dtrace, const uint8_t *bytes, size_t size,
                       struct dof_problem *problem);

/* The value that counts: as set; else what dtrace(1M) presets (bufsize and aggsize 4 MiB) or the default, and
 * DOF_OPTION_UNSET if there is none.  After go, sizes are what the memory allowed: asked for is told by
 * dtrace_option_asked. */
int64_t dtrace_option(const struct dtrace *dtrace, uint32_t id);
int64_t dtrace_option_asked(const struct dtrace *dtrace, uint32_t id);
bool dtrace_option_is_set(const struct dtrace *dtrace, uint32_t id); /* by an object */

/* Bytes for each byte of an aggregation buffer that its consumer takes to put all CPUs together. */
enum {
    DTRACE_MERGING = 2
};

/* Bytes that go takes for strings and variables, beside what options name. */
uint64_t dtrace_memory_beside_buffers(const struct dtrace *dtrace);

/* How many there are in all objects, and one of them. */
uint32_t dtrace_clauses(const struct dtrace *dtrace);
const struct dof_clause *dtrace_clause(const struct dtrace *dtrace, uint32_t number, /* from 0 */
                                       uint32_t *matched); /* probes so far */

/* How often a clause meant a probe and found no room for that, since go. */
uint32_t dtrace_matches_lost(const struct dtrace *dtrace);

/* Why a clause does not trace although its object was accepted; NULL: it does.  Known after go. */
const char *dtrace_clause_refusal(const struct dtrace *dtrace, uint32_t number);

/* Makes buffers, matches every probe, fires BEGIN on this CPU, and records from then on. */
enum dtrace_go dtrace_go(struct dtrace *dtrace, uint32_t cpu);

/* Nothing is recorded any more but END's clauses; on this CPU.  Again: does nothing. */
void dtrace_stop(struct dtrace *dtrace, uint32_t cpu);
bool dtrace_is_going(const struct dtrace *dtrace);
bool dtrace_has_exited(const struct dtrace *dtrace, int32_t *status); /* exit() was called */

/* Whether the deadman has killed the state, and the CPU whose probes took so long.  It records nothing any more, and
 * is still to be stopped; END will not fire.  Objects with destructive actions that may go keep it away. */
bool dtrace_was_killed(const struct dtrace *dtrace, uint32_t *cpu);

/* What committed and discarded speculations and deleted variables left on other CPUs; to be called now and then.
 * Interrupts of this CPU must be off. */
void dtrace_clean(struct dtrace *dtrace);

/* What it holds, for the consumer; valid until the state records again or is discarded. */
struct dtrace_source dtrace_source_of(struct dtrace *dtrace);

/* Forgets the data, undecided speculations and what was lost included; not the enabling.  A claim that is open
 * stays as it is, and is not remembered. */
void dtrace_discard(struct dtrace *dtrace);

/* --- Claims ---
 *
 * A claim is what every CPU holds at one moment each, while the state goes on or when it has stopped.  It begins,
 * takes CPU after CPU, is printed, and ends; from its beginning to its end it alone takes from the memory.  What
 * it has told is remembered: dtrace_source_since gives the rest. */

enum dtrace_claim_status {
    DTRACE_CLAIM_OK = 0,
    DTRACE_CLAIM_NO_MEMORY, /* for a copy, and for who prints it */
    DTRACE_CLAIM_BUSY,      /* the CPU fires all the time: it is not part of the claim */
};

/* One that is open is given up. */
void dtrace_claim_begin(struct dtrace *dtrace);

/* Takes what the CPU holds: records of a ring and aggregations are copied while the state goes, as long as which
 * a firing on this CPU, which only an NMI can bring, is counted as nested.
 * Context: on that CPU, or while it does not run; interrupts of this CPU off. */
enum dtrace_claim_status dtrace_claim_take(struct dtrace *dtrace, uint32_t cpu);

/* What was taken; valid until the claim ends. */
struct dtrace_source dtrace_claim_source(struct dtrace *dtrace);

/* It was printed: what it has of the CPUs that it has taken is told. */
void dtrace_claim_end(struct dtrace *dtrace);

/* It was not, and the memory that it took is free; without an open claim, nothing.  Context: any. */
void dtrace_claim_give_up(struct dtrace *dtrace);

/* As dtrace_source_of, with what claims have told marked as such; *anything: there is more than that. */
struct dtrace_source dtrace_source_since(struct dtrace *dtrace, bool *anything);

/* That the state records on: numbers below this. */
uint32_t dtrace_cpus(const struct dtrace *dtrace);

/* --- Firing --- */

struct dtrace_event {
    uint32_t cpu;
    const void *frame;         /* for environment->stack and ->argument */
    const uint64_t *arguments; /* may be NULL if the count is 0 */
    uint32_t argument_count;   /* at most 10 */
};

/* Context: any.  Interrupts of this CPU must be off (an NMI may come).  Never waits, allocates or faults;
 * within another firing on this CPU it does nothing but count. */
void dtrace_fire(struct dtrace *dtrace, const struct dtrace_probe *probe,
                 const struct dtrace_event *event);
