/* uname(1) and hostname(1). */
#include "kernel/user/program.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(uname, "uname", "[-aimnrsv]", "says what system this is");
PROGRAM(hostname, "hostname", "[NAME]", "says or sets the name of this host");

/* In the order in which they are printed. */
static const struct {
    char letter;
    bool in_all;
    const char *name;
} parts[] = {
    {'s', true, "kern.ostype"},  {'n', true, "kern.hostname"}, {'r', true, "kern.osrelease"},
    {'v', true, "kern.version"}, {'m', true, "hw.machine"},    {'i', false, "kern.ident"},
};

#define PARTS (sizeof parts / sizeof parts[0])

/* A bit for each part; 0: there is no such letter. */
static uint32_t part_of(char letter)
{
    uint32_t set = 0;
    for (uint32_t i = 0; i < PARTS; i++)
        if (letter == parts[i].letter || (letter == 'a' && parts[i].in_all))
            set |= 1u << i;
    return set;
}

/* Adds the parts that an argument asks for; false: it makes no sense. */
static bool read_option(const char *option, uint32_t *set)
{
    if (option[0] != '-' || option[1] == '\0')
        return false;
    for (const char *letter = option + 1; *letter != '\0'; letter++) {
        if (part_of(*letter) == 0)
            return false;
        *set |= part_of(*letter);
    }
    return true;
}

static int uname_main(int argc, char **argv)
{
    uint32_t set = 0;
    int status = EXIT_OK;
    for (int i = 1; i < argc; i++)
        if (!read_option(argv[i], &set))
            return usage(&uname_program);
    if (argc == 1)
        set = part_of('s');
    for (uint32_t i = 0, left = set; left != 0 && status == EXIT_OK; i++) {
        if ((left & 1u << i) == 0)
            continue;
        left &= ~(1u << i);
        status = sysctl_show("uname", parts[i].name);
        if (status == EXIT_OK)
            system_print("%s", left == 0 ? "\n" : " ");
    }
    return status;
}

static int hostname_main(int argc, char **argv)
{
    if (argc > 2)
        return usage(&hostname_program);
    if (argc == 2) {
        int error = system_sysctl("kern.hostname", NULL, NULL, argv[1], __builtin_strlen(argv[1]));
        return error == SYSTEM_OK ? EXIT_OK : complain("hostname", argv[1], error);
    }
    int status = sysctl_show("hostname", "kern.hostname");
    if (status == EXIT_OK)
        system_print("\n");
    return status;
}
