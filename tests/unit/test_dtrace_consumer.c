/* The consumer: which record comes when, what stands around it, and what is said of losses and damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/consumer_text.h"
#include "trace/dtrace/consumer_parts.h"

/* What goes to the second sink. */
static void errors_drops_and_damage_have_a_sink_of_their_own(void **state)
{
    (void)state;
    static const uint64_t arguments[] = {1, 1, 4, 4, 0};
    static char texts[2][1024];
    static _Alignas(16) uint8_t bytes[4096];
    struct text_buffer buffers[] = {{texts[0], 1024, 0}, {texts[1], 1024, 0}};
    const struct text_sink sinks[] = {text_buffer_sink(&buffers[0]), text_buffer_sink(&buffers[1])};
    const struct dtrace_outlet outlet = {&sinks[0], &sinks[1], NULL};
    struct dtrace_memory memory = {bytes, sizeof bytes, 0};
    start();
    set(DOF_OPTION_QUIET, 0);
    const struct dtrace_record *piece = one_piece(DOF_ACTION_PRINTF, 4, "%s~");
    draft_put_text(draft_emit(&draft, 0, 1, 0), piece, "{\n");
    draft_ecb(&draft, 3, 10, 1);
    for (uint32_t i = 0; i < 5; i++)
        draft_record(&draft, 3, DOF_ACTION_DIFEXPR, 8, NULL);
    uint8_t *record = draft_emit(&draft, 0, 3, 0);
    for (uint32_t i = 0; i < 5; i++)
        draft_put(record, &draft.ecbs[3].records[i], arguments[i]);
    draft.source.status.dynamic_drops = 1;
    draft.principals[0].books.dropped = 2;
    assert_int_equal(dtrace_consume_to(&outlet, draft_source(&draft), &memory), DTRACE_CONSUME_OK);
    draft_finish(&draft);
    assert_string_equal(texts[0], "{\n~\n");
    assert_string_equal(texts[1],
                        "dtrace: 1 dynamic variable drop\n"
                        "dtrace: error on enabled probe ID 1 (ID 10: fbt:unix:foo:entry): "
                        "divide-by-zero in action #1 at DIF offset 4\n"
                        "dtrace: 2 drops on CPU 0\n");
}

/* --- Order of CPUs --- */

static void three_cpus(void)
{
    start();
    draft.source.cpus = 3;
    draft_ecb(&draft, 1, 1, 0);
    draft_ecb(&draft, 2, 2, 0);
    draft_probe(&draft, 10, "fbt", "unix", "foo", "entry");
    draft_ecb(&draft, 3, 10, 0);
    draft_emit(&draft, 1, 1, 100); /* BEGIN on CPU 1 */
    draft_emit(&draft, 0, 3, 300);
    draft_emit(&draft, 1, 3, 200);
    draft_emit(&draft, 2, 3, 150);
}

static void temporal_merges_by_time(void **state)
{
    (void)state;
    three_cpus();
    set(DOF_OPTION_TEMPORAL, 1);
    draft_emit(&draft, 0, 2, 400);
    expect(HEADING ROW_BEGIN(1) ROW_FOO(2) ROW_FOO(1) ROW_FOO(0) ROW_END(0) "\n");
}

static void begin_comes_first_and_end_last(void **state)
{
    (void)state;
    three_cpus();
    draft.source.begin_cpu = 1;
    draft_emit(&draft, 0, 2, 400);
    expect(HEADING ROW_BEGIN(1) ROW_FOO(1) ROW_FOO(2) ROW_FOO(0) ROW_END(0) "\n");
}

static void begin_and_end_on_one_cpu_stand_around_the_others(void **state)
{
    (void)state;
    three_cpus();
    draft.source.begin_cpu = 1;
    draft_emit(&draft, 1, 2, 400);
    expect(HEADING ROW_BEGIN(1) ROW_FOO(0) ROW_FOO(2) ROW_FOO(1) ROW_END(1) "\n");
}

static void without_memory_the_cpus_follow_one_by_one(void **state)
{
    (void)state;
    three_cpus();
    set(DOF_OPTION_TEMPORAL, 1);
    draft.source.begin_cpu = 1;
    assert_string_equal(
        printed_within(64),
        "dtrace: no memory to merge the CPUs by time: they follow one by one\n" HEADING ROW_BEGIN(1)
            ROW_FOO(1) ROW_FOO(0) ROW_FOO(2) "\n");
    assert_int_equal(status, DTRACE_CONSUME_NO_MEMORY);
}

