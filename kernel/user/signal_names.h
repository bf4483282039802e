/* Signals by their names: kill(1). */
#pragma once

/* The number of "TERM", "SIGTERM" or "15"; 0: there is no such signal. */
int signal_of_name(const char *name);

/* kill [-l | [-SIGNAL | -s SIGNAL] PID...]: gives the exit status.  `pid_of` gives the pid that
 * a word means, 0 if none. */
struct kill_words {
    int (*pid_of)(void *context, const char *word);
    void *context;
};
int kill_run(int argc, const char *const *argv, const struct kill_words *words);

/* A decimal pid; 0: it is none. */
int pid_of_number(void *context, const char *word);
