/* date(1) and uptime(1).  UTC is the only time zone. */
#include "kernel/user/date.h"

#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(date, "date", "", "says what time it is");
PROGRAM(uptime, "uptime", "", "says how long the system has been up");

enum {
    DAY = 24 * 60 * 60,
    DAYS_OF_400_YEARS = 146097,
    DAYS_TO_1970 = 719468, /* from 1 March of the year 0 */
};

struct day {
    uint32_t year, month, day; /* month 1..12, day 1..31 */
};

/* The day so many days behind 1 January 1970.  Years begin in March here, so that the leap day is
 * their last; `era` counts 400 years, after which the calendar repeats. */
static struct day day_of(uint64_t days)
{
    uint64_t behind = days + DAYS_TO_1970, era = behind / DAYS_OF_400_YEARS;
    uint32_t of_era = (uint32_t)(behind % DAYS_OF_400_YEARS);
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint32_t march_month = (5 * of_year + 2) / 153; /* of each 5 months, 153 days */
    struct day day = {.day = of_year - (153 * march_month + 2) / 5 + 1,
                      .month = march_month < 10 ? march_month + 3 : march_month - 9};
    day.year = (uint32_t)(era * 400) + year + (day.month <= 2);
    return day;
}

void date_print(const struct text_sink *sink, uint64_t seconds)
{
    static const char week[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const struct day day = day_of(seconds / DAY);
    uint32_t second = (uint32_t)(seconds % DAY);
    text_print(sink, "%s %s %2u %02u:%02u:%02u UTC %u", week[seconds / DAY % 7],
               months[day.month - 1], (unsigned)day.day, (unsigned)(second / 3600),
               (unsigned)(second / 60 % 60), (unsigned)(second % 60), (unsigned)day.year);
}

static int date_main(int argc, char **argv)
{
    const struct text_sink sink = system_output();
    uint64_t now = system_wall_time_s();
    (void)argv;
    if (argc > 1)
        return usage(&date_program);
    if (now == 0) {
        tell_error("date: the time is unknown");
        return EXIT_FAILED;
    }
    date_print(&sink, now);
    system_print("\n");
    return EXIT_OK;
}

static void print_clock(uint64_t now)
{
    uint32_t minute = (uint32_t)(now % DAY / 60), hour = minute / 60;
    system_print("%2u:%02u%s  ", (unsigned)(hour % 12 == 0 ? 12 : hour % 12),
                 (unsigned)(minute % 60), hour < 12 ? "AM" : "PM");
}

/* As FreeBSD's uptime(1): days, then hours and minutes, or what there is of them. */
static void print_span(uint64_t seconds)
{
    uint64_t days = seconds / DAY;
    uint32_t minutes = (uint32_t)(seconds % DAY / 60), hours = minutes / 60;
    minutes %= 60;
    if (days > 0)
        system_print(" %llu day%s,", (unsigned long long)days, days == 1 ? "" : "s");
    if (hours > 0)
        system_print(" %2u:%02u", (unsigned)hours, (unsigned)minutes);
    else if (minutes > 0)
        system_print(" %u min%s", (unsigned)minutes, minutes == 1 ? "" : "s");
    else
        system_print(" %u sec%s", (unsigned)(seconds % 60), seconds % 60 == 1 ? "" : "s");
}

static int uptime_main(int argc, char **argv)
{
    uint64_t now = system_wall_time_s();
    (void)argv;
    if (argc > 1)
        return usage(&uptime_program);
    if (now != 0)
        print_clock(now);
    system_print("up");
    print_span(system_time_ns() / 1000000000);
    system_print("\n");
    return EXIT_OK;
}
