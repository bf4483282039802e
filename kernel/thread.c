/* The life of threads: birth, exit, waiting for children. */
#include "kernel/thread.h"

#include "kernel/boot_info.h"
#include "kernel/captures.h"
#include "kernel/cpu.h"
#include "kernel/heaps.h"
#include "kernel/kernel_probes.h"
#include "kernel/percpu.h"
#include "kernel/scheduler.h"
#include "kernel/sdt.h"
#include "kernel/stacks.h"
#include "kernel/tracing.h"
#include "kernel/tslog.h"
#include "kernel/tunables.h"
#include "kernel/wait_queue.h"

enum {
    PID_MAX = 99999,   /* as FreeBSD's */
    THREADS_MIN = 8,   /* that memory is taken for */
    THREADS_MANY = 32, /* fewer than these have small heaps */
    SPARE_STACKS = 2,  /* for each further CPU: its idle thread and its double faults */
};

static struct thread kernel_thread; /* what runs from the first line of C on */
static struct thread at_hand[STACKS_AT_HAND];
static struct thread *places = at_hand;
static uint32_t place_count = STACKS_AT_HAND;
static uint32_t last_pid;
static struct thread_counts counts;

TSLOG_TOPIC(child_topic, "child");
static struct wait_queue parents = {.topic = &child_topic}; /* who waits for a child */

/* In thread_switch.asm. */
extern const char thread_entry[];
_Noreturn void thread_begin(void);

static void set_name(struct thread *thread, const char *name)
{
    size_t length = __builtin_strlen(name);
    if (length > THREAD_NAME_SIZE - 1)
        length = THREAD_NAME_SIZE - 1;
    __builtin_memcpy(thread->name, name, length);
    thread->name[length] = '\0';
}

void thread_start_kernel(void)
{
    struct percpu *cpu = percpu_this();
    set_name(&kernel_thread, "kernel");
    kernel_thread.state = THREAD_RUNNING;
    kernel_thread.is_kernel = true;
    kernel_thread.pinned = THREAD_ANYWHERE;
    kernel_thread.wake_at = UINT64_MAX;
    kernel_thread.task = (uint16_t)cpu->trace->task;
    kernel_thread.since = kernel_thread.started = cpu_tsc();
    cpu->current = &kernel_thread;
}

/* Memory for the stacks that are not at hand, heaps, and what is known of each of `count` threads, one behind the
 * other; 0: there is not so much. */
static uint32_t take_memory(uint32_t count, const struct heaps *heaps)
{
    return boot_info_take_memory((count - STACKS_AT_HAND) * STACK_SLOT_SIZE +
                                 count * sizeof(struct thread) + heaps->count * heaps->size);
}

/* Where memory is short. */
static struct heaps heaps_beside(uint32_t threads)
{
    uint32_t count = threads / 4;
    return (struct heaps){
        .count = count < HEAPS_MIN   ? HEAPS_MIN
                 : count > HEAPS_MAX ? HEAPS_MAX
                                     : count,
        .size = threads < THREADS_MANY ? HEAP_SMALL_SIZE : HEAP_SIZE,
    };
}

static void use_places(uint32_t memory, uint32_t count)
{
    places = (struct thread *)memory;
    place_count = count;
    __builtin_memset(places, 0, count * sizeof *places);
}

/* As much of all as there is room for, so that threads leave some to heaps: scripts need both. */
uint32_t thread_init(void)
{
    uint32_t count = (uint32_t)tunable(TUNABLE_MAXPROC) + SPARE_STACKS * percpu_count();
    if (count > STACKS_MAX)
        count = STACKS_MAX;
    struct heaps heaps = {HEAPS_MAX, HEAP_SIZE};
    uint32_t memory = take_memory(count, &heaps);
    while (memory == 0 && count / 4 * 3 >= THREADS_MIN) {
        count = count / 4 * 3;
        heaps = heaps_beside(count);
        memory = take_memory(count, &heaps);
    }
    uint32_t behind_stacks = memory + (count - STACKS_AT_HAND) * STACK_SLOT_SIZE;
    heaps_init(memory == 0 ? 0 : behind_stacks, &heaps);
    if (memory != 0)
        use_places(behind_stacks + heaps.count * heaps.size, count);
    count = stacks_init(memory, count - STACKS_AT_HAND);
    percpu_this()->idle = thread_make_idle(0);
    scheduler_start();
    return count;
}

