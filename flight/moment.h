/* Moments of a clock that only goes forward, in milliseconds. */
#pragma once

#include <stdint.h>

#define MOMENT_NEVER INT64_MAX

int64_t moment_now_ms(void);
