/* The order in which scripts start: FreeBSD's rules one by one, and random graphs against a model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define require(condition) assert_true(condition)
#include "tests/fuzz/rcorder_property.h"
#include "tests/unit/phrases.h"

enum {
    MEMORY_SIZE = 65536,
    LARGE = 1 << 20,
};

static struct rcorder order;
static void *memory;
static char printed[1 << 16];

static void start(size_t size)
{
    free(memory);
    memory = malloc(size > 0 ? size : 1);
    assert_non_null(memory);
    rcorder_start(&order, memory, size);
    printed[0] = '\0';
}

static int prepare(void **state)
{
    (void)state;
    start(MEMORY_SIZE);
    return 0;
}

static int release(void **state)
{
    (void)state;
    free(memory);
    memory = NULL;
    return 0;
}

static struct slice slice(const char *text)
{
    return (struct slice){text, strlen(text)};
}

/* Byte by byte, so that no rule depends on where pieces end. */
static enum rcorder_status add_text(const char *text)
{
    enum rcorder_status worst = RCORDER_OK, status;
    bool more = true;
    for (; *text != '\0' && more; text++) {
        status = rcorder_add_text(&order, (struct slice){text, 1}, &more);
        worst = status > worst ? status : worst;
    }
    status = rcorder_end_text(&order);
    return status > worst ? status : worst;
}

static void add(const char *path, const char *text)
{
    assert_int_equal(rcorder_add_script(&order, slice(path)), RCORDER_OK);
    assert_int_equal(add_text(text), RCORDER_OK);
}

static void print_problem(void *context, const struct rcorder_problem *problem)
{
    (void)context;
    struct text_buffer buffer = {
        .bytes = printed, .size = sizeof printed, .length = strlen(printed)};
    const struct text_sink sink = text_buffer_sink(&buffer);
    rcorder_problem_print(&sink, &order, problem);
    text_print(&sink, "\n");
}

/* The paths, with blanks between them. */
static void assert_order(const char *expected)
{
    char joined[4096] = "";
    (void)rcorder_sort(&order, print_problem, NULL);
    for (uint32_t i = 0; i < order.count; i++) {
        struct slice path = rcorder_path(&order, rcorder_at(&order, i));
        strcat(joined, i > 0 ? " " : "");
        strncat(joined, path.text, path.length);
    }
    assert_string_equal(joined, expected);
}

/* Nothing is wrong. */
static void assert_good_order(const char *expected)
{
    assert_order(expected);
    assert_string_equal(printed, "");
}

static void assert_problems(const char *expected_order, const char *expected)
{
    assert_order(expected_order);
    assert_string_equal(printed, expected);
}

/* --- Rules --- */

static void scripts_without_headers_stay_in_their_order(void **state)
{
    (void)state;
    add("c", "");
    add("a", "#!/bin/sh\necho a\n");
    add("b", "# Requires nothing.\n");
    assert_good_order("c a b");
}

static void what_is_required_comes_first(void **state)
{
    (void)state;
    add("a", "#!/bin/sh\n#\n\n# PROVIDE: a\n# REQUIRE: b c\n");
    add("b", "# PROVIDE: b\n# REQUIRE: c\n");
    add("c", "# PROVIDE: c\n");
    assert_good_order("c b a");
}

static void what_it_requires_comes_in_the_order_of_the_header(void **state)
{
    (void)state;
    add("a", "# REQUIRE: z y\n# REQUIRE: x\n");
    add("x", "# PROVIDE: x\n");
    add("y", "# PROVIDE: y\n");
    add("z", "# PROVIDE: z\n");
    assert_good_order("z y x a");
}

static void before_is_a_requirement_of_the_other(void **state)
{
    (void)state;
    add("a", "# PROVIDE: a\n# REQUIRE: c\n");
    add("b", "# BEFORE: a\n");
    add("c", "# PROVIDE: c\n");
    assert_good_order("c b a");
}

static void all_providers_of_a_name_come_first(void **state)
{
    (void)state;
    add("a", "# REQUIRE: mail\n");
    add("b", "# PROVIDE: mail\n");
    add("c", "# PROVIDE: other mail more\n");
    add("d", "# PROVIDE: mail\n# REQUIRE: other\n");
    assert_good_order("b c d a");
}

static void before_a_name_is_before_all_its_providers(void **state)
{
    (void)state;
    add("a", "# PROVIDE: x\n");
    add("b", "# PROVIDE: x\n");
    add("c", "# BEFORE: x\n");
    assert_good_order("c a b");
}

