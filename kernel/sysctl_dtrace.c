/* sysctls: debug.dtrace.*: the life of anonymous tracing, what it has lost, its books, the list of probes; the code of
 * functions with probes; and what runs objects and programs for tests. */
#include "kernel/anonymous.h"
#include "kernel/anonymous_claim.h"
#include "kernel/backtrace.h"
#include "kernel/dif_conformance.h"
#include "kernel/dof_mutants.h"
#include "kernel/dtrace_environment.h"
#include "kernel/fbt.h"
#include "kernel/files.h"
#include "kernel/heaps.h"
#include "kernel/log_printer.h"
#include "kernel/sysctl.h"

enum {
    CODE_BYTES = 16, /* of a function, that are shown */
};

#define OID(identifier, leaf, ...)                                                                 \
    SYSCTL_OID(dtrace_##identifier, .name = "debug.dtrace." leaf, __VA_ARGS__)

/* --- Life --- */

static void read_state(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    static const char *const words[] = {"none", "failed", "going", "stopped"};
    (void)oid;
    text_print(sink, "%s", words[anonymous_state()]);
}

OID(state, "state", .help = "Anonymous tracing: none, failed, going, stopped",
    .kind = SYSCTL_STRING, .read = read_state);

static void read_awaits_exit(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, anonymous_awaits_exit());
}

OID(awaits_exit, "awaits_exit", .help = "It records until an enabling calls exit()",
    .kind = SYSCTL_UNSIGNED, .read = read_awaits_exit);

static void read_claimed(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, anonymous_is_claimed());
}

OID(claimed, "claimed", .help = "Somebody has read what it recorded", .kind = SYSCTL_UNSIGNED,
    .read = read_claimed);

/* One thread at a time works with the state. */
static void read_claim(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    if (log_printer_claim(sink) == NULL)
        return;
    anonymous_claim(sink);
    log_printer_release();
}

OID(claim, "claim", .help = "Gives what the tracing has recorded; it goes on",
    .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_claim);

static void read_claim_options(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    anonymous_claim_options_print(sink);
}

static int write_claim_options(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)number;
    return anonymous_claim_options_set(text) ? SYSTEM_OK : SYSTEM_EINVAL;
}

OID(claim_options, "claim_options", .help = "How claims are printed, as quiet,aggsortpos=1",
    .kind = SYSCTL_STRING, .read = read_claim_options, .write = write_claim_options);

static int write_stop(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)text;
    (void)number;
    anonymous_stop();
    return anonymous_state() == ANONYMOUS_STOPPED ? SYSTEM_OK : SYSTEM_ENOENT;
}

OID(stop, "stop", .help = "Any number ends the tracing, and keeps what it recorded",
    .kind = SYSCTL_UNSIGNED, .write = write_stop);

static int write_discard(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)text;
    (void)number;
    anonymous_discard();
    return anonymous_state() == ANONYMOUS_NONE ? SYSTEM_ENOENT : SYSTEM_OK;
}

OID(discard, "discard", .help = "Any number ends the tracing and forgets what it recorded",
    .kind = SYSCTL_UNSIGNED, .write = write_discard);

/* --- What was lost --- */

/* `data` is the offset of the counter in struct dtrace_status. */
static void read_counter(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    uint64_t counter = 0;
    if (anonymous_dtrace() != NULL) {
        const struct dtrace_source source = dtrace_source_of(anonymous_dtrace());
        __builtin_memcpy(&counter, (const uint8_t *)&source.status + (uintptr_t)oid->data,
                         sizeof counter);
    }
    sysctl_print_unsigned(sink, counter);
}

#define COUNTER(leaf, field, what)                                                                 \
    OID(field, leaf, .help = (what), .kind = SYSCTL_UNSIGNED, .read = read_counter,                \
        .data = (void *)offsetof(struct dtrace_status, field))

COUNTER("dynamic_drops", dynamic_drops, "Stores for which there was no dynamic variable");
COUNTER("speculation_drops", speculation_drops, "Records that no speculation had room for");
COUNTER("speculations_busy", speculations_busy, "speculation() found them all busy");
COUNTER("speculations_unavailable", speculations_unavailable, "speculation() found none free");
COUNTER("errors", errors, "Faults in clauses");
COUNTER("errors_in_errors", errors_in_errors, "Faults in clauses of dtrace:::ERROR");
COUNTER("stack_string_overflows", stack_string_overflows, "Stacks whose text did not fit");
COUNTER("filled", filled, "Buffers with the policy fill that are full");
COUNTER("nested", nested, "Firings inside a probe, which were passed over");
COUNTER("killed", killed,
        "1 + the CPU whose probes took too long, which ended the tracing; else 0");

static void read_breakpoints(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, dtrace_environment_breakpoints());
}

OID(breakpoints, "breakpoints", .help = "Calls of breakpoint(), which do nothing here",
    .kind = SYSCTL_UNSIGNED, .read = read_breakpoints);