/* A ring of the records 0, 1 and 2 at offsets 0, 16 and 32. */
static void expect_of_a_ring(uint32_t oldest, uint32_t newest, const char *text)
{
    start();
    const struct dtrace_record *piece = one_piece(DOF_ACTION_DIFEXPR, 4, NULL);
    set(DOF_OPTION_QUIET, 1);
    for (uint32_t i = 0; i < 3; i++)
        draft_put(draft_emit(&draft, 0, 1, 0), piece, i);
    draft.principals[0].wrapped = true;
    draft.principals[0].oldest = oldest;
    draft.principals[0].newest = newest;
    expect(text);
}

static void a_ring_begins_with_its_oldest_record(void **state)
{
    (void)state;
    expect_of_a_ring(16, 16, "120\n");
}

static void a_ring_whose_oldest_record_would_come_at_the_end_has_the_newest_alone(void **state)
{
    (void)state;
    expect_of_a_ring(48, 32, "01\n");
}

/* --- flowindent --- */

static void flowindent_follows_the_calls(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_FLOWINDENT, 0);
    draft_probe(&draft, 10, "fbt", "unix", "outer", "entry");
    draft_probe(&draft, 11, "syscall", "", "read", "entry");
    draft_probe(&draft, 12, "sdt", "unix", "inner", "here");
    draft_probe(&draft, 13, "syscall", "", "read", "return");
    draft_probe(&draft, 14, "fbt", "unix", "outer", "return");
    for (uint32_t i = 0; i < 5; i++) {
        draft_ecb(&draft, i + 1, 10 + i, 0);
        draft_emit(&draft, 0, i + 1, 0);
    }
    expect("CPU FUNCTION                                 \n"
           "  0  -> outer                                 \n"
           "  0    => read                                \n"
           "  0     | inner:here                          \n"
           "  0    <= read                                \n"
           "  0  <- outer                                 \n"
           "\n");
}

static void each_cpu_has_calls_of_its_own(void **state)
{
    (void)state;
    start();
    draft.source.cpus = 2;
    set(DOF_OPTION_FLOWINDENT, 0);
    draft_probe(&draft, 10, "fbt", "unix", "f", "entry");
    draft_probe(&draft, 11, "fbt", "unix", "g", "entry");
    draft_ecb(&draft, 1, 10, 0);
    draft_ecb(&draft, 2, 11, 0);
    for (uint32_t i = 0; i < 4; i++)
        draft_emit(&draft, i / 2, 1 + i % 2, 0);
    expect("CPU FUNCTION                                 \n"
           "  0  -> f                                     \n"
           "  0    -> g                                   \n"
           "  1  -> f                                     \n"
           "  1    -> g                                   \n"
           "\n");
}

static void two_clauses_on_a_probe_are_one_step(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_FLOWINDENT, 0);
    draft_probe(&draft, 10, "fbt", "unix", "f", "entry");
    draft_probe(&draft, 11, "fbt", "unix", "f", "return");
    for (uint32_t i = 0; i < 4; i++) {
        draft_ecb(&draft, i + 1, 10 + i / 2, 0);
        draft_emit(&draft, 0, i + 1, 0);
    }
    expect("CPU FUNCTION                                 \n"
           "  0  -> f                                     \n"
           "  0   | f:entry                               \n"
           "  0   | f:return                              \n"
           "  0  <- f                                     \n"
           "\n");
}

/* The line of the last of `entries` entries and, if `back`, that many returns and one more entry. */
static const char *last_line_of_flow(uint32_t entries, bool back)
{
    static char line[512];
    start();
    set(DOF_OPTION_FLOWINDENT, 0);
    draft_probe(&draft, 10, "fbt", "unix", "f", "entry");
    draft_probe(&draft, 11, "fbt", "unix", "f", "return");
    draft_ecb(&draft, 1, 10, 0);
    draft_ecb(&draft, 2, 11, 0);
    for (uint32_t i = 0; i < entries; i++)
        draft_emit(&draft, 0, 1, 0);
    for (uint32_t i = 0; back && i < entries; i++)
        draft_emit(&draft, 0, 2, 0);
    if (back)
        draft_emit(&draft, 0, 1, 0);
    const char *text = printed(), *end = text + strlen(text) - 2, *at = end;
    while (at[-1] != '\n')
        at--;
    snprintf(line, sizeof line, "%.*s", (int)(end - at), at);
    return line;
}

