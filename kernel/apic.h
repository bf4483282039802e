/* The local APIC: each CPU's own timer, and how CPUs interrupt each other (Intel SDM volume 3,
 * chapter 11). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Finds the local APIC of the boot CPU; false: there is none that this kernel can
 * use (no CPUID bit, switched off, or in x2APIC mode, which has no memory window). */
bool apic_find(void);
bool apic_is_there(void);

/* Switches this CPU's on: on the boot CPU the lines of the 8259A keep coming through it. */
void apic_init(bool is_boot_cpu);

/* This CPU's; 0 without a local APIC. */
uint32_t apic_id(void);

/* Ends the interrupt that is being handled.  Context: interrupt. */
void apic_end(void);

/* Measures the timer against the TSC once, for all CPUs, within some milliseconds; false if it
 * does not count. */
bool apic_calibrate_timer(uint64_t tsc_hz);

/* Raises TRAP_APIC_TIMER on this CPU once, in `cycles` of the TSC or, if that is more than it can
 * count, earlier. */
void apic_start_timer(uint64_t cycles);
void apic_stop_timer(void);

/* Interrupts another CPU with the vector, or with an NMI; INIT and start-up at `page` bring one
 * up.  False: the last one has not been taken within the bound. */
bool apic_send(uint32_t apic_id, uint32_t vector);
bool apic_send_nmi(uint32_t apic_id);
bool apic_send_init(uint32_t apic_id);
bool apic_send_startup(uint32_t apic_id, uint32_t page);
