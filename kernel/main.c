/* A boot, from the first line of C to the last instruction. */
#include <stdint.h>

#include "kernel/boot_info.h"
#include "kernel/clock.h"
#include "kernel/configuration.h"
#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/fault.h"
#include "kernel/modules.h"
#include "kernel/paging.h"
#include "kernel/power.h"
#include "kernel/process.h"
#include "kernel/segments.h"
#include "kernel/timer.h"
#include "kernel/tracing.h"
#include "kernel/traps.h"
#include "kernel/tunables.h"
#include "kernel/user/init.h"

_Noreturn void kernel_main(uint32_t magic, uint32_t info_address, uint64_t entry_tsc);

static void open_console(void)
{
    const struct multiboot_string *line = &boot_info()->command_line;
    tunables_read(line->text, line->length);
    fault_happen_early(tunables_fault());
    struct console_option option = tunables_console(line->text, line->length);
    console_init(&option);
    struct text_sink sink = console_text();
    text_print(&sink, "\nFirstlight 0.1, a kernel that traces its own boot\nconsole: ");
    console_describe(&sink);
    text_print(&sink, "\n");
    tracing_send_header();
    TRACE_EVENT("console open");
}

static void tell(const char *what, const char *key, const struct multiboot_string *string)
{
    if (string->text == NULL)
        return;
    struct text_sink sink = console_text();
    text_print(&sink, "%s: ", what);
    text_print_foreign(&sink, string->text, string->length);
    text_print(&sink, "\n");
    tracing_send_config(key, string->text, string->length);
}

static void read_boot_information(void)
{
    boot_info_read();
    const struct multiboot_info *info = boot_info();
    tell("loader", "loader", &info->loader);
    tell("command line", "command_line", &info->command_line);
    tunables_read(info->command_line.text, info->command_line.length);
    log_line("memory: %llu KiB free by the loader's map",
             (unsigned long long)boot_info_memory_kib());
    TRACE_EVENT("boot information read");
}

static void set_up_machine(void)
{
    power_init();
    TRACE_EVENT("ACPI tables searched");
    if (!paging_init())
        log_line("paging: this CPU has no 4 MiB pages; running without protection");
    TRACE_EVENT("paging on");
}

static void print_clock(const struct trace_clock *clock)
{
    if (clock->tsc_hz == 0)
        return;
    uint32_t ppm_tenths = clock->uncertainty_ppb / 100;
    log_line("clock: TSC at %llu.%06llu MHz by %s, +- %u.%u ppm",
             (unsigned long long)(clock->tsc_hz / 1000000),
             (unsigned long long)(clock->tsc_hz % 1000000),
             trace_clock_method_name((enum trace_clock_method)clock->method), ppm_tenths / 10,
             ppm_tenths % 10);
}

static void set_up_clock(uint64_t entry_tsc)
{
    static const enum clock_origin origins[] = {CLOCK_ORIGIN_UNKNOWN, CLOCK_ORIGIN_RESET,
                                                CLOCK_ORIGIN_GUESS};
    struct trace_clock clock = clock_find(entry_tsc, origins[tunable(TUNABLE_COUNTS_FROM_RESET)]);
    tracing_set_clock(&clock);
    print_clock(&clock);
    TRACE_EVENT("clock calibrated");
    if (!timer_init())
        log_line("timer: no alarm arrives; sleeping polls the TSC");
    TRACE_EVENT("timer working");
}

/* `workload=`: plain events into the table of the current phase. */
static void run_workload(void)
{
    for (uint64_t left = tunable(TUNABLE_WORKLOAD); left > 0; left--)
        TRACE_EVENT("workload");
}

static void die_if_asked(void)
{
    fault_happen(tunables_fault());
}

_Noreturn static void leave(const char *status, const char *reason, enum power_exit code)
{
    tracing_send_verdict(status, reason);
    power_decide(code);
    power_exit(code);
}

/* A boot archive that is not what its hash says must not be booted. */
_Noreturn static void refuse_to_boot(const char *why)
{
    log_line("\nThe boot stops here: %s", why);
    tracing_enter(TRACE_PHASE_SHUTDOWN);
    timer_stop();
    tracing_dump();
    leave("failure", why, POWER_EXIT_FAILURE);
}

/* Modules and what they configure; the trace tables take the sizes that they say. */
static void read_modules(void)
{
    const char *why_not = modules_read();
    if (why_not != NULL)
        refuse_to_boot(why_not);
    TRACE_EVENT("boot modules read");
    configuration_read();
    tracing_settle();
    TRACE_EVENT("configuration in force");
}

_Noreturn static void power_off(int rc_status)
{
    TRACE_EVENT("kernel shutdown (clean) started");
    timer_stop();
    TRACE_EVENT("timer stopped");
    TRACE_EVENT("system powering off...");
    tracing_dump();
    if (rc_status != 0)
        leave("failure", "/etc/rc failed", POWER_EXIT_FAILURE);
    leave("success", "booted, ran and shut down", POWER_EXIT_SUCCESS);
}

_Noreturn void kernel_main(uint32_t magic, uint32_t info_address, uint64_t entry_tsc)
{
    segments_init();
    traps_init();
    tracing_start(entry_tsc);
    process_start_kernel();
    TRACE_EVENT("traps caught");
    boot_info_find(magic, info_address);
    open_console();
    read_boot_information();
    set_up_machine();
    set_up_clock(entry_tsc);
    tracing_settle();
    TRACE_EVENT("trace tables in place");
    read_modules();
    TRACE_EVENT("kernel initialised");

    const struct init_hooks hooks = {run_workload, die_if_asked};
    int rc_status = init_run(&hooks);
    power_off(rc_status);
}
