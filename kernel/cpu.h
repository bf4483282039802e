/* The instructions that C has no words for: all inline assembly of kernel/. */
#pragma once

#include <stddef.h>
#include <stdint.h>

static inline uint64_t cpu_tsc(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static inline uint8_t cpu_in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %w1, %b0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void cpu_out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %b0, %w1" : : "a"(value), "Nd"(port));
}

static inline void cpu_out8s(uint16_t port, const char *bytes, size_t length)
{
    __asm__ volatile("rep outsb" : "+S"(bytes), "+c"(length) : "d"(port) : "memory");
}

static inline uint16_t cpu_in16(uint16_t port)
{
    uint16_t value;
    __asm__ volatile("inw %w1, %w0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void cpu_out16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %w0, %w1" : : "a"(value), "Nd"(port));
}

/* What CPUID gives for a leaf. */
struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

/* CPUID, subleaf 0. */
static inline struct cpuid cpu_id(uint32_t leaf)
{
    struct cpuid id;
    __asm__ volatile("cpuid"
                     : "=a"(id.eax), "=b"(id.ebx), "=c"(id.ecx), "=d"(id.edx)
                     : "a"(leaf), "c"(0));
    return id;
}

static inline uint64_t cpu_read_msr(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void cpu_pause(void)
{
    __asm__ volatile("pause" : : : "memory");
}

/* Goes round `count` times, doing nothing; a round has two instructions.  Sixteen of them are a row
 * without a jump, of which an emulator makes almost nothing.  Not with PAUSE: each of those leaves
 * the translated code, which costs a thousand times more. */
static inline void cpu_spin(uint32_t count)
{
    for (; count >= 16; count -= 16)
        __asm__ volatile(".rept 29\n\tnop\n\t.endr"); /* and subtract, compare, jump */
    for (; count > 0; count--)
        __asm__ volatile("");
}

/* The same number, of which the compiler knows nothing any more. */
static inline uintptr_t cpu_hide(uintptr_t number)
{
    __asm__("" : "+r"(number));
    return number;
}

static inline void cpu_interrupts_off(void)
{
    __asm__ volatile("cli" : : : "memory");
}

#define CPU_EFLAGS_INTERRUPTS (1u << 9)

/* EFLAGS as they were; interrupts are off afterwards. */
static inline uint32_t cpu_interrupts_save(void)
{
    uint32_t flags;
    __asm__ volatile("pushfl\n\tpopl %0\n\tcli" : "=r"(flags) : : "memory");
    return flags;
}

static inline void cpu_interrupts_restore(uint32_t flags)
{
    if (flags & CPU_EFLAGS_INTERRUPTS)
        __asm__ volatile("sti" : : : "memory");
}

/* What GS points at on each CPU (struct percpu): offsets of the fields that are read alone. */
enum {
    CPU_LOCAL_SELF = 0,
    CPU_LOCAL_TRACE = 4,
    CPU_LOCAL_PREEMPTION_OFF = 8,
    CPU_LOCAL_CURRENT = 12,
};

struct percpu;
struct thread;
struct trace_cpu;

static inline struct percpu *cpu_local(void)
{
    struct percpu *value;
    __asm__ volatile("movl %%gs:%c1, %0" : "=r"(value) : "i"(CPU_LOCAL_SELF));
    return value;
}

static inline struct trace_cpu *cpu_local_trace(void)
{
    struct trace_cpu *value;
    __asm__ volatile("movl %%gs:%c1, %0" : "=r"(value) : "i"(CPU_LOCAL_TRACE));
    return value;
}

static inline struct thread *cpu_local_current(void)
{
    struct thread *value;
    __asm__ volatile("movl %%gs:%c1, %0" : "=r"(value) : "i"(CPU_LOCAL_CURRENT));
    return value;
}

static inline void cpu_local_preemption_disable(void)
{
    __asm__ volatile("incl %%gs:%c0" : : "i"(CPU_LOCAL_PREEMPTION_OFF) : "memory", "cc");
}

static inline void cpu_local_preemption_enable(void)
{
    __asm__ volatile("decl %%gs:%c0" : : "i"(CPU_LOCAL_PREEMPTION_OFF) : "memory", "cc");
}

/* Lets interrupts in and sleeps until one came; none can slip in between, because STI takes
 * effect after the next instruction.  Interrupts are off again afterwards. */
static inline void cpu_wait_for_interrupt(void)
{
    __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

/* The same without halting: lets interrupts in for so many rounds of 256 instructions, in rows as those of
 * cpu_spin(), and then the other CPUs of an emulator that runs all of them on one thread. */
static inline void cpu_spin_for_interrupts(uint32_t rounds)
{
    __asm__ volatile("sti" : : : "memory");
    for (; rounds > 0; rounds--)
        __asm__ volatile(".rept 253\n\tnop\n\t.endr");
    cpu_pause();
    cpu_interrupts_off();
}

/* Lets pending interrupts in, for one instruction. */
static inline void cpu_take_interrupts(void)
{
    __asm__ volatile("sti\n\tnop\n\tcli" : : : "memory");
}

_Noreturn static inline void cpu_stop(void)
{
    for (;;)
        __asm__ volatile("cli\n\thlt" : : : "memory");
}

/* Makes the CPU forget how it translates the page of this address. */
static inline void cpu_forget_page(uint32_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static inline void cpu_breakpoint(void)
{
    __asm__ volatile("int3" : : : "memory");
}

static inline uint32_t cpu_cr2(void)
{
    uint32_t value;
    __asm__ volatile("movl %%cr2, %0" : "=r"(value));
    return value;
}

static inline uint32_t cpu_cr0(void)
{
    uint32_t value;
    __asm__ volatile("movl %%cr0, %0" : "=r"(value));
    return value;
}

static inline void cpu_set_cr0(uint32_t value)
{
    __asm__ volatile("movl %0, %%cr0" : : "r"(value) : "memory");
}

static inline void cpu_set_cr3(uint32_t value)
{
    __asm__ volatile("movl %0, %%cr3" : : "r"(value) : "memory");
}

static inline void cpu_set_cr4(uint32_t value)
{
    __asm__ volatile("movl %0, %%cr4" : : "r"(value) : "memory");
}

/* A nop, and where it is listed with the struct sdt_site it belongs to: kernel/sdt.h.  Control goes to `label` if
 * the nop has become an int3.  The list of a function is thrown away with the function ("o"). */
#define CPU_PROBE_POINT(site, label)                                                               \
    __asm__ goto(".Lpoint%=:\n\t"                                                                  \
                 "nop\n\t"                                                                         \
                 ".pushsection sdt_points, \"awo\", @progbits, .Lpoint%=\n\t"                      \
                 ".long .Lpoint%=, %l[" #label "], %c0\n\t"                                        \
                 ".popsection"                                                                     \
                 :                                                                                 \
                 : "i"(&(site))                                                                    \
                 :                                                                                 \
                 : label)

/* The address at which the function that this is inlined into stands. */
static inline uint32_t cpu_instruction_pointer(void)
{
    uint32_t value;
    __asm__ volatile("1: movl $1b, %0" : "=r"(value));
    return value;
}

static inline uint32_t cpu_frame_pointer(void)
{
    uint32_t value;
    __asm__ volatile("movl %%ebp, %0" : "=r"(value));
    return value;
}

/* The operand of LGDT and LIDT (SDM volume 3, section 2.4). */
struct cpu_table_pointer {
    uint16_t limit; /* bytes - 1 */
    uint32_t base;
} __attribute__((packed));

static inline void cpu_load_idt(const struct cpu_table_pointer *pointer)
{
    __asm__ volatile("lidt %0" : : "m"(*pointer) : "memory");
}

/* Loads the GDT and every segment register from it: code is selector 8, data 16, and GS gets 40,
 * what the CPU has for itself. */
static inline void cpu_load_gdt(const struct cpu_table_pointer *pointer)
{
    __asm__ volatile("lgdt %0\n\t"
                     "ljmp $8, $1f\n"
                     "1:\n\t"
                     "movl $16, %%eax\n\t"
                     "movl %%eax, %%ds\n\t"
                     "movl %%eax, %%es\n\t"
                     "movl %%eax, %%fs\n\t"
                     "movl %%eax, %%ss\n\t"
                     "movl $40, %%eax\n\t"
                     "movl %%eax, %%gs"
                     :
                     : "m"(*pointer)
                     : "eax", "memory");
}

static inline void cpu_load_task_register(uint16_t selector)
{
    __asm__ volatile("ltr %0" : : "r"(selector) : "memory");
}
