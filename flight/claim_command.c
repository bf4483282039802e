/* flight claim: what the kernel recorded for an anonymous enabling, as `dtrace -a` prints it. */
#include <string.h>

#include "flight/capture_file.h"
#include "flight/options.h"
#include "flight/report_dtrace.h"

static int print(const struct flight_command *command, const struct model_dtrace *dtrace, bool json)
{
    if (!model_dtrace_is_there(dtrace))
        return flight_refuse(command, FLIGHT_FAILURE, "No anonymous tracing state");
    bool whole =
        json ? report_dtrace_lines(stdout, dtrace) : report_dtrace_claim(stdout, stderr, dtrace);
    return whole ? FLIGHT_SUCCESS : FLIGHT_FAILURE;
}

static int run(const struct flight_command *command, size_t count, char **arguments)
{
    const char *path = NULL, *format = "text";
    uint32_t boot = 0;
    const struct option_spec specs[] = {
        {.name = "format", .text = &format},
        {.name = "boot", .number = &boot, .minimum = 1, .maximum = UINT32_MAX},
    };
    const struct options options = {.command = command,
                                    .specs = specs,
                                    .count = sizeof specs / sizeof specs[0],
                                    .operand = &path,
                                    .operand_name = "CAPTURE"};
    enum options_result parsed = options_parse(&options, count, arguments);
    if (parsed != OPTIONS_OK)
        return parsed == OPTIONS_HELP ? FLIGHT_SUCCESS : FLIGHT_USAGE;
    bool json = strcmp(format, "json") == 0;
    if (!json && strcmp(format, "text") != 0)
        return flight_refuse(command, FLIGHT_USAGE, "unknown format '%s' (see 'flight help claim')",
                             format);

    struct capture_file capture;
    int status = (int)capture_file_open(&capture, command, path, boot);
    if (status == FLIGHT_SUCCESS && capture.model.boot.accepted == 0)
        status = flight_refuse(command, FLIGHT_FAILURE,
                               "'%s' is no capture: there is no frame in it", path);
    else if (status == FLIGHT_SUCCESS)
        status = print(command, &capture.model.dtrace, json);
    capture_file_close(&capture);
    return status;
}

const struct flight_command claim_command = {
    .name = "claim",
    .synopsis = "CAPTURE [--format text|json] [--boot N]",
    .help =
        "Prints what an anonymous enabling has recorded, as 'dtrace -a' would in the kernel: what "
        "its\n"
        "programs say on standard output; errors, drops and damage on standard error.\n"
        "CAPTURE is a file with the raw serial stream, other text included; '-' is standard "
        "input.\n"
        "\n"
        "  --format FORMAT  text (default), or json: an object a line, errors and drops included\n"
        "  --boot N         the Nth boot in the capture; default is the last one\n"
        "\n"
        "Exit status: 0 printed, 1 nothing was recorded or some of it is missing or damaged, 2 "
        "bad\n"
        "usage, 5 the file cannot be read.\n",
    .run = run,
};
