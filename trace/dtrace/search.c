/* The two-way algorithm (M. Crochemore, D. Perrin, "Two-way string-matching", 1991), which needs no memory.
 *
 * The part is cut at a critical place: whatever is there repeated on both sides of the cut is repeated with the
 * period of the whole part.  The right half is compared forwards, then the left one backwards.  If the right half
 * fails after k bytes, no place up to k further can be right; if the left half fails, none before the next
 * period.  So each byte of the text is looked at a bounded number of times. */
#include "trace/dtrace/search.h"

#include <stdbool.h>

static uint8_t at(const struct dtrace_bytes *bytes, uint32_t index)
{
    return bytes->first[(int32_t)index * bytes->step];
}

/* Where the part is cut, and the period of what is behind it. */
struct cut {
    uint32_t start, period;
};

/* The largest of all suffixes, in the order of bytes or its reverse. */
static struct cut largest_suffix(const struct dtrace_bytes *part, bool reverse)
{
    struct cut best = {0, 1};
    uint32_t other = 1,
             same = 0; /* a suffix that is tried, and how many of its bytes are the best one's */
    while (other + same < part->length) {
        uint8_t of_best = at(part, best.start + same), of_other = at(part, other + same);
        if (of_other == of_best) {
            same++;
            if (same == best.period) {
                other += best.period;
                same = 0;
            }
        } else if ((of_other < of_best) != reverse) {
            other += same + 1;
            same = 0;
            best.period = other - best.start;
        } else {
            best = (struct cut){other, 1};
            other++;
            same = 0;
        }
    }
    return best;
}

/* The later one of both orders is critical. */
static struct cut critical(const struct dtrace_bytes *part)
{
    struct cut up = largest_suffix(part, false), down = largest_suffix(part, true);
    return up.start > down.start ? up : down;
}

/* Whether the period of the right half is that of the whole part. */
static bool is_periodic(const struct dtrace_bytes *part, const struct cut *cut)
{
    for (uint32_t i = 0; i < cut->start; i++)
        if (at(part, i) != at(part, i + cut->period))
            return false;
    return true;
}

/* How far both agree from `from` on; the part's length: to its end. */
static uint32_t agree(const struct dtrace_bytes *text, const struct dtrace_bytes *part,
                      uint32_t place, uint32_t from)
{
    while (from < part->length && at(part, from) == at(text, place + from))
        from++;
    return from;
}

/* Whether [from, to) agrees; looked at backwards. */
static bool agrees_before(const struct dtrace_bytes *text, const struct dtrace_bytes *part,
                          uint32_t place, uint32_t from, uint32_t to)
{
    while (to > from && at(part, to - 1) == at(text, place + to - 1))
        to--;
    return to <= from;
}

static uint32_t max32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

uint32_t dtrace_search(const struct dtrace_bytes *text, const struct dtrace_bytes *part,
                       uint32_t from)
{
    struct cut cut = critical(part);
    bool periodic = is_periodic(part, &cut);
    uint32_t known = 0; /* bytes at the part's start that agree: it has moved by a period */
    if (!periodic)
        cut.period = max32(cut.start, part->length - cut.start) + 1;
    for (uint32_t place = from; part->length <= text->length - place;) {
        uint32_t end = agree(text, part, place, max32(cut.start, known));
        uint32_t step = end < part->length ? end - cut.start + 1 : cut.period;
        if (end == part->length && agrees_before(text, part, place, known, cut.start))
            return place;
        known = end == part->length && periodic ? part->length - cut.period : 0;
        place += step; /* which is not longer than the part, so it ends within the text */
    }
    return DTRACE_NOT_FOUND;
}
