/* The shell: as a script runner, on the console, and with jobs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/user/sh.h"
#include "tests/unit/fake_system.h"

static int run(const char *commands)
{
    return FAKE_RUN("sh", "-c", commands);
}

static int run_script(const char *text)
{
    fake_add_text("/s", text);
    return FAKE_RUN("sh", "/s");
}

/* Types keys at a shell on the console; gives its status. */
static int type(const char *keys)
{
    fake_type(keys);
    return FAKE_RUN("sh");
}

/* Without what the line editor draws: whether it stands somewhere. */
#define SHOWN(text) assert_non_null(strstr(fake_printed(), text))

/* --- Commands --- */

static void commands_run_one_after_the_other(void **state)
{
    (void)state;
    assert_int_equal(run("echo a; echo  b 'c  d' ; echo \"e\\\"f\"\necho g # h; i"), 0);
    PRINTED("a\nb c  d\ne\"f\ng\n");
}

static void the_status_is_that_of_the_last_command(void **state)
{
    (void)state;
    assert_int_equal(run(""), 0);
    assert_int_equal(run("false"), 1);
    assert_int_equal(run("false; true"), 0);
    assert_int_equal(run("true; false; # comment"), 1);
    assert_int_equal(run("false; exit"), 1);
    assert_int_equal(run("exit 7; echo no"), 7);
    assert_int_equal(run("sh -c 'exit 9'"), 9);
    PRINTED("");
}

static void an_unknown_command_is_told_and_the_rest_runs(void **state)
{
    (void)state;
    assert_int_equal(run("nix a; echo b"), 0);
    PRINTED("sh: nix: command not found\nb\n");
    assert_int_equal(run("nix\x01"), 127);
    PRINTED("sh: nix\\x01: command not found\n");
    assert_int_equal(run("/no/such"), 127);
    PRINTED("sh: /no/such: command not found\n");
}

static void a_directory_cannot_be_run(void **state)
{
    (void)state;
    fake_add_text("/etc/x", "");
    assert_int_equal(run("/etc"), 126);
    PRINTED("sh: /etc: Is a directory\n");
    assert_int_equal(FAKE_RUN("sh", "/etc"), 126);
    PRINTED("sh: /etc: Is a directory\n");
}

static void what_this_shell_lacks_is_said(void **state)
{
    (void)state;
    assert_int_equal(run("echo a | cat; echo $?"), 0);
    PRINTED("sh: |: there are no pipes\n2\n");
    assert_int_equal(run("echo a > /b"), 2);
    PRINTED("sh: /b: only /dev/null and /dev/console can be written to\n");
    assert_int_equal(run("echo a 3>&1"), 2);
    PRINTED("sh: >: there are only the streams 1 and 2\n");
}

static void quoted_it_is_text(void **state)
{
    (void)state;
    assert_int_equal(run("echo 'a|b' \"c>d\" e\\&f \\| '$(x)' costs '$5'"), 0);
    PRINTED("a|b c>d e&f | $(x) costs $5\n");
}

static void words_that_make_no_sense_are_told(void **state)
{
    (void)state;
    assert_int_equal(run("echo 'a"), 2);
    PRINTED("sh: syntax: a quote is not closed\n");
    assert_int_equal(run("& echo a"), 2);
    PRINTED("sh: &: not expected here\n");
}

static void options_that_there_are_not_are_told(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("sh", "-y"), 1);
    PRINTED("usage: sh [-eux] [-c COMMANDS [NAME ARGUMENT...] | FILE [ARGUMENT...]]\n");
    assert_int_equal(FAKE_RUN("sh", "-c"), 1);
    PRINTED("usage: sh [-eux] [-c COMMANDS [NAME ARGUMENT...] | FILE [ARGUMENT...]]\n");
}

/* --- Scripts --- */

static void a_script_is_told_by_file_and_line(void **state)
{
    (void)state;
    assert_int_equal(run_script("#!/bin/sh\n\necho a\r\nnix\n\n sleep x\nburn -1\nexit 256"), 2);
    PRINTED("a\n/s:4: nix: command not found\n/s:6: x: not a number of seconds\n"
            "/s:7: -1: not a number in range\n/s:8: 256: not a number in range\n");
}

