/* flight claim: what the kernel recorded for an anonymous enabling, as `dtrace -a` prints it. */
#include <stdio.h>

#include "flight/capture_file.h"
#include "flight/capture_lack.h"
#include "flight/report_dtrace.h"
#include "flight/report_dtrace_lines.h"

/* What nobody can see in what came: frames that are missing may have had anything. */
static enum flight_status tell_lack(const struct capture_file *capture, bool there, bool json)
{
    char lack[CAPTURE_LACK_SIZE];
    capture_lack_write(&capture->model, lack);
    if (json)
        report_dtrace_line_of_damage(stdout, json_string(lack));
    if (!there)
        flight_tell(capture->command, "no anonymous tracing state has come, but %s", lack);
    else if (!json)
        flight_tell(capture->command, "%s", lack);
    return FLIGHT_FAILURE;
}

static enum flight_status print(const struct capture_file *capture, const char *format)
{
    const struct model_dtrace *dtrace = &capture->model.dtrace;
    const bool json = options_is_json(format), there = model_dtrace_is_there(dtrace);
    const bool complete = capture_model_complete(&capture->model);
    if (!there && complete)
        return flight_refuse(capture->command, FLIGHT_FAILURE, "No anonymous tracing state");
    const bool whole = !there || (json ? report_dtrace_lines(stdout, dtrace)
                                       : report_dtrace_claim(stdout, stderr, dtrace));
    if (!complete)
        return tell_lack(capture, there, json);
    return whole ? FLIGHT_SUCCESS : FLIGHT_FAILURE;
}

static enum flight_status run(const struct flight_command *command, size_t count, char **arguments)
{
    const char *format = "text";
    const struct option_spec specs[] = {
        {.name = "format", .text = &format, .choices = options_formats}};
    struct capture_file capture;
    enum flight_status status;
    if (!capture_file_parse(&capture, command, specs, 1, count, arguments, &status))
        return status;
    status = capture_file_open(&capture);
    if (status == FLIGHT_SUCCESS)
        status = print(&capture, format);
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
        "  --format FORMAT  text (default), or json: an object a line, errors, drops and damage\n"
        "                   included\n"
        "  --boot N         the Nth boot in the capture; default is the last one\n"
        "\n"
        "Exit status: 0 printed, 1 nothing was recorded or some of it is missing or damaged, 2 "
        "bad\n"
        "usage, 5 the file cannot be read.\n",
    .run = run,
};
