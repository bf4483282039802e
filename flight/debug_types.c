/* Types of the kernel for the D compiler.
 *
 * Each file of the kernel describes the types of the headers that it includes once more.  Two descriptions are one
 * type if kind, name and the line that declares it are the same, so two files' own `struct cursor` stay two. */
#include "flight/debug_types.h"

#include <dwarf.h>
#include <string.h>

#include "flight/d/compiler.h"

enum {
    BUCKETS = 1024, /* a power of two */
    BITS_PER_BYTE = 8,
};

/* A type that was made, found by its place in the debug information and by what it is called. */
struct made {
    struct made *next;
    Dwarf_Off offset; /* where `key` is NULL */
    const char *key;
    const struct d_type *type;
};

struct d_kernel_memory {
    struct made *made[BUCKETS];
};

struct making {
    const struct debug_index *index;
    struct d_compiler *compiler;
};

static const struct d_type *make(const struct making *making, Dwarf_Die *die);

/* --- What has been made --- */

static struct made **bucket_of(const struct making *making, Dwarf_Off offset, const char *key)
{
    struct d_compiler *compiler = making->compiler;
    uint64_t hash = offset * 0x9e3779b97f4a7c15u >> 32;
    for (; key != NULL && *key != '\0'; key++)
        hash = hash * 31 + (unsigned char)*key;
    if (compiler->kernel_memory == NULL)
        compiler->kernel_memory = d_take(compiler, sizeof *compiler->kernel_memory);
    return &compiler->kernel_memory->made[hash & (BUCKETS - 1)];
}

static const struct d_type *known(const struct making *making, Dwarf_Off offset, const char *key)
{
    for (const struct made *at = *bucket_of(making, offset, key); at != NULL; at = at->next)
        if (key == NULL ? at->key == NULL && at->offset == offset
                        : at->key != NULL && strcmp(at->key, key) == 0)
            return at->type;
    return NULL;
}

static void remember(const struct making *making, Dwarf_Off offset, const char *key,
                     const struct d_type *type)
{
    struct made **bucket = bucket_of(making, offset, key);
    struct made *made = d_take(making->compiler, sizeof *made);
    *made = (struct made){*bucket, offset, key, type};
    *bucket = made;
}

/* --- Reading an entry --- */

static uint64_t number_of(Dwarf_Die *die, unsigned name, uint64_t otherwise)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value;
    return dwarf_attr_integrate(die, name, &attribute) != NULL &&
                   dwarf_formudata(&attribute, &value) == 0
               ? value
               : otherwise;
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
    Dwarf_Attribute attribute;
    return dwarf_attr_integrate(die, DW_AT_type, &attribute) != NULL &&
           dwarf_formref_die(&attribute, type) != NULL;
}

static const struct d_type *target_of(const struct making *making, Dwarf_Die *die)
{
    Dwarf_Die target;
    return type_of(die, &target) ? make(making, &target) : d_type_of(making->compiler, D_VOID);
}

static const char *word_of(unsigned tag)
{
    switch (tag) {
    case DW_TAG_structure_type:
        return "struct ";
    case DW_TAG_union_type:
        return "union ";
    case DW_TAG_enumeration_type:
        return "enum ";
    }
    return "";
}

/* "struct thread"; NULL: it has no name. */
static const char *name_of(const struct making *making, Dwarf_Die *die)
{
    const char *name = dwarf_diename(die);
    return name == NULL
               ? NULL
               : d_format(making->compiler, "%s%s", word_of((unsigned)dwarf_tag(die)), name);
}

/* --- Kinds --- */

/* A base type is D's of the same name, size and sign. */
static const struct d_type *make_base(const struct making *making, Dwarf_Die *die)
{
    static const char *const names[][2] = {
        {"short int", "short"},         {"short unsigned int", "unsigned short"},
        {"long int", "long"},           {"long unsigned int", "unsigned long"},
        {"long long int", "long long"}, {"long long unsigned int", "unsigned long long"}};
    const char *name = dwarf_diename(die);
    for (size_t i = 0; name != NULL && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i][0]) == 0)
            name = names[i][1];
    const struct d_type *own = name != NULL ? d_type_find_own(making->compiler, name) : NULL;
    return own != NULL && d_type_size(own) == number_of(die, DW_AT_byte_size, 0)
               ? own
               : d_type_of(making->compiler, D_VOID);
}

