/* The scheduler. */
#include "kernel/scheduler.h"

#include "kernel/percpu.h"
#include "kernel/profile.h"
#include "kernel/sdt.h"
#include "kernel/smp.h"
#include "kernel/spinlock.h"
#include "kernel/thread_list.h"
#include "kernel/timer.h"
#include "kernel/tracing.h"
#include "kernel/tunables.h"
#include "kernel/wait_queue.h"

enum {
    SLICE_MS = 10,
    IDLE_ROUNDS = 32,     /* between two looks whether another CPU of an emulator can go on */
    RETRY_US = 50,        /* when a switch is due, but the thread is recording an event */
    RETRY_CYCLES = 20000, /* at least: an interrupt must not take all the time until the next one */
};

struct queue {
    struct thread_list ready;
    uint32_t length;
    struct thread *sleepers; /* who has a time to wake up at, soonest first */
    uint64_t slice_end;
    bool alarm_set;
};

static struct spinlock lock;
static struct queue queues[TRACE_CPUS_MAX];
static struct scheduler_counts counts;
static bool started;

/* In thread_switch.asm. */
void thread_switch(uint32_t *save, uint32_t load);

uint64_t scheduler_now(void)
{
    preemption_disable(); /* TSC and offset of the same CPU */
    uint64_t now = trace_time_corrected(cpu_tsc(), percpu_this()->tsc_offset);
    preemption_enable();
    return now;
}

uint32_t scheduler_take(void)
{
    return spinlock_take(&lock);
}

static void set_timer(uint64_t moment)
{
    uint64_t now = scheduler_now();
    timer_set(moment == UINT64_MAX ? UINT64_MAX : moment > now ? moment - now : 0);
}

static void nudge_all(uint32_t cpus)
{
    for (; cpus != 0; cpus &= cpus - 1)
        smp_nudge((uint32_t)__builtin_ctz(cpus));
}

/* Interrupts stay off until all is done: it is this CPU's. */
void scheduler_release(uint32_t flags)
{
    struct percpu *cpu = percpu_this();
    uint32_t nudges = cpu->nudges;
    bool alarm_due = cpu->alarm_due;
    cpu->nudges = 0;
    cpu->alarm_due = false;
    spinlock_release(&lock, 0);
    nudge_all(nudges);
    if (alarm_due)
        set_timer(cpu->alarm);
    cpu_interrupts_restore(flags);
}

uint64_t scheduler_moment(uint64_t ns)
{
    return ns > 1ull << 56 ? UINT64_MAX : scheduler_now() + tracing_cycles(ns);
}

struct scheduler_counts scheduler_counts(void)
{
    uint32_t flags = scheduler_take();
    struct scheduler_counts all = counts;
    scheduler_release(flags);
    return all;
}

static bool is_idle(const struct percpu *cpu)
{
    return cpu->current == cpu->idle;
}

static void append(struct queue *queue, struct thread *thread)
{
    thread_list_append(&queue->ready, thread);
    queue->length++;
    SDT_PROBE("sched", "enqueue",
              "pid_t, char *, int, struct thread *"
              " : lwpsinfo_t * = 3, psinfo_t * = 3, cpuinfo_t * = 2",
              thread->pid, sdt_pointer(thread->name), (uint64_t)(queue - queues),
              sdt_pointer(thread));
}

static bool may_run_on(const struct thread *thread, uint32_t cpu)
{
    return thread->pinned == THREAD_ANYWHERE || thread->pinned == cpu;
}

/* The first thread that may run on `cpu`, or NULL. */
static struct thread *first_for(const struct queue *queue, uint32_t cpu)
{
    struct thread *thread = queue->ready.first;
    while (thread != NULL && !may_run_on(thread, cpu))
        thread = thread->next;
    return thread;
}

static struct thread *take_first(struct queue *queue, uint32_t cpu)
{
    struct thread *thread = first_for(queue, cpu);
    if (thread == NULL)
        return NULL;
    thread_list_remove(&queue->ready, thread);
    queue->length--;
    SDT_PROBE("sched", "dequeue",
              "pid_t, char *, int, struct thread *"
              " : lwpsinfo_t * = 3, psinfo_t * = 3, cpuinfo_t * = 2",
              thread->pid, sdt_pointer(thread->name), (uint64_t)(queue - queues),
              sdt_pointer(thread));
    return thread;
}

/* The longest of those that have a thread for `cpu`, or its own. */
static struct queue *longest_queue_for(uint32_t cpu)
{
    struct queue *longest = &queues[cpu];
    for (uint32_t i = 0; i < percpu_count(); i++)
        if (queues[i].length > longest->length && first_for(&queues[i], cpu) != NULL)
            longest = &queues[i];
    return longest;
}

/* Who runs next on this CPU: the first of its own queue, else of the longest one, else nobody. */
static struct thread *pick(const struct percpu *cpu)
{
    struct thread *thread = take_first(&queues[cpu->number], cpu->number);
    if (thread == NULL)
        thread = take_first(longest_queue_for(cpu->number), cpu->number);
    return thread != NULL ? thread : cpu->idle;
}

