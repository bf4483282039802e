/* The table of types: those that D has from the start (section 3.1 of the language), and those that a program or the
 * kernel adds.  Pointers, arrays and qualified types are made once each. */
#include "flight/d/types.h"

#include <string.h>

#include "flight/d/compiler.h"
#include "flight/d/kernel_facts.h"
#include "flight/d/library.h"

#define BUCKETS       512u /* a power of two */
#define STRSIZE       256u /* bytes: the option's default */
#define BITS_PER_BYTE 8u

struct named {
    struct named *next;
    const char *name;
    const struct d_type *type;
};

/* What is made from another type, by what it is made from. */
struct derived {
    struct derived *next;
    struct d_type type;
};

struct d_types {
    struct named *names[BUCKETS];
    struct derived *derived[BUCKETS];
    const struct d_type *intrinsic[D_INTRINSICS];
    struct d_type *string;
};

static void enter_as(struct d_compiler *compiler, struct d_types *types, const char *name,
                     const struct d_type *type)
{
    struct named *entry = d_take(compiler, sizeof *entry);
    struct named **bucket = &types->names[d_name_hash(name) & (BUCKETS - 1)];
    entry->name = name;
    entry->type = type;
    entry->next = *bucket;
    *bucket = entry;
}

struct d_type *d_type_new(struct d_compiler *compiler, enum d_type_kind kind, const char *name)
{
    struct d_type *type = d_take(compiler, sizeof *type);
    type->kind = kind;
    type->name = name;
    return type;
}

void d_type_enter(struct d_compiler *compiler, struct d_type *type)
{
    enter_as(compiler, compiler->types, type->name, type);
}

/* --- What D has from the start --- */

static const struct number_type {
    enum d_intrinsic which;
    enum d_type_kind kind;
    uint64_t size; /* bytes; LONG_SIZE: as wide as a pointer */
    bool is_signed;
    const char *names[4]; /* the first is the type's own */
} numbers[] = {
#define LONG_SIZE 0u
    {D_CHAR, D_TYPE_INTEGER, 1, true, {"char"}},
    {D_SCHAR, D_TYPE_INTEGER, 1, true, {"signed char"}},
    {D_UCHAR, D_TYPE_INTEGER, 1, false, {"unsigned char"}},
    {D_SHORT, D_TYPE_INTEGER, 2, true, {"short", "signed short", "short int"}},
    {D_USHORT, D_TYPE_INTEGER, 2, false, {"unsigned short", "unsigned short int"}},
    {D_INT, D_TYPE_INTEGER, 4, true, {"int", "signed", "signed int"}},
    {D_UINT, D_TYPE_INTEGER, 4, false, {"unsigned int", "unsigned"}},
    {D_LONG, D_TYPE_INTEGER, LONG_SIZE, true, {"long", "signed long", "long int"}},
    {D_ULONG, D_TYPE_INTEGER, LONG_SIZE, false, {"unsigned long", "unsigned long int"}},
    {D_LONGLONG, D_TYPE_INTEGER, 8, true, {"long long", "signed long long", "long long int"}},
    {D_ULONGLONG,
     D_TYPE_INTEGER,
     8,
     false,
     {"unsigned long long", "unsigned long long int", "long long unsigned int"}},
    {D_BOOL, D_TYPE_INTEGER, 1, false, {"_Bool"}},
    {D_FLOAT, D_TYPE_FLOAT, 4, true, {"float"}},
    {D_DOUBLE, D_TYPE_FLOAT, 8, true, {"double"}},
    {D_LONGDOUBLE, D_TYPE_FLOAT, 16, true, {"long double"}},
};

static void enter_number(struct d_compiler *compiler, struct d_types *types,
                         const struct number_type *number)
{
    uint64_t word = compiler->setup.model == D_MODEL_LP64 ? 8 : 4; /* bytes */
    struct d_type *type = d_type_new(compiler, number->kind, number->names[0]);
    type->size = number->size == LONG_SIZE ? word : number->size;
    type->bits = (uint32_t)type->size * BITS_PER_BYTE;
    type->is_signed = number->is_signed;
    types->intrinsic[number->which] = type;
    for (size_t i = 0; i < 4 && number->names[i] != NULL; i++)
        enter_as(compiler, types, number->names[i], type);
}

static const struct void_type {
    enum d_intrinsic which;
    enum d_special special;
    const char *name;
} voids[] = {
    {D_VOID, D_SPECIAL_NONE, "void"},           {D_STACK, D_SPECIAL_STACK, "stack"},
    {D_SYMADDR, D_SPECIAL_SYMADDR, "_symaddr"}, {D_USYMADDR, D_SPECIAL_USYMADDR, "_usymaddr"},
    {D_DYNAMIC, D_SPECIAL_DYNAMIC, "<DYN>"},
};

