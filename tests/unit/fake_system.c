/* A system for programs of the userland, without a kernel. */
#include "tests/unit/fake_system.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/user/program.h"
#include "trace/text.h"

enum {
    PROCESSES = 64,
    FILES = 32,
    OPEN = 128, /* of all processes together */
    SYSCTLS = 32,
    TEXT = 65536,
    ARGUMENTS = 8192,
    ENVIRONMENT = 2048,
    HEAP = 131072,
    CAPTURES = 32,
    CAPTURE_FIRST = 16,
};

static const uint32_t deadly_signals = 1u << SYSTEM_SIGHUP | 1u << SYSTEM_SIGINT |
                                       1u << SYSTEM_SIGKILL | 1u << SYSTEM_SIGTERM |
                                       1u << SYSTEM_SIGUSR1 | 1u << SYSTEM_SIGUSR2;

enum state {
    FREE,
    READY,
    STOPPED,
    STOPPED_AND_TOLD,
    HANGING,
    HANGING_UNTIL_KILLED,
    RUNNING,
    DEAD
};

struct process {
    enum state state;
    int pid, parent, status;
    const struct program *program;
    int argc;
    char *argv[SYSTEM_ARGUMENTS_MAX + 1];
    char arguments[ARGUMENTS];
    char environment[ENVIRONMENT];
    size_t environment_length;
    char *heap, *child_heap;
    bool speaks_of_errors;
    int targets[2];
    uint32_t caught, pending;
    jmp_buf exit;
};

static struct {
    struct process process[PROCESSES];
    struct process *current;
    int next_pid;
    struct {
        const char *path, *content;
        size_t length;
    } file[FILES];
    size_t files;
    struct {
        bool used, directory;
        char path[1200];
        size_t file, at;
    } open[OPEN];
    struct system_sysctl_about about[SYSCTLS];
    char value[SYSCTLS][4096];
    size_t sysctls;
    struct {
        int number, owner;
        char *bytes;
        size_t size, length;
        bool cut;
    } capture[CAPTURES];
    int last_capture;
    bool limited;
    uint32_t steps;
    uint64_t now_ns, wall_s;
    const char *keys, *stop_next, *hang_next;
    enum state hang_how;
    int signal_next;
    uint32_t lose, answers;
    char printed[TEXT], calls[TEXT], given[TEXT];
    struct text_buffer out, log;
} fake;

/* --- For tests --- */

static void free_heaps(struct process *process)
{
    free(process->heap);
    free(process->child_heap);
    process->heap = process->child_heap = NULL;
}

static struct process *add_process(int parent)
{
    for (size_t i = 0; i < PROCESSES; i++)
        if (fake.process[i].state == FREE) {
            free_heaps(&fake.process[i]);
            fake.process[i] =
                (struct process){.state = READY, .pid = fake.next_pid++, .parent = parent};
            return &fake.process[i];
        }
    return NULL;
}

void fake_start(void)
{
    for (size_t i = 0; i < PROCESSES; i++)
        free_heaps(&fake.process[i]);
    memset(&fake, 0, sizeof fake);
    fake.out = (struct text_buffer){.bytes = fake.printed, .size = TEXT};
    fake.log = (struct text_buffer){.bytes = fake.calls, .size = TEXT};
    fake.next_pid = 1;
    fake.last_capture = CAPTURE_FIRST - 1;
    fake.keys = "";
    add_process(0)->state = RUNNING;
    fake.current = add_process(1);
    fake.current->state = RUNNING;
}

int fake_setup(void **state)
{
    (void)state;
    fake_start();
    return 0;
}

void fake_add_file(const char *path, const char *content, size_t length)
{
    assert_true(fake.files < FILES);
    fake.file[fake.files].path = path;
    fake.file[fake.files].content = content;
    fake.file[fake.files++].length = length;
}

void fake_add_text(const char *path, const char *text)
{
    fake_add_file(path, text, strlen(text));
}

