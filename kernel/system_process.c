/* The system interface, kernel side: processes. */
#include "boot/slice.h"
#include "kernel/heaps.h"
#include "kernel/power_off.h"
#include "kernel/sdt.h"
#include "kernel/system_call.h"
#include "kernel/terminal.h"
#include "kernel/thread.h"
#include "kernel/tslog.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"

static const struct program *find_program(const char *name)
{
    const struct slice wanted = slice_of(name);
    for (const struct program *program = programs_start; program < programs_end; program++)
        if (slice_is(wanted, program->name))
            return program;
    return NULL;
}

/* Puts the arguments one behind the other, each with its NUL; false: too many. */
static bool copy_arguments(struct thread *thread, int argc, const char *const *argv)
{
    size_t used = 0;
    for (int i = 0; i < argc; i++) {
        size_t size = __builtin_strlen(argv[i]) + 1;
        if (size > THREAD_ARGUMENTS_SIZE - used)
            return false;
        __builtin_memcpy(thread->arguments + used, argv[i], size);
        used += size;
    }
    thread->argument_count = argc;
    return true;
}

static const char *base_name(const char *path)
{
    const char *base = path;
    for (; *path != '\0'; path++)
        if (*path == '/')
            base = path + 1;
    return base;
}

/* The program by its path, if it was called by one. */
static void tell_exec(const struct program *program, const char *called)
{
    const char *path = base_name(called) != called ? called : program->name;
    tslog_event("EXEC", slice_of(path));
}

/* A process's first function: calls the program's main. */
static int run_program(void *argument)
{
    const struct program *program = argument;
    struct thread *self = thread_current();
    tell_exec(program, self->arguments);
    SDT_PROBE("proc", "exec-success", "char *", sdt_pointer(self->arguments));
    SDT_PROBE("proc", "start", "pid_t", self->pid);
    char *argv[SYSTEM_ARGUMENTS_MAX + 1], *at = self->arguments;
    for (int i = 0; i < self->argument_count; i++) {
        argv[i] = at;
        at += __builtin_strlen(at) + 1;
    }
    argv[self->argument_count] = NULL;
    system_exit(program->main(self->argument_count, argv));
}

static void inherit(struct thread *child, struct thread *parent)
{
    child->pinned = parent->pinned;
    child->targets[0] = parent->targets[0];
    child->targets[1] = parent->targets[1];
    child->environment_length = parent->environment_length;
    __builtin_memcpy(child->environment, parent->environment, parent->environment_length);
    child->heap = parent->child_heap;
    parent->child_heap = NULL;
}

static int start_program(const char *name, int argc, const char *const *argv)
{
    thread_obey_signals();
    system_call_flush();
    if (power_off_has_begun())
        return SYSTEM_EPERM;
    const struct program *program = find_program(name);
    if (program == NULL)
        return SYSTEM_ENOENT;
    if (argc < 1 || argc > SYSTEM_ARGUMENTS_MAX)
        return SYSTEM_E2BIG;
    struct thread *thread =
        thread_prepare(base_name(argv[0]), run_program, (void *)(uintptr_t)program, false);
    if (thread == NULL)
        return SYSTEM_ENOMEM;
    if (!copy_arguments(thread, argc, argv)) {
        thread_abandon(thread);
        return SYSTEM_E2BIG;
    }
    inherit(thread, thread_current());
    int pid = (int)thread->pid; /* once it goes, it may be gone */
    terminal_started(thread->pid);
    thread_go(thread);
    return pid;
}

int system_spawn(const char *name, int argc, const char *const *argv)
{
    SDT_PROBE("proc", "exec", "char *", sdt_pointer(name));
    SDT_PROBE("sysinfo", "sysexec", "uint64_t", 1);
    int pid = start_program(name, argc, argv);
    if (pid < 0)
        SDT_PROBE("proc", "exec-failure", "int, char *", (uint64_t)-pid, sdt_pointer(name));
    return pid;
}

