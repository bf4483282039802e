/* sh: echo and printf. */
#include "kernel/user/sh.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

void sh_do_echo(struct sh *sh, int argc, const char *const *argv)
{
    echo_words(argc - 1, argv + 1);
    sh->status = EXIT_OK;
}

/* --- printf --- */

struct printing {
    struct sh *sh;
    const char *at; /* in the format */
    int argc;
    const char *const *argv; /* what is left */
    bool used;               /* an argument has been asked for */
    bool wrong;
};

static const char *next_argument(struct printing *printing)
{
    printing->used = true;
    if (printing->argc == 0)
        return NULL;
    printing->argc--;
    return *printing->argv++;
}

/* A number of a conversion: an argument that is none is told, and counts as 0. */
static int64_t next_number(struct printing *printing)
{
    int64_t value = 0;
    const char *word = next_argument(printing);
    if (word == NULL || word[0] == '\0')
        return 0;
    if (sh_number(word, &value))
        return value;
    printing->wrong = true;
    sh_complain(printing->sh, word, "not a number", EXIT_FAILED);
    return 0;
}

static char unescaped(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case 'a':
        return '\a';
    case 'b':
        return '\b';
    default:
        return c;
    }
}

static void print_escaped(struct printing *printing)
{
    char c = printing->at[1];
    if (c == '\0') {
        print_lines("\\", 1);
        printing->at++;
        return;
    }
    c = unescaped(c);
    print_lines(&c, 1);
    printing->at += 2;
}

static void pad(uint32_t width, size_t length, char with)
{
    for (size_t i = length; i < width; i++)
        print_lines(&with, 1);
}

/* What stands between % and the letter. */
struct conversion {
    bool left;
    char fill;
    uint32_t width;
};

enum {
    WIDTH_MAX = 200,
};

static struct conversion read_conversion(struct printing *printing)
{
    struct conversion conversion = {.fill = ' '};
    for (; *printing->at == '-' || *printing->at == '0'; printing->at++) {
        conversion.left = conversion.left || *printing->at == '-';
        conversion.fill = *printing->at == '0' ? '0' : conversion.fill;
    }
    for (; *printing->at >= '0' && *printing->at <= '9'; printing->at++)
        if (conversion.width <= WIDTH_MAX)
            conversion.width = conversion.width * 10 + (uint32_t)(*printing->at - '0');
    if (conversion.width > WIDTH_MAX)
        conversion.width = WIDTH_MAX;
    return conversion;
}

static void print_padded(const struct conversion *conversion, const char *text, size_t length)
{
    if (!conversion->left)
        pad(conversion->width, length, conversion->fill);
    print_lines(text, length);
    if (conversion->left)
        pad(conversion->width, length, ' ');
}

static void print_number(struct printing *printing, const struct conversion *conversion,
                         char letter)
{
    char digits[24];
    size_t length;
    long long value = next_number(printing);
    if (letter == 'x')
        length = text_format(digits, sizeof digits, "%llx", (unsigned long long)value);
    else if (letter == 'u')
        length = text_format(digits, sizeof digits, "%llu", (unsigned long long)value);
    else
        length = text_format(digits, sizeof digits, "%lld", value);
    print_padded(conversion, digits, length);
}

static void print_word(struct printing *printing, struct conversion conversion, char letter)
{
    const char *word = next_argument(printing);
    size_t length = word == NULL ? 0 : __builtin_strlen(word);
    conversion.fill = ' ';
    print_padded(&conversion, word, letter == 'c' && length > 1 ? 1 : length);
}

/* Behind a percent sign. */
static void print_conversion(struct printing *printing)
{
    printing->at++;
    struct conversion conversion = read_conversion(printing);
    char letter = *printing->at;
    printing->at += letter != '\0';
    if (letter == '%')
        print_lines("%", 1);
    else if (letter == 's' || letter == 'c')
        print_word(printing, conversion, letter);
    else if (letter == 'd' || letter == 'i' || letter == 'u' || letter == 'x')
        print_number(printing, &conversion, letter);
    else {
        printing->wrong = true;
        printing->argc = 0;
        printing->at = "";
        sh_complain(printing->sh, "printf", "only %s %c %d %i %u %x and %% are known", EXIT_FAILED);
    }
}

static void print_format(struct printing *printing, const char *format)
{
    printing->at = format;
    while (*printing->at != '\0')
        if (*printing->at == '\\')
            print_escaped(printing);
        else if (*printing->at == '%')
            print_conversion(printing);
        else
            print_lines(printing->at++, 1);
}

/* The format is used again as long as arguments are left that it takes. */
void sh_do_printf(struct sh *sh, int argc, const char *const *argv)
{
    struct printing printing = {.sh = sh, .argc = argc - 2, .argv = argv + 2};
    if (argc < 2) {
        sh_complain(sh, "printf", "no format", SH_MISUSED);
        return;
    }
    do
        print_format(&printing, argv[1]);
    while (printing.argc > 0 && printing.used);
    if (!printing.wrong)
        sh->status = EXIT_OK;
}
