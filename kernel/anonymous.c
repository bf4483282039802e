/* Anonymous tracing: the enablings that were prepared before the boot.
 *
 * Its memory is one piece of RAM, taken only if there is something to enable: at first a share of what is free,
 * then, when the options are known, as much of it as they can use. */
#include "kernel/anonymous.h"

#include "kernel/anonymous_claim.h"
#include "kernel/anonymous_objects.h"
#include "kernel/anonymous_report.h"
#include "kernel/backtrace.h"
#include "kernel/boot_info.h"
#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/dtrace_environment.h"
#include "kernel/kernel_probes.h"
#include "kernel/module_list.h"
#include "kernel/percpu.h"
#include "kernel/thread.h"
#include "kernel/tracing.h"
#include "kernel/tslog.h"
#include "kernel/tunables.h"
#include "kernel/wait_queue.h"

enum {
    MEMORY_PART = 4,      /* of the free memory one fourth at most */
    PROBES_MORE = 64,     /* that come later */
    BYTES_PER_ECB = 256,  /* of a clause on a probe, roughly */
    CLEAN_NS = 100000000, /* between looks for what speculations have left */
};
#define MEMORY_MAX  (256u << 20) /* bytes */
#define MEMORY_MIN  (128u << 10)
#define MEMORY_LIST (4u << 20) /* for who only wants a list of the probes */
#define SLACK       (1u << 20) /* for probes that come later, and for printing */

static struct {
    struct dtrace_memory memory;
    struct dtrace *dtrace;
    enum anonymous_state state;
    uint32_t objects; /* taken */
    bool claimed, ended, killed_told;
} anonymous;

struct dtrace *anonymous_dtrace(void)
{
    return anonymous.dtrace;
}

enum anonymous_state anonymous_state(void)
{
    return anonymous.state;
}

/* --- Memory --- */

static bool take_memory(uint64_t most)
{
    uint64_t size = boot_info_free_bytes() / MEMORY_PART;
    uint32_t start = 0;
    for (size = size < most ? size : most; start == 0 && size >= MEMORY_MIN; size /= 2) {
        size &= ~(uint64_t)4095;
        start = boot_info_take_memory(size);
        anonymous.memory =
            (struct dtrace_memory){.bytes = (uint8_t *)(uintptr_t)start, .size = (size_t)size};
    }
    return start != 0;
}

/* Gives back what lies behind the first `size` bytes. */
static void keep_only(uint64_t size)
{
    if (size >= anonymous.memory.size)
        return;
    anonymous.memory.size = (size_t)size & ~(size_t)15;
    boot_info_keep_only((uint32_t)(uintptr_t)anonymous.memory.bytes, size);
}

/* An option that is a size; 0: nobody has set it. */
static uint64_t size_of(enum dof_option_id id)
{
    int64_t value = dtrace_option(anonymous.dtrace, id);
    return value < 0 ? 0 : (uint64_t)value > MEMORY_MAX ? MEMORY_MAX : (uint64_t)value;
}

/* What the options ask for, beside what is in use: buffers, what a claim copies of them, what printing merges. */
static uint64_t wanted_memory(void)
{
    const struct dtrace *dtrace = anonymous.dtrace;
    uint64_t per_cpu = 2 * size_of(DOF_OPTION_BUFSIZE) +
                       (2 + DTRACE_MERGING) * size_of(DOF_OPTION_AGGSIZE) +
                       size_of(DOF_OPTION_SPECSIZE) * size_of(DOF_OPTION_NSPEC);
    uint64_t ecbs = (uint64_t)dtrace_clauses(dtrace) * dtrace_probes(dtrace) * BYTES_PER_ECB;
    uint64_t wanted = per_cpu * percpu_count() + size_of(DOF_OPTION_DYNVARSIZE) + ecbs +
                      dtrace_memory_beside_buffers(dtrace) + SLACK;
    return anonymous.memory.used + wanted + wanted / 4;
}

/* --- Objects --- */

static void load_object(const struct anonymous_object *object)
{
    struct dof_problem problem = {"no memory for this object", DOF_NONE, DOF_NOWHERE};
    size_t mark = anonymous.memory.size, size = anonymous_object_bytes(object, NULL, 0);
    uint8_t *bytes = anonymous_borrow(&anonymous.memory, size);
    if (bytes != NULL)
        (void)anonymous_object_bytes(object, bytes, size);
    bool taken = bytes != NULL && dtrace_add_object(anonymous.dtrace, bytes, size, &problem);
    anonymous.memory.size = mark;
    anonymous.objects += taken;
    if (taken)
        return;
    anonymous_report_refusal(object, &problem);
    if (object->module != NULL)
        boot_module_refuse(object->module, "failed to process DOF");
}

