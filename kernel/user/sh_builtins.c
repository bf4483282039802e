/* sh: the commands that are no programs, and `help`, which knows both. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/sh.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/words.h"
#include "trace/text.h"

enum {
    BURN_MS_MAX = 1000000,
    BURN_STEP_MS = 50, /* between looks at signals */
    STATUS_MAX = 255,
};

static void do_echo(struct sh *sh, int argc, const char *const *argv)
{
    print_words(argc - 1, argv + 1);
    sh->status = EXIT_OK;
}

/* A signal that does not end the shell does not end its sleep either. */
static void do_sleep(struct sh *sh, int argc, const char *const *argv)
{
    uint64_t ms;
    const char *word = argc > 1 ? argv[1] : "";
    if (!seconds_parse(word, &ms)) {
        sh_complain(sh, word, "not a number of seconds", SH_MISUSED);
        return;
    }
    sh->status = EXIT_OK;
    uint64_t start = system_time_ns(), slept = 0;
    while (slept < ms && !sh->exiting && system_sleep_ms(ms - slept) == SYSTEM_EINTR) {
        sh_take_signals(sh);
        slept = (system_time_ns() - start) / 1000000;
    }
}

/* False, and a complaint: not a number up to `maximum`. */
static bool read_number(struct sh *sh, const char *word, uint64_t maximum, uint64_t *number)
{
    if (number_parse(word, maximum, number))
        return true;
    sh_complain(sh, word, "not a number in range", SH_MISUSED);
    return false;
}

static void do_burn(struct sh *sh, int argc, const char *const *argv)
{
    uint64_t ms;
    if (!read_number(sh, argc > 1 ? argv[1] : "", BURN_MS_MAX, &ms))
        return;
    sh->status = EXIT_OK;
    while (ms > 0 && !sh->exiting) {
        uint64_t step = ms < BURN_STEP_MS ? ms : BURN_STEP_MS;
        system_burn_ms(step);
        ms -= step;
        sh_take_signals(sh);
    }
}

static void do_exit(struct sh *sh, int argc, const char *const *argv)
{
    uint64_t status;
    if (argc > 1 && read_number(sh, argv[1], STATUS_MAX, &status))
        sh->status = (int)status;
    if (sh->interactive && !sh->warned && sh_has_stopped_jobs(sh)) {
        system_print("You have stopped jobs.\n");
        sh->warned = true;
        return;
    }
    sh->exiting = true;
}

static void do_run_rc_script(struct sh *sh, int argc, const char *const *argv)
{
    const char *arguments[WORDS_MAX] = {"boottrace"};
    char what[sizeof "status 255"];
    struct text_buffer buffer = {.bytes = what, .size = sizeof what};
    const struct text_sink sink = text_buffer_sink(&buffer);
    if (argc < 2) {
        sh_complain(sh, argv[0], "no path", SH_MISUSED);
        return;
    }
    for (int i = 1; i < argc; i++)
        arguments[i] = argv[i];
    sh_run_program(sh, argc, arguments, argv[1], __builtin_strlen(argv[1]));
    if (sh->status == EXIT_OK || sh->exiting)
        return;
    text_print(&sink, "status %d", sh->status);
    sh_complain(sh, argv[1], what, sh->status);
}

/* --- time --- */

/* What the shell and the children that it waited for have used; false: the kernel does not say. */
static bool cpu_time_ns(uint64_t *ns)
{
    char text[24];
    size_t length = sizeof text - 1;
    if (system_sysctl("kern.cpu_time_ns", text, &length, NULL, 0) != SYSTEM_OK)
        return false;
    text[length] = '\0';
    return number_parse(text, UINT64_MAX, ns);
}

static void print_span(uint64_t ns, const char *what)
{
    uint64_t hundredths = ns / 10000000;
    system_print("%9llu.%02u %s", (unsigned long long)(hundredths / 100),
                 (unsigned)(hundredths % 100), what);
}

