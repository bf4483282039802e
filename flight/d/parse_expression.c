/* Expressions: from the loosest operator to the tightest.  Constants are folded as soon as they meet (node.c). */
#include "flight/d/parser.h"

#include <string.h>

#include "flight/d/fold_constants.h"
#include "flight/d/library.h"

#define LOOSEST 1

static struct d_node *parse_cast(struct d_parser *parser);

/* --- Primary --- */

/* A name that is a constant: an enumerator, or an inline whose body is a number.  It is replaced at once, with the
 * body's own type. */
static struct d_node *name_node(struct d_compiler *compiler, struct d_place place, const char *name)
{
    const struct d_ident *ident =
        strchr(name, '`') == NULL ? d_idents_find(compiler->globals, name) : NULL;
    if (ident == NULL)
        ident = d_library_ident(compiler, name);
    if (ident != NULL && ident->inline_body != NULL && ident->inline_body->kind == D_NODE_INT &&
        !ident->has_parameters)
        return d_node_int(compiler, place, ident->inline_body->value, ident->inline_body->type);
    struct d_node *node = d_node_new(compiler, D_NODE_NAME, place);
    node->text = name;
    return node;
}

static struct d_node *literal_node(struct d_compiler *compiler, const struct d_token *token)
{
    if (token->kind == D_TOKEN_INT)
        return d_node_int(compiler, token->place, token->value, token->type);
    struct d_node *node = d_node_new(compiler, D_NODE_STRING, token->place);
    node->text = token->text;
    node->length = token->length;
    node->type = d_type_of(compiler, D_STRING);
    return node;
}

static struct d_node *primary_node(struct d_parser *parser)
{
    const struct d_token *token = &parser->token;
    struct d_compiler *compiler = parser->compiler;
    struct d_node *node;
    switch ((int)token->kind) {
    case D_TOKEN_NAME:
        return name_node(compiler, token->place, token->text);
    case D_TOKEN_INT:
    case D_TOKEN_STRING:
        return literal_node(compiler, token);
    case D_TOKEN_AGGREGATION:
        node = d_node_new(compiler, D_NODE_AGGREGATION, token->place);
        node->text = token->text;
        return node;
    case D_TOKEN_SELF:
        return d_node_new(compiler, D_NODE_SELF, token->place);
    case D_TOKEN_THIS:
        return d_node_new(compiler, D_NODE_THIS, token->place);
    default:
        d_parse_refuse(parser);
    }
}

static struct d_node *parse_offsetof(struct d_parser *parser)
{
    struct d_place place = parser->token.place;
    struct d_declarator name;
    d_parse_advance(parser);
    d_parse_expect(parser, D_TOKEN_LPAREN);
    d_parse_type_name(parser, &name);
    d_parse_expect(parser, D_TOKEN_COMMA);
    const char *member = d_parse_name(parser);
    d_parse_expect(parser, D_TOKEN_RPAREN);
    return d_fold_offsetof(parser->compiler, place, name.type, member);
}

static struct d_node *parse_xlate(struct d_parser *parser)
{
    struct d_node *node = d_node_new(parser->compiler, D_NODE_XLATE, parser->token.place);
    struct d_declarator name;
    d_parse_advance(parser);
    d_parse_expect(parser, D_TOKEN_LT);
    d_parse_type_name(parser, &name);
    d_parse_expect(parser, D_TOKEN_GT);
    d_parse_expect(parser, D_TOKEN_LPAREN);
    node->named = name.type;
    node->first = d_parse_expression(parser);
    d_node_below(parser->compiler, node, node->first);
    d_parse_expect(parser, D_TOKEN_RPAREN);
    return node;
}

static struct d_node *parse_primary(struct d_parser *parser)
{
    if (d_parse_is(parser, D_TOKEN_OFFSETOF))
        return parse_offsetof(parser);
    if (d_parse_is(parser, D_TOKEN_XLATE))
        return parse_xlate(parser);
    if (d_parse_accept(parser, D_TOKEN_LPAREN)) {
        struct d_node *inner = d_parse_expression(parser);
        d_parse_expect(parser, D_TOKEN_RPAREN);
        return inner;
    }
    struct d_node *node = primary_node(parser);
    d_parse_advance(parser);
    return node;
}

/* --- Postfix --- */

static void parse_arguments(struct d_parser *parser, struct d_node *node)
{
    struct d_node **end = &node->list;
    do {
        *end = d_parse_assignment(parser);
        d_node_below(parser->compiler, node, *end);
        end = &(*end)->next;
    } while (d_parse_accept(parser, D_TOKEN_COMMA));
}

static struct d_node *above(struct d_parser *parser, enum d_node_kind kind, struct d_node *first)
{
    struct d_node *node = d_node_new(parser->compiler, kind, parser->token.place);
    node->first = first;
    d_node_below(parser->compiler, node, first);
    return node;
}

