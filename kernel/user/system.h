/* The system interface: all that the simulated userland sees of the kernel.
 *
 * Calls that can fail give a negative enum system_error; system_error_str has the words.  A call
 * that sleeps ends early, with SYSTEM_EINTR, when a signal that the program catches arrives; a
 * signal that it does not catch ends or stops the process inside the call. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* FreeBSD's numbers and words (errno(2)). */
enum system_error {
    SYSTEM_OK = 0,
    SYSTEM_EPERM = -1,
    SYSTEM_ENOENT = -2,
    SYSTEM_ESRCH = -3,
    SYSTEM_EINTR = -4,
    SYSTEM_EIO = -5,
    SYSTEM_ENXIO = -6,
    SYSTEM_E2BIG = -7,
    SYSTEM_EBADF = -9,
    SYSTEM_ECHILD = -10,
    SYSTEM_ENOMEM = -12,
    SYSTEM_EEXIST = -17,
    SYSTEM_ENOTDIR = -20,
    SYSTEM_EISDIR = -21,
    SYSTEM_EINVAL = -22,
    SYSTEM_EMFILE = -24,
    SYSTEM_ENOTTY = -25,
    SYSTEM_ENOSPC = -28,
    SYSTEM_ENETUNREACH = -51,
    SYSTEM_ETIMEDOUT = -60,
    SYSTEM_ELOOP = -62,
    SYSTEM_ENAMETOOLONG = -63,
};
const char *system_error_str(int error);

/* FreeBSD's numbers. */
enum system_signal {
    SYSTEM_SIGHUP = 1,
    SYSTEM_SIGINT = 2,
    SYSTEM_SIGKILL = 9,
    SYSTEM_SIGTERM = 15,
    SYSTEM_SIGSTOP = 17,
    SYSTEM_SIGTSTP = 18,
    SYSTEM_SIGCONT = 19,
    SYSTEM_SIGCHLD = 20,
    SYSTEM_SIGUSR1 = 30,
    SYSTEM_SIGUSR2 = 31,
};

/* --- Processes --- */

enum {
    SYSTEM_ARGUMENTS_MAX = 256, /* words */
};

/* Starts the program of that name with its arguments (argv[0] is what it calls itself; together at
 * most SYSTEM_ARGUMENTS_MAX words and 8,192 bytes, one behind each word included).  Gives the pid, or ENOENT, E2BIG, ENOMEM. */
int system_spawn(const char *program, int argc, const char *const *argv);

/* Waits for a child, or for any (pid 0).  Gives its pid; *status is then its exit status (0..255,
 * 128 + N after signal N), and *stopped says that it has only been stopped (^Z).  `ms` is the
 * longest wait, SYSTEM_FOREVER for none.  ECHILD, EINTR, ETIMEDOUT. */
#define SYSTEM_FOREVER UINT64_MAX
int system_wait(int pid, uint64_t ms, int *status, bool *stopped);

/* The end of the process, with a status of 0 to 255; and its number. */
_Noreturn void system_exit(int status);
int system_pid(void);

/* Memory of the process, the same at each call; zeroed, and gone when the process ends.  NULL: none
 * is left. */
void *system_heap(size_t *size);

/* Memory that the next process which the caller starts finds as its heap, with what the caller has
 * written there. */
void *system_heap_of_child(size_t *size);

/* Bytes of the stack that are left, for who calls itself. */
size_t system_stack_left(void);

/* The environment, NAME=VALUE one behind the other, each with its NUL; children have what it is when
 * they are started.  The second replaces all of it: at most 2,048 bytes, else E2BIG. */
const char *system_environment(size_t *length);
int system_environment_set(const char *bytes, size_t length);

/* Binds the process to a CPU, or with UINT32_MAX to none; EINVAL: it does not run. */
int system_pin(uint32_t cpu);
void system_yield(void);

/* ESRCH, EPERM (a thread of the kernel), EINVAL. */
int system_signal(int pid, enum system_signal signal);

/* To every process but the caller and init. */
int system_signal_all(enum system_signal signal);

