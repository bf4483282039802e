/* A kernel that does nothing but trace itself: docs/porting.md walks through it. */
#include "trace/stream.h"
#include "trace/tracer.h"

/* The machine: the header that a Multiboot loader looks for, a stack, and what compilers call. */
__asm__(".section .multiboot, \"a\"; .long 0x1badb002, 0, -0x1badb002; .lcomm stack, 16384; .text\n"
        ".globl _start; _start: mov $stack + 16384, %esp; call kernel_main; hlt");

void *memset(void *to, int value, size_t length)
{
    for (uint8_t *byte = to; length > 0; length--)
        *byte++ = (uint8_t)value;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    for (size_t i = 0; i < length; i++)
        ((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    return to;
}

int memcmp(const void *a, const void *b, size_t length)
{
    for (const uint8_t *p = a, *q = b; length > 0; length--, p++, q++)
        if (*p != *q)
            return *p - *q;
    return 0;
}

size_t strlen(const char *text)
{
    return *text == '\0' ? 0 : 1 + strlen(text + 1);
}

static void com1_put(void *context, const char *bytes, size_t length)
{
    for (uint8_t status; length > 0; length--) {
        do
            __asm__ volatile("inb %w1, %0" : "=a"(status) : "d"(0x3fd));
        while ((status & 0x20) == 0); /* the transmitter is not empty */
        __asm__ volatile("outb %0, %w1" : : "a"(*bytes++), "d"(0x3f8));
    }
}

/* What trace/ is given: a clock, memory, and the sites, which the linker collects. */
static uint64_t now(void)
{
    return __builtin_ia32_rdtsc();
}

static uint8_t memory[8192] __attribute__((aligned(64)));
static struct trace_tracer tracer;
static struct stream stream;
extern struct trace_site __start_trace_sites[], __stop_trace_sites[];

#define EVENT(text)                                                                                \
    do {                                                                                           \
        TRACE_SITE(site, text);                                                                    \
        trace_cpu_record_now(&tracer.cpu[0], tracer.cpu[0].table, &site, now);                     \
    } while (0)

static void work(uint64_t cycles)
{
    for (uint64_t end = now() + cycles; now() < end;)
        ;
}

void kernel_main(void)
{
    struct trace_arena *arena = (struct trace_arena *)memory;
    const struct trace_arena_config config = {
        .cpus = 1, .capacity = {16, 8, 16}, .names = 16, .names_text = 512, .tasks = 2};
    if (trace_arena_size(&config) > sizeof memory)
        __builtin_trap();
    trace_arena_format(arena, &config);
    arena->clock = (struct trace_clock){.tsc_hz = 1000000000, .counts_from_reset = 1};
    arena->phase_tsc[TRACE_PHASE_KERNEL] = now();
    trace_tracer_start(&tracer, arena, __start_trace_sites, __stop_trace_sites);
    struct trace_task task = {.name = trace_names_intern(trace_arena_names(arena), "kernel", 6)};
    tracer.cpu[0].task = trace_tasks_add(trace_arena_tasks(arena), &task);

    EVENT("devices found");
    work(30000000);
    EVENT("file systems mounted");
    trace_tracer_enter(&tracer, TRACE_PHASE_MULTI_USER, now());
    for (int i = 0; i < 20; i++, work(1000000))
        EVENT("request served");
    trace_tracer_enter(&tracer, TRACE_PHASE_SHUTDOWN, now());
    EVENT("file systems unmounted");

    stream_start(&stream, (struct text_sink){.put = com1_put});
    stream_send_header(&stream, arena, "example");
    stream_send_clock(&stream, &arena->clock);
    stream_send_phases(&stream, arena);
    stream_send_tables(&stream, arena);
    stream_send_verdict(&stream, "success", "it has traced itself", now());
    __asm__ volatile("outb %b0, %w1" : : "a"(0x10), "d"(0xf4)); /* isa-debug-exit: success */
}
