/* Driver properties, in buffers that end with the text.  What is read and what is told come out as
 * text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/driver_conf.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/told.h"

static char entries[LOG_SIZE];

/* The text that is read; what comes out points into it. */
static char *copy;
static struct slice file;

static void append_slice(char *log, const char *label, struct slice slice)
{
    if (slice.text != NULL)
        append(log, "%s'%.*s'", label, (int)slice.length, slice.text);
}

static void append_property(const struct driver_property *property)
{
    append(entries, " %.*s", (int)property->name.length, property->name.text);
    const char *before = "=";
    for (uint32_t i = 0; i < property->count; i++, before = ",") {
        uint32_t number;
        struct slice string;
        append(entries, "%s", before);
        if (driver_property_number(property, i, &number))
            append(entries, "%u", number);
        else if (driver_property_string(property, i, &string))
            append(entries, "\"%.*s\"", (int)string.length, string.text);
        else
            append(entries, "?");
    }
}

static void append_entry(const struct driver_entry *entry)
{
    struct config_lexer cursor = driver_entry_cursor(entry);
    struct driver_property property;
    uint32_t properties = 0;
    append(entries, "%u:", entry->line);
    append_slice(entries, " name ", entry->name);
    append_slice(entries, " parent ", entry->parent);
    append_slice(entries, " class ", entry->class);
    for (; driver_property_next(&cursor, &property); properties++)
        append_property(&property);
    append(entries, "\n");
    assert_int_equal(properties, entry->properties);
    assert_int_equal(entry->global, entry->name.text == NULL && entry->parent.text == NULL &&
                                        entry->class.text == NULL);
}

static struct slice copy_bytes(const char *bytes, size_t length)
{
    free(copy);
    copy = exact_copy(bytes, length);
    told[0] = entries[0] = '\0';
    file = (struct slice){copy, length};
    return file;
}

static void read_bytes(const char *bytes, size_t length)
{
    struct driver_conf conf = {.lexer = {.text = copy_bytes(bytes, length)}, .listener = &listener};
    struct driver_entry entry;
    while (driver_conf_next(&conf, &entry))
        append_entry(&entry);
    assert_false(driver_conf_next(&conf, &entry));
}

static int release(void **state)
{
    (void)state;
    free(copy);
    copy = NULL;
    return 0;
}

static void assert_read(const char *text, const char *expected_entries, const char *expected_told)
{
    read_bytes(text, strlen(text));
    assert_string_equal(entries, expected_entries);
    assert_string_equal(told, expected_told);
}

/* The global property of that name in `file`. */
static bool find_in_file(const char *name, struct driver_property *property)
{
    struct driver_conf conf = {.lexer = {.text = file}};
    struct driver_entry entry;
    while (driver_conf_next(&conf, &entry)) {
        struct config_lexer cursor = driver_entry_cursor(&entry);
        while (entry.global && driver_property_next(&cursor, property))
            if (slice_is(property->name, name))
                return true;
    }
    return false;
}

/* The same in the text, copied. */
static struct driver_property find(const char *text, const char *name)
{
    struct driver_property property = {0};
    (void)copy_bytes(text, strlen(text));
    assert_true(find_in_file(name, &property));
    return property;
}

static void blank_lines_and_comments_say_nothing(void **state)
{
    (void)state;
    assert_read("", "", "");
    assert_read("\n\r\n \t#a comment; \"with a quote\r# \\", "", "");
}

static void the_stock_dtrace_conf_is_one_entry(void **state)
{
    (void)state;
    assert_read("#\n# CDDL HEADER\n#\n\nname=\"dtrace\" parent=\"pseudo\" instance=0;\n",
                "5: name 'dtrace' parent 'pseudo' instance=0\n", "");
}

static void what_dtrace_appends_are_properties_of_the_driver(void **state)
{
    (void)state;
    assert_read("name=\"dtrace\" parent=\"pseudo\" instance=0;\n"
                "dof-data-0=0x7f,0x44,0x4f,0x46;\n"
                "dof-data-1=0x7f,0x44;\n",
                "1: name 'dtrace' parent 'pseudo' instance=0\n"
                "2: dof-data-0=127,68,79,70\n"
                "3: dof-data-1=127,68\n",
                "");
}

