/* Boottrace beside a model of FreeBSD's (freebsd_boottrace.h): the same random calls to both, and every
 * difference must be one that docs/boottrace.md explains.
 *
 * An explanation is a predicate of its own: it looks at what was called, in which state, and at what either
 * side made of it.  A difference that none explains fails, and so does an explanation that no
 * sequence has needed.  What this side does is also held against its own rules, whether or not
 * FreeBSD's does the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/boottrace_host.h"
#include "tests/unit/freebsd_boottrace.h"

enum {
    SEQUENCES = 1000,
    OPERATIONS = 500,
    EARLY = 40, /* events at most before each move of the tables */
    EVENTS = OPERATIONS + 2 * EARLY + 16,
    TEXT = 300, /* bytes at most */
    PRINTED = 400000,
};

/* --- What explains a difference: the numbers are those of the shortcomings ------------------- */

enum explanation {
    TABLES_COME_LATE,
    LAST_SLOT_UNUSED,
    FLAG_BEFORE_CHECK,
    SHORT_MESSAGES,
    FIRST_DELTA_IS_0,
    EQUAL_TO_THRESHOLD,
    NEGATIVE_THRESHOLD,
    N6_FIRST_SHUTDOWN_EVENT,
    N7_USERLAND_OF_SHUTDOWN,
    N8_LOSS_IS_INVISIBLE,
    N9_RESET,
    N10_SWITCHES_AT_RUN_TIME,
    N12_UNESCAPED_TEXT,
    N13_TIME_SINCE_TSC_0,
    N14_CLOCKS_OF_CPUS,
    N15_USAGE_OF_CHILDREN,
    N16_TEXTS,
    N17_SHUTDOWN_FOR_EVER,
    OTHER_NEIGHBOURS, /* a difference explained before has made another number of events, or another one before */
    EXPLANATIONS,
};

static const char *const explanation_name[EXPLANATIONS] = {
    [TABLES_COME_LATE] = "1.3: what comes before the tables is lost",
    [LAST_SLOT_UNUSED] = "1.3: slots that are never used",
    [FLAG_BEFORE_CHECK] = "1.5: a write that is refused switches the mode",
    [SHORT_MESSAGES] = "2: messages of 65 bytes are refused",
    [FIRST_DELTA_IS_0] = "3: a table's first delta is 0",
    [EQUAL_TO_THRESHOLD] = "3: an event as late as the threshold is not shown",
    [NEGATIVE_THRESHOLD] = "2: a negative threshold shows nothing",
    [N6_FIRST_SHUTDOWN_EVENT] = "6: the first event of the shutdown is in the run table",
    [N7_USERLAND_OF_SHUTDOWN] = "7: userland's events of the shutdown are in the run table",
    [N8_LOSS_IS_INVISIBLE] = "8: loss is invisible",
    [N9_RESET] = "9: reset resets nothing, and ends the boot phase",
    [N10_SWITCHES_AT_RUN_TIME] = "10: no switch works at run time",
    [N12_UNESCAPED_TEXT] = "12: free text is not escaped",
    [N13_TIME_SINCE_TSC_0] = "13: times count from the TSC's 0",
    [N14_CLOCKS_OF_CPUS] = "14: clocks of CPUs are not corrected",
    [N15_USAGE_OF_CHILDREN] = "15: usage is that of children",
    [N16_TEXTS] = "16: texts are cut and taken apart wrongly",
    [N17_SHUTDOWN_FOR_EVER] = "17: a shutdown is for ever",
    [OTHER_NEIGHBOURS] = "a consequence of the others",
};

static uint64_t occurred[EXPLANATIONS], lines_agreed;

/* --- A sequence ------------------------------------------------------------------------------ */

enum kind {
    KERNEL,
    REBOOT, /* the kernel's first event of the shutdown */
    USER,
    RUNTRACE,
    SHUTTRACE,
    RESET, /* an event of FreeBSD's alone */
};
static const char *const kind_name[] = {"kernel",   "reboot",    "boottrace",
                                        "runtrace", "shuttrace", "reset"};

/* Where an event went. */
enum place {
    IN_BOOT,
    IN_RUN,
    IN_SHUTDOWN,
    BEFORE_TABLES,
    NOWHERE,
};

/* Why FreeBSD's mode is what it is. */
enum cause {
    NOT_SET,
    BY_A_WRITE,
    BY_A_REFUSED_WRITE,
    BY_RESET,
};

struct switches {
    bool enabled, kernel, user;
};

struct side {
    int error;
    enum place place;
    uint64_t rank;   /* events that the table had been given before, ours since the last reset */
    uint32_t resets; /* before the event */
    bool lost;     /* ours: the table was full when it came, or one that it moved to was smaller */
    bool filtered; /* ours */
    enum place table; /* ours: where it belongs, whether or not it is wanted */
    uint32_t row;     /* of those printed now, from 1; 0: not there */
    uint32_t before;  /* the event in the row before; 0: none */
    uint64_t ms, delta;
};

struct event {
    enum kind kind;
    char text[TEXT + 1];
    size_t length;
    uint64_t tsc; /* of the boot CPU; what the CPU's own said was tsc - offset */
    uint32_t cpu, pid;
    const char *writer;
    struct trace_usage own, children;
    struct switches theirs, ours;
    enum cause bootdone, shutdown;
    bool resumed; /* from a shutdown, into multi-user operation */
    struct side freebsd, host;
};

struct shape {
    bool orderly, resets, switches, small;
    uint32_t cpus;
    uint64_t entry;
    int64_t offset;
    uint32_t capacity[3];
    bool same_usage;
    int32_t threshold; /* ms */
};

static struct {
    uint64_t random, seed;
    struct shape shape;
    struct freebsd_boottrace freebsd;
    struct host_boottrace host;
    struct switches theirs, ours;
    enum cause bootdone, shutdown;
    bool resumed;
    uint64_t tsc;
    uint32_t pid, resets;
    const char *writer;
    uint64_t given[2][3]; /* events, FreeBSD's tables and ours since the last reset */
    uint32_t capacity[3]; /* of our tables, as they are now */
    enum place phase;     /* the table that our events belong to now */
    struct event event[EVENTS];
    uint32_t events; /* from 1 */
} now;

static uint64_t random_number(uint64_t below)
{
    now.random ^= now.random << 13;
    now.random ^= now.random >> 7;
    now.random ^= now.random << 17;
    return now.random % below;
}

static bool one_in(uint64_t count)
{
    return random_number(count) == 0;
}

static void fail_at(const struct event *event, const char *what)
{
    fail_msg(
        "sequence %llu, event %u (%s \"%s\", cpu %u): %s; FreeBSD: error %d place %d rank %llu "
        "row %u, here: error %d place %d rank %llu row %u",
        (unsigned long long)now.seed, (unsigned)(event - now.event), kind_name[event->kind],
        event->text, event->cpu, what, event->freebsd.error, event->freebsd.place,
        (unsigned long long)event->freebsd.rank, event->freebsd.row, event->host.error,
        event->host.place, (unsigned long long)event->host.rank, event->host.row);
}

