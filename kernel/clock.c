/* How fast the TSC counts.
 *
 * In this order: CPUID 0x15 with a crystal frequency; CPUID 0x15 and 0x16 together; the
 * hypervisor's leaf 0x40000010; the 8254 timer.  A rate that the CPU states is checked
 * against the timer all the same.  Nothing of this waits without a bound. */
#include "kernel/clock.h"

#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/pit.h"
#include "kernel/tslog.h"

enum {
    WINDOWS = 24,          /* at most; seldom more than three */
    AGREE = 3,             /* windows that must */
    GOOD_PPB = 10000000,   /* 1 percent: how far these may lie apart */
    WINDOW_COUNTS = 17898, /* of the timer: 15 ms; below 32768, so it cannot be mistaken */
    FIRST_SPINS = 1024,    /* rounds before the first look */
    LOOKS = 48,
    SPINS_MAX = 1 << 26,         /* in a row, while the timer seems not to count */
    CPUID_HYPERVISOR = 1u << 31, /* CPUID.1:ECX */
    DISAGREE_PPM = 10000,
};

/* The timer and the TSC read together: the TSC stands within `bracket` of the count. */
struct reading {
    uint64_t tsc;
    uint64_t bracket;
    uint16_t count;
};

static struct reading read_both(void)
{
    uint64_t before = cpu_tsc();
    uint16_t count = pit_read_stopwatch();
    uint64_t after = cpu_tsc();
    return (struct reading){before + (after - before) / 2, after - before, count};
}

/* How long to spin before the next look: port reads are slow under emulators, so each look goes
 * half of the way that is left, and the last ones small steps. */
static uint64_t next_spins(uint64_t spins, uint64_t total, uint32_t counts)
{
    if (counts == 0)
        return spins < SPINS_MAX ? spins * 2 : 0;
    uint64_t half = (WINDOW_COUNTS - counts) * total / counts / 2;
    return half < SPINS_MAX ? half + FIRST_SPINS : SPINS_MAX;
}

enum measurement {
    MEASURED,
    FAILED, /* something came between */
    DEAD,   /* the timer does not count */
};

