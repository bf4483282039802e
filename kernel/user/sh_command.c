/* sh: a text, command by command. */
#include "kernel/user/sh.h"
#include "kernel/user/words.h"

/* Stands for itself: neither quoted nor behind a backslash. */
static bool is_plain(const struct words_scan *scan, enum words_kind kind)
{
    return kind == WORDS_LITERAL && scan->quote == 0 && scan->at - scan->start == 1;
}

/* What other shells know and this one does not; NULL: nothing of the kind stands here. */
static const char *foreign_sign(const char *text, size_t length)
{
    static const char *const signs[] = {"&&", "||", "|", "<", ">", "$(", "`"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t sign = __builtin_strlen(signs[i]);
        if (sign <= length && __builtin_memcmp(text, signs[i], sign) == 0)
            return signs[i];
    }
    return NULL;
}

/* Looks at a character; true if the command ends before it. */
static bool look(struct sh_command *command, struct words_scan *scan, const char *text,
                 size_t length)
{
    const char *sign = foreign_sign(text + scan->start, length - scan->start);
    if (sign != NULL && command->refused == NULL)
        command->refused = sign;
    if (sign != NULL)
        scan->at = scan->start + __builtin_strlen(sign);
    command->background = sign == NULL && text[scan->start] == '&';
    return command->background;
}

bool sh_command_next(struct sh_command *command, const char *text, size_t length, size_t *at)
{
    struct words_scan scan = {.at = *at};
    *command = (struct sh_command){.text = text + *at};
    if (*at == length)
        return false;
    enum words_kind kind;
    do {
        kind = words_scan_next(&scan, text, length);
        if (is_plain(&scan, kind) && look(command, &scan, text, length))
            break;
    } while (kind != WORDS_END && kind != WORDS_SEPARATOR);
    size_t end = kind == WORDS_END ? length : scan.start;
    command->length = end - *at;
    *at = scan.at;
    return true;
}
