/* Anonymous tracing for programs, an object a line: what a claim prints, in its order.
 *
 * The consumer does the work, and tells a listener; its text is caught, for what is formatted and for the words of
 * errors. */
#include "flight/report_dtrace_lines.h"

#include "flight/dof_names.h"
#include "flight/dtrace_cell_value.h"
#include "flight/dtrace_value.h"
#include "flight/file_bytes.h"
#include "flight/json_value.h"
#include "trace/dtrace/dof.h"

struct lines {
    FILE *out;
    const struct dtrace_source *source;
    struct file_bytes text, faults; /* since they were taken last */
    uint32_t cpu;                   /* of the record */
    json_t *data;                   /* of the record; NULL outside of records */
    json_t *rows;                   /* of the printa() that is going on; NULL: none yet */
};

static void write_line(FILE *out, json_t *object)
{
    json_value_write(out, object);
    fputc('\n', out);
}

static json_t *take(struct file_bytes *text)
{
    const char *bytes = text->length > 0 ? (const char *)text->bytes : "";
    json_t *value = json_value_of_string((struct frame_string){bytes, text->length});
    text->length = 0;
    return value;
}

/* A line without its end. */
static json_t *take_line(struct file_bytes *text)
{
    if (text->length > 0 && text->bytes[text->length - 1] == '\n')
        text->length--;
    return take(text);
}

/* --- Records --- */

static void begin(void *context, const struct dtrace_found *found, uint32_t cpu)
{
    struct lines *lines = context;
    (void)found;
    lines->text.length = 0;
    lines->cpu = cpu;
    lines->data = json_array();
}

static void end(void *context, const struct dtrace_found *found)
{
    struct lines *lines = context;
    json_t *data = lines->data;
    lines->data = NULL;
    lines->text.length = 0;
    write_line(lines->out,
               json_pack("{s:s, s:i, s:o, s:I, s:o, s:o}", "type", "record", "cpu", (int)lines->cpu,
                         "ns", json_value_of_unsigned(found->time), "epid",
                         (json_int_t)found->ecb->epid, "probe",
                         dtrace_value_of_probe(lines->source, found->ecb->probe), "data", data));
}

static const char *action_name(const struct dtrace_record *record)
{
    switch (record->action) {
    case DOF_ACTION_EXIT:
        return "exit";
    case DOF_ACTION_PRINTF:
        return record->format != NULL ? "printf" : "trace";
    case DOF_ACTION_PRINTA:
        return "printa";
    case DOF_ACTION_LIBACT:
        return dof_library_action_name(record->arg);
    case DOF_ACTION_TRACEMEM:
        return "tracemem";
    case DOF_ACTION_STACK:
        return "stack";
    case DOF_ACTION_USTACK:
        return "ustack";
    case DOF_ACTION_JSTACK:
        return "jstack";
    case DOF_ACTION_SYM:
        return "sym";
    case DOF_ACTION_MOD:
        return "mod";
    case DOF_ACTION_USYM:
        return "usym";
    case DOF_ACTION_UMOD:
        return "umod";
    case DOF_ACTION_UADDR:
        return "uaddr";
    case DOF_ACTION_SYSTEM:
        return record->format != NULL ? "system" : "trace";
    case DOF_ACTION_FREOPEN:
        return record->format != NULL ? "freopen" : "trace";
    default:
        return "trace";
    }
}

static bool is_formatted(const struct dtrace_record *record)
{
    return record->format != NULL &&
           (record->action == DOF_ACTION_PRINTF || record->action == DOF_ACTION_SYSTEM ||
            record->action == DOF_ACTION_FREOPEN);
}

static json_t *format_value(const struct dtrace_record *record)
{
    if (record->format == NULL)
        return json_null();
    return json_value_of_text(record->format);
}

/* What printa() has put side by side, or what a format was given. */
static void add_formatted(struct lines *lines, json_t *item, const struct dtrace_record *record,
                          json_t *values)
{
    bool printa = record->action == DOF_ACTION_PRINTA;
    (void)json_object_set_new(item, "format", format_value(record));
    (void)json_object_set_new(item, printa ? "variables" : "values", values);
    if (printa)
        (void)json_object_set_new(item, "rows", lines->rows != NULL ? lines->rows : json_array());
    lines->rows = printa ? NULL : lines->rows;
    (void)json_object_set_new(item, "text", take(&lines->text));
}

/* tracemem(): as many bytes as the record before it says, if it says so. */
static json_t *memory_value(const struct dtrace_found *found, uint32_t number)
{
    const struct dtrace_record *record = &found->ecb->records[number], *before = record - 1;
    const uint8_t *bytes = dtrace_piece(record, found->bytes, found->ecb->size);
    uint32_t size = record->size;
    if (number > 0 && before->action == DOF_ACTION_TRACEMEM_DYNSIZE) {
        const uint8_t *wanted = dtrace_piece(before, found->bytes, found->ecb->size);
        uint64_t limit = wanted != NULL ? dtrace_read_unsigned(wanted, before->size) : 0;
        size = limit > 0 && limit < size ? (uint32_t)limit : size;
    }
    return bytes != NULL ? dtrace_value_of_bytes(bytes, size) : json_null();
}

