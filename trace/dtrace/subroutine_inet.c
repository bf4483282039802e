/* Subroutines that write Internet addresses as text.
 *
 * IPv6 after RFC 1884, section 2.2: the longest run of zero groups becomes "::", and an address that embeds one of
 * IPv4 ends in that; inet_ntoa6() gives of such an address what is of IPv4 alone, as DTrace's does. */
#include "trace/dtrace/run_machine.h"

enum {
    FAMILY_IPV4 = 2,
    FAMILY_IPV6 = 26, /* illumos' number */
    IPV4_BYTES = 4,
    IPV6_BYTES = 16,
    IPV6_GROUPS = 8,
    IPV4_TEXT = 16, /* bytes of scratch, with the NUL */
    IPV6_TEXT = 46,
    EMBEDDED_AT = 12,
};

struct address_text {
    uint8_t bytes[IPV6_TEXT];
    uint32_t length;
};

static void put(struct address_text *text, char byte)
{
    text->bytes[text->length++] = (uint8_t)byte;
}

static void put_number(struct address_text *text, uint32_t value, uint32_t base)
{
    if (value >= base)
        put_number(text, value / base, base); /* at most four digits */
    put(text, "0123456789abcdef"[value % base]);
}

static void put_ipv4(struct address_text *text, const uint8_t *bytes)
{
    for (uint32_t i = 0; i < IPV4_BYTES; i++) {
        if (i > 0)
            put(text, '.');
        put_number(text, bytes[i], 10);
    }
}

/* --- IPv6 --- */

static uint32_t group(const uint8_t *bytes, uint32_t index)
{
    return (uint32_t)bytes[2 * index] << 8 | bytes[2 * index + 1];
}

/* From group `from` on. */
static uint32_t zero_groups(const uint8_t *bytes, uint32_t from, uint32_t groups)
{
    uint32_t count = 0;
    while (from + count < groups && group(bytes, from + count) == 0)
        count++;
    return count;
}

/* The first one of the longest; gives its length, 0 if there is none. */
static uint32_t longest_zeros(const uint8_t *bytes, uint32_t groups, uint32_t *start)
{
    uint32_t longest = 0;
    for (uint32_t i = 0; i < groups; i++) {
        uint32_t count = zero_groups(bytes, i, groups);
        if (count > longest) {
            longest = count;
            *start = i;
        }
    }
    return longest;
}

/* ::ffff:a.b.c.d, or ::a.b.c.d other than :: and ::1. */
static bool embeds_ipv4(const uint8_t *bytes)
{
    uint32_t zeros = zero_groups(bytes, 0, IPV6_GROUPS);
    if (zeros == 5)
        return group(bytes, 5) == 0xffff;
    return zeros == 6 || (zeros == 7 && group(bytes, 7) != 1);
}

static void put_groups(struct address_text *text, const uint8_t *bytes, uint32_t groups)
{
    uint32_t start = 0;
    uint32_t zeros = longest_zeros(bytes, groups, &start);
    for (uint32_t i = 0; i < groups; i++) {
        if (zeros > 0 && i == start) {
            put(text, ':');
            put(text, ':');
            i += zeros - 1;
            continue;
        }
        if (i > 0 && text->bytes[text->length - 1] != ':')
            put(text, ':');
        put_number(text, group(bytes, i), 16);
    }
}

static void put_ipv6(struct address_text *text, const uint8_t *bytes, bool is_ipv4_alone)
{
    bool is_embedding = embeds_ipv4(bytes);
    if (!is_embedding || !is_ipv4_alone)
        put_groups(text, bytes, is_embedding ? EMBEDDED_AT / 2 : IPV6_GROUPS);
    if (!is_embedding)
        return;
    if (text->length > 0 && text->bytes[text->length - 1] != ':')
        put(text, ':');
    put_ipv4(text, bytes + EMBEDDED_AT);
}

/* --- The subroutines --- */

static uint64_t take_text(struct dif_machine *machine, struct address_text *text, uint32_t size)
{
    uint8_t *to = dif_take(machine, size, DIF_ANY);
    if (!to)
        return 0;
    text->bytes[text->length] = 0;
    __builtin_memcpy(to, text->bytes, text->length + 1);
    return (uintptr_t)to;
}

static uint64_t text_of_ipv4(struct dif_machine *machine, uint64_t address)
{
    struct address_text text = {.length = 0};
    const uint8_t *bytes = dif_read(machine, address, IPV4_BYTES);
    if (!bytes)
        return 0;
    put_ipv4(&text, bytes);
    return take_text(machine, &text, IPV4_TEXT);
}

static uint64_t text_of_ipv6(struct dif_machine *machine, uint64_t address, bool is_ipv4_alone)
{
    struct address_text text = {.length = 0};
    uint8_t copy[IPV6_BYTES]; /* another CPU may be changing it */
    const uint8_t *bytes = dif_read(machine, address, IPV6_BYTES);
    if (!bytes)
        return 0;
    __builtin_memcpy(copy, bytes, sizeof copy);
    put_ipv6(&text, copy, is_ipv4_alone);
    return take_text(machine, &text, IPV6_TEXT);
}

void dif_inet_ntoa(struct dif_machine *machine, uint64_t *result)
{
    *result = text_of_ipv4(machine, dif_argument(machine, 0));
}

void dif_inet_ntoa6(struct dif_machine *machine, uint64_t *result)
{
    *result = text_of_ipv6(machine, dif_argument(machine, 0), true);
}

void dif_inet_ntop(struct dif_machine *machine, uint64_t *result)
{
    int32_t family = (int32_t)dif_argument(machine, 0);
    uint64_t address = dif_argument(machine, 1);
    *result = 0;
    if (family == FAMILY_IPV4)
        *result = text_of_ipv4(machine, address);
    else if (family == FAMILY_IPV6)
        *result = text_of_ipv6(machine, address, false);
    else
        dif_fault(machine, DIF_FAULT_ILLOP, dif_argument(machine, 0));
}
