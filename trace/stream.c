/* What the frames say: the writer of each kind, and the reader of events. */
#include "trace/stream.h"

enum {
    EVENTS_PAYLOAD =
        132, /* bytes after which an events frame ends: lines of about 190 characters */
};

static const struct {
    char kind;
    const char *fields;
} schema[] = {
    {STREAM_HEADER, "version:u build_id:s producer:s entry_tsc:u cpus:u layout:u"},
    {STREAM_SCHEMA, "kind:s fields:s"},
    {STREAM_CONFIG, "key:s value:s"},
    {STREAM_CLOCK, "tsc_hz:u method:s uncertainty_ppb:u counts_from_reset:u"},
    {STREAM_CPU, "cpu:u apic_id:u offset_zigzag:u uncertainty:u"},
    {STREAM_MODULE, "index:u command_line:s name:s type:s size:u digest:s state:s"},
    {STREAM_PHASE, "index:u name:s tsc:u"},
    {STREAM_NAME, "id:u text:s"},
    {STREAM_TASK, "id:u pid:u name:u parent:u"},
    {STREAM_TABLE, "table:u name:s cpu:u keep:u capacity:u emitted:u kept:u overwritten:u "
                   "dropped:u filtered:u"},
    {STREAM_EVENTS, "table:u cpu:u first:u tsc:u (control:u name?1:u task?2:u cpu_ns?4:u "
                    "in_blocks?4:u out_blocks?4:u)*"},
    {STREAM_LOSS, "text_bytes:u frames:u"},
    {STREAM_VERDICT, "status:s reason:s tsc:u frames:u"},
    {STREAM_DTRACE,
     "cpus:u begin_cpu:u dynamic_drops:u speculation_drops:u speculations_busy:u "
     "speculations_unavailable:u errors:u errors_in_errors:u stack_string_overflows:u filled:u "
     "nested:u (option:u value_zigzag:u)*"},
    {STREAM_PROBE, "id:u provider:s module:s function:s name:s"},
    {STREAM_ECB, "epid:u probe:u uarg:u size:u (control:u action:u alignment:u size:u offset:u "
                 "arg:u uarg:u format?1:s)*"},
    {STREAM_AGGREGATION, "id:u epid:u size:u (control:u action:u alignment:u size:u offset:u arg:u "
                         "uarg:u format?1:s)*"},
    {STREAM_BUFFER, "buffer:u cpu:u size:u oldest:u wrapped:u emitted:u kept:u overwritten:u "
                    "dropped:u filtered:u errors:u"},
    {STREAM_BYTES, "buffer:u cpu:u start:u length:u offset:u size:u (zeros:u bytes:s)*"},
    {STREAM_SYMBOL, "address:u module:s function:s offset:u"},
};

enum {
    SCHEMA_ALL = sizeof schema / sizeof schema[0],
    SCHEMA_DTRACE = 7, /* the last ones */
};

const char *stream_fields(char kind)
{
    for (uint32_t i = 0; i < SCHEMA_ALL; i++)
        if (schema[i].kind == kind)
            return schema[i].fields;
    return NULL;
}

struct frame_writer *stream_begin_frame(struct stream *stream, enum stream_kind kind)
{
    frame_begin(&stream->writer, (char)kind);
    return &stream->writer;
}

static void put_text(struct frame_writer *writer, const char *text)
{
    frame_put_string(writer, text, __builtin_strlen(text));
}

void stream_start(struct stream *stream, struct text_sink sink)
{
    __builtin_memset(stream, 0,
                     sizeof *stream); /* too large for a stack, where a literal might be built */
    stream->writer.sink = sink;
}

static void send_schema(struct stream *stream, uint32_t kind)
{
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_SCHEMA);
    frame_put_string(writer, &schema[kind].kind, 1);
    put_text(writer, schema[kind].fields);
    frame_end(writer);
}

static void send_schemas(struct stream *stream)
{
    for (; stream->schema_sent < SCHEMA_ALL - SCHEMA_DTRACE; stream->schema_sent++)
        send_schema(stream, stream->schema_sent);
}

void stream_send_dtrace_schema(struct stream *stream)
{
    for (; stream->dtrace.schema_sent < SCHEMA_DTRACE; stream->dtrace.schema_sent++)
        send_schema(stream, SCHEMA_ALL - SCHEMA_DTRACE + stream->dtrace.schema_sent);
}

static void send_header(struct stream *stream, const struct trace_arena *arena,
                        const char *producer)
{
    stream->header_cpus = arena->cpus;
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_HEADER);
    frame_put_unsigned(writer, STREAM_VERSION);
    frame_put_string(writer, (const char *)arena->build_id, sizeof arena->build_id);
    put_text(writer, producer);
    frame_put_unsigned(writer, arena->phase_tsc[TRACE_PHASE_KERNEL]);
    frame_put_unsigned(writer, arena->cpus);
    frame_put_unsigned(writer, arena->layout);
    frame_end(writer);
    stream->header_sent = true;
}

