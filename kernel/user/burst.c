/* burst: many boottrace events at once, to see a table wrap. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(burst, "burst", "COUNT TEXT", "records so many boottrace events");

enum {
    COUNT_MAX = 1000000,
    ALIKE = 100, /* of one name: each name is kept, and there is room for only so many */
};

static int burst_main(int argc, char **argv)
{
    uint64_t count;
    if (argc != 3 || !number_parse(argv[1], COUNT_MAX, &count))
        return usage(&burst_program);
    for (uint64_t i = 0; i < count; i++)
        system_boottrace("%s, after %llu", argv[2], (unsigned long long)(i / ALIKE * ALIKE));
    return EXIT_OK;
}
