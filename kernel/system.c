/* The system interface, kernel side: files, time, console, boottrace, the end.  Processes stand in
 * system_process.c, the simulated network in network.c. */
#include "kernel/user/system.h"

#include "boot/slice.h"
#include "kernel/boot_archive.h"
#include "kernel/captures.h"
#include "kernel/cpu.h"
#include "kernel/fault.h"
#include "kernel/files.h"
#include "kernel/kern_boottrace.h"
#include "kernel/network.h"
#include "kernel/panic.h"
#include "kernel/sdt.h"
#include "kernel/sysctl.h"
#include "kernel/system_call.h"
#include "kernel/terminal.h"
#include "kernel/thread.h"
#include "kernel/torture.h"
#include "kernel/tracing.h"
#include "kernel/tslog.h"
#include "kernel/tunables.h"
#include "kernel/wall_time.h"

enum {
    BLOCK = KERN_BOOTTRACE_BLOCK,
};

/* --- Time --- */

uint64_t system_time_ns(void)
{
    return wall_time_uptime_ns();
}

uint64_t system_wall_time_s(void)
{
    return wall_time_s();
}

/* What is left of a span that began at `start`. */
static uint64_t left_of(uint64_t ns, uint64_t start)
{
    uint64_t gone = system_time_ns() - start;
    return ns == THREAD_FOREVER ? ns : gone < ns ? ns - gone : 0;
}

/* A signal that stopped the process and let it go on again does not end its calls. */
int system_sleep_ms(uint64_t ms)
{
    system_call_flush();
    uint64_t ns = system_call_ns(ms), start = system_time_ns();
    while (thread_sleep_ns(left_of(ns, start)) == THREAD_INTERRUPTED)
        if (thread_was_interrupted())
            return SYSTEM_EINTR;
    thread_obey_signals();
    return SYSTEM_OK;
}

void system_burn_ms(uint64_t ms)
{
    uint64_t hz = tracing_clock()->tsc_hz;
    for (uint64_t left = ms; left > 0 && hz != 0; left--) {
        uint64_t cycles = hz / 1000;
        for (uint64_t start = cpu_tsc(); cpu_tsc() - start < cycles;)
            cpu_spin(1000); /* work; reading the TSC is slow under emulators */
        thread_obey_signals();
    }
}

/* --- Files --- */

static int error_of(enum bootfs_status status)
{
    switch (status) {
    case BOOTFS_OK:
        return SYSTEM_OK;
    case BOOTFS_NOT_FOUND:
        return SYSTEM_ENOENT;
    case BOOTFS_NOT_A_DIRECTORY:
        return SYSTEM_ENOTDIR;
    case BOOTFS_IS_A_DIRECTORY:
        return SYSTEM_EISDIR;
    case BOOTFS_TOO_MANY_LINKS:
        return SYSTEM_ELOOP;
    case BOOTFS_NAME_TOO_LONG:
        return SYSTEM_ENAMETOOLONG;
    case BOOTFS_NAME_EMPTY:
    case BOOTFS_RESERVED:
    case BOOTFS_FULL:
        return SYSTEM_EINVAL;
    }
    return SYSTEM_EINVAL;
}

static struct bootfs_file *file_of(int descriptor)
{
    struct thread *self = thread_current();
    if (descriptor < 0 || descriptor >= THREAD_FILES || !(self->open_files & 1u << descriptor))
        return NULL;
    return &self->files[descriptor];
}

/* The first path that a process opens: a shell's script, most of the time. */
static void tell_first_path(struct thread *self, const char *path)
{
    if (!self->has_looked_up)
        tslog_event("NAMEI", slice_of(path));
    self->has_looked_up = true;
}

int system_open(const char *path)
{
    thread_obey_signals();
    struct thread *self = thread_current();
    tell_first_path(self, path);
    int free = __builtin_ctz(~self->open_files);
    if (free >= THREAD_FILES)
        return SYSTEM_EMFILE;
    enum bootfs_status status = files_open(path, &self->files[free]);
    if (status == BOOTFS_OK)
        self->open_files |= 1u << free;
    return status == BOOTFS_OK ? free : error_of(status);
}

