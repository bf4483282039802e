/* The console: serial port and screen. */
#include "kernel/console.h"

#include "drivers/serial/uart16550.h"
#include "kernel/cpu.h"
#include "kernel/vga_text.h"

static struct uart16550 uart;
static enum uart16550_status uart_status;
static struct console_option chosen;
static bool ready;

static uint8_t port_in8(void *context, uint16_t port)
{
    (void)context;
    return cpu_in8(port);
}

static void port_out8(void *context, uint16_t port, uint8_t value)
{
    (void)context;
    cpu_out8(port, value);
}

static enum uart16550_parity parity_of(char letter)
{
    return letter == 'o'   ? UART16550_PARITY_ODD
           : letter == 'e' ? UART16550_PARITY_EVEN
                           : UART16550_PARITY_NONE;
}

void console_init(const struct console_option *option)
{
    chosen = *option;
    const struct uart16550_mode mode = {
        .speed = option->speed,
        .data_bits = option->data_bits,
        .stop_bits = option->stop_bits,
        .parity = parity_of(option->parity),
    };
    uart_status =
        uart16550_init(&uart, (struct port_io){port_in8, port_out8, NULL}, option->port, &mode);
    if (option->kind == CONSOLE_TEXT)
        vga_text_init();
    ready = true;
}

bool console_ready(void)
{
    return ready;
}

static void put_raw(void *context, const char *bytes, size_t length)
{
    (void)context;
    (void)uart16550_write(&uart, bytes, length); /* best effort: the port counts what it lost */
}

static void put_text(void *context, const char *bytes, size_t length)
{
    if (chosen.kind == CONSOLE_TEXT)
        vga_text_write(bytes, length);
    if (chosen.kind != CONSOLE_PORT)
        return;
    while (length > 0) {
        size_t run = 0;
        while (run < length && bytes[run] != '\n')
            run++;
        put_raw(context, bytes, run);
        if (run < length)
            put_raw(context, "\r\n", 2);
        run += run < length;
        bytes += run;
        length -= run;
    }
}

struct text_sink console_text(void)
{
    return (struct text_sink){put_text, NULL};
}

struct text_sink console_raw(void)
{
    return (struct text_sink){put_raw, NULL};
}

void console_describe(const struct text_sink *sink)
{
    text_print(sink, "port 0x%x, %u baud %u%c%u", chosen.port, (unsigned)chosen.speed,
               chosen.data_bits, chosen.parity - 'a' + 'A', chosen.stop_bits);
    if (uart_status != UART16550_OK)
        text_print(sink, " (%s: frames are lost)", uart16550_status_str(uart_status));
    else
        text_print(sink, uart.fifo_depth > 1 ? ", with FIFO" : ", without FIFO");
    if (chosen.kind == CONSOLE_TEXT)
        text_print(sink, "; text on the screen");
    if (chosen.kind == CONSOLE_NONE)
        text_print(sink, "; no text");
}

void console_drain(void)
{
    (void)uart16550_drain(&uart);
}

void log_line(const char *format, ...)
{
    if (!ready)
        return;
    struct text_sink sink = console_text();
    va_list arguments;
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
    sink.put(sink.context, "\n", 1);
}