static void entries_without_returns_are_indented_up_to_a_bound(void **state)
{
    (void)state;
    char expected[512];
    static const struct {
        uint32_t entries;
        int indent;
    } cases[] = {{1, 0}, {2, 2}, {64, 126}, {65, 128}, {66, 128}, {120, 128}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        int pad = 41 - cases[i].indent - 5;
        snprintf(expected, sizeof expected, "  0 %*s -> f%*s", cases[i].indent, "",
                 pad > 0 ? pad + 1 : 1, "");
        assert_string_equal(last_line_of_flow(cases[i].entries, false), expected);
    }
}

static void returns_meet_entries_beyond_the_bound(void **state)
{
    (void)state;
    assert_string_equal(last_line_of_flow(120, true),
                        "  0  -> f                                     ");
}

/* --- Errors and drops --- */

static void fault(uint64_t action, uint64_t offset, uint64_t code, uint64_t address)
{
    start();
    draft_probe(&draft, 10, "fbt", "unix", "foo", "entry");
    draft_ecb(&draft, 1, 10, 0);
    draft_ecb(&draft, 2, 3, 1);
    const uint64_t arguments[5] = {1, action, offset, code, address};
    const struct dtrace_record *pieces[5];
    for (uint32_t i = 0; i < 5; i++)
        pieces[i] = draft_record(&draft, 2, DOF_ACTION_DIFEXPR, 8, NULL);
    uint8_t *record = draft_emit(&draft, 0, 2, 0);
    for (uint32_t i = 0; i < 5; i++)
        draft_put(record, pieces[i], arguments[i]);
}

static const struct {
    uint64_t action, offset, code, address;
    const char *text;
} faults[] = {
    {1, 8, 1, 0x10, "invalid address (0x10) in action #1 at DIF offset 8"},
    {0, 4, 1, 0, "invalid address (0x0) in predicate at DIF offset 4"},
    {2, 8, 2, 0x11, "invalid alignment (0x11) in action #2 at DIF offset 8"},
    {1, 0, 3, 0x11, "illegal operation in action #1 at DIF offset 0"},
    {1, 12, 4, 0, "divide-by-zero in action #1 at DIF offset 12"},
    {1, 12, 5, 0, "out of scratch space in action #1 at DIF offset 12"},
    {1, 12, 6, 0, "invalid kernel access in action #1 at DIF offset 12"},
    {1, 12, 7, 0, "invalid user access in action #1 at DIF offset 12"},
    {1, 12, 8, 0, "tuple stack overflow in action #1 at DIF offset 12"},
    {3, (uint64_t)-1, 9, 0x77, "bad stack (0x77) in action #3"},
    {3, 0xffffffff, 0, 0, "unknown fault in action #3"},
    {1, 4, 1000, 0, "library-level fault in action #1 at DIF offset 4"},
    {1, 4, 77, 0, "unknown fault in action #1 at DIF offset 4"},
};

static void each_fault_has_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        fault(faults[i].action, faults[i].offset, faults[i].code, faults[i].address);
        char expected[256];
        snprintf(expected, sizeof expected,
                 "dtrace: error on enabled probe ID 1 (ID 10: fbt:unix:foo:entry): %s\n\n",
                 faults[i].text);
        expect(expected);
    }
}

static void losses_are_told_in_the_words_of_dtrace(void **state)
{
    (void)state;
    start();
    draft.source.cpus = 2;
    draft.principals[0].books.dropped = 1;
    draft.principals[1].books.dropped = 70;
    draft.aggregated[1].books.dropped = 2;
    draft.source.status = (struct dtrace_status){.dynamic_drops = 1,
                                                 .speculation_drops = 2,
                                                 .speculations_busy = 3,
                                                 .speculations_unavailable = 1,
                                                 .errors_in_errors = 1,
                                                 .stack_string_overflows = 2,
                                                 .nested = 4};
    expect("dtrace: 1 dynamic variable drop\n"
           "dtrace: 2 speculative drops\n"
           "dtrace: 3 failed speculations (available buffer(s) still busy)\n"
           "dtrace: 1 failed speculation (no speculative buffer available)\n"
           "dtrace: 1 error in ERROR probe enabling\n"
           "dtrace: 2 jstack()/ustack() string table overflows\n"
           "dtrace: 4 firings inside another one passed over\n"
           "dtrace: 2 aggregation drops on CPU 1\n"
           "dtrace: 1 drop on CPU 0\n"
           "dtrace: 70 drops on CPU 1\n"
           "\n");
}