void fake_add_sysctl(const char *name, const char *value, uint32_t flags)
{
    assert_true(fake.sysctls < SYSCTLS);
    fake.about[fake.sysctls] = (struct system_sysctl_about){
        .name = name, .help = "help", .type = "string", .flags = flags};
    snprintf(fake.value[fake.sysctls++], sizeof fake.value[0], "%s", value);
}

void fake_set_wall_time(uint64_t seconds)
{
    fake.wall_s = seconds;
}

void fake_type(const char *keys)
{
    fake.keys = keys;
}

void fake_stop_next(const char *program)
{
    fake.stop_next = program;
}

void fake_hang_next(const char *name, bool until_killed)
{
    fake.hang_next = name;
    fake.hang_how = until_killed ? HANGING_UNTIL_KILLED : HANGING;
}

void fake_signal_next_sleep(int signal)
{
    fake.signal_next = signal;
}

void fake_limit(uint32_t steps)
{
    fake.limited = true;
    fake.steps = steps;
}

void fake_lose(uint32_t datagrams)
{
    fake.lose = datagrams;
}

static const char *take(struct text_buffer *buffer)
{
    memcpy(fake.given, buffer->bytes, buffer->length);
    fake.given[buffer->length] = '\0';
    assert_true(buffer->length < TEXT - 1 || fake.limited);
    buffer->length = 0;
    buffer->bytes[0] = '\0';
    return fake.given;
}

const char *fake_printed(void)
{
    return take(&fake.out);
}

const char *fake_calls(void)
{
    return take(&fake.log);
}

uint32_t fake_children_left(void)
{
    uint32_t count = 0;
    for (size_t i = 0; i < PROCESSES; i++)
        count += fake.process[i].state != FREE && fake.process[i].parent == fake.current->pid;
    return count;
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
    const struct text_sink sink = text_buffer_sink(&fake.log);
    va_list arguments;
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
}

int fake_run(int argc, const char *const *argv)
{
    int status = 0;
    bool stopped;
    int pid = system_spawn(argv[0], argc, argv);
    assert_true(pid > 0);
    (void)fake_calls();
    assert_int_equal(system_wait(pid, SYSTEM_FOREVER, &status, &stopped), pid);
    assert_false(stopped);
    return status;
}

/* --- Processes --- */

static struct process *find(int pid)
{
    for (size_t i = 0; i < PROCESSES; i++)
        if (fake.process[i].state != FREE && fake.process[i].pid == pid)
            return &fake.process[i];
    return NULL;
}

/* Runs it within its parent, to its end. */
static void run(struct process *process)
{
    struct process *before = fake.current;
    char *argv[SYSTEM_ARGUMENTS_MAX + 1];
    memcpy(argv, process->argv, sizeof argv);
    process->state = RUNNING;
    fake.current = process;
    if (setjmp(process->exit) == 0)
        process->status = process->program->main(process->argc, argv);
    process->status &= 255;
    process->state = DEAD;
    free_heaps(process);
    for (size_t i = 0; i < CAPTURES; i++)
        if (fake.capture[i].owner == process->pid)
            fake.capture[i].number = 0;
    fake.current = before;
}

static void inherit(struct process *process)
{
    struct process *parent = fake.current;
    memcpy(process->environment, parent->environment, sizeof process->environment);
    process->environment_length = parent->environment_length;
    memcpy(process->targets, parent->targets, sizeof process->targets);
    process->heap = parent->child_heap;
    parent->child_heap = NULL;
}

