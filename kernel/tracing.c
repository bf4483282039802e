/* The kernel's one tracer. */
#include "kernel/tracing.h"

#include "kernel/boot_info.h"
#include "kernel/console.h"
#include "kernel/tunables.h"
#include "trace/log_text.h"
#include "trace/stream.h"

/* Where events go before tracing_start: counted, not stored. */
static struct trace_table nowhere;

struct trace_tracer tracing_tracer = {.cpu[0] = {.table = &nowhere, .sites = &nowhere}};

enum {
    EARLY_EVENTS = 256, /* boot events before tracing_settle; about 20 are recorded */
    EARLY_NAMES = 256,
    EARLY_TEXT = 8192, /* bytes; a few dozen sites of about 20 bytes each */
    EARLY_TASKS = 16,
    EARLY_ARENA = 32768, /* bytes */
    NAMES = 4096,
    NAMES_TEXT = 131072,
    NAMES_PER_MODULE = 3, /* verified, accepted, overridden */
    TEXT_PER_MODULE = 128,
    TASKS = 4096,
};

static uint8_t early_memory[EARLY_ARENA] __attribute__((aligned(64)));

/* Small tables for run and shutdown, too: without memory for more, they are all there is. */
static const struct trace_arena_config early_config = {
    .cpus = 1,
    .capacity = {EARLY_EVENTS, 64, 64},
    .names = EARLY_NAMES,
    .names_text = EARLY_TEXT,
    .tasks = EARLY_TASKS,
};

static struct stream stream;
static struct log_cursor cursors[TRACE_CPUS_MAX]; /* too large for the stack of a panic */
static uint32_t build_id_offset = 16;             /* of the id in an ELF note named "GNU" */

extern const uint8_t build_id_note[];
extern struct trace_site trace_sites_start[], trace_sites_end[];

static const char producer[] = "firstlight 0.1";

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
    __builtin_memcpy(early->build_id, build_id_note + build_id_offset, sizeof early->build_id);
    early->phase_tsc[TRACE_PHASE_KERNEL] = entry_tsc;
    trace_tracer_start(&tracing_tracer, early, trace_sites_start, trace_sites_end);
    tracing_this_cpu()->task = tracing_add_task(0, "kernel", 6);

    TRACE_SITE(entry_site, "kernel entry");
    trace_cpu_record_site(tracing_this_cpu(), &entry_site, entry_tsc);
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

/* Memory for the arena, whose tables shrink as far as it takes.  0: not even that helps. */
static uint32_t find_memory(struct trace_arena_config *config)
{
    uint32_t address;
    do
        address = boot_info_take_memory(trace_arena_size(config));
    while (address == 0 && shrink(config));
    return address;
}

static void print_capacities(const char *what, const uint32_t *capacity)
{
    log_line("trace: %s: the first %u boot, the last %u run, the first %u shutdown events", what,
             capacity[0], capacity[1], capacity[2]);
}

