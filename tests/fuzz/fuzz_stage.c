/* What flight stage reads of an image and of names.
 *
 * Input: the first byte chooses; the rest is the first sector of an image, mdir's text, or a name.
 *
 * Property: a file system that is found lies in the image; every entry of a listing is found again
 * under its path, and they are sorted; a name that is clean stays so, and one that passes has only
 * what a module's line can carry. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flight/fat_list.h"
#include "flight/fat_place.h"
#include "flight/stage_name.h"
#include "tests/fuzz/require.h"

static void check_place(const uint8_t *data, size_t size)
{
    uint8_t sector[FAT_PLACE_SECTOR] = {0};
    struct fat_place place;
    memcpy(sector, data, size < sizeof sector ? size : sizeof sector);
    uint64_t image = (uint64_t)64 << 20;
    enum fat_place_status status = fat_place_find(sector, image, &place);
    require(fat_place_status_str(status)[0] != '\0');
    if (status == FAT_PLACE_OK)
        require(place.offset <= image - FAT_PLACE_SECTOR &&
                (place.partitioned || place.offset == 0));
    if (status == FAT_PLACE_OK && !place.partitioned)
        require(fat_place_is_fat(sector));
}

static void check_list(const char *text, size_t length)
{
    struct fat_list list = {0};
    fat_list_parse(&list, "os/bootfs", text, length);
    for (size_t i = 0; i < list.count; i++) {
        const struct fat_entry *found = fat_list_find(&list, list.entries[i].path);
        require(found != NULL && stage_name_compare(found->path, list.entries[i].path) == 0);
        require(i == 0 || stage_name_compare(list.entries[i - 1].path, list.entries[i].path) <= 0);
        require(!list.entries[i].folder || list.entries[i].size == 0);
    }
    fat_list_free(&list);
}

static void check_name(const char *text)
{
    char name[STAGE_NAME_MAX + 1], again[STAGE_NAME_MAX + 1];
    enum stage_name_status status = stage_name_clean(text, name);
    require(stage_name_status_str(status)[0] != '\0');
    if (status != STAGE_NAME_OK)
        return;
    require(strlen(name) <= STAGE_NAME_MAX && name[0] != '\0' && name[0] != '/');
    bool hidden =
        strncmp(name, "system/boot/", 12) == 0; /* a second one may stand behind the first */
    require(hidden || (stage_name_clean(name, again) == STAGE_NAME_OK && strcmp(name, again) == 0));
    if (stage_name_check(name) == STAGE_NAME_OK)
        require(strpbrk(name, " \t\n\r\f\v\\\"*:<>?|") == NULL && strstr(name, "//") == NULL);
    stage_name_blot(name);
    for (const char *p = name; *p != '\0'; p++)
        require((uint8_t)*p >= ' ' && *p != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *text = calloc(size, 1); /* without the first byte, and terminated */
    require(text != NULL);
    memcpy(text, data + 1, size - 1);
    if (data[0] % 3 == 0)
        check_place((const uint8_t *)text, size - 1);
    else if (data[0] % 3 == 1)
        check_list(text, size - 1);
    else
        check_name(text);
    free(text);
    return 0;
}
