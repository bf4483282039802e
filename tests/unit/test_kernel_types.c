/* What the kernel's file says to the D compiler, checked against what the kernel's compiler says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/d/compile.h"
#include "flight/d/types.h"
#include "flight/kernel_types.h"

#define KERNEL  "build/firstlight.elf"
#define LAYOUTS "build/tests/kernel_layouts.txt" /* "struct thread.pid 16": what GCC says */

static struct kernel_types kernel;
static struct d_compiler *compiler;
static char warning[512];

static void keep_warning(void *context, const struct d_problem *problem)
{
    (void)context;
    snprintf(warning, sizeof warning, "%s", problem->text);
}

static void open_compiler(enum d_model model)
{
    d_close(compiler);
    const struct d_setup setup = {.model = model, .kernel = &kernel.facts, .warn = keep_warning};
    compiler = d_open(&setup);
    assert_non_null(compiler);
    warning[0] = '\0';
}

/* "" or the tag with which the program is refused. */
static const char *tag_of(const char *text)
{
    static struct d_problem problem;
    const struct d_source source = {
        .kind = D_SOURCE_FILE, .name = "test", .text = text, .length = strlen(text)};
    return d_compile(compiler, &source, &problem) ? "" : problem.tag;
}

static int set_up(void **state)
{
    (void)state;
    const char *why;
    assert_true(kernel_types_open(&kernel, KERNEL, &why));
    assert_null(why);
    open_compiler(D_MODEL_ILP32);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    d_close(compiler);
    compiler = NULL;
    kernel_types_close(&kernel);
    return 0;
}

/* --- Layout --- */

struct layout_counts {
    unsigned structs, members, unknown;
};

static void check_layout(char *name, uint64_t value, struct layout_counts *counts)
{
    char *dot = strchr(name, '.');
    if (dot != NULL)
        *dot = '\0';
    const struct d_type *type = d_type_find(compiler, name);
    if (type == NULL || !type->from_kernel) {
        counts->unknown += dot == NULL; /* nothing in the kernel uses it */
        return;
    }
    const struct d_member *member = dot != NULL ? d_type_member(type, dot + 1) : NULL;
    if (dot != NULL && member == NULL)
        fail_msg("%s has no member %s", name, dot + 1);
    uint64_t own = member != NULL ? member->offset : d_type_size(type) * 8;
    if (own != value * 8)
        fail_msg("%s.%s: %llu bits, not %llu bytes", name, dot != NULL ? dot + 1 : "",
                 (unsigned long long)own, (unsigned long long)value);
    counts->structs += dot == NULL;
    counts->members += dot != NULL;
}

static void sizes_and_offsets_of_all_structs_are_those_of_the_kernels_compiler(void **state)
{
    (void)state;
    struct layout_counts counts = {0};
    FILE *file = fopen(LAYOUTS, "re");
    assert_non_null(file);
    char kind[8], name[120], text[160];
    unsigned long long value;
    while (fscanf(file, "%7s %119s %llu", kind, name, &value) == 3) {
        snprintf(text, sizeof text, "%s %s", kind, name);
        check_layout(text, value, &counts);
    }
    fclose(file);
    print_message("%u structs, %u members, %u that the kernel does not use\n", counts.structs,
                  counts.members, counts.unknown);
    assert_true(counts.structs > 150);
    assert_true(counts.members > 1000);
    assert_true(counts.unknown < counts.structs / 4);
}

static void names_of_other_systems_mean_the_kernels_structs(void **state)
{
    (void)state;
    const struct d_type *thread = d_type_find(compiler, "struct thread");
    assert_non_null(thread);
    assert_ptr_equal(d_type_find(compiler, "kthread_t"), thread);
    assert_ptr_equal(d_type_find(compiler, "proc_t"), thread);
    assert_ptr_equal(d_type_find(compiler, "kmutex_t"), d_type_find(compiler, "struct mutex"));
    assert_ptr_equal(d_type_find(compiler, "struct kernel`thread"), thread);
    assert_null(d_type_find(compiler, "struct genunix`thread"));
    assert_null(d_type_find(compiler, "struct no_such_thing"));
}