static uint64_t retry_cycles(void)
{
    uint64_t cycles = tracing_cycles(RETRY_US * 1000);
    return cycles < RETRY_CYCLES ? RETRY_CYCLES : cycles;
}

/* Sets this CPU's alarm for whatever comes first: a sleeper, the end of the slice, or a probe of the clock.  An end
 * that was there already is tried again, but not at once: the thread would never get as far as to be left. */
static void set_alarm(struct percpu *cpu)
{
    struct queue *queue = &queues[cpu->number];
    uint64_t moment = UINT64_MAX;
    if (queue->sleepers != NULL)
        moment = queue->sleepers->wake_at;
    uint64_t end = cpu->switch_wanted ? scheduler_now() + retry_cycles() : queue->slice_end;
    if (queue->length > 0 && end < moment)
        moment = end;
    if (profile_due(cpu->number) < moment)
        moment = profile_due(cpu->number);
    if (moment == UINT64_MAX && !queue->alarm_set)
        return; /* setting it is slow under emulators */
    queue->alarm_set = moment != UINT64_MAX;
    cpu->alarm = moment;
    cpu->alarm_due = true;
}

static void add_sleeper(struct thread *thread)
{
    struct thread **at = &queues[thread->cpu].sleepers;
    while (*at != NULL && (*at)->wake_at <= thread->wake_at)
        at = &(*at)->next_sleeper;
    thread->next_sleeper = *at;
    *at = thread;
}

static void remove_sleeper(struct thread *thread)
{
    struct thread **at = &queues[thread->cpu].sleepers;
    while (*at != NULL && *at != thread)
        at = &(*at)->next_sleeper;
    if (*at == thread)
        *at = thread->next_sleeper;
    thread->wake_at = UINT64_MAX;
}

static void account(struct thread *thread, uint64_t now)
{
    thread->cpu_cycles += now - thread->since;
    thread->since = now;
}

static void begin_turn(struct percpu *cpu, struct thread *thread, uint64_t now)
{
    if (thread->cpu != cpu->number) {
        thread->migrations++;
        counts.migrations++;
    }
    thread->cpu = cpu->number;
    thread->state = THREAD_RUNNING;
    thread->since = now;
    thread->switches++;
    cpu->current = thread;
    cpu->trace->task = thread->task;
    cpu->switches++;
    queues[cpu->number].slice_end = now + tracing_cycles(SLICE_MS * 1000000);
}

/* Wakes those whose time has come. */
static void wake_sleepers(struct queue *queue)
{
    uint64_t now = scheduler_now();
    while (queue->sleepers != NULL && queue->sleepers->wake_at <= now) {
        struct thread *thread = queue->sleepers;
        thread->timed_out = true;
        scheduler_wake(thread);
    }
}

/* An idle CPU is best, the thread's last one before others. */
static uint32_t choose_cpu(const struct thread *thread)
{
    if (thread->pinned != THREAD_ANYWHERE)
        return thread->pinned;
    for (uint32_t i = 0; i < percpu_count(); i++) {
        uint32_t number = (thread->cpu + i) % percpu_count();
        const struct percpu *cpu = percpu_at(number);
        if (cpu->online && is_idle(cpu) && queues[number].length == 0)
            return number;
    }
    return thread->cpu;
}

/* A thread whose turn ends waits for the next one, but not behind others while there is an idle CPU
 * that it may run on: such a one looked for work when this thread was running. */
static void line_up(struct percpu *cpu, struct thread *thread)
{
    uint32_t to = queues[cpu->number].length == 0 ? cpu->number : choose_cpu(thread);
    append(&queues[to], thread);
    if (to != cpu->number)
        cpu->nudges |= 1u << to;
}

/* Puts the thread whose turn ends where its state says. */
static void put_away(struct percpu *cpu, struct thread *thread)
{
    if (thread->state == THREAD_READY && thread != cpu->idle)
        line_up(cpu, thread);
    if (thread->state == THREAD_SLEEPING && thread->wake_at != UINT64_MAX)
        add_sleeper(thread);
    if (!timer_works())
        wake_sleepers(&queues[cpu->number]); /* no alarm does, and a busy CPU never idles */
}

void scheduler_switch(void)
{
    struct percpu *cpu = percpu_this();
    struct thread *previous = cpu->current;
    put_away(cpu, previous);
    cpu->switch_wanted = false;

    struct thread *next = pick(cpu);
    if (next != previous) /* who runs is still the one that leaves */
        SDT_PROBE("sched", "off-cpu",
                  "pid_t, char *, struct thread *"
                  " : lwpsinfo_t * = 2, psinfo_t * = 2",
                  next->pid, sdt_pointer(next->name), sdt_pointer(next));
    uint64_t now = scheduler_now();
    account(previous, now);
    begin_turn(cpu, next, now);
    set_alarm(cpu);
    if (next == previous) {
        SDT_PROBE("sched", "remain-cpu", "int", 0);
        return;
    }
    SDT_PROBE("sysinfo", "pswch", "uint64_t", 1);
    thread_switch(&previous->stack_pointer, next->stack_pointer);
    /* Here this thread goes on, later and maybe on another CPU. */
    SDT_PROBE("sched", "on-cpu", "pid_t, char *", previous->pid, sdt_pointer(previous->name));
}

