/* flight export: the spans of a capture for other tools. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "flight/capture_file.h"
#include "flight/capture_lack.h"
#include "flight/fold.h"
#include "flight/overwrite.h"
#include "flight/print.h"
#include "flight/timeline.h"
#include "flight/trace_events.h"
#include "trace/log_text.h"

#define GAPS_SHOWN 10u

struct request {
    const char *format, *unit, *output; /* NULL: not said */
};

static void tell_gaps(const struct text_sink *sink, const struct span_walk *walk)
{
    for (size_t i = 0; i < walk->gap_count && i < GAPS_SHOWN; i++) {
        const struct span_gap *gap = &walk->gaps[i];
        const struct model_event *edge = gap->after != NULL ? gap->after : gap->before;
        int64_t ns;
        text_print(sink, "flight: export: TSLOG of CPU %u has lost events %s ", gap->cpu,
                   gap->after != NULL ? "behind" : "before");
        print_string(sink, capture_model_name(walk->model, edge->name));
        if (timeline_moment_ns(walk->model, edge->tsc, &ns) && ns >= 0) {
            text_print(sink, " at ");
            log_duration(sink, (uint64_t)ns);
        }
        text_print(sink, ": ");
        print_count(sink, gap->cut, "span");
        text_print(sink, " closed there\n");
    }
    if (walk->gap_count > GAPS_SHOWN)
        text_print(sink, "flight: export: ... and in %llu more places\n",
                   (unsigned long long)(walk->gap_count - GAPS_SHOWN));
}

static void tell_count(const struct text_sink *sink, uint64_t count, const char *noun,
                       const char *what)
{
    if (count == 0)
        return;
    text_print(sink, "flight: export: ");
    print_count(sink, count, noun);
    text_print(sink, " %s\n", what);
}

static void tell_doubts(const struct text_sink *sink, const struct span_walk *walk)
{
    const struct span_counts *calls = &walk->calls.counts, *others = &walk->announcements.counts;
    tell_gaps(sink, walk);
    tell_count(sink, calls->unmatched, "exit", "without an entry left out");
    tell_count(sink, calls->refused + others->refused, "span", "in too deep a stack left out");
    tell_count(sink, calls->unknown + others->unknown, "event", "of unknown tasks left out");
}

static bool in_ns(const struct request *request, const struct capture_model *model)
{
    return request->unit != NULL ? strcmp(request->unit, "ns") == 0 : model->clock.tsc_hz != 0;
}

static void write_folded(FILE *out, const struct capture_model *model, bool as_ns,
                         const struct text_sink *messages)
{
    const struct text_sink sink = print_sink(out);
    struct fold fold;
    fold_read(&fold, model);
    fold_print(&fold, &sink, as_ns);
    tell_doubts(messages, &fold.walk);
    fold_free(&fold);
}

static void write_json(FILE *out, const struct capture_model *model,
                       const struct text_sink *messages)
{
    struct span_walk walk = {0};
    trace_events_write(out, model, &walk);
    tell_doubts(messages, &walk);
    span_walk_free(&walk);
}

static enum flight_status refuse_output(const struct capture_file *capture,
                                        const struct request *request)
{
    return flight_refuse(capture->command, FLIGHT_HOST, "cannot write '%s': %s", request->output,
                         strerror(errno));
}

static enum flight_status judge(const struct capture_file *capture)
{
    char lack[CAPTURE_LACK_SIZE];
    if (capture_model_whole(&capture->model))
        return FLIGHT_SUCCESS;
    capture_lack_write(&capture->model, lack);
    return flight_refuse(capture->command, FLIGHT_FAILURE, "%s", lack);
}

static enum flight_status write_to(const struct capture_file *capture,
                                   const struct request *request)
{
    FILE *out = request->output == NULL ? stdout : fopen(request->output, "w");
    if (out == NULL)
        return refuse_output(capture, request);
    const struct text_sink messages = print_sink(stderr);
    if (options_is_json(request->format))
        write_json(out, &capture->model, &messages);
    else
        write_folded(out, &capture->model, in_ns(request, &capture->model), &messages);
    bool failed = fflush(out) != 0 || ferror(out);
    if (out != stdout && fclose(out) != 0)
        failed = true;
    if (failed && out != stdout) /* of standard output main tells */
        return refuse_output(capture, request);
    return judge(capture);
}

static enum flight_status export_capture(const struct capture_file *capture,
                                         const struct request *request)
{
    if (capture->model.clock.tsc_hz == 0 &&
        (options_is_json(request->format) || in_ns(request, &capture->model)))
        return flight_refuse(capture->command, FLIGHT_FAILURE,
                             "the clock rate is unknown: only --format folded --unit cycles");
    return write_to(capture, request);
}

static enum flight_status run(const struct flight_command *command, size_t count, char **arguments)
{
    static const char *const formats[] = {"folded", "json", NULL};
    static const char *const units[] = {"ns", "cycles", NULL};
    struct request request = {0};
    const struct option_spec specs[] = {
        {.name = "format", .text = &request.format, .choices = formats},
        {.name = "unit", .text = &request.unit, .choices = units},
        {.name = "output", .letter = 'o', .text = &request.output},
    };
    struct capture_file capture;
    enum flight_status status;
    if (!capture_file_parse(&capture, command, specs, 3, count, arguments, &status))
        return status;
    if (request.format == NULL)
        return flight_misuse(command, "--format is missing: folded or json");
    if (overwrite_refused(command, capture.path, request.output))
        return FLIGHT_USAGE;
    status = capture_file_open(&capture);
    if (status == FLIGHT_SUCCESS)
        status = export_capture(&capture, &request);
    capture_file_close(&capture);
    return status;
}

const struct flight_command export_command = {
    .name = "export",
    .synopsis = "CAPTURE --format folded|json [-o FILE] [--unit ns|cycles] [--boot N]",
    .help =
        "Writes what TSLOG and boottrace tell of time, for tools that draw it.\n"
        "CAPTURE is a file with the raw serial stream; '-' is standard input.\n"
        "\n"
        "  --format folded  a line for each stack: \"phase;process-pid;...;f s;g TIME\", for\n"
        "                   flamegraph.pl, speedscope and the like; the stacks of a thread add\n"
        "                   up to its life\n"
        "  --format json    trace events, for Perfetto and chrome://tracing\n"
        "  -o, --output FILE  instead of standard output\n"
        "  --unit UNIT      of folded stacks: ns (default, rounded down) or cycles (exact;\n"
        "                   the default without a clock)\n"
        "  --boot N         the Nth boot in the capture; default is the last one\n"
        "\n"
        "Where events were lost, stacks that cannot be trusted any more end; one line on\n"
        "standard error for each such place says so, and one what the capture lacks.\n"
        "\n"
        "Exit status: 0 the capture is whole, 1 it is damaged (what there is, is written) or\n"
        "has no clock to tell of ns, 2 bad usage, 5 a file cannot be read or written.\n",
    .run = run,
};
