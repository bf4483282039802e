/* Exceptions and interrupts. */
#include "kernel/traps.h"

#include "kernel/backtrace.h"
#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/panic.h"
#include "kernel/segments.h"
#include "kernel/timer.h"
#include "kernel/tracing.h"

enum {
    VECTORS = 256,
    STUBS = 48,
    GATE_INTERRUPT = 0x8e, /* present, ring 0, 32-bit interrupt gate: interrupts off inside */
    GATE_TASK = 0x85,      /* present, ring 0, task gate */
    BREAKPOINTS_TAKEN = 8, /* reported and survived; one more is a storm */
};

extern const uint32_t trap_stubs[STUBS];
extern const char trap_stub_unexpected[];

static uint64_t idt[VECTORS];
static uint32_t breakpoints;

static uint64_t gate(uint32_t target, uint16_t selector, uint8_t type)
{
    return (target & 0xffff) | (uint64_t)selector << 16 | (uint64_t)type << 40 |
           (uint64_t)(target >> 16) << 48;
}

void traps_init(void)
{
    for (uint32_t i = 0; i < VECTORS; i++)
        idt[i] = gate(i < STUBS ? trap_stubs[i] : (uint32_t)trap_stub_unexpected, SELECTOR_CODE,
                      GATE_INTERRUPT);
    idt[TRAP_DOUBLE_FAULT] = gate(0, SELECTOR_DOUBLE_FAULT_TASK, GATE_TASK);
    const struct cpu_table_pointer pointer = {sizeof idt - 1, (uint32_t)idt};
    cpu_load_idt(&pointer);
}

/* Names as in SDM volume 3, table 6-1. */
static const char *exception_name(uint32_t vector)
{
    static const char *const name[] = {
        "divide error",
        "debug exception",
        "non-maskable interrupt",
        "breakpoint",
        "overflow",
        "bound range exceeded",
        "invalid opcode",
        "device not available",
        "double fault",
        "coprocessor overrun",
        "invalid TSS",
        "segment not present",
        "stack-segment fault",
        "general protection",
        "page fault",
        "reserved exception",
        "x87 FPU error",
        "alignment check",
        "machine check",
        "SIMD exception",
        "virtualization exception",
        "control protection",
    };
    if (vector < sizeof name / sizeof name[0])
        return name[vector];
    return vector < TRAP_FIRST_LINE ? "reserved exception" : "unexpected interrupt";
}

static void print_registers(const struct trap_frame *frame)
{
    log_line("eip %08x cs %04x eflags %08x error %08x cr2 %08x", frame->eip, frame->cs,
             frame->eflags, frame->error_code, cpu_cr2());
    log_line("eax %08x ebx %08x ecx %08x edx %08x", frame->eax, frame->ebx, frame->ecx, frame->edx);
    log_line("esi %08x edi %08x ebp %08x esp %08x", frame->esi, frame->edi, frame->ebp,
             (uint32_t)(frame + 1));
}

static void handle_breakpoint(const struct trap_frame *frame)
{
    TRACE_EVENT("breakpoint");
    if (++breakpoints > BREAKPOINTS_TAKEN)
        panic_from(frame->eip, frame->ebp, "int3 storm: more than %u breakpoints",
                   (unsigned)BREAKPOINTS_TAKEN);
    struct backtrace_symbol symbol = backtrace_symbol_of(frame->eip);
    log_line("trap: breakpoint %u at %08x %s+0x%x, going on", breakpoints, frame->eip, symbol.name,
             symbol.offset);
}

_Noreturn static void die_of(const struct trap_frame *frame)
{
    TRACE_EVENT("fatal trap");
    panic_prepare();
    log_line("trap %u: %s", frame->vector, exception_name(frame->vector));
    print_registers(frame);
    if (frame->vector == TRAP_PAGE_FAULT)
        panic_from(frame->eip, frame->ebp, "page fault: %s of address %08x%s",
                   frame->error_code & 2 ? "write" : "read", cpu_cr2(),
                   cpu_cr2() < 4096 ? " (null pointer)" : "");
    panic_from(frame->eip, frame->ebp, "%s", exception_name(frame->vector));
}

void trap_handle(struct trap_frame *frame)
{
    uint32_t line = frame->vector - TRAP_FIRST_LINE;
    if (frame->vector == TRAP_BREAKPOINT)
        handle_breakpoint(frame);
    else if (line < 16)
        timer_handle_line(line);
    else
        die_of(frame);
}

extern const char boot_stack_guard[];

static bool in_guard(uint32_t address, uint32_t guard)
{
    /* A push faults just below the stack; a large frame may skip a little further. */
    return address - guard < 4096 + 64;
}

_Noreturn void double_fault_handle(void)
{
    struct segments_saved_state state = segments_interrupted();
    TRACE_EVENT("double fault");
    panic_prepare();
    log_line("trap 8: double fault");
    log_line("eip %08x eflags %08x cr2 %08x", state.eip, state.eflags, cpu_cr2());
    log_line("eax %08x ebx %08x ecx %08x edx %08x", state.eax, state.ebx, state.ecx, state.edx);
    log_line("esi %08x edi %08x ebp %08x esp %08x", state.esi, state.edi, state.ebp, state.esp);
    panic_from(state.eip, state.ebp, "%s",
               in_guard(state.esp, (uint32_t)boot_stack_guard) ? "double fault: stack overflow"
                                                               : "double fault");
}
