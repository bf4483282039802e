/* Identity paging: every address means itself, but page 0, the guard page below each stack
 * are not there, and code and constants cannot be written. */
#pragma once

#include <stdbool.h>

/* False on a CPU without 4 MiB pages: the machine then runs unpaged. */
bool paging_init(void);
