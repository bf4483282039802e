/* The pieces of a path, read as text: what stands between its slashes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The piece at *path, its bytes in *length, and *path moved behind it; NULL at the end.  No piece is empty. */
const char *path_piece_next(const char **path, size_t *length);

/* Whether it is that text, whole. */
bool path_piece_is(const char *piece, size_t length, const char *text);
