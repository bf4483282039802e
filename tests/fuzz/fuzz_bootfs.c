/* The boot filesystem.
 *
 * Input: a byte of flags, then a script of things to add and to find, with names made of so few
 * pieces that most of them collide (see read_step).
 *
 * Property: a slow model, a flat list of whole paths, gives the same status for each step, the same
 * statistics and number of notes after it, and leads the step's name to the same thing; at the end
 * both hold the same things in the same order, all of which are found by their paths and tell them.
 * With as many nodes as were promised, nothing is left out for want of them. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/bootfs.h"
#include "tests/fuzz/require.h"

enum {
    STEPS = 24,
    PIECES = 8,    /* of a name */
    SLASHES = 250, /* of the longest of them, which is empty */
    TOPS = 2,
    THINGS = TOPS + STEPS * 2 * PIECES,
    PATH = 2 * THINGS,
    GROUPS = 4,

    FLAG_ONE_BUCKET = 1,
    FLAG_SHORT = 2, /* of nodes */
};

/* --- The script ------------------------------------------------------------------------------- */

enum action {
    ADD_FILE,
    ADD_DIRECTORY,
    ADD_ENTRY_FILE,
    ADD_ENTRY_DIRECTORY,
    ADD_ENTRY_LINK,
    ADD_ENTRY_HARD_LINK,
    ADD_ENTRY_OTHER,
    END_ARCHIVE,
    ACTIONS,
};

struct step {
    enum action action;
    unsigned top; /* below which of the two */
    uint32_t origin;
    bool reserved; /* "a" in the first tree */
    struct slice name;
    struct archive_entry entry; /* of the same name; of it, modules have the content only */
};

struct input {
    const uint8_t *bytes;
    size_t length;
};

static uint8_t take(struct input *input)
{
    if (input->length == 0)
        return 0;
    input->length--;
    return *input->bytes++;
}

static void *copy(const void *bytes, size_t size)
{
    void *exact = malloc(size > 0 ? size : 1);
    require(exact != NULL);
    memcpy(exact, bytes, size);
    return exact;
}

/* A name in memory of exactly its size. */
static struct slice read_name(struct input *input)
{
    static const char *const pieces[] = {"a", "b", "c", "..", ".", "", "a", "b"};
    char text[PIECES * (SLASHES + 2)], *end = text;
    unsigned shape = take(input), count = shape % (PIECES + 1);
    for (unsigned i = 0; i < count; i++) {
        unsigned piece = take(input);
        if (i > 0 || shape & 0x80)
            *end++ = '/';
        if (piece == 255) {
            memset(end, '/', SLASHES);
            end += SLASHES;
        } else {
            end = stpcpy(end, pieces[piece % 8]);
        }
    }
    return (struct slice){copy(text, (size_t)(end - text)), (size_t)(end - text)};
}

/* One byte each for: what to do; top (bit 0), whether there is a reserved directory (1), whether
 * there is a prefix (2), size of the content (3 and 4), group (5 and 6); the name, and what else
 * the action needs of prefix and target. */
static struct step read_step(struct input *input)
{
    static const enum archive_kind kinds[ACTIONS] = {
        [ADD_ENTRY_DIRECTORY] = ARCHIVE_DIRECTORY,
        [ADD_ENTRY_LINK] = ARCHIVE_SYMLINK,
        [ADD_ENTRY_HARD_LINK] = ARCHIVE_HARD_LINK,
        [ADD_ENTRY_OTHER] = ARCHIVE_OTHER,
    };
    unsigned action = take(input), flags = take(input);
    struct step step = {
        .action = (enum action)(action % ACTIONS),
        .top = flags & 1,
        .origin = action / ACTIONS,
        .reserved = flags & 2,
        .name = read_name(input),
    };
    size_t size = flags >> 3 & 3;
    step.entry = (struct archive_entry){
        .kind = kinds[step.action],
        .name = step.name,
        .permissions = action,
        .content = copy("123", size),
        .size = size,
        .group = flags >> 5 & 3,
    };
    bool is_entry = step.action >= ADD_ENTRY_FILE && step.action <= ADD_ENTRY_OTHER;
    if (is_entry && flags & 4)
        step.entry.prefix = read_name(input);
    if (step.action == ADD_ENTRY_LINK || step.action == ADD_ENTRY_HARD_LINK)
        step.entry.target = read_name(input);
    if (is_entry)
        step.origin = BOOTFS_ARCHIVE;
    return step;
}