static void plural_words_are_taken_but_not_of_before(void **state)
{
    (void)state;
    add("a", "# REQUIRES: b\n");
    add("b", "# PROVIDES: b\n# KEYWORDS: shutdown\n# BEFORES: x\n");
    assert_good_order("b a");
    assert_true(rcorder_has_keyword(&order, 1, slice("shutdown")));
    assert_false(rcorder_has_keyword(&order, 0, slice("shutdown")));
    assert_false(rcorder_has_keyword(&order, 1, slice("shut")));
}

static void the_first_other_line_ends_the_header(void **state)
{
    (void)state;
    add("a", "# PROVIDE: a\n\n# REQUIRE: b\n");
    add("b", "# PROVIDE: b\n#\n# REQUIRE: c\n");
    add("c", "# PROVIDE: c\necho\n# REQUIRE: a\n");
    assert_good_order("a b c");
}

static void the_form_of_lines_is_rigid(void **state)
{
    (void)state;
    add("a", "#REQUIRE: b\n #  REQUIRE: b\n#  REQUIRE: b\n# Require: b\n# REQUIRE : b\nx # "
             "REQUIRE: b\n# REQUIR");
    add("b", "# PROVIDE: b");
    assert_good_order("a b");
}

static void blanks_are_spaces_tabs_and_carriage_returns(void **state)
{
    (void)state;
    add("a", "# REQUIRE:b\tc \t d\r\n# REQUIRE: \t e\r\n");
    add("b", "# PROVIDE: \t b");
    add("c", "# PROVIDE: c ");
    add("d", "# PROVIDE: d\r\n");
    add("e", "# PROVIDE:e\n");
    assert_good_order("b c d e a");
}

static void a_backslash_continues_a_line(void **state)
{
    (void)state;
    add("a", "echo \\\n# REQUIRE: x\n# REQ\\\nUIRE: b\\\nb \\\n c \\\\\n# KEYWORD: k\\\n");
    add("bb", "# PROVIDE: bb\n");
    add("c", "# PROVIDE: c\n");
    add("d", "# PROVIDE: \\\\\n");
    assert_good_order("bb c d a");
    assert_true(rcorder_has_keyword(&order, 0, slice("k")));
}

static void a_name_that_comes_twice_is_one(void **state)
{
    (void)state;
    add("a", "# REQUIRE: x x\n# REQUIRE: x\n");
    add("b", "# PROVIDE: b b\n");
    assert_problems("a b", "a: requires 'x', which no script provides; that is ignored\n");
}

/* --- Problems --- */

static void what_nobody_provides_is_told_and_ignored(void **state)
{
    (void)state;
    add("a", "# REQUIRE: x b\n# BEFORE: y\n");
    add("b", "# PROVIDE: b\n");
    assert_problems("b a", "a: requires 'x', which no script provides; that is ignored\n"
                           "a: is to be before 'y', which no script provides; that is ignored\n");
}

static void who_requires_itself_is_told_and_waits_for_the_others(void **state)
{
    (void)state;
    add("a", "# PROVIDE: x y\n# REQUIRE: x\n# BEFORE: y\n");
    add("b", "# PROVIDE: x\n");
    assert_problems("b a", "a: requires 'x', which it provides itself; that is ignored\n"
                           "a: is to be before 'y', which it provides itself; that is ignored\n");
}

static void a_cycle_is_told_and_cut_where_it_closes(void **state)
{
    (void)state;
    add("a", "# PROVIDE: a\n# REQUIRE: b\n");
    add("b", "# PROVIDE: b\n# REQUIRE: c\n");
    add("c", "# PROVIDE: c\n# REQUIRE: a d\n");
    add("d", "# PROVIDE: d\n");
    assert_problems("d c b a",
                    "a -> b -> c -> a: a cycle of requirements; c does not wait for a\n");
}

static void a_cycle_by_before_is_one(void **state)
{
    (void)state;
    add("a", "# PROVIDE: a\n# REQUIRE: b\n");
    add("b", "# PROVIDE: b\n");
    add("c", "# REQUIRE: a\n# BEFORE: b\n");
    assert_problems("c b a", "a -> b -> c -> a: a cycle of requirements; c does not wait for a\n");
}

static void a_cycle_by_two_names_is_told_once(void **state)
{
    (void)state;
    add("a", "# PROVIDE: a1 a2 a3\n# REQUIRE: b\n");
    add("b", "# PROVIDE: b\n# REQUIRE: a1 c a2 a3\n# REQUIRE: a1\n");
    add("c", "# PROVIDE: c\n");
    assert_problems("c b a", "a -> b -> a: a cycle of requirements; b does not wait for a\n");
}

