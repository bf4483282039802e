/* Removing what was staged. */
#include "flight/stage_remove.h"

#include <stdio.h>
#include <stdlib.h>

#include "flight/interrupt.h"
#include "flight/memory.h"
#include "flight/stage_name.h"
#include "flight/stage_plan.h"

/* What becomes of an entry of the listing. */
struct fate {
    bool removed; /* it is to go; of a folder: if nothing keeps it */
    bool kept;    /* a folder: something stays in it */
    bool told;    /* a folder that was named and holds no file */
};

struct removal {
    const struct fat_list *staged;
    struct fate *fates; /* one for each entry */
};

static bool clean(const struct fat_image *image, const char *text, char *name)
{
    enum stage_name_status status = stage_name_clean(text, name);
    if (status == STAGE_NAME_OK)
        return true;
    char *shown = memory_text("%s", text);
    stage_name_blot(shown);
    (void)flight_refuse(image->command, FLIGHT_USAGE, "'%s': %s", shown,
                        stage_name_status_str(status));
    free(shown);
    return false;
}

/* False if there is no entry of that name. */
static bool mark_name(const struct removal *removal, const char *name)
{
    size_t files = 0;
    struct fate *folder = NULL;
    for (size_t i = 0; i < removal->staged->count; i++) {
        const struct fat_entry *entry = &removal->staged->entries[i];
        if (!stage_name_covers(name, entry->path))
            continue;
        removal->fates[i].removed = true;
        files += !entry->folder;
        if (stage_name_compare(name, entry->path) == 0 && entry->folder)
            folder = &removal->fates[i];
    }
    if (folder != NULL && files == 0)
        folder->told = true;
    return folder != NULL || files > 0;
}

static bool mark_all(const struct fat_image *image, const struct removal *removal,
                     const struct option_list *names)
{
    char name[STAGE_NAME_MAX + 1];
    bool all = true;
    for (size_t i = 0; i < names->count; i++) {
        (void)clean(image, names->items[i], name); /* it was good a moment ago */
        if (mark_name(removal, name))
            continue;
        all = false;
        stage_name_blot(name);
        (void)flight_refuse(image->command, FLIGHT_FAILURE, "'%s' is not staged", name);
    }
    return all;
}

/* The fate of the folder around an entry, or NULL: it is os/bootfs itself. */
static struct fate *around(const struct removal *removal, const char *path)
{
    size_t length = stage_plan_folder_length(path);
    if (length == 0)
        return NULL;
    char *folder = memory_text("%.*s", (int)length, path);
    const struct fat_entry *entry = fat_list_find(removal->staged, folder);
    free(folder);
    return entry != NULL ? &removal->fates[entry - removal->staged->entries] : NULL;
}

/* What stays keeps the folder around it; what goes may leave it empty.  From the end, as
 * whatever is in a folder stands behind it. */
static void mark_folders(const struct removal *removal)
{
    for (size_t i = removal->staged->count; i-- > 0;) {
        struct fate *fate = &removal->fates[i];
        struct fate *folder = around(removal, removal->staged->entries[i].path);
        bool goes = fate->removed && !fate->kept;
        if (folder != NULL && goes)
            folder->removed = true;
        if (folder != NULL && !goes)
            folder->kept = true;
    }
}

/* The paths of what is to go, from the end, so that a folder comes behind what is in it. */
static char **paths_of(const struct removal *removal, bool folders, size_t *count)
{
    const struct fat_list *staged = removal->staged;
    char **paths = memory_zeroed(staged->count + 1, sizeof *paths);
    *count = 0;
    for (size_t i = staged->count; i-- > 0;)
        if (removal->fates[i].removed && !removal->fates[i].kept &&
            staged->entries[i].folder == folders)
            paths[(*count)++] = memory_text(STAGE_BOOTFS "/%s", staged->entries[i].path);
    return paths;
}

static bool remove_kind(const struct fat_image *image, const struct removal *removal, bool folders)
{
    size_t count;
    char **paths = paths_of(removal, folders, &count);
    bool done = folders ? fat_image_delete_folders(image, paths, count)
                        : fat_image_delete(image, paths, count);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
    return done;
}

static void tell(const struct removal *removal)
{
    for (size_t i = 0; i < removal->staged->count; i++) {
        const struct fat_entry *entry = &removal->staged->entries[i];
        if (!removal->fates[i].removed || (entry->folder && !removal->fates[i].told))
            continue;
        char *shown = memory_text("%s", entry->path);
        stage_name_blot(shown);
        printf("removed: %s%s\n", shown, entry->folder ? "/" : "");
        free(shown);
    }
}

static enum flight_status remove_marked(const struct fat_image *image,
                                        const struct removal *removal)
{
    interrupt_catch();
    if (!remove_kind(image, removal, false))
        return FLIGHT_HOST;
    tell(removal);
    return remove_kind(image, removal, true) ? FLIGHT_SUCCESS : FLIGHT_HOST;
}

enum flight_status stage_remove(const struct fat_image *image, const struct fat_list *staged,
                                const struct option_list *names)
{
    char name[STAGE_NAME_MAX + 1];
    enum flight_status status = FLIGHT_SUCCESS;
    for (size_t i = 0; i < names->count; i++)
        if (!clean(image, names->items[i], name))
            status = FLIGHT_USAGE;
    if (status != FLIGHT_SUCCESS)
        return status;
    const struct removal removal = {staged, memory_zeroed(staged->count + 1, sizeof(struct fate))};
    bool all = mark_all(image, &removal, names);
    mark_folders(&removal);
    status = remove_marked(image, &removal);
    free(removal.fates);
    return status == FLIGHT_SUCCESS && !all ? FLIGHT_FAILURE : status;
}
