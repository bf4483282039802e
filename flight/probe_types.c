/* The types of a probe's arguments.
 *
 * Those of functions are what their source declares, at the words of the stack where the i386 ABI has them (System V
 * ABI, Intel386 supplement, 4th edition, section 3.9): a parameter takes as many words of 32 bits as it needs, and a
 * function that returns a struct has its address before them. */
#include "flight/probe_types.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "flight/d/compiler.h"
#include "flight/d/types.h"
#include "flight/debug_types.h"

enum {
    WORD = 4, /* bytes */
};

/* A function in the debug information. */
struct function {
    const struct debug_index *debug;
    struct d_compiler *compiler;
    Dwarf_Die code;     /* as it was compiled */
    Dwarf_Die declared; /* as it stands in the source: the same, unless it was inlined elsewhere */
};

static bool find_function(struct function *function, const struct debug_index *debug,
                          struct d_compiler *compiler, const struct probe *probe)
{
    Dwarf_Attribute attribute;
    *function = (struct function){.debug = debug, .compiler = compiler};
    if (debug == NULL ||
        !debug_index_function(debug, probe->function, probe->address, &function->code))
        return false;
    function->declared = function->code;
    if (dwarf_attr(&function->code, DW_AT_abstract_origin, &attribute) != NULL)
        (void)dwarf_formref_die(&attribute, &function->declared);
    return true;
}

static const struct d_type *result_of(struct function *function)
{
    return debug_types_of(function->debug, function->compiler, &function->declared);
}

/* --- Parameters --- */

static bool is_register(const Dwarf_Op *operation)
{
    return (operation->atom >= DW_OP_reg0 && operation->atom <= DW_OP_reg31) ||
           operation->atom == DW_OP_regx;
}

/* Whether a parameter is in a register when the function begins. */
static bool is_passed_in_register(Dwarf_Die *parameter, Dwarf_Addr start)
{
    Dwarf_Attribute attribute;
    Dwarf_Op *operations;
    size_t length;
    return dwarf_attr(parameter, DW_AT_location, &attribute) != NULL &&
           dwarf_getlocation_addr(&attribute, start, &operations, &length, 1) == 1 && length == 1 &&
           is_register(operations);
}

/* The compiler may call functions of one file in its own way; then the words of the stack say nothing. */
static bool keeps_the_abi(struct function *function)
{
    Dwarf_Addr start;
    Dwarf_Die child;
    if (dwarf_lowpc(&function->code, &start) != 0 || dwarf_child(&function->code, &child) != 0)
        return true;
    do
        if (dwarf_tag(&child) == DW_TAG_formal_parameter && is_passed_in_register(&child, start))
            return false;
    while (dwarf_siblingof(&child, &child) == 0);
    return true;
}

static uint32_t words_of(const struct d_type *type)
{
    uint64_t size = d_type_size(type);
    return size > WORD ? (uint32_t)((size + WORD - 1) / WORD) : 1;
}

/* Parameter `index` as declared, at its first word. */
static struct d_argument parameter_of(struct function *function, size_t index)
{
    struct d_argument argument = {0};
    uint32_t word = d_type_is_struct(result_of(function)) ? 1 : 0;
    Dwarf_Die child;
    if (dwarf_child(&function->declared, &child) != 0)
        return argument;
    do {
        if (dwarf_tag(&child) != DW_TAG_formal_parameter)
            continue;
        const struct d_type *type = debug_types_of(function->debug, function->compiler, &child);
        if (argument.count++ == index) {
            argument.type = d_type_is_scalar(type) ? type : NULL;
            argument.index = word;
            argument.halves = argument.type != NULL && words_of(type) == 2;
        }
        word += words_of(type);
    } while (dwarf_siblingof(&child, &child) == 0);
    return argument;
}

/* --- Providers --- */

static struct d_argument plain(const struct d_type *type, size_t count, size_t index)
{
    return (struct d_argument){
        .type = index < count ? type : NULL, .count = count, .index = (uint32_t)index};
}

static struct d_argument of_framework(struct d_compiler *compiler, const struct probe *probe,
                                      size_t index)
{
    static const enum d_intrinsic types[] = {D_INT64, D_UINT, D_INT, D_INT, D_INT, D_UINT64};
    if (strcmp(probe->field[3], "ERROR") != 0)
        return plain(NULL, 0, index);
    return plain(index < 6 ? d_type_of(compiler, types[index]) : NULL, 6, index);
}

static struct d_argument of_entry(struct function *function, size_t index)
{
    struct d_argument argument = parameter_of(function, index);
    if (!keeps_the_abi(function))
        argument.type = NULL;
    return argument;
}

