/* The programs of the rc system: rcorder, rcstart, service, pgrep and its kin, daemon, burst. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/user/rcorder.h"
#include "tests/unit/fake_system.h"

static int start_with_scripts(void **state)
{
    (void)fake_setup(state);
    fake_add_text("/etc/rc.d/sshd",
                  "# PROVIDE: sshd\n# REQUIRE: LOGIN\n# KEYWORD: shutdown\n"
                  "name=\"sshd\"\nrcvar=\"sshd_enable\"\nrcvar=\"later\"\necho sshd $1\n");
    fake_add_text("/etc/rc.d/LOGIN", "# PROVIDE: LOGIN\n# REQUIRE: devd cron\n");
    fake_add_text("/etc/rc.d/devd",
                  "# PROVIDE: devd\n# KEYWORD: nojail shutdown\nname=devd\nrcvar=devd_enable\n"
                  "echo devd $1\n");
    fake_add_text("/etc/rc.d/cron", "# PROVIDE: cron\n# KEYWORD: nostart\necho cron $1\n");
    fake_add_text("/etc/rc.d/old/sshd", "# PROVIDE: old\n");
    fake_add_text("/etc/rc.d/removed", "");
    return 0;
}

#define RUN_IN(...) FAKE_RUN(__VA_ARGS__, "-D", "/etc/rc.d")

/* --- rcorder --- */

static void rcorder_prints_the_files_of_a_directory_in_their_order(void **state)
{
    (void)state;
    assert_int_equal(RUN_IN("rcorder"), 0);
    PRINTED("/etc/rc.d/devd\n/etc/rc.d/cron\n/etc/rc.d/LOGIN\n/etc/rc.d/sshd\n");
}

static void rcorder_takes_files_of_a_directory_by_their_names(void **state)
{
    (void)state;
    fake_add_text("/d/b", "x");
    fake_add_text("/d/a", "x");
    fake_add_text("/d/ab", "x");
    assert_int_equal(FAKE_RUN("rcorder", "-D", "/d", "/etc/rc.d/cron", "/etc/rc.d"), 0);
    PRINTED("/d/a\n/d/ab\n/d/b\n/etc/rc.d/cron\n");
}

static void rcorder_keeps_and_skips_by_keyword(void **state)
{
    (void)state;
    assert_int_equal(RUN_IN("rcorder", "-k", "shutdown"), 0);
    PRINTED("/etc/rc.d/devd\n/etc/rc.d/sshd\n");
    assert_int_equal(RUN_IN("rcorder", "-k", "shutdown", "-k", "nostart", "-s", "nojail"), 0);
    PRINTED("/etc/rc.d/cron\n/etc/rc.d/sshd\n");
    assert_int_equal(RUN_IN("rcorder", "-k", "nobody"), 0);
    PRINTED("");
}

static void rcorder_prints_groups_that_may_start_together(void **state)
{
    (void)state;
    assert_int_equal(RUN_IN("rcorder", "-p"), 0);
    PRINTED("/etc/rc.d/devd /etc/rc.d/cron\n/etc/rc.d/LOGIN\n/etc/rc.d/sshd\n");
    assert_int_equal(RUN_IN("rcorder", "-p", "-k", "shutdown"), 0);
    PRINTED("/etc/rc.d/devd\n/etc/rc.d/sshd\n");
}

static void rcorder_tells_problems_and_orders_the_rest(void **state)
{
    (void)state;
    fake_add_text("/a", "# PROVIDE: a\n# REQUIRE: x a b\n");
    fake_add_text("/b", "# PROVIDE: b\n# REQUIRE: a\n");
    assert_int_equal(FAKE_RUN("rcorder", "/a", "/nix", "/b"), 1);
    PRINTED("rcorder: /nix: No such file or directory; it is left out\n"
            "rcorder: /a: requires 'x', which no script provides; that is ignored\n"
            "rcorder: /a: requires 'a', which it provides itself; that is ignored\n"
            "rcorder: /a -> /b -> /a: a cycle of requirements; /b does not wait for /a\n"
            "/b\n/a\n");
}

