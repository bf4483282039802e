/* Driver properties: what is given has been read to its ';', and is read again when asked for. */
#include "boot/driver_conf.h"

#include "boot/digits.h"

/* What is wrong with an item. */
enum fault {
    FAULT_NONE = 0,
    /* These cost the property. */
    FAULT_NAME,
    FAULT_MIXED,
    FAULT_NUMBER,
    FAULT_LARGE,
    FAULT_STRING,
    FAULT_NO_VALUE,
    /* From here on, the entry. */
    FAULT_OPEN_STRING,
    FAULT_NOT_A_VALUE,
};

struct item {
    struct driver_property property;
    enum fault fault;          /* the first one, or the one that costs the entry */
    struct config_word faulty; /* its word */
};

static const char *fault_str(enum fault fault)
{
    switch (fault) {
    case FAULT_NONE:
        return "nothing wrong";
    case FAULT_NAME:
        return "backslash in the property name";
    case FAULT_MIXED:
        return "mixed types in the value list, beginning at";
    case FAULT_NUMBER:
        return "invalid number";
    case FAULT_LARGE:
        return "number of more than 32 bits:";
    case FAULT_STRING:
        return "string garbled by an escape above \\377:";
    case FAULT_NO_VALUE:
        return "value expected behind";
    case FAULT_OPEN_STRING:
        return "string without its closing quote:";
    case FAULT_NOT_A_VALUE:
        return "the value is neither a number nor a string:";
    }
    return "unknown fault";
}

/* Reads the next word that is neither newline nor comment. */
static void next_word(struct config_lexer *lexer, struct config_word *word)
{
    config_lexer_next(lexer, word);
    while (word->token == CONFIG_NEWLINE || word->token == CONFIG_HASH) {
        if (word->token == CONFIG_HASH)
            config_lexer_skip_line(lexer);
        config_lexer_next(lexer, word);
    }
}

/* Reads the next word if it is such a one. */
static bool take(struct config_lexer *lexer, enum config_token token, struct config_word *word)
{
    struct config_lexer ahead = *lexer;
    next_word(&ahead, word);
    if (word->token != token)
        return false;
    *lexer = ahead;
    return true;
}

/* From -2^31 to 2^32 - 1. */
static bool fits(uint64_t number)
{
    return number <= UINT32_MAX || number >= UINT64_MAX - INT32_MAX;
}

static bool costs_entry(enum fault fault)
{
    return fault >= FAULT_OPEN_STRING;
}

static void note(struct item *item, enum fault fault, const struct config_word *word)
{
    if (item->fault != FAULT_NONE && !costs_entry(fault))
        return;
    item->fault = fault;
    item->faulty = *word;
}

static bool is_number(enum config_token token)
{
    return token == CONFIG_NUMBER || token == CONFIG_BAD_NUMBER;
}

static bool is_value(enum config_token token)
{
    return is_number(token) || token == CONFIG_STRING || token == CONFIG_BAD_STRING;
}

static void add_value(struct item *item, const struct config_word *word)
{
    enum driver_value_kind kind = is_number(word->token) ? DRIVER_NUMBERS : DRIVER_STRINGS;
    if (item->property.count++ == 0)
        item->property.kind = kind;
    if (kind != item->property.kind)
        note(item, FAULT_MIXED, word);
    else if (word->token == CONFIG_BAD_NUMBER)
        note(item, FAULT_NUMBER, word);
    else if (word->token == CONFIG_BAD_STRING)
        note(item, FAULT_STRING, word);
    else if (!fits(word->number))
        note(item, FAULT_LARGE, word);
}

/* Notes what stands where a value should, behind `before`.  At the end of the text it is the
 * entry's end that is missing. */
static void note_no_value(struct item *item, const struct config_word *before,
                          const struct config_word *word)
{
    if (word->token == CONFIG_SEMICOLON)
        note(item, FAULT_NO_VALUE, before);
    else if (word->token != CONFIG_END)
        note(item, word->token == CONFIG_OPEN_STRING ? FAULT_OPEN_STRING : FAULT_NOT_A_VALUE, word);
}

/* Bytes of a value as `dtrace -A` writes it, "0x7f,", where the lexer stands; 0 for anything else, which is
 * then read word by word.  A further digit stands behind it, and so does a value. */
static size_t plain_byte(const struct config_lexer *lexer, uint8_t *byte)
{
    if (lexer->text.length - lexer->at < sizeof "0x7f,0" - 1)
        return 0;
    const char *at = lexer->text.text + lexer->at;
    uint32_t high = digit_value(at[2]), low = digit_value(at[3]);
    size_t length = low < 16 ? 4 : 3;
    if (at[0] != '0' || at[1] != 'x' || high >= 16 || at[length] != ',' || at[length + 1] != '0')
        return 0;
    *byte = (uint8_t)(low < 16 ? high << 4 | low : high);
    return length + 1;
}

