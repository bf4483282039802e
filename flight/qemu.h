/* What QEMU is told: its command line for a run.
 *
 * Pure logic: builds text, starts nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the machine boots from. */
enum qemu_medium {
    QEMU_MEDIUM_KERNEL = 0, /* QEMU is the loader */
    QEMU_MEDIUM_CD,
    QEMU_MEDIUM_STICK,
    QEMU_MEDIUM_NET,
};

enum qemu_firmware {
    QEMU_FIRMWARE_BIOS = 0,
    QEMU_FIRMWARE_UEFI,
    QEMU_FIRMWARE_UEFI32, /* needs the machine q35 */
};

struct qemu_plan {
    enum qemu_medium medium;
    enum qemu_firmware firmware;
    const char *machine;   /* NULL: the usual one */
    const char *kernel;    /* as the guest's command line begins */
    const char *image;     /* of CD or stick, or the folder that the network serves; no commas */
    const char *boot_file; /* in that folder */
    const char *append;    /* "" if there is nothing to append */
    const char *const *modules; /* module strings: file and options */
    size_t module_count;
    uint32_t memory_mib;
    uint32_t cpus;
    bool deterministic;
    const char *log;          /* where QEMU notes resets */
    const char *const *extra; /* arguments of the user, behind all others */
    size_t extra_count;
};

/* The files of a firmware that QEMU does not bring itself, ended by NULL. */
const char *const *qemu_firmware_files(enum qemu_firmware firmware);

/* The argument vector, ended by NULL. */
char **qemu_arguments(const struct qemu_plan *plan);
void qemu_arguments_free(char **arguments);
