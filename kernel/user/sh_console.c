/* sh: commands that are typed.
 *
 * Line editor and completion are too large for a stack, and there is one console: shells that read
 * from it, one within another, share them and the history.
 *
 *   1. One shell owns the console.  While it waits for a program in the foreground it lends it, and a
 *      shell among what runs then makes it its own.  Back from waiting, it owns it again.
 *   2. A shell that reads looks at each key whether it still may, and ends if not: it runs in the
 *      background of the one that does.
 *   3. Between looking and using the editor the owner may change, so whoever uses it locks it.
 *   4. Owner and lock are pids: what belongs to a process that is gone belongs to nobody. */
#include "kernel/user/completion.h"
#include "kernel/user/line_editor.h"
#include "kernel/user/screen.h"
#include "kernel/user/sh.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

enum {
    NAMES_MAX = 48,
    CONTROL_C = 3,
};

static struct line_editor editor;
static struct completion completion;
static struct line_completion for_editor;
static const char *names[NAMES_MAX + 1];
static uint32_t columns; /* 0: the editor has not been used yet */
static int owner;        /* pid; 0: nobody */
static int lent;         /* pid of the program that it is lent to; 0: none */
static int user;         /* pid of who uses the editor just now; 0: nobody */

/* --- Who reads --- */

/* SIGCHLD does nothing to a process that lives. */
static bool is_alive(int pid)
{
    return pid != 0 && system_signal(pid, SYSTEM_SIGCHLD) == SYSTEM_OK;
}

static void own(void)
{
    __atomic_store_n(&owner, system_pid(), __ATOMIC_RELEASE);
    __atomic_store_n(&lent, 0, __ATOMIC_RELEASE);
}

/* What was started before the program in the foreground is not in it: pids rise. */
static bool is_lent_to(int pid)
{
    int program = __atomic_load_n(&lent, __ATOMIC_ACQUIRE);
    return program != 0 && pid >= program;
}

static bool may_read(void)
{
    int pid = __atomic_load_n(&owner, __ATOMIC_ACQUIRE);
    if (pid == system_pid())
        return true;
    if (!is_lent_to(system_pid()) && is_alive(pid))
        return false;
    own();
    return true;
}

void sh_console_lend(int pid)
{
    if (__atomic_load_n(&owner, __ATOMIC_ACQUIRE) == system_pid())
        __atomic_store_n(&lent, pid, __ATOMIC_RELEASE);
}

void sh_console_take_back(void)
{
    own();
}

static void lock(void)
{
    int before = 0;
    while (!__atomic_compare_exchange_n(&user, &before, system_pid(), false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED)) {
        if (is_alive(before)) {
            before = 0;
            system_yield();
        }
    }
}

static void unlock(void)
{
    __atomic_store_n(&user, 0, __ATOMIC_RELEASE);
}

static void set_up_completion(void)
{
    size_t count = 0;
    for (const struct sh_builtin *builtin = sh_builtin_next(NULL);
         builtin != NULL && count < NAMES_MAX; builtin = sh_builtin_next(builtin))
        names[count++] = builtin->name;
    names[count] = NULL;
    completion_init(&completion, names);
    for_editor = completion_for_editor(&completion);
}

/* A screen of another size costs the history. */
static void set_up(void)
{
    const struct text_sink sink = system_output();
    uint32_t wanted = screen_size().columns;
    if (columns == wanted)
        return;
    set_up_completion();
    line_editor_init(&editor, &sink, wanted);
    line_editor_complete_with(&editor, &for_editor);
    columns = wanted;
}

const char *sh_history(size_t back)
{
    return columns == 0 ? NULL : line_editor_history(&editor, back);
}

/* --- Reading --- */

/* The next key; a signal that asks for it is one.  False: the console is closed. */
static bool read_key(char *key)
{
    for (;;) {
        int count = system_read_console(key, 1, SYSTEM_FOREVER);
        if (count > 0)
            return true;
        if (count != SYSTEM_EINTR)
            return false;
        for (int signal; (signal = system_signal_take()) != 0;)
            if (signal == SYSTEM_SIGINT) {
                *key = CONTROL_C;
                return true;
            }
    }
}

enum reading {
    READ_MORE,
    READ_LINE,
    READ_INTERRUPTED, /* ^C */
    READ_END,         /* ^D */
    READ_CLOSED       /* nobody will ever type again, or not for this shell */
};

