/* How much work a firing may take, and what becomes of a state that takes all the time there is. */
#include "tests/unit/dtrace_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "trace/dtrace/deadman.h"
#include "trace/dtrace/hash.h"

enum {
    MEMORY = 32 << 20,
    LONG = 65000, /* instructions */
    TIMES = DTRACE_WORK_MAX / LONG,
    SECOND = 1000000000
};

static const uint64_t long_integers[] = {60000};

/* The same long code in several actions. */
static struct dif_object *long_code(uint32_t first)
{
    static uint32_t text[LONG];
    static struct dif_object object = {.text = text, .length = LONG};
    for (uint32_t i = 0; i < LONG - 1; i++)
        text[i] = DIF_REGS(DIF_OP_NOP, 0, 0, 0);
    text[0] = first;
    text[LONG - 1] = DIF_RET(0);
    object.type = DIF_RESULT(0);
    return &object;
}

/* alloca(60000), which is copied onto itself so many times. */
static struct dif_object *copying_code(uint32_t times)
{
    static uint32_t text[1024];
    static struct dif_object object = {.text = text, .integers = long_integers, .integer_count = 1};
    assert_true(times + 3 <= 1024);
    text[0] = DIF_INDEX(DIF_OP_SETX, 0, 1);
    text[1] = DIF_REGS(DIF_OP_ALLOCS, 1, 0, 2);
    for (uint32_t i = 0; i < times; i++)
        text[2 + i] = DIF_REGS(DIF_OP_COPYS, 2, 1, 2);
    text[2 + times] = DIF_RET(0);
    object.length = times + 3;
    object.type = DIF_RESULT(0);
    return &object;
}

/* strlen() of one string over and over: of 255 bytes, or of none. */
static struct dif_object *reading_code(bool of_many)
{
    static uint32_t text[LONG];
    static char strings[1 + 255 + 1];
    static struct dif_object object = {
        .text = text, .length = LONG, .strings = strings, .strings_size = sizeof strings};
    memset(strings + 1, 'x', 255);
    text[0] = DIF_INDEX(DIF_OP_SETS, of_many, 1);
    for (uint32_t i = 1; i + 3 < LONG; i += 3) {
        text[i] = DIF_REGS(DIF_OP_PUSHTR, DIF_TYPE_STRING, 0, 1);
        text[i + 1] = DIF_INDEX(DIF_OP_CALL, DIF_SUBR_STRLEN, 2);
        text[i + 2] = DIF_REGS(DIF_OP_FLUSHTS, 0, 0, 0);
    }
    for (uint32_t i = LONG - 3; i < LONG - 1; i++)
        text[i] = DIF_REGS(DIF_OP_NOP, 0, 0, 0);
    text[LONG - 1] = DIF_RET(0);
    object.type = DIF_RESULT(0);
    return &object;
}

/* self->variable, over and over. */
static struct dif_object *looking_code(void)
{
    static uint32_t text[LONG];
    static const struct dif_variable variable = {.name = "",
                                                 .id = DIF_VAR_USER,
                                                 .scope = DIF_SCOPE_THREAD,
                                                 .kind = DIF_KIND_SCALAR,
                                                 .flags = 1,
                                                 .type = DIF_RESULT(8)};
    static struct dif_object object = {
        .text = text, .length = LONG, .variables = &variable, .variable_count = 1};
    for (uint32_t i = 0; i < LONG - 1; i++)
        text[i] = DIF_INDEX(DIF_OP_LDTS, DIF_VAR_USER, 1);
    text[LONG - 1] = DIF_RET(0);
    object.type = DIF_RESULT(0);
    return &object;
}

static uint32_t repeat(struct dof_action *actions, struct dif_object *code, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        actions[i] = host_action(DOF_ACTION_DIFEXPR, code);
    return count;
}

static uint32_t small_probe, large_probe;

/* large: the actions, then a record; behind it another clause.  small: a record.  ERROR: its arg5, the fault. */
static void start(const struct dof_action *work, uint32_t count)
{
    static struct dof_action actions[TIMES + 2];
    host_start(MEMORY, 1, false);
    small_probe = host_probe("small", "");
    large_probe = host_probe("large", "");
    struct dof_action one[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8))};
    struct dof_action fault[] = {
        host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0 + 4, 8))};
    memcpy(actions, work, count * sizeof *work);
    actions[count] = one[0];
    struct dof_clause clauses[] = {HOST_CLAUSE("small", "", one), HOST_CLAUSE("large", "", actions),
                                   HOST_CLAUSE("large", "", one), HOST_CLAUSE("", "ERROR", fault)};
    clauses[1].action_count = count + 1;
    clauses[3].provider = "dtrace";
    assert_true(host_add(clauses, 4, NULL, 0));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
}

static struct host_record records[64];

static uint32_t recorded(void)
{
    struct dtrace_snapshot snapshot = host_principal(0);
    host_assert_balance(&snapshot.books);
    return host_records(&snapshot, records, 64);
}

