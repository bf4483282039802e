/* The way out of a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flight/escape.h"

/* One letter for each step: s(end), h(eld), q(uit), ? (help). */
static void expect(const char *typed, const char *steps)
{
    bool held = false;
    for (size_t i = 0; i < strlen(typed); i++)
        assert_int_equal("shq?"[escape_step(&held, (uint8_t)typed[i])], steps[i]);
}

static void every_key_is_sent(void **state)
{
    (void)state;
    bool held = false;
    for (unsigned key = 0; key < 256; key++)
        if (key != ESCAPE_KEY)
            assert_int_equal(escape_step(&held, (uint8_t)key), ESCAPE_SEND);
    expect("q.~.\r\n", "ssssss");
}

static void only_behind_the_escape_key_a_key_is_for_flight(void **state)
{
    (void)state;
    expect("a\x1dq", "shq");
    expect("\x1d.", "hq");
    expect("\x1d\x1dq", "hss");
    expect("\x1dxq\x1d\x1d\x1dq", "h?shshq");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_sent),
        cmocka_unit_test(only_behind_the_escape_key_a_key_is_for_flight),
    };
    return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