/* Blocks that [from, to) touches and that [.., from) has not touched before. */
static uint32_t blocks_between(uint64_t from, uint64_t to)
{
    return (uint32_t)((to + BLOCK - 1) / BLOCK - (from + BLOCK - 1) / BLOCK);
}

/* What a descriptor means; NULL: nothing. */
static struct bootfs_file *file_and_stat(int descriptor, struct bootfs_stat *stat)
{
    thread_obey_signals();
    struct bootfs_file *file = file_of(descriptor);
    if (file != NULL)
        bootfs_stat(file->fs, file->node, stat);
    return file;
}

int system_read(int descriptor, void *bytes, size_t size)
{
    struct bootfs_stat stat;
    struct bootfs_file *file = file_and_stat(descriptor, &stat);
    if (file == NULL)
        return SYSTEM_EBADF;
    if (stat.kind == BOOTFS_DIRECTORY)
        return SYSTEM_EISDIR;
    uint64_t from = file->position;
    SDT_PROBE("io", "start", "size_t, uint64_t, char *, size_t", size, from,
              sdt_pointer(stat.name.text), stat.name.length);
    size_t length = files_read(file, bytes, size < INT32_MAX ? size : INT32_MAX);
    SDT_PROBE("io", "done", "size_t, uint64_t, char *, size_t", length, from,
              sdt_pointer(stat.name.text), stat.name.length);
    SDT_PROBE("sysinfo", "sysread", "uint64_t", 1);
    SDT_PROBE("sysinfo", "readch", "uint64_t", length);
    thread_current()->usage.in_blocks += blocks_between(from, from + length);
    return (int)length;
}

int system_seek(int descriptor, uint64_t offset)
{
    struct bootfs_file *file = file_of(descriptor);
    if (file == NULL)
        return SYSTEM_EBADF;
    bootfs_seek(file, offset);
    return SYSTEM_OK;
}

static enum system_file_kind kind_of(enum bootfs_kind kind)
{
    return kind == BOOTFS_DIRECTORY ? SYSTEM_DIRECTORY
           : kind == BOOTFS_LINK    ? SYSTEM_SYMBOLIC_LINK
                                    : SYSTEM_FILE;
}

int system_read_directory(int descriptor, struct system_entry *entry)
{
    struct bootfs_stat stat;
    struct bootfs_file *file = file_and_stat(descriptor, &stat);
    if (file == NULL)
        return SYSTEM_EBADF;
    if (stat.kind != BOOTFS_DIRECTORY)
        return SYSTEM_ENOTDIR;
    if (!bootfs_read_directory(file, &stat))
        return 0;
    size_t length = stat.name.length < SYSTEM_NAME_MAX ? stat.name.length : SYSTEM_NAME_MAX;
    __builtin_memcpy(entry->name, stat.name.text, length);
    entry->name[length] = '\0';
    entry->kind = kind_of(stat.kind);
    entry->size = stat.size;
    return 1;
}

int system_stat(const char *path, struct system_stat *stat)
{
    struct bootfs_stat found;
    enum bootfs_status status = files_stat(path, &found);
    if (status == BOOTFS_OK)
        *stat =
            (struct system_stat){kind_of(found.kind), found.size, found.origin != BOOTFS_ARCHIVE};
    return error_of(status);
}

int system_close(int descriptor)
{
    if (file_of(descriptor) == NULL)
        return network_close(descriptor);
    thread_current()->open_files &= ~(1u << descriptor);
    return SYSTEM_OK;
}

bool system_has_archive(void)
{
    return boot_archive_is_there();
}

/* --- The console: a process's text goes out line by line --- */

void system_call_flush(void)
{
    struct thread *self = thread_current();
    uint32_t length = self->line_length;
    self->line_length = 0;
    if (length > 0)
        terminal_write(self->pid, self->line, length);
}

/* Where what is printed goes just now. */
static int target_of(const struct thread *self)
{
    return self->targets[self->speaks_of_errors];
}

static bool is_captured(const struct thread *self)
{
    return target_of(self) >= CAPTURE_FIRST;
}

static void set_spoken(struct thread *self, bool errors)
{
    if (self->targets[errors] != target_of(self))
        system_call_flush();
    self->speaks_of_errors = errors;
}

