/* The way out of a terminal. */
#include "flight/escape.h"

enum escape_step escape_step(bool *held, uint8_t byte)
{
    if (!*held) {
        *held = byte == ESCAPE_KEY;
        return *held ? ESCAPE_HELD : ESCAPE_SEND;
    }
    *held = false;
    if (byte == ESCAPE_KEY)
        return ESCAPE_SEND;
    return byte == 'q' || byte == '.' ? ESCAPE_QUIT : ESCAPE_HELP;
}
