/* What text and JSON of a DOF object share. */
#include "flight/dof_show.h"

#include <stdlib.h>

#include "flight/dof_names.h"
#include "flight/memory.h"
#include "trace/dtrace/consumer_bucket.h"

void dof_show_open(struct dof_show *show, const char *name, const uint8_t *bytes, size_t size,
                   struct dtrace *state)
{
    *show = (struct dof_show){.name = name, .bytes = bytes, .size = size};
    show->refused = !dtrace_add_object(state, bytes, size, &show->problem);
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