static struct d_node *parse_index(struct d_parser *parser, struct d_node *base)
{
    struct d_node *node = base;
    if (base->kind != D_NODE_AGGREGATION || base->list != NULL)
        node = above(parser, D_NODE_INDEX, base);
    d_parse_advance(parser);
    parse_arguments(parser, node);
    d_parse_expect(parser, D_TOKEN_RBRACKET);
    return node;
}

static struct d_node *parse_call(struct d_parser *parser, struct d_node *function)
{
    struct d_node *node = above(parser, D_NODE_CALL, function);
    node->place = function->place;
    d_parse_advance(parser);
    if (!d_parse_is(parser, D_TOKEN_RPAREN))
        parse_arguments(parser, node);
    d_parse_expect(parser, D_TOKEN_RPAREN);
    return node;
}

/* A quirk: a member whose name is that of a constant cannot be reached. */
static void check_member_name(struct d_parser *parser)
{
    struct d_place place = parser->token.place;
    if (d_parse_is(parser, D_TOKEN_NAME) &&
        name_node(parser->compiler, place, parser->token.text)->kind == D_NODE_INT)
        d_fail_at(parser->compiler, place, "D_OP_IDENT",
                  "operator requires an identifier: %s is a constant", parser->token.text);
}

static struct d_node *parse_member(struct d_parser *parser, struct d_node *base)
{
    struct d_node *node = above(parser, D_NODE_MEMBER, base);
    node->op = parser->token.kind;
    if (node->op == D_TOKEN_ARROW && (base->kind == D_NODE_SELF || base->kind == D_NODE_THIS)) {
        node->kind = D_NODE_SCOPED;
        node->scope = base->kind == D_NODE_SELF ? D_SCOPE_THREAD : D_SCOPE_LOCAL;
        node->place = base->place;
        node->first = NULL;
    }
    d_parse_advance(parser);
    check_member_name(parser);
    node->text = d_parse_name(parser);
    return node;
}

static struct d_node *parse_step(struct d_parser *parser, struct d_node *base)
{
    struct d_node *node = above(parser, D_NODE_POSTFIX, base);
    node->op = parser->token.kind;
    d_parse_advance(parser);
    return node;
}

static struct d_node *parse_postfix_of(struct d_parser *parser, struct d_node *node)
{
    for (;;) {
        switch ((int)parser->token.kind) {
        case D_TOKEN_LBRACKET:
            node = parse_index(parser, node);
            break;
        case D_TOKEN_LPAREN:
            node = parse_call(parser, node);
            break;
        case D_TOKEN_DOT:
        case D_TOKEN_ARROW:
            node = parse_member(parser, node);
            break;
        case D_TOKEN_INC:
        case D_TOKEN_DEC:
            node = parse_step(parser, node);
            break;
        default:
            return node;
        }
    }
}

/* --- Unary --- */

static struct d_node *parse_unary(struct d_parser *parser);

/* Behind a ( that is consumed: sizeof of a type, or of what begins with a parenthesis. */
static struct d_node *sizeof_type(struct d_parser *parser, struct d_place place)
{
    struct d_declarator name;
    d_parse_type_name(parser, &name);
    d_parse_expect(parser, D_TOKEN_RPAREN);
    return d_fold_sizeof(parser->compiler, place, name.type);
}

/* Behind a ( that is consumed, and that opens no type. */
static struct d_node *parse_parenthesized(struct d_parser *parser)
{
    struct d_node *inner = d_parse_expression(parser);
    d_parse_expect(parser, D_TOKEN_RPAREN);
    return parse_postfix_of(parser, inner);
}

static struct d_node *parse_sizeof(struct d_parser *parser)
{
    struct d_place place = parser->token.place;
    d_parse_advance(parser);
    if (!d_parse_is(parser, D_TOKEN_LPAREN))
        return d_node_unary(parser->compiler, place, D_TOKEN_SIZEOF, parse_unary(parser));
    d_parse_advance(parser);
    if (d_parse_is_type(parser))
        return sizeof_type(parser, place);
    return d_node_unary(parser->compiler, place, D_TOKEN_SIZEOF, parse_parenthesized(parser));
}

static bool is_unary_operator(enum d_token_kind kind)
{
    return kind == D_TOKEN_AND || kind == D_TOKEN_MUL || kind == D_TOKEN_ADD ||
           kind == D_TOKEN_SUB || kind == D_TOKEN_NOT || kind == D_TOKEN_LNOT;
}

