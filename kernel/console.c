/* The console: serial port and screen. */
#include "kernel/console.h"

#include "drivers/serial/uart16550.h"
#include "kernel/cpu.h"
#include "kernel/spinlock.h"
#include "kernel/vga_text.h"

enum {
    TEXT_SIZE = 65536, /* bytes; both hold a few seconds of a fast line */
    FRAMES_SIZE = 65536,
    TEXT_PLACES = 2048,   /* of 32 bytes each: lines of text are often empty or short */
    FRAME_PLACES = 1024,  /* frames are longer */
    RECEIVED_SIZE = 1024, /* in one interrupt */
    LINE_SIZE = 256,      /* of text that is put together without the lock */
    CAUSES_MAX = 32,      /* in one interrupt: a port that never stops must not stop the rest */
    LOCK_LOOKS = 10000,   /* some milliseconds at most: longer than anybody holds the lock */
};

static struct uart16550 uart;
static enum uart16550_status uart_status;
static struct console_option chosen;
static bool ready;

static char text_bytes[TEXT_SIZE], frame_bytes[FRAMES_SIZE];
static struct output_entry text_entries[TEXT_PLACES], frame_entries[FRAME_PLACES];
static struct output_queue queue = {
    .text = {.bytes = text_bytes,
             .size = TEXT_SIZE,
             .entries = text_entries,
             .places = TEXT_PLACES},
    .frames = {.bytes = frame_bytes,
               .size = FRAMES_SIZE,
               .entries = frame_entries,
               .places = FRAME_PLACES},
};

struct message_buffer console_messages;

/* Guards all of this file; `alone` stands for it after console_take_over. */
static struct spinlock lock;
static volatile bool alone;
static enum console_waiting waiting;

static bool refusing; /* the frame that is being written */
static bool interrupts_are_used;
static uint32_t allowed; /* enum uart16550_interrupts */
static uint64_t bytes_sent;

static char received[RECEIVED_SIZE]; /* in this interrupt */
static size_t received_count;
static void (*input_hook)(const char *bytes, size_t count);

static uint32_t take_lock(void)
{
    return alone ? cpu_interrupts_save() : spinlock_take(&lock);
}

static void release_lock(uint32_t flags)
{
    if (alone)
        cpu_interrupts_restore(flags);
    else
        spinlock_release(&lock, flags);
}

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

static void port_out8s(void *context, uint16_t port, const char *bytes, size_t length)
{
    (void)context;
    cpu_out8s(port, bytes, length);
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
    const struct port_io io = {port_in8, port_out8, port_out8s, NULL};
    uart_status = uart16550_init(&uart, io, option->port, &mode);
    if (option->kind == CONSOLE_TEXT)
        vga_text_init();
    output_queue_init(&queue);
    ready = true;
}

bool console_ready(void)
{
    return ready;
}

/* --- To the line; with the lock --------------------------------------------------------------- */

/* Gives the port the next bytes, `room` at most. */
static void fill(size_t room)
{
    const char *bytes;
    size_t length;
    while (room > 0 && (bytes = output_queue_next(&queue, &length)) != NULL) {
        if (length > room)
            length = room;
        uart16550_fill(&uart, bytes, length);
        output_queue_sent(&queue, length);
        bytes_sent += length;
        room -= length;
    }
}

/* The transmitter interrupts only while something waits for it. */
static void allow_interrupts(void)
{
    if (!interrupts_are_used)
        return;
    uint32_t due =
        UART16550_RECEIVED | UART16550_LINE | (output_queue_waits(&queue) ? UART16550_EMPTY : 0u);
    if (due != allowed)
        uart16550_allow(&uart, due);
    allowed = due;
}

/* Sends what the port takes at this moment, and leaves the rest to the interrupt. */
static void send_ready(void)
{
    size_t room;
    while (output_queue_waits(&queue) && (room = uart16550_room(&uart)) > 0)
        fill(room);
    allow_interrupts();
}

/* Sends a little, waiting for the port; false if nothing was left to be sent.  What a stuck port
 * does not take is lost, and counted there. */
static bool send_waiting(void)
{
    size_t length;
    const char *bytes = output_queue_next(&queue, &length);
    if (bytes == NULL)
        return false;
    if (length > uart.fifo_depth)
        length = uart.fifo_depth;
    (void)uart16550_write(&uart, bytes, length);
    output_queue_sent(&queue, length);
    bytes_sent += length;
    return true;
}

/* --- Waiting; without the lock, which is free for others between any two bursts ---------------- */

static void send_all(void)
{
    for (bool more = true; more;) {
        uint32_t flags = take_lock();
        more = send_waiting();
        release_lock(flags);
    }
}