typedef bool predicate(const struct event *event);

struct reason {
    enum explanation explanation;
    predicate *explains;
};

#define EXPLAIN(event, what, reasons)                                                              \
    explain(event, what, reasons, sizeof reasons / sizeof reasons[0])

/* The first reason counts. */
static void explain(const struct event *event, const char *what, const struct reason *reasons,
                    size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (reasons[i].explains(event)) {
            occurred[reasons[i].explanation]++;
            return;
        }
    fail_at(event, what);
}

/* --- Texts ----------------------------------------------------------------------------------- */

static size_t fill(char *to, size_t length, char c)
{
    memset(to, c, length);
    return length;
}

static size_t some_event(char *to)
{
    return (size_t)sprintf(to, "event %u", (unsigned)random_number(40));
}

static size_t plain_text(char *to)
{
    static const char *const process[] = {"", "init:", "netif:", "sshd:", "init(8):"};
    size_t length = (size_t)sprintf(to, "%s", process[random_number(5)]);
    return length + some_event(to + length);
}

static size_t long_path(char *to)
{
    return (size_t)sprintf(to, "/usr/local/etc/rc.d/postgresql_exporter%s %s",
                           one_in(2) ? "_of_another_name" : "", one_in(2) ? "start" : "done");
}

/* Around each of the limits. */
static size_t limits(char *to)
{
    static const uint32_t at[] = {22, 23, 24, 39, 40, 64, 65, 255, 256, 290};
    size_t length = at[random_number(10)] + random_number(2);
    (void)fill(to, length, (char)('a' + random_number(26)));
    if (one_in(2))
        to[random_number(length < 30 ? length : 30)] = ':';
    return length;
}

static size_t strange_text(char *to)
{
    static const char *const text[] = {
        "Shutdown at Thu Nov 24 18:22:48 2022\n",
        "init(8): start rc.shutdown",
        ":bar",
        "",
        ":",
        "\n",
        "proc:",
        "proc:  \n",
        "  indented",
        "tab\there",
        "esc\x1b[2J",
        "back\\slash",
        "~tilde",
        "gr\xc3\xbcn:\xe6\x97\xa5\xe6\x9c\xac",
        "bad utf\xff",
        "two\nlines",
        "with blank:event",
        "a::b",
        "a:b:c\n",
    };
    return (size_t)sprintf(to, "%s", text[random_number(sizeof text / sizeof text[0])]);
}

static size_t user_text(char *to)
{
    if (now.shape.orderly || one_in(2))
        return plain_text(to);
    switch (random_number(3)) {
    case 0:
        return long_path(to);
    case 1:
        return limits(to);
    default:
        return strange_text(to);
    }
}

static size_t kernel_text(char *to)
{
    if (now.shape.orderly || !one_in(8))
        return (size_t)sprintf(to, "sysinit 0x%x", 0x2110000 + (unsigned)random_number(99));
    return one_in(2) ? long_path(to) : fill(to, 38 + random_number(4), 'k');
}

static bool is_in_a_process(char c)
{
    return (uint8_t)c > ' ' && c != 0x7f;
}

/* What this side must make of a text, by the words of docs/boottrace.md. */
struct expected {
    const char *process;
    size_t process_length;
    const char *event;
    size_t length;
};

static struct expected expected_of(const struct event *event)
{
    struct expected expected = {event->writer, strlen(event->writer), event->text, event->length};
    if (event->kind == KERNEL || event->kind == REBOOT)
        return expected;
    expected.length -= expected.length > 0 && event->text[expected.length - 1] == '\n';
    const char *colon = memchr(event->text, ':', expected.length);
    bool named = colon != NULL && colon - event->text <= 23;
    for (const char *c = event->text; named && c < colon; c++)
        named = is_in_a_process(*c);
    if (named) {
        size_t process = (size_t)(colon - event->text);
        if (process > 0) {
            expected.process = event->text;
            expected.process_length = process;
        }
        expected.event += process + 1;
        expected.length -= process + 1;
    }
    while (expected.length > 0 && *expected.event == ' ') {
        expected.event++;
        expected.length--;
    }
    return expected;
}

static bool is_recordable(const struct event *event)
{
    size_t length = expected_of(event).length;
    return length > 0 && length <= 255;
}

/* --- Calls ------------------------------------------------------------------------------------- */

/* What is counted where, before and after a call. */
struct counts {
    uint64_t freebsd[3], early, ours[3], filtered;
};

static uint64_t attempts_of(const struct freebsd_table *table)
{
    uint64_t filled = 0;
    for (uint32_t i = 0; table->slot != NULL && i < table->size; i++)
        filled += table->slot[i].serial == now.events;
    return filled + table->drops_full;
}

static struct counts take_counts(void)
{
    struct trace_arena *arena = now.host.tracer.arena;
    const struct freebsd_table *theirs[] = {&now.freebsd.boot, &now.freebsd.run, &now.freebsd.stop};
    struct counts counts = {0};
    for (uint32_t i = 0; i < 3; i++) {
        counts.freebsd[i] = attempts_of(theirs[i]);
        counts.early += theirs[i]->drops_early;
        for (uint32_t cpu = 0; cpu < arena->cpus; cpu++) {
            counts.ours[i] += trace_arena_table(arena, cpu, (enum trace_table_id)i)->written;
            counts.filtered += trace_arena_filter(arena, cpu, (enum trace_table_id)i)->written;
        }
    }
    return counts;
}

/* `given` and `rank` since the last reset; a table that keeps the first events has lost this one. */
static bool finds_no_room(const struct side *side)
{
    return side->place != NOWHERE && side->place != IN_RUN &&
           side->rank >= now.capacity[side->place];
}

/* Only what the switches do not want is counted as filtered, and all of that. */
static void note_filtered(struct event *event, uint64_t counted)
{
    bool kernel = event->kind == KERNEL || event->kind == REBOOT;
    bool wanted = event->ours.enabled && (kernel ? event->ours.kernel : event->ours.user);
    event->host.filtered = event->kind != RESET && is_recordable(event) && !wanted;
    if (counted != event->host.filtered)
        fail_at(event, "it is filtered, or not filtered, against the switches");
}

/* An event goes to one place, or to none; filtered ones and refused ones are nowhere. */
static void note_places(struct event *event, const struct counts *before)
{
    struct counts after = take_counts();
    event->freebsd.place = after.early > before->early ? BEFORE_TABLES : NOWHERE;
    event->host.place = NOWHERE;
    for (uint32_t i = 0; i < 3; i++) {
        if (after.freebsd[i] > before->freebsd[i]) {
            event->freebsd.place = (enum place)i;
            event->freebsd.rank = now.given[0][i]++;
        }
        if (after.ours[i] > before->ours[i]) {
            event->host.place = (enum place)i;
            event->host.rank = now.given[1][i]++;
        }
    }
    event->host.resets = now.resets;
    event->host.lost = finds_no_room(&event->host);
    event->host.table = now.phase;
    if (event->host.place != NOWHERE && event->host.place != now.phase)
        fail_at(event, "it went into the table of another phase");
    note_filtered(event, after.filtered - before->filtered);
}