static void cycles_that_share_scripts_are_told_each(void **state)
{
    (void)state;
    add("a", "# PROVIDE: a\n# REQUIRE: b c\n");
    add("b", "# PROVIDE: b\n# REQUIRE: a\n");
    add("c", "# PROVIDE: c\n# REQUIRE: b a\n");
    assert_problems("b c a", "a -> b -> a: a cycle of requirements; b does not wait for a\n"
                             "a -> c -> a: a cycle of requirements; c does not wait for a\n");
}

static void foreign_bytes_are_made_harmless(void **state)
{
    (void)state;
    add("a\x1b", "# REQUIRE: \x01\n");
    assert_problems("a\x1b",
                    "a\\x1b: requires '\\x01', which no script provides; that is ignored\n");
}

/* --- Groups --- */

static void a_group_is_as_early_as_its_requirements_allow(void **state)
{
    (void)state;
    add("a", "# PROVIDE: a\n");
    add("b", "# PROVIDE: b\n# REQUIRE: a\n");
    add("c", "# REQUIRE: a b\n");
    add("d", "# PROVIDE: d\n");
    add("e", "# REQUIRE: d\n");
    assert_good_order("a b c d e");
    const uint32_t expected[] = {0, 1, 2, 0, 1};
    for (uint32_t i = 0; i < order.count; i++)
        assert_int_equal(rcorder_group(&order, i), expected[i]);
}

/* --- Limits --- */

static void fill_name(char *name, size_t length, uint32_t number)
{
    memset(name, 'x', length);
    name[length] = '\0';
    snprintf(name, length, "%u", (unsigned)number);
    name[strlen(name)] = '-';
}

static void names_of_255_bytes_are_taken_and_longer_ones_left_out(void **state)
{
    (void)state;
    char name[258], text[1200];
    fill_name(name, 255, 1);
    snprintf(text, sizeof text, "# PROVIDE: %s\n# REQUIRE: %sx b %sx\n", name, name, name);
    assert_int_equal(rcorder_add_script(&order, slice(name)), RCORDER_OK);
    assert_int_equal(add_text(text), RCORDER_NAME_TOO_LONG);
    add("b", "# PROVIDE: b\n");
    strcat(name, "x");
    assert_int_equal(rcorder_add_script(&order, slice(name)), RCORDER_NAME_TOO_LONG);
    name[255] = '\0';
    snprintf(text, sizeof text, "# REQUIRE: %s\n", name);
    add("c", text);
    name[255] = '\0';
    snprintf(text, sizeof text, "b %s c", name);
    assert_good_order(text);
}

static void there_are_512_scripts_with_the_longest_names_but_no_513th(void **state)
{
    (void)state;
    char name[256], required[256], text[600];
    start(LARGE);
    for (uint32_t i = 0; i < RCORDER_SCRIPTS_MAX; i++) {
        fill_name(name, 255, i);
        fill_name(required, 255, i + 1);
        snprintf(text, sizeof text, "# PROVIDE: %s\n# REQUIRE: %s\n", name,
                 i + 1 < RCORDER_SCRIPTS_MAX ? required : "");
        add(name, text);
    }
    assert_int_equal(rcorder_add_script(&order, slice("one")), RCORDER_TOO_MANY_SCRIPTS);
    assert_int_equal(rcorder_sort(&order, print_problem, NULL), 0);
    for (uint32_t i = 0; i < RCORDER_SCRIPTS_MAX; i++) {
        assert_int_equal(rcorder_at(&order, i), RCORDER_SCRIPTS_MAX - 1 - i);
        assert_int_equal(rcorder_group(&order, RCORDER_SCRIPTS_MAX - 1 - i), i);
    }
}

static void memory_of_64_kib_is_enough_for_512_scripts(void **state)
{
    (void)state;
    char path[32], text[128];
    for (uint32_t i = 0; i < RCORDER_SCRIPTS_MAX; i++) {
        snprintf(path, sizeof path, "/etc/rc.d/s%03u", (unsigned)i);
        snprintf(text, sizeof text,
                 "# PROVIDE: script%03u\n# REQUIRE: script%03u DAEMON\n# KEYWORD: shutdown\n",
                 (unsigned)i, (unsigned)(i * 7 % RCORDER_SCRIPTS_MAX));
        add(path, text);
    }
    (void)rcorder_sort(&order, print_problem, NULL);
    assert_int_equal(order.ordered, RCORDER_SCRIPTS_MAX);
}

