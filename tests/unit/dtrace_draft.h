/* Sources for the consumer, made by hand: descriptions, and the bytes that fit them. */
#pragma once

#include "trace/dtrace/consumer.h"
#include "trace/dtrace/dof.h"

enum {
    DRAFT_CPUS = 4,
    DRAFT_IDS = 24,
    DRAFT_RECORDS = 256,
    DRAFT_BYTES = 16384,
};

struct draft_buffer {
    uint8_t bytes[DRAFT_BYTES];
    uint32_t used;
};

struct draft {
    struct dtrace_probe_description probes[DRAFT_IDS];             /* by id; name NULL: none */
    struct dtrace_ecb_description ecbs[DRAFT_IDS];                 /* by EPID; 0: none */
    struct dtrace_aggregation_description aggregations[DRAFT_IDS]; /* by id; 0: none */
    struct dtrace_record records[DRAFT_RECORDS];
    uint32_t record_count;
    struct dtrace_ecb_description given_ecbs[DRAFT_IDS]; /* what the source has of them */
    struct dtrace_aggregation_description given_aggregations[DRAFT_IDS];
    struct draft_buffer principal[DRAFT_CPUS], counted[DRAFT_CPUS];
    struct dtrace_snapshot principals[DRAFT_CPUS], aggregated[DRAFT_CPUS];
    int64_t options[DOF_OPTIONS];
    struct dtrace_source source;
};

/* One CPU, no option set; probe 1 is dtrace:::BEGIN, probe 2 dtrace:::END.  The addresses from 0x1000 on are
 * functions of module "unix" of 0x100 bytes each, f10, f11 and so on; 0x5000 and above, of "genunix". */
void draft_start(struct draft *draft);

void draft_probe(struct draft *draft, uint32_t id, const char *provider, const char *module,
                 const char *function, const char *name);

/* A clause, to which draft_record adds.  Descriptions of the same draft are made one after another. */
void draft_ecb(struct draft *draft, uint32_t epid, uint32_t probe, uint64_t uarg);
struct dtrace_record *draft_record(struct draft *draft, uint32_t epid, uint16_t action,
                                   uint32_t size, const char *format);

/* An aggregation of a variable; keys, then the data. */
void draft_aggregation(struct draft *draft, uint32_t id);
struct dtrace_record *draft_key(struct draft *draft, uint32_t id, uint16_t action, uint32_t size);

/* A record in a CPU's buffer; its pieces are all 0 until they are put. */
uint8_t *draft_emit(struct draft *draft, uint32_t cpu, uint32_t epid, uint64_t time);
uint8_t *draft_count(struct draft *draft, uint32_t cpu, uint32_t id, uint64_t variable);
void draft_put(uint8_t *record, const struct dtrace_record *piece, uint64_t value);
void draft_put_text(uint8_t *record, const struct dtrace_record *piece, const char *text);
void draft_put_word(uint8_t *record, const struct dtrace_record *piece, uint32_t word,
                    uint64_t value);

/* The source; buffers and the records of descriptions are copied to memory of exactly their size, which
 * draft_finish gives back. */
const struct dtrace_source *draft_source(struct draft *draft);
void draft_finish(struct draft *draft);
