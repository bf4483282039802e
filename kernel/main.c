/* A boot, from the first line of C to the last instruction. */
#include <stdint.h>

#include "kernel/anonymous.h"
#include "kernel/boot_info.h"
#include "kernel/clock.h"
#include "kernel/configuration.h"
#include "kernel/console.h"
#include "kernel/fault.h"
#include "kernel/kern_boottrace.h"
#include "kernel/long_log.h"
#include "kernel/modules.h"
#include "kernel/paging.h"
#include "kernel/panic.h"
#include "kernel/percpu.h"
#include "kernel/power.h"
#include "kernel/power_off.h"
#include "kernel/segments.h"
#include "kernel/smp.h"
#include "kernel/sysctl.h"
#include "kernel/terminal.h"
#include "kernel/thread.h"
#include "kernel/timer.h"
#include "kernel/tracing.h"
#include "kernel/traps.h"
#include "kernel/tslog.h"
#include "kernel/tunables.h"
#include "kernel/user/system.h"
#include "kernel/version.h"
#include "kernel/wall_time.h"

extern const struct sysctl_oid sysctl_oids_start[], sysctl_oids_end[]; /* linker.ld */

_Noreturn void kernel_main(uint32_t magic, uint32_t info_address, uint64_t entry_tsc);

/* What the first line of C was given. */
static struct {
    uint32_t magic, info_address;
    uint64_t entry_tsc;
} handed_over;

static void open_console(void)
{
    boot_info_find(handed_over.magic, handed_over.info_address);
    const struct multiboot_string *line = &boot_info()->command_line;
    tunables_read(line->text, line->length);
    fault_happen_early(tunables_fault());
    struct console_option option = tunables_console(line->text, line->length);
    console_init(&option);
    struct text_sink sink = console_text();
    text_print(&sink, "\n" VERSION_NAME " " VERSION_RELEASE
                      ", a kernel that traces its own boot\nconsole: ");
    console_describe(&sink);
    text_print(&sink, "\n");
    tracing_send_header();
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
}

static void search_firmware_tables(void)
{
    power_init();
    smp_find();
}

static void turn_paging_on(void)
{
    if (!paging_init())
        log_line("paging: this CPU has no 4 MiB pages; running without protection");
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

static void calibrate_clock(void)
{
    struct trace_clock clock =
        clock_find(handed_over.entry_tsc, (enum clock_origin)tunable(TUNABLE_COUNTS_FROM_RESET));
    tracing_set_clock(&clock);
    print_clock(&clock);
    wall_time_start();
}

static void start_timer(void)
{
    if (timer_init())
        log_line("timer: %s", timer_name());
    else
        log_line("timer: no alarm arrives; sleeping polls the TSC");
}

/* A boot archive that is not what its hash says must not be booted. */
_Noreturn static void refuse_to_boot(const char *why)
{
    log_line("\nThe boot stops here: %s", why);
    TSEVENT("REFUSE boot archive");
    power_off(SYSTEM_POWER_OFF, 1, why);
}

static void read_modules(void)
{
    const char *why_not = modules_read();
    if (why_not == NULL)
        return;
    modules_tell();
    refuse_to_boot(why_not);
}

/* What the modules configure: whether and what enablings may trace, who go before it is told what became of the
 * modules, so that they see it; and the sizes of the trace tables. */
static void configure(void)
{
    configuration_read();
    anonymous_start();
    modules_tell();
    tracing_settle();
    kern_boottrace_settle();
}

static void start_threads(void)
{
    log_line("threads: at most %u", thread_init());
    long_log_init(); /* behind stacks and heaps, which no boot can do without */
    if (!terminal_init())
        log_line("terminal: there is no serial line to listen to");
    console_wait_mode(CONSOLE_NOBODY_WAITS); /* from here on, until the dump */
}

static void sysctl_init(void)
{
    sysctl_init_from(sysctl_oids_start, sysctl_oids_end);
    sysctl_add_tunables();
}

static void start_cpus(void)
{
    uint32_t found = percpu_count(), online = smp_start();
    if (found > 1)
        log_line("smp: %u of %u CPUs run", online, found);
}

/* What becomes of the boot thread: it looks after init, which never ends by itself. */
_Noreturn static void run_init(void)
{
    static const char *const argv[] = {"init"};
    fault_happen_as_asked(FAULT_AT_KERNEL);
    int pid = system_spawn("init", 1, argv);
    if (pid < 0)
        panic("init cannot start: %s", system_error_str(pid));
    anonymous_start_cleaner(); /* behind init, which is process 1 */
    struct thread_child child = {0};
    while (thread_wait((uint32_t)pid, THREAD_FOREVER, &child) != THREAD_WAIT_OK || child.stopped)
        ;
    panic("init died with status %d", child.status);
}

/* The boot, level by level, as mi_startup() has it: the numbers are FreeBSD's (sys/kernel.h, enum
 * sysinit_sub_id) where it has a level for what is done here. */
static const struct sysinit {
    uint32_t level; /* never below that of the line before */
    const char *name;
    void (*start)(void);
} sysinits[] = {
    {0x0700000, "open_console", open_console},                     /* SI_SUB_TUNABLES */
    {0x1000000, "read_boot_information", read_boot_information},   /* SI_SUB_VM */
    {0x2100000, "search_firmware_tables", search_firmware_tables}, /* SI_SUB_CPU */
    {0x2100000, "turn_paging_on", turn_paging_on},
    {0x2800000, "calibrate_clock", calibrate_clock}, /* SI_SUB_INTR */
    {0x2800000, "start_timer", start_timer},
    {0x2f00000, "tracing_settle", tracing_settle},
    {0x4000000, "read_modules", read_modules}, /* SI_SUB_VFS */
    {0x7000000, "configure", configure},
    {0xa000000, "start_threads", start_threads}, /* SI_SUB_KICK_SCHEDULER */
    {0xd800000, "sysctl_init", sysctl_init},     /* SI_SUB_SYSCALLS */
    {0xf000000, "start_cpus", start_cpus},       /* SI_SUB_SMP */
};

/* Each level is an event before its first function, so that none can be forgotten. */
static void mi_startup(void)
{
    TSSCOPE("mi_startup");
    uint32_t level = 0;
    for (size_t i = 0; i < sizeof sysinits / sizeof sysinits[0]; i++) {
        const struct sysinit *sysinit = &sysinits[i];
        if (sysinit->level > level)
            kern_boottrace_note(0, "sysinit 0x%07x", (unsigned)sysinit->level);
        level = sysinit->level;
        tslog_call("SYSINIT", sysinit->name, sysinit->start);
    }
    BOOTTRACE("mi_startup done");
}

_Noreturn void kernel_main(uint32_t magic, uint32_t info_address, uint64_t entry_tsc)
{
    handed_over.magic = magic;
    handed_over.info_address = info_address;
    handed_over.entry_tsc = entry_tsc;
    percpu_init(0);
    segments_init(0, segments_double_fault_stack_end());
    traps_init();
    tracing_start(entry_tsc);
    TSENTER_AT("kernel_main", entry_tsc);
    thread_start_kernel();
    mi_startup();
    TSEXIT("kernel_main");
    run_init();
}
