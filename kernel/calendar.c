/* Dates and seconds. */
#include "kernel/calendar.h"

enum {
    DAY = 24 * 60 * 60, /* seconds */
    FIRST_YEAR = 1970,
    LAST_YEAR = 9999,
    DAYS_OF_1970 =
        719162, /* from 1 January of the year 1: 1969 * 365 + 1969/4 - 1969/100 + 1969/400 */
};

static bool is_leap(uint32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static uint32_t days_in(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1 January 1970 to 1 January of the year. */
static uint32_t days_before(uint32_t year)
{
    uint32_t past = year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400 - DAYS_OF_1970;
}

bool calendar_is_valid(const struct calendar *date)
{
    return date->year >= FIRST_YEAR && date->year <= LAST_YEAR && date->month >= 1 &&
           date->month <= 12 && date->day >= 1 && date->day <= days_in(date->year, date->month) &&
           date->hour < 24 && date->minute < 60 && date->second < 60;
}

uint64_t calendar_seconds(const struct calendar *date)
{
    uint32_t days = days_before(date->year) + date->day - 1;
    for (uint32_t month = 1; month < date->month; month++)
        days += days_in(date->year, month);
    return (uint64_t)days * DAY + date->hour * 3600 + date->minute * 60 + date->second;
}

struct calendar calendar_of(uint64_t seconds)
{
    uint32_t days = (uint32_t)(seconds / DAY), rest = (uint32_t)(seconds % DAY);
    struct calendar date = {.year = FIRST_YEAR + days / 366, /* or some years later */
                            .month = 1,
                            .hour = rest / 3600,
                            .minute = rest / 60 % 60,
                            .second = rest % 60};
    while (days_before(date.year + 1) <= days)
        date.year++;
    days -= days_before(date.year);
    for (; days >= days_in(date.year, date.month); date.month++)
        days -= days_in(date.year, date.month);
    date.day = days + 1;
    return date;
}

void calendar_print(const struct text_sink *sink, uint64_t seconds)
{
    static const char weekdays[] = "ThuFriSatSunMonTueWed"; /* 1 January 1970 was a Thursday */
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct calendar date = calendar_of(seconds);
    text_print(sink, "%.*s %.*s %2u %02u:%02u:%02u %u", 3, weekdays + seconds / DAY % 7 * 3, 3,
               months + (date.month - 1) * 3, date.day, date.hour, date.minute, date.second,
               date.year);
}
