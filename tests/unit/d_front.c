#include "tests/unit/d_front.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flight/d/builtin.h"
#include "flight/d/difo.h"
#include "tests/unit/exact_copy.h"

struct d_compiler *front_compiler;
struct d_problem front_problem;

static char text[1 << 16];
static size_t length;

__attribute__((format(printf, 1, 2))) static void put(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int count = vsnprintf(text + length, sizeof text - length, format, arguments);
    va_end(arguments);
    if (count > 0)
        length += (size_t)count;
    if (length >= sizeof text)
        abort();
}

/* --- Trees --- */

static void put_tree(const struct d_node *node);

static void put_operands(const struct d_node *node)
{
    const struct d_node *operands[] = {node->first, node->second, node->third};
    for (size_t i = 0; i < 3; i++)
        if (operands[i] != NULL) {
            put(" ");
            put_tree(operands[i]);
        }
}

static void put_list(const struct d_node *list)
{
    for (const struct d_node *at = list; at != NULL; at = at->next) {
        put(at == list ? "[" : ", ");
        put_tree(at);
    }
    if (list != NULL)
        put("]");
}

static const char *operator_text(enum d_token_kind op)
{
    return op == D_TOKEN_SIZEOF ? "sizeof" : op == D_TOKEN_STRINGOF ? "stringof" : d_token_text(op);
}

static const char *head_of(const struct d_node *node)
{
    switch ((int)node->kind) {
    case D_NODE_CALL:
        return "call";
    case D_NODE_INDEX:
        return "index";
    case D_NODE_CONDITION:
        return "?";
    case D_NODE_POSTFIX:
        return node->op == D_TOKEN_INC ? "post++" : "post--";
    case D_NODE_CAST:
        return d_type_text(front_compiler, node->named);
    case D_NODE_XLATE:
        return d_format(front_compiler, "xlate %s", d_type_text(front_compiler, node->named));
    case D_NODE_MEMBER:
        return d_format(front_compiler, "%s%s", d_token_text(node->op), node->text);
    default:
        return operator_text(node->op);
    }
}

static void put_tree(const struct d_node *node)
{
    switch ((int)node->kind) {
    case D_NODE_INT:
        put("%lld:%s", (long long)node->value, d_type_text(front_compiler, node->type));
        return;
    case D_NODE_STRING:
        put("\"%.*s\"", (int)node->length, node->text);
        return;
    case D_NODE_NAME:
        put("%s", node->text);
        return;
    case D_NODE_SCOPED:
        put("%s->%s", node->scope == D_SCOPE_THREAD ? "self" : "this", node->text);
        return;
    case D_NODE_AGGREGATION:
        put("@%s", node->text);
        put_list(node->list);
        return;
    case D_NODE_SELF:
    case D_NODE_THIS:
        put("%s", node->kind == D_NODE_SELF ? "self" : "this");
        return;
    default:
        put("(%s", head_of(node));
        put_operands(node);
        put_list(node->list);
        put(")");
    }
}

/* --- What stands behind the parser --- */

void d_builtin_complete(struct d_compiler *compiler, struct d_ident *ident)
{
    (void)compiler;
    (void)ident;
}

void d_builtins_enter(struct d_compiler *compiler)
{
    struct d_ident *pid = d_idents_add(compiler, compiler->globals, "pid", D_IDENT_SCALAR, false);
    pid->builtin = true;
    pid->type = d_type_of(compiler, D_PID);
}

struct d_node *d_resolve(struct d_compiler *compiler, struct d_node *node)
{
    if (node->type == NULL)
        node->type = d_type_of(compiler, D_INT);
    return node;
}

bool d_assignable(const struct d_type *type, bool userland, const struct d_node *node)
{
    (void)userland;
    return d_type_is_struct(type) == d_type_is_struct(node->type);
}

struct d_translator *d_translator_find(const struct d_compiler *compiler,
                                       const struct d_type *named, const struct d_node *input)
{
    (void)named;
    (void)input;
    return compiler->translators;
}

void d_translator_check(struct d_compiler *compiler, struct d_translator *translator)
{
    for (const struct d_translation *at = translator->members; at != NULL; at = at->next)
        if (strcmp(at->name, "bad") == 0)
            d_fail(compiler, "D_XLATE_INCOMPAT", "bad");
}

struct d_clause *d_resolve_clause(struct d_compiler *compiler, const struct d_clause *clause,
                                  const struct d_probe_description *probe)
{
    (void)compiler;
    put("%s:%s:%s:%s", probe->name.provider, probe->name.module, probe->name.function,
        probe->name.name);
    if (clause->predicate != NULL) {
        put(" /");
        put_tree(clause->predicate);
        put("/");
    }
    for (const struct d_statement *at = clause->statements; at != NULL; at = at->next) {
        put(" ");
        put_tree(at->expression);
        put(";");
    }
    put("\n");
    return NULL;
}

struct d_ecb *d_clause_actions(struct d_compiler *compiler, struct d_clause *resolved,
                               const struct d_probe_description *probe)
{
    (void)resolved;
    (void)probe;
    return d_take(compiler, sizeof(struct d_ecb));
}

struct d_bytes d_dof_write(struct d_compiler *compiler, const struct d_ecb *ecbs)
{
    (void)compiler;
    (void)ecbs;
    return (struct d_bytes){0};
}

struct d_bytes d_dof_write_options(struct d_compiler *compiler)
{
    (void)compiler;
    return (struct d_bytes){0};
}

/* --- For the tests --- */

static void keep_warning(void *context, const struct d_problem *problem)
{
    (void)context;
    put("warning %s\n", problem->tag);
}

void front_open(enum d_model model, const struct d_kernel *kernel)
{
    const struct d_setup setup = {.model = model, .kernel = kernel, .warn = keep_warning};
    front_compiler = d_open(&setup);
    if (front_compiler == NULL)
        abort();
}

void front_close(void)
{
    d_close(front_compiler);
    front_compiler = NULL;
}

static void compile(enum d_source_kind kind, const char *program)
{
    static const char *const arguments[] = {"one", "2"};
    size_t size = strlen(program);
    char *copy = exact_copy(program, size);
    const struct d_source source = {.kind = kind,
                                    .name = "test.d",
                                    .text = copy,
                                    .length = size,
                                    .arguments = arguments,
                                    .argument_count = 2};
    front_compiler->options.argref = true;
    if (!d_compile(front_compiler, &source, &front_problem)) {
        length = 0;
        put("[%s]", front_problem.tag);
    }
    free(copy);
}

const char *front_text(enum d_source_kind kind, const char *program)
{
    length = 0;
    text[0] = '\0';
    compile(kind, program);
    return text;
}

const char *front_clauses(const char *program)
{
    front_open(D_MODEL_LP64, NULL);
    front_text(D_SOURCE_FILE, program);
    front_close();
    return text;
}

const char *front_tree(const char *expression)
{
    char program[4096];
    snprintf(program, sizeof program, "BEGIN { %s; }", expression);
    front_clauses(program);
    static const char before[] = ":::BEGIN ";
    if (strncmp(text, before, sizeof before - 1) != 0)
        return text;
    text[length - 2] = '\0'; /* the semicolon */
    return text + sizeof before - 1;
}
