/* json(): one value out of a text in JSON (RFC 8259), by a path like "a.b[3]".
 *
 * Strings come without their quotes, but with their escapes; numbers, words, objects and arrays as they stand.
 * What is not there, and what no JSON can be on the way to it, gives NULL.  No recursion: what is passed over is
 * only counted in brackets. */
#include "trace/dtrace/run_machine.h"

struct json {
    const uint8_t *bytes;
    uint32_t length, at;
};

static uint8_t peek(const struct json *json)
{
    return json->at < json->length ? json->bytes[json->at] : 0;
}

static void skip_blanks(struct json *json)
{
    uint8_t byte;
    while ((byte = peek(json)) == ' ' || byte == '\t' || byte == '\n' || byte == '\r')
        json->at++;
}

/* Passes one byte, if it is the next one behind blanks. */
static bool pass(struct json *json, uint8_t byte)
{
    skip_blanks(json);
    if (peek(json) != byte || byte == 0)
        return false;
    json->at++;
    return true;
}

/* A piece of the text. */
struct json_part {
    uint32_t start, length;
};

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_hex(uint8_t byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

/* Behind the backslash, to the last byte that belongs to it; false: \u without its four digits. */
static bool pass_escape(struct json *json)
{
    json->at++;
    if (peek(json) != 'u')
        return true;
    for (uint32_t digits = 0; digits < 4; digits++) {
        json->at++;
        if (!is_hex(peek(json)))
            return false;
    }
    return true;
}

/* A string, what stands between the quotes. */
static bool pass_string(struct json *json, struct json_part *part)
{
    if (!pass(json, '"'))
        return false;
    part->start = json->at;
    for (; peek(json) != '"'; json->at++)
        if ((peek(json) == '\\' && !pass_escape(json)) || json->at >= json->length)
            return false;
    part->length = json->at++ - part->start;
    return true;
}

/* An object or array up to the bracket that closes it. */
static bool pass_nested(struct json *json, struct json_part *part)
{
    uint32_t braces = 0, brackets = 0;
    struct json_part string;
    part->start = json->at;
    do {
        uint8_t byte = peek(json);
        if (json->at >= json->length)
            return false;
        if (byte == '"') {
            if (!pass_string(json, &string))
                return false;
            continue;
        }
        braces += byte == '{';
        braces -= byte == '}';
        brackets += byte == '[';
        brackets -= byte == ']';
        json->at++;
    } while (braces > 0 || brackets > 0);
    part->length = json->at - part->start;
    return true;
}

static bool pass_digits(struct json *json)
{
    const uint32_t start = json->at;
    while (is_digit(peek(json)))
        json->at++;
    return json->at > start;
}

static bool pass_number(struct json *json)
{
    if (peek(json) == '-')
        json->at++;
    if (!pass_digits(json))
        return false;
    if (peek(json) == '.') {
        json->at++;
        if (!pass_digits(json))
            return false;
    }
    if (peek(json) != 'e' && peek(json) != 'E')
        return true;
    json->at++;
    if (peek(json) == '+' || peek(json) == '-')
        json->at++;
    return pass_digits(json);
}

static bool pass_literal(struct json *json)
{
    static const char *const literals[] = {"true", "false", "null"};
    for (uint32_t i = 0; i < sizeof literals / sizeof literals[0]; i++) {
        const uint32_t length = (uint32_t)__builtin_strlen(literals[i]);
        if (json->length - json->at < length ||
            __builtin_memcmp(json->bytes + json->at, literals[i], length) != 0)
            continue;
        json->at += length;
        return true;
    }
    return false;
}

/* Whether what stands before it ends here.  Nobody knows how what the text's end cuts off would go on. */
static bool ends_word(const struct json *json)
{
    switch (peek(json)) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case ',':
    case ']':
    case '}':
        return true;
    default:
        return false;
    }
}

/* A number, true, false or null. */
static bool pass_word(struct json *json, struct json_part *part)
{
    part->start = json->at;
    const bool good = (pass_literal(json) || pass_number(json)) && ends_word(json);
    part->length = json->at - part->start;
    return good;
}

static bool pass_value(struct json *json, struct json_part *part)
{
    skip_blanks(json);
    switch (peek(json)) {
    case '"':
        return pass_string(json, part);
    case '{':
    case '[':
        return pass_nested(json, part);
    default:
        return pass_word(json, part);
    }
}

/* --- The path --- */

/* Reads the next name or number of a path; they are parted by dots and brackets. */
static bool next_step(struct json *path, struct json_part *step)
{
    if (peek(path) == '[')
        path->at++;
    step->start = path->at;
    while (path->at < path->length && peek(path) != '.' && peek(path) != '[' && peek(path) != ']')
        path->at++;
    step->length = path->at - step->start;
    if (peek(path) == ']')
        path->at++;
    if (peek(path) == '.')
        path->at++;
    return step->length > 0;
}

static bool enter_member(struct json *json, const uint8_t *name, uint32_t length)
{
    struct json_part key, value;
    do {
        if (!pass_string(json, &key) || !pass(json, ':'))
            return false;
        if (key.length == length && __builtin_memcmp(json->bytes + key.start, name, length) == 0)
            return true;
        if (!pass_value(json, &value))
            return false;
    } while (pass(json, ','));
    return false;
}

static bool parse_number(const uint8_t *text, uint32_t length, uint32_t *number)
{
    *number = 0;
    for (uint32_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || *number > UINT32_MAX / 16)
            return false;
        *number = *number * 10 + (uint32_t)(text[i] - '0');
    }
    return true;
}

static bool enter_element(struct json *json, const uint8_t *text, uint32_t length)
{
    struct json_part value;
    uint32_t number;
    if (!parse_number(text, length, &number))
        return false;
    for (; number > 0; number--)
        if (!pass_value(json, &value) || !pass(json, ','))
            return false;
    return true;
}

static bool enter(struct json *json, const uint8_t *step, uint32_t length)
{
    if (pass(json, '{'))
        return enter_member(json, step, length);
    return pass(json, '[') && enter_element(json, step, length);
}

static bool select_value(struct json *json, struct json *path, struct json_part *value)
{
    struct json_part step;
    do
        if (!next_step(path, &step) || !enter(json, path->bytes + step.start, step.length))
            return false;
    while (path->at < path->length);
    return pass_value(json, value);
}

void dif_json(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string text, path;
    struct json_part value;
    if (!dif_string(machine, dif_argument(machine, 0), &text) ||
        !dif_string(machine, dif_argument(machine, 1), &path))
        return;
    *result = 0;
    uint8_t *to = dif_reserve(machine, (uint64_t)text.length + path.length + 2);
    struct json json = {text.bytes, text.length, 0}, steps = {path.bytes, path.length, 0};
    if (!to || !select_value(&json, &steps, &value))
        return;
    __builtin_memmove(to, text.bytes + value.start, value.length); /* it may lie in free scratch */
    to[value.length] = 0;
    dif_keep(machine, text.length + 1);
    *result = (uintptr_t)to;
}
