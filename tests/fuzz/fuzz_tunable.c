/* A table of tunables, set by a script and held against a simple model.
 *
 * Input: lines of ORIGIN NAME OPERATOR VALUE.  ORIGIN is one character, of which two bits count;
 * the name ends at the first '=' (the value is text) or '~', '&', '|' (its last eight bytes are the
 * number to set or to combine); the value is the rest of the line.
 *
 * Property: the name finds what it finds when it is spelled out; the value is what the strongest
 * origin said last; a value that is refused or overruled changes nothing; and every value, printed
 * and set again, is the same. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "boot/tunable.h"
#include "tests/fuzz/require.h"

enum {
    COUNT = 7,
    STRING_SIZE = 6,
    NAME_MAX = 40, /* bytes of a name that the model looks at */
};

static const char *const words[] = {"none", "Red", "red", "a b", NULL};

static char string[STRING_SIZE];
static struct tunable table[COUNT];
static const struct tunables tunables = {table, COUNT};

static const struct tunable initial[COUNT] = {
    {.name = "n", .second_name = "kern.o.p", .minimum = 8, .maximum = 2000, .default_value = 9},
    {.name = "b", .maximum = UINT64_MAX},
    {.name = "kern.s", .second_name = "t:u", .type = TUNABLE_SWITCH, .default_value = 1},
    {.name = "c", .type = TUNABLE_CHOICE, .choices = words, .default_value = 2},
    {.name = "x", .type = TUNABLE_STRING, .string = string, .string_size = STRING_SIZE},
    {.name = "e", .early = true, .maximum = UINT64_MAX / 2, .default_value = 7},
    {.name = "i", .type = TUNABLE_SIGNED, .minimum = (uint64_t)-20, .maximum = 300},
};

/* What the model knows of one tunable. */
struct model {
    uint64_t value;
    char string[STRING_SIZE];
    struct tunable_source source;
};

static struct model models[COUNT];

/* One line of the script. */
struct step {
    struct tunable_source source;
    struct slice name;
    char operator;
    struct slice value;
};

static void start(void)
{
    memcpy(table, initial, sizeof table);
    memset(string, 'x', sizeof string);
    memset(models, 0, sizeof models);
    tunables_start(&tunables);
    for (size_t i = 0; i < COUNT; i++)
        models[i].value = table[i].default_value;
}

/* A name as the model compares it: with dots, and without "kern." */
static void spell_out(struct slice name, char *spelled)
{
    memcpy(spelled, name.text, name.length);
    spelled[name.length] = '\0';
    for (char *colon = spelled; (colon = strchr(colon, ':')) != NULL;)
        *colon = '.';
    if (strncmp(spelled, "kern.", 5) == 0)
        memmove(spelled, spelled + 5, strlen(spelled + 5) + 1);
}

/* The place of a name in the table, or COUNT. */
static size_t model_find(struct slice name)
{
    static const char *const names[][2] = {{"n", "o.p"}, {"b", "b"}, {"s", "t.u"}, {"c", "c"},
                                           {"x", "x"},   {"e", "e"}, {"i", "i"}};
    char spelled[NAME_MAX + 1];
    if (name.length > NAME_MAX || memchr(name.text, '\0', name.length) != NULL)
        return COUNT;
    spell_out(name, spelled);
    size_t i = 0;
    while (i < COUNT && strcmp(spelled, names[i][0]) != 0 && strcmp(spelled, names[i][1]) != 0)
        i++;
    return i;
}

/* The text as a terminated string in new memory. */
static char *terminated(struct slice text)
{
    char *copy = malloc(text.length + 1);
    require(copy != NULL);
    memcpy(copy, text.text, text.length);
    copy[text.length] = '\0';
    return copy;
}

static bool model_number(const char *text, uint64_t *value)
{
    bool hexadecimal = strncasecmp(text, "0x", 2) == 0;
    const char *digits = hexadecimal ? text + 2 : text;
    size_t count = strspn(digits, hexadecimal ? "0123456789abcdefABCDEF" : "0123456789");
    if (count == 0 || digits[count] != '\0')
        return false;
    digits += strspn(digits, "0");
    char again[64];
    *value = strtoull(digits[0] == '\0' ? "0" : digits, NULL, hexadecimal ? 16 : 10);
    snprintf(again, sizeof again, hexadecimal ? "%llx" : "%llu", (unsigned long long)*value);
    return *value == 0 ? digits[0] == '\0' : strcasecmp(again, digits) == 0;
}

