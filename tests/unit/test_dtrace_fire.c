/* Firings: what a clause records, and what becomes of one that faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dtrace_host.h"

enum {
    MIB = 1 << 20,
    HEADER = 12
};

static void a_record_has_epid_time_and_data(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action actions[] = {
        host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0, 8)),
        host_action(DOF_ACTION_DIFEXPR, host_name(DIF_VAR_PROBEFUNC, 32)),
        host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_PID, 4))};
    const struct dof_clause clause = HOST_CLAUSE("open", "", actions);
    host_go(&clause, 1);
    host_fire(id, 0, 0x1122334455667788, 0);
    struct host_record record;
    assert_int_equal(host_take(&record, 1), 1);
    assert_int_equal(record.epid, 1);
    assert_true(record.time == 0x100000002);
    assert_true(host_number(record.bytes + 16, 8) == 0x1122334455667788);
    static const char name[32] = "open";
    assert_memory_equal(record.bytes + 24, name, 32);
    assert_int_equal(host_number(record.bytes + 56, 4), 42);
    host_end();
}

static void a_clause_sees_the_four_names_of_its_probe(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action actions[4];
    for (uint32_t i = 0; i < HOST_COUNT(actions); i++)
        actions[i] = host_action(DOF_ACTION_DIFEXPR, host_name(DIF_VAR_PROBEPROV + i, 8));
    const struct dof_clause clause = HOST_CLAUSE("open", "", actions);
    host_go(&clause, 1);
    host_fire(id, 0, 0, 0);
    struct host_record record;
    assert_int_equal(host_take(&record, 1), 1);
    static const char names[4][8] = {"test", "module", "open", "entry"};
    assert_memory_equal(record.bytes + 16, names, sizeof names);
    host_end();
}

static void a_string_leaves_nothing_of_a_longer_one_behind_it(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("a function", "entry"), next = host_probe("f", "entry");
    struct dof_action actions[] = {
        host_action(DOF_ACTION_DIFEXPR, host_name(DIF_VAR_PROBEFUNC, 16))};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    host_go(&clause, 1);
    host_fire(id, 0, 0, 0);
    host_fire(next, 0, 0, 0);
    struct host_record records[2];
    assert_int_equal(host_take(records, 2), 2);
    static const char name[16] = "f";
    assert_memory_equal(records[1].bytes + 16, name, sizeof name);
    host_end();
}

static void an_empty_clause_leaves_its_header(void **state)
{
    (void)state;
    host_fire(host_start_empty(), 0, 0, 0);
    struct dtrace_snapshot snapshot = host_principal(0);
    assert_int_equal(snapshot.size, HEADER);
    assert_int_equal(snapshot.books.kept, 1);
    host_end();
}

static void a_predicate_is_cut_to_32_bits(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_clause clause = {.provider = "test",
                                .module = "",
                                .function = "",
                                .name = "",
                                .predicate = host_variable(DIF_VAR_ARG0, 8)};
    host_go(&clause, 1);
    host_fire(id, 0, 0, 0);
    host_fire(id, 0, 0x100000000, 0);
    host_fire(id, 0, 0x100000001, 0);
    struct dtrace_snapshot snapshot = host_principal(0);
    assert_int_equal(snapshot.books.emitted, 3);
    assert_int_equal(snapshot.books.kept, 1);
    assert_int_equal(snapshot.books.filtered, 2);
    assert_int_equal(snapshot.books.errors, 0);
    host_end();
}

static void variables_live_over_clauses_and_firings(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action add[] = {host_action(DOF_ACTION_DIFEXPR, host_add_global(0x500, 3))};
    struct dof_action show[] = {host_action(DOF_ACTION_DIFEXPR, host_global(0x500))};
    const struct dof_clause clauses[] = {HOST_CLAUSE("", "entry", add),
                                         HOST_CLAUSE("", "entry", show)};
    host_go(clauses, 2);
    host_fire(id, 0, 0, 0);
    host_fire(id, 0, 0, 0);
    struct host_record records[2];
    assert_int_equal(host_take(records, 2), 2);
    assert_int_equal(host_number(records[0].bytes + 16, 8), 3);
    assert_int_equal(host_number(records[1].bytes + 16, 8), 6);
    assert_int_equal(records[1].epid, 2);
    host_end();
}

/* The record of ERROR, the only one, after the probe has fired with this clause on it. */
static struct host_record error_of(uint32_t id, const struct dof_clause *clause)
{
    struct host_record record;
    assert_true(host_add(clause, 1, host_small, HOST_SMALL));
    assert_true(host_add_file("tests/dof/examples/E.dof"));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    host_fire(id, 0, 0, 0);
    assert_int_equal(host_take(&record, 1), 1);
    return record;
}

