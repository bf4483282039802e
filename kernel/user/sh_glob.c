/* sh: patterns that stand for files.
 *
 * Level by level: from the paths of one level, a list on the stack, comes the list of the next.  A
 * list is one path behind the other, each with its NUL. */
#include "kernel/user/sh_expand.h"
#include "kernel/user/system.h"
#include "kernel/user/user_text.h"

struct paths {
    uint32_t start, end; /* on the stack */
    uint32_t count;
};

static const char *first_of(const struct sh *sh, const struct paths *paths)
{
    return (const char *)sh->memory + paths->start;
}

static struct paths new_list(const struct sh *sh)
{
    return (struct paths){sh_mark(sh), sh_mark(sh), 0};
}

/* --- One level --- */

static bool add(struct sh *sh, struct paths *paths, const char *path, struct slice name)
{
    if (!sh_push_bytes(sh, path, __builtin_strlen(path)) ||
        !sh_push_bytes(sh, name.text, name.length) || !sh_push_byte(sh, '\0'))
        return false;
    paths->end = sh_mark(sh);
    paths->count++;
    return true;
}

static bool add_cells(struct sh *sh, struct paths *paths, const char *path, struct sh_cells cells)
{
    return sh_push_bytes(sh, path, __builtin_strlen(path)) && sh_push_cells(sh, cells) &&
           add(sh, paths, "", slice_of(""));
}

/* A name that begins with a dot must be asked for. */
static bool matches(struct sh_cells cells, const char *name)
{
    if (name[0] == '.' && (uint8_t)cells.at[0] != '.')
        return false;
    return sh_pattern_matches(cells, slice_of(name));
}

static bool add_entries(struct sh *sh, struct paths *paths, const char *path, struct sh_cells cells,
                        struct system_entry *entry)
{
    int descriptor = system_open(path[0] == '\0' ? "/" : path);
    bool added = true;
    if (descriptor < 0)
        return true;
    while (added && system_read_directory(descriptor, entry) > 0)
        if (matches(cells, entry->name))
            added = add(sh, paths, path, slice_of(entry->name));
    (void)system_close(descriptor);
    return added;
}

/* Makes the next list out of the present one, and moves it down over that. */
static bool go_down(struct sh *sh, struct paths *paths, struct sh_cells cells)
{
    struct system_entry *entry = sh_push(sh, sizeof *entry);
    if (entry == NULL)
        return false;
    struct paths next = new_list(sh);
    const char *path = first_of(sh, paths);
    bool pattern = sh_is_pattern(cells);
    for (uint32_t i = 0; i < paths->count; i++) {
        if (!(pattern ? add_entries(sh, &next, path, cells, entry)
                      : add_cells(sh, &next, path, cells)))
            return false;
        path += __builtin_strlen(path) + 1;
    }
    char *base = (char *)sh->memory;
    __builtin_memmove(base + paths->start, base + next.start, next.end - next.start);
    paths->end = paths->start + (next.end - next.start);
    paths->count = next.count;
    sh_release(sh, paths->end);
    return true;
}

/* --- All levels --- */

/* Up to the next slash, or the slashes that stand there. */
static size_t part_length(struct sh_cells cells)
{
    size_t length = 0;
    bool slash = (char)cells.at[0] == '/';
    while (length < cells.length && ((char)cells.at[length] == '/') == slash)
        length++;
    return length;
}

static bool expand(struct sh *sh, struct paths *paths, struct sh_cells cells)
{
    while (cells.length > 0 && paths->count > 0) {
        size_t length = part_length(cells);
        if (!go_down(sh, paths, (struct sh_cells){cells.at, length}))
            return false;
        cells = (struct sh_cells){cells.at + length, cells.length - length};
    }
    return true;
}

static bool exists(const char *path)
{
    struct system_stat stat;
    return system_stat(path, &stat) == SYSTEM_OK;
}

/* What ends with a name that is no pattern need not be there. */
static void drop_missing(struct sh *sh, struct paths *paths)
{
    char *base = (char *)sh->memory, *to = base + paths->start;
    const char *from = to;
    uint32_t count = paths->count;
    paths->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t size = __builtin_strlen(from) + 1;
        if (exists(from)) {
            __builtin_memmove(to, from, size);
            to += size;
            paths->count++;
        }
        from += size;
    }
    paths->end = (uint32_t)(to - base);
    sh_release(sh, paths->end);
}

/* --- Their order --- */

/* The path behind another in the alphabet, the first for NULL; paths of a list differ. */
static const char *path_after(const struct sh *sh, const struct paths *paths, const char *after)
{
    const char *path = first_of(sh, paths), *found = NULL;
    for (uint32_t i = 0; i < paths->count; i++, path += __builtin_strlen(path) + 1)
        if ((after == NULL || text_compare(path, after) > 0) &&
            (found == NULL || text_compare(path, found) < 0))
            found = path;
    return found;
}

/* Few files: each look finds the next one.  The sorted list is made above, and moved down. */
static bool sort(struct sh *sh, struct paths *paths)
{
    const char *path = NULL;
    uint32_t start = sh_mark(sh);
    for (uint32_t i = 0; i < paths->count; i++) {
        path = path_after(sh, paths, path);
        if (path == NULL)
            break;
        if (!sh_push_bytes(sh, path, __builtin_strlen(path) + 1))
            return false;
    }
    char *base = (char *)sh->memory;
    __builtin_memmove(base + paths->start, base + start, sh_mark(sh) - start);
    sh_release(sh, paths->start + (sh_mark(sh) - start));
    return true;
}

bool sh_glob(struct sh *sh, struct sh_cells pattern, uint32_t *count)
{
    struct paths paths = new_list(sh);
    if (!sh_push_byte(sh, '\0'))
        return false;
    paths.end = sh_mark(sh);
    paths.count = 1;
    if (!expand(sh, &paths, pattern))
        return false;
    drop_missing(sh, &paths);
    *count = paths.count;
    return sort(sh, &paths);
}
