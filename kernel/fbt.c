/* The provider fbt. */
#include "kernel/fbt.h"

#include <stddef.h>

#include "kernel/backtrace.h"
#include "kernel/stacks.h"
#include "kernel/syscall_provider.h"
#include "trace/dtrace/at_rest.h"
#include "trace/dtrace/probe_tables.h"

_Static_assert(offsetof(struct kernel_symbol, address) == PROBE_TABLE_SYMBOL_ADDRESS &&
                   offsetof(struct kernel_symbol, name) == PROBE_TABLE_SYMBOL_NAME &&
                   sizeof(struct kernel_symbol) == PROBE_TABLE_SYMBOL_SIZE,
               "trace/dtrace/probe_tables.h");
_Static_assert(offsetof(struct fbt_function, address) == PROBE_TABLE_FUNCTION_ADDRESS &&
                   offsetof(struct fbt_function, first_return) ==
                       PROBE_TABLE_FUNCTION_FIRST_RETURN &&
                   sizeof(struct fbt_function) == PROBE_TABLE_FUNCTION_SIZE,
               "trace/dtrace/probe_tables.h");
_Static_assert(offsetof(struct fbt_counts, probed) == PROBE_TABLE_COUNTS_PROBED,
               "trace/dtrace/probe_tables.h");

static uint32_t first_id; /* probes have consecutive ids; 0: there are none */
static uint32_t added;

/* In trap_entry.asm: where a return goes on whose `ret` is an int3. */
extern const char probe_return[], probe_return_pop[];

AT_REST uint32_t fbt_probes(void)
{
    return fbt_functions[fbt_counts.probed].first_probe;
}

static bool has_return(const struct fbt_function *function)
{
    return function[1].first_return > function->first_return;
}

AT_REST bool fbt_returns_ever(uint32_t function)
{
    return has_return(&fbt_functions[function]);
}

/* --- Sites --- */

static void write_entry(const struct fbt_function *function, bool armed)
{
    probes_patch(function->address, armed ? PROBE_INT3 : PROBE_NOP);
}

static void write_returns(const struct fbt_function *function, bool armed)
{
    for (uint32_t i = function->first_return; i < function[1].first_return; i++) {
        uint8_t byte = fbt_returns[i].pops > 0 ? PROBE_RET_POP : PROBE_RET;
        probes_patch(function->address + fbt_returns[i].offset, armed ? PROBE_INT3 : byte);
    }
}

enum {
    ENTRIES = FBT_ENTRY | FBT_CALL_ENTRY,
    RETURNS = FBT_RETURN | FBT_CALL_RETURN,
};

/* Writes what has changed. */
static void change(uint32_t function, uint8_t wanted)
{
    uint8_t before = fbt_wanted[function];
    fbt_wanted[function] = wanted;
    if (((before & ENTRIES) != 0) != ((wanted & ENTRIES) != 0))
        write_entry(&fbt_functions[function], (wanted & ENTRIES) != 0);
    if (((before & RETURNS) != 0) != ((wanted & RETURNS) != 0))
        write_returns(&fbt_functions[function], (wanted & RETURNS) != 0);
}

void fbt_want(const struct dtrace_probe *probe, enum fbt_want entry)
{
    uintptr_t site = dtrace_probe_site(probe);
    change(site / 2, (uint8_t)(fbt_wanted[site / 2] | entry << site % 2));
}

void fbt_unwant(const struct dtrace_probe *probe, enum fbt_want entry)
{
    uintptr_t site = dtrace_probe_site(probe);
    change(site / 2, (uint8_t)(fbt_wanted[site / 2] & ~((uint32_t)entry << site % 2)));
}

/* --- The provider --- */

static void enable(const struct dtrace_probe *probe)
{
    fbt_want(probe, FBT_ENTRY);
}

static void disable(const struct dtrace_probe *probe)
{
    fbt_unwant(probe, FBT_ENTRY);
}

static const struct dtrace_provider provider = {
    .name = "fbt", .enable = enable, .disable = disable};

