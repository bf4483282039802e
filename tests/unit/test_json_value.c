/* Texts of a capture as values of JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/json_value.h"

static void expect(json_t *value, const char *written)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    assert_non_null(text);
    assert_string_equal(text, written);
    free(text);
    json_decref(value);
}

static void an_empty_text_is_a_text(void **state)
{
    (void)state;
    const struct frame_string empty = {"", 0};
    expect(json_value_of_string(empty), "\"\"");
    expect(json_value_of_escaped(empty), "\"\"");
    expect(json_value_of_text(""), "\"\"");
}

static void what_was_not_received_is_null(void **state)
{
    (void)state;
    expect(json_value_of_string((struct frame_string){NULL, 0}), "null");
}

static void what_is_no_utf8_is_escaped(void **state)
{
    (void)state;
    expect(json_value_of_text("caf\xc3\xa9"), "\"caf\xc3\xa9\"");
    expect(json_value_of_text("caf\xe9"), "\"caf\\\\xe9\"");
    expect(json_value_of_string((struct frame_string){"\xff\0", 2}), "\"\\\\xff\\\\x00\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_text_is_a_text),
        cmocka_unit_test(what_was_not_received_is_null),
        cmocka_unit_test(what_is_no_utf8_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
