/* sysctl(8): reads and writes the tree of sysctls, in FreeBSD's words. */
#include "kernel/user/program.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"
#include "trace/text.h"

PROGRAM(sysctl, "sysctl", "[-abdeiNnoqTWx] name[=value] ...",
        "read and write the state of the kernel");

enum {
    NAME_SIZE = 256, /* no oid has a longer name */
};

struct options {
    bool all, binary, describe, equals, ignore, names, no_names, quiet, tunables, writable, hex;
};

/* The output, with an end of the line only where none stands. */
struct output {
    struct text_sink sink;
    char last;
};

static void put(void *context, const char *bytes, size_t length)
{
    struct output *output = context;
    if (length > 0)
        output->last = bytes[length - 1];
    output->sink.put(output->sink.context, bytes, length);
}

/* Text as it was given; its ends of lines are what they are. */
static void put_foreign(void *context, const char *bytes, size_t length)
{
    struct output *output = context;
    size_t start = 0;
    for (size_t i = 0; i < length; i++)
        if (bytes[i] == '\n') {
            system_print_foreign(bytes + start, i - start);
            put(output, "\n", 1);
            start = i + 1;
        }
    if (start < length) {
        system_print_foreign(bytes + start, length - start);
        output->last = ' ';
    }
}

static void print_text_of(const struct system_sysctl_about *about, bool end)
{
    bool foreign = (about->flags & SYSTEM_SYSCTL_FOREIGN) != 0;
    struct output output = {system_output(), ' '};
    (void)system_sysctl_print(about->name,
                              &(struct text_sink){foreign ? put_foreign : put, &output});
    if (end && output.last != '\n')
        system_print("\n");
}

static bool is_unsigned(const struct system_sysctl_about *about)
{
    return about->type[0] == 'u';
}

static void print_hex(const char *name, bool end)
{
    uint64_t number;
    if (sysctl_number(name, &number))
        system_print("0x%llx%s", (unsigned long long)number, end ? "\n" : "");
}

static void print_value(const struct options *options, const struct system_sysctl_about *about,
                        bool end)
{
    if (options->hex && is_unsigned(about) && (about->flags & SYSTEM_SYSCTL_READ) != 0)
        print_hex(about->name, end);
    else
        print_text_of(about, end);
}

static void print_name(const struct options *options, const struct system_sysctl_about *about)
{
    if (!options->no_names && !options->binary)
        system_print("%s%s", about->name, options->equals ? "=" : ": ");
}

static bool is_wanted(const struct options *options, const struct system_sysctl_about *about)
{
    return (!options->tunables || (about->flags & SYSTEM_SYSCTL_TUNABLE) != 0) &&
           (!options->writable || (about->flags & SYSTEM_SYSCTL_WRITE) != 0);
}

static void show(const struct options *options, const struct system_sysctl_about *about)
{
    if (!is_wanted(options, about))
        return;
    if (options->names) {
        system_print("%s\n", about->name);
        return;
    }
    print_name(options, about);
    if (options->describe)
        system_print("%s\n", about->help);
    else
        print_value(options, about, !options->binary);
}

/* Whether the oid is below the node; all are below NULL. */
static bool is_below(const char *name, const char *node)
{
    if (node == NULL)
        return true;
    for (; *node != '\0'; node++, name++)
        if (*node != *name)
            return false;
    return *name == '.';
}

static void show_below(const struct options *options, const char *node)
{
    struct system_sysctl_about about;
    for (const char *after = node; system_sysctl_next(after, &about) == SYSTEM_OK;
         after = about.name)
        if (is_below(about.name, node) && (about.flags & SYSTEM_SYSCTL_SKIP) == 0)
            show(options, &about);
}

/* Whether this looks like a number, decimal or hexadecimal; its size is for the kernel to judge. */
static bool is_number(const char *text)
{
    text += *text == '-';
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    text += hex ? 2 : 0;
    const char *at = text;
    for (; *at != '\0'; at++) {
        bool letter = (*at >= 'a' && *at <= 'f') || (*at >= 'A' && *at <= 'F');
        if ((*at < '0' || *at > '9') && !(hex && letter))
            return false;
    }
    return at > text;
}

