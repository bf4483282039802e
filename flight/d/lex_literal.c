/* Integers, characters and strings of D: sections 1.5 to 1.7 of the language. */
#include <string.h>

#include "flight/d/lexer.h"
#include "flight/d/types.h"

bool d_lex_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int digit_of(char c)
{
    if (d_lex_is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

static size_t digits_from(const char *at, const char *end, int base)
{
    const char *from = at;
    while (at < end && digit_of(*at) < base)
        at++;
    return (size_t)(at - from);
}

struct number_form {
    size_t digits; /* the prefix 0x with them */
    size_t suffix;
    bool hexadecimal;
};

size_t d_lex_suffix_length(const char *at, const char *end)
{
    const char *from = at;
    if (at < end && (*at == 'u' || *at == 'U'))
        at++;
    for (int i = 0; i < 2 && at < end && (*at == 'l' || *at == 'L'); i++)
        at++;
    return (size_t)(at - from);
}

static struct number_form integer_form(const char *at, const char *end)
{
    struct number_form form = {0};
    if (end - at > 2 && at[0] == '0' && (at[1] == 'x' || at[1] == 'X') && digit_of(at[2]) < 16) {
        form.hexadecimal = true;
        form.digits = 2 + digits_from(at + 2, end, 16);
    } else {
        form.digits = digits_from(at, end, 10);
    }
    form.suffix = form.digits > 0 ? d_lex_suffix_length(at + form.digits, end) : 0;
    return form;
}

static size_t exponent_from(const char *at, const char *end)
{
    if (at >= end || (*at != 'e' && *at != 'E'))
        return 0;
    size_t sign = end - at > 1 && (at[1] == '+' || at[1] == '-') ? 1 : 0;
    size_t digits = digits_from(at + 1 + sign, end, 10);
    return digits > 0 ? 1 + sign + digits : 0;
}

/* How long a floating-point constant at `at` is; 0: there is none. */
static size_t float_length(const char *at, const char *end)
{
    const char *from = at;
    size_t whole = digits_from(at, end, 10);
    at += whole;
    size_t fraction = 0;
    if (at < end && *at == '.') {
        fraction = digits_from(at + 1, end, 10);
        if (whole == 0 && fraction == 0)
            return 0;
        at += 1 + fraction;
    } else if (whole == 0) {
        return 0;
    }
    at += exponent_from(at, end);
    if (at < end && strchr("fFlL", *at) != NULL && *at != '\0')
        at++;
    return (size_t)(at - from);
}

static const struct integer_candidate {
    enum d_intrinsic type;
    bool is_signed, is_long;
} candidates[] = {
    {D_INT, true, false},   {D_UINT, false, false},    {D_LONG, true, true},
    {D_ULONG, false, true}, {D_LONGLONG, true, false}, {D_ULONGLONG, false, false},
};

#define CANDIDATES (sizeof candidates / sizeof candidates[0])

static uint64_t largest(const struct d_type *type)
{
    uint64_t all = UINT64_MAX >> (64 - 8 * type->size);
    return type->is_signed ? all >> 1 : all;
}

const struct d_type *d_lex_integer_type(struct d_compiler *compiler, uint64_t value, bool decimal,
                                        const char *suffix, size_t suffix_length)
{
    size_t start = 0;
    size_t step = decimal ? 2 : 1;
    for (size_t i = 0; i < suffix_length; i++) {
        start += suffix[i] == 'u' || suffix[i] == 'U' ? 1 : 2;
        if (suffix[i] == 'u')
            step = 2;
    }
    for (size_t i = start; i < CANDIDATES; i += step) {
        const struct d_type *type = d_type_resolve(d_type_of(compiler, candidates[i].type));
        if (value <= largest(type))
            return d_type_of(compiler, candidates[i].type);
    }
    d_fail(compiler, "D_INT_OFLOW",
           "integer constant %llu cannot be represented in any built-in integral type",
           (unsigned long long)value);
}

static uint64_t integer_value(struct d_compiler *compiler, const char *at, size_t length, int base)
{
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        int digit = digit_of(at[i]);
        if (digit >= base)
            d_fail(compiler, "D_INT_DIGIT", "invalid digit '%c' in octal constant", at[i]);
        if (value > (UINT64_MAX - (uint64_t)digit) / (uint64_t)base)
            d_fail(compiler, "D_INT_OFLOW",
                   "integer constant cannot be represented in any built-in integral type");
        value = value * (uint64_t)base + (uint64_t)digit;
    }
    return value;
}

bool d_lex_number(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token)
{
    const char *at = lexer->at;
    struct number_form form = integer_form(at, lexer->end);
    if (float_length(at, lexer->end) > form.digits + form.suffix)
        d_fail(compiler, "D_SYNTAX", "floating-point constants are not permitted");
    if (form.digits == 0)
        return false;
    token->kind = D_TOKEN_INT;
    bool decimal = at[0] != '0';
    if (form.hexadecimal)
        token->value = integer_value(compiler, at + 2, form.digits - 2, 16);
    else
        token->value = integer_value(compiler, at, form.digits, decimal ? 10 : 8);
    token->type =
        d_lex_integer_type(compiler, token->value, decimal, at + form.digits, form.suffix);
    token->text = d_text(compiler, at, form.digits + form.suffix);
    token->length = form.digits + form.suffix;
    lexer->at += token->length;
    return true;
}

static size_t octal_escape(const char *from, const char *end, char *byte)
{
    unsigned value = 0;
    size_t count = 0;
    while (count < 3 && from + count < end && digit_of(from[count]) < 8)
        value = value * 8 + (unsigned)digit_of(from[count++]);
    *byte = (char)value;
    return count;
}

static size_t hexadecimal_escape(const char *from, const char *end, char *byte)
{
    unsigned value = 0;
    size_t count = 0;
    while (from + count < end && digit_of(from[count]) < 16)
        value = (value << 4 | (unsigned)digit_of(from[count++])) & 0xff;
    *byte = (char)value;
    return count;
}

/* Behind a backslash: writes what it stands for, and gives how many bytes of the text were used; 0: it is none. */
static size_t escape(const char *from, const char *end, char *byte)
{
    static const char letters[] = "abfnrtv\\\"";
    static const char meant[] = "\a\b\f\n\r\t\v\\\"";
    if (from >= end)
        return 0;
    const char *letter = *from != '\0' ? strchr(letters, *from) : NULL;
    if (letter != NULL) {
        *byte = meant[letter - letters];
        return 1;
    }
    if (*from == 'x' && from + 1 < end && digit_of(from[1]) < 16)
        return 1 + hexadecimal_escape(from + 1, end, byte);
    return octal_escape(from, end, byte);
}

char *d_lex_unescape(struct d_compiler *compiler, const char *from, size_t size, size_t *length)
{
    char *text = d_text(compiler, from, size);
    const char *end = from + size;
    size_t used = 0;
    while (from < end) {
        char byte = 0;
        size_t taken = *from == '\\' ? escape(from + 1, end, &byte) : 0;
        text[used++] = taken > 0 ? byte : *from;
        from += 1 + taken;
    }
    text[used] = '\0';
    *length = used;
    return text;
}

/* From behind the opening quote to the closing one, which a backslash hides; NULL: the line ends before. */
static const char *closing_quote(const char *at, const char *end, char quote)
{
    for (; at < end && *at != '\n'; at++) {
        if (*at == quote)
            return at;
        if (*at == '\\' && at + 1 < end && at[1] != '\n')
            at++;
    }
    return NULL;
}

void d_lex_string(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token)
{
    const char *from = lexer->at + 1;
    const char *quote = closing_quote(from, lexer->end, '"');
    if (quote == NULL)
        d_fail(compiler, "D_STR_NL", "newline encountered in string literal");
    token->kind = D_TOKEN_STRING;
    token->text = d_lex_unescape(compiler, from, (size_t)(quote - from), &token->length);
    lexer->at = quote + 1;
}

void d_lex_character(struct d_compiler *compiler, struct d_lexer *lexer, struct d_token *token)
{
    const char *from = lexer->at + 1;
    const char *quote = closing_quote(from, lexer->end, '\'');
    if (quote == NULL)
        d_fail(compiler, "D_CHR_NL", "newline encountered in character constant");
    size_t length;
    const char *bytes = d_lex_unescape(compiler, from, (size_t)(quote - from), &length);
    if (length == 0)
        d_fail(compiler, "D_CHR_NULL", "empty character constant");
    if (length > 8)
        d_fail(compiler, "D_CHR_OFLOW", "character constant is too long");
    token->kind = D_TOKEN_INT;
    for (size_t i = 0; i < length; i++)
        token->value = token->value << 8 | (unsigned char)bytes[i];
    token->type = d_lex_integer_type(compiler, token->value, true, "", 0);
    token->text = d_text(compiler, lexer->at, (size_t)(quote + 1 - lexer->at));
    token->length = strlen(token->text);
    lexer->at = quote + 1;
}
