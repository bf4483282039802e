/* Probe descriptions: provider:module:function:name, filled from the right, empty for any (section 1.9 of the language;
 * "Probe descriptions" of the format for what they match). */
#include <string.h>

#include "flight/d/lexer.h"
#include "flight/d/macro.h"
#include "flight/d/node.h"

#define FIELDS 4u

static const struct field {
    const char *what;
    size_t most; /* bytes */
} fields[FIELDS] = {{"provider", 63}, {"module", 63}, {"function", 127}, {"name", 63}};

static noreturn void refuse(struct d_compiler *compiler, struct d_place place, const char *why,
                            const char *text)
{
    d_fail_at(compiler, place, "D_PDESC_INVAL", "invalid probe description \"%s\": %s", text, why);
}

/* How many fields a description may have, and which is the rightmost: by the letter of the command line. */
static size_t field_count(const struct d_compiler *compiler)
{
    switch (compiler->source->kind) {
    case D_SOURCE_PROVIDER:
        return 1;
    case D_SOURCE_MODULE:
        return 2;
    case D_SOURCE_FUNCTION:
        return 3;
    case D_SOURCE_FILE:
    case D_SOURCE_NAME:
        break;
    }
    return FIELDS;
}

/* How much behind a $ names a macro: digits, or all the rest of the field. */
static size_t macro_length(const char *name, const char *end)
{
    if (name < end && d_lex_is_digit(*name))
        return d_macro_length(name, end);
    return (size_t)(end - name);
}

/* What stands before the $, the macro's value, what stands behind it. */
static const char *replace_macro(struct d_compiler *compiler, struct d_place place,
                                 const char *field, const char *dollar)
{
    const char *name = dollar + (dollar[1] == '$' ? 2 : 1);
    size_t length = macro_length(name, name + strlen(name));
    const char *value = length > 0 ? d_macro_text(compiler, name, length) : NULL;
    if (value == NULL)
        refuse(compiler, place, "Undefined macro variable in probe description", field);
    return d_format(compiler, "%.*s%s%s", (int)(dollar - field), field, value, name + length);
}

static const char *field_text(struct d_compiler *compiler, struct d_place place, const char *from,
                              const char *end, const struct field *field)
{
    const char *text = d_text(compiler, from, (size_t)(end - from));
    const char *dollar = strchr(text, '$');
    if (dollar != NULL)
        text = replace_macro(compiler, place, text, dollar);
    if (strlen(text) > field->most)
        refuse(compiler, place, d_format(compiler, "%s is too long", field->what), text);
    return text;
}

/* Where the last field of what ends at `end` begins. */
static const char *field_start(const char *text, const char *end)
{
    while (end > text && end[-1] != ':')
        end--;
    return end;
}

struct d_probe_description *d_probe_description(struct d_compiler *compiler, struct d_place place,
                                                const char *text)
{
    struct d_probe_description *probe = d_take(compiler, sizeof *probe);
    const char *parts[FIELDS] = {"", "", "", ""};
    const char *end = text + strlen(text);
    size_t left = field_count(compiler);
    bool more = true;
    while (more && left > 0) {
        const char *start = field_start(text, end);
        left--;
        parts[left] = field_text(compiler, place, start, end, &fields[left]);
        more = start > text;
        end = more ? start - 1 : text;
    }
    if (more && end > text) /* one more colon, with nothing before it, does no harm */
        refuse(compiler, place, "Overspecified probe description", text);
    probe->name = (struct d_probe_name){parts[0], parts[1], parts[2], parts[3]};
    probe->place = place;
    return probe;
}

/* Objects have no numbers of probes: what is meant are all probes of the same names. */
struct d_probe_description *d_probe_numbered(struct d_compiler *compiler, struct d_place place,
                                             uint64_t number)
{
    const struct d_kernel *kernel = compiler->setup.kernel;
    struct d_probe_description *probe = d_take(compiler, sizeof *probe);
    if (field_count(compiler) < FIELDS)
        d_fail_at(compiler, place, "D_PDESC_INVAL",
                  "the number of a probe, %llu, stands in the place of a %s",
                  (unsigned long long)number, fields[field_count(compiler) - 1].what);
    if (kernel == NULL)
        d_fail_at(compiler, place, "D_PDESC_INVAL",
                  "which probe has the number %llu is not known without a kernel",
                  (unsigned long long)number);
    if (!kernel->find_probe(kernel->context, number, &probe->name))
        d_fail_at(compiler, place, "D_PDESC_INVAL", "there is no probe with the number %llu",
                  (unsigned long long)number);
    probe->place = place;
    return probe;
}

void d_probe_check(struct d_compiler *compiler, struct d_probe_description *probe)
{
    const struct d_kernel *kernel = compiler->setup.kernel;
    const struct d_probe_name *name = &probe->name;
    if (probe->checked)
        return;
    probe->checked = true;
    if (kernel == NULL || compiler->options.zdefs ||
        kernel->count_probes(kernel->context, name) > 0)
        return;
    const char *text =
        d_format(compiler, "%s:%s:%s:%s", name->provider, name->module, name->function, name->name);
    if (compiler->setup.strict)
        d_fail_at(compiler, probe->place, "D_PDESC_ZERO",
                  "probe description %s does not match any probes", text);
    d_warn_at(compiler, probe->place, "D_PDESC_ZERO",
              "probe description %s does not match any probes", text);
}
