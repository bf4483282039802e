/* Spans as trace events. */
#include "flight/trace_events.h"

#include "flight/json_value.h"
#include "flight/timeline.h"

struct writer {
    FILE *out;
    const struct capture_model *model;
    bool first;
};

/* Foreign bytes become harmless. */
static void write_text(FILE *out, const char *text, size_t length)
{
    const struct frame_string unknown = {"?", 1}, string = {text, length};
    json_value_write(out, json_value_of_escaped(text == NULL ? unknown : string));
}

static void begin(struct writer *writer)
{
    fputs(writer->first ? "\n" : ",\n", writer->out);
    writer->first = false;
}

/* Cycles as microseconds with their fraction. */
static void write_time(const struct writer *writer, uint64_t cycles)
{
    uint64_t ns;
    if (timeline_span_ns(writer->model, cycles, &ns))
        fprintf(writer->out, "%llu.%03u", (unsigned long long)(ns / 1000), (unsigned)(ns % 1000));
    else
        fprintf(writer->out, "%llu", (unsigned long long)cycles);
}

static const char *category(enum span_kind kind)
{
    return kind == SPAN_CALL ? "tslog" : kind == SPAN_WAIT ? "wait" : "boottrace";
}

static void write_span(void *context, const struct span *span)
{
    struct writer *writer = context;
    uint64_t entry = timeline_entry(writer->model).cycles;
    begin(writer);
    fputs("{\"ph\": \"X\", \"name\": ", writer->out);
    write_text(writer->out, span->name.text, span->name.length);
    fprintf(writer->out,
            ", \"cat\": \"%s\", \"pid\": %u, \"tid\": %u, \"ts\": ", category(span->kind),
            capture_model_task(writer->model, span->task).pid, span->task);
    write_time(writer, span->begin > entry ? span->begin - entry : 0);
    fputs(", \"dur\": ", writer->out);
    write_time(writer, span->end - span->begin);
    fprintf(writer->out, ", \"args\": {\"complete\": %s}}", span->complete ? "true" : "false");
}

static void write_process(struct writer *writer, uint32_t id, const char *what)
{
    const struct model_task task = capture_model_task(writer->model, id);
    struct frame_string name = capture_model_name(writer->model, task.name);
    begin(writer);
    fprintf(writer->out,
            "{\"ph\": \"M\", \"name\": \"%s\", \"pid\": %u, \"tid\": %u, \"args\": {\"name\": ",
            what, task.pid, id);
    write_text(writer->out, name.text, name.length);
    fputs("}}", writer->out);
}

void trace_events_write(FILE *out, const struct capture_model *model, struct span_walk *walk)
{
    struct writer writer = {out, model, true};
    fputs("{\"displayTimeUnit\": \"ns\", \"traceEvents\": [", out);
    walk->ended = write_span;
    walk->context = &writer;
    span_walk_run(walk, model);
    (void)spans_gap(&walk->calls, walk->end);
    (void)spans_gap(&walk->announcements, walk->end);
    for (uint32_t id = 1; id < model->task_count; id++) {
        if (!capture_model_task(model, id).known || walk->owner[id] != id)
            continue;
        write_process(&writer, id, "process_name");
        write_process(&writer, id, "thread_name");
    }
    fputs("\n]}\n", out);
}
