/* The values of console= and ttya-mode=, in buffers that end with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/console_option.h"
#include "tests/unit/exact_copy.h"
#include "tests/unit/phrases.h"

enum what {
    CONSOLE,
    MODE
};

/* What the value makes of the default. */
static struct console_option option;

static enum console_status parse(enum what what, const char *text)
{
    size_t length = strlen(text);
    char *copy = exact_copy(text, length);
    option = console_option_default();
    enum console_status status = what == CONSOLE ? console_option_parse(copy, length, &option)
                                                 : console_mode_parse(copy, length, &option);
    free(copy);
    return status;
}

static void assert_console(const char *text, enum console_kind kind, uint16_t port, uint32_t speed)
{
    assert_int_equal(parse(CONSOLE, text), CONSOLE_OK);
    assert_int_equal(option.kind, kind);
    assert_int_equal(option.port, port);
    assert_int_equal(option.speed, speed);
    assert_int_equal(option.data_bits, 8);
    assert_int_equal(option.parity, 'n');
    assert_int_equal(option.stop_bits, 1);
}

/* Refused for that reason, and nothing changed. */
static void assert_refused(enum what what, const char *text, enum console_status expected)
{
    assert_int_equal(parse(what, text), expected);
    struct console_option untouched = console_option_default();
    assert_int_equal(option.kind, untouched.kind);
    assert_int_equal(option.port, untouched.port);
    assert_int_equal(option.speed, untouched.speed);
    assert_int_equal(option.data_bits, untouched.data_bits);
    assert_int_equal(option.parity, untouched.parity);
    assert_int_equal(option.stop_bits, untouched.stop_bits);
}

static void a_device_is_chosen_after_none(void **state)
{
    (void)state;
    struct console_option chosen = console_option_default();
    assert_int_equal(console_option_parse("none", 4, &chosen), CONSOLE_OK);
    assert_int_equal(chosen.kind, CONSOLE_NONE);
    assert_int_equal(console_option_parse("com2", 4, &chosen), CONSOLE_OK);
    assert_int_equal(chosen.kind, CONSOLE_PORT);
    assert_int_equal(chosen.port, 0x2f8);
}

static void every_device_has_its_port(void **state)
{
    (void)state;
    assert_console("com1", CONSOLE_PORT, 0x3f8, 115200);
    assert_console("com2", CONSOLE_PORT, 0x2f8, 115200);
    assert_console("com3", CONSOLE_PORT, 0x3e8, 115200);
    assert_console("com4", CONSOLE_PORT, 0x2e8, 115200);
    assert_console("ttya", CONSOLE_PORT, 0x3f8, 115200);
    assert_console("ttyb", CONSOLE_PORT, 0x2f8, 115200);
    assert_console("ttyc", CONSOLE_PORT, 0x3e8, 115200);
    assert_console("ttyd", CONSOLE_PORT, 0x2e8, 115200);
}

static void a_port_may_be_given_as_a_number(void **state)
{
    (void)state;
    assert_console("0x3f8", CONSOLE_PORT, 0x3f8, 115200);
    assert_console("0x100", CONSOLE_PORT, 0x100, 115200);
    assert_console("0XFFF8,9600", CONSOLE_PORT, 0xfff8, 9600);
}

static void a_speed_may_follow_the_device(void **state)
{
    (void)state;
    assert_console("com2,9600", CONSOLE_PORT, 0x2f8, 9600);
    assert_console("ttya,50", CONSOLE_PORT, 0x3f8, 50);
    assert_console("ttya,115200", CONSOLE_PORT, 0x3f8, 115200);
}

static void the_screen_and_nothing_are_consoles_too(void **state)
{
    (void)state;
    assert_console("text", CONSOLE_TEXT, 0x3f8, 115200);
    assert_console("none", CONSOLE_NONE, 0x3f8, 115200);
}

static void a_console_that_is_none_is_refused(void **state)
{
    (void)state;
    assert_refused(CONSOLE, "", CONSOLE_UNKNOWN_DEVICE);
    assert_refused(CONSOLE, "com", CONSOLE_UNKNOWN_DEVICE);
    assert_refused(CONSOLE, "com5", CONSOLE_UNKNOWN_DEVICE);
    assert_refused(CONSOLE, "COM1", CONSOLE_UNKNOWN_DEVICE);
    assert_refused(CONSOLE, "com1 ", CONSOLE_UNKNOWN_DEVICE);
    assert_refused(CONSOLE, "1016", CONSOLE_UNKNOWN_DEVICE);
    assert_refused(CONSOLE, "0x", CONSOLE_BAD_PORT);
    assert_refused(CONSOLE, "0xf8", CONSOLE_BAD_PORT);
    assert_refused(CONSOLE, "0x3f9", CONSOLE_BAD_PORT);
    assert_refused(CONSOLE, "0x10000", CONSOLE_BAD_PORT);
    assert_refused(CONSOLE, "0x100000000000003f8", CONSOLE_BAD_PORT);
    assert_refused(CONSOLE, "com2,", CONSOLE_BAD_SPEED);
    assert_refused(CONSOLE, "com2,9600,8", CONSOLE_EXCESS);
    assert_refused(CONSOLE, "com2,9600,", CONSOLE_EXCESS);
    assert_refused(CONSOLE, "text,9600", CONSOLE_EXCESS);
    assert_refused(CONSOLE, "none,", CONSOLE_EXCESS);
}

