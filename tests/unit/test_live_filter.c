/* The text of a serial line, without its frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flight/live_filter.h"

static char shown[256];
static struct text_buffer buffer;
static struct live_filter filter;
static uint32_t frames;

static int setup(void **state)
{
    (void)state;
    buffer = (struct text_buffer){.bytes = shown, .size = sizeof shown};
    filter = (struct live_filter){.sink = text_buffer_sink(&buffer)};
    frames = 0;
    return 0;
}

static void take(const char *bytes)
{
    for (; *bytes != '\0'; bytes++)
        frames += live_filter_step(&filter, (uint8_t)*bytes) ? 1 : 0;
}

static void frames_are_cut_out_and_lines_of_nothing_else_vanish(void **state)
{
    (void)state;
    take("one\r\n~{Kabc}\r\ntw~{Kabc}o\r\n\r\n~{K~{Vx}\r\n~~ ~\r\nrest");
    live_filter_finish(&filter);
    assert_string_equal(shown, "one\ntwo\n\n~~ ~\nrest\n");
    assert_int_equal(frames, 3);
    assert_int_equal(filter.kind, 'V');
}

static void what_is_held_back_is_shown_once_when_nothing_follows(void **state)
{
    (void)state;
    take("~");
    assert_string_equal(shown, "");
    live_filter_show_held(&filter);
    live_filter_show_held(&filter);
    assert_string_equal(shown, "~");
    take("~/x\r");
    assert_string_equal(shown, "~~/x");
    live_filter_show_held(&filter);
    live_filter_show_held(&filter);
    assert_string_equal(shown, "~~/x\r");
    take("\n~");
    live_filter_finish(&filter);
    assert_string_equal(shown, "~~/x\r\n~\n");
}

static void a_frame_whose_beginning_was_shown_is_still_one(void **state)
{
    (void)state;
    take("a\r\n~");
    live_filter_show_held(&filter);
    uint64_t start = filter.seen - 1;
    take("{Vabc}\r\nb\r\n");
    assert_string_equal(shown, "a\n~\nb\n");
    assert_int_equal(frames, 1);
    assert_int_equal(filter.kind, 'V');
    assert_int_equal(filter.frame_start, start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(frames_are_cut_out_and_lines_of_nothing_else_vanish, setup),
        cmocka_unit_test_setup(what_is_held_back_is_shown_once_when_nothing_follows, setup),
        cmocka_unit_test_setup(a_frame_whose_beginning_was_shown_is_still_one, setup),
    };
    return cmocka_run_group_tests_name("live filter", tests, NULL, NULL);
}
