/* Control lines: section 2.7 of the language. */
#include "flight/d/pragma.h"

#include <string.h>

#include "flight/d/ident.h"
#include "flight/d/kernel_facts.h"
#include "flight/d/lexer.h"
#include "flight/d/option.h"

#define WORDS_MAX        64u
#define MARKER_FLAGS_MAX 3u

enum word_kind {
    WORD_TEXT,
    WORD_INTEGER,
    WORD_STRING
};

struct word {
    enum word_kind kind;
    const char *text; /* of a string without its quotes */
    uint64_t value;
};

struct control_line {
    struct d_compiler *compiler;
    struct word words[WORDS_MAX];
    size_t count;
    const char **file;
    uint32_t *number;
};

/* A name that was given attributes before it was seen. */
struct d_deferred_pragma {
    struct d_deferred_pragma *next;
    const char *name;
    struct d_place place;
    const int *attributes; /* [3]; NULL: a binding */
};

static size_t text_length(const char *at, const char *end)
{
    size_t length = 0;
    while (at + length < end && !d_lex_is_blank(at[length]) && at[length] != '"')
        length++;
    return length;
}

static struct word text_word(struct d_compiler *compiler, const char *at, size_t length)
{
    struct word word = {.kind = WORD_TEXT, .text = d_text(compiler, at, length)};
    const char *rest;
    if (d_number_parse(word.text, &word.value, &rest) && *rest == '\0')
        word.kind = WORD_INTEGER;
    return word;
}

static void split(struct control_line *line, const char *at, const char *end)
{
    while (at < end) {
        if (d_lex_is_blank(*at)) {
            at++;
            continue;
        }
        if (line->count == WORDS_MAX)
            d_fail(line->compiler, "D_PRAGMA_MALFORM", "too many words on a control line");
        struct word *word = &line->words[line->count++];
        if (*at == '"') {
            const char *quote = memchr(at + 1, '"', (size_t)(end - at - 1));
            if (quote == NULL)
                d_fail(line->compiler, "D_STR_NL", "newline encountered in string literal");
            *word = (struct word){.kind = WORD_STRING,
                                  .text = d_text(line->compiler, at + 1, (size_t)(quote - at - 1))};
            at = quote + 1;
        } else {
            size_t length = text_length(at, end);
            *word = text_word(line->compiler, at, length);
            at += length;
        }
    }
}

static noreturn void malformed(const struct control_line *line, const char *directive,
                               const char *form)
{
    d_fail(line->compiler, "D_PRAGMA_MALFORM", "malformed #%s: expected %s", directive, form);
}

static void obey_error(struct control_line *line, size_t from)
{
    const char *text = "";
    for (size_t i = from; i < line->count; i++)
        text = d_format(line->compiler, "%s%s ", text, line->words[i].text);
    d_fail(line->compiler, "D_PRAGERR", "#error: %s", text);
}

/* What stands behind the file: 1 or 2 (a file begins, or goes on); a marker of GNU's cpp, "# 1 "FILE" 1 3 4", has
 * more. */
static bool are_flags(const struct word *words, size_t count, size_t most)
{
    for (size_t i = 0; i < count; i++)
        if (words[i].kind != WORD_INTEGER)
            return false;
    return count <= most;
}

static void obey_line(struct control_line *line, size_t from)
{
    size_t count = line->count - from;
    const struct word *words = &line->words[from];
    if (count < 1 || words[0].kind != WORD_INTEGER || (count > 1 && words[1].kind != WORD_STRING) ||
        (count > 2 && !are_flags(words + 2, count - 2, from == 0 ? MARKER_FLAGS_MAX : 1)))
        malformed(line, "line", "a number, and a file in quotes");
    *line->number = (uint32_t)words[0].value;
    if (count > 1)
        *line->file = words[1].text;
}

static void obey_option(struct control_line *line, size_t from)
{
    struct d_compiler *compiler = line->compiler;
    if (line->count - from != 1 || line->words[from].kind != WORD_TEXT)
        malformed(line, "pragma D option", "name or name=value");
    const char *text = line->words[from].text;
    const char *equals = strchr(text, '=');
    const char *name = equals != NULL ? d_text(compiler, text, (size_t)(equals - text)) : text;
    const char *why =
        d_option_set(compiler, name, equals != NULL ? equals + 1 : NULL, D_OPTION_PRAGMA);
    if (why != NULL)
        d_fail(compiler, "D_PRAGMA_OPTSET", "failed to set option '%s' to '%s': %s", name,
               equals != NULL ? equals + 1 : "", why);
}

static struct d_ident *find_named(const struct d_compiler *compiler, const char *name)
{
    struct d_ident *ident = d_idents_find(compiler->globals, name);
    return ident != NULL ? ident : d_idents_find(compiler->aggregations, name);
}

static void attach(struct d_ident *ident, const int *attributes)
{
    if (attributes == NULL)
        return;
    memcpy(ident->attributes, attributes, sizeof ident->attributes);
    ident->has_attributes = true;
}

static void defer(struct control_line *line, const char *name, const int *attributes)
{
    struct d_deferred_pragma *deferred = d_take(line->compiler, sizeof *deferred);
    deferred->name = name;
    deferred->place = line->compiler->place;
    if (attributes != NULL) {
        int *kept = d_take(line->compiler, sizeof deferred->attributes[0] * 3);
        memcpy(kept, attributes, sizeof kept[0] * 3);
        deferred->attributes = kept;
    }
    deferred->next = line->compiler->deferred_pragmas;
    line->compiler->deferred_pragmas = deferred;
}

