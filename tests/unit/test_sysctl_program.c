/* sysctl(8) on the real tree, with the system calls between them made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/console.h"
#include "kernel/sysctl.h"
#include "kernel/user/program.h"
#include "trace/text.h"

static char printed[8192];
static struct text_buffer out;

void log_line(const char *format, ...)
{
    fail_msg("%s", format);
}

struct text_sink system_output(void)
{
    return text_buffer_sink(&out);
}

void system_print(const char *format, ...)
{
    struct text_sink sink = system_output();
    va_list arguments;
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
}

enum system_stream system_speak(enum system_stream stream)
{
    (void)stream;
    return SYSTEM_OUTPUT;
}

void system_print_foreign(const char *bytes, size_t length)
{
    struct text_sink sink = system_output();
    text_print_foreign(&sink, bytes, length);
}

void system_write(const char *bytes, size_t length)
{
    struct text_sink sink = system_output();
    sink.put(sink.context, bytes, length);
}

const char *system_error_str(int error)
{
    return error == SYSTEM_EINVAL ? "Invalid argument" : "another error";
}

int system_sysctl(const char *name, char *old, size_t *old_length, const char *new,
                  size_t new_length)
{
    return sysctl_exchange(name, old, old_length, new, new_length);
}

int system_sysctl_print(const char *name, const struct text_sink *sink)
{
    return sysctl_read(name, sink);
}

int system_sysctl_next(const char *after, struct system_sysctl_about *about)
{
    return sysctl_about_next(after, about);
}

int system_sysctl_about(const char *name, struct system_sysctl_about *about)
{
    return sysctl_about(name, about);
}

static uint64_t level;
static char hostname[32];

static void read_level(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, level);
}

static int set_level(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)text;
    if (number > 100)
        return SYSTEM_EINVAL;
    level = number;
    return SYSTEM_OK;
}

static int set_hostname(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)number;
    if (text.length >= sizeof hostname)
        return SYSTEM_EINVAL;
    memcpy(hostname, text.text, text.length);
    hostname[text.length] = '\0';
    return SYSTEM_OK;
}

static const struct sysctl_oid table[] = {
    {"kern.ostype", "Name", SYSCTL_STRING, 0, sysctl_read_text, NULL, "Firstlight"},
    {"kern.hostname", "Host", SYSCTL_STRING, 0, sysctl_read_text, set_hostname, hostname},
    {"kern.level", "Level", SYSCTL_UNSIGNED, SYSTEM_SYSCTL_TUNABLE, read_level, set_level, NULL},
    {"kern.b.table", "Lines", SYSCTL_STRING, 0, sysctl_read_text, NULL, "1\t2\n3\t4\n"},
    {"kern.b.log", "Long", SYSCTL_STRING, SYSTEM_SYSCTL_SKIP, sysctl_read_text, NULL, "log"},
    {"kern.b.order", "Order", SYSCTL_STRING, 0, NULL, set_hostname, NULL},
    {"trace.boot", "Events", SYSCTL_UNSIGNED, SYSTEM_SYSCTL_TUNABLE, read_level, NULL, NULL},
};

extern const struct program __start_programs[];

static int start(void **state)
{
    (void)state;
    level = 42;
    strcpy(hostname, "here");
    sysctl_init_from(table, table + sizeof table / sizeof table[0]);
    return 0;
}

/* Runs it with up to three arguments. */
static int run(const char *first, const char *second, const char *third)
{
    static char name[] = "sysctl";
    char *argv[] = {name, (char *)(uintptr_t)first, (char *)(uintptr_t)second,
                    (char *)(uintptr_t)third, NULL};
    int argc = 1;
    while (argv[argc] != NULL)
        argc++;
    out = (struct text_buffer){.bytes = printed, .size = sizeof printed};
    printed[0] = '\0';
    return __start_programs[0].main(argc, argv);
}

#define NODE                                                                                       \
    "kern.b.order: \nkern.b.table: 1\t2\n3\t4\nkern.hostname: here\nkern.level: 42\n"              \
    "kern.ostype: Firstlight\n"
