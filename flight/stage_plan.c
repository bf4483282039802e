/* Arguments into files and names, and these held against the image. */
#include "flight/stage_plan.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flight/memory.h"
#include "flight/stage_name.h"

static void refuse(struct stage_plan *plan, enum flight_status status, const char *name,
                   const char *why)
{
    char *shown = memory_text("%s", name);
    stage_name_blot(shown);
    (void)flight_refuse(plan->command, status, "'%s': %s", shown, why);
    free(shown);
    if (plan->status < status)
        plan->status = status;
}

/* --- Arguments -------------------------------------------------------------------------------- */

static void take_file(struct stage_plan *plan, const char *source, const char *text, uint64_t size)
{
    char name[STAGE_NAME_MAX + 1];
    enum stage_name_status status = stage_name_clean(text, name);
    if (status == STAGE_NAME_OK)
        status = stage_name_check(name);
    if (status != STAGE_NAME_OK) {
        refuse(plan, FLIGHT_USAGE, text, stage_name_status_str(status));
        return;
    }
    plan->files = memory_grown(plan->files, plan->count, &plan->capacity, sizeof *plan->files);
    plan->files[plan->count++] = (struct stage_file){
        .name = memory_text("%s", name), .source = memory_text("%s", source), .size = size};
}

static void add_file(struct stage_plan *plan, const char *source, const char *name)
{
    struct stat status;
    if (stat(source, &status) != 0)
        refuse(plan, FLIGHT_HOST, source, strerror(errno));
    else if (S_ISDIR(status.st_mode))
        refuse(plan, FLIGHT_HOST, source, "this is a folder, not a file");
    else if (!S_ISREG(status.st_mode))
        refuse(plan, FLIGHT_HOST, source, "this is not a regular file");
    else if (access(source, R_OK) != 0)
        refuse(plan, FLIGHT_HOST, source, strerror(errno));
    else if (status.st_size > UINT32_MAX)
        refuse(plan, FLIGHT_HOST, source, "a file on FAT has less than 4 GiB");
    else
        take_file(plan, source, name, (uint64_t)status.st_size);
}

static void add_entry(struct stage_plan *plan, const FTSENT *entry, size_t root_length)
{
    switch (entry->fts_info) {
    case FTS_D:
    case FTS_DP:
        return;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        refuse(plan, FLIGHT_HOST, entry->fts_path, strerror(entry->fts_errno));
        return;
    default:
        add_file(plan, entry->fts_path, entry->fts_path + root_length + 1);
    }
}

/* Links to folders are not followed, but refused: they could lead in a circle. */
static void add_folder(struct stage_plan *plan, const char *folder)
{
    char *const roots[] = {(char *)folder, NULL};
    size_t count = plan->count;
    bool sound = plan->status == FLIGHT_SUCCESS;
    size_t root_length = strlen(folder); /* and a slash behind it, which may be its own */
    while (root_length > 0 && folder[root_length - 1] == '/')
        root_length--;
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
    if (walk == NULL) {
        refuse(plan, FLIGHT_HOST, folder, strerror(errno));
        return;
    }
    errno = 0;
    for (FTSENT *entry; (entry = fts_read(walk)) != NULL;)
        add_entry(plan, entry, root_length);
    if (errno != 0)
        refuse(plan, FLIGHT_HOST, folder, strerror(errno));
    (void)fts_close(walk);
    if (sound && plan->status == FLIGHT_SUCCESS && plan->count == count)
        refuse(plan, FLIGHT_USAGE, folder, "there is no file below this folder");
}

/* The name of a file that was given without one: its path, unless that leads elsewhere. */
static const char *name_of_path(const char *path)
{
    char name[STAGE_NAME_MAX + 1];
    const char *slash = strrchr(path, '/');
    if (slash != NULL && (*path == '/' || stage_name_clean(path, name) == STAGE_NAME_UPWARDS))
        return slash + 1;
    return path;
}

void stage_plan_add(struct stage_plan *plan, const char *argument)
{
    struct stat status;
    const char *colon = strrchr(argument, ':');
    bool whole = stat(argument, &status) == 0;
    if (whole && S_ISDIR(status.st_mode)) {
        add_folder(plan, argument);
        return;
    }
    if (!whole && colon != NULL) {
        char *source = memory_text("%.*s", (int)(colon - argument), argument);
        bool separates = stat(source, &status) == 0;
        if (separates)
            add_file(plan, source, colon + 1);
        free(source);
        if (separates)
            return;
    }
    add_file(plan, argument, name_of_path(argument));
}

/* --- Names against names ---------------------------------------------------------------------- */

/* A name that is, or is to be, in the image. */
struct claim {
    char *name;
    struct stage_file *file;     /* that is to have it; NULL: a folder, or what is there */
    const struct fat_entry *old; /* what is there */
};

struct claims {
    struct claim *items;
    size_t count;
    size_t capacity;
};

static void claim(struct claims *claims, struct claim item)
{
    claims->items =
        memory_grown(claims->items, claims->count, &claims->capacity, sizeof *claims->items);
    claims->items[claims->count++] = item;
}

