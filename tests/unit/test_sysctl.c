/* The tree of sysctls: names, kinds, errors, and what it is filled with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/console.h"
#include "kernel/sysctl.h"
#include "kernel/tunables.h"
#include "tests/unit/exact_copy.h"

enum {
    LONG = 5000, /* bytes of a long value */
    MANY = 600,
};

static char told[4096];

void log_line(const char *format, ...)
{
    size_t length = strlen(told);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(told + length, sizeof told - length, format, arguments);
    va_end(arguments);
    (void)strncat(told, "\n", sizeof told - strlen(told) - 1);
}

static uint32_t writes;
static uint64_t written_number;
static char written_text[LONG + 1];
static int answer;

static int keep(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    writes++;
    written_number = number;
    memcpy(written_text, text.text, text.length);
    written_text[text.length] = '\0';
    return answer;
}

static void read_kept(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    text_print(sink, "%s", written_text);
}

static void read_large(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, UINT64_MAX);
}

/* In no order, as the linker leaves them. */
static const struct sysctl_oid table[] = {
    {.name = "kern.proc", .help = "h", .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP},
    {"kern.large", "a number of 64 bits", SYSCTL_UNSIGNED, 0, read_large, NULL, NULL},
    {"hw.small", "a number that stays", SYSCTL_UNSIGNED, 0, sysctl_read_text, NULL, "4294967295"},
    {"kern.unsigned", "u", SYSCTL_UNSIGNED, 0, read_kept, keep, NULL},
    {"kern.signed", "s", SYSCTL_SIGNED, 0, read_kept, keep, NULL},
    {"kern.switch", "w", SYSCTL_SWITCH, 0, read_kept, keep, NULL},
    {"kern.string", "t", SYSCTL_STRING, 0, read_kept, keep, NULL},
    {"kern.only.write", "o", SYSCTL_STRING, 0, NULL, keep, NULL},
    {"kern.only.read", "", SYSCTL_STRING, 0, read_kept, NULL, NULL},
    {"kern.tunable", "", SYSCTL_STRING, SYSTEM_SYSCTL_TUNABLE, sysctl_read_text, NULL, "text"},
    {"kern-x.y", "a '-' sorts before a '.'", SYSCTL_STRING, 0, sysctl_read_text, NULL, ""},
    {"alone", "without a dot", SYSCTL_STRING, 0, sysctl_read_text, NULL, "1"},
    {"kern", "a leaf that is a node, too", SYSCTL_STRING, 0, sysctl_read_text, NULL, "leaf"},
};
#define TABLE_END (table + sizeof table / sizeof table[0])

static const char *const in_order[] = {
    "alone",          "hw.small",        "kern",         "kern-x.y",    "kern.large",
    "kern.only.read", "kern.only.write", "kern.proc",    "kern.signed", "kern.string",
    "kern.switch",    "kern.tunable",    "kern.unsigned"};

static int start(void **state)
{
    (void)state;
    told[0] = written_text[0] = '\0';
    writes = 0;
    answer = 0;
    sysctl_init_from(table, TABLE_END);
    return 0;
}

static char value[LONG + 1];

static int read(const char *name)
{
    struct text_buffer buffer = {.bytes = value, .size = sizeof value};
    struct text_sink sink = text_buffer_sink(&buffer);
    return sysctl_read(name, &sink);
}

/* Writes from a copy that ends with the text. */
static int write(const char *name, const char *text)
{
    size_t length = strlen(text);
    char *copy = exact_copy(text, length);
    int error = sysctl_exchange(name, NULL, NULL, copy, length);
    free(copy);
    return error;
}

static void oids_are_listed_in_the_order_of_their_names(void **state)
{
    (void)state;
    const struct sysctl_oid *oid = NULL;
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++) {
        oid = sysctl_next(oid == NULL ? NULL : oid->name);
        assert_non_null(oid);
        assert_string_equal(oid->name, in_order[i]);
    }
    assert_null(sysctl_next(oid->name));
    assert_string_equal(told, "");
}

static void a_listing_may_begin_behind_a_name_that_does_not_exist(void **state)
{
    (void)state;
    assert_string_equal(sysctl_next("")->name, "alone");
    assert_string_equal(sysctl_next("kern.")->name, "kern.large");
    assert_string_equal(sysctl_next("kern.p")->name, "kern.proc");
    assert_string_equal(sysctl_next("kern.proc.1")->name, "kern.signed");
    assert_null(sysctl_next("z"));
}

