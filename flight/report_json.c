/* The report for programs: one JSON object, each event on a line of its own.
 *
 * Values are made with jansson one by one and written at once (flight/json_value.h). */
#include "flight/report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "flight/file_bytes.h"
#include "flight/json_value.h"
#include "flight/losses.h"
#include "flight/model_books.h"
#include "flight/model_spans.h"
#include "flight/print.h"
#include "flight/report_dtrace.h"
#include "flight/timeline.h"

#define SPANS_SHOWN 100u

/* Many readers refuse a NUL in a key, so there it is escaped. */
static json_t *of_key(struct frame_string string)
{
    bool whole = memchr(string.text, '\0', string.length) == NULL;
    return whole ? json_value_of_string(string) : json_value_of_escaped(string);
}

static json_t *of_hex(struct frame_string string)
{
    if (string.text == NULL)
        return json_null();
    struct file_bytes hex = {0};
    const struct text_sink sink = file_bytes_sink(&hex);
    print_hex(&sink, string, string.length);
    json_t *value = json_string(file_bytes_text(&hex));
    file_bytes_free(&hex);
    return value;
}

/* `,`, a new line, and the key. */
static void write_key(FILE *out, const char *key)
{
    fprintf(out, ",\n \"%s\": ", key);
}

/* A list with its rows between these two. */
static void begin_list(FILE *out, const char *key)
{
    write_key(out, key);
    fputc('[', out);
}

static void end_list(FILE *out, size_t rows)
{
    fputs(rows == 0 ? "]" : "\n ]", out);
}

static json_t *clock_value(const struct model_clock *clock)
{
    bool has_hz = clock->known && clock->tsc_hz != 0;
    return json_pack("{s:o, s:o, s:o, s:o}", "tsc_hz",
                     has_hz ? json_value_of_unsigned(clock->tsc_hz) : json_null(), "method",
                     json_value_of_string(clock->method), "uncertainty_ppb",
                     clock->known ? json_integer(clock->uncertainty_ppb) : json_null(),
                     "counts_from_reset",
                     clock->known ? json_boolean(clock->counts_from_reset) : json_null());
}

/* The boot CPU's clock is the one that counts, with or without a frame. */
static json_t *cpu_value(const struct model_cpu *clock, uint32_t cpu)
{
    bool compared = clock->known || cpu == 0;
    return json_pack("{s:i, s:o, s:o, s:o}", "cpu", (int)cpu, "apic_id",
                     clock->known ? json_integer(clock->apic_id) : json_null(), "offset",
                     compared ? json_integer(clock->offset) : json_null(), "uncertainty",
                     compared ? json_integer(clock->uncertainty) : json_null());
}

static void write_cpus(FILE *out, const struct capture_model *model)
{
    begin_list(out, "cpus");
    const uint32_t cpus = capture_model_cpus(model);
    for (uint32_t cpu = 0; cpu < cpus; cpu++)
        json_value_write_row(out, cpu, cpu_value(&model->cpu[cpu], cpu));
    end_list(out, cpus);
}

static void write_config(FILE *out, const struct capture_model *model)
{
    json_t *config = json_object();
    for (size_t i = 0; i < model->config_count; i++) {
        const struct model_pair *pair = &model->config[i];
        json_t *key = of_key(pair->key);
        (void)json_object_setn_new(config, json_string_value(key), json_string_length(key),
                                   json_value_of_string(pair->value));
        json_decref(key);
    }
    write_key(out, "config");
    json_value_write(out, config);
}

static json_t *moment(const struct capture_model *model, uint64_t tsc)
{
    int64_t ns;
    return timeline_moment_ns(model, tsc, &ns) ? json_integer(ns) : json_null();
}

static json_t *phase_value(const struct capture_model *model, const struct timeline_phase *phase)
{
    uint64_t ns;
    bool lasted = phase->duration.known && timeline_span_ns(model, phase->duration.cycles, &ns);
    return json_pack("{s:o, s:o, s:o}", "name", json_value_of_string(phase->name), "start_ns",
                     phase->start.known ? moment(model, phase->start.cycles) : json_null(),
                     "duration_ns", lasted ? json_value_of_unsigned(ns) : json_null());
}

