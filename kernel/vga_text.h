/* Text on the screen of a VGA adapter in its 80 x 25 text mode (memory at 0xb8000).  Without
 * such an adapter the writes go nowhere. */
#pragma once

#include <stddef.h>

/* Clears the screen; writing goes on where it ended, and scrolls.  Context: one at a time. */
void vga_text_init(void);
void vga_text_write(const char *bytes, size_t length);