static void an_oid_is_found_by_its_whole_name_only(void **state)
{
    (void)state;
    for (const struct sysctl_oid *oid = table; oid < TABLE_END; oid++)
        assert_ptr_equal(sysctl_find(oid->name), oid);
    static const char *const others[] = {"",           "ker",        "kern.",     "kern.pro",
                                         "kern.proc.", "kern.procs", "KERN.proc", "hw"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_null(sysctl_find(others[i]));
}

static void a_node_is_what_an_oid_begins_with_before_a_dot(void **state)
{
    (void)state;
    static const char *const nodes[] = {"kern", "kern.only", "hw", "kern-x"};
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
        assert_true(sysctl_is_node(nodes[i]));
    static const char *const others[] = {"",           "ker",       "kern.",    "kern.on", "alone",
                                         "kern.only.", "kern.proc", "hw.small", "h",       "z"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(sysctl_is_node(others[i]));
}

static void an_empty_tree_has_nothing(void **state)
{
    (void)state;
    sysctl_init_from(table, table);
    assert_null(sysctl_find("alone"));
    assert_null(sysctl_next(NULL));
    assert_false(sysctl_is_node("kern"));
    assert_int_equal(read("alone"), SYSTEM_ENOENT);
}

static void plain_data_is_read_as_text(void **state)
{
    (void)state;
    assert_int_equal(read("hw.small"), SYSTEM_OK);
    assert_string_equal(value, "4294967295");
    assert_int_equal(read("kern.large"), SYSTEM_OK);
    assert_string_equal(value, "18446744073709551615");
    assert_int_equal(read("kern.tunable"), SYSTEM_OK);
    assert_string_equal(value, "text");
    assert_int_equal(read("kern"), SYSTEM_OK);
    assert_string_equal(value, "leaf");
}

static void an_oid_without_a_reader_is_empty(void **state)
{
    (void)state;
    assert_int_equal(read("kern.proc"), SYSTEM_OK);
    assert_string_equal(value, "");
}

static void what_is_write_only_reads_as_nothing(void **state)
{
    (void)state;
    assert_int_equal(write("kern.only.write", "word"), SYSTEM_OK);
    assert_int_equal(read("kern.only.write"), SYSTEM_OK);
    assert_string_equal(value, "");
    assert_int_equal(read("kern.string"), SYSTEM_OK);
    assert_string_equal(value, "word");
}

/* What is written, and what comes of it. */
static const struct {
    const char *name, *text;
    int error;
    uint64_t number;
} rows[] = {
    {"kern.unsigned", "0", 0, 0},
    {"kern.unsigned", "42", 0, 42},
    {"kern.unsigned", "0x2A", 0, 42},
    {"kern.unsigned", "18446744073709551615", 0, UINT64_MAX},
    {"kern.unsigned", "18446744073709551616", SYSTEM_EINVAL, 0},
    {"kern.unsigned", "-1", SYSTEM_EINVAL, 0},
    {"kern.unsigned", "", SYSTEM_EINVAL, 0},
    {"kern.unsigned", " 1", SYSTEM_EINVAL, 0},
    {"kern.unsigned", "1\n", SYSTEM_EINVAL, 0},
    {"kern.unsigned", "abc", SYSTEM_EINVAL, 0},
    {"kern.signed", "5", 0, 5},
    {"kern.signed", "-5", 0, (uint64_t)-5},
    {"kern.signed", "-0", 0, 0},
    {"kern.signed", "-0x10", 0, (uint64_t)-16},
    {"kern.signed", "9223372036854775807", 0, INT64_MAX},
    {"kern.signed", "9223372036854775808", SYSTEM_EINVAL, 0},
    {"kern.signed", "-9223372036854775808", 0, (uint64_t)INT64_MIN},
    {"kern.signed", "-9223372036854775809", SYSTEM_EINVAL, 0},
    {"kern.signed", "-", SYSTEM_EINVAL, 0},
    {"kern.signed", "--1", SYSTEM_EINVAL, 0},
    {"kern.signed", "", SYSTEM_EINVAL, 0},
    {"kern.switch", "0", 0, 0},
    {"kern.switch", "1", 0, 1},
    {"kern.switch", "2", SYSTEM_EINVAL, 0},
    {"kern.switch", "on", SYSTEM_EINVAL, 0},
    {"kern.switch", "", SYSTEM_EINVAL, 0},
    {"kern.string", "", 0, 0},
    {"kern.string", "any text, 100 %", 0, 0},
    {"kern.only.write", "7", 0, 0},
    {"kern.only.read", "x", SYSTEM_EPERM, 0},
    {"kern.tunable", "x", SYSTEM_EPERM, 0},
    {"kern.large", "abc", SYSTEM_EPERM, 0},
    {"kern.only", "1", SYSTEM_EISDIR, 0},
    {"hw", "1", SYSTEM_EISDIR, 0},
    {"nothing", "1", SYSTEM_ENOENT, 0},
    {"", "1", SYSTEM_ENOENT, 0},
};

static void each_kind_takes_its_values_and_refuses_all_others(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start(state);
        assert_int_equal(write(rows[i].name, rows[i].text), rows[i].error);
        assert_int_equal(writes, rows[i].error == SYSTEM_OK);
        if (rows[i].error != SYSTEM_OK)
            continue;
        assert_true(written_number == rows[i].number);
        assert_string_equal(written_text, rows[i].text);
    }
}

static void the_handler_has_the_last_word(void **state)
{
    (void)state;
    answer = SYSTEM_EINVAL;
    assert_int_equal(write("kern.unsigned", "1"), SYSTEM_EINVAL);
    assert_int_equal(writes, 1);
}

static void reading_a_node_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(read("kern.only"), SYSTEM_EISDIR);
    assert_int_equal(read("kern.onl"), SYSTEM_ENOENT);
}

