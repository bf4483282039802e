/* Text for people, piece by piece into a sink: the one formatter of the kernel and
 * of the host tool.  No buffer, so nothing is ever cut. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Where text goes: `put` gets each piece, in order. */
struct text_sink {
    void (*put)(void *context, const char *bytes, size_t length);
    void *context;
};

/* A subset of printf: %% %c %s %.*s %d %u %x %p, with l, ll, a width, '-' and '0'.  A NULL string
 * prints as "(null)"; anything else that printf knows ends the text with "(bad format)". */
void text_print(const struct text_sink *sink, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_print_list(const struct text_sink *sink, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));

/* Foreign bytes, made harmless: control characters, backslash, bytes above 0x7e that are not
 * UTF-8, and the '~' of a frame's start come out as \xNN. */
void text_print_foreign(const struct text_sink *sink, const char *bytes, size_t length);

/* How many columns text_print_foreign would take (an escape is 4, a UTF-8 sequence 1). */
size_t text_foreign_width(const char *bytes, size_t length);

/* So many blanks; 0: nothing. */
void text_put_blanks(const struct text_sink *sink, size_t count);

/* A sink into fixed memory, always terminated; what does not fit is left out. */
struct text_buffer {
    char *bytes;
    size_t size;   /* with room for the terminator, at least 1 */
    size_t length; /* of what was kept */
};
struct text_sink text_buffer_sink(struct text_buffer *buffer);
