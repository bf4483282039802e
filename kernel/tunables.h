/* What can be set from outside: one table (boot/tunable.h says who wins), filled from the
 * command line, environment modules and etc/system. */
#pragma once

#include "boot/console_option.h"
#include "boot/tunable.h"

enum tunable_id {
    TUNABLE_TRACE_BOOT, /* events that the boot table keeps, per CPU */
    TUNABLE_TRACE_RUN,
    TUNABLE_TRACE_SHUTDOWN,
    TUNABLE_TRACE_ENABLED,      /* static sites record */
    TUNABLE_BOOTTRACE_ENABLED,  /* boottrace events are kept */
    TUNABLE_DOTRACE_KERNEL,     /* those of the kernel */
    TUNABLE_DOTRACE_USER,       /* those of processes */
    TUNABLE_SHUTDOWN_TRACE,     /* the shutdown table goes to the console while it fills */
    TUNABLE_SHUTDOWN_THRESHOLD, /* ms, int64_t */
    TUNABLE_TSLOG,              /* 0 off, 1 on, 2 as boottrace */
    TUNABLE_TSLOG_SIZE,         /* records that TSLOG keeps, per CPU */
    TUNABLE_WORKLOAD,           /* plain events into each table */
    TUNABLE_TORTURE,            /* events to be recorded by threads that do much else */
    TUNABLE_COUNTS_FROM_RESET,  /* 0 or 1: the TSC does, or not; 2: the kernel guesses */
    TUNABLE_IDLE,               /* enum idle */
    TUNABLE_FAULT,              /* enum fault */
    TUNABLE_FAULT_CPU,
    TUNABLE_FAULT_CONTEXT, /* enum fault_context */
    TUNABLE_FAULT_PHASE,   /* enum fault_phase */
    TUNABLE_CONSOLE,
    TUNABLE_TTYA_MODE,
    TUNABLE_TTYB_MODE,
    TUNABLE_MAXCPUS,          /* CPUs that are started, the boot CPU included */
    TUNABLE_MAXPROC,          /* threads that there can be at a time */
    TUNABLE_SHELL,            /* a shell on the console, instead of the shutdown after multi-user */
    TUNABLE_BOOT_SINGLE,      /* single-user operation first */
    TUNABLE_RC_TIMEOUT,       /* seconds that /etc/rc may take, 0: for ever */
    TUNABLE_SHUTDOWN_TIMEOUT, /* and /etc/rc.shutdown */
    TUNABLE_SHOW,             /* print this table */
    TUNABLE_SEED,             /* of what varies (kernel/jitter.h) */
    TUNABLE_ARP_PROBES,       /* how often others are asked for an address; 0: never */
    TUNABLE_READ_ARCHIVE,     /* read the boot archive's bytes once, as a floor for a benchmark */
    TUNABLE_DTRACE_NO_DESTRUCTION, /* destructive actions of enablings are refused */
    TUNABLE_DTRACE_WAIT,  /* seconds that multi-user operation waits for exit() of an enabling */
    TUNABLE_DTRACE_PRINT, /* what nobody has claimed is printed at the end */
    TUNABLE_DTRACE_DEADMAN, /* ns; a CPU that spends nine tenths of it in probes ends tracing, 0: none */
    TUNABLE_COUNT,
};

/* `machdep.idle=`: what the boot CPU does while it has no thread to run; the others halt. */
enum idle {
    IDLE_HLT,
    IDLE_SPIN, /* an emulator that counts instructions never has to guess how long all CPUs have slept */
};

/* `fault=`: how to die, in the phase of `fault.phase=` unless the name says otherwise. */
enum fault {
    FAULT_NONE,
    FAULT_PANIC,
    FAULT_INT3,
    FAULT_STACK,
    FAULT_TRIPLE,
    FAULT_LOOP,
    FAULT_NULL,
    FAULT_RESET,
    FAULT_EARLY,  /* a panic before there is a console */
    FAULT_NESTED, /* a trap inside a panic, when it begins with the tables */
    FAULT_ARENA,  /* the tables are lost: a trap inside a panic, and again inside those */
    FAULT_TEXT,   /* a write to the kernel's code */
    FAULT_DIVIDE, /* a division by zero */
};

/* `fault.context=`: who dies. */
enum fault_context {
    FAULT_IN_PROCESS,
    FAULT_IN_KERNEL, /* a thread of the kernel */
    FAULT_IN_INTERRUPT,
};

/* `fault.phase=`: when to die. */
enum fault_phase {
    FAULT_AT_KERNEL, /* the kernel is initialised */
    FAULT_AT_INIT,   /* init has started */
    FAULT_AT_RC,     /* /etc/rc has ended */
    FAULT_AT_MULTI_USER,
    FAULT_AT_SHUTDOWN, /* init has begun with it */
    FAULT_AT_FINAL,    /* the kernel's own last step: nobody else runs */
};

/* Reads `console=` and illumos' ttya-mode and ttyb-mode from the line, in silence. */
struct console_option tunables_console(const char *line, uint32_t length);

/* Reads the command line; what is not understood is one line on the console, if there is one
 * yet, with what holds instead.  The first call gives everything its default.  May be called
 * again. */
void tunables_read(const char *line, uint32_t length);

/* Where a value stands: a file's name, and what boot/tunable.h wants to know. */
struct tunables_place {
    struct slice where;
    struct tunable_source source;
};

/* Set a tunable by name; what does not fit is one line on the console, and the value stays. */
void tunables_set_text(const struct tunables_place *place, struct slice name, struct slice value);
void tunables_set_number(const struct tunables_place *place, struct slice name, char operator,
                         uint64_t number);

/* Tells the host what differs from the defaults, and prints the whole table if that was asked
 * for. */
void tunables_tell(void);

/* Its present value; of a switch 0 or 1, of a choice its number.  Context: any. */
uint64_t tunable(enum tunable_id id);

/* All that is known of one. */
const struct tunable *tunables_at(enum tunable_id id);

/* What fault= asks for. */
enum fault tunables_fault(void);

/* Walks the values of exec="..." on the command line: *at is 0 at first.  False at the end. */
bool tunables_next_exec(uint32_t *at, struct slice *command);
