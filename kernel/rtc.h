/* The real-time clock of the PC: the MC146818 and what followed it (data sheet of the Motorola
 * MC146818A; the century at 0x32 is the usual place, not its own).
 *
 * Registers are read through a function that is passed in, so it runs on a model in host tests. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/calendar.h"

struct rtc_registers {
    uint8_t second, minute, hour, day, month, year, century;
    uint8_t status_b; /* how the others are to be read */
};

/* How the registers of the CMOS are read. */
struct rtc_reader {
    uint8_t (*read)(void *context, uint8_t index);
    void *context;
};

enum rtc_status {
    RTC_OK = 0,
    RTC_STUCK,    /* its update does not end: there may be none */
    RTC_UNSTEADY, /* no two readings agree */
    RTC_NO_DATE,  /* what it says is no date */
};
const char *rtc_status_str(enum rtc_status status);

/* What the registers say; false if that is no date.  A century that is not 19..21 is not believed:
 * then the years from 70 on are those of 1970. */
bool rtc_decode(const struct rtc_registers *registers, struct calendar *date);

/* Reads the clock outside of its updates, which take up to 2 ms once a second.  Bounded; *date is
 * written on RTC_OK only. */
enum rtc_status rtc_read(const struct rtc_reader *reader, struct calendar *date);
