/* What declarations mean: section 2.4 of the language.  The parser gathers words and forms; here they become types,
 * members, enumerators and names. */
#pragma once

#include "flight/d/ident.h"
#include "flight/d/token.h"

enum d_storage {
    D_STORAGE_NONE,
    D_STORAGE_SELF,
    D_STORAGE_THIS,
    D_STORAGE_TYPEDEF,
    D_STORAGE_EXTERN,
    D_STORAGE_REGISTER,
    D_STORAGE_OTHER /* auto, static: no place in D */
};

/* The words before the names. */
struct d_specifiers {
    enum d_storage storage;
    enum d_base {
        D_BASE_NONE,
        D_BASE_VOID,
        D_BASE_CHAR,
        D_BASE_INT,
        D_BASE_FLOAT,
        D_BASE_DOUBLE,
        D_BASE_NAMED, /* string, or a typedef: `named` */
        D_BASE_TAG    /* struct, union, enum: `named` */
    } base;
    const struct d_type *named;
    bool is_signed, is_unsigned, is_short, is_const, is_volatile, is_restrict, userland;
    uint32_t longs;
    const struct d_type *type; /* what all of them say */
};

/* One declared thing. */
struct d_declarator {
    const char *name; /* NULL: abstract */
    struct d_place place;
    const struct d_type *type; /* of an associative array: its values' */
    struct d_parameter *keys;  /* of an associative array */
    bool unsized;              /* T x[] */
    bool fixed;                /* T x[n] */
    bool userland;
};

/* One word more; D_DECL_COMBO, _CHARATTR, _VOIDATTR, _SIGNINT, _LONGINT, _CLASS leave. */
void d_specify_word(struct d_compiler *compiler, struct d_specifiers *specifiers,
                    enum d_token_kind word);
void d_specify_type(struct d_compiler *compiler, struct d_specifiers *specifiers, enum d_base base,
                    const struct d_type *type);
/* After the last word: D_UNKNOWN if there is no such type. */
void d_specify_end(struct d_compiler *compiler, struct d_specifiers *specifiers);

/* tag.c: `kind` STRUCT, UNION or ENUM; `name` NULL: none. */
const struct d_type *d_tag_find(struct d_compiler *compiler, enum d_type_kind kind,
                                const char *name);
/* A body begins: its type, not yet to be found; D_DECL_TYPERED if there is one of the name. */
struct d_type *d_tag_begin(struct d_compiler *compiler, enum d_type_kind kind, const char *name);
/* It ends: from now on the tag has it. */
void d_tag_end(struct d_compiler *compiler, struct d_type *type);
/* `bits`: NULL: no bit-field.  `end` is where the next member goes. */
struct d_member **d_tag_member(struct d_compiler *compiler, struct d_type *type,
                               struct d_member **end, const struct d_declarator *declarator,
                               const struct d_node *bits);
/* Behind `last` (NULL: the first).  `value`: NULL: one more than its. */
struct d_enumerator *d_tag_enumerator(struct d_compiler *compiler, struct d_type *type,
                                      struct d_enumerator *last, const char *name,
                                      const struct d_node *value);

/* declaration.c: a declaration's name takes effect. */
void d_declare(struct d_compiler *compiler, enum d_storage storage,
               const struct d_declarator *declarator);
/* The checks that every object has: D_DECL_VOIDOBJ, D_DECL_INCOMPLETE, D_DECL_ARRNULL, D_DECL_SCOPE. */
void d_declare_object(struct d_compiler *compiler, const struct d_declarator *declarator);

enum d_prototype {
    D_PROTOTYPE_FUNCTION,   /* "(void)" and "..." are fine */
    D_PROTOTYPE_PROBE,      /* "(void)" is */
    D_PROTOTYPE_TRANSLATED, /* as well, and one name may stand twice */
    D_PROTOTYPE_KEYS        /* neither */
};
/* D_DECL_PROTO_...; the list, without a single void. */
struct d_parameter *d_prototype_check(struct d_compiler *compiler, struct d_parameter *parameters,
                                      bool variadic, enum d_prototype form);
