/* The table of tunables: finding them, judging what is set, and keeping the strongest. */
#include "boot/tunable.h"

#include "boot/command_line.h"

#define PREFIX        "kern."
#define PREFIX_LENGTH (sizeof PREFIX - 1)

enum {
    DECIMAL_DIGITS = 20, /* of 2^64 - 1, and of -2^63 */
};

void tunables_start(const struct tunables *tunables)
{
    for (uint32_t i = 0; i < tunables->count; i++) {
        struct tunable *tunable = &tunables->table[i];
        tunable->value = tunable->default_value;
        tunable->origin = TUNABLE_DEFAULT;
        tunable->line = 0;
        if (tunable->type == TUNABLE_STRING)
            tunable->string[0] = '\0';
    }
}

/* Whether the names agree character by character, where a ':' is a '.'. */
static bool same_characters(struct slice a, struct slice b)
{
    for (size_t i = 0; i < a.length; i++) {
        char in_a = a.text[i] == ':' ? '.' : a.text[i];
        char in_b = b.text[i] == ':' ? '.' : b.text[i];
        if (in_a != in_b)
            return false;
    }
    return true;
}

static struct slice without_prefix(struct slice name)
{
    const struct slice start = {name.text, PREFIX_LENGTH};
    if (name.length < PREFIX_LENGTH || !same_characters(start, slice_of(PREFIX)))
        return name;
    return slice_behind(name, PREFIX_LENGTH);
}

static bool same_name(struct slice name, const char *other)
{
    const struct slice a = without_prefix(name), b = without_prefix(slice_of(other));
    return a.length == b.length && same_characters(a, b);
}

struct tunable *tunables_find(const struct tunables *tunables, struct slice name)
{
    for (uint32_t i = 0; i < tunables->count; i++) {
        struct tunable *tunable = &tunables->table[i];
        if (same_name(name, tunable->name) ||
            (tunable->second_name != NULL && same_name(name, tunable->second_name)))
            return tunable;
    }
    return NULL;
}

static enum tunable_status judge_range(const struct tunable *tunable, uint64_t number)
{
    bool fits = number >= tunable->minimum && number <= tunable->maximum;
    return fits ? TUNABLE_OK : TUNABLE_OUT_OF_RANGE;
}

static enum tunable_status read_unsigned(const struct tunable *tunable, struct slice text,
                                         uint64_t *value)
{
    if (!command_line_number(text.text, text.length, value))
        return TUNABLE_NOT_A_NUMBER;
    return judge_range(tunable, *value);
}

static enum tunable_status judge_signed(const struct tunable *tunable, uint64_t number)
{
    int64_t value = (int64_t)number;
    bool fits = value >= (int64_t)tunable->minimum && value <= (int64_t)tunable->maximum;
    return fits ? TUNABLE_OK : TUNABLE_OUT_OF_RANGE;
}

static enum tunable_status read_signed(const struct tunable *tunable, struct slice text,
                                       uint64_t *value)
{
    bool negative = slice_begins(text, "-");
    const struct slice digits = slice_behind(text, negative);
    if (!command_line_number(digits.text, digits.length, value))
        return TUNABLE_NOT_A_NUMBER;
    if (*value > (uint64_t)INT64_MAX)
        return TUNABLE_OUT_OF_RANGE;
    if (negative)
        *value = 0 - *value;
    return judge_signed(tunable, *value);
}

/* Whether the text is the word, which has only small letters and digits, in any case. */
static bool is_word(struct slice text, const char *word)
{
    if (text.length != __builtin_strlen(word))
        return false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.text[i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != word[i])
            return false;
    }
    return true;
}

