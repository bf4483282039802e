/* A CPU that is stopped for good while it writes a record, on real instructions: the CPU's trap flag stops
 * dtrace_buffer_put after each of its instructions, and what the buffer then holds must be whole, and counted to
 * the last record.  Follows the steps in trace/dtrace/buffer.h.
 *
 * For x86 hosts.  Built with optimisation and without sanitizers, because the instructions that are stopped shall be
 * those of a kernel. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>

#include "trace/dtrace/framework_layout.h"

#define TRAP_FLAG 0x100u /* EFLAGS.TF */

enum {
    KINDS = 4, /* EPIDs 1 to this */
    PUTS = 60,
    LARGEST = 1024
};
static const uint32_t sizes[KINDS] = {12, 20, 24, 56};
static const uint32_t alignments[KINDS] = {4, 4, 8, 8};

static struct dtrace_ecb ecbs[KINDS];
static struct dtrace_ecb *page[DTRACE_ECBS_PAGE];
static struct dtrace_ecbs table;

static void make_table(void)
{
    for (uint32_t i = 0; i < KINDS; i++) {
        ecbs[i].description = (struct dtrace_ecb_description){.epid = i + 1, .size = sizes[i]};
        page[i] = &ecbs[i];
    }
    table.pages[0] = page;
    table.count = KINDS;
}

/* --- What a reader finds --- */

static struct dtrace_buffer buffer;
static uint32_t
    taken; /* records that were kept or overwritten before this one; their numbers ascend from 0 */
static uint64_t dropped;     /* before this one */
static uint64_t overwritten; /* when it was read last */
static struct {
    unsigned stops, torn, lost, miscounted;
} found;

struct reading {
    uint32_t count, first, last; /* numbers of records */
};

/* All words of a record behind its EPID are its number, which follows that of the one before. */
static void read_record(struct reading *reading, const uint32_t *words, uint32_t size)
{
    for (uint32_t i = 1; i < size / 4; i++)
        found.torn += words[i] != words[1];
    if (reading->count == 0)
        reading->first = words[1];
    else
        found.lost += words[1] != reading->last + 1;
    reading->last = words[1];
    reading->count++;
}

static void read_part(struct reading *reading, const uint8_t *bytes, uint32_t from, uint32_t to)
{
    uint32_t words[LARGEST / 4];
    while (from < to) {
        memcpy(words, bytes + from, 4);
        uint32_t size = words[0] == 0 ? 4 : words[0] <= KINDS ? sizes[words[0] - 1] : 0;
        if (size == 0 || size > to - from) {
            found.torn++;
            return;
        }
        memcpy(words, bytes + from, size);
        if (words[0] != 0)
            read_record(reading, words, size);
        from += size;
    }
}

/* A record that is being put counts if it is there, or was dropped. */
static void judge_books(const struct dtrace_buffer_books *books, const struct reading *reading)
{
    uint32_t last = reading->count == 0 ? taken : reading->last + 1;
    bool exact = books->kept == reading->count && books->kept + books->overwritten == last &&
                 (last == taken || last == taken + 1) &&
                 (books->dropped == dropped || books->dropped == dropped + 1) &&
                 books->emitted == books->kept + books->overwritten + books->dropped;
    found.miscounted += !exact;
    found.lost +=
        books->overwritten < overwritten; /* it came back, so it was not to be found before */
    overwritten = books->overwritten;
}

static void judge(void)
{
    const struct dtrace_snapshot snapshot = dtrace_buffer_snapshot_stopped(&buffer, 0);
    struct reading reading = {0};
    read_part(&reading, snapshot.bytes, snapshot.oldest, snapshot.size);
    read_part(&reading, snapshot.bytes, 0, snapshot.newest);
    judge_books(&snapshot.books, &reading);
}

/* --- Stepping --- */

static void on_trap(int number)
{
    (void)number; /* the flag is off in here, and on again behind */
    found.stops++;
    judge();
}

static bool put_stepped(const struct dtrace_piece *piece)
{
    __writeeflags(__readeflags() | TRAP_FLAG);
    bool done = dtrace_buffer_put(&buffer, piece);
    __writeeflags(__readeflags() & ~(__typeof__(__readeflags()))TRAP_FLAG);
    return done;
}

static void put(uint32_t kind)
{
    uint32_t words[LARGEST / 4];
    for (uint32_t i = 0; i < LARGEST / 4; i++)
        words[i] = taken;
    words[0] = kind + 1;
    const struct dtrace_piece piece = {(const uint8_t *)words, sizes[kind], alignments[kind]};
    if (put_stepped(&piece))
        taken++;
    else
        dropped++;
    judge();
}

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static void fill_buffer(enum dtrace_policy policy, uint32_t size)
{
    static _Alignas(8) uint8_t bytes[LARGEST];
    uint64_t seed = size;
    memset(bytes, 0xee, sizeof bytes);
    dtrace_buffer_make(&buffer, policy, bytes, size);
    buffer.ecbs = &table;
    taken = 0;
    dropped = overwritten = 0;
    for (uint32_t i = 0; i < PUTS; i++)
        put(next_random(&seed) % KINDS);
}

/* --- The verdicts --- */

static unsigned tests, failures;

static void verdict(bool passed, const char *subject, const char *claim)
{
    failures += !passed;
    printf("%s %u - %s %s\n", passed ? "ok" : "not ok", ++tests, subject, claim);
}

static void a_stopped_buffer_is_whole_and_counted(enum dtrace_policy policy, const char *subject)
{
    static const uint32_t lengths[] = {16, 56, 64, 120, 200, LARGEST};
    memset(&found, 0, sizeof found);
    for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        fill_buffer(policy, lengths[i]);
    verdict(found.stops > PUTS * 20, subject, "is stopped after each instruction");
    verdict(found.torn == 0, subject, "shows no record that was not written whole");
    verdict(found.lost == 0, subject, "misses none of its records");
    verdict(found.miscounted == 0, subject, "is counted to the last record");
    printf("# %u stops\n", found.stops);
}

static void with_each_policy(void (*test)(enum dtrace_policy, const char *))
{
    test(DTRACE_POLICY_RING, "a ring");
    test(DTRACE_POLICY_FILL, "a buffer that fills");
    test(DTRACE_POLICY_SWITCH, "a buffer that keeps the first");
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_trap};
    if (sigaction(SIGTRAP, &action, NULL) != 0)
        return 99;
    make_table();
    with_each_policy(a_stopped_buffer_is_whole_and_counted);
    printf("1..%u\n", tests);
    return failures == 0 ? 0 : 1;
}
