/* DOF, shown by flight.
 *
 * Input: a file, an object or a dtrace.conf.
 *
 * Property: whatever it is, it can be shown; the text ends in proportion to the bytes, and holds nothing that a terminal
 * would obey; the JSON is one valid object; and what the loader takes can be opened. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flight/dof_file.h"
#include "flight/dof_show.h"
#include "tests/fuzz/require.h"

enum {
    STATE_MEMORY = 1 << 20,
    LINE_MAX_BYTES = 8192, /* of text for a thing that is shown */
};

static void put(void *context, const char *bytes, size_t length)
{
    uint64_t *count = context;
    *count += length;
    for (size_t i = 0; i < length; i++)
        require(bytes[i] == '\n' || (unsigned char)bytes[i] >= ' ');
}

static void check_text(struct dof_show *show)
{
    uint64_t count = 0;
    const struct text_sink sink = {put, &count};
    dof_show_text(&sink, show);
    require(count <= (show->size + 64) * LINE_MAX_BYTES);
}

static void check_json(struct dof_show *show)
{
    json_t *value = dof_show_json(show);
    require(json_is_object(value));
    char *text = json_dumps(value, 0);
    require(text != NULL);
    free(text);
    json_decref(value);
}

static void check(const struct dof_file_object *object, bool json, struct dtrace *state)
{
    struct dof_show show;
    dof_show_open(&show, "x", object->bytes, object->size, state);
    require(show.refused || show.opened);
    if (json)
        check_json(&show);
    else
        check_text(&show);
    dof_show_close(&show);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dof_file file;
    dof_file_read(&file, data, size);
    for (uint32_t json = 0; json < 2; json++) {
        static _Alignas(16) uint8_t bytes[STATE_MEMORY];
        struct dtrace_memory memory = {bytes, sizeof bytes, 0};
        struct dtrace *state = dtrace_make(
            &(struct dtrace_config){.memory = &memory, .cpus = 1, .probes_max = DTRACE_ERROR});
        require(state != NULL);
        for (size_t i = 0; i < file.count; i++)
            check(&file.objects[i], json == 1, state);
    }
    dof_file_free(&file);
    return 0;
}
