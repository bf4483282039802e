/* Staging, in four steps, so that the image always has the old file or the new one:
 *
 *   1. All files are copied into a folder of their own beside os/bootfs, one folder for each
 *      group.  The boot menu does not look there: what an interruption leaves never boots.
 *   2. What has arrived is held against what should have.  Until here nothing that was in the image
 *      has changed, and everything can be taken back.
 *   3. Folders that are missing are made, and files that replace nothing are moved: both may need
 *      room.
 *   4. Files that replace others are moved.  They need none: their names take the places of the old
 *      ones. */
#include "flight/stage_put.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flight/interrupt.h"
#include "flight/memory.h"
#include "flight/staging.h"

static const char *base(const struct stage_file *file)
{
    size_t length = stage_plan_folder_length(file->name);
    return length > 0 ? file->name + length + 1 : file->name;
}

/* Where the file is until it is moved, seen from "os". */
static char *waiting_path(const struct stage_file *file)
{
    return memory_text(STAGE_NEW "/%zu/%s", file->group, base(file));
}

static enum flight_status refuse_host(const struct fat_image *image, const char *name, int error)
{
    return flight_refuse(image->command, FLIGHT_HOST, "'%s': %s", name, strerror(error));
}

static enum flight_status refuse_room(const struct fat_image *image, const char *name)
{
    return flight_refuse(image->command, FLIGHT_HOST, "'%s' is full: '%s' does not fit",
                         image->path, name);
}

/* --- Copying ---------------------------------------------------------------------------------- */

static enum flight_status link_all(const struct fat_image *image, const struct stage_plan *plan,
                                   const struct staging *staging)
{
    int error = 0;
    for (size_t i = 0; i < plan->count && error == 0; i++) {
        char *path = waiting_path(&plan->files[i]);
        error = staging_link(staging, path, plan->files[i].source);
        free(path);
        if (error != 0)
            return refuse_host(image, plan->files[i].source, error);
    }
    return FLIGHT_SUCCESS;
}

static enum flight_status copy_staged(const struct fat_image *image, const struct stage_plan *plan,
                                      const struct staging *staging, bool *copied)
{
    enum flight_status status = link_all(image, plan, staging);
    if (status != FLIGHT_SUCCESS)
        return status;
    char *source = memory_text("%s/" STAGE_NEW, staging->work);
    struct fat_image quiet = *image;
    quiet.silent = true; /* the listing will tell which file is missing */
    *copied = fat_image_copy(&quiet, source, STAGE_TOP);
    free(source);
    return FLIGHT_SUCCESS;
}

/* mtools takes a whole tree at once: one of links, made for it. */
static enum flight_status copy_all(const struct fat_image *image, const struct stage_plan *plan,
                                   bool *copied)
{
    struct staging staging;
    int error = staging_create(&staging, 0);
    enum flight_status status = error != 0 ? refuse_host(image, "a temporary folder", error)
                                           : copy_staged(image, plan, &staging, copied);
    staging_remove(&staging);
    return status;
}

/* The first file that is not there as a whole, or NULL. */
static const struct stage_file *find_missing(const struct stage_plan *plan,
                                             const struct fat_list *top)
{
    const struct stage_file *missing = NULL;
    for (size_t i = 0; i < plan->count && missing == NULL; i++) {
        char *path = waiting_path(&plan->files[i]);
        const struct fat_entry *entry = fat_list_find(top, path);
        if (entry == NULL || entry->size != plan->files[i].size)
            missing = &plan->files[i];
        free(path);
    }
    return missing;
}

static enum flight_status check_copies(const struct fat_image *image, const struct stage_plan *plan,
                                       bool copied)
{
    struct fat_list top = {0};
    if (!fat_image_list(image, STAGE_TOP, &top))
        return FLIGHT_HOST;
    const struct stage_file *missing = find_missing(plan, &top);
    fat_list_free(&top);
    if (interrupt_signal() != 0)
        return interrupt_status();
    if (copied && missing == NULL)
        return FLIGHT_SUCCESS;
    if (missing == NULL)
        return flight_refuse(image->command, FLIGHT_HOST, "'%s': mcopy failed", image->path);
    if (!copied)
        return refuse_room(image, missing->name);
    return flight_refuse(image->command, FLIGHT_HOST, "'%s' changed while it was read",
                         missing->source);
}

/* --- Moving ----------------------------------------------------------------------------------- */

/* The files of one group, which is where `first` stands; their number goes to *count. */
static char **group_paths(const struct stage_plan *plan, size_t first, size_t *count)
{
    *count = 0;
    while (first + *count < plan->count &&
           plan->files[first + *count].group == plan->files[first].group)
        ++*count;
    char **paths = memory_zeroed(*count, sizeof *paths);
    for (size_t i = 0; i < *count; i++) {
        char *path = waiting_path(&plan->files[first + i]);
        paths[i] = memory_text(STAGE_TOP "/%s", path);
        free(path);
    }
    return paths;
}

