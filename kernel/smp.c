/* Starting, calling and stopping CPUs (Intel SDM volume 3, section 9.4: INIT, then start-up). */
#include "kernel/smp.h"

#include "kernel/apic.h"
#include "kernel/boot_info.h"
#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/cpu_search.h"
#include "kernel/kernel_probes.h"
#include "kernel/paging.h"
#include "kernel/panic.h"
#include "kernel/percpu.h"
#include "kernel/scheduler.h"
#include "kernel/segments.h"
#include "kernel/stacks.h"
#include "kernel/thread.h"
#include "kernel/timer.h"
#include "kernel/tracing.h"
#include "kernel/traps.h"
#include "kernel/tsc_offset.h"
#include "kernel/tslog.h"
#include "kernel/tunables.h"
#include "kernel/wait_queue.h"

enum {
    INIT_MS = 10,     /* from INIT to start-up */
    STARTUP_MS = 500, /* an emulator with one thread takes its time between CPUs */
    LOOK_US = 200,    /* the second start-up follows after this if the first did nothing */
    STOP_LOOKS = 20000000,
    CALL_LOOKS = 20000000,
    STACKS_KEPT = 8,         /* for processes: without them further CPUs are of no use */
    NOBODY = UINT32_MAX - 1, /* as a CPU number */
    BEGUN = UINT32_MAX - 2,  /* likewise */
};

/* In ap_entry.asm. */
extern const char ap_start[], ap_end[];
extern uint32_t ap_stack;
_Noreturn void ap_main(uint64_t entry_tsc);

/* The CPU that is being started: one at a time. */
static struct thread *starting_idle;
static uint32_t starting_number, starting_double_fault_stack;
static volatile uint32_t arrived; /* number of the CPU that has come to C */

static const struct cpu_list *list;

void smp_find(void)
{
    list = cpu_search();
    uint32_t count = list->count == 0 ? 1 : list->count;
    uint32_t maximum = (uint32_t)tunable(TUNABLE_MAXCPUS);
    percpu_set_count(count < maximum ? count : maximum);
}

/* APIC ids: the boot CPU first, the others in the order of the list. */
static void number_cpus(void)
{
    uint32_t boot_id = apic_id(), number = 1;
    percpu_at(0)->apic_id = boot_id;
    for (uint32_t i = 0; i < list->count && number < percpu_count(); i++)
        if (list->apic_id[i] != boot_id)
            percpu_at(number++)->apic_id = list->apic_id[i];
    percpu_set_count(number);
}

UNPROBED _Noreturn void ap_main(uint64_t entry_tsc)
{
    uint32_t number = starting_number;
    segments_init(number, starting_double_fault_stack);
    traps_load();
    tracing_this_cpu()->task = starting_idle->task;
    TSENTER_AT("ap_main", entry_tsc);
    BOOTTRACE_AT("CPU entry", entry_tsc);
    paging_enter(number);
    apic_init(false);
    arrived = number;
    tsc_offset_answer();
    BOOTTRACE("CPU ready");
    TSEXIT("ap_main");
    scheduler_join(percpu_this()->idle);
}

static bool has_arrived(const struct percpu *cpu)
{
    return arrived == cpu->number;
}

static bool is_online(const struct percpu *cpu)
{
    return cpu->online;
}

/* Sleeps in short turns until the CPU is that far. */
static bool wait_until(bool (*is_so)(const struct percpu *cpu), const struct percpu *cpu,
                       uint64_t us)
{
    for (uint64_t waited = 0; waited < us; waited += LOOK_US) {
        if (is_so(cpu))
            return true;
        (void)thread_sleep_ns(LOOK_US * 1000);
    }
    return is_so(cpu);
}

static bool kick(const struct percpu *cpu, uint32_t page)
{
    if (!apic_send_init(cpu->apic_id))
        return false;
    (void)thread_sleep_ns(INIT_MS * 1000000);
    if (!apic_send_startup(cpu->apic_id, page))
        return false;
    if (wait_until(has_arrived, cpu, LOOK_US))
        return true;
    (void)apic_send_startup(cpu->apic_id, page);
    return wait_until(has_arrived, cpu, STARTUP_MS * 1000);
}

static const char *start_one(struct percpu *cpu, uint32_t page)
{
    TSSCOPE("start_one");
    if (stacks_free() < STACKS_KEPT + 2)
        return "no memory for its stacks";
    cpu->idle = thread_make_idle(cpu->number);
    uint32_t stack = cpu->idle == NULL ? 0 : stacks_take();
    if (stack == 0)
        return "no memory for its stacks";
    starting_idle = cpu->idle;
    starting_double_fault_stack = stack + STACK_SIZE;
    starting_number = cpu->number;
    ap_stack = cpu->idle->stack_end;
    if (!kick(cpu, page)) {
        (void)apic_send_init(cpu->apic_id); /* so that it does not wake up in the middle later */
        return "it does not answer";
    }
    tsc_offset_measure(cpu);
    return wait_until(is_online, cpu, STARTUP_MS * 1000) ? NULL : "it takes no threads";
}