static void free_step(struct step *step)
{
    free((void *)(uintptr_t)step->name.text);
    free((void *)(uintptr_t)step->entry.content);
    free((void *)(uintptr_t)step->entry.prefix.text);
    free((void *)(uintptr_t)step->entry.target.text);
}

/* Pieces between slashes, whatever they are. */
static uint32_t count_pieces(struct slice name)
{
    uint32_t count = 0;
    for (size_t i = 0; i < name.length; i++)
        count += name.text[i] != '/' && (i == 0 || name.text[i - 1] == '/');
    return count;
}

/* What is promised to suffice for all steps. */
static uint32_t nodes_of(const struct step *steps, size_t count)
{
    struct archive_count archive = {0};
    uint32_t nodes = 1; /* the second top */
    for (size_t i = 0; i < count; i++) {
        const struct step *step = &steps[i];
        if (step->action < ADD_ENTRY_FILE)
            nodes += bootfs_nodes_of_name(step->name);
        else
            archive.components += count_pieces(step->name) + count_pieces(step->entry.prefix);
        archive.grouped += step->action == ADD_ENTRY_FILE && step->entry.group != 0;
    }
    return nodes + bootfs_nodes_of_archive(&archive);
}

/* --- The model -------------------------------------------------------------------------------- */

/* Something that is there, under its whole path; the tops are "0" and "1". */
struct thing {
    char path[PATH];
    enum bootfs_kind kind;
    uint32_t origin, permissions;
    const uint8_t *content; /* of a file */
    size_t size;
    struct slice target; /* of a link */
    uint64_t waits_for;  /* a group, or 0 */
};

static struct {
    struct thing things[THINGS]; /* in the order of adding */
    unsigned count;
    uint32_t nodes, capacity; /* used; there are */
    uint32_t overridden, discarded;
    struct {
        bool known;
        const uint8_t *content;
        size_t size;
    } groups[GROUPS];
} model;

/* How far a name has come: to a directory, and what comes behind that without being one. */
struct spot {
    char directory[PATH];
    char missing[PIECES * 2][2]; /* pieces of one letter each */
    unsigned count;
    struct thing *thing; /* the file or link that the first of them is */
    enum bootfs_status why;
};

static struct thing *model_find(const char *path)
{
    for (unsigned i = 0; i < model.count; i++)
        if (strcmp(model.things[i].path, path) == 0)
            return &model.things[i];
    return NULL;
}

static void append(char *path, const char *piece)
{
    size_t length = strlen(path);
    require(length + strlen(piece) + 2 <= PATH);
    path[length] = '/';
    strcpy(path + length + 1, piece);
}

static void cut_last(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
}

static void model_piece(struct spot *at, const char *piece)
{
    if (strcmp(piece, "..") == 0 && at->count == 0) {
        cut_last(at->directory);
    } else if (strcmp(piece, "..") == 0) {
        at->count--;
    } else {
        strcpy(at->missing[at->count++], piece);
        if (at->count > 1)
            return;
        char path[PATH];
        strcpy(path, at->directory);
        append(path, piece);
        at->thing = model_find(path);
        at->why = BOOTFS_NOT_FOUND;
        if (at->thing != NULL && at->thing->kind == BOOTFS_DIRECTORY) {
            strcpy(at->directory, path);
            at->count = 0;
        }
    }
}

static enum bootfs_status status_of(const struct spot *at)
{
    if (at->count == 0 || (at->count == 1 && at->thing != NULL))
        return BOOTFS_OK;
    return at->thing != NULL ? BOOTFS_NOT_A_DIRECTORY : at->why;
}

static enum bootfs_status model_walk(struct spot *at, struct slice name, unsigned *links,
                                     bool inner);
static enum bootfs_status model_follow(struct spot *at, unsigned *links, bool inner);

static void start_at(struct spot *spot, const char *directory)
{
    strcpy(spot->directory, directory);
    spot->count = 0;
    spot->thing = NULL;
}