int system_spawn(const char *name, int argc, const char *const *argv)
{
    const struct program *program = programs_start;
    while (program < programs_end && strcmp(program->name, name) != 0)
        program++;
    if (program == programs_end)
        return SYSTEM_ENOENT;
    struct process *process = add_process(fake.current->pid);
    if (process == NULL)
        return SYSTEM_ENOMEM;
    inherit(process);
    size_t used = 0;
    note("spawn");
    for (int i = 0; i < argc; i++) {
        size_t size = strlen(argv[i]) + 1;
        assert_true(i < SYSTEM_ARGUMENTS_MAX && used + size <= ARGUMENTS);
        process->argv[i] = memcpy(process->arguments + used, argv[i], size);
        used += size;
        note(" %s", argv[i]);
    }
    note("\n");
    process->argc = argc;
    process->program = program;
    if (fake.stop_next != NULL && strcmp(fake.stop_next, name) == 0) {
        process->state = STOPPED;
        fake.stop_next = NULL;
    }
    if (fake.hang_next != NULL &&
        (strcmp(fake.hang_next, name) == 0 || (argc > 1 && strcmp(fake.hang_next, argv[1]) == 0))) {
        process->state = fake.hang_how;
        fake.hang_next = NULL;
    }
    return process->pid;
}

/* True: a signal ends the call. */
static bool sleep_is_ended(void)
{
    uint32_t bit = 1u << fake.signal_next;
    if ((fake.current->caught & fake.current->pending) != 0)
        return true;
    if (fake.signal_next == 0 || (fake.current->caught & bit) == 0)
        return false;
    fake.current->pending |= bit;
    fake.signal_next = 0;
    return true;
}

static bool hangs(const struct process *process)
{
    return process->state == HANGING || process->state == HANGING_UNTIL_KILLED;
}

/* One with which something can happen, if there is one. */
static struct process *child_of(int pid)
{
    struct process *hanging = NULL;
    for (size_t i = 0; i < PROCESSES; i++) {
        struct process *child = &fake.process[i];
        if (child->state == FREE || child->parent != fake.current->pid ||
            (pid != 0 && child->pid != pid))
            continue;
        if (!hangs(child))
            return child;
        hanging = child;
    }
    return hanging;
}

int system_wait(int pid, uint64_t ms, int *status, bool *stopped)
{
    struct process *child = child_of(pid);
    if (child == NULL)
        return SYSTEM_ECHILD;
    if (ms > 0 && sleep_is_ended())
        return SYSTEM_EINTR;
    if (child->state == READY && ms > 0)
        run(child);
    if (child->state == STOPPED) {
        child->state = STOPPED_AND_TOLD;
        *stopped = true;
        return child->pid;
    }
    if (child->state != DEAD) {
        assert_true(ms == 0 || (hangs(child) && ms != SYSTEM_FOREVER)); /* else for ever */
        fake.now_ns += ms * 1000000;
        return SYSTEM_ETIMEDOUT;
    }
    *stopped = false;
    *status = child->status;
    child->state = FREE;
    return child->pid;
}

_Noreturn void system_exit(int status)
{
    fake.current->status = status;
    longjmp(fake.current->exit, 1);
}

int system_pid(void)
{
    return fake.current->pid;
}

void system_yield(void)
{
}

int system_pin(uint32_t cpu)
{
    note("pin %u\n", (unsigned)cpu);
    return cpu < 4 ? SYSTEM_OK : SYSTEM_EINVAL;
}

static void obey(struct process *process, enum system_signal signal)
{
    bool deadly = (deadly_signals & 1u << signal) != 0;
    if (process->state == RUNNING) {
        process->pending |= process->caught & 1u << signal;
    } else if (deadly && (process->state != HANGING_UNTIL_KILLED || signal == SYSTEM_SIGKILL)) {
        process->state = DEAD;
        process->status = 128 + (int)signal;
    }
}

int system_signal(int pid, enum system_signal signal)
{
    struct process *process = find(pid);
    note("signal %d %d\n", pid, (int)signal);
    if (process == NULL || process->state == DEAD)
        return SYSTEM_ESRCH;
    if (signal == SYSTEM_SIGCONT &&
        (process->state == STOPPED || process->state == STOPPED_AND_TOLD))
        process->state = READY;
    obey(process, signal);
    return SYSTEM_OK;
}

int system_signal_all(enum system_signal signal)
{
    note("signal %d to all\n", (int)signal);
    for (size_t i = 0; i < PROCESSES; i++)
        if (fake.process[i].state != FREE && fake.process[i].state != DEAD &&
            &fake.process[i] != fake.current)
            obey(&fake.process[i], signal);
    return SYSTEM_OK;
}

