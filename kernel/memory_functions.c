/* The four functions that the compiler calls on its own (GCC manual, "Standards"), and
 * strlen. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *text);

/* A word anywhere in memory. */
typedef uint32_t __attribute__((may_alias, aligned(1))) word;

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    for (; length >= 16; length -= 16, d += 16, s += 16) {
        ((word *)d)[0] = ((const word *)s)[0];
        ((word *)d)[1] = ((const word *)s)[1];
        ((word *)d)[2] = ((const word *)s)[2];
        ((word *)d)[3] = ((const word *)s)[3];
    }
    for (; length >= 4; length -= 4, d += 4, s += 4)
        *(word *)d = *(const word *)s;
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
    uint32_t four = (uint8_t)value * 0x01010101u;
    for (; length >= 16; length -= 16, d += 16) {
        ((word *)d)[0] = four;
        ((word *)d)[1] = four;
        ((word *)d)[2] = four;
        ((word *)d)[3] = four;
    }
    for (; length >= 4; length -= 4, d += 4)
        *(word *)d = four;
    while (length-- > 0)
        *d++ = (uint8_t)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t length)
{
    const uint8_t *p = a, *q = b;
    for (; length >= 4 && *(const word *)p == *(const word *)q; length -= 4, p += 4, q += 4)
        ;
    for (; length > 0; length--, p++, q++)
        if (*p != *q)
            return *p < *q ? -1 : 1;
    return 0;
}

/* Words on their boundaries lie in pages that the text is in. */
size_t strlen(const char *text)
{
    const char *end = text;
    for (; (uintptr_t)end % 4 != 0; end++)
        if (*end == '\0')
            return (size_t)(end - text);
    for (;; end += 4) {
        uint32_t four = *(const word *)end;
        if (((four - 0x01010101u) & ~four & 0x80808080u) != 0)
            break;
    }
    while (*end != '\0')
        end++;
    return (size_t)(end - text);
}
