/* Recording under interruption, on real instructions: the CPU's trap flag stops an
 * operation after each of its instructions, and the trap handler then records and
 * reads as an interrupt or NMI would.  Follows the protocol in trace/table.h, whose
 * model is trace/table.pml.
 *
 * For x86 hosts.  Built with optimisation and without sanitizers, because the
 * instructions that are interrupted shall be those of a kernel. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include <x86intrin.h>

#include "trace/tracer.h"

#define TRAP_FLAG 0x100u /* EFLAGS.TF */

enum {
    LEVELS = 3,
    EVENTS_MAX = 128, /* of one run */
};

/* --- Stepping ------------------------------------------------------------------------- */

/* An operation is stepped through once.  After each of its instructions the process forks: the child
 * takes the interrupt there, finishes the operation, is judged and ends; the parent, which has no
 * interrupt, goes on to the next instruction.  So nothing that comes before an interrupt is run again. */

/* What has been found, by all processes; one runs at a time. */
struct findings {
    unsigned interrupts; /* that have come */
    unsigned torn;
    unsigned hidden;
    unsigned lost;
    unsigned unbalanced;
    unsigned invented;
    unsigned backwards;
    unsigned disobeyed;
};
static struct findings *found;

static bool interrupted; /* this process is such a child */

/* The interrupt that comes after each instruction; NULL once it has. */
static void (*volatile coming)(void);
static void (*watch)(void); /* runs after every instruction */

/* Whether an operation is watched to its last instruction, or to the end of its interrupt.  What comes
 * before the interrupt is watched in any case. */
static bool watch_to_the_end;

static void bail_out(const char *reason)
{
    printf("Bail out! %s\n", reason);
    _exit(99);
}

/* True in the child, and in the parent false, once the child has ended. */
static bool interrupted_here(void)
{
    int status;
    pid_t child = _Fork(); /* fork() may not be called in a handler */
    if (child == 0) {
        found->interrupts++;
        return interrupted = true;
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        bail_out("no process for an interrupt");
    if (WIFSIGNALED(status))
        bail_out("an interrupted operation has crashed");
    if (status != 0)
        _exit(99); /* it has said why */
    return false;
}

static void on_trap(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info; /* the flag is off in here, and on again behind */
    void (*interrupt)(void) = coming;
    watch();
    if (interrupt == NULL || !interrupted_here())
        return;
    coming = NULL;
    interrupt();
    watch();
    if (!watch_to_the_end)
        ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
}

/* Runs `operation` without an interrupt, and in child processes with one after each instruction.
 * Returns in all of them; the caller judges and calls `end_if_interrupted`. */
static void step_through(void (*operation)(void), void (*interrupt)(void))
{
    void (*outer)(void) = coming;
    coming = interrupt;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __writeeflags(__readeflags() | TRAP_FLAG);
    operation();
    __writeeflags(__readeflags() & ~(__typeof__(__readeflags()))TRAP_FLAG);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    coming = outer;
    if (found->interrupts == 0)
        bail_out("the trap flag stops nothing");
}

static void end_if_interrupted(void)
{
    if (interrupted)
        _exit(0);
}

static void catch_traps(void)
{
    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER};
    if (sigaction(SIGTRAP, &action, NULL) != 0)
        bail_out("no handler for SIGTRAP");
}