/* D's own one of the name if it has one: uint32_t of a header and of D are the same. */
static const struct d_type *make_typedef(const struct making *making, Dwarf_Die *die)
{
    const char *name = name_of(making, die);
    const struct d_type *target = target_of(making, die);
    const struct d_type *own = d_type_find_own(making->compiler, name);
    if (own != NULL && d_type_size(own) == d_type_size(target))
        return own;
    struct d_type *type = d_type_new(making->compiler, D_TYPE_TYPEDEF, name);
    type->target = target;
    return type;
}

static const struct d_type *make_array(const struct making *making, Dwarf_Die *die)
{
    uint64_t counts[8];
    size_t dimensions = 0;
    Dwarf_Die range;
    for (int more = dwarf_child(die, &range); more == 0 && dimensions < 8;
         more = dwarf_siblingof(&range, &range))
        if (dwarf_tag(&range) == DW_TAG_subrange_type)
            counts[dimensions++] = number_of(&range, DW_AT_count,
                                             number_of(&range, DW_AT_upper_bound, UINT64_MAX) + 1);
    const struct d_type *type = target_of(making, die);
    while (dimensions > 0)
        type = d_type_array_of(making->compiler, type, counts[--dimensions]);
    return type;
}

static const struct d_type *make_function(const struct making *making, Dwarf_Die *die)
{
    struct d_type *type = d_type_new(making->compiler, D_TYPE_FUNCTION, NULL);
    remember(making, dwarf_dieoffset(die), NULL, type);
    type->target = target_of(making, die);
    return type;
}

/* --- Structs and unions --- */

static uint64_t offset_of(Dwarf_Die *die)
{
    return number_of(die, DW_AT_data_bit_offset,
                     number_of(die, DW_AT_data_member_location, 0) * BITS_PER_BYTE);
}

static struct d_member **add_member(const struct making *making, struct d_member **end,
                                    const struct d_member *from, uint64_t offset)
{
    struct d_member *member = d_take(making->compiler, sizeof *member);
    *member = *from;
    member->offset += offset;
    member->next = NULL;
    *end = member;
    return &member->next;
}

/* What stands in a struct without a name belongs to the one around it. */
static struct d_member **add_unnamed(const struct making *making, struct d_member **end,
                                     const struct d_type *type, uint64_t offset)
{
    for (const struct d_member *at = d_type_resolve(type)->members; at != NULL; at = at->next)
        end = add_member(making, end, at, offset);
    return end;
}

static struct d_member **make_member(const struct making *making, struct d_member **end,
                                     Dwarf_Die *die)
{
    const char *name = dwarf_diename(die);
    const struct d_type *type = target_of(making, die);
    if (name == NULL)
        return add_unnamed(making, end, type, offset_of(die));
    struct d_member member = {
        .name = name, .type = type, .bits = (uint32_t)number_of(die, DW_AT_bit_size, 0)};
    if (member.bits > 0)
        member.type = d_type_bitfield(making->compiler, type, member.bits);
    return add_member(making, end, &member, offset_of(die));
}

static void fill_struct(const struct making *making, struct d_type *type, Dwarf_Die *die)
{
    struct d_member **end = &type->members;
    Dwarf_Die member;
    for (int more = dwarf_child(die, &member); more == 0; more = dwarf_siblingof(&member, &member))
        if (dwarf_tag(&member) == DW_TAG_member)
            end = make_member(making, end, &member);
}

static void fill_enum(const struct making *making, struct d_type *type, Dwarf_Die *die)
{
    struct d_enumerator **end = &type->enumerators;
    Dwarf_Die one;
    type->bits = (uint32_t)type->size * BITS_PER_BYTE;
    for (int more = dwarf_child(die, &one); more == 0; more = dwarf_siblingof(&one, &one)) {
        Dwarf_Attribute attribute;
        Dwarf_Sword value = 0;
        if (dwarf_attr(&one, DW_AT_const_value, &attribute) != NULL)
            (void)dwarf_formsdata(&attribute, &value);
        struct d_enumerator *enumerator = d_take(making->compiler, sizeof *enumerator);
        *enumerator = (struct d_enumerator){NULL, dwarf_diename(&one), (int32_t)value};
        *end = enumerator;
        end = &enumerator->next;
    }
}

