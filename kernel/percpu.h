/* What each CPU has for itself, reached through its GS segment in one instruction. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/cpu.h"
#include "trace/tracer.h"

struct thread;
struct trap_frame;

/* The first four stand at fixed places: cpu.h reads them by their offset. */
struct percpu {
    struct percpu *self;
    struct trace_cpu *trace; /* into the tracer: this CPU's way to its tables */
    uint32_t preemption_off; /* depth; no thread switch while it is not 0 */
    struct thread *current;
    bool switch_wanted; /* a thread switch was due meanwhile */
    uint32_t number;    /* 0: the boot CPU */
    uint32_t apic_id;
    volatile bool online;  /* takes threads */
    volatile bool stopped; /* halted for ever, by a panic elsewhere or at the end */
    struct thread *idle;
    /* What is due once this CPU has let go of the scheduler's lock: */
    bool alarm_due;
    uint64_t alarm;           /* moment, UINT64_MAX: none */
    uint32_t nudges;          /* bit = CPU */
    int64_t tsc_offset;       /* what its TSC lacks to the boot CPU's, as far as that is known */
    uint32_t tsc_uncertainty; /* cycles, +- */
    uint64_t switches;        /* of threads */
    uint64_t interrupts;      /* taken */
    uint32_t interrupt_depth; /* of the interrupts in which this CPU is */
    const struct trap_frame *interrupted; /* by the present interrupt; NULL: there is none */
};
_Static_assert(offsetof(struct percpu, self) == CPU_LOCAL_SELF, "cpu_local");
_Static_assert(offsetof(struct percpu, trace) == CPU_LOCAL_TRACE, "cpu_local_trace");
_Static_assert(offsetof(struct percpu, preemption_off) == CPU_LOCAL_PREEMPTION_OFF,
               "preemption_disable");
_Static_assert(offsetof(struct percpu, current) == CPU_LOCAL_CURRENT, "cpu_local_current");

/* CPUs that have been found, the boot CPU included; each has a place in the table below. */
uint32_t percpu_count(void);
struct percpu *percpu_at(uint32_t number);

/* Prepares the place of the boot CPU, and then of `cpus` CPUs (at most TRACE_CPUS_MAX). */
void percpu_init(uint32_t number);
void percpu_set_count(uint32_t cpus);

/* Context: any.  The thread that asks may run on another CPU a moment later, unless preemption or
 * interrupts are off. */
static inline struct percpu *percpu_this(void)
{
    return cpu_local();
}

/* Keeps the thread on its CPU until as many preemption_enable have followed.  One instruction
 * each; a switch that was due meanwhile comes with the next interrupt, at most a slice later. */
static inline void preemption_disable(void)
{
    cpu_local_preemption_disable();
}

static inline void preemption_enable(void)
{
    cpu_local_preemption_enable();
}
