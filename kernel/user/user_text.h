/* Text that ends with a NUL: compared, made, and as a slice.  Pure logic. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "boot/slice.h"

/* Of two texts that end with a NUL. */
bool text_equal(const char *a, const char *b);
bool text_begins(const char *text, const char *beginning);
/* Below 0, 0 or above, as strcmp(3). */
int text_compare(const char *a, const char *b);

/* Text in the words of text_print, into memory of `size` bytes: terminated, and cut to what fits.  Gives
 * its length. */
size_t text_format(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
