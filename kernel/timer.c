/* Interrupt lines and sleeping (Intel 8259A and 8254 data sheets). */
#include "kernel/timer.h"

#include "kernel/cpu.h"
#include "kernel/pit.h"
#include "kernel/tracing.h"
#include "kernel/traps.h"

enum {
    MASTER = 0x20, /* command; data is the next port */
    SLAVE = 0xa0,
    ICW1_INIT_WITH_ICW4 = 0x11,
    ICW4_8086 = 0x01,
    END_OF_INTERRUPT = 0x20,
    READ_IN_SERVICE = 0x0b,
    FIRST_ALARM = 100, /* counts: 84 us */
    FIRST_ALARM_LOOKS = 20000,
    SPINS = 500, /* between looks: 20000 * 500 rounds are some milliseconds at least */
};

static volatile bool rung;
static bool working;

static void controllers_init(void)
{
    cpu_out8(MASTER, ICW1_INIT_WITH_ICW4);
    cpu_out8(SLAVE, ICW1_INIT_WITH_ICW4);
    cpu_out8(MASTER + 1, TRAP_FIRST_LINE);
    cpu_out8(SLAVE + 1, TRAP_FIRST_LINE + 8);
    cpu_out8(MASTER + 1, 1 << 2); /* the slave hangs on line 2 */
    cpu_out8(SLAVE + 1, 2);
    cpu_out8(MASTER + 1, ICW4_8086);
    cpu_out8(SLAVE + 1, ICW4_8086);
    cpu_out8(MASTER + 1, 0xfe); /* only line 0, the alarm */
    cpu_out8(SLAVE + 1, 0xff);
}

/* Lines 7 and 15 also stand for "the request went away": then nothing is in service. */
static bool spurious(uint32_t line)
{
    if (line != 7 && line != 15)
        return false;
    uint16_t controller = line == 7 ? MASTER : SLAVE;
    cpu_out8(controller, READ_IN_SERVICE);
    return !(cpu_in8(controller) & 0x80);
}

void timer_handle_line(uint32_t line)
{
    if (line == 0)
        rung = true;
    if (spurious(line)) {
        if (line == 15)
            cpu_out8(MASTER, END_OF_INTERRUPT); /* the master did see the slave's line */
        return;
    }
    if (line >= 8)
        cpu_out8(SLAVE, END_OF_INTERRUPT);
    cpu_out8(MASTER, END_OF_INTERRUPT);
}

bool timer_init(void)
{
    controllers_init();
    rung = false;
    pit_start_alarm(FIRST_ALARM);
    for (uint32_t looks = FIRST_ALARM_LOOKS; looks > 0 && !rung; looks--) {
        cpu_take_interrupts();
        cpu_spin(SPINS);
    }
    pit_stop_alarm();
    working = rung;
    return working;
}

static void sleep_by_alarm(uint64_t ns)
{
    uint64_t counts = ns / 1000000000 * PIT_HZ + ns % 1000000000 * PIT_HZ / 1000000000;
    while (counts > 1) {
        uint16_t shot = counts < PIT_ALARM_MAX ? (uint16_t)counts : PIT_ALARM_MAX;
        rung = false;
        pit_start_alarm(shot);
        while (!rung)
            cpu_wait_for_interrupt(); /* the alarm rings until it is stopped */
        counts -= shot;
    }
    pit_stop_alarm();
}

static void sleep_by_tsc(uint64_t ns)
{
    uint64_t hz = tracing_clock()->tsc_hz;
    uint64_t cycles = ns / 1000000000 * hz + ns % 1000000000 * hz / 1000000000;
    for (uint64_t start = cpu_tsc(); cpu_tsc() - start < cycles;)
        cpu_spin(SPINS);
}

void timer_sleep_ns(uint64_t ns, uint64_t *slept)
{
    uint64_t start = cpu_tsc();
    if (working)
        sleep_by_alarm(ns);
    else
        sleep_by_tsc(ns);
    *slept += cpu_tsc() - start;
}

void timer_stop(void)
{
    cpu_out8(MASTER + 1, 0xff);
    cpu_out8(SLAVE + 1, 0xff);
    working = false;
}
