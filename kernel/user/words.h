/* Words of a command line: cuts text into commands, and those into their arguments.
 *
 *   - Blanks (space, TAB, CR) separate words; `;` and newline separate commands.
 *   - '...' holds anything but a single quote.  "..." holds anything; in it, and outside of quotes,
 *     a backslash takes the next character as it is, and vanishes together with a newline.
 *   - `#` where a word could begin starts a comment, up to the newline.
 *   - Empty quotes are an empty word.  There are no variables, patterns or redirections.
 *
 * Pure logic, fixed memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
    WORDS_MAX = 64,
    WORDS_BYTES_MAX = 1000, /* all words of a command, each with its terminator */
};

enum words_status {
    WORDS_OK = 0,
    WORDS_OPEN_QUOTE,     /* position: where the quote begins */
    WORDS_OPEN_BACKSLASH, /* position: of the backslash, behind which the text ends */
    WORDS_NUL,            /* position: of that byte, or of the backslash before it */
    WORDS_TOO_MANY,       /* position: where the word begins that is one too many */
    WORDS_TOO_LONG,       /* position: where the word begins that does not fit any more */
};

struct words {
    int argc;
    const char *argv[WORDS_MAX + 1]; /* the last is NULL; they point into `bytes` */
    size_t position;                 /* in the text; of an error, else of the first word */
    char bytes[WORDS_BYTES_MAX];
};

/* Cuts the next command that is not empty off the text from *at on, and moves *at behind it and
 * its separator, also when it is refused: then there are no words (argc 0), and *words has the
 * position of the first error.  WORDS_OK with argc 0 is the end of the text. */
enum words_status words_next(struct words *words, const char *text, size_t length, size_t *at);

/* "a quote is not closed" */
const char *words_status_str(enum words_status status);

/* One step below: what each character is.  Start with all of it zero. */
enum words_kind {
    WORDS_END = 0,   /* of the text */
    WORDS_BLANK,     /* between words, or in a comment */
    WORDS_SEPARATOR, /* between commands */
    WORDS_QUOTING,   /* opens or closes a quote: part of a word, but not of its text */
    WORDS_LITERAL,   /* part of a word's text */
};

struct words_scan {
    size_t at;
    size_t start;  /* of the last character in the text, with a backslash before it */
    size_t opened; /* where the last quote began */
    char quote;    /* that is open, or 0 */
    char literal;  /* of WORDS_LITERAL */
    bool in_word;  /* of which there may be no text yet */
    bool comment;
    bool open_backslash; /* the text ends behind a backslash, at `start` */
};

enum words_kind words_scan_next(struct words_scan *scan, const char *text, size_t length);