int system_wait(int pid, uint64_t ms, int *status, bool *stopped)
{
    system_call_flush();
    struct thread_child child = {0};
    enum thread_wait wait =
        pid < 0 ? THREAD_WAIT_NO_CHILD : thread_wait((uint32_t)pid, system_call_ns(ms), &child);
    thread_obey_signals();
    switch (wait) {
    case THREAD_WAIT_OK:
        *status = child.status;
        *stopped = child.stopped;
        return (int)child.pid;
    case THREAD_WAIT_NO_CHILD:
        return SYSTEM_ECHILD;
    case THREAD_WAIT_TIMED_OUT:
        return SYSTEM_ETIMEDOUT;
    case THREAD_WAIT_INTERRUPTED:
        return SYSTEM_EINTR;
    }
    return SYSTEM_ECHILD;
}

/* Called by whoever starts programs, too, and there as a function: that is where syscall::exit has its probe. */
__attribute__((noinline)) _Noreturn void system_exit(int status)
{
    system_call_flush();
    thread_exit(status & 255);
}

int system_pid(void)
{
    return (int)thread_current()->pid;
}

int system_pin(uint32_t cpu)
{
    return thread_pin(cpu) ? SYSTEM_OK : SYSTEM_EINVAL;
}

void system_yield(void)
{
    thread_obey_signals();
    thread_yield();
}

int system_signal(int pid, enum system_signal signal)
{
    if (signal < 1 || signal > 31)
        return SYSTEM_EINVAL;
    const struct thread *thread = pid < 0 ? NULL : thread_find((uint32_t)pid);
    if (thread != NULL && thread->is_kernel)
        return SYSTEM_EPERM;
    bool sent = pid > 0 && thread_signal((uint32_t)pid, (enum thread_signal)signal);
    thread_obey_signals();
    return sent ? SYSTEM_OK : SYSTEM_ESRCH;
}

int system_signal_all(enum system_signal signal)
{
    uint32_t self = thread_current()->pid;
    for (uint32_t place = 0; place < thread_places(); place++) {
        const struct thread *thread = thread_at(place);
        if (thread->state != THREAD_FREE && thread->pid > 1 && thread->pid != self)
            (void)thread_signal(thread->pid, (enum thread_signal)signal);
    }
    return SYSTEM_OK;
}

/* Whether `pid` stands above the thread; the table is small, and a family has few generations. */
static bool descends_from(const struct thread *thread, uint32_t pid)
{
    for (uint32_t generations = thread_places(); thread != NULL && generations > 0; generations--) {
        if (thread->parent == pid)
            return true;
        thread = thread->parent <= THREAD_INIT ? NULL : thread_find(thread->parent);
    }
    return false;
}

int system_signal_tree(int pid, enum system_signal signal, bool itself)
{
    for (uint32_t place = 0; pid > THREAD_INIT && place < thread_places(); place++) {
        const struct thread *thread = thread_at(place);
        if (thread->state != THREAD_FREE && !thread->is_kernel &&
            descends_from(thread, (uint32_t)pid))
            (void)thread_signal(thread->pid, (enum thread_signal)signal);
    }
    return itself ? system_signal(pid, signal) : SYSTEM_OK;
}

void system_signals_catch(uint32_t set)
{
    thread_current()->caught = set;
    thread_obey_signals();
}

int system_signal_take(void)
{
    thread_obey_signals();
    return (int)thread_take_signal();
}

/* --- Memory and environment --- */

void *system_heap(size_t *size)
{
    struct thread *self = thread_current();
    if (self->heap == NULL)
        self->heap = heap_take();
    *size = heap_size();
    return self->heap;
}

void *system_heap_of_child(size_t *size)
{
    struct thread *self = thread_current();
    if (self->child_heap == NULL)
        self->child_heap = heap_take();
    *size = heap_size();
    return self->child_heap;
}

size_t system_stack_left(void)
{
    return (uint32_t)__builtin_frame_address(0) - thread_current()->stack;
}

const char *system_environment(size_t *length)
{
    const struct thread *self = thread_current();
    *length = self->environment_length;
    return self->environment;
}

int system_environment_set(const char *bytes, size_t length)
{
    struct thread *self = thread_current();
    if (length > THREAD_ENVIRONMENT_SIZE || (length > 0 && bytes[length - 1] != '\0'))
        return SYSTEM_E2BIG;
    __builtin_memmove(self->environment, bytes, length);
    self->environment_length = (uint32_t)length;
    return SYSTEM_OK;
}

_Noreturn void system_reboot(enum system_reboot how, int status, const char *reason)
{
    system_call_flush();
    power_off(how, status, reason);
}
