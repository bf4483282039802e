/* Driver properties.
 *
 * Input: the file.
 *
 * Property: reading ends; what entries, properties and diagnoses point at lies in the text, on the
 * line that they name.  An entry's properties are as many as it says when they are read again, and
 * the values of one as many as it says, as bytes and one by one.  An entry that is written down
 * again, from what was read, reads back as the same without a complaint.  An entry that is appended
 * behind a ';' is given, and changes nothing before it. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/driver_conf.h"
#include "tests/fuzz/config_property.h"

enum {
    LOOKED_AT = 16, /* values of a property one by one */
};

/* What listens. */
struct ear {
    struct slice text;
    const uint32_t *lines;
    uint32_t count;
};

static void hear(void *context, const struct diagnosis *diagnosis)
{
    struct ear *ear = context;
    require(diagnosis->what[0] != '\0' && diagnosis->instead[0] != '\0');
    require(within(diagnosis->subject, ear->text) && diagnosis->offset <= ear->text.length);
    require(diagnosis->line == ear->lines[diagnosis->offset]);
    ear->count++;
}

static void refuse(void *context, const struct diagnosis *diagnosis)
{
    (void)context;
    (void)diagnosis;
    require(false);
}

static bool same(struct slice a, struct slice b)
{
    return (a.text == NULL) == (b.text == NULL) && slice_equal(a, b);
}

static void check_numbers(const struct driver_property *property)
{
    uint8_t *bytes = malloc((size_t)property->count + 1);
    uint8_t few[LOOKED_AT / 2];
    uint32_t number, kept = property->count < sizeof few ? property->count : sizeof few;
    struct slice string;
    require(bytes != NULL);
    require(driver_property_bytes(property, bytes, property->count) == property->count);
    require(driver_property_bytes(property, few, sizeof few) == property->count);
    require(memcmp(bytes, few, kept) == 0);
    for (uint32_t i = 0; i < property->count && i < LOOKED_AT; i++)
        require(driver_property_number(property, i, &number) && (uint8_t)number == bytes[i]);
    require(!driver_property_number(property, property->count, &number));
    require(!driver_property_string(property, 0, &string));
    free(bytes);
}

static void check_strings(const struct driver_property *property)
{
    struct slice string;
    uint32_t number;
    for (uint32_t i = 0; i < property->count && i < LOOKED_AT; i++)
        require(driver_property_string(property, i, &string) && within(string, property->values));
    require(!driver_property_string(property, property->count, &string));
    require(!driver_property_number(property, 0, &number));
    require(driver_property_bytes(property, NULL, 0) == 0);
}

static void check_property(const struct driver_property *property, const struct driver_entry *entry,
                           const uint32_t *lines)
{
    require(within(property->name, entry->text) && within(property->values, entry->text));
    require(property->name.length > 0 && property->count > 0);
    require(property->name.text == entry->text.text - entry->offset + property->offset);
    require(property->line == lines[property->offset]);
    require(memchr(property->name.text, '\\', property->name.length) == NULL);
    if (property->kind == DRIVER_NUMBERS)
        check_numbers(property);
    else
        check_strings(property);
}

/* Text that is written down, and how long it is. */
struct pen {
    char *text;
    size_t length;
};

static void write_text(struct pen *pen, const char *before, struct slice slice, const char *after)
{
    memcpy(pen->text + pen->length, before, strlen(before));
    pen->length += strlen(before);
    if (slice.length > 0)
        memcpy(pen->text + pen->length, slice.text, slice.length);
    pen->length += slice.length;
    memcpy(pen->text + pen->length, after, strlen(after));
    pen->length += strlen(after);
}

static void write_property(struct pen *pen, const struct driver_property *property)
{
    write_text(pen, " ", property->name, property->values.text != NULL ? "=" : "");
    write_text(pen, "", property->values, "");
}

