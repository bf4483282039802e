/* sh: test, also called [. */
#include "kernel/user/numbers.h"
#include "kernel/user/sh.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

struct test {
    struct sh *sh;
    const char *const *at, *const *end;
    bool wrong;
};

static bool either(struct test *test);

static bool wrong(struct test *test, const char *word, const char *what)
{
    if (!test->wrong)
        sh_complain(test->sh, word, what, SH_MISUSED);
    test->wrong = true;
    test->at = test->end;
    return false;
}

static size_t left(const struct test *test)
{
    return (size_t)(test->end - test->at);
}

static bool take(struct test *test, const char *word)
{
    if (test->at == test->end || !text_equal(*test->at, word))
        return false;
    test->at++;
    return true;
}

/* --- Numbers --- */

bool sh_number(const char *word, int64_t *value)
{
    bool negative = *word == '-';
    uint64_t sum = 0;
    word += *word == '-' || *word == '+';
    if (!number_parse(word, INT64_MAX, &sum))
        return false;
    *value = negative ? -(int64_t)sum : (int64_t)sum;
    return true;
}

static bool number(struct test *test, const char *word, int64_t *value)
{
    return sh_number(word, value) || wrong(test, word, "not a number");
}

static bool compare(struct test *test, const char *sign, const char *left_word,
                    const char *right_word)
{
    int64_t a, b;
    if (!number(test, left_word, &a) || !number(test, right_word, &b))
        return false;
    if (text_equal(sign, "-eq"))
        return a == b;
    if (text_equal(sign, "-ne"))
        return a != b;
    if (text_equal(sign, "-lt"))
        return a < b;
    if (text_equal(sign, "-le"))
        return a <= b;
    return text_equal(sign, "-gt") ? a > b : a >= b;
}

/* --- Operators --- */

static bool is_one_of(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(word, words[i]))
            return true;
    return false;
}

static bool is_binary(const char *word)
{
    static const char *const words[] = {"=",   "==",  "!=",  "<",   ">",  "-eq",
                                        "-ne", "-lt", "-le", "-gt", "-ge"};
    return is_one_of(word, words, sizeof words / sizeof words[0]);
}

static bool is_unary(const char *word)
{
    static const char *const words[] = {"-n", "-z", "-f", "-d", "-e", "-r",
                                        "-w", "-x", "-s", "-h", "-L", "-t"};
    return is_one_of(word, words, sizeof words / sizeof words[0]);
}

/* Everything can be read, nothing written. */
static bool test_file(char letter, const char *path)
{
    struct system_stat stat;
    if (letter == 'w' || letter == 't' || system_stat(path, &stat) != SYSTEM_OK)
        return false;
    if (letter == 'f')
        return stat.kind == SYSTEM_FILE;
    if (letter == 'd')
        return stat.kind == SYSTEM_DIRECTORY;
    if (letter == 'h' || letter == 'L')
        return stat.kind == SYSTEM_SYMBOLIC_LINK;
    return letter != 's' || stat.size > 0 || stat.kind == SYSTEM_DIRECTORY;
}

static bool unary(struct test *test)
{
    char letter = (*test->at)[1];
    const char *word = test->at[1];
    test->at += 2;
    if (letter == 'n' || letter == 'z')
        return (word[0] == '\0') == (letter == 'z');
    return test_file(letter, word);
}

static bool binary(struct test *test)
{
    const char *a = test->at[0], *sign = test->at[1], *b = test->at[2];
    test->at += 3;
    if (sign[0] == '-')
        return compare(test, sign, a, b);
    int order = text_compare(a, b);
    switch (sign[0]) {
    case '<':
        return order < 0;
    case '>':
        return order > 0;
    case '!':
        return order != 0;
    default:
        return order == 0;
    }
}

/* --- Expressions --- */

static bool parentheses(struct test *test)
{
    test->at++;
    if (!sh_enter(test->sh))
        return wrong(test, "test", "nested too deeply");
    bool value = either(test);
    sh_leave(test->sh);
    return take(test, ")") ? value : wrong(test, "test", "')' is missing");
}

/* What has a binary operator behind it is text, whatever it looks like. */
static bool one(struct test *test)
{
    bool not = false;
    while (left(test) > 1 && !(left(test) > 2 && is_binary(test->at[1])) && take(test, "!"))
        not = !not ;
    if (left(test) == 0)
        return wrong(test, "test", "an argument is missing");
    if (left(test) > 2 && is_binary(test->at[1]))
        return binary(test) != not ;
    if (left(test) > 1 && is_unary(*test->at))
        return unary(test) != not ;
    if (left(test) > 1 && text_equal(*test->at, "("))
        return parentheses(test) != not ;
    return ((*test->at++)[0] != '\0') != not ;
}

static bool both(struct test *test)
{
    bool value = one(test);
    while (take(test, "-a"))
        value = one(test) && value;
    return value;
}

static bool either(struct test *test)
{
    bool value = both(test);
    while (take(test, "-o"))
        value = both(test) || value;
    return value;
}

void sh_do_test(struct sh *sh, int argc, const char *const *argv)
{
    struct test test = {.sh = sh, .at = argv + 1, .end = argv + argc};
    if (text_equal(argv[0], "[")) {
        if (!text_equal(argv[argc - 1], "]")) {
            sh_complain(sh, "[", "']' is missing", SH_MISUSED);
            return;
        }
        test.end--;
    }
    bool value = left(&test) > 0 && either(&test);
    if (!test.wrong && test.at != test.end)
        (void)wrong(&test, *test.at, "not expected here");
    if (!test.wrong)
        sh->status = value ? EXIT_OK : EXIT_FAILED;
}