void stream_send_header(struct stream *stream, const struct trace_arena *arena,
                        const char *producer)
{
    if (!stream->header_sent)
        send_header(stream, arena, producer);
    send_schemas(stream);
}

void stream_send_config(struct stream *stream, const char *key, const char *value, size_t length)
{
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_CONFIG);
    put_text(writer, key);
    frame_put_string(writer, value, length);
    frame_end(writer);
}

void stream_send_clock(struct stream *stream, const struct trace_clock *clock)
{
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_CLOCK);
    frame_put_unsigned(writer, clock->tsc_hz);
    put_text(writer, trace_clock_method_name((enum trace_clock_method)clock->method));
    frame_put_unsigned(writer, clock->uncertainty_ppb);
    frame_put_unsigned(writer, clock->counts_from_reset);
    frame_end(writer);
}

uint64_t stream_zigzag(int64_t value)
{
    uint64_t sign = value < 0 ? UINT64_MAX : 0;
    return (uint64_t)value << 1 ^ sign;
}

int64_t stream_unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static bool same_clock(const struct trace_cpu_clock *a, const struct trace_cpu_clock *b)
{
    return a->known == b->known && a->offset == b->offset && a->uncertainty == b->uncertainty &&
           a->apic_id == b->apic_id;
}

void stream_send_cpu(struct stream *stream, const struct trace_arena *arena, uint32_t cpu)
{
    const struct trace_cpu_clock clock = trace_arena_cpu_clock(arena, cpu);
    if (clock.known == 0 || same_clock(&clock, &stream->cpus_sent[cpu]))
        return;
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_CPU);
    frame_put_unsigned(writer, cpu);
    frame_put_unsigned(writer, clock.apic_id);
    frame_put_unsigned(writer, stream_zigzag(clock.offset));
    frame_put_unsigned(writer, clock.uncertainty);
    frame_end(writer);
    stream->cpus_sent[cpu] = clock;
}

void stream_send_cpus(struct stream *stream, const struct trace_arena *arena)
{
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++)
        stream_send_cpu(stream, arena, cpu);
}

void stream_send_module(struct stream *stream, const struct stream_module *module)
{
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_MODULE);
    frame_put_unsigned(writer, module->index);
    frame_put_string(writer, module->command_line, module->command_line_length);
    frame_put_string(writer, module->name, module->name_length);
    put_text(writer, module->type);
    frame_put_unsigned(writer, module->size);
    put_text(writer, module->digest);
    put_text(writer, module->state);
    frame_end(writer);
}

static void send_phase(struct stream *stream, uint32_t index, uint64_t tsc)
{
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_PHASE);
    frame_put_unsigned(writer, index);
    put_text(writer, trace_phase_name((enum trace_phase)index));
    frame_put_unsigned(writer, tsc);
    frame_end(writer);
}

void stream_send_phases(struct stream *stream, const struct trace_arena *arena)
{
    uint32_t present = arena->phase;
    uint64_t shutdown_tsc = arena->phase_tsc[TRACE_PHASE_SHUTDOWN];
    if (present == TRACE_PHASE_SHUTDOWN && stream->phases_sent > present &&
        shutdown_tsc != stream->shutdown_tsc)
        stream->phases_sent = present; /* one that led back to multi-user operation was sent */
    for (; stream->phases_sent <= present; stream->phases_sent++) {
        uint32_t index = stream->phases_sent;
        if (arena->phase_tsc[index] != 0) /* 0: passed over, a panic goes straight to shutdown */
            send_phase(stream, index, arena->phase_tsc[index]);
        if (index == TRACE_PHASE_SHUTDOWN)
            stream->shutdown_tsc = shutdown_tsc;
    }
}

static bool is_marked(const uint8_t *marks, uint32_t id)
{
    return (marks[id / 8] >> (id % 8) & 1) != 0;
}

static void mark(uint8_t *marks, uint32_t id)
{
    marks[id / 8] |= (uint8_t)(1u << (id % 8));
}

static void send_name(struct stream *stream, struct trace_arena *arena, uint32_t id)
{
    struct trace_name name = trace_names_get(trace_arena_names(arena), id);
    if (name.text == NULL || is_marked(stream->names_sent, id))
        return;
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_NAME);
    frame_put_unsigned(writer, id);
    frame_put_string(writer, name.text, name.length);
    frame_end(writer);
    mark(stream->names_sent, id);
}

