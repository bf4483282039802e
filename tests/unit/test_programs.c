/* The programs of the userland, one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/user/line_sink.h"
#include "kernel/user/numbers.h"
#include "kernel/user/signal_names.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/usage.h"
#include "tests/unit/fake_system.h"

static const char processes[] = "0\t0\trunning\t0\t1500000000\t10\t0\t1\tkernel\n"
                                "1\t0\tsleeping\t1\t61230000000\t20\t1\t0\tinit\n"
                                "no line of this kind\n"
                                "27\t1\tready\t3\t0\t1\t0\t0\tsh -c x\n";

/* --- What they share --- */

static void numbers_are_digits_up_to_a_maximum(void **state)
{
    uint64_t value = 5;
    (void)state;
    assert_true(number_parse("0", 0, &value));
    assert_int_equal(value, 0);
    assert_true(number_parse("255", 255, &value));
    assert_int_equal(value, 255);
    assert_true(number_parse("18446744073709551615", UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    value = 5;
    static const char *const bad[] = {"", "256", "-1", "+1", "1 ", " 1", "0x1", "1e3", "99999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(number_parse(bad[i], 255, &value));
    assert_false(number_parse("1", 0, &value));
    assert_false(number_parse("18446744073709551616", UINT64_MAX, &value));
    assert_int_equal(value, 5);
}

static void seconds_have_three_digits_behind_the_point(void **state)
{
    static const struct {
        const char *text;
        uint64_t ms;
    } good[] = {{"0", 0},
                {"1", 1000},
                {"1.", 1000},
                {".5", 500},
                {"1.25", 1250},
                {"2.0019", 2001},
                {"1000000000", 1000000000000}};
    static const char *const bad[] = {"", ".", "1.2.3", "-1", "x", "1s", "1000000001", "1,5"};
    uint64_t ms = 7;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(seconds_parse(bad[i], &ms));
    assert_int_equal(ms, 7);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(seconds_parse(good[i].text, &ms));
        assert_true(ms == good[i].ms);
    }
}

static char taken[2048];

static void take(void *context, char *line)
{
    assert_null(context);
    strcat(taken, line);
    strcat(taken, "$");
}

static void lines_come_whole_however_they_arrive(void **state)
{
    struct line_sink lines;
    const struct text_sink sink = line_sink_start(&lines, take, NULL);
    (void)state;
    taken[0] = '\0';
    sink.put(sink.context, "a", 1);
    sink.put(sink.context, "b\n\nc", 4);
    sink.put(sink.context, "d", 1);
    line_sink_end(&lines);
    line_sink_end(&lines);
    assert_string_equal(taken, "ab$$cd$");
}

static void a_long_line_is_cut(void **state)
{
    struct line_sink lines;
    const struct text_sink sink = line_sink_start(&lines, take, NULL);
    (void)state;
    taken[0] = '\0';
    for (int i = 0; i < LINE_SINK_MAX + 5; i++)
        sink.put(sink.context, "x", 1);
    sink.put(sink.context, "\ny\n", 3);
    assert_int_equal(strlen(taken), LINE_SINK_MAX + 3);
}

static void the_last_field_takes_the_rest(void **state)
{
    char line[] = "a\t\tb\tc";
    char *field[3];
    (void)state;
    assert_true(fields_cut(line, field, 3));
    assert_string_equal(field[0], "a");
    assert_string_equal(field[1], "");
    assert_string_equal(field[2], "b\tc");
    assert_false(fields_cut(line, field, 3));
}

/* They print or run any word, or look at none; sysctl says first what is wrong, and init is process 1. */
static bool has_no_usage(const char *name)
{
    static const char *const names[] = {"basename", "boottrace", "echo", "false",
                                        "init",     "sysctl",    "true"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static void every_program_refuses_what_it_does_not_know(void **state)
{
    (void)state;
    for (const struct program *program = programs_start; program < programs_end; program++) {
        if (has_no_usage(program->name))
            continue;
        char expected[64];
        (void)snprintf(expected, sizeof expected, "usage: %s", program->name);
        assert_int_equal(FAKE_RUN(program->name, "-?", "--"), 1);
        assert_int_equal(strncmp(fake_printed(), expected, strlen(expected)), 0);
        CALLED("");
    }
}

static void every_program_is_described_and_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (const struct program *program = programs_start; program < programs_end; program++) {
        assert_true(strlen(program->help) > 0 && strlen(program->help) < 80);
        for (const struct program *other = programs_start; other < program; other++)
            assert_string_not_equal(other->name, program->name);
    }
}

/* --- Files --- */

static void ls_lists_a_directory(void **state)
{
    (void)state;
    fake_add_text("/etc/rc", "x");
    fake_add_text("/etc/rc.d/a", "x");
    fake_add_text("/etc/rc.d/b\x1b", "x");
    fake_add_text("/module", "12345");
    assert_int_equal(FAKE_RUN("ls"), 0);
    PRINTED("etc\nmodule\n");
    assert_int_equal(FAKE_RUN("ls", "-l", "/etc"), 0);
    PRINTED("-r--r--r--          1 archive rc\ndr--r--r--          0 archive rc.d\n");
    assert_int_equal(FAKE_RUN("ls", "-l", "/"), 0);
    PRINTED("dr--r--r--          0 archive etc\n-r--r--r--          5 module  module\n");
    assert_int_equal(FAKE_RUN("ls", "/etc/rc.d", "/nix", "/module"), 1);
    PRINTED("/etc/rc.d:\na\nb\\x1b\n/nix:\nls: /nix: No such file or directory\n"
            "/module:\n/module\n");
}

static void cat_prints_text_and_makes_the_rest_harmless(void **state)
{
    (void)state;
    fake_add_text("/a", "one\ttwo\nthree");
    fake_add_file("/b", "\x1b[2J\0~\xff\r\n\xc3\xa4\xc3", 12);
    assert_int_equal(FAKE_RUN("cat", "/a", "/nix", "/b"), 1);
    PRINTED("one\ttwo\nthreecat: /nix: No such file or directory\n"
            "\\x1b[2J\\x00\\x7e\\xff\\x0d\n\xc3\xa4\\xc3");
    assert_int_equal(FAKE_RUN("cat", "/"), 1);
    PRINTED("cat: /: Is a directory\n");
}

static void cat_keeps_characters_whole_between_two_pieces(void **state)
{
    static char text[4 * 300 + 1];
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        size_t length = shift;
        memset(text, 'x', shift);
        for (int i = 0; i < 299; i++, length += 4)
            memcpy(text + length, "\xf0\x9f\x8c\x85", 4);
        text[length] = '\0';
        fake_start();
        fake_add_file("/sunrise", text, length);
        assert_int_equal(FAKE_RUN("cat", "/sunrise"), 0);
        assert_string_equal(fake_printed(), text);
    }
}

/* --- Processes --- */

static void ps_lists_processes(void **state)
{
    (void)state;
    fake_add_sysctl("kern.proc", processes, SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("ps"), 0);
    PRINTED("  PID  PPID CPU STATE          TIME COMMAND\n"
            "    0     0   0 running     0:01.50 [kernel]\n"
            "    1     0   1 sleeping    1:01.23 init\n"
            "   27     1   3 ready       0:00.00 sh -c x\n");
}

static void without_a_table_ps_and_top_fail(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("ps"), 1);
    assert_int_equal(FAKE_RUN("top", "-1"), 1);
    assert_int_equal(FAKE_RUN("top"), 1);
    assert_non_null(strstr(fake_printed(), "top: kern.proc: No such file or directory\n"));
}

static void top_shows_who_uses_the_cpus_and_not_who_idles(void **state)
{
    (void)state;
    (void)system_sleep_ms(100000);
    char table[512];
    (void)snprintf(table, sizeof table, "%s0\t0\trunning\t0\t99000000000\t0\t0\t1\tidle\n",
                   processes);
    fake_add_sysctl("kern.proc", table, SYSTEM_SYSCTL_READ);
    fake_add_sysctl("kern.cp_time", "750000\t250000", SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("top", "-1"), 0);
    PRINTED("3 processes, 1 running; up 0:01:40\nCPUs:  25.0% busy\n\n"
            "  PID CPU STATE       CPU%       TIME COMMAND\n"
            "    1   1 sleeping   61.2%    1:01.23 init\n"
            "    0   0 running     1.5%    0:01.50 kernel\n"
            "   27   3 ready       0.0%    0:00.00 sh -c x\n");
}

static void top_refreshes_until_a_key_is_pressed(void **state)
{
    (void)state;
    fake_add_sysctl("kern.proc", processes, SYSTEM_SYSCTL_READ);
    fake_type("\x01\x01q");
    assert_int_equal(FAKE_RUN("top"), 0);
    const char *printed = fake_printed();
    uint32_t pictures = 0;
    for (; (printed = strstr(printed, "\x1b[H\x1b[2J")) != NULL; printed++)
        pictures++;
    assert_int_equal(pictures, 3);
    CALLED("page 0\n");
}

static void top_has_room_for_32_processes_and_counts_the_rest(void **state)
{
    char table[4096];
    size_t length = 0;
    (void)state;
    for (int i = 0; i < 40; i++)
        length += (size_t)snprintf(table + length, sizeof table - length,
                                   "%d\t0\tready\t0\t%d\t0\t0\t0\ta-name-that-is-rather-long\n", i,
                                   i * 1000);
    fake_add_sysctl("kern.proc", table, SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("top", "-1"), 0);
    const char *printed = fake_printed();
    assert_non_null(strstr(printed, "a-name-that-is-rath\n"));
    assert_non_null(strstr(printed, "\n... and 8 more\n"));
}

static void cpuset_binds_itself_and_then_runs_the_command(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("cpuset", "-l", "3", "false"), 1);
    CALLED("pin 3\nspawn false\n");
    assert_int_equal(FAKE_RUN("cpuset", "-l", "4", "true"), 1);
    PRINTED("cpuset: 4: Invalid argument\n");
    assert_int_equal(FAKE_RUN("cpuset", "-l", "0", "nix"), 127);
    PRINTED("cpuset: nix: No such file or directory\n");
}

