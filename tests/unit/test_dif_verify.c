/* The verifier of DIF: every instruction with every field at its limits, then what they are together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dof_builder.h"

enum {
    DECLARATIONS = 40000,
    SCALAR = DIF_VAR_USER,
    ARRAY = DIF_VAR_USER + 1,
    GAP = DIF_VAR_USER + 2, /* below the highest, and declared nowhere */
    LAST = DIF_VAR_USER + 3,
};

static struct dif_declaration declared[DECLARATIONS];
static struct dif_declarations declarations;
static struct dif_problem problem;

static int start(void **state)
{
    (void)state;
    memset(&declarations, 0, sizeof declarations);
    declarations.list = declared;
    declarations.capacity = DECLARATIONS;
    memset(&problem, 0, sizeof problem);
    return 0;
}

/* --- Small programs --------------------------------------------------------------------------- */

static const uint64_t integers[2] = {1, 2};
static const struct dif_variable variables[] = {
    {.id = SCALAR, .kind = DIF_KIND_SCALAR, .scope = DIF_SCOPE_GLOBAL, .type = {.size = 8}},
    {.id = ARRAY, .kind = DIF_KIND_ARRAY, .scope = DIF_SCOPE_GLOBAL, .type = {.size = 8}},
    {.id = LAST, .kind = DIF_KIND_SCALAR, .scope = DIF_SCOPE_GLOBAL, .type = {.size = 8}},
    {.id = SCALAR, .kind = DIF_KIND_SCALAR, .scope = DIF_SCOPE_THREAD, .type = {.size = 8}},
    {.id = ARRAY, .kind = DIF_KIND_ARRAY, .scope = DIF_SCOPE_THREAD, .type = {.size = 8}},
    {.id = LAST, .kind = DIF_KIND_ARRAY, .scope = DIF_SCOPE_THREAD, .type = {.size = 8}},
    {.id = SCALAR, .kind = DIF_KIND_SCALAR, .scope = DIF_SCOPE_LOCAL, .type = {.size = 8}},
    {.id = LAST, .kind = DIF_KIND_SCALAR, .scope = DIF_SCOPE_LOCAL, .type = {.size = 8}},
};

static struct dif_object object_of(const uint32_t *text, uint32_t length)
{
    return (struct dif_object){
        .text = text,
        .length = length,
        .integers = integers,
        .integer_count = 2,
        .strings = "abc",
        .strings_size = 4,
        .variables = variables,
        .variable_count = sizeof variables / sizeof *variables,
        .type = {.size = 8},
    };
}

/* The text lies in memory that ends with it. */
static bool verify(const uint32_t *text, uint32_t length)
{
    uint32_t *exact = malloc(length * sizeof *exact);
    assert_non_null(exact);
    memcpy(exact, text, length * sizeof *exact);
    struct dif_object object = object_of(exact, length);
    bool good = dif_verify(&object, &declarations, &problem);
    free(exact);
    return good;
}

static void refused(const uint32_t *text, uint32_t length, const char *what, uint32_t pc)
{
    assert_false(verify(text, length));
    assert_string_equal(problem.text, what);
    assert_int_equal(problem.pc, pc);
}

