/* ls(1): one entry a line, in the order of the boot filesystem.  -l: kind, size, where it comes
 * from. */
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(ls, "ls", "[-l] [PATH...]", "lists files");

enum {
    PATH_SIZE = 1024
};

static char kind_letter(enum system_file_kind kind)
{
    switch (kind) {
    case SYSTEM_FILE:
        return '-';
    case SYSTEM_DIRECTORY:
        return 'd';
    case SYSTEM_SYMBOLIC_LINK:
        return 'l';
    }
    return '?';
}

static void print_line(const char *name, const struct system_stat *stat, bool details)
{
    if (details)
        system_print("%cr--r--r-- %10llu %-7s ", kind_letter(stat->kind),
                     (unsigned long long)stat->size, stat->from_module ? "module" : "archive");
    print_text(name);
    system_print("\n");
}

static bool is_from_module(const char *directory, const char *name)
{
    char path[PATH_SIZE];
    struct system_stat stat;
    (void)text_format(path, sizeof path, "%s/%s", directory, name);
    return system_stat(path, &stat) == SYSTEM_OK && stat.from_module;
}

static void print_entry(const char *directory, const struct system_entry *entry, bool details)
{
    struct system_stat stat = {.kind = entry->kind, .size = entry->size};
    stat.from_module =
        details && entry->kind == SYSTEM_FILE && is_from_module(directory, entry->name);
    print_line(entry->name, &stat, details);
}

static int list_directory(const char *path, bool details)
{
    struct system_entry entry;
    int descriptor = system_open(path);
    if (descriptor < 0)
        return complain("ls", path, descriptor);
    int more;
    while ((more = system_read_directory(descriptor, &entry)) > 0)
        print_entry(path, &entry, details);
    (void)system_close(descriptor);
    return more < 0 ? complain("ls", path, more) : EXIT_OK;
}

static int list(const char *path, bool details)
{
    struct system_stat stat;
    int error = system_stat(path, &stat);
    if (error != SYSTEM_OK)
        return complain("ls", path, error);
    if (stat.kind == SYSTEM_DIRECTORY)
        return list_directory(path, details);
    print_line(path, &stat, details);
    return EXIT_OK;
}

static int ls_main(int argc, char **argv)
{
    int at = 1, status = EXIT_OK;
    bool details = argc > 1 && text_equal(argv[1], "-l");
    at += details;
    if (at < argc && argv[at][0] == '-')
        return usage(&ls_program);
    if (at == argc)
        return list("/", details);
    for (bool several = argc - at > 1; at < argc; at++) {
        if (several) {
            print_text(argv[at]);
            system_print(":\n");
        }
        if (list(argv[at], details) != EXIT_OK)
            status = EXIT_FAILED;
    }
    return status;
}