static void boottrace_records_start_and_end(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("boottrace", "sleep", "1"), 0);
    CALLED("boottrace sleep start\nspawn sleep 1\nsleep 1000\nboottrace sleep done\n");
    assert_int_equal(FAKE_RUN("boottrace", "false"), 1);
    assert_int_equal(FAKE_RUN("boottrace", "nix"), 127);
    PRINTED("boottrace: nix: No such file or directory\n");
    assert_int_equal(FAKE_RUN("boottrace"), 1);
    PRINTED("usage: boottrace utility [argument ...]\n");
}

static void boottrace_tells_how_a_script_was_called(void **state)
{
    (void)state;
    fake_add_text("/etc/rc.d/a", "exit 3\n");
    assert_int_equal(FAKE_RUN("boottrace", "/etc/rc.d/a", "faststart"), 3);
    CALLED("boottrace /etc/rc.d/a start\nspawn sh /etc/rc.d/a faststart\n"
           "boottrace /etc/rc.d/a: status 3\nboottrace /etc/rc.d/a done\n");
    assert_int_equal(FAKE_RUN("boottrace", "/etc/rc.d/a", "faststop", "b"), 3);
    CALLED("boottrace /etc/rc.d/a: faststop b\nboottrace /etc/rc.d/a start\n"
           "spawn sh /etc/rc.d/a faststop b\n"
           "boottrace /etc/rc.d/a: status 3\nboottrace /etc/rc.d/a done\n");
}