#define VERIFY(...)                                                                                \
    verify((const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4)
#define REFUSED(what, pc, ...)                                                                     \
    refused((const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4, what, pc)

/* --- Single instructions ---------------------------------------------------------------------- */

/* One form of instruction: fields that are good, and the fields' limits. */
struct shape {
    const char *name;
    uint8_t first, last; /* opcodes */
    uint8_t good[3];     /* r1, r2, rd */
    struct {
        uint8_t field, value;
        const char *text;
    } bad[8];
};

#define BAD_REGISTER   "invalid register %llu"
#define BAD_RESERVED   "non-zero reserved bits"
#define BAD_TARGET     "cannot write to %%r0"
#define BAD_ADDRESS    "cannot write to 0 address"
#define BAD_INTEGER    "invalid integer ref %llu"
#define BAD_STRING     "invalid string ref %llu"
#define BAD_VARIABLE   "invalid variable %llu"
#define BAD_SUBROUTINE "invalid subr %llu"

#define RULES_THREE                                                                                \
    {7, 7, 7},                                                                                     \
    {                                                                                              \
        {0, 8, BAD_REGISTER}, {0, 255, BAD_REGISTER}, {1, 8, BAD_REGISTER},                        \
            {1, 255, BAD_REGISTER}, {2, 8, BAD_REGISTER}, {2, 255, BAD_REGISTER},                  \
            {2, 0, BAD_TARGET},                                                                    \
    }
#define RULES_TWO                                                                                  \
    {7, 0, 7},                                                                                     \
    {                                                                                              \
        {0, 8, BAD_REGISTER}, {1, 1, BAD_RESERVED}, {1, 128, BAD_RESERVED}, {2, 8, BAD_REGISTER},  \
            {2, 0, BAD_TARGET},                                                                    \
    }
#define RULES_VARIABLE(low)                                                                        \
    {5, low, 7},                                                                                   \
    {                                                                                              \
        {0, 0, BAD_VARIABLE}, {0, 6, BAD_VARIABLE}, {0, 255, BAD_VARIABLE}, {1, 2, BAD_VARIABLE},  \
            {1, 4, BAD_VARIABLE}, {1, 1 - low, BAD_VARIABLE}, {2, 8, BAD_REGISTER},                \
            {2, 0, BAD_TARGET},                                                                    \
    }
/* Of a store, register 0 is a good source. */
#define RULES_STORE(low)                                                                           \
    {5, low, 0},                                                                                   \
    {                                                                                              \
        {0, 4, BAD_VARIABLE}, {0, 1, BAD_VARIABLE}, {0, 6, BAD_VARIABLE}, {0, 255, BAD_VARIABLE},  \
            {1, 2, BAD_VARIABLE}, {1, 4, BAD_VARIABLE}, {1, 1 - low, BAD_VARIABLE},                \
            {2, 8, BAD_REGISTER},                                                                  \
    }

static const struct shape shapes[] = {
    {"or .. urem", 1, 12, RULES_THREE},
    {"sra", 46, 46, RULES_THREE},
    {"copys", 59, 59, RULES_THREE},
    {"not, mov", 13, 14, RULES_TWO},
    {"loads", 28, 34, RULES_TWO},
    {"user loads", 64, 70, RULES_TWO},
    {"checked loads", 71, 77, RULES_TWO},
    {"allocs", 58, 58, RULES_TWO},
    {"stores",
     60,
     63,
     {7, 0, 7},
     {{0, 8, BAD_REGISTER}, {1, 1, BAD_RESERVED}, {2, 8, BAD_REGISTER}, {2, 0, BAD_ADDRESS}}},
    {"cmp", 15, 15, {7, 7, 0}, {{0, 8, BAD_REGISTER}, {1, 8, BAD_REGISTER}, {2, 1, BAD_RESERVED}}},
    {"scmp", 39, 39, {7, 7, 0}, {{0, 8, BAD_REGISTER}, {1, 8, BAD_REGISTER}, {2, 1, BAD_RESERVED}}},
    {"tst", 16, 16, {7, 0, 0}, {{0, 8, BAD_REGISTER}, {1, 1, BAD_RESERVED}, {2, 1, BAD_RESERVED}}},
    {"branches",
     17,
     27,
     {0, 0, 1},
     {{2, 0, "backward branch to %llu"},
      {2, 2, "invalid branch target %llu"},
      {1, 1, "invalid branch target %llu"},
      {0, 255, "invalid branch target %llu"}}},
    {"ret", 35, 35, {0, 0, 7}, {{0, 1, BAD_RESERVED}, {1, 1, BAD_RESERVED}, {2, 8, BAD_REGISTER}}},
    {"nop", 36, 36, {0, 0, 0}, {{0, 1, BAD_RESERVED}, {1, 1, BAD_RESERVED}, {2, 1, BAD_RESERVED}}},
    {"popts, flushts",
     50,
     51,
     {0, 0, 0},
     {{0, 1, BAD_RESERVED}, {1, 1, BAD_RESERVED}, {2, 1, BAD_RESERVED}}},
    {"setx",
     37,
     37,
     {0, 1, 7},
     {{1, 2, BAD_INTEGER}, {0, 1, BAD_INTEGER}, {2, 8, BAD_REGISTER}, {2, 0, BAD_TARGET}}},
    {"sets",
     38,
     38,
     {0, 3, 7},
     {{1, 4, BAD_STRING}, {0, 1, BAD_STRING}, {2, 8, BAD_REGISTER}, {2, 0, BAD_TARGET}}},
    {"ldga", 40, 40, {255, 7, 7}, {{1, 8, BAD_REGISTER}, {2, 8, BAD_REGISTER}, {2, 0, BAD_TARGET}}},
    {"ldta", 43, 43, {255, 7, 7}, {{1, 8, BAD_REGISTER}, {2, 8, BAD_REGISTER}, {2, 0, BAD_TARGET}}},
    {"stga", 80, 80, {255, 7, 0}, {{1, 8, BAD_REGISTER}, {2, 8, BAD_REGISTER}}},
    {"ldgs", 41, 41, RULES_VARIABLE(0)},
    {"ldts", 44, 44, RULES_VARIABLE(0)},
    {"ldls", 56, 56, RULES_VARIABLE(0)},
    {"ldgaa, ldtaa", 52, 53, RULES_VARIABLE(1)},
    {"stgs", 42, 42, RULES_STORE(0)},
    {"stts", 45, 45, RULES_STORE(0)},
    {"stls", 57, 57, RULES_STORE(0)},
    {"stgaa, sttaa", 54, 55, RULES_STORE(1)},
    {"call",
     47,
     47,
     {0, 0, 7},
     {{1, 49, BAD_SUBROUTINE},
      {1, 255, BAD_SUBROUTINE},
      {0, 1, BAD_SUBROUTINE},
      {2, 8, BAD_REGISTER},
      {2, 0, BAD_TARGET}}},
    {"pushtr",
     48,
     48,
     {1, 7, 7},
     {{0, 2, "invalid ref type %llu"},
      {0, 255, "invalid ref type %llu"},
      {1, 8, BAD_REGISTER},
      {2, 8, BAD_REGISTER}}},
    {"pushtv",
     49,
     49,
     {0, 7, 7},
     {{0, 1, "invalid val type %llu"}, {1, 8, BAD_REGISTER}, {2, 8, BAD_REGISTER}}},
};

static uint32_t word_of(uint8_t op, const uint8_t fields[3])
{
    return DIF_REGS(op, fields[0], fields[1], fields[2]);
}

/* What is told is a format for one number. */
static bool reads_as_text(const char *format)
{
    char text[96];
    struct text_buffer buffer = {text, sizeof text, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, format, 7ull);
    return strstr(text, "(bad format)") == NULL;
}

static void check_bad_fields(const struct shape *shape, uint8_t op)
{
    for (size_t i = 0; i < 8 && shape->bad[i].text != NULL; i++) {
        uint8_t fields[3];
        memcpy(fields, shape->good, sizeof fields);
        fields[shape->bad[i].field] = shape->bad[i].value;
        if (VERIFY(word_of(op, fields), DIF_RET(0)) ||
            strcmp(problem.text, shape->bad[i].text) != 0 || problem.pc != 0 ||
            !reads_as_text(problem.text))
            fail_msg("%s, opcode %u: field %u = %u is not refused as it should be: %s", shape->name,
                     op, shape->bad[i].field, shape->bad[i].value, problem.text);
    }
}

static void every_field_of_every_instruction_is_checked_at_its_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (uint8_t op = shapes[i].first; op <= shapes[i].last; op++) {
            if (!VERIFY(word_of(op, shapes[i].good), DIF_RET(0)))
                fail_msg("%s, opcode %u: %s", shapes[i].name, op, problem.text);
            check_bad_fields(&shapes[i], op);
        }
}

static void what_is_no_opcode_is_refused(void **state)
{
    (void)state;
    bool known[256] = {false};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (uint32_t op = shapes[i].first; op <= shapes[i].last; op++) {
            assert_false(known[op]);
            known[op] = true;
        }
    uint32_t unknown = 0;
    for (uint32_t op = 0; op < 256; op++)
        if (!known[op]) {
            REFUSED("invalid opcode %llu", 0, DIF_REGS(op, 1, 1, 1), DIF_RET(0));
            assert_int_equal(problem.value, op);
            unknown++;
        }
    assert_int_equal(unknown, 256 - 78); /* 80 less xlate and xlarg */
}

/* --- Built-in variables ----------------------------------------------------------------------- */

static void only_loads_of_globals_and_locals_reach_built_in_variables(void **state)
{
    (void)state;
    for (uint32_t id = DIF_VAR_CURTHREAD; id < DIF_VAR_USER; id += 0xff) {
        assert_true(VERIFY(DIF_INDEX(DIF_OP_LDGS, id, 1), DIF_RET(1)));
        assert_true(VERIFY(DIF_INDEX(DIF_OP_LDLS, id, 1), DIF_RET(1)));
        REFUSED(BAD_VARIABLE, 0, DIF_INDEX(DIF_OP_LDTS, id, 1), DIF_RET(1));
        REFUSED(BAD_VARIABLE, 0, DIF_INDEX(DIF_OP_LDGAA, id, 1), DIF_RET(1));
        REFUSED(BAD_VARIABLE, 0, DIF_INDEX(DIF_OP_LDTAA, id, 1), DIF_RET(1));
        REFUSED(BAD_VARIABLE, 0, DIF_INDEX(DIF_OP_STGS, id, 1), DIF_RET(1));
        REFUSED(BAD_VARIABLE, 0, DIF_INDEX(DIF_OP_STLS, id, 1), DIF_RET(1));
    }
    REFUSED(BAD_VARIABLE, 0, DIF_INDEX(DIF_OP_LDGS, 0xff, 1), DIF_RET(1));
}

static void a_variable_that_is_used_is_in_the_objects_own_table(void **state)
{
    (void)state;
    REFUSED(BAD_VARIABLE, 0, DIF_INDEX(DIF_OP_LDGS, GAP, 1), DIF_RET(1));
    assert_true(VERIFY(DIF_INDEX(DIF_OP_LDGS, LAST, 1), DIF_RET(1)));
    /* Another object's declaration is not enough. */
    uint32_t text[] = {DIF_INDEX(DIF_OP_LDGS, LAST, 1), DIF_RET(1)};
    struct dif_object object = object_of(text, 2);
    object.variable_count = 2;
    assert_false(dif_verify(&object, &declarations, &problem));
    assert_string_equal(problem.text, BAD_VARIABLE);
}

/* --- The object as a whole -------------------------------------------------------------------- */

static void code_ends_with_ret(void **state)
{
    (void)state;
    REFUSED("expected 'ret' as last DIF instruction", 1, DIF_RET(0), DIF_REGS(DIF_OP_NOP, 0, 0, 0));
    assert_true(VERIFY(DIF_RET(0), DIF_RET(0)));
    struct dif_object object = object_of(NULL, 0);
    assert_false(dif_verify(&object, &declarations, &problem));
    assert_string_equal(problem.text, "missing DIF text");
}

static void branches_lead_forward_and_stay_inside(void **state)
{
    (void)state;
    assert_true(VERIFY(DIF_BRANCH(DIF_OP_BA, 2), DIF_RET(0), DIF_RET(0)));
    REFUSED("invalid branch target %llu", 0, DIF_BRANCH(DIF_OP_BA, 3), DIF_RET(0), DIF_RET(0));
    REFUSED("backward branch to %llu", 1, DIF_RET(0), DIF_BRANCH(DIF_OP_BA, 1), DIF_RET(0));
    REFUSED("backward branch to %llu", 1, DIF_RET(0), DIF_BRANCH(DIF_OP_BA, 0), DIF_RET(0));
}

static void strings_end(void **state)
{
    (void)state;
    uint32_t text[] = {DIF_RET(0)};
    struct dif_object object = object_of(text, 1);
    object.strings_size = 3;
    assert_false(dif_verify(&object, &declarations, &problem));
    assert_string_equal(problem.text, "non-terminating string table");
    assert_int_equal(problem.pc, UINT32_MAX);
}

static void without_tables_there_is_nothing_to_refer_to(void **state)
{
    (void)state;
    uint32_t text[] = {DIF_INDEX(DIF_OP_SETX, 0, 1), DIF_RET(0)};
    struct dif_object object = {.text = text, .length = 2, .type = {.size = 8}};
    assert_false(dif_verify(&object, &declarations, &problem));
    assert_string_equal(problem.text, BAD_INTEGER);
    text[0] = DIF_INDEX(DIF_OP_SETS, 0, 1);
    assert_false(dif_verify(&object, &declarations, &problem));
    assert_string_equal(problem.text, BAD_STRING);
    text[0] = DIF_INDEX(DIF_OP_LDGS, DIF_VAR_USER, 1);
    assert_false(dif_verify(&object, &declarations, &problem));
    assert_string_equal(problem.text, BAD_VARIABLE);
    text[0] = DIF_INDEX(DIF_OP_STGS, DIF_VAR_USER, 0);
    assert_false(dif_verify(&object, &declarations, &problem));
    assert_string_equal(problem.text, BAD_VARIABLE);
}

static bool verify_result(struct dif_type type)
{
    uint32_t text[] = {DIF_RET(0)};
    struct dif_object object = object_of(text, 1);
    object.type = type;
    return dif_verify(&object, &declarations, &problem);
}

static void a_result_by_value_has_a_size_that_can_be_stored(void **state)
{
    (void)state;
    for (uint32_t size = 0; size <= 9; size++)
        assert_int_equal(verify_result((struct dif_type){.size = size}),
                         size <= 2 || size == 4 || size == 8);
    assert_false(verify_result((struct dif_type){.size = UINT32_MAX}));
    assert_string_equal(problem.text, "bad return size %llu");
    assert_true(verify_result((struct dif_type){.flags = DIF_TYPE_BY_REF, .size = 3}));
    assert_true(verify_result((struct dif_type){.flags = DIF_TYPE_BY_USER_REF, .size = 3}));
    assert_false(verify_result((struct dif_type){.flags = 4, .size = 8}));
    assert_string_equal(problem.text, "bad return flags %llu");
    assert_false(verify_result((struct dif_type){.kind = 2, .size = 8}));
    assert_string_equal(problem.text, "bad return kind %llu");
}

static void what_destroys_is_marked(void **state)
{
    (void)state;
    const uint32_t flush = DIF_REGS(DIF_OP_FLUSHTS, 0, 0, 0);
    const uint32_t push = DIF_REGS(DIF_OP_PUSHTV, 0, 0, 1);
    uint32_t text[] = {flush, push, push, push, DIF_INDEX(DIF_OP_CALL, 0, 1), DIF_RET(0)};
    for (uint32_t number = 0; number <= DIF_SUBR_MAX; number++) {
        text[4] = DIF_INDEX(DIF_OP_CALL, number, 1);
        struct dif_object object = object_of(text, 6);
        object.destructive = true;
        assert_true(dif_verify(&object, &declarations, &problem));
        assert_int_equal(object.destructive,
                         number == DIF_SUBR_COPYOUT || number == DIF_SUBR_COPYOUTSTR);
    }
    text[4] = DIF_REGS(DIF_OP_STGA, DIF_ARRAY_UREGS, 1, 1);
    struct dif_object object = object_of(text, 6);
    assert_true(dif_verify(&object, &declarations, &problem));
    assert_true(object.destructive);
}

/* --- Arguments of subroutines ----------------------------------------------------------------- */

#define FLUSH     DIF_REGS(DIF_OP_FLUSHTS, 0, 0, 0)
#define POP       DIF_REGS(DIF_OP_POPTS, 0, 0, 0)
#define PUSH      DIF_REGS(DIF_OP_PUSHTV, 0, 0, 1)
#define PUSH_REF  DIF_REGS(DIF_OP_PUSHTR, 1, 0, 1)
#define CALL(sub) DIF_INDEX(DIF_OP_CALL, DIF_SUBR_##sub, 1)
#define TOO_FEW   "too few arguments for subr %llu"

/* How many the prototypes of section 14 of the reference demand. */
static const char needed[] = "0111111121" /* rand .. copyinstr */
                             "0113313311" /* speculation .. msgsize */
                             "1122111122" /* getmajor .. strrchr */
                             "2222211111" /* strstr .. ntohl */
                             "12111112";  /* ntohll .. json */

static bool verify_call(uint32_t subroutine, uint32_t pushes)
{
    uint32_t text[16];
    uint32_t length = 0;
    text[length++] = FLUSH;
    for (uint32_t i = 0; i < pushes; i++)
        text[length++] = i % 2 == 0 ? PUSH : PUSH_REF;
    text[length++] = DIF_INDEX(DIF_OP_CALL, subroutine, 1);
    text[length++] = DIF_RET(1);
    return verify(text, length);
}

static void every_subroutine_has_its_arguments(void **state)
{
    (void)state;
    assert_int_equal(sizeof needed - 1, DIF_SUBR_STRTOLL);
    for (uint32_t number = 0; number <= DIF_SUBR_MAX; number++) {
        uint32_t least = number == DIF_SUBR_STRTOLL ? 1 : (uint32_t)(needed[number] - '0');
        for (uint32_t pushes = 0; pushes <= DIF_TUPLE_MAX; pushes++) {
            if (verify_call(number, pushes) != (pushes >= least))
                fail_msg("subroutine %u with %u arguments", number, pushes);
            if (pushes < least) {
                assert_string_equal(problem.text, TOO_FEW);
                assert_int_equal(problem.value, number);
                assert_int_equal(problem.pc, pushes + 1);
            }
        }
    }
}

static void popping_and_flushing_take_arguments_away(void **state)
{
    (void)state;
    REFUSED(TOO_FEW, 2, PUSH, POP, CALL(STRLEN), DIF_RET(1));
    REFUSED(TOO_FEW, 2, PUSH, FLUSH, CALL(STRLEN), DIF_RET(1));
    REFUSED(TOO_FEW, 3, POP, PUSH, POP, CALL(STRLEN), DIF_RET(1));
    assert_true(VERIFY(POP, PUSH, CALL(STRLEN), DIF_RET(1)));
    assert_true(VERIFY(PUSH, PUSH, POP, CALL(STRLEN), CALL(TOLOWER), DIF_RET(1)));
}

static void the_path_with_the_fewest_arguments_counts(void **state)
{
    (void)state;
    /* be over the push */
    REFUSED(TOO_FEW, 2, DIF_BRANCH(DIF_OP_BE, 2), PUSH, CALL(STRLEN), DIF_RET(1));
    /* one side pushes, the other not: ba ends the first */
    REFUSED(TOO_FEW, 4, DIF_BRANCH(DIF_OP_BE, 3), PUSH, DIF_BRANCH(DIF_OP_BA, 4), FLUSH,
            CALL(STRLEN), DIF_RET(1));
    assert_true(VERIFY(DIF_BRANCH(DIF_OP_BE, 3), PUSH, DIF_BRANCH(DIF_OP_BA, 4), PUSH, CALL(STRLEN),
                       DIF_RET(1)));
    /* every branch is one */
    for (uint32_t op = DIF_OP_BE; op <= DIF_OP_BLEU; op++)
        REFUSED(TOO_FEW, 2, DIF_BRANCH(op, 2), PUSH, CALL(STRLEN), DIF_RET(1));
    /* two branches to one target, the later one with fewer */
    REFUSED(TOO_FEW, 5, PUSH, DIF_BRANCH(DIF_OP_BE, 5), POP, DIF_BRANCH(DIF_OP_BE, 5), PUSH,
            CALL(STRLEN), DIF_RET(1));
    /* and the earlier one with fewer */
    REFUSED(TOO_FEW, 3, DIF_BRANCH(DIF_OP_BE, 3), PUSH, DIF_BRANCH(DIF_OP_BE, 3), CALL(STRLEN),
            DIF_RET(1));
}

static void ways_that_end_bring_nothing(void **state)
{
    (void)state;
    assert_true(
        VERIFY(PUSH, DIF_BRANCH(DIF_OP_BE, 4), FLUSH, DIF_RET(0), CALL(STRLEN), DIF_RET(1)));
    /* Nobody comes here. */
    assert_true(VERIFY(DIF_RET(0), CALL(STRLEN), DIF_RET(1)));
    assert_true(VERIFY(DIF_RET(0), POP, FLUSH, CALL(STRLEN), DIF_RET(1)));
    /* Nine pushes end the run. */
    assert_true(
        VERIFY(PUSH, PUSH, PUSH, PUSH, PUSH, PUSH, PUSH, PUSH, PUSH, CALL(BCOPY), DIF_RET(1)));
}

/* `count` branches to targets of their own, the nearest first or last, which all wait at once. */
static uint32_t *nest(uint32_t count, bool nearest_first, uint32_t depth, uint32_t *length)
{
    *length = 2 * count + depth + 2;
    uint32_t *text = calloc(*length, sizeof *text);
    assert_non_null(text);
    for (uint32_t i = 0; i < depth; i++)
        text[i] = PUSH;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t target = depth + count + (nearest_first ? i : count - 1 - i);
        text[depth + i] = DIF_BRANCH(DIF_OP_BE + i % (DIF_OP_BLEU - DIF_OP_BE + 1), target);
        text[depth + count + i] = DIF_REGS(DIF_OP_NOP, 0, 0, 0);
    }
    text[depth + 2 * count] = CALL(STRLEN);
    text[depth + 2 * count + 1] = DIF_RET(0);
    return text;
}

