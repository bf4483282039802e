/* sysctls: who this system is, and how it was started. */
#include "kernel/boot_info.h"
#include "kernel/spinlock.h"
#include "kernel/sysctl.h"
#include "kernel/tracing.h"
#include "kernel/version.h"

enum {
    HOSTNAME_MAX = 255,
};

static struct spinlock hostname_lock;
static char hostname[HOSTNAME_MAX + 1] = "firstlight"; /* under that lock */

SYSCTL_CONSTANT(ostype, "kern.ostype", SYSCTL_STRING, VERSION_NAME, "Name of the operating system");
SYSCTL_CONSTANT(osrelease, "kern.osrelease", SYSCTL_STRING, VERSION_RELEASE,
                "Release of the operating system");
SYSCTL_CONSTANT(ident, "kern.ident", SYSCTL_STRING, "MULTIBOOT",
                "Configuration that the kernel was built in");

static void print_build_id(const struct text_sink *sink)
{
    const struct trace_arena *arena = tracing_tracer.arena;
    for (size_t i = 0; i < sizeof arena->build_id; i++)
        text_print(sink, "%02x", arena->build_id[i]);
}

static void read_build_id(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    print_build_id(sink);
}

static void read_version(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    text_print(sink, VERSION_NAME " " VERSION_RELEASE " (build ");
    print_build_id(sink);
    text_print(sink, ")");
}

SYSCTL_OID(build_id, .name = "kern.build_id", .help = "Build id of the kernel, hexadecimal",
           .kind = SYSCTL_STRING, .read = read_build_id);
SYSCTL_OID(version, .name = "kern.version", .help = "Version of the kernel", .kind = SYSCTL_STRING,
           .read = read_version);

static void read_hostname(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    char copy[HOSTNAME_MAX + 1];
    (void)oid;
    uint32_t flags = spinlock_take(&hostname_lock);
    __builtin_memcpy(copy, hostname, sizeof copy);
    spinlock_release(&hostname_lock, flags);
    text_print_foreign(sink, copy, __builtin_strlen(copy));
}

static bool holds_nul(struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.text[i] == '\0')
            return true;
    return false;
}

static int write_hostname(const struct sysctl_oid *oid, struct slice text, uint64_t number)
{
    (void)oid;
    (void)number;
    if (text.length > HOSTNAME_MAX || holds_nul(text))
        return SYSTEM_EINVAL;
    uint32_t flags = spinlock_take(&hostname_lock);
    __builtin_memcpy(hostname, text.text, text.length);
    hostname[text.length] = '\0';
    spinlock_release(&hostname_lock, flags);
    return SYSTEM_OK;
}

SYSCTL_OID(hostname, .name = "kern.hostname", .help = "Name of this host, at most 255 bytes",
           .kind = SYSCTL_STRING, .read = read_hostname, .write = write_hostname);

static void print_given(const struct text_sink *sink, const struct multiboot_string *string)
{
    if (string->text != NULL)
        text_print_foreign(sink, string->text, string->length);
}

static void read_command_line(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    print_given(sink, &boot_info()->command_line);
}

static void read_loader(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    print_given(sink, &boot_info()->loader);
}

SYSCTL_OID(command_line, .name = "kern.command_line",
           .help = "Command line that the loader gave the kernel", .kind = SYSCTL_STRING,
           .read = read_command_line);
SYSCTL_OID(loader, .name = "kern.loader", .help = "What the boot loader calls itself",
           .kind = SYSCTL_STRING, .read = read_loader);
