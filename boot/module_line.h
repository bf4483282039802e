/* One boot module's line: PATH [type=TYPE] [name=NAME] [hash=HEX].
 *
 * The words of illumos' module lines, with these differences: blanks in a row are one, a later
 * option always wins, and the path may be missing, because GRUB leaves it out where QEMU writes
 * it first.  There is no quoting, so a name cannot hold a blank.  A hash is only cut out here,
 * not read: see boot/digest.h. */
#pragma once

#include <stddef.h>

#include "boot/slice.h"

#define MODULE_NAME_MAX 1023u /* bytes */

/* What `type=` says. */
enum module_type {
    MODULE_TYPE_FILE = 0,
    MODULE_TYPE_ROOTFS,
    MODULE_TYPE_HASH,
    MODULE_TYPE_ENVIRONMENT,
    MODULE_TYPE_CONSOLE_FONT,
    MODULE_TYPE_DOF,
};

struct module_line {
    struct slice path;     /* absent if the first word is an option, or there is no word */
    struct slice name;     /* never absent: the path, or "-", unless the line says otherwise */
    struct slice hash;     /* absent unless the line has one */
    enum module_type type; /* a file unless the line says otherwise */
    bool bare;             /* nothing but a path, or not even that: what an old menu writes */
};

enum module_line_fault {
    MODULE_LINE_FAULT_NONE = 0,
    MODULE_LINE_FAULT_UNKNOWN_OPTION,
    MODULE_LINE_FAULT_UNKNOWN_TYPE,
    MODULE_LINE_FAULT_NO_VALUE,
    MODULE_LINE_FAULT_NAME_TOO_LONG, /* longer than MODULE_NAME_MAX */
};

/* Told each word that is not obeyed.  Where a listener is asked for, NULL means that nobody
 * listens. */
struct module_line_listener {
    void (*refused)(void *context, enum module_line_fault fault, struct slice word);
    void *context;
};

/* Reads a line of `length` bytes.  A first word that begins with "type=", "name=" or "hash=" is
 * an option, any other one is the path.  A word that is refused changes nothing: what an earlier
 * word said, or the default, stands.  (A path longer than MODULE_NAME_MAX stays the path, but
 * the default name is then "-".)  `text` may be NULL if length is 0. */
void module_line_parse(const char *text, size_t length, const struct module_line_listener *listener,
                       struct module_line *line);

/* The word behind "type=". */
const char *module_type_str(enum module_type type);

const char *module_line_fault_str(enum module_line_fault fault);