static void assert_error(const struct host_record *record, const uint64_t arguments[5])
{
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(host_number(record->bytes + 16 + 8 * i, 8), arguments[i]);
}

static void a_fault_leaves_no_record_and_fires_error(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action bad[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8)),
                               host_action(DOF_ACTION_DIFEXPR, host_divide_by_zero(8)),
                               host_action(DOF_ACTION_DIFEXPR, host_set_global(0x500, 9))};
    const struct dof_clause clause = HOST_CLAUSE("open", "entry", bad);
    const struct host_record record = error_of(id, &clause);
    assert_int_equal(record.epid, 2);
    assert_error(&record, (const uint64_t[]){1, 2, 4, DIF_FAULT_DIVZERO, 0});
    assert_int_equal(dtrace_source_of(host.dtrace).status.errors, 1);
    assert_int_equal(host_principal(0).books.errors, 1);
    host_end();
}

static void a_fault_in_a_predicate_is_that_of_action_0(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    const struct dof_clause clause = {.provider = "test",
                                      .module = "",
                                      .function = "",
                                      .name = "",
                                      .predicate = host_load(0x1234)};
    const struct host_record record = error_of(id, &clause);
    assert_error(&record, (const uint64_t[]){1, 0, 4, DIF_FAULT_BADADDR, 0x1234});
    host_end();
}

static void a_fault_of_an_action_itself_has_no_offset(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dif_object *nowhere = host_constant(0, 8);
    nowhere->type = DIF_RESULT_STRING(16);
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, nowhere)};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    const struct host_record record = error_of(id, &clause);
    assert_true(host_number(record.bytes + 32, 8) == UINT64_MAX);
    assert_int_equal(host_number(record.bytes + 40, 8), DIF_FAULT_BADADDR);
    host_end();
}

/* The address is that of a string, but a user's address is none of the kernel's. */
static void a_result_in_memory_of_a_user_is_a_bad_address(void **state)
{
    (void)state;
    static const uint8_t kinds[] = {DIF_TYPE_C, DIF_TYPE_STRING};
    for (uint32_t i = 0; i < HOST_COUNT(kinds); i++) {
        host_start(MIB, 1, false);
        uint32_t id = host_probe("open", "entry");
        struct dif_object *code = host_string("secret", 7);
        code->type.kind = kinds[i];
        code->type.flags = DIF_TYPE_BY_USER_REF;
        struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, code)};
        const struct dof_clause clause = HOST_CLAUSE("", "", actions);
        host_go(&clause, 1);
        host_fire(id, 0, 0, 0);
        assert_int_equal(dtrace_source_of(host.dtrace).status.errors, 1);
        assert_int_equal(host_principal(0).books.kept, 0);
        host_end();
    }
}

static void a_fault_in_error_is_only_counted(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action bad[] = {host_action(DOF_ACTION_DIFEXPR, host_divide_by_zero(8))};
    const struct dof_clause clauses[] = {HOST_CLAUSE("", "entry", bad),
                                         {.provider = "dtrace",
                                          .module = "",
                                          .function = "",
                                          .name = "ERROR",
                                          .actions = bad,
                                          .action_count = 1}};
    host_go(clauses, 2);
    host_fire(id, 0, 0, 0);
    struct dtrace_status status = dtrace_source_of(host.dtrace).status;
    assert_int_equal(status.errors, 1);
    assert_int_equal(status.errors_in_errors, 1);
    const struct dtrace_buffer_books books = host_principal(0).books;
    assert_int_equal(books.kept, 0);
    host_assert_balance(&books);
    host_end();
}

