/* Bytes that grow. */
#include "flight/file_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flight/memory.h"

void file_bytes_append(struct file_bytes *file, const void *bytes, size_t length)
{
    if (length == 0)
        return;
    while (file->capacity - file->length < length)
        file->bytes = memory_grown(file->bytes, file->capacity, &file->capacity, 1);
    memcpy(file->bytes + file->length, bytes, length);
    file->length += length;
}

void file_bytes_append_text(struct file_bytes *file, const char *text)
{
    file_bytes_append(file, text, strlen(text));
}

static void put(void *context, const char *bytes, size_t length)
{
    file_bytes_append(context, bytes, length);
}

struct text_sink file_bytes_sink(struct file_bytes *file)
{
    return (struct text_sink){put, file};
}

char *file_bytes_text(struct file_bytes *file)
{
    file_bytes_append(file, "", 1);
    return (char *)file->bytes;
}

bool file_bytes_has(const struct file_bytes *file, const char *text)
{
    return file->length > 0 && memmem(file->bytes, file->length, text, strlen(text)) != NULL;
}

size_t file_bytes_line(const struct file_bytes *file, size_t at)
{
    const uint8_t *line = file->bytes + at, *newline = memchr(line, '\n', file->length - at);
    return newline != NULL ? (size_t)(newline - line) + 1 : file->length - at;
}

int file_bytes_read_open(struct file_bytes *file, int source)
{
    static uint8_t chunk[65536];
    for (;;) {
        ssize_t got = read(source, chunk, sizeof chunk);
        if (got == 0)
            return 0;
        if (got < 0 && errno != EINTR)
            return errno;
        if (got > 0)
            file_bytes_append(file, chunk, (size_t)got);
    }
}

int file_bytes_read(struct file_bytes *file, const char *path)
{
    if (strcmp(path, "-") == 0)
        return file_bytes_read_open(file, STDIN_FILENO);
    int source = open(path, O_RDONLY | O_CLOEXEC);
    if (source < 0)
        return errno;
    int error = file_bytes_read_open(file, source);
    close(source);
    return error;
}

int file_bytes_read_beginning(const char *path, uint8_t *bytes, size_t size, size_t *length)
{
    FILE *file = fopen(path, "re");
    *length = file != NULL ? fread(bytes, 1, size, file) : 0;
    const int error = file == NULL || ferror(file) ? errno : 0;
    if (file != NULL)
        (void)fclose(file); /* only read */
    return error;
}

int file_bytes_write(const char *path, const char *mode, const void *bytes, size_t length)
{
    FILE *file = fopen(path, mode);
    if (file == NULL)
        return errno;
    int error = fwrite(bytes, 1, length, file) == length ? 0 : errno;
    if (fclose(file) != 0 && error == 0)
        error = errno;
    return error;
}

void file_bytes_free(struct file_bytes *file)
{
    free(file->bytes);
    *file = (struct file_bytes){0};
}
