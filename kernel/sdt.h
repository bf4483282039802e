/* Static probes: places in the source that say what happens there.
 *
 *     SDT_PROBE("rc", "script-done", "char *, int", sdt_pointer(path), (uint64_t)(int64_t)status);
 *
 * is a probe rc:kernel:FUNCTION:script-done with these arguments, each converted to uint64_t, at most ten;
 * FUNCTION is the one that it stands in.  The text before them says what types they have in a D program (args[0]):
 * names of C or of the kernel, with commas between.  Behind a colon may stand what args[] are instead, each with the
 * number of the argument that is translated to it: "pid_t, struct thread * : psinfo_t * = 1".
 *
 * Off, it is one nop.  On, the nop is an int3, whose handler goes on at the code beside the way that makes the
 * arguments and fires: they are computed for nobody else.
 *
 * Context: any from the first line of C on; fires once the framework goes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/cpu.h"
#include "kernel/traps.h"
#include "trace/dtrace/framework.h"

/* One SDT_PROBE in the source. */
struct sdt_site {
    const char *provider, *function, *name, *types;
    uint32_t id; /* of its probe; 0: none */
};

/* One copy of it in the code, of which inlining makes several. */
struct sdt_point {
    uint32_t address; /* of the nop */
    uint32_t target;  /* where it fires */
    struct sdt_site *site;
};

/* A static probe, as above. */
#define SDT_PROBE(of_provider, of_name, of_types, ...)                                             \
    do {                                                                                           \
        __label__ sdt_on;                                                                          \
        static struct sdt_site sdt_site_here __attribute__((section("sdt_sites"), used)) = {       \
            of_provider, __func__, of_name, of_types, 0};                                          \
        CPU_PROBE_POINT(sdt_site_here, sdt_on);                                                    \
        if (0) {                                                                                   \
        sdt_on:                                                                                    \
            __attribute__((cold));                                                                 \
            const uint64_t sdt_arguments[] = {__VA_ARGS__};                                        \
            sdt_fire(&sdt_site_here, sdt_arguments,                                                \
                     sizeof sdt_arguments / sizeof sdt_arguments[0]);                              \
        }                                                                                          \
    } while (0)

static inline uint64_t sdt_pointer(const volatile void *pointer)
{
    return (uintptr_t)pointer;
}

/* Fires a site's probe; only SDT_PROBE calls it. */
void sdt_fire(const struct sdt_site *site, const uint64_t *arguments, uint32_t count);

uint32_t sdt_probes(void); /* that sdt_register adds, at most */
/* Adds a probe for each site that is in the code. */
void sdt_register(struct dtrace *dtrace);

/* An int3 was executed.  False: it is none of these.  Else the frame says where to go on.  Context: that of trap
 * 3. */
bool sdt_trap(struct trap_frame *frame);
