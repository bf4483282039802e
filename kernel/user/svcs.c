/* svcs(1), as far as the rc system tells of its services: their states, and what is wrong with them. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(svcs, "svcs", "[-x] [SERVICE]",
        "shows the states of services; -x: of those whose start has failed");

/* Fields of a line of kern.services. */
enum {
    STATE,
    SINCE, /* ms */
    NAME,
    FIELDS
};

struct search {
    const char *name; /* NULL: all */
    bool only_failed;
    bool found;
};

static void print_since(const char *text)
{
    uint64_t ms = 0;
    (void)number_parse(text, UINT64_MAX, &ms);
    system_print("%4llu.%03u s", (unsigned long long)(ms / 1000), (unsigned)(ms % 1000));
}

static void print_service(void *context, char *line)
{
    struct search *search = context;
    char *field[FIELDS];
    if (!fields_cut(line, field, FIELDS))
        return;
    if (search->name != NULL && !text_equal(search->name, field[NAME]))
        return;
    search->found = true;
    if (search->only_failed && !text_equal(field[STATE], "maintenance"))
        return;
    system_print("%-12s ", field[STATE]);
    print_since(field[SINCE]);
    system_print("  %s\n", field[NAME]);
}

static int show(struct search *search)
{
    if (!search->only_failed)
        system_print("STATE             SINCE  SERVICE\n");
    int error = sysctl_lines("kern.services", print_service, search);
    if (error != SYSTEM_OK)
        return complain("svcs", "kern.services", error);
    if (search->name == NULL || search->found)
        return EXIT_OK;
    return complain("svcs", search->name, SYSTEM_ESRCH);
}

static int svcs_main(int argc, char **argv)
{
    struct search search = {.only_failed = argc > 1 && text_equal(argv[1], "-x")};
    int at = 1 + search.only_failed;
    if (argc > at + 1 || (at < argc && argv[at][0] == '-'))
        return usage(&svcs_program);
    if (at < argc)
        search.name = argv[at];
    return show(&search);
}
