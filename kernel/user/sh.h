/* sh(1): a shell, as far as a console and the scripts of a boot need it.
 *
 *   sh                                        reads commands from the console
 *   sh [-eux] -c COMMANDS [NAME ARGUMENT...]  runs these
 *   sh [-eux] FILE [ARGUMENT...]              runs a script of the boot filesystem
 *
 * docs/shell.md has the language.  What goes wrong is told as FILE:LINE: WORD: WHAT, outside of
 * scripts as sh: WORD: WHAT.  The script goes on after a command that fails; it ends, with status
 * 2, where its text makes no sense.
 *
 * The status of a shell is that of its last command: 127 if there is no such command, 126 if it
 * cannot be run, 2 if its words make no sense, 128 + N after signal N.
 *
 * How it works: a file is read as a whole and cut into trees, one complete command after the other
 * (sh_syntax.h); each is run (sh_run.c) before the next one is read.  A word goes through expansion
 * (sh_expand.h) each time that it is run.  All of that lies in the process's heap (sh_memory.h).
 *
 * This header is what the files of sh share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/slice.h"
#include "kernel/user/sh_memory.h"

enum {
    SH_MISUSED = 2,
    SH_OF_SIGNAL = 128,
    SH_JOBS_MAX = 16,
    SH_JOB_TEXT_MAX = 47,   /* bytes of a command that `jobs` shows */
    SH_LINE_MAX = 1023,     /* bytes that are typed, without the end of the line */
    SH_TEXT_MAX = 4095,     /* bytes of typed lines that belong together */
    SH_STACK_MIN = 6144,    /* bytes of the stack for what does not call itself, or the kernel */
    SH_DEPTH_MAX = 64,      /* commands, functions and expansions within each other */
    SH_CAPTURE_MAX = 16384, /* bytes that $(...) takes */
};

struct sh_job {
    int pid; /* 0: the place is free */
    bool stopped;
    uint32_t order; /* in which they were started or stopped: the highest is the current one */
    char text[SH_JOB_TEXT_MAX + 1];
};

/* What a subshell changes only for itself: all of it lies in blocks of the memory. */
struct sh_state {
    sh_link variables;  /* struct sh_variable */
    sh_link locals;     /* struct sh_local */
    sh_link functions;  /* struct sh_function */
    sh_link parameters; /* struct sh_parameters */
    sh_link name;       /* char: $0 */
    sh_link script;     /* char: file of the script that runs; 0: none */
    sh_link trap;       /* char: what runs when the shell ends */
    uint32_t scope;     /* functions that are running */
    int pid;            /* $$ */
    int last_background;
    bool exit_on_failure; /* set -e */
    bool refuse_unset;    /* set -u */
    bool trace;           /* set -x */
};

/* What keeps the commands behind the present one from running. */
enum sh_flow {
    SH_FLOW_ON = 0,
    SH_FLOW_BREAK,    /* `flow_count` loops end */
    SH_FLOW_CONTINUE, /* all but the last of them */
    SH_FLOW_RETURN,
};

struct sh_input;

struct sh {
    struct sh_memory *memory;
    struct sh_state *state;
    const char *script; /* NULL: none */
    uint32_t line;      /* of the script, from 1 */
    bool interactive;
    bool exiting;
    bool interrupted; /* by ^C: what is left of the line is given up */
    bool killed;      /* by a signal: not only a subshell ends */
    bool warned;      /* that there are stopped jobs */
    int status;       /* of the last command */
    enum sh_flow flow;
    uint32_t flow_count;
    uint32_t loops;         /* that `break` can end */
    uint32_t depth;         /* sh_enter */
    uint32_t tested;        /* a failure is asked for: it does not end the shell under set -e */
    bool substituted;       /* a $(...) has set the status since that was false */
    struct sh_input *input; /* NULL: none */
    uint32_t last_order;
    struct sh_job jobs[SH_JOBS_MAX];
};

/* --- sh.c --- */

/* Tells what is wrong with a word, and sets the status. */
void sh_complain(struct sh *sh, const char *word, const char *what, int status);

/* The same with status 2, and the script ends; typed commands are given up. */
void sh_fail(struct sh *sh, const char *word, const char *what);

/* Takes the signals that came.  A shell that does not read from the console ends with them. */
void sh_take_signals(struct sh *sh);

