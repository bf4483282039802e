/* Programs that nobody wrote, compiled, loaded and run under the sanitizers.
 *
 * generate_d FIRST COUNT    holds each against d_property.h; ends with TAP
 * generate_d --print N      prints the texts of number N
 *
 * A program is accepted, or needs more registers than there are. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <sanitizer/common_interface_defs.h>

#include "tests/d/random_program.h"
#include "tests/fuzz/d_property.h"

static struct random_program program;
static struct d_property_counts counts;
static uint64_t now, no_registers;
static struct d_problem refusal;

static enum d_model model_of(uint64_t number)
{
    return number % 2 == 0 ? D_MODEL_ILP32 : D_MODEL_LP64;
}

/* The number is what a person needs to see it again. */
static void tell(void)
{
    char text[64];
    int length = snprintf(text, sizeof text, "# program %" PRIu64 "\n", now);
    (void)!write(STDOUT_FILENO, text, (size_t)length);
}

static void tell_signal(int number)
{
    tell();
    _exit(128 + number);
}

static void tell_refused(const struct dof_problem *problem)
{
    printf("# the kernel: %s (section %" PRIu32 " at %#" PRIx64 ")\n", problem->text,
           problem->section, problem->offset);
    (void)fflush(stdout);
}

/* False: it is right, and was refused. */
static bool compile_next(struct d_compiler *compiler)
{
    random_program_make(&program);
    const struct d_source source = {
        .kind = D_SOURCE_FILE, .name = "t.d", .text = program.text, .length = program.length};
    if (d_compile(compiler, &source, &refusal)) {
        counts.accepted++;
        return true;
    }
    d_property_problem(&refusal);
    counts.refused++;
    bool is_registers = strcmp(refusal.tag, "D_NOREG") == 0;
    no_registers += is_registers;
    return is_registers;
}

static bool hold(uint64_t number)
{
    static _Alignas(16) uint8_t memory[DOF_FRAMEWORK_MEMORY];
    const struct d_setup setup = {.model = model_of(number)};
    struct d_compiler *compiler = d_open(&setup);
    require(compiler != NULL);
    now = number;
    random_program_start(&program, number);
    bool good = true;
    for (uint32_t i = 1 + random_program_below(&program, 3); good && i > 0; i--)
        good = compile_next(compiler);
    if (good)
        d_property_hold(compiler, memory, &counts, tell_refused);
    d_close(compiler);
    return good;
}

static int hold_all(uint64_t first, uint64_t count)
{
    for (uint64_t number = first; number - first < count; number++)
        if (!hold(number)) {
            printf("not ok 1 - program %" PRIu64 ": [%s] %s\n# %" PRIu32 ":%" PRIu32 ": %s\n1..1\n",
                   number, refusal.tag, refusal.text, refusal.line, refusal.column,
                   refusal.excerpt);
            return 1;
        }
    printf("# %" PRIu64 " programs accepted, %" PRIu64 " without registers; %" PRIu64
           " objects loaded, %" PRIu64 " without room, %" PRIu64 " clauses\n"
           "# %" PRIu64 " states went: %" PRIu64 " records, %" PRIu64 " aggregations, %" PRIu64
           " faults, %" PRIu64 " bytes printed\n",
           counts.accepted, no_registers, counts.loaded, counts.too_large, counts.clauses,
           counts.traced.gone, counts.traced.records, counts.traced.aggregations,
           counts.traced.errors, counts.traced.printed);
    printf("ok 1 - programs from numbers are compiled, loaded and run\n1..1\n");
    return 0;
}

static int print(uint64_t number)
{
    random_program_start(&program, number);
    for (uint32_t i = 1 + random_program_below(&program, 3); i > 0; i--) {
        random_program_make(&program);
        printf("%s\n", program.text);
    }
    return 0;
}

int main(int count, char **words)
{
    __sanitizer_set_death_callback(tell);
    (void)signal(SIGILL, tell_signal);
    (void)signal(SIGTRAP, tell_signal);
    (void)signal(SIGABRT, tell_signal);
    if (count == 3 && strcmp(words[1], "--print") == 0)
        return print(strtoull(words[2], NULL, 0));
    if (count == 3)
        return hold_all(strtoull(words[1], NULL, 0), strtoull(words[2], NULL, 0));
    (void)fputs("usage: generate_d FIRST COUNT | --print N\n", stderr);
    return 2;
}
