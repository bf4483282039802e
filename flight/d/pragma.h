/* Control lines: # 12 "file", #line, #pragma D option, attributes, binding, depends_on, #error, #ident.
 * Section 2.7 of the language. */
#pragma once

#include "flight/d/compiler.h"

/* `line` is the text behind the #, `length` bytes without the newline.  What changes where the lexer is, is
 * written through *file and *number: the line that follows. */
void d_control_line(struct d_compiler *compiler, const char *line, size_t length,
                    struct d_place place, const char **file, uint32_t *number);
/* At the end of a program: names that attributes were given and that never came (D_PRAGMA_UNUSED). */
void d_pragmas_close(struct d_compiler *compiler);
