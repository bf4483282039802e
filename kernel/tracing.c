/* The kernel's one tracer. */
#include "kernel/tracing.h"

#include "kernel/boot_info.h"
#include "kernel/console.h"
#include "kernel/kern_boottrace.h"
#include "kernel/scheduler.h"
#include "kernel/spinlock.h"
#include "kernel/tunables.h"
#include "kernel/version.h"
#include "kernel/wait_queue.h"
#include "trace/dtrace/dtrace_stream.h"
#include "trace/log_text.h"
#include "trace/stream.h"

/* Where events go before tracing_start: counted, not stored. */
static struct trace_table nowhere;

struct trace_tracer tracing_tracer = {
    .cpu[0] = {.table = &nowhere, .sites = &nowhere, .annotations = &nowhere, .tslog = &nowhere}};

enum {
    EARLY_EVENTS = 256, /* boot events before tracing_settle; about 20 are recorded */
    EARLY_TSLOG = 512,
    EARLY_NAMES = 512,
    EARLY_TEXT = 16384, /* bytes; sites have about 20 each */
    EARLY_TASKS = 16,
    EARLY_ARENA = 65536, /* bytes */
    LOW_MEMORY = 640 * 1024,
    NAMES = 4096,
    NAMES_TEXT = 131072,
    NAMES_PER_MODULE = 3, /* verified, accepted, overridden */
    TEXT_PER_MODULE = 128,
    TASKS = 4096,
    BUILD_ID_OFFSET = 16, /* of the id in an ELF note named "GNU" */
};

static uint8_t early_memory[EARLY_ARENA] __attribute__((aligned(64)));

/* Small tables for run and shutdown, too: without memory for more, they are all there is. */
static const struct trace_arena_config early_config = {
    .cpus = 1,
    .capacity = {EARLY_EVENTS, 64, 64, EARLY_TSLOG},
    .names = EARLY_NAMES,
    .names_text = EARLY_TEXT,
    .tasks = EARLY_TASKS,
};

static struct stream stream;
static uint32_t verdict_frame = UINT32_MAX; /* the number of the verdict that was begun last */
static struct mutex stream_mutex;           /* whoever sends frames; a panic goes past it */
static struct spinlock names_lock;          /* whoever adds names and tasks */
static struct log_cursor cursors[TRACE_CPUS_MAX]; /* too large for the stack of a panic */

extern const uint8_t build_id_note[];
extern struct trace_site trace_sites_start[], trace_sites_end[];

static const char producer[] = "firstlight " VERSION_RELEASE;

/* The machine is down to this CPU and its interrupts are off: nobody else sends, and a lock that
 * somebody held when he was stopped will not be released. */
static bool alone;

void tracing_go_alone(void)
{
    alone = true;
}

bool tracing_is_alone(void)
{
    return alone;
}

static struct stream *take_stream(void)
{
    if (!alone)
        mutex_take(&stream_mutex);
    return &stream;
}

static void release_stream(void)
{
    if (!alone)
        mutex_release(&stream_mutex);
}

/* Names and tasks are whole at any instruction: who is alone goes on where another one was stopped. */
uint32_t tracing_take_names(void)
{
    return alone ? cpu_interrupts_save() : spinlock_take(&names_lock);
}

void tracing_release_names(uint32_t flags)
{
    if (alone)
        cpu_interrupts_restore(flags);
    else
        spinlock_release(&names_lock, flags);
}

static struct trace_arena *arena(void)
{
    return tracing_tracer.arena;
}

void tracing_start(uint64_t entry_tsc)
{
    if (trace_arena_size(&early_config) > sizeof early_memory)
        cpu_stop(); /* a mistake in the constants above: nothing can be told yet */
    struct trace_arena *early = (struct trace_arena *)(void *)early_memory;
    trace_arena_format(early, &early_config);
    __builtin_memcpy(early->build_id, build_id_note + BUILD_ID_OFFSET, sizeof early->build_id);
    early->phase_tsc[TRACE_PHASE_KERNEL] = entry_tsc;
    trace_tracer_start(&tracing_tracer, early, trace_sites_start, trace_sites_end);
    tracing_this_cpu()->task =
        tracing_add_task(&(struct tracing_task){.pid = 0, .name = "kernel", .length = 6});

    BOOTTRACE_AT("kernel entry", entry_tsc);
    stream_start(&stream, console_raw());
}

