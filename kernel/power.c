/* The ways out of the machine. */
#include "kernel/power.h"

#include <stdbool.h>

#include "boot/acpi.h"
#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/firmware_tables.h"

enum {
    DEBUG_EXIT = 0xf4,
    BOCHS_SHUTDOWN = 0x8900, /* takes the letters of "Shutdown" */
    ACPI_SLEEP_ENABLE = 1 << 13,
    ACPI_SCI_ENABLED = 1 << 0,
    KEYBOARD_STATUS = 0x64,
    KEYBOARD_PULSE_RESET = 0xfe,
    RESET_CONTROL = 0xcf9, /* ICH data sheets, "Reset Control Register" */
    DELAY_PORT = 0x80,     /* takes POST codes; reading it takes about a microsecond of ISA time */
    DELAY_READS = 200000,  /* some tenths of a second: more than any of these takes */
};

static bool have_acpi;
static struct acpi_power_off acpi;

static void wait_a_little(void)
{
    for (uint32_t left = DELAY_READS; left > 0; left--)
        (void)cpu_in8(DELAY_PORT);
}

void power_init(void)
{
    const struct physical_memory memory = firmware_tables_memory();
    uint32_t rsdp;
    have_acpi = firmware_tables_rsdp(&memory, &rsdp) && acpi_power_off_read(&memory, rsdp, &acpi);
}

static void acpi_switch_off(void)
{
    if (acpi.smi_command != 0 && acpi.acpi_enable != 0 &&
        !(cpu_in16(acpi.pm1a_control) & ACPI_SCI_ENABLED)) {
        cpu_out8(acpi.smi_command, acpi.acpi_enable);
        for (uint32_t looks = 100000;
             looks > 0 && !(cpu_in16(acpi.pm1a_control) & ACPI_SCI_ENABLED); looks--)
            cpu_pause();
    }
    cpu_out16(acpi.pm1a_control, (uint16_t)(acpi.sleep_type_a << 10 | ACPI_SLEEP_ENABLE));
    if (acpi.pm1b_control != 0)
        cpu_out16(acpi.pm1b_control, (uint16_t)(acpi.sleep_type_b << 10 | ACPI_SLEEP_ENABLE));
    wait_a_little();
}

static enum power_exit decided; /* 0: not yet */

void power_decide(enum power_exit code)
{
    decided = code;
}

void power_exit_decided(void)
{
    if (decided != 0)
        power_exit(decided);
}

void power_leave(enum power_exit code)
{
    cpu_interrupts_off();
    console_drain();
    /* The emulator ends some instructions later: nothing else may be written meanwhile. */
    cpu_out8(DEBUG_EXIT, (uint8_t)code);
    wait_a_little();
}

_Noreturn void power_exit(enum power_exit code)
{
    power_leave(code);
    if (have_acpi)
        acpi_switch_off();
    for (const char *letter = "Shutdown"; *letter != '\0'; letter++)
        cpu_out8(BOCHS_SHUTDOWN, (uint8_t)*letter);
    wait_a_little();
    cpu_stop();
}

_Noreturn void power_triple_fault(void)
{
    const struct cpu_table_pointer nothing = {0, 0};
    cpu_interrupts_off();
    cpu_load_idt(&nothing);
    cpu_breakpoint();
    cpu_stop();
}

_Noreturn void power_reset(void)
{
    cpu_interrupts_off();
    console_drain();
    cpu_out8(KEYBOARD_STATUS, KEYBOARD_PULSE_RESET);
    wait_a_little();
    cpu_out8(RESET_CONTROL, 2); /* reset the CPU, warm ... */
    cpu_out8(RESET_CONTROL, 6); /* ... now */
    wait_a_little();
    power_triple_fault();
}
