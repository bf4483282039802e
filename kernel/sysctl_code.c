/* sysctl: debug.code: the first bytes of a function of the kernel, as they are now: an int3 where a probe is enabled. */
#include "kernel/backtrace.h"
#include "kernel/fbt.h"
#include "kernel/sysctl.h"

enum {
    BYTES = 16
};

static const struct fbt_function *shown; /* NULL: nobody has asked yet */

static const char *name_of(const struct fbt_function *function)
{
    return backtrace_symbol_of(function->address).name;
}

static const struct fbt_function *function_of(struct slice name)
{
    for (uint32_t i = 0; i < fbt_counts.probed; i++)
        if (slice_is(name, name_of(&fbt_functions[i])))
            return &fbt_functions[i];
    return NULL;
}

static int write_code(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)number;
    const struct fbt_function *function = function_of(text);
    if (function == NULL)
        return SYSTEM_ENOENT;
    shown = function;
    return SYSTEM_OK;
}

static void read_code(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    uint8_t bytes[BYTES];
    (void)oid;
    if (shown == NULL)
        return;
    __builtin_memcpy(bytes, (const void *)shown->address, sizeof bytes);
    text_print(sink, "%s at 0x%08x:", name_of(shown), shown->address);
    for (uint32_t i = 0; i < sizeof bytes; i++)
        text_print(sink, " %02x", bytes[i]);
}

SYSCTL_OID(code, .name = "debug.code",
           .help = "The first bytes of a function that has a probe; written: its name",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_WRITE,
           .read = read_code, .write = write_code);
