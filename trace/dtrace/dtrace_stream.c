/* Anonymous tracing in the stream: sending it. */
#include "trace/dtrace/dtrace_stream.h"

#include "trace/dtrace/dof.h"
#include "trace/dtrace/record_walk.h"

enum {
    RUN_COST = 132, /* bytes of payload after which a frame ends: lines of about 190 characters */
    LITERAL_MAX = 120, /* bytes */
    ZEROS_WORTH = 3,   /* a row of zeros that is shorter is sent as it is */
    TOKEN_COST = 2,    /* of its two numbers, mostly */
};

static void put_text(struct frame_writer *writer, const char *text, uint32_t limit)
{
    frame_put_string(writer, text, dtrace_string_length(text, limit));
}

/* Ids beyond the map are never marked. */
static bool is_marked(const uint8_t *marks, size_t size, uint32_t id)
{
    return id / 8 < size && (marks[id / 8] >> (id % 8) & 1) != 0;
}

static void set_mark(uint8_t *marks, size_t size, uint32_t id)
{
    if (id / 8 < size)
        marks[id / 8] |= (uint8_t)(1u << (id % 8));
}

/* After a panic the first frame must be the very one that was cut off, or the reader takes it for another boot's.
 * So the steps of describing a record are counted, and those that were done are passed over. */
static bool step_is_done(struct stream_dtrace *sent)
{
    return sent->step++ < sent->steps_done;
}

static void step_done(struct stream_dtrace *sent)
{
    sent->steps_done = sent->step;
}

/* --- The state --- */

static void send_state(struct stream *stream, const struct dtrace_source *source)
{
    const struct dtrace_status *status = &source->status;
    const uint64_t counts[] = {
        status->dynamic_drops,
        status->speculation_drops,
        status->speculations_busy,
        status->speculations_unavailable,
        status->errors,
        status->errors_in_errors,
        status->stack_string_overflows,
        status->filled,
        status->nested,
    };
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_DTRACE);
    frame_put_unsigned(writer, source->cpus);
    frame_put_unsigned(writer, source->begin_cpu);
    for (uint32_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        frame_put_unsigned(writer, counts[i]);
    for (uint32_t i = 0; source->options != NULL && i < DOF_OPTIONS; i++) {
        if (source->options[i] == DOF_OPTION_UNSET)
            continue;
        frame_put_unsigned(writer, i);
        frame_put_unsigned(writer, stream_zigzag(source->options[i]));
    }
    if (status->killed > 0) {
        frame_put_unsigned(writer, STREAM_DTRACE_KILLED);
        frame_put_unsigned(writer, stream_zigzag((int64_t)status->killed));
    }
    frame_end(writer);
    stream->dtrace.state_sent = true;
}

/* --- Descriptions --- */

static void put_piece(struct frame_writer *writer, const struct dtrace_record *record,
                      const char *format_before)
{
    bool again = record->format != NULL && format_before != NULL &&
                 dtrace_is_same_text(record->format, format_before);
    bool format = record->format != NULL && !again;
    frame_put_unsigned(writer, (format ? STREAM_PIECE_FORMAT : 0u) |
                                   (again ? STREAM_PIECE_AGAIN : 0u) |
                                   (record->string ? STREAM_PIECE_STRING : 0u));
    frame_put_unsigned(writer, record->action);
    frame_put_unsigned(writer, record->alignment);
    frame_put_unsigned(writer, record->size);
    frame_put_unsigned(writer, record->offset);
    frame_put_unsigned(writer, record->arg);
    frame_put_unsigned(writer, record->uarg);
    if (format)
        put_text(writer, record->format, UINT32_MAX);
}

static void put_pieces(struct frame_writer *writer, const struct dtrace_record *records,
                       uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        put_piece(writer, &records[i], i > 0 ? records[i - 1].format : NULL);
}

static void send_probe(struct stream *stream, const struct dtrace_source *source, uint32_t id)
{
    struct stream_dtrace *sent = &stream->dtrace;
    const struct dtrace_probe_description *probe = source->probe(source->context, id);
    if (step_is_done(sent) || probe == NULL || is_marked(sent->probes, sizeof sent->probes, id))
        return;
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_PROBE);
    frame_put_unsigned(writer, id);
    put_text(writer, probe->provider, UINT32_MAX);
    put_text(writer, probe->module, UINT32_MAX);
    put_text(writer, probe->function, UINT32_MAX);
    put_text(writer, probe->name, UINT32_MAX);
    frame_end(writer);
    set_mark(sent->probes, sizeof sent->probes, id);
    step_done(sent);
}

