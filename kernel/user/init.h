/* What the files of init(8) share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/user/system.h"

/* FreeBSD's states, without those for catatonia and for another root. */
enum init_state {
    INIT_NOWHERE = 0, /* as a request: there is none */
    INIT_SINGLE_USER, /* also where everything ends: nobody but init is left there */
    INIT_RUNCOM,      /* /etc/rc runs */
    INIT_READ_TTYS,
    INIT_MULTI_USER,
    INIT_CLEAN_TTYS,
    INIT_DEATH,        /* /etc/rc.shutdown runs */
    INIT_DEATH_SINGLE, /* all processes are ended */
};

/* Process 1, of which there is one. */
struct init {
    enum init_state state;
    enum init_state request; /* where it was told to go next */
    bool ends;               /* the way down does not stop at single-user operation */
    bool went_down;          /* a shutdown has begun, and the system has not come up since */
    enum system_reboot how;  /* then */
    int status;              /* of the whole run; 0: success */
    const char *reason;      /* the words of the verdict */
};
extern struct init init;

/* --- init_signals.c --- */

/* From here on signals are requests. */
void init_catch_signals(void);

/* Takes the signals that wait: each is an event, and may be a request. */
void init_take_signals(void);

/* Asks for the end of the system; the shutdown begins with this. */
void init_leave(enum system_reboot how);

/* Gives what was requested, which then is no request any more. */
enum init_state init_take_request(void);

/* --- init_children.c --- */

enum init_wait {
    INIT_WAIT_ENDED,
    INIT_WAIT_TOLD, /* a signal requests another state */
    INIT_WAIT_TIMED_OUT,
};

/* Starts sh under a name with up to two arguments (NULL: none).  Gives its pid; failing is a line
 * on the console, and an error. */
int init_start_shell(const char *name, const char *option, const char *argument);

/* Waits for a child until `end` (system_time_ns, UINT64_MAX: for ever), and reaps all others
 * meanwhile.  With `whatever_comes`, what is requested meanwhile has to wait. */
enum init_wait init_wait(int pid, uint64_t end, bool whatever_comes, int *status);

/* Ends all processes but init: they are asked to, then made to. */
void init_end_all(void);

/* Waits until an enabling has called exit(), if one may, or a request comes: dtrace.wait seconds at most. */
void init_wait_for_exit(void);

/* Whether a file of that path can be opened. */
bool init_is_file(const char *path);

/* One of the scripts that bring the system up and down. */
struct init_script {
    const char *path;
    const char *name;    /* in events */
    const char *timeout; /* sysctl: seconds that it may take, 0: for ever */
    bool whatever_comes; /* requests wait until it has ended */
    bool has_console;    /* ^C speaks to it; no shell is there that reads keys */
};

/* Runs it with an argument (NULL: none).  When its time is over, that is an event, and it is ended with
 * everything below it; *seconds is how many it had. */
enum init_wait init_run_script(const struct init_script *script, const char *argument, int *status,
                               uint32_t *seconds);

/* --- init_work.c: what was handed over before the boot, for multi-user operation --- */

/* Starts the next of it: /etc/autoexec, each command of kern.exec, and then, with shell=1, a shell.
 * Gives its pid; 0: all is done.  What runs when the system leaves multi-user operation is not taken up
 * again afterwards, but the shell is. */
int init_work_start(void);

/* What was started has ended. */
void init_work_ended(int status);

/* Whether somebody is at the console: shell=1. */
bool init_has_console(void);

/* Makes the run a failure; the first reason stays. */
void init_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
