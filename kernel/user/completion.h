/* What may stand at the cursor of the shell's line: names of commands in the first word, of
 * sysctls behind `sysctl`, segment by segment, and paths everywhere else (and in a first word with
 * a slash).
 *
 * Quotes and backslashes mean what they mean in words.h.  Names that begin with a dot come only
 * when the dot has been typed; names with control characters never, since they cannot be typed.
 * What cannot be read gives no candidates.  There is no current directory: relative paths begin at
 * the top. */
#pragma once

#include "kernel/user/line_editor.h"
#include "kernel/user/system.h"

enum {
    COMPLETION_PATH_MAX = SYSTEM_NAME_MAX + LINE_EDITOR_LINE_MAX + 1,
};

struct completion {
    const char *const *builtins; /* commands beside the programs; the last one is NULL */

    /* Private. */
    const char *line;
    size_t cursor;
    size_t index;                        /* of the word at the cursor in its command, from 0 */
    size_t start;                        /* of that word in the line */
    size_t name;                         /* of what is behind its last slash in the line */
    char quote;                          /* that is open there, or 0 */
    bool comment;                        /* the cursor is in one */
    bool of_sysctl;                      /* the first word of the command is sysctl */
    char word[LINE_EDITOR_LINE_MAX + 1]; /* up to the cursor, without quotes, terminated */
    size_t length;
    size_t directory; /* bytes of it up to its last slash */
    char path[COMPLETION_PATH_MAX + 1];
    char candidate[2 * SYSTEM_NAME_MAX + 2];
    struct system_entry entry;
};

/* The completion of a line editor: `completion` must last as long as it is used. */
void completion_init(struct completion *completion, const char *const *builtins);
struct line_completion completion_for_editor(struct completion *completion);