enum system_stream system_speak(enum system_stream stream)
{
    struct thread *self = thread_current();
    enum system_stream before = self->speaks_of_errors ? SYSTEM_ERRORS : SYSTEM_OUTPUT;
    set_spoken(self, stream == SYSTEM_ERRORS);
    return before;
}

int system_stream_target(enum system_stream stream)
{
    return thread_current()->targets[stream == SYSTEM_ERRORS];
}

void system_stream_set(enum system_stream stream, int target)
{
    system_call_flush();
    thread_current()->targets[stream == SYSTEM_ERRORS] = target;
}

int system_capture_begin(char *bytes, size_t size)
{
    int number = capture_begin(thread_current()->pid, bytes, size);
    return number == 0 ? SYSTEM_ENOMEM : number;
}

size_t system_capture_end(int target, bool *whole)
{
    return capture_end(target, whole);
}

/* Text that goes to no line. */
static bool write_elsewhere(const struct thread *self, const char *bytes, size_t length)
{
    if (is_captured(self))
        capture_write(target_of(self), bytes, length);
    return target_of(self) != SYSTEM_TO_CONSOLE;
}

void system_write(const char *bytes, size_t length)
{
    struct thread *self = thread_current();
    SDT_PROBE("sysinfo", "syswrite", "uint64_t", 1);
    SDT_PROBE("sysinfo", "writech", "uint64_t", length);
    if (write_elsewhere(self, bytes, length)) {
        thread_obey_signals();
        return;
    }
    for (size_t i = 0; i < length; i++) {
        self->line[self->line_length++] = bytes[i];
        if (bytes[i] == '\n' || self->line_length == THREAD_LINE_SIZE)
            system_call_flush();
    }
    thread_obey_signals();
}

static void put(void *context, const char *bytes, size_t length)
{
    (void)context;
    system_write(bytes, length);
}

struct text_sink system_output(void)
{
    return (struct text_sink){put, NULL};
}

void system_print(const char *format, ...)
{
    struct text_sink sink = system_output();
    va_list arguments;
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
}

void system_print_foreign(const char *bytes, size_t length)
{
    struct text_sink sink = system_output();
    if (is_captured(thread_current()))
        system_write(bytes, length); /* nobody sees it */
    else
        text_print_foreign(&sink, bytes, length);
}

int system_read_console(char *bytes, size_t size, uint64_t ms)
{
    system_call_flush();
    size_t length = size;
    uint64_t ns = system_call_ns(ms), start = system_time_ns();
    enum terminal_status status;
    do
        status = terminal_read(bytes, &length, left_of(ns, start));
    while (status == TERMINAL_INTERRUPTED && !thread_was_interrupted());
    thread_obey_signals();
    switch (status) {
    case TERMINAL_OK:
        return (int)length;
    case TERMINAL_TIMED_OUT:
        return SYSTEM_ETIMEDOUT;
    case TERMINAL_INTERRUPTED:
        return SYSTEM_EINTR;
    case TERMINAL_NO_LINE:
        return SYSTEM_EIO;
    }
    return SYSTEM_EIO;
}

void system_console_foreground(int pid)
{
    if (pid == SYSTEM_NEXT_CHILD)
        terminal_set_next_to_foreground();
    else
        terminal_set_foreground((uint32_t)pid);
}

void system_console_page(uint32_t rows, uint32_t columns)
{
    terminal_page(rows, columns);
}

/* --- sysctl --- */

int system_sysctl_print(const char *name, const struct text_sink *sink)
{
    thread_obey_signals();
    SDT_PROBE("sysctl", "read", "char *", sdt_pointer(name));
    return sysctl_read(name, sink);
}

int system_sysctl(const char *name, char *old, size_t *old_length, const char *new,
                  size_t new_length)
{
    thread_obey_signals();
    if (old_length != NULL)
        SDT_PROBE("sysctl", "read", "char *", sdt_pointer(name));
    if (new != NULL)
        SDT_PROBE("sysctl", "write", "char *, void *, size_t", sdt_pointer(name), sdt_pointer(new),
                  new_length);
    return sysctl_exchange(name, old, old_length, new, new_length);
}

int system_sysctl_next(const char *after, struct system_sysctl_about *about)
{
    return sysctl_about_next(after, about);
}

