/* args[]: section 5.1 of the language.  A program's own provider definitions come before the kernel's facts. */
#include "flight/d/resolve.h"

#include <string.h>

#define WORD_BITS 32u /* of the kernel */

struct argument {
    const struct d_type *native, *translated;
    uint32_t index; /* among the native ones */
    bool halves;    /* two of them: 64 bits */
};

static void check_index(struct d_compiler *compiler, const struct d_node *node)
{
    if (node->list->next != NULL)
        d_fail(compiler, "D_PROTO_LEN", "args[ ] prototype mismatch: 1 key expected");
    if (node->list->kind != D_NODE_INT)
        d_fail(compiler, "D_PROTO_ARG", "args[ ] needs an integer constant as its index");
    if (compiler->probe == NULL)
        d_fail(compiler, "D_ARGS_NONE", "args[ ] may not be referenced outside a clause");
}

static const struct d_provider_probe *own_probe(const struct d_compiler *compiler)
{
    const struct d_probe_name *probe = compiler->probe;
    for (const struct d_provider *at = compiler->providers; at != NULL; at = at->next)
        if (strcmp(at->name, probe->provider) == 0)
            for (const struct d_provider_probe *one = at->probes; one != NULL; one = one->next)
                if (strcmp(one->name, probe->name) == 0)
                    return one;
    return NULL;
}

static const struct d_parameter *nth(const struct d_parameter *list, uint64_t index)
{
    while (list != NULL && index-- > 0)
        list = list->next;
    return list;
}

static noreturn void out_of_range(struct d_compiler *compiler, uint64_t index)
{
    d_fail(compiler, "D_ARGS_IDX", "index %lld is out of range for %s:%s:%s:%s args[ ]",
           (long long)index, compiler->probe->provider, compiler->probe->module,
           compiler->probe->function, compiler->probe->name);
}

static struct argument own_argument(struct d_compiler *compiler,
                                    const struct d_provider_probe *probe, uint64_t index)
{
    const struct d_parameter *translated = nth(probe->translated, index);
    if (translated == NULL)
        out_of_range(compiler, index);
    uint32_t mapped = probe->map != NULL ? probe->map[index] : (uint32_t)index;
    const struct d_parameter *native = nth(probe->native, mapped);
    return (struct argument){.native = native != NULL ? native->type : translated->type,
                             .translated = translated->type,
                             .index = mapped};
}

static struct argument kernel_argument(struct d_compiler *compiler, uint64_t index)
{
    const struct d_kernel *kernel = compiler->setup.kernel;
    struct d_argument found;
    if (kernel == NULL ||
        !kernel->probe_argument(kernel->context, compiler, compiler->probe, (size_t)index, &found))
        d_fail(compiler, "D_ARGS_MULTI",
               "args[ ] may not be referenced because the probe description matches no probe, or "
               "probes with different arguments");
    if (index >= found.count)
        out_of_range(compiler, index);
    if (found.type == NULL)
        d_fail(compiler, "D_ARGS_TYPE", "the type of args[%llu] is not known%s",
               (unsigned long long)index,
               compiler->setup.model == D_MODEL_LP64 ? ": the kernel's types are of the model -32"
                                                     : "");
    const struct d_type *translated = found.translated != NULL ? found.translated : found.type;
    return (struct argument){found.type, translated, found.index, found.halves};
}

/* A native argument that is no value of the type wanted goes through a translator. */
static struct d_node *translate(struct d_compiler *compiler, struct d_node *node,
                                const struct argument *argument)
{
    if (d_assignable(argument->translated, false, node))
        return node;
    if (d_translator_find(compiler, argument->translated, node) == NULL)
        d_fail(compiler, "D_ARGS_XLATOR", "translator for args[%u] from %s to %s is not defined",
               argument->index, d_type_text(compiler, argument->native),
               d_type_text(compiler, argument->translated));
    node->resolved = true;
    struct d_node *xlate = d_node_new(compiler, D_NODE_XLATE, node->place);
    xlate->first = node;
    xlate->named = argument->translated;
    return d_resolve_xlate(compiler, xlate);
}

static struct d_node *half(struct d_compiler *compiler, const struct d_node *node, uint32_t index)
{
    struct d_node *half = d_node_copy(compiler, node);
    half->list->value = index;
    half->lvalue = false;
    half->resolved = true;
    d_node_set_type(half, d_type_of(compiler, D_UINT64));
    return half;
}

/* (T)(args[index] | args[index + 1] << 32): words of the kernel's stack, each with zeros above it. */
static struct d_node *join_halves(struct d_compiler *compiler, const struct d_node *node,
                                  const struct argument *argument)
{
    struct d_node *low = half(compiler, node, argument->index);
    struct d_node *high = half(compiler, node, argument->index + 1);
    struct d_node *places =
        d_node_int(compiler, node->place, WORD_BITS, d_type_of(compiler, D_INT));
    high = d_node_binary(compiler, node->place, D_TOKEN_SHL, high, places);
    struct d_node *whole = d_node_binary(compiler, node->place, D_TOKEN_OR, low, high);
    return d_resolve(compiler, d_node_cast(compiler, node->place, argument->native, whole));
}

struct d_node *d_resolve_args(struct d_compiler *compiler, struct d_node *node)
{
    check_index(compiler, node);
    uint64_t index = node->list->value;
    const struct d_provider_probe *probe = own_probe(compiler);
    struct argument argument =
        probe != NULL ? own_argument(compiler, probe, index) : kernel_argument(compiler, index);
    if (argument.halves)
        return join_halves(compiler, node, &argument);
    node->list->value = argument.index;
    d_node_set_type(node, argument.native);
    node->lvalue = false;
    return translate(compiler, node, &argument);
}
