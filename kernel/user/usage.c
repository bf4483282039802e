/* What programs say when they cannot do what they were asked. */
#include "kernel/user/usage.h"

#include <stddef.h>
#include <stdint.h>

#include "kernel/user/system.h"

int usage(const struct program *program)
{
    system_print("usage: %s%s%s\n", program->name, program->usage[0] == '\0' ? "" : " ",
                 program->usage);
    return EXIT_MISUSED;
}

void print_text(const char *text)
{
    system_print_foreign(text, __builtin_strlen(text));
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
    system_print("%s: ", program);
    print_text(subject);
    system_print(": %s\n", system_error_str(error));
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
