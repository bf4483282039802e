/* What the benchmarks have in common: one CPU, medians, and an end with a reason. */
#pragma once

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline _Noreturn void give_up(const char *why)
{
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, why);
    exit(1);
}

/* The last one that is allowed: the first one serves more interrupts. */
static inline void pin_to_one_cpu(void)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        give_up("the CPU affinity cannot be read");
    size_t last = CPU_SETSIZE - 1;
    while (last > 0 && !CPU_ISSET(last, &allowed))
        last--;
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        give_up("this process cannot be pinned to a CPU");
}

static inline int compare_figures(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of so many figures, which are left in their order. */
static inline double median(const double *figures, size_t count)
{
    double *sorted = malloc(count * sizeof *sorted);
    if (sorted == NULL)
        give_up("out of memory");
    memcpy(sorted, figures, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_figures);
    double middle = sorted[count / 2];
    free(sorted);
    return middle;
}
