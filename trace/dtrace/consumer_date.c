/* Dates, in UTC. */
#include "trace/dtrace/consumer_parts.h"

struct date {
    uint32_t year, month, day; /* month and day from 1 */
    uint32_t weekday;          /* from Sunday, 0 */
    uint32_t hour, minute, second;
};

/* The Gregorian calendar, whose years begin in March here, so that a leap day is the last one. */
static struct date date_of(uint64_t seconds)
{
    enum {
        DAYS_TO_1970 = 719468, /* from 1 March of the year 0 */
        ERA = 146097           /* days of 400 years */
    };
    uint64_t days = seconds / 86400 + DAYS_TO_1970;
    uint32_t rest = (uint32_t)(seconds % 86400);
    uint32_t of_era = (uint32_t)(days % ERA);
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * of_year + 2) / 153; /* 0 is March */
    return (struct date){
        .year = year + (uint32_t)(days / ERA) * 400 + (month >= 10 ? 1 : 0),
        .month = month < 10 ? month + 3 : month - 9,
        .day = of_year - (153 * month + 2) / 5 + 1,
        .weekday = (uint32_t)((days + 3) % 7),
        .hour = rest / 3600,
        .minute = rest / 60 % 60,
        .second = rest % 60,
    };
}

void consumer_date_text(uint64_t ns, bool rfc822, char text[48])
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    static const char days[] = "SunMonTueWedThuFriSat";
    struct date date = date_of(ns / 1000000000);
    struct text_buffer buffer = {text, 48, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    const char *month = months + (date.month - 1) * 3;
    if (rfc822)
        text_print(&sink, "%.*s, %02u %.*s %u ", 3, days + date.weekday * 3, date.day, 3, month,
                   date.year);
    else
        text_print(&sink, "%u %.*s %2u ", date.year, 3, month, date.day);
    text_print(&sink, "%02u:%02u:%02u%s", date.hour, date.minute, date.second,
               rfc822 ? " UTC" : "");
}
