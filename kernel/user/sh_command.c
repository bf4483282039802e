/* sh: what a name stands for. */
#include "kernel/user/child.h"
#include "kernel/user/program.h"
#include "kernel/user/sh.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

static bool is_reserved(const char *name)
{
    static const char *const words[] = {"if",    "then", "elif", "else", "fi", "while",
                                        "until", "do",   "done", "for",  "in", "case",
                                        "esac",  "{",    "}",    "!"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_equal(words[i], name))
            return true;
    return false;
}

bool sh_is_program(const char *name)
{
    for (const struct program *program = programs_start; program < programs_end; program++)
        if (text_equal(program->name, name))
            return true;
    return false;
}

static bool is_file(const char *name)
{
    struct system_stat stat;
    return child_is_script(name) && system_stat(name, &stat) == SYSTEM_OK &&
           stat.kind != SYSTEM_DIRECTORY;
}

/* NULL: it stands for nothing. */
static const char *kind_of(const struct sh *sh, const char *name)
{
    if (is_reserved(name))
        return "a word of the shell's language";
    if (sh_function_find(sh, name) != NULL)
        return "a function";
    if (sh_builtin_find(sh, name) != NULL)
        return "a builtin of the shell";
    if (sh_is_program(name))
        return "a program";
    return is_file(name) ? "a file" : NULL;
}

void sh_do_type(struct sh *sh, int argc, const char *const *argv)
{
    sh->status = EXIT_OK;
    for (int i = 1; i < argc; i++) {
        const char *kind = kind_of(sh, argv[i]);
        if (kind == NULL) {
            sh_complain(sh, argv[i], "not found", CHILD_NOT_FOUND);
            continue;
        }
        print_text(argv[i]);
        system_print(" is %s\n", kind);
    }
}

/* command -v NAME says what would run; command NAME... runs it, but no function. */
void sh_do_command(struct sh *sh, int argc, const char *const *argv)
{
    sh->status = EXIT_OK;
    if (argc > 2 && (text_equal(argv[1], "-v") || text_equal(argv[1], "-V"))) {
        if (kind_of(sh, argv[2]) == NULL)
            sh->status = CHILD_NOT_FOUND;
        else
            print_words(1, argv + 2);
        return;
    }
    if (argc == 1)
        return;
    const struct sh_builtin *builtin = sh_builtin_find(sh, argv[1]);
    if (builtin != NULL)
        builtin->run(sh, argc - 1, argv + 1);
    else
        sh_run_program(sh, argc - 1, argv + 1);
}
