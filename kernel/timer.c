/* The alarm of each CPU. */
#include "kernel/timer.h"

#include "kernel/apic.h"
#include "kernel/cpu.h"
#include "kernel/pic.h"
#include "kernel/pit.h"
#include "kernel/scheduler.h"
#include "kernel/tracing.h"

enum {
    FIRST_ALARM_PARTS = 10000, /* of a second: 100 us */
    PATIENCE_S = 3,            /* a busy host lets the timer of its guest wait for half a second */
    SPINS = 500,               /* between looks */
    PIT_LINE = 0,
};

static enum {
    NOTHING,
    LOCAL_APIC,
    PIT,
} alarm;

static volatile bool rung;

/* The 8254 rings again and again until it is stopped: an edge that got lost costs one more
 * round. */
static void set_pit(uint64_t cycles)
{
    if (cycles == UINT64_MAX) {
        pit_stop_alarm();
        return;
    }
    uint64_t hz = tracing_clock()->tsc_hz;
    uint64_t counts = cycles < hz ? cycles * PIT_HZ / hz : PIT_ALARM_MAX;
    pit_start_alarm(counts < PIT_ALARM_MIN   ? (uint16_t)PIT_ALARM_MIN
                    : counts > PIT_ALARM_MAX ? (uint16_t)PIT_ALARM_MAX
                                             : (uint16_t)counts);
}

void timer_set(uint64_t cycles)
{
    switch (alarm) {
    case NOTHING:
        return;
    case PIT:
        set_pit(cycles);
        return;
    case LOCAL_APIC:
        if (cycles == UINT64_MAX)
            apic_stop_timer();
        else
            apic_start_timer(cycles);
        return;
    }
}

void timer_handle(void)
{
    rung = true;
    scheduler_handle_timer();
}

static bool rings(void)
{
    rung = false;
    uint64_t hz = tracing_clock()->tsc_hz, start = cpu_tsc();
    timer_set(hz / FIRST_ALARM_PARTS);
    while (!rung && cpu_tsc() - start < hz * PATIENCE_S) {
        cpu_take_interrupts();
        cpu_spin(SPINS);
    }
    timer_set(UINT64_MAX);
    return rung;
}

static bool try_apic(void)
{
    if (!apic_find())
        return false;
    apic_init(true);
    alarm = LOCAL_APIC;
    return apic_calibrate_timer(tracing_clock()->tsc_hz) && rings();
}

static bool try_pit(void)
{
    alarm = PIT;
    pic_enable(PIT_LINE);
    if (rings())
        return true;
    pic_disable(PIT_LINE);
    return false;
}

bool timer_init(void)
{
    pic_init();
    if (tracing_clock()->tsc_hz == 0)
        return false; /* no time, no alarm */
    if (try_apic() || try_pit())
        return true;
    alarm = NOTHING;
    return false;
}

bool timer_works(void)
{
    return alarm != NOTHING;
}

bool timer_is_of_each_cpu(void)
{
    return alarm == LOCAL_APIC;
}

const char *timer_name(void)
{
    static const char *const names[] = {"none", "local APIC", "8254"};
    return names[alarm];
}

void timer_stop(void)
{
    timer_set(UINT64_MAX);
    alarm = NOTHING;
    pic_stop();
}
