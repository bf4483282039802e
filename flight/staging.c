/* The staging folder of a run. */
#include "flight/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flight/file_bytes.h"
#include "flight/interrupt.h"
#include "flight/memory.h"
#include "flight/path_piece.h"

size_t staging_climb(const char *path)
{
    size_t climb = 0, below = 0, length;
    for (const char *piece; (piece = path_piece_next(&path, &length)) != NULL;) {
        if (path_piece_is(piece, length, "."))
            continue;
        if (!path_piece_is(piece, length, ".."))
            below++;
        else if (below > 0)
            below--;
        else
            climb++;
    }
    return climb;
}

static int make_folder(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : errno;
}

static int make_work(struct staging *staging, size_t depth)
{
    staging->depth = depth;
    staging->work = memory_text("%s/tree", staging->root);
    int error = make_folder(staging->work);
    for (size_t i = 0; i <= depth && error == 0; i++) {
        char *deeper = memory_text("%s/%s", staging->work, i == depth ? "work" : "up");
        free(staging->work);
        staging->work = deeper;
        error = make_folder(deeper);
    }
    return error;
}

/* Makes the root, and its path absolute: the emulator runs elsewhere. */
static int make_root(struct staging *staging)
{
    const char *temporary = getenv("TMPDIR");
    char *made = memory_text("%s/flight-XXXXXX",
                             temporary != NULL && *temporary != '\0' ? temporary : "/tmp");
    if (mkdtemp(made) != NULL)
        staging->root = realpath(made, NULL);
    int error = staging->root == NULL ? errno : 0;
    free(made);
    return error;
}

int staging_create(struct staging *staging, size_t depth)
{
    *staging = (struct staging){0};
    int error = make_root(staging);
    return error == 0 ? make_work(staging, depth) : error;
}

/* `folder` with the piece behind it, or without its last one for ".."; frees `folder`. */
static char *descend(char *folder, const char *piece, size_t length)
{
    if (path_piece_is(piece, length, "."))
        return folder;
    if (path_piece_is(piece, length, "..")) {
        *strrchr(folder, '/') = '\0';
        return folder;
    }
    char *deeper = memory_text("%s/%.*s", folder, (int)length, piece);
    free(folder);
    return deeper;
}

static int link_to(const char *path, const char *target)
{
    if (symlink(target, path) == 0)
        return 0;
    if (errno != EEXIST)
        return errno;
    char there[PATH_MAX];
    ssize_t length = readlink(path, there, sizeof there);
    bool same = length >= 0 && path_piece_is(there, (size_t)length, target);
    return same ? 0 : EEXIST;
}

/* The folders above `name`, and in *path, to be freed, where it will stand. */
static int make_way(const struct staging *staging, const char *name, char **path)
{
    int error = 0;
    size_t length;
    *path = memory_text("%s", staging->work);
    for (const char *piece; error == 0 && (piece = path_piece_next(&name, &length)) != NULL;) {
        *path = descend(*path, piece, length);
        if (*name != '\0')
            error = make_folder(*path);
    }
    return error;
}

int staging_link(const struct staging *staging, const char *name, const char *source)
{
    char target[PATH_MAX];
    if (realpath(source, target) == NULL)
        return errno;
    char *path;
    int error = make_way(staging, name, &path);
    if (error == 0)
        error = link_to(path, target);
    free(path);
    return error;
}

static int copy_all(int from, int to)
{
    static char chunk[65536];
    for (;;) {
        if (interrupt_signal() != 0)
            return EINTR;
        ssize_t got = read(from, chunk, sizeof chunk);
        if (got <= 0)
            return got == 0 ? 0 : errno;
        for (ssize_t done = 0, put; done < got; done += put)
            if ((put = write(to, chunk + done, (size_t)(got - done))) < 0)
                return errno;
    }
}

int staging_pad(const struct staging *staging, const char *name)
{
    char *path = memory_text("%s/%s", staging->work, name);
    struct stat status;
    int error = stat(path, &status) == 0 ? 0 : errno;
    off_t padded = 1;
    while (error == 0 && padded < status.st_size)
        padded *= 2;
    if (error == 0 && truncate(path, padded) != 0)
        error = errno;
    free(path);
    return error;
}

int staging_copy(const struct staging *staging, const char *name, const char *source)
{
    char *path = memory_text("%s/%s", staging->work, name);
    int from = open(source, O_RDONLY | O_CLOEXEC);
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int error = from < 0 || to < 0 ? errno : copy_all(from, to);
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    free(path);
    return error;
}

int staging_write(const struct staging *staging, const char *name, const void *bytes, size_t length)
{
    char *path;
    int error = make_way(staging, name, &path);
    if (error == 0)
        error = file_bytes_write(path, "wxe", bytes, length);
    free(path);
    return error;
}

char *staging_path(const struct staging *staging, const char *name)
{
    return memory_text("%s/%s", staging->root, name);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    (void)remove(path); /* what cannot be removed is left to the system's own cleaning */
    return 0;
}

void staging_remove(struct staging *staging)
{
    if (staging->root != NULL)
        (void)nftw(staging->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(staging->root);
    free(staging->work);
    *staging = (struct staging){0};
}