static uint32_t nested_probe;

static void fire_again(void *context, uint64_t ns)
{
    (void)context, (void)ns;
    host_fire(nested_probe, 0, 0, 0);
}

static void a_firing_within_a_firing_is_passed_over_and_counted(void **state)
{
    (void)state;
    host_start(MIB, 1, true);
    uint32_t id = nested_probe = host_probe("open", "entry");
    struct dof_action actions[] = {host_action(DOF_ACTION_CHILL, host_constant(1, 8)),
                                   host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8))};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    const struct dof_option options[] = {{DOF_OPTION_DESTRUCTIVE, 1}, {DOF_OPTION_BUFSIZE, 4096}};
    assert_true(host_add(&clause, 1, options, 2));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    struct dtrace_environment changed = *host.dtrace->environment;
    changed.chill = fire_again;
    host.dtrace->cpu[0].firing.environment = &changed;
    host_fire(id, 0, 0, 0);
    assert_int_equal(host_principal(0).books.kept, 1);
    assert_int_equal(dtrace_source_of(host.dtrace).status.nested, 1);
    host_end();
}

static void raise_sends_a_signal_that_there_is(void **state)
{
    (void)state;
    static const struct dof_option options[] = {{DOF_OPTION_DESTRUCTIVE, 0}};
    static const uint64_t signals[] = {0, 9, HOST_SIGNALS - 1, HOST_SIGNALS, UINT64_MAX};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        host_start(MIB, 1, true);
        uint32_t id = host_probe("open", "entry");
        struct dof_action actions[] = {host_action(DOF_ACTION_RAISE, host_constant(signals[i], 8)),
                                       host_action(DOF_ACTION_DIFEXPR, host_set_global(0x500, 1))};
        const struct dof_clause clause = HOST_CLAUSE("", "", actions);
        assert_true(host_add(&clause, 1, options, 1));
        assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
        host.raised = 77;
        host_fire(id, 0, 0, 0);
        assert_int_equal(host.raised, signals[i]);
        assert_int_equal(host.chilled, 0);
        assert_int_equal(dtrace_source_of(host.dtrace).status.errors, signals[i] >= HOST_SIGNALS);
        host_end();
    }
}

/* The first action fills 40 bytes of scratch; the second, of another clause, has the address of what then is free. */
static struct dif_object *filling(const char *text)
{
    static const uint32_t code[] = {DIF_INDEX(DIF_OP_SETX, 0, 1),
                                    DIF_REGS(DIF_OP_PUSHTV, 0, 0, 1),
                                    DIF_INDEX(DIF_OP_CALL, DIF_SUBR_ALLOCA, 2),
                                    DIF_INDEX(DIF_OP_SETS, 0, 3),
                                    DIF_REGS(DIF_OP_COPYS, 3, 1, 2),
                                    DIF_RET(0)};
    static const uint64_t size = 40;
    static struct dif_object object;
    object = (struct dif_object){DIF_TEXT(code),  .integers = &size,  .integer_count = 1,
                                 .strings = text, .strings_size = 40, .type = DIF_RESULT(0)};
    return &object;
}

