/* Wide characters, as UTF-8. */
#include "trace/dtrace/consumer_parts.h"

/* Gives how many bytes it took.  What is no character becomes a question mark. */
static uint32_t encode(uint32_t c, char text[4])
{
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        c = '?';
    uint32_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t head[4] = {0, 0xc0, 0xe0, 0xf0};
    text[0] = (char)(head[more] | c >> 6 * more);
    for (uint32_t i = 1; i <= more; i++)
        text[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3f));
    return more + 1;
}

static uint32_t length_of(const struct consumer_conversion *conversion, const uint8_t *bytes,
                          uint32_t count)
{
    uint32_t length = 0;
    if (conversion->precise && conversion->precision < count)
        count = conversion->precision;
    while (length < count && dtrace_read_unsigned(bytes + 4 * length, 4) != 0)
        length++;
    return length;
}

void consumer_put_wide(struct consumer *consumer, const struct consumer_conversion *conversion,
                       const uint8_t *bytes, uint32_t count)
{
    uint32_t length = length_of(conversion, bytes, count);
    consumer_pad_before(consumer, conversion, length);
    for (uint32_t i = 0; i < length; i++) {
        char text[4];
        uint32_t size = encode((uint32_t)dtrace_read_unsigned(bytes + 4 * i, 4), text);
        consumer->sink.put(consumer->sink.context, text, size);
    }
    consumer_pad_behind(consumer, conversion, length);
}