static void share_findings(void)
{
    found = mmap(NULL, sizeof *found, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (found == MAP_FAILED)
        bail_out("no memory to share");
}

static void *allocate(uint64_t size)
{
    void *memory = aligned_alloc(64, (size_t)size);
    if (memory == NULL)
        bail_out("out of memory");
    return memset(memory, 0, (size_t)size);
}

/* --- Events that can be told from each other -------------------------------------------- */

static uint64_t tsc_of(unsigned id)
{
    return (1ull << 32) - 300 + 37ull * id; /* crosses the low half's wrap */
}

static uint32_t name_of(unsigned id)
{
    return 2 + id * 211 % 32000;
}

static uint32_t task_of(unsigned id)
{
    return (id * 40503 + 1) & 0xffff;
}

static struct trace_usage usage_of(unsigned id)
{
    return (struct trace_usage){1000003ull * id + 1, 3 * id + 1, 5 * id + 2};
}

static bool is_event(unsigned id, bool used, const struct trace_record *record,
                     const struct trace_usage *usage)
{
    struct trace_usage wanted = used ? usage_of(id) : (struct trace_usage){0};
    return record->tsc == tsc_of(id) && record->name == name_of(id) &&
           record->task == task_of(id) && usage->cpu_ns == wanted.cpu_ns &&
           usage->in_blocks == wanted.in_blocks && usage->out_blocks == wanted.out_blocks;
}

/* --- One table, and what has really happened to it --------------------------------------- */

struct writer {
    unsigned id;
    uint64_t tsc; /* what it records, worked out before */
    uint32_t name;
    uint32_t task;
    struct trace_usage usage;
    bool claimed;
    uint64_t number;
};

static struct {
    struct trace_table *table;
    uint64_t start;  /* number of the first event */
    uint64_t known;  /* claims that have been attributed */
    unsigned events; /* begun so far: ids */
    bool used[EVENTS_MAX];
    bool finished[EVENTS_MAX];
    unsigned id_of[EVENTS_MAX];    /* by claim */
    bool may_spoil[EVENTS_MAX];    /* claimed while an older claim on the slot was suspended */
    struct writer writing[LEVELS]; /* suspended in each other, the last one runs */
    unsigned depth;
    unsigned flood; /* events that an interrupt records */
    bool flood_used;
} run;

/* A claim that has appeared since the last look is the running writer's. */
static void attribute_claim(void)
{
    if (run.table->written == run.known)
        return;
    struct writer *writer = &run.writing[run.depth - 1];
    writer->claimed = true;
    writer->number = run.known++;
    run.id_of[writer->number - run.start] = writer->id;
    for (unsigned i = 0; i + 1 < run.depth; i++)
        if (run.writing[i].claimed &&
            (writer->number - run.writing[i].number) % run.table->slots == 0)
            run.may_spoil[writer->number - run.start] = true;
}

/* Whether a reader may miss event `number`: it is not finished, or a writer that is suspended has
 * been lapped, and the event comes a table's length or more after that writer's. */
static bool may_be_missed(uint64_t number)
{
    if (!run.finished[run.id_of[number - run.start]] || run.may_spoil[number - run.start])
        return true;
    for (unsigned i = 0; i < run.depth; i++)
        if (run.writing[i].claimed && number >= run.writing[i].number + run.table->slots)
            return true;
    return false;
}

/* Reads everything, as a panic in an NMI would. */
static void read_table(void)
{
    attribute_claim();
    struct trace_range range = trace_table_range(run.table);
    uint64_t first = range.first > run.start ? range.first - 1 : run.start;
    for (uint64_t n = first; n <= range.end; n++) {
        struct trace_record record;
        struct trace_usage usage;
        if (trace_table_read(run.table, n, &record, &usage) != TRACE_READ_OK) {
            found->hidden += n >= range.first && n < range.end && !may_be_missed(n);
            continue;
        }
        unsigned id = run.id_of[n - run.start];
        if (n == range.end || !is_event(id, run.used[id], &record, &usage))
            found->torn++;
    }
}

static void begin_event(bool used)
{
    unsigned id = run.events++;
    run.used[id] = used;
    run.writing[run.depth++] = (struct writer){
        .id = id,
        .tsc = tsc_of(id),
        .name = name_of(id),
        .task = task_of(id),
        .usage = usage_of(id),
    };
}

static void end_event(void)
{
    attribute_claim();
    run.depth--;
    run.finished[run.writing[run.depth].id] = true;
}

__attribute__((noinline)) static void record_plain(void)
{
    const struct writer *writer = &run.writing[run.depth - 1];
    trace_table_record(run.table, writer->tsc, writer->name, writer->task);
}

__attribute__((noinline)) static void record_used(void)
{
    const struct writer *writer = &run.writing[run.depth - 1];
    trace_table_record_usage(run.table, writer->tsc, writer->name, writer->task, &writer->usage);
}

static uint64_t read_time(void)
{
    return run.writing[run.depth - 1].tsc;
}

/* A plain event on the way of a static site. */
__attribute__((noinline)) static void record_site(void)
{
    const struct writer *writer = &run.writing[run.depth - 1];
    struct trace_cpu cpu = {.task = (uint16_t)writer->task};
    struct trace_site site = {.id = (uint16_t)writer->name};
    trace_cpu_record_now(&cpu, run.table, &site, read_time);
}

static void record_flood(void)
{
    for (unsigned i = 0; i < run.flood; i++) {
        bool used = run.flood_used && i % 2 == 0;
        begin_event(used);
        (used ? record_used : record_plain)();
        end_event();
    }
}

/* An interrupt that is itself interrupted. */
static void record_interrupted(void)
{
    begin_event(run.flood_used);
    step_through(run.flood_used ? record_used : record_plain, record_flood);
    end_event();
    record_flood();
}

/* What must hold when nobody records any more. */
static void audit(void)
{
    struct trace_range range = trace_table_range(run.table);
    uint64_t given = run.events, kept = 0;
    for (uint64_t n = range.first; n < range.end; n++) {
        struct trace_record record;
        struct trace_usage usage;
        if (trace_table_read(run.table, n, &record, &usage) == TRACE_READ_OK)
            kept++;
        else if (!run.may_spoil[n - run.start])
            found->lost++;
    }
    struct trace_books books = trace_table_books(run.table, NULL, range);
    if (run.table->written != run.start + given || books.kept != kept ||
        books.emitted != books.kept + books.overwritten + books.dropped + books.filtered ||
        books.emitted != run.table->written)
        found->unbalanced++;
}

static void start_run(uint32_t capacity, enum trace_keep keep, uint64_t start, unsigned before)
{
    memset(run.table, 0, (size_t)trace_table_size(capacity));
    trace_table_format(run.table, capacity, keep);
    run.table->written = run.known = run.start = start;
    run.events = run.depth = 0;
    memset(run.finished, 0, sizeof run.finished);
    memset(run.may_spoil, 0, sizeof run.may_spoil);
    for (unsigned i = 0; i < before; i++) {
        begin_event(run.flood_used);
        (run.flood_used ? record_used : record_plain)();
        end_event();
    }
}

/* --- The verdicts ------------------------------------------------------------------------ */

static unsigned tests, failures;
static uint32_t largest =
    3; /* capacity of tables that are interrupted; one less by nested interrupts */

static void verdict(bool passed, const char *subject, const char *claim)
{
    tests++;
    failures += !passed;
    printf("%s %u - %s %s\n", passed ? "ok" : "not ok", tests, subject, claim);
}

/* Who interrupts whom. */
struct scenario {
    const char *subject;
    void (*record)(void); /* what is interrupted */
    bool flood_used;      /* every other event of the interrupt is a boottrace event */
    bool whole_table;     /* the interrupt records more than the table holds, not just one event */
    bool nested;          /* the interrupt is itself interrupted everywhere */
};

/* A table that keeps so and has `before` events in it is given one more, with the interrupt at
 * every place. */
static void interrupt_everywhere(const struct scenario *scenario, uint32_t capacity,
                                 enum trace_keep keep, uint64_t start, unsigned before)
{
    start_run(capacity, keep, start, before);
    begin_event(scenario->record == record_used);
    step_through(scenario->record, scenario->nested ? record_interrupted : record_flood);
    end_event();
    audit();
    end_if_interrupted();
}

/* Tables from empty to wrapped, and with the counter's low half about to wrap. */
static void interrupt_tables(const struct scenario *scenario, uint32_t capacity)
{
    if (scenario->nested) { /* which takes its time: one table, about to wrap */
        interrupt_everywhere(scenario, capacity, TRACE_KEEP_LAST, 0, capacity - 1);
        return;
    }
    for (unsigned before = 0; before <= capacity + 1; before++) {
        interrupt_everywhere(scenario, capacity, TRACE_KEEP_FIRST, 0, before);
        interrupt_everywhere(scenario, capacity, TRACE_KEEP_LAST, 0, before);
    }
    interrupt_everywhere(scenario, capacity, TRACE_KEEP_LAST, (1ull << 32) - capacity - 5,
                         4 + capacity);
}

static void test_recording(const struct scenario *scenario)
{
    const char *subject = scenario->subject;
    *found = (struct findings){0};
    run.flood_used = scenario->flood_used;
    for (uint32_t capacity = 1; capacity <= (scenario->nested ? largest - 1 : largest);
         capacity++) {
        run.flood = scenario->whole_table ? 2 * capacity + 1 : 1;
        run.table = allocate(trace_table_size(capacity));
        interrupt_tables(scenario, capacity);
        free(run.table);
    }
    verdict(found->torn == 0, subject, "never shows a torn record to a reader at any instruction");
    verdict(found->hidden == 0, subject, "hides no finished event from a reader without need");
    verdict(found->lost == 0, subject, "loses nothing but what a lapped writer spoils");
    verdict(found->unbalanced == 0, subject, "leaves books that balance");
    if (found->torn + found->hidden + found->lost + found->unbalanced > 0)
        printf("# %u torn, %u hidden, %u lost, %u unbalanced\n", found->torn, found->hidden,
               found->lost, found->unbalanced);
}

static const struct scenario scenarios[] = {
    {"a plain event that one event interrupts", record_plain, false, false, false},
    {"a plain event that a table of events interrupts", record_plain, true, true, false},
    {"an event of a site that one event interrupts", record_site, false, false, false},
    {"an event of a site that a table of events interrupts", record_site, true, true, false},
    {"a boottrace event that one event interrupts", record_used, true, false, false},
    {"a boottrace event that a table of plain events interrupts", record_used, false, true, false},
    {"a boottrace event that a table of events interrupts", record_used, true, true, false},
    {"a plain event that an interrupted interrupt interrupts", record_plain, false, true, true},
};

/* --- The tracer: phases and moving -------------------------------------------------------- */

enum {
    OLD_CAPACITY = 4,
    NEW_CAPACITY = 32,
};

static struct {
    struct trace_arena *old;
    struct trace_arena *new;
    struct trace_tracer tracer;
    struct trace_once once;
    unsigned events;
    unsigned flood;
} house;

static const struct trace_arena_config old_shape = {
    .cpus = 1,
    .capacity = {OLD_CAPACITY, OLD_CAPACITY, OLD_CAPACITY},
    .names = 4,
    .names_text = 32,
    .tasks = 2,
};
static const struct trace_arena_config new_shape = {
    .cpus = 1,
    .capacity = {NEW_CAPACITY, NEW_CAPACITY, NEW_CAPACITY},
    .names = 4,
    .names_text = 32,
    .tasks = 2,
};

static bool is_used(unsigned id)
{
    return id % 2 == 1;
}

static void record_in_house(void)
{
    for (unsigned i = 0; i < house.flood; i++) {
        unsigned id = house.events++;
        struct trace_cpu *cpu = &house.tracer.cpu[0];
        struct trace_usage usage = usage_of(id);
        if (is_used(id))
            trace_table_record_usage(cpu->sites, tsc_of(id), name_of(id), task_of(id), &usage);
        else
            trace_table_record(cpu->sites, tsc_of(id), name_of(id), task_of(id));
    }
}

/* Counts the events of one table; `seen` says which were met before. */
static uint64_t count_events(struct trace_arena *arena, enum trace_table_id id, bool *seen)
{
    const struct trace_table *table = trace_arena_table(arena, 0, id);
    struct trace_range range = trace_table_range(table);
    uint64_t kept = 0;
    for (uint64_t n = range.first; n < range.end; n++) {
        struct trace_record record;
        struct trace_usage usage;
        if (trace_table_read(table, n, &record, &usage) != TRACE_READ_OK)
            continue;
        uint64_t event = (record.tsc - tsc_of(0)) / 37;
        if (event >= house.events || seen[event] ||
            !is_event((unsigned)event, is_used((unsigned)event), &record, &usage)) {
            found->invented++;
            continue;
        }
        seen[event] = true;
        kept++;
    }
    struct trace_books books = trace_table_books(table, trace_arena_filter(arena, 0, id), range);
    if (books.emitted != books.kept + books.overwritten + books.dropped + books.filtered)
        found->unbalanced++;
    return kept;
}

static uint64_t emitted(struct trace_arena *arena, enum trace_table_id id)
{
    const struct trace_table *table = trace_arena_table(arena, 0, id);
    return trace_table_books(table, trace_arena_filter(arena, 0, id), trace_table_range(table))
        .emitted;
}

static void read_house(void)
{
    bool seen[EVENTS_MAX] = {false};
    for (uint32_t i = 0; i < TRACE_TABLES; i++)
        (void)count_events(house.tracer.arena, (enum trace_table_id)i, seen);
}

static void start_house(uint32_t capacity)
{
    struct trace_arena_config shape = old_shape;
    shape.capacity[TRACE_TABLE_BOOT] = capacity;
    shape.capacity[TRACE_TABLE_RUN] = NEW_CAPACITY;
    memset(house.old, 0, (size_t)trace_arena_size(&new_shape));
    memset(house.new, 0, (size_t)trace_arena_size(&new_shape));
    trace_arena_format(house.old, &shape);
    trace_arena_format(house.new, &new_shape);
    memset(&house.tracer, 0, sizeof house.tracer);
    trace_tracer_start(&house.tracer, house.old, NULL, NULL);
    house.events = 0;
}

static void enter_multi_user(void)
{
    trace_tracer_enter(&house.tracer, TRACE_PHASE_MULTI_USER, 1);
}

static void enter_shutdown(void)
{
    trace_tracer_enter(&house.tracer, TRACE_PHASE_SHUTDOWN, 2);
}

static void switch_sites_off(void)
{
    trace_tracer_switch(&house.tracer, (struct trace_switches){.annotations = true});
}

static void move_house(void)
{
    trace_tracer_move(&house.tracer, house.new);
}

static void test_phase_switch(void)
{
    *found = (struct findings){0};
    house.flood = 3;
    start_house(NEW_CAPACITY);
    record_in_house();
    step_through(enter_multi_user, record_in_house);
    record_in_house();
    bool seen[EVENTS_MAX] = {false};
    uint64_t kept = count_events(house.old, TRACE_TABLE_BOOT, seen);
    kept += count_events(house.old, TRACE_TABLE_RUN, seen);
    found->lost += kept != house.events;
    found->unbalanced +=
        emitted(house.old, TRACE_TABLE_BOOT) + emitted(house.old, TRACE_TABLE_RUN) != house.events;
    found->lost += !seen[house.events - 1] || emitted(house.old, TRACE_TABLE_RUN) < 3;
    end_if_interrupted();
    verdict(found->invented == 0, "a phase switch that events interrupt anywhere",
            "shows only true events");
    verdict(found->lost == 0, "a phase switch that events interrupt anywhere",
            "puts each event in one table");
    verdict(found->unbalanced == 0, "a phase switch that events interrupt anywhere",
            "leaves books that balance");
}

static void test_shutdown_is_final(void)
{
    *found = (struct findings){0};
    house.flood = 1;
    start_house(NEW_CAPACITY);
    step_through(enter_multi_user, enter_shutdown);
    record_in_house();
    if (interrupted)
        found->backwards += house.old->phase != TRACE_PHASE_SHUTDOWN ||
                            emitted(house.old, TRACE_TABLE_SHUTDOWN) != 1;
    end_if_interrupted();
    verdict(found->backwards == 0, "a shutdown that interrupts a phase switch anywhere",
            "is final");
    if (found->backwards > 0)
        printf("# went back from shutdown at %u instructions\n", found->backwards);
}

static void test_switch_in_a_phase_switch(void)
{
    *found = (struct findings){0};
    start_house(NEW_CAPACITY);
    step_through(enter_multi_user, switch_sites_off);
    const struct trace_cpu *cpu = &house.tracer.cpu[0];
    if (interrupted)
        found->disobeyed += cpu->sites != trace_arena_filter(house.old, 0, TRACE_TABLE_RUN) ||
                            cpu->annotations != trace_arena_table(house.old, 0, TRACE_TABLE_RUN) ||
                            cpu->tslog != trace_arena_filter(house.old, 0, TRACE_TABLE_TSLOG);
    end_if_interrupted();
    verdict(found->disobeyed == 0, "a switch that is turned anywhere in a phase switch",
            "is obeyed");
}

static void resume_house(void)
{
    trace_tracer_resume(&house.tracer, 3);
}

static void end_house(void)
{
    trace_tracer_end(&house.tracer, 4);
}

static void test_nothing_leads_back_from_the_end(void)
{
    *found = (struct findings){0};
    start_house(NEW_CAPACITY);
    enter_shutdown();
    step_through(resume_house, end_house);
    if (!interrupted)
        end_house();
    resume_house();
    found->backwards +=
        house.old->phase != TRACE_PHASE_SHUTDOWN ||
        house.tracer.cpu[0].sites != trace_arena_table(house.old, 0, TRACE_TABLE_SHUTDOWN);
    end_if_interrupted();
    verdict(found->backwards == 0, "the end that comes anywhere in a way back", "is final");
}

enum {
    PANIC = 7,
    TRAP = 8,
    TIME_OF_SHUTDOWN = 2
};

static uint64_t time_of_panic(void)
{
    return tsc_of(PANIC);
}

static void panic_in_house(void)
{
    static const struct trace_site site = {.id = PANIC};
    const struct trace_cpu *cpu = &house.tracer.cpu[0];
    trace_tracer_enter(&house.tracer, TRACE_PHASE_SHUTDOWN, TIME_OF_SHUTDOWN);
    trace_cpu_record_once(cpu, cpu->annotations, &site, time_of_panic, &house.once);
}

/* How many events of the panic a table tells of. */
static uint64_t panics_in(enum trace_table_id id)
{
    const struct trace_table *table = trace_arena_table(house.old, 0, id);
    const struct trace_range range = trace_table_range(table);
    uint64_t panics = trace_table_books(table, NULL, range).dropped;
    for (uint64_t n = range.first; n < range.end; n++) {
        struct trace_record record;
        struct trace_usage usage;
        panics += trace_table_read(table, n, &record, &usage) == TRACE_READ_OK &&
                  record.name == PANIC && record.tsc == time_of_panic();
    }
    return panics;
}

static void judge_panic(unsigned traps)
{
    found->lost += panics_in(TRACE_TABLE_SHUTDOWN) == 0;
    found->invented += panics_in(TRACE_TABLE_SHUTDOWN) > 1 || panics_in(TRACE_TABLE_BOOT) > 0;
    found->unbalanced +=
        emitted(house.old, TRACE_TABLE_BOOT) + emitted(house.old, TRACE_TABLE_SHUTDOWN) !=
        1 + traps;
    found->torn += house.old->phase_tsc[TRACE_PHASE_SHUTDOWN] != TIME_OF_SHUTDOWN;
}

static void read_nothing(void)
{
}

/* Nothing comes back from it. */
static void panic_by_trap(void)
{
    const struct trace_cpu *cpu = &house.tracer.cpu[0];
    trace_table_record(cpu->annotations, tsc_of(TRAP), TRAP, 0);
    panic_in_house();
    judge_panic(1);
    _exit(0);
}

static void test_panic_in_a_panic(void)
{
    *found = (struct findings){0};
    start_house(NEW_CAPACITY);
    house.once = (struct trace_once){0};
    step_through(panic_in_house, panic_by_trap);
    judge_panic(0);
    verdict(found->lost == 0, "a panic anywhere in the recording of one", "loses no event of it");
    verdict(found->invented == 0, "a panic anywhere in the recording of one",
            "makes one event in one table");
    verdict(found->unbalanced == 0, "a panic anywhere in the recording of one",
            "leaves books that balance");
    verdict(found->torn == 0, "a panic anywhere in the recording of one",
            "knows when the shutdown began");
}

static void reset_as_filtered(void)
{
    trace_tracer_reset(&house.tracer, TRACE_TABLE_BOOT, true);
}

#define FILTERED_BEFORE UINT32_MAX /* one more changes both halves of the number */

static void read_filtered(void)
{
    const struct trace_table *table = trace_arena_table(house.old, 0, TRACE_TABLE_BOOT);
    uint64_t filtered = trace_table_books(table, NULL, trace_table_range(table)).filtered;
    found->torn += filtered != FILTERED_BEFORE && filtered != FILTERED_BEFORE + 3ull;
}

static void test_reset(void)
{
    *found = (struct findings){0};
    house.flood = 3;
    start_house(NEW_CAPACITY);
    record_in_house();
    trace_arena_table(house.old, 0, TRACE_TABLE_BOOT)->filtered = FILTERED_BEFORE;
    step_through(reset_as_filtered, read_filtered);
    end_if_interrupted();
    verdict(found->torn == 0, "a reset that is read anywhere", "shows no half of what is filtered");
}

/* An arena is left for a larger one.  What the old table could still hold arrives, the rest is
 * counted as dropped, and nothing is made up. */
static void test_move(const char *subject, uint32_t capacity, unsigned flood)
{
    *found = (struct findings){0};
    start_house(capacity);
    house.flood = 2;
    record_in_house();
    house.flood = flood;
    step_through(move_house, record_in_house);
    bool seen[EVENTS_MAX] = {false};
    uint64_t kept = count_events(house.new, TRACE_TABLE_BOOT, seen);
    found->lost += kept < (house.events < capacity ? house.events : capacity);
    found->unbalanced += emitted(house.new, TRACE_TABLE_BOOT) != house.events;
    end_if_interrupted();
    verdict(found->invented == 0, subject, "shows only true events");
    verdict(found->lost == 0, subject, "keeps what the old table held");
    verdict(found->unbalanced == 0, subject, "leaves books that balance");
    if (found->invented + found->lost + found->unbalanced > 0)
        printf("# %u invented or torn, %u lost, %u unbalanced\n", found->invented, found->lost,
               found->unbalanced);
}

int main(int count, char **arguments)
{
    if (count == 2)
        largest = (uint32_t)atoi(arguments[1]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    catch_traps();
    share_findings();

    watch = read_table;
    watch_to_the_end = true;
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
        test_recording(&scenarios[i]);

    watch = read_house;
    watch_to_the_end = false;
    house.old = allocate(trace_arena_size(&new_shape));
    house.new = allocate(trace_arena_size(&new_shape));
    test_phase_switch();
    test_shutdown_is_final();
    test_switch_in_a_phase_switch();
    test_nothing_leads_back_from_the_end();
    watch = read_nothing;
    test_panic_in_a_panic();
    watch = read_house;
    test_reset();
    test_move("a move that two events interrupt anywhere", 16, 2);
    test_move("a move that more events interrupt than the old table could hold", OLD_CAPACITY,
              OLD_CAPACITY + 1);
    free(house.old);
    free(house.new);
    printf("1..%u\n", tests);
    return failures == 0 ? 0 : 1;
}