static void a_long_text_goes_in_and_out_whole(void **state)
{
    (void)state;
    char text[LONG + 1];
    memset(text, 'x', LONG);
    text[LONG] = '\0';
    assert_int_equal(write("kern.string", text), SYSTEM_OK);
    assert_int_equal(read("kern.string"), SYSTEM_OK);
    assert_string_equal(value, text);
}

static void of_two_with_one_name_the_first_stays(void **state)
{
    (void)state;
    static const struct sysctl_oid twice[] = {
        {"a.b", "", SYSCTL_STRING, 0, sysctl_read_text, NULL, "first"},
        {"a.b", "", SYSCTL_STRING, 0, sysctl_read_text, NULL, "second"},
        {"a.c", "", SYSCTL_STRING, 0, sysctl_read_text, NULL, "third"},
    };
    sysctl_init_from(twice, twice + 3);
    assert_string_equal(told,
                        "sysctl: a.b: there are two oids of this name; the later one is ignored\n");
    assert_int_equal(read("a.b"), SYSTEM_OK);
    assert_string_equal(value, "first");
    assert_string_equal(sysctl_next("a.b")->name, "a.c");
}

static void one_oid_too_many_is_told_and_ignored(void **state)
{
    (void)state;
    static struct sysctl_oid many[MANY];
    static char names[MANY][8];
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(names[i], sizeof names[i], "n%03u", (unsigned)(MANY - i) % 1000);
        many[i] = (struct sysctl_oid){.name = names[i], .help = ""};
    }
    sysctl_init_from(many, many + SYSCTL_OIDS_MAX);
    assert_string_equal(told, "");
    sysctl_add(&many[SYSCTL_OIDS_MAX]);
    assert_string_equal(told, "sysctl: n088: there are more than 512 oids; it is ignored\n");
    assert_null(sysctl_find("n088"));
    uint32_t count = 0;
    for (const struct sysctl_oid *oid = sysctl_next(NULL); oid != NULL;
         oid = sysctl_next(oid->name))
        count++;
    assert_int_equal(count, SYSCTL_OIDS_MAX);
}

