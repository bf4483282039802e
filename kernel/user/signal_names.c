/* kill(1), as a program and for the shell's builtin. */
#include "kernel/user/signal_names.h"

#include <stddef.h>
#include <stdint.h>

#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(kill, "kill", "[-l | [-SIGNAL | -s SIGNAL] PID...]",
        "sends a signal, TERM if none is named");

static const struct {
    int number;
    const char *name;
} signals[] = {
    {SYSTEM_SIGHUP, "HUP"},   {SYSTEM_SIGINT, "INT"},   {SYSTEM_SIGKILL, "KILL"},
    {SYSTEM_SIGTERM, "TERM"}, {SYSTEM_SIGSTOP, "STOP"}, {SYSTEM_SIGTSTP, "TSTP"},
    {SYSTEM_SIGCONT, "CONT"}, {SYSTEM_SIGCHLD, "CHLD"}, {SYSTEM_SIGUSR1, "USR1"},
    {SYSTEM_SIGUSR2, "USR2"},
};

#define SIGNALS (sizeof signals / sizeof signals[0])

int signal_of_name(const char *name)
{
    uint64_t number;
    const char *bare = text_begins(name, "SIG") ? name + 3 : name;
    bool is_number = number_parse(name, 31, &number);
    for (size_t i = 0; i < SIGNALS; i++)
        if (is_number ? (uint64_t)signals[i].number == number : text_equal(signals[i].name, bare))
            return signals[i].number;
    return 0;
}

int pid_of_number(void *context, const char *word)
{
    uint64_t number;
    (void)context;
    return number_parse(word, INT32_MAX, &number) ? (int)number : 0;
}

static int list(void)
{
    for (size_t i = 0; i < SIGNALS; i++)
        system_print("%2d %s\n", signals[i].number, signals[i].name);
    return EXIT_OK;
}

static int send(const char *word, int signal, const struct kill_words *words)
{
    int pid = words->pid_of(words->context, word);
    int error = pid == 0 ? SYSTEM_ESRCH : system_signal(pid, (enum system_signal)signal);
    return error == SYSTEM_OK ? EXIT_OK : complain("kill", word, error);
}

/* 0 asks whether there is such a process: SIGCHLD does nothing to one that lives. */
static int signal_of_word(const char *word)
{
    return text_equal(word, "0") ? SYSTEM_SIGCHLD : signal_of_name(word);
}

/* Takes the option off; gives the signal, 0 if there is no such one. */
static int take_signal(int argc, const char *const *argv, int *at)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (word[0] != '-')
        return SYSTEM_SIGTERM;
    *at = 2;
    if (!text_equal(word, "-s"))
        return signal_of_word(word + 1);
    *at = 3;
    return argc > 2 ? signal_of_word(argv[2]) : 0;
}

int kill_run(int argc, const char *const *argv, const struct kill_words *words)
{
    int at = 1, status = EXIT_OK;
    if (argc == 2 && text_equal(argv[1], "-l"))
        return list();
    int signal = take_signal(argc, argv, &at);
    if (signal == 0 || at >= argc)
        return usage(&kill_program);
    for (; at < argc; at++)
        if (send(argv[at], signal, words) != EXIT_OK)
            status = EXIT_FAILED;
    return status;
}

static int kill_main(int argc, char **argv)
{
    const struct kill_words words = {pid_of_number, NULL};
    return kill_run(argc, (const char *const *)argv, &words);
}
