/* What the D compiler complains of, shown to a person: where, why, the line, and a caret below it.
 *
 * Pure. */
#pragma once

#include "flight/d/compile.h"
#include "trace/text.h"

/* "FILE:LINE:COLUMN: [TAG] in PART: TEXT", the line itself and a caret below the column: as much of it
 * as is known.  The part is told of programs that stood on the command line. */
void d_complaint_print(const struct text_sink *sink, const struct d_problem *problem);
