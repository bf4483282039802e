/* The ways out of the machine. */
#pragma once

/* What goes to the emulator's isa-debug-exit; QEMU then exits with code * 2 + 1, which nothing
 * else produces.  docs/format.md has the protocol. */
enum power_exit {
    POWER_EXIT_SUCCESS = 0x10,
    POWER_EXIT_FAILURE = 0x11,
    POWER_EXIT_PANIC = 0x12,
};

/* Finds the ACPI tables, as long as page 0 can still be read.  Without them power-off falls
 * back to what emulators offer. */
void power_init(void);

/* The verdict that belongs to this code has left: the machine ends with it, whatever still comes. */
void power_decide(enum power_exit code);

/* Leaves with the code that was decided on, if one was, so that verdict and exit agree.  Returns if
 * none was. */
void power_exit_decided(void);

/* Leaves: through isa-debug-exit, else by powering off, else by halting for ever. */
_Noreturn void power_exit(enum power_exit code);

/* Leaves through isa-debug-exit alone; returns, after a while, where there is none. */
void power_leave(enum power_exit code);

/* Resets the machine: keyboard controller, reset control register, triple fault. */
_Noreturn void power_reset(void);

/* Shuts the CPU down: a fault with nobody to take it. */
_Noreturn void power_triple_fault(void);