int system_signal_tree(int pid, enum system_signal signal, bool itself)
{
    note("signal %d to all below %d\n", signal, pid);
    return itself ? system_signal(pid, signal) : SYSTEM_OK;
}

void system_signals_catch(uint32_t set)
{
    fake.current->caught = set;
}

int system_signal_take(void)
{
    if (fake.limited && (fake.steps == 0 || --fake.steps == 0))
        system_exit(128 + SYSTEM_SIGKILL);
    uint32_t pending = fake.current->pending;
    int signal = pending == 0 ? 0 : __builtin_ctz(pending);
    fake.current->pending &= pending - 1;
    return signal;
}

/* --- Memory and environment --- */

void *system_heap(size_t *size)
{
    if (fake.current->heap == NULL)
        fake.current->heap = calloc(1, HEAP);
    *size = HEAP;
    return fake.current->heap;
}

void *system_heap_of_child(size_t *size)
{
    if (fake.current->child_heap == NULL)
        fake.current->child_heap = calloc(1, HEAP);
    *size = HEAP;
    return fake.current->child_heap;
}

size_t system_stack_left(void)
{
    return 28672;
}

const char *system_environment(size_t *length)
{
    *length = fake.current->environment_length;
    return fake.current->environment;
}

int system_environment_set(const char *bytes, size_t length)
{
    if (length > ENVIRONMENT)
        return SYSTEM_E2BIG;
    memcpy(fake.current->environment, bytes, length);
    fake.current->environment_length = length;
    return SYSTEM_OK;
}

/* --- Time --- */

uint64_t system_time_ns(void)
{
    return fake.now_ns;
}

uint64_t system_wall_time_s(void)
{
    return fake.wall_s;
}

int system_sleep_ms(uint64_t ms)
{
    note("sleep %llu\n", (unsigned long long)ms);
    if (sleep_is_ended()) {
        fake.now_ns += ms * 1000000 / 2;
        return SYSTEM_EINTR;
    }
    fake.now_ns += ms * 1000000;
    return SYSTEM_OK;
}

void system_burn_ms(uint64_t ms)
{
    note("burn %llu\n", (unsigned long long)ms);
    fake.now_ns += ms * 1000000;
}

/* --- Files --- */

/* "etc//rc/" is "/etc/rc"; "" is the top. */
static void clean(char *cleaned, size_t size, const char *path)
{
    size_t length = 0;
    for (const char *at = path; *at != '\0'; at++) {
        if (*at != '/' && (at == path || at[-1] == '/'))
            cleaned[length++] = '/';
        if (*at != '/')
            cleaned[length++] = *at;
        assert_true(length + 2 < size);
    }
    cleaned[length] = '\0';
}

static bool is_below(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    return strncmp(path, directory, length) == 0 && path[length] == '/';
}

/* Gives the file's index, `fake.files` for a directory, -1 for nothing. */
static int look_up(const char *path)
{
    for (size_t i = 0; i < fake.files; i++)
        if (strcmp(fake.file[i].path, path) == 0)
            return (int)i;
    for (size_t i = 0; i < fake.files; i++)
        if (is_below(fake.file[i].path, path))
            return (int)fake.files;
    return path[0] == '\0' ? (int)fake.files : -1;
}

int system_open(const char *path)
{
    char cleaned[1200];
    clean(cleaned, sizeof cleaned, path);
    int found = look_up(cleaned);
    if (found < 0)
        return SYSTEM_ENOENT;
    for (int i = 0; i < OPEN; i++)
        if (!fake.open[i].used) {
            fake.open[i].used = true;
            fake.open[i].directory = (size_t)found == fake.files;
            fake.open[i].file = (size_t)found;
            fake.open[i].at = 0;
            snprintf(fake.open[i].path, sizeof fake.open[i].path, "%s", cleaned);
            return i;
        }
    return SYSTEM_EMFILE;
}

