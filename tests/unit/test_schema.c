/* The fields that a stream says it has, beside those that are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/schema.h"
#include "tests/unit/exact_copy.h"

static const char known[] = "index:u name:s size:u";
static const char repeating[] = "first:u tsc:u (control:u name?1:u task?2:u)*";

/* What schema_shared gives for a list in memory of exactly its size. */
static uint32_t shared(const char *sent, size_t length, const char *with)
{
    char *copy = exact_copy(sent, length);
    uint32_t fields = schema_shared((struct frame_string){copy, length}, with);
    free(copy);
    return fields;
}

static uint32_t shared_text(const char *sent)
{
    return shared(sent, strlen(sent), known);
}

static void a_list_shares_all_of_its_fields_with_itself(void **state)
{
    (void)state;
    assert_int_equal(schema_count(known), 3);
    assert_int_equal(shared_text(known), 3);
    assert_int_equal(shared(repeating, strlen(repeating), repeating), schema_count(repeating));
}

static void a_longer_list_shares_what_is_known(void **state)
{
    (void)state;
    assert_int_equal(shared_text("index:u name:s size:u digest:s"), 3);
    assert_int_equal(shared_text("index:u name:s size:u (more:u)*"), 3);
    assert_int_equal(shared_text("index:u name:s size:u64"), 0);
}

static void a_shorter_list_shares_its_own_fields_if_it_ends_between_two(void **state)
{
    (void)state;
    for (size_t length = 0; length < strlen(known); length++) {
        uint32_t wanted = length == strlen("index:u")          ? 1
                          : length == strlen("index:u name:s") ? 2
                                                               : 0;
        assert_int_equal(shared(known, length, known), wanted);
    }
}

static void other_fields_share_nothing(void **state)
{
    (void)state;
    static const char *const others[] = {"name:s index:u size:u", "index:s name:s size:u", "x:u",
                                         " ", "index:u  name:s size:u"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(shared_text(others[i]), 0);
}

static void a_list_that_repeats_is_known_as_a_whole_or_not_at_all(void **state)
{
    (void)state;
    for (size_t length = 0; length < strlen(repeating); length++)
        assert_int_equal(shared(repeating, length, repeating), 0);
    static const char longer[] = "first:u tsc:u (control:u name?1:u task?2:u)* more:u";
    assert_int_equal(shared(longer, strlen(longer), repeating), 0);
}

/* Whether a payload in memory of exactly its size fits. */
static bool fits(const char *sent, const char *payload, size_t length)
{
    uint8_t *copy = exact_copy(payload, length);
    bool result = schema_fits((struct frame_string){sent, strlen(sent)},
                              (struct frame_reader){copy, copy + length, false});
    free(copy);
    return result;
}

static void a_payload_that_ends_before_its_list_does_not_fit(void **state)
{
    (void)state;
    static const char payload[] = "\x03\x02xy\x80\x01\x01z";
    for (size_t length = 0; length < sizeof payload; length++) {
        assert_int_equal(fits("index:u name:s size:u digest:s", payload, length), length >= 8);
        assert_int_equal(fits("index:u name:s size:u", payload, length), length >= 6);
        assert_int_equal(fits("index:u name:s", payload, length), length >= 4);
    }
}

static void what_repeats_or_has_an_unknown_type_is_not_looked_at(void **state)
{
    (void)state;
    assert_true(fits("a:u (b:u c:s)*", "\x01", 1));
    assert_true(fits("a:u b:f64 c:x d:s", "\x01", 1));
    assert_true(fits("a:u b:bus c:s", "\x01", 1));
    assert_false(fits("a:u b:s c:x", "\x01", 1));
    assert_true(fits("", "", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_shares_all_of_its_fields_with_itself),
        cmocka_unit_test(a_longer_list_shares_what_is_known),
        cmocka_unit_test(a_shorter_list_shares_its_own_fields_if_it_ends_between_two),
        cmocka_unit_test(other_fields_share_nothing),
        cmocka_unit_test(a_list_that_repeats_is_known_as_a_whole_or_not_at_all),
        cmocka_unit_test(a_payload_that_ends_before_its_list_does_not_fit),
        cmocka_unit_test(what_repeats_or_has_an_unknown_type_is_not_looked_at),
    };
    return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