static void write_phases(FILE *out, const struct capture_model *model)
{
    struct timeline_phase phases[TIMELINE_PHASES];
    uint32_t count = timeline_phases(model, phases);
    begin_list(out, "phases");
    for (uint32_t i = 0; i < count; i++)
        json_value_write_row(out, i, phase_value(model, &phases[i]));
    end_list(out, count);
}

/* False also if the hash cannot be read; null if there is none, or nobody has compared. */
static json_t *verified_value(struct frame_string state)
{
    if (frame_string_is(state, "verified"))
        return json_true();
    bool differs = frame_string_is(state, "mismatch") || frame_string_is(state, "bad-hash");
    return differs ? json_false() : json_null();
}

static json_t *module_value(const struct model_module *module)
{
    json_t *digest = module->digest.length > 0 ? json_value_of_string(module->digest) : json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "command_line",
                     json_value_of_string(module->command_line), "name",
                     json_value_of_string(module->name), "type", json_value_of_string(module->type),
                     "size", json_value_of_unsigned(module->size), "digest", digest, "verified",
                     verified_value(module->state), "state", json_value_of_string(module->state));
}

static void write_modules(FILE *out, const struct capture_model *model)
{
    begin_list(out, "modules");
    for (size_t i = 0; i < model->module_count; i++)
        json_value_write_row(out, i, module_value(&model->modules[i]));
    end_list(out, model->module_count);
}

static json_t *event_value(const struct capture_model *model, const struct model_event *event)
{
    const struct model_task task = capture_model_task(model, event->task);
    json_t *process =
        task.known ? json_value_of_string(capture_model_name(model, task.name)) : json_null();
    return json_pack(
        "{s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "tsc", json_value_of_unsigned(event->tsc),
        "ns", moment(model, event->tsc), "cpu", (int)event->cpu, "pid",
        task.known ? json_integer(task.pid) : json_null(), "process", process, "event",
        json_value_of_string(capture_model_name(model, event->name)), "cpu_ns",
        json_value_of_unsigned(event->usage.cpu_ns), "in_blocks",
        json_integer(event->usage.in_blocks), "out_blocks", json_integer(event->usage.out_blocks));
}

static void write_counter(FILE *out, const char *key, bool known, uint64_t value)
{
    fprintf(out, "\"%s\": ", key);
    json_value_write(out, known ? json_value_of_unsigned(value) : json_null());
    fputs(", ", out);
}

static void write_table(FILE *out, const struct capture_model *model, enum trace_table_id table)
{
    uint32_t cpus;
    struct model_books sum = model_books_sum(model, table, &cpus);
    fprintf(out, "{\"name\": \"%s\", ", trace_table_name(table));
    write_counter(out, "capacity", sum.known, sum.capacity);
    write_counter(out, "cpus", sum.known, cpus);
    write_counter(out, "emitted", sum.known, sum.books.emitted);
    write_counter(out, "kept", sum.known, sum.books.kept);
    write_counter(out, "overwritten", sum.known, sum.books.overwritten);
    write_counter(out, "dropped", sum.known, sum.books.dropped);
    write_counter(out, "filtered", sum.known, sum.books.filtered);
    fputs("\"events\": [", out);
    const struct model_events *events = &model->events[table];
    for (size_t i = 0; i < events->count; i++)
        json_value_write_row(out, i, event_value(model, &events->items[i]));
    fputs(events->count == 0 ? "]}" : "\n ]}", out);
}

static void write_tables(FILE *out, const struct capture_model *model)
{
    write_key(out, "tables");
    fputc('[', out);
    for (uint32_t table = 0; table < TRACE_PHASE_TABLES; table++) {
        fputs(table == 0 ? "" : ", ", out);
        write_table(out, model, (enum trace_table_id)table);
    }
    fputc(']', out);
    write_key(out, "tslog");
    write_table(out, model, TRACE_TABLE_TSLOG);
}

/* The event at the edge of a loss; null: none. */
static json_t *edge_value(const struct capture_model *model, const struct model_event *event)
{
    if (event == NULL)
        return json_null();
    return json_pack("{s:o, s:o}", "event",
                     json_value_of_string(capture_model_name(model, event->name)), "tsc",
                     json_value_of_unsigned(event->tsc));
}