static bool is_in_signed_range(const struct tunable *tunable, uint64_t value)
{
    return (int64_t)value >= (int64_t)tunable->minimum &&
           (int64_t)value <= (int64_t)tunable->maximum;
}

static enum tunable_status model_signed(const struct tunable *tunable, const char *text,
                                        uint64_t *value)
{
    bool negative = text[0] == '-';
    if (!model_number(text + negative, value))
        return TUNABLE_NOT_A_NUMBER;
    bool too_large = *value > INT64_MAX;
    *value = negative ? 0 - *value : *value;
    return too_large || !is_in_signed_range(tunable, *value) ? TUNABLE_OUT_OF_RANGE : TUNABLE_OK;
}

static bool model_switch(const char *text, uint64_t *value)
{
    static const char *const positions[] = {"0", "1", "no", "yes", "off", "on", "false", "true"};
    for (size_t i = 0; i < 8; i++)
        if (strcasecmp(text, positions[i]) == 0) {
            *value = i % 2;
            return true;
        }
    return false;
}

static bool model_choice(const char *text, uint64_t *value)
{
    for (*value = 0; words[*value] != NULL; (*value)++)
        if (strcmp(text, words[*value]) == 0)
            return true;
    return false;
}

static enum tunable_status model_text(const struct tunable *tunable, const struct step *step,
                                      uint64_t *value)
{
    char *text = terminated(step->value);
    bool holds_nul = strlen(text) != step->value.length;
    enum tunable_status status = TUNABLE_OK;
    switch (tunable->type) {
    case TUNABLE_UNSIGNED:
        if (holds_nul || !model_number(text, value))
            status = TUNABLE_NOT_A_NUMBER;
        else if (*value < tunable->minimum || *value > tunable->maximum)
            status = TUNABLE_OUT_OF_RANGE;
        break;
    case TUNABLE_SIGNED:
        status = holds_nul ? TUNABLE_NOT_A_NUMBER : model_signed(tunable, text, value);
        break;
    case TUNABLE_SWITCH:
        if (holds_nul || !model_switch(text, value))
            status = TUNABLE_NO_SWITCH;
        break;
    case TUNABLE_CHOICE:
        if (holds_nul || !model_choice(text, value))
            status = TUNABLE_NO_CHOICE;
        break;
    case TUNABLE_STRING:
        if (step->value.length > STRING_SIZE - 1)
            status = TUNABLE_TOO_LONG;
        else if (holds_nul)
            status = TUNABLE_HOLDS_NUL;
        break;
    }
    free(text);
    return status;
}

static uint64_t number_of(struct slice value)
{
    uint64_t number = 0;
    for (size_t i = 0; i < value.length; i++)
        number = number << 8 | (uint8_t)value.text[i];
    return number;
}

static enum tunable_status model_bits(const struct tunable *tunable, const struct step *step,
                                      const struct model *model, uint64_t *value)
{
    uint64_t number = number_of(step->value);
    if (tunable->type != TUNABLE_UNSIGNED)
        return TUNABLE_NOT_BITS;
    if (step->source.origin < model->source.origin)
        return TUNABLE_OVERRULED;
    *value = step->operator== '&' ? model->value & number : model->value | number;
    return *value < tunable->minimum || *value > tunable->maximum ? TUNABLE_OUT_OF_RANGE
                                                                  : TUNABLE_OK;
}

static enum tunable_status model_number_for(const struct tunable *tunable, const struct step *step,
                                            uint64_t *value)
{
    *value = number_of(step->value);
    if (tunable->type == TUNABLE_CHOICE || tunable->type == TUNABLE_STRING)
        return TUNABLE_WANTS_TEXT;
    if (tunable->type == TUNABLE_SWITCH)
        return *value > 1 ? TUNABLE_NO_SWITCH : TUNABLE_OK;
    if (tunable->type == TUNABLE_SIGNED)
        return is_in_signed_range(tunable, *value) ? TUNABLE_OK : TUNABLE_OUT_OF_RANGE;
    return *value < tunable->minimum || *value > tunable->maximum ? TUNABLE_OUT_OF_RANGE
                                                                  : TUNABLE_OK;
}

