/* The UART driver against a model of the chip: present, absent, stuck, slow, without FIFO,
 * interrupting, receiving. */
#include "drivers/serial/uart16550.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/phrases.h"

struct chip {
    bool present;
    bool fifo;
    bool stuck;
    uint32_t busy_looks; /* looks at the line status until the transmitter is empty again */
    uint32_t busy;
    uint8_t line_control, modem_control, divisor_low, divisor_high, received;
    uint8_t stuck_high, stuck_low; /* bits that come back as they please */
    bool data_ready;
    uint32_t in_fifo;
    char sent[4096];
    size_t sent_length;
    uint64_t looks;
    bool overrun;
    uint8_t allowed;       /* interrupt enable register */
    bool empty_edge;       /* the interrupt of the transmitter is raised */
    uint8_t status_events; /* of reception, until they are read */
    bool modem_event;
    const char *arrived; /* bytes that wait in the receiver */
    size_t arrived_length;
};

static void transmit(struct chip *chip, uint8_t value)
{
    if (chip->in_fifo >= (chip->fifo ? 16u : 1u))
        chip->overrun = true;
    chip->in_fifo++;
    chip->empty_edge = false;
    chip->busy = chip->busy_looks;
    if (chip->sent_length < sizeof chip->sent)
        chip->sent[chip->sent_length++] = (char)value;
}

/* The next byte, and a break in place of each '!'. */
static uint8_t receive(struct chip *chip)
{
    if (chip->arrived_length == 0)
        return chip->received;
    chip->arrived_length--;
    uint8_t byte = (uint8_t)*chip->arrived++;
    if (chip->arrived_length > 0 && *chip->arrived == '!')
        chip->status_events |= 0x10;
    return byte == '!' ? 0 : byte;
}

static uint8_t status_of_reception(struct chip *chip)
{
    uint8_t events = chip->status_events;
    chip->status_events = 0;
    return (uint8_t)(events | (chip->data_ready || chip->arrived_length > 0 ? 1 : 0));
}

static void empty(struct chip *chip)
{
    if (chip->in_fifo > 0)
        chip->empty_edge = true;
    chip->in_fifo = 0;
}

/* The highest cause, in the order of the data sheet. */
static uint8_t identify(struct chip *chip)
{
    if ((chip->allowed & 4) && chip->status_events != 0)
        return 0x06;
    if ((chip->allowed & 1) && chip->arrived_length > 0)
        return chip->arrived_length > 4 ? 0x04 : 0x0c;
    if ((chip->allowed & 2) && chip->empty_edge) {
        chip->empty_edge = false; /* reading clears it */
        return 0x02;
    }
    return (chip->allowed & 8) && chip->modem_event ? 0x00 : 0x01;
}

static uint8_t chip_in(void *context, uint16_t port)
{
    struct chip *chip = context;
    if (!chip->present)
        return 0xff;
    switch (port - 0x3f8) {
    case 0:
        chip->data_ready = false;
        return receive(chip);
    case 2:
        return (uint8_t)((chip->fifo ? 0xc0 : 0) | identify(chip));
    case 5:
        chip->looks++;
        if (chip->busy > 0)
            chip->busy--;
        if (chip->busy == 0 && !chip->stuck)
            empty(chip);
        return (uint8_t)((chip->in_fifo == 0 ? 0x60 : 0) | status_of_reception(chip));
    case 6:
        chip->modem_event = false;
        return 0;
    default:
        return 0;
    }
}

static void chip_out(void *context, uint16_t port, uint8_t value)
{
    struct chip *chip = context;
    bool divisor = chip->line_control & 0x80;
    switch (port - 0x3f8) {
    case 0:
        if (divisor)
            chip->divisor_low = value;
        else if (chip->modem_control & 0x10) {
            chip->received = (uint8_t)((value | chip->stuck_high) & ~chip->stuck_low);
            chip->data_ready = true;
        } else
            transmit(chip, value);
        break;
    case 1:
        if (divisor) {
            chip->divisor_high = value;
            break;
        }
        if ((value & 2) && !(chip->allowed & 2) && chip->in_fifo == 0)
            chip->empty_edge = true; /* also when it is allowed while the transmitter is empty */
        chip->allowed = value;
        break;
    case 3:
        chip->line_control = value;
        break;
    case 4:
        chip->modem_control = value;
        break;
    default:
        break;
    }
}

