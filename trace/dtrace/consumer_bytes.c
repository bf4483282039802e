/* Bytes of unknown meaning: a string if they can be one, else a dump. */
#include "trace/dtrace/consumer_parts.h"

static bool is_printable(uint8_t c)
{
    return (c >= 0x20 && c < 0x7f) || (c >= '\a' && c <= '\r');
}

/* All printable, and then nothing but NULs.  An empty string is none, as in dtrace(1M). */
static bool is_string(const uint8_t *bytes, uint32_t size)
{
    uint32_t length = dtrace_string_length(bytes, size);
    for (uint32_t i = 0; i < length; i++)
        if (!is_printable(bytes[i]))
            return false;
    for (uint32_t i = length; i < size; i++)
        if (bytes[i] != '\0')
            return false;
    return length > 0;
}

/* Two blanks stand before what begins at the left, one before what ends at the right. */
static void print_string(struct consumer *consumer, const uint8_t *bytes, uint32_t length,
                         int32_t width)
{
    uint32_t columns = (uint32_t)(width < 0 ? -width : width);
    uint32_t fill = length < columns ? columns - length : 0;
    text_print(&consumer->sink, width < 0 ? "  " : " ");
    text_put_blanks(&consumer->sink, width < 0 ? 0 : fill);
    consumer->sink.put(consumer->sink.context, (const char *)bytes, length);
    text_put_blanks(&consumer->sink, width < 0 ? fill : 0);
}

/* Where no NUL ends it, dtrace(1M) puts a string to the left in any case, and prints it quietly as it does
 * loudly. */
void consumer_print_bytes(struct consumer *consumer, const uint8_t *bytes, uint32_t size,
                          int32_t width, bool quiet)
{
    if (consumer_has(consumer, DOF_OPTION_RAWBYTES) || !is_string(bytes, size)) {
        consumer_print_dump(consumer, bytes, size);
        return;
    }
    uint32_t length = dtrace_string_length(bytes, size);
    if (quiet && length < size)
        consumer->sink.put(consumer->sink.context, (const char *)bytes, length);
    else
        print_string(consumer, bytes, length, length == size && width > 0 ? -width : width);
}

static void print_dump_row(struct consumer *consumer, const uint8_t *bytes, uint32_t at,
                           uint32_t count)
{
    char text[16];
    text_print(&consumer->sink, "     %5x:", at);
    for (uint32_t i = 0; i < 16; i++) {
        if (i >= count) {
            text_print(&consumer->sink, "   ");
            continue;
        }
        text_print(&consumer->sink, " %02x", (unsigned)bytes[at + i]);
        text[i] = bytes[at + i] >= 0x20 && bytes[at + i] < 0x7f ? (char)bytes[at + i] : '.';
    }
    text_print(&consumer->sink, "  %.*s\n", (int)count, text);
}

void consumer_print_dump(struct consumer *consumer, const uint8_t *bytes, uint32_t size)
{
    text_print(&consumer->sink, "\n           ");
    for (unsigned i = 0; i < 16; i++)
        text_print(&consumer->sink, "  %x", i);
    text_print(&consumer->sink, "  0123456789abcdef\n");
    for (uint32_t at = 0; at < size; at += 16)
        print_dump_row(consumer, bytes, at, size - at < 16 ? size - at : 16);
}
