/* What time it is outside. */
#include "kernel/wall_time.h"

#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/rtc.h"
#include "kernel/scheduler.h"
#include "kernel/tracing.h"

enum {
    CMOS_INDEX = 0x70, /* its bit 7 masks the NMI: it stays 0 */
    CMOS_DATA = 0x71,
};

static uint64_t read_s; /* since 1970; 0: unknown */
static uint64_t read_tsc;

static uint8_t read_cmos(void *context, uint8_t index)
{
    (void)context;
    cpu_out8(CMOS_INDEX, index);
    return cpu_in8(CMOS_DATA);
}

void wall_time_start(void)
{
    const struct rtc_reader reader = {read_cmos, NULL};
    struct calendar date;
    enum rtc_status status = rtc_read(&reader, &date);
    if (status != RTC_OK) {
        log_line("rtc: %s; the time of day is unknown", rtc_status_str(status));
        return;
    }
    read_tsc = scheduler_now();
    read_s = calendar_seconds(&date);
}

/* 0 for a time that lies behind, and while the rate is unknown. */
static uint64_t ns_between(uint64_t from, uint64_t to)
{
    return to < from ? 0 : tracing_ns(to - from);
}

uint64_t wall_time_s(void)
{
    return read_s == 0 ? 0 : read_s + ns_between(read_tsc, scheduler_now()) / 1000000000;
}

uint64_t wall_time_of_boot_s(void)
{
    uint64_t before = ns_between(tracing_entry_tsc(), read_tsc) / 1000000000;
    return read_s < before ? 0 : read_s - before;
}

uint64_t wall_time_uptime_ns(void)
{
    return ns_between(tracing_entry_tsc(), scheduler_now());
}