/* To every process that descends from this one; with `itself`, to it, too.  Children whose parent has
 * ended belong to init, and are not among them. */
int system_signal_tree(int pid, enum system_signal signal, bool itself);

/* From now on the signals in the set (bit = number) do not end the process: they end its calls
 * with EINTR, and system_signal_take gives them one by one, 0 when there are none. */
void system_signals_catch(uint32_t set);
int system_signal_take(void);

/* --- Time --- */

uint64_t system_time_ns(void);     /* since the kernel's entry; 0 while the rate is unknown */
uint64_t system_wall_time_s(void); /* since 1970, UTC; 0: unknown */
int system_sleep_ms(uint64_t ms);  /* EINTR */
void system_burn_ms(uint64_t ms);  /* uses the CPU */

/* --- Files of the boot filesystem, which is read-only --- */

/* What a name stands for. */
enum system_file_kind {
    SYSTEM_FILE,
    SYSTEM_DIRECTORY,
    SYSTEM_SYMBOLIC_LINK,
};

struct system_stat {
    enum system_file_kind kind;
    uint64_t size;    /* bytes */
    bool from_module; /* not from the boot archive */
};

/* Bytes of a name, without its end. */
#define SYSTEM_NAME_MAX 1023

/* An entry of a directory. */
struct system_entry {
    char name[SYSTEM_NAME_MAX + 1];
    enum system_file_kind kind;
    uint64_t size;
};

int system_open(const char *path);                         /* gives a descriptor, for reading */
int system_read(int descriptor, void *bytes, size_t size); /* gives the bytes read, 0 at the end */
/* From the start, in bytes; EBADF: it is none. */
int system_seek(int descriptor, uint64_t offset);
int system_read_directory(int descriptor, struct system_entry *entry); /* 1, or 0 at the end */
int system_stat(const char *path, struct system_stat *stat);
int system_close(int descriptor);
bool system_has_archive(void);

/* --- sysctl --- */

/* Reads and writes a sysctl in its text form.  `old` may be NULL; *old_length is the room in it
 * and then what the value takes, which may be more (ENOMEM: it was cut).  `new` may be NULL.
 * ENOENT (unknown oid), EPERM, EINVAL, or what its handler says. */
int system_sysctl(const char *name, char *old, size_t *old_length, const char *new,
                  size_t new_length);

/* The whole value, piece by piece into a sink, however long it is. */
struct text_sink;
int system_sysctl_print(const char *name, const struct text_sink *sink);

enum system_sysctl_flags {
    SYSTEM_SYSCTL_READ = 1,
    SYSTEM_SYSCTL_WRITE = 2,
    SYSTEM_SYSCTL_TUNABLE = 4,
    SYSTEM_SYSCTL_SKIP = 8, /* not in listings */
    SYSTEM_SYSCTL_NODE = 16,
    SYSTEM_SYSCTL_STRING = 32,
    SYSTEM_SYSCTL_FOREIGN = 64, /* text as it was given: whoever shows it makes it harmless */
};

struct system_sysctl_about {
    const char *name; /* whole */
    const char *help;
    const char *type; /* "unsigned", "string", ... */
    uint32_t flags;
};

/* The oid behind `after` in the order of names, NULL for the first one; ENOENT at the end. */
int system_sysctl_next(const char *after, struct system_sysctl_about *about);
int system_sysctl_about(const char *name, struct system_sysctl_about *about);

/* --- The console --- */

/* To the present stream (system_speak). */
void system_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void system_write(const char *bytes, size_t length);

/* Bytes of a file or of a user, made harmless (text_print_foreign); what is captured stays as it
 * is. */
void system_print_foreign(const char *bytes, size_t length);
struct text_sink system_output(void);

/* What is printed belongs to one of two streams; each goes to a target, and children inherit that. */
enum system_stream {
    SYSTEM_OUTPUT = 1,
    SYSTEM_ERRORS = 2,
};

/* Targets that are always there; others are captures. */
enum system_target {
    SYSTEM_TO_CONSOLE = 0,
    SYSTEM_TO_NOTHING = 1,
};