static void types_that_point_at_each_other_are_one_each(void **state)
{
    (void)state;
    const struct d_type *thread = d_type_find(compiler, "struct thread");
    const struct d_member *next = d_type_member(thread, "next");
    assert_ptr_equal(d_type_resolve(next->type)->target, thread);
    const struct d_type *mutex = d_type_find(compiler, "struct mutex");
    assert_ptr_equal(d_type_resolve(d_type_member(mutex, "holder")->type)->target, thread);
    assert_ptr_equal(d_type_resolve(d_type_member(thread, "pid")->type),
                     d_type_of(compiler, D_UINT));
}

/* --- Symbols --- */

static void symbols_have_their_addresses_and_types(void **state)
{
    (void)state;
    struct d_symbol symbol;
    const struct d_kernel *facts = &kernel.facts;
    assert_true(facts->find_symbol(facts->context, compiler, "", "percpu_table", &symbol));
    assert_string_equal(d_type_text(compiler, symbol.type), "struct percpu [32]");
    assert_true(facts->find_symbol(facts->context, compiler, "kernel", "thread_create", &symbol));
    assert_int_equal(d_type_resolve(symbol.type)->kind, D_TYPE_FUNCTION);
    assert_false(facts->find_symbol(facts->context, compiler, "genunix", "thread_create", &symbol));
    assert_false(facts->find_symbol(facts->context, compiler, "", "no_such_symbol", &symbol));
    assert_string_equal(tag_of("BEGIN { trace(`percpu_table[0].number); }"), "");
    assert_string_equal(tag_of("BEGIN { trace(`no_such_symbol); }"), "D_IDENT_UNDEF");
    assert_string_equal(tag_of("BEGIN { trace(`thread_switch); }"), "D_SYM_NOTYPES");
}

/* --- Probes --- */

static struct d_argument argument_of(const char *function, const char *name, size_t index)
{
    const struct d_probe_name probe = {"fbt", "", function, name};
    struct d_argument argument;
    assert_true(kernel.facts.probe_argument(&kernel, compiler, &probe, index, &argument));
    return argument;
}

static void an_argument_of_64_bits_takes_two_words(void **state)
{
    (void)state;
    struct d_argument pid = argument_of("thread_wait", "entry", 0);
    struct d_argument ns = argument_of("thread_wait", "entry", 1);
    struct d_argument child = argument_of("thread_wait", "entry", 2);
    assert_int_equal(pid.count, 3);
    assert_int_equal(pid.index, 0);
    assert_false(pid.halves);
    assert_int_equal(ns.index, 1);
    assert_true(ns.halves);
    assert_string_equal(d_type_text(compiler, ns.type), "uint64_t");
    assert_int_equal(child.index, 3);
    assert_string_equal(d_type_text(compiler, child.type), "struct thread_child *");
    assert_null(argument_of("thread_wait", "entry", 3).type);
}

static void a_return_has_its_offset_and_what_is_returned(void **state)
{
    (void)state;
    assert_string_equal(d_type_text(compiler, argument_of("thread_create", "return", 1).type),
                        "struct thread *");
    assert_int_equal(argument_of("thread_create", "return", 0).count, 2);
    assert_int_equal(argument_of("thread_go", "return", 0).count, 1); /* void */
    struct d_argument ns = argument_of("thread_cpu_ns", "return", 1);
    assert_true(ns.halves && ns.index == 1);
}

static void what_returns_a_struct_has_its_address_before_its_arguments(void **state)
{
    (void)state;
    struct d_argument thread = argument_of("thread_usage", "entry", 0);
    assert_int_equal(thread.count, 1);
    assert_int_equal(thread.index, 1);
    assert_string_equal(d_type_text(compiler, argument_of("thread_usage", "return", 1).type),
                        "struct trace_usage");
}

