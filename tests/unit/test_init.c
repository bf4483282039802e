/* init(8): its states, and what it does when it is told something in each of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/fake_system.h"

enum {
    TEXT = 65536,
};

/* What a run was, brought over from the process in which it took place: init starts once. */
static struct {
    int status;
    char calls[TEXT], printed[TEXT];
} * told;

static int start(void **state)
{
    (void)state;
    fake_start();
    (void)system_sleep_ms(1000); /* else there would be no clock */
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return told == MAP_FAILED ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    return munmap(told, sizeof *told);
}

static int run_init(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        told->status = FAKE_RUN("init");
        strcpy(told->calls, fake_calls());
        strcpy(told->printed, fake_printed());
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    return told->status;
}

static bool begins(const char *line, const char *beginning)
{
    return strncmp(line, beginning, strlen(beginning)) == 0;
}

/* Events, signals, what was started and how it ended: without the business of shells with each
 * other and with the console. */
static bool is_told(const char *line)
{
    size_t length = strlen(line);
    bool is_child = begins(line, "signal") && strcmp(line + length - 3, " 20") == 0;
    return !begins(line, "foreground") && !begins(line, "page") && !begins(line, "phase") &&
           !begins(line, "sleep") && !is_child;
}

/* Compares the calls, without those that no test of init is about. */
static void assert_called(const char *expected)
{
    char calls[TEXT] = "";
    size_t used = 0;
    for (char *line = strtok(told->calls, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (is_told(line))
            used += (size_t)snprintf(calls + used, sizeof calls - used, "%s\n", line);
    assert_string_equal(calls, expected);
}

#define RC                                                                                         \
    "boottrace init(8) starting...\nboottrace /etc/rc starting...\nspawn sh /etc/rc autoboot\n"
#define RC_ENDED       "boottrace /etc/rc finished\n"
#define MULTI          "runtrace multi-user start\n"
#define OFF            "shuttrace halt & poweroff from multi-user\n"
#define STOP           "boottrace start rc.shutdown\nspawn sh /etc/rc.shutdown reboot\n"
#define STOP_TO_SINGLE "boottrace start rc.shutdown\nspawn sh /etc/rc.shutdown single\n"
#define ALL_END        "boottrace start killing user processes\nsignal 15 to all\n"
#define DOWN           ALL_END "boottrace shutting down the system\n"
#define SUCCESS        "power off, status 0: booted, ran and shut down\n"

static void a_system_without_scripts_comes_up_and_goes_down(void **state)
{
    (void)state;
    assert_int_equal(run_init(), 0);
    assert_called("boottrace init(8) starting...\n" MULTI OFF DOWN SUCCESS);
    assert_non_null(strstr(told->printed, "init: the boot archive has no etc/rc; nothing to run"));
}

static void scripts_and_commands_run_in_their_order(void **state)
{
    (void)state;
    fake_add_text("/etc/rc", "echo up\n");
    fake_add_text("/etc/rc.shutdown", "echo down\n");
    fake_add_text("/etc/autoexec", "echo first\n");
    fake_add_sysctl("kern.exec", "echo one\necho two\n", SYSTEM_SYSCTL_READ);
    assert_int_equal(run_init(), 0);
    assert_called(RC RC_ENDED MULTI "spawn sh /etc/autoexec\nspawn sh -c echo one\n"
                                    "spawn sh -c echo two\n" OFF STOP DOWN SUCCESS);
    assert_string_equal(told->printed, "up\n\nFirstlight is multi-user.\nfirst\n# echo one\none\n"
                                       "# echo two\ntwo\ndown\n");
}

static void the_first_failure_is_that_of_the_run(void **state)
{
    (void)state;
    fake_add_sysctl("kern.exec", "sh -c 'exit 7'\nfalse\ntrue\n", SYSTEM_SYSCTL_READ);
    assert_int_equal(run_init(), 7);
    assert_non_null(strstr(told->calls, "spawn sh -c true\n"));
    assert_non_null(
        strstr(told->calls, "power off, status 7: 'sh -c 'exit 7'' ended with status 7\n"));
}

static void a_failed_rc_without_a_console_goes_on_and_is_a_failure(void **state)
{
    (void)state;
    fake_add_text("/etc/rc", "exit 3\n");
    fake_add_sysctl("shell", "0", SYSTEM_SYSCTL_READ);
    assert_int_equal(run_init(), 3);
    assert_called(RC RC_ENDED "boottrace going to single user mode\n" MULTI OFF DOWN
                              "power off, status 3: /etc/rc failed\n");
    assert_non_null(strstr(told->printed, "init: /etc/rc ended with status 3\n"
                                          "init: single-user operation is left out: nobody is"));
}

static void a_failed_rc_leads_to_a_shell_and_then_runs_again(void **state)
{
    (void)state;
    fake_add_text("/etc/rc", "exit 3\n");
    fake_add_sysctl("shell", "1", SYSTEM_SYSCTL_READ);
    fake_type("exit\rkill -USR1 3\r");
    assert_int_equal(run_init(), 3);
    assert_called(RC RC_ENDED "boottrace going to single user mode\nspawn -sh\n"
                              "boottrace /etc/rc starting...\nspawn sh /etc/rc\n" RC_ENDED
                              "boottrace going to single user mode\nspawn -sh\nsignal 3 30\n"
                              "shuttrace signal 30 from single-user\n"
                              "shuttrace halt from single-user\n" DOWN
                              "halt, status 3: /etc/rc failed\n");
}

static void boot_single_begins_with_a_shell(void **state)
{
    (void)state;
    fake_add_text("/etc/rc", "echo up\n");
    fake_add_sysctl("boot_single", "1", SYSTEM_SYSCTL_READ);
    fake_add_sysctl("shell", "1", SYSTEM_SYSCTL_READ);
    fake_type("exit\r");
    assert_int_equal(run_init(), 0);
    assert_called("boottrace init(8) starting...\nboottrace going to single user mode\n"
                  "spawn -sh\nboottrace /etc/rc starting...\nspawn sh /etc/rc\n" RC_ENDED MULTI
                  "spawn -sh\n" OFF DOWN SUCCESS);
}

/* What the sysctl holds, and what becomes of /etc/rc then. */
static void hang_in_rc(const char *seconds, bool until_killed)
{
    fake_add_text("/etc/rc", "sleep 1000\n");
    fake_add_sysctl("kern.init_rc_timeout", seconds, SYSTEM_SYSCTL_READ);
    fake_hang_next("/etc/rc", until_killed);
}

static void a_start_that_hangs_is_ended_and_a_failure(void **state)
{
    (void)state;
    hang_in_rc("5", false);
    assert_int_equal(run_init(), 1);
    assert_called(RC "boottrace /etc/rc's 5 sec timeout expired\nsignal 15 to all below 4\n"
                     "signal 4 15\nboottrace going to single user mode\n" MULTI OFF DOWN
                     "power off, status 1: /etc/rc did not end within 5 s\n");
    assert_non_null(strstr(told->printed, "init: /etc/rc has not ended within 5 s; it is ended"));
}

static void who_does_not_end_when_asked_is_killed(void **state)
{
    (void)state;
    hang_in_rc("5", true);
    assert_int_equal(run_init(), 1);
    assert_non_null(strstr(told->calls, "signal 15 to all below 4\nsignal 4 15\n"
                                        "signal 9 to all below 4\nsignal 4 9\n"));
}

static void a_timeout_of_0_is_none(void **state)
{
    (void)state;
    hang_in_rc("0", false);
    fake_signal_next_sleep(SYSTEM_SIGINT);
    assert_int_equal(run_init(), 0);
    assert_called(RC "shuttrace signal 2 from runcom\nshuttrace reboot from runcom\n" DOWN
                     "restart, status 0: booted, ran and shut down\n");
}

/* In the fake system all of this takes no time but the waits. */
static void without_a_clock_nothing_times_out(void **state)
{
    (void)state;
    fake_start();
    hang_in_rc("5", false);
    fake_signal_next_sleep(SYSTEM_SIGINT);
    assert_int_equal(run_init(), 0);
    assert_null(strstr(told->calls, "timeout expired"));
}

static void a_stop_that_hangs_does_not_stop_the_shutdown(void **state)
{
    (void)state;
    fake_add_text("/etc/rc.shutdown", "sleep 1000\n");
    fake_add_sysctl("kern.init_shutdown_timeout", "9", SYSTEM_SYSCTL_READ);
    fake_hang_next("/etc/rc.shutdown", false);
    assert_int_equal(run_init(), 0);
    assert_called("boottrace init(8) starting...\n" MULTI OFF STOP
                  "boottrace rc.shutdown's 9 sec timeout expired\nsignal 15 to all below 4\n"
                  "signal 4 15\n" DOWN SUCCESS);
}

static void from_single_user_operation_the_system_comes_up_again(void **state)
{
    (void)state;
    fake_add_text("/etc/rc", "echo up\n");
    fake_add_text("/etc/rc.shutdown", "echo down\n");
    fake_add_sysctl("kern.exec", "kill -TERM 3\necho again\n", SYSTEM_SYSCTL_READ);
    assert_int_equal(run_init(), 0);
    assert_called(RC RC_ENDED MULTI
                  "spawn sh -c kill -TERM 3\nsignal 3 15\nshuttrace signal 15 from multi-user\n"
                  "shuttrace single-user from multi-user\n" STOP_TO_SINGLE ALL_END
                  "boottrace going to single user mode\nruntrace /etc/rc starting...\n"
                  "spawn sh /etc/rc autoboot\n" RC_ENDED MULTI
                  "spawn sh -c echo again\n" OFF STOP DOWN SUCCESS);
}

static void sighup_and_sigtstp_are_events_and_stop_nothing(void **state)
{
    (void)state;
    fake_add_sysctl("kern.exec", "kill -HUP 3; kill -TSTP 3\necho on\n", SYSTEM_SYSCTL_READ);
    assert_int_equal(run_init(), 0);
    assert_called("boottrace init(8) starting...\n" MULTI
                  "spawn sh -c kill -HUP 3; kill -TSTP 3\nsignal 3 1\nsignal 3 18\n"
                  "boottrace signal 1 from multi-user\nboottrace signal 18 from multi-user\n"
                  "spawn sh -c echo on\n" OFF DOWN SUCCESS);
}

static void a_command_goes_on_while_the_terminals_are_cleaned(void **state)
{
    (void)state;
    fake_add_sysctl("kern.exec", "echo one\necho two\n", SYSTEM_SYSCTL_READ);
    fake_signal_next_sleep(SYSTEM_SIGHUP);
    assert_int_equal(run_init(), 0);
    assert_called("boottrace init(8) starting...\n" MULTI
                  "spawn sh -c echo one\nboottrace signal 1 from multi-user\n"
                  "spawn sh -c echo two\n" OFF DOWN SUCCESS);
    assert_non_null(strstr(told->printed, "one\n# echo two\ntwo\n"));
}

static void what_was_asked_later_ends_the_system(void **state)
{
    (void)state;
    fake_add_text("/etc/rc.shutdown", "kill -INT 3\n");
    fake_add_sysctl("kern.exec", "kill -TERM 3\necho never\n", SYSTEM_SYSCTL_READ);
    assert_int_equal(run_init(), 0);
    assert_called("boottrace init(8) starting...\n" MULTI
                  "spawn sh -c kill -TERM 3\nsignal 3 15\nshuttrace signal 15 from multi-user\n"
                  "shuttrace single-user from multi-user\n" STOP_TO_SINGLE
                  "signal 3 2\nshuttrace signal 2 from death\nshuttrace reboot from death\n" DOWN
                  "restart, status 0: booted, ran and shut down\n");
}

static void all_signals_have_their_ends(void **state)
{
    static const struct {
        int signal;
        const char *name, *how;
    } ends[] = {{SYSTEM_SIGUSR1, "halt", "halt, "},
                {SYSTEM_SIGUSR2, "halt & poweroff", "power off, "},
                {SYSTEM_SIGINT, "reboot", "restart, "}};
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char event[80], how[80];
        fake_start();
        fake_add_sysctl("kern.exec", "sleep 5\n", SYSTEM_SYSCTL_READ);
        fake_signal_next_sleep(ends[i].signal);
        assert_int_equal(run_init(), 0);
        (void)snprintf(event, sizeof event,
                       "shuttrace signal %d from multi-user\nshuttrace %s from multi-user\n",
                       ends[i].signal, ends[i].name);
        (void)snprintf(how, sizeof how, "\n%sstatus 0", ends[i].how);
        assert_non_null(strstr(told->calls, event));
        assert_non_null(strstr(told->calls, how));
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_system_without_scripts_comes_up_and_goes_down),
        TEST(scripts_and_commands_run_in_their_order),
        TEST(the_first_failure_is_that_of_the_run),
        TEST(a_failed_rc_without_a_console_goes_on_and_is_a_failure),
        TEST(a_failed_rc_leads_to_a_shell_and_then_runs_again),
        TEST(boot_single_begins_with_a_shell),
        TEST(a_start_that_hangs_is_ended_and_a_failure),
        TEST(who_does_not_end_when_asked_is_killed),
        TEST(a_timeout_of_0_is_none),
        TEST(without_a_clock_nothing_times_out),
        TEST(a_stop_that_hangs_does_not_stop_the_shutdown),
        TEST(from_single_user_operation_the_system_comes_up_again),
        TEST(sighup_and_sigtstp_are_events_and_stop_nothing),
        TEST(a_command_goes_on_while_the_terminals_are_cleaned),
        TEST(what_was_asked_later_ends_the_system),
        TEST(all_signals_have_their_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