int system_read(int descriptor, void *bytes, size_t size)
{
    assert_true(fake.open[descriptor].used);
    if (fake.open[descriptor].directory)
        return SYSTEM_EISDIR;
    size_t file = fake.open[descriptor].file, at = fake.open[descriptor].at;
    size_t left = fake.file[file].length - at;
    size_t count = left < size ? left : size;
    memcpy(bytes, fake.file[file].content + at, count);
    fake.open[descriptor].at += count;
    return (int)count;
}

/* Files directly below, and the first file of each directory below. */
static bool is_entry(size_t file, const char *directory, struct system_entry *entry)
{
    const char *path = fake.file[file].path;
    size_t length = strlen(directory) + 1;
    if (!is_below(path, directory))
        return false;
    size_t end = length + strcspn(path + length, "/");
    for (size_t i = 0; i < file; i++)
        if (path[end] == '/' && strncmp(fake.file[i].path, path, end + 1) == 0)
            return false;
    snprintf(entry->name, sizeof entry->name, "%.*s", (int)(end - length), path + length);
    entry->kind = path[end] == '/' ? SYSTEM_DIRECTORY : SYSTEM_FILE;
    entry->size = path[end] == '/' ? 0 : fake.file[file].length;
    return true;
}

int system_read_directory(int descriptor, struct system_entry *entry)
{
    if (!fake.open[descriptor].directory)
        return SYSTEM_ENOTDIR;
    while (fake.open[descriptor].at < fake.files)
        if (is_entry(fake.open[descriptor].at++, fake.open[descriptor].path, entry))
            return 1;
    return 0;
}

int system_stat(const char *path, struct system_stat *stat)
{
    char cleaned[1200];
    clean(cleaned, sizeof cleaned, path);
    int found = look_up(cleaned);
    if (found < 0)
        return SYSTEM_ENOENT;
    bool directory = (size_t)found == fake.files;
    *stat = (struct system_stat){.kind = directory ? SYSTEM_DIRECTORY : SYSTEM_FILE};
    if (!directory)
        stat->size = fake.file[found].length;
    stat->from_module = !directory && strstr(cleaned, "module") != NULL;
    return SYSTEM_OK;
}

int system_close(int descriptor)
{
    if (descriptor < OPEN)
        fake.open[descriptor].used = false;
    return SYSTEM_OK;
}

bool system_has_archive(void)
{
    return true;
}

/* --- sysctl --- */

static int sysctl_of(const char *name)
{
    for (size_t i = 0; i < fake.sysctls; i++)
        if (strcmp(fake.about[i].name, name) == 0)
            return (int)i;
    return SYSTEM_ENOENT;
}

int system_sysctl(const char *name, char *old, size_t *old_length, const char *new,
                  size_t new_length)
{
    int index = sysctl_of(name);
    if (index < 0)
        return index;
    if (old != NULL) {
        size_t length = strlen(fake.value[index]);
        memcpy(old, fake.value[index], length < *old_length ? length : *old_length);
        *old_length = length;
    }
    if (new == NULL)
        return SYSTEM_OK;
    if ((fake.about[index].flags & SYSTEM_SYSCTL_WRITE) == 0)
        return SYSTEM_EPERM;
    snprintf(fake.value[index], sizeof fake.value[0], "%.*s", (int)new_length, new);
    return SYSTEM_OK;
}

int system_sysctl_print(const char *name, const struct text_sink *sink)
{
    int index = sysctl_of(name);
    if (index >= 0)
        sink->put(sink->context, fake.value[index], strlen(fake.value[index]));
    return index < 0 ? index : SYSTEM_OK;
}

int system_sysctl_next(const char *after, struct system_sysctl_about *about)
{
    int index = after == NULL ? -1 : sysctl_of(after);
    if (index + 1 >= (int)fake.sysctls)
        return SYSTEM_ENOENT;
    *about = fake.about[index + 1];
    return SYSTEM_OK;
}

int system_sysctl_about(const char *name, struct system_sysctl_about *about)
{
    int index = sysctl_of(name);
    if (index >= 0)
        *about = fake.about[index];
    return index < 0 ? index : SYSTEM_OK;
}