static struct thread *take_place(void)
{
    for (uint32_t i = 0; i < place_count; i++)
        if (places[i].state == THREAD_FREE)
            return &places[i];
    return NULL;
}

/* What thread_switch will find: four registers, and where to go on. */
static uint32_t first_frame(uint32_t stack_end)
{
    uint32_t *top = (uint32_t *)stack_end;
    *--top = 0; /* a frame pointer chain ends here */
    *--top = (uint32_t)thread_entry;
    for (uint32_t i = 0; i < 4; i++)
        *--top = 0;
    return (uint32_t)top;
}

/* Under the lock: a place with a stack, in no queue. */
static struct thread *make(const char *name, int (*start)(void *argument), void *argument)
{
    struct thread *thread = take_place();
    uint32_t stack = thread == NULL ? 0 : stacks_take();
    if (stack == 0)
        return NULL;
    __builtin_memset(thread, 0, offsetof(struct thread, line));
    thread->stack = stack;
    thread->stack_end = stack + STACK_SIZE;
    thread->stack_pointer = first_frame(thread->stack_end);
    thread->state = THREAD_STOPPED;
    thread->pinned = THREAD_ANYWHERE;
    thread->wake_at = UINT64_MAX;
    thread->started = scheduler_now();
    thread->start = start;
    thread->argument = argument;
    set_name(thread, name);
    return thread;
}

/* Under the lock: a number that nobody has. */
static uint32_t new_pid(void)
{
    do
        last_pid = last_pid < PID_MAX ? last_pid + 1 : THREAD_INIT + 1;
    while (thread_find(last_pid) != NULL);
    return last_pid;
}

static struct thread *make_locked(const char *name, int (*start)(void *argument), void *argument,
                                  bool is_kernel)
{
    uint32_t flags = scheduler_take();
    struct thread *thread = make(name, start, argument);
    if (thread != NULL) {
        thread->is_kernel = is_kernel;
        thread->cpu = percpu_this()->number;
        thread->parent = thread_current()->pid;
        thread->pid = new_pid();
        counts.created++;
        counts.threads++;
    }
    scheduler_release(flags);
    return thread;
}

struct thread *thread_create(const char *name, int (*start)(void *argument), void *argument,
                             bool is_kernel)
{
    struct thread *thread = thread_prepare(name, start, argument, is_kernel);
    if (thread != NULL)
        thread_go(thread);
    return thread;
}

struct thread *thread_prepare(const char *name, int (*start)(void *argument), void *argument,
                              bool is_kernel)
{
    struct thread *thread = make_locked(name, start, argument, is_kernel);
    if (thread == NULL)
        return NULL;
    thread->task = tracing_add_task(&(struct tracing_task){
        .pid = thread->pid,
        .name = thread->name,
        .length = __builtin_strlen(thread->name),
        .parent = thread_current()->task,
    });
    tslog_thread(thread->task, thread->name);
    SDT_PROBE("proc", "create",
              "pid_t, char *, struct thread *"
              " : psinfo_t * = 2",
              thread->pid, sdt_pointer(thread->name), sdt_pointer(thread));
    return thread;
}

void thread_go(struct thread *thread)
{
    uint32_t flags = scheduler_take();
    thread->started_running = true;
    scheduler_make_ready(thread);
    scheduler_release(flags);
}

/* Idle threads have no pid of their own, so that pid 1 is init. */
struct thread *thread_make_idle(uint32_t cpu)
{
    uint32_t flags = scheduler_take();
    struct thread *thread = make("idle", scheduler_idle, NULL);
    if (thread != NULL) {
        thread->is_kernel = true;
        thread->cpu = cpu;
        thread->pinned = cpu;
    }
    scheduler_release(flags);
    if (thread == NULL)
        return NULL;
    thread->task = tracing_add_task(&(struct tracing_task){0, "idle", 4, 0});
    tslog_thread(thread->task, thread->name);
    return thread;
}

