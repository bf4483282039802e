/* init(8): process 1.  Brings the system up, keeps house while it runs, and brings it down again.
 * States, event names and signals are FreeBSD's. */
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "trace/text.h"

PROGRAM(init, "init", "", "brings the system up, and down again");

enum {
    COMMAND_SIZE = 1024,
    TOO_LONG = 2,        /* status */
    EXEC_SIZE = 8192,    /* bytes of all exec= commands that are obeyed */
    TERMINATE_MS = 2000, /* from SIGTERM to SIGKILL */
};

#define BIT(signal) (1u << (signal))

/* How the system ends, and why if that is a failure. */
struct ending {
    enum system_reboot how;
    int status;
    const char *reason;
};

static struct ending ending = {SYSTEM_POWER_OFF, 0, "booted, ran and shut down"};
static bool told_to_end; /* by a signal */
static char exec_text[EXEC_SIZE], failure[COMMAND_SIZE];

static const char *name_of(enum system_reboot how)
{
    switch (how) {
    case SYSTEM_POWER_OFF:
        return "halt & poweroff";
    case SYSTEM_HALT:
        return "halt";
    case SYSTEM_RESTART:
        return "reboot";
    }
    return "halt";
}

/* A signal to init says how the system is to end; others are taken and forgotten. */
static void take_signals(void)
{
    for (int signal; (signal = system_signal_take()) != 0;) {
        if (signal == SYSTEM_SIGUSR1)
            ending.how = SYSTEM_HALT;
        else if (signal == SYSTEM_SIGUSR2)
            ending.how = SYSTEM_POWER_OFF;
        else if (signal == SYSTEM_SIGINT)
            ending.how = SYSTEM_RESTART;
        else
            continue;
        told_to_end = true;
    }
}

/* Waits for one child and reaps all others meanwhile.  False: init was told to end before that, and
 * `even_then` is not set. */
static bool wait_for(int pid, bool even_then, int *status)
{
    for (;;) {
        bool stopped;
        int child = system_wait(0, SYSTEM_FOREVER, status, &stopped);
        if (child == pid && !stopped)
            return true;
        if (child == SYSTEM_EINTR)
            take_signals();
        if ((told_to_end && !even_then) || child == SYSTEM_ECHILD)
            return false;
        if (child > 0 && stopped)
            (void)system_signal(child, SYSTEM_SIGCONT); /* nobody else will */
    }
}

static int spawn_shell(const char *name, const char *option, const char *argument)
{
    const char *const argv[] = {name, option, argument};
    int argc = option == NULL ? 1 : argument == NULL ? 2 : 3;
    return system_spawn("sh", argc, argv);
}

/* Runs a script or a command; gives its status, or 0 if init was told to end meanwhile. */
static int run(const char *option, const char *argument, bool even_then)
{
    int status = 0, pid = spawn_shell("sh", option, argument);
    if (pid < 0) {
        system_print("init: cannot start sh: %s\n", system_error_str(pid));
        return 126;
    }
    return wait_for(pid, even_then, &status) ? status : 0;
}

static bool is_file(const char *path)
{
    struct system_stat stat;
    return system_stat(path, &stat) == SYSTEM_OK && stat.kind == SYSTEM_FILE;
}

static int run_rc(void)
{
    (void)system_phase("rc");
    if (!is_file("/etc/rc")) {
        system_print("init: %s; nothing to run before multi-user operation\n",
                     system_has_archive() ? "the boot archive has no etc/rc"
                                          : "there is no boot archive");
        return 0;
    }
    system_boottrace("/etc/rc starting...");
    int status = run("/etc/rc", NULL, false);
    system_boottrace("/etc/rc finished");
    if (status != 0)
        system_print("init: /etc/rc ended with status %d\n", status);
    return status;
}

/* A failure is remembered with the command that failed first. */
static void note_failure(const char *command, int status)
{
    system_print("init: '%s' ended with status %d\n", command, status);
    if (ending.status != 0)
        return;
    struct text_buffer buffer = {.bytes = failure, .size = sizeof failure};
    struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "'%s' ended with status %d", command, status);
    ending.status = status;
    ending.reason = failure;
}

