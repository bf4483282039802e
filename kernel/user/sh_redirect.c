/* sh: where output goes and input comes from, as far as there is anything to choose. */
#include "kernel/user/sh.h"
#include "kernel/user/sh_expand.h"
#include "kernel/user/sh_syntax.h"
#include "kernel/user/system.h"
#include "kernel/user/user_text.h"

static bool refuse(struct sh *sh, const char *word, const char *what)
{
    sh_complain(sh, word, what, SH_MISUSED);
    return false;
}

/* --- Output --- */

static bool set_targets(struct sh *sh, uint32_t number, int target)
{
    if (number != SYSTEM_OUTPUT && number != SYSTEM_ERRORS && number != SH_BOTH_STREAMS)
        return refuse(sh, ">", "there are only the streams 1 and 2");
    if (number != SYSTEM_ERRORS)
        system_stream_set(SYSTEM_OUTPUT, target);
    if (number != SYSTEM_OUTPUT)
        system_stream_set(SYSTEM_ERRORS, target);
    return true;
}

static bool redirect_to(struct sh *sh, uint32_t number, const char *path)
{
    if (text_equal(path, "/dev/null"))
        return set_targets(sh, number, SYSTEM_TO_NOTHING);
    if (text_equal(path, "/dev/console"))
        return set_targets(sh, number, SYSTEM_TO_CONSOLE);
    return refuse(sh, path, "only /dev/null and /dev/console can be written to");
}

static bool duplicate(struct sh *sh, uint32_t number, const char *word)
{
    if (text_equal(word, "-"))
        return number == 0 || set_targets(sh, number, SYSTEM_TO_NOTHING);
    if (text_equal(word, "1"))
        return set_targets(sh, number, system_stream_target(SYSTEM_OUTPUT));
    if (text_equal(word, "2"))
        return set_targets(sh, number, system_stream_target(SYSTEM_ERRORS));
    return refuse(sh, word, "there are only the streams 1 and 2");
}

/* --- Input --- */

static void close_input(struct sh_input *input)
{
    if (input->descriptor >= 0)
        (void)system_close(input->descriptor);
    input->descriptor = -1;
}

static void take_text(struct sh *sh, struct sh_input *input, struct slice text)
{
    close_input(input);
    *input = (struct sh_input){-1, text};
    sh->input = input;
}

static bool redirect_from(struct sh *sh, struct sh_input *input, const char *path)
{
    if (text_equal(path, "/dev/null")) {
        take_text(sh, input, slice_of(""));
        return true;
    }
    int descriptor = system_open(path);
    if (descriptor < 0)
        return refuse(sh, path, system_error_str(descriptor));
    take_text(sh, input, slice_of(""));
    input->descriptor = descriptor;
    return true;
}

static bool redirect_here(struct sh *sh, const struct sh_redirection *redirection,
                          struct sh_input *input)
{
    const struct sh_word *word = sh_linked(&redirection->word);
    struct slice text = {word->text, word->length};
    if (!redirection->quoted && !sh_expand_here(sh, word, &text))
        return false;
    take_text(sh, input, text);
    return true;
}

/* --- Both --- */

static bool redirect_one(struct sh *sh, const struct sh_redirection *redirection,
                         struct sh_input *input)
{
    struct slice target;
    if (redirection->kind == SH_HERE)
        return redirect_here(sh, redirection, input);
    if (!sh_expand_text(sh, sh_linked(&redirection->word), &target))
        return false;
    if (redirection->kind == SH_TO)
        return redirect_to(sh, redirection->number, target.text);
    if (redirection->kind == SH_DUPLICATE)
        return duplicate(sh, redirection->number, target.text);
    return redirect_from(sh, input, target.text);
}

bool sh_redirect(struct sh *sh, const struct sh_redirection *first, struct sh_redirected *before)
{
    before->output = system_stream_target(SYSTEM_OUTPUT);
    before->errors = system_stream_target(SYSTEM_ERRORS);
    before->input = sh->input;
    before->own = (struct sh_input){.descriptor = -1};
    for (; first != NULL; first = sh_linked(&first->next)) {
        sh->line = first->line;
        if (!redirect_one(sh, first, &before->own)) {
            sh_redirect_back(sh, before);
            return false;
        }
    }
    return true;
}

void sh_redirect_back(struct sh *sh, struct sh_redirected *before)
{
    if (before->output != system_stream_target(SYSTEM_OUTPUT))
        system_stream_set(SYSTEM_OUTPUT, before->output);
    if (before->errors != system_stream_target(SYSTEM_ERRORS))
        system_stream_set(SYSTEM_ERRORS, before->errors);
    close_input(&before->own);
    sh->input = before->input;
}

/* --- Lines --- */

/* The next byte; false: there is none. */
static bool read_byte(struct sh_input *input, char *byte)
{
    if (input->descriptor >= 0)
        return system_read(input->descriptor, byte, 1) == 1;
    if (input->text.length == 0)
        return false;
    *byte = input->text.text[0];
    input->text = slice_behind(input->text, 1);
    return true;
}

bool sh_read_line(struct sh *sh, struct slice *line)
{
    char *bytes = sh_push(sh, 0), byte = '\0';
    size_t length = 0;
    *line = slice_of("");
    if (sh->input == NULL || bytes == NULL)
        return false;
    while (read_byte(sh->input, &byte) && byte != '\n') {
        if (!sh_push_byte(sh, byte))
            return false;
        length++;
    }
    *line = (struct slice){bytes, length};
    return sh_push_byte(sh, '\0') && byte == '\n';
}
