/* What a capture that is not whole lacks, in words. */
#pragma once

#include "flight/capture_model.h"

#define CAPTURE_LACK_SIZE 160 /* four counts and their words, with the zero */

/* "2 missing frames, 1 damaged frame, no verdict"; empty if the capture is whole. */
void capture_lack_write(const struct capture_model *model, char text[CAPTURE_LACK_SIZE]);