/* Halves the largest table; false if all are as small as the early ones. */
static bool shrink(struct trace_arena_config *config)
{
    uint32_t largest = 0;
    for (uint32_t i = 1; i < TRACE_TABLES; i++)
        if (config->capacity[i] > config->capacity[largest])
            largest = i;
    if (config->capacity[largest] / 2 < early_config.capacity[largest])
        return false;
    config->capacity[largest] /= 2;
    return true;
}

/* Memory for the arena, whose tables shrink as far as it takes: two thirds of what is free above 1 MiB, as nothing
 * is taken from below, are left for what is to be traced.  0: not even that helps. */
static uint32_t find_memory(struct trace_arena_config *config)
{
    uint64_t free = boot_info_free_bytes(), most = free > LOW_MEMORY ? (free - LOW_MEMORY) / 3 : 0;
    while (trace_arena_size(config) > most && shrink(config))
        ;
    if (trace_arena_size(config) > most)
        config->names_text /= 2; /* of what a small machine does, fewer things have names */
    uint32_t address;
    do
        address = boot_info_take_memory(trace_arena_size(config));
    while (address == 0 && shrink(config));
    return address;
}

static void print_capacities(const char *what, const uint32_t *capacity)
{
    log_line(
        "trace: %s: the first %u boot, the last %u run, the first %u shutdown events; the first %u "
        "of TSLOG",
        what, capacity[0], capacity[1], capacity[2], capacity[3]);
}

/* Names for every module, too. */
static struct trace_arena_config configured(void)
{
    uint32_t modules = boot_info()->module_count;
    uint32_t names = NAMES + NAMES_PER_MODULE * modules;
    return (struct trace_arena_config){
        .cpus = percpu_count(),
        .capacity = {(uint32_t)tunable(TUNABLE_TRACE_BOOT), (uint32_t)tunable(TUNABLE_TRACE_RUN),
                     (uint32_t)tunable(TUNABLE_TRACE_SHUTDOWN),
                     (uint32_t)tunable(TUNABLE_TSLOG_SIZE)},
        .names = names < TRACE_NAME_LIMIT ? names : TRACE_NAME_LIMIT,
        .names_text = NAMES_TEXT + TEXT_PER_MODULE * modules,
        .tasks = TASKS,
    };
}

/* Whether a table would become smaller than it is without anybody's wish. */
static bool is_loss(const struct trace_arena_config *config,
                    const struct trace_arena_config *wanted)
{
    for (uint32_t i = 0; i < TRACE_TABLES; i++)
        if (config->capacity[i] < wanted->capacity[i] && config->capacity[i] < arena()->capacity[i])
            return true;
    return false;
}

static void move(uint32_t address, const struct trace_arena_config *config)
{
    __builtin_memset((void *)address, 0, (size_t)trace_arena_size(config));
    struct trace_arena *settled = (struct trace_arena *)address;
    trace_arena_format(settled, config);
    trace_tracer_move(&tracing_tracer, settled);
}

void tracing_settle(void)
{
    static struct trace_arena_config settled_for;
    const struct trace_arena_config wanted = configured();
    if (__builtin_memcmp(&wanted, &settled_for, sizeof wanted) == 0)
        return;
    settled_for = wanted;
    struct trace_arena_config config = wanted;
    uint32_t address = find_memory(&config);
    if (address == 0 || is_loss(&config, &wanted)) {
        print_capacities("too little free memory for other tables, keeping", arena()->capacity);
        return;
    }
    move(address, &config);
    bool all = trace_arena_size(&config) == trace_arena_size(&wanted);
    print_capacities(all ? "keeping" : "too little free memory, keeping only", config.capacity);
}

enum trace_phase tracing_phase(void)
{
    return (enum trace_phase)arena()->phase;
}

void tracing_enter(enum trace_phase phase)
{
    trace_tracer_enter(&tracing_tracer, phase, scheduler_now());
    tracing_send_header();
}

void tracing_enter_run_time(void)
{
    trace_tracer_enter(&tracing_tracer, TRACE_PHASE_MULTI_USER, scheduler_now());
    trace_tracer_resume(&tracing_tracer, scheduler_now());
    tracing_send_header();
}

