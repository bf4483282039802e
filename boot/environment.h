/* The environment that a loader hands over as a boot module: pairs of name and value.
 *
 * Two forms, told apart by whether there is a NUL in it:
 *
 *   - illumos: `name=value` NUL, repeated, with an empty one (or nothing) at the end.  The last NUL
 *     may be missing.  Nothing is skipped and nothing quoted: the value is all that stands behind
 *     the first '='.
 *   - FreeBSD's loader.conf(5): lines of `name="value"`, with `#` comments.  Blanks are skipped,
 *     also around the '='; the quotes may be left out if the value holds no blank, '"' or '#'.
 *     Inside quotes a backslash takes the next character as it is, and an unescaped quote ends the
 *     value, which cannot go on in the next line.  Behind it only a comment may follow: as in
 *     FreeBSD, the line is refused otherwise.  No name is special, not even `exec`.  Lines end in
 *     LF; CR is a blank.
 *
 * A name has 1 to ENVIRONMENT_NAME_MAX characters out of A-Z a-z 0-9 . _ - : [ ] # and nothing else
 * (loaders write `menu_caption[1]` and `screen-#rows`; in lines, # begins a comment).  A value may
 * hold anything else, and an empty one is a value.  What cannot be read is told, one diagnosis for
 * each line or entry (subjects are cut after ENVIRONMENT_NAME_MAX bytes), and passed over; reading
 * goes on at the next NUL or line.
 *
 * Pure logic: values point into the text, unless escapes must vanish; then into the caller's
 * buffer. */
#pragma once

#include <stdint.h>

#include "boot/diagnosis.h"

#define ENVIRONMENT_NAME_MAX 255u

/* Fill in the first four and zero the rest. */
struct environment {
    struct slice text;
    char *buffer; /* for one value; may be NULL if the size is 0 */
    size_t buffer_size;
    const struct diagnosis_listener *listener;
    bool started;
    bool lines; /* loader.conf's form */
    size_t at;
    uint32_t line; /* that was read last */
};

struct environment_pair {
    struct slice name;
    struct slice value; /* never absent, perhaps empty; lasts until the next call */
    uint32_t line;      /* from 1; 0 in the form with NULs */
    size_t offset;      /* of the name in the text */
};

/* Gives the next pair; false at the end, where *pair is left as it is. */
bool environment_next(struct environment *environment, struct environment_pair *pair);

/* Whether this name is the loader's own business and no setting for a kernel: what illumos holds
 * back (boot.*, currdev, dhcp.*, loader_*, menu*, module_path, smbios.* ...), and what loader(8),
 * loader.conf(5) and the boot menu of FreeBSD keep for themselves.  boot_verbose and its like, and
 * `console`, are meant for kernels. */
bool environment_is_private(struct slice name);
