/* Anonymous tracing for programs: what the descriptions and the bytes say, nothing merged or divided. */
#include "flight/report_dtrace.h"

#include <string.h>

#include "flight/json_value.h"
#include "trace/dtrace/framework.h"
#include "trace/dtrace/record_walk.h"

static json_t *of_text(const char *text)
{
    return json_value_of_string((struct frame_string){text, strlen(text)});
}

/* Its own names for the options; those that nobody set are left out. */
static json_t *options_value(const struct model_dtrace *dtrace)
{
    json_t *options = json_object();
    for (uint32_t i = 0; i < DOF_OPTIONS; i++)
        if (dtrace->options[i] != DOF_OPTION_UNSET)
            (void)json_object_set_new(options, dtrace_option_str(i),
                                      json_integer(dtrace->options[i]));
    return options;
}

static json_t *status_value(const struct dtrace_status *status)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"dynamic_drops", status->dynamic_drops},
        {"speculation_drops", status->speculation_drops},
        {"speculations_busy", status->speculations_busy},
        {"speculations_unavailable", status->speculations_unavailable},
        {"errors", status->errors},
        {"errors_in_errors", status->errors_in_errors},
        {"stack_string_overflows", status->stack_string_overflows},
        {"filled", status->filled},
        {"nested", status->nested},
        {"killed", status->killed},
    };
    json_t *value = json_object();
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        (void)json_object_set_new(value, counts[i].key, json_value_of_unsigned(counts[i].value));
    return value;
}

static json_t *probe_value(const struct dtrace_source *source, uint32_t id)
{
    const struct dtrace_probe_description *probe = source->probe(source->context, id);
    if (probe == NULL)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "id", json_integer(probe->id), "provider",
                     of_text(probe->provider), "module", of_text(probe->module), "function",
                     of_text(probe->function), "name", of_text(probe->name));
}

static json_t *enabling_value(const struct dtrace_source *source,
                              const struct dtrace_ecb_description *ecb)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "epid", json_integer(ecb->epid), "probe",
                     probe_value(source, ecb->probe), "uarg", json_value_of_unsigned(ecb->uarg),
                     "size", json_integer(ecb->size), "pieces", json_integer(ecb->record_count));
}

static json_t *buffer_value(const struct model_buffer *buffer, uint32_t which, uint32_t cpu)
{
    const struct dtrace_buffer_books *books = &buffer->snapshot.books;
    bool known = buffer->known;
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"emitted", books->emitted},         {"kept", books->kept},
        {"overwritten", books->overwritten}, {"dropped", books->dropped},
        {"filtered", books->filtered},       {"errors", books->errors},
    };
    json_t *value = json_pack("{s:s, s:i, s:o}", "buffer", model_dtrace_buffer_name(which), "cpu",
                              (int)cpu, "received", json_value_of_unsigned(buffer->received));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        (void)json_object_set_new(value, counts[i].key,
                                  known ? json_value_of_unsigned(counts[i].value) : json_null());
    return value;
}

/* --- Values --- */

static bool is_number(uint32_t size)
{
    return size == 1 || size == 2 || size == 4 || size == 8;
}

static json_t *of_hex(const uint8_t *bytes, uint32_t size)
{
    static const char digits[] = "0123456789abcdef";
    json_t *rows = json_array(); /* of 32 bytes each */
    for (uint32_t at = 0; at < size; at += 32) {
        char text[64];
        uint32_t count = size - at < 32 ? size - at : 32;
        for (uint32_t i = 0; i < count; i++) {
            text[2 * i] = digits[bytes[at + i] >> 4];
            text[2 * i + 1] = digits[bytes[at + i] & 15];
        }
        (void)json_array_append_new(rows, json_stringn(text, 2 * count));
    }
    return json_pack("{s:o}", "bytes", rows);
}

/* Text up to a NUL, behind which there is nothing else. */
static bool is_text(const uint8_t *bytes, uint32_t size, uint32_t *length)
{
    const uint8_t *end = memchr(bytes, '\0', size);
    *length = end != NULL ? (uint32_t)(end - bytes) : size;
    for (uint32_t i = 0; i < *length; i++)
        if (bytes[i] < ' ' && bytes[i] != '\n' && bytes[i] != '\t')
            return false;
    for (uint32_t i = *length; i < size; i++)
        if (bytes[i] != '\0')
            return false;
    return true;
}

static json_t *address_value(const struct dtrace_source *source, uint64_t address)
{
    struct dtrace_symbol symbol;
    if (!source->symbol(source->context, address, &symbol))
        return json_pack("{s:o}", "address", json_value_of_unsigned(address));
    return json_pack("{s:o, s:o, s:o, s:o}", "address", json_value_of_unsigned(address), "module",
                     of_text(symbol.module), "function", of_text(symbol.function), "offset",
                     json_value_of_unsigned(symbol.offset));
}

static json_t *stack_value(const struct dtrace_source *source, const uint8_t *bytes, uint32_t size)
{
    json_t *frames = json_array();
    for (uint32_t at = 0; size - at >= 8; at += 8) {
        uint64_t pc = dtrace_read_unsigned(bytes + at, 8);
        if (pc == 0)
            break;
        (void)json_array_append_new(frames, address_value(source, pc));
    }
    return frames;
}