/* --- Options, and what was told before --- */

static void setting(const char *name, const char *value)
{
    start();
    struct dtrace_record *option = one_piece(DOF_ACTION_LIBACT, 32, NULL);
    struct dtrace_record *second = draft_record(&draft, 1, DOF_ACTION_LIBACT, 32, NULL);
    struct dtrace_record *traced_value = draft_record(&draft, 1, DOF_ACTION_DIFEXPR, 4, NULL);
    option->arg = second->arg = DOF_LIBACT_SETOPT;
    option->string = second->string = true;
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put_text(record, option, name);
    draft_put_text(record, second, value);
    draft_put(record, traced_value, 42);
}

static void setopt_changes_what_follows(void **state)
{
    (void)state;
    setting("quiet", "yes");
    expect(HEADING "  0     10                        foo:entry 42\n");
}

static void setopt_with_nonsense_is_told(void **state)
{
    (void)state;
    setting("colour", "red");
    expect(HEADING "  0     10                        foo:entry "
                   "dtrace: error on enabled probe ID 1 (ID 10: fbt:unix:foo:entry): couldn't set "
                   "option \"colour\" to \"red\": Invalid option name\n"
                   "       42\n\n");
    setting("quiet", "perhaps");
    expect(HEADING "  0     10                        foo:entry "
                   "dtrace: error on enabled probe ID 1 (ID 10: fbt:unix:foo:entry): couldn't set "
                   "option \"quiet\" to \"perhaps\": Invalid value for specified option\n"
                   "       42\n\n");
}

static void setopt_of_what_a_run_has_from_its_beginning_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *name, *why;
    } all[] = {
        {"bufsize", "Operation illegal when tracing is active"},
        {"temporal", "Operation illegal when tracing is active"},
        {"Bufsize", "Invalid option name"},
        {"zone", "Invalid option name"}, /* has a number alone */
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        char expected[512];
        snprintf(expected, sizeof expected,
                 HEADING "  0     10                        foo:entry "
                         "dtrace: error on enabled probe ID 1 (ID 10: fbt:unix:foo:entry): "
                         "couldn't set option \"%s\" to \"1m\": %s\n       42\n\n",
                 all[i].name, all[i].why);
        setting(all[i].name, "1m");
        expect(expected);
    }
}

static void options_are_set_by_name(void **state)
{
    int64_t options[DOF_OPTIONS] = {0};
    static const char *const wrong[] = {
        "", "=", "quie", "quiets", "bufsize=1", "quiet=perhaps", "aggsortpos=1x"};
    (void)state;
    assert_true(dtrace_consumer_set_option(options, "aggsortpos=12,", 13));
    assert_int_equal(options[DOF_OPTION_AGGSORTPOS], 12);
    options[DOF_OPTION_QUIET] = DOF_OPTION_UNSET;
    assert_true(dtrace_consumer_set_option(options, "quiet", 5));
    assert_int_equal(options[DOF_OPTION_QUIET], 0);
    assert_true(dtrace_consumer_set_option(options, "quiet=off", 9));
    assert_int_equal(options[DOF_OPTION_QUIET], DOF_OPTION_UNSET);
    for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(dtrace_consumer_set_option(options, wrong[i], strlen(wrong[i])));
    assert_int_equal(options[DOF_OPTION_AGGSORTPOS], 12);
}

static void numbers_of_options_are_decimal_octal_or_hexadecimal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value; /* -1: refused */
    } cases[] = {{"0", 0},
                 {"17", 17},
                 {"017", 15},
                 {"0x1aF", 431},
                 {"0X0f", 15},
                 {"08", -1},
                 {"0x", -1},
                 {"0xg", -1},
                 {"1a", -1},
                 {"f", -1},
                 {"9223372036854775807", INT64_MAX},
                 {"9223372036854775808", -1}};
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t options[DOF_OPTIONS] = {0};
        char text[64];
        options[DOF_OPTION_AGGSORTPOS] = 5;
        int length = snprintf(text, sizeof text, "aggsortpos=%s", cases[i].text);
        bool good = dtrace_consumer_set_option(options, text, (size_t)length);
        if (good != (cases[i].value >= 0) ||
            options[DOF_OPTION_AGGSORTPOS] != (good ? cases[i].value : 5))
            fail_msg("%s gives %d, %lld", text, good, (long long)options[DOF_OPTION_AGGSORTPOS]);
    }
}

