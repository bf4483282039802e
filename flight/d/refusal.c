/* How a mistake leaves the compiler, and a warning. */
#include "flight/d/compiler.h"

#include <stdio.h>
#include <string.h>

/* One line of text: what a terminal would obey or break is shown as a question mark. */
static void take_line(char *to, size_t size, const char *from, size_t length)
{
    if (length >= size)
        length = size - 1;
    for (size_t i = 0; i < length; i++)
        to[i] = (unsigned char)from[i] < ' ' && from[i] != '\t' ? '?' : from[i];
    to[length] = '\0';
}

static size_t line_length(const struct d_compiler *compiler, const char *start)
{
    const char *end = compiler->source->text + compiler->source->length;
    if (start == NULL || start < compiler->source->text || start > end)
        return 0;
    const char *newline = memchr(start, '\n', (size_t)(end - start));
    return (size_t)((newline != NULL ? newline : end) - start);
}

static void fill(struct d_compiler *compiler, struct d_problem *problem, struct d_place place,
                 const char *tag, const char *format, va_list arguments)
{
    char text[sizeof problem->text];
    vsnprintf(text, sizeof text, format, arguments);
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '\n')
        length--;
    memset(problem, 0, sizeof *problem);
    take_line(problem->text, sizeof problem->text, text, length);
    snprintf(problem->tag, sizeof problem->tag, "%s", tag);
    snprintf(problem->part, sizeof problem->part, "%s",
             compiler->part != NULL ? compiler->part : "");
    const char *file = place.file != NULL ? place.file : "";
    take_line(problem->file, sizeof problem->file, file, strlen(file));
    problem->line = place.line;
    problem->column = place.column;
    if (compiler->source != NULL && place.start != NULL)
        take_line(problem->excerpt, sizeof problem->excerpt, place.start,
                  line_length(compiler, place.start));
}

noreturn void d_fail(struct d_compiler *compiler, const char *tag, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(compiler, compiler->problem, compiler->place, tag, format, arguments);
    va_end(arguments);
    longjmp(compiler->leave, 1);
}

noreturn void d_fail_at(struct d_compiler *compiler, struct d_place place, const char *tag,
                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(compiler, compiler->problem, place, tag, format, arguments);
    va_end(arguments);
    longjmp(compiler->leave, 1);
}

void d_warn_at(struct d_compiler *compiler, struct d_place place, const char *tag,
               const char *format, ...)
{
    if (compiler->setup.warn == NULL)
        return;
    struct d_problem problem;
    va_list arguments;
    va_start(arguments, format);
    fill(compiler, &problem, place, tag, format, arguments);
    va_end(arguments);
    compiler->setup.warn(compiler->setup.warn_context, &problem);
}