static void send_one_task(struct stream *stream, struct trace_arena *arena, uint32_t id)
{
    const struct trace_task *task = &trace_arena_tasks(arena)->task[id];
    send_name(stream, arena, task->name);
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_TASK);
    frame_put_unsigned(writer, id);
    frame_put_unsigned(writer, task->pid);
    frame_put_unsigned(writer, task->name);
    frame_put_unsigned(writer, task->parent);
    frame_end(writer);
    mark(stream->tasks_sent, id);
}

/* The first of those who led to this task and have not been sent: parents have lower ids. */
static uint32_t oldest_unsent(const struct stream *stream, const struct trace_tasks *tasks,
                              uint32_t id)
{
    for (uint32_t parent = tasks->task[id].parent;
         parent != 0 && parent < id && !is_marked(stream->tasks_sent, parent);
         parent = tasks->task[id].parent)
        id = parent;
    return id;
}

static void send_task(struct stream *stream, struct trace_arena *arena, uint32_t id)
{
    const struct trace_tasks *tasks = trace_arena_tasks(arena);
    if (id == 0 || id >= tasks->count)
        return;
    while (!is_marked(stream->tasks_sent, id))
        send_one_task(stream, arena, oldest_unsent(stream, tasks, id));
}

enum {
    HEADER_MAX = 4 * FRAME_UNSIGNED_MAX,
    EVENT_MAX = 6 * FRAME_UNSIGNED_MAX,
};

/* The frame of events that is being put together, with what a reader will know at this point of
 * it.  It is begun only when it is complete: names and tasks that it needs go before it. */
struct open_frame {
    bool open;
    uint32_t length;
    uint64_t next; /* the event number that may be appended */
    uint64_t tsc;
    uint32_t name;
    uint32_t task;
    uint8_t payload[HEADER_MAX + EVENTS_PAYLOAD + EVENT_MAX];
};

static void put_number(struct open_frame *open, uint64_t value)
{
    open->length += (uint32_t)frame_encode_unsigned(open->payload + open->length, value);
}

static void append(struct open_frame *open, const struct trace_record *record,
                   const struct trace_usage *usage)
{
    bool used = !trace_usage_is_zero(usage);
    uint32_t flags = (record->name != open->name ? STREAM_EVENT_NAME : 0u) |
                     (record->task != open->task ? STREAM_EVENT_TASK : 0u) |
                     (used ? STREAM_EVENT_USAGE : 0u);
    put_number(open, (record->tsc - open->tsc) << 3 | flags);
    if (flags & STREAM_EVENT_NAME)
        put_number(open, record->name);
    if (flags & STREAM_EVENT_TASK)
        put_number(open, record->task);
    if (used) {
        put_number(open, usage->cpu_ns);
        put_number(open, usage->in_blocks);
        put_number(open, usage->out_blocks);
    }
    open->next++;
    open->tsc = record->tsc;
    open->name = record->name;
    open->task = record->task;
}

/* A frame goes on while events follow each other, time does not step back or leap beyond what
 * the control number can say, and the line stays short. */
static bool fits(const struct open_frame *open, uint64_t number, uint64_t tsc)
{
    return open->open && open->next == number && tsc >= open->tsc && tsc - open->tsc < 1ull << 60 &&
           open->length < EVENTS_PAYLOAD;
}

/* Sends the frame that is open and takes note of what it has carried. */
static void close_frame(struct stream *stream, struct open_frame *open,
                        const struct trace_tally *tally)
{
    if (open->open) {
        struct frame_writer *writer = stream_begin_frame(stream, STREAM_EVENTS);
        frame_put_bytes(writer, open->payload, open->length);
        frame_end(writer);
    }
    open->open = false;
    stream->next = open->next;
    stream->tally = *tally;
}

static void open_frame_at(struct stream *stream, struct open_frame *open, uint32_t cpu,
                          enum trace_table_id id, uint64_t number, uint64_t tsc)
{
    open->open = true;
    open->length = 0;
    open->next = number;
    open->tsc = tsc;
    open->name = open->task = 0;
    put_number(open, id);
    put_number(open, cpu);
    put_number(open, number - stream->range.base);
    put_number(open, tsc);
}

static void send_events(struct stream *stream, struct trace_arena *arena, uint32_t cpu,
                        enum trace_table_id id)
{
    const struct trace_table *table = trace_arena_table(arena, cpu, id);
    struct open_frame open = {.next = stream->next};
    struct trace_tally tally = stream->tally;
    for (uint64_t n = stream->next; n < stream->range.end; n++) {
        struct trace_record record;
        struct trace_usage usage;
        enum trace_read read = trace_table_read(table, n, &record, &usage);
        if (read == TRACE_READ_OK && !fits(&open, n, record.tsc)) {
            open.next = n;
            close_frame(stream, &open, &tally);
            open_frame_at(stream, &open, cpu, id, n, record.tsc);
        }
        trace_tally_add(&tally, read);
        if (read != TRACE_READ_OK)
            continue;
        send_name(stream, arena, record.name);
        send_task(stream, arena, record.task);
        append(&open, &record, &usage);
    }
    open.next = stream->range.end;
    close_frame(stream, &open, &tally);
}