static bool start_line(const char *prompt)
{
    if (!may_read())
        return false;
    lock();
    set_up();
    line_editor_start(&editor, prompt);
    unlock();
    return true;
}

_Static_assert((int)SH_LINE_MAX >= (int)LINE_EDITOR_LINE_MAX, "a typed line must fit");

/* Takes the line out of the editor, which another shell may use before all of it has run. */
static enum reading take_line(struct sh *sh, enum line_editor_event event, char *line,
                              size_t *length)
{
    *length = 0;
    switch (event) {
    case LINE_EDITOR_MORE:
        return READ_MORE;
    case LINE_EDITOR_DONE:
        *length = editor.length;
        __builtin_memcpy(line, editor.line, editor.length);
        return READ_LINE;
    case LINE_EDITOR_INTERRUPTED:
        sh->status = SH_OF_SIGNAL + SYSTEM_SIGINT;
        return READ_INTERRUPTED;
    case LINE_EDITOR_END:
        return READ_END;
    }
    return READ_END;
}

static enum reading take_key(struct sh *sh, char key, char *line, size_t *length)
{
    if (!may_read())
        return READ_CLOSED;
    lock();
    enum reading reading = take_line(sh, line_editor_take(&editor, key), line, length);
    unlock();
    return reading;
}

/* Reads a line into memory of SH_LINE_MAX bytes, key by key: what is typed ahead is for the program
 * that runs then. */
static enum reading read_line(struct sh *sh, const char *prompt, char *line, size_t *length)
{
    enum reading reading = READ_MORE;
    char key;
    if (!start_line(prompt))
        reading = READ_CLOSED;
    while (reading == READ_MORE) {
        if (!read_key(&key))
            return READ_CLOSED;
        reading = take_key(sh, key, line, length);
    }
    if (reading == READ_CLOSED)
        sh_complain(sh, "console", "another shell reads from it", EXIT_FAILED);
    return reading;
}

/* SIGTERM ends this shell, unlike others: nothing hangs up on it when the system shuts down. */
static void keep_from_dying(void)
{
    system_signals_catch(1u << SYSTEM_SIGINT | 1u << SYSTEM_SIGTSTP);
    if (may_read())
        system_console_foreground(0); /* of this shell: keys at its prompt are for the editor */
}

/* --- Running --- */

/* Lines that belong together. */
struct typed {
    uint32_t length;
    char text[SH_TEXT_MAX + 1];
};

/* False: the text is not complete. */
static bool run_text(struct sh *sh, struct slice text)
{
    bool warned = sh->warned;
    sh->interrupted = false;
    sh->flow = SH_FLOW_ON;
    bool complete = sh_run_text(sh, text, 1, true);
    if (complete && warned)
        sh->warned = false;
    return complete;
}

/* What is not complete waits for the next line. */
static void take_typed(struct sh *sh, struct typed *typed, const char *line, size_t length)
{
    if (length > SH_TEXT_MAX - typed->length) {
        sh_complain(sh, "console", "more than 4,095 bytes belong together", SH_MISUSED);
        typed->length = 0;
        return;
    }
    __builtin_memcpy(typed->text + typed->length, line, length);
    typed->length += (uint32_t)length;
    typed->text[typed->length++] = '\n';
    if (run_text(sh, (struct slice){typed->text, typed->length}))
        typed->length = 0;
}

/* Gives whether there will be another one. */
static bool read_and_run(struct sh *sh, struct typed *typed, char *line)
{
    size_t length;
    bool further = typed->length > 0;
    enum reading reading = read_line(sh, further ? "> " : "# ", line, &length);
    if (reading == READ_CLOSED)
        return false;
    if (reading == READ_END)
        (void)run_text(sh, slice_of("exit"));
    else if (reading == READ_INTERRUPTED)
        typed->length = 0;
    else if (length > 0 || further)
        take_typed(sh, typed, line, length);
    return true;
}

void sh_run_console(struct sh *sh)
{
    char *line = sh_push(sh, SH_LINE_MAX);
    struct typed *typed = sh_push(sh, sizeof *typed);
    keep_from_dying();
    if (line == NULL || typed == NULL)
        return;
    typed->length = 0;
    do
        sh_jobs_poll(sh);
    while (read_and_run(sh, typed, line) && !sh->exiting);
}
