/* etc/system, and the words that it is made of.
 *
 * Input: the file.
 *
 * Property: the words cover the text but for blanks, in order, each on its line, and reading ends.
 * What commands and diagnoses point at lies in the text, on the line that they name; there is at
 * most one diagnosis for a line.  A command that is written down again, in its shortest form, reads
 * back as the same without a complaint.  A line that is appended is obeyed, and changes nothing
 * before it.  The duplicates are those that comparing each with each finds. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/system_file.h"
#include "tests/fuzz/config_property.h"

static void check_copy(struct slice string)
{
    char *whole = malloc(string.length + 1), *half = malloc(string.length + 1);
    require(whole != NULL && half != NULL);
    size_t length = config_string_copy(string, whole, string.length);
    require(length <= string.length);
    require(config_string_copy(string, half, length / 2) == length);
    require(memcmp(whole, half, length / 2) == 0);
    free(whole);
    free(half);
}

static void check_number(uint64_t number)
{
    char text[32];
    int length = snprintf(text, sizeof text, "0x%llx", (unsigned long long)number);
    struct config_lexer lexer = {.text = {text, (size_t)length}};
    struct config_word word;
    config_lexer_next(&lexer, &word);
    require(word.token == CONFIG_NUMBER && word.number == number &&
            word.text.length == (size_t)length);
}

static bool is_quoted(enum config_token token)
{
    return token == CONFIG_STRING || token == CONFIG_BAD_STRING || token == CONFIG_OPEN_STRING;
}

static void check_words(struct slice text, const uint32_t *lines)
{
    struct config_lexer lexer = {.text = text};
    struct config_word word;
    for (size_t at = 0;; at = lexer.at) {
        config_lexer_next(&lexer, &word);
        for (; at < word.offset; at++)
            require(text.text[at] == ' ' || text.text[at] == '\t');
        require(at == word.offset && word.line == lines[at] &&
                lexer.newlines == lines[lexer.at] - 1);
        if (word.token == CONFIG_END)
            break;
        bool quoted = is_quoted(word.token), closed = quoted && word.token != CONFIG_OPEN_STRING;
        require(word.text.text == text.text + at + quoted);
        require(lexer.at == at + quoted + word.text.length + closed && lexer.at > at);
        if (quoted)
            check_copy(word.text);
        if (word.token == CONFIG_NUMBER)
            check_number(word.number);
    }
    require(lexer.at == text.length && word.text.text == NULL);
}

/* What listens. */
struct ear {
    struct slice text;
    const uint32_t *lines;
    uint32_t last_line;
    uint32_t count;
};

static void hear(void *context, const struct diagnosis *diagnosis)
{
    struct ear *ear = context;
    require(diagnosis->what[0] != '\0' && diagnosis->instead[0] != '\0');
    require(within(diagnosis->subject, ear->text) && diagnosis->offset <= ear->text.length);
    require(diagnosis->line == ear->lines[diagnosis->offset] && diagnosis->line > ear->last_line);
    if (diagnosis->subject.text != NULL) {
        size_t start = (size_t)(diagnosis->subject.text - ear->text.text);
        require(start == diagnosis->offset || start == diagnosis->offset + 1);
    }
    ear->last_line = diagnosis->line;
    ear->count++;
}

static bool same(struct slice a, struct slice b)
{
    return (a.text == NULL) == (b.text == NULL) && slice_equal(a, b);
}

static bool same_command(const struct system_command *a, const struct system_command *b)
{
    return a->kind == b->kind && (a->operator) == (b->operator) && a->is_string == b->is_string &&
           a->number == b->number && same(a->value, b->value) && same(a->module, b->module) &&
           same(a->variable, b->variable) && same(a->string, b->string);
}

static void check_command(const struct system_command *command, struct slice text,
                          const uint32_t *lines)
{
    require(command->offset < text.length && command->line == lines[command->offset]);
    require(within(command->value, text) && within(command->string, text));
    require(within(command->module, text) && within(command->variable, text));
    require(command->value.length <= SYSTEM_FILE_WORD_MAX &&
            command->string.length <= SYSTEM_FILE_WORD_MAX);
    bool set = command->kind == SYSTEM_SET;
    require(set == (command->value.length == 0) && set == (command->variable.length > 0));
    require(set == ((command->operator) != 0) &&
            command->is_string == (command->string.text != NULL));
}

