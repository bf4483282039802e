/* A 16550 UART (National Semiconductor PC16550D data sheet, section 8), by polling and by
 * interrupt.
 *
 * Ports are passed in, so the driver runs against a model in host tests.  Every wait
 * is bounded: an absent port is found by the loopback probe, and one that stops
 * taking bytes costs one full wait and from then on one look per byte.
 *
 * No locks: the caller sees to it that one function runs at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the driver reaches port space. */
struct port_io {
    uint8_t (*in8)(void *context, uint16_t port);
    void (*out8)(void *context, uint16_t port, uint8_t value);
    void (*out8s)(void *context, uint16_t port, const char *bytes, size_t length); /* in a row */
    void *context;
};

/* The bit behind the data. */
enum uart16550_parity {
    UART16550_PARITY_NONE,
    UART16550_PARITY_ODD,
    UART16550_PARITY_EVEN,
};

struct uart16550_mode {
    uint32_t speed;    /* bits per second, 115200 divided by 1..65535 */
    uint8_t data_bits; /* 5..8 */
    uint8_t stop_bits; /* 1..2 */
    enum uart16550_parity parity;
};

enum uart16550_status {
    UART16550_OK = 0,
    UART16550_ABSENT,    /* nothing answered at the port */
    UART16550_STUCK,     /* it answered, but takes no bytes */
    UART16550_BAD_SPEED, /* 115200 is no multiple of it, or it is 0 */
};
const char *uart16550_status_str(enum uart16550_status status);

struct uart16550 {
    struct port_io io;
    uint16_t base;      /* first of eight ports */
    uint8_t fifo_depth; /* bytes that may follow one look at the status: 16, or 1 */
    uint32_t looks;     /* at the status before a wait is given up */
    bool present;
    bool stuck;
    bool broken;       /* the next byte received is a break, and no byte */
    uint64_t lost;     /* bytes that were not taken */
    uint32_t overruns; /* looks at the status that told of bytes received and lost */
    uint32_t breaks;   /* on the line */
};

/* Probes and sets up the port.  On an error the port stays usable as one that loses all. */
enum uart16550_status uart16550_init(struct uart16550 *uart, struct port_io io, uint16_t base,
                                     const struct uart16550_mode *mode);

/* Sends bytes, waiting for room; what the port does not take is counted in `lost`.
 * Context: any; bounded. */
enum uart16550_status uart16550_write(struct uart16550 *uart, const char *bytes, size_t length);

/* Waits, bounded, until the last bit has left. */
enum uart16550_status uart16550_drain(struct uart16550 *uart);

/* Bytes that the port takes at this moment: one look. */
size_t uart16550_room(struct uart16550 *uart);

/* Gives the port bytes, no more than it has just been found to take. */
void uart16550_fill(const struct uart16550 *uart, const char *bytes, size_t length);

/* A byte that has arrived.  False: there is none, or a FIFO full of breaks came before it (a port that has gone
 * reads as one break after the other). */
bool uart16550_receive(struct uart16550 *uart, uint8_t *byte);

/* What the port may interrupt for; combined with |. */
enum uart16550_interrupts {
    UART16550_RECEIVED = 1 << 0, /* bytes have arrived, or one has for some time */
    UART16550_EMPTY = 1 << 1,    /* the transmitter takes bytes: raised when that comes about, and
                                    when it is allowed while it is so */
    UART16550_LINE = 1 << 2,     /* overrun, break, a byte with an error */
};

/* From now on these, and no others. */
void uart16550_allow(const struct uart16550 *uart, uint32_t interrupts);

enum uart16550_cause {
    UART16550_CAUSE_NONE = 0,
    UART16550_CAUSE_LINE,     /* cleared here, and counted */
    UART16550_CAUSE_RECEIVED, /* cleared by receiving all */
    UART16550_CAUSE_EMPTY,    /* cleared by having asked */
    UART16550_CAUSE_OTHER,    /* cleared here */
};

/* Why the port interrupts.  A handler asks until there is no cause left, but not for ever: the line
 * rises anew only from that. */
enum uart16550_cause uart16550_cause(struct uart16550 *uart);