static void args_are_known_only_where_all_probes_agree(void **state)
{
    (void)state;
    assert_string_equal(tag_of("fbt::thread_create:entry { trace(args[0]); }"), "");
    assert_string_equal(tag_of("fbt::thread_create:entry { trace(args[9]); }"), "D_ARGS_IDX");
    assert_string_equal(tag_of("fbt:::entry { trace(args[0]); }"), "D_ARGS_MULTI");
    assert_string_equal(tag_of("fbt::no_such:entry { trace(args[0]); }"), "D_ARGS_MULTI");
    assert_string_equal(tag_of("sched:::on-cpu { trace(args[1]); }"), "");
    assert_string_equal(tag_of("proc:::create { trace(args[0]->pr_psargs); trace(arg0); }"), "");
    assert_string_equal(tag_of("proc:::create { trace(args[1]); }"), "D_ARGS_IDX");
    assert_string_equal(tag_of("tick-1s { trace(args[0]); }"), "");
    assert_string_equal(tag_of("BEGIN { trace(args[0]); }"), "D_ARGS_IDX");
    assert_string_equal(tag_of("ERROR { trace(args[4]); }"), "");
    assert_string_equal(
        tag_of("syscall::write:entry { trace(args[0]); trace(stringof(args[1])); }"), "");
    assert_string_equal(tag_of("syscall::write:entry { trace(args[3]); }"), "D_ARGS_IDX");
}

static void a_description_without_probes_is_warned_of(void **state)
{
    (void)state;
    assert_string_equal(tag_of("fbt::no_such:entry { }"), "");
    assert_string_equal(warning, "probe description fbt::no_such:entry does not match any probes");
    warning[0] = '\0';
    assert_string_equal(tag_of("fbt::thread_*:entry, profile-97, profile:::tick-5s { }"), "");
    assert_string_equal(warning, "");
    assert_string_equal(tag_of("profile:::tick-5parsecs { }"), "");
    assert_string_not_equal(warning, "");
}

static void a_64_bit_program_has_no_types_of_a_32_bit_kernel(void **state)
{
    (void)state;
    open_compiler(D_MODEL_LP64);
    assert_null(d_type_find(compiler, "struct thread"));
    assert_string_equal(tag_of("fbt::thread_create:entry { trace(args[0]); }"), "D_ARGS_TYPE");
    assert_string_equal(tag_of("boottrace:::event { trace(stringof(args[0])); }"), "");
    open_compiler(D_MODEL_ILP32);
}

/* --- The library --- */

static void the_library_is_there_when_it_is_named(void **state)
{
    (void)state;
    open_compiler(D_MODEL_ILP32);
    assert_string_equal(tag_of("BEGIN { trace(curpsinfo->pr_psargs); trace(curlwpsinfo->pr_state); "
                               "trace(curcpu->cpu_id); trace(EINVAL + SIGKILL); trace(root); }"),
                        "");
    assert_string_equal(tag_of("BEGIN { trace(xlate <psinfo_t> (curthread).pr_pid); }"), "");
    assert_string_equal(tag_of("BEGIN { trace(curpsinfo->pr_nonsense); }"), "D_TYPE_MEMBER");
    open_compiler(D_MODEL_LP64);
    assert_string_equal(tag_of("BEGIN { trace(curpsinfo->pr_psargs); trace(curcpu->cpu_id); }"),
                        "");
    open_compiler(D_MODEL_ILP32);
}

static void a_program_may_have_such_names_for_itself(void **state)
{
    (void)state;
    open_compiler(D_MODEL_ILP32);
    assert_string_equal(tag_of("enum e { EINVAL = 5 }; typedef int psinfo_t; psinfo_t SIGHUP;\n"
                               "BEGIN { SIGHUP = EINVAL; trace(SIGHUP); }"),
                        "");
}

static void the_option_nolibs_takes_it_away(void **state)
{
    (void)state;
    struct d_problem problem;
    open_compiler(D_MODEL_ILP32);
    assert_true(d_set_option(compiler, "nolibs", &problem));
    assert_string_equal(tag_of("BEGIN { trace(EINVAL); }"), "D_IDENT_UNDEF");
    assert_string_equal(tag_of("BEGIN { trace(curpsinfo->pr_pid); }"), "D_IDENT_UNDEF");
    open_compiler(D_MODEL_ILP32);
}

