/* Words of a command line: says what each character is, for who completes a word.
 *
 *   - Blanks (space, TAB, CR) separate words; `;`, `&`, `|`, parentheses and newline separate
 *     commands.
 *   - '...' holds anything but a single quote.  "..." holds anything; in it, and outside of quotes,
 *     a backslash takes the next character as it is, and vanishes together with a newline.
 *   - `#` where a word could begin starts a comment, up to the newline.
 *
 * What `$` means is for the shell itself (sh_scan.c).  Pure logic, fixed memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What a character is. */
enum words_kind {
    WORDS_END = 0,   /* of the text */
    WORDS_BLANK,     /* between words, or in a comment */
    WORDS_SEPARATOR, /* between commands */
    WORDS_QUOTING,   /* opens or closes a quote: part of a word, but not of its text */
    WORDS_LITERAL,   /* part of a word's text */
};

/* Start with all of it zero. */
struct words_scan {
    size_t at;
    size_t start; /* of the last character in the text, with a backslash before it */
    char quote;   /* that is open, or 0 */
    char literal; /* of WORDS_LITERAL */
    bool in_word; /* of which there may be no text yet */
    bool comment;
};

/* The kind of the next character, over which it moves; WORDS_END at the end of the text. */
enum words_kind words_scan_next(struct words_scan *scan, const char *text, size_t length);
