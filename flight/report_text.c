/* The report for people. */
#include "flight/report.h"

#include <stdlib.h>
#include <string.h>

#include "boot/command_line.h"
#include "flight/model_books.h"
#include "flight/print.h"
#include "flight/report_dtrace.h"
#include "flight/report_parts.h"
#include "flight/timeline.h"
#include "trace/log_text.h"

#define GAPS_SHOWN 10u

static void print_boots(const struct text_sink *sink, const struct capture_model *model)
{
    size_t shown = model->boots == 0 ? 0 : model->index.frames[model->boot.first].boot;
    if (shown > 0) {
        print_count(sink, shown, "earlier boot");
        text_print(sink, " in this capture %s not shown (--boot)\n", shown == 1 ? "is" : "are");
    }
    if (shown + 1 < model->boots) {
        print_count(sink, model->boots - shown - 1, "later boot");
        text_print(sink, " in this capture %s not shown\n",
                   model->boots - shown == 2 ? "is" : "are");
    }
}

static void print_what(const struct text_sink *sink, const struct capture_model *model)
{
    if (!model->header.known) {
        text_print(sink, "unknown kernel (the header frame was not received)");
    } else {
        print_string(sink, model->header.producer);
        text_print(sink, ", build ");
        print_hex(sink, model->header.build_id, 6);
    }
    struct frame_string loader = capture_model_config(model, "loader");
    struct frame_string line = capture_model_config(model, "command_line");
    if (loader.text != NULL) {
        text_print(sink, ", loaded by ");
        print_string(sink, loader);
    }
    if (line.text != NULL) {
        text_print(sink, ", command line \"");
        print_string(sink, line);
        text_print(sink, "\"");
    }
    text_print(sink, "\n");
}

static void print_clock(const struct text_sink *sink, const struct capture_model *model)
{
    const struct model_clock *clock = &model->clock;
    if (!clock->known) {
        text_print(sink, "clock: unknown (its frame was not received)\n");
        return;
    }
    if (clock->tsc_hz == 0)
        text_print(sink, "clock: unknown frequency, times are cycles");
    else
        text_print(sink, "clock: %llu.%03u MHz by ", (unsigned long long)(clock->tsc_hz / 1000000),
                   (unsigned)(clock->tsc_hz / 1000 % 1000));
    if (clock->tsc_hz != 0) {
        print_string(sink, clock->method);
        text_print(sink, ", uncertainty %u ppb", clock->uncertainty_ppb);
    }
    text_print(sink, clock->counts_from_reset ? ", counts from reset\n" : "\n");
}

static void print_cpu(const struct text_sink *sink, const struct model_cpu *clock, uint32_t cpu)
{
    text_print(sink, "  %u: ", cpu);
    if (clock->known)
        text_print(sink, "APIC id %u, ", clock->apic_id);
    if (cpu == 0) {
        text_print(sink, "all times are of its clock\n");
    } else if (!clock->known) {
        text_print(sink, "clock unknown: its times are not corrected\n");
    } else {
        bool back = clock->offset < 0;
        text_print(sink, "clock offset %s", back ? "-" : "+");
        print_count(sink, back ? 0 - (uint64_t)clock->offset : (uint64_t)clock->offset, "cycle");
        text_print(sink, ", uncertainty ");
        print_count(sink, clock->uncertainty, "cycle");
        text_print(sink, "\n");
    }
}

static void print_cpus(const struct text_sink *sink, const struct capture_model *model)
{
    uint32_t cpus = capture_model_cpus(model);
    if (cpus == 1)
        return;
    print_count(sink, cpus, "CPU");
    text_print(sink, "\n");
    for (uint32_t cpu = 0; cpu < cpus; cpu++)
        print_cpu(sink, &model->cpu[cpu], cpu);
}

/* "sha256" of "sha256:HEX". */
static void print_algorithm(const struct text_sink *sink, struct frame_string digest)
{
    const char *colon = digest.length > 0 ? memchr(digest.text, ':', digest.length) : NULL;
    if (colon == NULL)
        text_print(sink, "hash");
    else
        text_print_foreign(sink, digest.text, (size_t)(colon - digest.text));
}

/* What became of a module, if there is more to say than that it is used. */
static void print_state(const struct text_sink *sink, const struct model_module *module)
{
    struct frame_string state = module->state;
    if (state.length == 0 || frame_string_is(state, "accepted"))
        return;
    text_print(sink, ", ");
    bool verified = frame_string_is(state, "verified");
    if (verified || frame_string_is(state, "mismatch")) {
        print_algorithm(sink, module->digest);
        text_print(sink, verified ? " verified" : " MISMATCH: left out");
    } else if (frame_string_is(state, "bad-hash")) {
        text_print(sink, "hash UNREADABLE: left out");
    } else if (frame_string_is(state, "refused")) {
        text_print(sink, "refused: left out");
    } else {
        print_string(sink, state);
    }
}

