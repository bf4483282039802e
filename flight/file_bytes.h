/* Bytes that grow: a whole file in memory, a capture while it arrives, a text while it is put together. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/text.h"

struct file_bytes {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
};

/* Behind what is there. */
void file_bytes_append(struct file_bytes *file, const void *bytes, size_t length);
void file_bytes_append_text(struct file_bytes *file, const char *text);

/* A sink that appends. */
struct text_sink file_bytes_sink(struct file_bytes *file);

/* Ends what was appended with a zero; as text, it is the caller's to free. */
char *file_bytes_text(struct file_bytes *file);

/* Whether the text stands in it, anywhere. */
bool file_bytes_has(const struct file_bytes *file, const char *text);

/* How many bytes the line at an offset has, with its end. */
size_t file_bytes_line(const struct file_bytes *file, size_t at);

/* Reads a whole file, or standard input for "-".  0 or an errno; what was read stays. */
int file_bytes_read(struct file_bytes *file, const char *path);

/* The same of a file that is open, from where it stands. */
int file_bytes_read_open(struct file_bytes *file, int source);

/* Reads the first `size` bytes of a file, or all *length that it has.  0 or an errno. */
int file_bytes_read_beginning(const char *path, uint8_t *bytes, size_t size, size_t *length);

/* Writes a file anew; `mode` is fopen's.  0 or an errno. */
int file_bytes_write(const char *path, const char *mode, const void *bytes, size_t length);

void file_bytes_free(struct file_bytes *file);
