/* An environment, cut into lines or entries and read one by one. */
#include "boot/environment.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f' || c == '\r';
}

static void skip_blanks(struct slice *rest)
{
    while (rest->length > 0 && is_blank(rest->text[0]))
        *rest = slice_behind(*rest, 1);
}

static struct slice cut(struct slice subject)
{
    if (subject.length > ENVIRONMENT_NAME_MAX)
        subject.length = ENVIRONMENT_NAME_MAX;
    return subject;
}

/* Tells that the line or entry being read is not obeyed; the fault is at `where`. */
static void refuse(const struct environment *environment, const char *what, struct slice subject,
                   const char *where)
{
    const struct diagnosis diagnosis = {
        .what = what,
        .subject = cut(subject),
        .line = environment->line,
        .offset = (size_t)(where - environment->text.text),
        .instead = environment->lines ? "the line is ignored" : "the entry is ignored",
    };
    diagnosis_tell(environment->listener, &diagnosis);
}

static bool may_stand_in_name(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == ':' || c == '[' || c == ']' || c == '#';
}

/* Whether this may be a name, and an '=' follows; if not, that has been told. */
static bool accept_name(const struct environment *environment, struct slice name, struct slice rest)
{
    if (rest.length == 0 || rest.text[0] != '=') {
        refuse(environment, "no '=' behind the name", name, name.text);
        return false;
    }
    if (name.length == 0) {
        refuse(environment, "no name before the '='", (struct slice){0}, name.text);
        return false;
    }
    if (name.length > ENVIRONMENT_NAME_MAX) {
        refuse(environment, "a name longer than 255 bytes, beginning with", name, name.text);
        return false;
    }
    for (size_t i = 0; i < name.length; i++) {
        if (!may_stand_in_name(name.text[i])) {
            refuse(environment, "a character that no name may hold, in", name, name.text + i);
            return false;
        }
    }
    return true;
}

static struct environment_pair pair_of(const struct environment *environment, struct slice name,
                                       struct slice value)
{
    return (struct environment_pair){
        .name = name,
        .value = value,
        .line = environment->line,
        .offset = (size_t)(name.text - environment->text.text),
    };
}

static bool read_entry(const struct environment *environment, struct slice entry,
                       struct environment_pair *pair)
{
    struct slice name = {entry.text, slice_find(entry, '=')};
    if (!accept_name(environment, name, slice_behind(entry, name.length)))
        return false;
    *pair = pair_of(environment, name, slice_behind(entry, name.length + 1));
    return true;
}

/* Takes what stands before a blank, a comment, or `end` off the front of *rest. */
static struct slice take_word(struct slice *rest, char end)
{
    size_t length = 0;
    while (length < rest->length && !is_blank(rest->text[length]) && rest->text[length] != '#' &&
           rest->text[length] != end)
        length++;
    struct slice word = {rest->text, length};
    *rest = slice_behind(*rest, length);
    return word;
}

/* The place of the quote that closes the text, or its length if none does. */
static size_t find_closing_quote(struct slice text)
{
    size_t at = 0;
    while (at < text.length && text.text[at] != '"')
        at += text.text[at] == '\\' && text.length - at > 1 ? 2 : 1;
    return at;
}

/* Copies a quoted text without its escapes; gives its length and writes no more than fits. */
static size_t copy_unescaped(struct slice quoted, char *buffer, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < quoted.length; i++) {
        if (quoted.text[i] == '\\')
            i++; /* never the last one: it would have escaped the closing quote */
        if (length < size)
            buffer[length] = quoted.text[i];
        length++;
    }
    return length;
}

/* Takes a value in quotes off the front of *rest; if it cannot be had, that has been told. */
static bool take_quoted(const struct environment *environment, struct slice name,
                        struct slice *rest, struct slice *value)
{
    const char *quote = rest->text;
    *value = slice_behind(*rest, 1);
    size_t length = find_closing_quote(*value);
    if (length == value->length) {
        refuse(environment, "a quote that is not closed, in the value of", name, quote);
        return false;
    }
    *rest = slice_behind(*value, length + 1);
    value->length = length;
    if (slice_find(*value, '\\') == length)
        return true;
    length = copy_unescaped(*value, environment->buffer, environment->buffer_size);
    *value = (struct slice){environment->buffer, length};
    if (length > environment->buffer_size) {
        refuse(environment, "too long for a value with backslashes: that of", name, quote);
        return false;
    }
    return true;
}

