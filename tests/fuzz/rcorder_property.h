/* What an order of start must be, whatever the headers say: read from the texts again in the plainest
 * way, with everything in memory, and compared.  The includer defines require(CONDITION). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/user/rcorder.h"

enum {
    MODEL_SCRIPTS_MAX = RCORDER_SCRIPTS_MAX
};

struct model_mention {
    uint32_t script;
    char kind; /* first letter: P, R, B, K */
    const char *name;
    size_t length;
};

struct model {
    uint32_t scripts, mentions, told;
    char *texts[MODEL_SCRIPTS_MAX];
    struct model_mention *mention;
    bool edge[MODEL_SCRIPTS_MAX][MODEL_SCRIPTS_MAX]; /* [who waits][for whom] */
    bool cut[MODEL_SCRIPTS_MAX][MODEL_SCRIPTS_MAX];
    uint32_t place[MODEL_SCRIPTS_MAX];
    uint32_t plain_told; /* problems that are no cycles */
    struct rcorder *order;
};

/* --- Reading --- */

static inline void model_mention_add(struct model *model, char kind, const char *name,
                                     size_t length)
{
    if (length == 0 || length > RCORDER_NAME_MAX)
        return;
    for (uint32_t i = model->mentions; i > 0 && model->mention[i - 1].script == model->scripts;
         i--) {
        const struct model_mention *other = &model->mention[i - 1];
        if (other->kind == kind && other->length == length &&
            memcmp(other->name, name, length) == 0)
            return;
    }
    if ((model->mentions & (model->mentions - 1)) == 0) {
        size_t count = model->mentions == 0 ? 1 : 2 * (size_t)model->mentions;
        model->mention = realloc(model->mention, count * sizeof *model->mention);
        require(model->mention != NULL);
    }
    model->mention[model->mentions++] = (struct model_mention){model->scripts, kind, name, length};
}

/* Copies the text without backslashes that stand before a newline, and those newlines. */
static inline size_t model_join(char *joined, const char *text, size_t length)
{
    size_t end = 0;
    for (size_t i = 0; i < length; i++) {
        bool pair = text[i] == '\\' && i + 1 < length;
        if (pair && text[i + 1] == '\n') {
            i++;
            continue;
        }
        joined[end++] = text[i];
        if (pair)
            joined[end++] = text[++i];
    }
    return end;
}

static inline void model_add_names(struct model *model, char kind, const char *at, const char *end)
{
    while (at < end) {
        const char *start = at;
        while (at < end && memchr(" \t\r", *at, 3) == NULL)
            at++;
        model_mention_add(model, kind, start, (size_t)(at - start));
        if (at < end)
            at++;
    }
}

/* The length of what the line begins with, 0: nothing that belongs into a header. */
static inline size_t model_beginning(const char *line, size_t length)
{
    static const char *const beginnings[] = {
        "# PROVIDE:", "# PROVIDES:", "# REQUIRE:", "# REQUIRES:",
        "# BEFORE:",  "# KEYWORD:",  "# KEYWORDS:"};
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        size_t size = strlen(beginnings[i]);
        if (length >= size && memcmp(line, beginnings[i], size) == 0)
            return size;
    }
    return 0;
}

static inline void model_add_script(struct model *model, const char *text, size_t length)
{
    char *joined = malloc(length + 1);
    bool in_header = false;
    require(joined != NULL);
    const char *end = joined + model_join(joined, text, length);
    for (const char *line = joined; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline != NULL ? newline : end;
        size_t size = model_beginning(line, (size_t)(stop - line));
        if (size > 0)
            model_add_names(model, line[2], line + size, stop);
        else if (in_header)
            break;
        in_header |= size > 0;
        line = stop + 1;
    }
    model->texts[model->scripts++] = joined;
}

/* --- Edges --- */

static inline int model_compare(const void *a, const void *b)
{
    const struct model_mention *first = a, *second = b;
    if (first->length != second->length)
        return first->length < second->length ? -1 : 1;
    return memcmp(first->name, second->name, first->length);
}

static inline void model_link(struct model *model, const struct model_mention *a,
                              const struct model_mention *b)
{
    if (a->kind == 'R' && b->kind == 'P')
        model->edge[a->script][b->script] = true;
    if (a->kind == 'B' && b->kind == 'P')
        model->edge[b->script][a->script] = true;
}

static inline void model_find_edges(struct model *model)
{
    struct model_mention *mention = model->mention;
    if (model->mentions > 0)
        qsort(mention, model->mentions, sizeof *mention, model_compare);
    for (uint32_t start = 0, end; start < model->mentions; start = end) {
        for (end = start;
             end < model->mentions && model_compare(&mention[start], &mention[end]) == 0; end++)
            ;
        for (uint32_t i = start; i < end; i++)
            for (uint32_t j = start; j < end; j++)
                model_link(model, &mention[i], &mention[j]);
    }
}

