/* Verifying tables: books, events, names, tasks, modules. */
#include "flight/verify.h"

#include <stdlib.h>

#include "flight/memory.h"
#include "flight/model_books.h"

static void check_books(struct verify *verify, enum trace_table_id id, uint32_t cpu)
{
    const struct model_books *table = &verify->model->books[id][cpu];
    const struct trace_books *books = &table->books;
    const char *name = trace_table_name(id);
    if (!frame_string_is(table->name, name))
        verify_problem(verify, "books of %s, CPU %u: they bear another table's name", name, cpu);
    verify_balance(verify, name, cpu, books);
    if (books->kept > table->capacity)
        verify_problem(verify, "books of %s, CPU %u: %llu kept with a capacity of %u", name, cpu,
                       (unsigned long long)books->kept, table->capacity);
    if (books->kept != table->received)
        verify_problem(verify, "books of %s, CPU %u: %llu kept, but %llu events were received",
                       name, cpu, (unsigned long long)books->kept,
                       (unsigned long long)table->received);
}

/* After a success nothing may be absent; a failure or panic sends what it still can. */
static bool expected(const struct capture_model *model, enum trace_table_id id, uint32_t cpu)
{
    if (id == TRACE_TABLE_TSLOG && !capture_model_has_tslog(model))
        return false;
    return frame_string_is(model->verdict.status, "success") && model->header.known &&
           cpu < capture_model_cpus(model);
}

static void check_presence(struct verify *verify, enum trace_table_id id, uint32_t cpu)
{
    const struct model_books *table = &verify->model->books[id][cpu];
    if (table->known)
        check_books(verify, id, cpu);
    else if (table->received > 0)
        verify_problem(verify, "books of %s, CPU %u were not received, but %llu events were",
                       trace_table_name(id), cpu, (unsigned long long)table->received);
    else if (expected(verify->model, id, cpu))
        verify_problem(verify, "books of %s, CPU %u were not received", trace_table_name(id), cpu);
    if (table->known && verify->model->header.known && cpu >= verify->model->header.cpus &&
        !verify->model->cpu[cpu].known)
        verify_problem(verify, "books of %s, CPU %u: the header counts %u CPUs",
                       trace_table_name(id), cpu, verify->model->header.cpus);
}

static bool outside(const struct capture_model *model, enum trace_table_id id,
                    const struct model_event *event)
{
    const struct model_books *table = &model->books[id][event->cpu];
    struct trace_range range = model_books_range(table);
    return table->known && (event->number < range.first || event->number >= range.end);
}

static void report_event(struct verify *verify, enum trace_table_id id,
                         const struct model_event *event, const char *what)
{
    verify_problem(verify, "event %llu of %s, CPU %u: %s", (unsigned long long)event->number,
                   trace_table_name(id), event->cpu, what);
}

static void check_numbers(struct verify *verify, enum trace_table_id id)
{
    const struct model_events *events = &verify->model->events[id];
    uint64_t wrong = 0;
    for (size_t i = 0; i < events->count; i++)
        if (outside(verify->model, id, &events->items[i]) && wrong++ < MODEL_REPORTS)
            report_event(verify, id, &events->items[i], "not among those that the table can hold");
    verify_more(verify, wrong, "events with impossible numbers");
}

static void check_repeated(struct verify *verify, enum trace_table_id id)
{
    const struct model_events *events = &verify->model->events[id];
    for (size_t i = 0; i < events->repeated && i < MODEL_REPORTS; i++)
        report_event(verify, id, &events->items[events->count + events->repeated - 1 - i],
                     "received again");
    verify_more(verify, events->repeated, "events received again");
}

/* How often each id is used. */
struct usage_count {
    uint64_t *names;
    size_t name_count;
    uint64_t *tasks;
    size_t task_count;
};

static void count_usage(const struct capture_model *model, struct usage_count *usage)
{
    for (uint32_t table = 0; table < TRACE_TABLES; table++)
        for (size_t i = 0; i < model->events[table].count; i++) {
            const struct model_event *event = &model->events[table].items[i];
            usage->names = memory_covering(usage->names, &usage->name_count, event->name,
                                           sizeof *usage->names);
            usage->tasks = memory_covering(usage->tasks, &usage->task_count, event->task,
                                           sizeof *usage->tasks);
            usage->names[event->name]++;
            usage->tasks[event->task]++;
        }
}

static void check_names(struct verify *verify, const struct usage_count *usage)
{
    uint64_t undefined = 0;
    for (uint32_t id = 0; id < usage->name_count; id++) {
        if (usage->names[id] == 0 || capture_model_name(verify->model, id).text != NULL)
            continue;
        if (undefined++ < MODEL_REPORTS)
            verify_problem(verify, "name %u: %llu events use it, but it is not defined", id,
                           (unsigned long long)usage->names[id]);
    }
    verify_more(verify, undefined, "names without definition");
}

/* Task 0 is "unknown" and needs no definition. */
static void check_tasks(struct verify *verify, const struct usage_count *usage)
{
    uint64_t undefined = 0;
    for (uint32_t id = 1; id < usage->task_count; id++) {
        struct model_task task = capture_model_task(verify->model, id);
        bool named = task.known && capture_model_name(verify->model, task.name).text != NULL;
        if (usage->tasks[id] == 0 || named)
            continue;
        if (undefined++ < MODEL_REPORTS)
            verify_problem(verify, "task %u: %llu events use it, but %s is not defined", id,
                           (unsigned long long)usage->tasks[id], task.known ? "its name" : "it");
    }
    verify_more(verify, undefined, "tasks without definition");
}

static void check_ids(struct verify *verify)
{
    struct usage_count usage = {0};
    count_usage(verify->model, &usage);
    check_names(verify, &usage);
    check_tasks(verify, &usage);
    free(usage.names);
    free(usage.tasks);
}

static void check_modules(struct verify *verify)
{
    const struct capture_model *model = verify->model;
    uint64_t twice = 0;
    for (size_t i = 1; i < model->module_count; i++)
        if (model->modules[i].index == model->modules[i - 1].index && twice++ < MODEL_REPORTS)
            verify_problem(verify, "module %u: described twice", model->modules[i].index);
    verify_more(verify, twice, "modules described twice");
}

void verify_tables(struct verify *verify)
{
    for (uint32_t table = 0; table < TRACE_TABLES; table++) {
        for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++)
            check_presence(verify, (enum trace_table_id)table, cpu);
        check_numbers(verify, (enum trace_table_id)table);
        check_repeated(verify, (enum trace_table_id)table);
    }
    check_ids(verify);
    check_modules(verify);
}