/* The commands of kern.exec, a line each. */
static void run_commands(char *at)
{
    while (*at != '\0' && !told_to_end) {
        char *command = at;
        while (*at != '\0' && *at != '\n')
            at++;
        if (*at == '\n')
            *at++ = '\0';
        system_print("# %s\n", command);
        int status = run("-c", command, false);
        if (status != 0)
            note_failure(command, status);
    }
}

/* Reads kern.exec; a command that does not fit, and those behind it, are left out, and that is a
 * failure. */
static bool read_commands(void)
{
    size_t length = sizeof exec_text - 1;
    int error = system_sysctl("kern.exec", exec_text, &length, NULL, 0);
    if (error == SYSTEM_OK) {
        exec_text[length] = '\0';
        return length > 0;
    }
    if (error != SYSTEM_ENOMEM)
        return false;
    size_t kept = sizeof exec_text - 1;
    while (kept > 0 && exec_text[kept - 1] != '\n')
        kept--;
    exec_text[kept] = '\0';
    system_print("init: kern.exec has %u bytes; what is behind the first %u is left out\n",
                 (unsigned)length, (unsigned)kept);
    note_failure("kern.exec", TOO_LONG);
    return kept > 0;
}

/* What was handed over before the boot. */
static void run_what_was_asked(void)
{
    bool has_commands = read_commands();
    if (is_file("/etc/autoexec")) {
        int status = run("/etc/autoexec", NULL, false);
        if (status != 0)
            note_failure("/etc/autoexec", status);
    }
    if (has_commands)
        run_commands(exec_text);
}

static bool wants_shell(void)
{
    char value = '0';
    size_t length = 1;
    return system_sysctl("shell", &value, &length, NULL, 0) == SYSTEM_OK && value == '1';
}

/* Until somebody says how to end: by signal, or by leaving the shell. */
static void serve(void)
{
    int status, shell = spawn_shell("-sh", NULL, NULL);
    if (shell > 0)
        (void)wait_for(shell, false, &status);
}

/* All processes but init: asked to end, then made to. */
static void end_processes(void)
{
    static const enum system_signal signals[] = {SYSTEM_SIGTERM, SYSTEM_SIGKILL};
    int status;
    bool stopped;
    for (uint32_t i = 0; i < 2; i++) {
        (void)system_signal_all(signals[i]);
        int child;
        do {
            child = system_wait(0, TERMINATE_MS, &status, &stopped);
            take_signals(); /* one that stays would end each wait at once */
        } while (child > 0 || child == SYSTEM_EINTR);
        if (child == SYSTEM_ECHILD)
            return;
    }
}

static void shut_down(void)
{
    (void)system_phase("shutdown");
    system_boottrace("%s from multi-user", name_of(ending.how));
    system_phase_work();
    if (is_file("/etc/rc.shutdown")) {
        system_boottrace("start rc.shutdown");
        (void)run("/etc/rc.shutdown", NULL,
                  true); /* it has told what went wrong; the way leads down */
    }
    system_boottrace("start killing user processes");
    end_processes();
    system_boottrace("shutting down the system");
}

static int init_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    system_signals_catch(BIT(SYSTEM_SIGINT) | BIT(SYSTEM_SIGUSR1) | BIT(SYSTEM_SIGUSR2) |
                         BIT(SYSTEM_SIGTERM) | BIT(SYSTEM_SIGHUP));
    (void)system_phase("init");
    system_boottrace("init(8) starting...");
    int rc_status = run_rc();
    if (rc_status != 0) {
        ending.status = rc_status;
        ending.reason = "/etc/rc failed";
    }
    system_phase_work();

    (void)system_phase("multi-user");
    system_boottrace("multi-user start");
    system_print("\nFirstlight is multi-user.\n");
    system_phase_work();
    run_what_was_asked();
    if (wants_shell() && !told_to_end)
        serve();
    shut_down();
    system_reboot(ending.how, ending.status, ending.reason);
}
