/* What the kernel has to say of itself, as it stands in its sysctls: dmesg(8), books, modules,
 * tunables, memory. */
#include "kernel/user/program.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"
#include "trace/text.h"

PROGRAM(dmesg, "dmesg", "", "prints what the console has printed");
PROGRAM(books, "books", "", "prints what became of all events");
PROGRAM(modules, "modules", "", "lists the boot modules");
PROGRAM(tunables, "tunables", "[-d]", "lists the tunables; -d: what they are for");
PROGRAM(memory, "memory", "", "says how much memory there is, and how it is used");

static int print_whole(const struct program *program, const char *name, int argc)
{
    return argc > 1 ? usage(program) : sysctl_show(program->name, name);
}

static int dmesg_main(int argc, char **argv)
{
    (void)argv;
    return print_whole(&dmesg_program, "kern.msgbuf", argc);
}

static int books_main(int argc, char **argv)
{
    (void)argv;
    return print_whole(&books_program, "kern.trace.books", argc);
}

/* --- modules --- */

static void print_module(void *context, char *line)
{
    char *field[5]; /* index, type, bytes, state, name */
    (void)context;
    if (fields_cut(line, field, 5))
        system_print("%3s %-10s %10s %-12s %s\n", field[0], field[1], field[2], field[3], field[4]);
}

static int modules_main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return usage(&modules_program);
    system_print("%3s %-10s %10s %-12s %s\n", "ID", "TYPE", "BYTES", "STATE", "NAME");
    int error = sysctl_lines("kern.modules", print_module, NULL);
    return error == SYSTEM_OK ? EXIT_OK : complain("modules", "kern.modules", error);
}

/* --- tunables --- */

static void print_tunable(const struct system_sysctl_about *about, bool help)
{
    const struct text_sink sink = system_output();
    system_print("%s", about->name);
    system_print(help ? ": %s" : "=", about->help);
    if (!help)
        (void)system_sysctl_print(about->name, &sink); /* it was there a moment ago */
    system_print("\n");
}

static int tunables_main(int argc, char **argv)
{
    struct system_sysctl_about about;
    bool help = argc == 2 && text_equal(argv[1], "-d");
    if (argc > 1 && !help)
        return usage(&tunables_program);
    for (const char *name = NULL; system_sysctl_next(name, &about) == SYSTEM_OK; name = about.name)
        if ((about.flags & SYSTEM_SYSCTL_TUNABLE) != 0)
            print_tunable(&about, help);
    return EXIT_OK;
}

/* --- memory --- */

static void print_bytes(const char *what, uint64_t bytes)
{
    system_print("%-24s %10llu KiB\n", what, (unsigned long long)(bytes / 1024));
}

static int memory_main(int argc, char **argv)
{
    uint64_t all = 0, unused = 0, files = 0;
    (void)argv;
    if (argc > 1)
        return usage(&memory_program);
    if (!sysctl_number("hw.physmem", &all))
        return complain("memory", "hw.physmem", SYSTEM_ENOENT);
    print_bytes("physical memory", all);
    if (sysctl_number("hw.usermem", &unused) && unused <= all) {
        print_bytes("kernel and modules", all - unused);
        print_bytes("unused", unused);
    }
    if (sysctl_number("vfs.bootfs.bytes", &files))
        print_bytes("files", files);
    return EXIT_OK;
}
