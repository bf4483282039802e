/* Exceptions and interrupts. */
#include "kernel/traps.h"

#include "kernel/apic.h"
#include "kernel/backtrace.h"
#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/kernel_probes.h"
#include "kernel/panic.h"
#include "kernel/percpu.h"
#include "kernel/pic.h"
#include "kernel/scheduler.h"
#include "kernel/sdt.h"
#include "kernel/segments.h"
#include "kernel/smp.h"
#include "kernel/stacks.h"
#include "kernel/thread.h"
#include "kernel/timer.h"
#include "kernel/tracing.h"

enum {
    VECTORS = 256,
    STUBS = 64,
    GATE_INTERRUPT = 0x8e, /* present, ring 0, 32-bit interrupt gate: interrupts off inside */
    GATE_TASK = 0x85,      /* present, ring 0, task gate */
    BREAKPOINTS_TAKEN = 8, /* reported and survived; one more is a storm */
};

extern const uint32_t trap_stubs[STUBS];
extern const char trap_stub_unexpected[];

static uint64_t idt[VECTORS];
static uint32_t breakpoints;
static void (*line_handlers[PIC_LINES])(void);

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
    line_handlers[0] = timer_handle;
    traps_load();
}

UNPROBED void traps_load(void)
{
    const struct cpu_table_pointer pointer = {sizeof idt - 1, (uint32_t)idt};
    cpu_load_idt(&pointer);
}

void traps_set_line_handler(uint32_t line, void (*handle)(void))
{
    line_handlers[line] = handle;
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

static void print_place(void)
{
    const struct thread *thread = thread_current();
    const struct text_sink sink = console_text();
    if (thread == NULL || !console_ready())
        return;
    text_print(&sink, "thread %u (", thread->pid);
    text_print_foreign(&sink, thread->name, __builtin_strlen(thread->name));
    text_print(&sink, ") on CPU %u\n", percpu_this()->number);
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
    BOOTTRACE("breakpoint");
    uint32_t number = __atomic_add_fetch(&breakpoints, 1, __ATOMIC_RELAXED);
    if (number > BREAKPOINTS_TAKEN)
        panic_from(frame->eip, frame->ebp, "int3 storm: more than %u breakpoints",
                   (unsigned)BREAKPOINTS_TAKEN);
    struct backtrace_symbol symbol = backtrace_symbol_of(frame->eip);
    log_line("trap: breakpoint %u at %08x %s+0x%x, going on", number, frame->eip, symbol.name,
             symbol.offset);
}

_Noreturn static void die_of(const struct trap_frame *frame)
{
    BOOTTRACE("fatal trap");
    panic_prepare();
    log_line("trap %u: %s", frame->vector, exception_name(frame->vector));
    print_place();
    print_registers(frame);
    if (frame->vector == TRAP_PAGE_FAULT)
        panic_from(frame->eip, frame->ebp, "page fault: %s of address %08x%s",
                   frame->error_code & 2 ? "write" : "read", cpu_cr2(),
                   cpu_cr2() < 4096 ? " (null pointer)" : "");
    panic_from(frame->eip, frame->ebp, "%s", exception_name(frame->vector));
}

static void handle_line(uint32_t line)
{
    if (!pic_is_real(line))
        return;
    if (line_handlers[line] != NULL)
        line_handlers[line]();
    pic_end(line);
}

static void handle_interrupt(const struct trap_frame *frame)
{
    uint32_t vector = frame->vector;
    struct percpu *cpu = percpu_this();
    cpu->interrupts++;
    cpu->interrupt_depth++;
    cpu->interrupted = frame;
    SDT_PROBE("sysinfo", "intr", "uint64_t", 1, vector);
    if (vector < TRAP_FIRST_LINE + PIC_LINES)
        handle_line(vector - TRAP_FIRST_LINE);
    else if (vector == TRAP_APIC_TIMER)
        timer_handle();
    else if (vector == TRAP_NUDGE)
        scheduler_handle_nudge();
    else if (vector == TRAP_CALL)
        smp_handle_call();
    if (vector >= TRAP_APIC_TIMER && vector != TRAP_APIC_SPURIOUS)
        apic_end();
    cpu->interrupt_depth--;
    cpu->interrupted = NULL;
    scheduler_preempt();
}

static bool is_interrupt(uint32_t vector)
{
    return (vector >= TRAP_FIRST_LINE && vector <= TRAP_CALL) || vector == TRAP_APIC_SPURIOUS;
}

void trap_handle(struct trap_frame *frame)
{
    if (is_interrupt(frame->vector))
        handle_interrupt(frame);
    else if (frame->vector == TRAP_BREAKPOINT)
        handle_breakpoint(frame);
    else if (frame->vector == TRAP_NMI && smp_stop_was_asked())
        smp_stop_here();
    else
        die_of(frame);
}

extern const char boot_stack_guard[];

static bool in_guard(uint32_t address, uint32_t guard)
{
    /* A push faults just below the stack; a large frame may skip a little further. */
    return address - guard < STACK_GUARD_SIZE + 64;
}

static bool is_overflow(uint32_t esp)
{
    uint32_t stack;
    if (in_guard(esp, (uint32_t)boot_stack_guard))
        return true;
    return stacks_find(esp - 1, &stack) && in_guard(esp, stack - STACK_GUARD_SIZE);
}

_Noreturn void double_fault_handle(void)
{
    struct segments_saved_state state = segments_interrupted();
    BOOTTRACE("double fault");
    panic_prepare();
    log_line("trap 8: double fault");
    print_place();
    log_line("eip %08x eflags %08x cr2 %08x", state.eip, state.eflags, cpu_cr2());
    log_line("eax %08x ebx %08x ecx %08x edx %08x", state.eax, state.ebx, state.ecx, state.edx);
    log_line("esi %08x edi %08x ebp %08x esp %08x", state.esi, state.edi, state.ebp, state.esp);
    panic_from(state.eip, state.ebp, "%s",
               is_overflow(state.esp) ? "double fault: stack overflow" : "double fault");
}
