/* Boottrace: switches and texts. */
#include "trace/boottrace_rules.h"

#define TASKS_SEARCHED 64u /* the latest ones, for a process that writes under another name */

const char *boottrace_status_str(enum boottrace_status status)
{
    switch (status) {
    case BOOTTRACE_OK:
        return "recorded";
    case BOOTTRACE_DISABLED:
        return "boottrace is not enabled";
    case BOOTTRACE_NOT_TRACED:
        return "events of this origin are not traced";
    case BOOTTRACE_BAD_TEXT:
        return "an event has 1 to 255 bytes";
    case BOOTTRACE_LOST:
        return "the table is full";
    }
    return "unknown status";
}

void boottrace_obey(const struct boottrace *boottrace)
{
    struct trace_switches on = boottrace->tracer->on;
    on.annotations = on.sites && boottrace->enabled && boottrace->dotrace_kernel;
    trace_tracer_switch(boottrace->tracer, on);
}

static enum boottrace_status filter(const struct boottrace *boottrace,
                                    const struct boottrace_source *source)
{
    struct trace_arena *arena = boottrace->tracer->arena;
    enum trace_table_id id = trace_phase_table((enum trace_phase)arena->phase);
    (void)trace_local_fetch_increment(&trace_arena_filter(arena, source->cpu->number, id)->written);
    return boottrace->enabled ? BOOTTRACE_NOT_TRACED : BOOTTRACE_DISABLED;
}

static bool has_room(const struct boottrace_source *source)
{
    const struct trace_table *table = source->cpu->table;
    return trace_local_read(&table->written) < trace_local_read(&table->limit);
}

/* An event that finds no room takes no name from those that do. */
static enum boottrace_status record(const struct boottrace *boottrace,
                                    const struct boottrace_source *source, uint32_t task,
                                    const char *event, size_t length)
{
    struct trace_names *names = trace_arena_names(boottrace->tracer->arena);
    uint16_t name =
        has_room(source) ? trace_names_intern(names, event, length) : (uint16_t)TRACE_NAME_NONE;
    bool kept =
        trace_table_record_usage_now(source->cpu->table, source->now, name, task, source->usage);
    return kept ? BOOTTRACE_OK : BOOTTRACE_LOST;
}

enum boottrace_status boottrace_kernel(const struct boottrace *boottrace,
                                       const struct boottrace_source *source, const char *event,
                                       size_t length)
{
    if (!boottrace->tracer->on.annotations)
        return filter(boottrace, source);
    return record(boottrace, source, source->cpu->task, event, length);
}

enum boottrace_status boottrace_program(const struct boottrace *boottrace,
                                        const struct boottrace_source *source, const char *event,
                                        size_t length)
{
    if (!boottrace->enabled || !boottrace->dotrace_user)
        return filter(boottrace, source);
    return record(boottrace, source, source->cpu->task, event, length);
}

static bool is_in_a_name(char c)
{
    return (uint8_t)c > ' ' && c != 0x7f;
}

/* How many bytes before the first ':' are a process; SIZE_MAX: there is no ':' behind a process. */
static size_t process_of(const char *text, size_t length)
{
    for (size_t i = 0; i < length && i <= BOOTTRACE_PROCESS_MAX; i++) {
        if (text[i] == ':')
            return i;
        if (!is_in_a_name(text[i]))
            break;
    }
    return SIZE_MAX;
}

struct boottrace_text boottrace_split(const char *text, size_t length)
{
    struct boottrace_text parts = {.event = text, .length = length};
    if (parts.length > 0 && text[parts.length - 1] == '\n')
        parts.length--;
    size_t process = process_of(text, parts.length);
    if (process != SIZE_MAX) {
        parts.process = text;
        parts.process_length = process;
        parts.event += process + 1;
        parts.length -= process + 1;
    }
    for (; parts.length > 0 && *parts.event == ' '; parts.length--)
        parts.event++;
    return parts;
}

/* The writer under the name that it gives; it is often the same as before.  All names that the pool
 * refuses are one. */
static uint32_t task_of(struct trace_arena *arena, uint32_t writer,
                        const struct boottrace_text *parts)
{
    struct trace_tasks *tasks = trace_arena_tasks(arena);
    struct trace_task as = tasks->task[writer];
    if (parts->process_length == 0 || writer == 0)
        return writer;
    uint16_t name =
        trace_names_intern(trace_arena_names(arena), parts->process, parts->process_length);
    if (name == as.name)
        return writer;
    uint32_t end = tasks->count > TASKS_SEARCHED ? tasks->count - TASKS_SEARCHED : 1;
    for (uint32_t id = tasks->count - 1; id >= end; id--)
        if (tasks->task[id].pid == as.pid && tasks->task[id].name == name)
            return id;
    as.name = name;
    uint16_t task = trace_tasks_add(tasks, &as);
    return task == 0 ? writer : task;
}

static bool fits(size_t length)
{
    return length > 0 && length <= TRACE_NAME_LENGTH_MAX;
}

enum boottrace_status boottrace_user(const struct boottrace *boottrace,
                                     const struct boottrace_source *source, const char *text,
                                     size_t length)
{
    struct boottrace_text parts = boottrace_split(text, length);
    if (!fits(parts.length))
        return BOOTTRACE_BAD_TEXT;
    if (!boottrace->enabled || !boottrace->dotrace_user)
        return filter(boottrace, source);
    uint32_t task = source->cpu->task;
    if (has_room(source))
        task = task_of(boottrace->tracer->arena, task, &parts);
    return record(boottrace, source, task, parts.event, parts.length);
}

void boottrace_reset(const struct boottrace *boottrace)
{
    for (uint32_t i = 0; i < TRACE_PHASE_TABLES; i++)
        trace_tracer_reset(boottrace->tracer, (enum trace_table_id)i, false);
}
