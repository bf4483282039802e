/* etc/system: a line is a command, and then nothing or a comment. */
#include "boot/system_file.h"

/* A line being read. */
struct line {
    struct system_file *file;
    struct config_word command;
    struct config_word word; /* read last */
};

static void tell(const struct system_file *file, const char *what, const struct config_word *word,
                 const char *instead)
{
    const struct diagnosis diagnosis = {what, word->text, word->line, word->offset, instead};
    diagnosis_tell(file->listener, &diagnosis);
}

static bool refuse(const struct line *line, const char *what, const struct config_word *word)
{
    tell(line->file, what, word, "the line is ignored");
    return false;
}

static bool refuse_word(const struct line *line, const char *what)
{
    return refuse(line, what, &line->word);
}

static void next_word(struct line *line)
{
    config_lexer_next(&line->file->lexer, &line->word);
}

/* Whether nothing that counts is left on the line. */
static bool ends_command(enum config_token token)
{
    return token == CONFIG_END || token == CONFIG_NEWLINE || token == CONFIG_STAR ||
           token == CONFIG_HASH;
}

static void leave(struct line *line)
{
    if (line->word.token != CONFIG_NEWLINE)
        config_lexer_skip_line(&line->file->lexer);
}

static char capital(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Whether the word is `lower`, or all of that in capitals. */
static bool word_is(struct slice word, const char *lower)
{
    size_t length = __builtin_strlen(lower), low = 0, high = 0;
    if (word.length != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        low += word.text[i] == lower[i];
        high += word.text[i] == capital(lower[i]);
    }
    return low == length || high == length;
}

static bool find_kind(struct slice word, enum system_command_kind *kind)
{
    *kind = SYSTEM_SET;
    if (word_is(word, "set32"))
        return true;
    for (; *kind <= SYSTEM_SWAPDEV; ++*kind)
        if (word_is(word, system_command_str(*kind)))
            return true;
    return false;
}

/* Whether the word that was read is no longer than it may be. */
static bool check_length(const struct line *line)
{
    if (line->word.text.length <= SYSTEM_FILE_WORD_MAX)
        return true;
    return refuse_word(line, "longer than 1023 bytes:");
}

static bool read_variable(struct line *line, struct slice *name)
{
    const struct config_word before = line->word;
    next_word(line);
    if (ends_command(line->word.token))
        return refuse(line, "variable expected behind", &before);
    if (line->word.token != CONFIG_NAME)
        return refuse_word(line, "unexpected token");
    *name = line->word.text;
    return check_length(line);
}

/* Reads "[module:]variable". */
static bool read_target(struct line *line, struct system_command *command)
{
    if (!read_variable(line, &command->variable))
        return false;
    struct config_lexer ahead = line->file->lexer;
    struct config_word word;
    config_lexer_next(&ahead, &word);
    if (word.token != CONFIG_COLON)
        return true;
    next_word(line);
    command->module = command->variable;
    return read_variable(line, &command->variable);
}

static bool read_operator(struct line *line, char *sign)
{
    const struct config_word before = line->word;
    next_word(line);
    enum config_token token = line->word.token;
    if (ends_command(token))
        return refuse(line, "operator expected behind", &before);
    if (token != CONFIG_EQUALS && token != CONFIG_AND && token != CONFIG_OR)
        return refuse_word(line, "unsupported operator");
    *sign = line->word.text.text[0];
    return true;
}

static bool take_string(const struct line *line, struct system_command *command)
{
    const char sign = command->operator;
    if (sign == '&')
        return refuse_word(line, "illegal operator '&' used on the string");
    if (sign == '|')
        return refuse_word(line, "illegal operator '|' used on the string");
    command->is_string = true;
    command->string = line->word.text;
    return check_length(line);
}

static bool read_setting(struct line *line, struct system_command *command)
{
    const struct config_word before = line->word;
    next_word(line);
    command->number = line->word.number;
    if (line->word.token == CONFIG_NUMBER)
        return true;
    if (line->word.token == CONFIG_STRING)
        return take_string(line, command);
    if (line->word.token == CONFIG_BAD_NUMBER)
        return refuse_word(line, "invalid number");
    if (line->word.token == CONFIG_BAD_STRING)
        return refuse_word(line, "string garbled by an escape above \\377:");
    if (line->word.token == CONFIG_OPEN_STRING)
        return refuse_word(line, "string without its closing quote:");
    if (ends_command(line->word.token))
        return refuse(line, "value expected behind", &before);
    return refuse_word(line, "the value is neither a number nor a string:");
}

static bool read_set(struct line *line, struct system_command *command)
{
    return read_target(line, command) && read_operator(line, &command->operator) &&
           read_setting(line, command);
}

static bool is_module_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ',';
}