void console_wait_mode(enum console_waiting who)
{
    waiting = who;
    if (who == CONSOLE_ALL_WAIT)
        send_all();
}

bool console_sync(void)
{
    uint32_t flags = take_lock();
    uint64_t enough = bytes_sent + TEXT_SIZE + FRAMES_SIZE;
    release_lock(flags);
    for (bool more = true; more;) {
        flags = take_lock();
        more = send_waiting() && bytes_sent < enough;
        release_lock(flags);
    }
    return !uart.stuck;
}

static void send_and_release(uint32_t flags)
{
    send_ready();
    release_lock(flags);
    if (waiting == CONSOLE_ALL_WAIT)
        send_all();
}

/* --- Text ------------------------------------------------------------------------------------- */

static bool text_is_wanted(void)
{
    return chosen.kind == CONSOLE_TEXT || (chosen.kind == CONSOLE_PORT && uart.present);
}

/* With the lock. */
static void put_text(uint32_t owner, const char *bytes, size_t length)
{
    message_buffer_put(&console_messages, bytes, length);
    if (chosen.kind == CONSOLE_TEXT)
        vga_text_write(bytes, length);
    else
        output_queue_put_text(&queue, owner, bytes, length);
}

void console_put(uint32_t owner, const char *bytes, size_t length)
{
    if (!text_is_wanted())
        return;
    uint32_t flags = take_lock();
    put_text(owner, bytes, length);
    send_and_release(flags);
}

/* The kernel's text comes in very small pieces: they are put when a line has ended, or is full. */
static struct {
    char bytes[LINE_SIZE];
    size_t length;
} line;

/* With the lock. */
static void put_line_so_far(void)
{
    put_text(CONSOLE_KERNEL, line.bytes, line.length);
    line.length = 0;
}

/* With the lock.  Gives how many bytes the line has taken. */
static size_t add_to_line(const char *bytes, size_t length)
{
    size_t room = sizeof line.bytes - line.length;
    size_t piece = length < room ? length : room;
    __builtin_memcpy(line.bytes + line.length, bytes, piece);
    line.length += piece;
    return piece;
}

static void put_kernel_text(void *context, const char *bytes, size_t length)
{
    (void)context;
    while (text_is_wanted() && length > 0) {
        uint32_t flags = take_lock();
        size_t taken = add_to_line(bytes, length);
        bytes += taken;
        length -= taken;
        if (line.bytes[line.length - 1] != '\n' && line.length < sizeof line.bytes) {
            release_lock(flags);
            continue;
        }
        put_line_so_far();
        send_and_release(flags); /* so that a line longer than the queue is waited for, too */
    }
}

struct text_sink console_text(void)
{
    return (struct text_sink){put_kernel_text, NULL};
}

static void put_text_of_line(void *context, const char *bytes, size_t length)
{
    (void)context;
    put_text(CONSOLE_KERNEL, bytes, length);
}

/* A line that is too long to be put together first: nobody else may print meanwhile. */
static void put_long_line(const char *format, va_list arguments)
{
    const struct text_sink sink = {put_text_of_line, NULL};
    uint32_t flags = take_lock();
    text_print_list(&sink, format, arguments);
    put_text(CONSOLE_KERNEL, "\n", 1);
    send_and_release(flags);
}

static void put_line(const char *format, va_list arguments)
{
    char bytes[LINE_SIZE];
    struct text_buffer buffer = {.bytes = bytes, .size = sizeof bytes};
    const struct text_sink sink = text_buffer_sink(&buffer);
    va_list again;
    va_copy(again, arguments);
    text_print_list(&sink, format, arguments);
    if (buffer.length + 1 < sizeof bytes) {
        bytes[buffer.length] = '\n'; /* instead of the terminator */
        console_put(CONSOLE_KERNEL, bytes, buffer.length + 1);
    } else {
        put_long_line(format, again);
    }
    va_end(again);
}

void log_line(const char *format, ...)
{
    if (!ready || !text_is_wanted())
        return;
    va_list arguments;
    va_start(arguments, format);
    put_line(format, arguments);
    va_end(arguments);
}

/* --- Frames ----------------------------------------------------------------------------------- */

/* Sends the frames before, too. */
static void begin_frame(void)
{
    send_and_release(take_lock());
    uint32_t flags = take_lock();
    output_queue_frame_begin(&queue);
    release_lock(flags);
    refusing = !uart.present;
}

/* Makes room by sending.  A frame that is longer than all the room there is goes ahead in pieces,
 * and then has to be finished. */