static void scripts_sleep_and_burn_themselves(void **state)
{
    (void)state;
    assert_int_equal(run_script("sleep 1.25\nsleep 0.0019\nsleep 2\nburn 120\nburn 3"), 0);
    CALLED("sleep 1250\nsleep 1\nsleep 2000\nburn 50\nburn 50\nburn 20\nburn 3\n");
}

static void a_script_of_any_length_is_read(void **state)
{
    static char text[64 * 1024];
    size_t length = 0, expected = 0;
    (void)state;
    while (length < sizeof text - 64) {
        memcpy(text + length, "echo 12345678901234567\n", 23);
        length += 23;
        expected += 18;
    }
    fake_add_file("/long", text, length);
    assert_int_equal(FAKE_RUN("sh", "/long"), 0);
    assert_int_equal(strlen(fake_printed()), expected);
}

static void a_script_that_does_not_fit_is_told(void **state)
{
    static char text[200 * 1024];
    (void)state;
    memset(text, '#', sizeof text);
    fake_add_file("/s", text, sizeof text);
    assert_int_equal(FAKE_RUN("sh", "/s"), 126);
    PRINTED("sh: /s: Cannot allocate memory\n");
}

static void a_script_that_is_not_there_has_status_127(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("sh", "/nix"), 127);
    PRINTED("sh: /nix: No such file or directory\n");
}

static void add_rc_scripts(void)
{
    fake_add_text("/etc/rc.d/a", "burn 1\n");
    fake_add_text("/etc/rc.d/b", "exit 3\n");
}

static void run_rc_script_runs_a_script_between_two_events(void **state)
{
    (void)state;
    add_rc_scripts();
    fake_add_sysctl("kern.boottrace.enabled", "1", SYSTEM_SYSCTL_READ);
    fake_add_sysctl("kern.boottrace.dotrace_user", "1", SYSTEM_SYSCTL_READ);
    assert_int_equal(run_script("run_rc_script /etc/rc.d/a faststart\nrun_rc_script /etc/rc.d/b"),
                     3);
    CALLED("spawn boottrace /etc/rc.d/a faststart\nboottrace /etc/rc.d/a start\n"
           "spawn sh /etc/rc.d/a faststart\nburn 1\nboottrace /etc/rc.d/a done\n"
           "spawn boottrace /etc/rc.d/b\nboottrace /etc/rc.d/b start\nspawn sh /etc/rc.d/b\n"
           "boottrace /etc/rc.d/b: status 3\n"
           "boottrace /etc/rc.d/b done\n");
    PRINTED("/s:2: /etc/rc.d/b: status 3\n");
}

static void rc_state_tells_what_has_become_of_a_service(void **state)
{
    (void)state;
    assert_int_equal(run_script("rc_state ntpd maintenance && rc_state ntpd odd || rc_state ntpd"),
                     2);
    CALLED("service ntpd maintenance\nservice ntpd odd\n");
    PRINTED("/s:1: ntpd: Invalid argument\n/s:1: rc_state: a service and its state\n");
}

static void without_boottrace_run_rc_script_runs_it_alone(void **state)
{
    static const char *const values[][2] = {{"0", "1"}, {"1", "0"}};
    for (size_t i = 0; i < 2; i++) {
        (void)fake_setup(state);
        add_rc_scripts();
        fake_add_sysctl("kern.boottrace.enabled", values[i][0], SYSTEM_SYSCTL_READ);
        fake_add_sysctl("kern.boottrace.dotrace_user", values[i][1], SYSTEM_SYSCTL_READ);
        assert_int_equal(run_script("run_rc_script /etc/rc.d/a x\nrun_rc_script /etc/rc.d/b"), 3);
        CALLED("spawn sh /etc/rc.d/a x\nburn 1\nspawn sh /etc/rc.d/b\n");
        PRINTED("/s:2: /etc/rc.d/b: status 3\n");
    }
}

static void a_function_of_that_name_comes_first(void **state)
{
    (void)state;
    assert_int_equal(run("run_rc_script() { echo mine $1; }; run_rc_script /etc/rc.d/a"), 0);
    PRINTED("mine /etc/rc.d/a\n");
}

