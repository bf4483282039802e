/* A serial line of this host: a device, a Unix stream socket, or a file that takes its place. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

struct serial_line {
    int file;
    bool terminal; /* `before` is to be restored */
    struct termios before;
};

/* Whether a device can be set to that. */
bool serial_line_has_speed(uint32_t baud);

/* Opens it to be read, or `both` read and written; a device becomes raw, 8N1, of that speed.  It does
 * not block.  0 or an errno; to be closed in either case. */
int serial_line_open(struct serial_line *line, const char *path, uint32_t baud, bool both);

/* Puts a device back as it was.  Standard input stays open. */
void serial_line_close(const struct serial_line *line);