/* Whether the next command is not to run. */
bool sh_stops(const struct sh *sh);

/* One more within another; false: it would be one too many. */
bool sh_enter(struct sh *sh);
void sh_leave(struct sh *sh);

/* --- sh_script.c --- */

/* Runs the commands of a text.  False: it is not complete, which has not been told because `ask` is
 * set. */
bool sh_run_text(struct sh *sh, struct slice text, uint32_t line, bool ask);

/* Runs a file in this shell.  The name must last.  0, or an error of the system, which has not been
 * told. */
int sh_run_file(struct sh *sh, const char *path);

/* --- sh_run.c --- */

struct sh_node;

/* Runs a command and those linked behind it. */
void sh_run_list(struct sh *sh, const struct sh_node *node);

/* Runs words that have been expanded: a function, a builtin, or a program. */
void sh_run_words(struct sh *sh, int argc, const char *const *argv);

/* --- sh_start.c: programs --- */

/* Runs a program in the foreground and sets the status. */
void sh_run_program(struct sh *sh, int argc, const char *const *argv);

/* Starts one in the background; `text` is what `jobs` shows. */
void sh_start_program(struct sh *sh, int argc, const char *const *argv, const char *text);

/* Waits for a child and sets the status; a signal that the child was given ends the script, but for ^C
 * that the child took care of. */
void sh_wait_for(struct sh *sh, int pid);

/* --- sh_subshell.c --- */

/* Runs commands so that nothing of this shell but the status is changed. */
void sh_run_subshell(struct sh *sh, const struct sh_node *node);

/* Runs the commands of a text in a subshell; what they print goes on top of the stack, without the
 * newlines at its end.  False: it failed, which has been told. */
bool sh_substitute(struct sh *sh, struct slice text, uint32_t line, struct slice *printed);

/* Runs a command in a process of its own that gets a copy of all that this shell has. */
void sh_run_beside(struct sh *sh, const struct sh_node *node, const char *text);

/* What such a process does; gives its status. */
int sh_run_copy(struct sh *sh);

/* --- sh_variables.c --- */

enum {
    SH_EXPORTED = 1,
    SH_READ_ONLY = 2,
};

struct sh_variable {
    sh_link next;  /* they are in the order of their names */
    sh_link value; /* char; 0: none */
    uint32_t flags;
    char name[];
};

/* How many bytes of it are a name. */
size_t sh_name_length(struct slice text);

/* NAME=... */
bool sh_is_assignment(struct slice text);

/* NULL: there is no such variable, or it has no value. */
const char *sh_variable(const struct sh *sh, struct slice name);

/* False: it is read-only, or memory is full, which has been told. */
bool sh_set_variable(struct sh *sh, struct slice name, struct slice value);
bool sh_unset_variable(struct sh *sh, struct slice name);
bool sh_mark_variable(struct sh *sh, struct slice name, uint32_t flags);

/* What a variable becomes from here on, it is only until the scope is left. */
bool sh_make_local(struct sh *sh, struct slice name);

/* Around a function: what was made local in it is then as before. */
void sh_enter_scope(struct sh *sh);
void sh_leave_scope(struct sh *sh);

/* The one behind another; NULL: the first. */
const struct sh_variable *sh_next_variable(const struct sh *sh, const struct sh_variable *before);

/* Variables from the environment of the process; and those that are exported into it, for the next
 * child.  False: there are too many, which has been told. */
bool sh_import_variables(struct sh *sh);
bool sh_export_variables(struct sh *sh);

/* --- Parameters: $1, $2, ... --- */

struct sh_parameters {
    uint32_t count;
    uint32_t shifted; /* bytes of `text` that are gone */
    uint32_t length;
    char text[]; /* each with its NUL */
};

/* All of them anew, copied.  False: memory is full, which has been told. */
bool sh_set_parameters(struct sh *sh, int count, const char *const *values);
uint32_t sh_parameter_count(const struct sh *sh);
const char *sh_parameter(const struct sh *sh, uint32_t number); /* from 1; NULL: there is none */
void sh_shift_parameters(struct sh *sh, uint32_t count);        /* at most as many as there are */

/* --- sh_function.c --- */

struct sh_function {
    sh_link next;
    uint32_t running;
    bool gone;
    sh_link script; /* char */
    sh_link node;   /* struct sh_node, SH_FUNCTION */
};