static void rcorder_tells_names_that_are_too_long(void **state)
{
    (void)state;
    static char header[400] = "# PROVIDE: ";
    memset(header + 11, 'x', 256);
    strcpy(header + 11 + 256, " a\n");
    fake_add_text("/a", header);
    fake_add_text("/b", "# REQUIRE: a\n");
    assert_int_equal(FAKE_RUN("rcorder", "/b", "/a"), 1);
    PRINTED("rcorder: /a: a name is longer than 255 bytes; it is left out\n/a\n/b\n");
}

static void rcorder_stops_at_the_513th_script(void **state)
{
    (void)state;
    static char path[20][32];
    const char *argv[60] = {"rcorder", "-D", "/many"};
    for (uint32_t i = 0; i < 20; i++) {
        snprintf(path[i], sizeof path[i], "/many/%02u", (unsigned)i);
        fake_add_text(path[i], "x");
    }
    /* 26 times 20 scripts are 520. */
    for (int i = 1; i < 53; i += 2) {
        argv[i] = "-D";
        argv[i + 1] = "/many";
    }
    assert_int_equal(fake_run(53, argv), 1);
    const char *printed = fake_printed();
    const char *told = "rcorder: /many/12: there are more than 512 scripts; "
                       "it and those behind it are left out\n";
    assert_int_equal(strncmp(printed, told, strlen(told)), 0);
    uint32_t lines = 0;
    for (; *printed != '\0'; printed++)
        lines += *printed == '\n';
    assert_int_equal(lines, 1 + RCORDER_SCRIPTS_MAX);
}

static void what_makes_no_sense_is_answered_by_usage(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("rcorder", "-k"), 1);
    PRINTED("usage: rcorder [-p] [-k keep] [-s skip] [-D directory] [file ...]\n");
    assert_int_equal(FAKE_RUN("rcorder", "-kx"), 1);
    assert_int_equal(FAKE_RUN("rcorder", "-x", "y"), 1);
    assert_int_equal(FAKE_RUN("rcstart", "-j", "0", "x"), 1);
    assert_int_equal(FAKE_RUN("rcstart", "-j", "17", "x"), 1);
    assert_int_equal(FAKE_RUN("rcstart"), 1);
    assert_int_equal(FAKE_RUN("rcstart", "a", "b"), 1);
    assert_int_equal(FAKE_RUN("service"), 1);
    assert_int_equal(FAKE_RUN("service", "-x"), 1);
    assert_int_equal(FAKE_RUN("service", "sshd"), 1);
    assert_int_equal(FAKE_RUN("pgrep"), 1);
    assert_int_equal(FAKE_RUN("pkill", "-NONE", "x"), 1);
    assert_int_equal(FAKE_RUN("pwait"), 1);
    assert_int_equal(FAKE_RUN("pwait", "-t", "x", "1"), 1);
    assert_int_equal(FAKE_RUN("pwait", "x"), 1);
    assert_int_equal(FAKE_RUN("daemon"), 1);
    assert_int_equal(FAKE_RUN("daemon", "x", "-1"), 1);
    assert_int_equal(FAKE_RUN("burst", "x", "y"), 1);
    assert_int_equal(FAKE_RUN("burst", "1000001", "y"), 1);
    CALLED("");
}

/* --- rcstart --- */

/* The paths of the shells that were spawned, with blanks between them. */
static void assert_started(const char *expected)
{
    static const char before[] = "spawn sh -c run_rc_script \"$1\" \"$2\" rcstart ";
    char found[1024] = "";
    for (const char *at = fake_calls(); (at = strstr(at, before)) != NULL;) {
        at += sizeof before - 1;
        strcat(found, found[0] != '\0' ? " " : "");
        strncat(found, at, (size_t)(strchr(at, '\n') - at));
    }
    assert_string_equal(found, expected);
}