/* The clause faults, which ERROR tells; the one behind it is lost; the next firing is like any. */
static void assert_cut(void)
{
    host_fire(large_probe, 0, 0, 0);
    assert_int_equal(recorded(), 1);
    assert_int_equal(host_number(records[0].bytes + 16, 8), DIF_FAULT_WORK);
    assert_int_equal(host_principal(0).books.dropped, 1);
    assert_int_equal(host_principal(0).books.errors, 1);
    host_fire(small_probe, 0, 0, 0);
    assert_int_equal(recorded(), 2);
    host_end();
}

static void assert_whole(void)
{
    host_fire(large_probe, 0, 0, 0);
    assert_int_equal(recorded(), 2);
    assert_int_equal(host_principal(0).books.dropped, 0);
    assert_int_equal(dtrace_source_of(host.dtrace).status.errors, 0);
    host_end();
}

static void a_firing_that_takes_too_much_work_is_cut_and_tells_it(void **state)
{
    (void)state;
    struct dof_action actions[TIMES + 1];
    start(actions, repeat(actions, long_code(DIF_REGS(DIF_OP_NOP, 0, 0, 0)), TIMES + 1));
    assert_cut();
}

static void a_firing_that_takes_a_little_less_is_whole(void **state)
{
    (void)state;
    struct dof_action actions[TIMES];
    start(actions, repeat(actions, long_code(DIF_REGS(DIF_OP_NOP, 0, 0, 0)), TIMES));
    assert_whole();
}

static void instructions_that_a_branch_passes_over_are_no_work(void **state)
{
    (void)state;
    struct dof_action actions[TIMES + 1];
    start(actions, repeat(actions, long_code(DIF_BRANCH(DIF_OP_BA, LONG - 1)), TIMES + 1));
    assert_whole();
}

static void bytes_that_are_copied_are_work(void **state)
{
    (void)state;
    struct dof_action action;
    start(&action, repeat(&action, copying_code(DTRACE_WORK_MAX / (60000 / 16) + 1), 1));
    assert_cut();
}

static void fewer_bytes_are_less_work(void **state)
{
    (void)state;
    struct dof_action action;
    start(&action, repeat(&action, copying_code(100), 1));
    assert_whole();
}

static void bytes_of_strings_that_are_read_are_work(void **state)
{
    (void)state;
    struct dof_action actions[2];
    start(actions, repeat(actions, reading_code(true), 2));
    assert_cut();
    start(actions, repeat(actions, reading_code(false), 2));
    assert_whole();
}

static void looking_for_a_variable_of_a_thread_is_work(void **state)
{
    (void)state;
    struct dof_action actions[2];
    start(actions, repeat(actions, looking_code(), 2));
    assert_cut();
    start(actions, repeat(actions, looking_code(), 1));
    assert_whole();
}

/* --- The deadman --- */

/* Firings of 50 ms in each of which the clock is looked at twice: as it begins and as it ends. */
static void start_slow(void)
{
    struct dof_action action;
    start(&action, repeat(&action, copying_code(1), 1));
    host.dtrace->deadman_ns = 10ull * SECOND;
    host.now += 100ull * SECOND; /* a period begins with the first firing */
    host.step = SECOND / 20;
}

static uint32_t killed_by(void)
{
    return (uint32_t)dtrace_source_of(host.dtrace).status.killed;
}

static void a_state_whose_probes_take_nine_tenths_of_the_time_is_killed(void **state)
{
    (void)state;
    start_slow();
    for (uint32_t i = 0; i < 179; i++) {
        host_fire(large_probe, 0, 0, 0);
        host.now -= SECOND / 20; /* nothing happens between two of them */
    }
    assert_int_equal(killed_by(), 0);
    host_fire(large_probe, 0, 0, 0);
    assert_int_equal(killed_by(), 1);
    uint64_t kept = host_principal(0).books.kept;
    host_fire(large_probe, 0, 0, 0);
    host_fire(small_probe, 0, 0, 0);
    assert_int_equal(host_principal(0).books.kept, kept);
    assert_true(dtrace_is_going(host.dtrace)); /* until somebody stops it */
    dtrace_stop(host.dtrace, 0);
    assert_false(dtrace_is_going(host.dtrace));
    const struct dtrace_snapshot snapshot = host_principal(0);
    host_assert_balance(&snapshot.books);
    host_end();
}

static void a_state_whose_probes_take_half_of_the_time_lives(void **state)
{
    (void)state;
    start_slow();
    for (uint32_t i = 0; i < 1000; i++)
        host_fire(large_probe, 0, 0, 0); /* 50 ms between two of them */
    assert_int_equal(killed_by(), 0);
    host_end();
}

static void what_stops_the_machine_in_one_firing_does_not_kill(void **state)
{
    (void)state;
    start_slow();
    host.step = 60ull * SECOND;
    for (uint32_t i = 0; i < 20; i++)
        host_fire(large_probe, 0, 0, 0);
    assert_int_equal(killed_by(), 0);
    host_end();
}