static bool take_value(const struct environment *environment, struct slice name, struct slice *rest,
                       struct slice *value)
{
    if (rest->length > 0 && rest->text[0] == '"')
        return take_quoted(environment, name, rest, value);
    *value = take_word(rest, '"');
    return true;
}

static bool is_done(struct slice rest)
{
    return rest.length == 0 || rest.text[0] == '#';
}

static bool read_line(const struct environment *environment, struct slice rest,
                      struct environment_pair *pair)
{
    skip_blanks(&rest);
    if (is_done(rest))
        return false;
    struct slice name = take_word(&rest, '='), value;
    skip_blanks(&rest);
    if (!accept_name(environment, name, rest))
        return false;
    rest = slice_behind(rest, 1);
    skip_blanks(&rest);
    if (!take_value(environment, name, &rest, &value))
        return false;
    skip_blanks(&rest);
    if (!is_done(rest)) {
        refuse(environment, "text behind the value, starting at", rest, rest.text);
        return false;
    }
    *pair = pair_of(environment, name, value);
    return true;
}

static void start(struct environment *environment)
{
    if (environment->started)
        return;
    environment->started = true;
    environment->lines = slice_find(environment->text, '\0') == environment->text.length;
}

/* Takes the next line or entry; false at the end of the text. */
static bool take_record(struct environment *environment, struct slice *record)
{
    if (environment->at == environment->text.length)
        return false;
    *record = slice_behind(environment->text, environment->at);
    size_t left = record->length;
    record->length = slice_find(*record, environment->lines ? '\n' : '\0');
    environment->at += record->length < left ? record->length + 1 : left;
    if (environment->lines)
        environment->line++;
    return true;
}

/* Reads nothing more: an empty entry has ended the environment. */
static void end_early(struct environment *environment)
{
    struct slice entry;
    while (take_record(environment, &entry)) {
        if (entry.length == 0)
            continue;
        const struct diagnosis diagnosis = {
            .what = "text behind the end of the environment, starting at",
            .subject = cut(entry),
            .offset = (size_t)(entry.text - environment->text.text),
            .instead = "all of it is ignored",
        };
        diagnosis_tell(environment->listener, &diagnosis);
        environment->at = environment->text.length;
    }
}

bool environment_next(struct environment *environment, struct environment_pair *pair)
{
    start(environment);
    struct slice record;
    while (take_record(environment, &record)) {
        if (environment->lines) {
            if (read_line(environment, record, pair))
                return true;
        } else if (record.length == 0) {
            end_early(environment);
        } else if (read_entry(environment, record, pair)) {
            return true;
        }
    }
    return false;
}

/* Whether the name is the pattern, or begins with what stands before the pattern's '*'. */
static bool matches(struct slice name, const char *pattern)
{
    size_t length = __builtin_strlen(pattern);
    if (pattern[length - 1] != '*')
        return slice_is(name, pattern);
    return name.length >= length - 1 && __builtin_memcmp(name.text, pattern, length - 1) == 0;
}

bool environment_is_private(struct slice name)
{
    static const char *const patterns[] = {
        "COLUMNS",    "LINES",           "ansi_caption*",   "autoboot_delay", "beastie*",
        "boot.*",     "bootenv*",        "bootfile",        "currdev",        "bootlock_password",
        "dhcp.*",     "interpret",       "kernel",          "kernel_options", "kernels",
        "loaddev",    "loader_*",        "mainmenu_*",      "menu*",          "module_path",
        "nextboot_*", "password",        "prompt",          "script.lang",    "smbios.*",
        "toggled_*",  "twiddle_divisor", "verbose_loading", "zfs_be_*",
    };
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        if (matches(name, patterns[i]))
            return true;
    return false;
}
