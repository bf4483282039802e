/* Statements to actions: sections 5.3, 5.5 and 7.3 of the language. */
#include <string.h>

#include "flight/d/action_parts.h"
#include "flight/d/builtin.h"

struct d_action *d_action_add(struct d_action_list *list, uint32_t kind, struct d_difo *difo)
{
    struct d_action *action = d_take(list->compiler, sizeof *action);
    action->kind = kind;
    action->difo = difo;
    action->uarg = list->uarg;
    if (list->last != NULL)
        list->last->next = action;
    else
        list->first = action;
    list->last = action;
    return action;
}

struct d_action *d_action_add_silent(struct d_action_list *list, struct d_node *node)
{
    struct d_difo *difo = d_generate(list->compiler, node);
    difo->result = (struct d_difo_type){.ckind = D_TYPE_INTEGER};
    return d_action_add(list, DOF_ACTION_DIFEXPR, difo);
}

static noreturn void refuse(const struct d_action_list *list, const struct d_node *call,
                            const char *tag, const char *what)
{
    d_fail_at(list->compiler, call->place, tag, "%s( ) %s", call->ident->name, what);
}

static bool is_aggregation(const struct d_node *node)
{
    return node->kind == D_NODE_AGGREGATION;
}

/* What is recorded as it is; the tags of trace() and print() begin with their names. */
static struct d_action *add_value(struct d_action_list *list, struct d_node *call,
                                  const char *aggregation_tag, const char *void_tag,
                                  const char *dynamic_tag)
{
    struct d_node *value = call->list;
    if (is_aggregation(value))
        refuse(list, call, aggregation_tag, "may not be applied to an aggregation");
    if (d_type_is_void(value->type))
        refuse(list, call, void_tag, "may not be applied to a void expression");
    if (d_type_is_dynamic(value->type))
        refuse(list, call, dynamic_tag, "may not be applied to a translated pointer");
    return d_action_add(list, DOF_ACTION_DIFEXPR, d_generate(list->compiler, value));
}

static void add_trace(struct d_action_list *list, struct d_node *call)
{
    add_value(list, call, "D_TRACE_AGG", "D_TRACE_VOID", "D_TRACE_DYN");
}

static void add_print(struct d_action_list *list, struct d_node *call)
{
    add_value(list, call, "D_PRINT_AGG", "D_PRINT_VOID", "D_PRINT_DYN")->format =
        d_format(list->compiler, "D`%s", d_type_text(list->compiler, call->list->type));
}

static void add_dynamic_size(struct d_action_list *list, struct d_node *call)
{
    struct d_node *size = call->list->next->next;
    if (size == NULL)
        return;
    if (is_aggregation(size) || !d_type_is_scalar(size->type))
        refuse(list, call, "D_TRACEMEM_DYNSIZE", "argument #3 must be of scalar type");
    struct d_difo *difo = d_generate(list->compiler, size);
    difo->result = (struct d_difo_type){.ckind = D_TYPE_INTEGER, .size = 8};
    d_action_add(list, DOF_ACTION_TRACEMEM_DYNSIZE, difo);
}

static bool may_be_address(const struct d_node *node)
{
    const struct d_type *type = node->type;
    return !is_aggregation(node) && !d_type_is_string(type) &&
           (d_type_is_arithmetic(type) || d_type_is_indexable(type));
}

static void add_tracemem(struct d_action_list *list, struct d_node *call)
{
    struct d_node *address = call->list, *size = call->list->next;
    if (!may_be_address(address))
        refuse(list, call, "D_TRACEMEM_ADDR",
               "argument #1 must be an integer, a pointer or an array");
    if (!d_node_is_positive(size))
        refuse(list, call, "D_TRACEMEM_SIZE",
               "argument #2 must be a non-zero positive integer constant");
    if (d_node_count(call->list) > 3)
        refuse(list, call, "D_TRACEMEM_ARGS", "prototype mismatch: 2 or 3 arguments expected");
    add_dynamic_size(list, call);
    struct d_difo *difo = d_generate(list->compiler, address);
    difo->result.flags |= DIF_TYPE_BY_REF;
    difo->result.size = (uint32_t)size->value;
    d_action_add(list, DOF_ACTION_TRACEMEM, difo);
}

