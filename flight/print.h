/* Small pieces of text that several reports share. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "trace/frame.h"
#include "trace/text.h"

/* A sink into a file of the C library. */
struct text_sink print_sink(FILE *file);

/* 9936 as "9,936". */
void print_grouped(const struct text_sink *sink, uint64_t value);

/* "1 event", "9,936 events": grouped, with an 's' for all but one. */
void print_count(const struct text_sink *sink, uint64_t value, const char *noun);

/* A string of the capture, made harmless; "?" if it was not received. */
void print_string(const struct text_sink *sink, struct frame_string string);

/* At most `limit` bytes of a string in hexadecimal. */
void print_hex(const struct text_sink *sink, struct frame_string string, size_t limit);
