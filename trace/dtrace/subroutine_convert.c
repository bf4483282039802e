/* Subroutines between numbers and text, and between byte orders. */
#include "trace/dtrace/run_machine.h"

enum {
    NUMBER_SIZE = 65, /* 64 binary digits and a NUL; with prefix and sign no base needs more */
    BASE_MIN = 2,
    BASE_MAX = 36,
};

/* False after an ILLOP. */
static bool base_argument(struct dif_machine *machine, uint32_t *base)
{
    int32_t value = machine->depth > 1 ? (int32_t)dif_argument(machine, 1) : 10;
    if (value < BASE_MIN || value > BASE_MAX) {
        dif_fault(machine, DIF_FAULT_ILLOP, dif_argument(machine, 1));
        return false;
    }
    *base = (uint32_t)value;
    return true;
}

/* --- lltostr() --- */

/* Text that grows towards its beginning. */
struct digits {
    uint8_t text[NUMBER_SIZE];
    uint32_t start;
};

static void prepend(struct digits *digits, char byte)
{
    digits->text[--digits->start] = (uint8_t)byte;
}

static void prepend_number(struct digits *digits, uint64_t value, uint32_t base)
{
    do {
        prepend(digits, "0123456789abcdefghijklmnopqrstuvwxyz"[value % base]);
        value /= base;
    } while (value > 0);
}

/* Signed in base 10 alone; 0x for base 16, and 0 for base 8, where the number is not 0 itself. */
static void write_number(struct digits *digits, uint64_t value, uint32_t base)
{
    bool is_negative = base == 10 && value >> 63;
    prepend_number(digits, is_negative ? -value : value, base);
    if (base == 16)
        prepend(digits, 'x');
    if (base == 16 || (base == 8 && value != 0))
        prepend(digits, '0');
    if (is_negative)
        prepend(digits, '-');
}

void dif_lltostr(struct dif_machine *machine, uint64_t *result)
{
    struct digits digits = {.start = NUMBER_SIZE - 1};
    uint32_t base;
    *result = 0;
    if (!base_argument(machine, &base))
        return;
    uint8_t *to = dif_take(machine, NUMBER_SIZE, DIF_ANY);
    if (!to)
        return;
    write_number(&digits, dif_argument(machine, 0), base);
    __builtin_memcpy(to, digits.text + digits.start, NUMBER_SIZE - digits.start);
    *result = (uintptr_t)to;
}

/* --- strtoll() --- */

/* A byte of the string, 0 at its end and behind it. */
static uint8_t peek(const struct dif_string *string, uint32_t at)
{
    return at < string->length ? string->bytes[at] : 0;
}

/* 36 and more: no digit. */
static uint32_t digit_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - (uint32_t)'0';
    byte |= 0x20; /* to lower case */
    return byte >= 'a' && byte <= 'z' ? byte - (uint32_t)'a' + 10 : BASE_MAX;
}

static uint64_t read_digits(const struct dif_string *string, uint32_t at, uint32_t base)
{
    uint64_t value = 0;
    uint32_t digit;
    if (base == 16 && peek(string, at) == '0' && (peek(string, at + 1) | 0x20) == 'x')
        at += 2;
    for (; (digit = digit_value(peek(string, at))) < base; at++)
        value = value * base + digit; /* wraps */
    return value;
}

void dif_strtoll(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string string;
    uint32_t base, at = 0;
    if (!base_argument(machine, &base) || !dif_string(machine, dif_argument(machine, 0), &string))
        return;
    while (peek(&string, at) == ' ' || peek(&string, at) == '\t')
        at++;
    bool is_negative = peek(&string, at) == '-';
    at += is_negative || peek(&string, at) == '+';
    uint64_t value = read_digits(&string, at, base);
    *result = is_negative ? -value : value;
}

/* --- Byte order: the machine is little-endian, the network is not --- */

void dif_swap16(struct dif_machine *machine, uint64_t *result)
{
    *result = __builtin_bswap16((uint16_t)dif_argument(machine, 0));
}

void dif_swap32(struct dif_machine *machine, uint64_t *result)
{
    *result = __builtin_bswap32((uint32_t)dif_argument(machine, 0));
}

void dif_swap64(struct dif_machine *machine, uint64_t *result)
{
    *result = __builtin_bswap64(dif_argument(machine, 0));
}