/* Whether it is two or more pieces with slashes between, as "drv/dtrace", and no piece is empty. */
static bool is_module_name(struct slice name)
{
    size_t slashes = 0;
    bool in_piece = false;
    for (size_t i = 0; i < name.length; i++) {
        bool slash = name.text[i] == '/';
        if (slash ? !in_piece : !is_module_character(name.text[i]))
            return false;
        slashes += slash;
        in_piece = !slash;
    }
    return slashes > 0 && in_piece;
}

/* Reads what stands behind "command:", up to white space. */
static bool read_value(struct line *line, struct system_command *command)
{
    next_word(line);
    if (line->word.token != CONFIG_COLON)
        return refuse(line, "a colon (:) must follow the command", &line->command);
    config_lexer_next_value(&line->file->lexer, &line->word);
    if (ends_command(line->word.token))
        return refuse(line, "value expected behind", &line->command);
    if (line->word.token != CONFIG_VALUE)
        return refuse_word(line, "unexpected token");
    command->value = line->word.text;
    return check_length(line);
}

static bool read_module(struct line *line, struct system_command *command)
{
    if (!read_value(line, command))
        return false;
    if (!is_module_name(command->value))
        return refuse_word(line, "a module is called namespace/module, not");
    return true;
}

/* Reads directories up to the end of the line, which is looked at, but not taken. */
static bool read_directories(struct line *line, struct system_command *command)
{
    if (!read_value(line, command))
        return false;
    for (;;) {
        struct config_lexer ahead = line->file->lexer;
        struct config_word word;
        config_lexer_next_value(&ahead, &word);
        if (ends_command(word.token))
            break;
        line->file->lexer = ahead;
        line->word = word;
        if (word.token != CONFIG_VALUE)
            return refuse_word(line, "unexpected token");
        command->value.length = (size_t)(word.text.text - command->value.text) + word.text.length;
    }
    line->word.text = command->value;
    return check_length(line);
}

static bool read_command(struct line *line, struct system_command *command)
{
    switch (command->kind) {
    case SYSTEM_SET:
        return read_set(line, command);
    case SYSTEM_FORCELOAD:
    case SYSTEM_EXCLUDE:
    case SYSTEM_INCLUDE:
        return read_module(line, command);
    case SYSTEM_MODDIR:
        return read_directories(line, command);
    case SYSTEM_ROOTFS:
    case SYSTEM_SWAPFS:
    case SYSTEM_ROOTDEV:
    case SYSTEM_SWAPDEV:
        return read_value(line, command);
    }
    return false;
}

/* Reads the line that begins with `line->command`, which is also `line->word`. */
static bool read_line(struct line *line, struct system_command *command)
{
    *command = (struct system_command){.line = line->word.line, .offset = line->word.offset};
    if (line->word.token != CONFIG_NAME)
        return refuse_word(line, "unexpected token");
    if (word_is(line->word.text, "set64"))
        return refuse_word(line, "only for 64-bit kernels:");
    if (!find_kind(line->word.text, &command->kind))
        return refuse_word(line, "unknown command");
    if (!read_command(line, command))
        return false;
    next_word(line);
    if (!ends_command(line->word.token))
        tell(line->file, "extraneous input ignored starting at", &line->word,
             "the command before it counts");
    return true;
}

bool system_file_next(struct system_file *file, struct system_command *command)
{
    struct line line = {.file = file};
    for (next_word(&line); line.word.token != CONFIG_END; next_word(&line)) {
        line.command = line.word;
        bool read = !ends_command(line.word.token) && read_line(&line, command);
        leave(&line);
        if (read)
            return true;
    }
    return false;
}

/* A command, as little of it as is needed to look for another one like it. */
struct remembered {
    uint32_t hash; /* of what it is about */
    uint32_t offset;
};

