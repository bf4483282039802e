/* Sources for the consumer, made by hand. */
#include "tests/unit/dtrace_draft.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/exact_copy.h"

static const struct dtrace_probe_description *probe_of(void *context, uint32_t id)
{
    struct draft *draft = context;
    return id < DRAFT_IDS && draft->probes[id].name != NULL ? &draft->probes[id] : NULL;
}

static const struct dtrace_ecb_description *ecb_of(void *context, uint32_t epid)
{
    struct draft *draft = context;
    return epid < DRAFT_IDS && draft->given_ecbs[epid].epid != 0 ? &draft->given_ecbs[epid] : NULL;
}

static const struct dtrace_aggregation_description *aggregation_of(void *context, uint32_t id)
{
    struct draft *draft = context;
    return id < DRAFT_IDS && draft->given_aggregations[id].id != 0 ? &draft->given_aggregations[id]
                                                                   : NULL;
}

static bool symbol_of(void *context, uint64_t address, struct dtrace_symbol *symbol)
{
    (void)context;
    if (address < 0x1000 || address >= 0x9000)
        return false;
    strcpy(symbol->module, address < 0x5000 ? "unix" : "genunix");
    snprintf(symbol->function, sizeof symbol->function, "f%x", (unsigned)address / 0x100);
    symbol->offset = address % 0x100;
    return true;
}

void draft_start(struct draft *draft)
{
    memset(draft, 0, sizeof *draft);
    for (uint32_t i = 0; i < DOF_OPTIONS; i++)
        draft->options[i] = DOF_OPTION_UNSET;
    draft->source = (struct dtrace_source){
        .context = draft,
        .probe = probe_of,
        .ecb = ecb_of,
        .aggregation = aggregation_of,
        .symbol = symbol_of,
        .cpus = 1,
        .principal = draft->principals,
        .aggregations = draft->aggregated,
        .options = draft->options,
    };
    for (uint32_t cpu = 0; cpu < DRAFT_CPUS; cpu++)
        draft->principals[cpu].cpu = draft->aggregated[cpu].cpu = cpu;
    draft_probe(draft, 1, "dtrace", "", "", "BEGIN");
    draft_probe(draft, 2, "dtrace", "", "", "END");
}

void draft_probe(struct draft *draft, uint32_t id, const char *provider, const char *module,
                 const char *function, const char *name)
{
    assert(id < DRAFT_IDS);
    draft->probes[id] = (struct dtrace_probe_description){id, provider, module, function, name};
}

void draft_ecb(struct draft *draft, uint32_t epid, uint32_t probe, uint64_t uarg)
{
    assert(epid < DRAFT_IDS);
    draft->ecbs[epid] = (struct dtrace_ecb_description){
        .epid = epid,
        .probe = probe,
        .uarg = uarg,
        .size = 12,
        .records = &draft->records[draft->record_count],
    };
}

static struct dtrace_record *next_record(struct draft *draft, uint16_t action, uint32_t size,
                                         uint32_t behind, const char *format)
{
    assert(draft->record_count < DRAFT_RECORDS);
    uint16_t align = size % 8 == 0 ? 8 : size % 4 == 0 ? 4 : size % 2 == 0 ? 2 : 1;
    struct dtrace_record *record = &draft->records[draft->record_count++];
    *record = (struct dtrace_record){
        .action = action,
        .alignment = align,
        .size = size,
        .offset = (behind + align - 1) / align * align,
        .format = format,
    };
    return record;
}

struct dtrace_record *draft_record(struct draft *draft, uint32_t epid, uint16_t action,
                                   uint32_t size, const char *format)
{
    struct dtrace_ecb_description *ecb = &draft->ecbs[epid];
    uint32_t behind = 12;
    if (ecb->record_count > 0)
        behind =
            ecb->records[ecb->record_count - 1].offset + ecb->records[ecb->record_count - 1].size;
    struct dtrace_record *record = next_record(draft, action, size, behind, format);
    ecb->record_count++;
    ecb->size = (record->offset + size + 3) / 4 * 4;
    return record;
}

void draft_aggregation(struct draft *draft, uint32_t id)
{
    assert(id < DRAFT_IDS);
    draft->aggregations[id] = (struct dtrace_aggregation_description){
        .id = id, .epid = 1, .size = 8, .records = &draft->records[draft->record_count]};
    draft_key(draft, id, DOF_ACTION_DIFEXPR, 8);
}

