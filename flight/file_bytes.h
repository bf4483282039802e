/* Bytes that grow: a whole file in memory, or a capture while it arrives. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct file_bytes {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
};

/* Behind what is there. */
void file_bytes_append(struct file_bytes *file, const void *bytes, size_t length);

/* Reads a whole file, or standard input for "-".  0 or an errno; what was read stays. */
int file_bytes_read(struct file_bytes *file, const char *path);

void file_bytes_free(struct file_bytes *file);