/* Tells a CPU that its queue has grown. */
static void nudge(struct percpu *cpu)
{
    if (cpu != percpu_this())
        percpu_this()->nudges |= 1u << cpu->number;
    else if (is_idle(cpu))
        cpu->switch_wanted = true;
    else
        set_alarm(cpu);
}

void scheduler_make_ready(struct thread *thread)
{
    uint32_t cpu = choose_cpu(thread);
    thread->state = THREAD_READY;
    append(&queues[cpu], thread);
    nudge(percpu_at(cpu));
}

void scheduler_wake(struct thread *thread)
{
    if (thread->wake_at != UINT64_MAX)
        remove_sleeper(thread);
    if (thread->waits_on != NULL)
        wait_queue_remove(thread->waits_on, thread);
    SDT_PROBE("sched", "wakeup",
              "pid_t, char *, struct thread *"
              " : lwpsinfo_t * = 2, psinfo_t * = 2",
              thread->pid, sdt_pointer(thread->name), sdt_pointer(thread));
    scheduler_make_ready(thread);
}

void scheduler_handle_timer(void)
{
    if (!started)
        return;
    profile_ring(scheduler_now());
    SDT_PROBE("sched", "tick",
              "pid_t, char *, struct thread *"
              " : lwpsinfo_t * = 2, psinfo_t * = 2",
              percpu_this()->current->pid, sdt_pointer(percpu_this()->current->name),
              sdt_pointer(percpu_this()->current));
    uint32_t flags = scheduler_take();
    struct percpu *cpu = percpu_this();
    struct queue *queue = &queues[cpu->number];
    wake_sleepers(queue);
    if (queue->length > 0 && (is_idle(cpu) || scheduler_now() >= queue->slice_end))
        cpu->switch_wanted = true;
    set_alarm(cpu);
    scheduler_release(flags);
}

void scheduler_handle_nudge(void)
{
    uint32_t flags = scheduler_take();
    nudge(percpu_this());
    scheduler_release(flags);
}

void scheduler_preempt(void)
{
    struct percpu *cpu = percpu_this();
    if (!cpu->switch_wanted)
        return;
    if (cpu->preemption_off != 0) {
        queues[cpu->number].alarm_set = true;
        timer_set(retry_cycles());
        return;
    }
    uint32_t flags = scheduler_take();
    counts.preemptions += !is_idle(cpu);
    SDT_PROBE("sched", "preempt", "int", 0);
    SDT_PROBE("sysinfo", "inv_swtch", "uint64_t", 1);
    cpu->current->state = THREAD_READY;
    scheduler_switch();
    scheduler_release(flags);
}

static uint64_t began(const struct percpu *cpu)
{
    if (cpu->number == 0 || cpu->idle == NULL)
        return tracing_entry_tsc();
    return cpu->idle->started;
}

struct scheduler_times scheduler_times(const struct percpu *cpu)
{
    if (!cpu->online)
        return (struct scheduler_times){0};
    uint64_t idle = cpu->idle == NULL ? 0 : thread_cycles(cpu->idle),
             all = scheduler_now() - began(cpu);
    return (struct scheduler_times){idle, idle < all ? all - idle : 0};
}

struct scheduler_times scheduler_times_of_all(void)
{
    struct scheduler_times sum = {0};
    for (uint32_t i = 0; i < percpu_count(); i++) {
        struct scheduler_times times = scheduler_times(percpu_at(i));
        sum.idle += times.idle;
        sum.busy += times.busy;
    }
    return sum;
}

/* Interrupts switch away from here when there is work.  Without an alarm nobody else would see that
 * a sleeper's time has come. */
int scheduler_idle(void *nothing)
{
    (void)nothing;
    const bool spins = percpu_this()->number == 0 && tunable(TUNABLE_IDLE) == IDLE_SPIN;
    cpu_interrupts_off();
    for (;;) {
        if (timer_works()) {
            if (spins)
                cpu_spin_for_interrupts(IDLE_ROUNDS);
            else
                cpu_wait_for_interrupt();
            continue;
        }
        cpu_take_interrupts();
        scheduler_handle_timer();
        scheduler_preempt();
    }
}

void scheduler_start(void)
{
    struct percpu *cpu = percpu_this();
    cpu->online = true;
    started = true;
}

_Noreturn void scheduler_join(struct thread *idle)
{
    struct percpu *cpu = percpu_this();
    uint32_t flags = scheduler_take();
    idle->state = THREAD_RUNNING;
    idle->since = scheduler_now();
    cpu->current = idle;
    cpu->trace->task = idle->task;
    cpu->online = true;
    set_alarm(cpu);
    scheduler_release(flags);
    (void)scheduler_idle(NULL);
    cpu_stop();
}