static void send_ecb(struct stream *stream, const struct dtrace_source *source, uint32_t epid)
{
    struct stream_dtrace *sent = &stream->dtrace;
    const struct dtrace_ecb_description *ecb = source->ecb(source->context, epid);
    if (ecb == NULL)
        return;
    send_probe(stream, source, ecb->probe);
    if (step_is_done(sent) || is_marked(sent->ecbs, sizeof sent->ecbs, epid))
        return;
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_ECB);
    frame_put_unsigned(writer, ecb->epid);
    frame_put_unsigned(writer, ecb->probe);
    frame_put_unsigned(writer, ecb->uarg);
    frame_put_unsigned(writer, ecb->size);
    put_pieces(writer, ecb->records, ecb->record_count);
    frame_end(writer);
    set_mark(sent->ecbs, sizeof sent->ecbs, epid);
    step_done(sent);
}

static void send_aggregation(struct stream *stream,
                             const struct dtrace_aggregation_description *aggregation)
{
    struct stream_dtrace *sent = &stream->dtrace;
    if (step_is_done(sent) ||
        is_marked(sent->aggregations, sizeof sent->aggregations, aggregation->id))
        return;
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_AGGREGATION);
    frame_put_unsigned(writer, aggregation->id);
    frame_put_unsigned(writer, aggregation->epid);
    frame_put_unsigned(writer, aggregation->size);
    put_pieces(writer, aggregation->records, aggregation->record_count);
    frame_end(writer);
    set_mark(sent->aggregations, sizeof sent->aggregations, aggregation->id);
    step_done(sent);
}

/* --- Symbols --- */

static void send_symbol(struct stream *stream, const struct dtrace_source *source, uint64_t address)
{
    struct stream_dtrace *sent = &stream->dtrace;
    uint64_t *slot = &sent->symbols[(address ^ address >> 6) % 64];
    struct dtrace_symbol symbol;
    if (step_is_done(sent) || address == 0 || *slot == address || source->symbol == NULL ||
        !source->symbol(source->context, address, &symbol))
        return;
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_SYMBOL);
    frame_put_unsigned(writer, address);
    put_text(writer, symbol.module, sizeof symbol.module);
    put_text(writer, symbol.function, sizeof symbol.function);
    frame_put_unsigned(writer, symbol.offset);
    frame_end(writer);
    *slot = address;
    step_done(sent);
}

/* Where the consumer puts all addresses of a function together, it asks for the first of them. */
static void send_start(struct stream *stream, const struct dtrace_source *source, uint64_t address)
{
    struct dtrace_symbol symbol;
    send_symbol(stream, source, address);
    if (source->symbol != NULL && source->symbol(source->context, address, &symbol))
        send_symbol(stream, source, address - symbol.offset);
}

static bool has_symbol_conversion(const char *format)
{
    for (; format != NULL && *format != '\0'; format++)
        if (*format == 'a' || *format == 'A')
            return true;
    return false;
}

static bool has_size_of_address(const struct dtrace_record *record)
{
    return record->size == 4 || record->size == 8;
}

/* Every word of these may be an address that is printed with its symbol. */
static bool holds_addresses(const struct dtrace_record *record, bool key)
{
    switch (record->action) {
    case DOF_ACTION_STACK:
    case DOF_ACTION_USTACK:
    case DOF_ACTION_JSTACK:
    case DOF_ACTION_SYM:
    case DOF_ACTION_MOD:
    case DOF_ACTION_USYM:
    case DOF_ACTION_UMOD:
    case DOF_ACTION_UADDR:
        return true;
    case DOF_ACTION_DIFEXPR:
        return key && has_size_of_address(record); /* printa() has "%a", too */
    default:
        return has_size_of_address(record) && has_symbol_conversion(record->format);
    }
}

static void send_symbols(struct stream *stream, const struct dtrace_source *source,
                         const struct dtrace_record *record, const uint8_t *bytes)
{
    const uint32_t word = record->size == 4 ? 4 : 8;
    for (uint32_t at = 0; record->size - at >= word; at += word)
        send_start(stream, source, dtrace_read_unsigned(bytes + at, word));
}

static void describe(struct stream *stream, const struct dtrace_source *source,
                     const struct dtrace_found *found)
{
    const struct dtrace_ecb_description *ecb = found->ecb;
    send_ecb(stream, source, ecb->epid);
    for (uint32_t i = 0; i < ecb->record_count; i++) {
        const struct dtrace_record *record = &ecb->records[i];
        const uint8_t *bytes = dtrace_piece(record, found->bytes, ecb->size);
        if (bytes != NULL && holds_addresses(record, false))
            send_symbols(stream, source, record, bytes);
        if (bytes != NULL && ecb->uarg == DTRACE_UARG_ERROR && i == 0 && record->size == 8)
            send_ecb(stream, source, (uint32_t)dtrace_read_unsigned(bytes, 8)); /* the faulty one */
    }
}

