/* Anonymous tracing, as its frames tell it: a source for the consumer, built again.
 *
 * What was lost is not there: a description that is missing makes the consumer say so, and a run of records of
 * which a frame is missing is left out. */
#pragma once

#include "trace/arena.h"
#include "trace/dtrace/dof.h"
#include "trace/dtrace/dtrace_stream.h"

#define MODEL_RUN_MAX  (1u << 20)   /* bytes */
#define MODEL_RUNS_MAX (256u << 20) /* bytes of all runs; what is beyond is left out */

/* A place of the kernel with its name. */
struct model_symbol {
    uint64_t address;
    struct dtrace_symbol symbol;
};

/* What one frame carries of a run of records. */
struct model_part {
    uint32_t which, cpu;
    uint32_t start, length; /* of the run, in its buffer */
    uint32_t offset, size;  /* of this part, in the run */
    struct frame_reader bytes;
    size_t number; /* parts before it in the stream */
};

/* A buffer of one CPU: the runs that came whole, one behind the other, without what lay between them. */
struct model_buffer {
    bool known; /* its books were received */
    uint8_t *bytes;
    size_t capacity;
    struct dtrace_snapshot snapshot;
    uint32_t size;           /* bytes of the kernel's buffer, as its books say */
    uint64_t came;           /* bytes of the runs */
    uint32_t oldest;         /* where the snapshot's begins in the kernel's buffer */
    bool turned;             /* a ring: the oldest run has been taken */
    uint64_t received;       /* records */
    uint64_t received_bytes; /* of these */
};

struct model_dtrace {
    bool known; /* the state's frame was received */
    uint32_t cpus, begin_cpu;
    struct dtrace_status status;
    int64_t options[DOF_OPTIONS];
    struct dtrace_probe_description *probes; /* by id, as the others */
    size_t probe_count, probe_capacity;
    struct dtrace_ecb_description *ecbs;
    size_t ecb_count, ecb_capacity;
    struct dtrace_aggregation_description *aggregations;
    size_t aggregation_count, aggregation_capacity;
    struct model_symbol *symbols; /* by address */
    size_t symbol_count, symbol_capacity;
    struct model_part *parts;
    size_t part_count, part_capacity;
    struct model_buffer buffers[STREAM_BUFFERS][TRACE_CPUS_MAX];
    struct dtrace_snapshot snapshots[STREAM_BUFFERS][TRACE_CPUS_MAX]; /* for the source */
    uint64_t incomplete; /* runs of which something is missing */
    void **owned;        /* what the descriptions point to */
    size_t owned_count, owned_capacity;
};

/* Takes a frame of one of its kinds; false if it is malformed. */
bool model_dtrace_read(struct model_dtrace *dtrace, char kind, struct frame_reader *reader);

/* Once all frames have been taken: sorts, and puts the buffers together. */
void model_dtrace_finish(struct model_dtrace *dtrace);
void model_dtrace_free(struct model_dtrace *dtrace);

/* Whether any frame of it was received. */
bool model_dtrace_is_there(const struct model_dtrace *dtrace);

/* Whether the books of a buffer that there is were not received. */
bool model_dtrace_lacks_books(const struct model_dtrace *dtrace, uint32_t which, uint32_t cpu);

/* How many bytes of the aggregations of a CPU were not received; of what books that are missing had said, none. */
uint64_t model_dtrace_bytes_missing(const struct model_dtrace *dtrace, uint32_t cpu);

/* For the consumer; lives as long as the model. */
struct dtrace_source model_dtrace_source(const struct model_dtrace *dtrace);
