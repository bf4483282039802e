/* Removes staged files from an image. */
#pragma once

#include "flight/fat_image.h"
#include "flight/options.h"

/* `staged` is what lies below os/bootfs.  Removes the files that are named, and those below folders
 * that are named, then the folders that became empty, and says so. */
enum flight_status stage_remove(const struct fat_image *image, const struct fat_list *staged,
                                const struct option_list *names);
