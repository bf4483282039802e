/* Types of D: C's, and string.  They are made once and compared by pointer after d_type_resolve(), save for
 * pointers, arrays and functions, which d_types_compatible() compares by what they are made of. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct d_compiler;

/* Numbers of CTF (Compact C Type Format), since a DIFO's result names them. */
enum d_type_kind {
    D_TYPE_INTEGER = 1, /* void is one of 0 bits */
    D_TYPE_FLOAT,
    D_TYPE_POINTER,
    D_TYPE_ARRAY,
    D_TYPE_FUNCTION,
    D_TYPE_STRUCT,
    D_TYPE_UNION,
    D_TYPE_ENUM,
    D_TYPE_FORWARD, /* a tag without a body; its body, once it comes, is `target` */
    D_TYPE_TYPEDEF,
    D_TYPE_VOLATILE,
    D_TYPE_CONST,
    D_TYPE_RESTRICT,
};

/* Types that are more than their form. */
enum d_special {
    D_SPECIAL_NONE,
    D_SPECIAL_STRING,  /* char[strsize] */
    D_SPECIAL_STACK,   /* what stack() gives as a key */
    D_SPECIAL_SYMADDR, /* what sym(), func(), mod() give */
    D_SPECIAL_USYMADDR,
    D_SPECIAL_DYNAMIC, /* not a value: aggregations, actions, translated pointers */
};

struct d_member {
    struct d_member *next;
    const char *name;
    const struct d_type *type;
    uint64_t offset; /* bits */
    uint32_t bits;   /* of a bit-field; 0: none */
};

/* A name of an enum's list. */
struct d_enumerator {
    struct d_enumerator *next;
    const char *name;
    int32_t value;
};

struct d_type {
    enum d_type_kind kind;
    enum d_special special;
    const char *name; /* "int", "struct s", "size_t"; NULL: none */
    const struct d_type
        *target;    /* pointed to, element, result, or what a typedef or qualifier stands for */
    uint64_t size;  /* bytes; of an array its elements', of string strsize: use d_type_size() */
    uint64_t count; /* elements of an array */
    uint32_t bits;  /* of an integer, and of a bit-field's unit as it is declared */
    bool is_signed;
    bool from_kernel;         /* laid out by C's rules: its sizes hold as they are */
    uint64_t alignment;       /* of a struct or union that D laid out; 0: not known */
    struct d_member *members; /* in order */
    struct d_enumerator *enumerators;
};

enum d_intrinsic {
    D_VOID,
    D_CHAR,
    D_SCHAR,
    D_UCHAR,
    D_SHORT,
    D_USHORT,
    D_INT,
    D_UINT,
    D_LONG,
    D_ULONG,
    D_LONGLONG,
    D_ULONGLONG,
    D_BOOL,
    D_FLOAT,
    D_DOUBLE,
    D_LONGDOUBLE,
    D_INT64,
    D_UINT64,
    D_SIZE,
    D_PTRDIFF,
    D_UINTPTR,
    D_PID,
    D_STRING,
    D_STACK,
    D_SYMADDR,
    D_USYMADDR,
    D_DYNAMIC,
    D_FUNCTION, /* int () */
    D_INTRINSICS
};

/* Makes the table with all names of section 3.1 of the language; for d_open(). */
struct d_types *d_types_open(struct d_compiler *compiler);
/* The size of string, after the option strsize was set. */
void d_types_set_strsize(struct d_compiler *compiler, uint64_t size);

/* A type that is always there. */
const struct d_type *d_type_of(const struct d_compiler *compiler, enum d_intrinsic which);

/* By name: "unsigned int", "uint8_t", "struct s", "enum e", "string"; also the kernel's, and "mod`name".
 * NULL: none. */
const struct d_type *d_type_find(struct d_compiler *compiler, const char *name);
/* The same without asking the kernel: for the lexer and for declarations that make a new one. */
const struct d_type *d_type_find_own(struct d_compiler *compiler, const char *name);

/* A type without a size; it has no name in the table before d_type_enter. */
struct d_type *d_type_new(struct d_compiler *compiler, enum d_type_kind kind, const char *name);
/* From now on found by its name ("struct s" for tags). */
void d_type_enter(struct d_compiler *compiler, struct d_type *type);

/* Derived types. */
const struct d_type *d_type_pointer_to(struct d_compiler *compiler, const struct d_type *target);
const struct d_type *d_type_array_of(struct d_compiler *compiler, const struct d_type *element,
                                     uint64_t count);
/* CONST, VOLATILE or RESTRICT of it. */
const struct d_type *d_type_qualified(struct d_compiler *compiler, enum d_type_kind kind,
                                      const struct d_type *target);

/* The unit that a bit-field of `bits` of `base` lives in: 1, 2, 4 or 8 bytes. */
const struct d_type *d_type_bitfield(struct d_compiler *compiler, const struct d_type *base,
                                     uint32_t bits);
/* Lays `type`, a struct or union, out by D's own rules: members have their types and order. */
void d_type_lay_out(struct d_type *type);

/* Behind typedefs, qualifiers, and forward tags whose body is known. */
const struct d_type *d_type_resolve(const struct d_type *type);
uint64_t d_type_size(const struct d_type *type);      /* bytes; 0: void, forward, function */
uint64_t d_type_alignment(const struct d_type *type); /* by D's own rules */
/* "unsigned int", "struct s *", "char [30]"; "<DYN>" of NULL: of what has no type. */
const char *d_type_text(struct d_compiler *compiler, const struct d_type *type);

/* All of these look behind typedefs and qualifiers. */
bool d_type_is_integer(const struct d_type *type);    /* not an enum, not void */
bool d_type_is_arithmetic(const struct d_type *type); /* integer or enum */
bool d_type_is_float(const struct d_type *type);
bool d_type_is_pointer(const struct d_type *type); /* not an array */
bool d_type_is_array(const struct d_type *type);   /* a string, too */
bool d_type_is_function(const struct d_type *type);
bool d_type_is_indexable(const struct d_type *type); /* pointer or array */
bool d_type_is_void_pointer(const struct d_type *type);
bool d_type_is_blunt_pointer(
    const struct d_type *type); /* to void or to a function: nothing can be added to it */
bool d_type_is_scalar(const struct d_type *type); /* integer, enum, pointer */
bool d_type_is_void(const struct d_type *type);
bool d_type_is_string(const struct d_type *type);
bool d_type_is_text(const struct d_type *type); /* string, char [], or a pointer to (signed) char */
bool d_type_is_struct(const struct d_type *type); /* or union */
bool d_type_is_dynamic(const struct d_type *type);
bool d_type_is_by_reference(
    const struct d_type
        *type); /* string, struct, union, array, function, forward, floats above 8 bytes */
bool d_type_is_signed(const struct d_type *type); /* as loaded: an enum is not */

/* A tag whose body is not known. */
bool d_type_is_incomplete(const struct d_type *type);

/* Whether both are the same type, behind typedefs, and what they point to, too. */
bool d_types_compatible(const struct d_type *left, const struct d_type *right);
/* Of the usual arithmetic conversions (section 3.2: no promotion of char and short). */
const struct d_type *d_types_convert(const struct d_compiler *compiler, const struct d_type *left,
                                     const struct d_type *right);

/* NULL: there is none of that name. */
const struct d_member *d_type_member(const struct d_type *type, const char *name);
const struct d_enumerator *d_type_enumerator(const struct d_type *type, const char *name);
