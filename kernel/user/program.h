/* Programs of the simulated userland: one macro makes a program known to the shell, to `help`
 * and to system_spawn. */
#pragma once

struct program {
    const char *name;
    const char *usage; /* what stands behind the name: "[-a] name[=value] ..." */
    const char *help;  /* one phrase */
    int (*main)(int argc, char **argv);
};

/* Defines `int NAME_main(int argc, char **argv)`'s entry in the table of programs. */
#define PROGRAM(identifier, program_name, program_usage, program_help)                             \
    static int identifier##_main(int argc, char **argv);                                           \
    static const struct program identifier##_program                                               \
        __attribute__((section("programs"), used, aligned(sizeof(void *)))) = {                    \
            (program_name), (program_usage), (program_help), identifier##_main}

/* The table, in no order. */
extern const struct program programs_start[], programs_end[];