/* False: there is no room, or ids do not follow one another. */
AT_REST static bool add(struct dtrace *dtrace, uint32_t function, const char *name, uintptr_t site)
{
    const char *of = backtrace_symbol_of(fbt_functions[function].address).name;
    uint32_t id = dtrace_probe_add(dtrace, &provider, "kernel", of, name, site);
    if (first_id == 0)
        first_id = id;
    if (id == 0 || id != first_id + added)
        return false;
    added++;
    return true;
}

AT_REST void fbt_register(struct dtrace *dtrace)
{
    for (uint32_t i = 0; i < fbt_counts.probed; i++) {
        if (!add(dtrace, i, "entry", i * 2))
            return;
        if (has_return(&fbt_functions[i]) && !add(dtrace, i, "return", i * 2 + 1))
            return;
    }
}

/* --- Firing --- */

/* The function that the address lies in or behind; UINT32_MAX: none. */
static uint32_t search(uint32_t address)
{
    uint32_t low = 0, high = fbt_counts.probed; /* the answer lies below high */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (fbt_functions[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

AT_REST uint32_t fbt_find(uint32_t address)
{
    uint32_t function = search(address);
    return function != UINT32_MAX && fbt_functions[function].address == address ? function
                                                                                : UINT32_MAX;
}

static const struct fbt_return *return_at(const struct fbt_function *function, uint32_t address)
{
    for (uint32_t i = function->first_return; i < function[1].first_return; i++)
        if (function->address + fbt_returns[i].offset == address)
            return &fbt_returns[i];
    return NULL;
}

static void fire(uint32_t probe, const struct probe_frame *where, const uint64_t *arguments,
                 uint32_t count)
{
    if (probe < added)
        probes_fire(first_id + probe, where, arguments, count);
}

/* Words that can be read at `words`: behind the page there may be the next stack's guard. */
static uint32_t readable(const uint32_t *words)
{
    uint32_t at = (uint32_t)words, room = (4096 - at % 4096) / 4 % 1024, stack;
    if (room >= PROBE_ARGUMENT_WORDS)
        return PROBE_ARGUMENT_WORDS;
    if (stacks_find(at, &stack) && stack + STACK_SIZE - at >= 4 * PROBE_ARGUMENT_WORDS)
        return PROBE_ARGUMENT_WORDS;
    return room;
}

enum {
    WORDS_BROUGHT = 5
};

static void enter(uint32_t function, const struct trap_frame *frame)
{
    const uint32_t *stack = (const uint32_t *)(frame + 1);
    const struct probe_frame where = {stack[0], frame->ebp, stack + 1, readable(stack + 1)};
    uint64_t arguments[WORDS_BROUGHT];
    uint32_t count = where.argument_count < WORDS_BROUGHT ? where.argument_count : WORDS_BROUGHT;
    for (uint32_t i = 0; i < count; i++)
        arguments[i] = where.arguments[i];
    if (fbt_wanted[function] & FBT_ENTRY)
        fire(fbt_functions[function].first_probe, &where, arguments, count);
    if (fbt_wanted[function] & FBT_CALL_ENTRY)
        syscall_fire_entry(function, &where);
}

static void leave(uint32_t function, const struct fbt_return *at, struct trap_frame *frame)
{
    const uint32_t *stack = (const uint32_t *)(frame + 1);
    const struct probe_frame where = {.pc = stack[0], .frame_pointer = frame->ebp};
    const uint64_t arguments[] = {at->offset, frame->eax, frame->edx};
    if (fbt_wanted[function] & FBT_RETURN)
        fire(fbt_functions[function].first_probe + 1u, &where, arguments, 3);
    if (fbt_wanted[function] & FBT_CALL_RETURN)
        syscall_fire_return(function, &where, frame->eax, frame->edx);
    frame->eip = (uint32_t)(at->pops > 0 ? probe_return_pop : probe_return);
}

/* A site that is no longer armed may still be met, by a CPU that had executed its int3 before. */
bool fbt_trap(struct trap_frame *frame)
{
    uint32_t site = frame->eip - 1, function = search(site);
    if (function == UINT32_MAX)
        return false;
    if (fbt_functions[function].address == site) {
        enter(function, frame);
        return true;
    }
    const struct fbt_return *at = return_at(&fbt_functions[function], site);
    if (at == NULL)
        return false;
    leave(function, at, frame);
    return true;
}