/* Mentions lie in the order of their names by now. */
static inline bool model_mentions(const struct model *model, uint32_t script, char kind,
                                  struct slice name)
{
    const struct model_mention wanted = {.name = name.text, .length = name.length};
    uint32_t first = 0;
    for (uint32_t end = model->mentions; first < end;) {
        uint32_t middle = first + (end - first) / 2;
        if (model_compare(&model->mention[middle], &wanted) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    for (; first < model->mentions; first++) {
        const struct model_mention *mention = &model->mention[first];
        if (model_compare(mention, &wanted) != 0)
            break;
        if (mention->kind == kind && (script == UINT32_MAX || mention->script == script))
            return true;
    }
    return false;
}

/* --- What is told --- */

static inline void model_check_cycle(struct model *model, const struct rcorder_problem *problem)
{
    uint32_t at = problem->other, steps = 0;
    require(at != problem->script);
    for (; at != problem->script; steps++) {
        uint32_t next = rcorder_cycle_next(model->order, at);
        require(steps < model->scripts && next < model->scripts && model->edge[at][next]);
        at = next;
    }
    require(model->edge[problem->script][problem->other]);
    require(!model->cut[problem->script][problem->other]);
    model->cut[problem->script][problem->other] = true;
}

static inline void model_take_problem(void *context, const struct rcorder_problem *problem)
{
    struct model *model = context;
    bool requires =
        problem->kind == RCORDER_NO_PROVIDER || problem->kind == RCORDER_REQUIRES_ITSELF;
    bool itself =
        problem->kind == RCORDER_REQUIRES_ITSELF || problem->kind == RCORDER_BEFORE_ITSELF;
    model->told++;
    if (problem->kind == RCORDER_CYCLE) {
        model_check_cycle(model, problem);
        return;
    }
    model->plain_told++;
    require(model_mentions(model, problem->script, requires ? 'R' : 'B', problem->name));
    require(itself ==
            model_mentions(model, itself ? problem->script : UINT32_MAX, 'P', problem->name));
}

/* How many problems there are that are no cycles. */
static inline uint32_t model_plain_problems(const struct model *model)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < model->mentions; i++) {
        const struct model_mention *mention = &model->mention[i];
        const struct slice name = {mention->name, mention->length};
        if (mention->kind == 'R' || mention->kind == 'B')
            count += !model_mentions(model, UINT32_MAX, 'P', name) ||
                     model_mentions(model, mention->script, 'P', name);
    }
    return count;
}

/* --- The order --- */

static inline void model_check_places(struct model *model)
{
    const struct rcorder *order = model->order;
    require(order->count == model->scripts && order->ordered == model->scripts);
    memset(model->place, 0xff, sizeof model->place);
    for (uint32_t i = 0; i < model->scripts; i++) {
        uint32_t script = rcorder_at(order, i);
        require(script < model->scripts && model->place[script] == UINT32_MAX);
        model->place[script] = i;
    }
}

static inline void model_check_edge(const struct model *model, uint32_t i, uint32_t j)
{
    if (i == j || !model->edge[i][j])
        return;
    bool behind = model->place[i] > model->place[j];
    require(behind != model->cut[i][j]);
    require(!behind || rcorder_group(model->order, i) > rcorder_group(model->order, j));
}

/* rcorder_next_wait gives those that the script waits for, and no others. */
static inline void model_check_waits(const struct model *model, uint32_t script)
{
    struct rcorder_cursor cursor = {0};
    bool seen[MODEL_SCRIPTS_MAX] = {false};
    uint32_t other;
    while (rcorder_next_wait(model->order, script, &cursor, &other))
        seen[other] = true;
    for (uint32_t i = 0; i < model->scripts; i++)
        require(seen[i] == (i != script && model->edge[script][i] && !model->cut[script][i]));
}

/* Orders what has been added to both, and compares. */
static inline void model_check(struct model *model, struct rcorder *order)
{
    model->order = order;
    model_find_edges(model);
    require(rcorder_sort(order, model_take_problem, model) == model->told);
    require(model->plain_told == model_plain_problems(model));
    model_check_places(model);
    for (uint32_t i = 0; i < model->scripts; i++) {
        for (uint32_t j = 0; j < model->scripts; j++)
            model_check_edge(model, i, j);
        model_check_waits(model, i);
    }
}

static inline struct model *model_start(void)
{
    struct model *model = calloc(1, sizeof *model);
    require(model != NULL);
    return model;
}

static inline void model_end(struct model *model)
{
    for (uint32_t i = 0; i < model->scripts; i++)
        free(model->texts[i]);
    free(model->mention);
    free(model);
}