static void write_losses(FILE *out, const struct capture_model *model)
{
    struct loss losses[LOSSES_MAX];
    size_t count = losses_find(model, losses);
    begin_list(out, "losses");
    for (size_t i = 0; i < count; i++)
        json_value_write_row(out, i,
                             json_pack("{s:s, s:i, s:s, s:o, s:o, s:o}", "table",
                                       trace_table_name(losses[i].table), "cpu", (int)losses[i].cpu,
                                       "kind", loss_kind_str(losses[i].kind), "events",
                                       json_value_of_unsigned(losses[i].events), "after",
                                       edge_value(model, losses[i].after), "before",
                                       edge_value(model, losses[i].before)));
    end_list(out, count);
}

static json_t *span_value(const struct capture_model *model, const struct span *span)
{
    const struct model_task task = capture_model_task(model, span->task);
    uint32_t phase = span_phase_at(model, span->begin);
    uint64_t ns;
    bool known = timeline_span_ns(model, span->end - span->begin, &ns);
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "name",
        json_value_of_string((struct frame_string){span->name.text, span->name.length}), "process",
        task.known ? json_value_of_string(capture_model_name(model, task.name)) : json_null(),
        "pid", task.known ? json_integer(task.pid) : json_null(), "phase",
        phase == TRACE_PHASES ? json_null()
                              : json_string(trace_phase_name((enum trace_phase)phase)),
        "start_ns", moment(model, span->begin), "duration_ns",
        known ? json_value_of_unsigned(ns) : json_null(), "cpu_ns",
        span->cpu_ns > 0 ? json_value_of_unsigned(span->cpu_ns) : json_null(), "complete",
        span->complete);
}

static void write_spans(FILE *out, const struct capture_model *model)
{
    struct span_list list = span_list_of(model);
    begin_list(out, "spans");
    for (size_t i = 0; i < list.count && i < SPANS_SHOWN; i++)
        json_value_write_row(out, i, span_value(model, &list.items[i]));
    end_list(out, list.count);
    free(list.items);
}

static json_t *gaps_value(const struct capture_model *model)
{
    size_t count;
    struct index_gap *gaps = frame_index_gaps(&model->index, &model->boot, &count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "first",
                                                    json_value_of_unsigned(gaps[i].first), "last",
                                                    json_value_of_unsigned(gaps[i].last), "offset",
                                                    json_value_of_unsigned(gaps[i].offset)));
    free(gaps);
    return list;
}

static json_t *frames_value(const struct capture_model *model)
{
    const struct index_boot *boot = &model->boot;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "accepted",
                     json_value_of_unsigned(boot->accepted), "damaged",
                     json_value_of_unsigned(boot->end_damage - boot->first_damage), "missing",
                     json_value_of_unsigned(boot->missing), "duplicates",
                     json_value_of_unsigned(boot->duplicates), "malformed",
                     json_value_of_unsigned(model->malformed), "gaps", gaps_value(model));
}

static json_t *line_loss_value(const struct model_line_loss *loss)
{
    return json_pack("{s:o, s:o}", "text_bytes", json_value_of_unsigned(loss->text_bytes), "frames",
                     json_value_of_unsigned(loss->frames));
}

static json_t *verdict_value(const struct model_verdict *verdict, struct frame_string value)
{
    return verdict->known ? json_value_of_string(value) : json_null();
}

void report_json(FILE *out, const struct capture_model *model)
{
    fputs("{\n \"producer\": ", out);
    json_value_write(out, json_value_of_string(model->header.producer));
    write_key(out, "build_id");
    json_value_write(out, of_hex(model->header.build_id));
    write_key(out, "boots");
    json_value_write(out, json_value_of_unsigned(model->boots));
    write_config(out, model);
    write_key(out, "clock");
    json_value_write(out, clock_value(&model->clock));
    write_cpus(out, model);
    write_phases(out, model);
    write_modules(out, model);
    write_spans(out, model);
    write_tables(out, model);
    write_losses(out, model);
    write_key(out, "dtrace");
    report_dtrace_json(out, &model->dtrace);
    write_key(out, "frames");
    json_value_write(out, frames_value(model));
    write_key(out, "line_loss");
    json_value_write(out, line_loss_value(&model->line_loss));
    write_key(out, "verdict");
    json_value_write(out, verdict_value(&model->verdict, model->verdict.status));
    write_key(out, "verdict_reason");
    json_value_write(out, verdict_value(&model->verdict, model->verdict.reason));
    fputs("\n}\n", out);
}