static void branches_may_be_nested_up_to_a_limit(void **state)
{
    (void)state;
    for (uint32_t form = 0; form < 4; form++) {
        uint32_t length;
        uint32_t *text = nest(DIF_JOINS_MAX, form & 1, form >> 1, &length);
        assert_int_equal(verify(text, length), form >> 1);
        if (form >> 1 == 0)
            assert_string_equal(problem.text, TOO_FEW);
        free(text);
        text = nest(DIF_JOINS_MAX + 1, form & 1, 1, &length);
        refused(text, length, "too many branches at once", 1 + DIF_JOINS_MAX);
        free(text);
    }
}

/* Forward branches at random: the least depth by trying every path, beside the verifier's word. */
static uint32_t random_state;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 16) % bound;
}

static uint32_t random_word(uint32_t pc, uint32_t length)
{
    uint32_t forward = pc + 1 + random_below(length - pc - 1);
    switch (random_below(8)) {
    case 0:
        return DIF_BRANCH(DIF_OP_BA, forward);
    case 1:
    case 2:
        return DIF_BRANCH(DIF_OP_BNE, forward);
    case 3:
        return random_below(2) ? POP : FLUSH;
    case 4:
        return random_below(8) ? CALL(STRLEN) : CALL(BCOPY);
    case 5:
        return random_below(8) ? PUSH_REF : DIF_RET(0);
    default:
        return PUSH;
    }
}