#define USAGE "usage: sysctl [-bdeiNnoqTWx] name[=value] ...\n       sysctl [-bdeNnoqTWx] -a\n"
#define WHERE                                                                                      \
    "sysctl: Tunable values are set on the kernel's command line, in an environment module or "    \
    "in /etc/system\n"

/* Arguments, the exit status, and what is printed. */
static const struct {
    const char *arguments[3];
    int status;
    const char *output;
} rows[] = {
    /* Reading. */
    {{"kern.ostype"}, 0, "kern.ostype: Firstlight\n"},
    {{"-n", "kern.ostype"}, 0, "Firstlight\n"},
    {{"-e", "kern.ostype"}, 0, "kern.ostype=Firstlight\n"},
    {{"-N", "kern.ostype"}, 0, "kern.ostype\n"},
    {{"-b", "kern.ostype"}, 0, "Firstlight"},
    {{"-d", "kern.ostype"}, 0, "kern.ostype: Name\n"},
    {{"-nd", "kern.ostype"}, 0, "Name\n"},
    {{"-x", "kern.level"}, 0, "kern.level: 0x2a\n"},
    {{"-x", "kern.ostype"}, 0, "kern.ostype: Firstlight\n"},
    {{"-o", "kern.level"}, 0, "kern.level: 42\n"},
    {{"kern.b.table"}, 0, "kern.b.table: 1\t2\n3\t4\n"},
    {{"kern.b.log"}, 0, "kern.b.log: log\n"},
    {{"kern.b.order"}, 0, "kern.b.order: \n"},
    {{"-n", "kern.level", "kern.ostype"}, 0, "42\nFirstlight\n"},
    {{"--", "kern.level"}, 0, "kern.level: 42\n"},
    /* Listing. */
    {{"kern"}, 0, NODE},
    {{"kern.b"}, 0, "kern.b.order: \nkern.b.table: 1\t2\n3\t4\n"},
    {{"-a"}, 0, NODE "trace.boot: 42\n"},
    {{"-A"}, 0, NODE "trace.boot: 42\n"},
    {{"-N", "kern.b"}, 0, "kern.b.order\nkern.b.table\n"},
    {{"-aN"},
     0,
     "kern.b.order\nkern.b.table\nkern.hostname\nkern.level\nkern.ostype\ntrace.boot\n"},
    {{"-aT"}, 0, "kern.level: 42\ntrace.boot: 42\n"},
    {{"-aW"}, 0, "kern.b.order: \nkern.hostname: here\nkern.level: 42\n"},
    {{"-aTW"}, 0, "kern.level: 42\n"},
    {{"-ad"},
     0,
     "kern.b.order: Order\nkern.b.table: Lines\nkern.hostname: Host\nkern.level: Level\n"
     "kern.ostype: Name\ntrace.boot: Events\n"},
    {{"-a", "-ne", "kern.level"}, 0, "42\n"},
    /* Writing. */
    {{"kern.level=7"}, 0, "kern.level: 42 -> 7\n"},
    {{"kern.level=0x10"}, 0, "kern.level: 42 -> 16\n"},
    {{"-n", "kern.level=7"}, 0, "42 -> 7\n"},
    {{"-e", "kern.level=7"}, 0, "kern.level=42 -> 7\n"},
    {{"-x", "kern.level=7"}, 0, "kern.level: 0x2a -> 0x7\n"},
    {{"kern.hostname=a=b"}, 0, "kern.hostname: here -> a=b\n"},
    {{"kern.hostname="}, 0, "kern.hostname: here -> \n"},
    {{"kern.b.order=go"}, 0, "kern.b.order:  -> \n"},
    {{"-d", "kern.level=7"}, 0, "kern.level: Level\n"},
    /* Errors. */
    {{"foo"}, 1, "sysctl: unknown oid 'foo'\n"},
    {{"foo=1"}, 1, "sysctl: unknown oid 'foo'\n"},
    {{"kern."}, 1, "sysctl: unknown oid 'kern.'\n"},
    {{""}, 1, "sysctl: unknown oid ''\n"},
    {{"="}, 1, "sysctl: unknown oid ''\n"},
    {{"bad\nname"}, 1, "sysctl: unknown oid 'bad\\x0aname'\n"},
    {{"-q", "foo"}, 1, ""},
    {{"-i", "foo"}, 0, ""},
    {{"foo", "kern.level", "bar"},
     1,
     "sysctl: unknown oid 'foo'\nkern.level: 42\nsysctl: unknown oid 'bar'\n"},
    {{"kern.ostype=x"}, 1, "sysctl: oid 'kern.ostype' is read only\n"},
    {{"trace.boot=1"}, 1, "sysctl: oid 'trace.boot' is a read only tunable\n" WHERE},
    {{"kern.b=1"}, 1, "sysctl: oid 'kern.b' isn't a leaf node\n"},
    {{"kern.level=abc"}, 1, "sysctl: invalid integer 'abc'\n"},
    {{"kern.level=0x"}, 1, "sysctl: invalid integer '0x'\n"},
    {{"kern.level=1 "}, 1, "sysctl: invalid integer '1 '\n"},
    {{"kern.level=-"}, 1, "sysctl: invalid integer '-'\n"},
    {{"kern.level="}, 1, "sysctl: empty numeric value\n"},
    {{"kern.level=101"}, 1, "kern.level: 42\nsysctl: kern.level=101: Invalid argument\n"},
    {{"kern.level=-1"}, 1, "kern.level: 42\nsysctl: kern.level=-1: Invalid argument\n"},
    {{"kern.level=99999999999999999999"},
     1,
     "kern.level: 42\nsysctl: kern.level=99999999999999999999: Invalid argument\n"},
    {{"-w", "kern.level=42"}, 0, "kern.level: 42 -> 42\n"},
    {{NULL}, 1, USAGE},
    {{"-n"}, 1, USAGE},
    {{"-"}, 1, "sysctl: unknown oid '-'\n"},
    {{"-nz", "kern.level"}, 1, "sysctl: illegal option -- z\n" USAGE},
};