static void print_modules(const struct text_sink *sink, const struct capture_model *model)
{
    print_count(sink, model->module_count, "module");
    text_print(sink, "\n");
    for (size_t i = 0; i < model->module_count; i++) {
        const struct model_module *module = &model->modules[i];
        text_print(sink, "  %u: ", module->index);
        print_string(sink, module->name);
        text_print(sink, " (");
        print_string(sink, module->type);
        text_print(sink, "), ");
        print_count(sink, module->size, "byte");
        print_state(sink, module);
        text_print(sink, ", \"");
        print_string(sink, module->command_line);
        text_print(sink, "\"\n");
    }
}

static void print_phases(const struct text_sink *sink, const struct capture_model *model)
{
    struct timeline_phase phases[TIMELINE_PHASES];
    uint32_t count = timeline_phases(model, phases);
    text_print(sink, "phases: ");
    for (uint32_t i = 0; i < count; i++) {
        text_print(sink, i == 0 ? "" : ", ");
        print_string(sink, phases[i].name);
        text_print(sink, " ");
        if (phases[i].duration.known)
            report_print_span(sink, model, phases[i].duration.cycles);
        else
            text_print(sink, i == 0 ? "unknown before entry" : "unknown");
    }
    text_print(sink, "\n");
}

/* Rows where events are missing, as the kernel prints them. */
static void print_missing(struct log_table *log, const struct capture_model *model, uint32_t table,
                          bool before)
{
    for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++) {
        const struct model_books *books = &model->books[table][cpu];
        if (!books->known)
            continue;
        uint64_t unfinished = model_books_unpublished(books);
        if (before) {
            log_table_loss(log, cpu, books->books.overwritten, "overwritten");
            continue;
        }
        log_table_loss(log, cpu, books->books.dropped - unfinished, "dropped");
        log_table_loss(log, cpu, unfinished, "begun, but not finished");
    }
}

/* Whether two events make the same row, but for their times. */
static bool look_alike(const struct model_event *one, const struct model_event *other)
{
    return one->cpu == other->cpu && one->task == other->task && one->name == other->name &&
           log_centiseconds(&one->usage) == log_centiseconds(&other->usage) &&
           one->usage.in_blocks == other->usage.in_blocks &&
           one->usage.out_blocks == other->usage.out_blocks;
}

/* How many events one row stands for, from an event on. */
static size_t row_length(const struct log_table *log, const struct model_events *events,
                         size_t first)
{
    size_t end = first + 1;
    while (!log->all && end < events->count &&
           look_alike(&events->items[first], &events->items[end]))
        end++;
    return end - first;
}

static size_t count_rows(const struct log_table *log, const struct model_events *events)
{
    size_t rows = 0;
    for (size_t i = 0; i < events->count; i += row_length(log, events, i))
        rows++;
    return rows;
}

static void print_table(struct log_table *log, const struct capture_model *model, uint32_t table)
{
    const struct model_events *events = &model->events[table];
    log_table_begin(log, (enum trace_table_id)table, count_rows(log, events));
    print_missing(log, model, table, true);
    for (size_t i = 0, length; i < events->count; i += length) {
        const struct model_event *event = &events->items[i];
        const struct model_task task = capture_model_task(model, event->task);
        length = row_length(log, events, i);
        log_table_event(log, &(struct log_event){
                                 .cpu = event->cpu,
                                 .tsc = event->tsc,
                                 .pid = task.known ? task.pid : LOG_PID_UNKNOWN,
                                 .process = capture_model_trace_name(model, task.name),
                                 .name = capture_model_trace_name(model, event->name),
                                 .usage = event->usage,
                                 .alike = length - 1,
                                 .until = event[length - 1].tsc,
                             });
    }
    print_missing(log, model, table, false);
    log_table_end(log);
}

static void print_tables(const struct text_sink *sink, const struct capture_model *model,
                         const char *elsewhere)
{
    struct timeline_value entry = timeline_entry(model);
    if (!entry.known)
        text_print(sink, "the time of entry was not received: times count from TSC 0\n");
    struct log_table log = {
        .sink = sink,
        .tsc_hz = model->clock.tsc_hz,
        .entry_tsc = entry.known ? entry.cycles : 0,
        .all = elsewhere == NULL,
        .elsewhere = elsewhere,
    };
    for (uint32_t table = 0; table < TRACE_PHASE_TABLES; table++)
        print_table(&log, model, table);
}

