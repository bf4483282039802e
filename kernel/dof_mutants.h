/* Many damaged DOF objects in one boot, for tests: each is loaded into a state of its own, goes, fires, is
 * consumed and forgotten.  None may affect the next one, or the machine. */
#pragma once

#include "trace/text.h"

/* Every object of the files dof/mutants.0, dof/mutants.1, ...: each object behind its size in 4
 * bytes, little-endian.  Says what became of them.  Context: thread. */
void dof_mutants_run(const struct text_sink *sink);
