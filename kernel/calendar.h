/* Dates of the Gregorian calendar in UTC, and seconds since 1970 (POSIX: no leap seconds).
 *
 * Pure logic. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "trace/text.h"

struct calendar {
    uint32_t year;  /* 1970..9999 */
    uint32_t month; /* 1..12 */
    uint32_t day;   /* 1..31 */
    uint32_t hour;
    uint32_t minute;
    uint32_t second; /* 0..59 */
};

/* Whether there is such a day and such a time. */
bool calendar_is_valid(const struct calendar *date);

/* Seconds since 1970 of a valid date, and back (of a second in the year 9999 or before). */
uint64_t calendar_seconds(const struct calendar *date);
struct calendar calendar_of(uint64_t seconds);

/* As ctime(3), without the end of the line: "Tue Nov 14 22:13:20 2023". */
void calendar_print(const struct text_sink *sink, uint64_t seconds);
