/* The four functions that the compiler calls on its own (GCC manual, "Standards"), and
 * strlen. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *text);

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    for (; length >= 4; length -= 4, d += 4, s += 4)
        *(uint32_t __attribute__((may_alias)) *)d = *(const uint32_t __attribute__((may_alias)) *)s;
    while (length-- > 0)
        *d++ = *s++;
    return to;
}

void *memmove(void *to, const void *from, size_t length)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    if ((uintptr_t)d - (uintptr_t)s >= length) /* it lies before the source, or wholly behind it */
        return memcpy(to, from, length);
    while (length-- > 0)
        d[length] = s[length];
    return to;
}

void *memset(void *to, int value, size_t length)
{
    uint8_t *d = to;
    uint32_t word = (uint8_t)value * 0x01010101u;
    for (; length >= 4; length -= 4, d += 4)
        *(uint32_t __attribute__((may_alias)) *)d = word;
    while (length-- > 0)
        *d++ = (uint8_t)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t length)
{
    const uint8_t *p = a, *q = b;
    for (; length > 0; length--, p++, q++)
        if (*p != *q)
            return *p < *q ? -1 : 1;
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0')
        length++;
    return length;
}
