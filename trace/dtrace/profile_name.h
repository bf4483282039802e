/* Names of the provider profile: profile-N[unit], tick-N[unit]. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct profile_name {
    bool each_cpu;
    uint64_t period_ns;
};

/* False: it is none, or it would fire too often or hardly ever (every 2^63 ns). */
bool profile_name_parse(const char *text, struct profile_name *name);
