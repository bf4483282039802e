/* The boot archive: measured, then made into files. */
#pragma once

#include <stdbool.h>

#include "kernel/module_list.h"

/* Looks what kind of archive it is (NULL: none) and how large: gives the nodes of the tree that it
 * can take.  One that cannot be read at all is told, and its state becomes MODULE_REFUSED. */
uint32_t boot_archive_measure(struct boot_module *module);

/* What to do about an archive that is compressed. */
#define BOOT_ARCHIVE_GZIP_ADVICE "let GRUB decompress it (module without --nounzip, insmod gzio)"

/* Adds its entries to the tree of files, except below the directory `reserved`; damage is one line
 * with its offset, and what lies before it is there. */
void boot_archive_index(const struct boot_module *module, uint32_t reserved);

/* Whether there is a boot archive that can be read. */
bool boot_archive_is_there(void);