static void boottrace_passes_signals_on(void **state)
{
    (void)state;
    fake_signal_next_sleep(SYSTEM_SIGINT);
    assert_int_equal(FAKE_RUN("boottrace", "true"), 130);
    CALLED("boottrace true start\nspawn true\nsignal 4 2\nboottrace true: status 130\n"
           "boottrace true done\n");
    fake_signal_next_sleep(SYSTEM_SIGTSTP);
    assert_int_equal(FAKE_RUN("boottrace", "true"), 0);
    CALLED("boottrace true start\nspawn true\nsignal 6 18\nsignal 5 17\nsignal 6 19\n"
           "boottrace true done\n");
}

/* --- What the kernel says --- */

static const char trace_log[] = "\nboot table\n"
                                "CPU      msecs      delta process\n"
                                "  0          0          0 kernel entry\n"
                                "  1          2          2 one\n"
                                " 12          3          1 two\n"
                                "Total measured time: 3 msecs\n"
                                "\nrun table\n"
                                "CPU      msecs      delta process\n"
                                "  0          9          6 three\n"
                                "Total measured time: 0 msecs\n";

static void events_prints_the_log(void **state)
{
    (void)state;
    fake_add_sysctl("kern.trace.log", trace_log, SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("events"), 0);
    /* but for the empty line before the first table */
    PRINTED(trace_log + 1);
}

