/* kern.boottrace.log_long: the three tables in the long form (trace/log_long.h). */
#pragma once

/* Takes the memory that it needs, while nobody else does.  Without it there is no long log. */
void long_log_init(void);