/* --- The console, and what it does not show --- */

static int target(void)
{
    return fake.current->targets[fake.current->speaks_of_errors];
}

enum system_stream system_speak(enum system_stream stream)
{
    bool before = fake.current->speaks_of_errors;
    fake.current->speaks_of_errors = stream == SYSTEM_ERRORS;
    return before ? SYSTEM_ERRORS : SYSTEM_OUTPUT;
}

int system_stream_target(enum system_stream stream)
{
    return fake.current->targets[stream == SYSTEM_ERRORS];
}

void system_stream_set(enum system_stream stream, int to)
{
    fake.current->targets[stream == SYSTEM_ERRORS] = to;
}

int system_capture_begin(char *bytes, size_t size)
{
    for (size_t i = 0; i < CAPTURES; i++)
        if (fake.capture[i].number == 0) {
            fake.capture[i].number = ++fake.last_capture;
            fake.capture[i].owner = fake.current->pid;
            fake.capture[i].bytes = bytes;
            fake.capture[i].size = size;
            fake.capture[i].length = 0;
            fake.capture[i].cut = false;
            return fake.last_capture;
        }
    return SYSTEM_ENOMEM;
}

size_t system_capture_end(int number, bool *whole)
{
    for (size_t i = 0; i < CAPTURES; i++)
        if (fake.capture[i].number == number) {
            fake.capture[i].number = 0;
            *whole = !fake.capture[i].cut;
            return fake.capture[i].length;
        }
    *whole = false;
    return 0;
}

static void capture(const char *bytes, size_t length)
{
    for (size_t i = 0; i < CAPTURES; i++)
        if (fake.capture[i].number == target()) {
            size_t room = fake.capture[i].size - fake.capture[i].length;
            size_t kept = length < room ? length : room;
            memcpy(fake.capture[i].bytes + fake.capture[i].length, bytes, kept);
            fake.capture[i].length += kept;
            fake.capture[i].cut = fake.capture[i].cut || kept < length;
        }
}

static void put(void *context, const char *bytes, size_t length)
{
    (void)context;
    const struct text_sink sink = text_buffer_sink(&fake.out);
    if (target() == SYSTEM_TO_CONSOLE)
        sink.put(sink.context, bytes, length);
    else
        capture(bytes, length);
}

struct text_sink system_output(void)
{
    return (struct text_sink){put, NULL};
}

void system_print(const char *format, ...)
{
    const struct text_sink sink = system_output();
    va_list arguments;
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
}

void system_write(const char *bytes, size_t length)
{
    const struct text_sink sink = system_output();
    sink.put(sink.context, bytes, length);
}

void system_print_foreign(const char *bytes, size_t length)
{
    const struct text_sink sink = system_output();
    if (target() >= CAPTURE_FIRST)
        put(NULL, bytes, length);
    else
        text_print_foreign(&sink, bytes, length);
}

int system_read_console(char *bytes, size_t size, uint64_t ms)
{
    assert_true(size > 0);
    if (*fake.keys == '\0')
        return SYSTEM_EIO;
    if (*fake.keys == '\x01') { /* a moment in which nothing is typed */
        fake.keys++;
        fake.now_ns += ms * 1000000;
        return SYSTEM_ETIMEDOUT;
    }
    bytes[0] = *fake.keys++;
    return 1;
}

void system_console_foreground(int pid)
{
    note("foreground %d\n", pid);
}

void system_console_page(uint32_t rows, uint32_t columns)
{
    (void)columns;
    note("page %u\n", (unsigned)rows);
}

/* --- The network, boottrace --- */

int system_network_up(const char *interface)
{
    note("up %s\n", interface);
    return strcmp(interface, "em0") == 0 ? SYSTEM_OK : SYSTEM_ENXIO;
}

int system_network_address(const char *interface, const struct system_network_address *address)
{
    note("address %s %08x %08x\n", interface, (unsigned)address->netmask,
         (unsigned)address->broadcast);
    return strcmp(interface, "em0") == 0 ? SYSTEM_OK : SYSTEM_ENXIO;
}

