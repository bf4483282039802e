/* sh: running commands. */
#include "kernel/user/child.h"
#include "kernel/user/screen.h"
#include "kernel/user/sh.h"
#include "kernel/user/sh_expand.h"
#include "kernel/user/sh_syntax.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

static void run_node(struct sh *sh, const struct sh_node *node);

/* --- Simple commands --- */

static bool assign(struct sh *sh, const struct sh_word *word, bool local)
{
    struct slice text;
    if (!sh_expand_text(sh, word, &text))
        return false;
    size_t length = sh_name_length(text);
    struct slice name = {text.text, length};
    if (local && !sh_make_local(sh, name))
        return false;
    return sh_set_variable(sh, name, slice_behind(text, length + 1)) &&
           (!local || sh_mark_variable(sh, name, SH_EXPORTED));
}

static bool assign_all(struct sh *sh, const struct sh_word *word, bool local)
{
    for (; word != NULL && word->assignment; word = sh_linked(&word->next))
        if (!assign(sh, word, local))
            return false;
    return true;
}

/* What a builtin prints on a console pages as well, and ^C speaks to the shell meanwhile. */
static void run_builtin(struct sh *sh, const struct sh_builtin *builtin, int argc,
                        const char *const *argv)
{
    if (sh->interactive) {
        screen_page(true);
        system_console_foreground(system_pid());
    }
    builtin->run(sh, argc, argv);
    if (sh->interactive) {
        system_console_foreground(0);
        screen_page(false);
    }
}

void sh_run_words(struct sh *sh, int argc, const char *const *argv)
{
    struct sh_function *function = sh_function_find(sh, argv[0]);
    const struct sh_builtin *builtin = sh_builtin_find(sh, argv[0]);
    if (function != NULL)
        sh_function_call(sh, function, argc, argv);
    else if (builtin != NULL)
        run_builtin(sh, builtin, argc, argv);
    else
        sh_run_program(sh, argc, argv);
}

static void print_trace(const struct sh *sh, const struct sh_fields *fields)
{
    if (!sh->state->trace || fields->count == 0)
        return;
    enum system_stream before = system_speak(SYSTEM_ERRORS);
    system_print("+ ");
    print_words(fields->count, fields->at);
    (void)system_speak(before);
}

/* Assignments before a command are for that alone, if it is not a special one. */
static void run_fields(struct sh *sh, const struct sh_node *node, const struct sh_fields *fields)
{
    const struct sh_word *words = sh_linked(&node->words);
    const struct sh_builtin *builtin = sh_builtin_find(sh, fields->at[0]);
    bool special = builtin != NULL && (builtin->flags & SH_SPECIAL) != 0 &&
                   sh_function_find(sh, fields->at[0]) == NULL;
    bool local = words->assignment && !special;
    if (local)
        sh_enter_scope(sh);
    if (assign_all(sh, words, local)) {
        sh->line = node->line;
        sh_run_words(sh, fields->count, fields->at);
    }
    if (local)
        sh_leave_scope(sh);
}

static void run_assignments(struct sh *sh, const struct sh_node *node)
{
    if (assign_all(sh, sh_linked(&node->words), false) && !sh->substituted)
        sh->status = EXIT_OK;
}

static const struct sh_word *behind_assignments(const struct sh_node *node)
{
    const struct sh_word *word = sh_linked(&node->words);
    while (word != NULL && word->assignment)
        word = sh_linked(&word->next);
    return word;
}

static void run_simple(struct sh *sh, const struct sh_node *node)
{
    struct sh_redirected before;
    struct sh_fields fields;
    uint32_t mark = sh_mark(sh);
    sh->line = node->line;
    sh->substituted = false;
    int status = sh->status;
    if (sh_expand_fields(sh, behind_assignments(node), &fields) &&
        sh_redirect(sh, sh_linked(&node->redirections), &before)) {
        print_trace(sh, &fields);
        if (fields.count > 0) {
            sh->status = status;
            run_fields(sh, node, &fields);
        } else { /* perhaps because its words came to nothing */
            run_assignments(sh, node);
        }
        sh_redirect_back(sh, &before);
    }
    sh_release(sh, mark);
}

/* --- Background --- */