static void an_entry_may_go_over_many_lines(void **state)
{
    (void)state;
    assert_read(
        "name # comment; here\n = \r\n\n \"a\" # and here\n\tparent=\"p\"\rx=1,\n\n2 # ,3\n,4\n;",
        "1: name 'a' parent 'p' x=1,2,4\n", "");
    assert_read("a=1;b=2;c=3 d=4;", "1: a=1\n1: b=2\n1: c=3 d=4\n", "");
}

static void name_parent_and_class_may_be_in_capitals(void **state)
{
    (void)state;
    assert_read("NAME=\"a\" PARENT=\"b\" CLASS=\"c\" Name=\"d\";",
                "1: name 'a' parent 'b' class 'c' Name=\"d\"\n", "");
    assert_read("name=\"\" class=\"c\";", "1: name '' class 'c'\n", "");
    assert_read("name=\"a\\\"b\" class=\"c\\\nd\";e;", "1: name 'a\\\"b' class 'c\\\nd'\n2: e=0\n",
                "");
}

static void an_item_without_a_value_is_the_number_0(void **state)
{
    (void)state;
    assert_read("a b=1 c;", "1: a=0 b=1 c=0\n", "");
    struct driver_property property = find("a;", "a");
    assert_null(property.values.text);
    assert_int_equal(property.count, 1);
}

static void an_entry_needs_both_a_name_and_a_place(void **state)
{
    (void)state;
    assert_read("\nname=\"a\"\nb=1;\nparent=\"p\" b=1;\nclass=\"c\";\nd=1;\n", "6: d=1\n",
                "2: missing parent or class attribute of 'a'; the entry is left out\n"
                "4: missing name attribute; the entry is left out\n"
                "5: missing name attribute; the entry is left out\n");
}

static void the_special_three_take_one_string(void **state)
{
    (void)state;
    assert_read("name parent=\"p\";\nname=\"a\"\nparent=1;\nname=\"a\",\"b\" parent=\"p\";\n"
                "name=;\nname=\"\\400\" parent=\"p\";\nclass=\"c\" name=08;\nx=1;",
                "8: x=1\n",
                "1: exactly one string expected as the value of 'name'; the entry is left out\n"
                "3: exactly one string expected as the value of 'parent'; the entry is left out\n"
                "4: exactly one string expected as the value of 'name'; the entry is left out\n"
                "5: value expected behind '='; the entry is left out\n"
                "6: string garbled by an escape above \\377: '\\400'; the entry is left out\n"
                "7: invalid number '08'; the entry is left out\n");
}

static void an_entry_without_its_semicolon_at_the_end_is_left_out(void **state)
{
    (void)state;
    static const char told_of[] = "2: the entry is not ended by ';'; it is left out\n";
    assert_read("a=1;\nname=\"b\"\nparent=\"p\"\n", "1: a=1\n", told_of);
    assert_read("a=1;\nb", "1: a=1\n", told_of);
    assert_read("a=1;\nb=", "1: a=1\n", told_of);
    assert_read("a=1;\nb=1,\n", "1: a=1\n", told_of);
    assert_read("a=1;\nb=1 # ;", "1: a=1\n", told_of);
}

static void a_forgotten_semicolon_is_told_where_the_next_entry_begins(void **state)
{
    (void)state;
    assert_read("name=\"a\" parent=\"p\"\n\nname=\"b\" parent=\"p\";\nc=1;", "4: c=1\n",
                "3: given again in one entry (is a ';' missing before it?): 'name';"
                " the entry is left out\n");
    assert_read("parent=\"p\"\nPARENT=\"q\";\nclass=\"\"\nx=1 class=\"q\";", "",
                "2: given again in one entry (is a ';' missing before it?): 'PARENT';"
                " the entry is left out\n"
                "4: given again in one entry (is a ';' missing before it?): 'class';"
                " the entry is left out\n");
}

static void mixed_types_cost_the_property(void **state)
{
    (void)state;
    assert_read("a=1,\"x\",2 b=3;\na=\"x\",\n1,\n\"\\400\",08 b=\"y\",\"z\";",
                "1: b=3\n2: b=\"y\",\"z\"\n",
                "1: mixed types in the value list, beginning at 'x'; the property is dropped\n"
                "3: mixed types in the value list, beginning at '1'; the property is dropped\n");
}