static struct trace_usage some_usage(void)
{
    struct trace_usage usage = {random_number(100000) * 10000000, now.events,
                                (uint32_t)random_number(100000)};
    return usage;
}

/* Cycles from event to event; often whole milliseconds. */
static uint64_t some_pause(void)
{
    static const uint64_t longest[] = {10, 1000, 3000, 5000, 6000, 100000};
    uint64_t pause = 1 + random_number(longest[random_number(6)]);
    return pause > 1000 && one_in(2) ? pause / 1000 * 1000 : pause;
}

static struct event *new_event(enum kind kind)
{
    now.tsc += some_pause();
    assert_true(++now.events < EVENTS);
    struct event *event = &now.event[now.events];
    *event = (struct event){.kind = kind,
                            .tsc = now.tsc,
                            .cpu = now.host.cpu,
                            .pid = now.pid,
                            .writer = now.writer,
                            .own = some_usage(),
                            .theirs = now.theirs,
                            .ours = now.ours,
                            .bootdone = now.bootdone,
                            .shutdown = now.shutdown,
                            .resumed = now.resumed};
    event->children = event->own;
    if (!now.shape.same_usage)
        event->children = (struct trace_usage){event->own.cpu_ns / 2, 3, 4};
    return event;
}

static uint64_t raw_tsc(const struct event *event)
{
    return event->tsc - event->cpu * (uint64_t)now.shape.offset;
}

static void set_the_scene(const struct event *event)
{
    host_tsc = raw_tsc(event);
    now.host.usage = event->own;
    now.freebsd.writer = (struct freebsd_writer){
        .tick = raw_tsc(event),
        .cpu = event->cpu,
        .pid = event->pid,
        .name = event->writer,
        .children_us = event->children.cpu_ns / 1000,
        .children_in = event->children.in_blocks,
        .children_out = event->children.out_blocks,
        .serial = now.events,
    };
}

static void kernel_event(enum kind kind)
{
    struct event *event = new_event(kind);
    event->length = kernel_text(event->text);
    if (kind == REBOOT)
        event->length = (size_t)sprintf(event->text, "kernel shutdown (clean) started");
    set_the_scene(event);
    struct counts before = take_counts();
    (void)freebsd_kernel(&now.freebsd, event->text);
    host_kernel(&now.host, event->text);
    note_places(event, &before);
}

/* The mode, and why FreeBSD's is so. */
static void note_mode(const struct event *event)
{
    bool good = is_recordable(event);
    enum cause *cause = event->kind == RUNTRACE ? &now.bootdone : &now.shutdown;
    if (good)
        now.phase = event->kind == RUNTRACE ? IN_RUN : IN_SHUTDOWN;
    if (good)
        *cause = BY_A_WRITE;
    else if (*cause == NOT_SET)
        *cause = BY_A_REFUSED_WRITE;
    if (good)
        now.resumed = event->kind == RUNTRACE && now.shutdown == BY_A_WRITE;
}

static void check_error(const struct event *event);

static void user_event(enum kind kind)
{
    typedef int write_function(struct freebsd_boottrace *, const char *, size_t);
    static write_function *const theirs[] = {[USER] = freebsd_write_boottrace,
                                             [RUNTRACE] = freebsd_write_runtrace,
                                             [SHUTTRACE] = freebsd_write_shuttrace};
    static const enum host_node ours[] = {
        [USER] = HOST_BOOTTRACE, [RUNTRACE] = HOST_RUNTRACE, [SHUTTRACE] = HOST_SHUTTRACE};
    struct event *event = new_event(kind);
    event->length = user_text(event->text);
    set_the_scene(event);
    if (kind != USER) {
        note_mode(event);
        event->bootdone = now.bootdone;
        event->shutdown = now.shutdown;
        event->resumed = now.resumed;
    }
    struct counts before = take_counts();
    event->freebsd.error = theirs[kind](&now.freebsd, event->text, event->length);
    event->host.error = host_write(&now.host, ours[kind], event->text, event->length);
    note_places(event, &before);
    check_error(event);
}

static void reset_ours(void)
{
    boottrace_reset(&now.host.rules);
    now.resets++;
    memset(now.given[1], 0, sizeof now.given[1]);
}

static void reset(void)
{
    struct event *event = new_event(RESET);
    set_the_scene(event);
    struct counts before = take_counts();
    assert_int_equal(freebsd_write_reset(&now.freebsd), 0);
    note_places(event, &before);
    reset_ours();
    if (now.bootdone == NOT_SET || now.bootdone == BY_A_REFUSED_WRITE)
        now.bootdone = BY_RESET;
}

static void turn_a_switch(void)
{
    bool *switches[] = {&now.ours.enabled, &now.ours.kernel, &now.ours.user};
    bool *it = switches[random_number(3)];
    *it = !*it || one_in(4);
    assert_int_equal(freebsd_write_enabled(), FREEBSD_EPERM);
    assert_int_equal(freebsd_write_dotrace(), FREEBSD_ENOENT);
    host_switch(&now.host, now.ours.enabled, now.ours.kernel, now.ours.user);
}

static void change_process(void)
{
    static const struct {
        uint32_t pid;
        const char *name;
    } processes[] = {{1, "init"}, {20, "sh"}, {31, "boottrace"}, {99999, "sysctl"}, {31, "netif"}};
    uint64_t which = random_number(5);
    now.host.cpu = (uint32_t)random_number(now.shape.cpus);
    now.pid = processes[which].pid;
    now.writer = processes[which].name;
    host_run(&now.host, now.pid, now.writer);
}

/* --- Differences: errors ------------------------------------------------------------------------ */

static bool traces_user(const struct switches *switches)
{
    return switches->enabled && switches->user;
}

static bool traces_kernel(const struct switches *switches)
{
    return switches->enabled && switches->kernel;
}

static bool is_of_kernel(const struct event *event)
{
    return event->kind == KERNEL || event->kind == REBOOT;
}

/* FreeBSD's limit is the message's, ours the event's; and ours is told even if nothing is traced. */
static bool message_is_long(const struct event *event)
{
    if (is_of_kernel(event) || event->length < FREEBSD_MESSAGE)
        return false;
    if (is_recordable(event))
        return event->freebsd.error == FREEBSD_EINVAL && event->host.error != FREEBSD_EINVAL;
    return event->freebsd.error != FREEBSD_EINVAL && event->host.error == FREEBSD_EINVAL &&
           !traces_user(&event->theirs);
}

static bool event_is_empty(const struct event *event)
{
    return !is_of_kernel(event) && event->kind != RESET && expected_of(event).length == 0 &&
           event->freebsd.error != FREEBSD_EINVAL && event->host.error == FREEBSD_EINVAL;
}

