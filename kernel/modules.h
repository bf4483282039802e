/* The boot modules: read, verified, made into files (kernel/files.h), and told to the host.
 *
 * In this order: every line is read; hashes find the modules that they belong to; every hash is
 * verified; the boot archive is indexed; the modules come over it as files.  What fails its hash
 * is used nowhere. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "boot/module_line.h"
#include "boot/slice.h"

/* Does all that.  NULL, or why the boot must not go on: the boot archive is not what its hash
 * says. */
const char *modules_read(void);

/* Tells what became of each module: on the console, to the host, to boottrace, and by a probe.  Call it once, when
 * nothing refuses one any more: enablings have been loaded. */
void modules_tell(void);

/* A module in use: its name and its content, which stays where it is. */
struct module_content {
    uint32_t index;
    struct slice name;
    struct slice content;
};

/* Gives the modules of a type that are in use, in the loader's order; *cursor starts at 0.
 * False at the end. */
bool modules_next(enum module_type type, uint32_t *cursor, struct module_content *module);
