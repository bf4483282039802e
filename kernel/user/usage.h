/* What programs say when they cannot do what they were asked, in FreeBSD's words (err(3)). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/user/program.h"

enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_MISUSED = 1,
};

/* "usage: NAME ARGUMENTS"; gives EXIT_MISUSED. */
int usage(const struct program *program);

/* "PROGRAM: SUBJECT: what the error means"; gives EXIT_FAILED. */
int complain(const char *program, const char *subject, int error);

/* NULL: there is none. */
const struct program *program_find(const char *name);

/* Of two texts with ends. */
bool text_equal(const char *a, const char *b);
bool text_begins(const char *text, const char *beginning);
/* Below 0, 0 or above, as strcmp(3). */
int text_compare(const char *a, const char *b);

/* Text that may hold anything, made harmless. */
void print_text(const char *text);

/* The same, but ends of lines and tabs are what they are. */
void print_lines(const char *text, size_t length);

/* The words of echo(1): with blanks between them, and the end of a line if the first is not -n. */
void echo_words(int count, const char *const *words);

/* As print_text, with blanks between them, and the end of a line. */
void print_words(int count, const char *const *words);
