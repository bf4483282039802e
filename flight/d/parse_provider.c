/* provider P { probe n(native) : (translated); }; tells the compiler about probes that no kernel has yet. */
#include <string.h>

#include "flight/d/lexer.h"
#include "flight/d/parser.h"

#define NAME_MAX_BYTES 63u /* as in a description */
#define ARGUMENTS_MAX  255u

static void check_name(struct d_compiler *compiler, struct d_place place, const char *what,
                       const char *name)
{
    size_t length = strlen(name);
    if (length > NAME_MAX_BYTES || strchr(name, '`') != NULL)
        d_fail_at(compiler, place, "D_PROV_BADNAME", "%s name is too long or uses `: %s", what,
                  name);
}

/* "go__on" is the probe go-on. */
static const char *probe_name(struct d_compiler *compiler, const char *text)
{
    char *name = d_text(compiler, text, strlen(text));
    char *to = name;
    for (const char *from = name; *from != '\0'; from++) {
        bool dash = from[0] == '_' && from[1] == '_';
        *to++ = dash ? '-' : *from;
        from += dash;
    }
    *to = '\0';
    return name;
}

/* --- Arguments --- */

static struct d_parameter *parse_list(struct d_parser *parser, enum d_prototype form)
{
    bool variadic;
    d_parse_expect(parser, D_TOKEN_LPAREN);
    struct d_parameter *list = d_parse_parameters(parser, D_TOKEN_RPAREN, &variadic);
    list = d_prototype_check(parser->compiler, list, variadic, form);
    d_parse_expect(parser, D_TOKEN_RPAREN);
    if (d_parameter_count(list) > ARGUMENTS_MAX)
        d_fail(parser->compiler, "D_PROV_PRARGLEN", "a probe has at most %u parameters",
               ARGUMENTS_MAX);
    return list;
}

static const struct d_parameter *native_of(struct d_compiler *compiler,
                                           const struct d_provider_probe *probe,
                                           const struct d_parameter *translated, uint32_t *index)
{
    if (translated->name == NULL)
        d_fail(compiler, "D_DECL_PROTO_NAME", "a translated parameter of probe %s has no name",
               probe->name);
    *index = 0;
    for (const struct d_parameter *at = probe->native; at != NULL; at = at->next, ++*index)
        if (at->name != NULL && strcmp(at->name, translated->name) == 0)
            return at;
    d_fail(compiler, "D_DECL_PROTO_FORM", "probe %s has no native parameter %s", probe->name,
           translated->name);
}

static void check_translation(struct d_compiler *compiler, const struct d_provider_probe *probe,
                              const struct d_parameter *native,
                              const struct d_parameter *translated)
{
    struct d_node *value = d_node_new(compiler, D_NODE_NAME, compiler->place);
    value->text = native->name;
    value->type = native->type;
    value->userland = native->userland;
    value->is_signed = d_type_is_signed(native->type);
    value->resolved = true;
    if (!d_types_compatible(native->type, translated->type) &&
        !d_assignable(translated->type, translated->userland, value) &&
        d_translator_find(compiler, translated->type, value) == NULL)
        d_fail(compiler, "D_PROV_PRXLATOR", "translator from %s to %s required for probe %s",
               d_type_text(compiler, native->type), d_type_text(compiler, translated->type),
               probe->name);
}

static void map_arguments(struct d_compiler *compiler, struct d_provider_probe *probe)
{
    probe->map = d_take(compiler, (d_parameter_count(probe->translated) + 1) * sizeof *probe->map);
    uint32_t *map = probe->map;
    for (const struct d_parameter *at = probe->translated; at != NULL; at = at->next)
        check_translation(compiler, probe, native_of(compiler, probe, at, map++), at);
}

static void map_identically(struct d_compiler *compiler, struct d_provider_probe *probe)
{
    uint32_t count = d_parameter_count(probe->native);
    probe->translated = probe->native;
    probe->map = d_take(compiler, (count + 1) * sizeof *probe->map);
    for (uint32_t i = 0; i < count; i++)
        probe->map[i] = i;
}