static bool some_path_lacks(const uint32_t *text, uint32_t pc, uint32_t depth)
{
    for (;; pc++) {
        uint32_t op = dif_op(text[pc]);
        if (op == DIF_OP_RET || depth > DIF_TUPLE_MAX)
            return false;
        if (op == DIF_OP_CALL && depth < (text[pc] == CALL(STRLEN) ? 1u : 3u))
            return true;
        if (op == DIF_OP_BNE && some_path_lacks(text, dif_label(text[pc]), depth))
            return true;
        if (op == DIF_OP_BA)
            return some_path_lacks(text, dif_label(text[pc]), depth);
        if (op == DIF_OP_PUSHTV || op == DIF_OP_PUSHTR)
            depth++;
        if (op == DIF_OP_POPTS && depth > 0)
            depth--;
        if (op == DIF_OP_FLUSHTS)
            depth = 0;
    }
}

static void trying_every_path_finds_the_same(void **state)
{
    (void)state;
    uint32_t refusals = 0;
    for (uint32_t seed = 0; seed < 20000; seed++) {
        uint32_t text[24];
        uint32_t length = 3 + seed % 22;
        random_state = seed;
        for (uint32_t pc = 0; pc + 1 < length; pc++)
            text[pc] = random_word(pc, length);
        text[length - 1] = DIF_RET(0);
        bool lacks = some_path_lacks(text, 0, 0);
        if (verify(text, length) == lacks)
            fail_msg("seed %u", seed);
        refusals += lacks;
    }
    assert_true(refusals > 2000 && refusals < 18000);
}