/* Names for every module, too. */
static struct trace_arena_config configured(void)
{
    uint32_t modules = boot_info()->module_count;
    uint32_t names = NAMES + NAMES_PER_MODULE * modules;
    return (struct trace_arena_config){
        .cpus = 1,
        .capacity = {(uint32_t)tunable(TUNABLE_TRACE_BOOT), (uint32_t)tunable(TUNABLE_TRACE_RUN),
                     (uint32_t)tunable(TUNABLE_TRACE_SHUTDOWN)},
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

/* Stays where it is. */
static void keep(const char *why)
{
    print_capacities(why, arena()->capacity);
    trace_tracer_switch_sites(&tracing_tracer, tunable(TUNABLE_TRACE_ENABLED) != 0);
}

static void move(uint32_t address, const struct trace_arena_config *config)
{
    __builtin_memset((void *)address, 0, (size_t)trace_arena_size(config));
    struct trace_arena *settled = (struct trace_arena *)address;
    trace_arena_format(settled, config);
    trace_tracer_move(&tracing_tracer, settled, tunable(TUNABLE_TRACE_ENABLED) != 0);
}

void tracing_settle(void)
{
    static struct trace_arena_config settled_for;
    static bool settled_sites;
    bool sites = tunable(TUNABLE_TRACE_ENABLED) != 0;
    const struct trace_arena_config wanted = configured();
    if (__builtin_memcmp(&wanted, &settled_for, sizeof wanted) == 0 && sites == settled_sites)
        return;
    settled_for = wanted;
    settled_sites = sites;
    struct trace_arena_config config = wanted;
    uint32_t address = find_memory(&config);
    if (address == 0 || is_loss(&config, &wanted)) {
        keep("too little free memory for other tables, keeping");
        return;
    }
    move(address, &config);
    bool all = trace_arena_size(&config) == trace_arena_size(&wanted);
    print_capacities(all ? "keeping" : "too little free memory, keeping only", config.capacity);
}

void tracing_enter(enum trace_phase phase)
{
    trace_tracer_enter(&tracing_tracer, phase, cpu_tsc());
    tracing_send_header();
}

/* One byte longer than a name may be is refused whole, not cut. */
static uint16_t intern_text(const char *format, va_list arguments)
{
    char text[TRACE_NAME_LENGTH_MAX + 2];
    struct text_buffer buffer = {.bytes = text, .size = sizeof text};
    struct text_sink sink = text_buffer_sink(&buffer);
    text_print_list(&sink, format, arguments);
    return trace_names_intern(trace_arena_names(arena()), text, buffer.length);
}

/* The table that boottrace events go to: counted only, while they are switched off. */
static struct trace_table *boottrace_table(void)
{
    struct trace_cpu *cpu = tracing_this_cpu();
    if (tunable(TUNABLE_BOOTTRACE_ENABLED))
        return cpu->table;
    enum trace_phase phase = (enum trace_phase)arena()->phase;
    return trace_arena_filter(arena(), cpu->number, trace_phase_table(phase));
}

void tracing_boottrace(const struct trace_usage *usage, const char *format, va_list arguments)
{
    struct trace_table *table = boottrace_table();
    uint16_t name = table->limit == 0 ? (uint16_t)TRACE_NAME_NONE : intern_text(format, arguments);
    trace_table_record_usage(table, cpu_tsc(), name, tracing_this_cpu()->task, usage);
}

void tracing_note(uint64_t size, const char *format, ...)
{
    struct trace_cpu *cpu = tracing_this_cpu();
    struct trace_table *table = cpu->sites;
    uint16_t name = TRACE_NAME_NONE;
    if (table->written < table->limit) {
        va_list arguments;
        va_start(arguments, format);
        name = intern_text(format, arguments);
        va_end(arguments);
    }
    uint64_t blocks = (size + 511) / 512;
    const struct trace_usage usage = {.in_blocks =
                                          blocks < UINT32_MAX ? (uint32_t)blocks : UINT32_MAX};
    trace_table_record_usage(table, cpu_tsc(), name, cpu->task, &usage);
}

uint16_t tracing_add_task(uint32_t pid, const char *name, size_t length)
{
    uint16_t id = trace_names_intern(trace_arena_names(arena()), name, length);
    return trace_tasks_add(trace_arena_tasks(arena()), pid, id);
}

const struct trace_clock *tracing_clock(void)
{
    return &arena()->clock;
}

void tracing_set_clock(const struct trace_clock *clock)
{
    arena()->clock = *clock;
    stream_send_clock(&stream, clock);
}

void tracing_send_header(void)
{
    if (!console_ready())
        return;
    stream_send_header(&stream, arena(), producer);
    stream_send_phases(&stream, arena());
}

void tracing_send_config(const char *key, const char *value, size_t length)
{
    stream_send_config(&stream, key, value, length);
}

void tracing_send_module(const struct stream_module *module)
{
    stream_send_module(&stream, module);
}

static void print_books(const struct text_sink *text, enum trace_table_id id)
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
    log_books(text, id, arena()->capacity[id], &sum);
}

static void print_tables(void)
{
    struct text_sink text = console_text();
    struct log_table log = {.sink = &text,
                            .tsc_hz = arena()->clock.tsc_hz,
                            .entry_tsc = arena()->phase_tsc[TRACE_PHASE_KERNEL],
                            .elsewhere = "stand in the frames only"};
    for (uint32_t i = 0; i < TRACE_TABLES; i++)
        log_arena_table(&log, arena(), (enum trace_table_id)i, cursors);
    log_line("\nbooks");
    for (uint32_t i = 0; i < TRACE_TABLES; i++)
        print_books(&text, (enum trace_table_id)i);
}

static void send_count(const char *key, uint64_t count)
{
    char digits[24];
    struct text_buffer buffer = {.bytes = digits, .size = sizeof digits};
    struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "%llu", (unsigned long long)count);
    stream_send_config(&stream, key, digits, buffer.length);
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
    send_count("names_refused", names);
    send_count("tasks_refused", tasks);
}

void tracing_dump(void)
{
    static bool printed; /* a panic inside a dump does not print it again */
    if (arena() == NULL)
        return;
    tracing_send_header();
    if (!printed) {
        printed = true;
        print_tables();
        tell_refused();
        log_line(" ");
    }
    stream_send_clock(&stream, &arena()->clock); /* once more: everything hangs on it */
    stream_send_tables(&stream, arena());
}

void tracing_send_verdict(const char *status, const char *reason)
{
    if (stream.writer.sink.put == NULL)
        stream_start(&stream, console_raw()); /* a panic before tracing_start */
    stream_send_verdict(&stream, status, reason, cpu_tsc());
}
