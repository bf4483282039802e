/* Text that ends with a NUL. */
#include "kernel/user/user_text.h"

#include <stdarg.h>
#include <stdint.h>

#include "trace/text.h"

int text_compare(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (int)(uint8_t)*a - (int)(uint8_t)*b;
}

bool text_equal(const char *a, const char *b)
{
    return text_compare(a, b) == 0;
}

bool text_begins(const char *text, const char *beginning)
{
    while (*beginning != '\0' && *text == *beginning) {
        text++;
        beginning++;
    }
    return *beginning == '\0';
}

size_t text_format(char *text, size_t size, const char *format, ...)
{
    struct text_buffer buffer = {.bytes = text, .size = size};
    const struct text_sink sink = text_buffer_sink(&buffer);
    va_list arguments;
    text[0] = '\0';
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
    return buffer.length;
}
