/* What trace/dtrace knows of this machine.
 *
 * All of it runs inside probes, perhaps in an NMI: it takes no lock, and calls nothing that has probes of its
 * own if it can be helped.  What is read without a lock may be a moment old. */
#include "kernel/dtrace_environment.h"

#include "kernel/boot_info.h"
#include "kernel/cpu.h"
#include "kernel/kernel_probes.h"
#include "kernel/paging.h"
#include "kernel/panic.h"
#include "kernel/percpu.h"
#include "kernel/thread.h"
#include "kernel/tracing.h"
#include "kernel/wait_queue.h"
#include "kernel/wall_time.h"
#include "trace/dtrace/at_rest.h"

enum {
    PAGE = 4096,
    ONE_MIB = 1 << 20,
    SPANS = 32,           /* of RAM; what is behind so many cannot be read */
    ANCESTORS_MAX = 64,   /* that progenyof() looks at */
    STACK_WALK_MAX = 256, /* frames, when nobody says how many */
};

struct span {
    uint64_t start, end;
};

static struct span ram[SPANS];
static uint32_t ram_count;
static uint64_t ns_whole; /* per cycle */
static uint32_t ns_part;  /* and so many 2^32ths */
static uint64_t entry, wall_ns_of_entry;
static uint64_t breakpoints;

/* --- Time --- */

static uint64_t ns_of(uint64_t cycles)
{
    return cycles * ns_whole + (cycles >> 32) * ns_part +
           ((uint64_t)(uint32_t)cycles * ns_part >> 32);
}

static uint64_t now(void)
{
    return trace_time_corrected(cpu_tsc(), percpu_this()->tsc_offset);
}

/* ns since the kernel's entry; cycles while nobody knows the rate of the TSC. */
static uint64_t timestamp(void *context)
{
    (void)context;
    uint64_t tsc = now();
    return tsc > entry ? ns_of(tsc - entry) : 0;
}

static uint64_t walltimestamp(void *context)
{
    return wall_ns_of_entry == 0 ? 0 : wall_ns_of_entry + timestamp(context);
}

static uint64_t vtimestamp(void *context)
{
    (void)context;
    const struct thread *thread = cpu_local_current();
    if (thread == NULL)
        return 0;
    uint64_t turn = now() - thread->since;
    return ns_of(thread->cpu_cycles + (turn < 1ull << 62 ? turn : 0));
}

AT_REST static void start_clock(void)
{
    uint64_t hz = tracing_clock()->tsc_hz;
    uint64_t scale = hz == 0 ? 1ull << 32 : (1000000000ull << 32) / hz;
    ns_whole = scale >> 32;
    ns_part = (uint32_t)scale;
    entry = tracing_entry_tsc();
    wall_ns_of_entry = wall_time_of_boot_s() * 1000000000u;
}

/* --- Memory --- */

AT_REST static void add_ram(uint64_t start, uint64_t end)
{
    if (ram_count < SPANS)
        ram[ram_count++] = (struct span){start < PAGE ? PAGE : start, end};
}

/* What is not free and ends behind `start`: the first of that, as far as it lies there. */
AT_REST static struct span first_taken(uint64_t start)
{
    struct span first = {UINT64_MAX, UINT64_MAX};
    struct multiboot_region region;
    for (uint32_t cursor = 0; boot_info_any_region_next(&cursor, &region);)
        if (region.type != MULTIBOOT_REGION_AVAILABLE && region.start < first.start &&
            region.start + region.length > start)
            first = (struct span){region.start, region.start + region.length};
    return first;
}

/* Adds what no region of another type touches. */
AT_REST static void add_available(uint64_t start, uint64_t end)
{
    while (start < end) {
        const struct span taken = first_taken(start);
        add_ram(start, taken.start < end ? taken.start : end);
        start = taken.end;
    }
}

AT_REST static void find_ram(void)
{
    const struct multiboot_info *info = boot_info();
    struct multiboot_region region;
    ram_count = 0;
    for (uint32_t cursor = 0; boot_info_region_next(MULTIBOOT_REGION_AVAILABLE, &cursor, &region);)
        add_available(region.start, region.start + region.length);
    if (info->map_length > 0 || !info->has_memory_sizes)
        return;
    add_ram(0, (uint64_t)info->lower_kib * 1024);
    add_ram(ONE_MIB, ONE_MIB + (uint64_t)info->upper_kib * 1024);
}

/* One behind the last byte of RAM that can be reached from `address`, `end` at most. */
static uint64_t end_of_ram(uint64_t address, uint64_t end)
{
    for (uint32_t i = 0; i < ram_count; i++)
        if (address >= ram[i].start && address < ram[i].end)
            return end < ram[i].end ? end : ram[i].end;
    return address;
}

static bool is_ram(uint64_t start, uint64_t end)
{
    while (start < end) {
        uint64_t reached = end_of_ram(start, end);
        if (reached == start)
            return false;
        start = reached;
    }
    return true;
}