static void a_number_has_to_fit_into_32_bits(void **state)
{
    (void)state;
    assert_read("a=0xffffffff,-1,-0x80000000,~0,~0x7fffffff;",
                "1: a=4294967295,4294967295,2147483648,4294967295,2147483648\n", "");
    assert_read("a=1,\n0x100000000 b=1;\na=-2147483649 b=2;a=~0x80000000 b=3;",
                "1: b=1\n3: b=2\n3: b=3\n",
                "2: number of more than 32 bits: '0x100000000'; the property is dropped\n"
                "3: number of more than 32 bits: '-2147483649'; the property is dropped\n"
                "3: number of more than 32 bits: '~0x80000000'; the property is dropped\n");
}

static void a_bad_number_or_string_costs_the_property(void **state)
{
    (void)state;
    assert_read("a=0x7f,\n08,0x b=1;\na=\"\\777\" b=2;", "1: b=1\n3: b=2\n",
                "2: invalid number '08'; the property is dropped\n"
                "3: string garbled by an escape above \\377: '\\777'; the property is dropped\n");
}

static void a_missing_value_before_the_semicolon_costs_the_property(void **state)
{
    (void)state;
    assert_read("a=1,2,\n\n; b=1 a=;", "1:\n3: b=1\n",
                "1: value expected behind ','; the property is dropped\n"
                "3: value expected behind '='; the property is dropped\n");
}

static void anything_else_instead_of_a_value_costs_the_entry(void **state)
{
    (void)state;
    assert_read("a= b=1;\na=1,\nb=2;\na=,1;\na=/;x=1;", "5: x=1\n",
                "1: the value is neither a number nor a string: 'b'; the entry is left out\n"
                "3: the value is neither a number nor a string: 'b'; the entry is left out\n"
                "4: the value is neither a number nor a string: ','; the entry is left out\n"
                "5: the value is neither a number nor a string: '/'; the entry is left out\n");
    assert_read("a=08,b=2;", "",
                "1: the value is neither a number nor a string: 'b'; the entry is left out\n");
}

static void an_unexpected_token_costs_the_entry(void **state)
{
    (void)state;
    assert_read("* a=1;\nb=2;\nc=1\n2;\nd/e=1;\n\"x\" f=1;\ng=1 % \"x;\" #;\n h;i=1;",
                "2: b=2\n8: i=1\n",
                "1: unexpected token '*'; the entry is left out\n"
                "4: unexpected token '2'; the entry is left out\n"
                "5: unexpected token '/'; the entry is left out\n"
                "6: unexpected token 'x'; the entry is left out\n"
                "7: unexpected token '%'; the entry is left out\n");
}

static void control_characters_are_unexpected(void **state)
{
    (void)state;
    static const char text[] = "a=1;\nb\0=1;\nc=\x01;\r\n\x7f;d=1;";
    read_bytes(text, sizeof text - 1);
    assert_string_equal(entries, "1: a=1\n4: d=1\n");
    assert_string_equal(told, "2: unexpected token ''; the entry is left out\n"
                              "3: the value is neither a number nor a string: '\x01';"
                              " the entry is left out\n"
                              "4: unexpected token '\x7f'; the entry is left out\n");
}

static void a_semicolon_alone_is_told_and_harms_nobody(void **state)
{
    (void)state;
    assert_read(";a=1;;\n;b=2;", "1: a=1\n2: b=2\n",
                "1: no entry before ';'; it is ignored\n"
                "1: no entry before ';'; it is ignored\n"
                "2: no entry before ';'; it is ignored\n");
}

static void an_open_string_costs_its_entry_but_not_the_next(void **state)
{
    (void)state;
    assert_read("name=\"a parent=\"p\";\nb=1;\n", "2: b=1\n",
                "1: string without its closing quote: ';'; the entry is left out\n");
    assert_read("a=\"x; \t\nb=1;\n", "2: b=1\n",
                "1: string without its closing quote: 'x; \t'; the entry is left out\n");
    assert_read("a=\"x\nb=1;c=1;\n", "2: c=1\n",
                "1: string without its closing quote: 'x'; the entry is left out\n");
    assert_read("a=08,\"x;y\nb=1;c=1;\n", "2: c=1\n",
                "1: string without its closing quote: 'x;y'; the entry is left out\n");
    assert_read("a=\"x\\\n;b=1;", "2: b=1\n",
                "1: string without its closing quote: 'x\\'; the entry is left out\n");
    assert_read("a=\"", "", "1: string without its closing quote: ''; the entry is left out\n");
}

static void a_broken_entry_is_told_once(void **state)
{
    (void)state;
    assert_read("a=1 % & name=1 name=2 \"", "", "1: unexpected token '%'; the entry is left out\n");
}

