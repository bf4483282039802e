/* How large the terminal on the console is taken to be: 24 rows of 80 columns, unless stty was told
 * otherwise.  Nobody asks the terminal: over a slow line the answer comes when something else is
 * being read, and a capture would hold the question. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct screen_size {
    uint32_t rows;    /* 0: output does not page */
    uint32_t columns; /* LINE_EDITOR_COLUMNS_MIN..LINE_EDITOR_COLUMNS_MAX */
};

/* As stty set it last. */
struct screen_size screen_size(void);

/* Output stops when it has filled the screen, or no more. */
void screen_page(bool on);
