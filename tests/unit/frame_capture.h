/* What was sent, in memory that grows with it; included behind cmocka.h.  The test frees `bytes`. */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct capture {
    uint8_t *bytes;
    size_t length;
    size_t room;
};

/* For a text_sink; `context` is the capture. */
static inline void capture_put(void *context, const char *bytes, size_t length)
{
    struct capture *capture = context;
    if (length == 0)
        return;
    if (capture->room - capture->length < length) {
        capture->room = 2 * (capture->length + length);
        capture->bytes = realloc(capture->bytes, capture->room);
        assert_non_null(capture->bytes);
    }
    memcpy(capture->bytes + capture->length, bytes, length);
    capture->length += length;
}