/* A subroutine on what stands one byte behind the beginning of free scratch, and on a path. */
static struct dif_object *reading(uint32_t subroutine, uint32_t size)
{
    static uint32_t code[] = {DIF_REGS(DIF_OP_PUSHTV, 0, 0, 0),
                              DIF_INDEX(DIF_OP_CALL, DIF_SUBR_ALLOCA, 1),
                              DIF_INDEX(DIF_OP_SETX, 0, 2),
                              DIF_REGS(DIF_OP_ADD, 1, 2, 1),
                              DIF_REGS(DIF_OP_FLUSHTS, 0, 0, 0),
                              DIF_REGS(DIF_OP_PUSHTV, 0, 0, 1),
                              DIF_INDEX(DIF_OP_SETS, 0, 2),
                              DIF_REGS(DIF_OP_PUSHTV, 0, 0, 2),
                              0,
                              DIF_RET(1)};
    static const uint64_t one = 1;
    static struct dif_object object;
    code[8] = DIF_INDEX(DIF_OP_CALL, subroutine, 1);
    object =
        (struct dif_object){DIF_TEXT(code),  .integers = &one,  .integer_count = 1,
                            .strings = "ab", .strings_size = 3, .type = DIF_RESULT_STRING(size)};
    return &object;
}

static void what_was_popped_is_no_argument(void **state)
{
    (void)state;
    static const uint32_t code[] = {DIF_INDEX(DIF_OP_SETX, 0, 1),
                                    DIF_REGS(DIF_OP_PUSHTV, 0, 0, 1),
                                    DIF_REGS(DIF_OP_POPTS, 0, 0, 0),
                                    DIF_INDEX(DIF_OP_SETX, 1, 2),
                                    DIF_REGS(DIF_OP_PUSHTV, 0, 0, 2),
                                    DIF_INDEX(DIF_OP_CALL, DIF_SUBR_HTONL, 1),
                                    DIF_RET(1)};
    static const uint64_t integers[] = {0x01020304, 0x05060708};
    struct dif_object object = {DIF_TEXT(code), .integers = integers, .integer_count = 2,
                                .type = DIF_RESULT(4)};
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, &object)};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    host_go(&clause, 1);
    host_fire(id, 0, 0, 0);
    struct host_record record;
    assert_int_equal(host_take(&record, 1), 1);
    assert_int_equal(host_number(record.bytes + 12, 4), 0x08070605);
    host_end();
}

static void what_is_read_may_overlap_what_is_written(void **state)
{
    (void)state;
    static const struct {
        uint32_t subroutine;
        char text[40], expected[40];
    } cases[] = {{DIF_SUBR_STRJOIN, "?0123456789", "0123456789ab"},
                 {DIF_SUBR_JSON, "?{\"ab\":\"0123456789012345\"}", "0123456789012345"}};
    for (uint32_t i = 0; i < HOST_COUNT(cases); i++) {
        host_start(MIB, 1, false);
        host.reads_its_own = true;
        uint32_t id = host_probe("open", "entry");
        struct dof_action first[] = {host_action(DOF_ACTION_DIFEXPR, filling(cases[i].text))};
        struct dof_action second[] = {
            host_action(DOF_ACTION_DIFEXPR, reading(cases[i].subroutine, 40))};
        const struct dof_clause clauses[] = {HOST_CLAUSE("", "", first),
                                             HOST_CLAUSE("", "", second)};
        host_go(clauses, 2);
        host_fire(id, 0, 0, 0);
        struct host_record record;
        assert_int_equal(host_take(&record, 1), 1);
        assert_memory_equal(record.bytes + 16, cases[i].expected, 40);
        host_end();
    }
}

/* What strchr() gives of a string at the end of all memory. */
static uint64_t found_at_the_end(uint64_t wanted)
{
    host_start(MIB, 1, false);
    host.reads_its_own = true;
    uint8_t *end = host.memory.bytes + MIB;
    const uint32_t text[] = {DIF_INDEX(DIF_OP_SETX, 0, 1),
                             DIF_INDEX(DIF_OP_SETX, 1, 2),
                             DIF_REGS(DIF_OP_PUSHTR, DIF_TYPE_STRING, 0, 1),
                             DIF_REGS(DIF_OP_PUSHTV, 0, 0, 2),
                             DIF_INDEX(DIF_OP_SETX, 0, 3), /* which is no result */
                             DIF_INDEX(DIF_OP_CALL, DIF_SUBR_STRCHR, 3),
                             DIF_RET(3)};
    const uint64_t integers[] = {(uintptr_t)(end - 4), wanted};
    struct dif_object find = {DIF_TEXT(text), .integers = integers, .integer_count = 2,
                              .type = DIF_RESULT(8)};
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, &find)};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    uint32_t id = host_probe("open", "entry");
    host_go(&clause, 1);
    assert_true(host.memory.size - host.memory.used >= 4);
    memcpy(end - 4, "abcd", 4);
    host_fire(id, 0, 0, 0);
    struct host_record record;
    assert_int_equal(host_take(&record, 1), 1);
    uint64_t found = host_number(record.bytes + 16, 8);
    host_end();
    return found == 0 ? 0 : found - (uintptr_t)(end - 4) + 1;
}

