/* The provider syscall: fbt's sites under the field's names, with the arguments as they were declared. */
#include "kernel/syscall_provider.h"

#include <stddef.h>

#include "kernel/fbt.h"
#include "kernel/user/system.h"
#include "trace/dtrace/at_rest.h"
#include "trace/dtrace/probe_tables.h"

/* Kinds of arguments and results, one letter each: i int, u uint32_t or pointer, q 64 bits, 1 the number 1 where
 * the field's call has a descriptor that ours lacks; v no result. */
static struct call {
    uint32_t address;
    const char *name, *arguments;
    char result;
    uint16_t function;    /* of fbt's, UINT16_MAX: it has no probes */
    uint32_t entry, back; /* ids of probes, 0: none */
} syscall_calls[] = {
#define CALL(function, name, arguments, result)                                                    \
    {                                                                                              \
        (uint32_t) system_##function, name, arguments, result, UINT16_MAX, 0, 0                    \
    }
    CALL(spawn, "spawn", "uiu", 'i'),
    CALL(wait, "wait4", "iquu", 'i'),
    CALL(exit, "exit", "i", 'v'),
    CALL(pid, "getpid", "", 'i'),
    CALL(heap, "heap", "u", 'u'),
    CALL(heap_of_child, "heap_of_child", "u", 'u'),
    CALL(stack_left, "stack_left", "", 'u'),
    CALL(environment, "environment", "u", 'u'),
    CALL(environment_set, "environment_set", "uu", 'i'),
    CALL(pin, "cpuset_setaffinity", "u", 'i'),
    CALL(yield, "sched_yield", "", 'v'),
    CALL(signal, "kill", "ii", 'i'),
    CALL(signal_all, "signal_all", "i", 'i'),
    CALL(signal_tree, "signal_tree", "iii", 'i'),
    CALL(signals_catch, "sigaction", "u", 'v'),
    CALL(signal_take, "sigwait", "", 'i'),
    CALL(time_ns, "clock_gettime", "", 'q'),
    CALL(wall_time_s, "gettimeofday", "", 'q'),
    CALL(sleep_ms, "nanosleep", "q", 'i'),
    CALL(burn_ms, "burn", "q", 'v'),
    CALL(open, "open", "u", 'i'),
    CALL(read, "read", "iuu", 'i'),
    CALL(seek, "lseek", "iq", 'i'),
    CALL(read_directory, "getdirentries", "iu", 'i'),
    CALL(stat, "stat", "uu", 'i'),
    CALL(close, "close", "i", 'i'),
    CALL(has_archive, "has_archive", "", 'b'),
    CALL(sysctl, "__sysctl", "uuuuu", 'i'),
    CALL(sysctl_print, "sysctl_print", "uu", 'i'),
    CALL(sysctl_next, "sysctl_next", "uu", 'i'),
    CALL(sysctl_about, "sysctl_about", "uu", 'i'),
    CALL(print, "print", "u", 'v'),
    CALL(write, "write", "1uu", 'v'),
    CALL(print_foreign, "print_foreign", "uu", 'v'),
    CALL(speak, "speak", "i", 'i'),
    CALL(stream_target, "stream_target", "i", 'i'),
    CALL(stream_set, "dup2", "ii", 'v'),
    CALL(capture_begin, "capture_begin", "uu", 'i'),
    CALL(capture_end, "capture_end", "iu", 'u'),
    CALL(read_console, "read_console", "uuq", 'i'),
    CALL(console_foreground, "tcsetpgrp", "i", 'v'),
    CALL(console_page, "console_page", "uu", 'v'),
    CALL(network_up, "network_up", "u", 'i'),
    CALL(network_address, "network_address", "uu", 'i'),
    CALL(network_down, "network_down", "u", 'i'),
    CALL(network_medium, "network_medium", "u", 'i'),
    CALL(route_add, "route_add", "u", 'i'),
    CALL(route_delete, "route_delete", "", 'i'),
    CALL(socket, "socket", "", 'i'),
    CALL(send, "sendto", "iuuu", 'i'),
    CALL(receive, "recvfrom", "iuuq", 'i'),
    CALL(boottrace, "boottrace", "u", 'v'),
    CALL(runtrace, "runtrace", "u", 'v'),
    CALL(shuttrace, "shuttrace", "u", 'v'),
    CALL(script_start, "script_start", "u", 'v'),
    CALL(script_done, "script_done", "ui", 'v'),
    CALL(service_state, "service_state", "uu", 'i'),
    CALL(phase, "phase", "u", 'i'),
    CALL(phase_work, "phase_work", "", 'v'),
    CALL(reboot, "reboot", "iiu", 'v'),
    CALL(error_str, "error_str", "i", 'u'),
};