/* A new thread's first step: the lock that was held across the switch is its to release. */
_Noreturn void thread_begin(void)
{
    struct thread *self = thread_current();
    SDT_PROBE("sched", "on-cpu", "pid_t, char *", self->pid, sdt_pointer(self->name));
    scheduler_release(self == percpu_this()->idle ? 0 : CPU_EFLAGS_INTERRUPTS);
    thread_exit(self->start(self->argument));
}

struct thread *thread_current(void)
{
    return cpu_local_current();
}

/* Under the lock; the thread's stack may still be in use, until the lock is released. */
static void bury(struct thread *thread)
{
    stacks_give_back(thread->stack);
    thread->state = THREAD_FREE;
    counts.threads--;
}

/* Children go to init, or, if that is dead itself, nowhere. */
static void leave_children(const struct thread *dead)
{
    const struct thread *init = thread_find(THREAD_INIT);
    bool init_lives = init != NULL && init != dead && init->state != THREAD_DEAD;
    for (uint32_t i = 0; i < place_count; i++) {
        struct thread *child = &places[i];
        if (child->state == THREAD_FREE || child->parent != dead->pid || child->pid == 0 ||
            child == dead)
            continue;
        child->parent = THREAD_INIT;
        child->stop_told = false; /* to the one who is gone */
        if (!init_lives && child->state == THREAD_DEAD)
            bury(child);
    }
}

static bool parent_lives(const struct thread *thread)
{
    const struct thread *parent =
        thread->parent == 0 ? &kernel_thread : thread_find(thread->parent);
    return parent != NULL && parent->state != THREAD_DEAD;
}

/* What others might still write to goes first. */
static void give_up_memory(struct thread *self)
{
    if (self->is_kernel)
        return;
    captures_leave(self->pid);
    heap_give_back(self->heap);
    heap_give_back(self->child_heap);
    self->heap = self->child_heap = NULL;
}

_Noreturn void thread_exit(int status)
{
    SDT_PROBE("proc", "exit", "int, int", thread_current()->killed ? 2 : 1,
              (uint64_t)(int64_t)status);
    tslog_process_exit(status);
    struct thread *self = thread_current();
    give_up_memory(self);
    (void)scheduler_take(); /* whoever runs next releases it */
    self->status = status;
    self->state = THREAD_DEAD;
    counts.exited++;
    leave_children(self);
    if (self->is_kernel || !parent_lives(self))
        bury(self);
    else
        thread_signal_locked(thread_find(self->parent), SIGNAL_CHILD);
    wait_queue_wake_all_locked(&parents);
    scheduler_switch();
    cpu_stop(); /* nobody switches back to the dead */
}

void thread_yield(void)
{
    uint32_t flags = scheduler_take();
    thread_current()->state = THREAD_READY;
    scheduler_switch();
    scheduler_release(flags);
}

void thread_abandon(struct thread *thread)
{
    uint32_t flags = scheduler_take();
    bury(thread);
    scheduler_release(flags);
}

bool thread_pin(uint32_t cpu)
{
    if (cpu != THREAD_ANYWHERE && (cpu >= percpu_count() || !percpu_at(cpu)->online))
        return false;
    uint32_t flags = scheduler_take();
    struct thread *self = thread_current();
    self->pinned = cpu;
    if (cpu != THREAD_ANYWHERE && cpu != self->cpu) {
        /* Asleep for no time at all: waking up puts it into the right queue. */
        self->deaf = true;
        self->wake_at = scheduler_now();
        self->state = THREAD_SLEEPING;
        scheduler_switch();
        self->deaf = false;
    }
    scheduler_release(flags);
    return true;
}

enum thread_wake thread_sleep_ns(uint64_t ns)
{
    return wait_queue_wait(NULL, NULL, NULL, ns);
}

/* What wait_for_child looks for, and what it found. */
struct search {
    uint32_t pid;
    uint32_t parent;
    bool any; /* there is at least one such child */
    struct thread *found;
};

