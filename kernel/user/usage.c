/* What programs say when they cannot do what they were asked. */
#include "kernel/user/usage.h"

#include <stdint.h>

#include "kernel/user/system.h"

int usage(const struct program *program)
{
    enum system_stream before = system_speak(SYSTEM_ERRORS);
    system_print("usage: %s%s%s\n", program->name, program->usage[0] == '\0' ? "" : " ",
                 program->usage);
    (void)system_speak(before);
    return EXIT_MISUSED;
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

int complain(const char *program, const char *subject, int error)
{
    enum system_stream before = system_speak(SYSTEM_ERRORS);
    system_print("%s: ", program);
    print_text(subject);
    system_print(": %s\n", system_error_str(error));
    (void)system_speak(before);
    return EXIT_FAILED;
}

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

const struct program *program_find(const char *name)
{
    for (const struct program *program = programs_start; program < programs_end; program++)
        if (text_equal(program->name, name))
            return program;
    return NULL;
}
