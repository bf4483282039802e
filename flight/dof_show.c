/* What text and JSON of a DOF object share. */
#include "flight/dof_show.h"

#include <stdlib.h>

#include "flight/dof_names.h"
#include "flight/memory.h"
#include "trace/dtrace/consumer_bucket.h"

/* Objects that are refused for want of memory would be so in the kernel, too. */
static size_t memory_for(size_t size)
{
    const size_t least = (size_t)1 << 16, times = 16;
    return least + times * (size < DOF_SIZE_MAX ? size : DOF_SIZE_MAX);
}

void dof_show_open(struct dof_show *show, const char *name, const uint8_t *bytes, size_t size,
                   uint32_t program, struct dif_declarations *declarations)
{
    *show = (struct dof_show){.name = name, .bytes = bytes, .size = size};
    struct dtrace_memory memory = {.size = memory_for(size)};
    struct dof_object object;
    memory.bytes = memory_zeroed(memory.size, 1);
    show->refused = !dof_load(bytes, size, program, &memory, declarations, &object, &show->problem);
    free(memory.bytes);
    show->opened = dof_view_open(&show->view, bytes, size);
    show->seen = memory_zeroed(show->view.sections, sizeof *show->seen);
    show->left = size / 4;
}

void dof_show_close(struct dof_show *show)
{
    free(show->seen);
    show->seen = NULL;
}

bool dof_show_first(struct dof_show *show, uint32_t index)
{
    bool first = !show->seen[index];
    show->seen[index] = true;
    return first;
}

bool dof_show_one(struct dof_show *show)
{
    if (show->left == 0)
        return false;
    show->left--;
    return true;
}

bool dof_show_argument(const struct text_sink *sink, const struct dof_view_action *action)
{
    if (action->kind == DOF_ACTION_LIBACT) {
        text_print(sink, "%s", dof_library_action_name(action->arg));
    } else if (action->kind == DOF_AGGREGATION_LQUANTIZE) {
        const struct bucket_lquantize quantize = bucket_lquantize_of(action->arg);
        text_print(sink, "from %d, %u levels of %u", quantize.base, quantize.levels, quantize.step);
    } else if (action->kind == DOF_AGGREGATION_LLQUANTIZE) {
        text_print(sink, "factor %u, magnitudes %u to %u, %u steps", (unsigned)(action->arg >> 48),
                   (unsigned)(action->arg >> 32 & 0xffff), (unsigned)(action->arg >> 16 & 0xffff),
                   (unsigned)(action->arg & 0xffff));
    } else {
        return false;
    }
    return true;
}
