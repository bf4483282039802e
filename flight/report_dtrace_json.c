/* Anonymous tracing for programs: what the descriptions and the bytes say, nothing merged or divided. */
#include "flight/report_dtrace.h"

#include "flight/dtrace_value.h"
#include "flight/json_value.h"
#include "trace/dtrace/framework.h"
#include "trace/dtrace/record_walk.h"

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

static json_t *enabling_value(const struct dtrace_source *source,
                              const struct dtrace_ecb_description *ecb)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "epid", json_integer(ecb->epid), "probe",
                     dtrace_value_of_probe(source, ecb->probe), "uarg",
                     json_value_of_unsigned(ecb->uarg), "size", json_integer(ecb->size), "pieces",
                     json_integer(ecb->record_count));
}

static json_t *buffer_value(const struct model_buffer *buffer, uint32_t which, uint32_t cpu)
{
    const struct dtrace_buffer_books *books = &buffer->snapshot.books;
    const char *name = which == STREAM_BUFFER_PRINCIPAL ? "principal" : "aggregations";
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"emitted", books->emitted},         {"kept", books->kept},
        {"overwritten", books->overwritten}, {"dropped", books->dropped},
        {"filtered", books->filtered},       {"errors", books->errors},
    };
    json_t *value = json_pack("{s:s, s:i, s:o}", "buffer", name, "cpu", (int)cpu, "received",
                              json_value_of_unsigned(buffer->received));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        (void)json_object_set_new(value, counts[i].key,
                                  buffer->known ? json_value_of_unsigned(counts[i].value)
                                                : json_null());
    return value;
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
            json_value_write_row(
                out, row++,
                json_pack("{s:i, s:o, s:o, s:o, s:o}", "cpu", (int)cpu, "ns",
                          json_value_of_unsigned(found.time), "epid", json_integer(ecb->epid),
                          "probe", dtrace_value_of_probe(source, ecb->probe), "values",
                          dtrace_value_of_pieces(source, ecb->records, 0, ecb->record_count,
                                                 found.bytes, ecb->size)));
        }
    }
    fputs("]", out);
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
    return json_pack("{s:o, s:i, s:s, s:o, s:o}", "variable",
                     json_value_of_unsigned(
                         dtrace_read_unsigned(found->bytes + description->records[0].offset, 8)),
                     "cpu", (int)cpu, "function", dtrace_value_function(data->action), "keys",
                     dtrace_value_of_pieces(source, description->records, 1, last, found->bytes,
                                            description->size),
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
