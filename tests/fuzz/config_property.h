/* What the fuzz targets of configuration files ask of every place in a text. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "boot/slice.h"
#include "tests/fuzz/require.h"

static inline bool within(struct slice slice, struct slice text)
{
    return slice.text == NULL ||
           (slice.text >= text.text && slice.text <= text.text + text.length &&
            slice.length <= (size_t)(text.text + text.length - slice.text));
}

/* The line of every place, the end included. */
static inline uint32_t *lines_of(struct slice text)
{
    uint32_t *lines = malloc((text.length + 1) * sizeof *lines), line = 1;
    require(lines != NULL);
    for (size_t i = 0; i < text.length; i++) {
        lines[i] = line;
        bool cr_of_crlf = text.text[i] == '\r' && i + 1 < text.length && text.text[i + 1] == '\n';
        line += text.text[i] == '\n' || (text.text[i] == '\r' && !cr_of_crlf);
    }
    lines[text.length] = line;
    return lines;
}
