/* Many damaged DOF objects in one boot. */
#include "kernel/dof_mutants.h"

#include "boot/bytes.h"
#include "kernel/boot_info.h"
#include "kernel/cpu.h"
#include "kernel/dtrace_environment.h"
#include "kernel/files.h"
#include "kernel/kernel_probes.h"
#include "kernel/percpu.h"
#include "trace/crc32.h"
#include "trace/dtrace/framework.h"

enum {
    MEMORY = 1 << 20, /* bytes of one state */
    FILES_MAX = 100,
    PROBES = 8,
    FIRINGS = 3, /* of each probe */
};

/* What has become of the objects. */
struct tally {
    uint32_t objects, refused, went, fired;
    uint32_t text; /* checksum of what was printed, to compare boots with */
    uint64_t records;
};

static uint8_t *memory;

static void put(void *context, const char *bytes, size_t length)
{
    struct tally *tally = context;
    tally->text = crc32_update(tally->text, bytes, length);
}

/* One of each kind that programs ask for. */
static void add_probes(struct dtrace *dtrace)
{
    static const struct dtrace_provider fbt = {.name = "fbt"}, syscall = {.name = "syscall"},
                                        proc = {.name = "proc"};
    (void)dtrace_probe_add(dtrace, &fbt, "kernel", "rts_new_rtsmsg", "entry", 0);
    (void)dtrace_probe_add(dtrace, &fbt, "kernel", "rts_new_rtsmsg", "return", 0);
    (void)dtrace_probe_add(dtrace, &syscall, "kernel", "open", "entry", 0);
    (void)dtrace_probe_add(dtrace, &syscall, "kernel", "open", "return", 0);
    (void)dtrace_probe_add(dtrace, &proc, "kernel", "exec", "exec-success", 0);
}

static void fire_all(struct dtrace *dtrace, struct tally *tally)
{
    static const uint64_t arguments[] = {1, 2, 0x100000, UINT64_MAX, 0};
    const struct probe_frame frame = {.pc = (uint32_t)(uintptr_t)fire_all};
    const struct dtrace_event event = {percpu_this()->number, &frame, arguments,
                                       sizeof arguments / sizeof arguments[0]};
    for (uint32_t i = 0; i < FIRINGS; i++)
        for (uint32_t id = DTRACE_PROBE_FIRST; id <= dtrace_probes(dtrace); id++)
            dtrace_fire(dtrace, dtrace_probe(dtrace, id), &event);
    tally->fired++;
}

static void consume(struct dtrace *dtrace, struct dtrace_memory *left, struct tally *tally)
{
    const struct text_sink sink = {put, tally};
    const struct dtrace_source source = dtrace_source_of(dtrace);
    (void)dtrace_consume(&sink, &source, left); /* the checksum says what came out */
    for (uint32_t cpu = 0; cpu < source.cpus; cpu++)
        tally->records += source.principal[cpu].books.kept;
}

/* With interrupts off, as at the start of a boot. */
static void go(struct dtrace *dtrace, struct dtrace_memory *left, struct tally *tally)
{
    uint32_t flags = cpu_interrupts_save(), cpu = percpu_this()->number;
    bool went = dtrace_go(dtrace, cpu) == DTRACE_GO_OK;
    if (went)
        fire_all(dtrace, tally);
    dtrace_stop(dtrace, cpu);
    cpu_interrupts_restore(flags);
    tally->went += went;
    if (went)
        consume(dtrace, left, tally);
}

static void run_object(const uint8_t *bytes, size_t size, struct tally *tally)
{
    struct dtrace_memory state = {.bytes = memory, .size = MEMORY};
    const struct dtrace_config config = {
        .environment = dtrace_environment_start(),
        .memory = &state,
        .cpus = percpu_count(),
        .probes_max = PROBES,
    };
    struct dof_problem problem;
    struct dtrace *dtrace = dtrace_make(&config);
    tally->objects++;
    if (dtrace == NULL)
        return;
    add_probes(dtrace);
    if (dtrace_add_object(dtrace, bytes, size, &problem))
        go(dtrace, &state, tally);
    else
        tally->refused++;
}

/* Whatever the file is, this ends at its end. */
static void run_file(struct slice content, struct tally *tally)
{
    while (content.length >= 4) {
        uint32_t size = read_le32((const uint8_t *)content.text);
        content = slice_behind(content, 4);
        if (size > content.length)
            size = (uint32_t)content.length;
        run_object((const uint8_t *)content.text, size, tally);
        content = slice_behind(content, size);
    }
}

static void run_files(struct tally *tally)
{
    char name[32];
    struct slice content;
    for (uint32_t i = 0; i < FILES_MAX; i++) {
        struct text_buffer buffer = {.bytes = name, .size = sizeof name};
        struct text_sink sink = text_buffer_sink(&buffer);
        text_print(&sink, "dof/mutants.%u", i);
        if (files_content(name, &content))
            run_file(content, tally);
    }
}

void dof_mutants_run(const struct text_sink *sink)
{
    struct tally tally = {0};
    if (memory == NULL)
        memory = (uint8_t *)(uintptr_t)boot_info_take_memory(MEMORY);
    if (memory == NULL) {
        text_print(sink, "no memory");
        return;
    }
    run_files(&tally);
    text_print(sink, "objects: %u; refused: %u; went: %u; records: %llu; text: %08x", tally.objects,
               tally.refused, tally.went, (unsigned long long)tally.records, tally.text);
}
