/* What an event costs in a table that has room and in one that is full, in ticks of the TSC on the host:
 * tables of three capacities that keep the first or the last.
 *
 * Pinned to one CPU.  A round fills a table from empty and gives it as many events again, so that both
 * ways touch the same memory in the same order.  Figures are medians over the rounds, the ratio that
 * of the ratios within each round.  Prints a JSON array, and gives up if a table has not lost exactly what
 * it should have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>

#include "tests/bench/bench.h"
#include "trace/tracer.h"

enum {
    ROUNDS = 301,
    ROUND_EVENTS = 64000, /* at least so many events in a round, of either way */
    WARM_UP = 5,
};

TRACE_SITE(site, "benchmark event");

static struct trace_cpu cpu;
static double room_ticks[ROUNDS], full_ticks[ROUNDS], ratio[ROUNDS];

static inline uint64_t read_tsc(void)
{
    return __rdtsc();
}

__attribute__((noinline)) static uint64_t record(uint32_t events)
{
    uint64_t start = __rdtsc();
    for (; events > 0; events--) {
        trace_cpu_record_now(&cpu, cpu.table, &site, read_tsc);
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    }
    return __rdtsc() - start;
}

static struct trace_table *table_of(uint32_t capacity, enum trace_keep keep)
{
    size_t size = (size_t)trace_table_size(capacity);
    struct trace_table *table = aligned_alloc(64, size);
    if (table == NULL)
        give_up("out of memory");
    memset(table, 0, size);
    trace_table_format(table, capacity, keep);
    return table;
}

static void check_loss(const struct trace_table *table, uint32_t capacity)
{
    struct trace_books books = trace_table_books(table, NULL, trace_table_range(table));
    uint64_t lost = table->keep == TRACE_KEEP_FIRST ? books.dropped : books.overwritten;
    if (books.emitted != 2 * (uint64_t)capacity || books.kept != capacity || lost != capacity)
        give_up("the books do not have what was recorded");
}

/* Several times, where the table is small. */
static void measure_round(struct trace_table *table, uint32_t capacity, int round)
{
    uint32_t times = (ROUND_EVENTS + capacity - 1) / capacity;
    uint64_t room = 0, full = 0, clock = 0;
    for (uint32_t i = 0; i < times; i++) {
        trace_table_format(table, capacity, (enum trace_keep)table->keep);
        room += record(capacity);
        full += record(capacity);
        clock += record(0);
    }
    check_loss(table, capacity);
    if (round < 0)
        return;
    double events = (double)times * capacity;
    room_ticks[round] = (double)(room - clock) / events;
    full_ticks[round] = (double)(full - clock) / events;
    ratio[round] = full_ticks[round] / room_ticks[round];
}

static void measure(uint32_t capacity, enum trace_keep keep)
{
    struct trace_table *table = table_of(capacity, keep);
    cpu.table = table;
    for (int round = -WARM_UP; round < ROUNDS; round++)
        measure_round(table, capacity, round);
    printf("{\"capacity\": %u, \"keep\": \"%s\", \"room_ticks\": %.2f, \"full_ticks\": %.2f, "
           "\"full_over_room\": %.4f, \"bytes_per_event\": %.2f}",
           capacity, keep == TRACE_KEEP_FIRST ? "first" : "last", median(room_ticks, ROUNDS),
           median(full_ticks, ROUNDS), median(ratio, ROUNDS),
           (double)trace_table_size(capacity) / (double)capacity);
    free(table);
}

int main(void)
{
    static const uint32_t capacities[] = {16, 1000, 64000};
    pin_to_one_cpu();
    site.id = 7;
    cpu.task = 3;
    printf("[");
    for (int i = 0; i < 3; i++) {
        printf(i == 0 ? "" : ",\n");
        measure(capacities[i], TRACE_KEEP_FIRST);
        printf(",\n");
        measure(capacities[i], TRACE_KEEP_LAST);
    }
    printf("]\n");
    return 0;
}
