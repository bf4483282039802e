/* What an event costs, in ticks of the TSC, beside two others in the same run: the
 * floor (rdtsc and one 16-byte store) and an event of LTTng-UST with one integer.
 *
 * Pinned to one CPU.  A round runs each way of recording ROUND_EVENTS times, the order
 * turning from round to round; figures are medians over the rounds, and a ratio is
 * the median of the ratios within each round.  Prints a flat JSON object.
 *
 * run_events.sh builds it, and prepares the LTTng session without which it refuses
 * to measure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>

#include "tests/bench/bench.h"
#include "trace/tracer.h"

#include "lttng_events.h"

enum {
    ROUND_EVENTS = 1024, /* also the capacity of tables and ring: 16 KiB stay in the L1 cache,
                          * so that what is compared is instructions, not memory */
    ROUNDS = 4001,
    LTTNG_EVENTS = 256, /* in a round: an event takes some hundred ticks */
};

TRACE_SITE(site, "benchmark event");

static struct trace_cpu cpu;
static struct trace_table *keep_first, *keep_last, *filter;
static struct {
    _Alignas(64) char bytes[ROUND_EVENTS * sizeof(struct trace_record)];
} ring;

/* Keeps each iteration's stores in it, as an event in real code would be. */
#define END_OF_EVENT() __atomic_signal_fence(__ATOMIC_SEQ_CST)

static inline uint64_t read_tsc(void)
{
    return __rdtsc();
}

/* --- The ways of recording, each giving ticks for `events` events ---------------------------- */

__attribute__((noinline)) static uint64_t run_floor(uint32_t events)
{
    uint64_t start = __rdtsc();
    size_t at = 0;
    for (; events > 0; events--) {
        __m128i record = _mm_set_epi64x(0x123456789, (long long)__rdtsc());
        at = (at + sizeof record) & (sizeof ring.bytes - 1);
        _mm_store_si128((__m128i *)(void *)(ring.bytes + at), record);
        END_OF_EVENT();
    }
    return __rdtsc() - start;
}

__attribute__((noinline)) static uint64_t run_site(uint32_t events)
{
    uint64_t start = __rdtsc();
    for (; events > 0; events--) {
        trace_cpu_record_now(&cpu, cpu.sites, &site, read_tsc);
        END_OF_EVENT();
    }
    return __rdtsc() - start;
}

__attribute__((noinline)) static uint64_t run_usage(uint32_t events)
{
    struct trace_usage usage = {1, 2, 3};
    uint64_t start = __rdtsc();
    for (; events > 0; events--) {
        trace_table_record_usage(cpu.table, __rdtsc(), site.id, cpu.task, &usage);
        END_OF_EVENT();
    }
    return __rdtsc() - start;
}

__attribute__((noinline)) static uint64_t run_lttng(uint32_t events)
{
    uint64_t start = __rdtsc();
    for (; events > 0; events--) {
        lttng_ust_tracepoint(firstlight_bench, event, (int)events);
        END_OF_EVENT();
    }
    return __rdtsc() - start;
}

/* --- Where the events go --------------------------------------------------------------------- */

static void into_empty_table(void)
{
    keep_first->written = 0;
    cpu.table = cpu.sites = keep_first;
}

static void into_full_table(void)
{
    keep_first->written = ROUND_EVENTS;
    cpu.table = cpu.sites = keep_first;
}

static void into_wrapping_table(void)
{
    cpu.table = cpu.sites = keep_last;
}

static void into_filter(void)
{
    cpu.table = keep_first;
    cpu.sites = filter;
}

static void into_nothing(void)
{
}

enum way {
    FLOOR,
    PLAIN_EVENT,
    WRAPPING_TABLE,
    FULL_TABLE,
    DISABLED_SITE,
    USAGE_EVENT,
    LTTNG_UST,
    WAYS,
};

