/* The pieces of a path. */
#include "flight/path_piece.h"

#include <string.h>

const char *path_piece_next(const char **path, size_t *length)
{
    *path += strspn(*path, "/");
    const char *piece = *path;
    *length = strcspn(piece, "/");
    *path += *length;
    return *length == 0 ? NULL : piece;
}

bool path_piece_is(const char *piece, size_t length, const char *text)
{
    return length == strlen(text) && memcmp(piece, text, length) == 0;
}
