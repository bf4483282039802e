/* A 16550 UART. */
#include "drivers/serial/uart16550.h"

enum {
    DATA = 0,             /* divisor low while LINE_CONTROL_DIVISOR is set */
    INTERRUPT_ENABLE = 1, /* divisor high likewise */
    FIFO_CONTROL = 2,     /* written */
    IDENTIFICATION = 2,   /* read: of the interrupt */
    LINE_CONTROL = 3,
    MODEM_CONTROL = 4,
    LINE_STATUS = 5,
    MODEM_STATUS = 6,
};

enum {
    FIFO_ENABLE_AND_CLEAR = 0x07,
    FIFO_ENABLED = 0xc0, /* both bits: a 16550A whose FIFO works */
    LINE_CONTROL_DIVISOR = 0x80,
    MODEM_DTR_RTS = 0x03,
    MODEM_OUT2 = 0x08, /* gates the interrupt line on a PC */
    MODEM_LOOPBACK = 0x10,
    STATUS_DATA_READY = 0x01,
    STATUS_OVERRUN = 0x02,
    STATUS_BREAK = 0x10,
    STATUS_HOLDING_EMPTY = 0x20,
    STATUS_ALL_SENT = 0x40,
    CAUSE_MASK = 0x0f, /* of the identification: 1 is none, else table 4 of the data sheet */
    CAUSE_NONE = 0x01,
    CAUSE_EMPTY = 0x02,
    CAUSE_RECEIVED = 0x04,
    CAUSE_LINE = 0x06,
    CAUSE_RECEIVED_LONG_AGO = 0x0c, /* fewer bytes than the FIFO's trigger, and no more came */
};

/* How long a wait may last: twice the time of a full FIFO, 16 bytes of at most 12 bits, and at
 * least 0.1 s.  A port read takes about 1 us on a PC. */
#define WAIT_LOOKS_MIN        100000u
#define WAIT_LOOKS_TIMES_BAUD (2u * 16 * 12 * 1000000)

/* A port that has answered is waited for so many times longer, some seconds, before its bytes are
 * given up: behind an emulated one there is a host, which may be busy with something else. */
#define SENDING_PATIENCE 50u

enum {
    FOREIGN_BYTES = 32, /* that may stand before the probe's own: two FIFOs full */
    BREAKS_MAX = 16,    /* in one look for a byte: a FIFO full */
};

static uint8_t get(const struct uart16550 *uart, uint16_t reg)
{
    return uart->io.in8(uart->io.context, (uint16_t)(uart->base + reg));
}

static void set(const struct uart16550 *uart, uint16_t reg, uint8_t value)
{
    uart->io.out8(uart->io.context, (uint16_t)(uart->base + reg), value);
}

const char *uart16550_status_str(enum uart16550_status status)
{
    switch (status) {
    case UART16550_OK:
        return "ok";
    case UART16550_ABSENT:
        return "no UART answers at this port";
    case UART16550_STUCK:
        return "the UART takes no bytes";
    case UART16550_BAD_SPEED:
        return "this speed has no divisor";
    }
    return "unknown status";
}

/* Reading clears what it tells of reception, so every look keeps account of it. */
static uint8_t line_status(struct uart16550 *uart)
{
    uint8_t status = get(uart, LINE_STATUS);
    if (status & STATUS_OVERRUN)
        uart->overruns++;
    if (status & STATUS_BREAK) {
        uart->breaks++;
        uart->broken = true;
    }
    return status;
}

static bool wait_for(struct uart16550 *uart, uint8_t bits, uint64_t looks)
{
    for (; looks > 0; looks--)
        if ((line_status(uart) & bits) == bits)
            return true;
    return false;
}

/* How many looks a byte to be sent is waited for. */
static uint64_t patience(const struct uart16550 *uart)
{
    return uart->stuck ? 1 : (uint64_t)uart->looks * SENDING_PATIENCE;
}

static uint8_t line_control(const struct uart16550_mode *mode)
{
    uint8_t parity = mode->parity == UART16550_PARITY_NONE  ? 0x00
                     : mode->parity == UART16550_PARITY_ODD ? 0x08
                                                            : 0x18;
    return (uint8_t)((mode->data_bits - 5) | (mode->stop_bits == 2 ? 0x04 : 0) | parity);
}

/* In loopback the transmitter feeds the receiver, and the line is cut off: a byte that comes back
 * proves the chip.  What had arrived on the line before stands in front of it. */
static bool loopback_returns(struct uart16550 *uart, uint8_t byte)
{
    set(uart, DATA, byte);
    for (uint32_t i = 0; i < FOREIGN_BYTES; i++) {
        if (!wait_for(uart, STATUS_DATA_READY, uart->looks))
            return false;
        if (get(uart, DATA) == byte)
            return true;
    }
    return false;
}