/* --- Other files --- */

static void what_is_no_kernel_is_refused(void **state)
{
    (void)state;
    struct kernel_types other;
    const char *why;
    assert_false(kernel_types_open(&other, "/dev/null", &why));
    assert_string_equal(why, "it is no kernel of Firstlight");
    assert_false(kernel_types_open(&other, "build/tests/test_kernel_types", &why));
    assert_string_equal(why, "it is no kernel of Firstlight");
    assert_false(kernel_types_open(&other, "no/such/file", &why));
    assert_non_null(why);
}

/* A copy without debug information beside it, and one beside which another build's stands. */
static void without_its_debug_information_probes_are_still_known(void **state)
{
    (void)state;
    struct kernel_types other;
    const char *why;
    assert_int_equal(system("mkdir -p build/tests/bare_kernel && "
                            "cp build/firstlight.elf build/tests/bare_kernel/k.elf && "
                            "rm -f build/tests/bare_kernel/k.debug"),
                     0);
    assert_true(kernel_types_open(&other, "build/tests/bare_kernel/k.elf", &why));
    assert_non_null(strstr(why, "no debug information"));
    assert_int_equal(other.probes.count, kernel.probes.count);
    const struct d_probe_name probe = {"fbt", "", "thread_create", "entry"};
    struct d_argument argument;
    assert_true(other.facts.probe_argument(&other, compiler, &probe, 0, &argument));
    assert_null(argument.type);
    kernel_types_close(&other);
    assert_int_equal(system("cp build/kernel/firstlight.stage1 build/tests/bare_kernel/k.debug"),
                     0);
    assert_true(kernel_types_open(&other, "build/tests/bare_kernel/k.elf", &why));
    assert_non_null(strstr(why, "another build"));
    assert_null(other.debug.elf);
    kernel_types_close(&other);
}

static void the_first_probe_has_the_number_1_and_behind_the_last_there_is_none(void **state)
{
    (void)state;
    struct d_probe_name name;
    assert_true(kernel.facts.find_probe(&kernel, 1, &name));
    assert_string_equal(name.provider, "dtrace");
    assert_string_equal(name.name, "BEGIN");
    assert_true(kernel.facts.find_probe(&kernel, kernel.probes.count, &name));
    assert_false(kernel.facts.find_probe(&kernel, kernel.probes.count + 1, &name));
    assert_false(kernel.facts.find_probe(&kernel, 0, &name));
    assert_false(kernel.facts.find_probe(&kernel, (1ull << 32) + 1, &name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_and_offsets_of_all_structs_are_those_of_the_kernels_compiler),
        cmocka_unit_test(names_of_other_systems_mean_the_kernels_structs),
        cmocka_unit_test(types_that_point_at_each_other_are_one_each),
        cmocka_unit_test(symbols_have_their_addresses_and_types),
        cmocka_unit_test(an_argument_of_64_bits_takes_two_words),
        cmocka_unit_test(a_return_has_its_offset_and_what_is_returned),
        cmocka_unit_test(what_returns_a_struct_has_its_address_before_its_arguments),
        cmocka_unit_test(args_are_known_only_where_all_probes_agree),
        cmocka_unit_test(a_description_without_probes_is_warned_of),
        cmocka_unit_test(a_64_bit_program_has_no_types_of_a_32_bit_kernel),
        cmocka_unit_test(the_library_is_there_when_it_is_named),
        cmocka_unit_test(a_program_may_have_such_names_for_itself),
        cmocka_unit_test(the_option_nolibs_takes_it_away),
        cmocka_unit_test(what_is_no_kernel_is_refused),
        cmocka_unit_test(without_its_debug_information_probes_are_still_known),
        cmocka_unit_test(the_first_probe_has_the_number_1_and_behind_the_last_there_is_none),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
