/* What things cost, measured here: reading debug.costs does each some hundred times and tells the
 * cycles of one.  Under -icount a cycle is an instruction. */
#include "kernel/cpu.h"
#include "kernel/kern_boottrace.h"
#include "kernel/percpu.h"
#include "kernel/sdt.h"
#include "kernel/sysctl.h"
#include "kernel/thread.h"
#include "kernel/tracing.h"

enum {
    TIMES = 500,
    SPAWNS = 50,
};

static void discard(void *context, const char *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
}

__attribute__((noinline)) static void nothing(void)
{
    cpu_spin(1); /* so that the call stays */
}

/* The floor: what calling something costs at all. */
static uint64_t cost_of_call(void)
{
    uint64_t start = cpu_tsc();
    for (uint32_t i = 0; i < TIMES; i++)
        nothing();
    return (cpu_tsc() - start) / TIMES;
}

/* The same without a call, but with a static probe. */
static uint64_t cost_of_probe(void)
{
    uint64_t start = cpu_tsc();
    for (uint32_t i = 0; i < TIMES; i++)
        SDT_PROBE("costs", "probe", "int", 0);
    return (cpu_tsc() - start) / TIMES;
}

static uint64_t cost_of_event(void)
{
    uint64_t start = cpu_tsc();
    for (uint32_t i = 0; i < TIMES; i++)
        TRACE_EVENT("cost of an event");
    return (cpu_tsc() - start) / TIMES;
}

static uint64_t cost_of_sysctl(void)
{
    const struct text_sink sink = {discard, NULL};
    uint64_t start = cpu_tsc();
    for (uint32_t i = 0; i < TIMES; i++)
        (void)sysctl_read("hw.ncpu", &sink);
    return (cpu_tsc() - start) / TIMES;
}

static int yield_until_over(void *argument)
{
    const volatile bool *over = argument;
    while (!*over)
        thread_yield();
    return 0;
}

/* Two threads on one CPU that give way to each other: each yield of this one is two switches. */
static uint64_t cost_of_switch(void)
{
    volatile bool over = false;
    uint32_t pinned = thread_current()->pinned;
    struct thread_child dead;
    (void)thread_pin(percpu_this()->number);
    struct thread *other =
        thread_prepare("costs", yield_until_over, (void *)(uintptr_t)&over, false);
    if (other == NULL) {
        (void)thread_pin(pinned);
        return 0;
    }
    other->pinned = thread_current()->pinned;
    uint32_t pid = other->pid;
    thread_go(other);
    thread_yield(); /* once, so that both run */
    uint64_t start = cpu_tsc();
    for (uint32_t i = 0; i < TIMES; i++)
        thread_yield();
    uint64_t cycles = (cpu_tsc() - start) / TIMES / 2;
    over = true;
    while (thread_wait(pid, THREAD_FOREVER, &dead) == THREAD_WAIT_INTERRUPTED)
        thread_yield(); /* a signal waits, too; but the other one still looks at this stack */
    (void)thread_pin(pinned);
    return cycles;
}

/* A process from its start until it has been waited for; it does nothing. */
static uint64_t cost_of_spawn(void)
{
    static const char *const argv[] = {"true"};
    int status;
    bool stopped;
    uint64_t start = cpu_tsc();
    for (uint32_t i = 0; i < SPAWNS; i++) {
        int pid = system_spawn("true", 1, argv);
        (void)system_wait(pid, SYSTEM_FOREVER, &status, &stopped);
    }
    return (cpu_tsc() - start) / SPAWNS;
}

static void read_costs(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    static const struct {
        const char *name;
        uint64_t (*measure)(void);
    } costs[] = {{"empty call", cost_of_call},       {"static probe", cost_of_probe},
                 {"event", cost_of_event},           {"sysctl read", cost_of_sysctl},
                 {"context switch", cost_of_switch}, {"spawn and wait", cost_of_spawn}};
    for (uint32_t i = 0; i < sizeof costs / sizeof costs[0]; i++)
        text_print(sink, "%s\t%llu\n", costs[i].name, (unsigned long long)costs[i].measure());
}

SYSCTL_OID(costs, .name = "debug.costs",
           .help = "What things cost now, one a line: name, a tab, cycles", .kind = SYSCTL_STRING,
           .flags = SYSTEM_SYSCTL_SKIP, .read = read_costs);

/* --- Events into a table with room, and into a full one --- */

enum {
    OVERFLOW_EVENTS = 2000,
};

static uint64_t cycles_of_events(uint32_t events)
{
    uint64_t start = cpu_tsc();
    for (uint32_t i = 0; i < events; i++)
        TRACE_EVENT("cost of an event");
    return cpu_tsc() - start;
}

static void print_cost(const struct text_sink *sink, const char *name, uint32_t events,
                       uint64_t cycles)
{
    text_print(sink, "%s\t%u\t%llu\n", name, events, (unsigned long long)cycles);
}

/* The tables are emptied for it, and the present one is left full: `capacity` events and
 * OVERFLOW_EVENTS more. */
static void read_overflow(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    enum trace_table_id id = trace_phase_table(tracing_phase());
    uint32_t capacity = tracing_tracer.arena->capacity[id], events = 0;
    uint32_t batch = capacity < OVERFLOW_EVENTS ? capacity : OVERFLOW_EVENTS;
    uint64_t room = 0, clock = 0;
    for (; events < OVERFLOW_EVENTS; events += batch) {
        kern_boottrace_reset();
        room += cycles_of_events(batch);
        clock += cycles_of_events(0);
    }
    (void)cycles_of_events(capacity - batch);
    uint64_t full = cycles_of_events(OVERFLOW_EVENTS);
    print_cost(sink, "room", events, room - clock);
    print_cost(sink, "full", OVERFLOW_EVENTS, full - cycles_of_events(0));
    print_cost(sink, "bytes", capacity, trace_table_size(capacity));
}

SYSCTL_OID(overflow, .name = "debug.overflow",
           .help =
               "Costs of events in the present table, with room and full: name, events, cycles. "
               "Empties the tables",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_overflow);