static void print_books(const struct text_sink *sink, const char *kind,
                        const struct dtrace_snapshot *snapshots, uint32_t cpus)
{
    for (uint32_t i = 0; snapshots != NULL && i < cpus; i++) {
        const struct dtrace_buffer_books *books = &snapshots[i].books;
        text_print(sink,
                   "%s %u: emitted %llu, kept %llu, overwritten %llu, dropped %llu, filtered "
                   "%llu (faults %llu)\n",
                   kind, snapshots[i].cpu, (unsigned long long)books->emitted,
                   (unsigned long long)books->kept, (unsigned long long)books->overwritten,
                   (unsigned long long)books->dropped, (unsigned long long)books->filtered,
                   (unsigned long long)books->errors);
    }
}

/* Counting what a ring keeps walks it, so this waits for the end. */
static void read_books(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    if (anonymous_state() != ANONYMOUS_STOPPED)
        return;
    const struct dtrace_source source = dtrace_source_of(anonymous_dtrace());
    print_books(sink, "buffer", source.principal, source.cpus);
    print_books(sink, "aggregations", source.aggregations, source.cpus);
}

OID(books, "books", .help = "The books of each buffer, once the tracing has stopped",
    .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_books);

/* --- Probes --- */

static void print_probe(const struct text_sink *sink, const struct dtrace_probe *probe)
{
    const struct dtrace_probe_description about = dtrace_probe_describe(probe);
    text_print(sink, "%u\t%s\t%s\t%s\t%s\n", about.id, about.provider, about.module, about.function,
               about.name);
}

static void read_fbt(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    const struct fbt_counts *counts = &fbt_counts;
    text_print(sink, "functions: %u; probed: %u, of which never return: %u; without probes: ",
               counts->functions, counts->probed, counts->never_return);
    text_print(sink, "on the firing path %u, assembly %u, the compiler's library %u",
               counts->on_firing_path, counts->assembly, counts->library);
}

OID(fbt, "fbt", .help = "How many functions have probes, and why the others have none",
    .kind = SYSCTL_STRING, .read = read_fbt);

static void read_probes(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    if (!anonymous_need_probes())
        return;
    const struct dtrace *dtrace = anonymous_dtrace();
    for (uint32_t id = 1; id <= dtrace_probes(dtrace); id++) {
        const struct dtrace_probe *probe = dtrace_probe(dtrace, id);
        if (probe != NULL)
            print_probe(sink, probe);
    }
}

OID(probes, "probes", .help = "All probes: id, provider, module, function, name",
    .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_probes);

/* The first bytes of a function, as they are now: an int3 where a probe is enabled. */
static const struct fbt_function *shown; /* NULL: nobody has asked yet */

static const char *name_of(const struct fbt_function *function)
{
    return backtrace_symbol_of(function->address).name;
}

static const struct fbt_function *function_of(struct slice name)
{
    for (uint32_t i = 0; i < fbt_counts.probed; i++)
        if (slice_is(name, name_of(&fbt_functions[i])))
            return &fbt_functions[i];
    return NULL;
}

static int write_code(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)number;
    const struct fbt_function *function = function_of(text);
    if (function == NULL)
        return SYSTEM_ENOENT;
    shown = function;
    return SYSTEM_OK;
}

static void read_code(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    uint8_t bytes[CODE_BYTES];
    (void)oid;
    if (shown == NULL)
        return;
    __builtin_memcpy(bytes, (const void *)shown->address, sizeof bytes);
    text_print(sink, "%s at 0x%08x:", name_of(shown), shown->address);
    for (uint32_t i = 0; i < sizeof bytes; i++)
        text_print(sink, " %02x", bytes[i]);
}

SYSCTL_OID(code, .name = "debug.code",
           .help = "The first bytes of a function that has a probe; written: its name",
           .kind = SYSCTL_STRING, .read = read_code, .write = write_code);

/* --- For tests --- */

static void read_mutants(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    dof_mutants_run(sink);
}

OID(mutants, "mutants", .help = "Runs the objects of the files dof/mutants.0, ..., for tests",
    .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_mutants);

#define PROGRAMS_PATH "dif/programs"

static void run_programs(struct slice content, void *heap, const struct text_sink *sink)
{
    struct dtrace_memory memory = {heap, heap_size(), 0};
    struct dif_conformance done =
        dif_conformance_run((const uint8_t *)content.text, content.length, &memory, sink);
    text_print(sink, "%u programs agree, %u do not%s", done.agreed, done.failed,
               done.damaged ? ", and the file is damaged" : "");
}

static void read_conformance(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    struct slice content;
    (void)oid;
    if (!files_content(PROGRAMS_PATH, &content)) {
        text_print(sink, "no file " PROGRAMS_PATH);
        return;
    }
    void *heap = heap_take();
    if (heap)
        run_programs(content, heap, sink);
    else
        text_print(sink, "no memory");
    heap_give_back(heap);
}

SYSCTL_OID(dif_conformance, .name = "debug.dif_conformance",
           .help = "Runs the DIF programs of " PROGRAMS_PATH " and tells which go wrong",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_SKIP, .read = read_conformance);