static void print_books(const struct text_sink *sink, const struct capture_model *model)
{
    text_print(sink, "\n");
    for (uint32_t table = 0; table < TRACE_TABLES; table++) {
        struct model_books sum = model_books_sum(model, (enum trace_table_id)table, NULL);
        if (sum.known)
            log_books(sink, (enum trace_table_id)table, sum.capacity, &sum.books);
        else if (table != TRACE_TABLE_TSLOG || capture_model_has_tslog(model))
            text_print(sink, "%s: the books were not received\n",
                       trace_table_name((enum trace_table_id)table));
    }
}

/* A count that the kernel sends only if there is something to count. */
static uint64_t refused(const struct capture_model *model, const char *key)
{
    struct frame_string text = capture_model_config(model, key);
    uint64_t count = 0;
    if (text.text != NULL)
        (void)command_line_number(text.text, text.length, &count); /* else it stays 0 */
    return count;
}

static void print_refused(const struct text_sink *sink, const struct capture_model *model)
{
    uint64_t names = refused(model, "names_refused"), tasks = refused(model, "tasks_refused");
    if (names == 0 && tasks == 0)
        return;
    print_count(sink, names, "name");
    text_print(sink, " and ");
    print_count(sink, tasks, "task");
    text_print(sink, " did not fit into the trace arena: their events have no name\n");
}

static void print_line_loss(const struct text_sink *sink, const struct model_line_loss *loss)
{
    if (!loss->known)
        return;
    text_print(sink, "line: ");
    print_count(sink, loss->text_bytes, "byte");
    text_print(sink, " of text and ");
    print_count(sink, loss->frames, "frame");
    text_print(sink, " were lost\n");
}

static void print_frames(const struct text_sink *sink, const struct capture_model *model)
{
    const struct index_boot *boot = &model->boot;
    text_print(sink, "frames: ");
    print_grouped(sink, boot->accepted);
    text_print(sink, " accepted, ");
    print_grouped(sink, boot->end_damage - boot->first_damage);
    text_print(sink, " damaged, ");
    print_grouped(sink, boot->missing);
    text_print(sink, " missing, ");
    print_count(sink, boot->duplicates, "duplicate");
    text_print(sink, ", ");
    print_grouped(sink, model->malformed);
    text_print(sink, " malformed, ");
    print_grouped(sink, model->unknown_kinds);
    text_print(sink, " of unknown kinds\n");
}

static void print_gaps(const struct text_sink *sink, const struct capture_model *model)
{
    size_t count;
    struct index_gap *gaps = frame_index_gaps(&model->index, &model->boot, &count);
    for (size_t i = 0; i < count && i < GAPS_SHOWN; i++) {
        const struct index_gap *gap = &gaps[i];
        text_print(sink, "gap: frame %llu", (unsigned long long)gap->first);
        if (gap->last > gap->first)
            text_print(sink, " to %llu", (unsigned long long)gap->last);
        text_print(sink, " missing before byte %llu\n", (unsigned long long)gap->offset);
    }
    if (count > GAPS_SHOWN) {
        text_print(sink, "... ");
        print_grouped(sink, count - GAPS_SHOWN);
        text_print(sink, " more gaps\n");
    }
    free(gaps);
}

static void print_verdict(const struct text_sink *sink, const struct capture_model *model)
{
    const struct model_verdict *verdict = &model->verdict;
    if (!verdict->known) {
        text_print(sink, "verdict: none (the machine died, or the capture ends too early)\n");
        return;
    }
    text_print(sink, "verdict: ");
    print_string(sink, verdict->status);
    text_print(sink, ": ");
    print_string(sink, verdict->reason);
    text_print(sink, "\n");
}

void report_text(const struct text_sink *sink, const struct capture_model *model,
                 const char *elsewhere)
{
    print_boots(sink, model);
    print_what(sink, model);
    print_clock(sink, model);
    print_cpus(sink, model);
    print_modules(sink, model);
    print_phases(sink, model);
    report_print_slowest(sink, model);
    print_tables(sink, model, elsewhere);
    print_books(sink, model);
    print_refused(sink, model);
    report_print_losses(sink, model);
    report_dtrace_text(sink, &model->dtrace);
    print_line_loss(sink, &model->line_loss);
    print_frames(sink, model);
    print_gaps(sink, model);
    print_verdict(sink, model);
}
