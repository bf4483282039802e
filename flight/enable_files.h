/* The two files that dtrace -A changes, as texts: without an old enabling, and with a new one.
 *
 * Pure but for memory. */
#pragma once

#include <stdbool.h>

#include "flight/d/compile.h"
#include "flight/file_bytes.h"

/* Where they stand in a folder of `flight enable`, and in the boot filesystem. */
#define ENABLE_FILES_CONF   "kernel/drv/dtrace.conf"
#define ENABLE_FILES_SYSTEM "etc/system"

/* Appends to `to` a kernel/drv/dtrace.conf: the lines of `from`, but for those of an old enabling, and one line for
 * each object.  True: there was an old one.  With no object, and nothing left of an old enabling but the
 * driver's line, `to` stays empty. */
bool enable_files_conf(struct file_bytes *to, const struct file_bytes *from,
                       const struct d_bytes *objects, size_t count);

enum enable_files_status {
    ENABLE_FILES_OK = 0,
    ENABLE_FILES_REPLACED, /* there was an old block */
    ENABLE_FILES_NUL,
    ENABLE_FILES_TWO_STARTS,
    ENABLE_FILES_TWO_ENDS,
    ENABLE_FILES_NO_END,
    ENABLE_FILES_END_FIRST,
};

/* Appends to `to` an etc/system: `from` without the block of an old enabling, and, if `enabled`, a new block.  What
 * is neither OK nor REPLACED leaves `to` as it was. */
enum enable_files_status enable_files_system(struct file_bytes *to, const struct file_bytes *from,
                                             bool enabled);

const char *enable_files_status_str(enum enable_files_status status);