int system_sysctl_about(const char *name, struct system_sysctl_about *about)
{
    return sysctl_about(name, about);
}

/* --- Boottrace, and the end --- */

void system_boottrace(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    kern_boottrace_program(format, arguments);
    va_end(arguments);
}

void system_runtrace(const char *format, ...)
{
    va_list arguments;
    tracing_enter_run_time();
    va_start(arguments, format);
    kern_boottrace_program(format, arguments);
    va_end(arguments);
}

void system_shuttrace(const char *format, ...)
{
    va_list arguments;
    tracing_enter(TRACE_PHASE_SHUTDOWN);
    va_start(arguments, format);
    kern_boottrace_program(format, arguments);
    va_end(arguments);
}

void system_script_start(const char *path)
{
    SDT_PROBE("rc", "script-start", "char *", sdt_pointer(path));
}

void system_script_done(const char *path, int status)
{
    SDT_PROBE("rc", "script-done", "char *, int", sdt_pointer(path), (uint64_t)(int64_t)status);
}

int system_phase(const char *name)
{
    for (uint32_t phase = 0; phase < TRACE_PHASES; phase++) {
        if (slice_is(slice_of(name), trace_phase_name((enum trace_phase)phase))) {
            tracing_enter((enum trace_phase)phase);
            return SYSTEM_OK;
        }
    }
    return SYSTEM_EINVAL;
}

/* `workload=`: plain events into the table of the current phase. */
static void run_workload(void)
{
    for (uint64_t left = tunable(TUNABLE_WORKLOAD); left > 0; left--)
        TRACE_EVENT("workload");
}

_Static_assert((uint32_t)FAULT_AT_KERNEL == TRACE_PHASE_KERNEL &&
                   (uint32_t)FAULT_AT_SHUTDOWN == TRACE_PHASE_SHUTDOWN,
               "faults know the phases by the same numbers");

/* The boot table's share is recorded behind /etc/rc.  A phase that comes again has had its own. */
void system_phase_work(void)
{
    static uint32_t done; /* bit = phase */
    enum trace_phase phase = tracing_phase();
    if (done & 1u << phase)
        return;
    done |= 1u << phase;
    if (phase != TRACE_PHASE_INIT)
        run_workload();
    if (phase == TRACE_PHASE_MULTI_USER && tunable(TUNABLE_TORTURE) > 0 &&
        !torture_run(tunable(TUNABLE_TORTURE)))
        panic("torture found mistakes");
    fault_happen_as_asked((enum fault_phase)phase);
}

/* Long, because it is a table: a case for each error. */
const char *system_error_str(int error)
{
    switch ((enum system_error)error) {
    case SYSTEM_OK:
        return "No error";
    case SYSTEM_EPERM:
        return "Operation not permitted";
    case SYSTEM_ENOENT:
        return "No such file or directory";
    case SYSTEM_ESRCH:
        return "No such process";
    case SYSTEM_EINTR:
        return "Interrupted system call";
    case SYSTEM_EIO:
        return "Input/output error";
    case SYSTEM_ENXIO:
        return "Device not configured";
    case SYSTEM_E2BIG:
        return "Argument list too long";
    case SYSTEM_EBADF:
        return "Bad file descriptor";
    case SYSTEM_ECHILD:
        return "No child processes";
    case SYSTEM_ENOMEM:
        return "Cannot allocate memory";
    case SYSTEM_EEXIST:
        return "File exists";
    case SYSTEM_ENOTDIR:
        return "Not a directory";
    case SYSTEM_EISDIR:
        return "Is a directory";
    case SYSTEM_EINVAL:
        return "Invalid argument";
    case SYSTEM_EMFILE:
        return "Too many open files";
    case SYSTEM_ENOTTY:
        return "Inappropriate ioctl for device";
    case SYSTEM_ENOSPC:
        return "No space left on device";
    case SYSTEM_ENETUNREACH:
        return "Network is unreachable";
    case SYSTEM_ETIMEDOUT:
        return "Operation timed out";
    case SYSTEM_ELOOP:
        return "Too many levels of symbolic links";
    case SYSTEM_ENAMETOOLONG:
        return "File name too long";
    }
    return "Unknown error";
}
