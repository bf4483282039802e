/* What programs print, and what they say of mistakes. */
#include "kernel/user/usage.h"

#include <stdarg.h>

#include "kernel/user/system.h"
#include "kernel/user/user_text.h"
#include "trace/text.h"

/* Foreign text, on the stream that is spoken of. */
static void put_foreign(void *context, const char *bytes, size_t length)
{
    (void)context;
    system_print_foreign(bytes, length);
}

void tell_error(const char *format, ...)
{
    static const struct text_sink sink = {put_foreign, NULL};
    enum system_stream before = system_speak(SYSTEM_ERRORS);
    va_list arguments;
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
    system_print("\n");
    (void)system_speak(before);
}

int usage(const struct program *program)
{
    tell_error("usage: %s%s%s", program->name, program->usage[0] == '\0' ? "" : " ",
               program->usage);
    return EXIT_MISUSED;
}

int complain(const char *program, const char *subject, int error)
{
    tell_error("%s: %s: %s", program, subject, system_error_str(error));
    return EXIT_FAILED;
}

void print_text(const char *text)
{
    system_print_foreign(text, __builtin_strlen(text));
}

void print_lines(const char *text, size_t length)
{
    size_t start = 0;
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n' || text[i] == '\t') {
            system_print_foreign(text + start, i - start);
            system_write(text + i, 1);
            start = i + 1;
        }
    if (start < length)
        system_print_foreign(text + start, length - start);
}

void echo_words(int count, const char *const *words)
{
    bool open = count > 0 && text_equal(words[0], "-n");
    for (int i = open; i < count; i++) {
        print_lines(words[i], __builtin_strlen(words[i]));
        system_print("%s", i + 1 < count ? " " : "");
    }
    system_print("%s", open ? "" : "\n");
}

void print_words(int count, const char *const *words)
{
    for (int i = 0; i < count; i++) {
        print_text(words[i]);
        system_print("%s", i + 1 < count ? " " : "");
    }
    system_print("\n");
}