static void events_prints_one_table(void **state)
{
    (void)state;
    fake_add_sysctl("kern.trace.log", trace_log, SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("events", "run"), 0);
    PRINTED("run table\nCPU      msecs      delta process\n"
            "  0          9          6 three\nTotal measured time: 0 msecs\n");
    assert_int_equal(FAKE_RUN("events", "shutdown"), 0);
    PRINTED("");
    assert_int_equal(FAKE_RUN("events", "ru"), 1);
}

static void events_prints_the_last_ones(void **state)
{
    (void)state;
    fake_add_sysctl("kern.trace.log", trace_log, SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("events", "-n", "2", "boot"), 0);
    PRINTED("boot table\nCPU      msecs      delta process\n  1          2          2 one\n"
            " 12          3          1 two\nTotal measured time: 3 msecs\n\n");
    assert_int_equal(FAKE_RUN("events", "-n", "0", "run"), 0);
    PRINTED("run table\nCPU      msecs      delta process\nTotal measured time: 0 msecs\n");
    assert_int_equal(FAKE_RUN("events", "-n", "9", "run"), 0);
    assert_non_null(strstr(fake_printed(), "three"));
    assert_int_equal(FAKE_RUN("events", "-n"), 1);
}

static void texts_of_the_kernel_are_printed_as_they_are(void **state)
{
    (void)state;
    fake_add_sysctl("kern.msgbuf", "some text\n", SYSTEM_SYSCTL_READ);
    fake_add_sysctl("kern.trace.books", "boot: 1 emitted\n", SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("dmesg"), 0);
    PRINTED("some text\n");
    assert_int_equal(FAKE_RUN("books"), 0);
    PRINTED("boot: 1 emitted\n");
}

static void modules_stand_in_columns(void **state)
{
    (void)state;
    fake_add_sysctl("kern.modules",
                    "1\trootfs\t4096\taccepted\tramdisk\n2\tfile\t0\trefused\ta b\n",
                    SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("modules"), 0);
    PRINTED(" ID TYPE            BYTES STATE        NAME\n"
            "  1 rootfs           4096 accepted     ramdisk\n"
            "  2 file                0 refused      a b\n");
}

static void tunables_are_told_from_other_sysctls(void **state)
{
    (void)state;
    fake_add_sysctl("hw.ncpu", "1", SYSTEM_SYSCTL_READ);
    fake_add_sysctl("trace.boot", "3000", SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_TUNABLE);
    assert_int_equal(FAKE_RUN("tunables"), 0);
    PRINTED("trace.boot=3000\n");
    assert_int_equal(FAKE_RUN("tunables", "-d"), 0);
    PRINTED("trace.boot: help\n");
}

static void memory_is_told_in_kib(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("memory"), 1);
    PRINTED("memory: hw.physmem: No such file or directory\n");
    fake_add_sysctl("hw.physmem", "134217728", SYSTEM_SYSCTL_READ);
    fake_add_sysctl("hw.usermem", "134213632", SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("memory"), 0);
    PRINTED("physical memory              131072 KiB\nkernel and modules                4 KiB\n"
            "unused                       131068 KiB\n");
}