/* A program alone needs no shell of its own. */
static bool is_program(const struct sh *sh, const struct sh_node *node)
{
    const struct sh_word *word = sh_linked(&node->words);
    if (node->kind != SH_SIMPLE || node->redirections != 0 || word == NULL || word->assignment)
        return false;
    if (sh_function_find(sh, word->text) != NULL)
        return false;
    for (size_t i = 0; i < word->length; i++)
        if (word->text[i] == '$' || word->text[i] == '`')
            return false;
    return child_is_script(word->text) || sh_is_program(word->text) ||
           sh_builtin_find(sh, word->text) == NULL;
}

static void run_in_background(struct sh *sh, const struct sh_node *node)
{
    const struct sh_node *command = sh_linked(&node->first);
    const char *text = sh_linked(&node->text);
    struct sh_fields fields;
    sh->line = node->line;
    if (!is_program(sh, command)) {
        sh_run_beside(sh, command, text);
        return;
    }
    uint32_t mark = sh_mark(sh);
    if (sh_expand_fields(sh, sh_linked(&command->words), &fields) && fields.count > 0)
        sh_start_program(sh, fields.count, fields.at, text);
    sh_release(sh, mark);
}

/* --- Conditions --- */

/* True if the commands succeed; a failure is no reason to end. */
static bool holds(struct sh *sh, const struct sh_node *node)
{
    sh->tested++;
    sh_run_list(sh, node);
    sh->tested--;
    return sh->status == EXIT_OK;
}

static void run_and_or(struct sh *sh, const struct sh_node *node)
{
    bool held = holds(sh, sh_linked(&node->first));
    if (!sh_stops(sh) && held == (node->kind == SH_AND))
        sh_run_list(sh, sh_linked(&node->second));
}

static void run_not(struct sh *sh, const struct sh_node *node)
{
    bool held = holds(sh, sh_linked(&node->first));
    if (!sh->exiting)
        sh->status = held ? EXIT_FAILED : EXIT_OK;
}

static void run_if(struct sh *sh, const struct sh_node *node)
{
    bool held = holds(sh, sh_linked(&node->first));
    if (sh_stops(sh))
        return;
    const struct sh_node *branch = sh_linked(held ? &node->second : &node->third);
    if (branch == NULL)
        sh->status = EXIT_OK;
    else
        sh_run_list(sh, branch);
}

/* --- Loops --- */

/* Whether a loop ends here, behind a part of it.  ^C at the console speaks to the shell between
 * commands, too. */
static bool leaves_loop(struct sh *sh)
{
    if (sh->interactive)
        system_console_foreground(system_pid());
    sh_take_signals(sh);
    if (sh->exiting || sh->interrupted || sh->flow == SH_FLOW_RETURN)
        return true;
    if (sh->flow == SH_FLOW_ON)
        return false;
    bool last = --sh->flow_count == 0, ends = sh->flow == SH_FLOW_BREAK || !last;
    if (last)
        sh->flow = SH_FLOW_ON;
    return ends;
}

static void begin_loop(struct sh *sh)
{
    sh->loops++;
}

static void end_loop(struct sh *sh)
{
    sh->loops--;
    if (sh->interactive)
        system_console_foreground(0);
}

static void run_while(struct sh *sh, const struct sh_node *node)
{
    int status = EXIT_OK;
    begin_loop(sh);
    for (;;) {
        bool held = holds(sh, sh_linked(&node->first));
        bool asked = sh->flow == SH_FLOW_ON;
        if (leaves_loop(sh))
            break;
        if (asked && held != (node->kind == SH_WHILE)) {
            sh->status = status;
            break;
        }
        if (asked)
            sh_run_list(sh, sh_linked(&node->second));
        status = sh->status;
        if (leaves_loop(sh))
            break;
    }
    end_loop(sh);
}

static void run_for_each(struct sh *sh, const struct sh_node *node, const struct sh_fields *fields)
{
    const struct slice name = slice_of(sh_linked(&node->text));
    sh->status = EXIT_OK;
    for (int i = 0; i < fields->count; i++) {
        if (!sh_set_variable(sh, name, slice_of(fields->at[i])))
            return;
        sh_run_list(sh, sh_linked(&node->second));
        if (leaves_loop(sh))
            return;
    }
}

/* "$@" as it is now. */
static bool all_parameters(struct sh *sh, struct sh_fields *fields)
{
    const struct sh_word *word = sh_word_make(sh, slice_of("\"$@\""), sh->line);
    return word != NULL && sh_expand_fields(sh, word, fields);
}