/* Rates are taken whatever they are, and change nothing. */
static void each_option_but_the_rates_gets_its_value(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum dof_option_id id;
    } set[] = {
        {"quiet=7", DOF_OPTION_QUIET},           {"flowindent=7", DOF_OPTION_FLOWINDENT},
        {"rawbytes=7", DOF_OPTION_RAWBYTES},     {"stackindent=7", DOF_OPTION_STACKINDENT},
        {"aggsortkey=7", DOF_OPTION_AGGSORTKEY}, {"aggsortrev=7", DOF_OPTION_AGGSORTREV},
        {"aggsortpos=7", DOF_OPTION_AGGSORTPOS}, {"aggsortkeypos=7", DOF_OPTION_AGGSORTKEYPOS},
        {"agghist=7", DOF_OPTION_AGGHIST},       {"aggpack=7", DOF_OPTION_AGGPACK},
        {"aggzoom=7", DOF_OPTION_AGGZOOM}};
    for (uint32_t i = 0; i < COUNT(set); i++) {
        int64_t options[DOF_OPTIONS] = {0};
        assert_true(dtrace_consumer_set_option(options, set[i].text, strlen(set[i].text)));
        for (uint32_t id = 0; id < DOF_OPTIONS; id++)
            assert_int_equal(options[id], id == set[i].id ? 7 : 0);
    }
    int64_t options[DOF_OPTIONS] = {0};
    assert_true(dtrace_consumer_set_option(options, "aggrate=10ms", 12));
    assert_true(dtrace_consumer_set_option(options, "switchrate=1", 12));
    for (uint32_t id = 0; id < DOF_OPTIONS; id++)
        assert_int_equal(options[id], 0);
}

/* A record that turns quiet on, one that says 42, and one that says 43; the first `told` of them were told. */
static void setting_told(uint64_t told, const char *name, const char *expected)
{
    start();
    struct dtrace_record *option = one_piece(DOF_ACTION_LIBACT, 16, NULL);
    struct dtrace_record *second = draft_record(&draft, 1, DOF_ACTION_LIBACT, 16, NULL);
    option->arg = second->arg = DOF_LIBACT_SETOPT;
    option->string = second->string = true;
    draft_ecb(&draft, 2, 10, 0);
    const struct dtrace_record *piece = draft_record(&draft, 2, DOF_ACTION_PRINTF, 4, "%d\n");
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    draft_put_text(record, option, name);
    draft_put_text(record, second, "yes");
    draft_put(draft_emit(&draft, 0, 2, 0), piece, 42);
    draft_put(draft_emit(&draft, 0, 2, 0), piece, 43);
    draft.principals[0].told = told;
    expect(expected);
}

static void what_was_told_is_not_printed_and_has_its_effect(void **state)
{
    (void)state;
    setting_told(1, "quiet", "42\n43\n\n");
    setting_told(2, "quiet", "43\n\n");
    setting_told(3, "quiet", "\n");
    setting_told(4, "quiet", "\n");
    setting_told(2, "colour", HEADING "  0     10                        foo:entry 43\n\n\n");
}

static void system_is_told_and_not_done(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 1);
    const struct dtrace_record *piece = one_piece(DOF_ACTION_SYSTEM, 4, "kill %i");
    draft_put(draft_emit(&draft, 0, 1, 0), piece, 7);
    expect("dtrace: system(\"kill 7\") is not done here\n\n");
}

/* --- Damage --- */

static void an_unknown_epid_costs_the_rest_of_its_buffer(void **state)
{
    (void)state;
    start();
    draft.source.cpus = 2;
    draft_probe(&draft, 10, "fbt", "unix", "foo", "entry");
    draft_ecb(&draft, 3, 10, 0);
    draft_emit(&draft, 0, 3, 0);
    draft_emit(&draft, 0, 3, 0)[0] = 9;
    draft_emit(&draft, 0, 3, 0);
    draft_emit(&draft, 1, 3, 0);
    expect_status(
        HEADING ROW_FOO(
            0) "dtrace: CPU 0: unknown EPID 9 at byte 16 of the buffer: the rest of it is left "
               "out\n" ROW_FOO(1) "\n",
        DTRACE_CONSUME_DAMAGED);
}

