/* The time of day, as date(1) and ctime(3) write it. */
#pragma once

#include <stdint.h>

#include "trace/text.h"

/* "Thu Nov 24 18:22:48 UTC 2022" of so many seconds since 1970, without the end of a line. */
void date_print(const struct text_sink *sink, uint64_t seconds);
