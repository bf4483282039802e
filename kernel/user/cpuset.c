/* cpuset(1), as far as it starts a command on a CPU: what a process starts is bound as it is. */
#include "kernel/user/child.h"
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(cpuset, "cpuset", "-l CPU COMMAND...", "runs a command on one CPU");

static int cpuset_main(int argc, char **argv)
{
    uint64_t cpu;
    if (argc < 4 || !text_equal(argv[1], "-l") || !number_parse(argv[2], UINT32_MAX - 1, &cpu))
        return usage(&cpuset_program);
    int error = system_pin((uint32_t)cpu);
    if (error != SYSTEM_OK)
        return complain("cpuset", argv[2], error);
    child_catch_signals();
    return child_run("cpuset", argc - 3, (const char *const *)argv + 3);
}