static bool is_about_module(enum system_command_kind kind)
{
    return kind == SYSTEM_FORCELOAD || kind == SYSTEM_EXCLUDE || kind == SYSTEM_INCLUDE;
}

/* What a command is about: a variable (of a module), a module, or nothing beside its kind. */
static struct slice about(const struct system_command *command)
{
    if (command->kind == SYSTEM_SET)
        return command->variable;
    return is_about_module(command->kind) ? command->value : (struct slice){0};
}

static bool same(const struct system_command *a, const struct system_command *b)
{
    return a->kind == b->kind && slice_equal(a->module, b->module) &&
           slice_equal(about(a), about(b));
}

static uint32_t hash_of(const struct system_command *command)
{
    uint32_t hash = slice_hash(SLICE_HASH_START ^ (uint32_t)command->kind, command->module);
    return slice_hash(hash, about(command));
}

static uint32_t remember_all(struct slice text, struct remembered list[SYSTEM_FILE_REMEMBERED])
{
    struct system_file file = {.lexer = {.text = text}};
    struct system_command command;
    uint32_t count = 0;
    while (count < SYSTEM_FILE_REMEMBERED && system_file_next(&file, &command))
        list[count++] = (struct remembered){hash_of(&command), (uint32_t)command.offset};
    return count;
}

/* What is combined by '&' or '|' goes on from what was set before. */
static bool overrides(const struct system_command *command)
{
    const char sign = command->operator;
    return command->kind != SYSTEM_SET || sign == '=';
}

/* Whether one of them is about the same, and overrides if only such ones are asked for. */
static bool find_same(struct slice text, const struct remembered *list, uint32_t count,
                      const struct system_command *command, bool only_overriding)
{
    const uint32_t hash = hash_of(command);
    for (uint32_t i = 0; i < count; i++) {
        if (list[i].hash != hash)
            continue;
        struct system_file file = {.lexer = {.text = text, .at = list[i].offset}};
        struct system_command other;
        if (system_file_next(&file, &other) && same(&other, command) &&
            (overrides(&other) || !only_overriding))
            return true;
    }
    return false;
}

static void tell_repeated(struct slice text, const struct system_command *command,
                          const struct diagnosis_listener *listener)
{
    struct diagnosis diagnosis = {
        "command appears more than once:",
        {text.text + command->offset, __builtin_strlen(system_command_str(command->kind))},
        command->line,
        0,
        "the last valid one counts"};
    if (command->kind == SYSTEM_SET) {
        const char *start =
            command->module.text != NULL ? command->module.text : command->variable.text;
        const char *end = command->variable.text + command->variable.length;
        diagnosis.what = "set more than once:";
        diagnosis.subject = (struct slice){start, (size_t)(end - start)};
    } else if (is_about_module(command->kind)) {
        diagnosis.what = "appears more than once:";
        diagnosis.subject = command->value;
        diagnosis.instead = "it counts once";
    }
    diagnosis.offset = (size_t)(diagnosis.subject.text - text.text);
    diagnosis_tell(listener, &diagnosis);
}

void system_file_tell_duplicates(struct slice text, const struct diagnosis_listener *listener)
{
    struct remembered list[SYSTEM_FILE_REMEMBERED];
    const uint32_t count = remember_all(text, list);
    struct system_file file = {.lexer = {.text = text}};
    struct system_command command;
    for (uint32_t i = 0; i < count && system_file_next(&file, &command); i++)
        if (overrides(&command) && find_same(text, list, i, &command, false) &&
            !find_same(text, list + i + 1, count - i - 1, &command, true))
            tell_repeated(text, &command, listener);
}

const char *system_command_str(enum system_command_kind kind)
{
    switch (kind) {
    case SYSTEM_SET:
        return "set";
    case SYSTEM_FORCELOAD:
        return "forceload";
    case SYSTEM_EXCLUDE:
        return "exclude";
    case SYSTEM_INCLUDE:
        return "include";
    case SYSTEM_MODDIR:
        return "moddir";
    case SYSTEM_ROOTFS:
        return "rootfs";
    case SYSTEM_SWAPFS:
        return "swapfs";
    case SYSTEM_ROOTDEV:
        return "rootdev";
    case SYSTEM_SWAPDEV:
        return "swapdev";
    }
    return "unknown command";
}
