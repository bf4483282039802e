/* flight report: what a capture says, for people or for programs. */
#include "flight/report.h"

#include <string.h>

#include "flight/capture_file.h"
#include "flight/options.h"
#include "flight/print.h"

static bool is_format(const char *format)
{
    return strcmp(format, "text") == 0 || strcmp(format, "json") == 0;
}

static int run(const struct flight_command *command, size_t count, char **arguments)
{
    const char *path = NULL, *format = "text";
    bool all = false;
    uint32_t boot = 0;
    const struct option_spec specs[] = {
        {.name = "format", .text = &format},
        {.name = "all", .flag = &all},
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
    if (!is_format(format))
        return flight_refuse(command, FLIGHT_USAGE,
                             "unknown format '%s' (see 'flight help report')", format);

    struct capture_file capture;
    enum flight_status status = capture_file_open(&capture, command, path, boot);
    if (status == FLIGHT_SUCCESS) {
        const struct text_sink sink = print_sink(stdout);
        if (strcmp(format, "json") == 0)
            report_json(stdout, &capture.model);
        else
            report_text(&sink, &capture.model, all);
        status = capture_model_whole(&capture.model) ? FLIGHT_SUCCESS : FLIGHT_FAILURE;
    }
    capture_file_close(&capture);
    return (int)status;
}

const struct flight_command report_command = {
    .name = "report",
    .synopsis = "CAPTURE [--format text|json] [--all] [--boot N]",
    .help = "Prints what booted, the phases, the tables, the books and what was lost.\n"
            "CAPTURE is a file with the raw serial stream, other text included; '-' is standard "
            "input.\n"
            "\n"
            "  --format FORMAT  text (default) or json\n"
            "  --all            every row of every table, not only the ends\n"
            "  --boot N         the Nth boot in the capture; default is the last one\n"
            "\n"
            "Exit status: 0 the capture is whole, 1 it is damaged (what there is, is printed),\n"
            "2 bad usage, 5 the file cannot be read.\n",
    .run = run,
};
