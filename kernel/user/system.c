/* The system interface, kernel side. */
#include "kernel/user/system.h"

#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/modules.h"
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
    char event[TRACE_NAME_LENGTH_MAX + 2]; /* one byte too long is refused whole, not cut */
    struct text_buffer buffer = {.bytes = event, .size = sizeof event};
    struct text_sink sink = text_buffer_sink(&buffer);
    va_list arguments;
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
    const struct trace_usage usage = process_usage();
    tracing_boottrace(event, buffer.length, &usage);
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
    const uint8_t *bytes;
    if (!modules_find_file(path, &bytes, length))
        return false;
    *content = (const char *)bytes;
    process_current()->in_blocks += (uint32_t)((*length + 511) / 512);
    return true;
}

bool system_has_archive(void)
{
    return modules_have_archive();
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
