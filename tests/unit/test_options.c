/* The command line of a subcommand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/options.h"

static char refusal[256];

enum flight_status flight_misuse(const struct flight_command *command, const char *format, ...)
{
    va_list arguments;
    (void)command;
    va_start(arguments, format);
    (void)vsnprintf(refusal, sizeof refusal, format, arguments);
    va_end(arguments);
    return FLIGHT_USAGE;
}

void flight_help(const struct flight_command *command)
{
    (void)command;
}

struct parsed {
    bool flag;
    const char *text, *format;
    struct option_words words;
    struct option_list more;
};

/* Parses words that blanks separate. */
static bool parse(struct parsed *parsed, const char *line)
{
    static char copy[256];
    char *arguments[16];
    size_t count = 0;
    *parsed = (struct parsed){0};
    refusal[0] = '\0';
    (void)snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        arguments[count++] = word;
    const struct option_spec specs[] = {
        {.name = "flag", .letter = 'f', .flag = &parsed->flag},
        {.name = "text", .letter = 't', .text = &parsed->text},
        {.name = "format", .text = &parsed->format, .choices = options_formats},
        {.letter = 'n', .words = &parsed->words},
        {.letter = 'q', .words = &parsed->words, .plain = true},
    };
    static const struct flight_command command = {.name = "test"};
    const struct options options = {
        .command = &command, .specs = specs, .count = 5, .more = &parsed->more};
    enum flight_status status;
    const bool good = options_parse(&options, count, arguments, &status);
    assert_true(good || status == FLIGHT_USAGE);
    return good;
}

static void release(struct parsed *parsed)
{
    free(parsed->words.items);
    free(parsed->more.items);
}

static void words_of_several_letters_keep_their_order(void **state)
{
    (void)state;
    struct parsed parsed;
    assert_true(parse(&parsed, "-n a -q -nb one two"));
    assert_int_equal(parsed.words.count, 3);
    assert_int_equal(parsed.words.items[0].letter, 'n');
    assert_string_equal(parsed.words.items[0].value, "a");
    assert_int_equal(parsed.words.items[1].letter, 'q');
    assert_null(parsed.words.items[1].value);
    assert_string_equal(parsed.words.items[2].value, "b");
    assert_int_equal(parsed.more.count, 2);
    assert_string_equal(parsed.more.items[1], "two");
    release(&parsed);
}

static void letters_without_a_value_may_share_a_dash(void **state)
{
    (void)state;
    struct parsed parsed;
    assert_true(parse(&parsed, "-fqn a"));
    assert_true(parsed.flag);
    assert_int_equal(parsed.words.count, 2);
    assert_string_equal(parsed.words.items[1].value, "a");
    release(&parsed);
    assert_true(parse(&parsed, "-qfttext"));
    assert_string_equal(parsed.text, "text");
    release(&parsed);
}

static void a_letter_that_is_none_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    struct parsed parsed;
    assert_false(parse(&parsed, "-fz"));
    assert_string_equal(refusal, "unknown option '-fz'");
    release(&parsed);
    assert_false(parse(&parsed, "-z"));
    release(&parsed);
    assert_false(parse(&parsed, "-fn"));
    assert_string_equal(refusal, "a value is missing after '-fn'");
    release(&parsed);
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    struct parsed parsed;
    assert_true(parse(&parsed, "-f -- -q -"));
    assert_int_equal(parsed.words.count, 0);
    assert_int_equal(parsed.more.count, 2);
    assert_string_equal(parsed.more.items[0], "-q");
    release(&parsed);
}

static void a_choice_is_one_of_those_that_there_are(void **state)
{
    (void)state;
    struct parsed parsed;
    assert_true(parse(&parsed, "--format json"));
    assert_true(options_is_json(parsed.format));
    assert_true(parse(&parsed, "--format=text"));
    assert_false(options_is_json(parsed.format));
    assert_false(parse(&parsed, "--format jso"));
    assert_string_equal(refusal, "unknown format 'jso': text or json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_several_letters_keep_their_order),
        cmocka_unit_test(letters_without_a_value_may_share_a_dash),
        cmocka_unit_test(a_letter_that_is_none_is_refused_wherever_it_stands),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(a_choice_is_one_of_those_that_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