static const struct uart16550_mode usual = {.speed = 115200, .data_bits = 8, .stop_bits = 1};

static void chip_outs(void *context, uint16_t port, const char *bytes, size_t length)
{
    for (; length > 0; length--)
        chip_out(context, port, (uint8_t)*bytes++);
}

static enum uart16550_status init(struct uart16550 *uart, struct chip *chip,
                                  const struct uart16550_mode *mode)
{
    return uart16550_init(uart, (struct port_io){chip_in, chip_out, chip_outs, chip}, 0x3f8, mode);
}

static void a_port_with_a_bit_that_does_not_change_is_absent(void **state)
{
    (void)state;
    struct uart16550 uart;
    for (unsigned bit = 0; bit < 8; bit++) {
        struct chip high = {.present = true, .fifo = true, .stuck_high = (uint8_t)(1u << bit)};
        struct chip low = {.present = true, .fifo = true, .stuck_low = (uint8_t)(1u << bit)};
        assert_int_equal(init(&uart, &high, &usual), UART16550_ABSENT);
        assert_int_equal(init(&uart, &low, &usual), UART16550_ABSENT);
    }
}

static void a_port_that_never_ceases_to_receive_is_absent(void **state)
{
    (void)state;
    static const char noise[1000];
    struct uart16550 uart;
    struct chip chip = {
        .present = true, .fifo = true, .arrived = noise, .arrived_length = sizeof noise};
    assert_int_equal(init(&uart, &chip, &usual), UART16550_ABSENT);
}

static void a_present_port_is_set_up_as_asked(void **state)
{
    (void)state;
    struct chip chip = {.present = true, .fifo = true};
    struct uart16550 uart;
    const struct uart16550_mode mode = {
        .speed = 300, .data_bits = 7, .stop_bits = 2, .parity = UART16550_PARITY_EVEN};
    assert_int_equal(init(&uart, &chip, &mode), UART16550_OK);
    assert_int_equal(chip.divisor_low | chip.divisor_high << 8, 384);
    assert_int_equal(chip.line_control, 0x02 | 0x04 | 0x18);
    assert_int_equal(uart.fifo_depth, 16);
    assert_int_equal(chip.modem_control & 0x10, 0); /* out of loopback again */
    assert_int_equal(chip.sent_length, 0);          /* the probe sends nothing */
}

static void interrupts_that_a_loader_allowed_are_allowed_no_more(void **state)
{
    (void)state;
    struct chip chip = {.present = true, .fifo = true, .allowed = 0x0f};
    struct uart16550 uart;
    assert_int_equal(init(&uart, &chip, &usual), UART16550_OK);
    assert_int_equal(chip.allowed, 0);
}

static void an_absent_port_is_found_and_loses_everything(void **state)
{
    (void)state;
    struct chip chip = {0};
    struct uart16550 uart;
    assert_int_equal(init(&uart, &chip, &usual), UART16550_ABSENT);
    assert_int_equal(uart16550_write(&uart, "abc", 3), UART16550_ABSENT);
    assert_int_equal(uart.lost, 3);
    assert_int_equal(uart16550_drain(&uart), UART16550_ABSENT);
    assert_int_equal(chip.looks, 0);
}

static void impossible_speeds_are_refused(void **state)
{
    (void)state;
    struct chip chip = {.present = true};
    struct uart16550 uart;
    const uint32_t bad[] = {0, 1, 7, 110000, 230400};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct uart16550_mode mode = {.speed = bad[i], .data_bits = 8, .stop_bits = 1};
        assert_int_equal(init(&uart, &chip, &mode), UART16550_BAD_SPEED);
    }
}

static void every_byte_arrives_in_order_and_the_fifo_never_overruns(void **state)
{
    (void)state;
    for (int fifo = 0; fifo < 2; fifo++) {
        struct chip chip = {.present = true, .fifo = fifo, .busy_looks = 40};
        struct uart16550 uart;
        char text[1000];
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = (char)(i * 7);
        assert_int_equal(init(&uart, &chip, &usual), UART16550_OK);
        assert_int_equal(uart16550_write(&uart, text, sizeof text), UART16550_OK);
        assert_int_equal(uart16550_drain(&uart), UART16550_OK);
        assert_int_equal(chip.sent_length, sizeof text);
        assert_memory_equal(chip.sent, text, sizeof text);
        assert_false(chip.overrun);
        assert_int_equal(uart.lost, 0);
    }
}

