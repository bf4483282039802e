/* Standard input as the keyboard of a kernel: a terminal gives every key as it is, and is put back
 * as it was on every way out; anything else gives its bytes. */
#pragma once

#include <stdbool.h>

#include "flight/inlet.h"

struct keyboard {
    int file;      /* -1: it has ended, or there is none */
    bool terminal; /* has ^] */
    bool held;     /* ^] was the last key */
    bool quit;     /* ^] q was typed */
};

/* Begins; from here on keys are not echoed, and Ctrl-C is a key like any other.  What is printed
 * on the terminal is still a line to a '\n'. */
void keyboard_start(struct keyboard *keyboard);

/* Takes what has been typed; to be called when it can be read, and if there is room.  A terminal
 * may be read without: its keys are lost then, but for those after ^]. */
void keyboard_read(struct keyboard *keyboard, struct inlet *inlet);

/* Puts the terminal back. */
void keyboard_stop(struct keyboard *keyboard);
