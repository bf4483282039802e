/* Searching a string in another one, held against trying every place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace/dtrace/search.h"

enum {
    TEXT_MAX = 10,
    PART_MAX = 7,
    LONG_TEXT = 600
};

/* In memory of exactly its size, so that the sanitizer sees one byte too many. */
struct word {
    uint8_t *bytes;
    uint32_t length;
};

/* A word of a's and b's: the bits of `number`. */
static struct word word_of(uint32_t number, uint32_t length)
{
    struct word word = {malloc(length), length};
    for (uint32_t i = 0; i < length; i++)
        word.bytes[i] = (uint8_t)('a' + (number >> i & 1));
    return word;
}

static struct dtrace_bytes forwards(const struct word *word)
{
    return (struct dtrace_bytes){word->bytes, 1, word->length};
}

static struct dtrace_bytes backwards(const struct word *word)
{
    return (struct dtrace_bytes){word->bytes + word->length - 1, -1, word->length};
}

static uint8_t at(const struct dtrace_bytes *bytes, uint32_t index)
{
    return bytes->first[(int32_t)index * bytes->step];
}

static uint32_t by_trying(const struct dtrace_bytes *text, const struct dtrace_bytes *part,
                          uint32_t from)
{
    for (; from + part->length <= text->length; from++) {
        uint32_t same = 0;
        while (same < part->length && at(text, from + same) == at(part, same))
            same++;
        if (same == part->length)
            return from;
    }
    return DTRACE_NOT_FOUND;
}

static void assert_agreement(const struct dtrace_bytes *text, const struct dtrace_bytes *part)
{
    for (uint32_t from = 0; from <= text->length; from++)
        if (dtrace_search(text, part, from) != by_trying(text, part, from))
            fail_msg("\"%.*s\" in \"%.*s\" from %u", (int)part->length, part->first,
                     (int)text->length, text->first, from);
}

static void compare(const struct word *text, const struct word *part)
{
    struct dtrace_bytes a = forwards(text), b = forwards(part);
    assert_agreement(&a, &b);
    a = backwards(text);
    b = backwards(part);
    assert_agreement(&a, &b);
}

static void compare_parts(const struct word *text)
{
    for (uint32_t length = 1; length <= PART_MAX; length++)
        for (uint32_t number = 0; number < 1u << length; number++) {
            struct word part = word_of(number, length);
            compare(text, &part);
            free(part.bytes);
        }
}

static void every_short_part_is_found_where_trying_every_place_finds_it(void **state)
{
    (void)state;
    for (uint32_t length = 1; length <= TEXT_MAX; length++)
        for (uint32_t number = 0; number < 1u << length; number += length < TEXT_MAX ? 1 : 5) {
            struct word text = word_of(number, length);
            compare_parts(&text);
            free(text.bytes);
        }
}

/* Each of these words is the last two put together, so that all of them repeat themselves over and over. */
static void long_words_that_repeat_themselves_are_found(void **state)
{
    (void)state;
    struct word text = {malloc(LONG_TEXT), LONG_TEXT};
    text.bytes[0] = 'a', text.bytes[1] = 'b';
    for (uint32_t done = 2, before = 1; done < LONG_TEXT;) {
        uint32_t next = done + before < LONG_TEXT ? before : LONG_TEXT - done;
        memcpy(text.bytes + done, text.bytes, next);
        before = done, done += next;
    }
    for (uint32_t length = 1; length < 200; length += 9)
        for (uint32_t flip = 0; flip < 3; flip++) {
            struct word part = {malloc(length), length};
            memcpy(part.bytes, text.bytes + length, length);
            part.bytes[flip == 1 ? 0 : length - 1] ^= flip > 0 ? 'a' ^ 'b' : 0;
            compare(&text, &part);
            free(part.bytes);
        }
    free(text.bytes);
}

/* Of four letters, each out of the state of a generator of random numbers. */
static struct word random_word(uint32_t *random, uint32_t length)
{
    struct word word = {malloc(length), length};
    for (uint32_t i = 0; i < length; i++) {
        *random = *random * 1664525 + 1013904223;
        word.bytes[i] = (uint8_t)('a' + (*random >> 30));
    }
    return word;
}

static void parts_of_more_letters_are_found_behind_beginnings_of_themselves(void **state)
{
    (void)state;
    uint32_t random = 1;
    for (uint32_t i = 0; i < 4000; i++) {
        struct word part = random_word(&random, 1 + i % 12);
        struct word text = random_word(&random, 3 * part.length);
        uint32_t begun = i / 12 % part.length;
        memcpy(text.bytes + part.length - begun, part.bytes, begun);
        memcpy(text.bytes + part.length, part.bytes, part.length);
        compare(&text, &part);
        free(text.bytes);
        free(part.bytes);
    }
}

/* Trying every place would compare 2^31 bytes. */
static void a_part_that_almost_stands_everywhere_is_not_tried_everywhere(void **state)
{
    (void)state;
    struct word text = {malloc(65536), 65536}, part = {malloc(32768), 32768};
    memset(text.bytes, 'a', text.length);
    memset(part.bytes, 'a', part.length);
    for (uint32_t place = 0; place < part.length; place += 1024) {
        part.bytes[place] = 'b';
        struct dtrace_bytes a = forwards(&text), b = forwards(&part);
        assert_int_equal(dtrace_search(&a, &b, 0), DTRACE_NOT_FOUND);
        part.bytes[place] = 'a';
    }
    free(text.bytes);
    free(part.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_short_part_is_found_where_trying_every_place_finds_it),
        cmocka_unit_test(long_words_that_repeat_themselves_are_found),
        cmocka_unit_test(parts_of_more_letters_are_found_behind_beginnings_of_themselves),
        cmocka_unit_test(a_part_that_almost_stands_everywhere_is_not_tried_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
