/* sh: $((...)): whole numbers of 64 bits, which wrap.
 *
 * Each operator has a rank; an expression of a rank is cut at operators of that rank or higher
 * ones.  Both sides of && and || are worked out: nothing here has a side effect. */
#include "kernel/user/sh_expand.h"
#include "kernel/user/user_text.h"

struct arithmetic {
    struct sh *sh;
    struct slice rest;
    const char *wrong; /* NULL: nothing */
};

static int64_t expression(struct arithmetic *arithmetic, uint32_t rank);

static void skip_blanks(struct arithmetic *arithmetic)
{
    while (arithmetic->rest.length > 0) {
        char c = arithmetic->rest.text[0];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return;
        arithmetic->rest = slice_behind(arithmetic->rest, 1);
    }
}

static bool take(struct arithmetic *arithmetic, const char *sign)
{
    skip_blanks(arithmetic);
    if (!slice_begins(arithmetic->rest, sign))
        return false;
    arithmetic->rest = slice_behind(arithmetic->rest, __builtin_strlen(sign));
    return true;
}

static int64_t wrong(struct arithmetic *arithmetic, const char *what)
{
    if (arithmetic->wrong == NULL)
        arithmetic->wrong = what;
    arithmetic->rest.length = 0;
    return 0;
}

/* --- Numbers --- */

static uint32_t digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (uint32_t)(c - 'a') + 10;
    return c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10 : 16;
}

/* Digits at the beginning of a text: decimal, 0x..., 0...  It ends behind them. */
static uint64_t digits(struct slice *text)
{
    uint64_t value = 0;
    uint32_t base = 10;
    if (slice_begins(*text, "0x") || slice_begins(*text, "0X")) {
        base = 16;
        *text = slice_behind(*text, 2);
    } else if (slice_begins(*text, "0")) {
        base = 8;
    }
    while (text->length > 0 && digit_of(text->text[0]) < base) {
        value = value * base + digit_of(text->text[0]);
        *text = slice_behind(*text, 1);
    }
    return value;
}

static bool is_digit(struct slice text)
{
    return text.length > 0 && text.text[0] >= '0' && text.text[0] <= '9';
}

static int64_t number(struct arithmetic *arithmetic)
{
    struct slice *rest = &arithmetic->rest;
    uint64_t value = digits(rest);
    if (is_digit(*rest) || sh_name_length(*rest) > 0)
        return wrong(arithmetic, "not a number");
    return (int64_t)value;
}

/* A variable holds a number, or nothing, which is 0. */
static int64_t variable(struct arithmetic *arithmetic, size_t length)
{
    struct slice name = {arithmetic->rest.text, length};
    arithmetic->rest = slice_behind(arithmetic->rest, length);
    const char *value = sh_variable(arithmetic->sh, name);
    if (value == NULL || value[0] == '\0')
        return 0;
    struct slice text = slice_of(value);
    bool negative = text.text[0] == '-';
    if (negative || text.text[0] == '+')
        text = slice_behind(text, 1);
    if (!is_digit(text))
        return wrong(arithmetic, "a variable in it is not a number");
    uint64_t worth = digits(&text);
    if (text.length > 0)
        return wrong(arithmetic, "a variable in it is not a number");
    return (int64_t)(negative ? -worth : worth);
}

static int64_t parentheses(struct arithmetic *arithmetic)
{
    if (!sh_enter(arithmetic->sh))
        return wrong(arithmetic, "nested too deeply");
    int64_t value = expression(arithmetic, 0);
    sh_leave(arithmetic->sh);
    if (!take(arithmetic, ")"))
        return wrong(arithmetic, "')' is missing");
    return value;
}

/* Signs before a value, from the last to the first. */
static int64_t signs(const char *first, const char *last, int64_t value)
{
    while (last-- > first)
        if (*last == '-')
            value = (int64_t) - (uint64_t)value;
        else if (*last == '!')
            value = value == 0;
        else if (*last == '~')
            value = ~value;
    return value;
}

static int64_t operand(struct arithmetic *arithmetic)
{
    skip_blanks(arithmetic);
    const char *first = arithmetic->rest.text;
    while (take(arithmetic, "-") || take(arithmetic, "+") || take(arithmetic, "!") ||
           take(arithmetic, "~"))
        ;
    const char *last = arithmetic->rest.text;
    size_t length = sh_name_length(arithmetic->rest);
    int64_t value;
    if (take(arithmetic, "("))
        value = parentheses(arithmetic);
    else if (length > 0)
        value = variable(arithmetic, length);
    else if (is_digit(arithmetic->rest))
        value = number(arithmetic);
    else
        value = wrong(arithmetic, "a number is missing");
    return signs(first, last, value);
}

/* --- Operators --- */

struct operator
{
    const char *sign;
    uint32_t rank;
};

/* Longer signs first. */
static const struct operator operators[] = {
    {"||", 1}, {"&&", 2}, {"==", 3}, {"!=", 3}, {"<=", 4}, {">=", 4}, {"<", 4},
    {">", 4},  {"+", 5},  {"-", 5},  {"*", 6},  {"/", 6},  {"%", 6},
};

static const struct operator* take_operator(struct arithmetic *arithmetic, uint32_t rank)
{
    skip_blanks(arithmetic);
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (slice_begins(arithmetic->rest, operators[i].sign)) {
            if (operators[i].rank < rank)
                return NULL;
            (void)take(arithmetic, operators[i].sign);
            return &operators[i];
        }
    return NULL;
}

static int64_t divide(struct arithmetic *arithmetic, char sign, int64_t a, int64_t b)
{
    if (b == 0)
        return wrong(arithmetic, "division by zero");
    if (b == -1) /* the smallest number has no opposite */
        return sign == '/' ? (int64_t) - (uint64_t)a : 0;
    return sign == '/' ? a / b : a % b;
}

static int64_t apply(struct arithmetic *arithmetic, const char *sign, int64_t a, int64_t b)
{
    bool equal = sign[1] == '=';
    switch (sign[0]) {
    case '|':
        return a != 0 || b != 0;
    case '&':
        return a != 0 && b != 0;
    case '=':
        return a == b;
    case '!':
        return a != b;
    case '<':
        return equal ? a <= b : a < b;
    case '>':
        return equal ? a >= b : a > b;
    case '+':
        return (int64_t)((uint64_t)a + (uint64_t)b);
    case '-':
        return (int64_t)((uint64_t)a - (uint64_t)b);
    case '*':
        return (int64_t)((uint64_t)a * (uint64_t)b);
    default:
        return divide(arithmetic, sign[0], a, b);
    }
}

static int64_t expression(struct arithmetic *arithmetic, uint32_t rank)
{
    int64_t value = operand(arithmetic);
    const struct operator* operator;
    while ((operator= take_operator(arithmetic, rank)) != NULL) {
        int64_t right = expression(arithmetic, operator->rank + 1);
        value = apply(arithmetic, operator->sign, value, right);
    }
    return value;
}

bool sh_arithmetic(struct sh *sh, struct slice text, int64_t *value)
{
    struct arithmetic arithmetic = {.sh = sh, .rest = text};
    *value = expression(&arithmetic, 0);
    skip_blanks(&arithmetic);
    if (arithmetic.wrong == NULL && arithmetic.rest.length > 0)
        (void)wrong(&arithmetic, "an operator is missing");
    if (arithmetic.wrong != NULL)
        sh_fail(sh, "$((", arithmetic.wrong);
    return arithmetic.wrong == NULL;
}
