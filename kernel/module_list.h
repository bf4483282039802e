/* The boot modules as the loader listed them, one record for each. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "boot/digest.h"
#include "boot/module_line.h"
#include "boot/multiboot.h"

/* What became of a module. */
enum module_state {
    MODULE_REFUSED = 0, /* left out: the loader's entry, or its name, cannot be used */
    MODULE_ACCEPTED,    /* in use; there is no hash of it */
    MODULE_VERIFIED,    /* in use; it is what its hash says */
    MODULE_MISMATCH,    /* left out: it is not what its hash says */
    MODULE_BAD_HASH,    /* left out: it has a hash, but it or the hash cannot be read */
    MODULE_IGNORED,     /* sound, but this kernel has no use for it, or another took its place */
};

struct boot_module {
    struct multiboot_module given;
    struct module_line line;
    struct digest digest; /* that it should have; DIGEST_NONE if there is no hash */
    struct digest found;  /* that it has, on a mismatch */
    enum module_state state;
    const char *why; /* it is left out, as one phrase; always there of MODULE_BAD_HASH */
    bool hash_done;  /* of a hash module: it was looked at, or it has been told why not */
    uint32_t names;  /* that lead to it in the tree of files */
    enum module_state without_names; /* what it is if none is left */
};

/* Reads every line; what is not understood is one line on the console each.  Then the old style's
 * rule: one or two bare lines (no options) are the archive and its hash, if no line says
 * type=rootfs, the first of them is an archive that can be read, and the second a hash. */
void module_list_read(void);

/* How many the loader listed; 0 if there was no memory for a list. */
uint32_t module_list_count(void);

/* Module `index` of that many; those that the loader's entry makes unusable are MODULE_REFUSED and
 * have a line, but no content. */
struct boot_module *module_list_at(uint32_t index);

static inline struct slice boot_module_content(const struct boot_module *module)
{
    return (struct slice){(const char *)(uintptr_t)module->given.start,
                          module->given.end - module->given.start};
}

/* Its name as that of a file, and of what its hash is of: without a leading "system/boot/", below
 * which it stands anyway. */
struct slice boot_module_name(const struct boot_module *module);

/* In use: accepted or verified. */
static inline bool boot_module_is_used(const struct boot_module *module)
{
    return module->state == MODULE_ACCEPTED || module->state == MODULE_VERIFIED;
}

static inline bool boot_module_is_used_as(const struct boot_module *module, enum module_type type)
{
    return boot_module_is_used(module) && module->line.type == type;
}

/* Leaves it out; `why` is one phrase. */
static inline void boot_module_refuse(struct boot_module *module, const char *why)
{
    module->state = MODULE_REFUSED;
    module->why = why;
}

const char *module_state_str(enum module_state state); /* the words of frame M */
