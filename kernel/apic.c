/* The local APIC. */
#include "kernel/apic.h"

#include "kernel/cpu.h"
#include "kernel/traps.h"

enum {
    CPUID_MSR = 1 << 5, /* CPUID.1:EDX */
    CPUID_APIC = 1 << 9,
    MSR_APIC_BASE = 0x1b,
    BASE_X2APIC = 1 << 10,
    BASE_ENABLED = 1 << 11,

    /* Registers: offsets in bytes (SDM volume 3, table 11-1). */
    ID = 0x20,
    TASK_PRIORITY = 0x80,
    END_OF_INTERRUPT = 0xb0,
    SPURIOUS = 0xf0,
    COMMAND_LOW = 0x300,
    COMMAND_HIGH = 0x310,
    TIMER = 0x320,
    LINE_0 = 0x350,
    LINE_1 = 0x360,
    TIMER_INITIAL = 0x380,
    TIMER_CURRENT = 0x390,
    TIMER_DIVIDE = 0x3e0,

    SOFTWARE_ENABLED = 1 << 8,
    MASKED = 1 << 16,
    DELIVER_NMI = 4 << 8,
    DELIVER_INIT = 5 << 8,
    DELIVER_STARTUP = 6 << 8,
    DELIVER_EXTERNAL = 7 << 8, /* the vector comes from the 8259A */
    COMMAND_PENDING = 1 << 12,
    COMMAND_ASSERT = 1 << 14,
    DIVIDE_BY_1 = 0x0b,

    COMMAND_LOOKS = 100000,
    CALIBRATION_PARTS = 500, /* of a second: 2 ms */
    CALIBRATION_LOOKS = 10000000,
};

static volatile uint32_t *registers; /* NULL: no local APIC */
static uint64_t timer_hz, cycles_hz;

static uint32_t get(uint32_t offset)
{
    return registers[offset / 4];
}

static void set(uint32_t offset, uint32_t value)
{
    registers[offset / 4] = value;
}

bool apic_find(void)
{
    uint32_t features = cpu_id(1).edx;
    if (!(features & CPUID_APIC) || !(features & CPUID_MSR))
        return false;
    uint64_t base = cpu_read_msr(MSR_APIC_BASE);
    if (!(base & BASE_ENABLED) || (base & BASE_X2APIC) || base >> 32 != 0)
        return false;
    registers = (volatile uint32_t *)(uintptr_t)((uint32_t)base & 0xfffff000u);
    return true;
}

bool apic_is_there(void)
{
    return registers != NULL;
}

void apic_init(bool is_boot_cpu)
{
    set(TASK_PRIORITY, 0);
    set(TIMER, MASKED | TRAP_APIC_TIMER);
    set(TIMER_DIVIDE, DIVIDE_BY_1);
    set(LINE_0, is_boot_cpu ? DELIVER_EXTERNAL : MASKED);
    set(LINE_1, is_boot_cpu ? DELIVER_NMI : MASKED);
    set(SPURIOUS, SOFTWARE_ENABLED | TRAP_APIC_SPURIOUS);
}

uint32_t apic_id(void)
{
    return registers == NULL ? 0 : get(ID) >> 24;
}

void apic_end(void)
{
    set(END_OF_INTERRUPT, 0);
}

bool apic_calibrate_timer(uint64_t tsc_hz)
{
    if (registers == NULL || tsc_hz == 0)
        return false;
    uint64_t start = cpu_tsc(), now = start;
    set(TIMER_INITIAL, UINT32_MAX);
    for (uint32_t looks = CALIBRATION_LOOKS; looks > 0 && now - start < tsc_hz / CALIBRATION_PARTS;
         looks--) {
        cpu_spin(1000);
        now = cpu_tsc();
    }
    uint32_t counted = UINT32_MAX - get(TIMER_CURRENT);
    now = cpu_tsc();
    apic_stop_timer();
    timer_hz = now == start ? 0 : counted * tsc_hz / (now - start);
    cycles_hz = tsc_hz;
    return timer_hz > 100000; /* anything slower cannot be a timer that works */
}

void apic_start_timer(uint64_t cycles)
{
    uint64_t counts = UINT32_MAX;
    if (cycles / cycles_hz < UINT32_MAX / timer_hz) /* then nothing below can overflow */
        counts = cycles / cycles_hz * timer_hz + cycles % cycles_hz * timer_hz / cycles_hz;
    set(TIMER, TRAP_APIC_TIMER);
    set(TIMER_INITIAL, counts == 0 ? 1 : counts > UINT32_MAX ? UINT32_MAX : (uint32_t)counts);
}

void apic_stop_timer(void)
{
    set(TIMER, MASKED | TRAP_APIC_TIMER);
    set(TIMER_INITIAL, 0);
}

static bool command(uint32_t target, uint32_t what)
{
    uint32_t flags = cpu_interrupts_save(); /* the two halves belong together */
    uint32_t looks = COMMAND_LOOKS;
    while ((get(COMMAND_LOW) & COMMAND_PENDING) && --looks > 0)
        cpu_pause();
    if (looks > 0) {
        set(COMMAND_HIGH, target << 24);
        set(COMMAND_LOW, what | COMMAND_ASSERT);
    }
    cpu_interrupts_restore(flags);
    return looks > 0;
}

bool apic_send(uint32_t target, uint32_t vector)
{
    return command(target, vector);
}

bool apic_send_nmi(uint32_t target)
{
    return command(target, DELIVER_NMI);
}

bool apic_send_init(uint32_t target)
{
    return command(target, DELIVER_INIT);
}

bool apic_send_startup(uint32_t target, uint32_t page)
{
    return command(target, DELIVER_STARTUP | page >> 12);
}
