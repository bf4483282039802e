/* basename(1) and dirname(1). */
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(basename, "basename", "PATH [SUFFIX]", "prints the last part of a path");
PROGRAM(dirname, "dirname", "PATH", "prints a path without its last part");

static void print_line(const char *text, size_t length)
{
    print_lines(text, length);
    system_print("\n");
}

/* Without slashes at its end; "/" stays. */
static size_t length_of(const char *path)
{
    size_t length = __builtin_strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    return length;
}

/* Where the last part begins. */
static size_t start_of_base(const char *path, size_t length)
{
    size_t start = length;
    while (start > 0 && (path[start - 1] != '/' || length == 1))
        start--;
    return start;
}

static int basename_main(int argc, char **argv)
{
    if (argc != 2 && argc != 3)
        return usage(&basename_program);
    size_t length = length_of(argv[1]), start = start_of_base(argv[1], length);
    size_t suffix = argc == 3 ? __builtin_strlen(argv[2]) : 0;
    if (suffix < length - start &&
        __builtin_memcmp(argv[1] + length - suffix, argv[2], suffix) == 0)
        length -= suffix;
    print_line(argv[1] + start, length - start);
    return EXIT_OK;
}

static int dirname_main(int argc, char **argv)
{
    if (argc != 2)
        return usage(&dirname_program);
    size_t length = start_of_base(argv[1], length_of(argv[1]));
    while (length > 1 && argv[1][length - 1] == '/')
        length--;
    print_line(length == 0 ? (argv[1][0] == '/' ? "/" : ".") : argv[1], length == 0 ? 1 : length);
    return EXIT_OK;
}
