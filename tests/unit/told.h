/* What a parser of configuration tells, put together as text that a test can compare; included behind
 * cmocka.h. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "boot/diagnosis.h"

enum {
    LOG_SIZE = 16384
};

static char told[LOG_SIZE];

__attribute__((format(printf, 2, 3))) static inline void append(char *log, const char *format, ...)
{
    size_t length = strlen(log);
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(log + length, LOG_SIZE - length, format, arguments);
    va_end(arguments);
    assert_true(more >= 0 && (size_t)more < LOG_SIZE - length);
}

static inline void told_hear(void *context, const struct diagnosis *diagnosis)
{
    (void)context;
    append(told, "%u: %s", diagnosis->line, diagnosis->what);
    if (diagnosis->subject.text != NULL)
        append(told, " '%.*s'", (int)diagnosis->subject.length, diagnosis->subject.text);
    append(told, "; %s\n", diagnosis->instead);
}

static const struct diagnosis_listener listener = {told_hear, NULL};
