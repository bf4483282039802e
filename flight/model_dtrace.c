/* Anonymous tracing, as its frames tell it. */
#include "flight/model_dtrace.h"

#include <stdlib.h>
#include <string.h>

#include "flight/memory.h"
#include "flight/order.h"
#include "trace/dtrace/record_walk.h"

/* --- Memory --- */

static void *own(struct model_dtrace *dtrace, size_t count, size_t size)
{
    dtrace->owned = memory_grown(dtrace->owned, dtrace->owned_count, &dtrace->owned_capacity,
                                 sizeof *dtrace->owned);
    void *bytes = memory_zeroed(count + (count == 0), size);
    dtrace->owned[dtrace->owned_count++] = bytes;
    return bytes;
}

/* Ends at a NUL, as the text of the kernel does. */
static const char *own_text(struct model_dtrace *dtrace, struct frame_string string)
{
    char *text = own(dtrace, string.length + 1, 1);
    memcpy(text, string.text, string.length);
    return text;
}

/* --- Frames --- */

static bool read_options(struct model_dtrace *dtrace, struct frame_reader *reader)
{
    for (uint32_t i = 0; i < DOF_OPTIONS; i++)
        dtrace->options[i] = DOF_OPTION_UNSET;
    while (!reader->bad && reader->at != reader->end) {
        uint32_t option = frame_get_unsigned32(reader);
        int64_t value = stream_unzigzag(frame_get_unsigned(reader));
        if (reader->bad || (option >= DOF_OPTIONS && option != STREAM_DTRACE_KILLED))
            return false;
        if (option == STREAM_DTRACE_KILLED)
            dtrace->status.killed = (uint64_t)value;
        else
            dtrace->options[option] = value;
    }
    return true;
}

static bool read_state(struct model_dtrace *dtrace, struct frame_reader *reader)
{
    struct dtrace_status *status = &dtrace->status;
    uint64_t *counts[] = {
        &status->dynamic_drops,
        &status->speculation_drops,
        &status->speculations_busy,
        &status->speculations_unavailable,
        &status->errors,
        &status->errors_in_errors,
        &status->stack_string_overflows,
        &status->filled,
        &status->nested,
    };
    uint32_t cpus = frame_get_unsigned32(reader), begin_cpu = frame_get_unsigned32(reader);
    if (reader->bad || dtrace->known || cpus > TRACE_CPUS_MAX)
        return false;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        *counts[i] = frame_get_unsigned(reader);
    dtrace->cpus = cpus;
    dtrace->begin_cpu = begin_cpu;
    dtrace->known = read_options(dtrace, reader) && !reader->bad;
    if (!dtrace->known)
        dtrace->status = (struct dtrace_status){0};
    return dtrace->known;
}

static bool read_probe(struct model_dtrace *dtrace, struct frame_reader *reader)
{
    uint32_t id = frame_get_unsigned32(reader);
    struct frame_string names[4];
    for (uint32_t i = 0; i < 4; i++)
        names[i] = frame_get_string(reader);
    if (reader->bad || id == 0)
        return false;
    dtrace->probes = memory_grown(dtrace->probes, dtrace->probe_count, &dtrace->probe_capacity,
                                  sizeof *dtrace->probes);
    dtrace->probes[dtrace->probe_count++] = (struct dtrace_probe_description){
        .id = id,
        .provider = own_text(dtrace, names[0]),
        .module = own_text(dtrace, names[1]),
        .function = own_text(dtrace, names[2]),
        .name = own_text(dtrace, names[3]),
    };
    return true;
}

static uint32_t count_pieces(struct frame_reader reader)
{
    uint32_t count = 0;
    struct stream_piece piece = {.format = {NULL, 0}};
    while (stream_piece_next(&reader, &piece))
        count++;
    return reader.bad ? 0 : count;
}

/* NULL if they are malformed.  A format that pieces share stays one, or the model grows with its square. */
static struct dtrace_record *read_pieces(struct model_dtrace *dtrace, struct frame_reader *reader,
                                         uint32_t *count)
{
    *count = reader->bad ? 0 : count_pieces(*reader);
    if (reader->bad || (*count == 0 && reader->at != reader->end) || *count > DOF_ACTIONS_MAX)
        return NULL;
    struct dtrace_record *records = own(dtrace, *count, sizeof *records);
    struct stream_piece piece = {.format = {NULL, 0}};
    for (uint32_t i = 0; i < *count; i++) {
        const char *before = piece.format.text;
        (void)stream_piece_next(reader, &piece); /* as they were counted */
        records[i] = piece.record;
        if (piece.format.text != NULL)
            records[i].format = piece.format.text == before ? records[i - 1].format
                                                            : own_text(dtrace, piece.format);
    }
    return records;
}

