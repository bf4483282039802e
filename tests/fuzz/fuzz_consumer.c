/* The consumer.
 *
 * Input: a byte of memory (how much, in steps of 128 bytes), four of options, a byte with the number of
 * descriptions; then for each of these a byte with the number of pieces, a byte of size, and for each piece four
 * bytes: action, size, offset, and format or argument.  The rest is the buffers, of two CPUs and both sorts in turn.
 *
 * Property: whatever they are, the text ends, holds nothing that a terminal or a reader of frames would obey, and
 * the memory is given back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/require.h"
#include "trace/dtrace/consumer.h"
#include "trace/dtrace/dof.h"

enum {
    IDS = 8,
    PIECES = 8,
    CPUS = 2
};

struct world {
    const uint8_t *at;
    size_t left;
    uint32_t count;
    struct dtrace_probe_description probes[IDS];
    struct dtrace_ecb_description ecbs[IDS];
    struct dtrace_aggregation_description aggregations[IDS];
    struct dtrace_record records[IDS][PIECES];
    int64_t options[DOF_OPTIONS];
    struct dtrace_snapshot snapshots[2][CPUS];
};

static uint8_t byte(struct world *world)
{
    if (world->left == 0)
        return 0;
    world->left--;
    return *world->at++;
}

static const struct dtrace_probe_description *probe_of(void *context, uint32_t id)
{
    struct world *world = context;
    return id < world->count ? &world->probes[id] : NULL;
}

static const struct dtrace_ecb_description *ecb_of(void *context, uint32_t epid)
{
    struct world *world = context;
    return epid < world->count ? &world->ecbs[epid] : NULL;
}

static const struct dtrace_aggregation_description *aggregation_of(void *context, uint32_t id)
{
    struct world *world = context;
    return id < world->count ? &world->aggregations[id] : NULL;
}

static bool symbol_of(void *context, uint64_t address, struct dtrace_symbol *symbol)
{
    (void)context;
    if (address % 3 == 0)
        return false;
    memset(symbol, 'x', sizeof *symbol); /* names that do not end */
    symbol->offset = address % 16;
    return true;
}

static void read_piece(struct world *world, struct dtrace_record *record)
{
    static const uint16_t actions[] = {
        DOF_ACTION_DIFEXPR,
        DOF_ACTION_EXIT,
        DOF_ACTION_PRINTF,
        DOF_ACTION_PRINTA,
        DOF_ACTION_LIBACT,
        DOF_ACTION_TRACEMEM,
        DOF_ACTION_USTACK,
        DOF_ACTION_JSTACK,
        DOF_ACTION_USYM,
        DOF_ACTION_SYSTEM,
        DOF_ACTION_STACK,
        DOF_ACTION_SYM,
        DOF_ACTION_MOD,
        DOF_AGGREGATION_COUNT,
        DOF_AGGREGATION_AVG,
        DOF_AGGREGATION_MIN,
        DOF_AGGREGATION_STDDEV,
        DOF_AGGREGATION_QUANTIZE,
        DOF_AGGREGATION_MAX,
        DOF_AGGREGATION_SUM,
        DOF_AGGREGATION_LQUANTIZE,
        DOF_ACTION_TRACEMEM_DYNSIZE,
        DOF_AGGREGATION_LLQUANTIZE,
        0x7fff,
    };
    static const char *const formats[] = {
        NULL,     "%d %s\n", "%*.*d",     "%-9S|%#x", "%@d %@u",   "%k%a",
        "%Y %T",  "%~{x",    "%c%C%",     "%99999d",  "%@llx%s%s", "%f",
        "%P%I%A", "%e%#.0G", "%9ws%.2lc", "%.0s%.*g", "%-3k%9.4k"};
    record->action = actions[byte(world) % (sizeof actions / sizeof *actions)];
    uint8_t size = byte(world);
    record->size = size < 128 ? size : size < 250 ? (size - 120u) * 8 : UINT32_MAX - size;
    uint8_t offset = byte(world);
    record->offset = offset < 250 ? offset : UINT32_MAX - offset;
    uint8_t more = byte(world);
    record->format = formats[more % (sizeof formats / sizeof *formats)];
    record->arg = record->action == DOF_ACTION_LIBACT ? DOF_LIBACT_CLEAR + more % 16 : more;
    record->uarg = more / 128;
    record->string = more % 2;
}