struct dtrace_record *draft_key(struct draft *draft, uint32_t id, uint16_t action, uint32_t size)
{
    struct dtrace_aggregation_description *aggregation = &draft->aggregations[id];
    struct dtrace_record *record = next_record(draft, action, size, aggregation->size, NULL);
    aggregation->record_count++;
    aggregation->size = record->offset + size;
    return record;
}

static void write_number(uint8_t *bytes, uint32_t size, uint64_t value)
{
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

/* Padding is 0, as in a buffer. */
static uint8_t *reserve(struct draft_buffer *buffer, uint32_t size, uint32_t align)
{
    buffer->used = (buffer->used + align - 1) / align * align;
    assert(size <= DRAFT_BYTES - buffer->used);
    buffer->used += size;
    return buffer->bytes + buffer->used - size;
}

uint8_t *draft_emit(struct draft *draft, uint32_t cpu, uint32_t epid, uint64_t time)
{
    uint8_t *record = reserve(&draft->principal[cpu], draft->ecbs[epid].size, 8);
    write_number(record, 4, epid);
    write_number(record + 4, 4, time >> 32);
    write_number(record + 8, 4, time);
    draft->principals[cpu].books.emitted++;
    draft->principals[cpu].books.kept++;
    return record;
}

uint8_t *draft_count(struct draft *draft, uint32_t cpu, uint32_t id, uint64_t variable)
{
    uint8_t *record = reserve(&draft->counted[cpu], draft->aggregations[id].size, 8);
    write_number(record, 4, id);
    write_number(record + 8, 8, variable);
    draft->aggregated[cpu].books.emitted++;
    draft->aggregated[cpu].books.kept++;
    return record;
}

void draft_put(uint8_t *record, const struct dtrace_record *piece, uint64_t value)
{
    write_number(record + piece->offset, piece->size < 8 ? piece->size : 8, value);
}

void draft_put_text(uint8_t *record, const struct dtrace_record *piece, const char *text)
{
    size_t length = strlen(text) + 1;
    memcpy(record + piece->offset, text, length < piece->size ? length : piece->size);
}

void draft_put_word(uint8_t *record, const struct dtrace_record *piece, uint32_t word,
                    uint64_t value)
{
    assert(word < piece->size / 8);
    write_number(record + piece->offset + word * 8, 8, value);
}

/* A copy that is freed instead of an older one. */
static void *exactly(const void *bytes, size_t size, const void *older)
{
    void *exact = exact_copy(bytes, size);
    free((void *)older);
    return exact;
}

static void take_exactly(struct dtrace_snapshot *snapshot, const struct draft_buffer *buffer)
{
    snapshot->bytes = exactly(buffer->bytes, buffer->used, snapshot->bytes);
    snapshot->size = buffer->used;
}

static const struct dtrace_record *exact_records(const struct dtrace_record *records,
                                                 uint32_t count, const struct dtrace_record *older)
{
    return exactly(records, count * sizeof *records, older);
}

static void give_descriptions(struct draft *draft)
{
    for (uint32_t id = 0; id < DRAFT_IDS; id++) {
        struct dtrace_ecb_description ecb = draft->ecbs[id];
        struct dtrace_aggregation_description aggregation = draft->aggregations[id];
        ecb.records = exact_records(ecb.records, ecb.record_count, draft->given_ecbs[id].records);
        aggregation.records = exact_records(aggregation.records, aggregation.record_count,
                                            draft->given_aggregations[id].records);
        draft->given_ecbs[id] = ecb;
        draft->given_aggregations[id] = aggregation;
    }
}

const struct dtrace_source *draft_source(struct draft *draft)
{
    for (uint32_t cpu = 0; cpu < DRAFT_CPUS; cpu++) {
        take_exactly(&draft->principals[cpu], &draft->principal[cpu]);
        take_exactly(&draft->aggregated[cpu], &draft->counted[cpu]);
    }
    give_descriptions(draft);
    return &draft->source;
}

void draft_finish(struct draft *draft)
{
    for (uint32_t cpu = 0; cpu < DRAFT_CPUS; cpu++) {
        free((void *)draft->principals[cpu].bytes);
        free((void *)draft->aggregated[cpu].bytes);
        draft->principals[cpu].bytes = draft->aggregated[cpu].bytes = NULL;
    }
    for (uint32_t id = 0; id < DRAFT_IDS; id++) {
        free((void *)draft->given_ecbs[id].records);
        free((void *)draft->given_aggregations[id].records);
        draft->given_ecbs[id].records = draft->given_aggregations[id].records = NULL;
    }
}