static int run_rcstart(const char *jobs)
{
    return FAKE_RUN("rcstart", "-j", jobs, "-s", "nostart", "-D", "/etc/rc.d", "faststart");
}

static void rcstart_runs_scripts_when_what_they_require_is_done(void **state)
{
    (void)state;
    fake_add_text("/etc/rc.d/syslogd", "# BEFORE: devd\n");
    assert_int_equal(run_rcstart("1"), 0);
    assert_started("/etc/rc.d/syslogd faststart /etc/rc.d/devd faststart /etc/rc.d/LOGIN faststart "
                   "/etc/rc.d/sshd faststart");
    assert_int_equal(run_rcstart("16"), 0);
    assert_started("/etc/rc.d/syslogd faststart /etc/rc.d/devd faststart /etc/rc.d/LOGIN faststart "
                   "/etc/rc.d/sshd faststart");
}

static void rcstart_begins_as_many_as_it_may(void **state)
{
    (void)state;
    fake_add_text("/etc/rc.d/a", "x");
    fake_add_text("/etc/rc.d/b", "x");
    fake_add_text("/etc/rc.d/c", "x");
    fake_add_sysctl("kern.boottrace.enabled", "1", SYSTEM_SYSCTL_READ);
    fake_add_sysctl("kern.boottrace.dotrace_user", "1", SYSTEM_SYSCTL_READ);
    (void)run_rcstart("2");
    const char *calls = fake_calls();
    const char *a = strstr(calls, "rcstart /etc/rc.d/a"), *b = strstr(calls, "rcstart /etc/rc.d/b"),
               *c = strstr(calls, "rcstart /etc/rc.d/c"),
               *ended = strstr(calls, "/etc/rc.d/a done");
    assert_true(a != NULL && b != NULL && c != NULL && ended != NULL);
    assert_true(a < b && b < ended && ended < c);
}

static void rcstart_tells_problems(void **state)
{
    (void)state;
    fake_add_text("/etc/rc.d/a", "# REQUIRE: x\n");
    assert_int_equal(run_rcstart("8"), 1);
    assert_non_null(
        strstr(fake_printed(),
               "rcorder: /etc/rc.d/a: requires 'x', which no script provides; that is ignored\n"));
}

/* --- service --- */

static const char subr[] = "load_rc_config() { sshd_enable=YES; devd_enable=no; }\n"
                           "checkyesno() { eval v=\\$$1; [ \"$v\" = YES ]; }\n";

static void service_runs_a_script_by_its_name(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("service", "sshd", "restart"), 0);
    PRINTED("sshd restart\n");
    assert_int_equal(FAKE_RUN("service", "nix", "start"), 1);
    PRINTED("nix does not exist in /etc/rc.d.\n");
    assert_int_equal(FAKE_RUN("service", "old", "start"), 1);
    PRINTED("old does not exist in /etc/rc.d.\n");
}

static void service_lists_scripts(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("service", "-l"), 0);
    PRINTED("sshd\nLOGIN\ndevd\ncron\nold\nremoved\n");
    assert_int_equal(FAKE_RUN("service", "-r"), 0);
    PRINTED("/etc/rc.d/devd\n/etc/rc.d/LOGIN\n/etc/rc.d/sshd\n");
}

static void service_lists_those_that_are_enabled(void **state)
{
    (void)state;
    fake_add_text("/etc/rc.subr", subr);
    assert_int_equal(FAKE_RUN("service", "-e"), 0);
    PRINTED("/etc/rc.d/sshd\n");
}

/* --- Processes by name --- */

static const char processes[] = "0\t0\trunning\t0\t0\t0\t0\t1\tsshd\n"
                                "1\t0\tsleeping\t0\t0\t0\t0\t0\tinit\n"
                                "20\t1\tsleeping\t0\t0\t0\t0\t0\tsshd\n"
                                "21\t1\tdead\t0\t0\t0\t0\t0\tsshd\n"
                                "22\t1\tready\t0\t0\t0\t0\t0\tsshd\n"
                                "23\t1\tready\t0\t0\t0\t0\t0\tsshd2\n";

