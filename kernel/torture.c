/* Torture: many threads, many events, and somebody who checks.
 *
 * Every event has a name that belongs to its kind.  One in four carries a usage whose block counts
 * are computed from its CPU time (seal): a mixture of two events would not fit.  The holder of the
 * token numbers its events: in the merged log these numbers must ascend. */
#include "kernel/torture.h"

#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/percpu.h"
#include "kernel/scheduler.h"
#include "kernel/smp.h"
#include "kernel/stacks.h"
#include "kernel/thread.h"
#include "kernel/tracing.h"
#include "kernel/wait_queue.h"

enum {
    WORKERS_PER_CPU = 2,
    WORKERS_MAX = WORKERS_PER_CPU * TRACE_CPUS_MAX,
    BATCH = 2000,          /* events between two other things */
    INTERRUPT_BATCH = 100, /* events in one interrupt */
    USAGE_EVERY = 4,       /* events of which one has a usage */
    SLEEP_NS_MAX = 200000,
    COMPLAINTS_MAX = 10,
};

TRACE_SITE(plain, "torture plain");
static const char *const texts[] = {"torture plain", "torture usage", "torture interrupt",
                                    "torture token"};
enum kind {
    PLAIN,
    USAGE,
    INTERRUPT,
    TOKEN,
    KINDS,
};

static struct {
    uint16_t names[KINDS];
    uint64_t wanted;
    struct mutex mutex; /* of what follows */
    uint64_t tokens;    /* handed out, each under the mutex */
    uint64_t children;  /* created and waited for */
    volatile bool over;
    uint64_t recorded[TRACE_CPUS_MAX]; /* by torture; each CPU counts its own */
    uint64_t read, torn;               /* by the reader */
    volatile uint32_t complaints;
    uint32_t signals_taken[WORKERS_MAX];
    uint32_t pids[WORKERS_MAX];
} torture;

static void complain(const char *what, uint64_t have, uint64_t want)
{
    if (__atomic_fetch_add(&torture.complaints, 1, __ATOMIC_RELAXED) < COMPLAINTS_MAX)
        log_line("torture: %s: %llu instead of %llu", what, (unsigned long long)have,
                 (unsigned long long)want);
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static struct trace_usage seal(uint64_t number)
{
    uint64_t mixed = (number + 1) * 0x9e3779b97f4a7c15ull;
    return (struct trace_usage){number, (uint32_t)mixed, (uint32_t)(mixed >> 32)};
}

static bool seal_fits(const struct trace_usage *usage)
{
    struct trace_usage right = seal(usage->cpu_ns);
    return usage->in_blocks == right.in_blocks && usage->out_blocks == right.out_blocks;
}

/* Records one event on this CPU.  Context: any. */
static void record(enum kind kind, uint64_t number)
{
    preemption_disable();
    struct trace_cpu *cpu = tracing_this_cpu();
    if (kind == PLAIN) {
        trace_cpu_record_now(cpu, cpu->sites, &plain, cpu_tsc);
    } else {
        const struct trace_usage usage = seal(number);
        trace_table_record_usage_now(cpu->table, cpu_tsc, torture.names[kind], cpu->task, &usage);
    }
    (void)trace_local_fetch_increment(&torture.recorded[cpu->number]);
    preemption_enable();
}

static uint64_t recorded(void)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < percpu_count(); i++)
        sum += trace_local_read(&torture.recorded[i]);
    return sum;
}

static void record_batch(uint32_t *state)
{
    for (uint32_t i = 0; i < BATCH; i++) {
        uint32_t number = next_random(state);
        record(number % USAGE_EVERY == 0 ? USAGE : PLAIN, number);
    }
}

static void record_in_interrupt(void *argument)
{
    uint32_t *number = argument;
    for (uint32_t i = 0; i < INTERRUPT_BATCH; i++)
        record(INTERRUPT, (*number)++);
}

static void record_token(void)
{
    mutex_take(&torture.mutex);
    record(TOKEN, torture.tokens++);
    mutex_release(&torture.mutex);
}

static int child(void *argument)
{
    uint32_t state = (uint32_t)(uintptr_t)argument | 1;
    record_batch(&state);
    return (int)(state & 127);
}

/* A child that records, exits with a status that can be told beforehand, and is waited for. */
static void have_child(uint32_t seed)
{
    struct thread *thread = thread_create("torture child", child, (void *)(uintptr_t)seed, false);
    if (thread == NULL)
        return; /* no place at the moment */
    struct thread_child dead = {0};
    while (thread_wait(0, THREAD_FOREVER, &dead) == THREAD_WAIT_INTERRUPTED)
        (void)thread_take_signal();
    uint32_t state = seed | 1;
    for (uint32_t i = 0; i < BATCH; i++)
        (void)next_random(&state);
    if (dead.status != (int)(state & 127))
        complain("exit status of a child", (uint64_t)dead.status, state & 127);
    mutex_take(&torture.mutex);
    torture.children++;
    mutex_release(&torture.mutex);
}

static void migrate(uint32_t random)
{
    uint32_t cpu = random % percpu_count();
    if (thread_pin(cpu) && percpu_this()->number != cpu)
        complain("CPU after moving there", percpu_this()->number, cpu);
    (void)thread_pin(THREAD_ANYWHERE);
}

static void do_something_else(uint32_t self, uint32_t *state)
{
    uint32_t random = next_random(state), number = random;
    switch (random >> 8 & 7) {
    case 0:
        thread_yield();
        return;
    case 1:
        (void)thread_sleep_ns(random % SLEEP_NS_MAX);
        return;
    case 2:
        have_child(random);
        return;
    case 3:
        (void)thread_signal(torture.pids[random % (WORKERS_PER_CPU * percpu_count())],
                            SIGNAL_USER_1);
        return;
    case 4:
        migrate(random >> 16);
        return;
    case 5:
        (void)smp_call(random % percpu_count(), record_in_interrupt, &number);
        return;
    default:
        record_token();
        torture.signals_taken[self] += thread_take_signal() != 0;
        return;
    }
}