static struct d_node *parse_unary(struct d_parser *parser)
{
    enum d_token_kind op = parser->token.kind;
    struct d_place place = parser->token.place;
    struct d_node *node;
    d_parse_enter(parser);
    if (op == D_TOKEN_SIZEOF) {
        node = parse_sizeof(parser);
    } else if (op == D_TOKEN_INC || op == D_TOKEN_DEC || op == D_TOKEN_STRINGOF) {
        d_parse_advance(parser);
        node = d_node_unary(parser->compiler, place, op, parse_unary(parser));
    } else if (is_unary_operator(op)) {
        d_parse_advance(parser);
        node = d_node_unary(parser->compiler, place, op, parse_cast(parser));
    } else {
        node = parse_postfix_of(parser, parse_primary(parser));
    }
    d_parse_leave(parser);
    parser->assignable = true;
    return node;
}

static struct d_node *finish_cast(struct d_parser *parser, struct d_place place)
{
    struct d_declarator name;
    d_parse_type_name(parser, &name);
    d_parse_expect(parser, D_TOKEN_RPAREN);
    struct d_node *operand = parse_cast(parser);
    struct d_node *node = d_node_cast(parser->compiler, place, name.type, operand);
    if (node->kind == D_NODE_CAST)
        node->userland = name.userland;
    parser->assignable = false;
    return node;
}

static struct d_node *parse_cast(struct d_parser *parser)
{
    struct d_place place = parser->token.place;
    if (!d_parse_is(parser, D_TOKEN_LPAREN))
        return parse_unary(parser);
    struct d_node *node;
    d_parse_enter(parser);
    d_parse_advance(parser);
    if (d_parse_is_type(parser)) {
        node = finish_cast(parser, place);
    } else {
        node = parse_parenthesized(parser);
        parser->assignable = true;
    }
    d_parse_leave(parser);
    return node;
}

/* --- Binary --- */

/* From 1, the loosest; 0: no such operator. */
static int level_of(enum d_token_kind kind)
{
    switch ((int)kind) {
    case D_TOKEN_LOR:
        return LOOSEST;
    case D_TOKEN_LXOR:
        return 2;
    case D_TOKEN_LAND:
        return 3;
    case D_TOKEN_OR:
        return 4;
    case D_TOKEN_XOR:
        return 5;
    case D_TOKEN_AND:
        return 6;
    case D_TOKEN_EQ:
    case D_TOKEN_NE:
        return 7;
    case D_TOKEN_LT:
    case D_TOKEN_LE:
    case D_TOKEN_GT:
    case D_TOKEN_GE:
        return 8;
    case D_TOKEN_SHL:
    case D_TOKEN_SHR:
        return 9;
    case D_TOKEN_ADD:
    case D_TOKEN_SUB:
        return 10;
    case D_TOKEN_MUL:
    case D_TOKEN_DIV:
    case D_TOKEN_MOD:
        return 11;
    default:
        return 0;
    }
}

/* Operators of `lowest` and tighter ones; those of one level group from the left. */
static struct d_node *parse_binary(struct d_parser *parser, int lowest)
{
    struct d_node *left = parse_cast(parser);
    for (;;) {
        enum d_token_kind op = parser->token.kind;
        struct d_place place = parser->token.place;
        int level = level_of(op);
        if (level == 0 || level < lowest)
            return left;
        d_parse_advance(parser);
        struct d_node *right = parse_binary(parser, level + 1);
        left = d_node_binary(parser->compiler, place, op, left, right);
        parser->assignable = false;
    }
}

struct d_node *d_parse_conditional(struct d_parser *parser)
{
    d_parse_enter(parser);
    struct d_node *condition = parse_binary(parser, LOOSEST);
    struct d_place place = parser->token.place;
    if (d_parse_accept(parser, D_TOKEN_QUESTION)) {
        struct d_node *yes = d_parse_expression(parser);
        d_parse_expect(parser, D_TOKEN_COLON);
        struct d_node *no = d_parse_conditional(parser);
        condition = d_node_condition(parser->compiler, place, condition, yes, no);
        parser->assignable = false;
    }
    d_parse_leave(parser);
    return condition;
}

struct d_node *d_parse_assignment(struct d_parser *parser)
{
    d_parse_enter(parser);
    struct d_node *node = d_parse_conditional(parser);
    if (d_token_is_assignment(parser->token.kind)) {
        enum d_token_kind op = parser->token.kind;
        struct d_place place = parser->token.place;
        if (!parser->assignable)
            d_parse_refuse(parser);
        d_parse_advance(parser);
        struct d_node *value = d_parse_assignment(parser);
        node = d_node_binary(parser->compiler, place, op, node, value);
        parser->assignable = false;
    }
    d_parse_leave(parser);
    return node;
}

struct d_node *d_parse_expression(struct d_parser *parser)
{
    struct d_node *node = d_parse_assignment(parser);
    struct d_place place = parser->token.place;
    while (d_parse_accept(parser, D_TOKEN_COMMA)) {
        struct d_node *right = d_parse_assignment(parser);
        node = d_node_binary(parser->compiler, place, D_TOKEN_COMMA, node, right);
        place = parser->token.place;
    }
    return node;
}
