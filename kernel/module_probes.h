/* The provider module: what became of the boot modules.
 *
 *     module:::accepted    name, type, size, "accepted" or "verified" (by a hash)
 *     module:::refused     name, type, size, why it is left out
 *
 * Names, types and reasons are text, which ends with a NUL; a name is cut off after 255 bytes. */
#pragma once

#include "kernel/module_list.h"

/* Fires one of the two.  Context: the boot CPU, alone. */
void module_probes_fire(const struct boot_module *module);