/* Those that stay off have tables, too: the host is told that there are such CPUs. */
static void tell_of_the_others(void)
{
    for (uint32_t i = 1; i < tracing_cpus(); i++) {
        struct percpu *cpu = percpu_at(i);
        if (cpu->online)
            continue;
        cpu->tsc_uncertainty = UINT32_MAX;
        tracing_set_cpu_clock(cpu);
    }
}

uint32_t smp_start(void)
{
    TSSCOPE("smp_start");
    (void)thread_pin(0); /* TSC offsets are those to the boot CPU */
    uint32_t page = percpu_count() > 1 && timer_is_of_each_cpu() ? boot_info_take_low_page() : 0;
    if (page == 0 || tracing_cpus() == 1)
        percpu_set_count(1); /* each CPU needs trace tables of its own */
    else
        __builtin_memcpy((void *)page, ap_start, (size_t)(ap_end - ap_start));
    if (apic_is_there())
        number_cpus();
    uint32_t online = 1;
    for (uint32_t i = 1; i < percpu_count(); i++) {
        struct percpu *cpu = percpu_at(i);
        const char *why_not = start_one(cpu, page);
        if (why_not != NULL) {
            log_line("smp: CPU %u (APIC id %u) stays off: %s", i, cpu->apic_id, why_not);
            continue;
        }
        online++;
    }
    tell_of_the_others();
    (void)thread_pin(THREAD_ANYWHERE);
    return online;
}

void smp_nudge(uint32_t cpu)
{
    (void)apic_send(percpu_at(cpu)->apic_id, TRAP_NUDGE); /* else its next alarm finds the work */
}

/* One call at a time. */
TSLOG_TOPIC(call_topic, "smp call");
static struct mutex call_mutex = MUTEX_OF(call_topic);
static struct {
    void (*function)(void *argument);
    void *argument;
    uint32_t target; /* NOBODY: it has been done, or was never asked for */
} call = {.target = NOBODY};

/* The CPU that is asked may begin, or its caller may give up: never both. */
static bool claim_call(uint32_t target, uint32_t instead)
{
    return __atomic_compare_exchange_n(&call.target, &target, instead, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

void smp_handle_call(void)
{
    if (!claim_call(percpu_this()->number, BEGUN))
        return;
    call.function(call.argument);
    __atomic_store_n(&call.target, NOBODY, __ATOMIC_RELEASE);
}

static bool wait_for_call(void)
{
    for (uint32_t looks = CALL_LOOKS; looks > 0; looks--) {
        if (__atomic_load_n(&call.target, __ATOMIC_ACQUIRE) == NOBODY)
            return true;
        cpu_pause();
    }
    return false;
}

bool smp_call(uint32_t cpu, void (*function)(void *argument), void *argument)
{
    if (!apic_is_there() || cpu >= percpu_count() || !percpu_at(cpu)->online)
        return false;
    mutex_take(&call_mutex);
    call.function = function;
    call.argument = argument;
    __atomic_store_n(&call.target, cpu, __ATOMIC_RELEASE);
    bool done = apic_send(percpu_at(cpu)->apic_id, TRAP_CALL) && wait_for_call();
    if (!done && !claim_call(cpu, NOBODY)) {
        done = wait_for_call();
        if (!done) /* it uses what is the caller's, who cannot go on without it, nor wait for ever */
            panic("smp: CPU %u does not come back from a call", cpu);
    }
    mutex_release(&call_mutex);
    return done;
}

static volatile uint32_t stopper = NOBODY; /* who stops the others */

bool smp_stop_was_asked(void)
{
    return stopper != NOBODY && stopper != percpu_this()->number;
}

_Noreturn void smp_stop_here(void)
{
    BOOTTRACE("CPU stopped");
    percpu_this()->stopped = true;
    cpu_stop();
}

static bool all_stopped(void)
{
    for (uint32_t i = 0; i < percpu_count(); i++) {
        const struct percpu *cpu = percpu_at(i);
        if (i != stopper && cpu->online && !cpu->stopped)
            return false;
    }
    return true;
}

void smp_stop_others(void)
{
    uint32_t nobody = NOBODY, self = percpu_this()->number;
    if (!__atomic_compare_exchange_n(&stopper, &nobody, self, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST)) {
        if (nobody != self)
            smp_stop_here();
        return; /* again, from a panic inside the panic */
    }
    for (uint32_t i = 0; i < percpu_count(); i++)
        if (i != self && percpu_at(i)->online)
            (void)apic_send_nmi(percpu_at(i)->apic_id);
    for (uint32_t looks = STOP_LOOKS; looks > 0 && !all_stopped(); looks--)
        cpu_pause();
}