static void uname_says_what_is_asked_in_its_order(void **state)
{
    (void)state;
    fake_add_sysctl("kern.ostype", "Firstlight", SYSTEM_SYSCTL_READ);
    fake_add_sysctl("kern.hostname", "dawn", SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_WRITE);
    fake_add_sysctl("kern.osrelease", "0.3", SYSTEM_SYSCTL_READ);
    fake_add_sysctl("kern.version", "Firstlight 0.3", SYSTEM_SYSCTL_READ);
    fake_add_sysctl("hw.machine", "i386", SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("uname"), 0);
    PRINTED("Firstlight\n");
    assert_int_equal(FAKE_RUN("uname", "-a"), 0);
    PRINTED("Firstlight dawn 0.3 Firstlight 0.3 i386\n");
    assert_int_equal(FAKE_RUN("uname", "-ms"), 0);
    PRINTED("Firstlight i386\n");
    assert_int_equal(FAKE_RUN("hostname", "noon"), 0);
    assert_int_equal(FAKE_RUN("hostname"), 0);
    PRINTED("noon\n");
}

/* --- Time --- */

static void date_is_right_at_the_edges_of_the_calendar(void **state)
{
    static const struct {
        uint64_t seconds;
        const char *text;
    } dates[] = {
        {1, "Thu Jan  1 00:00:01 UTC 1970\n"},
        {951782399, "Mon Feb 28 23:59:59 UTC 2000\n"},
        {951782400, "Tue Feb 29 00:00:00 UTC 2000\n"},
        {951868800, "Wed Mar  1 00:00:00 UTC 2000\n"},
        {1700000000, "Tue Nov 14 22:13:20 UTC 2023\n"},
        {1735689599, "Tue Dec 31 23:59:59 UTC 2024\n"},
        {4107542400, "Mon Mar  1 00:00:00 UTC 2100\n"},
        {253402300799, "Fri Dec 31 23:59:59 UTC 9999\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        fake_set_wall_time(dates[i].seconds);
        assert_int_equal(FAKE_RUN("date"), 0);
        PRINTED(dates[i].text);
    }
    fake_set_wall_time(0);
    assert_int_equal(FAKE_RUN("sh", "-c", "date > /dev/null"), 1);
    PRINTED("date: the time is unknown\n");
}

static void uptime_counts_in_the_unit_that_suits(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("uptime"), 0);
    PRINTED("up 0 secs\n");
    (void)system_sleep_ms(1000);
    assert_int_equal(FAKE_RUN("uptime"), 0);
    PRINTED("up 1 sec\n");
    (void)system_sleep_ms(120000);
    assert_int_equal(FAKE_RUN("uptime"), 0);
    PRINTED("up 2 mins\n");
    (void)system_sleep_ms(3600000);
    fake_set_wall_time(1700000000);
    assert_int_equal(FAKE_RUN("uptime"), 0);
    PRINTED("10:13PM  up  1:02\n");
    (void)system_sleep_ms(2ull * 24 * 3600000);
    assert_int_equal(FAKE_RUN("uptime"), 0);
    PRINTED("10:13PM  up 2 days,  1:02\n");
}

/* --- The end --- */

static void the_end_is_asked_of_init(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("halt"), 0);
    CALLED("shuttrace halt by root\nboottrace signal to init(8)...\nsignal 1 30\n");
    assert_int_equal(FAKE_RUN("halt", "-p"), 0);
    CALLED("shuttrace power-down by root\nboottrace signal to init(8)...\nsignal 1 31\n");
    assert_int_equal(FAKE_RUN("poweroff"), 0);
    CALLED("shuttrace power-down by root\nboottrace signal to init(8)...\nsignal 1 31\n");
    assert_int_equal(FAKE_RUN("reboot"), 0);
    CALLED("shuttrace reboot by root\nboottrace signal to init(8)...\nsignal 1 2\n");
}

static void with_q_init_is_not_asked(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("reboot", "-q"), 0);
    CALLED("shuttrace reboot by root\nrestart, status 0: ended at once, without init\n");
    assert_int_equal(FAKE_RUN("halt", "-q"), 0);
    CALLED("shuttrace halt by root\nhalt, status 0: ended at once, without init\n");
    assert_int_equal(FAKE_RUN("reboot", "-qp"), 0);
    CALLED("shuttrace power-down by root\npower off, status 0: ended at once, without init\n");
    assert_int_equal(FAKE_RUN("poweroff", "-q", "now"), 1);
    CALLED("");
}

