/* sh(1): a shell, as far as a console and the scripts of a boot need it.
 *
 *   sh                    reads commands from the console
 *   sh -c COMMANDS        runs these
 *   sh FILE [ARGUMENT...] runs a script of the boot filesystem, line by line
 *
 * A command is a builtin, a program, or the path of a script.  `;` separates commands, `&` behind
 * one runs it in the background; words.h says how words are made.  There are no variables, pipes,
 * redirections, conditions.  What goes wrong is told as FILE:LINE: WORD: WHAT, outside of scripts as
 * sh: WORD: WHAT, and the script goes on.
 *
 * The status of a shell is that of its last command: 127 if there is no such command, 126 if it
 * cannot be run, 2 if its words make no sense, 128 + N after signal N.
 *
 * This header is what the files of sh share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SH_MISUSED = 2,
    SH_OF_SIGNAL = 128,
    SH_JOBS_MAX = 16,
    SH_JOB_TEXT_MAX = 47, /* bytes of a command that `jobs` shows */
    SH_LINE_MAX = 1023,   /* bytes, without the end of the line */
};

struct sh_job {
    int pid; /* 0: the place is free */
    bool stopped;
    uint32_t order; /* in which they were started or stopped: the highest is the current one */
    char text[SH_JOB_TEXT_MAX + 1];
};

struct sh {
    const char *script; /* NULL: none */
    uint32_t line;      /* of the script, from 1 */
    bool interactive;
    bool exiting;
    bool interrupted; /* by ^C: what is left of the line is given up */
    bool warned;      /* that there are stopped jobs */
    int status;       /* of the last command */
    uint32_t last_order;
    struct sh_job jobs[SH_JOBS_MAX];
};

/* --- sh.c --- */

/* Runs commands; no byte of the text is changed. */
void sh_run_text(struct sh *sh, const char *text, size_t length);

/* Runs a builtin or a program in the foreground and sets the status.  `text` is what `jobs` shows. */
void sh_run_words(struct sh *sh, int argc, const char *const *argv, const char *text,
                  size_t text_length);

/* The same for what is a program for sure. */
void sh_run_program(struct sh *sh, int argc, const char *const *argv, const char *text,
                    size_t text_length);

/* Tells what is wrong with a word, and sets the status. */
void sh_complain(struct sh *sh, const char *word, const char *what, int status);

/* Takes the signals that came.  A shell that does not read from the console ends with them. */
void sh_take_signals(struct sh *sh);

/* --- sh_command.c: a text, command by command --- */

struct sh_command {
    const char *text; /* without separator */
    size_t length;
    bool background;
    const char *refused; /* what has no meaning here: "|"; NULL: nothing */
};

/* Cuts the next command off the text from *at on; it may be empty.  False: there is none. */
bool sh_command_next(struct sh_command *command, const char *text, size_t length, size_t *at);

/* --- sh_script.c --- */

void sh_run_script(struct sh *sh, const char *path);

/* --- sh_console.c --- */

void sh_run_console(struct sh *sh);

/* While this process runs in the foreground, it and what it starts may read from the console. */
void sh_console_lend(int pid);
void sh_console_take_back(void);

/* A line of the history, 1 is the newest; NULL: there are not as many. */
const char *sh_history(size_t back);

/* --- sh_builtins.c --- */

struct sh_builtin {
    const char *name;
    const char *usage;
    const char *help;
    void (*run)(struct sh *sh, int argc, const char *const *argv);
    bool only_scripts; /* on the console, the program of that name can be interrupted */
};

/* The one behind another in the table, NULL: the first; NULL at the end. */
const struct sh_builtin *sh_builtin_next(const struct sh_builtin *builtin);

/* NULL: there is none. */
const struct sh_builtin *sh_builtin_find(const struct sh *sh, const char *name);

/* --- sh_jobs.c --- */

/* NULL, and a complaint: there is no place. */
struct sh_job *sh_job_add(struct sh *sh, const char *text, size_t length);
uint32_t sh_job_number(const struct sh *sh, const struct sh_job *job);
bool sh_has_stopped_jobs(const struct sh *sh);

/* Takes a job to the foreground of the console until it ends or stops; gives its status. */
int sh_job_wait(struct sh *sh, struct sh_job *job);

/* Asks after all jobs; on a console it tells which have ended or stopped. */
void sh_jobs_poll(struct sh *sh);

/* Builtins. */
void sh_do_jobs(struct sh *sh, int argc, const char *const *argv);
void sh_do_fg(struct sh *sh, int argc, const char *const *argv);
void sh_do_bg(struct sh *sh, int argc, const char *const *argv);
void sh_do_wait(struct sh *sh, int argc, const char *const *argv);
void sh_do_kill(struct sh *sh, int argc, const char *const *argv);
