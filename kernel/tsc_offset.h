/* How far a CPU's TSC is off the boot CPU's: asked and answered when the CPU starts. */
#pragma once

#include "kernel/percpu.h"

/* On the boot CPU: asks, some dozen times, and takes the quickest answer.  Sets the CPU's
 * tsc_offset and tsc_uncertainty and tells the trace.  An offset that is smaller than its
 * uncertainty is taken for none: the counters then agree as far as anybody can see. */
void tsc_offset_measure(struct percpu *cpu);

/* On the other CPU: answers until the asking is over. */
void tsc_offset_answer(void);
