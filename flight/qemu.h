/* What QEMU is told: its command line for a run.
 *
 * Pure logic: builds text, starts nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QEMU_PROGRAM "qemu-system-i386"

struct qemu_plan {
    const char *kernel;         /* as the guest's command line begins; NULL: `iso` boots */
    const char *iso;            /* without commas */
    const char *append;         /* "" if there is nothing to append */
    const char *const *modules; /* module strings: file and options */
    size_t module_count;
    uint32_t memory_mib;
    bool deterministic;
    const char *log;          /* where QEMU notes resets */
    const char *const *extra; /* arguments of the user, behind all others */
    size_t extra_count;
};

/* The argument vector, ended by NULL. */
char **qemu_arguments(const struct qemu_plan *plan);
void qemu_arguments_free(char **arguments);

/* Which of the four serial ports, from 0, a kernel command line chooses for its console; 0 if it
 * is none of them. */
uint32_t qemu_console(const char *line);