static uint64_t option_or_zero(const struct d_compiler *compiler, enum dof_option_id id)
{
    int64_t value = compiler->runtime_options[id];
    return value == DOF_OPTION_UNSET ? 0 : (uint64_t)value;
}

static void add_stack(struct d_action_list *list, struct d_node *call)
{
    uint64_t frames = option_or_zero(list->compiler, DOF_OPTION_STACKFRAMES);
    if (d_node_count(call->list) > 1)
        refuse(list, call, "D_STACK_PROTO", "prototype mismatch: at most 1 argument expected");
    if (call->list != NULL) {
        if (!d_node_is_positive(call->list))
            refuse(list, call, "D_STACK_SIZE",
                   "argument #1 must be a non-zero positive integer constant");
        frames = call->list->value;
    }
    d_action_add(list, DOF_ACTION_STACK, NULL)->arg = frames;
}

static void add_user_stack(struct d_action_list *list, struct d_node *call)
{
    bool java = call->ident->id == D_ACTION_JSTACK;
    uint64_t frames =
        option_or_zero(list->compiler, java ? DOF_OPTION_JSTACKFRAMES : DOF_OPTION_USTACKFRAMES);
    uint64_t bytes = java ? option_or_zero(list->compiler, DOF_OPTION_JSTACKSTRSIZE) : 0;
    const struct d_node *first = call->list;
    if (d_node_count(call->list) > 2)
        refuse(list, call, "D_USTACK_PROTO", "prototype mismatch: at most 2 arguments expected");
    if (first != NULL) {
        if (!d_node_is_positive(first))
            refuse(list, call, "D_USTACK_FRAMES",
                   "argument #1 must be a non-zero positive integer constant");
        frames = first->value;
    }
    if (first != NULL && first->next != NULL) {
        const struct d_node *second = first->next;
        if (second->kind != D_NODE_INT || (second->is_signed && (int64_t)second->value < 0))
            refuse(list, call, "D_USTACK_STRSIZE",
                   "argument #2 must be a positive integer constant");
        bytes = second->value;
    }
    d_action_add(list, java ? DOF_ACTION_JSTACK : DOF_ACTION_USTACK, NULL)->arg =
        (frames & UINT32_MAX) | bytes << 32;
}

static void add_address(struct d_action_list *list, struct d_node *call, uint32_t kind)
{
    struct d_difo *difo = d_generate(list->compiler, call->list);
    difo->result.size = 8;
    d_action_add(list, kind, difo);
}

bool d_action_key(struct d_action_list *list, struct d_node *call)
{
    if (call->kind != D_NODE_CALL || call->ident->kind != D_IDENT_ACTION)
        return false;
    list->compiler->place = call->place;
    switch (call->ident->id) {
    case D_ACTION_STACK:
        add_stack(list, call);
        return true;
    case D_ACTION_USTACK:
    case D_ACTION_JSTACK:
        add_user_stack(list, call);
        return true;
    case D_ACTION_SYM:
    case D_ACTION_FUNC:
        add_address(list, call, DOF_ACTION_SYM);
        return true;
    case D_ACTION_MOD:
        add_address(list, call, DOF_ACTION_MOD);
        return true;
    case D_ACTION_USYM:
    case D_ACTION_UFUNC:
        add_address(list, call, DOF_ACTION_USYM);
        return true;
    case D_ACTION_UMOD:
        add_address(list, call, DOF_ACTION_UMOD);
        return true;
    case D_ACTION_UADDR:
        add_address(list, call, DOF_ACTION_UADDR);
        return true;
    }
    return false;
}