/* What happens before it is time belongs to the run. */
static void shutdown_waits_for_its_time(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("shutdown", "-p", "+1.5"), 0);
    CALLED("boottrace Shutdown at +1\nsleep 1500\nshuttrace Shutdown NOW!\n"
           "boottrace power-down by root\nboottrace signal to init(8)...\nsignal 1 31\n");
    PRINTED("Shutdown at +1\nShutdown NOW!\n");
    fake_set_wall_time(1669314165);
    assert_int_equal(FAKE_RUN("shutdown", "-r", "+3", "The", "house", "burns."), 0);
    CALLED("boottrace Shutdown at Thu Nov 24 18:22:48 UTC 2022\nsleep 3000\n"
           "shuttrace Shutdown NOW!\nboottrace reboot by root\nboottrace signal to init(8)...\n"
           "signal 1 2\n");
    PRINTED("Shutdown at Thu Nov 24 18:22:48 UTC 2022\nThe house burns.\nShutdown NOW!\n"
            "The house burns.\n");
}

static void shutdown_without_an_option_leads_to_single_user_operation(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("shutdown", "now"), 0);
    CALLED("shuttrace Shutdown NOW!\nboottrace shutdown by root\n"
           "boottrace SIGTERM to init(8)...\nsignal 1 15\n");
    (void)fake_printed();
    assert_int_equal(FAKE_RUN("shutdown", "-h"), 1);
    PRINTED("usage: shutdown [-h | -p | -r | -k] now | +SECONDS [MESSAGE...]\n");
    assert_int_equal(FAKE_RUN("shutdown", "soon"), 1);
    CALLED("");
}

static void a_shutdown_that_is_only_words_never_begins(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("shutdown", "-k", "now", "Only", "words."), 0);
    CALLED("boottrace Shutdown NOW!\nboottrace shutdown by root\n"
           "boottrace fake shutdown...\n");
    PRINTED("Shutdown NOW!\nOnly words.\n");
}

static void timeout_gives_the_status_of_what_ends_in_time(void **state)
{
    (void)state;
    (void)system_sleep_ms(1000);
    assert_int_equal(FAKE_RUN("timeout", "2", "false"), 1);
    CALLED("spawn false\n");
    assert_int_equal(FAKE_RUN("timeout", "2", "nothing"), 127);
    PRINTED("timeout: nothing: No such file or directory\n");
    assert_int_equal(FAKE_RUN("timeout", "2"), 1);
    assert_int_equal(FAKE_RUN("timeout", "soon", "true"), 1);
    assert_int_equal(FAKE_RUN("timeout", "-s", "NONE", "2", "true"), 1);
    assert_int_equal(FAKE_RUN("timeout", "-s", "HUP", "-k", "1", "2", "true"), 0);
}

static void timeout_ends_what_takes_longer_with_all_below_it(void **state)
{
    (void)state;
    (void)system_sleep_ms(1000);
    fake_hang_next("sleep", false);
    assert_int_equal(FAKE_RUN("timeout", "2", "sleep", "5"), 124);
    CALLED("spawn sleep 5\nsignal 15 to all below 4\nsignal 4 15\n");
    assert_int_equal(system_time_ns(), 3000000000);
    fake_hang_next("sleep", true);
    assert_int_equal(FAKE_RUN("timeout", "-s", "INT", "-k", "0.5", "2", "sleep", "5"), 124);
    CALLED("spawn sleep 5\nsignal 2 to all below 6\nsignal 6 2\nsignal 9 to all below 6\n"
           "signal 6 9\n");
    assert_int_equal(system_time_ns(), 5500000000);
}

static void panic_says_when_it_cannot(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("panic"), 1);
    PRINTED("panic: debug.kdb.panic: No such file or directory\n");
}

/* --- The network --- */