static void a_string_that_memory_cuts_off_is_not_read_behind_its_end(void **state)
{
    (void)state;
    assert_int_equal(found_at_the_end('a'), 1);
    assert_int_equal(found_at_the_end('d'), 4);
    assert_int_equal(found_at_the_end('e'), 0);
    assert_int_equal(found_at_the_end(0), 0);
}

static void a_dot_behind_a_letter_is_part_of_a_path(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    const uint32_t text[] = {DIF_INDEX(DIF_OP_SETS, 1, 1),
                             DIF_REGS(DIF_OP_PUSHTR, DIF_TYPE_STRING, 0, 1),
                             DIF_INDEX(DIF_OP_CALL, DIF_SUBR_CLEANPATH, 2), DIF_RET(2)};
    static const char strings[] = "\0/x./y/..z";
    struct dif_object clean = {DIF_TEXT(text), .strings = strings, .strings_size = sizeof strings};
    clean.type = (struct dif_type){.kind = DIF_TYPE_STRING, .flags = DIF_TYPE_BY_REF, .size = 16};
    struct dof_action actions[] = {host_action(DOF_ACTION_DIFEXPR, &clean)};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    uint32_t id = host_probe("open", "entry");
    host_go(&clause, 1);
    host_fire(id, 0, 0, 0);
    struct host_record record;
    assert_int_equal(host_take(&record, 1), 1);
    assert_string_equal((const char *)record.bytes + 16, "/x./y/..z");
    host_end();
}

static void chill_is_bounded_to_half_of_each_second(void **state)
{
    (void)state;
    host_start(MIB, 1, true);
    uint32_t id = host_probe("open", "entry");
    struct dof_action actions[] = {host_action(DOF_ACTION_CHILL, host_variable(DIF_VAR_ARG0, 8))};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    const struct dof_option options[] = {{DOF_OPTION_DESTRUCTIVE, 1}, {DOF_OPTION_BUFSIZE, 4096}};
    assert_true(host_add(&clause, 1, options, 2));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    host_fire(id, 0, 500000001, 0);
    host_fire(id, 0, UINT64_MAX, 0);
    assert_int_equal(host.chilled, 0);
    host_fire(id, 0, 500000000, 0);
    host_fire(id, 0, 1, 0);
    assert_int_equal(host.chilled, 500000000);
    assert_int_equal(dtrace_source_of(host.dtrace).status.errors, 3);
    host.now += 2000000000;
    host_fire(id, 0, 1, 0);
    assert_int_equal(host.chilled, 500000001);
    host_end();
}

static void every_clause_begins_with_all_of_its_scratch(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dif_object *alloca = host_constant(40000, 0);
    static const uint32_t text[] = {DIF_INDEX(DIF_OP_SETX, 0, 1), DIF_REGS(DIF_OP_ALLOCS, 1, 0, 1),
                                    DIF_RET(1)};
    alloca->text = text;
    alloca->length = 3;
    struct dof_action once[] = {host_action(DOF_ACTION_DIFEXPR, alloca)};
    struct dof_action twice[] = {once[0], once[0]};
    const struct dof_clause clauses[] = {HOST_CLAUSE("", "", once), HOST_CLAUSE("", "", once),
                                         HOST_CLAUSE("", "", twice)};
    host_go(clauses, 3);
    host_fire(id, 0, 0, 0);
    assert_int_equal(dtrace_source_of(host.dtrace).status.errors, 1);
    host_end();
}

