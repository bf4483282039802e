/* etc/system: illumos' file of kernel settings (system(5)), command by command.
 *
 *     * comment               # comment, also behind a command
 *     set [module:]variable = | & | '|' value
 *     forceload: namespace/module
 *     exclude: namespace/module         include: (read, has no effect)
 *     moddir: directory[:directory]...
 *     rootfs: swapfs: rootdev: swapdev: value
 *
 * As in illumos: one command a line; its word is all lower or all upper case; set32 means set, for
 * this kernel has 32 bits, and set64 is told and passed over.  The directories of moddir may also
 * be separated by blanks.  What follows a whole command on its line is told, but the command
 * counts.  Any other line that cannot be obeyed is told once, in words close to illumos', and
 * passed over.  A string without its closing quote costs its own line only.
 *
 * Beyond illumos: dots may stand in the names of variables; no word has a length limit but
 * SYSTEM_FILE_WORD_MAX; a module has to be named namespace/module, of letters, digits and "_-.,/";
 * and a word that begins like a number and is none (10k) is refused.
 *
 * Pure logic: everything points into the text. */
#pragma once

#include <stdint.h>

#include "boot/config_lexer.h"
#include "boot/diagnosis.h"

#define SYSTEM_FILE_WORD_MAX 1023u /* bytes of a name, value or string as it stands */

/* Those that system(4) has. */
enum system_command_kind {
    SYSTEM_SET = 1,
    SYSTEM_FORCELOAD,
    SYSTEM_EXCLUDE,
    SYSTEM_INCLUDE,
    SYSTEM_MODDIR,
    SYSTEM_ROOTFS,
    SYSTEM_SWAPFS,
    SYSTEM_ROOTDEV,
    SYSTEM_SWAPDEV,
};

struct system_command {
    enum system_command_kind kind;
    uint32_t line; /* from 1 */
    size_t offset;
    struct slice value;    /* of all but set: up to white space; of moddir up to the last one */
    struct slice module;   /* of set: what stands before the ':', or absent */
    struct slice variable; /* of set, as it stands: with backslashes, if it has some */
    char operator;         /* of set: '=', '&' or '|' */
    bool is_string;        /* of set: string holds the value, else number; only with '=' */
    struct slice string;   /* with its escapes: see config_string_copy */
    uint64_t number;
};

/* Fill in lexer.text and listener, and zero the rest. */
struct system_file {
    struct config_lexer lexer;
    const struct diagnosis_listener *listener;
};

/* Gives the next command that can be obeyed; false at the end, and *command is then undefined. */
bool system_file_next(struct system_file *file, struct system_command *command);

/* Tells of what stands there twice among the first SYSTEM_FILE_REMEMBERED commands, each once, on
 * the last line of it among these: a variable that is set again with '=', a module that is named again by the
 * same command, and any other command given again.  Otherwise silent: the file has been gone
 * through by system_file_next before.
 *
 * Takes 2 KiB of stack.  Takes time in proportion to the text; at the very worst, where names were
 * made up to look alike, SYSTEM_FILE_REMEMBERED times that. */
#define SYSTEM_FILE_REMEMBERED 256u
void system_file_tell_duplicates(struct slice text, const struct diagnosis_listener *listener);

const char *system_command_str(enum system_command_kind kind); /* "set", "forceload" ... */
