/* Commands that the kernel is to run. */
#include "flight/exec_words.h"

#include <string.h>

#include "flight/file_bytes.h"

static void append(struct file_bytes *text, const char *piece)
{
    file_bytes_append(text, piece, strlen(piece));
}

bool exec_words_usable(const char *command)
{
    return strchr(command, '\n') == NULL;
}

/* Inside double quotes a backslash takes the next character as it is; nothing else is special. */
static void append_quoted(struct file_bytes *text, const char *command)
{
    for (; *command != '\0'; command++) {
        if (*command == '"' || *command == '\\')
            append(text, "\\");
        file_bytes_append(text, command, 1);
    }
}

char *exec_words_line(const struct option_list *commands)
{
    struct file_bytes text = {0};
    for (size_t i = 0; i < commands->count; i++) {
        append(&text, i > 0 ? " exec=\"" : "exec=\"");
        append_quoted(&text, commands->items[i]);
        append(&text, "\"");
    }
    file_bytes_append(&text, "", 1);
    return (char *)text.bytes;
}

char *exec_words_file(const struct option_list *commands)
{
    struct file_bytes text = {0};
    for (size_t i = 0; i < commands->count; i++) {
        append(&text, commands->items[i]);
        append(&text, "\n");
    }
    file_bytes_append(&text, "", 1);
    return (char *)text.bytes;
}
