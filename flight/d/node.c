/* Nodes of the tree: made, folded where they are made, and copied. */
#include "flight/d/node.h"

#include "flight/d/fold_constants.h"

#define DEPTH_MAX 2048u    /* all who walk a tree do so by recursion */
#define NODES_MAX 2000000u /* of a program: an inline that uses another one twice doubles it */

static struct d_node *take(struct d_compiler *compiler)
{
    if (++compiler->node_count > NODES_MAX)
        d_fail(compiler, "",
               "the program is too large: its inlines and expressions have more than %u parts",
               NODES_MAX);
    return d_take(compiler, sizeof(struct d_node));
}

struct d_node *d_node_new(struct d_compiler *compiler, enum d_node_kind kind, struct d_place place)
{
    struct d_node *node = take(compiler);
    node->kind = kind;
    node->place = place;
    return node;
}

struct d_node *d_node_int(struct d_compiler *compiler, struct d_place place, uint64_t value,
                          const struct d_type *type)
{
    struct d_node *node = d_node_new(compiler, D_NODE_INT, place);
    node->value = value;
    node->type = type;
    node->is_signed = d_type_is_signed(type);
    return node;
}

void d_node_below(struct d_compiler *compiler, struct d_node *node, const struct d_node *child)
{
    if (child->depth >= node->depth)
        node->depth = child->depth + 1;
    if (node->depth > DEPTH_MAX)
        d_fail_at(compiler, node->place, "D_SYNTAX", "nested too deeply");
}

struct d_node *d_node_unary(struct d_compiler *compiler, struct d_place place, enum d_token_kind op,
                            struct d_node *operand)
{
    struct d_node *folded = d_fold_unary(compiler, place, op, operand);
    if (folded != NULL)
        return folded;
    struct d_node *node = d_node_new(compiler, D_NODE_UNARY, place);
    node->op = op;
    node->first = operand;
    d_node_below(compiler, node, operand);
    return node;
}

struct d_node *d_node_binary(struct d_compiler *compiler, struct d_place place,
                             enum d_token_kind op, struct d_node *left, struct d_node *right)
{
    struct d_node *folded = d_fold_binary(compiler, place, op, left, right);
    if (folded != NULL)
        return folded;
    struct d_node *node = d_node_new(compiler, D_NODE_BINARY, place);
    node->op = op;
    node->first = left;
    node->second = right;
    d_node_below(compiler, node, left);
    d_node_below(compiler, node, right);
    return node;
}

struct d_node *d_node_condition(struct d_compiler *compiler, struct d_place place,
                                struct d_node *condition, struct d_node *yes, struct d_node *no)
{
    if (condition->kind == D_NODE_INT)
        return condition->value != 0 ? yes : no;
    struct d_node *node = d_node_new(compiler, D_NODE_CONDITION, place);
    node->first = condition;
    node->second = yes;
    node->third = no;
    d_node_below(compiler, node, condition);
    d_node_below(compiler, node, yes);
    d_node_below(compiler, node, no);
    return node;
}

struct d_node *d_node_cast(struct d_compiler *compiler, struct d_place place,
                           const struct d_type *type, struct d_node *operand)
{
    struct d_node *folded = d_fold_cast(compiler, place, type, operand);
    if (folded != NULL)
        return folded;
    struct d_node *node = d_node_new(compiler, D_NODE_CAST, place);
    node->named = node->type = type;
    node->first = operand;
    d_node_below(compiler, node, operand);
    return node;
}

bool d_node_is_positive(const struct d_node *node)
{
    return node->kind == D_NODE_INT && node->value != 0 &&
           (!node->is_signed || (int64_t)node->value > 0);
}

uint32_t d_node_count(const struct d_node *list)
{
    uint32_t count = 0;
    for (; list != NULL; list = list->next)
        count++;
    return count;
}

static struct d_node *copy_list(struct d_compiler *compiler, const struct d_node *list);

struct d_node *d_node_copy(struct d_compiler *compiler, const struct d_node *node)
{
    if (node == NULL)
        return NULL;
    struct d_node *copy = take(compiler);
    *copy = *node;
    copy->next = NULL;
    copy->first = d_node_copy(compiler, node->first);
    copy->second = d_node_copy(compiler, node->second);
    copy->third = d_node_copy(compiler, node->third);
    copy->list = copy_list(compiler, node->list);
    return copy;
}

static struct d_node *copy_list(struct d_compiler *compiler, const struct d_node *list)
{
    struct d_node *copies = NULL;
    struct d_node **end = &copies;
    for (; list != NULL; list = list->next) {
        *end = d_node_copy(compiler, list);
        end = &(*end)->next;
    }
    return copies;
}
