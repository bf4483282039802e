/* The compiler's memory: pieces that are given back together, and what grows in it. */
#include "flight/d/compiler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An inline that is used often, or a clause with thousands of descriptions, becomes much out of little. */
#define TAKEN_MAX (256u * 1024 * 1024) /* bytes, for one program */

/* Each piece is an allocation of its own: a sanitizer sees one byte too many. */
struct d_piece {
    _Alignas(max_align_t) struct d_piece *next;
};

/* What is taken outside a program, names of options and of what is built in, is little. */
static noreturn void no_memory(struct d_compiler *compiler)
{
    if (compiler->source == NULL)
        abort();
    d_fail(compiler, "", "no memory");
}

static void count_taken(struct d_compiler *compiler, size_t size)
{
    if (compiler->source == NULL)
        return;
    if (size > TAKEN_MAX - compiler->taken)
        d_fail(compiler, "", "the program is too large: it takes more than %u bytes of memory",
               TAKEN_MAX);
    compiler->taken += size;
}

/* The macro of the C library aligns by adding to a null pointer, which clang's sanitizer refuses. */
__attribute__((no_sanitize("pointer-overflow"))) void *d_take(struct d_compiler *compiler,
                                                              size_t size)
{
    count_taken(compiler, size);
    struct d_piece *piece = calloc(1, sizeof *piece + size);
    if (piece == NULL)
        no_memory(compiler);
    piece->next = compiler->pieces;
    compiler->pieces = piece;
    return piece + 1;
}

void d_give_back(struct d_compiler *compiler)
{
    struct d_piece *next;
    for (struct d_piece *piece = compiler->pieces; piece != NULL; piece = next) {
        next = piece->next;
        free(piece);
    }
    compiler->pieces = NULL;
}

void *d_grow(struct d_compiler *compiler, void *from, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return from;
    *capacity = *capacity == 0 ? 16 : 2 * *capacity;
    void *to = d_take(compiler, *capacity * size);
    if (count > 0)
        memcpy(to, from, count * size);
    return to;
}

void d_buffer_put(struct d_compiler *compiler, struct d_buffer *buffer, const void *bytes,
                  size_t size)
{
    if (size > buffer->capacity - buffer->size) {
        buffer->capacity = 2 * (buffer->size + size + 32);
        char *larger = d_take(compiler, buffer->capacity);
        if (buffer->size > 0)
            memcpy(larger, buffer->bytes, buffer->size);
        buffer->bytes = larger;
    }
    if (size > 0)
        memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
}

char *d_text(struct d_compiler *compiler, const char *text, size_t length)
{
    char *copy = d_take(compiler, length + 1);
    memcpy(copy, text, length);
    return copy;
}

uint32_t d_name_hash(const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a, 32 bits */
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

char *d_format(struct d_compiler *compiler, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t size = (size_t)vsnprintf(NULL, 0, format, arguments) + 1;
    char *text = d_take(compiler, size); /* does not come back without it */
    (void)vsnprintf(text, size, format, again);
    va_end(again);
    va_end(arguments);
    return text;
}