static void wait_for_frame_room(void)
{
    uint32_t flags = take_lock();
    if (!output_queue_waits(&queue))
        (void)output_queue_frame_put(&queue, true); /* there are places: nothing waits */
    (void)send_waiting();
    output_queue_frame_look(&queue);
    release_lock(flags);
}

static void append_to_frame(const char *bytes, size_t length)
{
    if (output_queue_frame_append(&queue, bytes, length))
        return;
    uint32_t flags = take_lock();
    output_queue_frame_look(&queue);
    release_lock(flags);
    while (!refusing && !output_queue_frame_append(&queue, bytes, length)) {
        refusing = waiting == CONSOLE_NOBODY_WAITS && !queue.frame_begun;
        if (!refusing)
            wait_for_frame_room();
    }
}

/* False: there is no place for it, and none to be waited for. */
static bool put_frame(void)
{
    while (!output_queue_frame_put(&queue, false)) {
        if (waiting == CONSOLE_NOBODY_WAITS && !queue.frame_begun)
            return false;
        (void)send_waiting();
    }
    return true;
}

/* Sends nothing, as that takes its time: a panic between here and the note that the stream makes
 * of the frame would have its content sent twice. */
static void end_frame(void)
{
    uint32_t flags = take_lock();
    if (refusing || !put_frame())
        output_queue_frame_refuse(&queue);
    allow_interrupts();
    release_lock(flags);
}

static void put_raw(void *context, const char *bytes, size_t length)
{
    (void)context;
    if (bytes[0] == '~')
        begin_frame();
    if (!refusing)
        append_to_frame(bytes, length);
    if (bytes[length - 1] == '\n')
        end_frame();
}

struct text_sink console_raw(void)
{
    return (struct text_sink){put_raw, NULL};
}

uint32_t console_frames_ended(void)
{
    return output_queue_frames_ended(&queue);
}

/* --- The end ---------------------------------------------------------------------------------- */

/* Whoever holds the lock was stopped while holding it, or will let it go soon. */
static void try_lock(void)
{
    uint32_t flags;
    for (uint32_t looks = LOCK_LOOKS; looks > 0 && !spinlock_try(&lock, &flags); looks--)
        cpu_pause();
}

void console_take_over(void)
{
    cpu_interrupts_off();
    if (!alone)
        try_lock();
    alone = true;
    interrupts_are_used = false;
    uart16550_allow(&uart, 0);
    output_queue_take_over(&queue);
    put_line_so_far();
    console_wait_mode(CONSOLE_ALL_WAIT);
}

void console_drain(void)
{
    console_take_over();
    (void)uart16550_drain(&uart);
}

/* --- Interrupts and input --------------------------------------------------------------------- */

/* COM1 to COM4 of a PC. */
static uint32_t line_of(uint16_t port)
{
    switch (port) {
    case 0x3f8:
    case 0x3e8:
        return 4;
    case 0x2f8:
    case 0x2e8:
        return 3;
    default:
        return 0;
    }
}

uint32_t console_use_interrupts(void)
{
    if (!uart.present || line_of(chosen.port) == 0)
        return 0;
    uint32_t flags = take_lock();
    interrupts_are_used = true;
    allow_interrupts();
    release_lock(flags);
    return line_of(chosen.port);
}

/* What finds no room stays in the port, which has a cause then for another interrupt. */
static void receive(void)
{
    uint8_t byte;
    while (received_count < RECEIVED_SIZE && uart16550_receive(&uart, &byte))
        received[received_count++] = (char)byte;
}

/* Serves the port until it has no cause left.  If it does not come to an end, its line falls and
 * rises again with the interrupts that it is allowed, so that none is missed. */
static void serve(void)
{
    for (uint32_t left = CAUSES_MAX; left > 0; left--) {
        enum uart16550_cause cause = uart16550_cause(&uart);
        if (cause == UART16550_CAUSE_NONE)
            return;
        if (cause == UART16550_CAUSE_EMPTY)
            send_ready();
        if (cause == UART16550_CAUSE_RECEIVED)
            receive();
    }
    uart16550_allow(&uart, 0);
    uart16550_allow(&uart, allowed);
}

void console_handle_interrupt(void)
{
    uint32_t flags = take_lock();
    received_count = 0;
    serve();
    release_lock(flags);
    if (received_count > 0 && input_hook != NULL)
        input_hook(received, received_count);
}

void console_set_input_hook(void (*hook)(const char *bytes, size_t count))
{
    input_hook = hook;
}

/* --- What is told of it ----------------------------------------------------------------------- */

struct output_counts console_counts(void)
{
    uint32_t flags = take_lock();
    const struct output_counts counts = output_queue_counts(&queue);
    release_lock(flags);
    return counts;
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
