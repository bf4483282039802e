/* Which hash belongs to which module, and whether it is the right one. */
#pragma once

#include "kernel/module_list.h"
#include "trace/text.h"

/* Takes every hash out of lines and hash modules and verifies the modules that they belong to: each
 * module's `digest` and `state` say what came out, and what is wrong is one line. */
void module_hashes_verify(void);

/* Prints how a module failed its hash: "hash mismatch: expected sha256:..., found sha256:...". */
void module_hashes_explain(const struct text_sink *sink, const struct boot_module *module);
