/* A run that traces. */
#include "flight/traced_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flight/capture_model.h"
#include "flight/dof_file.h"
#include "flight/enable_files.h"
#include "flight/live_filter.h"
#include "flight/memory.h"
#include "flight/probe_closest.h"
#include "flight/report_dtrace.h"
#include "trace/dtrace/record_walk.h"

/* The least that makes a system: what the demonstration does beside takes its time, and fires probes. */
static const char rc[] = "#!/bin/sh\n"
                         "ifconfig lo0 up\n";
static const char nothing[] = "#!/bin/sh\n";

/* Who waits for an exit() that never comes waits for nothing where idle time is skipped.  What is printed here, the
 * kernel need not print, too. */
static const char patient[] = "dtrace.wait=600 dtrace.print_unclaimed=0";
static const char impatient[] = "dtrace.wait=60 dtrace.print_unclaimed=0";

bool traced_run_wanted(const struct traced_run *traced)
{
    return traced->path != NULL || enabling_words_wanted(&traced->words);
}

static bool is_json(const struct traced_run *traced)
{
    return traced->format != NULL && options_is_json(traced->format);
}

/* --- Before the boot --- */

static const char *fault_of(const struct traced_run *traced, const struct run_plan *plan)
{
    if (plan->iso != NULL || plan->disk != NULL || plan->net != NULL)
        return "a medium brings its own modules: an enabling is for --kernel, and 'flight stage' "
               "puts one onto a stick";
    if (traced->path != NULL && enabling_words_wanted(&traced->words))
        return "--enable and programs of the command line exclude each other";
    return NULL;
}

/* A module for each object; the kernel takes them in this order. */
static void add_objects(const struct enabling *enabling, struct run_plan *plan)
{
    for (size_t i = 0; i < enabling->count; i++) {
        char *name = memory_text("enabling.%zu.dof", i);
        run_plan_add_bytes(plan, name, "type=dof", enabling->objects[i].bytes,
                           enabling->objects[i].size);
        free(name);
    }
}

/* A module takes the place of the boot archive's file: one that says nothing to this kernel, which has all providers
 * built in, would only take its settings away. */
static bool says_something(const char *path)
{
    struct file_bytes file = {0}, own = {0};
    const bool read = file_bytes_read(&file, path) == 0;
    (void)enable_files_system(&own, &file, false);
    const bool says = read && own.length > 0;
    file_bytes_free(&file);
    file_bytes_free(&own);
    return says;
}

static enum flight_status add_folder(struct run_plan *plan, const char *folder)
{
    enum flight_status status = FLIGHT_SUCCESS;
    char *conf = memory_text("%s/" ENABLE_FILES_CONF, folder);
    char *system = memory_text("%s/" ENABLE_FILES_SYSTEM, folder);
    if (access(conf, F_OK) != 0)
        status = flight_refuse(plan->command, FLIGHT_HOST,
                               "there is no '%s': 'flight enable' writes it", conf);
    run_plan_add_file(plan, ENABLE_FILES_CONF, "type=file", conf);
    if (says_something(system))
        run_plan_add_file(plan, ENABLE_FILES_SYSTEM, "type=file", system);
    free(conf);
    free(system);
    return status;
}

static enum flight_status add_enabling(struct traced_run *traced, struct run_plan *plan)
{
    struct file_bytes *const bytes = &traced->file;
    const char *const path = traced->path;
    struct dof_file file;
    const int error = file_bytes_read(bytes, path);
    if (error == EISDIR || error == ENOENT)
        return add_folder(plan, path);
    dof_file_read(&file, bytes->bytes, bytes->length);
    const bool conf = file.conf, empty = file.count == 0;
    dof_file_free(&file);
    if (error != 0)
        return flight_refuse(plan->command, FLIGHT_HOST, "cannot read '%s': %s", path,
                             strerror(error));
    if (empty)
        return flight_refuse(plan->command, FLIGHT_USAGE,
                             "'%s' is no enabling: --enable takes the folder of 'flight enable', a "
                             "dtrace.conf or a DOF object",
                             path);
    run_plan_add_bytes(plan, conf ? ENABLE_FILES_CONF : "enabling.dof",
                       conf ? "type=file" : "type=dof", bytes->bytes, bytes->length);
    return FLIGHT_SUCCESS;
}

