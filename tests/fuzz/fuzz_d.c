/* The whole D compiler, and behind it the loader of DOF, the verifier, and the framework.
 *
 * Input: data model, strictness, kind of the source, arguments or none (1 byte), options (1 byte), and texts, each
 * compiled by the same compiler, with a byte of 1 between them.
 *
 * Property: d_property.h. */
#include "tests/fuzz/d_kernel.h"
#include "tests/fuzz/d_property.h"

enum {
    LP64 = 1,
    STRICT = 2,
    NO_KERNEL = 4,
    KIND = 3, /* bits to shift */
    ARGUMENTS = 64,
    BETWEEN = 1
};

static void warn(void *context, const struct d_problem *problem)
{
    (void)context;
    d_property_problem(problem);
}

static void set_options(struct d_compiler *compiler, uint8_t bits)
{
    static const char *const options[8] = {"zdefs",       "strsize=24", "pspec", "empty",
                                           "defaultargs", "argref",     "quiet", "destructive"};
    struct d_problem problem;
    for (size_t i = 0; i < 8; i++)
        if (bits >> i & 1)
            require(d_set_option(compiler, options[i], &problem));
}

/* From memory that ends with it. */
static bool compile(struct d_compiler *compiler, uint8_t flags, const uint8_t *text, size_t length)
{
    static const char *const arguments[] = {"12", "name", "a \"b", "-7"};
    enum d_source_kind kind = (flags >> KIND & 7) % 5;
    char *exact = malloc(length);
    require(length == 0 || exact != NULL);
    memcpy(exact, text, length);
    const struct d_source source = {.kind = kind,
                                    .name = kind == D_SOURCE_FILE ? "t.d" : "-n",
                                    .text = exact,
                                    .length = length,
                                    .arguments = arguments,
                                    .argument_count = flags & ARGUMENTS ? 4 : 0};
    struct d_problem problem;
    bool accepted = d_compile(compiler, &source, &problem);
    if (!accepted)
        d_property_problem(&problem);
    free(exact);
    return accepted;
}

static size_t compile_all(struct d_compiler *compiler, uint8_t flags, const uint8_t *data,
                          size_t size)
{
    size_t accepted = 0;
    for (size_t i = 0; i < D_PROPERTY_PROGRAMS; i++) {
        const uint8_t *end = size > 0 ? memchr(data, BETWEEN, size) : NULL;
        size_t length = end != NULL ? (size_t)(end - data) : size;
        accepted += compile(compiler, flags, data, length);
        if (end == NULL)
            break;
        data += length + 1;
        size -= length + 1;
    }
    return accepted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(16) uint8_t memory[DOF_FRAMEWORK_MEMORY];
    static struct d_property_counts counts;
    if (size < 2)
        return 0;
    const struct d_setup setup = {.model = data[0] & LP64 ? D_MODEL_LP64 : D_MODEL_ILP32,
                                  .kernel = data[0] & NO_KERNEL ? NULL : &d_kernel,
                                  .strict = data[0] & STRICT,
                                  .warn = warn};
    d_kernel_here.compiler = NULL;
    struct d_compiler *compiler = d_open(&setup);
    require(compiler != NULL);
    set_options(compiler, data[1]);
    if (compile_all(compiler, data[0], data + 2, size - 2) > 0)
        d_property_hold(compiler, memory, &counts, NULL);
    d_close(compiler);
    return 0;
}