static json_t *piece_value(const struct dtrace_source *source, const struct dtrace_record *record,
                           const uint8_t *bytes)
{
    uint32_t length;
    if (record->action == DOF_ACTION_STACK)
        return stack_value(source, bytes, record->size);
    if ((record->action == DOF_ACTION_SYM || record->action == DOF_ACTION_MOD) && record->size == 8)
        return address_value(source, dtrace_read_unsigned(bytes, 8));
    if (is_number(record->size) && !record->string)
        return json_integer(dtrace_read_signed(bytes, record->size));
    if (is_text(bytes, record->size, &length))
        return json_value_of_string((struct frame_string){(const char *)bytes, length});
    return of_hex(bytes, record->size);
}

/* Pieces [first, end) of a record; null where one lies outside of it. */
static json_t *pieces_value(const struct dtrace_source *source, const struct dtrace_record *records,
                            uint32_t first, uint32_t end, const uint8_t *bytes, uint32_t size)
{
    json_t *values = json_array();
    for (uint32_t i = first; i < end; i++) {
        const uint8_t *piece = dtrace_piece(&records[i], bytes, size);
        if (records[i].size > 0)
            (void)json_array_append_new(
                values, piece != NULL ? piece_value(source, &records[i], piece) : json_null());
    }
    return values;
}

/* --- Lists --- */

static void write_enablings(FILE *out, const struct model_dtrace *dtrace,
                            const struct dtrace_source *source)
{
    fputs(", \"enablings\": [", out);
    for (size_t i = 0; i < dtrace->ecb_count; i++)
        json_value_write_row(out, i, enabling_value(source, &dtrace->ecbs[i]));
    fputs("]", out);
}

static void write_buffers(FILE *out, const struct model_dtrace *dtrace)
{
    size_t row = 0;
    fputs(", \"buffers\": [", out);
    for (uint32_t which = 0; which < STREAM_BUFFERS; which++)
        for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++) {
            const struct model_buffer *buffer = &dtrace->buffers[which][cpu];
            if (buffer->known || buffer->bytes != NULL)
                json_value_write_row(out, row++, buffer_value(buffer, which, cpu));
        }
    fputs("]", out);
}

static void write_records(FILE *out, const struct dtrace_source *source)
{
    size_t row = 0;
    fputs(", \"records\": [", out);
    for (uint32_t cpu = 0; cpu < source->cpus; cpu++) {
        struct dtrace_walk walk = dtrace_walk_of(source, &source->principal[cpu]);
        for (struct dtrace_found found; dtrace_walk_next(&walk, &found);) {
            const struct dtrace_ecb_description *ecb = found.ecb;
            json_value_write_row(out, row++,
                                 json_pack("{s:i, s:o, s:o, s:o, s:o}", "cpu", (int)cpu, "ns",
                                           json_value_of_unsigned(found.time), "epid",
                                           json_integer(ecb->epid), "probe",
                                           probe_value(source, ecb->probe), "values",
                                           pieces_value(source, ecb->records, 0, ecb->record_count,
                                                        found.bytes, ecb->size)));
        }
    }
    fputs("]", out);
}

static const char *function_name(uint16_t kind)
{
    static const char *const names[] = {"count",  "min",      "max",       "avg",       "sum",
                                        "stddev", "quantize", "lquantize", "llquantize"};
    uint32_t number = (uint32_t)kind - DOF_AGGREGATION_COUNT;
    return number < sizeof names / sizeof *names ? names[number] : "?";
}

static json_t *aggregation_value(const struct dtrace_source *source, uint32_t cpu,
                                 const struct dtrace_found_aggregation *found, uint32_t words)
{
    const struct dtrace_aggregation_description *description = found->description;
    uint32_t last = description->record_count - 1;
    const struct dtrace_record *data = &description->records[last];
    json_t *values = json_array();
    for (uint32_t i = 0; i < words; i++)
        (void)json_array_append_new(
            values, json_integer(dtrace_read_signed(found->bytes + data->offset + i * 8, 8)));
    return json_pack(
        "{s:o, s:i, s:s, s:o, s:o}", "variable",
        json_value_of_unsigned(
            dtrace_read_unsigned(found->bytes + description->records[0].offset, 8)),
        "cpu", (int)cpu, "function", function_name(data->action), "keys",
        pieces_value(source, description->records, 1, last, found->bytes, description->size),
        "data", values);
}

static void write_aggregations(FILE *out, const struct dtrace_source *source)
{
    size_t row = 0;
    fputs(", \"aggregations\": [", out);
    for (uint32_t cpu = 0; cpu < source->cpus; cpu++) {
        struct dtrace_walk walk = dtrace_walk_of(source, &source->aggregations[cpu]);
        uint32_t words;
        for (struct dtrace_found_aggregation found; dtrace_walk_next_aggregation(&walk, &found);)
            if (dtrace_aggregation_is_sound(&found, &words))
                json_value_write_row(out, row++, aggregation_value(source, cpu, &found, words));
    }
    fputs("]", out);
}

void report_dtrace_json(FILE *out, const struct model_dtrace *dtrace)
{
    if (!model_dtrace_is_there(dtrace)) {
        fputs("null", out);
        return;
    }
    const struct dtrace_source source = model_dtrace_source(dtrace);
    fprintf(out, "{\"cpus\": %u, \"begin_cpu\": ", source.cpus);
    json_value_write(out, dtrace->known ? json_integer(dtrace->begin_cpu) : json_null());
    fputs(", \"options\": ", out);
    json_value_write(out, options_value(dtrace));
    fputs(", \"status\": ", out);
    json_value_write(out, dtrace->known ? status_value(&dtrace->status) : json_null());
    write_enablings(out, dtrace, &source);
    write_buffers(out, dtrace);
    write_records(out, &source);
    write_aggregations(out, &source);
    fprintf(out, ", \"incomplete_runs\": %llu}", (unsigned long long)dtrace->incomplete);
}
