/* The console: text for people on a serial port or the screen, frames for programs on the
 * serial port.
 *
 * What the port does not take at once waits in a queue (drivers/serial/output_queue.h) and leaves
 * by interrupt; nobody waits for the line, but for the cases of enum console_waiting.  Lines and
 * frames stay whole, whoever else prints.  When the queue is full, the oldest text gives way, and
 * where it was the line says how much; a frame without room is counted.
 *
 * Context: any but NMI, except as said; a panic begins with console_take_over. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/console_option.h"
#include "drivers/serial/output_queue.h"
#include "trace/text.h"

/* Where text goes, and through which port frames go. */
void console_init(const struct console_option *option);

/* Before console_init nothing is printed; a panic sets up COM1 by itself. */
bool console_ready(void);

enum {
    CONSOLE_KERNEL = 0, /* owner of what the kernel says itself */
};

/* Owner of the rows of the shutdown log, which any thread may print. */
#define CONSOLE_SHUTDOWN_LOG 0xfffffff0u

/* Owner of what wipes a row: no line ends before it or behind it. */
#define CONSOLE_ANYBODY OUTPUT_ANYBODY

/* Puts text: a line feed becomes carriage return and line feed.  A line may come in pieces; the
 * owner keeps it apart from what others say meanwhile. */
void console_put(uint32_t owner, const char *bytes, size_t length);

/* The same as a sink, for the kernel on one CPU; others print lines with log_line.  Text leaves
 * when its line has ended, or is long. */
struct text_sink console_text(void);

/* One line of text, in one piece. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For frames: what comes from a '~' to the end of its line is one frame.  One writer at a time.  A
 * frame leaves by interrupt, or with what is put next. */
struct text_sink console_raw(void);

/* How many frames have been put, or refused: the number of the next one. */
uint32_t console_frames_ended(void);

/* What became of the port: "port 0x3f8, 115200 baud 8N1, with FIFO", or why there is none. */
void console_describe(const struct text_sink *sink);

/* Who waits for the line, by polling. */
enum console_waiting {
    CONSOLE_FRAMES_WAIT = 0, /* at first: a frame that finds no room, until there is some */
    CONSOLE_NOBODY_WAITS,    /* such a frame is refused, and counted */
    CONSOLE_ALL_WAIT,        /* everybody, until all has been sent: nothing is lost any more; a
                                frame waits when the next is begun, and in console_drain */
};

/* With CONSOLE_ALL_WAIT all that waits is sent before this returns. */
void console_wait_mode(enum console_waiting waiting);

/* Sends what waits, whoever else goes on printing; never more than the queue holds.  False: the
 * port takes nothing any more.  Context: thread. */
bool console_sync(void);

/* Takes the console over for the end of the machine, from whoever holds it on this CPU or on one
 * that was stopped: interrupts are off from now on, nobody else may print, and all wait.  May be
 * called again, by a panic inside a panic.  Context: any, including NMI. */
void console_take_over(void);

/* Takes over, and waits, bounded, until everything has left the machine. */
void console_drain(void);

/* From now on the port interrupts.  Gives its line at the interrupt controller, for the caller to
 * open; 0: there is none. */
uint32_t console_use_interrupts(void);

/* What that line calls.  Context: interrupt. */
void console_handle_interrupt(void);

/* Takes what has been received: up to `room` bytes; gives how many. */
size_t console_read(char *bytes, size_t room);

/* Called in the interrupt after bytes have arrived.  NULL: nothing. */
void console_set_input_hook(void (*hook)(void));

struct console_counts {
    uint64_t text_bytes_lost; /* that gave way */
    uint32_t frames_refused;
    uint64_t bytes_sent; /* to the port */
    uint64_t bytes_received;
    uint32_t bytes_not_read; /* received when there was no room for them */
    uint32_t overruns;       /* of the port's receiver */
    uint32_t breaks;
    uint32_t waits; /* for the line */
};
/* At this moment.  Context: thread. */
struct console_counts console_counts(void);