static void run_for(struct sh *sh, const struct sh_node *node)
{
    struct sh_fields fields;
    uint32_t mark = sh_mark(sh);
    begin_loop(sh);
    if (node->parameters ? all_parameters(sh, &fields)
                         : sh_expand_fields(sh, sh_linked(&node->words), &fields))
        run_for_each(sh, node, &fields);
    end_loop(sh);
    sh_release(sh, mark);
}

/* --- case --- */

enum matching {
    DIFFERS,
    MATCHES,
    FAILED,
};

static enum matching match(struct sh *sh, const struct sh_node *item, struct slice subject)
{
    enum matching matching = DIFFERS;
    for (const struct sh_word *word = sh_linked(&item->words); word != NULL && matching == DIFFERS;
         word = sh_linked(&word->next)) {
        struct sh_cells pattern;
        uint32_t mark = sh_mark(sh);
        if (!sh_expand_cells(sh, word, &pattern))
            matching = FAILED;
        else if (sh_pattern_matches(pattern, subject))
            matching = MATCHES;
        sh_release(sh, mark);
    }
    return matching;
}

static void run_case(struct sh *sh, const struct sh_node *node)
{
    struct slice subject;
    uint32_t mark = sh_mark(sh);
    if (!sh_expand_text(sh, sh_linked(&node->words), &subject))
        return;
    const struct sh_node *item = sh_linked(&node->first);
    enum matching matching = DIFFERS;
    while (item != NULL && (matching = match(sh, item, subject)) == DIFFERS)
        item = sh_linked(&item->next);
    sh_release(sh, mark);
    if (matching == FAILED)
        return;
    sh->status = EXIT_OK;
    if (item != NULL)
        sh_run_list(sh, sh_linked(&item->first));
}

/* --- All of them --- */

/* Long, because it is a table: a case for each kind of command. */
static void run_kind(struct sh *sh, const struct sh_node *node)
{
    switch (node->kind) {
    case SH_SIMPLE:
        run_simple(sh, node);
        return;
    case SH_AND:
    case SH_OR:
        run_and_or(sh, node);
        return;
    case SH_NOT:
        run_not(sh, node);
        return;
    case SH_PIPE:
        sh_complain(sh, "|", "there are no pipes", SH_MISUSED);
        return;
    case SH_BACKGROUND:
        run_in_background(sh, node);
        return;
    case SH_IF:
        run_if(sh, node);
        return;
    case SH_WHILE:
    case SH_UNTIL:
        run_while(sh, node);
        return;
    case SH_FOR:
        run_for(sh, node);
        return;
    case SH_CASE:
        run_case(sh, node);
        return;
    case SH_GROUP:
        sh_run_list(sh, sh_linked(&node->first));
        return;
    case SH_SUBSHELL:
        sh_run_subshell(sh, sh_linked(&node->first));
        return;
    case SH_FUNCTION:
        sh_function_define(sh, node);
        return;
    case SH_CASE_ITEM:
        return;
    }
}

/* Redirections of a compound command hold for all of it. */
static void run_redirected(struct sh *sh, const struct sh_node *node)
{
    struct sh_redirected before;
    if (node->kind == SH_SIMPLE || node->redirections == 0) {
        run_kind(sh, node);
        return;
    }
    uint32_t mark = sh_mark(sh);
    if (sh_redirect(sh, sh_linked(&node->redirections), &before)) {
        run_kind(sh, node);
        sh_redirect_back(sh, &before);
    }
    sh_release(sh, mark);
}

/* Commands whose failure ends the shell under set -e; others consist of these. */
static bool can_fail(const struct sh_node *node)
{
    return node->kind == SH_SIMPLE || node->kind == SH_SUBSHELL || node->kind == SH_PIPE;
}

static void run_node(struct sh *sh, const struct sh_node *node)
{
    sh->line = node->line;
    if (!sh_enter(sh)) {
        sh_fail(sh, "commands", "nested too deeply");
        return;
    }
    run_redirected(sh, node);
    sh_leave(sh);
    if (sh->status != EXIT_OK && sh->state->exit_on_failure && sh->tested == 0 && can_fail(node))
        sh->exiting = true;
}

void sh_run_list(struct sh *sh, const struct sh_node *node)
{
    for (; node != NULL && !sh_stops(sh); node = sh_linked(&node->next)) {
        run_node(sh, node);
        sh_take_signals(sh);
    }
}
