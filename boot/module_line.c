/* One boot module's line, cut into words and obeyed word by word. */
#include "boot/module_line.h"

#include <stdbool.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f' || c == '\n' || c == '\r';
}

/* Takes the next word off the front of *rest; absent if none is left. */
static struct slice take_word(struct slice *rest)
{
    while (rest->length > 0 && is_blank(rest->text[0]))
        *rest = slice_behind(*rest, 1);
    if (rest->length == 0)
        return (struct slice){0};
    struct slice word = {rest->text, 0};
    while (word.length < rest->length && !is_blank(rest->text[word.length]))
        word.length++;
    *rest = slice_behind(*rest, word.length);
    return word;
}

static bool is_option(struct slice word)
{
    return slice_begins(word, "type=") || slice_begins(word, "name=") ||
           slice_begins(word, "hash=");
}

static enum module_line_fault obey_type(struct slice value, struct module_line *line)
{
    for (enum module_type t = MODULE_TYPE_FILE; t <= MODULE_TYPE_DOF; t++) {
        if (slice_is(value, module_type_str(t))) {
            line->type = t;
            return MODULE_LINE_FAULT_NONE;
        }
    }
    return MODULE_LINE_FAULT_UNKNOWN_TYPE;
}

static enum module_line_fault obey_name(struct slice value, struct module_line *line)
{
    if (value.length > MODULE_NAME_MAX)
        return MODULE_LINE_FAULT_NAME_TOO_LONG;
    line->name = value;
    return MODULE_LINE_FAULT_NONE;
}

static enum module_line_fault obey(struct slice word, struct module_line *line)
{
    if (!is_option(word))
        return MODULE_LINE_FAULT_UNKNOWN_OPTION;
    struct slice value = slice_behind(word, sizeof "type=" - 1); /* as long as the other two */
    if (value.length == 0)
        return MODULE_LINE_FAULT_NO_VALUE;
    if (slice_begins(word, "type="))
        return obey_type(value, line);
    if (slice_begins(word, "name="))
        return obey_name(value, line);
    line->hash = value;
    return MODULE_LINE_FAULT_NONE;
}

/* The path also is the name until an option says otherwise. */
static enum module_line_fault obey_path(struct slice word, struct module_line *line)
{
    line->path = word;
    return obey_name(word, line);
}

void module_line_parse(const char *text, size_t length, const struct module_line_listener *listener,
                       struct module_line *line)
{
    *line = (struct module_line){.name = {"-", 1}, .bare = true};
    struct slice rest = {text, length};
    struct slice word = take_word(&rest);
    for (bool first = true; word.text != NULL; word = take_word(&rest), first = false) {
        bool is_path = first && !is_option(word);
        line->bare = line->bare && is_path;
        enum module_line_fault fault = is_path ? obey_path(word, line) : obey(word, line);
        if (fault != MODULE_LINE_FAULT_NONE && listener != NULL)
            listener->refused(listener->context, fault, word);
    }
}

const char *module_type_str(enum module_type type)
{
    switch (type) {
    case MODULE_TYPE_FILE:
        return "file";
    case MODULE_TYPE_ROOTFS:
        return "rootfs";
    case MODULE_TYPE_HASH:
        return "hash";
    case MODULE_TYPE_ENVIRONMENT:
        return "environment";
    case MODULE_TYPE_CONSOLE_FONT:
        return "console-font";
    case MODULE_TYPE_DOF:
        return "dof";
    }
    return "unknown";
}

const char *module_line_fault_str(enum module_line_fault fault)
{
    switch (fault) {
    case MODULE_LINE_FAULT_NONE:
        return "nothing wrong";
    case MODULE_LINE_FAULT_UNKNOWN_OPTION:
        return "unknown option";
    case MODULE_LINE_FAULT_UNKNOWN_TYPE:
        return "unknown module type";
    case MODULE_LINE_FAULT_NO_VALUE:
        return "option without a value";
    case MODULE_LINE_FAULT_NAME_TOO_LONG:
        return "name longer than 1023 bytes";
    }
    return "unknown fault";
}
