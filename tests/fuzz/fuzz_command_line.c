/* The kernel's command line, and the console's values in it.
 *
 * Input: the size of the buffer for one option (1 byte), then the line.
 *
 * Property: reading always advances and ends; each option lies in the line or in the buffer, and
 * its name has no '='; with enough buffer the same options come, and none is too long; an option
 * quoted by the rules reads back as itself; a number written down reads back; and a console's
 * value either gives settings within their ranges or changes nothing. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/command_line.h"
#include "boot/console_option.h"
#include "tests/fuzz/require.h"

static bool lies_in(const char *text, size_t length, const char *room, size_t room_length)
{
    return text >= room && text <= room + room_length &&
           length <= (size_t)(room + room_length - text);
}

static void check_place(const struct command_line *line, const char *text, size_t length)
{
    require(lies_in(text, length, line->text, line->length) ||
            lies_in(text, length, line->buffer, line->buffer_size));
}

static bool same(const struct console_option *a, const struct console_option *b)
{
    return a->kind == b->kind && a->port == b->port && a->speed == b->speed &&
           a->data_bits == b->data_bits && a->parity == b->parity && a->stop_bits == b->stop_bits;
}

static void check_settings(enum console_status status, const struct console_option *option)
{
    const struct console_option untouched = console_option_default();
    require(console_status_str(status)[0] != '\0');
    if (status != CONSOLE_OK) {
        require(same(option, &untouched));
        return;
    }
    require(option->kind <= CONSOLE_PORT && option->port >= 0x100 && option->port <= 0xfff8);
    require(option->speed >= 50 && 115200 % option->speed == 0);
    require(option->data_bits >= 5 && option->data_bits <= 8);
    require(option->parity == 'n' || option->parity == 'e' || option->parity == 'o');
    require(option->stop_bits == 1 || option->stop_bits == 2);
}

static void check_value(const char *value, size_t length)
{
    struct console_option option = console_option_default();
    check_settings(console_option_parse(value, length, &option), &option);
    option = console_option_default();
    check_settings(console_mode_parse(value, length, &option), &option);

    uint64_t number, again;
    char digits[24];
    if (!command_line_number(value, length, &number))
        return;
    int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    require(command_line_number(digits, (size_t)count, &again) && again == number);
}

static char *quote(char *end, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\')
            *end++ = '\\';
        *end++ = text[i];
    }
    return end;
}

/* Writes the option as one quoted word, and reads it back. */
static void check_round_trip(const struct command_line_option *option)
{
    size_t length = option->name_length + option->value_length + 1;
    char *text = malloc(2 * length + 2), *buffer = malloc(length), *end = text;
    require(text != NULL && buffer != NULL);
    *end++ = '"';
    end = quote(end, option->name, option->name_length);
    if (option->value != NULL) {
        *end++ = '=';
        end = quote(end, option->value, option->value_length);
    }
    *end++ = '"';

    struct command_line line = {
        .text = text, .length = (size_t)(end - text), .buffer = buffer, .buffer_size = length};
    struct command_line_option again;
    require(command_line_next(&line, &again) && again.name_length == option->name_length);
    require(memcmp(again.name, option->name, option->name_length) == 0);
    require((again.value == NULL) == (option->value == NULL));
    require(again.value_length == option->value_length);
    require(again.value == NULL || memcmp(again.value, option->value, option->value_length) == 0);
    require(!command_line_next(&line, &again));
    free(text);
    free(buffer);
}

static void check_option(const struct command_line *line, const struct command_line_option *option)
{
    require(command_line_status_str(option->status)[0] != '\0');
    check_place(line, option->name, option->name_length);
    if (option->value != NULL) {
        check_place(line, option->value, option->value_length);
        check_value(option->value, option->value_length);
    }
    if (option->status == COMMAND_LINE_TOO_LONG)
        return;
    require(memchr(option->name, '=', option->name_length) == NULL);
    check_round_trip(option);
}

/* `small` may be too long for its buffer where `large` is not; else they are the same. */
static void check_same(const struct command_line_option *small,
                       const struct command_line_option *large)
{
    require(large->status != COMMAND_LINE_TOO_LONG && small->property == large->property);
    if (small->status == COMMAND_LINE_TOO_LONG)
        return;
    require(small->status == large->status && small->name_length == large->name_length);
    require(memcmp(small->name, large->name, small->name_length) == 0);
    require(small->value_length == large->value_length);
    require(small->value_length == 0 ||
            memcmp(small->value, large->value, small->value_length) == 0);
}

static struct command_line line_with_buffer(const uint8_t *data, size_t size, size_t buffer_size)
{
    char *buffer = malloc(buffer_size > 0 ? buffer_size : 1);
    require(buffer != NULL);
    return (struct command_line){
        .text = (const char *)data, .length = size, .buffer = buffer, .buffer_size = buffer_size};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct command_line small = line_with_buffer(data + 1, size - 1, data[0]);
    struct command_line large = line_with_buffer(data + 1, size - 1, size);
    struct command_line_option option, other;
    size_t before = 0;
    while (command_line_next(&small, &option)) {
        require(small.at > before && small.at <= small.length);
        before = small.at;
        check_option(&small, &option);
        require(command_line_next(&large, &other) && large.at == small.at);
        check_same(&option, &other);
    }
    require(small.at == small.length && !command_line_next(&large, &other));
    free(small.buffer);
    free(large.buffer);
    return 0;
}
