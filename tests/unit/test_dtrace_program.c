/* dtrace(8) of the userland: the probes that it lists, and the claim of what was traced since the boot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fake_system.h"

static const char heading[] =
    "   ID   PROVIDER            MODULE                          FUNCTION NAME\n";
static const char begin_probe[] =
    "    1     dtrace                                                     BEGIN\n";
static const char open_entry[] =
    "   12        fbt            kernel                              open entry\n";
static const char open_return[] =
    "   13        fbt            kernel                              open return\n";
static const char find_entry[] =
    "   14        fbt            kernel                       bootfs_find entry\n";
static const char exec_probe[] =
    "   20       proc            kernel                       run_program exec-success\n";

/* Four kinds of probes, and a line that is none. */
static void add_probes(void)
{
    fake_add_sysctl("debug.dtrace.probes",
                    "1\tdtrace\t\t\tBEGIN\n12\tfbt\tkernel\topen\tentry\n"
                    "13\tfbt\tkernel\topen\treturn\nno probe\n"
                    "14\tfbt\tkernel\tbootfs_find\tentry\n"
                    "20\tproc\tkernel\trun_program\texec-success\n",
                    SYSTEM_SYSCTL_READ);
}

/* What a list with these arguments must be, behind its heading. */
#define LISTS(expected, ...)                                                                       \
    do {                                                                                           \
        const char *const rows[] = {expected};                                                     \
        char text[1024];                                                                           \
        (void)snprintf(text, sizeof text, "%s", heading);                                          \
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)                                  \
            strcat(text, rows[i]);                                                                 \
        assert_int_equal(FAKE_RUN("dtrace", "-l", ##__VA_ARGS__), 0);                              \
        PRINTED(text);                                                                             \
    } while (0)
#define ROWS(...) __VA_ARGS__

static void dtrace_lists_all_probes(void **state)
{
    (void)state;
    add_probes();
    LISTS(ROWS(begin_probe, open_entry, open_return, find_entry, exec_probe));
}

static void each_option_of_a_list_names_a_part_of_the_probes(void **state)
{
    (void)state;
    add_probes();
    LISTS(ROWS(exec_probe), "-P", "proc");
    LISTS(ROWS(open_entry, open_return, find_entry), "-m", "fbt:kernel");
    LISTS(ROWS(open_entry, open_return), "-f", "open");
    LISTS(ROWS(open_entry, open_return, exec_probe), "-f", "kernel:open", "-n",
          "proc:::exec-success");
    LISTS(ROWS(begin_probe), "-n", "BEGIN");
    LISTS(ROWS(open_entry, find_entry), "-n", "entry");
}

static void a_description_alone_has_its_name_last(void **state)
{
    (void)state;
    add_probes();
    LISTS(ROWS(open_entry), "fbt:kernel:open:entry");
    LISTS(ROWS(open_return), "open:return");
    LISTS(ROWS(open_entry, open_return, find_entry), "fbt:::");
    LISTS(ROWS(begin_probe, exec_probe), "dtrace:::", "exec-success");
    LISTS(ROWS(begin_probe, open_entry, open_return, find_entry, exec_probe), "");
}

static void descriptions_may_be_patterns(void **state)
{
    (void)state;
    add_probes();
    LISTS(ROWS(find_entry), "fbt::bootfs_*:entry");
    LISTS(ROWS(find_entry), "-f", "*_f*d");
    LISTS(ROWS(exec_probe), "exec?success");
    LISTS(ROWS(exec_probe), "[a-f]xec-[!a-r]*");
    LISTS(ROWS(open_entry, open_return), "-f", "o\\pe[n]");
    LISTS(ROWS(open_entry, open_return, find_entry, exec_probe), "-m", "********kernel");
}

static void a_pattern_that_means_nothing_is_a_failure(void **state)
{
    static const char *const none[] = {"ope",        "pen",  "open?",         "\\*",     "[",
                                       "[!a-zA-Z]*", "Open", "*********open", "o[!p]en", "xopen"};
    char text[256];
    (void)state;
    add_probes();
    (void)snprintf(text, sizeof text, "%sdtrace: no probe matches\n", heading);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(FAKE_RUN("dtrace", "-l", "-f", none[i]), 1);
        PRINTED(text);
    }
}

static void many_stars_end(void **state)
{
    char name[128], row[160];
    (void)state;
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    (void)snprintf(row, sizeof row, "1\tfbt\tkernel\t%s\tentry\n", name);
    fake_add_sysctl("debug.dtrace.probes", row, SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("dtrace", "-l", "-f", "a*a*a*a*b"), 1);
}