static void a_record_that_is_cut_off_is_told(void **state)
{
    (void)state;
    start();
    one_piece(DOF_ACTION_DIFEXPR, 8, NULL);
    draft_emit(&draft, 0, 1, 0);
    draft.principal[0].used -= 4;
    expect_status(
        "dtrace: CPU 0: no room for the record of EPID 1 at byte 0 of the buffer: the rest "
        "of it is left out\n\n",
        DTRACE_CONSUME_DAMAGED);
}

static void a_piece_outside_of_its_record_is_told(void **state)
{
    (void)state;
    start();
    one_piece(DOF_ACTION_DIFEXPR, 8, NULL)->offset = UINT32_MAX - 3;
    draft.ecbs[1].size = 24;
    draft_emit(&draft, 0, 1, 0);
    expect_status(HEADING
                  "  0     10                        foo:entry dtrace: EPID 1: piece 0 lies "
                  "outside of the record\n\n\n",
                  DTRACE_CONSUME_DAMAGED);
}

static void an_argument_outside_of_its_record_is_told(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 1);
    one_piece(DOF_ACTION_PRINTF, 8, "[%d %d]\n");
    draft_record(&draft, 1, DOF_ACTION_PRINTF, 8, "[%d %d]\n")->offset = UINT32_MAX - 3;
    draft.ecbs[1].size = 32;
    draft_emit(&draft, 0, 1, 0);
    expect_status("[0 (bad format)]\ndtrace: EPID 1: piece 1 lies outside of the record\n\n",
                  DTRACE_CONSUME_DAMAGED);
}

static void a_probe_without_a_name_is_told(void **state)
{
    (void)state;
    start();
    draft_ecb(&draft, 1, 20, 0);
    draft_emit(&draft, 0, 1, 0);
    expect_status("dtrace: probe 20 of EPID 1 is not described\n" HEADING
                  "  0     20                              ?:? \n\n",
                  DTRACE_CONSUME_DAMAGED);
}

/* --- How much text --- */

#define LEFT_OUT                                                                                   \
    "\ndtrace: text is left out: a record may have 65536 bytes and 64 for each of its own, and "   \
    "all "                                                                                         \
    "of them 64 MiB beside that\n"

struct counted {
    uint64_t length;
    uint32_t told; /* how often the words were met, at the start of a line's text */
};

static void count(void *context, const char *bytes, size_t length)
{
    struct counted *counted = context;
    counted->length += length;
    counted->told += length >= 16 && memcmp(bytes, "text is left out", 16) == 0;
}

static struct counted counted_text(void)
{
    static _Alignas(16) uint8_t bytes[1 << 20];
    struct counted counted = {0};
    struct text_sink sink = {count, &counted};
    struct dtrace_memory memory = {bytes, sizeof bytes, 0};
    status = dtrace_consume(&sink, draft_source(&draft), &memory);
    draft_finish(&draft);
    return counted;
}

/* "%4096d" thirty times in each of ten records. */
static void a_record_becomes_only_so_much_text_which_is_told_once(void **state)
{
    (void)state;
    static char format[400];
    enum {
        NUMBERS = 30,
        RECORDS = 10
    };
    for (uint32_t i = 0; i < NUMBERS; i++)
        memcpy(format + 6 * i, "%4096d", 7);
    start();
    set(DOF_OPTION_QUIET, 1);
    one_piece(DOF_ACTION_PRINTF, 4, format);
    for (uint32_t i = 1; i < NUMBERS; i++)
        (void)draft_record(&draft, 1, DOF_ACTION_PRINTF, 4, format);
    for (uint32_t i = 0; i < RECORDS; i++)
        (void)draft_emit(&draft, 0, 1, i);
    uint64_t size = draft.ecbs[1].size;
    struct counted counted = counted_text();
    assert_int_equal(counted.length, RECORDS * (65536 + 64 * size) + strlen(LEFT_OUT) + 1);
    assert_int_equal(counted.told, 1);
    assert_int_equal(status, DTRACE_CONSUME_OK);
}

static void what_fits_is_whole(void **state)
{
    (void)state;
    start();
    set(DOF_OPTION_QUIET, 1);
    one_piece(DOF_ACTION_PRINTF, 4, "%4096d");
    (void)draft_emit(&draft, 0, 1, 0);
    struct counted counted = counted_text();
    assert_int_equal(counted.length, 4096 + 1);
    assert_int_equal(counted.told, 0);
}

