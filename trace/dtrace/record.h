/* What lies in a state's buffers, and what its consumer is told of it: the same in the kernel, on the line, and
 * on the host.
 *
 * Source: illumos, uts/common/sys/dtrace.h (July 2021), dtrace_recdesc, dtrace_eprobedesc, dtrace_aggdesc. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begins every record of a principal buffer; times are ns. */
struct dtrace_record_header {
    uint32_t epid; /* 0: padding of 4 bytes */
    uint32_t time_high, time_low;
};
_Static_assert(sizeof(struct dtrace_record_header) == 12, "as in DTrace");

/* Begins every record of an aggregation buffer, at a multiple of 8; offsets of its description count from it. */
struct dtrace_aggregation_header {
    uint32_t id;
    uint32_t reserved;
};

/* One piece of a record. */
struct dtrace_record {
    uint16_t action;    /* enum dof_action_kind */
    uint16_t alignment; /* bytes */
    uint32_t size;      /* bytes; 0: recorded nothing */
    uint32_t offset;    /* bytes, from the record's start */
    uint64_t arg, uarg;
    const char *format; /* NULL: none */
    bool string;        /* by reference: the bytes are a string */
};

enum {
    DTRACE_CPUS_MAX = 32
};

/* Ids of probes: the framework's own come first. */
enum {
    DTRACE_BEGIN = 1,
    DTRACE_END,
    DTRACE_ERROR,
    DTRACE_PROBE_FIRST
};

struct dtrace_probe_description {
    uint32_t id; /* from 1 */
    const char *provider, *module, *function, *name;
};

enum {
    DTRACE_UARG_ERROR = 1 /* of the built-in ERROR clause */
};

/* A clause on a probe: what the records with its EPID look like. */
struct dtrace_ecb_description {
    uint32_t epid; /* from 1 */
    uint32_t probe;
    uint64_t uarg;
    uint32_t size; /* bytes of a record, 0: it leaves none */
    uint32_t record_count;
    const struct dtrace_record *records;
};

/* The first record is the variable's id (8 bytes), the last one the data; between them are the keys. */
struct dtrace_aggregation_description {
    uint32_t id; /* from 1 */
    uint32_t epid;
    uint32_t size; /* bytes */
    uint32_t record_count;
    const struct dtrace_record *records;
};

/* What a full buffer does: forget the oldest, stop for good, or drop what comes. */
enum dtrace_policy {
    DTRACE_POLICY_RING,
    DTRACE_POLICY_FILL,
    DTRACE_POLICY_SWITCH
};

/* The books of one buffer: emitted = kept + overwritten + dropped + filtered.  Filtered are firings whose
 * predicate was false, or whose clause was discarded or faulted.
 *
 * A principal buffer counts the firings of clauses that leave a record, and what was speculated when it is decided;
 * an aggregation buffer counts updates, of which it keeps those that went into an entry. */
struct dtrace_buffer_books {
    uint64_t emitted, kept, overwritten, dropped, filtered;
    uint64_t errors; /* of the filtered: faults */
};

/* What a buffer of one CPU holds. */
struct dtrace_snapshot {
    uint32_t cpu;
    const uint8_t *bytes;
    uint32_t size;   /* bytes that hold records */
    uint32_t oldest; /* offset of the oldest record of a ring that has wrapped, else 0 */
    uint32_t
        newest; /* where the newest record of such a ring ends: nothing lies between it and `oldest` */
    bool wrapped; /* a ring: behind the end it goes on at 0 */
    uint64_t
        told; /* of a principal one, records at its beginning that an earlier claim has printed */
    struct dtrace_buffer_books books;
};

/* Of the state as a whole. */
struct dtrace_status {
    uint64_t dynamic_drops;
    uint64_t speculation_drops, speculations_busy, speculations_unavailable;
    uint64_t errors, errors_in_errors;
    uint64_t stack_string_overflows;
    uint64_t filled; /* buffers with the policy fill that are full */
    uint64_t nested; /* firings inside a probe, which are passed over */
    uint64_t killed; /* by the deadman: 1 + the CPU whose probes took too long; 0: it was not */
};