void tracing_enter_end(void)
{
    trace_tracer_end(&tracing_tracer, scheduler_now());
    tracing_send_header();
}

void tracing_text_print(struct tracing_text *text, const char *format, va_list arguments)
{
    struct text_buffer buffer = {.bytes = text->bytes, .size = sizeof text->bytes};
    const struct text_sink sink = text_buffer_sink(&buffer);
    text_print_list(&sink, format, arguments);
    text->length = buffer.length;
}

uint16_t tracing_intern(const char *name)
{
    uint32_t flags = tracing_take_names();
    uint16_t id = trace_names_intern(trace_arena_names(arena()), name, __builtin_strlen(name));
    tracing_release_names(flags);
    return id;
}

uint16_t tracing_add_task(const struct tracing_task *task)
{
    uint32_t flags = tracing_take_names();
    const struct trace_task new = {
        .pid = task->pid,
        .name = trace_names_intern(trace_arena_names(arena()), task->name, task->length),
        .parent = task->parent,
    };
    uint16_t id = trace_tasks_add(trace_arena_tasks(arena()), &new);
    tracing_release_names(flags);
    return id;
}

uint32_t tracing_cpus(void)
{
    return arena()->cpus;
}

uint64_t tracing_entry_tsc(void)
{
    return arena()->phase_tsc[TRACE_PHASE_KERNEL];
}

void tracing_set_cpu_clock(const struct percpu *cpu)
{
    const struct trace_cpu_clock clock = {
        .offset = cpu->tsc_offset,
        .uncertainty = cpu->tsc_uncertainty,
        .apic_id = cpu->apic_id,
    };
    trace_arena_set_cpu_clock(arena(), cpu->number, &clock);
    stream_send_cpu(take_stream(), arena(), cpu->number);
    release_stream();
}

const struct trace_clock *tracing_clock(void)
{
    return &arena()->clock;
}

uint64_t tracing_ns(uint64_t cycles)
{
    uint64_t hz = tracing_clock()->tsc_hz;
    return hz == 0 ? 0 : trace_cycles_to_ns(cycles, hz);
}

void tracing_set_clock(const struct trace_clock *clock)
{
    arena()->clock = *clock;
    stream_send_clock(take_stream(), clock);
    release_stream();
}

/* A frame that a panic has cut off was never put: its number is free again.  The header is the first
 * frame, and may have been put when the panic came, but not been noted as sent. */
static void resume_stream(void)
{
    if (stream.writer.sink.put == NULL)
        stream_start(&stream, console_raw()); /* a panic before tracing_start */
    stream.writer.sequence = console_frames_ended();
    stream.header_sent = stream.header_sent || stream.writer.sequence > 0;
}

void tracing_send_header(void)
{
    if (!console_ready())
        return;
    if (alone)
        resume_stream();
    stream_send_header(take_stream(), arena(), producer);
    stream_send_phases(&stream, arena());
    release_stream();
}

void tracing_send_config(const char *key, const char *value, size_t length)
{
    stream_send_config(take_stream(), key, value, length);
    release_stream();
}

void tracing_send_module(const struct stream_module *module)
{
    stream_send_module(take_stream(), module);
    release_stream();
}

struct trace_books tracing_books(enum trace_table_id id)
{
    struct trace_books sum = {0};
    for (uint32_t cpu = 0; cpu < arena()->cpus; cpu++) {
        const struct trace_table *table = trace_arena_table(arena(), cpu, id);
        struct trace_books books = trace_table_books(table, trace_arena_filter(arena(), cpu, id),
                                                     trace_table_range(table));
        sum.emitted += books.emitted;
        sum.kept += books.kept;
        sum.overwritten += books.overwritten;
        sum.dropped += books.dropped;
        sum.filtered += books.filtered;
    }
    return sum;
}

void tracing_print_books(const struct text_sink *sink)
{
    for (uint32_t i = 0; i < TRACE_TABLES; i++) {
        const struct trace_books books = tracing_books((enum trace_table_id)i);
        log_books(sink, (enum trace_table_id)i, arena()->capacity[i], &books);
    }
}