static void about_an_oid_there_is_name_help_type_and_flags(void **state)
{
    (void)state;
    struct system_sysctl_about about;
    assert_int_equal(sysctl_about("kern.large", &about), SYSTEM_OK);
    assert_string_equal(about.name, "kern.large");
    assert_string_equal(about.help, "a number of 64 bits");
    assert_string_equal(about.type, "unsigned");
    assert_int_equal(about.flags, SYSTEM_SYSCTL_READ);
    assert_int_equal(sysctl_about("kern.tunable", &about), SYSTEM_OK);
    assert_string_equal(about.type, "string");
    assert_int_equal(about.flags,
                     SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_TUNABLE | SYSTEM_SYSCTL_STRING);
    assert_int_equal(sysctl_about("kern.switch", &about), SYSTEM_OK);
    assert_string_equal(about.type, "switch");
    assert_int_equal(sysctl_about("kern.signed", &about), SYSTEM_OK);
    assert_string_equal(about.type, "signed");
}

static void about_a_node_there_is_that_it_is_one(void **state)
{
    (void)state;
    struct system_sysctl_about about;
    assert_int_equal(sysctl_about("kern.only", &about), SYSTEM_OK);
    assert_string_equal(about.name, "kern.only");
    assert_string_equal(about.type, "node");
    assert_int_equal(about.flags, SYSTEM_SYSCTL_NODE);
    assert_int_equal(sysctl_about("kern", &about), SYSTEM_OK); /* a leaf comes first */
    assert_string_equal(about.type, "string");
    assert_int_equal(sysctl_about("nothing", &about), SYSTEM_ENOENT);
}

static void a_program_can_go_through_all_of_them(void **state)
{
    (void)state;
    struct system_sysctl_about about;
    assert_int_equal(sysctl_about_next(NULL, &about), SYSTEM_OK);
    assert_string_equal(about.name, "alone");
    assert_int_equal(sysctl_about_next("kern.tunable", &about), SYSTEM_OK);
    assert_string_equal(about.name, "kern.unsigned");
    assert_int_equal(sysctl_about_next("kern.unsigned", &about), SYSTEM_ENOENT);
}

/* Reads into memory of exactly that size. */
static int exchange(const char *name, size_t size, size_t *length, const char *new)
{
    char *old = malloc(size > 0 ? size : 1);
    assert_non_null(old);
    *length = size;
    int error = sysctl_exchange(name, old, length, new, new == NULL ? 0 : strlen(new));
    memcpy(value, old, size);
    value[size] = '\0';
    free(old);
    return error;
}

static void an_exchange_gives_the_old_value_and_takes_the_new_one(void **state)
{
    (void)state;
    size_t length;
    assert_int_equal(write("kern.string", "before"), SYSTEM_OK);
    assert_int_equal(exchange("kern.string", 6, &length, "after"), SYSTEM_OK);
    assert_int_equal(length, 6);
    assert_string_equal(value, "before");
    assert_string_equal(written_text, "after");
}

static void an_old_value_that_does_not_fit_is_cut_and_nothing_is_written(void **state)
{
    (void)state;
    size_t length;
    assert_int_equal(write("kern.string", "before"), SYSTEM_OK);
    assert_int_equal(exchange("kern.string", 5, &length, "after"), SYSTEM_ENOMEM);
    assert_int_equal(length, 6);
    assert_string_equal(value, "befor");
    assert_string_equal(written_text, "before");
    assert_int_equal(exchange("kern.string", 0, &length, NULL), SYSTEM_ENOMEM);
    assert_int_equal(length, 6);
}

static void the_length_alone_can_be_asked_for(void **state)
{
    (void)state;
    size_t length = 1;
    assert_int_equal(sysctl_exchange("kern", NULL, &length, NULL, 0), SYSTEM_OK);
    assert_int_equal(length, 4);
}

static void an_exchange_may_only_write(void **state)
{
    (void)state;
    assert_int_equal(sysctl_exchange("kern.unsigned", NULL, NULL, "7x", 1), SYSTEM_OK);
    assert_string_equal(written_text, "7");
    assert_int_equal(sysctl_exchange("kern.unsigned", NULL, NULL, "x", 1), SYSTEM_EINVAL);
    assert_int_equal(sysctl_exchange("kern", NULL, NULL, "x", 1), SYSTEM_EPERM);
    assert_int_equal(sysctl_exchange("hw", NULL, NULL, "x", 1), SYSTEM_EISDIR);
    assert_int_equal(sysctl_exchange("no", NULL, NULL, "x", 1), SYSTEM_ENOENT);
}

/* --- Tunables --- */

