/* What instructions of DIF cost, in ticks of the TSC.
 *
 * Pinned to one CPU.  A program repeats a pattern of instructions LENGTH times; what an empty program takes is taken
 * off.  Figures are medians over the rounds.  Prints a JSON object, and fails if a simple instruction takes more than
 * SIMPLE_MOST ticks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>

#include "tests/bench/bench.h"
#include "trace/dtrace/run.h"

#include "tests/unit/dof_builder.h"

enum {
    LENGTH = 1024,
    ROUNDS = 2001,
    SIMPLE_MOST = 10, /* ticks */
    MEMORY = 1 << 20,
    STRSIZE = 256,
};

/* A pattern of at most six instructions; how many of them make one of what is measured. */
struct pattern {
    const char *name;
    uint32_t words[6];
    uint32_t count, per;
    bool simple;
};

#define REGS             DIF_REGS
#define CALL(subroutine) DIF_INDEX(DIF_OP_CALL, subroutine, 7)
#define PUSH(register)   REGS(DIF_OP_PUSHTV, 0, 0, register)

static const struct pattern patterns[] = {
    {"add", {REGS(DIF_OP_ADD, 1, 2, 3)}, 1, 1, true},
    {"add_dependent", {REGS(DIF_OP_ADD, 1, 2, 1)}, 1, 1, true},
    {"mul", {REGS(DIF_OP_MUL, 1, 2, 3)}, 1, 1, true},
    {"sll", {REGS(DIF_OP_SLL, 1, 2, 3)}, 1, 1, true},
    {"setx", {DIF_INDEX(DIF_OP_SETX, 0, 3)}, 1, 1, true},
    {"cmp_and_branch",
     {REGS(DIF_OP_CMP, 1, 2, 0), DIF_BRANCH(DIF_OP_BE, 0)}, /* the label is filled in */
     2,
     2,
     true},
    {"mixed",
     {DIF_INDEX(DIF_OP_SETX, 0, 3), REGS(DIF_OP_ADD, 3, 2, 4), REGS(DIF_OP_XOR, 4, 1, 5),
      REGS(DIF_OP_SRL, 5, 2, 6), REGS(DIF_OP_MOV, 6, 0, 1), REGS(DIF_OP_TST, 1, 0, 0)},
     6,
     6,
     true},
    {"udiv", {REGS(DIF_OP_UDIV, 1, 2, 3)}, 1, 1, false},
    {"ldx_of_scratch", {REGS(DIF_OP_LDX, 4, 0, 3)}, 1, 1, false},
    {"ldx_of_memory", {REGS(DIF_OP_LDX, 5, 0, 3)}, 1, 1, false},
    {"stx_to_scratch", {REGS(DIF_OP_STX, 1, 0, 4)}, 1, 1, false},
    {"ldgs_of_arg0", {DIF_INDEX(DIF_OP_LDGS, DIF_VAR_ARG0, 3)}, 1, 1, false},
    {"ldgs_of_probefunc", {DIF_INDEX(DIF_OP_LDGS, DIF_VAR_PROBEFUNC, 3)}, 1, 1, false},
    {"ldgs", {DIF_INDEX(DIF_OP_LDGS, 0x500, 3)}, 1, 1, false},
    {"stgs", {DIF_INDEX(DIF_OP_STGS, 0x500, 1)}, 1, 1, false},
    {"ldls", {DIF_INDEX(DIF_OP_LDLS, 0x500, 3)}, 1, 1, false},
    {"ldts", {DIF_INDEX(DIF_OP_LDTS, 0x500, 3)}, 1, 1, false},
    {"stts", {DIF_INDEX(DIF_OP_STTS, 0x500, 2)}, 1, 1, false},
    {"push_and_flush", {PUSH(1), REGS(DIF_OP_FLUSHTS, 0, 0, 0)}, 2, 1, false},
    {"ldgaa_of_one_key",
     {PUSH(1), DIF_INDEX(DIF_OP_LDGAA, 0x501, 3), REGS(DIF_OP_FLUSHTS, 0, 0, 0)},
     3,
     1,
     false},
    {"strlen_of_16", {PUSH(6), CALL(DIF_SUBR_STRLEN), REGS(DIF_OP_FLUSHTS, 0, 0, 0)}, 3, 1, false},
    {"htonl", {PUSH(1), CALL(DIF_SUBR_HTONL), REGS(DIF_OP_FLUSHTS, 0, 0, 0)}, 3, 1, false},
};

enum {
    PATTERNS = sizeof patterns / sizeof patterns[0],
    PRELUDE = 7
};

/* --- The machine ---------------------------------------------------------------------------------- */

static uint64_t memory_word = 1;

static uint64_t nothing(void *context)
{
    (void)context;
    return 0;
}

static void current(void *context, struct dtrace_current *out)
{
    (void)context;
    *out = (struct dtrace_current){.curthread = 77, .execname = "bench", .zonename = "global"};
}

static const uint8_t *memory(void *context, uint64_t address, uint64_t size)
{
    (void)context;
    return address == (uintptr_t)&memory_word && size <= 8 ? (const uint8_t *)&memory_word : NULL;
}

static const struct dtrace_environment environment = {
    .timestamp = nothing, .current = current, .memory = memory};

static struct dtrace_firing firing = {
    .environment = &environment,
    .provider = "fbt",
    .module = "kernel",
    .function = "thread_switch",
    .name = "entry",
    .arguments = {5},
    .argument_count = 1,
};

