/* Commands that the kernel is to run. */
#include "flight/exec_words.h"

#include <string.h>

#include "flight/file_bytes.h"

bool exec_words_usable(const char *command)
{
    return strchr(command, '\n') == NULL;
}

/* Inside double quotes a backslash takes the next character as it is; nothing else is special. */
static void append_quoted(struct file_bytes *text, const char *command)
{
    for (; *command != '\0'; command++) {
        if (*command == '"' || *command == '\\')
            file_bytes_append_text(text, "\\");
        file_bytes_append(text, command, 1);
    }
}

char *exec_words_line(const struct option_list *commands)
{
    struct file_bytes text = {0};
    for (size_t i = 0; i < commands->count; i++) {
        file_bytes_append_text(&text, i > 0 ? " exec=\"" : "exec=\"");
        append_quoted(&text, commands->items[i]);
        file_bytes_append_text(&text, "\"");
    }
    return file_bytes_text(&text);
}

char *exec_words_file(const struct option_list *commands)
{
    struct file_bytes text = {0};
    for (size_t i = 0; i < commands->count; i++) {
        file_bytes_append_text(&text, commands->items[i]);
        file_bytes_append_text(&text, "\n");
    }
    return file_bytes_text(&text);
}
