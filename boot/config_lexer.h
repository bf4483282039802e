/* The words of etc/system and of kernel/drv/<driver>.conf, as illumos has them (system(5),
 * driver.conf(5)), with line numbers.
 *
 * Beyond illumos: a dot may stand in a name, 0X is 0x, and a number that is no number is one bad
 * word (10k is not 10 and then k).
 *
 * A lexer over text in memory: nothing is copied, and no word has a limit of its own. */
#pragma once

#include <stdint.h>

#include "boot/slice.h"

enum config_token {
    CONFIG_END = 0, /* of the text */
    CONFIG_NEWLINE, /* LF, CR, or CR LF */
    CONFIG_EQUALS,
    CONFIG_AND,
    CONFIG_OR,
    CONFIG_STAR,
    CONFIG_HASH,
    CONFIG_COLON,
    CONFIG_SEMICOLON,
    CONFIG_COMMA,
    CONFIG_SLASH,
    CONFIG_NAME,        /* a letter, '_' or escape, then also digits, '-' and '.'; or a lone '-' */
    CONFIG_NUMBER,      /* decimal, octal behind 0, hexadecimal behind 0x; perhaps behind - or ~ */
    CONFIG_BAD_NUMBER,  /* begins like one: 08, 0x, 10k, too large for 64 bits with its sign */
    CONFIG_STRING,      /* between double quotes */
    CONFIG_OPEN_STRING, /* without a closing quote: ends where its first line does */
    CONFIG_BAD_STRING,  /* has both quotes, but an octal escape above 255 */
    CONFIG_VALUE,       /* only from config_lexer_next_value */
    CONFIG_UNEXPECTED,  /* any other character, alone */
};

/* Fill in text, and zero the rest. */
struct config_lexer {
    struct slice text;
    size_t at;         /* what has been read, in bytes */
    uint32_t newlines; /* in that */
};

struct config_word {
    enum config_token token;
    struct slice text; /* as it stands: with escapes, without quotes; absent at the end */
    uint64_t number;   /* of CONFIG_NUMBER; a negative one in two's complement */
    uint32_t line;     /* from 1, where it begins */
    size_t offset;     /* of its first character, be it a quote */
};

/* Reads the next word; blanks and TABs before it are skipped.  At the end, again CONFIG_END.
 *
 * In a name a backslash takes the next character along, unless that is a control character.  In
 * a string it does so with any, and a backslash at the end of a line goes on in the next. */
void config_lexer_next(struct config_lexer *lexer, struct config_word *word);

/* Reads all up to the next blank, TAB, newline or the end as one CONFIG_VALUE.  Where a newline,
 * '*', '#' or the end is next, gives that as config_lexer_next does; if there is another control
 * character in it, gives the first one as CONFIG_UNEXPECTED and goes behind it. */
void config_lexer_next_value(struct config_lexer *lexer, struct config_word *word);

/* Skips to the next newline or the end, which is then read next. */
void config_lexer_skip_line(struct config_lexer *lexer);

/* Copies a string's text without its escapes: backslash takes the next character, or up to three
 * octal digits, or vanishes with the newline behind it.  Gives the length; writes no more than
 * `size` bytes, and no NUL. */
size_t config_string_copy(struct slice text, char *buffer, size_t size);
