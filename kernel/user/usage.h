/* What programs print, and what they say of mistakes, in FreeBSD's words (err(3)). */
#pragma once

#include <stddef.h>

#include "kernel/user/program.h"

enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_MISUSED = 1,
};

/* A line among the errors, in the words of text_print; what it holds is made harmless. */
void tell_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "usage: NAME ARGUMENTS"; gives EXIT_MISUSED. */
int usage(const struct program *program);

/* "PROGRAM: SUBJECT: what the error means"; gives EXIT_FAILED. */
int complain(const char *program, const char *subject, int error);

/* Text that may hold anything, made harmless. */
void print_text(const char *text);

/* The same, but ends of lines and tabs are what they are. */
void print_lines(const char *text, size_t length);

/* The words of echo(1): with blanks between them, and the end of a line if the first is not -n. */
void echo_words(int count, const char *const *words);

/* As print_text, with blanks between them, and the end of a line. */
void print_words(int count, const char *const *words);
