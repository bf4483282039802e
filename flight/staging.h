/* The staging folder of a run: symbolic links under the names that the user wrote, so that the
 * guest sees those names and nothing of where things lie on the host.
 *
 *     ROOT/...                 the emulator's log and messages
 *     ROOT/tree/up/.../work    the emulator's working folder, deep enough for every leading ".." */
#pragma once

#include <stddef.h>

struct staging {
    char *root;
    char *work;
    size_t depth; /* folders between tree and work */
};

/* How many folders a relative path climbs above where it begins, read as text. */
size_t staging_climb(const char *path);

/* Makes the folders, below $TMPDIR or /tmp.  0 or an errno. */
int staging_create(struct staging *staging, size_t depth);

/* Makes `name`, read as text from the working folder, a link to the file that `source` resolves
 * to.  0 or an errno: EEXIST if the name already leads to another file. */
int staging_link(const struct staging *staging, const char *name, const char *source);

/* Makes `name`, in the working folder, a copy of a file.  0 or an errno: EINTR if a signal came
 * meanwhile. */
int staging_copy(const struct staging *staging, const char *name, const char *source);

/* Makes `name`, in the working folder, a file of these bytes.  0 or an errno. */
int staging_write(const struct staging *staging, const char *name, const void *bytes,
                  size_t length);

/* Adds zeros to that copy up to the next power of two.  0 or an errno. */
int staging_pad(const struct staging *staging, const char *name);

/* The path of a file in the root; the caller frees it. */
char *staging_path(const struct staging *staging, const char *name);

/* Removes everything. */
void staging_remove(struct staging *staging);
