/* Options: their names, what they are if nobody sets them, and which of them matter here. */
#include "trace/dtrace/framework_layout.h"

enum {
    KIB = 1024,
    MIB = 1024 * 1024,
    STRSIZE_MAX = 64 * KIB,
    SPECULATIONS_MAX = 1024
};

struct option {
    const char *name;
    bool has_effect;
    int64_t preset;
};

/* bufsize and aggsize as dtrace(1M) sets them, the others as the kernel does. */
static const struct option options[DOF_OPTIONS] = {
    [DOF_OPTION_BUFSIZE] = {"bufsize", true, 4 * MIB},
    [DOF_OPTION_BUFPOLICY] = {"bufpolicy", true, DTRACE_POLICY_SWITCH},
    [DOF_OPTION_DYNVARSIZE] = {"dynvarsize", true, 1 * MIB},
    [DOF_OPTION_AGGSIZE] = {"aggsize", true, 4 * MIB},
    [DOF_OPTION_SPECSIZE] = {"specsize", true, 32 * KIB},
    [DOF_OPTION_NSPEC] = {"nspec", true, 1},
    [DOF_OPTION_STRSIZE] = {"strsize", true, 256},
    [DOF_OPTION_CLEANRATE] = {"cleanrate", false, 9900990},
    [DOF_OPTION_CPU] = {"cpu", true, -1},
    [DOF_OPTION_BUFRESIZE] = {"bufresize", true, 0},
    [DOF_OPTION_GRABANON] = {"grabanon", false, DOF_OPTION_UNSET},
    [DOF_OPTION_FLOWINDENT] = {"flowindent", true, DOF_OPTION_UNSET},
    [DOF_OPTION_QUIET] = {"quiet", true, DOF_OPTION_UNSET},
    [DOF_OPTION_STACKFRAMES] = {"stackframes", true, 20},
    [DOF_OPTION_USTACKFRAMES] = {"ustackframes", true, 20},
    [DOF_OPTION_AGGRATE] = {"aggrate", false, 1000000000},
    [DOF_OPTION_SWITCHRATE] = {"switchrate", false, 1000000000},
    [DOF_OPTION_STATUSRATE] = {"statusrate", false, 1000000000},
    [DOF_OPTION_DESTRUCTIVE] = {"destructive", true, DOF_OPTION_UNSET},
    [DOF_OPTION_STACKINDENT] = {"stackindent", true, 14},
    [DOF_OPTION_RAWBYTES] = {"rawbytes", true, DOF_OPTION_UNSET},
    [DOF_OPTION_JSTACKFRAMES] = {"jstackframes", true, 50},
    [DOF_OPTION_JSTACKSTRSIZE] = {"jstackstrsize", true, 512},
    [DOF_OPTION_AGGSORTKEY] = {"aggsortkey", true, DOF_OPTION_UNSET},
    [DOF_OPTION_AGGSORTREV] = {"aggsortrev", true, DOF_OPTION_UNSET},
    [DOF_OPTION_AGGSORTPOS] = {"aggsortpos", true, DOF_OPTION_UNSET},
    [DOF_OPTION_AGGSORTKEYPOS] = {"aggsortkeypos", true, DOF_OPTION_UNSET},
    [DOF_OPTION_TEMPORAL] = {"temporal", true, DOF_OPTION_UNSET},
    [DOF_OPTION_AGGHIST] = {"agghist", true, DOF_OPTION_UNSET},
    [DOF_OPTION_AGGPACK] = {"aggpack", true, DOF_OPTION_UNSET},
    [DOF_OPTION_AGGZOOM] = {"aggzoom", true, DOF_OPTION_UNSET},
    [DOF_OPTION_ZONE] = {"zone", false, DOF_OPTION_UNSET},
};

bool dtrace_option_has_effect(uint32_t id)
{
    return id < DOF_OPTIONS && options[id].has_effect;
}

const char *dtrace_option_str(uint32_t id)
{
    return id < DOF_OPTIONS ? options[id].name : "unknown option";
}

bool dtrace_option_is_valid(const struct dof_option *option)
{
    if (option->id >= DOF_OPTIONS)
        return false;
    if (option->id == DOF_OPTION_CPU)
        return option->value >= -1;
    if (option->id == DOF_OPTION_BUFPOLICY)
        return option->value >= DTRACE_POLICY_RING && option->value <= DTRACE_POLICY_SWITCH;
    if (option->id == DOF_OPTION_BUFRESIZE)
        return option->value == 0 || option->value == 1;
    return option->value >= 0;
}

bool dtrace_option_is_set(const struct dtrace *dtrace, uint32_t id)
{
    return id < DOF_OPTIONS && dtrace->options[id] != DOF_OPTION_UNSET;
}

int64_t dtrace_option_asked(const struct dtrace *dtrace, uint32_t id)
{
    if (id >= DOF_OPTIONS)
        return DOF_OPTION_UNSET;
    return dtrace_option_is_set(dtrace, id) ? dtrace->options[id] : options[id].preset;
}

static int64_t between(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

int64_t dtrace_option(const struct dtrace *dtrace, uint32_t id)
{
    int64_t value = dtrace_option_asked(dtrace, id);
    if (id < DOF_OPTIONS && dtrace->granted[id] != DOF_OPTION_UNSET)
        return dtrace->granted[id];
    if (id == DOF_OPTION_STRSIZE)
        return between(value, 1, STRSIZE_MAX);
    if (id == DOF_OPTION_NSPEC)
        return between(value, 0, SPECULATIONS_MAX);
    return value;
}
