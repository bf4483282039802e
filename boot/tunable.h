/* Tunables: one table with name, type, range, default, value, and who set it.
 *
 * Who wins: a later origin of enum tunable_origin over an earlier one, whatever the order in time;
 * of the same origin the last one.
 *
 * Names: `kern.boottrace.enabled` is also `boottrace.enabled` and, as in etc/system,
 * `boottrace:enabled`: a ':' is a '.', and a leading "kern." may be left out on either side.
 * A tunable may have a second name.
 *
 * Pure logic: the caller owns the table and the memory for strings. */
#pragma once

#include <stdint.h>

#include "boot/diagnosis.h"

enum tunable_type {
    TUNABLE_UNSIGNED = 0, /* decimal, or hexadecimal behind 0x */
    TUNABLE_SIGNED,       /* the same with an optional '-'; value and range are int64_t */
    TUNABLE_SWITCH,       /* 0 or 1; also no, off, false, yes, on, true in any case */
    TUNABLE_CHOICE,       /* one of the words in `choices`; the value is its index */
    TUNABLE_STRING,       /* at most string_size - 1 bytes, any but NUL */
};

/* From the weakest to the strongest. */
enum tunable_origin {
    TUNABLE_DEFAULT = 0,
    TUNABLE_ETC_SYSTEM,
    TUNABLE_ENVIRONMENT,  /* an environment module */
    TUNABLE_COMMAND_LINE, /* of the kernel, -B or bare */
};

/* Fill in what is before `value` as the type needs it, and leave the rest to tunables_start. */
struct tunable {
    const char *name;        /* not empty, as the second one */
    const char *second_name; /* or NULL */
    const char *help;        /* one phrase */
    enum tunable_type type;
    bool early; /* obeyed from the command line only: needed before all else is read */
    uint64_t minimum, maximum;  /* of the numbers */
    uint64_t default_value;     /* of all but TUNABLE_STRING, and valid: it is not judged */
    const char *const *choices; /* of TUNABLE_CHOICE, ended by NULL */
    char *string;               /* of TUNABLE_STRING: the value, terminated, "" by default */
    size_t string_size;         /* at least 1 */
    uint64_t value;             /* of all but TUNABLE_STRING */
    enum tunable_origin origin;
    uint32_t line; /* of the file that set it; 0 if there are none */
};

/* A table of tunables, which is the caller's. */
struct tunables {
    struct tunable *table;
    uint32_t count;
};

enum tunable_status {
    TUNABLE_OK = 0,
    TUNABLE_OVERRULED, /* valid, but a stronger origin has spoken */
    TUNABLE_UNKNOWN,   /* for who gets NULL from tunables_find; not given here */
    TUNABLE_NOT_A_NUMBER,
    TUNABLE_OUT_OF_RANGE,
    TUNABLE_NO_SWITCH,
    TUNABLE_NO_CHOICE,
    TUNABLE_TOO_LONG,
    TUNABLE_HOLDS_NUL,  /* a string that would end at its NUL */
    TUNABLE_TOO_LATE,   /* early, and this is not the command line */
    TUNABLE_NOT_BITS,   /* & or | on something that is not TUNABLE_UNSIGNED */
    TUNABLE_WANTS_TEXT, /* a number for a choice or a string */
};

/* Gives every tunable its default. */
void tunables_start(const struct tunables *tunables);

/* Finds a tunable by one of its names, the first in the table; NULL if there is none. */
struct tunable *tunables_find(const struct tunables *tunables, struct slice name);

/* Where a value comes from. */
struct tunable_source {
    enum tunable_origin origin;
    uint32_t line;
};

/* What setting a tunable from that text would give if no origin were stronger. */
enum tunable_status tunable_judge_text(const struct tunable *tunable, struct slice text,
                                       struct tunable_source source);

/* Sets a tunable from text, which must not be its own string.  The text is judged before the
 * origin.  On every status but TUNABLE_OK nothing changes. */
enum tunable_status tunable_set_text(struct tunable *tunable, struct slice text,
                                     struct tunable_source source);

/* Sets a tunable from a number (a switch takes 0 and 1, a choice or string none; for a signed one it
 * is in two's complement).  `operator` is '=', or '&' or '|' to combine it with the present value;
 * combining is overruled before the result is judged.  On every status but TUNABLE_OK nothing
 * changes. */
enum tunable_status tunable_set_number(struct tunable *tunable, char operator, uint64_t number,
                                       struct tunable_source source);

/* Writes the value as text that tunable_set_text takes, terminated: a decimal number, a switch as 0
 * or 1, a choice as its word, a string as it is.  Gives its length, of which no more than size - 1
 * were written; `text` may be NULL if size is 0. */
size_t tunable_print(const struct tunable *tunable, char *text, size_t size);

const char *tunable_type_str(enum tunable_type type);
const char *tunable_origin_str(enum tunable_origin origin); /* "etc/system" and so on */
const char *tunable_status_str(enum tunable_status status); /* "nothing has this name" and so on */