/* Goes over many such values at once, a million of them perhaps. */
static void pass_plain_bytes(struct config_lexer *lexer, struct item *item)
{
    uint8_t byte;
    size_t length;
    while (item->property.kind == DRIVER_NUMBERS && (length = plain_byte(lexer, &byte)) > 0) {
        lexer->at += length;
        item->property.count++;
    }
}

/* Reads the values behind the word `before`, an '='.  What is no value is left to be read again. */
static void read_values(struct config_lexer *lexer, struct config_word before, struct item *item)
{
    size_t start = lexer->at;
    do {
        pass_plain_bytes(lexer, item);
        struct config_lexer ahead = *lexer;
        struct config_word word;
        next_word(&ahead, &word);
        if (!is_value(word.token)) {
            note_no_value(item, &before, &word);
            return;
        }
        if (item->property.count == 0)
            start = word.offset; /* blanks stand before it */
        add_value(item, &word);
        *lexer = ahead;
        item->property.values = (struct slice){lexer->text.text + start, lexer->at - start};
    } while (take(lexer, CONFIG_COMMA, &before));
}

/* Reads the item of that name, which was read last. */
static struct item read_item(struct config_lexer *lexer, const struct config_word *name)
{
    struct item item = {
        .property = {.name = name->text, .line = name->line, .offset = name->offset}};
    for (size_t i = 0; i < name->text.length; i++)
        if (name->text.text[i] == '\\')
            note(&item, FAULT_NAME, name);
    struct config_word equals;
    if (take(lexer, CONFIG_EQUALS, &equals))
        read_values(lexer, equals, &item);
    else
        item.property.count = 1;
    return item;
}

/* Where the entry keeps that of the special three; NULL for any other name. */
static struct slice *special_of(struct driver_entry *entry, struct slice name)
{
    if (slice_is(name, "name") || slice_is(name, "NAME"))
        return &entry->name;
    if (slice_is(name, "parent") || slice_is(name, "PARENT"))
        return &entry->parent;
    if (slice_is(name, "class") || slice_is(name, "CLASS"))
        return &entry->class;
    return NULL;
}

static bool is_special(struct slice name)
{
    struct driver_entry any = {0};
    return special_of(&any, name) != NULL;
}

static void tell(const struct driver_conf *conf, const char *what, const struct config_word *word,
                 const char *instead)
{
    const struct diagnosis diagnosis = {what, word->text, word->line, word->offset, instead};
    diagnosis_tell(conf->listener, &diagnosis);
}

static bool refuse(const struct driver_conf *conf, const char *what, const struct config_word *word)
{
    tell(conf, what, word, "the entry is left out");
    return false;
}

static bool take_special(const struct driver_conf *conf, const struct config_word *name,
                         const struct item *item, struct slice *special)
{
    if (item->fault != FAULT_NONE)
        return refuse(conf, fault_str(item->fault), &item->faulty);
    if (!driver_property_string(&item->property, 0, special) || item->property.count != 1)
        return refuse(conf, "exactly one string expected as the value of", name);
    return true;
}

/* Reads the item of that name into the entry; false if it costs the entry. */
static bool read_into(struct driver_conf *conf, const struct config_word *name,
                      struct driver_entry *entry)
{
    struct slice *special = special_of(entry, name->text);
    if (special != NULL && special->text != NULL)
        return refuse(conf, "given again in one entry (is a ';' missing before it?):", name);
    const struct item item = read_item(&conf->lexer, name);
    if (special != NULL)
        return take_special(conf, name, &item, special);
    if (costs_entry(item.fault))
        return refuse(conf, fault_str(item.fault), &item.faulty);
    if (item.fault != FAULT_NONE)
        tell(conf, fault_str(item.fault), &item.faulty, "the property is dropped");
    else
        entry->properties++;
    return true;
}

/* Whether it is a string whose missing quote has swallowed the ';'. */
static bool hides_semicolon(const struct config_word *word)
{
    size_t end = word->text.length;
    while (end > 0 && (word->text.text[end - 1] == ' ' || word->text.text[end - 1] == '\t'))
        end--;
    return word->token == CONFIG_OPEN_STRING && end > 0 && word->text.text[end - 1] == ';';
}

/* Goes behind the ';' of the entry, from the word that was read last. */
static void skip_entry(struct config_lexer *lexer, struct config_word word)
{
    while (word.token != CONFIG_END && word.token != CONFIG_SEMICOLON && !hides_semicolon(&word))
        next_word(lexer, &word);
}

/* Whether an entry that has come to its end may be given. */
static bool judge(const struct driver_conf *conf, struct driver_entry *entry)
{
    struct config_word word = {.line = entry->line, .offset = entry->offset};
    bool placed = entry->parent.text != NULL || entry->class.text != NULL;
    entry->global = !placed && entry->name.text == NULL;
    if (entry->global || (placed && entry->name.text != NULL))
        return true;
    if (placed)
        return refuse(conf, "missing name attribute", &word);
    word.text = entry->name;
    return refuse(conf, "missing parent or class attribute of", &word);
}