/* --- Variables -------------------------------------------------------------------------------- */

static bool declare(const struct dif_variable *list, uint32_t count, uint32_t program)
{
    static const uint32_t text[] = {DIF_RET(0)};
    struct dif_object object = object_of(text, 1);
    object.variables = list;
    object.variable_count = count;
    object.program = program;
    return dif_verify(&object, &declarations, &problem);
}

static struct dif_variable variable_of(uint32_t scope, uint32_t kind, uint8_t flags, uint32_t size)
{
    return (struct dif_variable){.id = DIF_VAR_USER,
                                 .scope = (uint8_t)scope,
                                 .kind = (uint8_t)kind,
                                 .type = {.flags = flags, .size = size}};
}

static bool declare_one(struct dif_variable variable)
{
    return declare(&variable, 1, 0);
}

static void refused_variable(struct dif_variable variable, const char *what)
{
    (void)start(NULL);
    assert_false(declare_one(variable));
    assert_string_equal(problem.text, what);
    assert_int_equal(problem.value, variable.id);
    assert_int_equal(declarations.count, 0);
}

static void what_a_variable_may_be_has_limits(void **state)
{
    (void)state;
    struct dif_variable good = variable_of(0, 1, 0, 8), bad = good;
    assert_true(declare_one(good));
    bad.scope = 3;
    refused_variable(bad, "variable %llu: unknown scope");
    bad = good;
    bad.kind = 2;
    refused_variable(bad, "variable %llu: unknown kind");
    bad = good;
    bad.id = 0xffff;
    assert_true(declare_one(bad));
    bad.id = 0x10000;
    refused_variable(bad, "variable %llu: id out of range");
    bad = good;
    bad.type.kind = 2;
    refused_variable(bad, "variable %llu: bad type kind");
    bad = good;
    bad.type.flags = 4;
    refused_variable(bad, "variable %llu: bad type flags");
    refused_variable(variable_of(0, 1, 0, 9), "variable %llu: oversized by-value variable");
    refused_variable(variable_of(0, 1, DIF_TYPE_BY_USER_REF, DIF_STATIC_MAX + 1),
                     "variable %llu: oversized by-value variable");
    refused_variable(variable_of(0, 1, DIF_TYPE_BY_REF, 0), "variable %llu: zero-sized variable");
    refused_variable(variable_of(1, 0, DIF_TYPE_BY_REF, 0), "variable %llu: zero-sized variable");
}

