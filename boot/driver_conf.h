/* kernel/drv/<driver>.conf: illumos' driver properties (driver.conf(5)).
 *
 *     file   := { '#' comment | newline | entry }
 *     entry  := item { item } ';'
 *     item   := NAME [ '=' value { ',' value } ]
 *     value  := STRING | NUMBER
 *
 * Newlines and comments are free inside an entry; '*' begins no comment.  `name`, `parent` and
 * `class` (or all three in capitals) take one string each, once.  An item without a value is the
 * number 0.  An entry with none of the three holds properties of the driver itself, as
 * `dof-data-0=...;`; any other needs a name, and a parent or a class.
 *
 * What is wrong is told once, on its line, and costs
 *
 *   - the property: strings and numbers mixed (as in illumos); a number that is none, or does not
 *     fit into 32 bits (it fits from -2^31 to 2^32 - 1; illumos cuts it off in silence); an escape
 *     above 255; no value between '=' or ',' and the ';'; a name with a backslash (without which
 *     none of / \ : [ ] @ can get into it);
 *   - the entry, up to and with its ';': anything else.  A string without its closing quote ends
 *     with its line; is the last character there a ';', it is taken for the entry's.
 *
 * Values are not expanded: they are read out of the text again whenever somebody asks, so a list
 * of a million bytes costs nothing but its text, and reading is linear.
 *
 * Pure logic: everything points into the text. */
#pragma once

#include <stdint.h>

#include "boot/config_lexer.h"
#include "boot/diagnosis.h"

/* What the values of a property are: all of one kind. */
enum driver_value_kind {
    DRIVER_NUMBERS = 0,
    DRIVER_STRINGS,
};

struct driver_property {
    struct slice name;
    enum driver_value_kind kind;
    uint32_t count;      /* of values; 1 with number 0 if there was no '=' */
    struct slice values; /* their text; absent if there was no '=' */
    uint32_t line;       /* from 1 */
    size_t offset;
};

struct driver_entry {
    struct slice name; /* with escapes, without quotes, as all three; absent if not given */
    struct slice parent;
    struct slice class;
    bool global;         /* none of the three was given */
    uint32_t properties; /* beside the three, those dropped not counted; perhaps 0 */
    uint32_t line;       /* from 1 */
    struct slice text;   /* of the entry, without its ';' */
    size_t offset;       /* of that text in the file */
};

/* Fill in lexer.text and listener, and zero the rest. */
struct driver_conf {
    struct config_lexer lexer;
    const struct diagnosis_listener *listener;
};

/* Gives the next whole entry; false at the end, and *entry is then undefined.  All that is told is
 * told here, once. */
bool driver_conf_next(struct driver_conf *conf, struct driver_entry *entry);

/* Where reading an entry's properties starts, for driver_property_next.  The entry comes from
 * driver_conf_next, and the whole file is still there. */
struct config_lexer driver_entry_cursor(const struct driver_entry *entry);

/* Gives the next property of an entry, in order, with its line and offset in the file; false at
 * the end. */
bool driver_property_next(struct config_lexer *cursor, struct driver_property *property);

/* Squeezes a list of numbers into bytes, the low eight bits of each, as dof-data is read.  Gives
 * how many there are and writes no more than `size` of them; 0 for strings.  Takes time in
 * proportion to the text. */
size_t driver_property_bytes(const struct driver_property *property, uint8_t *bytes, size_t size);

#define DRIVER_DOF_PREFIX "dof-data-"

/* The N of "dof-data-N" as `dtrace -A` writes it, without zeros in front and with at most seven digits: more
 * objects do not fit into any file.  False for any other name; *number is then untouched. */
bool driver_property_dof_number(const struct driver_property *property, uint32_t *number);

/* Value `index` as a number (a negative one in two's complement) or as a string (with its escapes:
 * see config_string_copy); false if it is not there or not of that kind.  Takes time in proportion
 * to the values up to it. */
bool driver_property_number(const struct driver_property *property, uint32_t index,
                            uint32_t *number);
bool driver_property_string(const struct driver_property *property, uint32_t index,
                            struct slice *string);
