/* flight report: what a capture says, for people or for programs. */
#include "flight/report.h"

#include <string.h>

#include "flight/capture_file.h"
#include "flight/print.h"

/* Where the rows are that are left out: the command that prints them, if the line stays as short as a row and a shell
 * reads it as it stands. */
static const char *elsewhere(const struct capture_file *capture, char *text, size_t size)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "/._-+,:@%";
    char boot[sizeof " --boot 4294967295"] = "";
    if (capture->boot > 0)
        (void)snprintf(boot, sizeof boot, " --boot %u", capture->boot);
    int length = snprintf(text, size, ": 'flight report %s%s --all'", capture->path, boot);
    bool typed = capture->path[0] != '-' && capture->path[strspn(capture->path, plain)] == '\0';
    return typed && (size_t)length < size ? text : " are shown with --all";
}

static enum flight_status print(const struct capture_file *capture, const char *format, bool all)
{
    const struct text_sink sink = print_sink(stdout);
    char text[96];
    if (options_is_json(format))
        report_json(stdout, &capture->model);
    else
        report_text(&sink, &capture->model, all ? NULL : elsewhere(capture, text, sizeof text));
    return capture_model_whole(&capture->model) ? FLIGHT_SUCCESS : FLIGHT_FAILURE;
}

static enum flight_status run(const struct flight_command *command, size_t count, char **arguments)
{
    const char *format = "text";
    bool all = false;
    const struct option_spec specs[] = {
        {.name = "format", .text = &format, .choices = options_formats},
        {.name = "all", .flag = &all},
    };
    struct capture_file capture;
    enum flight_status status;
    if (!capture_file_parse(&capture, command, specs, 2, count, arguments, &status))
        return status;
    status = capture_file_open(&capture);
    if (status == FLIGHT_SUCCESS || (status == FLIGHT_FAILURE && options_is_json(format)))
        status = print(&capture, format, all); /* programs get their object of any file */
    capture_file_close(&capture);
    return status;
}

const struct flight_command report_command = {
    .name = "report",
    .synopsis = "CAPTURE [--format text|json] [--all] [--boot N]",
    .help = "Prints what booted, the phases, the tables, the books and what was lost.\n"
            "CAPTURE is a file with the raw serial stream, other text included; '-' is standard "
            "input.\n"
            "\n"
            "  --format FORMAT  text (default) or json\n"
            "  --all            every row of every table, not only the ends, and of rows that are\n"
            "                   alike but for their times not only the first\n"
            "  --boot N         the Nth boot in the capture; default is the last one\n"
            "\n"
            "Exit status: 0 the capture is whole, 1 it is damaged (what there is, is printed)\n"
            "or none, 2 bad usage, 5 the file cannot be read.\n",
    .run = run,
};
