/* Numbers and strings in bytes that may be anything. */
#include "trace/dtrace/dtrace_bytes.h"

uint64_t dtrace_read_unsigned(const uint8_t *bytes, uint32_t size)
{
    uint64_t value = 0;
    if (size != 1 && size != 2 && size != 4 && size != 8)
        return 0;
    for (uint32_t i = size; i > 0; i--)
        value = value << 8 | bytes[i - 1];
    return value;
}

int64_t dtrace_read_signed(const uint8_t *bytes, uint32_t size)
{
    uint64_t value = dtrace_read_unsigned(bytes, size);
    return size == 1   ? (int8_t)value
           : size == 2 ? (int16_t)value
           : size == 4 ? (int32_t)value
                       : (int64_t)value;
}

void dtrace_write_word(uint8_t *bytes, uint64_t word)
{
    for (uint32_t i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(word >> 8 * i);
}