int system_network_medium(const char *interface)
{
    return strcmp(interface, "em0") == 0 ? 1000 : SYSTEM_ENXIO;
}

int system_route_add(uint32_t gateway)
{
    note("route add %08x\n", (unsigned)gateway);
    return gateway >> 24 == 10 ? SYSTEM_OK : SYSTEM_ENETUNREACH;
}

int system_route_delete(void)
{
    note("route delete\n");
    return SYSTEM_OK;
}

int system_network_down(const char *interface)
{
    note("down %s\n", interface);
    return strcmp(interface, "em0") == 0 ? SYSTEM_OK : SYSTEM_ENXIO;
}

int system_socket(void)
{
    return 100;
}

int system_send(int descriptor, const char *host, const void *bytes, size_t length)
{
    assert_int_equal(descriptor, 100);
    assert_non_null(bytes);
    note("send %s %u\n", host, (unsigned)length);
    fake.answers = fake.lose == 0;
    fake.lose -= fake.lose > 0;
    return (int)length;
}

int system_receive(int descriptor, void *bytes, size_t size, uint64_t ms)
{
    assert_int_equal(descriptor, 100);
    if (fake.answers == 0) {
        fake.now_ns += ms * 1000000;
        return SYSTEM_ETIMEDOUT;
    }
    memset(bytes, 0, size);
    fake.answers = 0;
    fake.now_ns += 40000000;
    return (int)size;
}

static void note_event(const char *how, const char *format, va_list arguments)
{
    const struct text_sink sink = text_buffer_sink(&fake.log);
    note("%s ", how);
    text_print_list(&sink, format, arguments);
    note("\n");
}

void system_script_start(const char *path)
{
    (void)path;
}

void system_script_done(const char *path, int status)
{
    (void)path;
    (void)status;
}

int system_service_state(const char *service, const char *state)
{
    note("service %s %s\n", service, state);
    return strcmp(state, "odd") == 0 ? SYSTEM_EINVAL : SYSTEM_OK;
}

void system_boottrace(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note_event("boottrace", format, arguments);
    va_end(arguments);
}

void system_runtrace(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note_event("runtrace", format, arguments);
    va_end(arguments);
}

void system_shuttrace(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note_event("shuttrace", format, arguments);
    va_end(arguments);
}

int system_phase(const char *name)
{
    note("phase %s\n", name);
    return SYSTEM_OK;
}

void system_phase_work(void)
{
    note("phase's work\n");
}

_Noreturn void system_reboot(enum system_reboot how, int status, const char *reason)
{
    static const char *const names[] = {"power off", "halt", "restart"};
    note("%s, status %d: %s\n", names[how], status, reason);
    system_exit(status);
}

const char *system_error_str(int error)
{
    switch ((enum system_error)error) {
    case SYSTEM_ENOENT:
        return "No such file or directory";
    case SYSTEM_EISDIR:
        return "Is a directory";
    case SYSTEM_ESRCH:
        return "No such process";
    case SYSTEM_EINVAL:
        return "Invalid argument";
    case SYSTEM_EPERM:
        return "Operation not permitted";
    case SYSTEM_ENOMEM:
        return "Cannot allocate memory";
    case SYSTEM_ENOSPC:
        return "No space left on device";
    case SYSTEM_ENETUNREACH:
        return "Network is unreachable";
    case SYSTEM_ETIMEDOUT:
        return "Operation timed out";
    case SYSTEM_OK:
    case SYSTEM_EINTR:
    case SYSTEM_EIO:
    case SYSTEM_ENXIO:
    case SYSTEM_E2BIG:
    case SYSTEM_EBADF:
    case SYSTEM_ECHILD:
    case SYSTEM_EEXIST:
    case SYSTEM_ENOTDIR:
    case SYSTEM_EMFILE:
    case SYSTEM_ENOTTY:
    case SYSTEM_ELOOP:
    case SYSTEM_ENAMETOOLONG:
        break;
    }
    return "another error";
}
