/* The way out of a terminal that gives every key to the kernel: ^], and then a key for flight.
 *
 * Pure logic: one byte at a time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ESCAPE_KEY 0x1d /* ^], as telnet has it */

enum escape_step {
    ESCAPE_SEND = 0, /* the byte is for the kernel */
    ESCAPE_HELD,     /* it was ^]: the next one is for flight */
    ESCAPE_QUIT,     /* q or . */
    ESCAPE_HELP,     /* any other one: dropped, and the user wants to know */
};

/* `held` is what the last step left.  ^] twice sends one. */
enum escape_step escape_step(bool *held, uint8_t byte);