static void write_entry(struct pen *pen, const struct driver_entry *entry)
{
    if (entry->name.text != NULL)
        write_text(pen, "name=\"", entry->name, "\"");
    if (entry->parent.text != NULL)
        write_text(pen, "PARENT=\"", entry->parent, "\"");
    if (entry->class.text != NULL)
        write_text(pen, "class=\"", entry->class, "\"");
    struct config_lexer cursor = driver_entry_cursor(entry);
    struct driver_property property;
    while (driver_property_next(&cursor, &property))
        write_property(pen, &property);
    write_text(pen, "", (struct slice){0}, ";");
}

static void require_same_entry(const struct driver_entry *a, const struct driver_entry *b)
{
    require(same(a->name, b->name) && same(a->parent, b->parent) && same(a->class, b->class));
    require(a->global == b->global && a->properties == b->properties);
    struct config_lexer x = driver_entry_cursor(a), y = driver_entry_cursor(b);
    struct driver_property p, q;
    while (driver_property_next(&x, &p)) {
        require(driver_property_next(&y, &q) && same(p.name, q.name) && same(p.values, q.values));
        require(p.kind == q.kind && p.count == q.count);
    }
    require(!driver_property_next(&y, &q));
}

static void check_round_trip(const struct driver_entry *entry)
{
    /* The longest that may come out: a blank more for each item, and capitals are as long. */
    struct pen pen = {malloc(2 * entry->text.length + 64), 0};
    struct diagnosis_listener listener = {refuse, NULL};
    struct driver_entry again;
    require(pen.text != NULL);
    write_entry(&pen, entry);
    if (!entry->global || entry->properties > 0) {
        struct driver_conf conf = {.lexer = {.text = {pen.text, pen.length}},
                                   .listener = &listener};
        require(driver_conf_next(&conf, &again));
        require_same_entry(&again, entry);
        require(!driver_conf_next(&conf, &again));
    }
    free(pen.text);
}

static void check_entry(const struct driver_entry *entry, struct slice text, const uint32_t *lines)
{
    require(within(entry->text, text) && entry->text.length > 0);
    require(entry->text.text == text.text + entry->offset && entry->line == lines[entry->offset]);
    require(entry->text.text[entry->text.length] == ';');
    require(within(entry->name, entry->text) && within(entry->parent, entry->text));
    require(within(entry->class, entry->text) && entry->global == (entry->name.text == NULL));
    require(entry->global == (entry->parent.text == NULL && entry->class.text == NULL));
    struct config_lexer cursor = driver_entry_cursor(entry);
    struct driver_property property;
    uint32_t count = 0;
    for (; driver_property_next(&cursor, &property); count++)
        check_property(&property, entry, lines);
    require(count == entry->properties);
    check_round_trip(entry);
}

/* Reads the same entries from the text with another one behind it; the ';' may complete one. */
static void check_appended(struct slice text)
{
    static const char more[] = "\n;\nprobe=1;";
    char *longer = malloc(text.length + sizeof more - 1);
    require(longer != NULL);
    if (text.length > 0)
        memcpy(longer, text.text, text.length);
    memcpy(longer + text.length, more, sizeof more - 1);
    struct driver_conf before = {.lexer = {.text = text}};
    struct driver_conf after = {.lexer = {.text = {longer, text.length + sizeof more - 1}}};
    struct driver_entry a, b;
    while (driver_conf_next(&before, &a)) {
        require(driver_conf_next(&after, &b) && a.offset == b.offset);
        require_same_entry(&a, &b);
    }
    require(driver_conf_next(&after, &b));
    if (b.offset < text.length)
        require(driver_conf_next(&after, &b));
    require(b.offset == text.length + 3 && b.global && slice_is(b.text, "probe=1"));
    require(!driver_conf_next(&after, &b));
    free(longer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    uint32_t *lines = lines_of(text);
    struct ear ear = {text, lines, 0};
    struct diagnosis_listener listener = {hear, &ear};
    struct driver_conf conf = {.lexer = {.text = text}, .listener = &listener};
    struct driver_entry entry;
    size_t next = 0;
    while (driver_conf_next(&conf, &entry)) {
        require(entry.offset >= next);
        next = entry.offset + entry.text.length + 1;
        check_entry(&entry, text, lines);
    }
    require(conf.lexer.at == size);
    require(ear.count <= size);
    check_appended(text);
    free(lines);
    return 0;
}
