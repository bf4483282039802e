/* sh: from text to commands.
 *
 * A text is read one complete command after the other: what stands on a line, and on the lines
 * that it needs to be complete.  Each becomes a tree on the stack of the shell's memory.  The parts of
 * a tree refer to each other by sh_link and lie in one piece, so that it can be copied as a whole.
 *
 * Words keep their quotes, `$` and all (sh_expand.h); what stands in `$(...)` is read here once to
 * find its end, and again when it runs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/slice.h"
#include "kernel/user/sh_memory.h"

struct sh_word {
    sh_link next;
    uint32_t line;
    uint32_t length;
    bool assignment; /* NAME=... before a command */
    char text[];     /* with a NUL behind it */
};

enum sh_redirecting {
    SH_TO,        /* > and >> */
    SH_FROM,      /* < */
    SH_HERE,      /* << */
    SH_DUPLICATE, /* >& and <& */
};

enum {
    SH_BOTH_STREAMS = 10, /* &> */
};

struct sh_redirection {
    sh_link next;
    uint32_t line;
    enum sh_redirecting kind;
    uint32_t number; /* of the stream: 0, 1, 2, SH_BOTH_STREAMS, others */
    bool quoted;     /* of SH_HERE: the text stands for itself */
    sh_link word;    /* struct sh_word: the target, or the text */
};

enum sh_kind {
    SH_SIMPLE = 1, /* words, redirections */
    SH_AND,        /* first && second */
    SH_OR,         /* first || second */
    SH_NOT,        /* ! first */
    SH_PIPE,       /* first | ...: there are none, which is told when it runs */
    SH_BACKGROUND, /* first &; text: how it was written */
    SH_IF,         /* if first; then second; else third */
    SH_WHILE,      /* while first; do second */
    SH_UNTIL,
    SH_FOR,       /* for text in words; do second; without `in`: `parameters` */
    SH_CASE,      /* case words in first */
    SH_CASE_ITEM, /* words) first ;; */
    SH_GROUP,     /* { first; } */
    SH_SUBSHELL,  /* ( first ) */
    SH_FUNCTION,  /* text() second */
};

struct sh_node {
    enum sh_kind kind;
    uint32_t line; /* where it begins */
    sh_link next;  /* the command that runs behind this one */
    sh_link first, second, third;
    sh_link words;        /* struct sh_word */
    sh_link redirections; /* struct sh_redirection */
    sh_link text;         /* char */
    uint32_t size;        /* SH_FUNCTION: bytes from here on, in which all of it lies */
    bool parameters;
};

enum sh_parsed {
    SH_PARSED = 0,
    SH_PARSED_END,   /* there is no further command */
    SH_PARSED_OPEN,  /* the text ends within a command */
    SH_PARSED_WRONG, /* no further text could make sense of it */
};

enum token {
    TOKEN_END = 0,
    TOKEN_NEWLINE,
    TOKEN_WORD,
    TOKEN_NUMBER, /* before < or > */
    TOKEN_OPERATOR,
};

enum {
    SH_HERE_MAX = 4, /* here-documents of a line */
};

struct sh_parser {
    struct sh *sh;
    struct slice text;
    size_t at;
    uint32_t line; /* at `at`, from 1 */

    /* What is wrong, from SH_PARSED_OPEN on. */
    uint32_t wrong_line;
    char wrong_word[24];
    char what[40];

    /* Private. */
    enum sh_parsed status;
    enum token token;
    struct slice word;
    uint32_t token_line;
    struct sh_redirection *here[SH_HERE_MAX]; /* whose text begins behind the next newline */
    struct slice here_end[SH_HERE_MAX];
    uint32_t heres;
    struct sh_node *functions; /* of this command; linked by `third` */
};

/* Begins with a text that stays where it is; `line` is the number of its first line. */
void sh_parse_start(struct sh_parser *parser, struct sh *sh, struct slice text, uint32_t line);

/* Reads the next command.  *node is its tree, to be released by whoever took a mark before. */
enum sh_parsed sh_parse_next(struct sh_parser *parser, struct sh_node **node);

/* --- Between sh_scan.c and sh_parse.c --- */

/* Reads the next token; false: something is wrong. */
bool sh_scan(struct sh_parser *parser);

/* The texts of all here-documents have been read; else that is told. */
bool sh_heres_read(struct sh_parser *parser);

/* Whether the token is this operator, or this word without quotes; or one of several. */
bool sh_token_is(const struct sh_parser *parser, const char *text);
bool sh_token_is_one(const struct sh_parser *parser, const char *const *texts, size_t count);

/* Reads commands until `)`, which is then the token. */
bool sh_parse_until_parenthesis(struct sh_parser *parser);

/* Makes a word on the stack; NULL: memory is full. */
struct sh_word *sh_word_make(struct sh *sh, struct slice text, uint32_t line);

/* Tells the first thing that is wrong; gives false. */
bool sh_parse_wrong(struct sh_parser *parser, enum sh_parsed status, uint32_t line,
                    struct slice word, const char *what);
bool sh_parse_open(struct sh_parser *parser, uint32_t line, const char *word, const char *what);

/* What stands in a word behind `$` or a backtick, at `at`; moves behind its end. */
bool sh_skip_dollar(struct sh_parser *parser);
bool sh_skip_backticks(struct sh_parser *parser);