static void short_firings_are_not_timed(void **state)
{
    (void)state;
    start_slow();
    uint64_t before = host.now;
    host_fire(small_probe, 0, 0, 0);
    assert_int_equal(host.now - before, host.step);
    host_end();
}

static void end_does_not_fire_in_a_killed_state(void **state)
{
    (void)state;
    host_start(MEMORY, 1, false);
    uint32_t id = host_probe("large", "");
    struct dof_action work[] = {host_action(DOF_ACTION_DIFEXPR, copying_code(1))};
    struct dof_action one[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8))};
    struct dof_clause clauses[] = {HOST_CLAUSE("large", "", work), HOST_CLAUSE("", "END", one)};
    clauses[1].provider = "dtrace";
    host.dtrace->deadman_ns = SECOND;
    assert_true(host_add(clauses, 2, NULL, 0));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    host.step = SECOND / 20;
    host.now += 100ull * SECOND;
    for (uint32_t i = 0; i < 18; i++, host.now -= SECOND / 20)
        host_fire(id, 0, 0, 0);
    assert_int_equal(killed_by(), 1);
    dtrace_stop(host.dtrace, 0);
    assert_int_equal(recorded(), 0);
    host_end();
}

static void destructive_enablings_that_may_go_have_no_deadman(void **state)
{
    (void)state;
    const struct dof_option option = {DOF_OPTION_DESTRUCTIVE, 1};
    struct dof_action one[] = {host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8))};
    const struct dof_clause clause = HOST_CLAUSE("", "", one);
    for (uint32_t allowed = 0; allowed < 2; allowed++) {
        host_start(MEMORY, 1, allowed > 0);
        host.dtrace->deadman_ns = SECOND;
        assert_true(host_add(&clause, 1, &option, 1));
        assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
        assert_int_equal(host.dtrace->deadman_ns, allowed > 0 ? 0 : SECOND);
        host_end();
    }
}

/* --- Keys that meet in one place --- */

/* Keys whose hashes have the same lowest bits; `start` is the hash of what stands before them. */
static uint64_t next_colliding(uint64_t key, uint32_t start, uint32_t mask)
{
    do
        key++;
    while ((dtrace_hash_bytes(start, (const uint8_t *)&key, sizeof key) & mask) != 0);
    return key;
}

static void keys_that_all_meet_in_one_chain_are_dropped_from_a_length_on(void **state)
{
    (void)state;
    enum {
        KEYS = 100,
        CHAIN = 64
    };
    const struct dof_option small = {DOF_OPTION_AGGSIZE, 32768};
    host_start(MEMORY, 1, false);
    uint32_t id = host_probe("open", "");
    struct dof_action actions[] = {
        host_action(DOF_ACTION_DIFEXPR, host_constant(1, 8)),
        host_action(DOF_ACTION_DIFEXPR, host_variable(DIF_VAR_ARG0, 8)),
        {.kind = DOF_AGGREGATION_COUNT, .ntuple = 2},
    };
    const struct dof_clause clause = HOST_CLAUSE("", "", actions);
    assert_true(host_add(&clause, 1, &small, 1));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
    const uint64_t variable = 1;
    uint32_t before = dtrace_hash_bytes(DTRACE_HASH_START, (const uint8_t *)&variable, 8);
    uint32_t mask = host.dtrace->cpu[0].aggregation.mask;
    for (uint64_t i = 0, key = 0; i < KEYS; i++) {
        key = next_colliding(key, before, mask);
        host_fire(id, 0, key, 0);
    }
    struct dtrace_snapshot snapshot = host_aggregations(0);
    host_assert_balance(&snapshot.books);
    assert_int_equal(snapshot.books.kept, CHAIN);
    assert_int_equal(snapshot.books.dropped, KEYS - CHAIN);
    host_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_firing_that_takes_too_much_work_is_cut_and_tells_it),
        cmocka_unit_test(a_firing_that_takes_a_little_less_is_whole),
        cmocka_unit_test(instructions_that_a_branch_passes_over_are_no_work),
        cmocka_unit_test(bytes_that_are_copied_are_work),
        cmocka_unit_test(fewer_bytes_are_less_work),
        cmocka_unit_test(bytes_of_strings_that_are_read_are_work),
        cmocka_unit_test(looking_for_a_variable_of_a_thread_is_work),
        cmocka_unit_test(a_state_whose_probes_take_nine_tenths_of_the_time_is_killed),
        cmocka_unit_test(a_state_whose_probes_take_half_of_the_time_lives),
        cmocka_unit_test(what_stops_the_machine_in_one_firing_does_not_kill),
        cmocka_unit_test(short_firings_are_not_timed),
        cmocka_unit_test(end_does_not_fire_in_a_killed_state),
        cmocka_unit_test(destructive_enablings_that_may_go_have_no_deadman),
        cmocka_unit_test(keys_that_all_meet_in_one_chain_are_dropped_from_a_length_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
