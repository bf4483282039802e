/* Text on the screen. */
#include "kernel/vga_text.h"

#include <stdint.h>

enum {
    COLUMNS = 80,
    ROWS = 25,
    BLANK = 0x0700 | ' ', /* light grey on black */
};

static volatile uint16_t *screen;
static uint32_t row, column;

static void clear_row(uint32_t which)
{
    for (uint32_t i = 0; i < COLUMNS; i++)
        screen[which * COLUMNS + i] = BLANK;
}

static void next_row(void)
{
    column = 0;
    if (++row < ROWS)
        return;
    row = ROWS - 1;
    for (uint32_t i = 0; i < (ROWS - 1) * COLUMNS; i++)
        screen[i] = screen[i + COLUMNS];
    clear_row(row);
}

void vga_text_init(void)
{
    uintptr_t address = 0xb8000;
    screen = (volatile uint16_t *)address;
    for (uint32_t i = 0; i < ROWS; i++)
        clear_row(i);
    row = column = 0;
}

void vga_text_write(const char *bytes, size_t length)
{
    for (; length > 0; bytes++, length--) {
        if (*bytes == '\n' || column == COLUMNS)
            next_row();
        if (*bytes != '\n')
            screen[row * COLUMNS + column++] = (uint16_t)(0x0700 | (uint8_t)*bytes);
    }
}