/* Each side did what its own switches say. */
static bool switches_differ(const struct event *event)
{
    bool kernel = is_of_kernel(event);
    bool theirs = kernel ? traces_kernel(&event->theirs) : traces_user(&event->theirs);
    bool ours = kernel ? traces_kernel(&event->ours) : traces_user(&event->ours);
    if (memcmp(&event->theirs, &event->ours, sizeof event->ours) == 0 || event->kind == RESET)
        return false;
    if (theirs == ours) /* one of them says that nothing is enabled: no error */
        return event->freebsd.place == NOWHERE && event->host.place == NOWHERE &&
               event->theirs.enabled != event->ours.enabled;
    return theirs ? event->freebsd.place != NOWHERE && event->host.place == NOWHERE
                  : event->freebsd.place == NOWHERE && event->host.place != NOWHERE;
}

static bool loss_is_told(const struct event *event)
{
    return event->freebsd.error == 0 && event->host.error == FREEBSD_ENOSPC &&
           (event->host.place == IN_BOOT || event->host.place == IN_SHUTDOWN) &&
           event->host.rank >= now.shape.capacity[event->host.place];
}

static void check_error(const struct event *event)
{
    static const struct reason reasons[] = {
        {SHORT_MESSAGES, message_is_long},
        {N16_TEXTS, event_is_empty},
        {N10_SWITCHES_AT_RUN_TIME, switches_differ},
        {N8_LOSS_IS_INVISIBLE, loss_is_told},
    };
    if (event->freebsd.error != event->host.error)
        EXPLAIN(event, "the errors differ", reasons);
}

/* --- Differences: tables ------------------------------------------------------------------------ */

static bool came_before_tables(const struct event *event)
{
    bool known = event->host.place == IN_BOOT || event->host.filtered;
    return event->freebsd.place == BEFORE_TABLES && known;
}

static bool is_reset(const struct event *event)
{
    return event->kind == RESET && event->freebsd.place == IN_RUN && event->host.place == NOWHERE;
}

static bool went_as_reset_said(const struct event *event)
{
    return event->freebsd.place == IN_RUN && event->host.place == IN_BOOT &&
           event->bootdone == BY_RESET;
}

static bool went_as_refused_write_said(const struct event *event)
{
    bool run = event->freebsd.place == IN_RUN && event->host.place == IN_BOOT &&
               event->bootdone == BY_A_REFUSED_WRITE;
    bool shutdown = event->freebsd.place == IN_SHUTDOWN && event->host.place < IN_SHUTDOWN &&
                    event->kind == KERNEL && event->shutdown == BY_A_REFUSED_WRITE;
    return run || shutdown;
}

static bool is_of_user_in_shutdown(const struct event *event)
{
    return event->kind == USER && event->freebsd.place <= IN_RUN &&
           event->host.place == IN_SHUTDOWN && event->shutdown == BY_A_WRITE && !event->resumed;
}

static bool begins_the_shutdown(const struct event *event)
{
    return event->kind == REBOOT && event->freebsd.place <= IN_RUN &&
           event->host.place == IN_SHUTDOWN && (event->shutdown == NOT_SET || event->resumed);
}

static bool came_after_return(const struct event *event)
{
    return event->kind == KERNEL && event->freebsd.place == IN_SHUTDOWN &&
           event->host.place == IN_RUN && event->resumed;
}

static void check_place(const struct event *event)
{
    static const struct reason reasons[] = {
        {SHORT_MESSAGES, message_is_long},
        {N16_TEXTS, event_is_empty},
        {N9_RESET, is_reset},
        {N10_SWITCHES_AT_RUN_TIME, switches_differ},
        {TABLES_COME_LATE, came_before_tables},
        {N6_FIRST_SHUTDOWN_EVENT, begins_the_shutdown},
        {N7_USERLAND_OF_SHUTDOWN, is_of_user_in_shutdown},
        {N17_SHUTDOWN_FOR_EVER, came_after_return},
        {FLAG_BEFORE_CHECK, went_as_refused_write_said},
        {N9_RESET, went_as_reset_said},
    };
    if (event->freebsd.place != event->host.place)
        EXPLAIN(event, "the tables differ", reasons);
}

/* --- What is printed ----------------------------------------------------------------------------- */

static struct freebsd_row their_rows[3][EVENTS];
static uint32_t their_count[3];
static struct log_event our_rows[EVENTS];
static uint32_t our_count[3];
static char printed[PRINTED];
static char *line[EVENTS + 64]; /* of what was printed here */
static uint64_t lost[3], totals[3];
static struct log_cursor cursors[TRACE_CPUS_MAX];

static void read_theirs(void)
{
    const struct freebsd_table *tables[] = {&now.freebsd.boot, &now.freebsd.run, &now.freebsd.stop};
    for (uint32_t i = 0; i < 3; i++) {
        their_count[i] =
            tables[i]->slot == NULL ? 0 : freebsd_rows(tables[i], HOST_HZ, their_rows[i]);
        for (uint32_t k = 0; k < their_count[i]; k++) {
            struct side *side = &now.event[their_rows[i][k].entry->serial].freebsd;
            side->row = k + 1;
            side->before = k == 0 ? 0 : their_rows[i][k - 1].entry->serial;
            side->ms = their_rows[i][k].ms;
            side->delta = their_rows[i][k].delta;
        }
    }
}

/* The events as the log finds them. */
static void read_ours(void)
{
    struct trace_arena *arena = now.host.tracer.arena;
    uint32_t total = 0;
    for (uint32_t i = 0; i < 3; i++) {
        our_count[i] = 0;
        for (uint32_t cpu = 0; cpu < arena->cpus; cpu++)
            log_cursor_start(&cursors[cpu], arena, cpu, (enum trace_table_id)i);
        while (log_cursors_next(cursors, arena, &our_rows[total])) {
            struct event *event = &now.event[our_rows[total].usage.in_blocks];
            if (event->host.place != (enum place)i)
                fail_at(event, "it stands in another table than it was given to");
            event->host.row = ++our_count[i];
            total++;
        }
    }
}

static char *next_line(char **at)
{
    char *begin = *at, *end = strchr(begin, '\n');
    assert_non_null(end);
    *end = '\0';
    *at = end + 1;
    return begin;
}

static bool take_head(char **at)
{
    size_t length = strlen(freebsd_log_head);
    if (strncmp(*at, freebsd_log_head, length) != 0)
        return false;
    *at += length;
    return true;
}

/* The rows of one table as text: lines of events, and how many are told to be lost. */
static void split_table(uint32_t table, char **at, uint32_t *rows)
{
    assert_true(take_head(at));
    lost[table] = 0;
    for (;;) {
        char *row = next_line(at);
        unsigned long long number;
        if (sscanf(row, "Total measured time: %llu msecs", &number) == 1) {
            totals[table] = number;
            return;
        }
        if (strncmp(row + 26, "(lost) ", 7) == 0) {
            assert_int_equal(sscanf(row + 51, "%llu event", &number), 1);
            lost[table] += number;
            continue;
        }
        line[(*rows)++] = row;
    }
}