static void enter_void(struct d_compiler *compiler, struct d_types *types,
                       const struct void_type *from)
{
    struct d_type *type = d_type_new(compiler, D_TYPE_INTEGER, from->name);
    type->special = from->special;
    type->is_signed = true;
    types->intrinsic[from->which] = type;
    enter_as(compiler, types, from->name, type);
}

static const struct alias_type {
    const char *name;
    enum d_intrinsic lp64, ilp32;
    enum d_intrinsic which; /* D_INTRINSICS: none */
} aliases[] = {
    {"int8_t", D_CHAR, D_CHAR, D_INTRINSICS},
    {"int16_t", D_SHORT, D_SHORT, D_INTRINSICS},
    {"int32_t", D_INT, D_INT, D_INTRINSICS},
    {"int64_t", D_LONG, D_LONGLONG, D_INT64},
    {"intptr_t", D_LONG, D_INT, D_INTRINSICS},
    {"ssize_t", D_LONG, D_INT, D_INTRINSICS},
    {"ptrdiff_t", D_LONG, D_INT, D_PTRDIFF},
    {"uint8_t", D_UCHAR, D_UCHAR, D_INTRINSICS},
    {"uint16_t", D_USHORT, D_USHORT, D_INTRINSICS},
    {"uint32_t", D_UINT, D_UINT, D_INTRINSICS},
    {"uint64_t", D_ULONG, D_ULONGLONG, D_UINT64},
    {"uchar_t", D_UCHAR, D_UCHAR, D_INTRINSICS},
    {"ushort_t", D_USHORT, D_USHORT, D_INTRINSICS},
    {"uint_t", D_UINT, D_UINT, D_INTRINSICS},
    {"ulong_t", D_ULONG, D_ULONG, D_INTRINSICS},
    {"u_longlong_t", D_ULONGLONG, D_ULONGLONG, D_INTRINSICS},
    {"uintptr_t", D_ULONG, D_UINT, D_UINTPTR},
    {"size_t", D_ULONG, D_UINT, D_SIZE},
    {"id_t", D_INT, D_LONG, D_INTRINSICS},
    {"pid_t", D_INT, D_LONG, D_PID},
};

static void enter_alias(struct d_compiler *compiler, struct d_types *types,
                        const struct alias_type *from)
{
    struct d_type *type = d_type_new(compiler, D_TYPE_TYPEDEF, from->name);
    enum d_intrinsic to = compiler->setup.model == D_MODEL_LP64 ? from->lp64 : from->ilp32;
    type->target = types->intrinsic[to];
    if (from->which != D_INTRINSICS)
        types->intrinsic[from->which] = type;
    enter_as(compiler, types, from->name, type);
}

/* An array of its own kind: all strings are one type, however long the option strsize makes them. */
static void enter_string(struct d_compiler *compiler, struct d_types *types)
{
    types->string = d_type_new(compiler, D_TYPE_ARRAY, "string");
    types->string->special = D_SPECIAL_STRING;
    types->string->target = types->intrinsic[D_CHAR];
    types->string->size = 1;
    types->string->count = STRSIZE;
    types->intrinsic[D_STRING] = types->string;
    enter_as(compiler, types, "string", types->string);
}

struct d_types *d_types_open(struct d_compiler *compiler)
{
    struct d_types *types = d_take(compiler, sizeof *types);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        enter_number(compiler, types, &numbers[i]);
    for (size_t i = 0; i < sizeof voids / sizeof voids[0]; i++)
        enter_void(compiler, types, &voids[i]);
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        enter_alias(compiler, types, &aliases[i]);
    enter_string(compiler, types);
    struct d_type *function = d_type_new(compiler, D_TYPE_FUNCTION, NULL);
    function->target = types->intrinsic[D_INT];
    types->intrinsic[D_FUNCTION] = function;
    return types;
}

void d_types_set_strsize(struct d_compiler *compiler, uint64_t size)
{
    compiler->types->string->count = size;
}

const struct d_type *d_type_of(const struct d_compiler *compiler, enum d_intrinsic which)
{
    return compiler->types->intrinsic[which];
}

/* --- By name --- */

const struct d_type *d_type_find_own(struct d_compiler *compiler, const char *name)
{
    for (const struct named *entry = compiler->types->names[d_name_hash(name) & (BUCKETS - 1)];
         entry != NULL; entry = entry->next)
        if (strcmp(entry->name, name) == 0)
            return entry->type;
    return NULL;
}