static const struct {
    const char *name;
    void (*prepare)(void);
    uint64_t (*run)(uint32_t events);
    uint32_t events;
} ways[WAYS] = {
    [FLOOR] = {"floor", into_nothing, run_floor, ROUND_EVENTS},
    [PLAIN_EVENT] = {"plain_event", into_empty_table, run_site, ROUND_EVENTS},
    [WRAPPING_TABLE] = {"wrapping_table", into_wrapping_table, run_site, ROUND_EVENTS},
    [FULL_TABLE] = {"full_table", into_full_table, run_site, ROUND_EVENTS},
    [DISABLED_SITE] = {"disabled_site", into_filter, run_site, ROUND_EVENTS},
    [USAGE_EVENT] = {"usage_event", into_wrapping_table, run_usage, ROUND_EVENTS},
    [LTTNG_UST] = {"lttng_ust", into_nothing, run_lttng, LTTNG_EVENTS},
};

/* --- Measuring --------------------------------------------------------------------------------- */

static double ticks[WAYS][ROUNDS]; /* per event */

static struct trace_table *table_of(enum trace_keep keep)
{
    size_t size = (size_t)trace_table_size(ROUND_EVENTS);
    struct trace_table *table = aligned_alloc(64, size);
    if (table == NULL)
        give_up("out of memory");
    memset(table, 0, size);
    trace_table_format(table, ROUND_EVENTS, keep);
    return table;
}

static void measure(void)
{
    for (int round = -16; round < ROUNDS; round++) /* those below 0 warm up */
        for (int i = 0; i < WAYS; i++) {
            int way = (i + round + 16) % WAYS;
            ways[way].prepare();
            uint64_t spent = ways[way].run(ways[way].events);
            if (round >= 0)
                ticks[way][round] = (double)spent / ways[way].events;
        }
}

static double median_ratio(enum way one, enum way other)
{
    static double ratio[ROUNDS];
    for (int i = 0; i < ROUNDS; i++)
        ratio[i] = ticks[one][i] / ticks[other][i];
    return median(ratio, ROUNDS);
}

static void check_what_was_recorded(void)
{
    into_empty_table();
    (void)run_site(ROUND_EVENTS);
    const struct trace_table *tables[] = {keep_first, keep_last};
    for (int i = 0; i < 2; i++) {
        struct trace_books books = trace_table_books(tables[i], NULL, trace_table_range(tables[i]));
        if (books.kept != ROUND_EVENTS)
            give_up("the tables do not hold what was recorded");
    }
    if (filter->written != (uint64_t)ROUND_EVENTS * (ROUNDS + 16))
        give_up("the filter has not counted what was recorded");
}

int main(void)
{
    pin_to_one_cpu();
    keep_first = table_of(TRACE_KEEP_FIRST);
    keep_last = table_of(TRACE_KEEP_LAST);
    filter = table_of(TRACE_KEEP_FIRST);
    trace_table_format(filter, 0, TRACE_KEEP_FIRST);
    site.id = 7;
    cpu.task = 3;
    if (!lttng_ust_tracepoint_enabled(firstlight_bench, event))
        give_up("no LTTng session records the event firstlight_bench:event");

    measure();
    check_what_was_recorded();
    printf("{\n");
    for (int way = 0; way < WAYS; way++)
        printf("  \"%s_ticks\": %.2f,\n", ways[way].name, median(ticks[way], ROUNDS));
    for (int way = WRAPPING_TABLE; way < LTTNG_UST; way++)
        printf("  \"%s_over_floor\": %.4f,\n", ways[way].name, median_ratio((enum way)way, FLOOR));
    printf("  \"plain_event_over_lttng_ust\": %.4f,\n", median_ratio(PLAIN_EVENT, LTTNG_UST));
    printf("  \"plain_event_over_floor\": %.4f\n", median_ratio(PLAIN_EVENT, FLOOR));
    printf("}\n");
    return 0;
}
