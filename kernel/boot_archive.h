/* The boot archive: measured, then made into files. */
#pragma once

#include <stdbool.h>

#include "kernel/module_list.h"

struct boot_archive_count {
    uint32_t nodes; /* of the tree that it can take */
};

/* Looks what kind of archive it is (NULL: none) and how large; one that cannot be read at all is told, and
 * its state becomes MODULE_REFUSED. */
struct boot_archive_count boot_archive_measure(struct boot_module *module);

/* Adds its entries to the tree of files, except below the directory `reserved`; damage is one line with its
 * offset, and what lies before it is there. */
void boot_archive_index(const struct boot_module *module, uint32_t reserved);

/* Whether there is a boot archive that can be read. */
bool boot_archive_is_there(void);
