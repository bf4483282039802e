/* flight stage: shows, removes or puts files below os/bootfs in the image of a USB stick. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "flight/fat_image.h"
#include "flight/options.h"
#include "flight/stage_name.h"
#include "flight/stage_plan.h"
#include "flight/stage_put.h"
#include "flight/stage_remove.h"

struct stage {
    struct fat_image image;
    struct option_list arguments;
    bool list;
    bool remove;
    struct stage_plan plan;
};

static enum flight_status list(const struct stage *stage, const struct fat_list *staged)
{
    size_t files = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < staged->count; i++) {
        struct fat_entry *entry = &staged->entries[i];
        if (entry->folder)
            continue;
        stage_name_blot(entry->path);
        printf("%10llu %s\n", (unsigned long long)entry->size, entry->path);
        files++;
        bytes += entry->size;
    }
    if (files == 0)
        printf("nothing is staged in '%s'\n", stage->image.path);
    else
        printf("%10llu bytes in %zu file%s\n", (unsigned long long)bytes, files,
               files == 1 ? "" : "s");
    return FLIGHT_SUCCESS;
}

static enum flight_status put(struct stage *stage, const struct fat_list *top,
                              const struct fat_list *staged)
{
    stage_plan_settle(&stage->plan, staged);
    if (stage->plan.status != FLIGHT_SUCCESS)
        return stage->plan.status;
    enum flight_status status = stage_put(&stage->image, &stage->plan, top);
    stage_put_tell(&stage->plan);
    return status;
}

static enum flight_status act(struct stage *stage, const struct fat_list *top)
{
    struct fat_list staged = {0};
    enum flight_status status;
    if (!fat_list_below(top, "bootfs", &staged))
        status = flight_refuse(stage->image.command, FLIGHT_HOST,
                               "'%s' has a file where the folder os/bootfs should be",
                               stage->image.path);
    else if (stage->list)
        status = list(stage, &staged);
    else if (stage->remove)
        status = stage_remove(&stage->image, &staged, &stage->arguments);
    else
        status = put(stage, top, &staged);
    fat_list_free(&staged);
    return status;
}

static enum flight_status act_on_image(struct stage *stage)
{
    struct fat_list top = {0};
    enum flight_status status = FLIGHT_HOST;
    if (fat_image_open(&stage->image, !stage->list) &&
        fat_image_list(&stage->image, STAGE_TOP, &top))
        status = act(stage, &top);
    fat_list_free(&top);
    return !fat_image_close(&stage->image) && status == FLIGHT_SUCCESS ? FLIGHT_HOST : status;
}

/* What can be checked without the image is checked without it. */
static enum flight_status run_checked(struct stage *stage)
{
    const struct flight_command *command = stage->image.command;
    if (stage->list && (stage->remove || stage->arguments.count > 0))
        return flight_misuse(command, "--list goes with nothing but an image");
    if (stage->remove && stage->arguments.count == 0)
        return flight_misuse(command, "--remove needs the name of a file");
    stage->list |= stage->arguments.count == 0;
    for (size_t i = 0; i < stage->arguments.count && !stage->remove; i++)
        stage_plan_add(&stage->plan, stage->arguments.items[i]);
    enum flight_status status = act_on_image(stage);
    stage_plan_free(&stage->plan);
    return status;
}

static enum flight_status run(const struct flight_command *command, size_t count, char **arguments)
{
    struct stage stage = {.image = {.command = command, .file = -1}, .plan.command = command};
    const struct option_spec specs[] = {
        {.name = "list", .flag = &stage.list},
        {.name = "remove", .flag = &stage.remove},
    };
    const struct options options = {.command = command,
                                    .specs = specs,
                                    .count = sizeof specs / sizeof specs[0],
                                    .operand = &stage.image.path,
                                    .operand_name = "IMAGE",
                                    .more = &stage.arguments};
    (void)setlocale(LC_CTYPE, "C.UTF-8"); /* for capitals beyond ASCII */
    enum flight_status status;
    if (options_parse(&options, count, arguments, &status))
        status = run_checked(&stage);
    free(stage.arguments.items);
    return status;
}

const struct flight_command stage_command = {
    .name = "stage",
    .synopsis = "IMAGE [--list | --remove NAME... | FILE[:NAME]... | DIR...]",
    .help =
        "Shows, removes or puts files below os/bootfs in the image of a USB stick, so that the\n"
        "next boot has them: etc/system, for one.  Image and kernel are not built again.\n"
        "IMAGE is an image or a block device: a partition table with a FAT partition, or a FAT\n"
        "file system alone.  Needs mtools.\n"
        "\n"
        "  --list         what is staged; also without any argument\n"
        "  --remove NAME  a file, or a folder with all that lies below it\n"
        "  FILE:NAME      puts FILE under that name\n"
        "  FILE           its name is the path as it is written, if that is relative and without\n"
        "                 '..', else the last piece\n"
        "  DIR            every file below it, named as seen from there\n"
        "\n"
        "Everything is checked before anything is written; a file that is replaced is there until\n"
        "the new one is.\n"
        "\n"
        "Exit status: 0 done, 1 a name to be removed was not there (the others are removed), 2 "
        "bad\n"
        "usage or a name that cannot be staged, 5 the host is at fault: files that cannot be "
        "read,\n"
        "no FAT file system, no room, no mtools.\n",
    .run = run,
};
