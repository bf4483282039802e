/* Marks functions that never run while a probe fires, in files that do: so that a kernel may place probes at them,
 * while the rest of the file has none. */
#pragma once

#define AT_REST __attribute__((patchable_function_entry(1)))
