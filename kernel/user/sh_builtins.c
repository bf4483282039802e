/* sh: the commands that are no programs, and `help`, which knows both. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/sh.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

enum {
    BURN_MS_MAX = 1000000,
    BURN_STEP_MS = 50, /* between looks at signals */
};

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

static void do_burn(struct sh *sh, int argc, const char *const *argv)
{
    uint64_t ms;
    const char *word = argc > 1 ? argv[1] : "";
    if (!number_parse(word, BURN_MS_MAX, &ms)) {
        sh_complain(sh, word, "not a number in range", SH_MISUSED);
        return;
    }
    sh->status = EXIT_OK;
    while (ms > 0 && !sh->exiting) {
        uint64_t step = ms < BURN_STEP_MS ? ms : BURN_STEP_MS;
        system_burn_ms(step);
        ms -= step;
        sh_take_signals(sh);
    }
}

/* --- time --- */

static void print_span(uint64_t ns, const char *what)
{
    uint64_t hundredths = ns / 10000000;
    system_print("%9llu.%02u %s", (unsigned long long)(hundredths / 100),
                 (unsigned)(hundredths % 100), what);
}

/* The CPU time is that of the shell and of the children that it waited for, if the kernel says it. */
static void do_time(struct sh *sh, int argc, const char *const *argv)
{
    uint64_t before = 0, after = 0;
    if (argc < 2) {
        sh_complain(sh, "time", "there is no command behind it", SH_MISUSED);
        return;
    }
    bool cpu = sysctl_number("kern.cpu_time_ns", &before);
    uint64_t start = system_time_ns();
    sh_run_words(sh, argc - 1, argv + 1);
    print_span(system_time_ns() - start, "real");
    if (cpu && sysctl_number("kern.cpu_time_ns", &after))
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

/* --- The smallest --- */

static void do_nothing(struct sh *sh, int argc, const char *const *argv)
{
    (void)argc;
    (void)argv;
    sh->status = EXIT_OK;
}

static void do_false(struct sh *sh, int argc, const char *const *argv)
{
    (void)argc;
    (void)argv;
    sh->status = EXIT_FAILED;
}

/* --- The table --- */

static const struct sh_builtin builtins[] = {
    {".", "FILE", "runs a file in this shell", sh_do_dot, SH_SPECIAL},
    {":", "[WORD...]", "does nothing", do_nothing, SH_SPECIAL},
    {"[", "EXPRESSION ]", "is test", sh_do_test, 0},
    {"bg", "[JOB]", "lets a stopped job go on in the background", sh_do_bg, 0},
    {"break", "[LOOPS]", "ends a loop, or several", sh_do_break, SH_SPECIAL},
    {"burn", "MILLISECONDS", "uses the CPU", do_burn, SH_ONLY_SCRIPTS},
    {"command", "[-v] COMMAND...", "runs a command that is no function; -v: says if it is there",
     sh_do_command, 0},
    {"continue", "[LOOPS]", "begins the next round of a loop", sh_do_continue, SH_SPECIAL},
    {"echo", "[-n] [TEXT...]", "prints its words", sh_do_echo, 0},
    {"eval", "[TEXT...]", "runs its words as a text", sh_do_eval, SH_SPECIAL},
    {"exec", "COMMAND...", "runs a command, then ends the shell", sh_do_exec, SH_SPECIAL},
    {"exit", "[STATUS]", "ends the shell", sh_do_exit, SH_SPECIAL},
    {"export", "[-p | NAME[=VALUE]...]", "gives variables to the programs that are started",
     sh_do_export, SH_SPECIAL},
    {"false", "", "ends with status 1", do_false, SH_ONLY_SCRIPTS},
    {"fg", "[JOB]", "takes a job to the foreground", sh_do_fg, 0},
    {"help", "[COMMAND]", "lists the commands, or tells about one", do_help, 0},
    {"history", "", "lists the lines that were typed", do_history, 0},
    {"jobs", "", "lists what runs in the background or is stopped", sh_do_jobs, 0},
    {"kill", "[-l | [-SIGNAL | -s SIGNAL] PID | %JOB...]", "sends a signal, TERM if none is named",
     sh_do_kill, 0},
    {"local", "NAME[=VALUE]...", "makes variables the function's own", sh_do_local, 0},
    {"printf", "FORMAT [WORD...]", "prints words as the format says", sh_do_printf, 0},
    {"rc_state", "SERVICE STATE", "says what has become of a service: svcs shows it",
     sh_do_rc_state, 0},
    {"read", "[-r] NAME...", "reads a line of the input into variables", sh_do_read, 0},
    {"readonly", "[-p | NAME[=VALUE]...]", "keeps variables as they are", sh_do_readonly,
     SH_SPECIAL},
    {"return", "[STATUS]", "leaves a function or a file", sh_do_return, SH_SPECIAL},
    {"run_rc_script", "PATH [ARGUMENT...]", "runs a script between two boottrace events",
     sh_do_run_rc_script, 0},
    {"set", "[-eux] [+eux] [--] [WORD...]", "sets options and parameters", sh_do_set, SH_SPECIAL},
    {"shift", "[COUNT]", "drops the first parameters", sh_do_shift, SH_SPECIAL},
    {"sleep", "SECONDS", "sleeps; a fraction counts down to milliseconds", do_sleep,
     SH_ONLY_SCRIPTS},
    {"test", "EXPRESSION", "compares texts and numbers, and asks after files", sh_do_test, 0},
    {"time", "COMMAND...", "runs a command, and says how long it took", do_time, 0},
    {"trap", "COMMANDS EXIT", "runs commands when the shell ends", sh_do_trap, SH_SPECIAL},
    {"true", "", "ends with status 0", do_nothing, SH_ONLY_SCRIPTS},
    {"type", "NAME...", "says what names stand for", sh_do_type, 0},
    {"unset", "[-f] NAME...", "removes variables, or functions", sh_do_unset, SH_SPECIAL},
    {"wait", "[PID | %JOB...]", "waits for jobs, or for all", sh_do_wait, 0},
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
            return (builtins[i].flags & SH_ONLY_SCRIPTS) != 0 && sh->interactive ? NULL
                                                                                 : &builtins[i];
    return NULL;
}