static bool find_child(void *context)
{
    struct search *search = context;
    search->any = false;
    for (uint32_t i = 0; i < place_count; i++) {
        struct thread *child = &places[i];
        if (child->state == THREAD_FREE || child->is_kernel || child->parent != search->parent ||
            (search->pid != 0 && child->pid != search->pid))
            continue;
        search->any = true;
        bool stopped = child->state == THREAD_STOPPED && child->started_running;
        if (child->state == THREAD_DEAD || (stopped && !child->stop_told)) {
            search->found = child;
            return true;
        }
    }
    return !search->any;
}

static void take_child(struct thread *found, struct thread_child *child)
{
    struct thread *self = thread_current();
    *child = (struct thread_child){found->pid, found->status, found->state == THREAD_STOPPED};
    found->stop_told = true;
    if (child->stopped)
        return;
    self->children_cycles += found->cpu_cycles + found->children_cycles;
    self->children_blocks += found->usage.in_blocks + found->children_blocks;
    bury(found);
}

enum thread_wait thread_wait(uint32_t pid, uint64_t ns, struct thread_child *child)
{
    uint32_t flags = scheduler_take();
    struct search search = {.pid = pid, .parent = thread_current()->pid};
    enum thread_wake woken = wait_queue_wait_locked(&parents, find_child, &search, ns);
    if (woken == THREAD_WOKEN && search.found != NULL)
        take_child(search.found, child);
    scheduler_release(flags);
    if (woken == THREAD_TIMED_OUT)
        return THREAD_WAIT_TIMED_OUT;
    if (woken == THREAD_INTERRUPTED)
        return THREAD_WAIT_INTERRUPTED;
    return search.found == NULL ? THREAD_WAIT_NO_CHILD : THREAD_WAIT_OK;
}

void thread_tell_parents(void)
{
    wait_queue_wake_all_locked(&parents);
}

uint32_t thread_places(void)
{
    return place_count;
}

struct thread *thread_at(uint32_t place)
{
    return &places[place];
}

UNPROBED struct thread *thread_find(uint32_t pid)
{
    if (pid == 0)
        return &kernel_thread;
    for (uint32_t i = 0; i < place_count; i++)
        if (places[i].state != THREAD_FREE && places[i].pid == pid)
            return &places[i];
    return NULL;
}

/* Under the lock, for a turn may end meanwhile, and 64 bits are read in two halves.  Who is alone does
 * not wait for it: a CPU may have been stopped that held it. */
uint64_t thread_cycles(const struct thread *thread)
{
    bool alone = tracing_is_alone();
    uint32_t flags = alone ? 0 : scheduler_take();
    uint64_t turn = thread->state == THREAD_RUNNING ? scheduler_now() - thread->since : 0;
    uint64_t cycles = thread->cpu_cycles + (turn < 1ull << 62 ? turn : 0);
    if (!alone)
        scheduler_release(flags);
    return cycles;
}

uint64_t thread_cpu_ns(const struct thread *thread)
{
    return tracing_ns(thread_cycles(thread));
}

struct trace_usage thread_usage(const struct thread *thread)
{
    return (struct trace_usage){
        .cpu_ns = tracing_ns(thread_cycles(thread) + thread->children_cycles),
        .in_blocks = thread->usage.in_blocks + thread->children_blocks,
        .out_blocks = thread->usage.out_blocks,
    };
}

const char *thread_state_str(enum thread_state state)
{
    switch (state) {
    case THREAD_FREE:
        return "free";
    case THREAD_READY:
        return "ready";
    case THREAD_RUNNING:
        return "running";
    case THREAD_SLEEPING:
        return "sleeping";
    case THREAD_STOPPED:
        return "stopped";
    case THREAD_DEAD:
        return "dead";
    }
    return "unknown";
}

struct thread_counts thread_counts(void)
{
    struct scheduler_counts of_scheduler = scheduler_counts();
    uint32_t flags = scheduler_take();
    struct thread_counts all = counts;
    scheduler_release(flags);
    all.preemptions = of_scheduler.preemptions;
    all.migrations = of_scheduler.migrations;
    return all;
}

void thread_count_signal(void)
{
    counts.signals++;
}