/* Attributes and bindings of names: of a program's own only, which may come later. */
static void give(struct control_line *line, const char *name, const int *attributes)
{
    struct d_ident *ident = find_named(line->compiler, name);
    if (ident == NULL) {
        defer(line, name, attributes);
        return;
    }
    if (ident->builtin || ident->kept)
        d_fail(line->compiler, "D_PRAGMA_SCOPE", "pragma cannot be applied to '%s': it is %s", name,
               ident->builtin ? "built in" : "another program's");
    attach(ident, attributes);
}

static bool is_provider_part(const char *text)
{
    static const char *const parts[] = {"provider", "module", "function", "name", "args"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strcmp(parts[i], text) == 0)
            return true;
    return false;
}

static void obey_attributes(struct control_line *line, size_t from)
{
    size_t count = line->count - from;
    const struct word *words = &line->words[from];
    bool provider = count == 4 && strcmp(words[1].text, "provider") == 0;
    if ((count != 2 && !provider) || words[0].kind != WORD_TEXT)
        malformed(line, "pragma D attributes",
                  "attributes and a name, or 'provider', a provider and a part");
    int attributes[3];
    if (!d_stability_parse(words[0].text, strlen(words[0].text), attributes))
        d_fail(line->compiler, "D_PRAGMA_INVAL", "invalid attributes '%s'", words[0].text);
    if (!provider)
        give(line, words[1].text, attributes);
    else if (!is_provider_part(words[3].text))
        d_fail(line->compiler, "D_PRAGMA_INVAL", "invalid component '%s' of a provider",
               words[3].text);
}

static void obey_binding(struct control_line *line, size_t from)
{
    if (line->count - from != 2 || line->words[from].kind != WORD_STRING ||
        line->words[from + 1].kind != WORD_TEXT)
        malformed(line, "pragma D binding", "a version in quotes and a name");
    uint32_t version;
    if (!d_version_parse(line->words[from].text, &version))
        d_fail(line->compiler, "D_PRAGMA_INVAL", "invalid version '%s'", line->words[from].text);
    give(line, line->words[from + 1].text, NULL);
}

static bool satisfied(const struct d_compiler *compiler, const char *class, const char *name)
{
    const struct d_kernel *kernel = compiler->setup.kernel;
    struct d_probe_name probe = {"", "", "", ""};
    if (strcmp(class, "library") == 0 || kernel == NULL)
        return false;
    if (strcmp(class, "provider") == 0)
        probe.provider = name;
    else
        probe.module = name;
    return kernel->count_probes(kernel->context, &probe) > 0;
}

static void obey_depends(struct control_line *line, size_t from)
{
    if (line->count - from != 2)
        malformed(line, "pragma D depends_on", "a class and a name");
    const char *class = line->words[from].text;
    if (strcmp(class, "provider") != 0 && strcmp(class, "module") != 0 &&
        strcmp(class, "library") != 0)
        d_fail(line->compiler, "D_PRAGMA_INVAL", "invalid class '%s' of a dependency", class);
    if (!satisfied(line->compiler, class, line->words[from + 1].text))
        d_fail(line->compiler, "D_PRAGMA_DEPEND", "program requires %s %s", class,
               line->words[from + 1].text);
}

static void obey_nothing(struct control_line *line, size_t from)
{
    (void)line;
    (void)from;
}

static const struct directive {
    const char *name;
    void (*obey)(struct control_line *line, size_t from);
    bool d_only; /* only behind #pragma D */
} directives[] = {
    {"attributes", obey_attributes, true}, {"binding", obey_binding, true},
    {"depends_on", obey_depends, true},    {"error", obey_error, false},
    {"ident", obey_nothing, false},        {"line", obey_line, false},
    {"option", obey_option, true},
};

static bool obey(struct control_line *line, size_t at, bool d)
{
    for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++)
        if (strcmp(directives[i].name, line->words[at].text) == 0 && (d || !directives[i].d_only)) {
            directives[i].obey(line, at + 1);
            return true;
        }
    return false;
}

static bool is_word(const struct control_line *line, size_t at, const char *text)
{
    return at < line->count && line->words[at].kind == WORD_TEXT &&
           strcmp(line->words[at].text, text) == 0;
}

static void obey_pragma(struct control_line *line)
{
    bool d = is_word(line, 1, "D");
    size_t at = d ? 2 : 1;
    if (at >= line->count) {
        if (d)
            malformed(line, "pragma D", "a directive");
        return;
    }
    if (!obey(line, at, d) && d)
        d_fail(line->compiler, "D_PRAGMA_INVAL", "invalid D pragma: %s", line->words[at].text);
}

void d_control_line(struct d_compiler *compiler, const char *text, size_t length,
                    struct d_place place, const char **file, uint32_t *number)
{
    struct control_line line = {.compiler = compiler, .file = file, .number = number};
    compiler->place = place;
    split(&line, text, text + length);
    if (line.count == 0)
        return;
    if (line.words[0].kind == WORD_INTEGER)
        obey_line(&line, 0);
    else if (is_word(&line, 0, "pragma"))
        obey_pragma(&line);
    else if (!obey(&line, 0, false))
        d_fail(compiler, "D_PRAGCTL_INVAL", "invalid control directive: #%s", line.words[0].text);
}

void d_pragmas_close(struct d_compiler *compiler)
{
    struct d_deferred_pragma *deferred = compiler->deferred_pragmas;
    compiler->deferred_pragmas = NULL;
    for (; deferred != NULL; deferred = deferred->next) {
        struct d_ident *ident = find_named(compiler, deferred->name);
        if (ident == NULL)
            d_fail_at(compiler, deferred->place, "D_PRAGMA_UNUSED",
                      "attributes were given to '%s', which is not defined", deferred->name);
        attach(ident, deferred->attributes);
    }
}