/* By the columns that come first; the text is compared with the event's below. */
static void read_line(uint32_t row)
{
    struct side *side = &now.event[our_rows[row].usage.in_blocks].host;
    unsigned cpu;
    unsigned long long ms, delta;
    assert_int_equal(sscanf(line[row], "%3u %10llu %10llu ", &cpu, &ms, &delta), 3);
    assert_int_equal(cpu, our_rows[row].cpu);
    side->ms = ms;
    side->delta = delta;
}

static void print_ours(void)
{
    struct text_buffer buffer = {.bytes = printed, .size = sizeof printed};
    const struct text_sink sink = text_buffer_sink(&buffer);
    host_print(&now.host, TRACE_TABLE_BOOT, TRACE_TABLE_RUN, 0, &sink, cursors);
    host_print(&now.host, TRACE_TABLE_SHUTDOWN, TRACE_TABLE_SHUTDOWN, 0, &sink, cursors);
    assert_true(buffer.length + 1 < sizeof printed);
    char *at = printed;
    uint32_t rows = 0;
    for (uint32_t i = 0; i < 3; i++)
        split_table(i, &at, &rows);
    assert_int_equal(*at, '\0');
    assert_int_equal(rows, our_count[0] + our_count[1] + our_count[2]);
    for (uint32_t row = 0; row < rows; row++)
        read_line(row);
}

/* The log here links the run table to the boot table. */
static void link_ours(void)
{
    uint32_t before = 0, row = 0;
    for (uint32_t i = 0; i < 3; i++) {
        before = i == TRACE_TABLE_SHUTDOWN ? 0 : before;
        for (uint32_t k = 0; k < our_count[i]; k++) {
            uint32_t number = our_rows[row++].usage.in_blocks;
            now.event[number].host.before = before;
            before = number;
        }
    }
}

/* --- Rules of this side -------------------------------------------------------------------------- */

static uint64_t our_ms(const struct event *event)
{
    return (event->tsc - now.shape.entry) / 1000;
}

static bool keeps_first(enum place place)
{
    return place != IN_RUN;
}

/* Run tables of more CPUs are large enough here. */
static bool should_be_here(const struct event *event)
{
    if (event->host.place == NOWHERE || event->host.resets != now.resets)
        return false;
    if (keeps_first(event->host.place))
        return !event->host.lost;
    return now.given[1][IN_RUN] - event->host.rank <= now.capacity[IN_RUN];
}

static bool should_be_there(const struct event *event)
{
    if (event->freebsd.place > IN_SHUTDOWN)
        return false;
    uint32_t size = now.shape.capacity[event->freebsd.place];
    if (event->freebsd.place == IN_BOOT)
        return event->freebsd.rank < size - 2;
    if (event->freebsd.place == IN_SHUTDOWN)
        return event->freebsd.rank < size - 1;
    return now.given[0][IN_RUN] - event->freebsd.rank <= size;
}

static void check_our_row(const struct event *event, const struct log_event *row)
{
    struct expected expected = expected_of(event);
    if (row->process.length != expected.process_length ||
        memcmp(row->process.text, expected.process, expected.process_length) != 0)
        fail_at(event, "the process is wrong");
    if (row->name.length != expected.length ||
        memcmp(row->name.text, expected.event, expected.length) != 0)
        fail_at(event, "the event's text is wrong");
    if (row->pid != event->pid || row->cpu != event->cpu || row->tsc != event->tsc ||
        memcmp(&row->usage, &event->own, sizeof event->own) != 0)
        fail_at(event, "pid, CPU, time or usage are wrong");
    const struct event *before = &now.event[event->host.before];
    uint64_t delta = event->host.before == 0 ? 0 : our_ms(event) - our_ms(before);
    if (event->host.ms != our_ms(event) || event->host.delta != delta)
        fail_at(event, "msecs or delta are wrong");
}

/* Events that were given to a table since the last reset, and that it must have lost. */
static uint64_t missing_from(uint32_t table)
{
    uint64_t missing = 0;
    for (uint32_t i = 1; i <= now.events; i++) {
        const struct side *side = &now.event[i].host;
        missing += side->place == (enum place)table && side->resets == now.resets &&
                   !should_be_here(&now.event[i]);
    }
    return missing;
}

static struct trace_books books_of(uint32_t table)
{
    struct trace_arena *arena = now.host.tracer.arena;
    struct trace_books sum = {0};
    for (uint32_t cpu = 0; cpu < arena->cpus; cpu++) {
        struct trace_table *of_cpu = trace_arena_table(arena, cpu, (enum trace_table_id)table);
        struct trace_books books =
            trace_table_books(of_cpu, trace_arena_filter(arena, cpu, (enum trace_table_id)table),
                              trace_table_range(of_cpu));
        sum.emitted += books.emitted;
        sum.kept += books.kept;
        sum.overwritten += books.overwritten;
        sum.dropped += books.dropped;
        sum.filtered += books.filtered;
    }
    return sum;
}

static uint64_t filtered_of(uint32_t table)
{
    uint64_t filtered = 0;
    for (uint32_t i = 1; i <= now.events; i++) {
        const struct side *side = &now.event[i].host;
        filtered +=
            side->filtered && side->table == (enum place)table && side->resets == now.resets;
    }
    return filtered;
}

static void check_books(uint32_t table, uint64_t missing)
{
    const struct trace_books books = books_of(table);
    bool first = keeps_first((enum place)table);
    assert_int_equal(books.filtered, filtered_of(table));
    assert_int_equal(books.kept, now.given[1][table] - missing);
    assert_int_equal(books.dropped, first ? missing : 0);
    assert_int_equal(books.overwritten, first ? 0 : missing);
    assert_int_equal(books.emitted, now.given[1][table] + books.filtered);
}

/* Books, loss rows and totals of a table; what FreeBSD lost it does not tell. */
static void check_our_table(uint32_t table, uint32_t first_row)
{
    uint64_t missing = missing_from(table), span = 0;
    check_books(table, missing);
    assert_int_equal(our_count[table], now.given[1][table] - missing);
    assert_int_equal(lost[table], missing);
    occurred[N8_LOSS_IS_INVISIBLE] += missing > 0;
    if (our_count[table] > 0) {
        const struct log_event *first = &our_rows[first_row];
        const struct log_event *last = first + our_count[table] - 1;
        span =
            our_ms(&now.event[last->usage.in_blocks]) - our_ms(&now.event[first->usage.in_blocks]);
    }
    assert_int_equal(totals[table], span);
}

/* --- Differences: what is kept ------------------------------------------------------------------- */

static bool was_reset_away(const struct event *event)
{
    return event->host.resets != now.resets && event->freebsd.row > 0;
}

static bool is_in_unused_slot(const struct event *event)
{
    return keeps_first(event->host.place) && event->freebsd.rank == event->host.rank &&
           event->host.row > 0 && event->freebsd.row == 0;
}

/* The table was given more events, or fewer, on one side. */
static bool has_other_rank(const struct event *event)
{
    if (keeps_first(event->host.place))
        return event->freebsd.rank != event->host.rank;
    return now.given[0][IN_RUN] - event->freebsd.rank != now.given[1][IN_RUN] - event->host.rank;
}