static void pgrep_prints_living_processes_of_a_name(void **state)
{
    (void)state;
    fake_add_sysctl("kern.proc", processes, SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("pgrep", "sshd"), 0);
    PRINTED("20\n22\n");
    assert_int_equal(FAKE_RUN("pgrep", "ssh"), 1);
    PRINTED("");
}

static void pkill_sends_them_a_signal(void **state)
{
    (void)state;
    fake_add_sysctl("kern.proc", processes, SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("pkill", "sshd"), 0);
    CALLED("signal 20 15\nsignal 22 15\n");
    assert_int_equal(FAKE_RUN("pkill", "-HUP", "sshd2"), 0);
    CALLED("signal 23 1\n");
    assert_int_equal(FAKE_RUN("pkill", "nobody"), 1);
    CALLED("");
}

static void pwait_waits_until_they_have_ended(void **state)
{
    (void)state;
    fake_add_sysctl("kern.proc", processes, SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("pwait", "21", "99"), 0);
    assert_int_equal(system_time_ns(), 0);
    assert_int_equal(FAKE_RUN("pwait", "-t", "0.05", "21", "20"), 124);
    assert_int_equal(system_time_ns(), 50000000);
}

/* --- daemon and burst --- */

static void daemon_goes_to_the_background_under_its_name(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("daemon", "sshd", "0.25"), 0);
    CALLED("spawn sshd 0.25\n");
}

static void a_daemon_takes_its_time_to_end(void **state)
{
    (void)state;
    int status;
    bool stopped;
    int pid = system_spawn("daemon", 2, (const char *const[]){"sshd", "0.25"});
    fake_signal_next_sleep(SYSTEM_SIGTERM); /* half-way through 30 s */
    assert_int_equal(system_wait(pid, SYSTEM_FOREVER, &status, &stopped), pid);
    assert_int_equal(status, 0);
    assert_int_equal(system_time_ns(), 15250000000);
}

static void burst_records_events_of_few_names(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("burst", "201", "x"), 0);
    const char *calls = fake_calls();
    uint32_t count = 0;
    for (const char *at = calls; (at = strstr(at, "x, after ")) != NULL; at++)
        count++;
    assert_int_equal(count, 201);
    assert_non_null(strstr(calls, "x, after 200\n"));
    assert_null(strstr(calls, "x, after 1\n"));
}

#define TEST(name)         cmocka_unit_test_setup(name, fake_setup)
#define WITH_SCRIPTS(name) cmocka_unit_test_setup(name, start_with_scripts)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SCRIPTS(rcorder_prints_the_files_of_a_directory_in_their_order),
        WITH_SCRIPTS(rcorder_takes_files_of_a_directory_by_their_names),
        WITH_SCRIPTS(rcorder_keeps_and_skips_by_keyword),
        WITH_SCRIPTS(rcorder_prints_groups_that_may_start_together),
        TEST(rcorder_tells_problems_and_orders_the_rest),
        TEST(rcorder_tells_names_that_are_too_long),
        TEST(rcorder_stops_at_the_513th_script),
        TEST(what_makes_no_sense_is_answered_by_usage),
        WITH_SCRIPTS(rcstart_runs_scripts_when_what_they_require_is_done),
        TEST(rcstart_begins_as_many_as_it_may),
        WITH_SCRIPTS(rcstart_tells_problems),
        WITH_SCRIPTS(service_runs_a_script_by_its_name),
        WITH_SCRIPTS(service_lists_scripts),
        WITH_SCRIPTS(service_lists_those_that_are_enabled),
        TEST(pgrep_prints_living_processes_of_a_name),
        TEST(pkill_sends_them_a_signal),
        TEST(pwait_waits_until_they_have_ended),
        TEST(daemon_goes_to_the_background_under_its_name),
        TEST(a_daemon_takes_its_time_to_end),
        TEST(burst_records_events_of_few_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
