/* The end of a run or a capture. */
#include "flight/ending.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "flight/interrupt.h"
#include "flight/print.h"

#define LINES_SHOWN 10u

bool ending_open_output(const struct flight_command *command, const char *path, int *file)
{
    *file = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (path == NULL || *file >= 0)
        return true;
    (void)flight_refuse(command, FLIGHT_HOST, "cannot write '%s': %s", path, strerror(errno));
    return false;
}

static void append_bytes(void *context, const char *bytes, size_t length)
{
    file_bytes_append(context, bytes, length);
}

static void print_messages(const struct text_sink *sink, const struct file_bytes *messages)
{
    struct live lines;
    live_start(&lines, NULL, -1);
    live_take(&lines, messages->bytes, messages->length);
    live_print_tail(&lines, sink, LINES_SHOWN);
    live_free(&lines);
}

int ending_tell(const struct flight_command *command, struct live *live, struct outcome *outcome,
                const struct file_bytes *messages)
{
    const struct text_sink sink = print_sink(stderr);
    live_finish(live);
    if (interrupt_signal() != 0) {
        text_print(&sink, "flight: interrupted by signal %d\n", interrupt_signal());
        return FLIGHT_SIGNAL + interrupt_signal();
    }

    struct capture_model model;
    (void)capture_model_read(&model, live->bytes.bytes, live->bytes.length, 0);
    outcome->verdict = &model.verdict;
    struct file_bytes line = {0};
    const struct text_sink line_sink = {append_bytes, &line};
    enum flight_status status = outcome_judge(&line_sink, outcome);

    if (status == FLIGHT_TIMEOUT)
        live_print_tail(live, &sink, LINES_SHOWN);
    if (status == FLIGHT_HOST && messages != NULL)
        print_messages(&sink, messages);
    text_print(&sink, "flight: %.*s\n", (int)line.length, (const char *)line.bytes);
    if (live->file_error != 0)
        status = (enum flight_status)flight_refuse(
            command, FLIGHT_HOST, "cannot write the capture: %s", strerror(live->file_error));
    file_bytes_free(&line);
    capture_model_free(&model);
    return (int)status;
}
