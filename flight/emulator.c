/* The emulator as a process. */
#include "flight/emulator.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flight/interrupt.h"
#include "flight/moment.h"

enum {
    NAP_US = 2000,        /* between two looks at a process that is about to end */
    LINE_BYTES = 1 << 20, /* that may wait in the serial line: what Linux gives anybody */
};

/* The ends of the child: where its files come from, and where to tell why it did not start. */
struct child {
    char **arguments;
    const char *folder;
    int input;
    int serial;
    int messages;
    int failure;
    bool stays;
    pid_t parent;
};

/* Its threads then hardly ever run side by side.  Where this is refused, nothing is lost but that. */
static void stay_on_this_cpu(void)
{
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET((size_t)sched_getcpu(), &here);
    (void)sched_setaffinity(0, sizeof here, &here);
}

static bool become(const struct child *child)
{
    interrupt_restore();
    /* Its own group keeps Ctrl-C from it: flight ends it and tells why. */
    if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return false;
    if (getppid() != child->parent) { /* flight was gone before the line above took effect */
        errno = ECHILD;
        return false;
    }
    if (chdir(child->folder) != 0 || dup2(child->input, STDIN_FILENO) < 0 ||
        dup2(child->serial, STDOUT_FILENO) < 0 || dup2(child->messages, STDERR_FILENO) < 0)
        return false;
    if (child->stays)
        stay_on_this_cpu();
    execvp(child->arguments[0], child->arguments);
    return false;
}

static _Noreturn void run_child(const struct child *child)
{
    (void)become(child);
    int error = errno;
    (void)!write(child->failure, &error, sizeof error);
    _exit(127);
}

/* The errno that the child reports, or 0: exec has closed its end. */
static int read_failure(int source)
{
    int error = 0;
    while (read(source, &error, sizeof error) < 0 && errno == EINTR)
        ;
    return error;
}

static void close_all(const int *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (files[i] >= 0)
            close(files[i]);
}

static int start(struct emulator *emulator, struct child *child, const int failure[2])
{
    emulator->pid = fork();
    if (emulator->pid < 0)
        return errno;
    if (emulator->pid == 0)
        run_child(child);
    close(failure[1]); /* so that the read below ends */
    int error = read_failure(failure[0]);
    if (error != 0)
        (void)waitpid(emulator->pid, NULL, 0);
    return error;
}

/* What the child reads, and -1 or the end to write to.  0 or an errno. */
static int open_input(bool hears, int input[2])
{
    if (hears && pipe2(input, O_CLOEXEC) != 0)
        return errno;
    if (hears)
        return fcntl(input[1], F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
    input[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return input[0] < 0 ? errno : 0;
}

/* The serial line.  QEMU does not wait for a reader: once the line is full, its UART takes no more bytes, the guest
 * sees that, and text is lost.  So there is room for what most boots send, where Linux lets it. */
static int open_serial(int serial[2])
{
    if (pipe2(serial, O_CLOEXEC) != 0)
        return errno;
    (void)fcntl(serial[1], F_SETPIPE_SZ, LINE_BYTES);
    return 0;
}

int emulator_start(struct emulator *emulator, char **arguments, const char *folder,
                   const char *messages, bool hears, bool stays)
{
    int input[2] = {-1, -1}, serial[2] = {-1, -1}, failure[2] = {-1, -1};
    struct child child = {
        .arguments = arguments, .folder = folder, .stays = stays, .parent = getpid()};
    child.messages = open(messages, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int error = child.messages < 0 ? errno : open_input(hears, input);
    if (error == 0)
        error = open_serial(serial);
    if (error == 0 && pipe2(failure, O_CLOEXEC) != 0)
        error = errno;
    if (error == 0) {
        child.input = input[0];
        child.serial = serial[1];
        child.failure = failure[1];
        *emulator = (struct emulator){.serial = serial[0], .input = input[1]};
        error = start(emulator, &child, failure);
        failure[1] = -1;
    }
    close_all((int[]){input[0], child.messages, serial[1], failure[0], failure[1],
                      error != 0 ? serial[0] : -1, error != 0 ? input[1] : -1},
              7);
    return error;
}

bool emulator_wait(struct emulator *emulator, int64_t deadline_ms)
{
    while (!emulator->ended) {
        emulator->ended = waitpid(emulator->pid, &emulator->wait_status, WNOHANG) == emulator->pid;
        if (emulator->ended || interrupt_signal() != 0 || moment_now_ms() >= deadline_ms)
            break;
        usleep(NAP_US);
    }
    return emulator->ended;
}

void emulator_kill(struct emulator *emulator)
{
    if (emulator->ended)
        return;
    (void)kill(emulator->pid, SIGKILL);
    while (waitpid(emulator->pid, &emulator->wait_status, 0) < 0 && errno == EINTR)
        ;
    emulator->ended = true;
}