/* --- Programs ------------------------------------------------------------------------------------- */

static uint32_t text[PRELUDE + LENGTH + 8];
static const char strings[] = "0123456789abcdef";
static uint64_t integers[] = {12345, 3, 8, 0};
static const struct dif_variable variables[] = {
    {"", 0x500, DIF_KIND_SCALAR, DIF_SCOPE_GLOBAL, 3, {.size = 8}},
    {"", 0x501, DIF_KIND_ARRAY, DIF_SCOPE_GLOBAL, 3, {.size = 8}},
    {"", 0x500, DIF_KIND_SCALAR, DIF_SCOPE_LOCAL, 3, {.size = 8}},
    {"", 0x500, DIF_KIND_SCALAR, DIF_SCOPE_THREAD, 3, {.size = 8}},
};

/* %r1, %r2: numbers; %r4: scratch; %r5: memory of the environment; %r6: a string. */
static uint32_t write_prelude(void)
{
    const uint32_t prelude[PRELUDE] = {
        DIF_INDEX(DIF_OP_SETX, 0, 1),     DIF_INDEX(DIF_OP_SETX, 1, 2),
        DIF_INDEX(DIF_OP_SETX, 2, 3),     REGS(DIF_OP_ALLOCS, 3, 0, 4),
        DIF_INDEX(DIF_OP_SETX, 3, 5),     DIF_INDEX(DIF_OP_SETS, 0, 6),
        DIF_INDEX(DIF_OP_STTS, 0x500, 2),
    };
    memcpy(text, prelude, sizeof prelude);
    return PRELUDE;
}

static struct dif_object program_of(const struct pattern *pattern)
{
    uint32_t at = write_prelude();
    for (uint32_t i = 0; pattern && i < LENGTH / pattern->count * pattern->count; i++, at++) {
        text[at] = pattern->words[i % pattern->count];
        if (dif_op(text[at]) == DIF_OP_BE)
            text[at] = DIF_BRANCH(DIF_OP_BE, at + 1);
    }
    text[at++] = DIF_RET(3);
    return (struct dif_object){
        .text = text,
        .length = at,
        .integers = integers,
        .integer_count = sizeof integers / sizeof integers[0],
        .strings = strings,
        .strings_size = sizeof strings,
        .variables = variables,
        .variable_count = sizeof variables / sizeof variables[0],
        .type = {.size = 8},
    };
}

/* --- Measuring ------------------------------------------------------------------------------------ */

static double ticks_of(struct dif_run *run, const struct dif_object *object)
{
    static double ticks[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        run->scratch_used = firing.work = 0;
        uint64_t start = __rdtsc();
        (void)dif_run(run, object);
        ticks[round] = (double)(__rdtsc() - start);
        if (run->fault != DIF_FAULT_NONE)
            give_up(dif_fault_str(run->fault));
    }
    return median(ticks, ROUNDS);
}

static struct dtrace_variables *make_variables(struct dif_declarations *declarations)
{
    static uint8_t bytes[MEMORY] __attribute__((aligned(16)));
    static struct dtrace_memory region = {bytes, sizeof bytes, 0};
    struct dtrace_variables_config config = {
        .declarations = declarations, .programs = 1, .cpus = 1, .dynvarsize = 64 * 1024};
    struct dtrace_variables *made = dtrace_variables_make(&region, &config);
    if (!made)
        give_up("out of memory");
    return made;
}

static void verify(const struct pattern *pattern, struct dif_declarations *declarations)
{
    struct dif_problem problem;
    struct dif_object object = program_of(pattern);
    if (!dif_verify(&object, declarations, &problem))
        give_up(problem.text);
}

/* Whether it is as quick as it must be. */
static bool measure(struct dif_run *run, const struct pattern *pattern, double empty, bool is_last)
{
    struct dif_object object = program_of(pattern);
    uint32_t repetitions = LENGTH / pattern->count * (pattern->per == 1 ? 1 : pattern->per);
    double ticks = (ticks_of(run, &object) - empty) / repetitions;
    printf("  \"%s_ticks\": %.2f%s\n", pattern->name, ticks, is_last ? "" : ",");
    return !pattern->simple || ticks <= SIMPLE_MOST;
}

int main(void)
{
    static uint8_t scratch[4096] __attribute__((aligned(16)));
    static struct dif_declaration list[8];
    struct dif_declarations declarations = {.list = list, .capacity = 8};
    bool quick = true;
    pin_to_one_cpu();
    integers[3] = (uintptr_t)&memory_word;
    for (int i = 0; i < PATTERNS; i++)
        verify(&patterns[i], &declarations);
    struct dif_run run = {.firing = &firing,
                          .variables = make_variables(&declarations),
                          .strsize = STRSIZE,
                          .scratch = scratch,
                          .scratch_size = sizeof scratch};
    struct dif_object nothing_but_prelude = program_of(NULL);
    double empty = ticks_of(&run, &nothing_but_prelude);
    printf("{\n  \"empty_program_ticks\": %.2f,\n", empty);
    for (int i = 0; i < PATTERNS; i++)
        quick &= measure(&run, &patterns[i], empty, i == PATTERNS - 1);
    printf("}\n");
    if (!quick)
        give_up("a simple instruction takes too long");
    return 0;
}