static void send_books(struct stream *stream, const struct trace_table *table, uint32_t cpu,
                       enum trace_table_id id, const struct trace_books *books)
{
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_TABLE);
    frame_put_unsigned(writer, id);
    put_text(writer, trace_table_name(id));
    frame_put_unsigned(writer, cpu);
    frame_put_unsigned(writer, table->keep);
    frame_put_unsigned(writer, table->capacity);
    frame_put_unsigned(writer, books->emitted);
    frame_put_unsigned(writer, books->kept);
    frame_put_unsigned(writer, books->overwritten);
    frame_put_unsigned(writer, books->dropped);
    frame_put_unsigned(writer, books->filtered);
    frame_end(writer);
}

/* Events first, then their books: so these count what has really been sent. */
void stream_send_table(struct stream *stream, struct trace_arena *arena, uint32_t cpu,
                       enum trace_table_id id)
{
    const struct trace_table *table = trace_arena_table(arena, cpu, id);
    if (!stream->table_open) {
        stream->range = trace_table_range(table);
        stream->next = stream->range.first;
        stream->tally = (struct trace_tally){0};
        stream->table_open = true;
    }
    send_events(stream, arena, cpu, id);
    struct trace_books books = trace_table_books_of(table, trace_arena_filter(arena, cpu, id),
                                                    stream->range, stream->tally);
    send_books(stream, table, cpu, id, &books);
    stream->table_open = false;
}

/* A panic may come before a CPU that has tables is started: nothing tells of it, and it has recorded nothing. */
static bool is_untold(const struct stream *stream, struct trace_arena *arena, uint32_t cpu,
                      enum trace_table_id id)
{
    const struct trace_table *table = trace_arena_table(arena, cpu, id);
    return stream->header_cpus > 0 && cpu >= stream->header_cpus &&
           trace_arena_cpu_clock(arena, cpu).known == 0 && trace_table_range(table).written == 0;
}

void stream_send_tables(struct stream *stream, struct trace_arena *arena)
{
    for (; stream->tables_sent < arena->cpus * TRACE_TABLES; stream->tables_sent++) {
        uint32_t cpu = stream->tables_sent / TRACE_TABLES;
        enum trace_table_id id = (enum trace_table_id)(stream->tables_sent % TRACE_TABLES);
        if (!is_untold(stream, arena, cpu, id))
            stream_send_table(stream, arena, cpu, id);
    }
}

void stream_send_loss(struct stream *stream, uint64_t text_bytes, uint64_t frames)
{
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_LOSS);
    frame_put_unsigned(writer, text_bytes);
    frame_put_unsigned(writer, frames);
    frame_end(writer);
}

void stream_send_verdict(struct stream *stream, const char *status, const char *reason,
                         uint64_t tsc)
{
    struct frame_writer *writer = stream_begin_frame(stream, STREAM_VERDICT);
    put_text(writer, status);
    put_text(writer, reason);
    frame_put_unsigned(writer, tsc);
    frame_put_unsigned(writer, writer->sequence + 1); /* this one included */
    frame_end(writer);
}

struct stream_events stream_events_of(const struct frame *frame)
{
    struct stream_events events = {.reader = frame_reader_of(frame)};
    events.table = frame_get_unsigned32(&events.reader);
    events.cpu = frame_get_unsigned32(&events.reader);
    events.number = frame_get_unsigned(&events.reader) - 1;
    events.tsc = frame_get_unsigned(&events.reader);
    return events;
}

bool stream_events_next(struct stream_events *events)
{
    struct frame_reader *reader = &events->reader;
    if (reader->bad || reader->at == reader->end)
        return false;
    uint64_t control = frame_get_unsigned(reader);
    if (control & STREAM_EVENT_NAME)
        events->name = frame_get_unsigned32(reader);
    if (control & STREAM_EVENT_TASK)
        events->task = frame_get_unsigned32(reader);
    events->usage = (struct trace_usage){0};
    if (control & STREAM_EVENT_USAGE) {
        events->usage.cpu_ns = frame_get_unsigned(reader);
        events->usage.in_blocks = frame_get_unsigned32(reader);
        events->usage.out_blocks = frame_get_unsigned32(reader);
    }
    events->number++;
    events->tsc += control >> 3;
    return !reader->bad;
}