static void run_rc_script_needs_a_path_to_a_script(void **state)
{
    (void)state;
    assert_int_equal(run_script("run_rc_script\nrun_rc_script /nix"), 127);
    PRINTED("/s:1: run_rc_script: no path\n/s:2: /nix: there is no such script\n");
}

static void a_path_is_a_command(void **state)
{
    (void)state;
    fake_add_text("/bin/hello", "echo hello\nexit 5");
    assert_int_equal(run("/bin/hello x y"), 5);
    PRINTED("hello\n");
    CALLED("spawn sh /bin/hello x y\n");
}

static void a_script_that_runs_itself_ends(void **state)
{
    (void)state;
    assert_int_equal(run_script("sh /s"), 126);
    assert_non_null(strstr(fake_printed(), "/s:1: sh: Cannot allocate memory\n"));
}

static void a_signal_goes_to_the_child_and_ends_the_script(void **state)
{
    (void)state;
    fake_signal_next_sleep(SYSTEM_SIGTERM);
    assert_int_equal(run_script("date\necho no"), 143);
    PRINTED("");
    CALLED("spawn date\nsignal 4 15\n");
}

static void a_signal_ends_a_sleep_and_the_script(void **state)
{
    (void)state;
    fake_signal_next_sleep(SYSTEM_SIGINT);
    assert_int_equal(run("sleep 10; echo no"), 130);
    PRINTED("");
}

static void a_stopped_shell_sleeps_on(void **state)
{
    (void)state;
    fake_signal_next_sleep(SYSTEM_SIGTSTP);
    assert_int_equal(run("sleep 10"), 0);
    CALLED("sleep 10000\nsignal 3 17\nsleep 5000\n");
}

/* --- Jobs --- */

static void background_commands_run_beside(void **state)
{
    (void)state;
    assert_int_equal(run("echo a & echo b; wait; echo c"), 0);
    PRINTED("b\na\nc\n");
    assert_int_equal(run("nix & echo b"), 0);
    PRINTED("sh: nix: command not found\nb\n");
}

static void jobs_are_listed(void **state)
{
    (void)state;
    assert_int_equal(run("sleep 1 & sleep 2&jobs; kill %1; kill -s KILL %2; wait; jobs"), 0);
    PRINTED("[1]- Running  sleep 1\n[2]+ Running  sleep 2\n");
}

static void wait_gives_the_status_of_a_job(void **state)
{
    (void)state;
    assert_int_equal(run("false & wait %1"), 1);
    assert_int_equal(run("false & wait"), 0);
    assert_int_equal(run("wait %3"), 1);
    PRINTED("sh: %3: there is no such job\n");
}

static void there_is_a_place_for_sixteen_jobs(void **state)
{
    (void)state;
    assert_int_equal(run("true&true&true&true&true&true&true&true&"
                         "true&true&true&true&true&true&true&true& true&"),
                     2);
    PRINTED("sh: jobs: there is no place for a seventeenth one\n");
}

/* --- On the console --- */

static void typed_commands_run_in_the_foreground(void **state)
{
    (void)state;
    assert_int_equal(type("false\r"), 1);
    CALLED("foreground 0\npage 24\nforeground -1\nspawn false\nforeground 4\n"
           "foreground 0\npage 0\n");
}

static void the_shell_ends_when_the_console_is_closed(void **state)
{
    (void)state;
    assert_int_equal(type(""), 0);
    PRINTED("# ");
    assert_int_equal(type("echo half"), 0);
}

static void control_d_ends_the_shell(void **state)
{
    (void)state;
    assert_int_equal(type("echo a\r\x04"
                          "echo b\r"),
                     0);
    const char *printed = fake_printed();
    assert_non_null(strstr(printed, "\na\n"));
    assert_null(strstr(printed, "\nb\n"));
}

static void control_c_at_the_prompt_gives_the_line_up(void **state)
{
    (void)state;
    assert_int_equal(type("echo a\x03"
                          "exit\r"),
                     130);
    const char *printed = fake_printed();
    assert_non_null(strstr(printed, "^C\n# "));
    assert_null(strstr(printed, "\na\n"));
}