static void a_stuck_transmitter_times_out_once_and_is_cheap_afterwards(void **state)
{
    (void)state;
    struct chip chip = {.present = true, .fifo = true};
    struct uart16550 uart;
    assert_int_equal(init(&uart, &chip, &usual), UART16550_OK);
    chip.stuck = true;
    assert_int_equal(uart16550_write(&uart, "x", 1), UART16550_OK); /* goes into the FIFO */
    assert_int_equal(uart16550_write(&uart, "y", 1), UART16550_STUCK);
    uint64_t first = chip.looks;
    for (int i = 0; i < 100; i++)
        assert_int_equal(uart16550_write(&uart, "z", 1), UART16550_STUCK);
    assert_int_equal(chip.looks - first, 100);
    assert_int_equal(uart.lost, 101);
}

static void a_transmitter_that_recovers_is_used_again(void **state)
{
    (void)state;
    struct chip chip = {.present = true, .fifo = true};
    struct uart16550 uart;
    assert_int_equal(init(&uart, &chip, &usual), UART16550_OK);
    chip.stuck = true;
    (void)uart16550_write(&uart, "x", 1);
    assert_int_equal(uart16550_write(&uart, "y", 1), UART16550_STUCK);
    chip.stuck = false;
    assert_int_equal(uart16550_write(&uart, "back", 4), UART16550_OK);
    assert_memory_equal(chip.sent + chip.sent_length - 4, "back", 4);
}

/* At 5 bits per second a wait is just below 2^32 looks, and the slowest speed is 2. */
static void a_wait_of_more_looks_than_32_bits_hold_is_not_cut_short(void **state)
{
    (void)state;
    struct chip chip = {.present = true, .fifo = true, .busy_looks = 40};
    struct uart16550 uart;
    assert_int_equal(init(&uart, &chip, &usual), UART16550_OK);
    uart.looks = UINT32_MAX / 50 + 1;
    assert_int_equal(uart16550_write(&uart, "x", 1), UART16550_OK);
    assert_int_equal(uart16550_write(&uart, "y", 1), UART16550_OK);
    assert_int_equal(uart16550_drain(&uart), UART16550_OK);
}

static void room_is_a_fifo_when_it_is_empty_and_else_nothing(void **state)
{
    (void)state;
    for (int fifo = 0; fifo < 2; fifo++) {
        struct chip chip = {.present = true, .fifo = fifo, .busy_looks = 3};
        struct uart16550 uart;
        assert_int_equal(init(&uart, &chip, &usual), UART16550_OK);
        uint64_t looks = chip.looks;
        assert_int_equal(uart16550_room(&uart), fifo ? 16 : 1);
        uart16550_fill(&uart, "0123456789abcdef", fifo ? 16 : 1);
        assert_int_equal(uart16550_room(&uart), 0);
        assert_int_equal(chip.looks - looks, 2); /* one each: nothing waits */
        assert_int_equal(uart16550_room(&uart), 0);
        assert_int_equal(uart16550_room(&uart), fifo ? 16 : 1);
        assert_false(chip.overrun);
    }
}

static void an_absent_port_has_no_room_no_bytes_and_no_cause(void **state)
{
    (void)state;
    struct chip chip = {0};
    struct uart16550 uart;
    uint8_t byte;
    assert_int_equal(init(&uart, &chip, &usual), UART16550_ABSENT);
    assert_int_equal(uart16550_room(&uart), 0);
    assert_false(uart16550_receive(&uart, &byte));
    assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_NONE);
}

static void the_transmitter_interrupts_once_each_time_it_gets_empty(void **state)
{
    (void)state;
    struct chip chip = {.present = true, .fifo = true};
    struct uart16550 uart;
    assert_int_equal(init(&uart, &chip, &usual), UART16550_OK);
    assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_NONE);
    uart16550_allow(&uart, UART16550_RECEIVED | UART16550_EMPTY);
    assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_EMPTY); /* it was empty */
    assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_NONE);
    uart16550_fill(&uart, "x", 1);
    assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_NONE);
    assert_int_equal(uart16550_room(&uart), 16); /* the byte has left */
    assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_EMPTY);
    uart16550_allow(&uart, UART16550_RECEIVED);
    uart16550_fill(&uart, "x", 1);
    assert_int_equal(uart16550_room(&uart), 16);
    assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_NONE); /* not allowed */
}