static const struct sysctl_oid own[] = {
    {"kern.boottrace.enabled", "whole", SYSCTL_SWITCH, 0, sysctl_read_text, keep, "own"},
};

static const char *const colours[] = {"none", "red", NULL};
static char string[16] = "tab\there";
static struct tunable tunables[TUNABLE_COUNT];

const struct tunable *tunables_at(enum tunable_id id)
{
    return &tunables[id];
}

static void fill_tunables(void)
{
    for (uint32_t i = 0; i < TUNABLE_COUNT; i++) {
        static char names[TUNABLE_COUNT][16];
        (void)snprintf(names[i], sizeof names[i], "more.%u", (unsigned)i % 100);
        tunables[i] = (struct tunable){.name = names[i], .help = "one more", .maximum = 9};
    }
    tunables[0] = (struct tunable){.name = "trace.boot",
                                   .second_name = "kern.boottrace.table_size",
                                   .help = "events",
                                   .value = 3000};
    tunables[1] = (struct tunable){.name = "kern.boottrace.enabled", .type = TUNABLE_SWITCH};
    tunables[2] =
        (struct tunable){.name = "colour", .type = TUNABLE_CHOICE, .choices = colours, .value = 1};
    tunables[3] = (struct tunable){.name = "console", .type = TUNABLE_STRING, .string = string};
    tunables[4] = (struct tunable){.name = "flag", .type = TUNABLE_SWITCH, .value = 1};
}

static void assert_tunable(const char *name, const char *type, const char *expected)
{
    struct system_sysctl_about about;
    assert_int_equal(sysctl_about(name, &about), SYSTEM_OK);
    assert_string_equal(about.type, type);
    assert_true((about.flags & SYSTEM_SYSCTL_TUNABLE) != 0);
    assert_int_equal(read(name), SYSTEM_OK);
    assert_string_equal(value, expected);
    assert_int_equal(write(name, "1"), SYSTEM_EPERM);
}

static void tunables_are_read_only_oids_under_each_of_their_names(void **state)
{
    (void)state;
    fill_tunables();
    sysctl_add_tunables();
    assert_string_equal(told, "");
    assert_tunable("trace.boot", "unsigned", "3000");
    assert_tunable("kern.boottrace.table_size", "unsigned", "3000");
    assert_tunable("colour", "string", "red");
    assert_tunable("console", "string", "tab\\x09here");
    assert_tunable("flag", "switch", "1");
    assert_string_equal(sysctl_find("trace.boot")->help, "events");
}

static void an_oid_stands_for_the_tunable_of_its_name(void **state)
{
    (void)state;
    fill_tunables();
    sysctl_init_from(own, own + 1);
    sysctl_add_tunables();
    assert_string_equal(told, "");
    assert_int_equal(read("kern.boottrace.enabled"), SYSTEM_OK);
    assert_string_equal(value, "own");
}

#define TEST(function) cmocka_unit_test_setup(function, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(oids_are_listed_in_the_order_of_their_names),
        TEST(a_listing_may_begin_behind_a_name_that_does_not_exist),
        TEST(an_oid_is_found_by_its_whole_name_only),
        TEST(a_node_is_what_an_oid_begins_with_before_a_dot),
        TEST(an_empty_tree_has_nothing),
        TEST(plain_data_is_read_as_text),
        TEST(an_oid_without_a_reader_is_empty),
        TEST(what_is_write_only_reads_as_nothing),
        TEST(each_kind_takes_its_values_and_refuses_all_others),
        TEST(the_handler_has_the_last_word),
        TEST(reading_a_node_is_an_error),
        TEST(a_long_text_goes_in_and_out_whole),
        TEST(of_two_with_one_name_the_first_stays),
        TEST(one_oid_too_many_is_told_and_ignored),
        TEST(about_an_oid_there_is_name_help_type_and_flags),
        TEST(about_a_node_there_is_that_it_is_one),
        TEST(a_program_can_go_through_all_of_them),
        TEST(an_exchange_gives_the_old_value_and_takes_the_new_one),
        TEST(an_old_value_that_does_not_fit_is_cut_and_nothing_is_written),
        TEST(the_length_alone_can_be_asked_for),
        TEST(an_exchange_may_only_write),
        TEST(tunables_are_read_only_oids_under_each_of_their_names),
        TEST(an_oid_stands_for_the_tunable_of_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