static void what_is_not_complete_asks_for_more(void **state)
{
    (void)state;
    assert_int_equal(type("for i in a b\rdo\r\recho \"<$i>\r\"\rdone; f() {\recho f; }\rf\r"), 0);
    const char *printed = fake_printed();
    assert_non_null(strstr(printed, "\n> "));
    assert_non_null(strstr(printed, "\n<a>\n\n<b>\n\n# "));
    assert_non_null(strstr(printed, "\nf\n# "));
}

static void control_c_gives_up_what_is_not_complete(void **state)
{
    (void)state;
    assert_int_equal(type("if true; then\recho a\x03"
                          "echo b\r"),
                     0);
    const char *printed = fake_printed();
    assert_null(strstr(printed, "\na\n"));
    assert_non_null(strstr(printed, "\nb\n# "));
}

static void a_mistake_gives_up_what_was_typed_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(type("echo a; fi; echo b\recho ${x?}; echo c\recho d\r"), 0);
    const char *printed = fake_printed();
    assert_non_null(strstr(printed, "\nsh: fi: not expected here\n# "));
    assert_non_null(strstr(printed, "\nsh: x: is not set\n# "));
    assert_null(strstr(printed, "\nc\n"));
    assert_non_null(strstr(printed, "\nd\n# "));
}

static void variables_and_functions_outlast_a_line(void **state)
{
    (void)state;
    assert_int_equal(type("x=1; f() { return $x; }\rx=5\rf\rexit $?\r"), 5);
}

/* Each try takes memory for the name before it finds that there is none for the value. */
static void a_variable_that_has_no_room_as_a_local_one_costs_nothing(void **state)
{
    static char keys[8192] = "n=";
    (void)state;
    for (size_t i = 0; i < 900; i++)
        strcat(keys, "n");
    strcat(keys,
           "\rz=0123456789; for i in 1 2 3 4 5 6 7 8; do z=$z$z; done; x=$z$z; y=$x$x$x$x\r"
           "eval \"$n=\\$y\"; unset y; for i in a b c d e f g h i j k l m n o p; do eval v$i=\\$x; "
           "done\r"
           "f() { local $n; }\r");
    for (size_t i = 0; i < 60; i++)
        strcat(keys, "f\r");
    strcat(keys, "y=$z; echo \"<${#y}>\"\r");
    (void)type(keys);
    const char *printed = fake_printed();
    assert_non_null(strstr(printed, "\nsh: memory: all of this shell's is in use\n"));
    assert_non_null(strstr(printed, "\n<2560>\n"));
}

static void more_than_4095_bytes_do_not_belong_together(void **state)
{
    static char keys[8192] = "echo '";
    (void)state;
    for (size_t i = 0; i < 60; i++)
        strcat(keys, "0123456789012345678901234567890123456789012345678901234567890123456789\r");
    strcat(keys, "\x03"
                 "exit 4\r");
    assert_int_equal(type(keys), 4);
    SHOWN("\nsh: console: more than 4,095 bytes belong together\n");
}

static void a_stopped_command_is_a_job(void **state)
{
    (void)state;
    fake_stop_next("true");
    assert_int_equal(type("true 1 2\rjobs\rfg\rjobs\r"), 0);
    const char *printed = fake_printed();
    assert_non_null(strstr(printed, "\n[1]+ Stopped  true 1 2\n"));
    assert_non_null(strstr(strstr(printed, "Stopped") + 1, "\n[1]+ Stopped  true 1 2\n"));
    assert_non_null(strstr(printed, "\ntrue 1 2\n# "));
    CALLED("foreground 0\npage 24\nforeground -1\nspawn true 1 2\nforeground 4\n"
           "foreground 0\npage 0\n"
           "page 24\nforeground 3\nforeground 0\npage 0\n"
           "page 24\nforeground 3\nforeground 4\nsignal 4 19\nforeground 4\nforeground 0\n"
           "foreground 0\npage 0\n"
           "page 24\nforeground 3\nforeground 0\npage 0\n");
}