static void a_property_name_holds_no_backslash(void **state)
{
    (void)state;
    assert_read("a\\/b=1 c=2;\n\\@\n\\:=\"x\";", "1: c=2\n2:\n",
                "1: backslash in the property name 'a\\/b'; the property is dropped\n"
                "2: backslash in the property name '\\@'; the property is dropped\n"
                "3: backslash in the property name '\\:'; the property is dropped\n");
    assert_read("a_b-c.9 _=1 -=2;", "1: a_b-c.9=0 _=1 -=2\n", "");
}

static void properties_tell_where_they_stand_in_the_file(void **state)
{
    (void)state;
    static const char text[] = "a=1;\n\nb=2\r\n c=3,\n4;";
    struct driver_conf conf = {.lexer = {.text = copy_bytes(text, sizeof text - 1)}};
    struct driver_entry entry;
    struct driver_property property;
    assert_true(driver_conf_next(&conf, &entry));
    assert_true(driver_conf_next(&conf, &entry));
    assert_int_equal(entry.line, 3);
    assert_int_equal(entry.offset, 6);
    assert_memory_equal(entry.text.text, "b=2\r\n c=3,\n4", 12);
    assert_int_equal(entry.text.length, 12);
    struct config_lexer cursor = driver_entry_cursor(&entry);
    assert_true(driver_property_next(&cursor, &property));
    assert_int_equal(property.line, 3);
    assert_int_equal(property.offset, 6);
    assert_true(driver_property_next(&cursor, &property));
    assert_int_equal(property.line, 4);
    assert_int_equal(property.offset, 12);
    assert_memory_equal(property.values.text, "3,\n4", 4);
    assert_int_equal(property.values.length, 4);
    assert_false(driver_property_next(&cursor, &property));
    assert_false(driver_property_next(&cursor, &property));
}

static void dof_data_has_a_number_without_zeros_in_front(void **state)
{
    (void)state;
    static const char *const others[] = {
        "dof-data-",   "dof-data",    "dof-data-00",       "dof-data-01", "dof-data-1a",
        "dof-data--1", "dof-data-a1", "dof-data-12345678", "xdof-data-1", "DOF-DATA-1"};
    struct driver_property property;
    uint32_t number = 77;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        property.name = copy_bytes(others[i], strlen(others[i]));
        assert_false(driver_property_dof_number(&property, &number));
    }
    assert_int_equal(number, 77);
    property.name = copy_bytes("dof-data-0", 10);
    assert_true(driver_property_dof_number(&property, &number) && number == 0);
    property.name = copy_bytes("dof-data-9999999", 16);
    assert_true(driver_property_dof_number(&property, &number) && number == 9999999);
}

static void values_are_found_by_index_and_kind(void **state)
{
    (void)state;
    struct driver_property property = find("n=1,0x2, # c\n3;s=\"a\",\"b\";", "n");
    uint32_t number = 77;
    struct slice string = {0};
    assert_true(driver_property_number(&property, 0, &number) && number == 1);
    assert_true(driver_property_number(&property, 2, &number) && number == 3);
    assert_false(driver_property_number(&property, 3, &number));
    assert_false(driver_property_string(&property, 0, &string));
    assert_int_equal(number, 3);
    assert_true(find_in_file("s", &property));
    assert_true(driver_property_string(&property, 1, &string) && slice_is(string, "b"));
    assert_false(driver_property_string(&property, 2, &string));
    assert_false(driver_property_number(&property, 0, &number));
}

static void numbers_are_squeezed_into_bytes(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0x7f, 0xff, 0x34, 0xff, 0};
    struct driver_property property = find("a=0x7f,255, 0x1234,# c\n-1,0;", "a");
    for (size_t size = 0; size <= sizeof expected + 1; size++) {
        uint8_t *bytes = malloc(size > 0 ? size : 1);
        assert_non_null(bytes);
        memset(bytes, 0xee, size);
        assert_int_equal(driver_property_bytes(&property, bytes, size), sizeof expected);
        assert_memory_equal(bytes, expected, size < sizeof expected ? size : sizeof expected);
        assert_true(size <= sizeof expected || bytes[sizeof expected] == 0xee);
        free(bytes);
    }
    assert_int_equal(driver_property_bytes(&property, NULL, 0), sizeof expected);
}

