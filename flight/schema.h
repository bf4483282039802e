/* The fields of a kind of frames: those that a stream says it has, beside those that this
 * reader knows.
 *
 * Fields are `name:type` with a blank between them, as in docs/format.md.  New ones are only ever
 * added behind the last, so of two lists from different times the shorter is the beginning
 * of the longer.  A list with a part that repeats, which goes to the end of the payload, has no
 * such future: it is known as a whole or not at all.
 *
 * Pure logic. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "trace/frame.h"

#define SCHEMA_LENGTH_MAX 1024u /* bytes: a list is gone through for each of its frames */

/* How many fields a list has; of a part that repeats each one counts. */
uint32_t schema_count(const char *fields);

/* How many of the known fields the stream has: all of them if it sent as many or more, fewer if it
 * is older.  0 if its list contradicts what is known. */
uint32_t schema_shared(struct frame_string sent, const char *known);

/* Whether a payload goes on to the end of its stream's own list, as far as that can be told: up to
 * a part that repeats, or a type that is unknown here. */
bool schema_fits(struct frame_string sent, struct frame_reader payload);
