/* The console as a terminal. */
#include "kernel/terminal.h"

#include "kernel/console.h"
#include "kernel/pic.h"
#include "kernel/spinlock.h"
#include "kernel/thread.h"
#include "kernel/traps.h"
#include "kernel/tslog.h"
#include "kernel/wait_queue.h"

enum {
    INPUT_SIZE = 1024, /* power of two */
    CONTROL_C = 3,
    CONTROL_Z = 26,
};

static bool listening;
TSLOG_TOPIC(read_topic, "console read");
TSLOG_TOPIC(reading_topic, "terminal");
static struct wait_queue readers = {.topic = &read_topic};
static char input[INPUT_SIZE];

/* Bytes, ever; the interrupt writes one, readers the other. */
static volatile uint32_t typed, taken;
static struct mutex reading = MUTEX_OF(reading_topic);

static struct spinlock typing; /* between a key and a change of the foreground */
static volatile uint32_t foreground;
static uint32_t starter;     /* pid: its next child goes to the foreground; 0: nobody's */
static volatile bool asking; /* whether to go on */

/* The screen that output fills, and how much of it is taken. */
static uint32_t page_rows, page_columns, rows_printed, column;

/* A key that is a signal, and not to be read.  A question is wiped by who asks it. */
static bool is_signal(char key)
{
    if (foreground == 0 || (key != CONTROL_C && key != CONTROL_Z))
        return false;
    if (!asking)
        console_put(CONSOLE_KERNEL, key == CONTROL_C ? "^C\n" : "^Z\n", 3);
    return thread_signal(foreground, key == CONTROL_C ? SIGNAL_INTERRUPT : SIGNAL_TERMINAL_STOP);
}

/* Context: interrupt, on the boot CPU.  What nobody has read yet is not overwritten: the newest
 * keys are lost, as on any terminal. */
static void take_input(const char *bytes, size_t count)
{
    uint32_t flags = spinlock_take(&typing);
    for (size_t i = 0; i < count; i++)
        if (!is_signal(bytes[i]) && typed - taken < INPUT_SIZE) {
            input[typed % INPUT_SIZE] = bytes[i];
            __atomic_store_n(&typed, typed + 1, __ATOMIC_RELEASE);
        }
    spinlock_release(&typing, flags);
    wait_queue_wake_all(&readers);
}

bool terminal_init(void)
{
    console_set_input_hook(take_input);
    uint32_t line = console_use_interrupts();
    listening = line != 0;
    if (listening) {
        traps_set_line_handler(line, console_handle_interrupt);
        pic_enable(line);
    }
    return listening;
}

static bool has_input(void *nothing)
{
    (void)nothing;
    return __atomic_load_n(&typed, __ATOMIC_ACQUIRE) != taken;
}

static size_t copy_input(char *bytes, size_t room)
{
    size_t count = 0;
    while (count < room && has_input(NULL))
        bytes[count++] = input[taken++ % INPUT_SIZE];
    return count;
}

enum terminal_status terminal_read(char *bytes, size_t *length, uint64_t ns)
{
    if (!listening)
        return TERMINAL_NO_LINE;
    for (;;) {
        enum thread_wake woken = wait_queue_wait(&readers, has_input, NULL, ns);
        if (woken == THREAD_TIMED_OUT)
            return TERMINAL_TIMED_OUT;
        if (woken == THREAD_INTERRUPTED)
            return TERMINAL_INTERRUPTED;
        mutex_take(&reading);
        size_t count = copy_input(bytes, *length);
        mutex_release(&reading);
        if (count > 0) { /* else another reader was quicker */
            *length = count;
            return TERMINAL_OK;
        }
    }
}

/* --- Who is in the foreground, and how much it prints --- */

static void begin_page(void)
{
    rows_printed = column = 0;
}

/* ^C or ^Z behind a command may come before the command is in the foreground: it is meant. */
static void take_early_signals(void)
{
    while (has_input(NULL) && is_signal(input[taken % INPUT_SIZE]))
        taken++;
}

void terminal_set_foreground(uint32_t pid)
{
    starter = 0;
    if (foreground != pid)
        begin_page();
    mutex_take(&reading);
    uint32_t flags = spinlock_take(&typing);
    foreground = pid;
    take_early_signals();
    spinlock_release(&typing, flags);
    mutex_release(&reading);
}

void terminal_set_next_to_foreground(void)
{
    starter = thread_current()->pid;
}

void terminal_started(uint32_t pid)
{
    if (starter != 0 && starter == thread_current()->pid)
        terminal_set_foreground(pid);
}

void terminal_page(uint32_t rows, uint32_t columns)
{
    page_rows = rows;
    page_columns = columns;
    begin_page();
}

static enum terminal_status ask(uint32_t pid, char *key)
{
    static const char question[] = "--More--", wiped[] = "\r        \r";
    size_t length = 1;
    asking = true;
    console_put(pid, question, sizeof question - 1);
    enum terminal_status status = terminal_read(key, &length, THREAD_FOREVER);
    asking = false;
    console_put(CONSOLE_ANYBODY, wiped, sizeof wiped - 1);
    return status;
}

/* Space: the next page; return: one more row; q: no more.  Whoever is stopped here goes on with the
 * next page.  False: the process takes a signal, and asks for no more output. */
static bool may_go_on(uint32_t pid)
{
    char key = ' ';
    enum terminal_status status = ask(pid, &key);
    if (status == TERMINAL_OK && key == 'q')
        (void)thread_signal(pid, SIGNAL_INTERRUPT);
    bool interrupted = thread_was_interrupted();
    begin_page();
    if (key == '\r')
        rows_printed = page_rows - 2;
    return !interrupted;
}

/* Of characters of three and four bytes many have two columns: a page may be too short, not too
 * long. */
static uint32_t columns_of(uint8_t byte)
{
    return byte == '\t'                          ? 8 - column % 8
           : byte >= 0xe1                        ? 2
           : byte < ' ' || (byte & 0xc0) == 0x80 ? 0
                                                 : 1;
}

/* How many bytes stand in the present row of the screen; it is behind them. */
static size_t take_row(const char *bytes, size_t length)
{
    size_t count = 0;
    while (count < length) {
        uint8_t byte = (uint8_t)bytes[count];
        bool full = column + columns_of(byte) > page_columns && column > 0;
        if (!full) {
            count++;
            column = byte == '\r' ? 0 : column + columns_of(byte);
        }
        if (full || byte == '\n') {
            rows_printed++;
            column = 0;
            break;
        }
    }
    return count;
}

static bool is_paged(uint32_t pid)
{
    return page_rows > 1 && pid == foreground;
}

void terminal_write(uint32_t pid, const char *bytes, size_t length)
{
    while (length > 0) {
        if (is_paged(pid) && rows_printed >= page_rows - 1 && !may_go_on(pid))
            return;
        size_t row = is_paged(pid) ? take_row(bytes, length) : length;
        console_put(pid, bytes, row);
        bytes += row;
        length -= row;
    }
}
