/* The front of the D compiler by itself: text to trees.  What comes behind it is replaced: names have no types, nothing
 * is generated. */
#pragma once

#include "flight/d/node.h"

/* A compiler for one test; `kernel` may be NULL. */
void front_open(enum d_model model, const struct d_kernel *kernel);
void front_close(void);

/* Compiles a program, which is read from memory that ends with it.  What it becomes, a line for each clause and
 * description; or "[D_TAG]" if it is refused.  Until the next call. */
const char *front_text(enum d_source_kind kind, const char *program);
/* The same in a compiler of its own, from a file. */
const char *front_clauses(const char *program);
/* The tree of the expression. */
const char *front_tree(const char *expression);

extern struct d_compiler *front_compiler;
extern struct d_problem front_problem;