static int worker(void *argument)
{
    uint32_t self = (uint32_t)(uintptr_t)argument, state = self * 2654435761u + 1;
    thread_current()->caught = 1u << SIGNAL_USER_1;
    while (recorded() < torture.wanted) {
        record_batch(&state);
        do_something_else(self, &state);
    }
    return 0;
}

static bool is_ours(uint16_t name, enum kind kind)
{
    return name == torture.names[kind];
}

/* An event that was accepted must be one that somebody has written. */
static void check(const struct trace_record *event, const struct trace_usage *usage)
{
    bool sealed = is_ours(event->name, USAGE) || is_ours(event->name, INTERRUPT) ||
                  is_ours(event->name, TOKEN);
    bool good =
        sealed ? seal_fits(usage) : !is_ours(event->name, PLAIN) || trace_usage_is_zero(usage);
    torture.read++;
    torture.torn += !good || event->task == 0;
}

static void check_table(uint32_t cpu, enum trace_table_id id)
{
    const struct trace_table *table = trace_arena_table(tracing_tracer.arena, cpu, id);
    struct trace_range range = trace_table_range(table);
    for (uint64_t n = range.first; n < range.end; n++) {
        struct trace_record event;
        struct trace_usage usage;
        if (trace_table_read(table, n, &event, &usage) == TRACE_READ_OK)
            check(&event, &usage);
    }
}

/* Reads all tables again and again, while they are being written. */
static int reader(void *nothing)
{
    (void)nothing;
    while (!torture.over) {
        for (uint32_t cpu = 0; cpu < tracing_cpus(); cpu++)
            check_table(cpu, trace_phase_table(tracing_phase()));
        cpu_pause(); /* an emulator with one thread for all CPUs goes on to the next */
        thread_yield();
    }
    return 0;
}

static void start_workers(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct thread *thread =
            thread_prepare("torture worker", worker, (void *)(uintptr_t)i, false);
        if (thread == NULL)
            continue; /* fewer will do */
        torture.pids[i] = thread->pid;
        thread_go(thread);
    }
}

static void wait_for_all(uint32_t reader_pid)
{
    struct thread_child dead;
    enum thread_wait wait;
    while (recorded() < torture.wanted)
        (void)thread_sleep_ns(1000000);
    /* Workers that are still in a call end by themselves. */
    for (uint32_t i = 0; i < WORKERS_MAX; i++)
        while (torture.pids[i] != 0 &&
               (wait = thread_wait(torture.pids[i], THREAD_FOREVER, &dead)) !=
                   THREAD_WAIT_NO_CHILD &&
               (wait != THREAD_WAIT_OK || dead.stopped))
            ;
    torture.over = true;
    (void)thread_wait(reader_pid, THREAD_FOREVER, &dead);
}

static uint64_t emitted(void)
{
    uint64_t sum = 0;
    for (uint32_t cpu = 0; cpu < tracing_cpus(); cpu++)
        for (uint32_t id = 0; id < TRACE_PHASE_TABLES; id++)
            sum += trace_local_read(
                &trace_arena_table(tracing_tracer.arena, cpu, (enum trace_table_id)id)->written);
    return sum;
}

static void start(uint64_t events)
{
    __builtin_memset(&torture, 0, sizeof torture);
    torture.wanted = events;
    for (uint32_t i = 0; i < KINDS; i++)
        torture.names[i] = tracing_intern(texts[i]);
}

static void tell(void)
{
    uint32_t signals = 0;
    for (uint32_t i = 0; i < WORKERS_MAX; i++)
        signals += torture.signals_taken[i];
    struct scheduler_counts counts = scheduler_counts();
    log_line("torture: %llu events by %u CPUs, %llu read back, %llu tokens, %llu children, "
             "%u signals taken, %llu migrations, %llu preemptions",
             (unsigned long long)recorded(), percpu_count(), (unsigned long long)torture.read,
             (unsigned long long)torture.tokens, (unsigned long long)torture.children, signals,
             (unsigned long long)counts.migrations, (unsigned long long)counts.preemptions);
}

/* It starts a thread more behind init, which is to be counted before; then it sleeps. */
static void wait_for_boot_thread(void)
{
    while (thread_find(0)->state != THREAD_SLEEPING)
        (void)thread_sleep_ns(1000000);
}

bool torture_run(uint64_t events)
{
    start(events);
    wait_for_boot_thread();
    uint64_t threads = thread_counts().threads;
    uint32_t stacks = stacks_free();
    uint64_t before = emitted();
    struct thread *watcher = thread_create("torture reader", reader, NULL, false);
    if (watcher == NULL)
        return false;
    uint32_t watcher_pid = watcher->pid;
    start_workers(WORKERS_PER_CPU * percpu_count());
    wait_for_all(watcher_pid);

    for (uint32_t cpu = 0; cpu < tracing_cpus(); cpu++)
        check_table(cpu, trace_phase_table(tracing_phase()));
    if (emitted() - before != recorded())
        complain("events in the tables", emitted() - before, recorded());
    if (torture.torn != 0)
        complain("torn events", torture.torn, 0);
    if (thread_counts().threads != threads)
        complain("threads left", thread_counts().threads, threads);
    if (stacks_free() != stacks)
        complain("stacks left", stacks_free(), stacks);
    tell();
    return torture.complaints == 0;
}