/* Whether writing makes sense at all; if not, that is told. */
static bool may_set(const struct system_sysctl_about *about, const char *value)
{
    if ((about->flags & SYSTEM_SYSCTL_NODE) != 0) {
        tell_error("sysctl: oid '%s' isn't a leaf node", about->name);
    } else if ((about->flags & SYSTEM_SYSCTL_WRITE) != 0) {
        bool text = (about->flags & SYSTEM_SYSCTL_STRING) != 0;
        if (text || is_number(value))
            return true;
        if (*value == '\0')
            tell_error("sysctl: empty numeric value");
        else
            tell_error("sysctl: invalid integer '%s'", value);
    } else if ((about->flags & SYSTEM_SYSCTL_TUNABLE) != 0) {
        tell_error("sysctl: oid '%s' is a read only tunable", about->name);
        tell_error("sysctl: Tunable values are set on the kernel's command line, in an "
                   "environment module or in /etc/system");
    } else {
        tell_error("sysctl: oid '%s' is read only", about->name);
    }
    return false;
}

/* "name: old -> new" */
static bool set(const struct options *options, const struct system_sysctl_about *about,
                const char *argument, const char *value)
{
    if (!may_set(about, value))
        return false;
    print_name(options, about);
    print_value(options, about, false);
    int error = system_sysctl(about->name, NULL, NULL, value, __builtin_strlen(value));
    if (error != SYSTEM_OK) {
        system_print("\n");
        (void)complain("sysctl", argument, error);
        return false;
    }
    system_print(" -> ");
    print_value(options, about, true);
    return true;
}

static size_t name_length(const char *argument)
{
    size_t length = 0;
    while (argument[length] != '\0' && argument[length] != '=')
        length++;
    return length;
}

/* Cuts the name off at a '=' and gives what is behind it; NULL: there is none. */
static const char *cut(const char *argument, char name[NAME_SIZE])
{
    size_t length = name_length(argument);
    bool fits = length < NAME_SIZE; /* what does not is no oid, as "" is none */
    (void)text_format(name, NAME_SIZE, "%.*s", fits ? (int)length : 0, argument);
    return argument[length] == '=' ? argument + length + 1 : NULL;
}

static bool tell_unknown(const struct options *options, const char *argument)
{
    if (!options->ignore && !options->quiet)
        tell_error("sysctl: unknown oid '%.*s'", (int)name_length(argument), argument);
    return options->ignore;
}

static bool do_argument(const struct options *options, const char *argument)
{
    char name[NAME_SIZE];
    struct system_sysctl_about about;
    const char *value = cut(argument, name);
    if (system_sysctl_about(name, &about) != SYSTEM_OK)
        return tell_unknown(options, argument);
    if (value != NULL && !options->describe)
        return set(options, &about, argument, value);
    if ((about.flags & SYSTEM_SYSCTL_NODE) != 0)
        show_below(options, name);
    else
        show(options, &about);
    return true;
}

static bool set_option(struct options *options, char letter)
{
    switch (letter) {
    case 'A':
    case 'X':
    case 'a':
        return options->all = true;
    case 'b':
        return options->binary = true;
    case 'd':
        return options->describe = true;
    case 'e':
        return options->equals = true;
    case 'i':
        return options->ignore = true;
    case 'N':
        return options->names = true;
    case 'n':
        return options->no_names = true;
    case 'o': /* opaque variables, too: there are none */
    case 'w': /* a value is written without it, too: many are used to it */
        return true;
    case 'q':
        return options->quiet = true;
    case 'T':
        return options->tunables = true;
    case 'W':
        return options->writable = true;
    case 'x':
        return options->hex = true;
    default:
        return false;
    }
}

/* The first argument that is no option; 0: there is a wrong one, which has been told. */
static int read_options(int argc, char **argv, struct options *options)
{
    int next = 1;
    for (; next < argc && argv[next][0] == '-' && argv[next][1] != '\0'; next++) {
        if (argv[next][1] == '-' && argv[next][2] == '\0')
            return next + 1;
        for (const char *letter = argv[next] + 1; *letter != '\0'; letter++)
            if (!set_option(options, *letter)) {
                tell_error("sysctl: illegal option -- %c", *letter);
                return 0;
            }
    }
    return next;
}

static int tell_usage(void)
{
    tell_error("usage: sysctl [-bdeiNnoqTWx] name[=value] ...");
    tell_error("       sysctl [-bdeNnoqTWx] -a");
    return EXIT_MISUSED;
}

static int sysctl_main(int argc, char **argv)
{
    struct options options = {0};
    int next = read_options(argc, argv, &options);
    if (next == 0 || (next == argc && !options.all))
        return tell_usage();
    if (next == argc)
        show_below(&options, NULL);
    bool all_well = true;
    for (; next < argc; next++)
        if (!do_argument(&options, argv[next]))
            all_well = false;
    return all_well ? EXIT_OK : EXIT_FAILED;
}