/* What is there comes first, then folders, then files. */
static int rank(const struct claim *item)
{
    return item->old != NULL ? 0 : item->file == NULL ? 1 : 2;
}

static int compare_claims(const void *a, const void *b)
{
    const struct claim *one = a, *other = b;
    int order = stage_name_compare(one->name, other->name);
    if (order == 0)
        order = rank(one) - rank(other);
    return order != 0 ? order : strcmp(one->name, other->name);
}

/* Why the second of two claims to one name cannot be met, or NULL. */
static const char *conflict(const struct claim *first, const struct claim *second)
{
    bool folder = first->old != NULL ? first->old->folder : first->file == NULL;
    if (second->file == NULL && !folder)
        return "this is to be a folder, but a file of that name is staged";
    if (second->file != NULL && folder)
        return "this is to be a file, but there is a folder of that name";
    if (second->file != NULL && first->old != NULL)
        return NULL;
    if (strcmp(first->name, second->name) != 0)
        return "there is a name that differs from this in upper and lower case only, and FAT does "
               "not tell them apart";
    return second->file != NULL ? "two files were given this name" : NULL;
}

/* Claims to one and the same name, the best founded one first. */
static void settle_name(struct stage_plan *plan, const struct claim *items, size_t count)
{
    if (rank(&items[0]) == 1) {
        plan->folders = memory_grown(plan->folders, plan->folder_count, &plan->folder_capacity,
                                     sizeof *plan->folders);
        plan->folders[plan->folder_count++] = memory_text(STAGE_BOOTFS "/%s", items[0].name);
    }
    for (size_t i = 1; i < count; i++) {
        const char *why = conflict(&items[0], &items[i]);
        /* Two files that replace a third one meet here, behind it. */
        if (why == NULL && i > 1 && items[i].file != NULL)
            why = conflict(&items[i - 1], &items[i]);
        bool told = i > 1 && items[i].file == NULL && strcmp(items[i - 1].name, items[i].name) == 0;
        if (why != NULL && !told)
            refuse(plan, FLIGHT_USAGE, items[i].name, why);
        if (why == NULL && items[i].file != NULL)
            items[i].file->old = items[0].old;
    }
}

static void claim_all(struct claims *claims, const struct stage_plan *plan,
                      const struct fat_list *staged)
{
    for (size_t i = 0; i < staged->count; i++)
        claim(claims, (struct claim){.name = memory_text("%s", staged->entries[i].path),
                                     .old = &staged->entries[i]});
    for (size_t i = 0; i < plan->count; i++) {
        const char *name = plan->files[i].name;
        claim(claims, (struct claim){.name = memory_text("%s", name), .file = &plan->files[i]});
        for (const char *slash = name; (slash = strchr(slash, '/')) != NULL; slash++)
            claim(claims, (struct claim){.name = memory_text("%.*s", (int)(slash - name), name)});
    }
}

static void settle_names(struct stage_plan *plan, struct claims *claims)
{
    qsort(claims->items, claims->count, sizeof *claims->items, compare_claims);
    for (size_t i = 0, next; i < claims->count; i = next) {
        next = i + 1;
        while (next < claims->count &&
               stage_name_compare(claims->items[i].name, claims->items[next].name) == 0)
            next++;
        settle_name(plan, claims->items + i, next - i);
    }
}

/* --- Order ------------------------------------------------------------------------------------ */

size_t stage_plan_folder_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash != NULL ? (size_t)(slash - name) : 0;
}

static int compare_groups(const struct stage_file *one, const struct stage_file *other)
{
    if ((one->old != NULL) != (other->old != NULL))
        return one->old != NULL ? 1 : -1;
    size_t length = stage_plan_folder_length(one->name);
    if (length != stage_plan_folder_length(other->name))
        return length < stage_plan_folder_length(other->name) ? -1 : 1;
    return memcmp(one->name, other->name, length);
}

static int compare_files(const void *a, const void *b)
{
    const struct stage_file *one = a, *other = b;
    int order = compare_groups(one, other);
    return order != 0 ? order : strcmp(one->name, other->name);
}

static void group(struct stage_plan *plan)
{
    size_t groups = 0;
    qsort(plan->files, plan->count, sizeof *plan->files, compare_files);
    for (size_t i = 0; i < plan->count; i++) {
        if (i > 0 && compare_groups(&plan->files[i - 1], &plan->files[i]) != 0)
            groups++;
        plan->files[i].group = groups;
    }
}

void stage_plan_settle(struct stage_plan *plan, const struct fat_list *staged)
{
    struct claims claims = {0};
    if (plan->count == 0)
        return;
    claim_all(&claims, plan, staged);
    settle_names(plan, &claims);
    group(plan);
    for (size_t i = 0; i < claims.count; i++)
        free(claims.items[i].name);
    free(claims.items);
}

void stage_plan_free(struct stage_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->files[i].name);
        free(plan->files[i].source);
    }
    for (size_t i = 0; i < plan->folder_count; i++)
        free(plan->folders[i]);
    free(plan->files);
    free(plan->folders);
}
