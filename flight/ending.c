/* The end of a run or a capture. */
#include "flight/ending.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "flight/interrupt.h"
#include "flight/moment.h"

#define TELL_MS 1000 /* for a stalled reader of stderr */

bool ending_open_output(const struct flight_command *command, const char *path, int *file)
{
    *file = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (path == NULL || *file >= 0)
        return true;
    (void)flight_refuse(command, FLIGHT_HOST, "cannot write '%s': %s", path, strerror(errno));
    return false;
}

bool ending_close_output(const struct flight_command *command, const char *path, int file)
{
    if (file < 0 || close(file) == 0)
        return true;
    (void)flight_refuse(command, FLIGHT_HOST, "cannot write '%s': %s", path, strerror(errno));
    return false;
}

static void print_messages(const struct text_sink *sink, const struct file_bytes *messages)
{
    struct live lines;
    live_start(&lines, -1, -1);
    live_take(&lines, messages->bytes, messages->length);
    live_finish(&lines, MOMENT_NEVER);
    tail_print(&lines.tail, sink);
    live_free(&lines);
}

/* Judges what has come into `line`. */
static enum flight_status judge(const struct live *live, struct outcome *outcome,
                                struct file_bytes *line)
{
    struct capture_model model;
    (void)capture_model_read(&model, live->bytes.bytes, live->bytes.length, 0);
    outcome->verdict = &model.verdict;
    outcome->limit_mib = LIVE_BYTES_MAX >> 20;
    outcome->frames = model.index.count > 0 || model.index.damage_count > 0;
    outcome->last_line = tail_last(&live->tail);
    const struct text_sink line_sink = file_bytes_sink(line);
    enum flight_status status = outcome_judge(&line_sink, outcome);
    capture_model_free(&model);
    return status;
}

static enum flight_status tell_end(const struct text_sink *sink, const struct live *live,
                                   struct outcome *outcome, const struct file_bytes *messages)
{
    struct file_bytes line = {0};
    enum flight_status status = judge(live, outcome, &line);
    if (status == FLIGHT_TIMEOUT)
        tail_print(&live->tail, sink);
    if (status == FLIGHT_HOST && messages != NULL)
        print_messages(sink, messages);
    text_print(sink, "flight: %.*s\n", (int)line.length, (const char *)line.bytes);
    file_bytes_free(&line);
    return status;
}

static enum flight_status tell_unwritten(const struct text_sink *sink,
                                         const struct flight_command *command, const char *what,
                                         int error)
{
    text_print(sink, "flight: %s: cannot write %s: %s\n", command->name, what, strerror(error));
    return FLIGHT_HOST;
}

static enum flight_status tell(const struct text_sink *sink, const struct flight_command *command,
                               const struct live *live, struct outcome *outcome,
                               const struct file_bytes *messages)
{
    if (live->show.dropped > 0)
        text_print(sink, "flight: ... %llu bytes of text were not shown: nobody read them ...\n",
                   (unsigned long long)live->show.dropped);
    if (interrupt_signal() != 0) {
        text_print(sink, "flight: interrupted by signal %d\n", interrupt_signal());
        return interrupt_status();
    }
    enum flight_status status = tell_end(sink, live, outcome, messages);
    if (live->file_error != 0)
        return tell_unwritten(sink, command, "the capture", live->file_error);
    if (live->show.error != 0)
        return tell_unwritten(sink, command, "the kernel's text", live->show.error);
    return status;
}

enum flight_status ending_tell(const struct flight_command *command, const struct live *live,
                               struct outcome *outcome, const struct file_bytes *messages)
{
    struct outlet errors;
    outlet_start(&errors, STDERR_FILENO);
    const struct text_sink sink = outlet_sink(&errors);
    enum flight_status status = tell(&sink, command, live, outcome, messages);
    outlet_finish(&errors, moment_now_ms() + TELL_MS);
    return status;
}