_Static_assert(offsetof(struct call, address) == PROBE_TABLE_CALL_ADDRESS &&
                   offsetof(struct call, name) == PROBE_TABLE_CALL_NAME &&
                   offsetof(struct call, arguments) == PROBE_TABLE_CALL_ARGUMENTS &&
                   sizeof(struct call) == PROBE_TABLE_CALL_SIZE,
               "trace/dtrace/probe_tables.h");

enum {
    CALLS = sizeof syscall_calls / sizeof syscall_calls[0],
    WORDS_MAX = 10
};

/* In the order of functions, which is that of addresses. */
AT_REST static void sort_calls(void)
{
    for (uint32_t end = 1; end < CALLS; end++) {
        const struct call call = syscall_calls[end];
        uint32_t to = end;
        for (; to > 0 && syscall_calls[to - 1].address > call.address; to--)
            syscall_calls[to] = syscall_calls[to - 1];
        syscall_calls[to] = call;
    }
}

/* --- The provider --- */

static void enable(const struct dtrace_probe *probe)
{
    fbt_want(probe, FBT_CALL_ENTRY);
}

static void disable(const struct dtrace_probe *probe)
{
    fbt_unwant(probe, FBT_CALL_ENTRY);
}

static const struct dtrace_provider provider = {
    .name = "syscall", .enable = enable, .disable = disable};

AT_REST uint32_t syscall_probes(void)
{
    return 2 * CALLS;
}

static uint32_t add(struct dtrace *dtrace, const struct call *call, const char *name, bool back)
{
    return dtrace_probe_add(dtrace, &provider, "kernel", call->name, name,
                            call->function * 2u + back);
}

AT_REST void syscall_register(struct dtrace *dtrace)
{
    sort_calls();
    for (uint32_t i = 0; i < CALLS; i++) {
        struct call *call = &syscall_calls[i];
        uint32_t function = fbt_find(call->address);
        if (function == UINT32_MAX)
            continue;
        call->function = (uint16_t)function;
        call->entry = add(dtrace, call, "entry", false);
        if (fbt_returns_ever(function))
            call->back = add(dtrace, call, "return", true);
    }
}

/* --- Firing --- */

/* NULL: it is none of the calls. */
static const struct call *find(uint32_t function)
{
    uint32_t address = fbt_functions[function].address, low = 0, high = CALLS;
    while (low < high) { /* the answer, if there is one, lies between */
        uint32_t middle = low + (high - low) / 2;
        if (syscall_calls[middle].address == address)
            return &syscall_calls[middle];
        if (syscall_calls[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* A word of the stack, 0 if it cannot be read. */
static uint32_t word(const struct probe_frame *where, uint32_t index)
{
    return index < where->argument_count ? where->arguments[index] : 0;
}

/* Takes the next argument, which begins with word number *at. */
static uint64_t take(const struct probe_frame *where, char kind, uint32_t *at)
{
    if (kind == '1')
        return 1;
    uint32_t low = word(where, (*at)++);
    if (kind == 'q')
        return (uint64_t)word(where, (*at)++) << 32 | low;
    return kind == 'i' ? (uint64_t)(int64_t)(int32_t)low : low;
}

void syscall_fire_entry(uint32_t function, const struct probe_frame *where)
{
    const struct call *call = find(function);
    uint64_t arguments[WORDS_MAX];
    uint32_t count = 0, at = 0;
    if (call == NULL)
        return;
    for (const char *kind = call->arguments; *kind != '\0' && count < WORDS_MAX; kind++)
        arguments[count++] = take(where, *kind, &at);
    const struct probe_frame declared = {where->pc, where->frame_pointer, NULL, 0};
    probes_fire(call->entry, &declared, arguments, count);
}

/* What the call gave, as 64 bits. */
static uint64_t result_of(char kind, uint32_t eax, uint32_t edx)
{
    switch (kind) {
    case 'i':
        return (uint64_t)(int64_t)(int32_t)eax;
    case 'q':
        return (uint64_t)edx << 32 | eax;
    case 'b':
        return eax & 1;
    case 'v':
        return 0;
    }
    return eax;
}

void syscall_fire_return(uint32_t function, const struct probe_frame *where, uint32_t eax,
                         uint32_t edx)
{
    const struct call *call = find(function);
    if (call == NULL)
        return;
    uint64_t result = result_of(call->result, eax, edx);
    bool failed = call->result == 'i' && (int32_t)eax < 0;
    const uint64_t arguments[2] = {failed ? UINT64_MAX : result, failed ? UINT64_MAX : result};
    probes_set_errno(failed ? -(int32_t)eax : 0);
    probes_fire(call->back, where, arguments, 2);
    probes_set_errno(0);
}