static void describe_aggregation(struct stream *stream, const struct dtrace_source *source,
                                 const struct dtrace_found_aggregation *found)
{
    const struct dtrace_aggregation_description *aggregation = found->description;
    send_aggregation(stream, aggregation);
    for (uint32_t i = 1; i + 1 < aggregation->record_count; i++) {
        const struct dtrace_record *record = &aggregation->records[i];
        const uint8_t *bytes = dtrace_piece(record, found->bytes, aggregation->size);
        if (bytes != NULL && holds_addresses(record, true))
            send_symbols(stream, source, record, bytes);
    }
}

/* --- Bytes --- */

/* Zeros, and then others, at the beginning of some bytes. */
struct token {
    uint32_t zeros, literal;
};

static uint32_t zeros_at(const uint8_t *bytes, uint32_t at, uint32_t end)
{
    uint32_t count = 0;
    while (at + count < end && bytes[at + count] == 0)
        count++;
    return count;
}

static struct token token_at(const uint8_t *bytes, uint32_t at, uint32_t end)
{
    struct token token = {.zeros = zeros_at(bytes, at, end)};
    for (at += token.zeros; at < end && token.literal < LITERAL_MAX; token.literal++, at++)
        if (bytes[at] == 0 &&
            zeros_at(bytes, at, at + ZEROS_WORTH < end ? at + ZEROS_WORTH : end) == ZEROS_WORTH)
            break;
    return token;
}

/* What the tokens of [at, end) cost, and where those within the limit end. */
static uint32_t cost_of(const uint8_t *bytes, uint32_t at, uint32_t end, uint32_t *within)
{
    uint32_t cost = 0;
    uint32_t limit = end - at < STREAM_BYTES_MAX ? end : at + STREAM_BYTES_MAX;
    while (at < limit && cost < RUN_COST) {
        struct token token = token_at(bytes, at, limit);
        at += token.zeros + token.literal;
        cost += token.literal + TOKEN_COST;
    }
    *within = at;
    return cost;
}

struct run {
    uint32_t which, cpu; /* the buffer */
    const uint8_t *bytes;
    uint32_t start, end;
    uint32_t walk_end; /* where the walk stood behind it */
    bool walk_turned;
};

static void send_part(struct stream *stream, const struct run *run, uint32_t at, uint32_t end)
{
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_BYTES);
    frame_put_unsigned(writer, run->which);
    frame_put_unsigned(writer, run->cpu);
    frame_put_unsigned(writer, run->start);
    frame_put_unsigned(writer, run->end - run->start);
    frame_put_unsigned(writer, at - run->start);
    frame_put_unsigned(writer, end - at);
    while (at < end) {
        struct token token = token_at(run->bytes, at, end);
        frame_put_unsigned(writer, token.zeros);
        frame_put_string(writer, (const char *)run->bytes + at + token.zeros, token.literal);
        at += token.zeros + token.literal;
    }
    frame_end(writer);
}

/* Sends what is left of the run whose frames are being sent. */
static void finish_run(struct stream *stream, struct run *run)
{
    struct stream_dtrace *sent = &stream->dtrace;
    uint32_t end;
    for (; sent->run_at < run->end; sent->run_at = end) {
        (void)cost_of(run->bytes, sent->run_at, run->end, &end);
        send_part(stream, run, sent->run_at, end);
    }
    sent->at = run->end;
    sent->end = run->walk_end;
    sent->turned = run->walk_turned;
    sent->run_open = false;
    run->start = run->end;
}

/* Whole records; a long one takes several frames.  `behind` records that do not belong to it are described. */
static void send_run(struct stream *stream, struct run *run, uint32_t behind)
{
    struct stream_dtrace *sent = &stream->dtrace;
    sent->run_start = run->start;
    sent->run_end = run->end;
    sent->run_at = run->start;
    sent->run_walk_end = run->walk_end;
    sent->run_turned = run->walk_turned;
    sent->described = behind;
    sent->run_open = true;
    finish_run(stream, run);
}

/* Adds [offset, walk->at) to the run, or sends it and begins another one. */
static void extend(struct stream *stream, struct run *run, const struct dtrace_walk *walk,
                   uint32_t offset)
{
    uint32_t unused;
    bool follows = offset >= run->end && run->end > run->start;
    if (!follows || walk->at - run->start > STREAM_BYTES_MAX ||
        cost_of(run->bytes, run->start, walk->at, &unused) >= RUN_COST) {
        if (run->end > run->start)
            send_run(stream, run, 1);
        run->start = offset;
    }
    run->end = walk->at;
    run->walk_end = walk->end;
    run->walk_turned = walk->turned;
}