static void check_round_trip(const struct system_command *command)
{
    char text[4096];
    int length;
    if (command->kind != SYSTEM_SET)
        length = snprintf(text, sizeof text, "%s:%.*s", system_command_str(command->kind),
                          (int)command->value.length, command->value.text);
    else
        length = snprintf(text, sizeof text, "set %.*s%s%.*s%c", (int)command->module.length,
                          command->module.text, command->module.text != NULL ? ":" : "",
                          (int)command->variable.length, command->variable.text, command->operator);
    if (command->kind == SYSTEM_SET && !command->is_string)
        length += sprintf(text + length, "%llu", (unsigned long long)command->number);
    if (command->is_string) {
        text[length++] = '"'; /* a string may hold NULs */
        memcpy(text + length, command->string.text, command->string.length);
        length += (int)command->string.length;
        text[length++] = '"';
    }
    struct slice whole = {text, (size_t)length};
    uint32_t *lines = lines_of(whole);
    struct ear ear = {whole, lines, 0, 0};
    struct diagnosis_listener listener = {hear, &ear};
    struct system_file file = {.lexer = {.text = whole}, .listener = &listener};
    struct system_command again;
    require(system_file_next(&file, &again) && same_command(&again, command));
    require(!system_file_next(&file, &again) && ear.count == 0);
    free(lines);
}

/* Reads the same commands from the text with another line behind it. */
static void check_appended(struct slice text)
{
    static const char line[] = "\nset probe=1";
    char *longer = malloc(text.length + sizeof line - 1);
    require(longer != NULL);
    if (text.length > 0)
        memcpy(longer, text.text, text.length);
    memcpy(longer + text.length, line, sizeof line - 1);
    struct system_file before = {.lexer = {.text = text}};
    struct system_file after = {.lexer = {.text = {longer, text.length + sizeof line - 1}}};
    struct system_command a, b;
    while (system_file_next(&before, &a))
        require(system_file_next(&after, &b) && same_command(&a, &b) && a.offset == b.offset);
    require(system_file_next(&after, &b) && b.offset == text.length + 1 && b.number == 1);
    require(slice_is(b.variable, "probe") && !system_file_next(&after, &b));
    free(longer);
}

/* Whether both are about the same, and the second of them takes the place of the first. */
static bool replaces(const struct system_command *first, const struct system_command *second)
{
    if (first->kind != second->kind)
        return false;
    if (first->kind == SYSTEM_SET)
        return (second->operator) == '=' && slice_equal(first->module, second->module) &&
               slice_equal(first->variable, second->variable);
    return first->kind >= SYSTEM_MODDIR || slice_equal(first->value, second->value);
}

static uint32_t count_duplicates(struct slice text)
{
    static struct system_command commands[SYSTEM_FILE_REMEMBERED];
    struct system_file file = {.lexer = {.text = text}};
    uint32_t count = 0, duplicates = 0;
    while (count < SYSTEM_FILE_REMEMBERED && system_file_next(&file, &commands[count]))
        count++;
    for (uint32_t i = 0; i < count; i++) {
        bool before = false, after = false;
        for (uint32_t j = 0; j < i; j++)
            before = before || replaces(&commands[j], &commands[i]);
        for (uint32_t j = i + 1; j < count; j++)
            after = after || replaces(&commands[i], &commands[j]);
        duplicates += before && !after;
    }
    return duplicates;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    uint32_t *lines = lines_of(text);
    check_words(text, lines);
    struct ear ear = {text, lines, 0, 0};
    struct diagnosis_listener listener = {hear, &ear};
    struct system_file file = {.lexer = {.text = text}, .listener = &listener};
    struct system_command command;
    size_t next = 0;
    while (system_file_next(&file, &command)) {
        require(command.offset >= next);
        next = command.offset + 1;
        check_command(&command, text, lines);
        check_round_trip(&command);
    }
    require(file.lexer.at == size);
    check_appended(text);
    struct ear second = {text, lines, 0, 0};
    listener.context = &second;
    system_file_tell_duplicates(text, &listener);
    require(second.count == count_duplicates(text));
    free(lines);
    return 0;
}
