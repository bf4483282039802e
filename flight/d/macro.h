/* Macro variables: see d_macro_text() in token.h. */
#pragma once

#include "flight/d/compiler.h"

/* How many bytes from `from` on (behind the $) name a macro: digits, a word, or #; 0: none. */
size_t d_macro_length(const char *from, const char *end);
/* At the end of a text: D_MACRO_UNUSED. */
void d_macros_close(struct d_compiler *compiler);
