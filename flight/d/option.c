/* Options of D: section 8 of the language, section 25 of the format. */
#include "flight/d/option.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "flight/d/ident.h"
#include "flight/d/lexer.h"
#include "flight/d/types.h"

static const char unknown[] = "Invalid option name";
static const char bad_value[] = "Invalid value for specified option";
static const char bad_context[] = "Option cannot be used from within a D program";

/* How the value of a run-time option is written. */
enum value_form {
    FORM_NUMBER,
    FORM_SIZE,
    FORM_RATE,
    FORM_POLICY,
    FORM_RESIZE
};

static const struct runtime_option {
    const char *name;
    enum dof_option_id id;
    enum value_form form;
} runtime_options[] = {
    {"aggrate", DOF_OPTION_AGGRATE, FORM_RATE},
    {"aggsize", DOF_OPTION_AGGSIZE, FORM_SIZE},
    {"agghist", DOF_OPTION_AGGHIST, FORM_NUMBER},
    {"aggpack", DOF_OPTION_AGGPACK, FORM_NUMBER},
    {"aggsortkey", DOF_OPTION_AGGSORTKEY, FORM_NUMBER},
    {"aggsortkeypos", DOF_OPTION_AGGSORTKEYPOS, FORM_NUMBER},
    {"aggsortpos", DOF_OPTION_AGGSORTPOS, FORM_NUMBER},
    {"aggsortrev", DOF_OPTION_AGGSORTREV, FORM_NUMBER},
    {"aggzoom", DOF_OPTION_AGGZOOM, FORM_NUMBER},
    {"bufpolicy", DOF_OPTION_BUFPOLICY, FORM_POLICY},
    {"bufresize", DOF_OPTION_BUFRESIZE, FORM_RESIZE},
    {"bufsize", DOF_OPTION_BUFSIZE, FORM_SIZE},
    {"cleanrate", DOF_OPTION_CLEANRATE, FORM_RATE},
    {"cpu", DOF_OPTION_CPU, FORM_NUMBER},
    {"destructive", DOF_OPTION_DESTRUCTIVE, FORM_NUMBER},
    {"dynvarsize", DOF_OPTION_DYNVARSIZE, FORM_SIZE},
    {"flowindent", DOF_OPTION_FLOWINDENT, FORM_NUMBER},
    {"grabanon", DOF_OPTION_GRABANON, FORM_NUMBER},
    {"jstackframes", DOF_OPTION_JSTACKFRAMES, FORM_NUMBER},
    {"jstackstrsize", DOF_OPTION_JSTACKSTRSIZE, FORM_SIZE},
    {"nspec", DOF_OPTION_NSPEC, FORM_NUMBER},
    {"quiet", DOF_OPTION_QUIET, FORM_NUMBER},
    {"rawbytes", DOF_OPTION_RAWBYTES, FORM_NUMBER},
    {"specsize", DOF_OPTION_SPECSIZE, FORM_SIZE},
    {"stackframes", DOF_OPTION_STACKFRAMES, FORM_NUMBER},
    {"stackindent", DOF_OPTION_STACKINDENT, FORM_NUMBER},
    {"statusrate", DOF_OPTION_STATUSRATE, FORM_RATE},
    {"strsize", DOF_OPTION_STRSIZE, FORM_SIZE},
    {"switchrate", DOF_OPTION_SWITCHRATE, FORM_RATE},
    {"temporal", DOF_OPTION_TEMPORAL, FORM_NUMBER},
    {"ustackframes", DOF_OPTION_USTACKFRAMES, FORM_NUMBER},
};

static bool one_of(const char *value, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcasecmp(value, words[i]) == 0)
            return true;
    return false;
}

bool d_number_parse(const char *text, uint64_t *number, const char **rest)
{
    if (!d_lex_is_digit(text[0]))
        return false;
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 0);
    *rest = end;
    return errno == 0 && end != text;
}

static bool flag_value(const char *value, int64_t *result)
{
    static const char *const yes[] = {"yes", "enable", "enabled", "true", "on", "set", NULL};
    static const char *const no[] = {"no", "disable", "disabled", "false", "off", "unset", NULL};
    uint64_t number;
    const char *rest;
    if (value == NULL)
        *result = 0;
    else if (value[0] == '\0' || one_of(value, no))
        *result = DOF_OPTION_UNSET;
    else if (one_of(value, yes))
        *result = 1;
    else if (d_number_parse(value, &number, &rest) && *rest == '\0' && number <= INT64_MAX)
        *result = (int64_t)number;
    else
        return false;
    return true;
}

