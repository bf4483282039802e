/* Several programs of one compiler, and what the kernel would refuse of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flight/d/compile.h"
#include "flight/d/kernel_facts.h"
#include "flight/d/types.h"

static struct d_compiler *compiler;
static struct d_problem problem;

/* A kernel that has functions under all names, but those of "none..." and, without types, of "u...". */
static bool find_function(void *context, struct d_compiler *for_compiler, const char *module,
                          const char *name, struct d_symbol *symbol)
{
    (void)context, (void)module;
    *symbol = (struct d_symbol){.address = 0x100000};
    if (name[0] != 'u')
        symbol->type = d_type_of(for_compiler, D_FUNCTION);
    return strncmp(name, "none", 4) != 0;
}

static const struct d_type *find_no_type(void *context, struct d_compiler *for_compiler,
                                         const char *module, const char *name)
{
    (void)context, (void)for_compiler, (void)module, (void)name;
    return NULL;
}

static size_t count_one(void *context, const struct d_probe_name *description)
{
    (void)context, (void)description;
    return 1;
}

static const struct d_kernel functions = {
    .find_type = find_no_type, .find_symbol = find_function, .count_probes = count_one};

static int open_it(void **state)
{
    (void)state;
    const struct d_setup setup = {.model = D_MODEL_ILP32, .kernel = &functions};
    compiler = d_open(&setup);
    return compiler == NULL;
}

static int close_it(void **state)
{
    (void)state;
    d_close(compiler);
    return 0;
}

/* The tag of what is wrong, "-" if it has none; "" if nothing is. */
static const char *compile(const char *text)
{
    const struct d_source source = {
        .kind = D_SOURCE_FILE, .name = "t.d", .text = text, .length = strlen(text)};
    if (d_compile(compiler, &source, &problem))
        return "";
    return problem.tag[0] != '\0' ? problem.tag : "-";
}

static void assert_mistake(const char *program, const char *text, unsigned line)
{
    assert_string_equal(compile(program), "D_OP_SCALAR");
    assert_string_equal(problem.text, text);
    assert_int_equal(problem.line, line);
}

static void a_condition_that_is_no_scalar_is_told_where_it_stands(void **state)
{
    (void)state;
    assert_mistake("BEGIN\n{\n\tif (1)\n\t\ttrace(1);\n\tif (execname)\n\t\ttrace(2);\n}\n",
                   "condition must be of scalar type", 5);
    assert_int_equal(problem.column, 6);
    assert_mistake("BEGIN\n/execname/\n{\n\tif (1)\n\t\ttrace(1);\n}\n",
                   "condition must be of scalar type", 2);
    assert_mistake("BEGIN\n{\n\tif (1 &&\n\t    (2 && execname))\n\t\ttrace(1);\n}\n",
                   "operator && requires operands of scalar type", 4);
}

static void a_format_that_is_empty_is_refused(void **state)
{
    (void)state;
    assert_string_equal(compile("BEGIN { printf(\"\"); }"), "D_PRINTF_FMT_EMPTY");
    assert_string_equal(compile("BEGIN { printf(\"\\0a\"); }"), "D_PRINTF_FMT_EMPTY");
    assert_string_equal(compile("BEGIN { @a = count(); printa(\"\", @a); }"), "D_PRINTF_FMT_EMPTY");
    assert_string_equal(compile("BEGIN { freopen(\"\"); }"), "");
}

static void strings_have_one_size_in_all_objects(void **state)
{
    (void)state;
    assert_string_equal(compile("#pragma D option strsize=32\nBEGIN { x = 1; }"), "");
    assert_string_equal(compile("string s;\n#pragma D option strsize=64\nBEGIN { s = \"a\"; }"),
                        "");
    assert_string_equal(compile("#pragma D option strsize=64\nBEGIN { s = \"b\"; }"), "");
    assert_string_equal(compile("#pragma D option strsize=32\nBEGIN { s = \"c\"; }"),
                        "D_PRAGMA_OPTSET");
    assert_false(d_set_option(compiler, "strsize=128", &problem));
    assert_true(d_set_option(compiler, "strsize=64", &problem));
}

