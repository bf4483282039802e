/* The real-time clock of the PC. */
#include "kernel/rtc.h"

enum {
    SECOND = 0x00,
    MINUTE = 0x02,
    HOUR = 0x04,
    DAY = 0x07,
    MONTH = 0x08,
    YEAR = 0x09,
    STATUS_A = 0x0a,
    STATUS_B = 0x0b,
    CENTURY = 0x32,

    UPDATING = 0x80,    /* of status A: the others may change at any moment */
    HOURS_24 = 0x02,    /* of status B, else 1..12 and AFTERNOON */
    BINARY = 0x04,      /* of status B, else BCD */
    AFTERNOON = 0x80,   /* of the hour */
    LOOKS_MAX = 100000, /* at 1 us or so each, where an update takes 2 ms */
    READINGS_MAX = 16,  /* an update comes between two of them only once a second */
    NO_NUMBER = 1000,   /* of two BCD digits */
};

/* With a digit above 9 it is no number, and in no range. */
static uint32_t number_of(const struct rtc_registers *registers, uint8_t value)
{
    if (registers->status_b & BINARY)
        return value;
    return (value & 0xf) > 9 || value >> 4 > 9 ? NO_NUMBER : (value >> 4) * 10u + (value & 0xf);
}

static uint32_t hour_of(const struct rtc_registers *registers)
{
    if (registers->status_b & HOURS_24)
        return number_of(registers, registers->hour);
    uint32_t hour = number_of(registers, registers->hour & (uint8_t)~AFTERNOON);
    if (hour < 1 || hour > 12)
        return NO_NUMBER;
    return hour % 12 + (registers->hour & AFTERNOON ? 12 : 0);
}

static uint32_t year_of(const struct rtc_registers *registers)
{
    uint32_t year = number_of(registers, registers->year);
    uint32_t century = number_of(registers, registers->century);
    if (year > 99)
        return 0;
    if (century >= 19 && century <= 21)
        return century * 100 + year;
    return year >= 70 ? 1900 + year : 2000 + year;
}

bool rtc_decode(const struct rtc_registers *registers, struct calendar *date)
{
    *date = (struct calendar){
        .year = year_of(registers),
        .month = number_of(registers, registers->month),
        .day = number_of(registers, registers->day),
        .hour = hour_of(registers),
        .minute = number_of(registers, registers->minute),
        .second = number_of(registers, registers->second),
    };
    return calendar_is_valid(date);
}

static uint8_t read_register(const struct rtc_reader *reader, uint8_t index)
{
    return reader->read(reader->context, index);
}

static bool wait_for_end_of_update(const struct rtc_reader *reader)
{
    for (uint32_t looks = 0; looks < LOOKS_MAX; looks++)
        if ((read_register(reader, STATUS_A) & UPDATING) == 0)
            return true;
    return false;
}

static struct rtc_registers read_registers(const struct rtc_reader *reader)
{
    return (struct rtc_registers){
        .second = read_register(reader, SECOND),
        .minute = read_register(reader, MINUTE),
        .hour = read_register(reader, HOUR),
        .day = read_register(reader, DAY),
        .month = read_register(reader, MONTH),
        .year = read_register(reader, YEAR),
        .century = read_register(reader, CENTURY),
        .status_b = read_register(reader, STATUS_B),
    };
}

/* An update may begin between the look at status A and the last register: two readings that
 * agree were not disturbed. */
enum rtc_status rtc_read(const struct rtc_reader *reader, struct calendar *date)
{
    struct rtc_registers before, now = {0};
    for (uint32_t reading = 0; reading < READINGS_MAX; reading++) {
        before = now;
        if (!wait_for_end_of_update(reader))
            return RTC_STUCK;
        now = read_registers(reader);
        if (reading == 0 || __builtin_memcmp(&before, &now, sizeof now) != 0)
            continue;
        struct calendar found;
        if (!rtc_decode(&now, &found))
            return RTC_NO_DATE;
        *date = found;
        return RTC_OK;
    }
    return RTC_UNSTEADY;
}

const char *rtc_status_str(enum rtc_status status)
{
    switch (status) {
    case RTC_OK:
        return "nothing wrong";
    case RTC_STUCK:
        return "its update does not end";
    case RTC_UNSTEADY:
        return "no two readings agree";
    case RTC_NO_DATE:
        return "what it says is no date";
    }
    return "unknown status";
}
