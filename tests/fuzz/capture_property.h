/* What must hold of every capture: it can be read, verified, reported and exported, the JSON is one valid object,
 * and no field of a module is known without those before it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flight/capture_model.h"
#include "flight/fold.h"
#include "flight/report.h"
#include "flight/report_dtrace.h"
#include "flight/trace_events.h"
#include "flight/verify.h"
#include "tests/fuzz/require.h"

static void ignore(void *context, const char *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
}

static void check_modules(const struct capture_model *model)
{
    for (size_t i = 0; i < model->module_count; i++) {
        const struct model_module *module = &model->modules[i];
        require(module->command_line.text != NULL && module->name.text != NULL);
        require(module->type.text != NULL);
        require(module->digest.text != NULL || module->state.text == NULL);
    }
}

/* A stack stands behind the one that it has grown from. */
static void check_folded(const struct capture_model *model)
{
    const struct text_sink nowhere = {ignore, NULL};
    struct fold fold;
    fold_read(&fold, model);
    fold_print(&fold, &nowhere, false);
    for (size_t i = 1; i < fold.count; i++)
        require(fold.nodes[i].parent < i);
    fold_free(&fold);
}

static void write_trace_events(FILE *out, const struct capture_model *model)
{
    struct span_walk walk = {0};
    trace_events_write(out, model, &walk);
    span_walk_free(&walk);
}

static void check_json(const struct capture_model *model,
                       void (*write)(FILE *out, const struct capture_model *model))
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    require(out != NULL);
    write(out, model);
    fclose(out);
    json_error_t error;
    json_t *json = json_loadb(text, length, JSON_ALLOW_NUL, &error);
    require(json_is_object(json));
    json_decref(json);
    free(text);
}

/* Each line of a claim is an object by itself. */
static void check_lines(const struct capture_model *model)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    require(out != NULL);
    (void)report_dtrace_lines(out, &model->dtrace);
    fclose(out);
    for (char *at = text, *end; at < text + length; at = end + 1) {
        end = memchr(at, '\n', (size_t)(text + length - at));
        require(end != NULL);
        json_t *json = json_loadb(at, (size_t)(end - at), JSON_ALLOW_NUL, NULL);
        require(json_is_object(json));
        json_decref(json);
    }
    free(text);
}

static void check_model(const struct capture_model *model)
{
    const struct text_sink nowhere = {ignore, NULL};
    struct verify verify = {.sink = &nowhere, .model = model};
    verify_frames(&verify);
    verify_schema(&verify);
    verify_tables(&verify);
    verify_cpus(&verify);
    verify_dtrace(&verify);
    verify_sizes(&nowhere, model);
    report_text(&nowhere, model, NULL);
    report_text(&nowhere, model, " are elsewhere");
    check_modules(model);
    check_json(model, report_json);
    check_lines(model);
    check_json(model, write_trace_events);
    check_folded(model);
}

static void capture_property_hold(const char *bytes, size_t length)
{
    uint8_t *exact = malloc(length + (length == 0));
    require(exact != NULL);
    memcpy(exact, bytes, length);
    struct capture_model model;
    if (capture_model_read(&model, exact, length, 0))
        check_model(&model);
    capture_model_free(&model);
    free(exact);
}
