/* A capture, read as a whole by flight.
 *
 * Input: a first byte, then, if that is even, the capture as it is; if odd, frames as kind, length
 * and payload, which get numbers and checksums here, so that the payloads are reached.
 *
 * Property: every capture can be read, verified, reported and exported, the JSON is one valid object, and no
 * field of a module is known without those before it. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flight/capture_model.h"
#include "flight/fold.h"
#include "flight/report.h"
#include "flight/report_dtrace.h"
#include "flight/trace_events.h"
#include "flight/verify.h"

static void require(bool condition)
{
    if (!condition)
        __builtin_trap();
}

struct sheet {
    char bytes[1 << 16];
    size_t length;
};

static void put(void *context, const char *bytes, size_t length)
{
    struct sheet *sheet = context;
    if (length > sizeof sheet->bytes - sheet->length)
        length = sizeof sheet->bytes - sheet->length;
    memcpy(sheet->bytes + sheet->length, bytes, length);
    sheet->length += length;
}

static void ignore(void *context, const char *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
}

static void frames_of(struct sheet *sheet, const uint8_t *data, size_t size)
{
    static const char kinds[] = "HSKCMPNITEVXUDQRABWF";
    struct frame_writer writer = {.sink = {put, sheet}};
    while (size >= 2) {
        size_t length = data[1] < size - 2 ? data[1] : size - 2;
        frame_begin(&writer, kinds[data[0] % (sizeof kinds - 1)]);
        frame_put_bytes(&writer, data + 2, length);
        frame_end(&writer);
        data += 2 + length;
        size -= 2 + length;
    }
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sheet sheet;
    if (size == 0)
        return 0;
    sheet.length = 0;
    if (data[0] % 2 == 0)
        put(&sheet, (const char *)data + 1, size - 1);
    else
        frames_of(&sheet, data + 1, size - 1);
    uint8_t *exact = malloc(sheet.length + (sheet.length == 0));
    require(exact != NULL);
    memcpy(exact, sheet.bytes, sheet.length);

    struct capture_model model;
    if (capture_model_read(&model, exact, sheet.length, 0)) {
        const struct text_sink nowhere = {ignore, NULL};
        struct verify verify = {.sink = &nowhere, .model = &model};
        verify_frames(&verify);
        verify_schema(&verify);
        verify_tables(&verify);
        verify_cpus(&verify);
        verify_dtrace(&verify);
        verify_sizes(&nowhere, &model);
        report_text(&nowhere, &model, true);
        check_modules(&model);
        check_json(&model, report_json);
        check_lines(&model);
        check_json(&model, write_trace_events);
        check_folded(&model);
    }
    capture_model_free(&model);
    free(exact);
    return 0;
}
