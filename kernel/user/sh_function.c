/* sh: functions. */
#include "kernel/user/sh.h"
#include "kernel/user/sh_syntax.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

static const char *name_of(const struct sh_function *function)
{
    const struct sh_node *node = sh_linked(&function->node);
    return sh_linked(&node->text);
}

struct sh_function *sh_function_find(const struct sh *sh, const char *name)
{
    struct sh_function *at = sh_linked(&sh->state->functions);
    while (at != NULL && !text_equal(name_of(at), name))
        at = sh_linked(&at->next);
    return at;
}

static void drop(struct sh *sh, struct sh_function *function)
{
    sh_drop(sh, sh_linked(&function->script));
    sh_drop(sh, sh_linked(&function->node));
    sh_drop(sh, function);
}

/* One that runs is dropped when it has ended. */
bool sh_function_remove(struct sh *sh, const char *name)
{
    struct sh_function *function = sh_function_find(sh, name), *at;
    if (function == NULL)
        return false;
    sh_link *link = &sh->state->functions;
    while ((at = sh_linked(link)) != function)
        link = &at->next;
    sh_link_to(link, sh_linked(&function->next));
    function->gone = true;
    if (function->running == 0)
        drop(sh, function);
    return true;
}

static bool copy_parts(struct sh *sh, struct sh_function *function, const struct sh_node *node)
{
    if (sh->script != NULL) {
        char *script = sh_keep_text(sh, sh->script, __builtin_strlen(sh->script));
        sh_link_to(&function->script, script);
        if (script == NULL)
            return false;
    }
    struct sh_node *copy = sh_keep(sh, node->size);
    sh_link_to(&function->node, copy);
    if (copy == NULL)
        return false;
    __builtin_memcpy(copy, node, node->size);
    copy->next = 0; /* what stands behind it is not in the copy */
    return true;
}

/* The tree lies in one piece and is copied as such. */
void sh_function_define(struct sh *sh, const struct sh_node *node)
{
    struct sh_function *function = sh_keep(sh, sizeof *function);
    if (function == NULL)
        return;
    if (!copy_parts(sh, function, node)) {
        drop(sh, function);
        return;
    }
    (void)sh_function_remove(sh, name_of(function));
    sh_link_to(&function->next, sh_linked(&sh->state->functions));
    sh_link_to(&sh->state->functions, function);
    sh->status = EXIT_OK;
}

/* What a call changes until it is over. */
struct call {
    struct sh_parameters *parameters;
    const char *script;
    uint32_t line, loops;
};

static bool begin(struct sh *sh, struct sh_function *function, int argc, const char *const *argv,
                  struct call *call)
{
    *call = (struct call){sh_linked(&sh->state->parameters), sh->script, sh->line, sh->loops};
    sh->state->parameters = 0;
    if (!sh_set_parameters(sh, argc - 1, argv + 1)) {
        sh_link_to(&sh->state->parameters, call->parameters);
        return false;
    }
    sh_enter_scope(sh);
    sh->script = sh_linked(&function->script);
    sh->loops = 0;
    function->running++;
    return true;
}

static void end(struct sh *sh, struct sh_function *function, const struct call *call)
{
    sh_leave_scope(sh);
    sh_drop(sh, sh_linked(&sh->state->parameters));
    sh_link_to(&sh->state->parameters, call->parameters);
    sh->script = call->script;
    sh->line = call->line;
    sh->loops = call->loops;
    if (sh->flow == SH_FLOW_RETURN)
        sh->flow = SH_FLOW_ON;
    if (--function->running == 0 && function->gone)
        drop(sh, function);
}

void sh_function_call(struct sh *sh, struct sh_function *function, int argc,
                      const char *const *argv)
{
    const struct sh_node *node = sh_linked(&function->node);
    struct call call;
    if (!begin(sh, function, argc, argv, &call))
        return;
    sh_run_list(sh, sh_linked(&node->second));
    end(sh, function, &call);
}
