/* Interrupt lines: two 8259A controllers, moved behind the exceptions.  They speak to the boot CPU
 * alone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PIC_LINES 16u

/* Sets both up with every line masked. */
void pic_init(void);

/* Lets a line through, or masks it. */
void pic_enable(uint32_t line);
void pic_disable(uint32_t line);

/* False: the request went away, and there is nothing to handle or to end (lines 7 and 15). */
bool pic_is_real(uint32_t line);

/* Tells the controllers that the line has been handled. */
void pic_end(uint32_t line);

/* Lets nothing through any more. */
void pic_stop(void);
