/* top(1): who uses the CPUs.  The first picture shows the time since the boot, each later one that
 * since the one before. */
#include "kernel/user/numbers.h"
#include "kernel/user/process_list.h"
#include "kernel/user/program.h"
#include "kernel/user/screen.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(top, "top", "[-1]", "shows who uses the CPUs, until a key is pressed; -1: once");

enum {
    ROWS_MAX = 32,
    NAME_SIZE = 20,
    STATE_SIZE = 10,
    HEAD_ROWS = 4,
    REFRESH_MS = 2000,
};

struct top_row {
    uint32_t pid;
    uint32_t cpu;
    uint64_t cpu_ns;
    uint64_t used_ns; /* since the picture before */
    char state[STATE_SIZE];
    char name[NAME_SIZE];
};

struct seen {
    uint32_t pid;
    uint64_t cpu_ns;
};

struct top {
    uint64_t now_ns, span_ns; /* of this picture, and since the one before */
    uint64_t idle, busy;      /* cycles of all CPUs */
    uint32_t busy_tenths;     /* of a percent, in the span; UINT32_MAX: unknown */
    uint32_t processes, running;
    uint32_t count;
    uint32_t seen_count;
    struct top_row row[ROWS_MAX];
    struct seen seen[ROWS_MAX]; /* in the picture before */
};

static uint64_t seen_before(const struct top *top, uint32_t pid)
{
    for (uint32_t i = 0; i < top->seen_count; i++)
        if (top->seen[i].pid == pid)
            return top->seen[i].cpu_ns;
    return 0;
}

/* Who idles uses nothing, and has no pid of its own. */
static bool is_idle(const struct process_row *process)
{
    return process->is_kernel && text_equal(process->name, "idle");
}

static void take_process(void *context, const struct process_row *process)
{
    struct top *top = context;
    if (is_idle(process))
        return;
    top->processes++;
    top->running += text_equal(process->state, "running");
    if (top->count == ROWS_MAX)
        return;
    struct top_row *row = &top->row[top->count++];
    uint64_t before = seen_before(top, process->pid);
    row->pid = process->pid;
    row->cpu = process->cpu;
    row->cpu_ns = process->cpu_ns;
    row->used_ns = process->cpu_ns > before ? process->cpu_ns - before : 0;
    (void)text_format(row->state, sizeof row->state, "%s", process->state);
    (void)text_format(row->name, sizeof row->name, "%s", process->name);
}

/* "IDLE <tab> BUSY", in cycles. */
static void take_cpu_time(void *context, char *line)
{
    struct top *top = context;
    char *field[2];
    uint64_t idle, busy;
    top->busy_tenths = UINT32_MAX;
    if (!fields_cut(line, field, 2) || !number_parse(field[0], UINT64_MAX, &idle) ||
        !number_parse(field[1], UINT64_MAX, &busy))
        return;
    uint64_t idle_span = idle - top->idle, busy_span = busy - top->busy;
    uint64_t thousandth = (idle_span + busy_span) / 1000;
    top->busy_tenths = thousandth == 0 ? UINT32_MAX : (uint32_t)(busy_span / thousandth);
    top->idle = idle;
    top->busy = busy;
}

static bool goes_before(const struct top_row *a, const struct top_row *b)
{
    return a->used_ns != b->used_ns ? a->used_ns > b->used_ns : a->pid < b->pid;
}

/* By insertion: there are few, and most stand where they should. */
static void sort(struct top *top)
{
    for (uint32_t i = 1; i < top->count; i++)
        for (uint32_t k = i; k > 0 && goes_before(&top->row[k], &top->row[k - 1]); k--) {
            const struct top_row swapped = top->row[k];
            top->row[k] = top->row[k - 1];
            top->row[k - 1] = swapped;
        }
}

static void remember(struct top *top)
{
    top->seen_count = top->count;
    for (uint32_t i = 0; i < top->count; i++)
        top->seen[i] = (struct seen){top->row[i].pid, top->row[i].cpu_ns};
}

static int take_picture(struct top *top)
{
    uint64_t now = system_time_ns();
    remember(top);
    top->span_ns = now - top->now_ns;
    top->now_ns = now;
    top->count = top->processes = top->running = 0;
    top->busy_tenths = UINT32_MAX;
    (void)sysctl_lines("kern.cp_time", take_cpu_time, top); /* without it there is no figure */
    int error = process_list(take_process, top);
    sort(top);
    return error;
}

static void print_tenths(uint64_t tenths)
{
    system_print("%3llu.%u%%", (unsigned long long)(tenths / 10), (unsigned)(tenths % 10));
}

static void print_head(const struct top *top)
{
    uint64_t seconds = top->now_ns / 1000000000;
    system_print("%u processes, %u running; up %llu:%02u:%02u\n", (unsigned)top->processes,
                 (unsigned)top->running, (unsigned long long)(seconds / 3600),
                 (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60));
    system_print("CPUs: ");
    if (top->busy_tenths == UINT32_MAX)
        system_print("unknown");
    else
        print_tenths(top->busy_tenths);
    system_print(" busy\n\n%5s %3s %-9s %6s %10s %s\n", "PID", "CPU", "STATE", "CPU%", "TIME",
                 "COMMAND");
}

static void print_row(const struct top *top, const struct top_row *row)
{
    uint64_t thousandth = top->span_ns / 1000;
    system_print("%5u %3u %-9s ", (unsigned)row->pid, (unsigned)row->cpu, row->state);
    print_tenths(thousandth == 0 ? 0 : row->used_ns / thousandth);
    system_print(" ");
    process_print_time(row->cpu_ns);
    system_print(" %s\n", row->name);
}

static void print_picture(const struct top *top, uint32_t rows)
{
    uint32_t shown = top->count < rows ? top->count : rows;
    print_head(top);
    for (uint32_t i = 0; i < shown; i++)
        print_row(top, &top->row[i]);
    if (shown < top->processes)
        system_print("... and %u more\n", (unsigned)(top->processes - shown));
}

/* Clears the screen, and shows as much as it takes. */
static int show(struct top *top)
{
    uint32_t rows = screen_size().rows, taken = HEAD_ROWS + 2;
    int error = take_picture(top);
    if (error != SYSTEM_OK)
        return error;
    system_print("\x1b[H\x1b[2J");
    print_picture(top, rows > taken ? rows - taken : ROWS_MAX);
    return SYSTEM_OK;
}

static int watch(struct top *top)
{
    int error, key_error;
    char key;
    screen_page(false); /* it fits, and must not wait for another key */
    do {
        error = show(top);
        key_error = system_read_console(&key, 1, REFRESH_MS);
    } while (error == SYSTEM_OK && key_error == SYSTEM_ETIMEDOUT);
    return error;
}

static int top_main(int argc, char **argv)
{
    struct top top;
    bool once = argc == 2 && text_equal(argv[1], "-1");
    if (argc > 1 && !once)
        return usage(&top_program);
    __builtin_memset(&top, 0, sizeof top);
    int error = once ? take_picture(&top) : watch(&top);
    if (error != SYSTEM_OK)
        return complain("top", "kern.proc", error);
    if (once)
        print_picture(&top, ROWS_MAX);
    return EXIT_OK;
}