static struct d_action *add_library(struct d_action_list *list, uint32_t which, struct d_difo *difo)
{
    struct d_action *action = d_action_add(list, DOF_ACTION_LIBACT, difo);
    action->arg = which;
    return action;
}

/* clear(), normalize(), denormalize(), trunc(): the tags of each begin with its own name. */
static const struct library_action {
    uint32_t which; /* 0: the action is none of them */
    uint32_t least, most;
    const char *proto_tag, *argument_tag, *unassigned_tag, *scalar_tag;
    bool second; /* is recorded, 0 where it is left out */
} library_actions[D_ACTIONS] = {
    [D_ACTION_CLEAR] = {DOF_LIBACT_CLEAR, 1, 1, "D_CLEAR_PROTO", "D_CLEAR_AGGARG", "D_CLEAR_AGGBAD",
                        NULL, false},
    [D_ACTION_NORMALIZE] = {DOF_LIBACT_NORMALIZE, 2, 2, "D_NORMALIZE_PROTO", "D_NORMALIZE_AGGARG",
                            "D_NORMALIZE_AGGBAD", "D_NORMALIZE_SCALAR", true},
    [D_ACTION_DENORMALIZE] = {DOF_LIBACT_DENORMALIZE, 1, 1, "D_NORMALIZE_PROTO",
                              "D_NORMALIZE_AGGARG", "D_NORMALIZE_AGGBAD", NULL, false},
    [D_ACTION_TRUNC] = {DOF_LIBACT_TRUNC, 1, 2, "D_TRUNC_PROTO", "D_TRUNC_AGGARG", "D_TRUNC_AGGBAD",
                        "D_TRUNC_SCALAR", true},
};

static void check_library(const struct d_action_list *list, const struct d_node *call,
                          const struct library_action *action)
{
    uint32_t passed = d_node_count(call->list);
    if (passed < action->least || passed > action->most)
        refuse(list, call, action->proto_tag, "prototype mismatch: wrong number of arguments");
    if (!is_aggregation(call->list))
        refuse(list, call, action->argument_tag, "argument #1 must be an aggregation");
    const struct d_node *second = call->list->next;
    if (second != NULL && (is_aggregation(second) || !d_type_is_scalar(second->type)))
        refuse(list, call, action->scalar_tag, "argument #2 must be of scalar type");
    if (call->list->ident->function == NULL)
        refuse(list, call, action->unassigned_tag,
               "is applied to an aggregation that is never assigned");
}

static void add_library_action(struct d_action_list *list, struct d_node *call,
                               const struct library_action *action)
{
    struct d_compiler *compiler = list->compiler;
    check_library(list, call, action);
    add_library(list, action->which, d_generate_constant(compiler, call->list->ident->id));
    if (!action->second)
        return;
    struct d_node *second = call->list->next;
    add_library(list, action->which,
                second != NULL ? d_generate(compiler, second) : d_generate_constant(compiler, 0));
}

static void add_setopt(struct d_action_list *list, struct d_node *call)
{
    struct d_compiler *compiler = list->compiler;
    struct d_node *value = call->list->next;
    add_library(list, DOF_LIBACT_SETOPT, d_generate(compiler, call->list));
    add_library(list, DOF_LIBACT_SETOPT,
                value != NULL ? d_generate(compiler, value) : d_generate_constant(compiler, 0));
}

static void add_exit(struct d_action_list *list, struct d_node *call)
{
    struct d_difo *difo = d_generate(list->compiler, call->list);
    difo->result.size = 4;
    d_action_add(list, DOF_ACTION_EXIT, difo);
}

static void add_plain(struct d_action_list *list, struct d_node *call, uint32_t kind)
{
    struct d_difo *difo = call->list != NULL ? d_generate(list->compiler, call->list) : NULL;
    d_action_add(list, kind, difo);
}