/* Pieces lie in a record, and each of its bytes in one of them at most: what is printed of a record grows with its
 * size. */
static bool pieces_fit(const struct dtrace_record *records, uint32_t count, uint32_t size)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += records[i].size;
        if (records[i].size > 0 && (uint64_t)records[i].offset + records[i].size > size)
            return false;
    }
    return sum <= size;
}

static bool read_ecb(struct model_dtrace *dtrace, struct frame_reader *reader)
{
    struct dtrace_ecb_description ecb = {.epid = frame_get_unsigned32(reader)};
    ecb.probe = frame_get_unsigned32(reader);
    ecb.uarg = frame_get_unsigned(reader);
    ecb.size = frame_get_unsigned32(reader);
    ecb.records = read_pieces(dtrace, reader, &ecb.record_count);
    if (ecb.records == NULL || ecb.epid == 0 ||
        !pieces_fit(ecb.records, ecb.record_count, ecb.size))
        return false;
    dtrace->ecbs =
        memory_grown(dtrace->ecbs, dtrace->ecb_count, &dtrace->ecb_capacity, sizeof *dtrace->ecbs);
    dtrace->ecbs[dtrace->ecb_count++] = ecb;
    return true;
}

static bool read_aggregation(struct model_dtrace *dtrace, struct frame_reader *reader)
{
    struct dtrace_aggregation_description aggregation = {.id = frame_get_unsigned32(reader)};
    aggregation.epid = frame_get_unsigned32(reader);
    aggregation.size = frame_get_unsigned32(reader);
    aggregation.records = read_pieces(dtrace, reader, &aggregation.record_count);
    if (aggregation.records == NULL || aggregation.id == 0 ||
        !pieces_fit(aggregation.records, aggregation.record_count, aggregation.size))
        return false;
    dtrace->aggregations =
        memory_grown(dtrace->aggregations, dtrace->aggregation_count, &dtrace->aggregation_capacity,
                     sizeof *dtrace->aggregations);
    dtrace->aggregations[dtrace->aggregation_count++] = aggregation;
    return true;
}

static bool read_books(struct model_dtrace *dtrace, struct frame_reader *reader)
{
    uint32_t which = frame_get_unsigned32(reader), cpu = frame_get_unsigned32(reader);
    uint32_t size = frame_get_unsigned32(reader);
    struct dtrace_snapshot read = {.cpu = cpu};
    uint32_t oldest = frame_get_unsigned32(reader);
    uint32_t wrapped = frame_get_unsigned32(reader);
    read.wrapped = wrapped == 1;
    read.books.emitted = frame_get_unsigned(reader);
    read.books.kept = frame_get_unsigned(reader);
    read.books.overwritten = frame_get_unsigned(reader);
    read.books.dropped = frame_get_unsigned(reader);
    read.books.filtered = frame_get_unsigned(reader);
    read.books.errors = frame_get_unsigned(reader);
    if (reader->bad || which >= STREAM_BUFFERS || cpu >= TRACE_CPUS_MAX || wrapped > 1 ||
        dtrace->buffers[which][cpu].known)
        return false;
    dtrace->buffers[which][cpu].known = true;
    dtrace->buffers[which][cpu].size = size;
    dtrace->buffers[which][cpu].oldest = oldest;
    dtrace->buffers[which][cpu].snapshot = read;
    return true;
}

static bool is_possible(const struct model_part *part)
{
    return part->which < STREAM_BUFFERS && part->cpu < TRACE_CPUS_MAX &&
           part->length <= MODEL_RUN_MAX && part->start <= UINT32_MAX - part->length &&
           part->size > 0 && part->size <= STREAM_BYTES_MAX && part->offset <= part->length &&
           part->size <= part->length - part->offset;
}

static bool read_bytes(struct model_dtrace *dtrace, struct frame_reader *reader)
{
    struct model_part part = {.which = frame_get_unsigned32(reader), .number = dtrace->part_count};
    part.cpu = frame_get_unsigned32(reader);
    part.start = frame_get_unsigned32(reader);
    part.length = frame_get_unsigned32(reader);
    part.offset = frame_get_unsigned32(reader);
    part.size = frame_get_unsigned32(reader);
    part.bytes = *reader;
    if (reader->bad || !is_possible(&part))
        return false;
    dtrace->parts = memory_grown(dtrace->parts, dtrace->part_count, &dtrace->part_capacity,
                                 sizeof *dtrace->parts);
    dtrace->parts[dtrace->part_count++] = part;
    return true;
}

