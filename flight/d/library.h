/* What D programs find beside the language: constants, and translators on the kernel's structs.  docs/d-language.md lists
 * them.  Each is made when a program first uses its name, so it costs nobody else anything, and a program that
 * declares such a name itself first has its own.  The option nolibs takes all of them away. */
#pragma once

#include "flight/d/ident.h"

/* An inline of the library; NULL: it has none of that name. */
struct d_ident *d_library_ident(struct d_compiler *compiler, const char *name);

/* A type of the library; NULL likewise. */
const struct d_type *d_library_type(struct d_compiler *compiler, const char *name);