static void read_descriptions(struct world *world)
{
    static const char *const names[] = {"entry", "x-return", "return", "", "~{"};
    world->count = byte(world) % IDS;
    for (uint32_t i = 0; i < world->count; i++) {
        uint32_t pieces = byte(world) % (PIECES + 1);
        uint32_t size = byte(world) * (pieces % 2 == 0 ? 4u : 8u);
        for (uint32_t k = 0; k < pieces; k++)
            read_piece(world, &world->records[i][k]);
        world->probes[i] =
            (struct dtrace_probe_description){i, i % 2 ? "syscall" : "fbt", "m", "f", names[i % 5]};
        world->ecbs[i] = (struct dtrace_ecb_description){i,    i * 2 % IDS, i == 5,
                                                         size, pieces,      world->records[i]};
        world->aggregations[i] =
            (struct dtrace_aggregation_description){i, i, size, pieces, world->records[i]};
    }
}

static void read_options(struct world *world)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < 4; i++)
        bits = bits << 8 | byte(world);
    for (uint32_t i = 0; i < DOF_OPTIONS; i++)
        world->options[i] = bits >> i & 1 ? (int64_t)(bits % 7) - 1 : DOF_OPTION_UNSET;
}

/* Each buffer in memory of exactly its size. */
static void read_buffers(struct world *world)
{
    uint32_t size = (uint32_t)world->left / (2 * CPUS);
    for (uint32_t i = 0; i < 2 * CPUS; i++) {
        uint8_t *bytes = malloc(size + (size == 0));
        require(bytes != NULL);
        memcpy(bytes, world->at, size);
        world->at += size;
        world->snapshots[i / CPUS][i % CPUS] =
            (struct dtrace_snapshot){.cpu = i % CPUS,
                                     .bytes = bytes,
                                     .size = size,
                                     .oldest = i * 16,
                                     .newest = i * 16 - i % 3 * 4,
                                     .wrapped = i % 2,
                                     .told = size > 0 ? bytes[size - 1] % 4 : 0};
    }
}

static void look_at(void *context, const char *bytes, size_t length)
{
    bool *tilde = context;
    for (size_t i = 0; i < length; i++) {
        uint8_t c = (uint8_t)bytes[i];
        require(c >= ' ' || c == '\n' || c == '\t');
        require(c != 0x7f && !(*tilde && c == '{'));
        *tilde = c == '~';
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(16) uint8_t bytes[255 * 128];
    struct world world = {.at = data, .left = size};
    struct dtrace_memory memory = {bytes, byte(&world) * 128u, 0};
    read_options(&world);
    read_descriptions(&world);
    read_buffers(&world);
    const struct dtrace_source source = {
        .context = &world,
        .probe = probe_of,
        .ecb = ecb_of,
        .aggregation = aggregation_of,
        .symbol = symbol_of,
        .cpus = CPUS,
        .begin_cpu = world.count,
        .principal = world.snapshots[0],
        .aggregations = world.snapshots[1],
        .rest_told = world.snapshots[1][0].told == 3,
        .options = world.options,
    };
    bool tilde = false;
    const struct text_sink sink = {look_at, &tilde};
    (void)dtrace_consume(&sink, &source, &memory);
    require(memory.used == 0);
    for (uint32_t i = 0; i < 2 * CPUS; i++)
        free((void *)(uintptr_t)world.snapshots[i / CPUS][i % CPUS].bytes);
    return 0;
}
