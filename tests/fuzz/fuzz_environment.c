/* An environment in either form.
 *
 * Input: the size of the buffer for one value (1 byte), then the environment.
 *
 * Property: reading ends; names lie in the text and values in the text or the buffer; lines are
 * counted from newlines; each line that is neither blank nor comment, and each entry up to an
 * empty one, gives a pair if a regular expression says that it should, and else one diagnosis, in
 * order; with enough buffer the same pairs come, and those that had no room; and each pair, written
 * down in both forms, reads back as itself. */
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boot/environment.h"
#include "tests/fuzz/require.h"

static bool same(struct slice a, struct slice b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static bool lies_in(struct slice slice, const char *room, size_t length)
{
    return slice.text != NULL && slice.text >= room && slice.text <= room + length &&
           slice.length <= (size_t)(room + length - slice.text);
}

/* The lines or entries of the text, and which of them has spoken last. */
struct records {
    struct slice text;
    bool lines;
    size_t buffer_size;
    size_t start; /* of the record that is awaited */
    uint32_t line;
    bool ended;     /* by an empty entry */
    bool told_rest; /* what stands behind that */
};

static struct slice record_at(const struct records *records)
{
    const char *start = records->text.text + records->start;
    size_t left = records->text.length - records->start;
    const char *end = memchr(start, records->lines ? '\n' : '\0', left);
    return (struct slice){start, end != NULL ? (size_t)(end - start) : left};
}

static void go_on(struct records *records)
{
    size_t left = records->text.length - records->start, length = record_at(records).length;
    records->start += length < left ? length + 1 : left;
    records->line += records->lines;
}

/* Whether the line holds more than blanks and a comment; an entry always does. */
static bool must_speak(const struct records *records, struct slice record)
{
    if (!records->lines)
        return true;
    size_t at = 0;
    while (at < record.length && strchr(" \t\f\r", record.text[at]) != NULL)
        at++;
    return at < record.length && record.text[at] != '#';
}

/* Passes over records that give nothing.  False at the end of the environment. */
static bool find_speaker(struct records *records)
{
    while (!records->ended && records->start < records->text.length) {
        struct slice record = record_at(records);
        records->ended = !records->lines && record.length == 0;
        if (!records->ended && must_speak(records, record))
            return true;
        go_on(records);
    }
    return false;
}

/* The record that must speak next has done so at `offset`. */
static struct slice check_turn(struct records *records, size_t offset, uint32_t line)
{
    require(find_speaker(records));
    struct slice record = record_at(records);
    require(offset >= records->start && offset - records->start <= record.length);
    require(line == (records->lines ? records->line : 0));
    go_on(records);
    return record;
}

static bool is_name(struct slice name)
{
    static const char good[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:[]#";
    for (size_t i = 0; i < name.length; i++)
        if (memchr(good, name.text[i], sizeof good - 1) == NULL)
            return false;
    return name.length >= 1 && name.length <= ENVIRONMENT_NAME_MAX;
}

static bool is_good_entry(struct slice entry)
{
    const char *equals = memchr(entry.text, '=', entry.length);
    return equals != NULL && is_name((struct slice){entry.text, (size_t)(equals - entry.text)});
}

#define BLANKS "[ \t\f\r]*"

static bool is_good_line(struct slice line)
{
    static const char pattern[] = "^" BLANKS "([^ \t\f\r=#]+)" BLANKS "=" BLANKS
                                  "(\"([^\"\\]|\\\\.)*\"|[^ \t\f\r\"#]*)" BLANKS "(#.*)?$";
    static regex_t expression;
    static bool compiled;
    if (!compiled)
        require(regcomp(&expression, pattern, REG_EXTENDED) == 0);
    compiled = true;
    char *copy = strndup(line.text, line.length);
    require(copy != NULL);
    regmatch_t match[2];
    bool good =
        regexec(&expression, copy, 2, match, 0) == 0 &&
        is_name((struct slice){copy + match[1].rm_so, (size_t)(match[1].rm_eo - match[1].rm_so)});
    free(copy);
    return good;
}

/* Whether it must give a pair, if there is room for the value. */
static bool is_good(const struct records *records, struct slice record)
{
    return records->lines ? is_good_line(record) : is_good_entry(record);
}

static void check_rest(struct records *records, const struct diagnosis *diagnosis)
{
    while (records->start < records->text.length && record_at(records).length == 0)
        go_on(records);
    require(!records->told_rest && records->start < records->text.length);
    require(diagnosis->offset == records->start && diagnosis->line == 0);
    records->told_rest = true;
}

static void check_diagnosis(void *context, const struct diagnosis *diagnosis)
{
    struct records *records = context;
    require(diagnosis->what[0] != '\0' && diagnosis->instead[0] != '\0');
    require(diagnosis->subject.length <= ENVIRONMENT_NAME_MAX);
    struct slice record = records->text;
    if (find_speaker(records)) {
        record = check_turn(records, diagnosis->offset, diagnosis->line);
        require(!is_good(records, record) || record.length > records->buffer_size);
    } else {
        check_rest(records, diagnosis);
    }
    if (diagnosis->subject.text != NULL)
        require(diagnosis->subject.length > 0 &&
                lies_in(diagnosis->subject, record.text, record.length));
}

/* At the end all records have spoken, and if there is more, it has been told. */
static void check_end(struct records *records)
{
    require(!find_speaker(records));
    bool rest = false;
    for (size_t i = records->start; i < records->text.length; i++)
        rest |= records->text.text[i] != '\0';
    require(records->told_rest || !rest);
}

static void check_pair(struct records *records, const struct environment *environment,
                       const struct environment_pair *pair)
{
    struct slice record = check_turn(records, pair->offset, pair->line);
    require(is_good(records, record) && is_name(pair->name));
    require(pair->name.text == records->text.text + pair->offset);
    require(records->lines || pair->name.text == record.text);
    require(lies_in(pair->value, record.text, record.length) ||
            lies_in(pair->value, environment->buffer, environment->buffer_size));
}

static char *append(char *end, struct slice slice)
{
    if (slice.length > 0)
        memcpy(end, slice.text, slice.length);
    return end + slice.length;
}

static char *append_quoted(char *end, struct slice slice)
{
    *end++ = '"';
    for (size_t i = 0; i < slice.length; i++) {
        if (slice.text[i] == '"' || slice.text[i] == '\\')
            *end++ = '\\';
        *end++ = slice.text[i];
    }
    *end++ = '"';
    return end;
}

/* The text holds that pair and nothing else. */
static void check_reads(struct slice text, const struct environment_pair *pair, uint32_t line)
{
    char *buffer = malloc(pair->value.length + 1);
    require(buffer != NULL);
    struct environment environment = {
        .text = text, .buffer = buffer, .buffer_size = pair->value.length};
    struct environment_pair again;
    require(environment_next(&environment, &again) && again.line == line);
    require(same(again.name, pair->name) && same(again.value, pair->value));
    require(!environment_next(&environment, &again));
    free(buffer);
}

static void check_round_trip(const struct environment_pair *pair)
{
    char *text = malloc(pair->name.length + 2 * pair->value.length + 16);
    require(text != NULL);
    char *end = append(text, pair->name);
    *end++ = '=';
    end = append(end, pair->value);
    *end++ = '\0';
    check_reads((struct slice){text, (size_t)(end - text)}, pair, 0);

    bool fits_line =
        memchr(pair->name.text, '#', pair->name.length) == NULL &&
        (pair->value.length == 0 || memchr(pair->value.text, '\n', pair->value.length) == NULL);
    if (fits_line) {
        end = append(text, (struct slice){"#\n\t", 3});
        end = append(end, pair->name);
        end = append(end, (struct slice){" = ", 3});
        end = append_quoted(end, pair->value);
        end = append(end, (struct slice){" #\r\n", 4});
        check_reads((struct slice){text, (size_t)(end - text)}, pair, 2);
    }
    free(text);
}

/* Goes on in `large`, whose buffer is larger, up to the same pair; what comes before must be what
 * did not fit. */
static void check_same(struct environment *large, const struct environment_pair *pair,
                       size_t small_size)
{
    struct environment_pair other;
    while (environment_next(large, &other)) {
        if (pair != NULL && other.offset == pair->offset) {
            require(same(other.name, pair->name) && same(other.value, pair->value));
            return;
        }
        require(other.value.text == large->buffer && other.value.length > small_size);
    }
    require(pair == NULL);
}

static struct environment environment_of(struct slice text, size_t buffer_size)
{
    char *buffer = malloc(buffer_size > 0 ? buffer_size : 1);
    require(buffer != NULL);
    return (struct environment){.text = text, .buffer = buffer, .buffer_size = buffer_size};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const struct slice text = {(const char *)data + 1, size - 1};
    struct records records = {
        .text = text,
        .lines = memchr(text.text, '\0', text.length) == NULL,
        .buffer_size = data[0],
        .line = 1,
    };
    const struct diagnosis_listener listener = {check_diagnosis, &records};
    struct environment small = environment_of(text, data[0]);
    struct environment large = environment_of(text, size);
    small.listener = &listener;
    struct environment_pair pair;
    while (environment_next(&small, &pair)) {
        check_pair(&records, &small, &pair);
        check_round_trip(&pair);
        check_same(&large, &pair, small.buffer_size);
        (void)environment_is_private(pair.name);
    }
    check_end(&records);
    check_same(&large, NULL, small.buffer_size);
    free(small.buffer);
    free(large.buffer);
    return 0;
}