static void check_kept(const struct event *event)
{
    static const struct reason reasons[] = {
        {N9_RESET, was_reset_away},
        {LAST_SLOT_UNUSED, is_in_unused_slot},
        {OTHER_NEIGHBOURS, has_other_rank},
    };
    if ((event->host.row > 0) != should_be_here(event))
        fail_at(event, "it is not kept, or not lost, as the table's rule says");
    if ((event->freebsd.row > 0) != should_be_there(event))
        fail_at(event, "the model does not keep it as it should");
    if (event->freebsd.place == event->host.place &&
        (event->freebsd.row > 0) != (event->host.row > 0))
        EXPLAIN(event, "one side has lost it", reasons);
}

/* --- Differences: rows --------------------------------------------------------------------------- */

static bool is_cut(const struct event *event)
{
    return expected_of(event).length > FREEBSD_NAME - 1;
}

static bool is_taken_apart_wrongly(const struct event *event)
{
    const char *colon = memchr(event->text, ':', event->length);
    if (is_of_kernel(event) || event->length == 0)
        return false;
    if (event->text[event->length - 1] == '\n' || event->text[0] == ' ')
        return true;
    if (colon == NULL)
        return false;
    bool named = colon > event->text && colon - event->text < FREEBSD_PROCESS;
    for (const char *c = event->text; named && c < colon; c++)
        named = is_in_a_process(*c);
    return !named || colon[1] == ' ';
}

static bool texts_are_the_same(const struct freebsd_entry *entry, const struct log_event *row)
{
    return strlen(entry->name) == row->name.length &&
           memcmp(entry->name, row->name.text, row->name.length) == 0 &&
           strlen(entry->process) == row->process.length &&
           memcmp(entry->process, row->process.text, row->process.length) == 0;
}

static void explain_texts(const struct event *event)
{
    static const struct reason reasons[] = {{N16_TEXTS, is_cut},
                                            {N16_TEXTS, is_taken_apart_wrongly}};
    EXPLAIN(event, "the texts differ", reasons);
}

static bool clocks_differ(const struct event *event)
{
    return now.shape.offset != 0 && event->cpu == 1 && event->freebsd.ms == raw_tsc(event) / 1000;
}

static bool counts_from_another_moment(const struct event *event)
{
    return now.shape.entry != 0 && event->freebsd.ms == event->host.ms + now.shape.entry / 1000;
}

static bool is_first_of_table(const struct event *event)
{
    return event->freebsd.before == 0 && event->freebsd.delta == 0 && event->host.place == IN_RUN;
}

/* By its own clocks FreeBSD is right. */
static bool is_beside_another_clock(const struct event *event)
{
    const struct event *before = &now.event[event->host.before];
    uint64_t at = raw_tsc(event) / 1000, then = raw_tsc(before) / 1000;
    return now.shape.offset != 0 && event->freebsd.before == event->host.before &&
           event->cpu + before->cpu > 0 && event->freebsd.delta == (at > then ? at - then : 0);
}

static bool has_another_before(const struct event *event)
{
    return event->freebsd.before != event->host.before;
}

static void check_time(const struct event *event)
{
    static const struct reason of_ms[] = {{N14_CLOCKS_OF_CPUS, clocks_differ},
                                          {N13_TIME_SINCE_TSC_0, counts_from_another_moment}};
    static const struct reason of_delta[] = {{FIRST_DELTA_IS_0, is_first_of_table},
                                             {N14_CLOCKS_OF_CPUS, is_beside_another_clock},
                                             {OTHER_NEIGHBOURS, has_another_before}};
    if (event->freebsd.ms != event->host.ms)
        EXPLAIN(event, "the times differ", of_ms);
    if (event->freebsd.delta != event->host.delta)
        EXPLAIN(event, "the deltas differ", of_delta);
}

static bool usage_is_of_children(const struct event *event)
{
    return !now.shape.same_usage || event->pid == 0;
}

static bool has_bytes_to_escape(const struct event *event)
{
    for (size_t i = 0; i < event->length; i++)
        if (strchr("\\~", event->text[i]) != NULL || event->text[i] < ' ' || event->text[i] > '~')
            return true;
    return false;
}

/* The line as a whole, where each of its columns agrees. */
static void check_line(const struct event *event, const struct freebsd_row *theirs,
                       const char *ours)
{
    static const struct reason of_usage[] = {{N15_USAGE_OF_CHILDREN, usage_is_of_children}};
    static const struct reason of_line[] = {{N12_UNESCAPED_TEXT, has_bytes_to_escape}};
    const struct freebsd_entry *entry = theirs->entry;
    char their_line[FREEBSD_LINE];
    if (entry->cputime / 10000 != event->own.cpu_ns / 10000000 ||
        entry->inblock != event->own.in_blocks || entry->oublock != event->own.out_blocks) {
        EXPLAIN(event, "the usages differ", of_usage);
        return;
    }
    if (event->freebsd.ms != event->host.ms || event->freebsd.delta != event->host.delta)
        return;
    freebsd_print_row(theirs, their_line);
    size_t length = strlen(ours);
    if (strncmp(their_line, ours, length) == 0 && strcmp(their_line + length, "\n") == 0)
        lines_agreed++;
    else
        EXPLAIN(event, "the lines differ", of_line);
}

static void check_row(uint32_t row)
{
    const struct event *event = &now.event[our_rows[row].usage.in_blocks];
    check_our_row(event, &our_rows[row]);
    if (event->freebsd.row == 0)
        return;
    const struct freebsd_row *theirs = &their_rows[event->freebsd.place][event->freebsd.row - 1];
    bool same = texts_are_the_same(theirs->entry, &our_rows[row]);
    if (!same)
        explain_texts(event);
    if (event->freebsd.place != event->host.place)
        return;
    check_time(event);
    if (same)
        check_line(event, theirs, line[row]);
}

static void forget_rows(void)
{
    for (uint32_t i = 1; i <= now.events; i++)
        now.event[i].freebsd.row = now.event[i].host.row = 0;
}

/* Both sides have the same rows of it, at the same times. */
static bool tables_are_the_same(uint32_t table, uint32_t first_row)
{
    bool same = their_count[table] == our_count[table] && now.shape.offset == 0;
    for (uint32_t k = 0; same && k < our_count[table]; k++)
        same = their_rows[table][k].entry->serial == our_rows[first_row + k].usage.in_blocks;
    return same;
}

static void check_total(uint32_t table, uint32_t first_row)
{
    if (tables_are_the_same(table, first_row))
        assert_int_equal(freebsd_total(their_rows[table], their_count[table]), totals[table]);
}

static void compare_logs(void)
{
    forget_rows();
    read_theirs();
    read_ours();
    print_ours();
    link_ours();
    uint32_t row = 0;
    for (uint32_t i = 0; i < 3; i++) {
        check_our_table(i, row);
        check_total(i, row);
        row += our_count[i];
    }
    for (uint32_t i = 1; i <= now.events; i++) {
        check_place(&now.event[i]);
        check_kept(&now.event[i]);
    }
    for (uint32_t i = 0; i < row; i++)
        check_row(i);
}

