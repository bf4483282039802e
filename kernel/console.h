/* The console: text for people on a serial port or the screen, frames for programs on the
 * serial port.
 *
 * Context: any; every wait is bounded. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/console_option.h"
#include "trace/text.h"

/* Where text goes, and through which port frames go. */
void console_init(const struct console_option *option);

/* Before console_init nothing is printed; a panic sets up COM1 by itself. */
bool console_ready(void);

/* Text: a line feed becomes carriage return and line feed. */
struct text_sink console_text(void);

/* The serial port as it is, for frames. */
struct text_sink console_raw(void);

/* What became of the port: "COM1, 115200 8N1, FIFO", or why there is none. */
void console_describe(const struct text_sink *sink);

/* Waits, bounded, until everything has left the machine. */
void console_drain(void);

/* One line of text. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
