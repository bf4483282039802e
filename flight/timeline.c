/* Times of one boot. */
#include "flight/timeline.h"

#include <string.h>

struct timeline_value timeline_entry(const struct capture_model *model)
{
    if (model->header.known)
        return (struct timeline_value){true, model->header.entry_tsc};
    const struct model_phase *kernel = &model->phase[TRACE_PHASE_KERNEL];
    return (struct timeline_value){kernel->known, kernel->tsc};
}

struct timeline_value timeline_end(const struct capture_model *model)
{
    if (model->verdict.known)
        return (struct timeline_value){true, model->verdict.tsc};
    struct timeline_value end = {false, 0};
    for (uint32_t i = 0; i < TRACE_TABLES; i++) {
        const struct model_events *events = &model->events[i];
        if (events->count == 0)
            continue;
        uint64_t last = events->items[events->count - 1].tsc;
        end = (struct timeline_value){true, last > end.cycles ? last : end.cycles};
    }
    return end;
}

bool timeline_span_ns(const struct capture_model *model, uint64_t cycles, uint64_t *ns)
{
    uint64_t hz = model->clock.tsc_hz;
    if (hz == 0 || cycles / hz >= INT64_MAX / 1000000000)
        return false;
    *ns = trace_cycles_to_ns(cycles, hz);
    return true;
}

bool timeline_moment_ns(const struct capture_model *model, uint64_t tsc, int64_t *ns)
{
    struct timeline_value entry = timeline_entry(model);
    bool before = tsc < entry.cycles;
    uint64_t span;
    if (!entry.known ||
        !timeline_span_ns(model, before ? entry.cycles - tsc : tsc - entry.cycles, &span))
        return false;
    *ns = before ? -(int64_t)span : (int64_t)span;
    return true;
}

static struct model_phase phase_of(const struct capture_model *model, uint32_t index)
{
    struct model_phase phase = model->phase[index];
    if (index == TRACE_PHASE_KERNEL && !phase.known && model->header.known) {
        const char *name = trace_phase_name(TRACE_PHASE_KERNEL);
        phase = (struct model_phase){true, {name, strlen(name)}, model->header.entry_tsc};
    }
    return phase;
}

struct timeline_value timeline_phase_start(const struct capture_model *model, uint32_t index)
{
    const struct model_phase phase = phase_of(model, index);
    return (struct timeline_value){phase.known, phase.tsc};
}

bool timeline_phase_is_followed(const struct capture_model *model, uint32_t index)
{
    const bool lost = model->boot.missing > 0 || model->malformed > 0;
    return !lost || index + 1 >= TRACE_PHASES || model->phase[index + 1].known;
}

/* When phase `index` ended; the last one ends with the verdict. */
static struct timeline_value end_of(const struct capture_model *model, uint32_t index)
{
    const struct model_verdict *verdict = &model->verdict;
    if (!timeline_phase_is_followed(model, index))
        return (struct timeline_value){false, 0};
    for (uint32_t next = index + 1; next < TRACE_PHASES; next++)
        if (model->phase[next].known)
            return (struct timeline_value){true, model->phase[next].tsc};
    return (struct timeline_value){verdict->known, verdict->tsc};
}

static struct timeline_phase before_entry(const struct capture_model *model)
{
    static const char name[] = "firmware+loader";
    struct timeline_phase phase = {.name = {name, sizeof name - 1}};
    struct timeline_value entry = timeline_entry(model);
    if (entry.known && model->clock.counts_from_reset) {
        phase.start = (struct timeline_value){true, 0};
        phase.duration = entry;
    }
    return phase;
}

uint32_t timeline_phases(const struct capture_model *model,
                         struct timeline_phase phases[TIMELINE_PHASES])
{
    uint32_t count = 0;
    phases[count++] = before_entry(model);
    for (uint32_t i = 0; i < TRACE_PHASES; i++) {
        struct model_phase phase = phase_of(model, i);
        if (!phase.known)
            continue;
        struct timeline_value end = end_of(model, i);
        phases[count++] = (struct timeline_phase){
            .name = phase.name,
            .start = {true, phase.tsc},
            .duration = {end.known && end.cycles >= phase.tsc, end.cycles - phase.tsc},
        };
    }
    return count;
}
