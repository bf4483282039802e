/* One line about something that came from outside: what, where, and what happens instead. */
#pragma once

#include "boot/diagnosis.h"
#include "trace/text.h"

/* Prints "WHERE:LINE: WHAT 'SUBJECT'; INSTEAD" and the end of the line; without a line but with an offset
 * "WHERE: byte OFFSET: ...".  Of a long subject the first COMPLAINT_SUBJECT_MAX bytes are shown, and dots. */
#define COMPLAINT_SUBJECT_MAX 80u
void complaint_print(const struct text_sink *sink, struct slice where,
                     const struct diagnosis *diagnosis);
