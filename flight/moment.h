/* Moments of a clock that only goes forward, in milliseconds. */
#pragma once

#include <stdint.h>

/* A deadline that does not come. */
#define MOMENT_NEVER INT64_MAX

/* By a clock that only goes forward. */
int64_t moment_now_ms(void);