static bool next_record(struct stream *stream, struct dtrace_walk *walk, uint32_t which,
                        bool is_described, uint32_t *offset)
{
    struct dtrace_found found;
    struct dtrace_found_aggregation aggregation;
    stream->dtrace.step = 0;
    if (which == STREAM_BUFFER_PRINCIPAL) {
        if (!dtrace_walk_next(walk, &found))
            return false;
        if (!is_described)
            describe(stream, walk->source, &found);
        *offset = found.offset;
    } else {
        if (!dtrace_walk_next_aggregation(walk, &aggregation))
            return false;
        if (!is_described)
            describe_aggregation(stream, walk->source, &aggregation);
        *offset = aggregation.offset;
    }
    return true;
}

/* Takes note that one record more, `number` of those from sent->at on, needs nothing any more. */
static void take_described(struct stream_dtrace *sent, uint32_t number)
{
    if (number < sent->described)
        return;
    sent->described = number + 1;
    sent->steps_done = 0;
}

static void open_buffer(struct stream_dtrace *sent, const struct dtrace_walk *walk)
{
    sent->at = walk->at;
    sent->end = walk->end;
    sent->turned = walk->turned;
    sent->described = sent->steps_done = 0;
    sent->buffer_open = true;
}

/* What a panic interrupted, from the frame on that it cut off. */
static void resume_run(struct stream *stream, struct run *run)
{
    const struct stream_dtrace *sent = &stream->dtrace;
    if (!sent->run_open)
        return;
    run->start = sent->run_start;
    run->end = sent->run_end;
    run->walk_end = sent->run_walk_end;
    run->walk_turned = sent->run_turned;
    finish_run(stream, run);
}

static void send_bytes(struct stream *stream, const struct dtrace_source *source,
                       const struct dtrace_snapshot *snapshot, uint32_t which)
{
    struct stream_dtrace *sent = &stream->dtrace;
    struct dtrace_walk walk = dtrace_walk_of(source, snapshot);
    struct run run = {.which = which, .cpu = snapshot->cpu, .bytes = snapshot->bytes};
    if (!sent->buffer_open)
        open_buffer(sent, &walk);
    resume_run(stream, &run);
    walk.at = sent->at;
    walk.end = sent->end;
    walk.turned = sent->turned;
    uint32_t number = 0; /* of records since sent->at */
    for (uint32_t offset; next_record(stream, &walk, which, number < sent->described, &offset);) {
        take_described(sent, number++);
        uint32_t before = sent->at;
        extend(stream, &run, &walk, offset);
        if (sent->at != before)
            number = 1; /* the run that was sent ends before this record */
    }
    if (run.end > run.start)
        send_run(stream, &run, 0);
}

static void send_books(struct stream *stream, const struct dtrace_snapshot *snapshot,
                       uint32_t which)
{
    const struct dtrace_buffer_books *books = &snapshot->books;
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_BUFFER);
    frame_put_unsigned(writer, which);
    frame_put_unsigned(writer, snapshot->cpu);
    frame_put_unsigned(writer, snapshot->bytes != NULL ? snapshot->size : 0);
    frame_put_unsigned(writer, snapshot->oldest);
    frame_put_unsigned(writer, snapshot->wrapped);
    frame_put_unsigned(writer, books->emitted);
    frame_put_unsigned(writer, books->kept);
    frame_put_unsigned(writer, books->overwritten);
    frame_put_unsigned(writer, books->dropped);
    frame_put_unsigned(writer, books->filtered);
    frame_put_unsigned(writer, books->errors);
    frame_end(writer);
}

void dtrace_send(struct stream *stream, const struct dtrace_source *source)
{
    struct stream_dtrace *sent = &stream->dtrace;
    stream_send_dtrace_schema(stream);
    if (!sent->state_sent)
        send_state(stream, source);
    for (; sent->buffer < source->cpus * STREAM_BUFFERS; sent->buffer++) {
        uint32_t which = sent->buffer % STREAM_BUFFERS;
        const struct dtrace_snapshot *snapshots =
            which == STREAM_BUFFER_PRINCIPAL ? source->principal : source->aggregations;
        if (snapshots == NULL)
            continue;
        const struct dtrace_snapshot *snapshot = &snapshots[sent->buffer / STREAM_BUFFERS];
        send_bytes(stream, source, snapshot, which);
        send_books(stream, snapshot, which);
        sent->buffer_open = false;
    }
}
