/* The lines of what is wrong with a capture. */
#include "flight/verify.h"

#include <stdarg.h>

#include "flight/model_books.h"

void verify_problem(struct verify *verify, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_print_list(verify->sink, format, arguments);
    va_end(arguments);
    text_print(verify->sink, "\n");
    verify->problems++;
}

void verify_more(struct verify *verify, uint64_t count, const char *what)
{
    if (count <= MODEL_REPORTS)
        return;
    verify_problem(verify, "... %llu more %s", (unsigned long long)(count - MODEL_REPORTS), what);
}

void verify_balance(struct verify *verify, const char *whose, uint32_t cpu,
                    const struct trace_books *books)
{
    if (!model_books_balance(books))
        verify_problem(verify,
                       "books of %s, CPU %u do not balance: %llu emitted, but %llu kept + %llu "
                       "overwritten + %llu dropped + %llu filtered",
                       whose, cpu, (unsigned long long)books->emitted,
                       (unsigned long long)books->kept, (unsigned long long)books->overwritten,
                       (unsigned long long)books->dropped, (unsigned long long)books->filtered);
}
