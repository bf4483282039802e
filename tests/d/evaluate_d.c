/* What expressions of D give: compiled, loaded and run on the host.
 *
 * evaluate_d ARG0,ARG1,...    reads programs, one to a line, "32" or "64" and a blank before each
 *
 * For each, in one line: size and low bytes of what its last action traces, "4 000000ff"; "fault 4" if an action
 * ends so; "[D_TAG]" if the compiler refuses it. */
#include <inttypes.h>
#include <stdio.h>

#include "flight/d/compile.h"
#include "tests/fuzz/dof_property.h"

enum {
    MEMORY = 1 << 18,
    LINE = 1 << 17,
};

static struct dtrace_firing firing = {
    .environment = &dof_property_environment,
    .provider = "dtrace",
    .module = "",
    .function = "",
    .name = "BEGIN",
    .argument_count = DTRACE_ARGUMENTS,
};

static void read_arguments(const char *text)
{
    for (uint32_t i = 0; i < DTRACE_ARGUMENTS && *text != '\0'; i++) {
        char *end;
        firing.arguments[i] = strtoull(text, &end, 0);
        text = *end == ',' ? end + 1 : end;
    }
}

static void print_value(uint64_t value, uint32_t size)
{
    if (size < 8)
        value &= (UINT64_C(1) << 8 * size) - 1;
    printf("%" PRIu32 " %0*" PRIx64 "\n", size, 2 * (int)size, value);
}

/* All actions of the first clause, one behind the other. */
static void run(const struct dof_clause *clause, struct dtrace_variables *variables)
{
    static _Alignas(16) uint8_t scratch[4096];
    uint64_t value = 0;
    uint32_t size = 0;
    struct dif_run run = {.firing = &firing,
                          .variables = variables,
                          .epid = 1,
                          .strsize = 256,
                          .scratch = scratch,
                          .scratch_size = sizeof scratch};
    for (uint32_t i = 0; i < clause->action_count; i++) {
        const struct dif_object *difo = clause->actions[i].difo;
        value = dif_run(&run, difo);
        size = difo->type.size;
        if (run.fault != DIF_FAULT_NONE) {
            printf("fault %d\n", (int)run.fault);
            return;
        }
    }
    print_value(value, size);
}

static void load_and_run(struct d_bytes bytes)
{
    static _Alignas(16) uint8_t room[MEMORY];
    static struct dif_declaration list[64];
    struct dtrace_memory memory = {room, sizeof room, 0};
    struct dif_declarations declarations = {.list = list, .capacity = 64};
    struct dof_object object;
    struct dof_problem problem;
    if (!dof_load(bytes.bytes, bytes.size, 0, &memory, &declarations, &object, &problem)) {
        printf("the kernel: %s\n", problem.text);
        return;
    }
    const struct dtrace_variables_config config = {
        .declarations = &declarations, .programs = 1, .cpus = 1, .dynvarsize = 16384};
    struct dtrace_variables *variables = dtrace_variables_make(&memory, &config);
    require(variables != NULL);
    run(&object.clauses[0], variables);
}

static void evaluate(const char *line)
{
    const struct d_setup setup = {.model = line[0] == '6' ? D_MODEL_LP64 : D_MODEL_ILP32};
    const struct d_source source = {
        .kind = D_SOURCE_FILE, .name = "t.d", .text = line + 3, .length = strlen(line + 3)};
    struct d_compiler *compiler = d_open(&setup);
    struct d_problem problem;
    require(compiler != NULL);
    if (d_compile(compiler, &source, &problem))
        load_and_run(d_program_dof(compiler, 0));
    else
        printf("[%s] %s\n", problem.tag, problem.text);
    d_close(compiler);
}

int main(int count, char **words)
{
    static char line[LINE];
    if (count != 2)
        return 2;
    read_arguments(words[1]);
    while (fgets(line, sizeof line, stdin) != NULL)
        evaluate(line);
    return 0;
}
