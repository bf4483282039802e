/* Where the console goes: the values of `console=` and of illumos' `ttya-mode=`.
 *
 *     console=none | text | DEVICE[,SPEED]
 *     DEVICE  com1..com4, ttya..ttyd (the same four), or an I/O port as 0x3f8
 *     mode    SPEED[,DATA_BITS[,PARITY[,STOP_BITS[,HANDSHAKE]]]], as 115200,8,n,1,-
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum console_kind {
    CONSOLE_NONE = 0,
    CONSOLE_TEXT, /* the screen */
    CONSOLE_PORT, /* a serial port */
};

/* What stands behind the kind matters for CONSOLE_PORT only. */
struct console_option {
    enum console_kind kind;
    uint16_t port;     /* the first of 8 */
    uint32_t speed;    /* 50..115200, a divisor of 115200 */
    uint8_t data_bits; /* 5..8 */
    char parity;       /* 'n', 'e' or 'o' */
    uint8_t stop_bits; /* 1 or 2 */
};

enum console_status {
    CONSOLE_OK = 0,
    CONSOLE_UNKNOWN_DEVICE,
    CONSOLE_BAD_PORT, /* not 0x100..0xfff8, or not a multiple of 8 */
    CONSOLE_BAD_SPEED,
    CONSOLE_BAD_DATA_BITS,
    CONSOLE_BAD_PARITY,
    CONSOLE_BAD_STOP_BITS,
    CONSOLE_BAD_HANDSHAKE, /* only '-', none, is supported */
    CONSOLE_EXCESS,        /* text behind a complete value */
};

/* COM1, 115200 8N1: what holds if nothing is said. */
struct console_option console_option_default(void);

/* Both change only what the value says, so start from the default; on error, nothing.  The mode
 * leaves kind and port as they are. */
enum console_status console_option_parse(const char *text, size_t length,
                                         struct console_option *option);
enum console_status console_mode_parse(const char *text, size_t length,
                                       struct console_option *option);

const char *console_status_str(enum console_status status);
