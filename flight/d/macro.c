/* Macro variables: $1, $$1, $pid, and $# (section 1.8 of the language; $# is our own: how many arguments). */
#include "flight/d/macro.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flight/d/lexer.h"

/* What a process is: its own number and so on.  There is no project and no task here, and no target. */
static const char *process_text(struct d_compiler *compiler, const char *name)
{
    const struct {
        const char *name;
        long value;
    } macros[] = {
        {"egid", (long)getegid()},
        {"euid", (long)geteuid()},
        {"gid", (long)getgid()},
        {"pid", (long)getpid()},
        {"pgid", (long)getpgrp()},
        {"ppid", (long)getppid()},
        {"projid", 0},
        {"sid", (long)getsid(0)},
        {"target", 0},
        {"taskid", 0},
        {"uid", (long)getuid()},
    };
    for (size_t i = 0; i < sizeof macros / sizeof macros[0]; i++)
        if (strcmp(macros[i].name, name) == 0)
            return d_format(compiler, "%ld", macros[i].value);
    return NULL;
}

static const char *argument_text(struct d_compiler *compiler, const char *digits)
{
    unsigned long index = strtoul(digits, NULL, 10);
    const struct d_source *source = compiler->source;
    if (index == 0)
        return source->name != NULL ? source->name : "";
    if (index > source->argument_count)
        return NULL;
    if (index == source->argument_count)
        compiler->last_argument_used = true;
    return source->arguments[index - 1];
}

const char *d_macro_text(struct d_compiler *compiler, const char *name, size_t length)
{
    if (length == 1 && name[0] == '#') {
        compiler->last_argument_used = true;
        return d_format(compiler, "%zu", compiler->source->argument_count);
    }
    const char *text = d_text(compiler, name, length);
    if (d_lex_is_digit(name[0]))
        return argument_text(compiler, text);
    return process_text(compiler, text);
}

size_t d_macro_length(const char *from, const char *end)
{
    const char *at = from;
    if (at < end && *at == '#')
        return 1;
    bool digits = at < end && d_lex_is_digit(*at);
    while (at < end && *at != '`' && (d_lex_is_digit(*at) || (!digits && d_lex_is_word_start(*at))))
        at++;
    return (size_t)(at - from);
}

void d_macros_close(struct d_compiler *compiler)
{
    if (compiler->source->argument_count > 0 && !compiler->last_argument_used &&
        !compiler->options.argref)
        d_fail_at(compiler, (struct d_place){0}, "D_MACRO_UNUSED",
                  "extraneous argument '%s' ($%zu is not referenced)",
                  compiler->source->arguments[compiler->source->argument_count - 1],
                  compiler->source->argument_count);
}
