/* Times of one boot, derived from its raw cycles.  What cannot be known stays unknown.
 *
 * Pure logic over a capture_model. */
#pragma once

#include "flight/capture_model.h"

/* What may be absent: `known` says so. */
struct timeline_value {
    bool known;
    uint64_t cycles;
};

/* Cycle counts of the moments that everything else counts from. */
struct timeline_value timeline_entry(const struct capture_model *model); /* the first instruction */
struct timeline_value timeline_end(const struct capture_model *model);   /* the last known moment */

/* Nanoseconds of a span, or of a moment since the entry (negative before it).  False if the clock
 * or the entry is not known, or if the result does not fit. */
bool timeline_span_ns(const struct capture_model *model, uint64_t cycles, uint64_t *ns);
bool timeline_moment_ns(const struct capture_model *model, uint64_t tsc, int64_t *ns);

/* When a phase began, by its index. */
struct timeline_value timeline_phase_start(const struct capture_model *model, uint32_t index);

/* False: frames were lost, and the beginning of the phase behind this one may be among them, so that nobody knows how
 * far it goes. */
bool timeline_phase_is_followed(const struct capture_model *model, uint32_t index);

struct timeline_phase {
    struct frame_string name;
    struct timeline_value start; /* TSC */
    struct timeline_value duration;
};

#define TIMELINE_PHASES (TRACE_PHASES + 1)

/* The phases that have begun, "firmware+loader" first; gives their number.  A phase lasts until
 * the next one, the last one to the verdict; where frames were lost and the next one may be among
 * them, and without a verdict, its duration is unknown. */
uint32_t timeline_phases(const struct capture_model *model,
                         struct timeline_phase phases[TIMELINE_PHASES]);
