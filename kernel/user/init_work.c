/* init: what it was given to do, and what becomes of it. */
#include "kernel/user/init.h"

#include "kernel/user/child.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "trace/text.h"

enum {
    REASON_SIZE = 1024,
    TOO_LONG = 2,     /* status */
    EXEC_SIZE = 8192, /* bytes of all exec= commands that are obeyed */
};

static enum {
    AUTOEXEC,
    READING, /* kern.exec */
    COMMANDS,
    SHELL,
    DONE,
} stage;

static char exec_text[EXEC_SIZE];
static char *next_command = exec_text;
static const char *running; /* NULL: the shell */

void init_fail(int status, const char *format, ...)
{
    static char reason[REASON_SIZE];
    if (init.status != 0)
        return;
    struct text_buffer buffer = {.bytes = reason, .size = sizeof reason};
    struct text_sink sink = text_buffer_sink(&buffer);
    va_list arguments;
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
    init.status = status;
    init.reason = reason;
}

static void note_failure(const char *command, int status)
{
    system_print("init: '");
    print_text(command);
    system_print("' ended with status %d\n", status);
    init_fail(status, "'%s' ended with status %d", command, status);
}

bool init_has_console(void)
{
    return sysctl_is_set("shell");
}

/* A command that does not fit, and those behind it, are left out, and that is a failure. */
static void read_commands(void)
{
    size_t length = sizeof exec_text - 1;
    int error = system_sysctl("kern.exec", exec_text, &length, NULL, 0);
    size_t kept = error == SYSTEM_OK ? length : error == SYSTEM_ENOMEM ? sizeof exec_text - 1 : 0;
    if (error == SYSTEM_ENOMEM) {
        while (kept > 0 && exec_text[kept - 1] != '\n')
            kept--;
        system_print("init: kern.exec has %u bytes; what is behind the first %u is left out\n",
                     (unsigned)length, (unsigned)kept);
        note_failure("kern.exec", TOO_LONG);
    }
    exec_text[kept] = '\0';
}

/* The next line of kern.exec; NULL at the end. */
static const char *take_command(void)
{
    const char *command = next_command;
    if (*command == '\0')
        return NULL;
    while (*next_command != '\0' && *next_command != '\n')
        next_command++;
    if (*next_command == '\n')
        *next_command++ = '\0';
    return command;
}

static int start_autoexec(void)
{
    stage = READING;
    if (!init_is_file("/etc/autoexec"))
        return 0;
    running = "/etc/autoexec";
    return init_start_shell("sh", running, NULL);
}

static int start_command(void)
{
    running = take_command();
    if (running == NULL) {
        stage = SHELL;
        return 0;
    }
    system_print("# ");
    print_text(running);
    system_print("\n");
    return init_start_shell("sh", "-c", running);
}

/* The last owner of the console may have been killed. */
static int start_shell(void)
{
    running = NULL;
    if (!init_has_console()) {
        stage = DONE;
        return 0;
    }
    system_console_foreground(0);
    system_console_page(0, 0);
    return init_start_shell("-sh", NULL, NULL);
}

static int start_in_stage(void)
{
    switch (stage) {
    case AUTOEXEC:
        return start_autoexec();
    case READING:
        read_commands();
        stage = COMMANDS;
        return 0;
    case COMMANDS:
        return start_command();
    case SHELL:
        return start_shell();
    case DONE:
        break;
    }
    return 0;
}

int init_work_start(void)
{
    while (stage != DONE) {
        int pid = start_in_stage();
        if (pid > 0)
            return pid;
        if (pid < 0)
            init_work_ended(CHILD_CANNOT_RUN);
    }
    return 0;
}

void init_work_ended(int status)
{
    if (running == NULL)
        stage = DONE;
    else if (status != 0)
        note_failure(running, status);
}
