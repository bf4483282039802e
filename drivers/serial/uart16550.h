/* A 16550 UART (National Semiconductor PC16550D data sheet, section 8), transmitting
 * by polling.
 *
 * Ports are passed in, so the driver runs against a model in host tests.  Every wait
 * is bounded: an absent port is found by the loopback probe, and one that stops
 * taking bytes costs one full wait and from then on one look per byte. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the driver reaches port space. */
struct port_io {
    uint8_t (*in8)(void *context, uint16_t port);
    void (*out8)(void *context, uint16_t port, uint8_t value);
    void *context;
};

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
    uint64_t lost; /* bytes that were not taken */
};

/* Probes and sets up the port.  On an error the port stays usable as one that loses all. */
enum uart16550_status uart16550_init(struct uart16550 *uart, struct port_io io, uint16_t base,
                                     const struct uart16550_mode *mode);

/* Sends bytes, waiting for room; what the port does not take is counted in `lost`.
 * Context: any; bounded. */
enum uart16550_status uart16550_write(struct uart16550 *uart, const char *bytes, size_t length);

/* Waits, bounded, until the last bit has left. */
enum uart16550_status uart16550_drain(struct uart16550 *uart);