/* The number 0 without a unit for no value. */
static bool number_and_unit(const char *value, uint64_t *number, const char **unit)
{
    *number = 0;
    *unit = "";
    return value == NULL || d_number_parse(value, number, unit);
}

static bool size_value(const char *value, int64_t *result)
{
    static const char letters[] = "kmgt";
    uint64_t number;
    const char *unit;
    if (!number_and_unit(value, &number, &unit))
        return false;
    unsigned shift = 0;
    if (*unit != '\0') {
        const char *letter = strchr(letters, *unit | 0x20);
        if (letter == NULL || unit[1] != '\0')
            return false;
        shift = 10 * (unsigned)(letter - letters + 1);
    }
    if (number > (uint64_t)INT64_MAX >> shift)
        return false;
    *result = (int64_t)(number << shift);
    return true;
}

static const struct rate_unit {
    const char *name;
    uint64_t ns; /* 0: it is a frequency */
} rate_units[] = {
    {"", 1},
    {"ns", 1},
    {"nsec", 1},
    {"us", 1000},
    {"usec", 1000},
    {"ms", 1000000},
    {"msec", 1000000},
    {"s", 1000000000},
    {"sec", 1000000000},
    {"m", UINT64_C(60000000000)},
    {"min", UINT64_C(60000000000)},
    {"h", UINT64_C(3600000000000)},
    {"hour", UINT64_C(3600000000000)},
    {"d", UINT64_C(86400000000000)},
    {"day", UINT64_C(86400000000000)},
    {"hz", 0},
};

static bool rate_value(const char *value, int64_t *result)
{
    uint64_t number;
    const char *unit;
    if (!number_and_unit(value, &number, &unit))
        return false;
    for (size_t i = 0; i < sizeof rate_units / sizeof rate_units[0]; i++) {
        if (strcasecmp(unit, rate_units[i].name) != 0)
            continue;
        uint64_t ns = rate_units[i].ns;
        if (ns == 0)
            number = number == 0 ? 0 : 1000000000 / number;
        else if (number > INT64_MAX / ns)
            return false;
        else
            number *= ns;
        *result = (int64_t)number;
        return number <= INT64_MAX;
    }
    return false;
}

static bool word_value(const char *value, const char *const *words, int64_t *result)
{
    for (int64_t i = 0; value != NULL && words[i] != NULL; i++)
        if (strcmp(value, words[i]) == 0) {
            *result = i;
            return true;
        }
    return false;
}

static bool runtime_value(enum value_form form, const char *value, int64_t *result)
{
    static const char *const policies[] = {"ring", "fill", "switch", NULL};
    static const char *const resizes[] = {"auto", "manual", NULL};
    switch (form) {
    case FORM_NUMBER:
        return flag_value(value, result);
    case FORM_SIZE:
        return size_value(value, result);
    case FORM_RATE:
        return rate_value(value, result);
    case FORM_POLICY:
        return word_value(value, policies, result);
    case FORM_RESIZE:
        return word_value(value, resizes, result);
    }
    return false;
}

/* A string, or strings. */
static bool is_kept_string(const struct d_ident *ident)
{
    const struct d_type *type = ident->type;
    while (ident->kept && type != NULL && !d_type_is_string(type) &&
           d_type_resolve(type)->kind == D_TYPE_ARRAY)
        type = d_type_resolve(type)->target;
    return ident->kept && type != NULL && d_type_is_string(type);
}

/* A variable has one size in all objects of a state, or the kernel refuses them. */
static bool any_string_is_kept(const struct d_idents *idents)
{
    const struct d_ident *ident = d_idents_first(idents);
    while (ident != NULL && !is_kept_string(ident))
        ident = ident->next;
    return ident != NULL;
}

static const char *set_strsize(struct d_compiler *compiler, int64_t size)
{
    if (size > UINT32_MAX)
        return bad_value;
    if (size == 0 || (uint64_t)size == d_type_size(d_type_of(compiler, D_STRING)))
        return NULL;
    if (any_string_is_kept(compiler->globals) || any_string_is_kept(compiler->threads))
        return "Strings of another program have another size";
    d_types_set_strsize(compiler, (uint64_t)size);
    return NULL;
}

/* The size of string is that of what is compiled from here on. */
static const char *set_runtime(struct d_compiler *compiler, const struct runtime_option *option,
                               const char *value)
{
    int64_t result;
    if (!runtime_value(option->form, value, &result))
        return bad_value;
    const char *why = option->id == DOF_OPTION_STRSIZE ? set_strsize(compiler, result) : NULL;
    if (why != NULL)
        return why;
    compiler->runtime_options[option->id] = result;
    return NULL;
}