/* --- The shutdown log, with a threshold ------------------------------------------------------------ */

static bool shown_here[EVENTS];

static bool is_late(uint32_t row, uint32_t first)
{
    uint64_t cycles = row == first ? 0 : our_rows[row].tsc - our_rows[row - 1].tsc;
    return row > first && (int64_t)cycles >= (int64_t)now.shape.threshold * 1000;
}

/* Rows that are not shown do not change the delta of one that is. */
static void read_shown_line(const char *text)
{
    unsigned in_blocks;
    unsigned long long ms, delta;
    assert_int_equal(sscanf(text + strlen(text) - 11, "%u", &in_blocks), 1);
    assert_int_equal(sscanf(text, "%*u %10llu %10llu ", &ms, &delta), 2);
    const struct event *event = &now.event[in_blocks];
    if (ms != event->host.ms || delta != event->host.delta)
        fail_at(event, "msecs or delta are others than without a threshold");
    shown_here[in_blocks] = true;
}

/* What is printed here is what the rule says; a sign for each event that is. */
static void read_shown(uint32_t first, uint32_t end)
{
    struct text_buffer buffer = {.bytes = printed, .size = sizeof printed};
    const struct text_sink sink = text_buffer_sink(&buffer);
    int32_t ms = now.shape.threshold > 0 ? now.shape.threshold : 0;
    host_print(&now.host, TRACE_TABLE_SHUTDOWN, TRACE_TABLE_SHUTDOWN, (uint64_t)ms * 1000, &sink,
               cursors);
    char *at = printed;
    uint32_t rows = 0;
    split_table(TRACE_TABLE_SHUTDOWN, &at, &rows);
    memset(shown_here, 0, sizeof shown_here);
    for (uint32_t i = 0; i < rows; i++)
        read_shown_line(line[i]);
    for (uint32_t row = first; row < end; row++) {
        bool landmark = row + 1 < end && is_late(row + 1, first);
        bool should = ms == 0 || is_late(row, first) || landmark;
        assert_int_equal(shown_here[our_rows[row].usage.in_blocks], should);
    }
}

static bool threshold_is_negative(const struct event *event)
{
    return now.shape.threshold < 0 && shown_here[event - now.event];
}

/* It, or the one behind it, whose landmark it is, came exactly so late. */
static bool is_as_late_as_threshold(const struct event *event)
{
    const struct freebsd_row *row = &their_rows[IN_SHUTDOWN][event->freebsd.row - 1];
    bool behind = event->freebsd.row < their_count[IN_SHUTDOWN] &&
                  row[1].delta == (uint64_t)now.shape.threshold;
    return shown_here[event - now.event] && now.shape.threshold > 0 &&
           (row->delta == (uint64_t)now.shape.threshold || behind);
}

static void compare_shutdown_log(void)
{
    static const struct reason reasons[] = {{NEGATIVE_THRESHOLD, threshold_is_negative},
                                            {EQUAL_TO_THRESHOLD, is_as_late_as_threshold}};
    uint32_t first = our_count[0] + our_count[1], end = first + our_count[2];
    struct freebsd_row *theirs = their_rows[IN_SHUTDOWN];
    read_shown(first, end);
    freebsd_show(theirs, their_count[IN_SHUTDOWN], now.shape.threshold);
    bool same = tables_are_the_same(IN_SHUTDOWN, first);
    for (uint32_t k = 0; same && k < our_count[2]; k++)
        if (theirs[k].shown != shown_here[theirs[k].entry->serial])
            EXPLAIN(&now.event[theirs[k].entry->serial], "one side does not show it", reasons);
}

/* --- Sequences ------------------------------------------------------------------------------------ */

static struct shape some_shape(void)
{
    struct shape shape = {
        .orderly = one_in(4),
        .resets = one_in(2),
        .switches = one_in(2),
        .small = one_in(2),
        .cpus = one_in(4) ? 2 : 1,
        .entry = one_in(2) ? 0 : 5000000,
        .same_usage = one_in(2),
        .threshold = (int32_t)random_number(12) - 2,
    };
    bool small = shape.cpus == 1 && shape.small;
    for (uint32_t i = 0; i < 3; i++)
        shape.capacity[i] = small ? 3 + (uint32_t)random_number(60) : 600;
    shape.offset = shape.cpus == 2 && one_in(2) ? -(int64_t)random_number(100000) : 0;
    return shape;
}

/* Events before the tables have their size, more or fewer than there is room for. */
static void early_events(void)
{
    uint64_t left = one_in(2) ? random_number(4) : random_number(EARLY);
    for (; left > 0; left--) {
        if (now.shape.resets && one_in(40))
            reset_ours();
        kernel_event(KERNEL);
    }
    compare_logs();
}

/* What the tables held is filtered if the switches, known now, do not want it; what does not fit into the
 * next table is lost there. */
static void note_move(void)
{
    memcpy(now.capacity, now.host.tracer.arena->capacity, sizeof now.capacity);
    bool unwanted = !traces_kernel(&now.ours);
    for (uint32_t i = 1; i <= now.events; i++) {
        struct side *side = &now.event[i].host;
        side->lost = side->lost || finds_no_room(side);
        side->filtered = side->filtered || (unwanted && side->place == IN_BOOT);
        side->place = unwanted ? NOWHERE : side->place;
    }
    if (unwanted)
        now.given[1][IN_BOOT] = 0;
}

static void move_ours(const struct host_shape *shape, struct switches switches)
{
    now.ours = switches;
    now.host.rules.enabled = switches.enabled;
    now.host.rules.dotrace_kernel = switches.kernel;
    now.host.rules.dotrace_user = switches.user;
    host_settle(&now.host, shape);
    note_move();
    compare_logs();
}

/* The command line may want other tables, and other switches, than the files that are read later. */
static void move_for_command_line(void)
{
    const struct host_shape shape = {
        .cpus = 1,
        .capacity = {3 + (uint32_t)random_number(2 * EARLY), 4, 4},
    };
    move_ours(&shape, (struct switches){!one_in(4), !one_in(4), true});
    early_events();
}

/* Before the tunables are known all is recorded, into small tables; what they hold moves once or twice.
 * FreeBSD's tunables are known from the start. */
static void boot(void)
{
    const struct host_shape shape = {
        .cpus = now.shape.cpus,
        .capacity = {now.shape.capacity[0], now.shape.capacity[1], now.shape.capacity[2]},
        .offset = now.shape.offset,
    };
    now.ours = (struct switches){true, true, true};
    now.theirs = (struct switches){now.freebsd.enabled, now.freebsd.dotrace_kernel,
                                   now.freebsd.dotrace_user};
    early_events();
    if (one_in(2))
        move_for_command_line();
    move_ours(&shape, now.theirs);
    freebsd_make_tables(&now.freebsd, now.shape.capacity);
}

