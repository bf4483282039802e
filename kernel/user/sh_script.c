/* sh: texts and files, command by command. */
#include "kernel/user/sh.h"
#include "kernel/user/sh_syntax.h"
#include "kernel/user/system.h"

/* What is wrong with a text stands at its line; the script ends there. */
static void tell(struct sh *sh, const struct sh_parser *parser)
{
    if (parser->wrong_word[0] == '\0') /* has been told */
        return;
    sh->line = parser->wrong_line;
    sh_fail(sh, parser->wrong_word, parser->what);
}

bool sh_run_text(struct sh *sh, struct slice text, uint32_t line, bool ask)
{
    struct sh_parser parser;
    uint32_t mark = sh_mark(sh);
    sh_parse_start(&parser, sh, text, line);
    enum sh_parsed parsed = SH_PARSED;
    while (parsed == SH_PARSED && !sh_stops(sh)) {
        struct sh_node *node;
        parsed = sh_parse_next(&parser, &node);
        if (parsed == SH_PARSED)
            sh_run_list(sh, node);
        else if (parsed == SH_PARSED_WRONG || (parsed == SH_PARSED_OPEN && !ask))
            tell(sh, &parser);
        sh_release(sh, mark);
    }
    return parsed != SH_PARSED_OPEN || !ask;
}

/* Reads a file as a whole onto the stack. */
static int read_all(struct sh *sh, int descriptor, struct slice *text)
{
    char *bytes = sh_push(sh, 0);
    size_t length = 0;
    *text = (struct slice){bytes, 0};
    for (;;) {
        size_t room = sh_room(sh);
        int count = room == 0 ? 0 : system_read(descriptor, bytes + length, room);
        if (count < 0)
            return count;
        if (count == 0)
            break;
        length += (size_t)count;
        if (sh_push(sh, (size_t)count) == NULL)
            return SYSTEM_ENOMEM;
    }
    *text = (struct slice){bytes, length};
    return SYSTEM_OK;
}

static int read_file(struct sh *sh, const char *path, struct slice *text)
{
    struct system_stat stat;
    int error = system_stat(path, &stat);
    if (error != SYSTEM_OK)
        return error;
    if (stat.kind != SYSTEM_DIRECTORY && stat.size >= sh_room(sh))
        return SYSTEM_ENOMEM;
    int descriptor = system_open(path);
    if (descriptor < 0)
        return descriptor;
    error = read_all(sh, descriptor, text);
    (void)system_close(descriptor);
    return error;
}

int sh_run_file(struct sh *sh, const char *path)
{
    struct slice text;
    const char *script = sh->script;
    uint32_t mark = sh_mark(sh), line = sh->line;
    int error = read_file(sh, path, &text);
    if (error == SYSTEM_OK) {
        sh->script = path;
        (void)sh_run_text(sh, text, 1, false);
        sh->script = script;
        sh->line = line;
    }
    sh_release(sh, mark);
    return error;
}