static const char dtrace_usage[] =
    "usage: dtrace -a [-eq] [-x option[=value]] | -d | -l [-P provider] [-m module] [-f function] "
    "[-n name] [probe]\n";
#define MISUSED(...)                                                                               \
    do {                                                                                           \
        assert_int_equal(FAKE_RUN("dtrace", ##__VA_ARGS__), 1);                                    \
        PRINTED(dtrace_usage);                                                                     \
    } while (0)

static void a_list_of_probes_takes_only_descriptions(void **state)
{
    char long_part[129];
    (void)state;
    add_probes();
    memset(long_part, 'x', 128);
    long_part[128] = '\0';
    MISUSED("-l", "-x");
    MISUSED("-l", "-a");
    MISUSED("-l", "-n");
    MISUSED("-l", "fbt", "-P");
    MISUSED("-l", "a:b:c:d:e");
    MISUSED("-l", "-P", "fbt:kernel");
    MISUSED("-l", "-f", "a:b:c:d");
    MISUSED("-l", long_part);
    assert_int_equal(FAKE_RUN("dtrace", "-l", long_part + 1), 1);
    (void)fake_printed();
    LISTS(ROWS(begin_probe), "1", "2", "3", "4", "5", "6", "7", "BEGIN");
    MISUSED("-l", "1", "2", "3", "4", "5", "6", "7", "8", "BEGIN");
}

static void what_dtrace_is_to_do_is_one_thing(void **state)
{
    (void)state;
    fake_add_sysctl("debug.dtrace.state", "going", SYSTEM_SYSCTL_READ);
    MISUSED();
    MISUSED("-e");
    MISUSED("-n", "BEGIN");
    MISUSED("-a", "x");
    MISUSED("-a", "-e", "x");
    MISUSED("-aed");
    MISUSED("-a", "-d");
    MISUSED("-d", "-a");
    MISUSED("-de");
    MISUSED("-dq");
    MISUSED("-q");
    MISUSED("-a", "-");
    MISUSED("-a", "-x");
    MISUSED("-a", "-x", "");
    MISUSED("-a", "-o", "file");
    MISUSED("-al");
    MISUSED("-d", "");
}

static void without_a_list_of_probes_dtrace_says_so(void **state)
{
    char text[256];
    (void)state;
    (void)snprintf(text, sizeof text, "%sdtrace: debug.dtrace.probes: No such file or directory\n",
                   heading);
    assert_int_equal(FAKE_RUN("dtrace", "-l"), 1);
    PRINTED(text);
}

static void without_anonymous_tracing_there_is_nothing_to_claim(void **state)
{
    static const char *const options[] = {"-a", "-ae", "-d"};
    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        assert_int_equal(FAKE_RUN("dtrace", options[i]), 1);
        PRINTED("dtrace: No anonymous tracing state\n");
    }
    fake_add_sysctl("debug.dtrace.state", "none", SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("dtrace", "-a"), 1);
    PRINTED("dtrace: No anonymous tracing state\n");
}

static void what_could_not_go_cannot_be_claimed(void **state)
{
    (void)state;
    fake_add_sysctl("debug.dtrace.state", "failed", SYSTEM_SYSCTL_READ);
    fake_add_sysctl("debug.dtrace.claim", "never printed\n", SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("dtrace", "-a"), 1);
    PRINTED("dtrace: anonymous tracing could not go: dmesg says why\n");
}

/* What a claim reads and writes. */
static void add_claim(const char *state, const char *claimed)
{
    fake_add_sysctl("debug.dtrace.state", state, SYSTEM_SYSCTL_READ);
    fake_add_sysctl("debug.dtrace.claimed", claimed, SYSTEM_SYSCTL_READ);
    fake_add_sysctl("debug.dtrace.claim_options", "", SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_WRITE);
    fake_add_sysctl("debug.dtrace.stop", "0", SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_WRITE);
    fake_add_sysctl("debug.dtrace.claim", "records\n", SYSTEM_SYSCTL_READ);
}

static void assert_sysctl_is(const char *name, const char *expected)
{
    char value[128] = "";
    size_t length = sizeof value - 1;
    assert_int_equal(system_sysctl(name, value, &length, NULL, 0), SYSTEM_OK);
    assert_string_equal(value, expected);
}

static void a_claim_prints_what_was_recorded(void **state)
{
    (void)state;
    add_claim("going", "0");
    assert_int_equal(FAKE_RUN("dtrace", "-a"), 0);
    PRINTED("records\n");
    assert_sysctl_is("debug.dtrace.stop", "0");
}

#define CLAIMS(stopped, options, ...)                                                              \
    do {                                                                                           \
        assert_int_equal(system_sysctl("debug.dtrace.stop", NULL, NULL, "0", 1), SYSTEM_OK);       \
        assert_int_equal(FAKE_RUN("dtrace", ##__VA_ARGS__), 0);                                    \
        PRINTED("records\n");                                                                      \
        assert_sysctl_is("debug.dtrace.stop", stopped);                                            \
        assert_sysctl_is("debug.dtrace.claim_options", options);                                   \
    } while (0)

static void a_claim_ends_the_tracing_when_it_is_told_to(void **state)
{
    (void)state;
    add_claim("going", "0");
    CLAIMS("1", "", "-ae");
    CLAIMS("1", "", "-a", "-e");
    CLAIMS("1", "", "-e", "-a");
    CLAIMS("0", "", "-a");
}

static void a_claim_has_options_of_its_own(void **state)
{
    (void)state;
    add_claim("going", "0");
    CLAIMS("0", "quiet", "-a", "-q");
    CLAIMS("1", "quiet", "-aeq");
    CLAIMS("0", "flowindent", "-a", "-x", "flowindent");
    CLAIMS("0", "quiet,aggsortpos=1,aggsortrev", "-aqxaggsortpos=1", "-x", "aggsortrev");
    CLAIMS("0", "", "-a");
}

static void options_of_a_claim_that_do_not_fit_are_misuse(void **state)
{
    char option[130];
    (void)state;
    add_claim("going", "0");
    memset(option, 'o', sizeof option);
    option[127] = '\0';
    CLAIMS("0", option, "-a", "-x", option);
    option[127] = 'o';
    option[128] = '\0';
    MISUSED("-a", "-x", option);
    option[120] = '\0';
    MISUSED("-a", "-x", option, "-q", "-q");
}

static void a_second_claim_says_that_it_is_one(void **state)
{
    (void)state;
    add_claim("stopped", "1");
    assert_int_equal(FAKE_RUN("dtrace", "-a"), 0);
    PRINTED("dtrace: claimed before; what it recorded is printed again\nrecords\n");
}

static void a_claim_that_cannot_be_read_is_a_failure(void **state)
{
    (void)state;
    fake_add_sysctl("debug.dtrace.state", "going", SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("dtrace", "-aq"), 1);
    PRINTED("dtrace: -q or -x: No such file or directory\n");
    fake_add_sysctl("debug.dtrace.claim_options", "", SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_WRITE);
    assert_int_equal(FAKE_RUN("dtrace", "-a"), 1);
    PRINTED("dtrace: debug.dtrace.claim: No such file or directory\n");
    assert_int_equal(FAKE_RUN("dtrace", "-ae"), 1);
    PRINTED("dtrace: debug.dtrace.stop: No such file or directory\n");
}

static void dtrace_forgets_when_asked(void **state)
{
    (void)state;
    fake_add_sysctl("debug.dtrace.state", "stopped", SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("dtrace", "-d"), 1);
    PRINTED("dtrace: debug.dtrace.discard: No such file or directory\n");
    fake_add_sysctl("debug.dtrace.discard", "", SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_WRITE);
    assert_int_equal(FAKE_RUN("dtrace", "-d"), 0);
    PRINTED("");
    assert_sysctl_is("debug.dtrace.discard", "1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fake_setup)
    const struct CMUnitTest tests[] = {
        TEST(dtrace_lists_all_probes),
        TEST(each_option_of_a_list_names_a_part_of_the_probes),
        TEST(a_description_alone_has_its_name_last),
        TEST(descriptions_may_be_patterns),
        TEST(a_pattern_that_means_nothing_is_a_failure),
        TEST(many_stars_end),
        TEST(a_list_of_probes_takes_only_descriptions),
        TEST(what_dtrace_is_to_do_is_one_thing),
        TEST(without_a_list_of_probes_dtrace_says_so),
        TEST(without_anonymous_tracing_there_is_nothing_to_claim),
        TEST(what_could_not_go_cannot_be_claimed),
        TEST(a_claim_prints_what_was_recorded),
        TEST(a_claim_ends_the_tracing_when_it_is_told_to),
        TEST(a_claim_has_options_of_its_own),
        TEST(options_of_a_claim_that_do_not_fit_are_misuse),
        TEST(a_second_claim_says_that_it_is_one),
        TEST(a_claim_that_cannot_be_read_is_a_failure),
        TEST(dtrace_forgets_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