/* Where it returns, and then what, if anything: EAX, and EDX above it; of a struct its address. */
static struct d_argument of_return(struct function *function, size_t index)
{
    const struct d_type *result = result_of(function);
    size_t count = d_type_is_void(result) ? 1 : 2;
    if (index == 0)
        result = d_type_of(function->compiler, D_INT);
    struct d_argument argument = plain(result, count, index);
    argument.halves = argument.type != NULL && d_type_is_scalar(result) && words_of(result) == 2;
    return argument;
}

/* One word each, however wide; what the letters call 1 is no parameter of the function. */
static struct d_argument of_call_entry(struct function *function, const struct probe *probe,
                                       size_t index)
{
    const char *letters = probe->arguments;
    size_t count = strlen(letters), parameter = 0;
    if (index >= count)
        return plain(NULL, count, index);
    for (size_t i = 0; i < index; i++)
        parameter += letters[i] != '1';
    return plain(letters[index] == '1' ? d_type_of(function->compiler, D_INT)
                                       : parameter_of(function, parameter).type,
                 count, index);
}

static struct d_argument of_call_return(struct function *function, size_t index)
{
    const struct d_type *result = result_of(function);
    return plain(d_type_is_void(result) ? d_type_of(function->compiler, D_INT) : result, 2, index);
}

static struct d_argument of_function(const struct debug_index *debug, struct d_compiler *compiler,
                                     const struct probe *probe, size_t index)
{
    struct function function;
    if (!find_function(&function, debug, compiler, probe))
        return plain(NULL, index + 1, index);
    switch (probe->kind) {
    case PROBE_ENTRY:
        return of_entry(&function, index);
    case PROBE_RETURN:
        return of_return(&function, index);
    case PROBE_CALL_ENTRY:
        return of_call_entry(&function, probe, index);
    case PROBE_CALL_RETURN:
        return of_call_return(&function, index);
    case PROBE_FRAMEWORK:
    case PROBE_STATIC:
    case PROBE_CLOCK:
        break;
    }
    return plain(NULL, 0, index);
}

/* --- Static probes: text --- */

/* "char *" and so on: a name, and stars behind it. */
static const struct d_type *type_named(struct d_compiler *compiler, const char *text, size_t length)
{
    size_t name = length;
    while (name > 0 && (text[name - 1] == '*' || text[name - 1] == ' '))
        name--;
    const struct d_type *type = d_type_find(compiler, d_text(compiler, text, name));
    for (size_t i = name; type != NULL && i < length; i++)
        if (text[i] == '*')
            type = d_type_pointer_to(compiler, type);
    return type;
}

/* The item of a list with commas between its items, up to `end`; NULL: it has fewer.  *count: how many it has. */
static const char *item_of(const char *list, const char *end, size_t index, size_t *count)
{
    const char *found = NULL;
    *count = 0;
    for (const char *at = list; at < end; at += strspn(at, ", ")) {
        if ((*count)++ == index)
            found = at;
        at += strcspn(at, ",:");
        if (*at == ':')
            break;
    }
    return found;
}

static const struct d_type *type_at(struct d_compiler *compiler, const char *item)
{
    return item != NULL ? type_named(compiler, item, strcspn(item, ",:=")) : NULL;
}

static struct d_argument native(struct d_compiler *compiler, const char *types, size_t index)
{
    size_t count;
    const char *item = item_of(types, types + strlen(types), index, &count);
    return plain(type_at(compiler, item), count, index);
}

/* "TYPE = NUMBER": what is shown, and of which native argument it is made. */
static struct d_argument translated(struct d_compiler *compiler, const char *types,
                                    const char *list, size_t index)
{
    size_t count;
    const char *item = item_of(list, list + strlen(list), index, &count);
    if (item == NULL)
        return plain(NULL, count, index);
    const char *number = strchr(item, '=');
    struct d_argument argument =
        native(compiler, types, number != NULL ? strtoul(number + 1, NULL, 10) : index);
    argument.translated = type_at(compiler, item);
    argument.count = count;
    return argument;
}

static struct d_argument of_site(struct d_compiler *compiler, const struct probe *probe,
                                 size_t index)
{
    const char *types = probe->arguments, *colon = strchr(types, ':');
    if (colon == NULL)
        return native(compiler, types, index);
    return translated(compiler, types, colon + 1 + strspn(colon + 1, " "), index);
}

struct d_argument probe_types_argument(const struct debug_index *debug, struct d_compiler *compiler,
                                       const struct probe *probe, size_t index)
{
    switch (probe->kind) {
    case PROBE_FRAMEWORK:
        return of_framework(compiler, probe, index);
    case PROBE_STATIC:
        return of_site(compiler, probe, index);
    case PROBE_CLOCK:
        return plain(d_type_of(compiler, D_UINTPTR), 2, index);
    case PROBE_ENTRY:
    case PROBE_RETURN:
    case PROBE_CALL_ENTRY:
    case PROBE_CALL_RETURN:
        break;
    }
    return of_function(debug, compiler, probe, index);
}