static enum bootfs_status model_target(const struct thing *link, unsigned *links, struct spot *to)
{
    if (++*links > BOOTFS_LINKS_MAX)
        return BOOTFS_TOO_MANY_LINKS;
    start_at(to, link->path);
    cut_last(to->directory);
    if (link->target.length > 0 && link->target.text[0] == '/')
        to->directory[1] = '\0';
    enum bootfs_status status = model_walk(to, link->target, links, true);
    return status == BOOTFS_OK ? model_follow(to, links, true) : status;
}

/* If there is a link to go along, goes along it. */
static enum bootfs_status model_follow(struct spot *at, unsigned *links, bool inner)
{
    if (at->count != 1 || at->thing == NULL || at->thing->kind != BOOTFS_LINK)
        return BOOTFS_OK;
    bool alone = !inner && *links == 0;
    struct spot to;
    enum bootfs_status status = model_target(at->thing, links, &to);
    if (status == BOOTFS_TOO_MANY_LINKS && !alone)
        return status;
    if (status == BOOTFS_OK && to.count == 0) {
        *at = to;
        return BOOTFS_OK;
    }
    at->why = status == BOOTFS_OK ? status_of(&to) : status;
    at->thing = at->why == BOOTFS_OK ? to.thing : NULL;
    return BOOTFS_OK;
}

static enum bootfs_status model_walk(struct spot *at, struct slice name, unsigned *links,
                                     bool inner)
{
    for (size_t start = 0, end; start < name.length; start = end + 1) {
        for (end = start; end < name.length && name.text[end] != '/';)
            end++;
        char piece[3] = "";
        memcpy(piece, name.text + start, end - start);
        if (piece[0] == '\0' || strcmp(piece, ".") == 0)
            continue;
        enum bootfs_status status = model_follow(at, links, inner);
        if (status != BOOTFS_OK)
            return status;
        model_piece(at, piece);
    }
    return BOOTFS_OK;
}

/* All of prefix and name. */
static enum bootfs_status model_resolve(unsigned top, struct slice prefix, struct slice name,
                                        bool follow, struct spot *at)
{
    size_t length = name.length + (prefix.text != NULL ? prefix.length + 1 : 0);
    unsigned links = 0;
    start_at(at, top == 0 ? "0" : "1");
    if (length > BOOTFS_PATH_MAX)
        return BOOTFS_NAME_TOO_LONG;
    enum bootfs_status status = model_walk(at, prefix, &links, false);
    if (status == BOOTFS_OK)
        status = model_walk(at, name, &links, false);
    if (status == BOOTFS_OK && follow)
        status = model_follow(at, &links, false);
    return status;
}

/* --- Adding to the model ---------------------------------------------------------------------- */