static void bytes_that_arrive_are_a_cause_until_all_are_received(void **state)
{
    (void)state;
    struct chip chip = {.present = true, .fifo = true};
    struct uart16550 uart;
    uint8_t byte;
    assert_int_equal(init(&uart, &chip, &usual), UART16550_OK);
    uart16550_allow(&uart, UART16550_RECEIVED | UART16550_LINE);
    chip.arrived = "hello";
    chip.arrived_length = 5;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_RECEIVED);
        assert_true(uart16550_receive(&uart, &byte));
        assert_int_equal(byte, "hello"[i]);
    }
    assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_NONE);
    assert_false(uart16550_receive(&uart, &byte));
}

static void overruns_and_breaks_are_counted_whoever_reads_the_status(void **state)
{
    (void)state;
    struct chip chip = {.present = true, .fifo = true};
    struct uart16550 uart;
    uint8_t byte;
    assert_int_equal(init(&uart, &chip, &usual), UART16550_OK);
    uart16550_allow(&uart, UART16550_RECEIVED | UART16550_LINE);
    chip.status_events = 0x02;
    assert_int_equal(uart16550_room(&uart), 16); /* the transmitter's look */
    assert_int_equal(uart.overruns, 1);
    chip.arrived = "a!b!";
    chip.arrived_length = 4;
    assert_true(uart16550_receive(&uart, &byte));
    assert_int_equal(byte, 'a');
    assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_LINE);
    assert_int_equal(uart.breaks, 1);
    assert_true(uart16550_receive(&uart, &byte)); /* the break is no byte */
    assert_int_equal(byte, 'b');
    assert_false(uart16550_receive(&uart, &byte));
    assert_int_equal(uart.breaks, 2);
    assert_int_equal(uart.overruns, 1);
}

static void a_port_that_has_gone_gives_no_breaks_without_end(void **state)
{
    (void)state;
    struct chip chip = {.present = true, .fifo = true};
    struct uart16550 uart;
    uint8_t byte;
    assert_int_equal(init(&uart, &chip, &usual), UART16550_OK);
    chip.present = false; /* every register reads 0xff */
    assert_false(uart16550_receive(&uart, &byte));
    assert_int_equal(uart.breaks, 16);
    assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_NONE);
}

static void other_causes_are_cleared(void **state)
{
    (void)state;
    struct chip chip = {.present = true, .fifo = true};
    struct uart16550 uart;
    assert_int_equal(init(&uart, &chip, &usual), UART16550_OK);
    chip.allowed = 8; /* by somebody else */
    chip.modem_event = true;
    assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_OTHER);
    assert_int_equal(uart16550_cause(&uart), UART16550_CAUSE_NONE);
}

static void every_status_has_a_phrase_of_its_own(void **state)
{
    (void)state;
    assert_phrases(uart16550_status_str, enum uart16550_status, UART16550_BAD_SPEED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_present_port_is_set_up_as_asked),
        cmocka_unit_test(a_port_with_a_bit_that_does_not_change_is_absent),
        cmocka_unit_test(a_port_that_never_ceases_to_receive_is_absent),
        cmocka_unit_test(interrupts_that_a_loader_allowed_are_allowed_no_more),
        cmocka_unit_test(an_absent_port_is_found_and_loses_everything),
        cmocka_unit_test(impossible_speeds_are_refused),
        cmocka_unit_test(every_byte_arrives_in_order_and_the_fifo_never_overruns),
        cmocka_unit_test(a_stuck_transmitter_times_out_once_and_is_cheap_afterwards),
        cmocka_unit_test(a_transmitter_that_recovers_is_used_again),
        cmocka_unit_test(a_wait_of_more_looks_than_32_bits_hold_is_not_cut_short),
        cmocka_unit_test(room_is_a_fifo_when_it_is_empty_and_else_nothing),
        cmocka_unit_test(an_absent_port_has_no_room_no_bytes_and_no_cause),
        cmocka_unit_test(the_transmitter_interrupts_once_each_time_it_gets_empty),
        cmocka_unit_test(bytes_that_arrive_are_a_cause_until_all_are_received),
        cmocka_unit_test(overruns_and_breaks_are_counted_whoever_reads_the_status),
        cmocka_unit_test(a_port_that_has_gone_gives_no_breaks_without_end),
        cmocka_unit_test(other_causes_are_cleared),
        cmocka_unit_test(every_status_has_a_phrase_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