static void a_job_in_the_background_is_told_before_the_prompt(void **state)
{
    (void)state;
    assert_int_equal(type("true &\rkill %1\r\r"), 0);
    const char *printed = fake_printed();
    assert_non_null(strstr(printed, "\n[1] 4\n"));
    assert_non_null(strstr(printed, "\n[1]+ Terminated true\n"));
}

static void bg_lets_a_stopped_job_go_on(void **state)
{
    (void)state;
    fake_stop_next("echo");
    assert_int_equal(type("sh -c 'true'\rcat /nix &\rbg\rfg %1\r"), 1);
    SHOWN("\n[1] cat /nix &\n");
}

static void stopped_jobs_keep_the_shell_once(void **state)
{
    (void)state;
    fake_stop_next("true");
    assert_int_equal(type("true\rexit 3\rexit 4\r"), 4);
    const char *printed = fake_printed();
    assert_non_null(strstr(printed, "\nYou have stopped jobs.\n# "));
    assert_null(strstr(strstr(printed, "You have") + 1, "You have"));
}

static void another_command_makes_it_ask_again(void **state)
{
    (void)state;
    fake_stop_next("true");
    assert_int_equal(type("true\r\x04"
                          "jobs\r\x04\x04"
                          "exit 9\r"),
                     0);
    const char *printed = fake_printed();
    assert_non_null(strstr(strstr(printed, "You have") + 1, "You have"));
}

static void an_interrupted_command_takes_the_line_along(void **state)
{
    (void)state;
    assert_int_equal(type("sh -c 'exit 130'; echo no\recho yes\r"), 0);
    const char *printed = fake_printed();
    assert_null(strstr(printed, "\nno\n"));
    assert_non_null(strstr(printed, "\nyes\n"));
}

static void history_is_kept_and_shared_with_a_shell_inside(void **state)
{
    (void)state;
    assert_int_equal(type("echo one\rsh\recho two\rexit\rhistory\r"), 0);
    SHOWN("echo one\n");
}

static void a_shell_in_the_background_does_not_get_the_console(void **state)
{
    (void)state;
    assert_int_equal(type("sh &\rwait %1\recho a\r"), 0);
    const char *printed = fake_printed();
    assert_non_null(strstr(printed, "\nsh: console: another shell reads from it\n"));
    assert_non_null(strstr(printed, "\n[1]+ Exit 1   sh\n"));
    assert_non_null(strstr(printed, "\na\n"));
}

static void a_shell_within_a_program_in_the_foreground_does(void **state)
{
    (void)state;
    assert_int_equal(type("sh -c sh\rexit 5\rexit 6\r"), 6);
    assert_int_equal(type("sh -c sh\rexit 5\r"), 5);
}

static void tab_completes_commands(void **state)
{
    (void)state;
    assert_int_equal(type("uptim\t\r"), 0);
    SHOWN("\nup 0 secs\n");
}

static void nothing_pages_or_prompts_when_nobody_types(void **state)
{
    (void)state;
    fake_type("x");
    assert_int_equal(run("help; uptime"), 0);
    CALLED("spawn uptime\n");
    assert_null(strstr(fake_printed(), "# "));
}

static void stty_sets_how_output_pages(void **state)
{
    (void)state;
    assert_int_equal(type("stty rows 50 columns 132\rtrue\rstty\rstty rows 24 columns 80\r"), 0);
    assert_non_null(strstr(fake_calls(), "page 50\nforeground -1\nspawn true\n"));
    SHOWN("\n50 rows; 132 columns\n");
    assert_int_equal(run("stty rows; stty columns 19; stty columns 257; stty rows 1001"), 1);
}

/* --- Builtins --- */

static void time_says_how_long_a_command_took(void **state)
{
    (void)state;
    assert_int_equal(run("time sleep 1.5"), 0);
    PRINTED("        1.50 real\n");
    fake_add_sysctl("kern.cpu_time_ns", "10000000", SYSTEM_SYSCTL_READ);
    assert_int_equal(run("time false"), 1);
    PRINTED("        0.00 real        0.00 cpu\n");
    assert_int_equal(run("time"), 2);
}

