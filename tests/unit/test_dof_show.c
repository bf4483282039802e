/* What flight shows of DOF: whole objects, what is left of damaged ones, and files with several. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flight/dof_file.h"
#include "flight/dof_show.h"
#include "tests/unit/dof_builder.h"
#include "tests/unit/exact_copy.h"

/* A new one for each listing. */
static struct dtrace *state_of_kernel(void)
{
    static _Alignas(16) uint8_t bytes[1 << 20];
    static struct dtrace_memory memory;
    memory = (struct dtrace_memory){bytes, sizeof bytes, 0};
    return dtrace_make(
        &(struct dtrace_config){.memory = &memory, .cpus = 1, .probes_max = DTRACE_ERROR});
}

static char text[1 << 20];
static bool refused;

/* What is shown of bytes that end with their memory. */
static const char *shown(const uint8_t *bytes, size_t size)
{
    struct text_buffer buffer = {text, sizeof text, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    struct dof_show show;
    uint8_t *exact = exact_copy(bytes, size);
    dof_show_open(&show, "x.dof", exact, size, state_of_kernel());
    dof_show_text(&sink, &show);
    refused = show.refused;
    dof_show_close(&show);
    free(exact);
    return text;
}

static json_t *shown_for_programs(const uint8_t *bytes, size_t size)
{
    struct dof_show show;
    dof_show_open(&show, "x.dof", bytes, size, state_of_kernel());
    json_t *value = dof_show_json(&show);
    dof_show_close(&show);
    return value;
}

static void expect(const char *part)
{
    if (strstr(text, part) == NULL)
        print_message("not there: %s\nin: %s\n", part, text);
    assert_non_null(strstr(text, part));
}

/* --- An object -------------------------------------------------------------------------------- */

static const uint32_t code[] = {
    DIF_INDEX(DIF_OP_SETX, 0, 1),
    DIF_INDEX(DIF_OP_SETS, 1, 2),
    DIF_INDEX(DIF_OP_LDTS, DIF_VAR_USER, 3),
    DIF_INDEX(DIF_OP_LDGS, DIF_VAR_PID, 4),
    DIF_REGS(DIF_OP_ADD, 3, 4, 3),
    DIF_REGS(DIF_OP_TST, 3, 0, 0),
    DIF_BRANCH(DIF_OP_BE, 7),
    DIF_RET(3),
};
static const uint64_t integers[] = {0xfee1};
static const char strings[] = "\0say \"hi\"\n\0ts";
static const struct dif_variable variables[] = {
    {"ts", DIF_VAR_USER, DIF_KIND_SCALAR, DIF_SCOPE_THREAD, 1, {.ckind = 1, .size = 8}},
};

static uint8_t *make(size_t *size)
{
    struct dif_object difo = {
        DIF_TEXT(code),      .integers = integers,           .integer_count = 1,
        .strings = strings,  .strings_size = sizeof strings, .variables = variables,
        .variable_count = 1, .type = DIF_RESULT(8)};
    struct dof_action actions[] = {
        {.kind = DOF_ACTION_PRINTF, .difo = &difo, .format = "%d\033\n"},
        {.kind = DOF_ACTION_DIFEXPR, .difo = &difo}, /* its key */
        {.kind = DOF_AGGREGATION_LQUANTIZE,
         .difo = &difo,
         .ntuple = 1,
         .arg = 5ull << 48 | 7ull << 32},
    };
    struct dof_clause clause = {.provider = "fbt",
                                .module = "",
                                .function = "foo*",
                                .name = "entry",
                                .predicate = &difo,
                                .actions = actions,
                                .action_count = 3};
    struct dof_option option = {DOF_OPTION_BUFSIZE, 4096};
    const struct dof_object object = {&clause, 1, &option, 1};
    return dof_build(&object, size);
}

static void an_object_is_shown_with_all_that_it_means(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = make(&size);
    shown(bytes, size);
    assert_false(refused);
    assert_null(strstr(text, "refused"));
    expect("ECB[");
    expect("] fbt::foo*:entry pred ");
    expect("        0: 25000001 setx    DT_INTEGER[0], %r1 ! 0xfee1\n");
    expect("        1: 26000102 sets    DT_STRING[1], %r2 ! \"say \\\"hi\\\"\\n\"\n");
    expect("        2: 2c050003 ldts    DT_VAR(1280), %r3 ! self->ts\n");
    expect("        3: 29011604 ldgs    DT_VAR(278), %r4 ! pid\n");
    expect("        6: 12000007 be      7\n");
    expect("variable self->ts, id 0x500, scalar, read, value of 8 bytes\n");
    expect("! \"%d\\x1b\\n\"\n");
    expect("! from 0, 7 levels of 5\n");
    expect("OPT 0 bufsize = 4096 (0x1000)\n");
    free(bytes);
}

static void programs_are_told_the_same(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = make(&size);
    json_t *value = shown_for_programs(bytes, size);
    const json_t *clause = json_array_get(json_object_get(value, "enablings"), 0);
    const json_t *predicate = json_object_get(clause, "predicate");
    const json_t *sets = json_array_get(json_object_get(predicate, "code"), 1);
    const json_t *list = json_object_get(json_object_get(clause, "actions"), "list");
    const json_t *action = json_array_get(list, 0);
    assert_true(json_is_null(json_object_get(value, "problem")));
    assert_string_equal(json_string_value(json_object_get(clause, "function")), "foo*");
    assert_string_equal(json_string_value(json_object_get(sets, "word")), "26000102");
    assert_string_equal(json_string_value(json_object_get(sets, "note")), "\"say \\\"hi\\\"\\n\"");
    assert_string_equal(json_string_value(json_object_get(action, "format")), "%d\033\n");
    assert_int_equal(json_array_size(json_object_get(value, "options")), 1);
    assert_int_equal(json_array_size(json_object_get(value, "not_referred_to")), 0);
    json_decref(value);
    free(bytes);
}

/* --- Damage ----------------------------------------------------------------------------------- */

/* Sound as DOF, and no state takes it. */
static void what_only_the_framework_refuses_is_refused_and_has_no_place(void **state)
{
    (void)state;
    size_t size;
    struct dof_action action = {.kind = DOF_ACTION_DIFEXPR};
    struct dof_clause clause = {.provider = "",
                                .module = "",
                                .function = "",
                                .name = "BEGIN",
                                .actions = &action,
                                .action_count = 1};
    const struct dof_object object = {.clauses = &clause, .clause_count = 1};
    uint8_t *bytes = dof_build(&object, &size);
    shown(bytes, size);
    assert_true(refused);
    expect(" in action 1 of clause 1\n");
    json_t *value = shown_for_programs(bytes, size);
    const json_t *problem = json_object_get(value, "problem");
    assert_true(json_is_null(json_object_get(problem, "section")));
    assert_true(json_is_null(json_object_get(problem, "offset")));
    json_decref(value);
    free(bytes);
}

static void every_truncation_is_refused_and_shown_without_an_overread(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = make(&size);
    for (size_t cut = 0; cut < size; cut++) {
        shown(bytes, cut);
        assert_true(refused);
        expect("\nrefused: ");
        json_decref(shown_for_programs(bytes, cut));
    }
    free(bytes);
}

static void what_a_damaged_object_still_has_is_shown(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = make(&size);
    for (size_t i = DOF_SECTION_SIZE + 64; i + 4 <= size; i += 4) /* an instruction */
        if (memcmp(bytes + i, &code[4], 4) == 0)
            bytes[i] = 9;
    shown(bytes, size);
    assert_true(refused);
    expect("refused: [4]: invalid register 9 (section ");
    expect("        4: 07030409 add     %r3, %r4, %r9\n");
    free(bytes);
}

static void code_that_nothing_leads_to_is_shown_behind_the_rest(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = make(&size);
    for (size_t at = 64; at + 32 <= size; at += 32) /* the section's header: no ECB any more */
        if (bytes[at] == DOF_TYPE_ECBDESC && bytes[at + 4] == 8) {
            bytes[at] = DOF_TYPE_RELTAB;
            break;
        }
    shown(bytes, size);
    expect("not referred to\n    DIFO[");
    expect("! self->ts\n");
    free(bytes);
}

/* A DIFO of 400 sections that all say the same bytes. */
static void sections_over_each_other_do_not_make_it_longer(void **state)
{
    enum {
        COPIES = 400,
        SIZE = 64 + 32 * (2 + COPIES) + 16 + 4000
    };
    (void)state;
    uint8_t *bytes = calloc(SIZE, 1);
    uint32_t data = 64 + 32 * (2 + COPIES);
    memcpy(bytes, "\177DOF\1\1\1\2\10\10", 10);
    bytes[20] = 64;
    bytes[24] = 32;
    uint32_t count = 1 + COPIES, section[8] = {DOF_TYPE_DIF, 4, 1, 4, data + 16, 0, 4000, 0};
    memcpy(bytes + 28, &count, 4);
    bytes[32] = 64;
    memcpy(bytes + 64, section, sizeof section);
    section[0] = DOF_TYPE_DIFOHDR;
    section[4] = data;
    section[6] = 12;
    for (uint32_t i = 1; i <= COPIES; i++)
        memcpy(bytes + 64 + i * sizeof section, section, sizeof section);
    shown(bytes, SIZE);
    expect("...: its sections overlap, the rest is left out\n");
    uint32_t lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_true(lines < SIZE / 4 + 3 * COPIES + 100);
    free(bytes);
}

static void what_is_no_object_is_told(void **state)
{
    (void)state;
    shown((const uint8_t *)"\177DOF", 4);
    assert_string_equal(text, "x.dof: no DOF\nrefused: truncated header (header at 0x0)\n");
}

/* --- Files ------------------------------------------------------------------------------------ */

static struct dof_file file;

static void read_text(const char *content)
{
    dof_file_read(&file, (const uint8_t *)content, strlen(content));
}

static void a_binary_object_is_the_only_one(void **state)
{
    (void)state;
    read_text("\177DOF and more");
    assert_false(file.conf);
    assert_int_equal(file.count, 1);
    assert_int_equal(file.objects[0].size, 13);
    dof_file_free(&file);
}

static void a_conf_has_its_objects_by_number_and_the_last_of_each_counts(void **state)
{
    (void)state;
    read_text("# text\ndof-data-1=0x1,0x2;\ndof-data-0=7;\nother=3;\ndof-data-1=0x3,0x4,0x5;\n"
              "dof-data-01=9;\ndof-data-x=9;\n");
    assert_true(file.conf);
    assert_int_equal(file.count, 2);
    assert_int_equal(file.objects[0].number, 0);
    assert_int_equal(file.objects[0].bytes[0], 7);
    assert_int_equal(file.objects[1].size, 3);
    assert_memory_equal(file.objects[1].bytes, "\3\4\5", 3);
    dof_file_free(&file);
}

static void a_file_without_objects_has_none(void **state)
{
    (void)state;
    read_text("name=\"x\";\n");
    assert_int_equal(file.count, 0);
    dof_file_free(&file);
    dof_file_read(&file, NULL, 0);
    assert_int_equal(file.count, 0);
    dof_file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_shown_with_all_that_it_means),
        cmocka_unit_test(programs_are_told_the_same),
        cmocka_unit_test(what_only_the_framework_refuses_is_refused_and_has_no_place),
        cmocka_unit_test(every_truncation_is_refused_and_shown_without_an_overread),
        cmocka_unit_test(what_a_damaged_object_still_has_is_shown),
        cmocka_unit_test(code_that_nothing_leads_to_is_shown_behind_the_rest),
        cmocka_unit_test(sections_over_each_other_do_not_make_it_longer),
        cmocka_unit_test(what_is_no_object_is_told),
        cmocka_unit_test(a_binary_object_is_the_only_one),
        cmocka_unit_test(a_conf_has_its_objects_by_number_and_the_last_of_each_counts),
        cmocka_unit_test(a_file_without_objects_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