static void statics_by_reference_have_a_limit(void **state)
{
    for (uint32_t scope = 0; scope < DIF_SCOPES; scope++) {
        uint32_t most = scope == DIF_SCOPE_THREAD ? DIF_DYNAMIC_MAX : DIF_STATIC_MAX;
        (void)start(state);
        assert_true(declare_one(variable_of(scope, 1, DIF_TYPE_BY_REF, most)));
        refused_variable(variable_of(scope, 1, DIF_TYPE_BY_REF, most + 1),
                         scope == DIF_SCOPE_THREAD ? "variable %llu: oversized by-ref variable"
                                                   : "variable %llu: oversized by-ref static");
    }
}

static void a_string_without_size_has_the_default(void **state)
{
    (void)state;
    struct dif_variable string = variable_of(0, 1, DIF_TYPE_BY_REF, 0);
    string.type.kind = DIF_TYPE_STRING;
    assert_true(declare_one(string));
    assert_int_equal(declared[0].type.size, DIF_STRING_DEFAULT);
    string.type.size = DIF_STRING_DEFAULT;
    assert_true(declare_one(string));
    string.type.size = 255;
    assert_false(declare_one(string));
}

static void a_variable_does_not_change(void **state)
{
    (void)state;
    struct dif_variable good = variable_of(0, 1, 0, 8), bad = good;
    assert_true(declare_one(good));
    bad.kind = 0;
    assert_false(declare_one(bad));
    assert_string_equal(problem.text, "variable %llu: changed variable kind");
    bad = variable_of(0, 1, DIF_TYPE_BY_REF, 8);
    assert_false(declare_one(bad));
    assert_string_equal(problem.text, "variable %llu: changed variable type flags");
    bad = variable_of(0, 1, 0, 4);
    assert_false(declare_one(bad));
    assert_string_equal(problem.text, "variable %llu: changed variable type size");
    assert_true(declare_one(variable_of(0, 1, 0, 0))); /* as whoever does not know says */
    assert_true(declare_one(variable_of(1, 0, 0, 4))); /* another scope's */
    assert_int_equal(declarations.count, 2);
}