/* What is printed from now on belongs to this stream; gives the one before. */
enum system_stream system_speak(enum system_stream stream);

/* Where a stream goes: an enum system_target, or a capture. */
int system_stream_target(enum system_stream stream);
void system_stream_set(enum system_stream stream, int target);

/* A target of its own: what goes there is put into this memory.  ENOMEM: there are too many.  The end
 * gives how many bytes there are; *whole: nothing had to be left out.  What still goes there
 * behind the end is lost. */
int system_capture_begin(char *bytes, size_t size);
size_t system_capture_end(int target, bool *whole);

/* The next bytes typed, at least one: waits at most `ms`.  ETIMEDOUT, EINTR; EIO: there is no
 * line. */
int system_read_console(char *bytes, size_t size, uint64_t ms);

#define SYSTEM_NEXT_CHILD (-1)

/* Says which process ^C and ^Z speak to; 0: nobody, they are read like any other key;
 * SYSTEM_NEXT_CHILD: the next one that the caller starts, before it has done anything. */
void system_console_foreground(int pid);

/* From now on what is printed stops when it fills a screen of that size, and waits for a key; 0
 * rows: never. */
void system_console_page(uint32_t rows, uint32_t columns);

/* --- The network, simulated: two interfaces, and hosts that answer after a while --- */

/* Addresses are numbers: 10.0.2.15 is 0x0a00020f. */
struct system_network_address {
    uint32_t netmask, broadcast;
};

/* With the second the address, which stays, is taken away and given again.  Neither waits until it may be
 * used: see net.interfaces.  ENXIO (no such interface), ENOMEM, EINTR. */
int system_network_up(const char *interface); /* waits for the link */
int system_network_address(const char *interface, const struct system_network_address *address);
int system_network_down(const char *interface);
int system_network_medium(const char *interface); /* Mbit/s; takes its time; ENXIO: has none */

/* The default route.  EEXIST, ENETUNREACH (no interface leads to the gateway), ESRCH (there is none). */
int system_route_add(uint32_t gateway);
int system_route_delete(void);

int system_socket(void); /* a descriptor */
/* Gives the length.  EBADF; ENETUNREACH: no route, or one whose address may not be used yet. */
int system_send(int descriptor, const char *host, const void *bytes, size_t length);
int system_receive(int descriptor, void *bytes, size_t size, uint64_t ms); /* ETIMEDOUT */

/* --- Boottrace, and the end --- */

/* Record a boottrace event of the calling process.  With the second, run time begins: later events
 * go to the run table; so it does when a shutdown has led to single-user operation, and from there back
 * again.  With the third, the shutdown begins, with all that is recorded from then on, by anybody.
 * Both do so whether or not boottrace is enabled. */
void system_boottrace(const char *format, ...) __attribute__((format(printf, 1, 2)));
void system_runtrace(const char *format, ...) __attribute__((format(printf, 1, 2)));
void system_shuttrace(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An rc script was started, and has ended: the probes rc:::script-start and rc:::script-done. */
void system_script_start(const char *path);
void system_script_done(const char *path, int status);

/* A service is from now on in that state: "online", "maintenance" and so on (kern.services).  EINVAL: there is no
 * such state, or the name is empty or too long; ENOSPC: there are too many services. */
int system_service_state(const char *service, const char *state);

/* Enters a phase (enum trace_phase by its name: "rc", "multi-user", "shutdown"). */
int system_phase(const char *name);

/* What `workload=`, `torture=` and `fault=` ask for in this phase, for tests and benchmarks; once
 * for each phase. */
void system_phase_work(void);

/* How the system ends. */
enum system_reboot {
    SYSTEM_POWER_OFF,
    SYSTEM_HALT,
    SYSTEM_RESTART,
};

/* Ends the system; `status` 0 is success, otherwise `reason` says why not.  From anybody but init it
 * is a dirty end: nobody has been told, and processes still run. */
_Noreturn void system_reboot(enum system_reboot how, int status, const char *reason);
