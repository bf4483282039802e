/* What acts in the consumer when its record comes by: clear(), normalize(), denormalize(), trunc(),
 * ftruncate(), setopt(). */
#include "trace/dtrace/consumer_parts.h"

/* --- Aggregations --- */

static void clear(struct consumer *consumer, uint64_t id)
{
    for (uint32_t i = 0; i < consumer->entry_count; i++) {
        struct consumer_entry *entry = consumer->entries[i];
        bool parameter =
            entry->kind == DOF_AGGREGATION_LQUANTIZE || entry->kind == DOF_AGGREGATION_LLQUANTIZE;
        if (entry->variable != id)
            continue;
        for (uint32_t word = parameter ? 1 : 0; word < entry->words; word++)
            entry->data[word] = 0;
    }
}

static void normalize(struct consumer *consumer, uint64_t id, uint64_t normal)
{
    struct consumer_variable *variable = consumer_variable_of(consumer, id);
    if (normal == 0)
        consumer_complain(consumer, DTRACE_CONSUME_OK, "normalize() by 0 is refused");
    else if (variable != NULL)
        variable->normal = normal;
}

static int compare_by_value(const void *context, const void *a, const void *b)
{
    const bool *descending = context;
    int order = consumer_compare_values(a, b);
    if (order == 0)
        order = consumer_compare_keys(a, b, 0);
    return *descending ? -order : order;
}

/* Keeps the largest, or, with a negative number, the smallest. */
static void truncate(struct consumer *consumer, uint64_t id, int64_t keep)
{
    size_t mark = consumer->memory->used;
    struct consumer_entry **entries = dtrace_memory_array(consumer->memory, consumer->entry_count,
                                                          sizeof *entries, _Alignof(void *));
    uint32_t count = 0;
    for (uint32_t i = 0; entries != NULL && i < consumer->entry_count; i++)
        if (consumer->entries[i]->variable == id && !consumer->entries[i]->gone)
            entries[count++] = consumer->entries[i];
    bool descending = keep >= 0;
    uint64_t kept = keep < 0 ? 0 - (uint64_t)keep : (uint64_t)keep;
    if (entries == NULL ||
        !consumer_sort(consumer->memory, (void **)entries, count, compare_by_value, &descending))
        consumer_complain(consumer, DTRACE_CONSUME_NO_MEMORY,
                          "no memory to sort aggregation %llu: it is not truncated",
                          (unsigned long long)id);
    else
        for (uint64_t i = kept; i < count; i++)
            entries[i]->gone = true;
    consumer->memory->used = mark;
}

/* --- Options --- */

struct option_name {
    const char *name;
    uint8_t option;
    bool rate; /* when to poll: here nothing is polled */
};

static const struct option_name names[] = {
    {"aggrate", DOF_OPTION_AGGRATE, true},
    {"switchrate", DOF_OPTION_SWITCHRATE, true},
    {"quiet", DOF_OPTION_QUIET, false},
    {"flowindent", DOF_OPTION_FLOWINDENT, false},
    {"rawbytes", DOF_OPTION_RAWBYTES, false},
    {"stackindent", DOF_OPTION_STACKINDENT, false},
    {"aggsortkey", DOF_OPTION_AGGSORTKEY, false},
    {"aggsortrev", DOF_OPTION_AGGSORTREV, false},
    {"aggsortpos", DOF_OPTION_AGGSORTPOS, false},
    {"aggsortkeypos", DOF_OPTION_AGGSORTKEYPOS, false},
    {"agghist", DOF_OPTION_AGGHIST, false},
    {"aggpack", DOF_OPTION_AGGPACK, false},
    {"aggzoom", DOF_OPTION_AGGZOOM, false},
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

static const struct option_name *name_of(struct piece piece)
{
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is_text(piece, names[i].name, false))
            return &names[i];
    return NULL;
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
static bool apply(int64_t *options, const struct option_name *option, const struct piece *value)
{
    int64_t number = 0;
    if (option == NULL)
        return false;
    if (option->rate)
        return true;
    if (value != NULL && !read_value(*value, &number))
        return false;
    options[option->option] = number;
    return true;
}

/* Without a value (a number of 8 bytes, which is 0) an option is set. */
static void set_option(struct consumer *consumer, const struct dtrace_found *found, uint32_t record)
{
    struct piece name = piece_of(found, record), value = piece_of(found, record + 1);
    const struct option_name *option = name_of(name);
    const struct dtrace_record *second = &found->ecb->records[record + 1];
    bool given = second->string || second->size != 8;
    if (apply(consumer->options, option, given ? &value : NULL))
        return;
    consumer_print_error_head(consumer, found->ecb->epid);
    const char *why = option == NULL ? "Invalid option name" : "Invalid value for specified option";
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
    return apply(options, name_of((struct piece){text, end}), given ? &value : NULL);
}

/* --- Records --- */

static int64_t number_of(const struct dtrace_found *found, uint32_t record)
{
    const struct dtrace_record *piece = &found->ecb->records[record];
    const uint8_t *bytes = dtrace_piece(piece, found->bytes, found->ecb->size);
    return bytes != NULL ? dtrace_read_signed(bytes, piece->size) : 0;
}

static bool has_second(uint64_t action)
{
    return action == DOF_LIBACT_NORMALIZE || action == DOF_LIBACT_TRUNC ||
           action == DOF_LIBACT_SETOPT;
}

static void act(struct consumer *consumer, const struct dtrace_found *found, uint32_t record)
{
    uint64_t action = found->ecb->records[record].arg;
    uint64_t id = (uint64_t)number_of(found, record);
    switch (action) {
    case DOF_LIBACT_CLEAR:
        if (consumer_limit_pass(consumer))
            clear(consumer, id);
        return;
    case DOF_LIBACT_NORMALIZE:
        normalize(consumer, id, (uint64_t)number_of(found, record + 1));
        return;
    case DOF_LIBACT_DENORMALIZE:
        normalize(consumer, id, 1);
        return;
    case DOF_LIBACT_TRUNC:
        if (consumer_limit_pass(consumer))
            truncate(consumer, id, number_of(found, record + 1));
        return;
    case DOF_LIBACT_SETOPT:
        set_option(consumer, found, record);
        return;
    case DOF_LIBACT_FTRUNCATE: /* what is printed here stays printed */
        return;
    default:
        consumer_complain(consumer, DTRACE_CONSUME_DAMAGED, "library action %llu is unknown",
                          (unsigned long long)action);
    }
}

uint32_t consumer_library_action(struct consumer *consumer, const struct dtrace_found *found,
                                 uint32_t record)
{
    const struct dtrace_ecb_description *ecb = found->ecb;
    uint64_t action = ecb->records[record].arg;
    if (!has_second(action)) {
        act(consumer, found, record);
        return 1;
    }
    bool second = record + 1 < ecb->record_count &&
                  ecb->records[record + 1].action == DOF_ACTION_LIBACT &&
                  ecb->records[record + 1].arg == action;
    if (second)
        act(consumer, found, record);
    else
        consumer_complain(consumer, DTRACE_CONSUME_DAMAGED,
                          "library action %llu lacks its second value", (unsigned long long)action);
    return second ? 2 : 1;
}
