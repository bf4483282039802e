/* sh: builtins that deal with variables. */
#include "kernel/user/sh.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

/* NAME or NAME=VALUE.  False, and a complaint: it is neither. */
static bool cut(struct sh *sh, const char *word, struct slice *name, const char **value)
{
    *name = (struct slice){word, sh_name_length(slice_of(word))};
    *value = word[name->length] == '=' ? word + name->length + 1 : NULL;
    if (name->length > 0 && (*value != NULL || word[name->length] == '\0'))
        return true;
    sh_fail(sh, word, "not a name");
    return false;
}

/* --- export, readonly, local, unset --- */

static void print_marked(const struct sh *sh, uint32_t flag, const char *command)
{
    const struct sh_variable *at = NULL;
    while ((at = sh_next_variable(sh, at)) != NULL) {
        if ((at->flags & flag) == 0)
            continue;
        system_print("%s %s", command, at->name);
        if (at->value != 0) {
            system_print("='");
            print_text(sh_linked(&at->value));
            system_print("'");
        }
        system_print("\n");
    }
}

static void mark(struct sh *sh, int argc, const char *const *argv, uint32_t flag)
{
    int i = argc > 1 && text_equal(argv[1], "-p") ? 2 : 1;
    sh->status = EXIT_OK;
    if (i == argc)
        print_marked(sh, flag, argv[0]);
    for (; i < argc; i++) {
        struct slice name;
        const char *value;
        if (!cut(sh, argv[i], &name, &value) ||
            (value != NULL && !sh_set_variable(sh, name, slice_of(value))) ||
            !sh_mark_variable(sh, name, flag))
            return;
    }
}

void sh_do_export(struct sh *sh, int argc, const char *const *argv)
{
    mark(sh, argc, argv, SH_EXPORTED);
}

void sh_do_readonly(struct sh *sh, int argc, const char *const *argv)
{
    mark(sh, argc, argv, SH_READ_ONLY);
}

void sh_do_local(struct sh *sh, int argc, const char *const *argv)
{
    sh->status = EXIT_OK;
    if (sh->state->scope == 0) {
        sh_fail(sh, "local", "not in a function");
        return;
    }
    for (int i = 1; i < argc; i++) {
        struct slice name;
        const char *value;
        if (!cut(sh, argv[i], &name, &value) || !sh_make_local(sh, name) ||
            (value != NULL && !sh_set_variable(sh, name, slice_of(value))))
            return;
    }
}

void sh_do_unset(struct sh *sh, int argc, const char *const *argv)
{
    bool functions = argc > 1 && text_equal(argv[1], "-f");
    sh->status = EXIT_OK;
    for (int i = functions || (argc > 1 && text_equal(argv[1], "-v")) ? 2 : 1; i < argc; i++) {
        struct slice name;
        const char *value;
        if (functions)
            (void)sh_function_remove(sh, argv[i]);
        else if (!cut(sh, argv[i], &name, &value) || !sh_unset_variable(sh, name))
            return;
    }
}

/* --- read --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct slice without_blanks(struct slice text)
{
    while (text.length > 0 && is_blank(text.text[0]))
        text = slice_behind(text, 1);
    return text;
}

/* The next word of a line; the last one takes what is left. */
static struct slice next_word(struct slice *line, bool last)
{
    *line = without_blanks(*line);
    struct slice word = {line->text, last ? line->length : 0};
    while (!last && word.length < line->length && !is_blank(line->text[word.length]))
        word.length++;
    *line = slice_behind(*line, word.length);
    while (last && word.length > 0 && is_blank(word.text[word.length - 1]))
        word.length--;
    return word;
}

static void read_into(struct sh *sh, int count, const char *const *names)
{
    struct slice line;
    bool read = sh_read_line(sh, &line);
    for (int i = 0; i < count; i++) {
        struct slice word = next_word(&line, i + 1 == count), name;
        const char *value;
        if (!cut(sh, names[i], &name, &value) || !sh_set_variable(sh, name, word))
            return;
    }
    sh->status = read ? EXIT_OK : EXIT_FAILED;
}

void sh_do_read(struct sh *sh, int argc, const char *const *argv)
{
    int first = argc > 1 && text_equal(argv[1], "-r") ? 2 : 1;
    uint32_t before = sh_mark(sh);
    if (first == argc)
        sh_complain(sh, "read", "no name", SH_MISUSED);
    else if (sh->input == NULL)
        sh_complain(sh, "read", "there is no input: use '< FILE' or '<< END'", EXIT_FAILED);
    else
        read_into(sh, argc - first, argv + first);
    sh_release(sh, before);
}
