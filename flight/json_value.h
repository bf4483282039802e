/* Values of the report for programs, and how they are written: one by one and at once, so that a large capture
 * costs no memory. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "trace/frame.h"

/* JSON as jansson has it ends at 2^63 - 1; above that a number is as exact as a double. */
json_t *json_value_of_unsigned(uint64_t value);

/* Exact if it is UTF-8; else its foreign bytes are escaped as \xNN.  null, if it was not received. */
json_t *json_value_of_string(struct frame_string string);
json_t *json_value_of_text(const char *text);
json_t *json_value_of_escaped(struct frame_string string);

/* Writes a value and forgets it. */
void json_value_write(FILE *out, json_t *value);

/* The same on a line of its own, in a list. */
void json_value_write_row(FILE *out, size_t row, json_t *value);
