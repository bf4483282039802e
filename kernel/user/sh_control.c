/* sh: builtins that say what runs next, and the shell's own settings. */
#include "kernel/user/numbers.h"
#include "kernel/user/sh.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

enum {
    STATUS_MAX = 255,
    LOOPS_MAX = 1000,
};

/* A number as the only argument, or `otherwise`.  False, and a complaint: it is something else. */
static bool take_number(struct sh *sh, int argc, const char *const *argv, uint32_t maximum,
                        uint32_t *number)
{
    uint64_t value = *number;
    if (argc > 1 && !number_parse(argv[1], maximum, &value)) {
        sh_complain(sh, argv[1], "not a number in range", SH_MISUSED);
        return false;
    }
    *number = (uint32_t)value;
    return true;
}

/* --- Loops, functions, the end --- */

static void leave_loops(struct sh *sh, int argc, const char *const *argv, enum sh_flow flow)
{
    uint32_t count = 1;
    if (!take_number(sh, argc, argv, LOOPS_MAX, &count))
        return;
    sh->status = EXIT_OK;
    if (count == 0) {
        sh_complain(sh, argv[1], "not a number in range", SH_MISUSED);
        return;
    }
    if (sh->loops == 0)
        return;
    sh->flow = flow;
    sh->flow_count = count < sh->loops ? count : sh->loops;
}

void sh_do_break(struct sh *sh, int argc, const char *const *argv)
{
    leave_loops(sh, argc, argv, SH_FLOW_BREAK);
}

void sh_do_continue(struct sh *sh, int argc, const char *const *argv)
{
    leave_loops(sh, argc, argv, SH_FLOW_CONTINUE);
}

/* Out of a function, a file that is read by `.`, or the script. */
void sh_do_return(struct sh *sh, int argc, const char *const *argv)
{
    uint32_t status = (uint32_t)sh->status;
    if (!take_number(sh, argc, argv, STATUS_MAX, &status))
        return;
    sh->status = (int)status;
    sh->flow = SH_FLOW_RETURN;
}

void sh_do_exit(struct sh *sh, int argc, const char *const *argv)
{
    uint32_t status = (uint32_t)sh->status;
    if (take_number(sh, argc, argv, STATUS_MAX, &status))
        sh->status = (int)status;
    if (sh->interactive && !sh->warned && sh_has_stopped_jobs(sh)) {
        system_print("You have stopped jobs.\n");
        sh->warned = true;
        return;
    }
    sh->exiting = true;
}

/* There is no process to be replaced: the command runs, then the shell ends. */
void sh_do_exec(struct sh *sh, int argc, const char *const *argv)
{
    sh->status = EXIT_OK;
    if (argc == 1)
        return;
    sh_run_words(sh, argc - 1, argv + 1);
    sh->exiting = true;
}

/* --- Text that is run --- */

static bool push_words(struct sh *sh, int argc, const char *const *argv)
{
    for (int i = 1; i < argc; i++) {
        if (!sh_push_bytes(sh, argv[i], __builtin_strlen(argv[i])))
            return false;
        if (i + 1 < argc && !sh_push_byte(sh, ' '))
            return false;
    }
    return true;
}

void sh_do_eval(struct sh *sh, int argc, const char *const *argv)
{
    uint32_t mark = sh_mark(sh);
    const char *text = (const char *)sh->memory + mark;
    sh->status = EXIT_OK;
    if (push_words(sh, argc, argv))
        (void)sh_run_text(sh, (struct slice){text, sh_mark(sh) - mark}, sh->line, false);
    sh_release(sh, mark);
}

void sh_do_dot(struct sh *sh, int argc, const char *const *argv)
{
    if (argc < 2) {
        sh_fail(sh, argv[0], "no file");
        return;
    }
    uint32_t loops = sh->loops;
    sh->loops = 0;
    sh->status = EXIT_OK;
    int error = sh_run_file(sh, argv[1]);
    sh->loops = loops;
    if (sh->flow == SH_FLOW_RETURN)
        sh->flow = SH_FLOW_ON;
    if (error != SYSTEM_OK)
        sh_fail(sh, argv[1], system_error_str(error));
}

/* --- Settings --- */

bool sh_set_option(struct sh *sh, char letter, bool on)
{
    if (letter == 'e')
        sh->state->exit_on_failure = on;
    else if (letter == 'u')
        sh->state->refuse_unset = on;
    else if (letter == 'x')
        sh->state->trace = on;
    else
        return false;
    return true;
}

static bool set_options(struct sh *sh, const char *word)
{
    for (const char *at = word + 1; *at != '\0'; at++)
        if (!sh_set_option(sh, *at, word[0] == '-')) {
            sh_complain(sh, word, "there are only the options e, u and x", SH_MISUSED);
            return false;
        }
    return true;
}

static void print_variables(const struct sh *sh)
{
    const struct sh_variable *at = NULL;
    while ((at = sh_next_variable(sh, at)) != NULL)
        if (at->value != 0) {
            system_print("%s='", at->name);
            print_text(sh_linked(&at->value));
            system_print("'\n");
        }
}

void sh_do_set(struct sh *sh, int argc, const char *const *argv)
{
    int i = 1;
    sh->status = EXIT_OK;
    if (argc == 1) {
        print_variables(sh);
        return;
    }
    for (; i < argc && (argv[i][0] == '-' || argv[i][0] == '+') && argv[i][1] != '\0'; i++) {
        if (text_equal(argv[i], "--"))
            break;
        if (!set_options(sh, argv[i]))
            return;
    }
    bool all = i < argc && text_equal(argv[i], "--");
    if (i < argc)
        (void)sh_set_parameters(sh, argc - i - all, argv + i + all);
}

void sh_do_shift(struct sh *sh, int argc, const char *const *argv)
{
    uint32_t count = 1;
    if (!take_number(sh, argc, argv, INT32_MAX, &count))
        return;
    sh->status = EXIT_OK;
    if (count > sh_parameter_count(sh))
        sh_fail(sh, "shift", "there are not so many parameters");
    else
        sh_shift_parameters(sh, count);
}

/* --- trap --- */

static bool is_end(const char *word)
{
    return text_equal(word, "EXIT") || text_equal(word, "0");
}

void sh_do_trap(struct sh *sh, int argc, const char *const *argv)
{
    sh->status = EXIT_OK;
    for (int i = 2; i < argc; i++)
        if (!is_end(argv[i])) {
            sh_complain(sh, argv[i], "only EXIT can be trapped", EXIT_FAILED);
            return;
        }
    if (argc < 3)
        return;
    bool clears = text_equal(argv[1], "-");
    char *text = clears ? NULL : sh_keep_text(sh, argv[1], __builtin_strlen(argv[1]));
    sh_drop(sh, sh_linked(&sh->state->trap));
    sh_link_to(&sh->state->trap, text);
}

/* The status stays, if the commands do not end with another one. */
void sh_run_trap(struct sh *sh)
{
    int status = sh->status;
    char *text = sh_linked(&sh->state->trap);
    if (text == NULL)
        return;
    sh->state->trap = 0;
    sh->exiting = sh->interrupted = false;
    sh->flow = SH_FLOW_ON;
    (void)sh_run_text(sh, slice_of(text), sh->line, false);
    if (!sh->exiting)
        sh->status = status;
    sh_drop(sh, text);
}
