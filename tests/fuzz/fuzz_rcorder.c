/* The order in which scripts start.
 *
 * Input: a byte, which says in what pieces texts arrive and how much memory there is, and texts of
 * scripts with form feeds between them.
 *
 * Property: every script has one place; each stands behind those that it waits for, unless a cycle was
 * told that is one; what else is told is there, all of it; groups agree with the order; and with too
 * little memory, each script that was taken still has its place. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/require.h" /* which the model uses */

#include "tests/fuzz/rcorder_property.h"

enum {
    SCRIPTS_MAX = 64,
    LITTLE = 64, /* bytes of memory for each step of the first byte */
};

struct input {
    const char *text[SCRIPTS_MAX];
    size_t length[SCRIPTS_MAX];
    uint32_t count;
    size_t piece; /* bytes */
};

static void cut(struct input *input, const char *text, size_t size)
{
    const char *end = text + size;
    while (input->count < SCRIPTS_MAX) {
        const char *stop = memchr(text, '\f', (size_t)(end - text));
        input->text[input->count] = text;
        input->length[input->count++] = (size_t)((stop != NULL ? stop : end) - text);
        if (stop == NULL)
            return;
        text = stop + 1;
    }
}

/* The worst that was said. */
static enum rcorder_status add(struct rcorder *order, const struct input *input, uint32_t i)
{
    char path[] = {(char)('0' + i / 8), (char)('0' + i % 8)};
    enum rcorder_status worst = rcorder_add_script(order, (struct slice){path, sizeof path}),
                        status;
    bool more = worst == RCORDER_OK;
    for (size_t at = 0; more && at < input->length[i]; at += input->piece) {
        size_t left = input->length[i] - at;
        struct slice piece = {input->text[i] + at, left < input->piece ? left : input->piece};
        status = rcorder_add_text(order, piece, &more);
        worst = status > worst ? status : worst;
    }
    status = order->count > 0 ? rcorder_end_text(order) : RCORDER_OK;
    return status > worst ? status : worst;
}

static void check_all(const struct input *input)
{
    struct model *model = model_start();
    struct rcorder order;
    size_t size = 1 << 18;
    void *memory = malloc(size);
    require(memory != NULL);
    rcorder_start(&order, memory, size);
    for (uint32_t i = 0; i < input->count; i++) {
        require(add(&order, input, i) <= RCORDER_NAME_TOO_LONG);
        model_add_script(model, input->text[i], input->length[i]);
    }
    model_check(model, &order);
    model_end(model);
    free(memory);
}

static void ignore(void *context, const struct rcorder_problem *problem)
{
    (void)context;
    (void)problem;
}

static void check_with_little_memory(const struct input *input, size_t size)
{
    struct rcorder order;
    uint64_t places = 0;
    void *memory = malloc(size + 1);
    require(memory != NULL);
    rcorder_start(&order, memory, size);
    for (uint32_t i = 0; i < input->count; i++)
        (void)add(&order, input, i);
    (void)rcorder_sort(&order, ignore, NULL);
    for (uint32_t i = 0; i < order.count; i++)
        places |= UINT64_C(1) << rcorder_at(&order, i);
    require(order.ordered == order.count);
    require(order.count == 0 || places == UINT64_MAX >> (64 - order.count));
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {.count = 0};
    if (size == 0)
        return 0;
    input.piece = data[0] + 1u;
    cut(&input, (const char *)data + 1, size - 1);
    check_all(&input);
    check_with_little_memory(&input, (size_t)data[0] * LITTLE);
    return 0;
}
