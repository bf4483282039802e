/* What the names of the provider profile mean. */
#include "trace/dtrace/profile_name.h"

#include <stddef.h>

#include "trace/dtrace/dtrace_bytes.h"

enum {
    PERIOD_NS_MIN = 200000
};
#define SECOND_NS 1000000000ull

/* 0: no such unit; hz is none either. */
static uint64_t unit_ns(const char *text)
{
    static const struct {
        const char *name, *long_name;
        uint64_t ns;
    } units[] = {{"ns", "nsec", 1},
                 {"us", "usec", 1000},
                 {"ms", "msec", 1000000},
                 {"s", "sec", SECOND_NS},
                 {"m", "min", 60 * SECOND_NS},
                 {"h", "hour", 3600 * SECOND_NS},
                 {"d", "day", 86400 * SECOND_NS}};
    for (uint32_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (dtrace_is_same_text(text, units[i].name) ||
            dtrace_is_same_text(text, units[i].long_name))
            return units[i].ns;
    return 0;
}

static const char *behind(const char *text, const char *prefix)
{
    size_t length = __builtin_strlen(prefix);
    return __builtin_strlen(text) > length && __builtin_memcmp(text, prefix, length) == 0
               ? text + length
               : NULL;
}

/* The number that the text begins with; 0: none, or too large to be of use. */
static uint64_t number_of(const char **text)
{
    uint64_t number = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++) {
        if (number > UINT32_MAX)
            return 0;
        number = number * 10 + (uint64_t)(**text - '0');
    }
    return number;
}

static uint64_t period_of(uint64_t number, const char *unit)
{
    if (*unit == '\0' || dtrace_is_same_text(unit, "hz"))
        return SECOND_NS / number;
    uint64_t ns = unit_ns(unit);
    return ns == 0 || number > INT64_MAX / ns ? 0 : number * ns;
}

bool profile_name_parse(const char *text, struct profile_name *name)
{
    const char *at = behind(text, "profile-");
    name->each_cpu = at != NULL;
    if (at == NULL)
        at = behind(text, "tick-");
    uint64_t number = at == NULL ? 0 : number_of(&at);
    if (number == 0)
        return false;
    name->period_ns = period_of(number, at);
    return name->period_ns >= PERIOD_NS_MIN;
}