static void a_header_may_have_any_length(void **state)
{
    (void)state;
    static char text[1 << 20];
    memset(text, ' ', sizeof text - 1);
    memcpy(text, "# REQUIRE: b", 12);
    for (size_t i = 100; i < sizeof text - 20; i += 3)
        text[i] = 'b';
    memcpy(text + sizeof text - 16, "\n# REQUIRE: c\n", 14);
    add("a", text);
    add("b", "# PROVIDE: b\n");
    add("c", "# PROVIDE: c\n");
    assert_good_order("b c a");
}

static void what_has_no_room_is_told_and_the_rest_is_ordered(void **state)
{
    (void)state;
    for (size_t size = 0; size < 600; size++) {
        uint32_t taken = 0;
        start(size);
        for (uint32_t i = 0; i < 8; i++) {
            char path[] = {(char)('a' + i), '\0'};
            if (rcorder_add_script(&order, slice(path)) == RCORDER_OK) {
                taken++;
                enum rcorder_status status = add_text("# PROVIDE: x y z\n# REQUIRE: p q r\n");
                assert_true(status == RCORDER_OK || status == RCORDER_NO_MEMORY);
            }
        }
        (void)rcorder_sort(&order, print_problem, NULL);
        assert_int_equal(order.ordered, taken);
        assert_true(size > 0 || taken == 0);
        assert_true(size < 599 || taken > 3);
    }
}

static void every_status_has_a_phrase_of_its_own(void **state)
{
    (void)state;
    assert_phrases(rcorder_status_str, enum rcorder_status, RCORDER_NO_MEMORY);
    assert_string_equal(rcorder_status_str((enum rcorder_status)99), "unknown status");
}

/* --- Random graphs --- */

enum {
    GRAPHS = 1000,
    NODES = 200,
    RING_MAX = 8,
};

static uint64_t seed;

static uint32_t below(uint32_t limit)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % limit;
}

struct graph {
    char text[NODES][1024];
    uint32_t rank[NODES]; /* without rings, a script waits for lower ranks only */
    uint32_t at_rank[NODES];
    uint32_t ring[RING_MAX], ring_length;
};

static void say(struct graph *graph, uint32_t node, const char *format, ...)
{
    char *text = graph->text[node];
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    assert_in_range(vsnprintf(text + length, sizeof graph->text[node] - length, format, arguments),
                    1, sizeof graph->text[node] - length - 1);
    va_end(arguments);
}

static void shuffle(struct graph *graph)
{
    for (uint32_t i = 0; i < NODES; i++)
        graph->at_rank[i] = i;
    for (uint32_t i = NODES - 1; i > 0; i--) {
        uint32_t j = below(i + 1), kept = graph->at_rank[i];
        graph->at_rank[i] = graph->at_rank[j];
        graph->at_rank[j] = kept;
    }
    for (uint32_t i = 0; i < NODES; i++)
        graph->rank[graph->at_rank[i]] = i;
}

/* A script of lower rank, or of higher rank to be before. */
static void add_edge(struct graph *graph, uint32_t node)
{
    uint32_t rank = graph->rank[node];
    if (below(4) == 0 && rank + 1 < NODES)
        say(graph, node, "# BEFORE: n%u\n", graph->at_rank[rank + 1 + below(NODES - rank - 1)]);
    else if (rank > 0)
        say(graph, node, below(2) == 0 ? "# REQUIRE: n%u\n" : "# REQUIRES: x\tn%u\n",
            graph->at_rank[below(rank)]);
}

static void make_graph(struct graph *graph)
{
    memset(graph, 0, sizeof *graph);
    shuffle(graph);
    for (uint32_t i = 0; i < NODES; i++) {
        say(graph, i, "#!/bin/sh\n#\n\n# PROVIDE: n%u%s\n", i, graph->rank[i] == 0 ? " x" : "");
        for (uint32_t edges = below(6); edges > 0; edges--)
            add_edge(graph, i);
    }
}

static void plant_ring(struct graph *graph)
{
    uint32_t first = below(NODES - RING_MAX);
    graph->ring_length = 2 + below(RING_MAX - 1);
    for (uint32_t i = 0; i < graph->ring_length; i++)
        graph->ring[i] = first + i;
    for (uint32_t i = 0; i < graph->ring_length; i++)
        say(graph, graph->ring[i], "# REQUIRE: n%u\n", graph->ring[(i + 1) % graph->ring_length]);
}