static void every_row_prints_what_freebsd_would(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start(state);
        int status = run(rows[i].arguments[0], rows[i].arguments[1], rows[i].arguments[2]);
        assert_string_equal(printed, rows[i].output);
        assert_int_equal(status, rows[i].status);
    }
}

static void what_was_refused_has_not_changed(void **state)
{
    (void)state;
    (void)run("kern.level=101", "kern.level=abc", "kern.ostype=x");
    assert_int_equal(level, 42);
    assert_int_equal(run("kern.level=101", "kern.level=9", NULL), 1);
    assert_int_equal(level, 9);
}

/* Names of 255 and 256 bytes, neither of which is one. */
static void a_very_long_name_is_unknown(void **state)
{
    (void)state;
    char name[258];
    for (size_t length = 254; length <= 257; length++) {
        memset(name, 'x', length);
        name[length] = '\0';
        assert_int_equal(run("-n", name, "kern.level"), 1);
        assert_int_equal(out.length, strlen("sysctl: unknown oid ''\n42\n") + length);
    }
}

static void a_long_value_is_printed_whole(void **state)
{
    (void)state;
    static char text[6000];
    memset(text, 'y', sizeof text - 1);
    const struct sysctl_oid oid = {"long", "", SYSCTL_STRING, 0, sysctl_read_text, NULL, text};
    sysctl_init_from(&oid, &oid + 1);
    assert_int_equal(run("-n", "long", NULL), 0);
    assert_int_equal(out.length, sizeof text);
}

#define TEST(function) cmocka_unit_test_setup(function, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_row_prints_what_freebsd_would),
        TEST(what_was_refused_has_not_changed),
        TEST(a_very_long_name_is_unknown),
        TEST(a_long_value_is_printed_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