static enum d_type_kind kind_of(unsigned tag)
{
    return tag == DW_TAG_structure_type ? D_TYPE_STRUCT
           : tag == DW_TAG_union_type   ? D_TYPE_UNION
                                        : D_TYPE_ENUM;
}

/* A tag whose body is in another file. */
static const struct d_type *make_declared(const struct making *making, Dwarf_Die *die)
{
    Dwarf_Die body;
    const char *name = dwarf_diename(die);
    if (name != NULL && debug_index_type(making->index, (unsigned)dwarf_tag(die), name, &body))
        return make(making, &body);
    return d_type_new(making->compiler, D_TYPE_FORWARD, name_of(making, die));
}

/* What is in it may point back to it, so it is known before it is filled. */
static const struct d_type *make_tag(const struct making *making, Dwarf_Die *die)
{
    unsigned tag = (unsigned)dwarf_tag(die);
    if (dwarf_hasattr(die, DW_AT_declaration))
        return make_declared(making, die);
    const char *name = name_of(making, die), *file = dwarf_decl_file(die);
    const char *key =
        d_format(making->compiler, "%s %s:%u:%u", name != NULL ? name : word_of(tag),
                 file != NULL ? file : "", (unsigned)number_of(die, DW_AT_decl_line, 0),
                 (unsigned)number_of(die, DW_AT_decl_column, 0));
    const struct d_type *same = known(making, 0, key);
    if (same != NULL)
        return same;
    struct d_type *type = d_type_new(making->compiler, kind_of(tag), name);
    type->size = number_of(die, DW_AT_byte_size, 0);
    type->from_kernel = true;
    remember(making, 0, key, type);
    if (tag == DW_TAG_enumeration_type)
        fill_enum(making, type, die);
    else
        fill_struct(making, type, die);
    return type;
}

static const struct d_type *make_new(const struct making *making, Dwarf_Die *die)
{
    struct d_compiler *compiler = making->compiler;
    switch (dwarf_tag(die)) {
    case DW_TAG_base_type:
        return make_base(making, die);
    case DW_TAG_typedef:
        return make_typedef(making, die);
    case DW_TAG_pointer_type:
        return d_type_pointer_to(compiler, target_of(making, die));
    case DW_TAG_array_type:
        return make_array(making, die);
    case DW_TAG_subroutine_type:
    case DW_TAG_subprogram:
        return make_function(making, die);
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
        return make_tag(making, die);
    case DW_TAG_const_type:
        return d_type_qualified(compiler, D_TYPE_CONST, target_of(making, die));
    case DW_TAG_volatile_type:
        return d_type_qualified(compiler, D_TYPE_VOLATILE, target_of(making, die));
    case DW_TAG_restrict_type:
        return d_type_qualified(compiler, D_TYPE_RESTRICT, target_of(making, die));
    }
    return target_of(making, die); /* of DW_TAG_atomic_type and its like: what they qualify */
}

static const struct d_type *make(const struct making *making, Dwarf_Die *die)
{
    Dwarf_Off offset = dwarf_dieoffset(die);
    const struct d_type *type = known(making, offset, NULL);
    if (type == NULL) {
        type = make_new(making, die);
        remember(making, offset, NULL, type);
    }
    return type;
}

/* --- By name --- */

const struct d_type *debug_types_find(const struct debug_index *index, struct d_compiler *compiler,
                                      const char *name)
{
    static const unsigned tags[] = {DW_TAG_structure_type, DW_TAG_union_type,
                                    DW_TAG_enumeration_type, DW_TAG_typedef};
    const struct making making = {index, compiler};
    Dwarf_Die die;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        const char *word = word_of(tags[i]);
        if (strncmp(name, word, strlen(word)) == 0)
            return debug_index_type(index, tags[i], name + strlen(word), &die) ? make(&making, &die)
                                                                               : NULL;
    }
    return NULL;
}

const struct d_type *debug_types_of(const struct debug_index *index, struct d_compiler *compiler,
                                    Dwarf_Die *die)
{
    const struct making making = {index, compiler};
    return target_of(&making, die);
}

const struct d_type *debug_types_function(const struct debug_index *index,
                                          struct d_compiler *compiler, Dwarf_Die *die)
{
    const struct making making = {index, compiler};
    return make(&making, die);
}