static void ifconfig_shows_and_switches(void **state)
{
    (void)state;
    fake_add_sysctl("net.interfaces",
                    "lo0\tup\t127.0.0.1\t255.0.0.0\t127.255.255.255\n"
                    "em0\tdown\t10.0.2.15\t255.255.255.0\t10.0.2.255\n",
                    SYSTEM_SYSCTL_READ);
    static const char both[] =
        "lo0: flags=<UP,RUNNING>\n        inet 127.0.0.1 netmask 255.0.0.0 broadcast "
        "127.255.255.255\n        status: active\n"
        "em0: flags=<>\n        inet 10.0.2.15 netmask 255.255.255.0 broadcast 10.0.2.255\n"
        "        status: no carrier\n";
    assert_int_equal(FAKE_RUN("ifconfig"), 0);
    PRINTED(both);
    assert_int_equal(FAKE_RUN("ifconfig", "-a"), 0);
    PRINTED(both);
    assert_int_equal(FAKE_RUN("ifconfig", "em1"), 1);
    PRINTED("ifconfig: interface em1 does not exist\n");
    assert_int_equal(FAKE_RUN("ifconfig", "em0", "up"), 0);
    CALLED("up em0\n");
    assert_int_equal(FAKE_RUN("ifconfig", "em1", "down"), 1);
    PRINTED("ifconfig: interface em1 does not exist\n");
}

static void ifconfig_shows_an_address_that_may_not_be_used_yet(void **state)
{
    (void)state;
    fake_add_sysctl("net.interfaces", "em0\ttentative\t10.0.2.15\t255.255.255.0\t10.0.2.255\n",
                    SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("ifconfig", "em0"), 0);
    PRINTED("em0: flags=<UP,RUNNING>\n        inet 10.0.2.15 netmask 255.255.255.0 broadcast "
            "10.0.2.255 tentative\n        media: Ethernet autoselect (1000 Mbit/s)\n"
            "        status: active\n");
}

static void ifconfig_sets_netmask_and_broadcast(void **state)
{
    (void)state;
    assert_int_equal(
        FAKE_RUN("ifconfig", "em0", "netmask", "255.255.255.0", "broadcast", "10.0.2.255"), 0);
    CALLED("address em0 ffffff00 0a0002ff\n");
    assert_int_equal(FAKE_RUN("ifconfig", "em1", "netmask", "255.0.0.0", "broadcast", "10.0.2.255"),
                     1);
    PRINTED("ifconfig: interface em1 does not exist\n");
}

/* What is no address of four numbers up to 255, and nothing else. */
static void addresses_are_four_numbers(void **state)
{
    static const char *const wrong[] = {"",           "10",          "10.0.2",      "10.0.2.",
                                        "10.0.2.256", "10.0.2.1 ",   "10.0.2.15.1", "10..2.15",
                                        ".0.2.15",    "10.0.2.1000", "10.0.2.-1",   "a.b.c.d"};
    uint32_t address = 7;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(ipv4_parse(wrong[i], &address));
    assert_int_equal(address, 7);
    assert_true(ipv4_parse("10.0.2.15", &address));
    assert_int_equal(address, 0x0a00020f);
    assert_true(ipv4_parse("255.255.255.255", &address));
    assert_int_equal(address, 0xffffffff);
}

static void ping_asks_once(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("ping", "gateway"), 0);
    CALLED("send gateway 56\n");
    PRINTED("gateway is alive\n");
    fake_lose(1);
    assert_int_equal(FAKE_RUN("ping", "gateway", "0.5"), 1);
    PRINTED("ping: gateway: Operation timed out\n");
}

static void route_sets_the_default(void **state)
{
    (void)state;
    assert_int_equal(FAKE_RUN("route", "add", "default", "10.0.2.2"), 0);
    CALLED("route add 0a000202\n");
    PRINTED("add net default: gateway 10.0.2.2\n");
    assert_int_equal(FAKE_RUN("route", "-q", "add", "default", "10.0.2.2"), 0);
    PRINTED("");
    assert_int_equal(FAKE_RUN("route", "add", "default", "192.168.0.1"), 1);
    PRINTED("route: 192.168.0.1: Network is unreachable\n");
    assert_int_equal(FAKE_RUN("route", "delete", "default"), 0);
    PRINTED("delete net default\n");
}

/* --- Services --- */

