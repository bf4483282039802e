/* The command line of one subcommand. */
#include "flight/options.h"

#include <stdlib.h>
#include <string.h>

#include "flight/alternatives.h"
#include "flight/memory.h"

const char *const options_formats[] = {"text", "json", NULL};

bool options_is_json(const char *format)
{
    return strcmp(format, "json") == 0;
}

/* What is being read: the arguments, and the one after the next value. */
struct cursor {
    char **arguments;
    size_t count;
    size_t next;
};

static bool refuse(const struct options *options, const char *what, const char *argument)
{
    (void)flight_misuse(options->command, "%s '%s'", what, argument);
    return false;
}

static const struct option_spec *find_name(const struct options *options, const char *name,
                                           size_t length)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct option_spec *spec = &options->specs[i];
        if (spec->name != NULL && strlen(spec->name) == length &&
            memcmp(spec->name, name, length) == 0)
            return spec;
    }
    return NULL;
}

static const struct option_spec *find_letter(const struct options *options, char letter)
{
    for (size_t i = 0; i < options->count; i++)
        if (options->specs[i].letter == letter)
            return &options->specs[i];
    return NULL;
}

/* Decimal digits only: no sign, no blank, no overflow. */
static bool number_of(const char *text, const struct option_spec *spec, uint32_t *number)
{
    uint64_t value = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p < '0' || *p > '9')
            return false;
        value = value * 10 + (uint64_t)(*p - '0');
        if (value > UINT32_MAX)
            return false;
    }
    *number = (uint32_t)value;
    return *text != '\0' && value >= spec->minimum && value <= spec->maximum;
}

static void append(struct option_list *list, const char *item)
{
    list->items = memory_grown(list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = item;
}

static void append_word(struct option_words *words, struct option_word word)
{
    words->items = memory_grown(words->items, words->count, &words->capacity, sizeof *words->items);
    words->items[words->count++] = word;
}

static bool is_choice(const struct options *options, const struct option_spec *spec,
                      const char *value)
{
    size_t count = 0;
    for (; spec->choices[count] != NULL; count++)
        if (strcmp(spec->choices[count], value) == 0)
            return true;
    char *choices = alternatives_text(spec->choices, count);
    (void)flight_misuse(options->command, "unknown %s '%s': %s", spec->name, value, choices);
    free(choices);
    return false;
}

static bool store(const struct options *options, const struct option_spec *spec,
                  const char *argument, const char *value, bool apart)
{
    if (spec->text != NULL)
        *spec->text = value;
    if (spec->choices != NULL)
        return is_choice(options, spec, value);
    if (spec->list != NULL)
        append(spec->list, value);
    if (spec->words != NULL)
        append_word(spec->words, (struct option_word){spec->letter, value, apart});
    if (spec->number == NULL || number_of(value, spec, spec->number))
        return true;
    (void)flight_misuse(options->command, "'%s': '%s' is not a number from %u to %u", argument,
                        value, spec->minimum, spec->maximum);
    return false;
}

static bool takes_no_value(const struct option_spec *spec)
{
    return spec->flag != NULL || spec->plain;
}

static void take_plain(const struct option_spec *spec)
{
    if (spec->flag != NULL)
        *spec->flag = true;
    else
        append_word(spec->words, (struct option_word){.letter = spec->letter});
}

/* `value` is what stood in the same argument, or NULL. */
static bool take(const struct options *options, const struct option_spec *spec, const char *value,
                 struct cursor *cursor)
{
    const char *argument = cursor->arguments[cursor->next - 1];
    if (spec == NULL)
        return refuse(options, "unknown option", argument);
    if (takes_no_value(spec)) {
        if (value != NULL)
            return refuse(options, "no value belongs to the option", argument);
        take_plain(spec);
        return true;
    }
    if (value == NULL && cursor->next == cursor->count)
        return refuse(options, "a value is missing after", argument);
    return store(options, spec, argument, value != NULL ? value : cursor->arguments[cursor->next++],
                 value == NULL);
}

/* Letters without a value, and behind them perhaps one with a value. */
static bool take_letters(const struct options *options, const char *letter, struct cursor *cursor)
{
    const struct option_spec *spec = find_letter(options, *letter);
    for (; spec != NULL && takes_no_value(spec); spec = find_letter(options, *letter)) {
        take_plain(spec);
        if (*++letter == '\0')
            return true;
    }
    return take(options, spec, letter[1] != '\0' ? letter + 1 : NULL, cursor);
}

static bool take_option(const struct options *options, const char *argument, struct cursor *cursor)
{
    if (argument[1] != '-')
        return take_letters(options, argument + 1, cursor);
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    return take(options, find_name(options, name, length),
                name[length] == '=' ? name + length + 1 : NULL, cursor);
}

static bool take_operand(const struct options *options, const char *argument)
{
    if (options->operand != NULL && *options->operand == NULL) {
        *options->operand = argument;
        return true;
    }
    if (options->more == NULL)
        return refuse(options, "unexpected argument", argument);
    append(options->more, argument);
    return true;
}

bool options_parse(const struct options *options, size_t count, char **arguments,
                   enum flight_status *status)
{
    struct cursor cursor = {arguments, count, 0};
    *status = FLIGHT_USAGE;
    bool only_operands = false;
    while (cursor.next < count) {
        const char *argument = arguments[cursor.next++];
        if (only_operands || argument[0] != '-' || argument[1] == '\0') {
            if (!take_operand(options, argument))
                return false;
        } else if (strcmp(argument, "--") == 0) {
            only_operands = true;
        } else if (strcmp(argument, "--help") == 0) {
            flight_help(options->command);
            *status = FLIGHT_SUCCESS;
            return false;
        } else if (!take_option(options, argument, &cursor)) {
            return false;
        }
    }
    if (options->operand_name == NULL || *options->operand != NULL)
        return true;
    return refuse(options, "missing argument", options->operand_name);
}
