/* What a capture says about one boot. */
#include "flight/capture_model.h"

#include <stdlib.h>
#include <string.h>

#include "flight/memory.h"
#include "flight/order.h"
#include "flight/schema.h"

/* Nothing that counts time faster exists, and trace_cycles_to_ns is exact up to here. */
#define TSC_HZ_MAX (1ull << 34)

/* Of a module; digest and state came later. */
#define MODULE_FIELDS_FIRST 5u
#define LAYOUT_WITH_TSLOG   3u /* of the arena */
/* Of a task; its parent came later. */
#define TASK_FIELDS_FIRST 3u

bool frame_string_is(struct frame_string string, const char *text)
{
    return string.text != NULL && string.length == strlen(text) &&
           memcmp(string.text, text, string.length) == 0;
}

static bool equal(struct frame_string a, struct frame_string b)
{
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static bool read_header(struct model_header *header, struct frame_reader *reader)
{
    struct model_header read = {.known = true};
    read.version = frame_get_unsigned32(reader);
    read.build_id = frame_get_string(reader);
    read.producer = frame_get_string(reader);
    read.entry_tsc = frame_get_unsigned(reader);
    read.cpus = frame_get_unsigned32(reader);
    read.layout = frame_get_unsigned32(reader);
    if (reader->bad || header->known || read.cpus == 0 || read.cpus > TRACE_CPUS_MAX)
        return false;
    *header = read;
    return true;
}

static bool read_clock(struct model_clock *clock, struct frame_reader *reader)
{
    struct model_clock read = {.known = true};
    read.tsc_hz = frame_get_unsigned(reader);
    read.method = frame_get_string(reader);
    read.uncertainty_ppb = frame_get_unsigned32(reader);
    uint32_t from_reset = frame_get_unsigned32(reader);
    read.counts_from_reset = from_reset == 1;
    if (reader->bad || read.tsc_hz > TSC_HZ_MAX || from_reset > 1)
        return false;
    *clock = read;
    return true;
}

/* A CPU; the boot CPU's clock is what the others are compared with. */
static bool read_cpu(struct model_cpu *cpus, struct frame_reader *reader)
{
    uint32_t cpu = frame_get_unsigned32(reader);
    struct model_cpu read = {.known = true};
    read.apic_id = frame_get_unsigned32(reader);
    read.offset = stream_unzigzag(frame_get_unsigned(reader));
    read.uncertainty = frame_get_unsigned32(reader);
    if (reader->bad || cpu >= TRACE_CPUS_MAX || (cpu == 0 && read.offset != 0))
        return false;
    cpus[cpu] = read;
    return true;
}

/* The fields of one kind.  A kind is a letter, and has one list of fields in a boot. */
static bool read_schema(struct frame_string *schema, struct frame_reader *reader)
{
    struct frame_string kind = frame_get_string(reader);
    struct frame_string fields = frame_get_string(reader);
    if (reader->bad || kind.length != 1 || (uint8_t)kind.text[0] >= MODEL_KINDS ||
        fields.length > SCHEMA_LENGTH_MAX)
        return false;
    struct frame_string *sent = &schema[(uint8_t)kind.text[0]];
    if (sent->text != NULL)
        return equal(*sent, fields);
    *sent = fields;
    return true;
}

static bool read_config(struct capture_model *model, struct frame_reader *reader)
{
    struct model_pair pair;
    pair.key = frame_get_string(reader);
    pair.value = frame_get_string(reader);
    if (reader->bad)
        return false;
    model->config = memory_grown(model->config, model->config_count, &model->config_capacity,
                                 sizeof *model->config);
    model->config[model->config_count++] = pair;
    return true;
}

/* How many fields a kind has in this stream; the reader has come to the end of the first ones, which
 * all streams have.  If the schema was lost, a payload that ends there is of an older stream. */
static uint32_t later_fields(const struct capture_model *model, const struct frame_reader *reader,
                             enum stream_kind kind, uint32_t first)
{
    const char *known = stream_fields((char)kind);
    if (model->schema[kind].text != NULL)
        return schema_shared(model->schema[kind], known);
    return frame_reader_done(reader) ? first : schema_count(known);
}

static struct frame_string get_later(struct frame_reader *reader, bool sent)
{
    return sent ? frame_get_string(reader) : (struct frame_string){NULL, 0};
}

static bool read_module(struct capture_model *model, struct frame_reader *reader)
{
    struct model_module module;
    module.index = frame_get_unsigned32(reader);
    module.command_line = frame_get_string(reader);
    module.name = frame_get_string(reader);
    module.type = frame_get_string(reader);
    module.size = frame_get_unsigned(reader);
    uint32_t fields = later_fields(model, reader, STREAM_MODULE, MODULE_FIELDS_FIRST);
    module.digest = get_later(reader, fields > MODULE_FIELDS_FIRST);
    module.state = get_later(reader, fields > MODULE_FIELDS_FIRST + 1);
    if (reader->bad)
        return false;
    model->modules = memory_grown(model->modules, model->module_count, &model->module_capacity,
                                  sizeof *model->modules);
    model->modules[model->module_count++] = module;
    return true;
}

static bool read_phase(struct model_phase *phases, struct frame_reader *reader)
{
    uint32_t index = frame_get_unsigned32(reader);
    struct model_phase read = {.known = true};
    read.name = frame_get_string(reader);
    read.tsc = frame_get_unsigned(reader);
    if (reader->bad || index >= TRACE_PHASES)
        return false;
    /* A panic may have sent one again, with the same time.  A shutdown may have led to single-user operation
     * and back: the last one counts. */
    uint64_t latest = index == TRACE_PHASE_SHUTDOWN ? UINT64_MAX : phases[index].tsc;
    if (phases[index].known && (read.tsc < phases[index].tsc || read.tsc > latest))
        return false;
    phases[index] = read;
    return true;
}

static bool read_name(struct capture_model *model, struct frame_reader *reader)
{
    uint32_t id = frame_get_unsigned32(reader);
    struct frame_string text = frame_get_string(reader);
    if (reader->bad || id == TRACE_NAME_NONE || id >= MODEL_IDS)
        return false;
    model->names = memory_covering(model->names, &model->name_count, id, sizeof *model->names);
    struct frame_string *name = &model->names[id];
    if (name->text != NULL)
        return equal(*name, text);
    *name = text;
    return true;
}

static bool read_task(struct capture_model *model, struct frame_reader *reader)
{
    uint32_t id = frame_get_unsigned32(reader);
    uint32_t pid = frame_get_unsigned32(reader);
    uint32_t name = frame_get_unsigned32(reader);
    uint32_t fields = later_fields(model, reader, STREAM_TASK, TASK_FIELDS_FIRST);
    uint32_t parent = fields > TASK_FIELDS_FIRST ? frame_get_unsigned32(reader) : 0;
    if (reader->bad || id == 0 || id >= MODEL_IDS || name >= MODEL_IDS || parent >= MODEL_IDS)
        return false;
    model->tasks = memory_covering(model->tasks, &model->task_count, id, sizeof *model->tasks);
    struct model_task *task = &model->tasks[id];
    if (task->known)
        return task->pid == pid && task->name == name && task->parent == parent;
    *task = (struct model_task){true, pid, (uint16_t)name, (uint16_t)parent};
    return true;
}

static bool read_table(struct capture_model *model, struct frame_reader *reader)
{
    uint32_t table = frame_get_unsigned32(reader);
    struct model_books read = {.known = true};
    read.name = frame_get_string(reader);
    uint32_t cpu = frame_get_unsigned32(reader);
    read.keep = frame_get_unsigned32(reader);
    read.capacity = frame_get_unsigned32(reader);
    read.books.emitted = frame_get_unsigned(reader);
    read.books.kept = frame_get_unsigned(reader);
    read.books.overwritten = frame_get_unsigned(reader);
    read.books.dropped = frame_get_unsigned(reader);
    read.books.filtered = frame_get_unsigned(reader);
    if (reader->bad || table >= TRACE_TABLES || cpu >= TRACE_CPUS_MAX ||
        read.keep > TRACE_KEEP_LAST || model->books[table][cpu].known)
        return false;
    read.received = model->books[table][cpu].received;
    model->books[table][cpu] = read;
    return true;
}

static void add_event(struct model_events *list, const struct stream_events *events)
{
    list->items = memory_grown(list->items, list->count, &list->capacity, sizeof *list->items);
    const struct trace_usage *usage = &events->usage;
    list->items[list->count++] = (struct model_event){
        .tsc = events->tsc,
        .number = events->number,
        .usage = *usage,
        .name = (uint16_t)events->name,
        .task = (uint16_t)events->task,
        .cpu = (uint16_t)events->cpu,
        .used = usage->cpu_ns != 0 || usage->in_blocks != 0 || usage->out_blocks != 0,
    };
}

/* Adds the events of a frame up to its end, or to the first one that cannot be: time and number
 * only rise inside a frame, and ids have 16 bits. */
static bool add_events(struct model_events *list, struct stream_events *events)
{
    uint64_t first = events->number + 1, tsc = events->tsc;
    while (stream_events_next(events)) {
        if (events->number < first || events->tsc < tsc || events->name >= MODEL_IDS ||
            events->task >= MODEL_IDS)
            return false;
        tsc = events->tsc;
        add_event(list, events);
    }
    return frame_reader_done(&events->reader);
}

static bool read_events(struct capture_model *model, const struct frame *frame)
{
    struct stream_events events = stream_events_of(frame);
    if (events.reader.bad || events.table >= TRACE_TABLES || events.cpu >= TRACE_CPUS_MAX)
        return false;
    struct model_events *list = &model->events[events.table];
    size_t before = list->count;
    if (!add_events(list, &events)) {
        list->count = before;
        return false;
    }
    model->books[events.table][events.cpu].received += list->count - before;
    return true;
}

static bool read_line_loss(struct model_line_loss *loss, struct frame_reader *reader)
{
    struct model_line_loss read = {.known = true};
    read.text_bytes = frame_get_unsigned(reader);
    read.frames = frame_get_unsigned(reader);
    if (reader->bad)
        return false;
    *loss = read;
    return true;
}

static bool read_verdict(struct capture_model *model, const struct indexed_frame *frame,
                         struct frame_reader *reader)
{
    struct model_verdict read = {.known = true, .number = frame->number};
    read.status = frame_get_string(reader);
    read.reason = frame_get_string(reader);
    read.tsc = frame_get_unsigned(reader);
    read.frames = frame_get_unsigned32(reader);
    if (reader->bad)
        return false;
    model->verdict = read;
    model->verdicts++;
    return true;
}

/* The fields without which a frame says nothing: all, but for those that came later. */
static uint32_t fields_needed(char kind, const char *known)
{
    return kind == STREAM_MODULE ? MODULE_FIELDS_FIRST
           : kind == STREAM_TASK ? TASK_FIELDS_FIRST
                                 : schema_count(known);
}

/* Frames that have other fields than this reader knows, or fewer than their stream says, are not
 * guessed at.  Those whose schema was lost are taken for what is known; schemas themselves always
 * are. */
static bool understood(const struct capture_model *model, char kind, struct frame_reader payload)
{
    const char *known = stream_fields(kind);
    struct frame_string sent = model->schema[(uint8_t)kind % MODEL_KINDS];
    if (known == NULL || sent.text == NULL || kind == STREAM_SCHEMA)
        return true;
    return schema_shared(sent, known) >= fields_needed(kind, known) && schema_fits(sent, payload);
}

/* False if the payload is malformed.  Long, because it is a table: a case for each kind of
 * frame. */
static bool read_frame(struct capture_model *model, const struct indexed_frame *indexed)
{
    struct frame frame = {.payload = indexed->payload, .length = indexed->length};
    struct frame_reader reader = frame_reader_of(&frame);
    if (!understood(model, indexed->kind, reader))
        return false;
    switch ((enum stream_kind)indexed->kind) {
    case STREAM_HEADER:
        return read_header(&model->header, &reader);
    case STREAM_SCHEMA:
        return read_schema(model->schema, &reader);
    case STREAM_CONFIG:
        return read_config(model, &reader);
    case STREAM_CLOCK:
        return read_clock(&model->clock, &reader);
    case STREAM_CPU:
        return read_cpu(model->cpu, &reader);
    case STREAM_MODULE:
        return read_module(model, &reader);
    case STREAM_PHASE:
        return read_phase(model->phase, &reader);
    case STREAM_NAME:
        return read_name(model, &reader);
    case STREAM_TASK:
        return read_task(model, &reader);
    case STREAM_TABLE:
        return read_table(model, &reader);
    case STREAM_EVENTS:
        return read_events(model, &frame);
    case STREAM_LOSS:
        return read_line_loss(&model->line_loss, &reader);
    case STREAM_VERDICT:
        return read_verdict(model, indexed, &reader);
    case STREAM_DTRACE:
    case STREAM_PROBE:
    case STREAM_ECB:
    case STREAM_AGGREGATION:
    case STREAM_BUFFER:
    case STREAM_BYTES:
    case STREAM_SYMBOL:
        return model_dtrace_read(&model->dtrace, indexed->kind, &reader);
    }
    model->unknown_kinds++;
    return true;
}

static bool damaged_behind(const struct capture_model *model, size_t offset)
{
    const struct index_boot *boot = &model->boot;
    return boot->end_damage > boot->first_damage &&
           model->index.damages[boot->end_damage - 1].start > offset;
}

static void take_frame(struct capture_model *model, const struct indexed_frame *frame)
{
    struct model_kind *kind = &model->kind[(uint8_t)frame->kind % MODEL_KINDS];
    kind->frames++;
    kind->bytes += frame->wire;
    if (read_frame(model, frame))
        return;
    if (model->malformed < MODEL_REPORTS)
        model->malformed_at[model->malformed] = frame->start;
    model->malformed++;
}

/* The schema frames, or all others.  Gives the last frame of the boot. */
static const struct indexed_frame *take_frames(struct capture_model *model, bool schemas)
{
    const struct indexed_frame *last = NULL;
    for (size_t i = model->boot.first; i < model->boot.end; i++) {
        const struct indexed_frame *frame = &model->index.frames[i];
        if (frame->duplicate)
            continue;
        last = frame;
        if ((frame->kind == STREAM_SCHEMA) == schemas)
            take_frame(model, frame);
    }
    return last;
}

/* A schema holds for the whole boot, wherever it stands: so schemas come first. */
static void read_frames(struct capture_model *model)
{
    (void)take_frames(model, true);
    const struct indexed_frame *last = take_frames(model, false);
    model->verdict.last = model->verdict.known && last->kind == STREAM_VERDICT &&
                          last->number == model->verdict.number &&
                          !damaged_behind(model, last->start);
}

/* The clock of a CPU holds for all its events, wherever it stands: so it is known by now. */
static void correct_times(struct model_cpu *cpus, struct model_events *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct model_event *event = &list->items[i];
        struct model_cpu *cpu = &cpus[event->cpu];
        uint64_t corrected = trace_time_corrected(event->tsc, cpu->offset);
        cpu->beyond += corrected - event->tsc != (uint64_t)cpu->offset ? 1 : 0;
        event->tsc = corrected;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct model_event *left = a, *right = b;
    int order = order_of(left->tsc, right->tsc);
    order = order != 0 ? order : order_of(left->cpu, right->cpu);
    return order != 0 ? order : order_of(left->number, right->number);
}

static int by_number(const void *a, const void *b)
{
    const struct model_event *left = *(const struct model_event *const *)a;
    const struct model_event *right = *(const struct model_event *const *)b;
    int order = order_of(left->cpu, right->cpu);
    order = order != 0 ? order : order_of(left->number, right->number);
    return order != 0 ? order : (left > right) - (left < right);
}

const struct model_event **capture_model_by_number(const struct model_events *events)
{
    const struct model_event **sorted = memory_zeroed(events->count, sizeof *sorted);
    for (size_t i = 0; i < events->count; i++)
        sorted[i] = &events->items[i];
    qsort(sorted, events->count, sizeof(const struct model_event *), by_number);
    return sorted;
}

/* Moves the events that had already come behind the others. */
static void set_repeated_apart(struct model_events *list, struct model_books *books)
{
    const struct model_event **sorted = capture_model_by_number(list);
    struct model_event *parted = memory_zeroed(list->count, sizeof *parted);
    size_t kept = 0, end = list->count;
    for (size_t i = 0; i < list->count; i++) {
        bool again = i > 0 && sorted[i]->cpu == sorted[i - 1]->cpu &&
                     sorted[i]->number == sorted[i - 1]->number;
        books[sorted[i]->cpu].received -= again ? 1 : 0;
        parted[again ? --end : kept++] = *sorted[i];
    }
    memcpy(list->items, parted, list->count * sizeof *parted);
    list->repeated = list->count - kept;
    list->count = kept;
    free(parted);
    free(sorted);
}

static int by_index(const void *a, const void *b)
{
    const struct model_module *left = a, *right = b;
    return order_of(left->index, right->index);
}

static void sort_all(struct capture_model *model)
{
    for (uint32_t i = 0; i < TRACE_TABLES; i++) {
        if (model->events[i].count == 0)
            continue;
        correct_times(model->cpu, &model->events[i]);
        set_repeated_apart(&model->events[i], model->books[i]);
        qsort(model->events[i].items, model->events[i].count, sizeof(struct model_event), by_time);
    }
    if (model->module_count > 0)
        qsort(model->modules, model->module_count, sizeof *model->modules, by_index);
}

bool capture_model_read(struct capture_model *model, const uint8_t *bytes, size_t length,
                        uint32_t boot)
{
    *model = (struct capture_model){0};
    frame_index_build(&model->index, bytes, length);
    model->boots = model->index.count == 0 ? 0 : model->index.boot_count;
    if (boot > model->boots)
        return false;
    model->boot = model->index.boots[boot == 0 ? model->index.boot_count - 1 : boot - 1];
    read_frames(model);
    sort_all(model);
    model_dtrace_finish(&model->dtrace);
    return true;
}

void capture_model_free(struct capture_model *model)
{
    frame_index_free(&model->index);
    free(model->config);
    free(model->modules);
    free(model->names);
    free(model->tasks);
    model_dtrace_free(&model->dtrace);
    for (uint32_t i = 0; i < TRACE_TABLES; i++)
        free(model->events[i].items);
    *model = (struct capture_model){0};
}

struct frame_string capture_model_name(const struct capture_model *model, uint32_t id)
{
    return id < model->name_count ? model->names[id] : (struct frame_string){NULL, 0};
}

struct trace_name capture_model_trace_name(const struct capture_model *model, uint32_t id)
{
    const struct frame_string name = capture_model_name(model, id);
    return (struct trace_name){name.text, (uint32_t)name.length};
}

struct model_task capture_model_task(const struct capture_model *model, uint32_t id)
{
    return id < model->task_count ? model->tasks[id] : (struct model_task){0};
}

struct frame_string capture_model_config(const struct capture_model *model, const char *key)
{
    for (size_t i = model->config_count; i > 0; i--)
        if (frame_string_is(model->config[i - 1].key, key))
            return model->config[i - 1].value;
    return (struct frame_string){NULL, 0};
}

uint64_t capture_model_cpu_events(const struct capture_model *model, uint32_t cpu)
{
    uint64_t events = 0;
    for (uint32_t table = 0; table < TRACE_TABLES; table++)
        events += model->books[table][cpu].received;
    return events;
}

static bool tells_of(const struct capture_model *model, uint32_t cpu)
{
    bool told = cpu < model->header.cpus || model->cpu[cpu].known;
    for (uint32_t table = 0; table < TRACE_TABLES; table++)
        told = told || model->books[table][cpu].known || model->books[table][cpu].received > 0;
    return told;
}

bool capture_model_has_tslog(const struct capture_model *model)
{
    return model->header.known && model->header.layout >= LAYOUT_WITH_TSLOG;
}

uint32_t capture_model_cpus(const struct capture_model *model)
{
    uint32_t cpus = TRACE_CPUS_MAX;
    while (cpus > 1 && !tells_of(model, cpus - 1))
        cpus--;
    return cpus;
}

bool capture_model_missing_announced(const struct capture_model *model)
{
    return model->boot.missing > 0 && model->boot.missing == model->line_loss.frames;
}

bool capture_model_complete(const struct capture_model *model)
{
    return model->boot.missing == 0 && model->malformed == 0 && model->verdict.known;
}

bool capture_model_whole(const struct capture_model *model)
{
    const struct index_boot *boot = &model->boot;
    return boot->end_damage == boot->first_damage && capture_model_complete(model);
}
