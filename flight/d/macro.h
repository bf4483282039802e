/* Macro variables of a program: $1, $$1, $pid, $#. */
#pragma once

#include "flight/d/compiler.h"

/* How many bytes from `from` on (behind the $) name a macro: digits, a word, or #; 0: none. */
size_t d_macro_length(const char *from, const char *end);
/* The text of a macro variable ("0", "12", "pid"; without the $); NULL: there is none of that name.
 * Counts as used. */
const char *d_macro_text(struct d_compiler *compiler, const char *name, size_t length);
/* At the end of a text: D_MACRO_UNUSED. */
void d_macros_close(struct d_compiler *compiler);
