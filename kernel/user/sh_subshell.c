/* sh: commands that leave the shell as it was.
 *
 *   ( ... ) and $( ... ) run in this process: what a shell has lies in blocks of its memory, which
 *   are put back behind them.  `exit` ends only them.
 *
 *   What runs in the background is a process of its own, with a copy of that memory. */
#include "kernel/user/child.h"
#include "kernel/user/sh.h"
#include "kernel/user/sh_syntax.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

/* --- Within this process --- */

struct outside {
    struct sh_saved_blocks *blocks;
    bool interactive;
    const char *script;
    uint32_t line;
};

static bool enter(struct sh *sh, struct outside *outside)
{
    *outside = (struct outside){sh_save_blocks(sh), sh->interactive, sh->script, sh->line};
    if (outside->blocks == NULL)
        return false;
    sh->interactive = false;
    sh->state->trap = 0;
    if (outside->interactive)
        system_console_foreground(system_pid());
    return true;
}

/* A signal ends more than the subshell: the shell, or what was typed. */
static void leave(struct sh *sh, const struct outside *outside)
{
    sh_run_trap(sh);
    sh_restore_blocks(sh, outside->blocks);
    sh->flow = SH_FLOW_ON;
    sh->interactive = outside->interactive;
    sh->script = outside->script;
    sh->line = outside->line;
    sh->exiting = sh->killed && !outside->interactive;
    sh->interrupted = sh->killed;
    if (outside->interactive) {
        sh->killed = false;
        system_console_foreground(0);
    }
}

void sh_run_subshell(struct sh *sh, const struct sh_node *node)
{
    struct outside outside;
    uint32_t mark = sh_mark(sh);
    if (enter(sh, &outside)) {
        sh_run_list(sh, node);
        leave(sh, &outside);
    }
    sh_release(sh, mark);
}

static void run_text(struct sh *sh, struct slice text, uint32_t line)
{
    struct outside outside;
    uint32_t mark = sh_mark(sh);
    if (enter(sh, &outside)) {
        sh->status = EXIT_OK;
        (void)sh_run_text(sh, text, line, false);
        leave(sh, &outside);
    }
    sh_release(sh, mark);
    sh->substituted = true;
}

/* What was printed into the memory stays there, without the newlines at its end. */
static void cut_newlines(struct slice *printed)
{
    while (printed->length > 0 && printed->text[printed->length - 1] == '\n')
        printed->length--;
}

static bool capture(struct sh *sh, char *bytes, size_t size, struct slice text, uint32_t line,
                    struct slice *printed)
{
    int before = system_stream_target(SYSTEM_OUTPUT);
    int target = system_capture_begin(bytes, size);
    if (target < 0) {
        sh_fail(sh, "$(", system_error_str(target));
        return false;
    }
    bool whole;
    system_stream_set(SYSTEM_OUTPUT, target);
    run_text(sh, text, line);
    system_stream_set(SYSTEM_OUTPUT, before);
    *printed = (struct slice){bytes, system_capture_end(target, &whole)};
    cut_newlines(printed);
    if (!whole)
        sh_fail(sh, "$(", "more is printed than fits");
    return whole;
}

bool sh_substitute(struct sh *sh, struct slice text, uint32_t line, struct slice *printed)
{
    size_t room = sh_room(sh) / 4, size = room < SH_CAPTURE_MAX ? room : SH_CAPTURE_MAX;
    char *bytes = sh_push(sh, size);
    bool tested = sh->tested++; /* set -e looks at the command that the output is for */
    bool captured = bytes != NULL && capture(sh, bytes, size, text, line, printed);
    sh->tested = tested;
    return captured && !sh->killed && !sh->interrupted;
}

/* --- In a process of its own --- */

static bool keep_script(struct sh *sh)
{
    char *script =
        sh->script == NULL ? NULL : sh_keep_text(sh, sh->script, __builtin_strlen(sh->script));
    sh_drop(sh, sh_linked(&sh->state->script));
    sh_link_to(&sh->state->script, script);
    return (script == NULL) == (sh->script == NULL);
}

static int start_copy(struct sh *sh, const struct sh_node *node)
{
    static const char *const argv[] = {"sh", NULL};
    size_t size;
    struct sh_memory *copy = system_heap_of_child(&size);
    if (copy == NULL || size < sh->memory->size)
        return SYSTEM_ENOMEM;
    sh_memory_copy(copy, sh->memory);
    copy->run = (uint32_t)((const char *)node - (const char *)sh->memory);
    return system_spawn("sh", 1, argv);
}

void sh_run_beside(struct sh *sh, const struct sh_node *node, const char *text)
{
    struct sh_job *job = sh_job_add(sh, text);
    if (job == NULL || !keep_script(sh) || !sh_export_variables(sh))
        return;
    int pid = start_copy(sh, node);
    if (pid < 0)
        sh_complain(sh, "&", system_error_str(pid), CHILD_CANNOT_RUN);
    else
        sh_job_go(sh, job, pid);
}

int sh_run_copy(struct sh *sh)
{
    struct sh_memory *memory = sh->memory;
    sh->state = (void *)((char *)memory + memory->state);
    sh->script = sh_linked(&sh->state->script);
    sh->state->trap = 0;
    child_catch_signals();
    sh_run_list(sh, (const void *)((const char *)memory + memory->run));
    sh->flow = SH_FLOW_ON;
    sh_run_trap(sh);
    return sh->status;
}
