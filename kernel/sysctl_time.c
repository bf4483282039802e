/* sysctls: the time, and the clock that it is read from. */
#include "kernel/calendar.h"
#include "kernel/sysctl.h"
#include "kernel/tracing.h"
#include "kernel/wall_time.h"

/* As FreeBSD prints a struct timeval; the clock that it comes from has whole seconds. */
static void read_boottime(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    uint64_t seconds = wall_time_of_boot_s();
    text_print(sink, "{ sec = %llu, usec = 0 } ", (unsigned long long)seconds);
    calendar_print(sink, seconds);
}

static void read_uptime(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, wall_time_uptime_ns());
}

SYSCTL_OID(boottime, .name = "kern.boottime",
           .help = "When the kernel was entered, in seconds since 1970 (0: unknown) and UTC",
           .kind = SYSCTL_STRING, .read = read_boottime);
SYSCTL_OID(uptime, .name = "kern.uptime_ns",
           .help = "Nanoseconds since the kernel was entered; 0: the rate of the TSC is unknown",
           .kind = SYSCTL_UNSIGNED, .read = read_uptime);
SYSCTL_CONSTANT(hardware, "kern.timecounter.hardware", SYSCTL_STRING, "TSC",
                "Counter that time is read from");

static void read_method(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    text_print(sink, "%s",
               trace_clock_method_name((enum trace_clock_method)tracing_clock()->method));
}

static void read_frequency(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, tracing_clock()->tsc_hz);
}

static void read_uncertainty(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, tracing_clock()->uncertainty_ppb);
}

#define METHOD(identifier, oid_name)                                                               \
    SYSCTL_OID(identifier, .name = (oid_name), .help = "How the rate of the TSC was found",        \
               .kind = SYSCTL_STRING, .read = read_method)
#define FREQUENCY(identifier, oid_name)                                                            \
    SYSCTL_OID(identifier, .name = (oid_name), .help = "Rate of the TSC in Hz; 0: unknown",        \
               .kind = SYSCTL_UNSIGNED, .read = read_frequency)

METHOD(timecounter_method, "kern.timecounter.method");
METHOD(tsc_method, "hw.tsc_method");
FREQUENCY(tsc_freq, "hw.tsc_freq");
FREQUENCY(machdep_tsc_freq, "machdep.tsc_freq"); /* where FreeBSD has it */
SYSCTL_OID(uncertainty, .name = "hw.tsc_uncertainty_ppb",
           .help = "Uncertainty of the rate of the TSC, in parts per 10^9", .kind = SYSCTL_UNSIGNED,
           .read = read_uncertainty);
