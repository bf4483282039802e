/* flight export: the spans of a capture for other tools. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "flight/capture_file.h"
#include "flight/fold.h"
#include "flight/options.h"
#include "flight/print.h"
#include "flight/timeline.h"
#include "flight/trace_events.h"
#include "trace/log_text.h"

#define GAPS_SHOWN 10u

struct request {
    const char *format, *unit, *output;
    uint32_t boot;
};

/* Writes a capture in a format; what had to be given up of it goes to `walk`. */
struct format {
    const char *name;
    void (*write)(FILE *out, const struct capture_model *model, const struct request *request,
                  struct text_sink *messages);
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

static void write_folded(FILE *out, const struct capture_model *model,
                         const struct request *request, struct text_sink *messages)
{
    const struct text_sink sink = print_sink(out);
    struct fold fold;
    bool in_ns =
        request->unit == NULL ? model->clock.tsc_hz != 0 : strcmp(request->unit, "ns") == 0;
    fold_read(&fold, model);
    fold_print(&fold, &sink, in_ns);
    tell_doubts(messages, &fold.walk);
    fold_free(&fold);
}

static void write_json(FILE *out, const struct capture_model *model, const struct request *request,
                       struct text_sink *messages)
{
    (void)request;
    struct span_walk walk = {0};
    trace_events_write(out, model, &walk);
    tell_doubts(messages, &walk);
    span_walk_free(&walk);
}

static const struct format formats[] = {{"folded", write_folded}, {"json", write_json}};

static const struct format *find(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

static int write_to(const struct flight_command *command, const struct request *request,
                    const struct capture_model *model)
{
    FILE *out = request->output == NULL ? stdout : fopen(request->output, "w");
    if (out == NULL)
        return flight_refuse(command, FLIGHT_HOST, "cannot write '%s': %s", request->output,
                             strerror(errno));
    struct text_sink messages = print_sink(stderr);
    find(request->format)->write(out, model, request, &messages);
    bool failed = fflush(out) != 0 || ferror(out);
    if (out != stdout && fclose(out) != 0)
        failed = true;
    if (failed && out != stdout) /* of standard output main tells */
        return flight_refuse(command, FLIGHT_HOST, "cannot write '%s': %s", request->output,
                             strerror(errno));
    return capture_model_whole(model) ? FLIGHT_SUCCESS : FLIGHT_FAILURE;
}

static const char *wrong(const struct request *request, const struct capture_model *model)
{
    bool in_ns = request->unit != NULL && strcmp(request->unit, "ns") == 0;
    if (model->clock.tsc_hz == 0 && (in_ns || strcmp(request->format, "json") == 0))
        return "the clock rate is unknown: only --format folded --unit cycles";
    return NULL;
}

static int check(const struct flight_command *command, const struct request *request)
{
    if (request->format == NULL)
        return flight_refuse(command, FLIGHT_USAGE, "--format is missing: folded or json");
    if (find(request->format) == NULL)
        return flight_refuse(command, FLIGHT_USAGE, "unknown format '%s': folded or json",
                             request->format);
    if (request->unit != NULL && strcmp(request->unit, "ns") != 0 &&
        strcmp(request->unit, "cycles") != 0)
        return flight_refuse(command, FLIGHT_USAGE, "unknown unit '%s': ns or cycles",
                             request->unit);
    return FLIGHT_SUCCESS;
}

static int run(const struct flight_command *command, size_t count, char **arguments)
{
    const char *path = NULL;
    struct request request = {0};
    const struct option_spec specs[] = {
        {.name = "format", .text = &request.format},
        {.name = "unit", .text = &request.unit},
        {.name = "output", .letter = 'o', .text = &request.output},
        {.name = "boot", .number = &request.boot, .minimum = 1, .maximum = UINT32_MAX},
    };
    const struct options options = {.command = command,
                                    .specs = specs,
                                    .count = sizeof specs / sizeof specs[0],
                                    .operand = &path,
                                    .operand_name = "CAPTURE"};
    enum options_result parsed = options_parse(&options, count, arguments);
    if (parsed != OPTIONS_OK)
        return parsed == OPTIONS_HELP ? FLIGHT_SUCCESS : FLIGHT_USAGE;
    int status = check(command, &request);
    if (status != FLIGHT_SUCCESS)
        return status;
    struct capture_file capture;
    status = (int)capture_file_open(&capture, command, path, request.boot);
    if (status == FLIGHT_SUCCESS) {
        const char *why = wrong(&request, &capture.model);
        status = why != NULL ? flight_refuse(command, FLIGHT_FAILURE, "%s", why)
                             : write_to(command, &request, &capture.model);
    }
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
        "standard error for each such place says so.\n"
        "\n"
        "Exit status: 0 the capture is whole, 1 it is damaged (what there is, is written) or\n"
        "has no clock to tell of ns, 2 bad usage, 5 a file cannot be read or written.\n",
    .run = run,
};
