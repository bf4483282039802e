/* if and else: DIF's clauses have none, so a clause with them becomes several on the same probes (section 2.8).
 *
 * Each condition is computed by a clause of its own, into this->%condition_1 and so on, and what depends on it is a
 * clause with that as its predicate.  A fault in one of them must end them all, as it would end the one clause that
 * the person wrote: self->%error is cleared first, set by a clause on dtrace:::ERROR, and looked at by all. */
#include "flight/d/node.h"

struct rewriting {
    struct d_compiler *compiler;
    const struct d_clause *from;
    struct d_clause **end; /* of what it becomes */
    uint32_t conditions;   /* so far */
};

/* --- Parts of trees --- */

static struct d_node *scoped(const struct rewriting *rewriting, enum d_scope scope,
                             const char *name)
{
    struct d_node *node = d_node_new(rewriting->compiler, D_NODE_SCOPED, rewriting->from->place);
    node->op = D_TOKEN_ARROW;
    node->scope = scope;
    node->text = name;
    return node;
}

static struct d_node *condition(const struct rewriting *rewriting, uint32_t number)
{
    return scoped(rewriting, D_SCOPE_LOCAL,
                  d_format(rewriting->compiler, "%%condition_%u", number));
}

static struct d_node *constant(const struct rewriting *rewriting, uint64_t value)
{
    return d_node_int(rewriting->compiler, rewriting->from->place, value,
                      d_type_of(rewriting->compiler, D_INT));
}

static struct d_node *no_error(const struct rewriting *rewriting)
{
    return d_node_unary(rewriting->compiler, rewriting->from->place, D_TOKEN_LNOT,
                        scoped(rewriting, D_SCOPE_THREAD, "%error"));
}

/* What is wrong with the right one is told at its own place, without the && that nobody wrote. */
static struct d_node *both(const struct rewriting *rewriting, struct d_node *left,
                           struct d_node *right)
{
    struct d_node *node =
        d_node_binary(rewriting->compiler, right->place, D_TOKEN_LAND, left, right);
    if (node->kind == D_NODE_BINARY)
        node->text = "condition";
    return node;
}

static struct d_statement *assignment(const struct rewriting *rewriting, struct d_node *variable,
                                      struct d_node *value)
{
    struct d_statement *statement = d_take(rewriting->compiler, sizeof *statement);
    statement->kind = D_STATEMENT_EXPRESSION;
    statement->place = value->place;
    statement->expression =
        d_node_binary(rewriting->compiler, rewriting->from->place, D_TOKEN_ASSIGN, variable, value);
    return statement;
}

/* --- Clauses --- */

static struct d_clause *append(struct rewriting *rewriting, struct d_node *predicate,
                               struct d_statement *statements)
{
    struct d_clause *clause = d_take(rewriting->compiler, sizeof *clause);
    clause->place = rewriting->from->place;
    clause->probes = rewriting->from->probes;
    clause->predicate = predicate;
    clause->statements = statements;
    *rewriting->end = clause;
    rewriting->end = &clause->next;
    return clause;
}

static struct d_clause *append_error_is(struct rewriting *rewriting, uint64_t value)
{
    return append(rewriting, NULL,
                  assignment(rewriting, scoped(rewriting, D_SCOPE_THREAD, "%error"),
                             constant(rewriting, value)));
}

/* Once for all programs of a compiler. */
static void append_error_clause(struct rewriting *rewriting)
{
    struct d_compiler *compiler = rewriting->compiler;
    if (compiler->error_clause_made)
        return;
    compiler->error_clause_made = true;
    struct d_probe_description *probe = d_take(compiler, sizeof *probe);
    probe->name = (struct d_probe_name){"dtrace", "", "", "ERROR"};
    probe->place = rewriting->from->place;
    append_error_is(rewriting, 1)->probes = probe;
}

/* The next condition: `value`, and `before` (0: none) holds.  Its number. */
static uint32_t append_condition(struct rewriting *rewriting, uint32_t before, struct d_node *value)
{
    struct d_node *precondition =
        before != 0 ? condition(rewriting, before) : constant(rewriting, 1);
    uint32_t number = ++rewriting->conditions;
    append(
        rewriting, no_error(rewriting),
        assignment(rewriting, condition(rewriting, number), both(rewriting, precondition, value)));
    return number;
}

/* Statements without if: no predicate as long as there is no condition. */
static void append_plain(struct rewriting *rewriting, uint32_t before,
                         struct d_statement *statements)
{
    struct d_node *predicate = NULL;
    if (before != 0)
        predicate = both(rewriting, no_error(rewriting), condition(rewriting, before));
    else if (rewriting->conditions != 0)
        predicate = no_error(rewriting);
    append(rewriting, predicate, statements);
}

/* --- Statements --- */

static void rewrite_list(struct rewriting *rewriting, uint32_t before, struct d_statement *list);

static void rewrite_if(struct rewriting *rewriting, uint32_t before,
                       const struct d_statement *statement)
{
    uint32_t number = append_condition(rewriting, before, statement->expression);
    rewrite_list(rewriting, number, statement->then);
    if (statement->otherwise == NULL)
        return;
    struct d_node *otherwise = d_node_unary(rewriting->compiler, rewriting->from->place,
                                            D_TOKEN_LNOT, condition(rewriting, number));
    rewrite_list(rewriting, append_condition(rewriting, before, otherwise), statement->otherwise);
}

/* Cuts the statements up to the next if off from the rest. */
static struct d_statement *cut(struct d_statement *first)
{
    while (first->next != NULL && first->next->kind != D_STATEMENT_IF)
        first = first->next;
    struct d_statement *rest = first->next;
    first->next = NULL;
    return rest;
}

static void rewrite_list(struct rewriting *rewriting, uint32_t before, struct d_statement *list)
{
    while (list != NULL) {
        if (list->kind == D_STATEMENT_IF) {
            rewrite_if(rewriting, before, list);
            list = list->next;
        } else {
            struct d_statement *rest = cut(list);
            append_plain(rewriting, before, list);
            list = rest;
        }
    }
}

static bool has_if(const struct d_clause *clause)
{
    for (const struct d_statement *at = clause->statements; at != NULL; at = at->next)
        if (at->kind == D_STATEMENT_IF)
            return true;
    return false;
}

/* What `clause` becomes, before `next`. */
static struct d_clause *rewrite(struct d_compiler *compiler, const struct d_clause *clause,
                                struct d_clause *next)
{
    struct d_clause *first = NULL;
    struct rewriting rewriting = {.compiler = compiler, .from = clause, .end = &first};
    append_error_clause(&rewriting);
    append_error_is(&rewriting, 0);
    uint32_t before = 0;
    if (clause->predicate != NULL)
        before = append_condition(&rewriting, 0, clause->predicate);
    rewrite_list(&rewriting, before, clause->statements);
    *rewriting.end = next;
    return first;
}

void d_conditionals_rewrite(struct d_compiler *compiler, struct d_program *program)
{
    struct d_clause **link = &program->clauses;
    while (*link != NULL) {
        struct d_clause *next = (*link)->next;
        if (has_if(*link))
            *link = rewrite(compiler, *link, next);
        while (*link != next)
            link = &(*link)->next;
    }
}
