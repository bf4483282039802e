/* Types of the kernel for the D compiler, made of its debug information. */
#pragma once

#include "flight/d/types.h"
#include "flight/debug_index.h"

/* By its name in C: "struct thread", "uint32_t".  NULL: there is none. */
const struct d_type *debug_types_find(const struct debug_index *index, struct d_compiler *compiler,
                                      const char *name);

/* What DW_AT_type of an entry names, of a function its result; void if it has none. */
const struct d_type *debug_types_of(const struct debug_index *index, struct d_compiler *compiler,
                                    Dwarf_Die *die);

/* A function as a type. */
const struct d_type *debug_types_function(const struct debug_index *index,
                                          struct d_compiler *compiler, Dwarf_Die *die);