static bool copy_name(char *to, size_t room, struct frame_string name)
{
    if (name.length >= room || memchr(name.text, '\0', name.length) != NULL)
        return false;
    memcpy(to, name.text, name.length);
    return true;
}

static bool read_symbol(struct model_dtrace *dtrace, struct frame_reader *reader)
{
    struct model_symbol read = {.address = frame_get_unsigned(reader)};
    struct frame_string module = frame_get_string(reader), function = frame_get_string(reader);
    read.symbol.offset = frame_get_unsigned(reader);
    if (reader->bad || !copy_name(read.symbol.module, sizeof read.symbol.module, module) ||
        !copy_name(read.symbol.function, sizeof read.symbol.function, function))
        return false;
    dtrace->symbols = memory_grown(dtrace->symbols, dtrace->symbol_count, &dtrace->symbol_capacity,
                                   sizeof *dtrace->symbols);
    dtrace->symbols[dtrace->symbol_count++] = read;
    return true;
}

bool model_dtrace_read(struct model_dtrace *dtrace, char kind, struct frame_reader *reader)
{
    switch (kind) {
    case STREAM_DTRACE:
        return read_state(dtrace, reader);
    case STREAM_PROBE:
        return read_probe(dtrace, reader);
    case STREAM_ECB:
        return read_ecb(dtrace, reader);
    case STREAM_AGGREGATION:
        return read_aggregation(dtrace, reader);
    case STREAM_BUFFER:
        return read_books(dtrace, reader);
    case STREAM_BYTES:
        return read_bytes(dtrace, reader);
    case STREAM_SYMBOL:
        return read_symbol(dtrace, reader);
    default:
        return false;
    }
}

/* --- Putting it together --- */

/* Every description begins with its id, so that one comparison does for all. */
_Static_assert(offsetof(struct dtrace_probe_description, id) == 0, "sorted by it");
_Static_assert(offsetof(struct dtrace_ecb_description, epid) == 0, "sorted by it");
_Static_assert(offsetof(struct dtrace_aggregation_description, id) == 0, "sorted by it");

static int by_id(const void *a, const void *b)
{
    uint32_t left, right;
    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    return order_of(left, right);
}

static int by_address(const void *a, const void *b)
{
    const struct model_symbol *left = a, *right = b;
    return order_of(left->address, right->address);
}

/* By buffer, run, place in it; of parts that came twice the first one counts. */
static int by_place(const void *a, const void *b)
{
    const struct model_part *left = a, *right = b;
    const int orders[] = {
        order_of(left->which, right->which),   order_of(left->cpu, right->cpu),
        order_of(left->start, right->start),   order_of(left->length, right->length),
        order_of(left->offset, right->offset), order_of(left->number, right->number),
    };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (orders[i] != 0)
            return orders[i];
    return 0;
}

static void sort(void *items, size_t count, size_t size, int (*order)(const void *, const void *))
{
    if (count > 0)
        qsort(items, count, size, order);
}

/* Of what came more than once, all of them the same, one stays; gives how many are left.  They are sorted. */
static size_t without_repetition(void *items, size_t count, size_t size,
                                 int (*order)(const void *, const void *))
{
    uint8_t *bytes = items;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || order(bytes + (kept - 1) * size, bytes + i * size) != 0)
            memmove(bytes + kept++ * size, bytes + i * size, size);
    return kept;
}

static size_t arrange(void *items, size_t count, size_t size,
                      int (*order)(const void *, const void *))
{
    sort(items, count, size, order);
    return without_repetition(items, count, size, order);
}

static bool same_run(const struct model_part *a, const struct model_part *b)
{
    return a->which == b->which && a->cpu == b->cpu && a->start == b->start &&
           a->length == b->length;
}

/* Room for so many bytes more, at a multiple of 8; gives its offset. */
static uint32_t extend(struct model_buffer *buffer, uint32_t length)
{
    uint32_t at = (buffer->snapshot.size + 7) / 8 * 8;
    while (buffer->capacity < (size_t)at + length) {
        size_t capacity = buffer->capacity;
        buffer->bytes = memory_grown(buffer->bytes, capacity, &buffer->capacity, 1);
        memset(buffer->bytes + capacity, 0, buffer->capacity - capacity);
    }
    return at;
}

