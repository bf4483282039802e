/* sh: patterns, as in `case`. */
#include "kernel/user/sh_expand.h"

static bool is_special(uint16_t cell, char c)
{
    return cell == (uint16_t)(uint8_t)c || cell == (SH_CELL_EXPANDED | (uint16_t)(uint8_t)c);
}

/* The `]` of a set that begins behind `at`; 0: there is none, and `[` is a byte like others. */
static size_t end_of_set(struct sh_cells pattern, size_t at)
{
    size_t first = at + 1;
    if (first < pattern.length &&
        (is_special(pattern.at[first], '!') || is_special(pattern.at[first], '^')))
        first++;
    for (size_t i = first + 1; i < pattern.length; i++)
        if (is_special(pattern.at[i], ']'))
            return i;
    return 0;
}

static bool set_holds(struct sh_cells pattern, size_t at, size_t end, uint8_t byte)
{
    bool inverted = is_special(pattern.at[at + 1], '!') || is_special(pattern.at[at + 1], '^');
    bool found = false;
    for (size_t i = at + 1 + inverted; i < end; i++) {
        uint8_t low = (uint8_t)pattern.at[i], high = low;
        if (!sh_cell_is_byte(pattern.at[i]))
            continue;
        if (i + 2 < end && is_special(pattern.at[i + 1], '-')) {
            high = (uint8_t)pattern.at[i + 2];
            i += 2;
        }
        found = found || (byte >= low && byte <= high);
    }
    return found != inverted;
}

/* Matches one byte with what stands at *at, and moves behind that. */
static bool matches_one(struct sh_cells pattern, size_t *at, uint8_t byte)
{
    uint16_t cell = pattern.at[*at];
    size_t end = is_special(cell, '[') ? end_of_set(pattern, *at) : 0;
    size_t from = *at;
    *at = end != 0 ? end + 1 : from + 1;
    if (end != 0)
        return set_holds(pattern, from, end, byte);
    return is_special(cell, '?') || (uint8_t)cell == byte;
}

/* A star that does not fit takes one byte more: only the last one needs to be tried again. */
bool sh_pattern_matches(struct sh_cells pattern, struct slice text)
{
    size_t at = 0, i = 0, star = SIZE_MAX, taken = 0;
    for (;;) {
        if (at < pattern.length && !sh_cell_is_byte(pattern.at[at])) {
            at++;
        } else if (at < pattern.length && is_special(pattern.at[at], '*')) {
            star = ++at;
            taken = i;
        } else if (at == pattern.length && i == text.length) {
            return true;
        } else if (at < pattern.length && i < text.length &&
                   matches_one(pattern, &at, (uint8_t)text.text[i])) {
            i++;
        } else if (star == SIZE_MAX || taken >= text.length) {
            return false;
        } else {
            at = star;
            i = ++taken;
        }
    }
}

bool sh_is_pattern(struct sh_cells cells)
{
    for (size_t i = 0; i < cells.length; i++)
        if (is_special(cells.at[i], '*') || is_special(cells.at[i], '?') ||
            (is_special(cells.at[i], '[') && end_of_set(cells, i) != 0))
            return true;
    return false;
}
