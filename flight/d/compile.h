/* The D compiler: text in, DOF (DTrace Object Format) out, as dtrace -A of illumos leaves it.
 *
 * One compiler holds what several programs of one command share: variables and their numbers, types, inlines,
 * translators, options.  It needs no kernel: who has one lends its types, symbols and probes (kernel_facts.h).
 * docs/d-language.md has the language, and where it differs from illumos'. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct d_compiler;
struct d_kernel;

/* The data model that programs are compiled for. */
enum d_model {
    D_MODEL_ILP32,
    D_MODEL_LP64
};

/* What a text is: a file of clauses, or what stood behind a letter of the command line, which may be a
 * description without a body; its fields then end with the one that the letter names. */
enum d_source_kind {
    D_SOURCE_FILE,
    D_SOURCE_NAME,     /* -n */
    D_SOURCE_PROVIDER, /* -P */
    D_SOURCE_MODULE,   /* -m */
    D_SOURCE_FUNCTION, /* -f */
};

struct d_source {
    enum d_source_kind kind;
    const char *name; /* of the file, for messages and $0; "-n" and so on for the others */
    const char *text; /* need not end with a NUL */
    size_t length;    /* bytes */
    const char *const *arguments; /* $1, $2, ... */
    size_t argument_count;
};

/* Why a program is refused: one mistake, the first. */
struct d_problem {
    char tag[32];      /* "D_SYNTAX"; "" where illumos' compiler has none */
    char text[512];    /* one line, no newline */
    char file[256];    /* as the source or a #line names it */
    char part[16];     /* "predicate", "action list" or "": which part of a clause */
    uint32_t line;     /* from 1; 0: nowhere */
    uint32_t column;   /* from 1, in bytes; 0: the line as a whole */
    char excerpt[256]; /* the line itself, tabs kept; "": not to be had */
};

/* A warning is told at once: a description that matches no probe, a variable that is never used. */
typedef void d_warn(void *context, const struct d_problem *problem);

struct d_setup {
    enum d_model model;
    const struct d_kernel *kernel; /* NULL: no types, symbols or probes are known */
    bool strict;  /* a description that matches no probe is an error, not a warning */
    d_warn *warn; /* NULL: nobody listens */
    void *warn_context;
};

/* NULL: no memory.  What `setup` points to stays the caller's and must stay. */
struct d_compiler *d_open(const struct d_setup *setup);
void d_close(struct d_compiler *compiler);

/* "-x": `text` is "name" or "name=value".  False: *problem says why. */
bool d_set_option(struct d_compiler *compiler, const char *text, struct d_problem *problem);

/* What options said of the C preprocessor, which runs before d_compile(): -C, -D, -I, ... */
struct d_preprocessor {
    bool wanted;
    bool headers;             /* -H: name the files that are read */
    const char *path;         /* "cpp" if nobody said otherwise */
    const char *const *words; /* -DNAME, -I..., in order */
    size_t count;
};
struct d_preprocessor d_preprocessor(const struct d_compiler *compiler);

/* Compiles one program.  False: *problem says why, and the compiler is as before, save for variables that
 * the program made. */
bool d_compile(struct d_compiler *compiler, const struct d_source *source,
               struct d_problem *problem);

/* One object for each program that was compiled, in that order. */
struct d_bytes {
    const uint8_t *bytes; /* until d_close() */
    size_t size;
};
size_t d_program_count(const struct d_compiler *compiler);
struct d_bytes d_program_dof(const struct d_compiler *compiler, size_t index);

/* The two objects that dtrace -A leaves behind them: what prints a fault, and the options.  The second is
 * empty (size 0) if no option is set. */
struct d_bytes d_error_dof(struct d_compiler *compiler);
struct d_bytes d_options_dof(struct d_compiler *compiler);
