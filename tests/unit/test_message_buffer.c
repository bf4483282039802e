/* The ring of console text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/message_buffer.h"

#define SIZE MESSAGE_BUFFER_SIZE

static struct message_buffer ring;
static char printed[4 * SIZE];
static struct text_buffer out;

static int start(void **state)
{
    (void)state;
    memset(&ring, 0, sizeof ring);
    return 0;
}

static const char *print(void)
{
    out = (struct text_buffer){.bytes = printed, .size = sizeof printed};
    struct text_sink sink = text_buffer_sink(&out);
    message_buffer_print(&ring, &sink);
    return printed;
}

static void put(const char *text)
{
    message_buffer_put(&ring, text, strlen(text));
}

/* Byte i of a long text: no two pieces of it look alike. */
static char at(uint32_t i)
{
    return (char)('a' + (i * 7 + i / 26 * 3 + i / SIZE) % 26);
}

static void put_long(uint32_t length)
{
    char *text = malloc(length);
    assert_non_null(text);
    for (uint32_t i = 0; i < length; i++)
        text[i] = at(i);
    message_buffer_put(&ring, text, length);
    free(text);
}

static void assert_prints_last(uint32_t kept, uint32_t length)
{
    print();
    assert_int_equal(out.length, kept);
    for (uint32_t i = 0; i < kept; i++)
        assert_int_equal(printed[i], at(length - kept + i));
}

static void an_empty_one_prints_nothing(void **state)
{
    (void)state;
    assert_string_equal(print(), "");
    put("");
    assert_string_equal(print(), "");
}

static void what_was_put_is_printed_in_order(void **state)
{
    (void)state;
    put("one\n");
    put("two");
    put("\n");
    assert_string_equal(print(), "one\ntwo\n");
    assert_string_equal(print(), "one\ntwo\n");
}

static void it_keeps_the_last_bytes(void **state)
{
    static const uint32_t lengths[] = {1,    127,      128,      129,          SIZE - 1,
                                       SIZE, SIZE + 1, SIZE + 7, 2 * SIZE - 1, 2 * SIZE + 1};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        start(state);
        put_long(lengths[i]);
        assert_prints_last(lengths[i] < SIZE ? lengths[i] : SIZE, lengths[i]);
    }
}

static void the_counter_may_wrap(void **state)
{
    (void)state;
    ring.written = UINT32_MAX - 2;
    put("abcdef");
    assert_string_equal(print(), "abcdef");
    put_long(SIZE - 1);
    print();
    assert_int_equal(out.length, SIZE);
    assert_int_equal(printed[0], 'f');
    assert_int_equal(printed[1], at(0));
}

/* A console: what it prints goes into the ring, too, with as much again of somebody else's. */
static uint32_t others;

static void put_console(void *context, const char *bytes, size_t length)
{
    struct text_sink *to = context;
    to->put(to->context, bytes, length);
    message_buffer_put(&ring, bytes, length);
    for (uint32_t i = 0; i < others; i++)
        put("#");
}

static void print_on_console(void)
{
    out = (struct text_buffer){.bytes = printed, .size = sizeof printed};
    struct text_sink sink = text_buffer_sink(&out);
    message_buffer_print(&ring, &(struct text_sink){put_console, &sink});
}

static void printing_on_its_own_console_prints_each_byte_once(void **state)
{
    (void)state;
    others = 0;
    put_long(2 * SIZE);
    print_on_console();
    assert_int_equal(out.length, SIZE);
    for (uint32_t i = 0; i < SIZE; i++)
        assert_int_equal(printed[i], at(SIZE + i));
}

static void what_is_overtaken_is_left_out(void **state)
{
    (void)state;
    others = 100;
    put_long(2 * SIZE);
    print_on_console();
    assert_true(out.length < SIZE);
    assert_int_equal(printed[out.length - 1], at(2 * SIZE - 1));
    assert_null(memchr(printed, '#', out.length));
}

static void a_reader_that_is_lapped_ends(void **state)
{
    (void)state;
    others = 3 * SIZE;
    put_long(2 * SIZE);
    print_on_console();
    assert_int_equal(out.length, 128);
}

#define TEST(function) cmocka_unit_test_setup(function, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_one_prints_nothing),
        TEST(what_was_put_is_printed_in_order),
        TEST(it_keeps_the_last_bytes),
        TEST(the_counter_may_wrap),
        TEST(printing_on_its_own_console_prints_each_byte_once),
        TEST(what_is_overtaken_is_left_out),
        TEST(a_reader_that_is_lapped_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
