/* Bytes on their way to the kernel's serial line, which may take them slowly.
 *
 * Bounded: who puts asks for room first, and reads no further where there is none. */
#pragma once

#include <stdbool.h>

#include "flight/file_bytes.h"

#define INLET_BYTES_MAX 65536u

/* Zeroed, it is empty. */
struct inlet {
    struct file_bytes kept; /* the first `sent` bytes of it have been written */
    size_t sent;
};

/* How many bytes may be put. */
size_t inlet_room(const struct inlet *inlet);
void inlet_put(struct inlet *inlet, const void *bytes, size_t length);

/* Whether something is to be written. */
bool inlet_waits(const struct inlet *inlet);

/* Writes what a file that does not block takes at once.  False if it takes nothing any more. */
bool inlet_write(struct inlet *inlet, int file);

void inlet_free(struct inlet *inlet);