/* Each printa() prints all entries; what is left out of them is printed at the end. */
static void many_printas_become_only_so_much_text(void **state)
{
    (void)state;
    enum {
        RECORDS = 600,
        KEYS = 100
    };
    start();
    set(DOF_OPTION_QUIET, 1);
    struct dtrace_record *id = one_piece(DOF_ACTION_PRINTA, 8, "%4096d%@4096d");
    draft_aggregation(&draft, 1);
    struct dtrace_record *key = draft_key(&draft, 1, DOF_ACTION_DIFEXPR, 8);
    struct dtrace_record *data = draft_key(&draft, 1, DOF_AGGREGATION_COUNT, 8);
    for (uint32_t i = 0; i < KEYS; i++) {
        uint8_t *entry = draft_count(&draft, 0, 1, 5);
        draft_put(entry, key, i);
        draft_put(entry, data, 1);
    }
    for (uint32_t i = 0; i < RECORDS; i++)
        draft_put(draft_emit(&draft, 0, 1, i), id, 5);
    struct counted counted = counted_text();
    assert_true(counted.length > 64 * 1024 * 1024);
    assert_true(counted.length < 70 * 1024 * 1024);
    assert_int_equal(counted.told, 1);
}

/* A pass through a whole buffer of entries counts; when nothing is left, the entries stay as they are. */
static void clear_is_not_done_over_and_over(void **state)
{
    (void)state;
    static const struct dtrace_snapshot large = {.size = 1 << 30};
    const struct dtrace_source source = {.aggregations = &large};
    struct consumer consumer = {.source = &source, .cpus = 1};
    consumer_limit_start(&consumer);
    uint32_t passes = 0;
    while (consumer_limit_pass(&consumer))
        passes++;
    assert_int_equal(passes, 64 * 64 + 4); /* 64 bytes of text for each of its own, and 64 MiB */
    assert_true(consumer.cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_drops_and_damage_have_a_sink_of_their_own),
        cmocka_unit_test(temporal_merges_by_time),
        cmocka_unit_test(begin_comes_first_and_end_last),
        cmocka_unit_test(begin_and_end_on_one_cpu_stand_around_the_others),
        cmocka_unit_test(without_memory_the_cpus_follow_one_by_one),
        cmocka_unit_test(a_ring_begins_with_its_oldest_record),
        cmocka_unit_test(a_ring_whose_oldest_record_would_come_at_the_end_has_the_newest_alone),
        cmocka_unit_test(flowindent_follows_the_calls),
        cmocka_unit_test(each_cpu_has_calls_of_its_own),
        cmocka_unit_test(two_clauses_on_a_probe_are_one_step),
        cmocka_unit_test(entries_without_returns_are_indented_up_to_a_bound),
        cmocka_unit_test(returns_meet_entries_beyond_the_bound),
        cmocka_unit_test(each_fault_has_its_line),
        cmocka_unit_test(losses_are_told_in_the_words_of_dtrace),
        cmocka_unit_test(options_are_set_by_name),
        cmocka_unit_test(numbers_of_options_are_decimal_octal_or_hexadecimal),
        cmocka_unit_test(each_option_but_the_rates_gets_its_value),
        cmocka_unit_test(setopt_changes_what_follows),
        cmocka_unit_test(setopt_with_nonsense_is_told),
        cmocka_unit_test(setopt_of_what_a_run_has_from_its_beginning_is_told),
        cmocka_unit_test(what_was_told_is_not_printed_and_has_its_effect),
        cmocka_unit_test(system_is_told_and_not_done),
        cmocka_unit_test(an_unknown_epid_costs_the_rest_of_its_buffer),
        cmocka_unit_test(a_record_that_is_cut_off_is_told),
        cmocka_unit_test(a_piece_outside_of_its_record_is_told),
        cmocka_unit_test(an_argument_outside_of_its_record_is_told),
        cmocka_unit_test(a_probe_without_a_name_is_told),
        cmocka_unit_test(a_record_becomes_only_so_much_text_which_is_told_once),
        cmocka_unit_test(what_fits_is_whole),
        cmocka_unit_test(many_printas_become_only_so_much_text),
        cmocka_unit_test(clear_is_not_done_over_and_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