static void bytes_as_dtrace_writes_them_are_read_like_other_numbers(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0x7f, 0x4, 0x44, 0x44, 0xff, 0, 0, 0xab, 0x0c, 0x7f};
    struct driver_property property =
        find("a=0x7f,0x4,0X44,0x044,0x1ff,0x0,00,0xAb,0xc,\n0x7f;", "a");
    uint8_t bytes[sizeof expected];
    assert_int_equal(driver_property_bytes(&property, bytes, sizeof bytes), sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
    find("a=0x7f,0x4,0x44,0xg,0x1;b=1;", "b");
    assert_false(find_in_file("a", &property));
    find("a=0x7f,0x4,0x44,0;", "a");
    assert_true(find_in_file("a", &property));
    assert_int_equal(property.count, 4);
    find("a=\"x\",0x4,0x44,0x1;b=1;", "b");
    assert_false(find_in_file("a", &property));
}

static void an_item_without_a_value_is_one_byte_and_strings_are_none(void **state)
{
    (void)state;
    uint8_t byte = 7;
    struct driver_property property = find("a;s=\"x\";", "a");
    assert_int_equal(driver_property_bytes(&property, &byte, 1), 1);
    assert_int_equal(byte, 0);
    byte = 7;
    assert_true(find_in_file("s", &property));
    assert_int_equal(driver_property_bytes(&property, &byte, 1), 0);
    assert_int_equal(byte, 7);
}

static void every_truncation_is_read_without_an_overread(void **state)
{
    (void)state;
    static const char text[] =
        "name=\"a\\\r\nb\" # c;\n parent=\"p\" x y=0x7f,-1 z=\"\\101\",\"\";\r\n"
        "dof-data-0=0x7f,\n0x44,~0;;b\\/=08;* \"q;\nlast";
    for (size_t length = 0; length < sizeof text; length++) {
        read_bytes(text, length);
        read_bytes(text + length, sizeof text - 1 - length);
    }
}

static void nobody_need_listen(void **state)
{
    (void)state;
    static const char text[] = "a=08 b=1;%;c";
    struct driver_conf conf = {.lexer = {.text = copy_bytes(text, sizeof text - 1)}};
    struct driver_entry entry;
    assert_true(driver_conf_next(&conf, &entry));
    assert_false(driver_conf_next(&conf, &entry));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blank_lines_and_comments_say_nothing),
        cmocka_unit_test(the_stock_dtrace_conf_is_one_entry),
        cmocka_unit_test(what_dtrace_appends_are_properties_of_the_driver),
        cmocka_unit_test(an_entry_may_go_over_many_lines),
        cmocka_unit_test(name_parent_and_class_may_be_in_capitals),
        cmocka_unit_test(an_item_without_a_value_is_the_number_0),
        cmocka_unit_test(an_entry_needs_both_a_name_and_a_place),
        cmocka_unit_test(the_special_three_take_one_string),
        cmocka_unit_test(an_entry_without_its_semicolon_at_the_end_is_left_out),
        cmocka_unit_test(a_forgotten_semicolon_is_told_where_the_next_entry_begins),
        cmocka_unit_test(mixed_types_cost_the_property),
        cmocka_unit_test(a_number_has_to_fit_into_32_bits),
        cmocka_unit_test(a_bad_number_or_string_costs_the_property),
        cmocka_unit_test(a_missing_value_before_the_semicolon_costs_the_property),
        cmocka_unit_test(anything_else_instead_of_a_value_costs_the_entry),
        cmocka_unit_test(an_unexpected_token_costs_the_entry),
        cmocka_unit_test(control_characters_are_unexpected),
        cmocka_unit_test(a_semicolon_alone_is_told_and_harms_nobody),
        cmocka_unit_test(an_open_string_costs_its_entry_but_not_the_next),
        cmocka_unit_test(a_broken_entry_is_told_once),
        cmocka_unit_test(a_property_name_holds_no_backslash),
        cmocka_unit_test(properties_tell_where_they_stand_in_the_file),
        cmocka_unit_test(values_are_found_by_index_and_kind),
        cmocka_unit_test(dof_data_has_a_number_without_zeros_in_front),
        cmocka_unit_test(numbers_are_squeezed_into_bytes),
        cmocka_unit_test(bytes_as_dtrace_writes_them_are_read_like_other_numbers),
        cmocka_unit_test(an_item_without_a_value_is_one_byte_and_strings_are_none),
        cmocka_unit_test(every_truncation_is_read_without_an_overread),
        cmocka_unit_test(nobody_need_listen),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
