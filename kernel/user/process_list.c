/* The processes, as kern.proc lists them, and ps(1). */
#include "kernel/user/process_list.h"

#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(ps, "ps", "", "lists the processes; those of the kernel stand in brackets");

/* The fields of a line. */
enum {
    PID,
    PARENT,
    STATE,
    CPU,
    CPU_NS,
    SWITCHES,
    MIGRATIONS,
    IS_KERNEL,
    NAME,
    FIELDS
};

struct list {
    void (*take)(void *context, const struct process_row *row);
    void *context;
};

static bool read_numbers(char **field, uint64_t *number)
{
    for (uint32_t i = 0; i < NAME; i++)
        if (i != STATE && !number_parse(field[i], UINT64_MAX, &number[i]))
            return false;
    return true;
}

static void take_line(void *context, char *line)
{
    const struct list *list = context;
    char *field[FIELDS];
    uint64_t number[FIELDS] = {0};
    if (!fields_cut(line, field, FIELDS) || !read_numbers(field, number))
        return;
    const struct process_row row = {
        .pid = (uint32_t)number[PID],
        .parent = (uint32_t)number[PARENT],
        .state = field[STATE],
        .cpu = (uint32_t)number[CPU],
        .cpu_ns = number[CPU_NS],
        .is_kernel = number[IS_KERNEL] != 0,
        .name = field[NAME],
    };
    list->take(list->context, &row);
}

int process_list(void (*take)(void *context, const struct process_row *row), void *context)
{
    struct list list = {take, context};
    return sysctl_lines("kern.proc", take_line, &list);
}

void process_print_time(uint64_t cpu_ns)
{
    uint64_t hundredths = cpu_ns / 10000000;
    system_print("%4llu:%02u.%02u", (unsigned long long)(hundredths / 6000),
                 (unsigned)(hundredths / 100 % 60), (unsigned)(hundredths % 100));
}

static void print_row(void *context, const struct process_row *row)
{
    (void)context;
    system_print("%5u %5u %3u %-8s ", (unsigned)row->pid, (unsigned)row->parent, (unsigned)row->cpu,
                 row->state);
    process_print_time(row->cpu_ns);
    system_print(row->is_kernel ? " [%s]\n" : " %s\n", row->name);
}

static int ps_main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return usage(&ps_program);
    system_print("%5s %5s %3s %-8s %10s %s\n", "PID", "PPID", "CPU", "STATE", "TIME", "COMMAND");
    int error = process_list(print_row, NULL);
    return error == SYSTEM_OK ? EXIT_OK : complain("ps", "kern.proc", error);
}