enum uart16550_status uart16550_init(struct uart16550 *uart, struct port_io io, uint16_t base,
                                     const struct uart16550_mode *mode)
{
    *uart = (struct uart16550){.io = io, .base = base, .fifo_depth = 1};
    if (mode->speed == 0 || 115200 % mode->speed != 0 || 115200 / mode->speed > 0xffff)
        return UART16550_BAD_SPEED;
    uint32_t divisor = 115200 / mode->speed;
    uint32_t looks = WAIT_LOOKS_TIMES_BAUD / mode->speed;
    uart->looks = looks > WAIT_LOOKS_MIN ? looks : WAIT_LOOKS_MIN;

    set(uart, INTERRUPT_ENABLE, 0);
    set(uart, MODEM_CONTROL, MODEM_LOOPBACK | MODEM_DTR_RTS);
    set(uart, LINE_CONTROL, LINE_CONTROL_DIVISOR);
    set(uart, DATA, (uint8_t)divisor);
    set(uart, INTERRUPT_ENABLE, (uint8_t)(divisor >> 8));
    set(uart, LINE_CONTROL, line_control(mode));
    set(uart, FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);

    /* A floating bus reads 0xff, where every status bit seems set. */
    if (get(uart, LINE_STATUS) == 0xff)
        return UART16550_ABSENT;
    uint8_t mask = (uint8_t)((1u << mode->data_bits) - 1);
    bool answers = loopback_returns(uart, 0x55 & mask) && loopback_returns(uart, 0xaa & mask);
    set(uart, MODEM_CONTROL, MODEM_DTR_RTS | MODEM_OUT2);
    if (!answers)
        return UART16550_ABSENT;
    uart->overruns = uart->breaks = 0; /* what happened before is nobody's loss */
    uart->broken = false;

    if ((get(uart, IDENTIFICATION) & FIFO_ENABLED) == FIFO_ENABLED)
        uart->fifo_depth = 16;
    uart->present = true;
    return UART16550_OK;
}

enum uart16550_status uart16550_write(struct uart16550 *uart, const char *bytes, size_t length)
{
    if (!uart->present) {
        uart->lost += length;
        return UART16550_ABSENT;
    }
    while (length > 0) {
        if (!wait_for(uart, STATUS_HOLDING_EMPTY, patience(uart))) {
            uart->stuck = true;
            uart->lost += length;
            return UART16550_STUCK;
        }
        uart->stuck = false;
        size_t piece = length < uart->fifo_depth ? length : uart->fifo_depth;
        uart16550_fill(uart, bytes, piece);
        bytes += piece;
        length -= piece;
    }
    return UART16550_OK;
}

enum uart16550_status uart16550_drain(struct uart16550 *uart)
{
    if (!uart->present)
        return UART16550_ABSENT;
    return wait_for(uart, STATUS_ALL_SENT, patience(uart)) ? UART16550_OK : UART16550_STUCK;
}

size_t uart16550_room(struct uart16550 *uart)
{
    if (!uart->present || !(line_status(uart) & STATUS_HOLDING_EMPTY))
        return 0;
    uart->stuck = false;
    return uart->fifo_depth;
}

void uart16550_fill(const struct uart16550 *uart, const char *bytes, size_t length)
{
    uart->io.out8s(uart->io.context, (uint16_t)(uart->base + DATA), bytes, length);
}

bool uart16550_receive(struct uart16550 *uart, uint8_t *byte)
{
    uint32_t left = BREAKS_MAX;
    while (uart->present && left-- > 0 && (line_status(uart) & STATUS_DATA_READY)) {
        *byte = get(uart, DATA);
        if (!uart->broken)
            return true;
        uart->broken = false; /* the zero that stands for a break */
    }
    return false;
}

void uart16550_allow(const struct uart16550 *uart, uint32_t interrupts)
{
    if (uart->present)
        set(uart, INTERRUPT_ENABLE, (uint8_t)interrupts);
}

enum uart16550_cause uart16550_cause(struct uart16550 *uart)
{
    if (!uart->present)
        return UART16550_CAUSE_NONE;
    uint8_t cause = get(uart, IDENTIFICATION) & CAUSE_MASK;
    if (cause & CAUSE_NONE)
        return UART16550_CAUSE_NONE;
    if (cause == CAUSE_RECEIVED || cause == CAUSE_RECEIVED_LONG_AGO)
        return UART16550_CAUSE_RECEIVED;
    if (cause == CAUSE_EMPTY)
        return UART16550_CAUSE_EMPTY;
    if (cause == CAUSE_LINE) {
        (void)line_status(uart);
        return UART16550_CAUSE_LINE;
    }
    (void)get(uart, MODEM_STATUS);
    return UART16550_CAUSE_OTHER;
}