static void start(uint64_t seed)
{
    memset(&now, 0, sizeof now);
    now.seed = seed;
    now.random = seed * 0x9e3779b97f4a7c15u + 1;
    for (uint32_t i = 0; i < 8; i++)
        (void)random_number(2);
    now.shape = some_shape();
    now.tsc = now.shape.entry + 1000;
    now.writer = "kernel";
    host_start(&now.host, now.shape.entry);
    memcpy(now.capacity, now.host.tracer.arena->capacity, sizeof now.capacity);
    now.freebsd.enabled = !one_in(12);
    now.freebsd.dotrace_kernel = !one_in(16);
    now.freebsd.dotrace_user = !one_in(16);
    boot();
}

/* As a system is meant to be run: boot, run, shutdown; otherwise anything may come at any time. */
static void some_mode(uint32_t operation)
{
    if (now.shape.orderly && operation == OPERATIONS / 3)
        user_event(RUNTRACE);
    else if (now.shape.orderly && operation == OPERATIONS * 2 / 3 && one_in(2))
        user_event(SHUTTRACE);
    else if (!now.shape.orderly && one_in(80))
        user_event(one_in(2) ? RUNTRACE : SHUTTRACE);
}

static void some_operation(uint32_t operation)
{
    some_mode(operation);
    if (now.shape.resets && one_in(120))
        reset();
    else if (now.shape.switches && one_in(40))
        turn_a_switch();
    else if (one_in(8))
        change_process();
    else if (one_in(3))
        kernel_event(KERNEL);
    else
        user_event(USER);
}

/* The kernel's last events: this side enters the shutdown before the first of them. */
static void go_down(void)
{
    if (one_in(2))
        user_event(SHUTTRACE);
    host_enter(&now.host, TRACE_PHASE_SHUTDOWN);
    now.phase = IN_SHUTDOWN;
    kernel_event(REBOOT);
    now.freebsd.rebooting = true;
    now.shutdown = BY_A_WRITE;
    now.resumed = false;
    for (uint64_t left = random_number(12); left > 0; left--)
        kernel_event(KERNEL);
}

static void run_sequence(uint64_t seed)
{
    start(seed);
    for (uint32_t i = 0; i + 20 < OPERATIONS; i++) {
        some_operation(i);
        if (one_in(200))
            compare_logs();
    }
    if (one_in(2))
        go_down();
    compare_logs();
    compare_shutdown_log();
    host_end(&now.host);
    freebsd_free_tables(&now.freebsd);
}

static void it_differs_from_freebsd_only_where_freebsd_falls_short(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEQUENCES; seed++)
        run_sequence(seed);
    print_message("# %llu lines are the same to the byte\n", (unsigned long long)lines_agreed);
    for (uint32_t i = 0; i < EXPLANATIONS; i++)
        print_message("# %llu differences: %s\n", (unsigned long long)occurred[i],
                      explanation_name[i]);
    assert_true(lines_agreed > 10000);
}

static void every_explanation_was_needed(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < EXPLANATIONS; i++)
        if (occurred[i] == 0)
            fail_msg("no sequence has shown: %s", explanation_name[i]);
}

/* --- The model itself ------------------------------------------------------------------------------- */

static struct freebsd_boottrace started(const uint32_t sizes[3])
{
    struct freebsd_boottrace boottrace = {
        .enabled = true,
        .dotrace_kernel = true,
        .dotrace_user = true,
        .writer = {.tick = 1, .pid = 1, .name = "init"},
    };
    freebsd_make_tables(&boottrace, sizes);
    return boottrace;
}

static void the_model_keeps_as_many_as_freebsd(void **state)
{
    (void)state;
    static struct freebsd_row rows[3000];
    struct freebsd_boottrace boottrace = started((const uint32_t[]){3000, 2000, 1000});
    for (uint32_t i = 0; i < 4000; i++) {
        assert_int_equal(freebsd_write_boottrace(&boottrace, "e", 1), 0);
        assert_int_equal(freebsd_write_shuttrace(&boottrace, "e", 1), 0);
    }
    assert_int_equal(freebsd_rows(&boottrace.boot, 1000, rows), 2998);
    assert_int_equal(freebsd_rows(&boottrace.stop, 1000, rows), 999);
    for (uint32_t i = 0; i < 4000; i++)
        assert_int_equal(freebsd_write_runtrace(&boottrace, "e", 1), 0);
    assert_int_equal(freebsd_rows(&boottrace.run, 1000, rows), 2000);
    assert_int_equal(freebsd_table_size(10), 500);
    assert_int_equal(freebsd_table_size(501), 501);
    freebsd_free_tables(&boottrace);
}

static void expect_last(const struct freebsd_table *table, const char *process, const char *name)
{
    const struct freebsd_entry *entry = &table->slot[table->current - 1];
    assert_string_equal(entry->process, process);
    assert_string_equal(entry->name, name);
}

static void the_model_takes_texts_apart_as_freebsd_does(void **state)
{
    (void)state;
    static const char at_time[] = "Shutdown at Thu Nov 24 18:22:48 2022\n";
    static const char path[] = "/usr/local/etc/rc.d/postgresql_exporter start";
    struct freebsd_boottrace boottrace = started((const uint32_t[]){10, 10, 10});
    assert_int_equal(freebsd_write_boottrace(&boottrace, at_time, sizeof at_time - 1), 0);
    expect_last(&boottrace.boot, "Shutdown at Thu Nov 24 ", "22:48 2022\n");
    assert_int_equal(freebsd_write_boottrace(&boottrace, ":bar", 4), 0);
    expect_last(&boottrace.boot, "", "bar");
    assert_int_equal(freebsd_write_boottrace(&boottrace, path, sizeof path - 1), 0);
    expect_last(&boottrace.boot, "init", "/usr/local/etc/rc.d/postgresql_exporter");
    assert_int_equal(freebsd_write_boottrace(&boottrace, "", 0), 0);
    expect_last(&boottrace.boot, "init", "");
    freebsd_free_tables(&boottrace);
}

static void the_model_prints_lines_as_freebsd_does(void **state)
{
    (void)state;
    struct freebsd_entry entry = {.cpu = 1,
                                  .cputime = 120000,
                                  .inblock = 34,
                                  .pid = 390,
                                  .name = "/etc/rc.d/netif done",
                                  .process = "boottrace"};
    const struct freebsd_row row = {&entry, 44880103, 4670, true};
    char text[FREEBSD_LINE];
    freebsd_print_row(&row, text);
    assert_string_equal(text,
                        "  1   44880103       4670 boottrace                /etc/rc.d/netif done"
                        "                       390    0.12    34     0\n");
    assert_int_equal(strlen(text), 118);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_keeps_as_many_as_freebsd),
        cmocka_unit_test(the_model_takes_texts_apart_as_freebsd_does),
        cmocka_unit_test(the_model_prints_lines_as_freebsd_does),
        cmocka_unit_test(it_differs_from_freebsd_only_where_freebsd_falls_short),
        cmocka_unit_test(every_explanation_was_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
