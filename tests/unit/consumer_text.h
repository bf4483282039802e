/* What the consumer prints of a draft, for tests of its text.  Each test starts a draft, says what was recorded, and
 * expects a text. */
#pragma once

#include "tests/unit/dtrace_draft.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

extern struct draft draft;
extern enum dtrace_consume_status status; /* of what was printed last */

void start(void);
void set(enum dof_option_id option, int64_t value);

/* A clause, EPID 1, on probe 10, foo:entry, with one piece. */
struct dtrace_record *one_piece(uint16_t action, uint32_t size, const char *format);

/* Prints the draft, which ends, with all the memory that it wants, or so many bytes. */
const char *printed(void);
const char *printed_within(size_t room);

/* The same, held against a text; the first wants DTRACE_CONSUME_OK, too. */
void expect(const char *text);
void expect_status(const char *text, enum dtrace_consume_status expected);

/* --- Aggregations --- */

/* Variable `id` as aggregation `id`, with one key of `size` bytes (0: none), and data of so many words. */
const struct dtrace_record *counted(uint32_t id, uint32_t size, uint16_t kind, uint32_t words);
const struct dtrace_record *key_of(uint32_t id);

/* An entry of its, with a key and a value. */
void add_named(uint32_t cpu, uint32_t id, const char *key, uint64_t value);
void add_numbered(uint32_t cpu, uint32_t id, uint64_t key, uint64_t value);

/* Starts with variable 1, of which key 1 has 30 and key 2 20, and variable 2, of which key 1 has 5. */
void numbered(void);

/* A clause that prints `count` variables, and a record of it that names 1, 2, ... */
void printing(const char *format, uint32_t count);
void emit_ids(uint32_t count);

/* Starts with one entry of a distribution without keys; its data. */
uint8_t *histogram(uint16_t kind, uint32_t words);
const struct dtrace_record *histogram_data(void);

/* --- Pieces of text --- */

#define HEADING        "CPU     ID                    FUNCTION:NAME\n"
#define ROW_BEGIN(cpu) "  " #cpu "      1                           :BEGIN \n"
#define ROW_END(cpu)   "  " #cpu "      2                             :END \n"
#define ROW_FOO(cpu)   "  " #cpu "     10                        foo:entry \n"
#define DUMP_HEAD                                                                                  \
    "\n             0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f  0123456789abcdef\n"
#define CELL(number) "               " number
#define KEY_HEADER   "\n              key  ------------- Distribution ------------- count    \n"
#define HISTOGRAM    "\n           value  ------------- Distribution ------------- count    \n"
#define AT_40        "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@"
#define AT_30        "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@"
#define AT_20        "@@@@@@@@@@@@@@@@@@@@"
#define AT_10        "@@@@@@@@@@"
#define NO_40        "                                        "
#define NO_30        "                              "
#define NO_20        "                    "
#define NO_10        "          "