/* NULL: there is none. */
struct sh_function *sh_function_find(const struct sh *sh, const char *name);
void sh_function_define(struct sh *sh, const struct sh_node *node);
bool sh_function_remove(struct sh *sh, const char *name); /* false: there is none */
void sh_function_call(struct sh *sh, struct sh_function *function, int argc,
                      const char *const *argv);

/* --- sh_redirect.c --- */

struct sh_input {
    int descriptor;    /* below 0: a text */
    struct slice text; /* what is left of it */
};

/* What a redirection has changed, to be given back. */
struct sh_redirected {
    int output, errors; /* targets */
    struct sh_input *input, own;
};

struct sh_redirection;

/* False: it failed, which has been told; nothing is changed then. */
bool sh_redirect(struct sh *sh, const struct sh_redirection *first, struct sh_redirected *before);
void sh_redirect_back(struct sh *sh, struct sh_redirected *before);

/* The next line of the input onto the stack; false: it has no end, or nothing is left. */
bool sh_read_line(struct sh *sh, struct slice *line);

/* --- sh_console.c --- */

/* Reads commands from the console and runs them, until exit or the end of input. */
void sh_run_console(struct sh *sh);

/* While this process runs in the foreground, it and what it starts may read from the console. */
void sh_console_lend(int pid);
void sh_console_take_back(void);

/* A line of the history, 1 is the newest; NULL: there are not as many. */
const char *sh_history(size_t back);

/* --- sh_builtins.c --- */

enum {
    SH_ONLY_SCRIPTS = 1, /* on the console, the program of that name can be interrupted */
    SH_SPECIAL = 2,      /* assignments before it stay (POSIX.1-2017, 2.14) */
};

/* A command of the shell itself. */
struct sh_builtin {
    const char *name;
    const char *usage;
    const char *help;
    void (*run)(struct sh *sh, int argc, const char *const *argv);
    uint32_t flags;
};

/* The one behind another in the table, NULL: the first; NULL at the end. */
const struct sh_builtin *sh_builtin_next(const struct sh_builtin *builtin);

/* NULL: there is none. */
const struct sh_builtin *sh_builtin_find(const struct sh *sh, const char *name);

/* --- sh_jobs.c --- */

/* NULL, and a complaint: there is no place. */
struct sh_job *sh_job_add(struct sh *sh, const char *text);
bool sh_has_stopped_jobs(const struct sh *sh);

/* It has started, in the background. */
void sh_job_go(struct sh *sh, struct sh_job *job, int pid);

/* Takes a job to the foreground of the console until it ends or stops; gives its status. */
int sh_job_wait(struct sh *sh, struct sh_job *job);

/* Asks after all jobs; on a console it tells which have ended or stopped. */
void sh_jobs_poll(struct sh *sh);

/* --- sh_test.c --- */

/* Decimal digits, perhaps behind a sign, and nothing else. */
bool sh_number(const char *word, int64_t *value);

/* --- sh_control.c --- */

/* `e`, `u` or `x`; false: there is no such option. */
bool sh_set_option(struct sh *sh, char letter, bool on);

/* What `trap` has asked for, once. */
void sh_run_trap(struct sh *sh);

/* --- sh_command.c --- */

/* Whether a program has that name. */
bool sh_is_program(const char *name);

/* --- Builtins of several files --- */

/* Runs a builtin; its status goes to sh->status. */
typedef void sh_do(struct sh *sh, int argc, const char *const *argv);
sh_do sh_do_jobs, sh_do_fg, sh_do_bg, sh_do_wait, sh_do_kill; /* sh_jobs.c */
sh_do sh_do_test;                                             /* sh_test.c */
sh_do sh_do_printf, sh_do_echo;                               /* sh_print.c */
sh_do sh_do_run_rc_script, sh_do_rc_state;                    /* sh_rc.c */
sh_do sh_do_break, sh_do_continue, sh_do_return, sh_do_exit, sh_do_eval, sh_do_dot, sh_do_exec,
    sh_do_set, sh_do_shift, sh_do_trap;                                   /* sh_control.c */
sh_do sh_do_export, sh_do_readonly, sh_do_unset, sh_do_local, sh_do_read; /* sh_names.c */
sh_do sh_do_command, sh_do_type;                                          /* sh_command.c */
