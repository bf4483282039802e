/* Runs a file of DIF programs and compares what they give with what the file says they must: the same file on the
 * host and in the kernel.
 *
 * Pure: it touches nothing but what it is given.  tests/dif/make_programs.py writes the file, little-endian, numbers
 * without padding; a piece is a length (u32) and so many bytes:
 *
 *   "DIFCASES", number of cases (u32), cases
 *   case:      a piece with: name (piece), strsize, scratch size, pool size, chunk (u32 each), arguments (u32, u64s),
 *              memory at 0x10000 (piece), number of steps (u32), steps
 *   step:      cpu, ipl, program, flags (u32 each; 1: a new firing, 2: scratch goes on), thread (u64),
 *              text (u32, u32s), integers (u32, u64s), strings (piece), variables (u32, six u32s each: id, scope,
 *              kind, is a string, is by reference, size), what it must give
 *   must give: kind (u32), drops (u32), scratch used (u32, 0xffffffff: any), number (u64), data (piece),
 *              scratch from its start (piece; empty: any) */
#pragma once

#include <stdbool.h>

#include "trace/dtrace/dtrace_memory.h"
#include "trace/text.h"

struct dif_conformance {
    uint32_t agreed, failed;
    bool damaged; /* the file is none, or ends too early */
};

/* One line on the sink for each case that fails, with its step, from 1 (0: before the first one).
 * `memory` must hold the largest case, 64 KiB. */
struct dif_conformance dif_conformance_run(const uint8_t *file, size_t size,
                                           struct dtrace_memory *memory,
                                           const struct text_sink *sink);
