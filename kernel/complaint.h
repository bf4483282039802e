/* One line about something that came from outside: what, where, and what happens instead. */
#pragma once

#include "boot/diagnosis.h"
#include "trace/text.h"

/* After so many complaints about one file (or list) nothing more is told of it but that. */
#define COMPLAINTS_MAX 1000u

/* What follows is about another file. */
void complaint_start(void);

/* Counts a complaint; false if it is one too many, which is told once. */
bool complaint_may_print(const struct text_sink *sink, struct slice where);

/* A name from outside, made harmless and between quotes. */
void complaint_print_name(const struct text_sink *sink, struct slice name);

/* "WHERE:LINE: ", or "WHERE: " for line 0. */
void complaint_print_place(const struct text_sink *sink, struct slice where, uint32_t line);

/* Prints "WHERE:LINE: WHAT 'SUBJECT'; INSTEAD" and the end of the line; without a line but with an
 * offset "WHERE: byte OFFSET: ...".  Of a long subject the first COMPLAINT_SUBJECT_MAX bytes are
 * shown, and dots. */
#define COMPLAINT_SUBJECT_MAX 80u
void complaint_print(const struct text_sink *sink, struct slice where,
                     const struct diagnosis *diagnosis);