/* Whether the parts of a run, in their order, leave nothing out. */
static bool are_all(const struct model_part *parts, size_t count)
{
    uint32_t at = 0;
    for (size_t i = 0; i < count && parts[i].offset <= at; i++)
        at += parts[i].offset == at ? parts[i].size : 0;
    return at == parts->length;
}

/* The parts of a run, one behind the other; false if one is malformed. */
static bool join(const struct model_part *parts, size_t count, uint8_t *run)
{
    uint32_t at = 0;
    for (size_t i = 0; i < count; i++) {
        struct frame_reader bytes = parts[i].bytes;
        if (parts[i].offset < at)
            continue; /* it has come already */
        if (!stream_bytes_read(&bytes, run + at, parts[i].size))
            return false;
        at += parts[i].size;
    }
    return true;
}

static bool take_run(struct model_buffer *buffer, const struct model_part *parts, size_t count)
{
    uint32_t at = extend(buffer, parts->length);
    if (!join(parts, count, buffer->bytes + at)) {
        memset(buffer->bytes + at, 0, parts->length);
        return false;
    }
    if (!buffer->turned && parts->start >= buffer->oldest) {
        buffer->snapshot.oldest = at;
        buffer->turned = true;
    }
    buffer->snapshot.size = at + parts->length;
    buffer->came += parts->length;
    return true;
}

/* As many bytes as a kernel has for them: a few characters stand for 64 KiB of zeros. */
static void take_runs(struct model_dtrace *dtrace)
{
    uint32_t bytes = 0;
    for (size_t first = 0, end; first < dtrace->part_count; first = end) {
        const struct model_part *part = &dtrace->parts[first];
        for (end = first + 1; end < dtrace->part_count && same_run(part, &dtrace->parts[end]);)
            end++;
        bool fits = are_all(part, end - first) && part->length <= MODEL_RUNS_MAX - bytes;
        bytes += fits ? part->length : 0;
        if (!fits || !take_run(&dtrace->buffers[part->which][part->cpu], part, end - first))
            dtrace->incomplete++;
    }
}

static void count_records(const struct dtrace_source *source, struct model_buffer *buffer,
                          uint32_t which)
{
    struct dtrace_walk walk = dtrace_walk_of(source, &buffer->snapshot);
    struct dtrace_found found;
    struct dtrace_found_aggregation aggregation;
    bool principal = which == STREAM_BUFFER_PRINCIPAL;
    while (principal ? dtrace_walk_next(&walk, &found)
                     : dtrace_walk_next_aggregation(&walk, &aggregation)) {
        buffer->received++;
        buffer->received_bytes += principal ? found.ecb->size : aggregation.description->size;
    }
}

static void finish_buffer(struct model_buffer *buffer, uint32_t cpu)
{
    if (!buffer->turned)
        buffer->snapshot.oldest = buffer->snapshot.size; /* nothing older came */
    buffer->snapshot.newest = buffer->snapshot.oldest;
    buffer->snapshot.cpu = cpu;
    buffer->snapshot.bytes = buffer->bytes;
}

static void finish_buffers(struct model_dtrace *dtrace)
{
    const struct dtrace_source source = model_dtrace_source(dtrace);
    for (uint32_t which = 0; which < STREAM_BUFFERS; which++)
        for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++) {
            struct model_buffer *buffer = &dtrace->buffers[which][cpu];
            finish_buffer(buffer, cpu);
            dtrace->snapshots[which][cpu] = buffer->snapshot;
            count_records(&source, buffer, which);
        }
}

void model_dtrace_finish(struct model_dtrace *dtrace)
{
    if (!dtrace->known)
        for (uint32_t i = 0; i < DOF_OPTIONS; i++)
            dtrace->options[i] = DOF_OPTION_UNSET;
    dtrace->probe_count =
        arrange(dtrace->probes, dtrace->probe_count, sizeof *dtrace->probes, by_id);
    dtrace->ecb_count = arrange(dtrace->ecbs, dtrace->ecb_count, sizeof *dtrace->ecbs, by_id);
    dtrace->aggregation_count = arrange(dtrace->aggregations, dtrace->aggregation_count,
                                        sizeof *dtrace->aggregations, by_id);
    dtrace->symbol_count =
        arrange(dtrace->symbols, dtrace->symbol_count, sizeof *dtrace->symbols, by_address);
    sort(dtrace->parts, dtrace->part_count, sizeof *dtrace->parts, by_place);
    take_runs(dtrace);
    finish_buffers(dtrace);
}

