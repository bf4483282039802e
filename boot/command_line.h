/* The kernel's command line, option by option.
 *
 * Words are separated by blanks (space, TAB, FF, LF, CR): bare words, `name=value`, and illumos'
 * `-B name=value,name=value...`, of which each pair is an option of its own.  A quoted -B is a word
 * like any other.
 *
 * Single and double quotes hold blanks (and the commas of -B) together, anywhere in a word, and
 * vanish.  Inside double quotes a backslash takes the next character as it is.  Outside, it does
 * so only with a backslash; before a quote it belongs to the quote: GRUB writes a quote that was
 * meant for the kernel as \", and so \"a,b\" groups as "a,b" does.  (It also puts quotes around an
 * argument that holds a blank: a list of -B is then one pair, so keep blanks out of it there.)
 *
 * Pure logic: the caller's line is not changed; words that quotes do not let stand as they are
 * are put together in the caller's buffer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fill in the first four, and zero the rest. */
struct command_line {
    const char *text; /* not terminated; may be NULL if length is 0 */
    size_t length;
    char *buffer; /* for one option; may be NULL if the size is 0 */
    size_t buffer_size;
    size_t at;    /* what has been read */
    bool in_list; /* behind -B, up to the next blank */
};

enum command_line_status {
    COMMAND_LINE_OK = 0,
    COMMAND_LINE_UNTERMINATED, /* a quote without an end: taken to the end of the line */
    COMMAND_LINE_TOO_LONG,     /* quoted and larger than the buffer: name is the raw word */
    COMMAND_LINE_NO_NAME,      /* nothing before the '=' */
    COMMAND_LINE_NO_LIST,      /* -B is the last word; name is "-B" */
};

/* One option; name and value are not terminated and last until the next call. */
struct command_line_option {
    enum command_line_status status;
    const char *name;
    size_t name_length;
    const char *value; /* NULL if the word has no '='; else value_length bytes, perhaps none */
    size_t value_length;
    bool property; /* stood behind -B */
};

/* Gives the next option, as well as it could be read, with its status.  QEMU puts the kernel's
 * path first: a bare word like any other.  False at the end; *option is then zeroed. */
bool command_line_next(struct command_line *line, struct command_line_option *option);

/* Whether that is the option's whole name. */
bool command_line_is(const struct command_line_option *option, const char *name);

/* Reads a number: decimal, or hexadecimal behind 0x, and nothing else around it.
 * False if it is none or exceeds 64 bits; *value is then untouched. */
bool command_line_number(const char *text, size_t length, uint64_t *value);

const char *command_line_status_str(enum command_line_status status);