static void a_speed_divides_115200_from_50_on(void **state)
{
    (void)state;
    static const char *const bad[] = {"com1,0",     "com1,49",     "com1,48",        "com1,110",
                                      "com1,51",    "com1,115201", "com1,230400",    "com1,x",
                                      "com1,-9600", "com1,9600 ",  "com1,4294976896"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(CONSOLE, bad[i], CONSOLE_BAD_SPEED);
}

static void a_mode_sets_the_line_and_not_the_device(void **state)
{
    (void)state;
    assert_int_equal(parse(MODE, "9600,7,e,2,-"), CONSOLE_OK);
    assert_int_equal(option.kind, CONSOLE_PORT);
    assert_int_equal(option.port, 0x3f8);
    assert_int_equal(option.speed, 9600);
    assert_int_equal(option.data_bits, 7);
    assert_int_equal(option.parity, 'e');
    assert_int_equal(option.stop_bits, 2);
    assert_int_equal(parse(MODE, "115200,8,n,1,-"), CONSOLE_OK);
    assert_int_equal(parse(MODE, "115200,5,o,1,-"), CONSOLE_OK);
    assert_int_equal(option.data_bits, 5);
    assert_int_equal(option.parity, 'o');
}

static void a_mode_may_end_after_any_field(void **state)
{
    (void)state;
    assert_int_equal(parse(MODE, "9600"), CONSOLE_OK);
    assert_int_equal(option.speed, 9600);
    assert_int_equal(option.data_bits, 8);
    assert_int_equal(parse(MODE, "9600,7"), CONSOLE_OK);
    assert_int_equal(parse(MODE, "9600,7,o"), CONSOLE_OK);
    assert_int_equal(parse(MODE, "9600,7,o,2"), CONSOLE_OK);
    assert_int_equal(option.stop_bits, 2);
}

static void a_mode_with_a_bad_field_is_refused_for_it(void **state)
{
    (void)state;
    assert_refused(MODE, "", CONSOLE_BAD_SPEED);
    assert_refused(MODE, "110,8,n,1,-", CONSOLE_BAD_SPEED);
    assert_refused(MODE, "9600,", CONSOLE_BAD_DATA_BITS);
    assert_refused(MODE, "9600,4,n,1,-", CONSOLE_BAD_DATA_BITS);
    assert_refused(MODE, "9600,9,n,1,-", CONSOLE_BAD_DATA_BITS);
    assert_refused(MODE, "9600,88,n,1,-", CONSOLE_BAD_DATA_BITS);
    assert_refused(MODE, "9600,8,m,1,-", CONSOLE_BAD_PARITY);
    assert_refused(MODE, "9600,8,,1,-", CONSOLE_BAD_PARITY);
    assert_refused(MODE, "9600,8,n,0,-", CONSOLE_BAD_STOP_BITS);
    assert_refused(MODE, "9600,8,n,3,-", CONSOLE_BAD_STOP_BITS);
    assert_refused(MODE, "9600,8,n,1,h", CONSOLE_BAD_HANDSHAKE);
    assert_refused(MODE, "9600,8,n,1,s", CONSOLE_BAD_HANDSHAKE);
    assert_refused(MODE, "9600,8,n,1,", CONSOLE_BAD_HANDSHAKE);
    assert_refused(MODE, "9600,8,n,1,-,", CONSOLE_EXCESS);
}

static void every_status_has_a_phrase_of_its_own(void **state)
{
    (void)state;
    assert_phrases(console_status_str, enum console_status, CONSOLE_EXCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_device_has_its_port),
        cmocka_unit_test(a_device_is_chosen_after_none),
        cmocka_unit_test(a_port_may_be_given_as_a_number),
        cmocka_unit_test(a_speed_may_follow_the_device),
        cmocka_unit_test(the_screen_and_nothing_are_consoles_too),
        cmocka_unit_test(a_console_that_is_none_is_refused),
        cmocka_unit_test(a_speed_divides_115200_from_50_on),
        cmocka_unit_test(a_mode_sets_the_line_and_not_the_device),
        cmocka_unit_test(a_mode_may_end_after_any_field),
        cmocka_unit_test(a_mode_with_a_bad_field_is_refused_for_it),
        cmocka_unit_test(every_status_has_a_phrase_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