static void plant_others(struct graph *graph)
{
    for (uint32_t i = below(4); i > 0; i--)
        say(graph, below(NODES), "# REQUIRE: missing%u\n", below(3));
    for (uint32_t i = below(4); i > 0; i--) {
        uint32_t node = below(NODES);
        say(graph, node, below(2) == 0 ? "# REQUIRE: n%u\n" : "# BEFORE: n%u\n", node);
    }
}

/* Some edge of a planted ring must have been cut, or it would not be in order. */
static void check_ring(const struct graph *graph, const struct model *model)
{
    uint32_t cuts = 0;
    for (uint32_t i = 0; i < graph->ring_length; i++)
        cuts += model->cut[graph->ring[i]][graph->ring[(i + 1) % graph->ring_length]];
    assert_true(graph->ring_length == 0 || cuts > 0);
}

static void check_graph(const struct graph *graph)
{
    struct model *model = model_start();
    start(MEMORY_SIZE);
    for (uint32_t i = 0; i < NODES; i++) {
        char path[16];
        snprintf(path, sizeof path, "%u", (unsigned)i);
        add(path, graph->text[i]);
        model_add_script(model, graph->text[i], strlen(graph->text[i]));
    }
    model_check(model, &order);
    check_ring(graph, model);
    if (graph->ring_length == 0)
        assert_int_equal(model->told, model->plain_told);
    model_end(model);
}

static void a_thousand_random_graphs_are_satisfied_and_their_faults_named(void **state)
{
    (void)state;
    static struct graph graph;
    for (uint32_t i = 0; i < GRAPHS; i++) {
        seed = i;
        make_graph(&graph);
        if (i % 3 != 0)
            plant_others(&graph);
        if (i % 2 != 0)
            plant_ring(&graph);
        check_graph(&graph);
    }
}

static void rings_that_touch_nothing_else_are_named_as_they_are(void **state)
{
    (void)state;
    for (uint32_t length = 2; length <= RCORDER_SCRIPTS_MAX; length += length / 3 + 1) {
        struct model *model = model_start();
        start(MEMORY_SIZE);
        for (uint32_t i = 0; i < length; i++) {
            char path[16], text[64];
            snprintf(path, sizeof path, "%u", (unsigned)i);
            snprintf(text, sizeof text, "# PROVIDE: n%u\n# REQUIRE: n%u\n", (unsigned)i,
                     (unsigned)((i + 1) % length));
            add(path, text);
            model_add_script(model, text, strlen(text));
        }
        model_check(model, &order);
        assert_int_equal(model->told, 1);
        assert_true(model->cut[length - 1][0]);
        model_end(model);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(scripts_without_headers_stay_in_their_order),
        TEST(what_is_required_comes_first),
        TEST(what_it_requires_comes_in_the_order_of_the_header),
        TEST(before_is_a_requirement_of_the_other),
        TEST(all_providers_of_a_name_come_first),
        TEST(before_a_name_is_before_all_its_providers),
        TEST(plural_words_are_taken_but_not_of_before),
        TEST(the_first_other_line_ends_the_header),
        TEST(the_form_of_lines_is_rigid),
        TEST(blanks_are_spaces_tabs_and_carriage_returns),
        TEST(a_backslash_continues_a_line),
        TEST(a_name_that_comes_twice_is_one),
        TEST(what_nobody_provides_is_told_and_ignored),
        TEST(who_requires_itself_is_told_and_waits_for_the_others),
        TEST(a_cycle_is_told_and_cut_where_it_closes),
        TEST(a_cycle_by_before_is_one),
        TEST(a_cycle_by_two_names_is_told_once),
        TEST(cycles_that_share_scripts_are_told_each),
        TEST(foreign_bytes_are_made_harmless),
        TEST(a_group_is_as_early_as_its_requirements_allow),
        TEST(names_of_255_bytes_are_taken_and_longer_ones_left_out),
        TEST(there_are_512_scripts_with_the_longest_names_but_no_513th),
        TEST(memory_of_64_kib_is_enough_for_512_scripts),
        TEST(a_header_may_have_any_length),
        TEST(what_has_no_room_is_told_and_the_rest_is_ordered),
        TEST(every_status_has_a_phrase_of_its_own),
        TEST(a_thousand_random_graphs_are_satisfied_and_their_faults_named),
        TEST(rings_that_touch_nothing_else_are_named_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
