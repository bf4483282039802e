/* The console as a terminal: what is typed goes to whoever reads, ^C and ^Z to the process in the
 * foreground, and long output stops page by page if that was asked for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Listens to the serial port from now on.  False: there is none, and nobody will ever type. */
bool terminal_init(void);

enum terminal_status {
    TERMINAL_OK = 0,
    TERMINAL_TIMED_OUT,
    TERMINAL_INTERRUPTED, /* by a signal */
    TERMINAL_NO_LINE,
};

/* Waits, at most `ns`, for bytes; *length is the room and then how many there are, at least 1.
 * Context: thread. */
enum terminal_status terminal_read(char *bytes, size_t *length, uint64_t ns);

/* Text of a process.  Context: thread, without locks: it may stop or end here. */
void terminal_write(uint32_t pid, const char *bytes, size_t length);

/* Which process ^C and ^Z signal; 0: none, they are read. */
void terminal_set_foreground(uint32_t pid);

/* The next process that the calling one starts is in the foreground from its first instruction on:
 * terminal_started is told of it before it runs. */
void terminal_set_next_to_foreground(void);
void terminal_started(uint32_t pid);

/* Stops what the foreground process prints when it fills a screen of that size, until a key is
 * pressed; 0 rows: never. */
void terminal_page(uint32_t rows, uint32_t columns);
