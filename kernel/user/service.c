/* service(8): runs an rc script by its name, and lists them. */
#include "kernel/user/child.h"
#include "kernel/user/line_sink.h"
#include "kernel/user/program.h"
#include "kernel/user/rc_scripts.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(service, "service", "-e | -l | -r | SCRIPT [COMMAND...]",
        "runs an rc script; -e: lists the enabled ones, -l: all, -r: in their order");

#define DIRECTORY "/etc/rc.d"

enum {
    PATH_SIZE = 1024,
    ARGUMENTS_MAX = 16,
    SETTING_SIZE = 128,
    PIECE = 256,
};

static void print_path(const struct rcorder *order, uint32_t script)
{
    struct slice path = rcorder_path(order, script);
    system_print_foreign(path.text, path.length);
    system_print("\n");
}

/* --- Which are enabled --- */

/* The lines of a script that say what it is called and which variable enables it. */
struct settings {
    char name[SETTING_SIZE], rcvar[SETTING_SIZE];
};

static void take_setting(char setting[SETTING_SIZE], const char *key, const char *line)
{
    if (setting[0] != '\0' || !text_begins(line, key))
        return;
    struct text_buffer buffer = {.bytes = setting, .size = SETTING_SIZE};
    const struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "%s", line);
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
static bool is_enabled(const struct rcorder *order, uint32_t script)
{
    static const char ask[] = ". /etc/rc.subr; eval \"$1\"; eval \"$2\"; load_rc_config \"$name\"; "
                              "checkyesno \"$rcvar\" 2>/dev/null";
    char path[RCORDER_NAME_MAX + 1];
    struct settings settings = {"", ""};
    struct slice from = rcorder_path(order, script);
    __builtin_memcpy(path, from.text, from.length);
    path[from.length] = '\0';
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
        if (rc_scripts_is_wanted(&scripts, script) &&
            (!only_enabled || is_enabled(&scripts.order, script)))
            print_path(&scripts.order, script);
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
    struct text_buffer buffer = {.bytes = path, .size = sizeof path};
    const struct text_sink sink = text_buffer_sink(&buffer);
    struct system_stat stat;
    text_print(&sink, DIRECTORY "/%s", argv[0]);
    if (system_stat(path, &stat) != SYSTEM_OK || stat.kind != SYSTEM_FILE) {
        (void)system_speak(SYSTEM_ERRORS);
        print_text(argv[0]);
        system_print(" does not exist in " DIRECTORY ".\n");
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