static void help_lists_builtins_and_programs_in_order(void **state)
{
    (void)state;
    assert_int_equal(run("help"), 0);
    const char *printed = fake_printed();
    assert_ptr_equal(strstr(printed, ". "), printed);
    assert_true(strstr(printed, "\ncat ") < strstr(printed, "\ndate "));
    assert_null(strstr(strstr(printed, "\nkill ") + 1, "\nkill "));
    assert_int_equal(run("help sleep"), 0);
    PRINTED("sleep SECONDS\n    sleeps; a fraction counts down to milliseconds\n");
    assert_int_equal(run("help nix"), 1);
    PRINTED("sh: nix: there is no such command\n");
}

static void kill_knows_names_numbers_and_jobs(void **state)
{
    (void)state;
    assert_int_equal(run("kill 1; kill -KILL 1; kill -SIGUSR1 1; kill -2 1; kill -s TSTP 1"), 0);
    CALLED("signal 1 15\nsignal 1 9\nsignal 1 30\nsignal 1 2\nsignal 1 18\n");
    assert_int_equal(run("kill 99; kill %1; kill -NIX 1"), 1);
    PRINTED("kill: 99: No such process\nkill: %1: No such process\n"
            "usage: kill [-l | [-SIGNAL | -s SIGNAL] PID...]\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fake_setup)
    const struct CMUnitTest tests[] = {
        TEST(commands_run_one_after_the_other),
        TEST(the_status_is_that_of_the_last_command),
        TEST(an_unknown_command_is_told_and_the_rest_runs),
        TEST(a_directory_cannot_be_run),
        TEST(what_this_shell_lacks_is_said),
        TEST(quoted_it_is_text),
        TEST(words_that_make_no_sense_are_told),
        TEST(options_that_there_are_not_are_told),
        TEST(a_script_is_told_by_file_and_line),
        TEST(scripts_sleep_and_burn_themselves),
        TEST(a_script_of_any_length_is_read),
        TEST(a_script_that_does_not_fit_is_told),
        TEST(a_script_that_is_not_there_has_status_127),
        TEST(run_rc_script_runs_a_script_between_two_events),
        TEST(rc_state_tells_what_has_become_of_a_service),
        TEST(without_boottrace_run_rc_script_runs_it_alone),
        TEST(a_function_of_that_name_comes_first),
        TEST(run_rc_script_needs_a_path_to_a_script),
        TEST(a_path_is_a_command),
        TEST(a_script_that_runs_itself_ends),
        TEST(a_signal_goes_to_the_child_and_ends_the_script),
        TEST(a_signal_ends_a_sleep_and_the_script),
        TEST(a_stopped_shell_sleeps_on),
        TEST(background_commands_run_beside),
        TEST(jobs_are_listed),
        TEST(wait_gives_the_status_of_a_job),
        TEST(there_is_a_place_for_sixteen_jobs),
        TEST(typed_commands_run_in_the_foreground),
        TEST(the_shell_ends_when_the_console_is_closed),
        TEST(control_d_ends_the_shell),
        TEST(control_c_at_the_prompt_gives_the_line_up),
        TEST(what_is_not_complete_asks_for_more),
        TEST(control_c_gives_up_what_is_not_complete),
        TEST(a_mistake_gives_up_what_was_typed_and_no_more),
        TEST(variables_and_functions_outlast_a_line),
        TEST(a_variable_that_has_no_room_as_a_local_one_costs_nothing),
        TEST(more_than_4095_bytes_do_not_belong_together),
        TEST(a_stopped_command_is_a_job),
        TEST(a_job_in_the_background_is_told_before_the_prompt),
        TEST(bg_lets_a_stopped_job_go_on),
        TEST(stopped_jobs_keep_the_shell_once),
        TEST(another_command_makes_it_ask_again),
        TEST(an_interrupted_command_takes_the_line_along),
        TEST(history_is_kept_and_shared_with_a_shell_inside),
        TEST(a_shell_in_the_background_does_not_get_the_console),
        TEST(a_shell_within_a_program_in_the_foreground_does),
        TEST(tab_completes_commands),
        TEST(nothing_pages_or_prompts_when_nobody_types),
        TEST(stty_sets_how_output_pages),
        TEST(time_says_how_long_a_command_took),
        TEST(help_lists_builtins_and_programs_in_order),
        TEST(kill_knows_names_numbers_and_jobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
