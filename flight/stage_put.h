/* Puts the files of a plan into an image. */
#pragma once

#include "flight/fat_image.h"
#include "flight/stage_plan.h"

/* `top` is the listing of "os" in the image.  No file that is replaced is lost before the new one
 * is there as a whole. */
enum flight_status stage_put(const struct fat_image *image, struct stage_plan *plan,
                             const struct fat_list *top);

/* Says on stdout what was done, also if it was not all of it; changes the order of the files. */
void stage_put_tell(struct stage_plan *plan);