static void add_printf(struct d_action_list *list, struct d_node *call)
{
    d_action_printf(list, call, DOF_ACTION_PRINTF);
}

static void add_system(struct d_action_list *list, struct d_node *call)
{
    d_action_printf(list, call, DOF_ACTION_SYSTEM);
}

static void add_ftruncate(struct d_action_list *list, struct d_node *call)
{
    (void)call;
    add_library(list, DOF_LIBACT_FTRUNCATE, d_generate_constant(list->compiler, 0));
}

typedef void make_actions(struct d_action_list *list, struct d_node *call);

static make_actions *const makers[D_ACTIONS] = {
    [D_ACTION_EXIT] = add_exit,           [D_ACTION_FREOPEN] = d_action_freopen,
    [D_ACTION_FTRUNCATE] = add_ftruncate, [D_ACTION_PRINT] = add_print,
    [D_ACTION_PRINTA] = d_action_printa,  [D_ACTION_PRINTF] = add_printf,
    [D_ACTION_SETOPT] = add_setopt,       [D_ACTION_SYSTEM] = add_system,
    [D_ACTION_TRACE] = add_trace,         [D_ACTION_TRACEMEM] = add_tracemem,
};

/* Those that are one action with the value of their argument, or none. */
static const uint32_t plain_kinds[D_ACTIONS] = {
    [D_ACTION_BREAKPOINT] = DOF_ACTION_BREAKPOINT, [D_ACTION_CHILL] = DOF_ACTION_CHILL,
    [D_ACTION_COMMIT] = DOF_ACTION_COMMIT,         [D_ACTION_DISCARD] = DOF_ACTION_DISCARD,
    [D_ACTION_PANIC] = DOF_ACTION_PANIC,           [D_ACTION_RAISE] = DOF_ACTION_RAISE,
    [D_ACTION_SPECULATE] = DOF_ACTION_SPECULATE,   [D_ACTION_STOP] = DOF_ACTION_STOP,
};

static void add_call(struct d_action_list *list, struct d_node *call)
{
    if (d_action_key(list, call))
        return;
    uint32_t name = call->ident->id;
    if (makers[name] != NULL)
        makers[name](list, call);
    else if (library_actions[name].which != 0)
        add_library_action(list, call, &library_actions[name]);
    else
        add_plain(list, call, plain_kinds[name]);
}

static bool is_aggregate(const struct d_node *node)
{
    return node->kind == D_NODE_BINARY && node->op == D_TOKEN_ASSIGN && is_aggregation(node->first);
}

static void add_statement(struct d_action_list *list, struct d_node *node)
{
    list->compiler->place = node->place;
    if (is_aggregation(node))
        d_fail(list->compiler, "D_AGG_NULL", "@%s: an aggregation alone is no statement",
               node->ident->name);
    if (is_aggregate(node))
        d_aggregate(list, node);
    else if (node->kind == D_NODE_CALL && node->ident->kind == D_IDENT_ACTION)
        add_call(list, node);
    else
        d_action_add_silent(list, node);
}

struct d_ecb *d_clause_actions(struct d_compiler *compiler, struct d_clause *resolved,
                               const struct d_probe_description *probe)
{
    struct d_ecb *ecb = d_take(compiler, sizeof *ecb);
    struct d_action_list list = {.compiler = compiler};
    ecb->probe = probe->name;
    ecb->uarg = compiler->clause_uarg;
    compiler->part = "predicate";
    if (resolved->predicate != NULL)
        ecb->predicate = d_generate(compiler, resolved->predicate);
    compiler->part = "action list";
    for (struct d_statement *at = resolved->statements; at != NULL; at = at->next) {
        list.uarg = ++compiler->statement_number;
        add_statement(&list, at->expression);
        compiler->place = at->place;
        d_combination_check(&list);
    }
    compiler->part = "";
    ecb->actions = list.first;
    return ecb;
}