void model_dtrace_free(struct model_dtrace *dtrace)
{
    for (size_t i = 0; i < dtrace->owned_count; i++)
        free(dtrace->owned[i]);
    for (uint32_t which = 0; which < STREAM_BUFFERS; which++)
        for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++)
            free(dtrace->buffers[which][cpu].bytes);
    free(dtrace->owned);
    free(dtrace->probes);
    free(dtrace->ecbs);
    free(dtrace->aggregations);
    free(dtrace->symbols);
    free(dtrace->parts);
    *dtrace = (struct model_dtrace){0};
}

/* --- The source --- */

static void *find(const void *key, const void *items, size_t count, size_t size,
                  int (*order)(const void *, const void *))
{
    return count > 0 ? bsearch(key, items, count, size, order) : NULL;
}

static const struct dtrace_probe_description *probe_of(void *context, uint32_t id)
{
    const struct model_dtrace *dtrace = context;
    return find(&id, dtrace->probes, dtrace->probe_count, sizeof *dtrace->probes, by_id);
}

static const struct dtrace_ecb_description *ecb_of(void *context, uint32_t epid)
{
    const struct model_dtrace *dtrace = context;
    return find(&epid, dtrace->ecbs, dtrace->ecb_count, sizeof *dtrace->ecbs, by_id);
}

static const struct dtrace_aggregation_description *aggregation_of(void *context, uint32_t id)
{
    const struct model_dtrace *dtrace = context;
    return find(&id, dtrace->aggregations, dtrace->aggregation_count, sizeof *dtrace->aggregations,
                by_id);
}

static bool symbol_of(void *context, uint64_t address, struct dtrace_symbol *symbol)
{
    const struct model_dtrace *dtrace = context;
    const struct model_symbol key = {.address = address};
    const struct model_symbol *found =
        find(&key, dtrace->symbols, dtrace->symbol_count, sizeof *dtrace->symbols, by_address);
    if (found != NULL)
        *symbol = found->symbol;
    return found != NULL;
}

static uint32_t cpus_of(const struct model_dtrace *dtrace)
{
    uint32_t cpus = TRACE_CPUS_MAX;
    for (; cpus > dtrace->cpus; cpus--)
        for (uint32_t which = 0; which < STREAM_BUFFERS; which++)
            if (dtrace->buffers[which][cpus - 1].known ||
                dtrace->buffers[which][cpus - 1].bytes != NULL)
                return cpus;
    return cpus;
}

struct dtrace_source model_dtrace_source(const struct model_dtrace *dtrace)
{
    return (struct dtrace_source){
        .context = (void *)(uintptr_t)dtrace, /* nobody writes through it */
        .probe = probe_of,
        .ecb = ecb_of,
        .aggregation = aggregation_of,
        .symbol = symbol_of,
        .cpus = cpus_of(dtrace),
        .begin_cpu = dtrace->begin_cpu,
        .principal = dtrace->snapshots[STREAM_BUFFER_PRINCIPAL],
        .aggregations = dtrace->snapshots[STREAM_BUFFER_AGGREGATIONS],
        .options = dtrace->options,
        .status = dtrace->status,
    };
}

bool model_dtrace_is_there(const struct model_dtrace *dtrace)
{
    return dtrace->known || dtrace->probe_count > 0 || dtrace->ecb_count > 0 ||
           dtrace->aggregation_count > 0 || dtrace->part_count > 0 || cpus_of(dtrace) > 0;
}

bool model_dtrace_lacks_books(const struct model_dtrace *dtrace, uint32_t which, uint32_t cpu)
{
    const struct model_buffer *buffer = &dtrace->buffers[which][cpu];
    return !buffer->known && (cpu < dtrace->cpus || buffer->bytes != NULL);
}

/* Of aggregations all bytes are sent: between their records there is no padding but that which counts to them. */
uint64_t model_dtrace_bytes_missing(const struct model_dtrace *dtrace, uint32_t cpu)
{
    const struct model_buffer *buffer = &dtrace->buffers[STREAM_BUFFER_AGGREGATIONS][cpu];
    return buffer->size > buffer->came ? buffer->size - buffer->came : 0;
}