void tracing_print_tables(const struct text_sink *sink, const struct tracing_print *how,
                          struct log_cursor *memory)
{
    struct log_table log = {.sink = sink,
                            .form = how->form,
                            .tsc_hz = arena()->clock.tsc_hz,
                            .entry_tsc = tracing_entry_tsc(),
                            .elsewhere = " stand in the frames only"};
    for (uint32_t i = how->first; i <= how->last; i++) {
        bool shutdown = i == TRACE_TABLE_SHUTDOWN;
        log.threshold = shutdown ? how->shutdown_threshold : 0;
        log.all = how->all || (shutdown && how->all_of_shutdown);
        log_arena_table(&log, arena(), (enum trace_table_id)i, memory);
    }
}

/* For the console, at the end, as flight prints them.  The shutdown table is printed whole if that was
 * asked for. */
static void print_all(void)
{
    struct text_sink text = console_text();
    bool wanted = kern_boottrace_is_on(KERN_BOOTTRACE_SHUTDOWN_TRACE);
    const struct tracing_print how = {
        .first = TRACE_TABLE_BOOT,
        .last = TRACE_TABLE_SHUTDOWN,
        .all_of_shutdown = wanted,
        .shutdown_threshold = wanted ? kern_boottrace_threshold() : 0,
    };
    tracing_print_tables(&text, &how, cursors);
    log_line("\nbooks");
    tracing_print_books(&text);
}

void tracing_send_count(const char *key, uint64_t count)
{
    char digits[24];
    struct text_buffer buffer = {.bytes = digits, .size = sizeof digits};
    struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "%llu", (unsigned long long)count);
    tracing_send_config(key, digits, buffer.length);
}

/* Names and tasks that did not fit: their events stand in the tables without them. */
static void tell_refused(void)
{
    uint64_t names = trace_arena_names(arena())->refused;
    uint64_t tasks = trace_arena_tasks(arena())->refused;
    if (names == 0 && tasks == 0)
        return;
    log_line("trace: %llu names and %llu tasks did not fit; their events have none",
             (unsigned long long)names, (unsigned long long)tasks);
    tracing_send_count("names_refused", names);
    tracing_send_count("tasks_refused", tasks);
}

/* What the line has lost, if that is more than was told before. */
static void send_loss(void)
{
    static struct output_counts told;
    const struct output_counts now = console_counts();
    if (now.text_lost == told.text_lost && now.frames_refused == told.frames_refused)
        return;
    stream_send_loss(&stream, now.text_lost, now.frames_refused);
    told = now;
}

static bool has_recorded(uint32_t cpu)
{
    for (uint32_t i = 0; i < TRACE_TABLES; i++) {
        struct trace_range range =
            trace_table_range(trace_arena_table(arena(), cpu, (enum trace_table_id)i));
        if (range.written > range.base)
            return true;
    }
    return false;
}

/* Whoever recorded, but died or was given up before its clock was compared: nothing is known of that. */
static void admit_unmeasured_clocks(void)
{
    for (uint32_t cpu = 1; cpu < arena()->cpus; cpu++) {
        const struct trace_cpu_clock unknown = {.uncertainty = UINT32_MAX,
                                                .apic_id = percpu_at(cpu)->apic_id};
        if (trace_arena_cpu_clock(arena(), cpu).known == 0 && has_recorded(cpu))
            trace_arena_set_cpu_clock(arena(), cpu, &unknown);
    }
    stream_send_cpus(&stream, arena());
}

void tracing_dump(void)
{
    static bool printed; /* a panic inside a dump does not print it again */
    if (arena() == NULL)
        return;
    console_wait_mode(CONSOLE_ALL_WAIT); /* nothing of it may be lost, and nothing runs meanwhile */
    resume_stream();
    tracing_send_header();
    admit_unmeasured_clocks();
    if (!printed) {
        printed = true;
        print_all();
        tell_refused();
        log_line(" ");
    }
    stream_send_clock(&stream, &arena()->clock); /* once more: everything hangs on it */
    stream_send_tables(&stream, arena());
    send_loss();
}

void tracing_send_dtrace(const struct dtrace_source *source)
{
    resume_stream();
    dtrace_send(&stream, source);
}

void tracing_send_verdict(const char *status, const char *reason)
{
    resume_stream();
    send_loss();
    verdict_frame = stream.writer.sequence;
    stream_send_verdict(&stream, status, reason, scheduler_now());
}

bool tracing_verdict_is_sent(void)
{
    return console_frames_ended() > verdict_frame;
}
