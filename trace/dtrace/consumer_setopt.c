/* setopt(), by a program or who claims: the options of what is printed behind it. */
#include "trace/dtrace/consumer_parts.h"

/* Those without effect say how often to look: here nobody does. */
static const uint8_t settable[] = {
    DOF_OPTION_AGGRATE,    DOF_OPTION_SWITCHRATE,    DOF_OPTION_QUIET,      DOF_OPTION_FLOWINDENT,
    DOF_OPTION_RAWBYTES,   DOF_OPTION_STACKINDENT,   DOF_OPTION_AGGSORTKEY, DOF_OPTION_AGGSORTREV,
    DOF_OPTION_AGGSORTPOS, DOF_OPTION_AGGSORTKEYPOS, DOF_OPTION_AGGHIST,    DOF_OPTION_AGGPACK,
    DOF_OPTION_AGGZOOM,
};

struct piece {
    const char *text;
    uint32_t length;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_text(struct piece piece, const char *text, bool any_case)
{
    if (piece.length != __builtin_strlen(text))
        return false;
    for (uint32_t i = 0; i < piece.length; i++)
        if ((any_case ? lower(piece.text[i]) : piece.text[i]) != text[i])
            return false;
    return true;
}

static bool is_one_of(struct piece piece, const char *const *words)
{
    for (; *words != NULL; words++)
        if (is_text(piece, *words, true))
            return true;
    return false;
}

/* A number, decimal, hexadecimal or octal. */
static bool read_number(struct piece piece, int64_t *number)
{
    uint32_t base = piece.length > 1 && piece.text[0] == '0' ? 8 : 10, at = 0;
    if (base == 8 && piece.length > 2 && lower(piece.text[1]) == 'x') {
        base = 16;
        at = 2;
    }
    uint64_t value = 0;
    for (; at < piece.length; at++) {
        char c = lower(piece.text[at]);
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                                                : 99;
        if (digit >= base || value > ((uint64_t)INT64_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *number = (int64_t)value;
    return true;
}

static bool read_value(struct piece piece, int64_t *value)
{
    static const char *const on[] = {"yes", "enable", "enabled", "true", "on", "set", NULL};
    static const char *const off[] = {"no",  "disable", "disabled", "false",
                                      "off", "unset",   "",         NULL};
    if (is_one_of(piece, on) || is_one_of(piece, off)) {
        *value = is_one_of(piece, on) ? 1 : DOF_OPTION_UNSET;
        return true;
    }
    return read_number(piece, value);
}

/* The option of this name; DOF_OPTIONS: there is none. */
static uint32_t option_of(struct piece name)
{
    for (uint32_t i = 0; i < sizeof settable; i++)
        if (is_text(name, dtrace_option_str(settable[i]), false))
            return settable[i];
    return DOF_OPTIONS;
}

/* Whether a run has this option, which nobody can change while it goes on. */
static bool is_of_a_run(struct piece name)
{
    for (uint32_t i = 0; i < DOF_OPTIONS; i++)
        if (i != DOF_OPTION_ZONE && is_text(name, dtrace_option_str(i), false))
            return true;
    return false;
}

/* Why `name`, which is `option`, was not set. */
static const char *reason(struct piece name, uint32_t option)
{
    if (option != DOF_OPTIONS)
        return "Invalid value for specified option";
    return is_of_a_run(name) ? "Operation illegal when tracing is active" : "Invalid option name";
}

static struct piece piece_of(const struct dtrace_found *found, uint32_t number)
{
    const struct dtrace_record *record = &found->ecb->records[number];
    const uint8_t *bytes = dtrace_piece(record, found->bytes, found->ecb->size);
    if (bytes == NULL)
        return (struct piece){"", 0};
    return (struct piece){(const char *)bytes, dtrace_string_length(bytes, record->size)};
}

/* False: there is no such option, or it has no such value. */
static bool apply(int64_t *options, uint32_t option, const struct piece *value)
{
    int64_t number = 0;
    if (option == DOF_OPTIONS)
        return false;
    if (!dtrace_option_has_effect(option))
        return true;
    if (value != NULL && !read_value(*value, &number))
        return false;
    options[option] = number;
    return true;
}

/* Without a value (a number of 8 bytes, which is 0) an option is set. */
void consumer_set_option(struct consumer *consumer, const struct dtrace_found *found,
                         uint32_t record)
{
    struct piece name = piece_of(found, record), value = piece_of(found, record + 1);
    uint32_t option = option_of(name);
    const struct dtrace_record *second = &found->ecb->records[record + 1];
    bool given = second->string || second->size != 8;
    if (apply(consumer->options, option, given ? &value : NULL))
        return;
    consumer_print_error_head(consumer, found->ecb->epid);
    const char *why = reason(name, option);
    text_print(&consumer->faults, "couldn't set option \"%.*s\" to \"%.*s\": %s\n",
               (int)name.length, name.text, (int)value.length, value.text, why);
    consumer_tell_error(
        consumer, &(struct dtrace_error){.epid = found->ecb->epid, .offset = -1, .text = why});
}

bool dtrace_consumer_set_option(int64_t *options, const char *text, size_t length)
{
    uint32_t end = 0;
    while (end < length && text[end] != '=')
        end++;
    bool given = end < length;
    const struct piece value = {text + end + given, (uint32_t)length - end - given};
    return apply(options, option_of((struct piece){text, end}), given ? &value : NULL);
}
