/* sysctls: threads, and what they have used. */
#include "kernel/heaps.h"
#include "kernel/percpu.h"
#include "kernel/scheduler.h"
#include "kernel/sysctl.h"
#include "kernel/thread.h"

static void read_maxproc(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, thread_places());
}

SYSCTL_OID(maxproc, .name = "kern.maxproc",
           .help = "Processes that there can be, threads of the "
                   "kernel included",
           .kind = SYSCTL_UNSIGNED, .read = read_maxproc);

/* A name may change while it is looked at: it ends at its size. */
static size_t name_length(const struct thread *thread)
{
    size_t length = 0;
    while (length < THREAD_NAME_SIZE && thread->name[length] != '\0')
        length++;
    return length;
}

static void print_thread(const struct text_sink *sink, const struct thread *thread)
{
    text_print(sink, "%u\t%u\t%s\t%u\t%llu\t%llu\t%llu\t%u\t", (unsigned)thread->pid,
               (unsigned)thread->parent, thread_state_str(thread->state), (unsigned)thread->cpu,
               (unsigned long long)thread_cpu_ns(thread), (unsigned long long)thread->switches,
               (unsigned long long)thread->migrations, thread->is_kernel ? 1u : 0u);
    text_print_foreign(sink, thread->name, name_length(thread));
    text_print(sink, "\n");
}

static void read_proc(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    for (uint32_t place = 0; place < thread_places(); place++)
        if (thread_at(place)->state != THREAD_FREE)
            print_thread(sink, thread_at(place));
}

SYSCTL_OID(proc, .name = "kern.proc",
           .help = "Processes, one a line, fields separated by tabs: pid, parent's pid, state, "
                   "CPU, CPU time in ns, times it was switched to, times it changed its CPU, "
                   "1 for a thread of the kernel, name",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_proc);

static void print_cp_time(const struct text_sink *sink, const struct scheduler_times *time)
{
    text_print(sink, "%llu\t%llu", (unsigned long long)time->idle, (unsigned long long)time->busy);
}

static void read_cp_time(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    struct scheduler_times sum = scheduler_times_of_all();
    print_cp_time(sink, &sum);
}

static void read_cp_times(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    for (uint32_t i = 0; i < percpu_count(); i++) {
        struct scheduler_times time = scheduler_times(percpu_at(i));
        text_print(sink, "%u\t", (unsigned)i);
        print_cp_time(sink, &time);
        text_print(sink, "\n");
    }
}

SYSCTL_OID(cp_time, .name = "kern.cp_time",
           .help = "Cycles that all CPUs together were idle and busy, separated by a tab",
           .kind = SYSCTL_STRING, .read = read_cp_time);
SYSCTL_OID(cp_times, .name = "kern.cp_times",
           .help = "CPUs, one a line, fields separated by tabs: number, cycles idle, cycles busy",
           .kind = SYSCTL_STRING, .read = read_cp_times);

/* Sums over the CPUs; `data` is the place of the counter in struct percpu. */
static void read_percpu_sum(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < percpu_count(); i++) {
        const char *cpu = (const char *)percpu_at(i);
        sum += *(const uint64_t *)(const void *)(cpu + (uintptr_t)oid->data);
    }
    sysctl_print_unsigned(sink, sum);
}

#define PERCPU_SUM(field, oid_name, oid_help)                                                      \
    SYSCTL_OID(field, .name = (oid_name), .help = (oid_help), .kind = SYSCTL_UNSIGNED,             \
               .read = read_percpu_sum, .data = (void *)offsetof(struct percpu, field))

PERCPU_SUM(switches, "vm.stats.sys.v_swtch", "Switches of threads, on all CPUs");
PERCPU_SUM(interrupts, "vm.stats.sys.v_intr", "Interrupts taken, on all CPUs");

/* `data` is the place of the counter in struct thread_counts. */
static void read_thread_count(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    struct thread_counts counts = thread_counts();
    const char *counter = (const char *)&counts + (uintptr_t)oid->data;
    sysctl_print_unsigned(sink, *(const uint64_t *)(const void *)counter);
}

#define THREAD_COUNT(field, oid_help)                                                              \
    SYSCTL_OID(field, .name = "vm.stats.sched." #field, .help = (oid_help),                        \
               .kind = SYSCTL_UNSIGNED, .read = read_thread_count,                                 \
               .data = (void *)offsetof(struct thread_counts, field))

THREAD_COUNT(created, "Threads started");
THREAD_COUNT(exited, "Threads that have ended");
THREAD_COUNT(preemptions, "Switches that a thread did not ask for: its slice was over");
THREAD_COUNT(migrations, "Threads taken to another CPU");
THREAD_COUNT(signals, "Signals sent");
THREAD_COUNT(threads, "Threads that there are now");

static void read_cpu_time(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, thread_usage(thread_current()).cpu_ns);
}

SYSCTL_OID(cpu_time, .name = "kern.cpu_time_ns",
           .help = "CPU time of who asks and of its children that it has waited for",
           .kind = SYSCTL_UNSIGNED, .flags = SYSTEM_SYSCTL_SKIP, .read = read_cpu_time);

static void read_heaps(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, heaps_count());
}

static void read_heaps_free(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, heaps_free());
}

SYSCTL_OID(heaps, .name = "vm.heaps", .help = "Pieces of memory for processes that ask for it",
           .kind = SYSCTL_UNSIGNED, .read = read_heaps);
SYSCTL_OID(heaps_free, .name = "vm.heaps_free", .help = "Those that nobody has",
           .kind = SYSCTL_UNSIGNED, .read = read_heaps_free);