typedef const char *set_function(struct d_compiler *compiler, const char *value, size_t which);

/* Flags of the compiler: set when they are named. */
static const char *set_flag(struct d_compiler *compiler, const char *value, size_t which)
{
    if (value != NULL)
        return bad_value;
    *(bool *)((char *)compiler + which) = true;
    return NULL;
}

enum {
    VALUE_ANY,
    VALUE_NEEDED,
    VALUE_NONE
};

/* What has no meaning here, and is taken so that programs written for others go on. */
static const char *set_nothing(struct d_compiler *compiler, const char *value, size_t which)
{
    (void)compiler;
    bool fits = which == VALUE_ANY || (value != NULL) == (which == VALUE_NEEDED);
    return fits ? NULL : bad_value;
}

static const char *set_count(struct d_compiler *compiler, const char *value, size_t which)
{
    uint64_t number;
    const char *rest;
    if (value == NULL || !d_number_parse(value, &number, &rest) || *rest != '\0' || number == 0)
        return bad_value;
    *(uint32_t *)(void *)((char *)compiler + which) = number > 8 ? 8 : (uint32_t)number;
    return NULL;
}

#define VERSION(major, minor, micro)                                                               \
    ((uint32_t)(major) << 24 | (uint32_t)(minor) << 12 | (uint32_t)(micro))

bool d_version_parse(const char *text, uint32_t *version)
{
    unsigned major, minor, micro = 0;
    int used = 0;
    if ((sscanf(text, "%3u.%4u%n", &major, &minor, &used) != 2 || text[used] != '\0') &&
        (sscanf(text, "%3u.%4u.%4u%n", &major, &minor, &micro, &used) != 3 || text[used] != '\0'))
        return false;
    *version = VERSION(major, minor, micro);
    return major < 0x100 && minor < 0x1000 && micro < 0x1000;
}

static const char *set_version(struct d_compiler *compiler, const char *value, size_t which)
{
    static const uint32_t known[] = {
        VERSION(1, 0, 0),  VERSION(1, 1, 0),  VERSION(1, 2, 0),  VERSION(1, 2, 1),
        VERSION(1, 2, 2),  VERSION(1, 3, 0),  VERSION(1, 4, 0),  VERSION(1, 4, 1),
        VERSION(1, 5, 0),  VERSION(1, 6, 0),  VERSION(1, 6, 1),  VERSION(1, 6, 2),
        VERSION(1, 6, 3),  VERSION(1, 7, 0),  VERSION(1, 7, 1),  VERSION(1, 8, 0),
        VERSION(1, 8, 1),  VERSION(1, 9, 0),  VERSION(1, 9, 1),  VERSION(1, 10, 0),
        VERSION(1, 11, 0), VERSION(1, 12, 0), VERSION(1, 12, 1), VERSION(1, 13, 0),
        VERSION(1, 14, 0)};
    (void)which;
    uint32_t version;
    if (value == NULL)
        return bad_value;
    if (!d_version_parse(value, &version))
        return "Version is not properly formatted or is too large";
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i] == version) {
            if (compiler->options.version < version)
                return "Cannot set a higher version than is in effect";
            compiler->options.version = version;
            return NULL;
        }
    return "Requested version is not supported by compiler";
}

static const char *set_amin(struct d_compiler *compiler, const char *value, size_t which)
{
    (void)which;
    return value != NULL && d_stability_parse(value, strlen(value), compiler->options.amin)
               ? NULL
               : bad_value;
}

static const char *add_word(struct d_compiler *compiler, const char *letter, const char *value)
{
    struct d_preprocessor *cpp = &compiler->preprocessor;
    const char **words = d_take(compiler, (cpp->count + 1) * sizeof *words);
    if (cpp->count > 0)
        memcpy(words, cpp->words, cpp->count * sizeof *words);
    words[cpp->count++] = d_format(compiler, "%s%s", letter, value);
    cpp->words = words;
    return NULL;
}

static const char *set_preprocessor(struct d_compiler *compiler, const char *value, size_t which)
{
    static const char *const letters[] = {"-D", "-U", "-I"};
    if (value == NULL)
        return bad_value;
    if (which < 3)
        return add_word(compiler, letters[which], value);
    if (which == 3) {
        compiler->preprocessor.path = d_text(compiler, value, strlen(value));
        return NULL;
    }
    /* stdc: what the system's preprocessor takes as standard is not to be chosen */
    return strlen(value) == 1 && strchr("acst", value[0]) != NULL ? NULL : bad_value;
}

