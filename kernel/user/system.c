/* The system interface, kernel side. */
#include "kernel/user/system.h"

#include "kernel/boot_archive.h"
#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/files.h"
#include "kernel/process.h"
#include "kernel/timer.h"
#include "kernel/tracing.h"

int system_run(const char *process_name, int (*program)(void *argument), void *argument)
{
    struct process process;
    process_begin(&process, process_name, __builtin_strlen(process_name));
    int status = program(argument);
    process_end(&process);
    return status;
}

void system_boottrace(const char *format, ...)
{
    const struct trace_usage usage = process_usage();
    va_list arguments;
    va_start(arguments, format);
    tracing_boottrace(&usage, format, arguments);
    va_end(arguments);
}

void system_print(const char *format, ...)
{
    struct text_sink sink = console_text();
    va_list arguments;
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
}

void system_print_foreign(const char *bytes, size_t length)
{
    struct text_sink sink = console_text();
    text_print_foreign(&sink, bytes, length);
}

bool system_open(const char *path, const char **content, size_t *length)
{
    struct slice whole;
    if (!files_content(path, &whole))
        return false;
    *content = whole.text;
    *length = whole.length;
    process_current()->in_blocks += (uint32_t)((*length + 511) / 512);
    return true;
}

bool system_has_archive(void)
{
    return boot_archive_is_there();
}

void system_sleep_ms(uint64_t ms)
{
    uint64_t halted = 0;
    timer_sleep_ns(ms * 1000000, &halted);
    process_current()->since += halted; /* asleep is not at work */
}

void system_burn_ms(uint64_t ms)
{
    uint64_t cycles = tracing_clock()->tsc_hz / 1000 * ms;
    for (uint64_t start = cpu_tsc(); cpu_tsc() - start < cycles;)
        cpu_spin(1000); /* work; reading the TSC is slow under emulators */
}
