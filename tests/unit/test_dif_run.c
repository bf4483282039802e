/* The interpreter, on the programs of tests/dif/make_programs.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/dif_conformance.h"

enum {
    MEMORY_SIZE = 64 * 1024,
    CASES_MIN = 600
};

static void put(void *context, const char *bytes, size_t length)
{
    (void)context;
    fwrite(bytes, 1, length, stderr);
}

static const struct text_sink to_stderr = {put, NULL};

struct file {
    uint8_t *bytes;
    size_t size;
};

/* In memory of exactly its size. */
static struct file programs(void)
{
    struct file file;
    FILE *stream = fopen("build/tests/programs.bin", "rb");
    assert_non_null(stream);
    fseek(stream, 0, SEEK_END);
    file.size = (size_t)ftell(stream);
    rewind(stream);
    file.bytes = malloc(file.size);
    assert_int_equal(fread(file.bytes, 1, file.size, stream), file.size);
    fclose(stream);
    return file;
}

static struct dif_conformance run(struct file file, const struct text_sink *sink)
{
    struct dtrace_memory memory = {aligned_alloc(16, MEMORY_SIZE), MEMORY_SIZE, 0};
    struct dif_conformance done = dif_conformance_run(file.bytes, file.size, &memory, sink);
    free(memory.bytes);
    return done;
}

static void every_program_gives_what_the_model_says(void **state)
{
    (void)state;
    struct file file = programs();
    struct dif_conformance done = run(file, &to_stderr);
    assert_false(done.damaged);
    assert_int_equal(done.failed, 0);
    assert_true(done.agreed >= CASES_MIN);
    print_message("# %u programs agree\n", done.agreed);
    free(file.bytes);
}

static void put_nothing(void *context, const char *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
}

static const struct text_sink to_nowhere = {put_nothing, NULL};

/* Cuts anywhere, near the beginning and near the end. */
static void a_file_that_ends_too_early_is_damaged(void **state)
{
    (void)state;
    struct file file = programs();
    for (size_t cut = 0; cut < 1000; cut++) {
        struct file part = {malloc(cut + 1), cut};
        memcpy(part.bytes, file.bytes, cut);
        assert_true(run(part, &to_nowhere).damaged);
        free(part.bytes);
    }
    file.size--;
    assert_true(run(file, &to_nowhere).damaged);
    free(file.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_program_gives_what_the_model_says),
        cmocka_unit_test(a_file_that_ends_too_early_is_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
