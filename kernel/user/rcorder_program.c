/* rcorder(8): prints the order in which rc scripts start, a path a line. */
#include "kernel/user/program.h"
#include "kernel/user/rc_scripts.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(rcorder, "rcorder", "[-p] [-k keep] [-s skip] [-D directory] [file ...]",
        "prints the order in which rc scripts start; -p: a line for each group");

static void print_path(const struct rc_scripts *scripts, uint32_t script)
{
    char path[RCORDER_NAME_MAX + 1];
    rc_scripts_path(scripts, script, path);
    print_text(path);
}

static void print_order(const struct rc_scripts *scripts)
{
    for (uint32_t i = 0; i < scripts->order.count; i++) {
        uint32_t script = rcorder_at(&scripts->order, i);
        if (!rc_scripts_is_wanted(scripts, script))
            continue;
        print_path(scripts, script);
        system_print("\n");
    }
}

/* False: no script is of that group, or of one above. */
static bool print_group(const struct rc_scripts *scripts, uint32_t group)
{
    bool any = false, above = false;
    for (uint32_t i = 0; i < scripts->order.count; i++) {
        uint32_t script = rcorder_at(&scripts->order, i),
                 its = rcorder_group(&scripts->order, script);
        above |= its >= group;
        if (its != group || !rc_scripts_is_wanted(scripts, script))
            continue;
        system_print("%s", any ? " " : "");
        print_path(scripts, script);
        any = true;
    }
    system_print("%s", any ? "\n" : "");
    return above;
}

/* Takes the options off; *at is behind them. */
static bool read_options(struct rc_scripts *scripts, int argc, char **argv, int *at, bool *groups)
{
    for (; *at < argc && argv[*at][0] == '-'; ++*at) {
        const char *option = argv[*at];
        if (text_equal(option, "-p"))
            *groups = true;
        else if (option[1] == '\0' || option[2] != '\0' || ++*at == argc ||
                 !rc_scripts_take_option(scripts, option[1], argv[*at]))
            return false;
    }
    return true;
}

static int rcorder_main(int argc, char **argv)
{
    struct rc_scripts scripts;
    bool groups = false;
    int at = 1;
    if (!rc_scripts_start(&scripts))
        return EXIT_FAILED;
    if (!read_options(&scripts, argc, argv, &at, &groups))
        return usage(&rcorder_program);
    for (; at < argc; at++)
        rc_scripts_add(&scripts, argv[at]);
    rc_scripts_sort(&scripts);
    if (groups)
        for (uint32_t group = 0; print_group(&scripts, group); group++)
            ;
    else
        print_order(&scripts);
    return scripts.faulty ? EXIT_FAILED : EXIT_OK;
}