static const struct d_type *find_in_kernel(struct d_compiler *compiler, const char *module,
                                           const char *name)
{
    const struct d_kernel *kernel = compiler->setup.kernel;
    if (kernel == NULL)
        return NULL;
    return kernel->find_type(kernel->context, compiler, module, name);
}

/* "mod`name", "struct mod`name".  C and D are the modules of what a program declares. */
static const struct d_type *find_scoped(struct d_compiler *compiler, const char *name,
                                        const char *backquote)
{
    const char *space = strrchr(name, ' ');
    const char *module = space != NULL && space < backquote ? space + 1 : name;
    const char *plain = d_format(compiler, "%.*s%s", (int)(module - name), name, backquote + 1);
    const char *owner = d_text(compiler, module, (size_t)(backquote - module));
    if (strcmp(owner, "C") == 0 || strcmp(owner, "D") == 0)
        return d_type_find_own(compiler, plain);
    return find_in_kernel(compiler, owner, plain);
}

const struct d_type *d_type_find(struct d_compiler *compiler, const char *name)
{
    const char *backquote = strrchr(name, '`');
    if (backquote != NULL)
        return find_scoped(compiler, name, backquote);
    const struct d_type *own = d_type_find_own(compiler, name);
    if (own == NULL)
        own = find_in_kernel(compiler, "", name);
    return own != NULL ? own : d_library_type(compiler, name);
}

/* --- Made from another --- */

static const struct d_type *derive(struct d_compiler *compiler, enum d_type_kind kind,
                                   const struct d_type *target, uint64_t count)
{
    size_t bucket = ((uintptr_t)target >> 4) & (BUCKETS - 1);
    struct derived **list = &compiler->types->derived[bucket];
    for (struct derived *at = *list; at != NULL; at = at->next)
        if (at->type.kind == kind && at->type.target == target && at->type.count == count)
            return &at->type;
    struct derived *made = d_take(compiler, sizeof *made);
    made->type.kind = kind;
    made->type.target = target;
    made->type.count = count;
    made->next = *list;
    *list = made;
    return &made->type;
}

const struct d_type *d_type_pointer_to(struct d_compiler *compiler, const struct d_type *target)
{
    struct d_type *type = (struct d_type *)derive(compiler, D_TYPE_POINTER, target, 0);
    type->size = compiler->setup.model == D_MODEL_LP64 ? 8 : 4;
    return type;
}

const struct d_type *d_type_array_of(struct d_compiler *compiler, const struct d_type *element,
                                     uint64_t count)
{
    return derive(compiler, D_TYPE_ARRAY, element, count);
}

const struct d_type *d_type_qualified(struct d_compiler *compiler, enum d_type_kind kind,
                                      const struct d_type *target)
{
    return derive(compiler, kind, target, 0);
}

const struct d_type *d_type_bitfield(struct d_compiler *compiler, const struct d_type *base,
                                     uint32_t bits)
{
    const struct d_type *integer = d_type_resolve(base);
    struct d_type *type = d_type_new(compiler, D_TYPE_INTEGER, integer->name);
    type->size = 1;
    while (type->size * BITS_PER_BYTE < bits)
        type->size *= 2;
    type->bits = bits;
    type->is_signed = integer->is_signed;
    return type;
}

/* --- Layout --- */

static uint64_t round_up(uint64_t offset, uint64_t alignment)
{
    return alignment > 1 ? (offset + alignment - 1) / alignment * alignment : offset;
}

static void place_in_struct(struct d_type *type)
{
    uint64_t end = 0; /* bytes: where the next member may begin */
    for (struct d_member *member = type->members; member != NULL; member = member->next) {
        uint64_t offset = round_up(end, d_type_alignment(member->type));
        uint64_t size = d_type_size(member->type);
        member->offset = offset * BITS_PER_BYTE;
        end =
            offset + (member->bits > 0 ? (member->bits + BITS_PER_BYTE - 1) / BITS_PER_BYTE : size);
        type->size = offset + size;
    }
    type->alignment = type->members != NULL ? d_type_alignment(type->members->type) : 1;
}

static void place_in_union(struct d_type *type)
{
    for (struct d_member *member = type->members; member != NULL; member = member->next) {
        uint64_t size = d_type_size(member->type);
        uint64_t alignment = d_type_alignment(member->type);
        member->offset = 0;
        if (size > type->size)
            type->size = size;
        if (alignment > type->alignment)
            type->alignment = alignment;
    }
}

/* Quirks of D's that differ from C's layout: a struct has no padding at its end, and the alignment of its first
 * member; bit-fields are not packed. */
void d_type_lay_out(struct d_type *type)
{
    if (type->kind == D_TYPE_STRUCT)
        place_in_struct(type);
    else
        place_in_union(type);
}