static enum measurement measure(uint64_t *hz, uint64_t *error_ppb)
{
    struct reading start = read_both();
    uint64_t total = 0, spins = FIRST_SPINS;
    for (uint32_t looks = 0; looks < LOOKS && spins > 0; looks++) {
        cpu_spin((uint32_t)spins);
        total += spins;
        struct reading now = read_both();
        uint16_t counts = (uint16_t)(start.count - now.count);
        uint64_t cycles = now.tsc - start.tsc;
        if (cycles == 0)
            return DEAD;
        if (counts < WINDOW_COUNTS) {
            spins = next_spins(spins, total, counts);
            continue;
        }
        *hz = cycles * PIT_HZ / counts;
        /* One count at each end, and half of each bracket. */
        *error_ppb = 1000000000ull / counts + (start.bracket + now.bracket) * 500000000 / cycles;
        return MEASURED;
    }
    return spins == 0 ? DEAD : FAILED;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* Rates that have been measured, the lowest first. */
struct rates {
    uint64_t hz[WINDOWS];
    uint32_t count;
    uint64_t worst_ppb; /* error of a single window */
};

static void add(struct rates *rates, uint64_t hz, uint64_t error_ppb)
{
    uint32_t at = rates->count++;
    for (; at > 0 && rates->hz[at - 1] > hz; at--)
        rates->hz[at] = rates->hz[at - 1];
    rates->hz[at] = hz;
    if (error_ppb > rates->worst_ppb)
        rates->worst_ppb = error_ppb;
}

/* How far the lowest ones lie apart, in steps of 1 ppm. */
static uint64_t spread_ppb(const struct rates *rates)
{
    return (rates->hz[AGREE - 1] - rates->hz[0]) * 1000000 / rates->hz[1] * 1000;
}

static bool agree(const struct rates *rates)
{
    return rates->count >= AGREE && spread_ppb(rates) <= GOOD_PPB;
}

/* The lowest three: a busy host takes the CPU of its guest away for longer than the timer goes round
 * in, 55 ms, and such a window counts too little of the timer, never too much. */
static struct trace_clock calibrate(void)
{
    TSSCOPE("calibrate");
    struct rates rates = {0};
    uint64_t hz = 0, error = 0;
    pit_start_stopwatch();
    for (uint32_t i = 0; i < WINDOWS && !agree(&rates); i++) {
        TSENTER("DELAY");
        enum measurement result = measure(&hz, &error);
        TSEXIT("DELAY");
        if (result == DEAD)
            break;
        if (result == MEASURED && error <= GOOD_PPB)
            add(&rates, hz, error);
    }
    if (rates.count < AGREE)
        return (struct trace_clock){0};
    uint64_t spread = spread_ppb(&rates);
    uint64_t uncertainty = spread > rates.worst_ppb ? spread : rates.worst_ppb;
    return (struct trace_clock){
        .tsc_hz = rates.hz[agree(&rates) ? 1 : 0],
        .method = TRACE_CLOCK_PIT,
        .uncertainty_ppb = uncertainty > UINT32_MAX ? UINT32_MAX : (uint32_t)uncertainty,
    };
}

/* What the CPU or the hypervisor says.  Leaves above the largest one repeat another's data, so
 * the bound comes first (SDM volume 2, CPUID). */
static struct trace_clock ask(void)
{
    uint32_t basic = cpu_id(0).eax;
    struct cpuid ratio = basic >= 0x15 ? cpu_id(0x15) : (struct cpuid){0};
    struct cpuid base = basic >= 0x16 ? cpu_id(0x16) : (struct cpuid){0};
    if (ratio.eax != 0 && ratio.ebx != 0 && ratio.ecx != 0)
        return (struct trace_clock){.tsc_hz = (uint64_t)ratio.ecx * ratio.ebx / ratio.eax,
                                    .method = TRACE_CLOCK_CPUID_15H,
                                    .uncertainty_ppb = 100000}; /* a crystal: 100 ppm */
    if (ratio.eax != 0 && ratio.ebx != 0 && (base.eax & 0xffff) != 0)
        return (struct trace_clock){.tsc_hz = (uint64_t)(base.eax & 0xffff) * 1000000,
                                    .method = TRACE_CLOCK_CPUID_16H,
                                    .uncertainty_ppb = 1000000}; /* stated in whole MHz */
    if (cpu_id(1).ecx & CPUID_HYPERVISOR) {
        struct cpuid range = cpu_id(0x40000000);
        uint32_t khz =
            range.eax >= 0x40000010 && range.eax <= 0x4fffffff ? cpu_id(0x40000010).eax : 0;
        if (khz != 0)
            return (struct trace_clock){.tsc_hz = (uint64_t)khz * 1000,
                                        .method = TRACE_CLOCK_HYPERVISOR,
                                        .uncertainty_ppb = 1000000};
    }
    return (struct trace_clock){0};
}

/* A TSC that counts from reset is small when the kernel starts; a virtual machine's may carry
 * any offset, so there only somebody from outside can know. */
static bool counts_from_reset(uint64_t entry_tsc, uint64_t hz, enum clock_origin origin)
{
    if (origin != CLOCK_ORIGIN_GUESS)
        return origin == CLOCK_ORIGIN_RESET;
    bool virtual_machine = cpu_id(1).ecx & CPUID_HYPERVISOR;
    return !virtual_machine && hz != 0 && entry_tsc / hz < 600;
}

struct trace_clock clock_find(uint64_t entry_tsc, enum clock_origin origin)
{
    struct trace_clock stated = ask();
    struct trace_clock measured = calibrate();
    struct trace_clock clock = stated.tsc_hz != 0 ? stated : measured;
    if (stated.tsc_hz != 0 && measured.tsc_hz != 0 &&
        distance(stated.tsc_hz, measured.tsc_hz) / (stated.tsc_hz / 1000000 + 1) > DISAGREE_PPM)
        log_line("clock: %s says %llu Hz, the timer measures %llu Hz; the former is used",
                 trace_clock_method_name((enum trace_clock_method)stated.method),
                 (unsigned long long)stated.tsc_hz, (unsigned long long)measured.tsc_hz);
    if (clock.tsc_hz == 0)
        log_line("clock: the TSC rate is unknown (no CPUID leaf, and the timer does not count); "
                 "times are in cycles");
    clock.counts_from_reset = counts_from_reset(entry_tsc, clock.tsc_hz, origin);
    return clock;
}
