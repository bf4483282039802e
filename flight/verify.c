/* flight verify: whether a capture is whole, sound, and balanced. */
#include "flight/verify.h"

#include <stdio.h>

#include "flight/capture_file.h"
#include "flight/print.h"

static uint64_t events_of(const struct capture_model *model)
{
    uint64_t events = 0;
    for (uint32_t i = 0; i < TRACE_TABLES; i++)
        events += model->events[i].count;
    return events;
}

static enum flight_status verify_all(const struct capture_model *model, bool sizes)
{
    const struct text_sink sink = print_sink(stdout);
    struct verify verify = {&sink, model, 0};
    verify_frames(&verify);
    verify_schema(&verify);
    verify_tables(&verify);
    verify_cpus(&verify);
    verify_dtrace(&verify);
    if (sizes)
        verify_sizes(&sink, model);
    if (verify.problems > 0)
        return FLIGHT_FAILURE;
    text_print(&sink, "OK: %llu frames, %llu events, books balance\n",
               (unsigned long long)model->boot.accepted, (unsigned long long)events_of(model));
    return FLIGHT_SUCCESS;
}

static enum flight_status run(const struct flight_command *command, size_t count, char **arguments)
{
    bool sizes = false;
    const struct option_spec specs[] = {{.name = "sizes", .flag = &sizes}};
    struct capture_file capture;
    enum flight_status status;
    if (!capture_file_parse(&capture, command, specs, 1, count, arguments, &status))
        return status;
    status = capture_file_open(&capture);
    if (status == FLIGHT_SUCCESS)
        status = verify_all(&capture.model, sizes);
    capture_file_close(&capture);
    return status;
}

const struct flight_command verify_command = {
    .name = "verify",
    .synopsis = "CAPTURE [--sizes] [--boot N]",
    .help =
        "Checks CRCs, sequence numbers, payloads, schema, the books of every table and CPU\n"
        "(emitted = kept + overwritten + dropped + filtered), names, tasks, clocks of CPUs, the\n"
        "order of events and the verdict.\n"
        "CAPTURE is a file with the raw serial stream; '-' is standard input.\n"
        "\n"
        "  --sizes   also bytes on the wire, per kind of frame and per event\n"
        "  --boot N  the Nth boot in the capture; default is the last one\n"
        "\n"
        "Exit status: 0 with one line 'OK: ...', 1 with one line per problem, 2 bad usage,\n"
        "5 the file cannot be read.\n",
    .run = run,
};
