/* What a run boots: files and strings of the user, completed by what stands beside flight.
 *
 * A check that fails has said why, in one line on stderr. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flight/commands.h"
#include "flight/options.h"
#include "flight/qemu.h"
#include "flight/staging.h"

/* A boot module that no file of the user holds: bytes, or a file under another name. */
struct run_module {
    char *name;   /* in the staging folder */
    char *string; /* the whole string: name, blank, options */
    const void *bytes;
    size_t length;
    char *source; /* a file instead of bytes, or NULL */
};

struct run_plan {
    const struct flight_command *command;
    const char *kernel; /* NULL: the own one, or another medium */
    const char *iso;
    const char *disk; /* the image of a USB stick */
    const char *net;  /* the folder of a TFTP server */
    const char *machine;
    const char *firmware_name; /* NULL: the BIOS */
    enum qemu_firmware firmware;
    const char *words; /* of the kernel's command line, before all others; NULL: none */
    const char *append;
    struct option_list modules;
    struct run_module *made; /* modules before those of the user */
    size_t made_count;
    size_t made_capacity;
    struct option_list extra; /* arguments for QEMU */
    struct option_list exec;  /* commands for the kernel */
    uint32_t memory_mib;
    uint32_t cpus;
    bool deterministic;
    bool interactive; /* somebody types: the kernel is to have a shell */
    bool bare;        /* without the boot archive */
    char *own_kernel; /* the one beside this program, if that is to boot */
    char *archive;    /* the boot archive beside it, if that is to be added */
};

/* Whether what the user said fits together; fills in `firmware`. */
bool run_plan_usable(struct run_plan *plan);

/* Adds kernel and boot archive from beside this program, where the user named none. */
void run_plan_complete(struct run_plan *plan);

/* Adds a module of bytes, which stay the caller's. */
void run_plan_add_bytes(struct run_plan *plan, const char *name, const char *options,
                        const void *bytes, size_t length);

/* Adds a file as a module of that name. */
void run_plan_add_file(struct run_plan *plan, const char *name, const char *options,
                       const char *source);

/* Whether `output`, which is to be written anew, is none of the files that boot; NULL is none. */
bool run_plan_spares(const struct run_plan *plan, const char *output);

/* Whether every file is there and can be read. */
bool run_plan_readable(const struct run_plan *plan);

/* Creates the staging folder with every file that has a relative name.  To be removed in either
 * case.  FLIGHT_SUCCESS, or the status to leave with. */
enum flight_status run_plan_stage(const struct run_plan *plan, struct staging *staging);

/* QEMU's arguments, for qemu_arguments_free. */
char **run_plan_arguments(const struct run_plan *plan, const struct staging *staging);

void run_plan_free(struct run_plan *plan);
