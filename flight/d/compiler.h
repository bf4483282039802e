/* Inside the D compiler: what its parts share.
 *
 * Memory ends with the compiler: nothing is freed on the way, but a program is bounded.  A mistake in it leaves
 * by longjmp() from wherever it is found to d_compile(), so no part checks what another refused. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdnoreturn.h>

#include "flight/d/compile.h"
#include "trace/dtrace/dof.h"

struct d_idents;
struct d_kernel_memory;
struct d_lexer;
struct d_node;
struct d_translator;
struct d_provider;
struct d_types;
struct d_clause;
struct d_piece;

/* Where a token or node came from. */
struct d_place {
    const char *file;  /* lives as long as the compiler */
    const char *start; /* of the line in the text; NULL: unknown */
    uint32_t line;     /* from 1 */
    uint32_t column;   /* from 1 */
};

/* Options that only the compiler obeys. */
struct d_compile_options {
    bool zdefs, pspec, defaultargs, argref, empty, nolibs;
    uint32_t version;         /* major << 24 | minor << 12 | micro, as D counts itself: 1.14 */
    int amin[3];              /* stability: name, data, class; -1 unset */
    uint32_t registers;       /* iregs: 8 */
    uint32_t tuple_registers; /* tregs: 8 */
};

struct d_compiler {
    struct d_setup setup;
    struct d_preprocessor preprocessor;
    struct d_piece *pieces; /* of memory: the newest first */
    size_t taken;           /* bytes, by the program that is compiled */
    jmp_buf leave;
    struct d_problem *problem; /* while a program is compiled */
    struct d_place place; /* of what is looked at: where a mistake without a place of its own is */
    const char *part;     /* "predicate", "action list", or "" */

    struct d_compile_options options;
    int64_t runtime_options[DOF_OPTIONS]; /* DOF_OPTION_UNSET: nobody set it */

    struct d_lexer *lexer;
    struct d_types *types;
    struct d_idents *globals;         /* built-ins, functions, D variables, inlines, enumerators */
    struct d_idents *threads;         /* self-> */
    struct d_idents *locals;          /* this->; new for each program */
    struct d_idents *aggregations;    /* by name without the @ */
    struct d_idents *externs;         /* symbols whose types the text tells: extern, functions */
    struct d_translator *translators; /* the newest last */
    struct d_provider *providers;
    struct d_kernel_memory *kernel_memory; /* of setup.kernel: what it has made here */

    const struct d_source *source;
    const struct d_clause *clause;    /* while one is resolved; NULL outside */
    const struct d_probe_name *probe; /* the description it is resolved for */
    uint64_t clause_uarg;             /* uarg of the ECBs of what is compiled */
    uint32_t node_count;              /* of the program that is compiled */
    uint32_t statement_number;        /* for uarg: differs from statement to statement */
    bool last_argument_used;          /* $1, ...: of those of the source */
    bool library_was_read;            /* its text */
    bool error_clause_made;           /* the hidden clause of if/else: once for each compiler */
    bool error_clause_kept;           /* ... in a program that was not refused */

    struct d_deferred_pragma *deferred_pragmas; /* pragma.c's */

    struct d_bytes *programs;
    size_t program_count;
};

/* Bytes that grow. */
struct d_buffer {
    char *bytes; /* NULL: none yet */
    size_t size, capacity;
};

/* Zeroed memory that lives as long as the compiler; aligned for anything.  While a program is compiled, too much
 * of it is a mistake of the program. */
void *d_take(struct d_compiler *compiler, size_t size);
void d_give_back(struct d_compiler *compiler); /* all of it, at the end */
/* `from`, an array of `count` elements of `size` bytes, with room for one more: itself, or a copy twice as large. */
void *d_grow(struct d_compiler *compiler, void *from, size_t count, size_t *capacity, size_t size);
void d_buffer_put(struct d_compiler *compiler, struct d_buffer *buffer, const void *bytes,
                  size_t size);
char *d_text(struct d_compiler *compiler, const char *text,
             size_t length); /* with a NUL behind it */
uint32_t d_name_hash(const char *name);
char *d_format(struct d_compiler *compiler, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Refuses the program.  `tag` is "D_SYNTAX" and so on, or "".  The place is compiler->place. */
noreturn void d_fail(struct d_compiler *compiler, const char *tag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, at another place. */
noreturn void d_fail_at(struct d_compiler *compiler, struct d_place place, const char *tag,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));
void d_warn_at(struct d_compiler *compiler, struct d_place place, const char *tag,
               const char *format, ...) __attribute__((format(printf, 4, 5)));