static void load_objects(void)
{
    TSSCOPE("dtrace_load");
    struct anonymous_objects objects;
    struct anonymous_object object;
    size_t mark = anonymous.memory.size;
    anonymous_objects_start(&objects, &anonymous.memory);
    while (anonymous_objects_next(&objects, &object))
        load_object(&object);
    anonymous.memory.size = mark;
}

/* Without memory for any of them. */
static void refuse_objects(void)
{
    log_line("dtrace: no memory; nothing is traced");
    for (uint32_t i = 0; i < module_list_count(); i++)
        if (boot_module_is_used_as(module_list_at(i), MODULE_TYPE_DOF))
            boot_module_refuse(module_list_at(i), "no memory to load it");
}

/* --- Life --- */

static bool make_framework(uint64_t most)
{
    if (!take_memory(most))
        return false;
    const struct dtrace_config config = {
        .environment = dtrace_environment_start(),
        .memory = &anonymous.memory,
        .cpus = percpu_count(),
        .probes_max = probes_count() + PROBES_MORE,
        .destructive_allowed = tunable(TUNABLE_DTRACE_NO_DESTRUCTION) == 0,
        .deadman_ns = tunable(TUNABLE_DTRACE_DEADMAN),
    };
    anonymous.dtrace = dtrace_make(&config);
    if (anonymous.dtrace == NULL)
        keep_only(1);
    else
        probes_register(anonymous.dtrace);
    return anonymous.dtrace != NULL;
}

static void go(void)
{
    TSSCOPE("dtrace_go");
    anonymous_report_clauses(anonymous.dtrace);
    keep_only(wanted_memory());
    uint32_t flags = cpu_interrupts_save();
    enum dtrace_go status = dtrace_go(anonymous.dtrace, percpu_this()->number);
    cpu_interrupts_restore(flags);
    anonymous.state = status == DTRACE_GO_OK ? ANONYMOUS_GOING : ANONYMOUS_FAILED;
    anonymous_report_go(anonymous.dtrace, status);
}

void anonymous_start(void)
{
    if (!anonymous_objects_hinted())
        return;
    if (!make_framework(MEMORY_MAX)) {
        refuse_objects();
        return;
    }
    load_objects();
    if (anonymous.objects > 0)
        go();
    else
        keep_only(anonymous.memory.used + SLACK);
}

/* Of who lists probes for which there is no framework yet. */
static struct mutex making;

bool anonymous_need_probes(void)
{
    mutex_take(&making);
    bool there = anonymous.dtrace != NULL || make_framework(MEMORY_LIST);
    mutex_release(&making);
    return there;
}

/* What ended in a probe, where nothing can be printed. */
static void tell_killed(void)
{
    uint32_t cpu;
    if (anonymous.killed_told || !dtrace_was_killed(anonymous.dtrace, &cpu))
        return;
    anonymous.killed_told = true;
    anonymous_report_killed(cpu, tunable(TUNABLE_DTRACE_DEADMAN));
}

static int clean(void *nothing)
{
    (void)nothing;
    while (anonymous.state == ANONYMOUS_GOING) {
        uint32_t flags = cpu_interrupts_save();
        dtrace_clean(anonymous.dtrace);
        cpu_interrupts_restore(flags);
        tell_killed();
        (void)thread_sleep_ns(CLEAN_NS);
    }
    return 0;
}

void anonymous_start_cleaner(void)
{
    if (anonymous.state == ANONYMOUS_GOING)
        (void)thread_create("dtrace", clean, NULL, true);
}