static bool is_inside(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    return strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static bool has_reserved(const struct step *step)
{
    const struct thing *reserved = model_find("0/a");
    return step->reserved && reserved != NULL && reserved->kind == BOOTFS_DIRECTORY;
}

static enum bootfs_status judge(const struct step *step, const struct thing *what,
                                const struct spot *at)
{
    bool is_top = at->directory[1] == '\0', is_directory = what->kind == BOOTFS_DIRECTORY;
    if (at->count == 0 && !is_directory)
        return is_top ? BOOTFS_NAME_EMPTY : BOOTFS_IS_A_DIRECTORY;
    if (step->action >= ADD_ENTRY_FILE && has_reserved(step) && is_inside(at->directory, "0/a") &&
        (at->count > 0 || strcmp(at->directory, "0/a") != 0))
        return BOOTFS_RESERVED;
    if (at->count == 0)
        return BOOTFS_OK;
    char path[PATH];
    strcpy(path, at->directory);
    append(path, at->missing[0]);
    uint32_t needed = at->count - (model_find(path) != NULL);
    return needed > model.capacity - model.nodes ? BOOTFS_FULL : BOOTFS_OK;
}

/* Makes the path a thing of that kind, in the place of what is there. */
static void model_put(const char *path, const struct thing *what)
{
    struct thing *thing = model_find(path);
    if (thing != NULL) {
        (*(what->kind == BOOTFS_DIRECTORY ? &model.discarded : &model.overridden))++;
    } else {
        require(model.count < THINGS);
        thing = &model.things[model.count++];
        model.nodes++;
    }
    *thing = *what;
    strcpy(thing->path, path);
}

static enum bootfs_status model_add(const struct step *step, const struct thing *what)
{
    struct spot at;
    enum bootfs_status status = model_resolve(step->top, step->entry.prefix, step->name,
                                              what->kind == BOOTFS_DIRECTORY, &at);
    if (status == BOOTFS_OK)
        status = judge(step, what, &at);
    if (status != BOOTFS_OK)
        return status;
    const struct thing directory = {
        .kind = BOOTFS_DIRECTORY, .origin = step->origin, .permissions = 0555};
    for (unsigned i = 0; i < at.count; i++) {
        append(at.directory, at.missing[i]);
        model_put(at.directory, i + 1 < at.count ? &directory : what);
    }
    return BOOTFS_OK;
}

static enum bootfs_status model_join(struct thing *what, uint64_t group)
{
    if (!model.groups[group].known && model.nodes == model.capacity)
        return BOOTFS_FULL;
    if (!model.groups[group].known)
        model.nodes++;
    model.groups[group].known = true;
    if (what->size > 0 && model.groups[group].size == 0) {
        model.groups[group].content = what->content;
        model.groups[group].size = what->size;
        for (unsigned i = 0; i < model.count; i++)
            if (model.things[i].waits_for == group) {
                model.things[i].content = what->content;
                model.things[i].size = what->size;
                model.things[i].waits_for = 0;
            }
    } else if (what->size == 0 && model.groups[group].size > 0) {
        what->content = model.groups[group].content;
        what->size = model.groups[group].size;
    } else if (what->size == 0) {
        what->content = NULL;
        what->waits_for = group;
    }
    return BOOTFS_OK;
}

static enum bootfs_status model_hard_link(const struct step *step, struct thing *what)
{
    struct spot at;
    enum bootfs_status status =
        model_resolve(step->top, (struct slice){0}, step->entry.target, false, &at);
    if (status == BOOTFS_OK)
        status = at.count == 0 ? BOOTFS_IS_A_DIRECTORY : status_of(&at);
    if (status != BOOTFS_OK)
        return status;
    *what = *at.thing;
    what->origin = BOOTFS_ARCHIVE;
    what->waits_for = 0;
    return BOOTFS_OK;
}

/* What the step's name is to become. */
static enum bootfs_status model_what(const struct step *step, struct thing *what)
{
    bool is_module = step->action == ADD_FILE;
    *what = (struct thing){.kind = BOOTFS_FILE,
                           .origin = step->origin,
                           .permissions = is_module ? 0444 : step->entry.permissions,
                           .content = step->entry.content,
                           .size = step->entry.size};
    if (step->action == ADD_DIRECTORY || step->action == ADD_ENTRY_DIRECTORY)
        *what =
            (struct thing){.kind = BOOTFS_DIRECTORY, .origin = step->origin, .permissions = 0555};
    if (step->action == ADD_ENTRY_LINK) {
        what->kind = BOOTFS_LINK;
        what->target = step->entry.target;
        return what->target.length > BOOTFS_PATH_MAX ? BOOTFS_NAME_TOO_LONG : BOOTFS_OK;
    }
    if (step->action == ADD_ENTRY_HARD_LINK)
        return model_hard_link(step, what);
    if (step->action == ADD_ENTRY_FILE && step->entry.group != 0)
        return model_join(what, step->entry.group);
    return BOOTFS_OK;
}

static enum bootfs_status model_step(const struct step *step)
{
    struct thing what;
    if (step->action == END_ARCHIVE) {
        memset(model.groups, 0, sizeof model.groups);
        for (unsigned i = 0; i < model.count; i++)
            model.things[i].waits_for = 0;
    }
    if (step->action == END_ARCHIVE || step->action == ADD_ENTRY_OTHER)
        return BOOTFS_OK;
    enum bootfs_status status = model_what(step, &what);
    if (status == BOOTFS_OK)
        status = model_add(step, &what);
    model.discarded += status != BOOTFS_OK;
    return status;
}

static void model_start(uint32_t capacity)
{
    memset(model.groups, 0, sizeof model.groups);
    model.count = 0;
    model.nodes = TOPS;
    model.capacity = capacity;
    model.overridden = model.discarded = 0;
    for (unsigned top = 0; top < TOPS; top++)
        model.things[model.count++] = (struct thing){.path = {(char)('0' + top)},
                                                     .kind = BOOTFS_DIRECTORY,
                                                     .origin = BOOTFS_ARCHIVE,
                                                     .permissions = 0555};
}

/* --- Both side by side ------------------------------------------------------------------------ */

struct heard {
    const struct step *step; /* of now */
    uint32_t left_out, others;
    enum bootfs_status why;
};

static void hear(void *context, const struct bootfs_note *note)
{
    struct heard *heard = context;
    require((note->node == BOOTFS_NONE) == (note->event == BOOTFS_LEFT_OUT));
    if (note->event == BOOTFS_LEFT_OUT) {
        heard->left_out++;
        heard->why = note->why;
        require(note->origin == heard->step->origin);
        require(slice_equal(note->name, heard->step->name));
    } else {
        heard->others++;
        require(note->by == heard->step->origin && note->name.length == 1);
        require(note->why == (note->event == BOOTFS_GAVE_WAY ? BOOTFS_IS_A_DIRECTORY : BOOTFS_OK));
    }
}

static enum bootfs_status take_step(struct bootfs *fs, const uint32_t tops[TOPS],
                                    const struct step *step)
{
    uint32_t top = tops[step->top], reserved = BOOTFS_NONE;
    if (has_reserved(step))
        require(bootfs_find(fs, tops[0], (struct slice){"a", 1}, false, &reserved) == BOOTFS_OK);
    if (step->action == ADD_FILE)
        return bootfs_add_file(fs, top, step->name, step->origin, step->entry.content,
                               step->entry.size);
    if (step->action == ADD_DIRECTORY)
        return bootfs_add_directory(fs, top, step->name, step->origin);
    if (step->action == END_ARCHIVE)
        bootfs_end_archive(fs);
    else
        return bootfs_add_entry(fs, top, &step->entry, reserved);
    return BOOTFS_OK;
}

static void check_statistics(const struct bootfs_statistics *statistics)
{
    struct bootfs_statistics sum = {.overridden = model.overridden, .discarded = model.discarded};
    for (unsigned i = TOPS; i < model.count; i++) {
        const struct thing *thing = &model.things[i];
        sum.directories += thing->kind == BOOTFS_DIRECTORY;
        sum.links += thing->kind == BOOTFS_LINK;
        sum.files += thing->kind == BOOTFS_FILE;
        sum.bytes += thing->kind == BOOTFS_FILE ? thing->size : 0;
    }
    require(sum.files == statistics->files && sum.directories == statistics->directories);
    require(sum.links == statistics->links && sum.bytes == statistics->bytes);
    require(sum.overridden == statistics->overridden && sum.discarded == statistics->discarded);
}

static uint32_t find_path(const struct bootfs *fs, const uint32_t tops[TOPS], const char *path)
{
    uint32_t node;
    struct slice name = {path + 1, strlen(path + 1)};
    require(bootfs_find(fs, tops[path[0] - '0'], name, false, &node) == BOOTFS_OK);
    return node;
}

/* That the name leads to the same in both. */
static void check_find(const struct bootfs *fs, const uint32_t tops[TOPS], unsigned top,
                       struct slice name, bool follow)
{
    struct spot at;
    uint32_t node = BOOTFS_NONE;
    enum bootfs_status status = model_resolve(top, (struct slice){0}, name, follow, &at);
    if (status == BOOTFS_OK)
        status = status_of(&at);
    require(bootfs_find(fs, tops[top], name, follow, &node) == status);
    require((node != BOOTFS_NONE) == (status == BOOTFS_OK));
    if (status == BOOTFS_OK)
        require(node == find_path(fs, tops, at.count == 0 ? at.directory : at.thing->path));
}

static void check_content(const struct bootfs *fs, const uint32_t tops[TOPS],
                          const struct thing *thing)
{
    struct bootfs_file file;
    uint8_t bytes[8];
    struct slice name = {thing->path + 1, strlen(thing->path + 1)};
    require(bootfs_open(fs, tops[thing->path[0] - '0'], name, &file) == BOOTFS_OK);
    require(bootfs_read(&file, bytes, sizeof bytes) == thing->size);
    require(memcmp(bytes, "123", thing->size) == 0 && file.position == thing->size);
}

static void check_thing(const struct bootfs *fs, const uint32_t tops[TOPS],
                        const struct thing *thing, uint32_t node)
{
    struct bootfs_stat stat;
    char path[PATH];
    bootfs_stat(fs, node, &stat);
    require(find_path(fs, tops, thing->path) == node && stat.node == node);
    require(bootfs_path(fs, node, path, sizeof path) == strlen(path));
    require(strcmp(path, thing->path + 2) == 0); /* behind the top and a slash */
    require(stat.kind == thing->kind && stat.origin == thing->origin);
    require(stat.permissions == thing->permissions);
    require(slice_equal(stat.target, thing->target));
    if (stat.kind == BOOTFS_LINK)
        require(stat.size == thing->target.length);
    if (stat.kind != BOOTFS_FILE)
        return;
    require(stat.size == thing->size && (stat.size == 0 || stat.content == thing->content));
    check_content(fs, tops, thing);
}

/* That the directory holds what the model says, in the order in which it came; gives how many
 * things there are, all in all. */
static unsigned check_directory(const struct bootfs *fs, const uint32_t tops[TOPS],
                                const char *directory, uint32_t node)
{
    const struct thing *before = model.things;
    unsigned count = 0;
    struct bootfs_file open;
    struct bootfs_stat stat;
    require(bootfs_open(fs, node, (struct slice){0}, &open) == BOOTFS_OK);
    while (bootfs_read_directory(&open, &stat)) {
        char path[PATH], piece[2] = "";
        require(stat.name.length == 1);
        piece[0] = stat.name.text[0];
        strcpy(path, directory);
        append(path, piece);
        const struct thing *thing = model_find(path);
        require(thing != NULL && thing > before);
        check_thing(fs, tops, thing, stat.node);
        before = thing;
        count += 1 + check_directory(fs, tops, path, stat.node);
    }
    return count;
}

static void run(struct bootfs *fs, const struct step *steps, size_t count, bool is_short)
{
    struct heard heard = {0};
    const struct bootfs_listener listener = {hear, &heard};
    const uint32_t tops[TOPS] = {BOOTFS_TOP, bootfs_add_top(fs)};
    fs->listener = &listener;
    model_start(fs->capacity);
    for (size_t i = 0; i < count; i++) {
        heard.step = &steps[i];
        uint32_t left_out = heard.left_out;
        enum bootfs_status status = take_step(fs, tops, &steps[i]);
        require(status == model_step(&steps[i]));
        require(status != BOOTFS_FULL || is_short);
        require(heard.left_out - left_out == (status != BOOTFS_OK));
        require(status == BOOTFS_OK || heard.why == status);
        require(heard.left_out + heard.others == model.overridden + model.discarded);
        require(fs->count == model.nodes);
        check_statistics(&fs->statistics);
        check_find(fs, tops, steps[i].top, steps[i].name, true);
        check_find(fs, tops, steps[i].top, steps[i].name, false);
    }
    unsigned found = 0;
    for (unsigned top = 0; top < TOPS; top++)
        found += check_directory(fs, tops, model.things[top].path, tops[top]);
    require(found == model.count - TOPS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    unsigned flags = take(&input);
    struct step steps[STEPS];
    size_t count = 0;
    while (count < STEPS && input.length > 0)
        steps[count++] = read_step(&input);

    uint32_t nodes = nodes_of(steps, count);
    if (flags & FLAG_SHORT)
        nodes = nodes / 2 + 1;
    void *memory = malloc((size_t)bootfs_size(nodes));
    require(memory != NULL);
    struct bootfs fs;
    bootfs_start(&fs, memory, nodes, NULL);
    if (flags & FLAG_ONE_BUCKET)
        fs.bucket_mask = 0;
    run(&fs, steps, count, flags & FLAG_SHORT);
    free(memory);
    for (size_t i = 0; i < count; i++)
        free_step(&steps[i]);
    return 0;
}