static void stacks_and_addresses_are_recorded_in_their_form(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("open", "entry");
    struct dof_action actions[] = {host_action(DOF_ACTION_STACK, NULL),
                                   host_action(DOF_ACTION_USTACK, NULL),
                                   host_action(DOF_ACTION_UADDR, host_constant(0x77, 8)),
                                   host_action(DOF_ACTION_SYM, host_constant(0x88, 8))};
    actions[0].arg = 4;
    actions[1].arg = 2;
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    host_go(&clause, 1);
    host_fire(id, 0, 0, 0);
    struct host_record record;
    assert_int_equal(host_take(&record, 1), 1);
    static const uint64_t expected[] = {0x1000, 0x1001, 0x1002, 0, 42, 0, 0, 42, 0x77, 0x88};
    assert_memory_equal(record.bytes + 16, expected, sizeof expected);
    for (uint32_t i = 0; i < HOST_COUNT(host.destroyed); i++)
        assert_int_equal(host.destroyed[i], 0);
    host_end();
}

static void tracemem_takes_as_much_as_it_is_told(void **state)
{
    (void)state;
    host_start(MIB, 1, false);
    uint32_t id = host_probe("abcdefgh", "entry");
    struct dif_object *memory = host_name(DIF_VAR_PROBEFUNC, 8);
    memory->type.kind = DIF_TYPE_C;
    struct dof_action actions[] = {
        host_action(DOF_ACTION_TRACEMEM_DYNSIZE, host_variable(DIF_VAR_ARG0, 8)),
        host_action(DOF_ACTION_TRACEMEM, memory)};
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    host_go(&clause, 1);
    host_fire(id, 0, 3, 0);
    host_fire(id, 0, 100, 0);
    host_fire(id, 0, 0, 0); /* nothing is told */
    struct host_record records[3];
    assert_int_equal(host_take(records, 3), 3);
    assert_memory_equal(records[0].bytes + 24, "abc\0\0\0\0\0", 8);
    assert_memory_equal(records[1].bytes + 24, "abcdefgh", 8);
    assert_memory_equal(records[2].bytes + 24, "abcdefgh", 8);
    host_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_has_epid_time_and_data),
        cmocka_unit_test(a_clause_sees_the_four_names_of_its_probe),
        cmocka_unit_test(a_string_leaves_nothing_of_a_longer_one_behind_it),
        cmocka_unit_test(an_empty_clause_leaves_its_header),
        cmocka_unit_test(a_predicate_is_cut_to_32_bits),
        cmocka_unit_test(variables_live_over_clauses_and_firings),
        cmocka_unit_test(a_fault_leaves_no_record_and_fires_error),
        cmocka_unit_test(a_fault_in_a_predicate_is_that_of_action_0),
        cmocka_unit_test(a_fault_of_an_action_itself_has_no_offset),
        cmocka_unit_test(a_result_in_memory_of_a_user_is_a_bad_address),
        cmocka_unit_test(a_fault_in_error_is_only_counted),
        cmocka_unit_test(a_firing_within_a_firing_is_passed_over_and_counted),
        cmocka_unit_test(raise_sends_a_signal_that_there_is),
        cmocka_unit_test(what_was_popped_is_no_argument),
        cmocka_unit_test(what_is_read_may_overlap_what_is_written),
        cmocka_unit_test(a_string_that_memory_cuts_off_is_not_read_behind_its_end),
        cmocka_unit_test(a_dot_behind_a_letter_is_part_of_a_path),
        cmocka_unit_test(chill_is_bounded_to_half_of_each_second),
        cmocka_unit_test(every_clause_begins_with_all_of_its_scratch),
        cmocka_unit_test(stacks_and_addresses_are_recorded_in_their_form),
        cmocka_unit_test(tracemem_takes_as_much_as_it_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