/* Only one thread finds it going. */
void anonymous_stop(void)
{
    enum anonymous_state going = ANONYMOUS_GOING;
    if (!__atomic_compare_exchange_n(&anonymous.state, &going, ANONYMOUS_STOPPED, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return;
    uint32_t flags = cpu_interrupts_save();
    dtrace_stop(anonymous.dtrace, percpu_this()->number);
    cpu_interrupts_restore(flags);
    tell_killed();
}

static bool calls_exit(const struct dof_clause *clause)
{
    for (uint32_t i = 0; i < clause->action_count; i++)
        if (clause->actions[i].kind == DOF_ACTION_EXIT)
            return true;
    return false;
}

bool anonymous_awaits_exit(void)
{
    int32_t status;
    if (anonymous.state != ANONYMOUS_GOING || dtrace_has_exited(anonymous.dtrace, &status))
        return false;
    for (uint32_t i = 0; i < dtrace_clauses(anonymous.dtrace); i++) {
        uint32_t matched;
        if (calls_exit(dtrace_clause(anonymous.dtrace, i, &matched)) && matched > 0)
            return true;
    }
    return false;
}

static bool symbol_of(void *context, uint64_t address, struct dtrace_symbol *symbol)
{
    (void)context;
    if (address > UINT32_MAX)
        return false;
    const struct backtrace_symbol found = backtrace_symbol_of((uint32_t)address);
    if (found.name[0] == '?')
        return false;
    struct text_buffer module = {.bytes = symbol->module, .size = sizeof symbol->module};
    struct text_buffer function = {.bytes = symbol->function, .size = sizeof symbol->function};
    struct text_sink sink = text_buffer_sink(&module);
    text_print(&sink, "kernel");
    sink = text_buffer_sink(&function);
    text_print(&sink, "%s", found.name);
    symbol->offset = found.offset;
    return true;
}

static struct dtrace_source with_symbols(struct dtrace_source source)
{
    source.symbol = symbol_of;
    return source;
}

/* As dtrace(1M) prints it, made harmless. */
static void print(const struct text_sink *sink, const struct dtrace_source *what)
{
    (void)dtrace_consume(sink, what, &anonymous.memory); /* what was left out is said in the text */
}

/* --- Claims --- */

/* exit() leaves it to whoever comes by to fire END. */
static void stop_if_exited(void)
{
    int32_t status;
    if (dtrace_has_exited(anonymous.dtrace, &status))
        anonymous_stop();
}

static void take_all(const struct text_sink *sink)
{
    dtrace_claim_begin(anonymous.dtrace);
    if (anonymous_claim_take(anonymous.dtrace, sink))
        return;
    text_print(sink, "dtrace: no memory to copy the buffers while tracing goes on: it ends here\n");
    anonymous_stop();
    dtrace_claim_begin(anonymous.dtrace);
    (void)anonymous_claim_take(anonymous.dtrace, sink); /* which copies nothing any more */
}

void anonymous_claim(const struct text_sink *sink)
{
    int64_t options[DOF_OPTIONS];
    if (anonymous.state == ANONYMOUS_NONE || anonymous.state == ANONYMOUS_FAILED)
        return;
    stop_if_exited();
    take_all(sink);
    struct dtrace_source all = with_symbols(dtrace_claim_source(anonymous.dtrace));
    anonymous_claim_options(options, all.options);
    all.options = options;
    print(sink, &all);
    dtrace_claim_end(anonymous.dtrace);
    anonymous.claimed = true;
}

bool anonymous_is_claimed(void)
{
    return anonymous.claimed;
}

void anonymous_discard(void)
{
    anonymous_stop();
    if (anonymous.state == ANONYMOUS_STOPPED)
        dtrace_discard(anonymous.dtrace);
}

/* Behind the header, which frames of any kind need. */
static void tell_host(void)
{
    const struct dtrace_source all = with_symbols(dtrace_source_of(anonymous.dtrace));
    tracing_send_header();
    tracing_send_dtrace(&all);
}

/* What the last claim has not told; without a claim, all of it. */
static void tell_people(void)
{
    bool anything;
    const struct text_sink sink = console_text();
    const struct dtrace_source rest =
        with_symbols(dtrace_source_since(anonymous.dtrace, &anything));
    if (anonymous.claimed && !anything)
        return;
    log_line(anonymous.claimed ? "\nanonymous tracing, since the claim"
                               : "\nanonymous tracing, claimed by nobody");
    print(&sink, &rest);
    log_line(" ");
}

void anonymous_end(void)
{
    if (anonymous.ended || anonymous.state == ANONYMOUS_NONE || anonymous.state == ANONYMOUS_FAILED)
        return;
    anonymous.ended = true;
    anonymous_stop();
    dtrace_claim_give_up(anonymous.dtrace); /* a panic may have come in the middle */
    console_wait_mode(CONSOLE_ALL_WAIT); /* nothing of it may be lost, and nothing runs meanwhile */
    if (tunable(TUNABLE_DTRACE_PRINT) != 0)
        tell_people();
    tell_host();
}