static void built_in_variables_declare_nothing(void **state)
{
    (void)state;
    struct dif_variable odd = variable_of(0, 1, 7, 99);
    odd.id = DIF_VAR_USER - 1;
    assert_true(declare_one(odd));
    assert_int_equal(declarations.count, 0);
}

static void a_failed_object_declares_nothing(void **state)
{
    (void)state;
    uint32_t text[] = {0};
    struct dif_object object = object_of(text, 1);
    assert_false(dif_verify(&object, &declarations, &problem));
    assert_int_equal(declarations.count, 0);
    /* Other types for the same ids are therefore good. */
    assert_true(declare_one(variable_of(0, 0, DIF_TYPE_BY_REF, 77)));
}

static void declarations_can_be_taken_back(void **state)
{
    (void)state;
    struct dif_variable first = variable_of(0, 1, 0, 8), other = variable_of(0, 1, 0, 4);
    for (uint32_t id = DIF_VAR_USER; id < DIF_VAR_USER + 2000; id++) {
        first.id = id;
        assert_true(declare_one(first));
    }
    declarations.count = 1000;
    for (uint32_t id = DIF_VAR_USER + 1999; id >= DIF_VAR_USER + 1000; id--) {
        other.id = id;
        assert_true(declare_one(other));
    }
    assert_int_equal(declarations.count, 2000);
    for (uint32_t id = DIF_VAR_USER; id < DIF_VAR_USER + 2000; id++) {
        first.id = other.id = id;
        assert_int_equal(declare_one(first), id < DIF_VAR_USER + 1000);
        assert_int_equal(declare_one(other), id >= DIF_VAR_USER + 1000);
    }
    assert_int_equal(declarations.count, 2000);
}