static bool move_group(const struct fat_image *image, const struct stage_plan *plan, size_t first,
                       size_t *count)
{
    const char *name = plan->files[first].name;
    int length = (int)stage_plan_folder_length(name);
    char *folder = memory_text(STAGE_BOOTFS "%s%.*s", length > 0 ? "/" : "", length, name);
    char **paths = group_paths(plan, first, count);
    bool moved = fat_image_move(image, paths, *count, folder);
    for (size_t i = 0; i < *count; i++) {
        plan->files[first + i].staged = moved;
        free(paths[i]);
    }
    free(paths);
    free(folder);
    return moved;
}

/* *keep becomes true if the only copy of a file may be the one that waits. */
static enum flight_status move_all(const struct fat_image *image, const struct stage_plan *plan,
                                   bool *keep)
{
    for (size_t i = 0, count; i < plan->count; i += count) {
        if (move_group(image, plan, i, &count))
            continue;
        if (plan->files[i].old == NULL)
            return refuse_room(image, plan->files[i].name);
        *keep = true;
        return flight_refuse(image->command, FLIGHT_HOST,
                             "'%s': what was not moved lies in " STAGE_TOP "/" STAGE_NEW,
                             image->path);
    }
    return FLIGHT_SUCCESS;
}

/* --- Folders ---------------------------------------------------------------------------------- */

/* Says which file has no folder after not all could be made. */
static enum flight_status refuse_folder(const struct fat_image *image,
                                        const struct stage_plan *plan)
{
    struct fat_list top = {0};
    const char *name = plan->files[0].name;
    (void)fat_image_list(image, STAGE_TOP, &top);
    for (size_t i = 0; i < plan->count; i++) {
        int length = (int)stage_plan_folder_length(plan->files[i].name);
        char *folder = memory_text("bootfs/%.*s", length, plan->files[i].name);
        bool missing = length > 0 && fat_list_find(&top, folder) == NULL;
        free(folder);
        if (missing) {
            name = plan->files[i].name;
            break;
        }
    }
    fat_list_free(&top);
    return refuse_room(image, name);
}

/* Takes back those new folders that are there and empty; mtools leaves the others. */
static void remove_folders(const struct fat_image *image, const struct stage_plan *plan)
{
    struct fat_image quiet = *image;
    quiet.silent = true;
    for (size_t i = plan->folder_count; i-- > 0;)
        (void)fat_image_delete_folders(&quiet, &plan->folders[i], 1);
}

static enum flight_status make_folders(const struct fat_image *image, const struct stage_plan *plan)
{
    struct fat_image quiet = *image;
    quiet.silent = true;
    return fat_image_make_folders(&quiet, plan->folders, plan->folder_count)
               ? FLIGHT_SUCCESS
               : refuse_folder(image, plan);
}

/* --- All together ----------------------------------------------------------------------------- */

static bool make_base(const struct fat_image *image, const struct fat_list *top)
{
    char *const folders[] = {STAGE_TOP, STAGE_BOOTFS};
    if (!top->found)
        return fat_image_make_folders(image, folders, 2);
    return fat_list_find(top, "bootfs") != NULL || fat_image_make_folders(image, folders + 1, 1);
}

static enum flight_status put_copied(const struct fat_image *image, struct stage_plan *plan,
                                     bool *keep)
{
    bool copied = false;
    enum flight_status status = copy_all(image, plan, &copied);
    if (status == FLIGHT_SUCCESS)
        status = check_copies(image, plan, copied);
    if (status != FLIGHT_SUCCESS)
        return status;
    status = make_folders(image, plan);
    if (status == FLIGHT_SUCCESS)
        status = move_all(image, plan, keep);
    if (status != FLIGHT_SUCCESS)
        remove_folders(image, plan);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct stage_file *)a)->name, ((const struct stage_file *)b)->name);
}

void stage_put_tell(struct stage_plan *plan)
{
    qsort(plan->files, plan->count, sizeof *plan->files, by_name);
    for (size_t i = 0; i < plan->count; i++) {
        const struct stage_file *file = &plan->files[i];
        if (!file->staged)
            continue;
        printf("%s: %s (%llu bytes", file->old != NULL ? "replaced" : "staged", file->name,
               (unsigned long long)file->size);
        if (file->old != NULL)
            printf(", was %llu", (unsigned long long)file->old->size);
        puts(")");
    }
}

enum flight_status stage_put(const struct fat_image *image, struct stage_plan *plan,
                             const struct fat_list *top)
{
    static const char waiting[] = STAGE_TOP "/" STAGE_NEW;
    bool keep = false;
    interrupt_catch();
    if (fat_list_find(top, STAGE_NEW) != NULL && !fat_image_delete_tree(image, waiting))
        return FLIGHT_HOST;
    if (!make_base(image, top))
        return FLIGHT_HOST;
    enum flight_status status = put_copied(image, plan, &keep);
    struct fat_image quiet = *image;
    quiet.silent = status != FLIGHT_SUCCESS; /* what failed has been told; it may not exist */
    if (!keep && !fat_image_delete_tree(&quiet, waiting) && status == FLIGHT_SUCCESS)
        status = FLIGHT_HOST;
    return status;
}
