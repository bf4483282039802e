/* What a capture that is not whole lacks, in words. */
#pragma once

#include "flight/capture_model.h"

#define CAPTURE_LACK_SIZE 192 /* three counts and all the words, with the zero */

/* "the capture is not whole: 2 missing frames, 1 damaged frame, no verdict"; of one that is whole, there is nothing to
 * be told. */
void capture_lack_write(const struct capture_model *model, char text[CAPTURE_LACK_SIZE]);
