/* Ways to end the system: halt(8), poweroff(8), reboot(8), shutdown(8), which ask init with
 * FreeBSD's signals; and panic, which asks nobody.
 *
 * The first event of each goes into the shutdown table, and so does everything behind it. */
#include "kernel/user/date.h"
#include "kernel/user/init.h"
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(halt, "halt", "[-pq]", "ends the system; -p: and switches off, -q: without init");
PROGRAM(poweroff, "poweroff", "[-q]", "ends the system and switches off; -q: without init");
PROGRAM(reboot, "reboot", "[-pq]",
        "ends the system and starts it again; -p: switches off, -q: without init");
PROGRAM(shutdown, "shutdown", "[-h | -p | -r | -k] now | +SECONDS [MESSAGE...]",
        "leads to single-user operation; -h, -p, -r: halts, switches off, restarts");
PROGRAM(panic, "panic", "", "panics the kernel");

enum {
    INIT_PID = 1
};

static const struct way {
    const char *option;
    const char *name; /* in events */
    enum system_signal signal;
    enum system_reboot how;
} to_halt = {"-h", "halt", SYSTEM_SIGUSR1, SYSTEM_HALT},
  to_power_off = {"-p", "power-down", SYSTEM_SIGUSR2, SYSTEM_POWER_OFF},
  to_restart = {"-r", "reboot", SYSTEM_SIGINT, SYSTEM_RESTART},
  to_single_user = {"", "shutdown", SYSTEM_SIGTERM, SYSTEM_POWER_OFF},
  to_nowhere = {"-k", "shutdown", SYSTEM_SIGTERM, SYSTEM_POWER_OFF};

static int tell_init(const char *program, const struct way *way)
{
    system_boottrace(way == &to_single_user ? "SIGTERM to init(8)..." : "signal to init(8)...");
    int error = system_signal(INIT_PID, way->signal);
    return error == SYSTEM_OK ? EXIT_OK : complain(program, "init", error);
}

/* --- halt, poweroff, reboot --- */

/* Letters of -p and -q, in one word or more; false: something else stands there. */
static bool read_letters(int argc, char **argv, bool *off, bool *quick)
{
    for (int i = 1; i < argc; i++) {
        const char *letter = argv[i];
        if (*letter++ != '-' || *letter == '\0')
            return false;
        for (; *letter != '\0'; letter++) {
            if (*letter != 'p' && *letter != 'q')
                return false;
            *off |= *letter == 'p';
            *quick |= *letter == 'q';
        }
    }
    return true;
}

static int end(const struct program *program, const struct way *way, int argc, char **argv)
{
    bool off = false, quick = false;
    if (!read_letters(argc, argv, &off, &quick))
        return usage(program);
    if (off)
        way = &to_power_off;
    system_shuttrace("%s by root", way->name);
    if (quick) /* what has failed so far is known to init */
        system_reboot(way->how, init.status,
                      init.status == 0 ? "ended at once, without init" : init.reason);
    return tell_init(program->name, way);
}

static int halt_main(int argc, char **argv)
{
    return end(&halt_program, &to_halt, argc, argv);
}

static int poweroff_main(int argc, char **argv)
{
    return end(&poweroff_program, &to_power_off, argc, argv);
}

static int reboot_main(int argc, char **argv)
{
    return end(&reboot_program, &to_restart, argc, argv);
}

/* --- shutdown --- */

static const struct way *way_of(const char *option)
{
    static const struct way *const ways[] = {&to_halt, &to_power_off, &to_restart, &to_nowhere};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (text_equal(ways[i]->option, option))
            return ways[i];
    return NULL;
}

static bool read_delay(const char *word, uint64_t *ms)
{
    *ms = 0;
    return text_equal(word, "now") || (*word == '+' && seconds_parse(word + 1, ms));
}

/* When it will be, as far as somebody knows what time it is. */
static void announce(uint64_t ms)
{
    char text[64];
    struct text_buffer buffer = {.bytes = text, .size = sizeof text};
    const struct text_sink sink = text_buffer_sink(&buffer);
    uint64_t now = system_wall_time_s();
    if (now != 0)
        date_print(&sink, now + ms / 1000);
    else
        text_print(&sink, "+%llu", (unsigned long long)(ms / 1000));
    system_print("Shutdown at %s\n", text);
    system_boottrace("Shutdown at %s", text);
}

static void print_message(int argc, char **argv)
{
    if (argc > 0)
        print_words(argc, (const char *const *)argv);
}

/* Everybody has been told, and nothing happens: no shutdown begins with this. */
static int pretend(void)
{
    system_boottrace("Shutdown NOW!");
    system_boottrace("%s by root", to_nowhere.name);
    system_boottrace("fake shutdown...");
    return EXIT_OK;
}

static int shutdown_main(int argc, char **argv)
{
    uint64_t ms;
    bool has_option = argc > 1 && argv[1][0] == '-';
    int time = has_option ? 2 : 1;
    const struct way *way = has_option ? way_of(argv[1]) : &to_single_user;
    if (way == NULL || argc <= time || !read_delay(argv[time], &ms))
        return usage(&shutdown_program);
    if (ms > 0) {
        announce(ms);
        print_message(argc - time - 1, argv + time + 1);
        if (system_sleep_ms(ms) != SYSTEM_OK)
            return EXIT_FAILED;
    }
    system_print("Shutdown NOW!\n");
    print_message(argc - time - 1, argv + time + 1);
    if (way == &to_nowhere)
        return pretend();
    system_shuttrace("Shutdown NOW!");
    system_boottrace("%s by root", way->name);
    return tell_init("shutdown", way);
}

/* --- panic --- */

static int panic_main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return usage(&panic_program);
    int error = system_sysctl("debug.kdb.panic", NULL, NULL, "1", 1);
    return complain("panic", "debug.kdb.panic", error);
}