static const uint8_t *memory(void *context, uint64_t address, uint64_t size)
{
    (void)context;
    uint64_t end = address + size;
    if (address > UINT32_MAX || size > UINT32_MAX || end > 1ull << 32 || !is_ram(address, end))
        return NULL;
    for (uint64_t page = address & ~(uint64_t)(PAGE - 1); page < end; page += PAGE)
        if (!paging_is_there((uint32_t)page))
            return NULL;
    return (const uint8_t *)(uintptr_t)address;
}

/* --- Threads --- */

/* A CPU that is being started has probes before it has a thread. */
static struct dtrace_current nobody(void)
{
    return (struct dtrace_current){.ipl = percpu_this()->interrupt_depth,
                                   .execname = "kernel",
                                   .zonename = "global",
                                   .threadname = "kernel"};
}

static void current(void *context, struct dtrace_current *current)
{
    (void)context;
    const struct thread *thread = cpu_local_current();
    if (thread == NULL) {
        *current = nobody();
        return;
    }
    *current = (struct dtrace_current){
        .curthread = (uintptr_t)thread,
        .pid = thread->pid,
        .tid = thread->pid,
        .ppid = thread->parent,
        .ipl = percpu_this()->interrupt_depth,
        .error = probes_errno(),
        .execname = thread->name,
        .zonename = "global",
        .threadname = thread->name,
    };
}

static bool is_progeny(void *context, uint32_t pid)
{
    (void)context;
    const struct thread *thread = cpu_local_current();
    for (uint32_t i = 0; i < ANCESTORS_MAX && thread != NULL; i++) {
        if (thread->pid == pid)
            return true;
        thread = thread->parent == 0 ? NULL : thread_find(thread->parent);
    }
    return false;
}

/* Which kind of lock an address is, nobody can see: it is taken for a mutex. */
static bool lock(void *context, uint64_t address, struct dtrace_lock *lock)
{
    const struct mutex *mutex =
        (const struct mutex *)(const void *)memory(context, address, sizeof *mutex);
    if (mutex == NULL || address % sizeof(void *) != 0)
        return false;
    uint64_t owner = (uintptr_t)mutex->holder;
    *lock = (struct dtrace_lock){DTRACE_LOCK_ADAPTIVE, owner, owner != 0, 0};
    return true;
}

/* --- Stacks --- */

static uint64_t argument(void *context, const void *frame, uint32_t index)
{
    (void)context;
    const struct probe_frame *place = frame;
    if (place == NULL || place->arguments == NULL || index >= place->argument_count)
        return 0;
    return place->arguments[index];
}

/* The two words of a frame: the caller's frame and the return address.  False: it is none. */
static bool read_frame(void *context, uint32_t frame, uint32_t *words)
{
    const uint8_t *bytes = memory(context, frame, 8);
    if (bytes == NULL || frame % 4 != 0)
        return false;
    __builtin_memcpy(words, bytes, 8);
    return words[1] != 0;
}

/* Stacks grow downwards, so callers lie above; anything else would go in circles. */
static uint32_t stack(void *context, const void *frame, uint64_t *pcs, uint32_t room)
{
    const struct probe_frame *place = frame;
    uint32_t limit = pcs == NULL ? STACK_WALK_MAX : room, count = 0, words[2];
    if (place == NULL)
        return 0;
    uint32_t pc = place->pc, pointer = place->frame_pointer;
    while (pc != 0 && count < limit) {
        if (pcs != NULL)
            pcs[count] = pc;
        count++;
        bool caller = read_frame(context, pointer, words);
        pc = caller ? words[1] : 0;
        if (caller && words[0] <= pointer)
            words[0] = 0; /* the last one */
        pointer = caller ? words[0] : 0;
    }
    return count;
}

/* --- Destruction --- */

static void chill(void *context, uint64_t ns)
{
    for (uint64_t start = timestamp(context); timestamp(context) - start < ns;)
        cpu_pause();
}

static void destroy(void *context, enum dtrace_destructive what)
{
    (void)context;
    switch (what) {
    case DTRACE_STOP:
        if (cpu_local_current() != NULL)
            cpu_local_current()->stop_wanted = true;
        return;
    case DTRACE_BREAKPOINT:
        __atomic_fetch_add(&breakpoints, 1, __ATOMIC_RELAXED);
        return;
    case DTRACE_PANIC:
        panic("dtrace: panic action");
    }
}

/* As on illumos, one signal waits at most, the first. */
static bool raise_signal(void *context, uint64_t signal)
{
    (void)context;
    struct thread *self = cpu_local_current();
    if (signal != 0 && (signal >= 32 || (THREAD_SIGNALS >> signal & 1) == 0))
        return false;
    if (self != NULL && self->raise_wanted == 0)
        self->raise_wanted = (uint8_t)signal;
    return true;
}

AT_REST uint64_t dtrace_environment_breakpoints(void)
{
    return breakpoints;
}

AT_REST const struct dtrace_environment *dtrace_environment_start(void)
{
    static const struct dtrace_environment environment = {
        .timestamp = timestamp,
        .walltimestamp = walltimestamp,
        .vtimestamp = vtimestamp,
        .current = current,
        .memory = memory,
        .argument = argument,
        .stack = stack,
        .lock = lock,
        .is_progeny = is_progeny,
        .chill = chill,
        .destroy = destroy,
        .raise = raise_signal,
    };
    start_clock();
    find_ram();
    return &environment;
}