/* Reads the items of an entry; *word is the first one's name, and then what stands behind the
 * last one.  False if one costs the entry. */
static bool read_items(struct driver_conf *conf, struct config_word *word,
                       struct driver_entry *entry)
{
    for (; word->token == CONFIG_NAME; next_word(&conf->lexer, word))
        if (!read_into(conf, word, entry))
            return false;
    if (word->token == CONFIG_SEMICOLON)
        return true;
    if (word->token == CONFIG_OPEN_STRING)
        return refuse(conf, fault_str(FAULT_OPEN_STRING), word);
    if (word->token != CONFIG_END)
        return refuse(conf, "unexpected token", word);
    const struct config_word nothing = {.line = entry->line, .offset = entry->offset};
    tell(conf, "the entry is not ended by ';'", &nothing, "it is left out");
    return false;
}

/* Reads the entry that begins with `first`, which was read last. */
static bool read_entry(struct driver_conf *conf, const struct config_word *first,
                       struct driver_entry *entry)
{
    struct config_word word = *first;
    *entry = (struct driver_entry){.line = first->line, .offset = first->offset};
    if (!read_items(conf, &word, entry)) {
        skip_entry(&conf->lexer, word);
        return false;
    }
    entry->text = (struct slice){first->text.text, word.offset - first->offset};
    return judge(conf, entry);
}

bool driver_conf_next(struct driver_conf *conf, struct driver_entry *entry)
{
    struct config_word word;
    for (next_word(&conf->lexer, &word); word.token != CONFIG_END; next_word(&conf->lexer, &word)) {
        if (word.token == CONFIG_SEMICOLON)
            tell(conf, "no entry before", &word, "it is ignored");
        else if (read_entry(conf, &word, entry))
            return true;
    }
    return false;
}

struct config_lexer driver_entry_cursor(const struct driver_entry *entry)
{
    /* With its ';', at which reading will stop as it did before. */
    return (struct config_lexer){
        .text = {entry->text.text - entry->offset, entry->offset + entry->text.length + 1},
        .at = entry->offset,
        .newlines = entry->line - 1};
}

bool driver_property_next(struct config_lexer *cursor, struct driver_property *property)
{
    struct config_word name;
    while (take(cursor, CONFIG_NAME, &name)) {
        const struct item item = read_item(cursor, &name);
        if (item.fault != FAULT_NONE || is_special(name.text))
            continue;
        *property = item.property;
        return true;
    }
    return false;
}

/* Reads the next of a property's values. */
static bool next_value(struct config_lexer *values, struct config_word *word)
{
    do
        next_word(values, word);
    while (word->token == CONFIG_COMMA);
    return word->token != CONFIG_END;
}

static bool find_value(const struct driver_property *property, uint32_t index,
                       struct config_word *word)
{
    struct config_lexer values = {.text = property->values};
    while (next_value(&values, word))
        if (index-- == 0)
            return true;
    return false;
}

size_t driver_property_bytes(const struct driver_property *property, uint8_t *bytes, size_t size)
{
    if (property->kind != DRIVER_NUMBERS)
        return 0;
    struct config_lexer values = {.text = property->values};
    for (size_t i = 0; i < property->count && i < size; i++) {
        size_t plain = plain_byte(&values, &bytes[i]);
        values.at += plain;
        if (plain > 0)
            continue;
        struct config_word word = {.token = CONFIG_END};
        (void)next_value(&values, &word); /* leaves the number 0 where there are none */
        bytes[i] = (uint8_t)word.number;
    }
    return property->count;
}

bool driver_property_dof_number(const struct driver_property *property, uint32_t *number)
{
    enum {
        PREFIX_LENGTH = sizeof DRIVER_DOF_PREFIX - 1,
        DIGITS_MAX = 7
    };
    if (!slice_begins(property->name, DRIVER_DOF_PREFIX))
        return false;
    const struct slice digits = slice_behind(property->name, PREFIX_LENGTH);
    if (digits.length == 0 || digits.length > DIGITS_MAX ||
        (digits.text[0] == '0' && digits.length > 1))
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < digits.length; i++)
        if (!digit_append(&value, digits.text[i], 10))
            return false;
    *number = (uint32_t)value;
    return true;
}

bool driver_property_number(const struct driver_property *property, uint32_t index,
                            uint32_t *number)
{
    if (property->kind != DRIVER_NUMBERS || index >= property->count)
        return false;
    struct config_word word;
    (void)find_value(property, index, &word); /* leaves the number 0 where there are none */
    *number = (uint32_t)word.number;
    return true;
}

bool driver_property_string(const struct driver_property *property, uint32_t index,
                            struct slice *string)
{
    struct config_word word;
    if (property->kind != DRIVER_STRINGS || !find_value(property, index, &word))
        return false;
    *string = word.text;
    return true;
}