static void do_time(struct sh *sh, int argc, const char *const *argv)
{
    uint64_t before = 0, after = 0;
    if (argc < 2) {
        sh_complain(sh, "time", "there is no command behind it", SH_MISUSED);
        return;
    }
    bool cpu = cpu_time_ns(&before);
    uint64_t start = system_time_ns();
    sh_run_words(sh, argc - 1, argv + 1, argv[1], __builtin_strlen(argv[1]));
    print_span(system_time_ns() - start, "real");
    if (cpu && cpu_time_ns(&after))
        print_span(after - before, "cpu");
    system_print("\n");
}

/* --- help --- */

struct command {
    const char *name, *usage, *help;
};

static void take_if_next(struct command *next, const char *after, const struct command *command)
{
    bool behind = after == NULL || text_compare(command->name, after) > 0;
    if (behind && (next->name == NULL || text_compare(command->name, next->name) < 0))
        *next = *command;
}

/* The command behind a name in the alphabet.  A builtin stands before the program of its name. */
static struct command command_after(const char *after)
{
    struct command next = {0};
    for (const struct sh_builtin *builtin = sh_builtin_next(NULL); builtin != NULL;
         builtin = sh_builtin_next(builtin))
        take_if_next(&next, after, &(struct command){builtin->name, builtin->usage, builtin->help});
    for (const struct program *program = programs_start; program < programs_end; program++)
        take_if_next(&next, after, &(struct command){program->name, program->usage, program->help});
    return next;
}

static void do_help(struct sh *sh, int argc, const char *const *argv)
{
    sh->status = EXIT_OK;
    for (struct command at = command_after(NULL); at.name != NULL; at = command_after(at.name))
        if (argc == 1)
            system_print("%-14s %s\n", at.name, at.help);
        else if (text_equal(at.name, argv[1])) {
            system_print("%s%s%s\n    %s\n", at.name, at.usage[0] == '\0' ? "" : " ", at.usage,
                         at.help);
            return;
        }
    if (argc > 1)
        sh_complain(sh, argv[1], "there is no such command", EXIT_FAILED);
}

static void do_history(struct sh *sh, int argc, const char *const *argv)
{
    (void)argc;
    (void)argv;
    size_t count = 0;
    while (sh->interactive && sh_history(count + 1) != NULL)
        count++;
    for (size_t back = count; back > 0; back--) {
        system_print("%4u  ", (unsigned)(count - back + 1));
        print_text(sh_history(back));
        system_print("\n");
    }
    sh->status = EXIT_OK;
}

/* --- The table --- */

static const struct sh_builtin builtins[] = {
    {"bg", "[JOB]", "lets a stopped job go on in the background", sh_do_bg, false},
    {"burn", "MILLISECONDS", "uses the CPU", do_burn, true},
    {"echo", "[TEXT...]", "prints its words", do_echo, false},
    {"exit", "[STATUS]", "ends the shell", do_exit, false},
    {"fg", "[JOB]", "takes a job to the foreground", sh_do_fg, false},
    {"help", "[COMMAND]", "lists the commands, or tells about one", do_help, false},
    {"history", "", "lists the lines that were typed", do_history, false},
    {"jobs", "", "lists what runs in the background or is stopped", sh_do_jobs, false},
    {"kill", "[-l | [-SIGNAL | -s SIGNAL] PID | %JOB...]", "sends a signal, TERM if none is named",
     sh_do_kill, false},
    {"run_rc_script", "PATH [ARGUMENT...]", "runs a script between two boottrace events",
     do_run_rc_script, false},
    {"sleep", "SECONDS", "sleeps; a fraction counts down to milliseconds", do_sleep, true},
    {"time", "COMMAND...", "runs a command, and says how long it took", do_time, false},
    {"wait", "[JOB...]", "waits for jobs, or for all", sh_do_wait, false},
};

#define BUILTINS (sizeof builtins / sizeof builtins[0])

const struct sh_builtin *sh_builtin_next(const struct sh_builtin *builtin)
{
    const struct sh_builtin *next = builtin == NULL ? builtins : builtin + 1;
    return next < builtins + BUILTINS ? next : NULL;
}

const struct sh_builtin *sh_builtin_find(const struct sh *sh, const char *name)
{
    for (size_t i = 0; i < BUILTINS; i++)
        if (text_equal(builtins[i].name, name))
            return builtins[i].only_scripts && sh->interactive ? NULL : &builtins[i];
    return NULL;
}
