/* Standard input as the keyboard of a kernel. */
#include "flight/keyboard.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "flight/escape.h"

/* How the terminal was; there is but one. */
static struct termios before;
static bool changed;

/* Also on a way out that leads past everybody, as without memory. */
static void put_back(void)
{
    if (changed)
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    changed = false;
}

static bool make_raw(void)
{
    static bool registered;
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    struct termios raw = before;
    cfmakeraw(&raw);
    raw.c_oflag = before.c_oflag; /* what flight prints has '\n' alone */
    if (!registered)
        registered = atexit(put_back) == 0;
    changed = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
    return changed;
}

void keyboard_start(struct keyboard *keyboard)
{
    *keyboard = (struct keyboard){.file = STDIN_FILENO};
    keyboard->terminal = isatty(STDIN_FILENO) && make_raw();
}

static void take_key(struct keyboard *keyboard, struct inlet *inlet, uint8_t key)
{
    switch (keyboard->terminal ? escape_step(&keyboard->held, key) : ESCAPE_SEND) {
    case ESCAPE_SEND:
        if (inlet_room(inlet) > 0)
            inlet_put(inlet, &key, 1);
        break;
    case ESCAPE_HELD:
        break;
    case ESCAPE_QUIT:
        keyboard->quit = true;
        break;
    case ESCAPE_HELP:
        fputs("\nflight: ^] q ends this, ^] ^] sends ^]\n", stderr);
        break;
    }
}

void keyboard_read(struct keyboard *keyboard, struct inlet *inlet)
{
    uint8_t keys[4096];
    size_t room = keyboard->terminal ? sizeof keys : inlet_room(inlet);
    ssize_t got = read(keyboard->file, keys, room < sizeof keys ? room : sizeof keys);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
        keyboard->file = -1;
    for (ssize_t i = 0; i < got && !keyboard->quit; i++)
        take_key(keyboard, inlet, keys[i]);
}

void keyboard_stop(struct keyboard *keyboard)
{
    keyboard->file = -1;
    put_back();
}