static enum tunable_status read_switch(struct slice text, uint64_t *value)
{
    static const char *const words[][2] = {
        {"0", "1"}, {"no", "yes"}, {"off", "on"}, {"false", "true"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        *value = is_word(text, words[i][1]);
        if (*value == 1 || is_word(text, words[i][0]))
            return TUNABLE_OK;
    }
    return TUNABLE_NO_SWITCH;
}

static enum tunable_status read_choice(const struct tunable *tunable, struct slice text,
                                       uint64_t *value)
{
    for (*value = 0; tunable->choices[*value] != NULL; (*value)++)
        if (slice_is(text, tunable->choices[*value]))
            return TUNABLE_OK;
    return TUNABLE_NO_CHOICE;
}

static enum tunable_status judge_string(const struct tunable *tunable, struct slice text)
{
    if (text.length >= tunable->string_size)
        return TUNABLE_TOO_LONG;
    for (size_t i = 0; i < text.length; i++)
        if (text.text[i] == '\0')
            return TUNABLE_HOLDS_NUL;
    return TUNABLE_OK;
}

/* Reads a value as the type has it.  A string has none: its text is only judged. */
static enum tunable_status read_text(const struct tunable *tunable, struct slice text,
                                     uint64_t *value)
{
    switch (tunable->type) {
    case TUNABLE_UNSIGNED:
        return read_unsigned(tunable, text, value);
    case TUNABLE_SIGNED:
        return read_signed(tunable, text, value);
    case TUNABLE_SWITCH:
        return read_switch(text, value);
    case TUNABLE_CHOICE:
        return read_choice(tunable, text, value);
    case TUNABLE_STRING:
        break;
    }
    return judge_string(tunable, text);
}

static enum tunable_status judge_number(const struct tunable *tunable, uint64_t number)
{
    switch (tunable->type) {
    case TUNABLE_UNSIGNED:
        return judge_range(tunable, number);
    case TUNABLE_SIGNED:
        return judge_signed(tunable, number);
    case TUNABLE_SWITCH:
        return number <= 1 ? TUNABLE_OK : TUNABLE_NO_SWITCH;
    case TUNABLE_CHOICE:
    case TUNABLE_STRING:
        break;
    }
    return TUNABLE_WANTS_TEXT;
}

static bool is_too_late(const struct tunable *tunable, struct tunable_source source)
{
    return tunable->early && source.origin != TUNABLE_COMMAND_LINE;
}

static bool is_overruled(const struct tunable *tunable, struct tunable_source source)
{
    return source.origin < tunable->origin;
}

/* Sets a value that has been judged, unless a stronger origin has set one. */
static enum tunable_status set(struct tunable *tunable, uint64_t value,
                               struct tunable_source source)
{
    if (is_overruled(tunable, source))
        return TUNABLE_OVERRULED;
    tunable->value = value;
    tunable->origin = source.origin;
    tunable->line = source.line;
    return TUNABLE_OK;
}

static void keep_string(const struct tunable *tunable, struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        tunable->string[i] = text.text[i];
    tunable->string[text.length] = '\0';
}

static enum tunable_status judge_text(const struct tunable *tunable, struct slice text,
                                      struct tunable_source source, uint64_t *value)
{
    return is_too_late(tunable, source) ? TUNABLE_TOO_LATE : read_text(tunable, text, value);
}

enum tunable_status tunable_judge_text(const struct tunable *tunable, struct slice text,
                                       struct tunable_source source)
{
    uint64_t value = 0;
    return judge_text(tunable, text, source, &value);
}

enum tunable_status tunable_set_text(struct tunable *tunable, struct slice text,
                                     struct tunable_source source)
{
    uint64_t value = 0;
    enum tunable_status status = judge_text(tunable, text, source, &value);
    if (status == TUNABLE_OK)
        status = set(tunable, value, source);
    if (status == TUNABLE_OK && tunable->type == TUNABLE_STRING)
        keep_string(tunable, text);
    return status;
}

enum tunable_status tunable_set_number(struct tunable *tunable, char operator, uint64_t number,
                                       struct tunable_source source)
{
    if (is_too_late(tunable, source))
        return TUNABLE_TOO_LATE;
    if (operator!= '=') {
        if (tunable->type != TUNABLE_UNSIGNED)
            return TUNABLE_NOT_BITS;
        if (is_overruled(tunable, source))
            return TUNABLE_OVERRULED;
        number = operator== '&' ? tunable->value & number : tunable->value | number;
    }
    enum tunable_status status = judge_number(tunable, number);
    return status == TUNABLE_OK ? set(tunable, number, source) : status;
}

/* Writes the number to the end of `digits`. */
static struct slice print_decimal(uint64_t value, char digits[DECIMAL_DIGITS])
{
    size_t at = DECIMAL_DIGITS;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    return (struct slice){digits + at, DECIMAL_DIGITS - at};
}

static struct slice print_signed(uint64_t value, char digits[DECIMAL_DIGITS])
{
    if ((int64_t)value >= 0)
        return print_decimal(value, digits);
    struct slice number = print_decimal(0 - value, digits);
    size_t at = DECIMAL_DIGITS - number.length - 1;
    digits[at] = '-';
    return (struct slice){digits + at, number.length + 1};
}

size_t tunable_print(const struct tunable *tunable, char *text, size_t size)
{
    char digits[DECIMAL_DIGITS];
    struct slice value;
    if (tunable->type == TUNABLE_STRING)
        value = slice_of(tunable->string);
    else if (tunable->type == TUNABLE_CHOICE)
        value = slice_of(tunable->choices[tunable->value]);
    else if (tunable->type == TUNABLE_SIGNED)
        value = print_signed(tunable->value, digits);
    else
        value = print_decimal(tunable->value, digits);
    if (size == 0)
        return value.length;
    size_t kept = value.length < size ? value.length : size - 1;
    __builtin_memcpy(text, value.text, kept);
    text[kept] = '\0';
    return value.length;
}

const char *tunable_type_str(enum tunable_type type)
{
    switch (type) {
    case TUNABLE_UNSIGNED:
        return "number";
    case TUNABLE_SIGNED:
        return "signed number";
    case TUNABLE_SWITCH:
        return "switch";
    case TUNABLE_CHOICE:
        return "choice";
    case TUNABLE_STRING:
        return "string";
    }
    return "unknown";
}

const char *tunable_origin_str(enum tunable_origin origin)
{
    switch (origin) {
    case TUNABLE_DEFAULT:
        return "default";
    case TUNABLE_ETC_SYSTEM:
        return "etc/system";
    case TUNABLE_ENVIRONMENT:
        return "environment";
    case TUNABLE_COMMAND_LINE:
        return "command line";
    }
    return "unknown";
}

const char *tunable_status_str(enum tunable_status status)
{
    switch (status) {
    case TUNABLE_OK:
        return "nothing wrong";
    case TUNABLE_OVERRULED:
        return "overruled by a stronger origin";
    case TUNABLE_UNKNOWN:
        return "nothing has this name";
    case TUNABLE_NOT_A_NUMBER:
        return "not a number";
    case TUNABLE_OUT_OF_RANGE:
        return "number out of range";
    case TUNABLE_NO_SWITCH:
        return "neither 0 nor 1";
    case TUNABLE_NO_CHOICE:
        return "none of the words to choose from";
    case TUNABLE_TOO_LONG:
        return "text too long";
    case TUNABLE_HOLDS_NUL:
        return "text with a NUL in it";
    case TUNABLE_TOO_LATE:
        return "only the command line can set this";
    case TUNABLE_NOT_BITS:
        return "& and | are for numbers";
    case TUNABLE_WANTS_TEXT:
        return "a number, where a text is wanted";
    }
    return "unknown status";
}