/* What must come out of a step; the model keeps it. */
static enum tunable_status model_set(size_t place, const struct step *step)
{
    const struct tunable *tunable = &initial[place];
    struct model *model = &models[place];
    uint64_t value = 0;
    if (tunable->early && step->source.origin != TUNABLE_COMMAND_LINE)
        return TUNABLE_TOO_LATE;
    enum tunable_status status = step->operator== '='   ? model_text(tunable, step, &value)
                                 : step->operator== '~' ? model_number_for(tunable, step, &value)
                                                        : model_bits(tunable, step, model, &value);
    if (status != TUNABLE_OK)
        return status;
    if (step->source.origin < model->source.origin)
        return TUNABLE_OVERRULED;
    model->value = value;
    model->source = step->source;
    if (tunable->type == TUNABLE_STRING) {
        memset(model->string, 0, sizeof model->string);
        memcpy(model->string, step->value.text, step->value.length);
    }
    return TUNABLE_OK;
}

static enum tunable_status set(struct tunable *tunable, const struct step *step)
{
    if (step->operator!= '=')
        return tunable_set_number(tunable, step->operator== '~' ? '=' : step->operator,
                                  number_of(step->value), step->source);
    char *copy = malloc(step->value.length > 0 ? step->value.length : 1);
    require(copy != NULL);
    memcpy(copy, step->value.text, step->value.length);
    enum tunable_status status =
        tunable_set_text(tunable, (struct slice){copy, step->value.length}, step->source);
    free(copy);
    return status;
}

static void check_table(void)
{
    for (size_t i = 0; i < COUNT; i++) {
        require(table[i].type == TUNABLE_STRING ? strcmp(string, models[i].string) == 0
                                                : table[i].value == models[i].value);
        require(table[i].origin == models[i].source.origin);
        require(table[i].line == models[i].source.line);
    }
}

/* Prints into exactly `size` bytes, of which all that fits must be the whole text's start. */
static void check_cut(const struct tunable *tunable, const char *whole, size_t size)
{
    char *printed = malloc(size > 0 ? size : 1);
    size_t length = strlen(whole);
    require(printed != NULL && tunable_print(tunable, printed, size) == length);
    size_t kept = size == 0 ? 0 : length < size ? length : size - 1;
    require(memcmp(printed, whole, kept) == 0 && (size == 0 || printed[kept] == '\0'));
    free(printed);
}

static void check_prints_and_sets_again(const struct tunable *tunable)
{
    char whole[32], other_string[STRING_SIZE] = "other";
    require(tunable_print(tunable, whole, sizeof whole) < sizeof whole);
    for (size_t size = 0; size <= strlen(whole) + 2; size++)
        check_cut(tunable, whole, size);
    struct tunable again = *tunable;
    again.value = 1;
    again.string = other_string;
    const struct tunable_source source = {TUNABLE_COMMAND_LINE, 0};
    require(tunable_set_text(&again, (struct slice){whole, strlen(whole)}, source) == TUNABLE_OK);
    require(tunable->type == TUNABLE_STRING ? strcmp(again.string, tunable->string) == 0
                                            : again.value == tunable->value);
}

/* Cuts a line of the script; false if it has no operator. */
static bool read_step(struct slice line, uint32_t number, struct step *step)
{
    if (line.length < 1)
        return false;
    size_t at = 1;
    while (at < line.length && memchr("=~&|", line.text[at], 4) == NULL)
        at++;
    if (at == line.length)
        return false;
    *step = (struct step){
        .source = {(enum tunable_origin)(line.text[0] & 3), number},
        .name = {line.text + 1, at - 1},
        .operator= line.text[at],
        .value = slice_behind(line, at + 1),
    };
    return true;
}

static void run(struct slice line, uint32_t number)
{
    struct step step;
    if (!read_step(line, number, &step))
        return;
    struct tunable *found = tunables_find(&tunables, step.name);
    size_t place = model_find(step.name);
    require(found == (place < COUNT ? &table[place] : NULL));
    if (found == NULL)
        return;
    enum tunable_status expected = model_set(place, &step);
    require(set(found, &step) == expected);
    check_table();
    if (expected == TUNABLE_OK)
        check_prints_and_sets_again(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = {(const char *)data, size};
    start();
    for (uint32_t number = 1; rest.length > 0; number++) {
        const char *end = memchr(rest.text, '\n', rest.length);
        struct slice line = {rest.text, end != NULL ? (size_t)(end - rest.text) : rest.length};
        run(line, number);
        rest = slice_behind(rest, line.length + (end != NULL));
    }
    return 0;
}