static void add_defaults(const struct traced_run *traced, struct run_plan *plan)
{
    if (!traced->real_time && !plan->interactive)
        plan->deterministic = true;
    plan->words = plan->deterministic ? patient : impatient;
    if (traced->demo)
        return;
    run_plan_add_bytes(plan, "minimal.rc", "type=file name=etc/rc", rc, sizeof rc - 1);
    run_plan_add_bytes(plan, "minimal.shutdown", "type=file name=etc/rc.shutdown", nothing,
                       sizeof nothing - 1);
    run_plan_add_bytes(plan, "minimal.exec", "type=file name=etc/autoexec", nothing,
                       sizeof nothing - 1);
}

enum flight_status traced_run_prepare(struct traced_run *traced, struct run_plan *plan)
{
    const char *wrong = fault_of(traced, plan);
    if (wrong != NULL)
        return flight_misuse(plan->command, "%s", wrong);
    add_defaults(traced, plan);
    if (traced->path != NULL)
        return add_enabling(traced, plan);
    traced->words.boots = true;
    enum flight_status status =
        enabling_compile(&traced->enabling, plan->command, plan->kernel, &traced->words);
    if (status == FLIGHT_SUCCESS)
        add_objects(&traced->enabling, plan);
    return status;
}

/* --- Behind it --- */

/* What the kernel says of an enabling, out of all that it says. */
struct messages {
    struct file_bytes line;
    bool quiet;
    bool over;                   /* behind this, everything comes from the trace itself */
    bool refused;                /* an object, or a clause of one */
    struct file_bytes unmatched; /* lines of programs that matched nothing */
};

#define MATCHED   ") matched "
#define UNMATCHED ") matched 0 "

static bool begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

/* "FILE:LINE: ..." */
static bool tells_fault(const char *line, const char *file)
{
    const size_t length = strlen(file);
    return begins(line, file) && line[length] == ':' && line[length + 1] >= '1' &&
           line[length + 1] <= '9';
}

/* What everybody expects is passed over: the ERROR clause, sizes as they were asked for, and, as with dtrace(1M),
 * what quiet programs match. */
static bool worth_telling(const char *line, bool quiet)
{
    if (tells_fault(line, ENABLE_FILES_CONF) || tells_fault(line, ENABLE_FILES_SYSTEM))
        return true;
    if (!begins(line, "dtrace: "))
        return false;
    if (begins(line, "dtrace: tracing;"))
        return strstr(line, "want of memory") != NULL;
    return strstr(line, MATCHED) == NULL || (!quiet && strstr(line, " (dtrace:::ERROR) ") == NULL);
}

/* docs/dtrace.md, section 6. */
static bool tells_refusal(const char *line)
{
    if (!begins(line, "dtrace: "))
        return tells_fault(line, ENABLE_FILES_CONF);
    return strstr(line, ": failed to process DOF: ") != NULL ||
           strstr(line, ", which are not read: ") != NULL ||
           strstr(line, ") does not trace: ") != NULL;
}

static void take_line(struct messages *messages, const char *line)
{
    messages->over = messages->over || begins(line, "anonymous tracing, ");
    if (messages->over)
        return;
    messages->refused = messages->refused || tells_refusal(line);
    if (begins(line, "dtrace: ") && strstr(line, UNMATCHED) != NULL)
        file_bytes_append_text(&messages->unmatched, line);
    else if (worth_telling(line, messages->quiet))
        fputs(line, stderr);
}

static void put_message(void *context, const char *bytes, size_t length)
{
    struct messages *messages = context;
    for (size_t i = 0; i < length; i++) {
        file_bytes_append(&messages->line, bytes + i, 1);
        if (bytes[i] != '\n')
            continue;
        take_line(messages, file_bytes_text(&messages->line));
        messages->line.length = 0;
    }
}

static void tell_messages(struct messages *messages, const struct file_bytes *capture)
{
    struct live_filter filter = {.sink = {put_message, messages}};
    for (size_t i = 0; i < capture->length; i++)
        (void)live_filter_step(&filter, capture->bytes[i]);
    live_filter_finish(&filter);
}