static void svcs_shows_states_and_what_is_wrong(void **state)
{
    (void)state;
    fake_add_sysctl("kern.services", "online\t1250\tsshd\nmaintenance\t71\tntpd\n",
                    SYSTEM_SYSCTL_READ);
    assert_int_equal(FAKE_RUN("svcs"), 0);
    PRINTED("STATE             SINCE  SERVICE\nonline          1.250 s  sshd\n"
            "maintenance     0.071 s  ntpd\n");
    assert_int_equal(FAKE_RUN("svcs", "sshd"), 0);
    PRINTED("STATE             SINCE  SERVICE\nonline          1.250 s  sshd\n");
    assert_int_equal(FAKE_RUN("svcs", "-x"), 0);
    PRINTED("maintenance     0.071 s  ntpd\n");
    assert_int_equal(FAKE_RUN("svcs", "-x", "nobody"), 1);
    PRINTED("svcs: nobody: No such process\n");
}

static void ntpd_asks_again_until_there_is_an_answer(void **state)
{
    (void)state;
    fake_lose(2);
    assert_int_equal(FAKE_RUN("ntpd", "-q"), 0);
    CALLED("send pool.ntp.org 48\nsend pool.ntp.org 48\nsend pool.ntp.org 48\n");
    PRINTED("ntpd: pool.ntp.org: answered within 3040 ms\n");
    fake_lose(3);
    assert_int_equal(FAKE_RUN("ntpd", "-q", "nowhere"), 1);
    PRINTED("ntpd: nowhere: Operation timed out\n");
}

static void ntpd_ends_on_a_signal(void **state)
{
    (void)state;
    fake_signal_next_sleep(SYSTEM_SIGTERM);
    assert_int_equal(FAKE_RUN("ntpd"), 0);
    PRINTED("ntpd: pool.ntp.org: answered within 40 ms\nntpd: exiting on signal 15\n");
    CALLED("send pool.ntp.org 48\nsleep 64000\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fake_setup)
    const struct CMUnitTest tests[] = {
        TEST(numbers_are_digits_up_to_a_maximum),
        TEST(seconds_have_three_digits_behind_the_point),
        TEST(lines_come_whole_however_they_arrive),
        TEST(a_long_line_is_cut),
        TEST(the_last_field_takes_the_rest),
        TEST(every_program_refuses_what_it_does_not_know),
        TEST(every_program_is_described_and_has_a_name_of_its_own),
        TEST(ls_lists_a_directory),
        TEST(cat_prints_text_and_makes_the_rest_harmless),
        TEST(cat_keeps_characters_whole_between_two_pieces),
        TEST(ps_lists_processes),
        TEST(without_a_table_ps_and_top_fail),
        TEST(top_shows_who_uses_the_cpus_and_not_who_idles),
        TEST(top_refreshes_until_a_key_is_pressed),
        TEST(top_has_room_for_32_processes_and_counts_the_rest),
        TEST(cpuset_binds_itself_and_then_runs_the_command),
        TEST(boottrace_records_start_and_end),
        TEST(boottrace_tells_how_a_script_was_called),
        TEST(boottrace_passes_signals_on),
        TEST(events_prints_the_log),
        TEST(events_prints_one_table),
        TEST(events_prints_the_last_ones),
        TEST(texts_of_the_kernel_are_printed_as_they_are),
        TEST(modules_stand_in_columns),
        TEST(tunables_are_told_from_other_sysctls),
        TEST(memory_is_told_in_kib),
        TEST(uname_says_what_is_asked_in_its_order),
        TEST(date_is_right_at_the_edges_of_the_calendar),
        TEST(uptime_counts_in_the_unit_that_suits),
        TEST(the_end_is_asked_of_init),
        TEST(with_q_init_is_not_asked),
        TEST(shutdown_waits_for_its_time),
        TEST(shutdown_without_an_option_leads_to_single_user_operation),
        TEST(a_shutdown_that_is_only_words_never_begins),
        TEST(timeout_gives_the_status_of_what_ends_in_time),
        TEST(timeout_ends_what_takes_longer_with_all_below_it),
        TEST(panic_says_when_it_cannot),
        TEST(ifconfig_shows_and_switches),
        TEST(ifconfig_shows_an_address_that_may_not_be_used_yet),
        TEST(ifconfig_sets_netmask_and_broadcast),
        TEST(addresses_are_four_numbers),
        TEST(ping_asks_once),
        TEST(route_sets_the_default),
        TEST(svcs_shows_states_and_what_is_wrong),
        TEST(ntpd_asks_again_until_there_is_an_answer),
        TEST(ntpd_ends_on_a_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