/* --- Probes --- */

static const struct d_provider_probe *find_probe(const struct d_provider *provider,
                                                 const char *name)
{
    for (const struct d_provider_probe *at = provider->probes; at != NULL; at = at->next)
        if (strcmp(at->name, name) == 0)
            return at;
    return NULL;
}

static struct d_provider_probe *parse_probe(struct d_parser *parser,
                                            const struct d_provider *provider)
{
    struct d_compiler *compiler = parser->compiler;
    struct d_provider_probe *probe = d_take(compiler, sizeof *probe);
    d_parse_expect(parser, D_TOKEN_KEY_PROBE);
    struct d_place place = parser->token.place;
    probe->name = probe_name(compiler, d_parse_name(parser));
    check_name(compiler, place, "probe", probe->name);
    if (find_probe(provider, probe->name) != NULL)
        d_fail_at(compiler, place, "D_PROV_PRDUP", "probe %s is declared twice", probe->name);
    probe->native = parse_list(parser, D_PROTOTYPE_PROBE);
    if (d_parse_accept(parser, D_TOKEN_COLON)) {
        probe->translated = parse_list(parser, D_PROTOTYPE_TRANSLATED);
        map_arguments(compiler, probe);
    } else {
        map_identically(compiler, probe);
    }
    d_parse_expect(parser, D_TOKEN_SEMICOLON);
    return probe;
}

/* --- The whole --- */

static bool has_all(const struct d_provider *provider, const struct d_provider *other)
{
    for (const struct d_provider_probe *at = other->probes; at != NULL; at = at->next) {
        const struct d_provider_probe *own = find_probe(provider, at->name);
        if (own == NULL || !d_parameters_compatible(own->native, at->native) ||
            !d_parameters_compatible(own->translated, at->translated))
            return false;
    }
    return true;
}

static struct d_provider *find_provider(const struct d_compiler *compiler, const char *name)
{
    struct d_provider *provider = compiler->providers;
    while (provider != NULL && strcmp(provider->name, name) != 0)
        provider = provider->next;
    return provider;
}

/* One that is told twice must be told the same. */
static void enter_provider(struct d_compiler *compiler, struct d_provider *provider)
{
    const struct d_provider *known = find_provider(compiler, provider->name);
    if (known == NULL) {
        provider->next = compiler->providers;
        compiler->providers = provider;
    } else if (!has_all(known, provider) || !has_all(provider, known)) {
        d_fail_at(compiler, provider->place, "D_PROV_INCOMPAT",
                  "provider %s is declared with other probes", provider->name);
    }
}

static void parse_head(struct d_parser *parser, struct d_provider *provider)
{
    d_lexer_set_state(parser->compiler, D_LEXER_EXPRESSION);
    d_parse_advance(parser);
    provider->place = parser->token.place;
    provider->name = d_parse_name(parser);
    check_name(parser->compiler, provider->place, "provider", provider->name);
    if (d_lex_is_digit(provider->name[strlen(provider->name) - 1]))
        d_fail_at(parser->compiler, provider->place, "D_PROV_BADNAME",
                  "provider name may not end with a digit: %s", provider->name);
    d_parse_expect(parser, D_TOKEN_LBRACE);
}

void d_parse_provider(struct d_parser *parser)
{
    struct d_provider *provider = d_take(parser->compiler, sizeof *provider);
    parse_head(parser, provider);
    struct d_provider_probe **end = &provider->probes;
    while (!d_parse_accept(parser, D_TOKEN_RBRACE)) {
        *end = parse_probe(parser, provider);
        end = &(*end)->next;
    }
    if (!d_parse_is(parser, D_TOKEN_SEMICOLON))
        d_parse_refuse(parser);
    enter_provider(parser->compiler, provider);
    d_lexer_set_state(parser->compiler, D_LEXER_OUTER);
    d_parse_advance(parser);
}