/* What may have been meant by the description in "dtrace: enabling 0 (a:b:c:d) matched 0 probes". */
static void suggest(const struct run_plan *plan, const struct probe_list *probes, char *line)
{
    const char *description[PROBE_FIELDS];
    char *start = strchr(line, '('), *end = strstr(line, UNMATCHED);
    if (start == NULL || start > end)
        return;
    *end = '\0';
    char *closest =
        probe_description_split(start + 1, description) ? probe_closest(probes, description) : NULL;
    if (closest != NULL)
        flight_tell(plan->command, "did you mean %s?", closest);
    free(closest);
}

/* Last of all, where it is seen. */
static void tell_unmatched(const struct run_plan *plan, struct file_bytes *unmatched)
{
    struct kernel_image image;
    struct probe_list probes = {0};
    const char *why;
    if (unmatched->length == 0)
        return;
    if (kernel_image_open(&image, plan->kernel, &why)) /* else nothing is close */
        probe_list_read(&probes, &image);
    char *text = file_bytes_text(unmatched);
    for (char *line, *rest = text; (line = strsep(&rest, "\n")) != NULL && *line != '\0';) {
        fprintf(stderr, "%s\n", line);
        suggest(plan, &probes, line);
    }
    probe_list_free(&probes);
    kernel_image_close(&image);
}

/* The value that a record gives to exit(); false: it is none of exit(). */
static bool exit_of(const struct dtrace_found *found, int *value)
{
    for (uint32_t i = 0; i < found->ecb->record_count; i++) {
        const struct dtrace_record *record = &found->ecb->records[i];
        const uint8_t *bytes = dtrace_piece(record, found->bytes, found->ecb->size);
        if (record->action != DOF_ACTION_EXIT || bytes == NULL)
            continue;
        *value = (int)dtrace_read_signed(bytes, record->size) & 0xff;
        return true;
    }
    return false;
}

/* Of the first exit(), or of END's, which is later; 0 if there was none. */
static enum flight_status exit_value(const struct model_dtrace *dtrace)
{
    const struct dtrace_source source = model_dtrace_source(dtrace);
    uint64_t last = 0;
    int value = 0, seen;
    for (uint32_t cpu = 0; cpu < source.cpus; cpu++) {
        struct dtrace_walk walk = dtrace_walk_of(&source, &source.principal[cpu]);
        struct dtrace_found found;
        while (dtrace_walk_next(&walk, &found))
            if (found.time >= last && exit_of(&found, &seen)) {
                last = found.time;
                value = seen;
            }
    }
    return (enum flight_status)value;
}

/* Gives the status to leave with. */
static enum flight_status tell_records(const struct traced_run *traced, const struct run_plan *plan,
                                       const struct model_dtrace *dtrace, enum flight_status status)
{
    if (!model_dtrace_is_there(dtrace))
        return status != FLIGHT_SUCCESS
                   ? status
                   : flight_refuse(plan->command, FLIGHT_FAILURE, "nothing was traced");
    const bool whole = is_json(traced) ? report_dtrace_lines(stdout, dtrace)
                                       : report_dtrace_claim(stdout, stderr, dtrace);
    if (status == FLIGHT_SUCCESS)
        return whole ? exit_value(dtrace) : FLIGHT_FAILURE;
    return status;
}

enum flight_status traced_run_tell(const struct traced_run *traced, const struct run_plan *plan,
                                   const struct file_bytes *capture, enum flight_status status)
{
    struct capture_model model;
    (void)capture_model_read(&model, capture->bytes, capture->length, 0);
    struct messages messages = {.quiet =
                                    model.dtrace.options[DOF_OPTION_QUIET] != DOF_OPTION_UNSET};
    tell_messages(&messages, capture);
    const bool succeeded = status == FLIGHT_SUCCESS;
    status = tell_records(traced, plan, &model.dtrace, status);
    if (succeeded && messages.refused)
        status = FLIGHT_FAILURE;
    fflush(stdout);
    tell_unmatched(plan, &messages.unmatched);
    file_bytes_free(&messages.line);
    file_bytes_free(&messages.unmatched);
    capture_model_free(&model);
    return status;
}

void traced_run_free(struct traced_run *traced)
{
    enabling_free(&traced->enabling);
    file_bytes_free(&traced->file);
    enabling_words_free(&traced->words);
}
