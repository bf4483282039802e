/* service(8): runs an rc script by its name, and lists them. */
#include "kernel/user/child.h"
#include "kernel/user/line_sink.h"
#include "kernel/user/program.h"
#include "kernel/user/rc_scripts.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(service, "service", "-e | -l | -r | SCRIPT [COMMAND...]",
        "runs an rc script; -e: lists the enabled ones, -l: all, -r: in their order");

#define DIRECTORY "/etc/rc.d"

enum {
    PATH_SIZE = 1024,
    ARGUMENTS_MAX = 16,
    SETTING_SIZE = 128,
    PIECE = 256,
};

/* --- Which are enabled --- */

/* The lines of a script that say what it is called and which variable enables it. */
struct settings {
    char name[SETTING_SIZE], rcvar[SETTING_SIZE];
};

static void take_setting(char setting[SETTING_SIZE], const char *key, const char *line)
{
    if (setting[0] != '\0' || !text_begins(line, key))
        return;
    (void)text_format(setting, SETTING_SIZE, "%s", line);
}

static void take_line(void *context, char *line)
{
    struct settings *settings = context;
    take_setting(settings->name, "name=", line);
    take_setting(settings->rcvar, "rcvar=", line);
}

static void read_settings(const char *path, struct settings *settings)
{
    struct line_sink lines;
    char bytes[PIECE];
    int count, descriptor = system_open(path);
    if (descriptor < 0)
        return;
    const struct text_sink sink = line_sink_start(&lines, take_line, settings);
    while ((count = system_read(descriptor, bytes, sizeof bytes)) > 0)
        sink.put(sink.context, bytes, (size_t)count);
    line_sink_end(&lines);
    (void)system_close(descriptor);
}

/* The script itself is not run: it may know no arguments. */
static bool is_enabled(const char *path)
{
    static const char ask[] = ". /etc/rc.subr; eval \"$1\"; eval \"$2\"; load_rc_config \"$name\"; "
                              "checkyesno \"$rcvar\" 2>/dev/null";
    struct settings settings = {"", ""};
    read_settings(path, &settings);
    const char *const argv[] = {"sh", "-c", ask, "service", settings.name, settings.rcvar};
    return settings.rcvar[0] != '\0' &&
           child_run("service", sizeof argv / sizeof argv[0], argv) == EXIT_OK;
}

/* Those that a start would run, in their order. */
static int list_in_order(bool only_enabled)
{
    struct rc_scripts scripts;
    if (!rc_scripts_start(&scripts))
        return EXIT_FAILED;
    (void)rc_scripts_take_option(&scripts, 's', "nostart");
    (void)rc_scripts_take_option(&scripts, 'D', DIRECTORY);
    rc_scripts_sort(&scripts);
    for (uint32_t i = 0; i < scripts.order.count; i++) {
        uint32_t script = rcorder_at(&scripts.order, i);
        char path[RCORDER_NAME_MAX + 1];
        rc_scripts_path(&scripts, script, path);
        if (!rc_scripts_is_wanted(&scripts, script) || (only_enabled && !is_enabled(path)))
            continue;
        print_text(path);
        system_print("\n");
    }
    return scripts.faulty ? EXIT_FAILED : EXIT_OK;
}

static int list(void)
{
    const char *const argv[] = {"ls", DIRECTORY};
    return child_run("service", 2, argv);
}

static int run_script(int argc, char **argv)
{
    char path[PATH_SIZE];
    const char *arguments[ARGUMENTS_MAX] = {path};
    struct system_stat stat;
    (void)text_format(path, sizeof path, DIRECTORY "/%s", argv[0]);
    if (system_stat(path, &stat) != SYSTEM_OK || stat.kind != SYSTEM_FILE) {
        tell_error("%s does not exist in " DIRECTORY ".", argv[0]);
        return EXIT_FAILED;
    }
    for (int i = 1; i < argc; i++)
        arguments[i] = argv[i];
    return child_run("service", argc, arguments);
}

static int service_main(int argc, char **argv)
{
    child_catch_signals();
    if (argc == 2 && text_equal(argv[1], "-l"))
        return list();
    if (argc == 2 && (text_equal(argv[1], "-e") || text_equal(argv[1], "-r")))
        return list_in_order(argv[1][1] == 'e');
    if (argc < 2 || argc > ARGUMENTS_MAX || argv[1][0] == '-')
        return usage(&service_program);
    return run_script(argc - 1, argv + 1);
}