static void too_many_variables_are_refused_and_none_is_kept(void **state)
{
    (void)state;
    declarations.capacity = 3;
    struct dif_variable four[4];
    for (uint32_t i = 0; i < 4; i++) {
        four[i] = variable_of(0, 1, 0, 8);
        four[i].id += i;
    }
    assert_true(declare(four, 1, 0));
    assert_false(declare(four, 4, 0));
    assert_string_equal(problem.text, "variable %llu: too many variables");
    assert_int_equal(declarations.count, 1);
    assert_true(declare(four, 3, 0));
}

static void locals_belong_to_their_program(void **state)
{
    (void)state;
    struct dif_variable local = variable_of(DIF_SCOPE_LOCAL, 1, 0, 8);
    assert_true(declare(&local, 1, 0));
    local.type.size = 4;
    assert_false(declare(&local, 1, 0));
    assert_true(declare(&local, 1, 1));
    assert_int_equal(declarations.count, 2);
}

/* The largest table that a loader lets through: to go through the list for each would take minutes. */
static void the_largest_table_of_variables_is_declared_once(void **state)
{
    (void)state;
    enum {
        VARIABLES = DIF_TABLES_MAX / 20
    };
    struct dif_variable *many = calloc(VARIABLES, sizeof *many);
    assert_non_null(many);
    for (uint32_t i = 0; i < VARIABLES; i++) {
        many[i] = variable_of(i % 3, 1, 0, 8);
        many[i].id = DIF_VAR_USER + i / 3;
    }
    for (uint32_t program = 0; program < 50; program++)
        assert_true(declare(many, VARIABLES, program % 5));
    assert_int_equal(declarations.count, (2 + 5) * VARIABLES / 3);
    free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_field_of_every_instruction_is_checked_at_its_limits, start),
        cmocka_unit_test_setup(what_is_no_opcode_is_refused, start),
        cmocka_unit_test_setup(only_loads_of_globals_and_locals_reach_built_in_variables, start),
        cmocka_unit_test_setup(a_variable_that_is_used_is_in_the_objects_own_table, start),
        cmocka_unit_test_setup(code_ends_with_ret, start),
        cmocka_unit_test_setup(branches_lead_forward_and_stay_inside, start),
        cmocka_unit_test_setup(strings_end, start),
        cmocka_unit_test_setup(without_tables_there_is_nothing_to_refer_to, start),
        cmocka_unit_test_setup(a_result_by_value_has_a_size_that_can_be_stored, start),
        cmocka_unit_test_setup(what_destroys_is_marked, start),
        cmocka_unit_test_setup(every_subroutine_has_its_arguments, start),
        cmocka_unit_test_setup(popping_and_flushing_take_arguments_away, start),
        cmocka_unit_test_setup(the_path_with_the_fewest_arguments_counts, start),
        cmocka_unit_test_setup(ways_that_end_bring_nothing, start),
        cmocka_unit_test_setup(branches_may_be_nested_up_to_a_limit, start),
        cmocka_unit_test_setup(trying_every_path_finds_the_same, start),
        cmocka_unit_test_setup(what_a_variable_may_be_has_limits, start),
        cmocka_unit_test_setup(statics_by_reference_have_a_limit, start),
        cmocka_unit_test_setup(a_string_without_size_has_the_default, start),
        cmocka_unit_test_setup(a_variable_does_not_change, start),
        cmocka_unit_test_setup(built_in_variables_declare_nothing, start),
        cmocka_unit_test_setup(a_failed_object_declares_nothing, start),
        cmocka_unit_test_setup(declarations_can_be_taken_back, start),
        cmocka_unit_test_setup(too_many_variables_are_refused_and_none_is_kept, start),
        cmocka_unit_test_setup(locals_belong_to_their_program, start),
        cmocka_unit_test_setup(the_largest_table_of_variables_is_declared_once, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
