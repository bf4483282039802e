/* Subroutines on paths: basename(), dirname(), cleanpath(); on the text alone, no file is asked. */
#include "trace/dtrace/run_machine.h"

/* Length without the slashes at the end. */
static uint32_t without_slashes(const struct dif_string *path, uint32_t length)
{
    while (length > 0 && path->bytes[length - 1] == '/')
        length--;
    return length;
}

/* Where the last component begins of what ends at `length`. */
static uint32_t last_component(const struct dif_string *path, uint32_t length)
{
    while (length > 0 && path->bytes[length - 1] != '/')
        length--;
    return length;
}

static uint64_t take_constant(struct dif_machine *machine, const char *text)
{
    return dif_take_string(machine, (const uint8_t *)text, 1);
}

void dif_basename(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string path;
    if (!dif_string(machine, dif_argument(machine, 0), &path))
        return;
    uint32_t end = without_slashes(&path, path.length);
    uint32_t start = last_component(&path, end);
    if (end == 0)
        *result = take_constant(machine, path.length == 0 ? "." : "/");
    else
        *result = dif_take_string(machine, path.bytes + start, end - start);
}

void dif_dirname(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string path;
    if (!dif_string(machine, dif_argument(machine, 0), &path))
        return;
    uint32_t start = last_component(&path, without_slashes(&path, path.length));
    uint32_t end = without_slashes(&path, start);
    if (end > 0)
        *result = dif_take_string(machine, path.bytes, end);
    else
        *result = take_constant(machine, path.length > 0 && path.bytes[0] == '/' ? "/" : ".");
}

/* --- cleanpath() --- */

struct clean_path {
    const uint8_t *from;
    uint32_t length, at;
    uint8_t *to;
    uint32_t kept;
};

static bool has_ahead(const struct clean_path *path, uint32_t ahead, uint8_t byte)
{
    return path->length - path->at > ahead && path->from[path->at + ahead] == byte;
}

static bool ends_ahead(const struct clean_path *path, uint32_t ahead)
{
    return path->length - path->at == ahead;
}

static void keep_byte(struct clean_path *path, uint8_t byte)
{
    path->to[path->kept++] = byte;
}

static void drop_component(struct clean_path *path)
{
    while (path->kept > 0 && path->to[--path->kept] != '/')
        continue;
}

/* At a slash: "//" and "/./" lose what stands before their last slash, "/../" takes the component before it away.
 * A ".." at the end leaves the slash behind which it stood. */
static void clean_slash(struct clean_path *path)
{
    if (has_ahead(path, 1, '/')) {
        path->at += 1;
    } else if (has_ahead(path, 1, '.') && has_ahead(path, 2, '/')) {
        path->at += 2;
    } else if (has_ahead(path, 1, '.') && has_ahead(path, 2, '.') &&
               (has_ahead(path, 3, '/') || ends_ahead(path, 3))) {
        drop_component(path);
        path->at += 3;
        if (path->at == path->length)
            keep_byte(path, '/');
    } else {
        keep_byte(path, '/');
        path->at += 1;
    }
}

/* Never grows, so that it works in place, on a copy in scratch. */
void dif_cleanpath(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string string;
    if (!dif_string(machine, dif_argument(machine, 0), &string))
        return;
    *result = dif_take_string(machine, string.bytes, string.length);
    if (*result == 0)
        return;
    uint8_t *copy = (uint8_t *)(uintptr_t)*result;
    uint32_t size = machine->run->strsize;
    struct clean_path path = {copy, string.length < size ? string.length : size - 1, 0, copy, 0};
    while (path.at < path.length)
        if (path.from[path.at] == '/')
            clean_slash(&path);
        else
            keep_byte(&path, path.from[path.at++]);
    path.to[path.kept] = 0;
}