static const char *set_word(struct d_compiler *compiler, const char *value, size_t which)
{
    static const char *const words[][5] = {
        {"kernel", "primary", "dynamic", "static", NULL},
        {"dynamic", "static", NULL},
        {"exec", "preinit", "postinit", "main", NULL},
        {"ascii", "utf8", NULL},
    };
    int64_t ignored;
    (void)compiler;
    return word_value(value, words[which], &ignored) ? NULL : bad_value;
}

/* The one word that may be in any case. */
static const char *set_linktype(struct d_compiler *compiler, const char *value, size_t which)
{
    static const char *const types[] = {"elf", "dof", NULL};
    (void)compiler, (void)which;
    return value != NULL && one_of(value, types) ? NULL : bad_value;
}

#define KEPT(member) offsetof(struct d_compiler, member)

static const struct compile_option {
    const char *name;
    set_function *set;
    size_t which; /* to what the function says, or where in the compiler it is kept */
    bool command_only;
} compile_options[] = {
    {"zdefs", set_flag, KEPT(options.zdefs), false},
    {"errtags", set_nothing, VALUE_NONE, false},
    {"pspec", set_flag, KEPT(options.pspec), false},
    {"defaultargs", set_flag, KEPT(options.defaultargs), false},
    {"argref", set_flag, KEPT(options.argref), false},
    {"empty", set_flag, KEPT(options.empty), false},
    {"knodefs", set_nothing, VALUE_NONE, false},
    {"cpp", set_flag, KEPT(preprocessor.wanted), false},
    {"cpphdrs", set_flag, KEPT(preprocessor.headers), true},
    {"define", set_preprocessor, 0, true},
    {"undef", set_preprocessor, 1, true},
    {"incdir", set_preprocessor, 2, true},
    {"cpppath", set_preprocessor, 3, true},
    {"stdc", set_preprocessor, 4, true},
    {"version", set_version, 0, false},
    {"amin", set_amin, 0, false},
    {"iregs", set_count, KEPT(options.registers), false},
    {"tregs", set_count, KEPT(options.tuple_registers), false},
    {"linkmode", set_word, 0, false},
    {"linktype", set_linktype, 0, false},
    {"late", set_word, 1, false},
    {"evaltime", set_word, 2, false},
    {"encoding", set_word, 3, false},
    {"aggpercpu", set_nothing, VALUE_ANY, false},
    {"core", set_nothing, VALUE_ANY, false},
    {"ctypes", set_nothing, VALUE_NEEDED, false},
    {"debug", set_nothing, VALUE_ANY, false},
    {"droptags", set_nothing, VALUE_ANY, false},
    {"dtypes", set_nothing, VALUE_NEEDED, false},
    {"kdefs", set_nothing, VALUE_ANY, false},
    {"lazyload", set_nothing, VALUE_ANY, false},
    {"ldpath", set_nothing, VALUE_NEEDED, true},
    {"libdir", set_nothing, VALUE_NEEDED, true},
    {"nolibs", set_flag, KEPT(options.nolibs), false},
    {"pgmax", set_nothing, VALUE_NEEDED, false},
    {"setenv", set_nothing, VALUE_NEEDED, true},
    {"strip", set_nothing, VALUE_ANY, false},
    {"syslibdir", set_nothing, VALUE_NEEDED, true},
    {"tree", set_nothing, VALUE_NEEDED, false},
    {"udefs", set_nothing, VALUE_ANY, false},
    {"unodefs", set_nothing, VALUE_ANY, false},
    {"unsetenv", set_nothing, VALUE_NEEDED, true},
    {"verbose", set_nothing, VALUE_ANY, false},
};

const char *d_option_set(struct d_compiler *compiler, const char *name, const char *value,
                         enum d_option_context context)
{
    for (size_t i = 0; i < sizeof compile_options / sizeof compile_options[0]; i++) {
        const struct compile_option *option = &compile_options[i];
        if (strcmp(option->name, name) == 0)
            return option->command_only && context == D_OPTION_PRAGMA
                       ? bad_context
                       : option->set(compiler, value, option->which);
    }
    for (size_t i = 0; i < sizeof runtime_options / sizeof runtime_options[0]; i++)
        if (strcmp(runtime_options[i].name, name) == 0)
            return set_runtime(compiler, &runtime_options[i], value);
    return unknown;
}