static void arrays_of_strings_have_a_size_as_well(void **state)
{
    (void)state;
    assert_string_equal(compile("string s[int], t[4]; BEGIN { trace(1); }"), "");
    assert_string_equal(compile("#pragma D option strsize=32\nBEGIN { trace(1); }"),
                        "D_PRAGMA_OPTSET");
}

static void a_cast_can_say_that_memory_is_a_users(void **state)
{
    (void)state;
    assert_string_equal(compile("int userland *u; BEGIN { u = (int userland *)arg0; }"), "");
    assert_string_equal(compile("int *k; BEGIN { k = (int userland *)arg0; }"), "D_OP_INCOMPAT");
}

static void a_function_is_cast_to_a_number_or_a_pointer(void **state)
{
    (void)state;
    assert_string_equal(compile("BEGIN { trace((uintptr_t)`f); }"), "");
    assert_string_equal(compile("BEGIN { trace((void *)`f); }"), "");
    assert_string_equal(compile("BEGIN { trace((string)`f); }"), "D_CAST_INVAL");
}

static void an_extern_says_the_type_of_a_symbol(void **state)
{
    (void)state;
    assert_string_equal(compile("BEGIN { trace(`untyped); }"), "D_SYM_NOTYPES");
    assert_string_equal(compile("extern int untyped; BEGIN { trace(`untyped + 1); }"), "");
    assert_string_equal(compile("BEGIN { trace(`none); }"), "D_IDENT_UNDEF");
    assert_string_equal(compile("extern int none; BEGIN { trace(`none); }"), "D_ASRELO");
}

static void attributes_are_for_names_of_the_same_program(void **state)
{
    (void)state;
    assert_string_equal(compile("int x; BEGIN { x = 1; @a = count(); }"), "");
    assert_string_equal(compile("#pragma D attributes Stable x\nBEGIN { }"), "D_PRAGMA_SCOPE");
    assert_string_equal(compile("#pragma D binding \"1.0\" a\nBEGIN { }"), "D_PRAGMA_SCOPE");
    assert_string_equal(compile("#pragma D attributes Stable y\nint y; BEGIN { }"), "");
}

/* After each statement all of the clause would be looked at. */
static void what_follows_a_commit_is_told_by_its_own_name(void **state)
{
    (void)state;
    assert_string_equal(compile("BEGIN { commit(1); @[1] = count(); }"), "D_AGG_COMM");
    assert_string_equal(compile("BEGIN { speculate(1); commit(1); @[1] = count(); }"),
                        "D_AGG_COMM");
    assert_string_equal(compile("BEGIN { commit(1); x = 1; trace(1); @[1] = count(); }"),
                        "D_DREC_COMM");
    assert_string_equal(compile("BEGIN { commit(1); x = 1; speculate(1); }"), "D_SPEC_COMM");
}

static void a_program_that_is_too_large_is_refused_and_the_next_is_not(void **state)
{
    (void)state;
    char text[2048] = "inline int b0 = arg0;";
    for (int i = 1; i < 40; i++)
        sprintf(text + strlen(text), "inline int b%d = b%d + b%d;", i, i - 1, i - 1);
    strcat(text, "BEGIN { trace(b39); }");
    assert_string_equal(compile(text), "-");
    assert_non_null(strstr(problem.text, "too large"));
    assert_string_equal(compile("BEGIN { trace(1); }"), "");
}

int main(void)
{
#define WITH_COMPILER(test) cmocka_unit_test_setup_teardown(test, open_it, close_it)
    const struct CMUnitTest tests[] = {
        WITH_COMPILER(a_condition_that_is_no_scalar_is_told_where_it_stands),
        WITH_COMPILER(a_format_that_is_empty_is_refused),
        WITH_COMPILER(strings_have_one_size_in_all_objects),
        WITH_COMPILER(arrays_of_strings_have_a_size_as_well),
        WITH_COMPILER(a_cast_can_say_that_memory_is_a_users),
        WITH_COMPILER(a_function_is_cast_to_a_number_or_a_pointer),
        WITH_COMPILER(an_extern_says_the_type_of_a_symbol),
        WITH_COMPILER(attributes_are_for_names_of_the_same_program),
        WITH_COMPILER(what_follows_a_commit_is_told_by_its_own_name),
        WITH_COMPILER(a_program_that_is_too_large_is_refused_and_the_next_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