static void add_values(json_t *item, const struct dtrace_found *found, uint32_t first,
                       json_t *values)
{
    const struct dtrace_record *record = &found->ecb->records[first];
    bool stack = record->action == DOF_ACTION_STACK;
    if (record->action == DOF_ACTION_LIBACT) {
        (void)json_object_set_new(item, "values", values);
        return;
    }
    json_t *value = record->action == DOF_ACTION_TRACEMEM ? memory_value(found, first)
                                                          : json_incref(json_array_get(values, 0));
    (void)json_object_set_new(item, stack ? "frames" : "value", value);
    json_decref(values);
}

static void pieces(void *context, const struct dtrace_found *found, uint32_t first, uint32_t count)
{
    struct lines *lines = context;
    const struct dtrace_ecb_description *ecb = found->ecb;
    const struct dtrace_record *record = &ecb->records[first];
    if (record->action == DOF_ACTION_TRACEMEM_DYNSIZE)
        return;
    json_t *item = json_pack("{s:s}", "action", action_name(record));
    json_t *values = dtrace_value_of_pieces(lines->source, ecb->records, first, first + count,
                                            found->bytes, ecb->size);
    if (record->action == DOF_ACTION_PRINTA || is_formatted(record))
        add_formatted(lines, item, record, values);
    else
        add_values(item, found, first, values);
    lines->text.length = 0;
    (void)json_array_append_new(lines->data, item);
}

/* --- Aggregations --- */

static json_t *keys_value(const struct lines *lines, const struct dtrace_row *row)
{
    const struct dtrace_aggregation_description *description = row->description;
    return dtrace_value_of_pieces(lines->source, description->records, 1,
                                  description->record_count - 1, row->record, description->size);
}

static void add_row(struct lines *lines, const struct dtrace_row *row)
{
    json_t *values = json_array();
    for (uint32_t i = 0; i < row->count; i++)
        (void)json_array_append_new(values, dtrace_cell_value(&row->cells[i]));
    if (lines->rows == NULL)
        lines->rows = json_array();
    (void)json_array_append_new(
        lines->rows, json_pack("{s:o, s:o}", "keys", keys_value(lines, row), "values", values));
}

static void row(void *context, const struct dtrace_row *row)
{
    struct lines *lines = context;
    if (lines->data != NULL) {
        add_row(lines, row);
        return;
    }
    for (uint32_t i = 0; i < row->count; i++) {
        json_t *object =
            json_pack("{s:s, s:o}", "type", "aggregation", "keys", keys_value(lines, row));
        json_t *cell = dtrace_cell_value(&row->cells[i]);
        (void)json_object_update(object, cell);
        json_decref(cell);
        write_line(lines->out, object);
    }
    lines->text.length = 0;
}

/* --- What went wrong --- */

static json_t *probe_of_clause(const struct lines *lines, uint32_t epid)
{
    const struct dtrace_source *source = lines->source;
    const struct dtrace_ecb_description *ecb = source->ecb(source->context, epid);
    return ecb != NULL ? dtrace_value_of_probe(source, ecb->probe) : json_null();
}

static void error(void *context, const struct dtrace_error *error)
{
    struct lines *lines = context;
    json_t *address = error->has_address ? json_value_of_unsigned(error->address) : json_null();
    json_t *action = error->recorded ? json_integer(error->action) : json_null();
    json_t *offset = error->offset != -1 ? json_integer(error->offset) : json_null();
    write_line(lines->out,
               json_pack("{s:s, s:I, s:o, s:s, s:o, s:o, s:o, s:o}", "type", "error", "epid",
                         (json_int_t)error->epid, "probe", probe_of_clause(lines, error->epid),
                         "fault", error->text, "action", action, "offset", offset, "address",
                         address, "text", take_line(&lines->faults)));
}

static void loss(void *context, const struct dtrace_loss *loss)
{
    struct lines *lines = context;
    json_t *cpu = loss->buffer != NULL ? json_integer(loss->buffer->cpu) : json_null();
    write_line(lines->out,
               json_pack("{s:s, s:s, s:o, s:o, s:o}", "type", "drop", "what", loss->what, "cpu",
                         cpu, "count", json_value_of_unsigned(loss->count), "text",
                         take_line(&lines->faults)));
}

static void complaint(void *context)
{
    struct lines *lines = context;
    report_dtrace_line_of_damage(lines->out, take_line(&lines->faults));
}

void report_dtrace_line_of_damage(FILE *out, json_t *text)
{
    write_line(out, json_pack("{s:s, s:o}", "type", "damage", "text", text));
}

enum dtrace_consume_status report_dtrace_write_lines(FILE *out, const struct dtrace_source *source,
                                                     struct dtrace_memory *memory)
{
    struct lines lines = {.out = out, .source = source};
    const struct text_sink records = file_bytes_sink(&lines.text);
    const struct text_sink faults = file_bytes_sink(&lines.faults);
    const struct dtrace_listener listener = {&lines, begin, pieces, end,
                                             row,    error, loss,   complaint};
    const struct dtrace_outlet outlet = {&records, &faults, &listener};
    enum dtrace_consume_status status = dtrace_consume_to(&outlet, source, memory);
    json_decref(lines.rows);
    file_bytes_free(&lines.text);
    file_bytes_free(&lines.faults);
    return status;
}
