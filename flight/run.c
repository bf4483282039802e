/* flight run: boots the kernel in QEMU, shows and keeps what it tells, and says how it ended. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flight/emulator.h"
#include "flight/ending.h"
#include "flight/interrupt.h"
#include "flight/moment.h"
#include "flight/overwrite.h"
#include "flight/qemu.h"
#include "flight/run_plan.h"
#include "flight/traced_run.h"

enum {
    MEMORY_MIB = 128,
    MEMORY_MIN_MIB = 3, /* in less the kernel's stacks lie behind the end of memory */
    CPUS_MAX = 32,      /* as many as the kernel takes */
    TIMEOUT_S = 120,
    LINGER_MS = 2000,          /* from the verdict to the end of QEMU */
    DRAIN_MS = 1000,           /* for what a killed QEMU left in the pipe */
    ARGUMENT_SIZE = 32 * 4096, /* of one argument, with its zero (MAX_ARG_STRLEN of Linux) */
};

struct run {
    struct run_plan plan;
    uint32_t timeout_s; /* 0: the usual one */
    bool quiet;
    const char *output;
    const char *socket; /* where others may attach; NULL: nowhere */
    struct traced_run traced;
};

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Listens until QEMU has ended, or has to be ended. */
static enum outcome_carrier listen(struct live *live, struct emulator *emulator,
                                   int64_t deadline_ms)
{
    enum live_end end = live_listen(live, emulator->serial, deadline_ms, true);
    if (live->verdict)
        deadline_ms = sooner(deadline_ms, moment_now_ms() + LINGER_MS);
    if (end == LIVE_END_VERDICT)
        end = live_listen(live, emulator->serial, deadline_ms, false);
    if (end == LIVE_END_INPUT && emulator_wait(emulator, deadline_ms))
        return WIFSIGNALED(emulator->wait_status) ? OUTCOME_SIGNALLED : OUTCOME_EXITED;
    emulator_kill(emulator);
    if (end == LIVE_END_DEADLINE)
        (void)live_listen(live, emulator->serial, moment_now_ms() + DRAIN_MS, false);
    if (live->verdict)
        return OUTCOME_LINE;
    return end == LIVE_END_FULL ? OUTCOME_EXCESS : OUTCOME_TIMEOUT;
}

static struct file_bytes read_staged(const struct staging *staging, const char *name)
{
    struct file_bytes file = {0};
    char *path = staging_path(staging, name);
    (void)file_bytes_read(&file, path); /* QEMU may not have come so far as to write it */
    free(path);
    return file;
}

static bool hears(const struct run *run)
{
    return run->plan.interactive || run->socket != NULL;
}

static int64_t deadline_of(const struct run *run)
{
    if (run->timeout_s != 0)
        return moment_now_ms() + (int64_t)run->timeout_s * 1000;
    return run->plan.interactive ? MOMENT_NEVER : moment_now_ms() + TIMEOUT_S * 1000;
}

/* Where the kernel's text goes: it gives way to what is traced. */
static int shown_on(const struct run *run)
{
    if (run->quiet)
        return -1;
    if (!traced_run_wanted(&run->traced) || run->plan.interactive)
        return STDOUT_FILENO;
    return run->traced.console ? STDERR_FILENO : -1;
}

static enum flight_status watch(const struct run *run, const struct staging *staging,
                                struct emulator *emulator, struct attach *attach, int output)
{
    struct live live;
    live_start(&live, shown_on(run), output);
    live.attach = hears(run) ? attach : NULL;
    int64_t deadline_ms = deadline_of(run);
    struct outcome outcome = {.timeout_s = run->timeout_s != 0 ? run->timeout_s : TIMEOUT_S};
    attach_begin(attach, emulator->input);
    outcome.carrier = listen(&live, emulator, deadline_ms);
    attach_end(attach);
    live_finish(&live, deadline_ms);
    outcome.exit_status = WEXITSTATUS(emulator->wait_status);
    outcome.signal_number = WTERMSIG(emulator->wait_status);
    struct file_bytes log = read_staged(staging, "qemu.log");
    struct file_bytes messages = read_staged(staging, "qemu.messages");
    outcome.triple_fault = file_bytes_has(&log, "Triple fault");
    enum flight_status status = ending_tell(run->plan.command, &live, &outcome, &messages);
    if (traced_run_wanted(&run->traced))
        status = traced_run_tell(&run->traced, &run->plan, &live.bytes, status);
    file_bytes_free(&log);
    file_bytes_free(&messages);
    live_free(&live);
    return status;
}

/* False after one line that says which argument no program can be given. */
static bool arguments_fit(const struct run *run, char **arguments)
{
    for (size_t i = 1; arguments[i] != NULL; i++)
        if (strlen(arguments[i]) >= ARGUMENT_SIZE) {
            (void)flight_refuse(run->plan.command, FLIGHT_HOST,
                                "QEMU's %s would have %zu bytes, and Linux passes on only %d",
                                arguments[i - 1], strlen(arguments[i]), ARGUMENT_SIZE - 1);
            return false;
        }
    return true;
}

static enum flight_status start(const struct run *run, const struct staging *staging,
                                char **arguments, struct attach *attach, int output)
{
    char *messages = staging_path(staging, "qemu.messages");
    struct emulator emulator;
    /* What recording prevents with one CPU (add_determinism in qemu.c), and IDLE_SPINS with several, this makes rare
     * where a medium's menu has no such word. */
    const bool stays = run->plan.deterministic && run->plan.cpus > 1;
    int error = emulator_start(&emulator, arguments, staging->work, messages, hears(run), stays);
    free(messages);
    if (error == ENOENT)
        return flight_refuse(run->plan.command, FLIGHT_HOST, "there is no %s in PATH",
                             arguments[0]);
    if (error != 0)
        return flight_refuse(run->plan.command, FLIGHT_HOST, "cannot start %s: %s", arguments[0],
                             strerror(error));
    enum flight_status status = watch(run, staging, &emulator, attach, output);
    close(emulator.serial);
    return status;
}

static enum flight_status launch(const struct run *run, const struct staging *staging, int output)
{
    char **arguments = run_plan_arguments(&run->plan, staging);
    struct attach attach;
    enum flight_status status = FLIGHT_HOST;
    if (attach_open(&attach, run->plan.command, run->socket, run->plan.interactive) &&
        arguments_fit(run, arguments))
        status = start(run, staging, arguments, &attach, output);
    attach_close(&attach);
    qemu_arguments_free(arguments);
    return status;
}

static enum flight_status play(const struct run *run)
{
    int output = -1;
    enum flight_status status = FLIGHT_HOST;
    struct staging staging = {0};
    interrupt_catch();
    enum flight_status staged = run_plan_stage(&run->plan, &staging);
    if (staged == FLIGHT_SUCCESS && ending_open_output(run->plan.command, run->output, &output))
        status = launch(run, &staging, output);
    else if (interrupt_signal() != 0)
        status = interrupt_status();
    else if (staged != FLIGHT_SUCCESS)
        status = staged;
    if (!ending_close_output(run->plan.command, run->output, output))
        status = FLIGHT_HOST;
    staging_remove(&staging);
    return status;
}

static bool parse(struct run *run, size_t count, char **arguments, enum flight_status *status)
{
    const struct option_spec own[] = {
        {.name = "kernel", .text = &run->plan.kernel},
        {.name = "iso", .text = &run->plan.iso},
        {.name = "disk", .text = &run->plan.disk},
        {.name = "net", .text = &run->plan.net},
        {.name = "machine", .text = &run->plan.machine},
        {.name = "firmware", .text = &run->plan.firmware_name},
        {.name = "append", .text = &run->plan.append},
        {.name = "module", .list = &run->plan.modules},
        {.name = "memory",
         .number = &run->plan.memory_mib,
         .minimum = MEMORY_MIN_MIB,
         .maximum = 1u << 20},
        {.name = "smp", .number = &run->plan.cpus, .minimum = 1, .maximum = CPUS_MAX},
        {.name = "exec", .list = &run->plan.exec},
        {.name = "deterministic", .flag = &run->plan.deterministic},
        {.name = "timeout", .number = &run->timeout_s, .minimum = 1, .maximum = 1u << 20},
        {.name = "qemu-arg", .list = &run->plan.extra},
        {.name = "output", .letter = 'o', .text = &run->output},
        {.name = "quiet", .flag = &run->quiet},
        {.name = "socket", .text = &run->socket},
        {.name = "interactive", .letter = 'i', .flag = &run->plan.interactive},
        {.name = "bare", .flag = &run->plan.bare},
        {.name = "enable", .text = &run->traced.path},
        {.name = "demo", .flag = &run->traced.demo},
        {.name = "real-time", .flag = &run->traced.real_time},
        {.name = "format", .text = &run->traced.format, .choices = options_formats},
        {.name = "console", .flag = &run->traced.console},
    };
    struct option_spec specs[sizeof own / sizeof own[0] + ENABLING_SPECS];
    memcpy(specs, own, sizeof own);
    enabling_words_specs(&run->traced.words, specs + sizeof own / sizeof own[0]);
    const struct options options = {.command = run->plan.command,
                                    .specs = specs,
                                    .count = sizeof specs / sizeof specs[0],
                                    .more = &run->traced.words.arguments};
    return options_parse(&options, count, arguments, status);
}

static enum flight_status prepare_tracing(struct run *run)
{
    const struct traced_run *traced = &run->traced;
    if (traced_run_wanted(traced))
        return traced_run_prepare(&run->traced, &run->plan);
    const bool lost = traced->words.words.count + traced->words.arguments.count > 0 ||
                      traced->words.strict || traced->demo || traced->real_time ||
                      traced->console || traced->format != NULL;
    if (!lost)
        return FLIGHT_SUCCESS;
    return flight_misuse(run->plan.command,
                         "there is no program for that: -n, -s or --enable brings one");
}

/* Whether the capture takes the place of nothing that is read. */
static bool spares(const struct run *run)
{
    const struct option_words *words = &run->traced.words.words;
    if (overwrite_refused(run->plan.command, run->traced.path, run->output))
        return false;
    for (size_t i = 0; i < words->count; i++)
        if (words->items[i].letter == 's' &&
            overwrite_refused(run->plan.command, words->items[i].value, run->output))
            return false;
    return run_plan_spares(&run->plan, run->output);
}

static enum flight_status run_checked(struct run *run)
{
    if (run->plan.interactive && run->quiet)
        return flight_misuse(run->plan.command, "--interactive shows what --quiet hides");
    enum flight_status prepared = prepare_tracing(run);
    if (prepared != FLIGHT_SUCCESS)
        return prepared;
    if (!run_plan_usable(&run->plan))
        return FLIGHT_USAGE;
    run_plan_complete(&run->plan);
    if (!spares(run))
        return FLIGHT_USAGE;
    return run_plan_readable(&run->plan) ? play(run) : FLIGHT_HOST;
}

static enum flight_status run_main(const struct flight_command *command, size_t count,
                                   char **arguments)
{
    struct run run = {
        .plan = {.command = command, .memory_mib = MEMORY_MIB, .cpus = 1},
    };
    enum flight_status status;
    if (parse(&run, count, arguments, &status))
        status = run_checked(&run);
    run_plan_free(&run.plan);
    traced_run_free(&run.traced);
    return status;
}

const struct flight_command run_command = {
    .name = "run",
    .synopsis =
        "[--kernel ELF | --iso ISO | --disk IMAGE | --net DIR] [--append TEXT]\n"
        "                  [--module 'FILE options']... [--bare] [--machine NAME]\n"
        "                  [--firmware NAME] [--memory MIB] [--smp N] [--exec COMMAND]...\n"
        "                  [--deterministic] [--timeout SECONDS] [--qemu-arg ARG]... [-o CAPTURE]\n"
        "                  [--quiet] [-i | --interactive] [--socket PATH]\n"
        "                  [--enable PATH | " ENABLING_WORDS_SYNOPSIS "\n"
        "                  [ARGUMENT]...] [--demo] [--real-time] [--console] [--format text|json]",
    .help =
        "Boots the kernel in QEMU and shows its serial line without the frames.\n"
        "\n"
        "  --kernel ELF       default: firstlight.elf beside flight\n"
        "  --iso ISO          boots a CD instead; it brings its own menu, as the next two do\n"
        "  --disk IMAGE       boots the image of a USB stick, which is not written to\n"
        "  --net DIR          boots from a network whose TFTP server has this folder: its "
        "grub.pxe,\n"
        "                     with UEFI bootx64.efi or bootia32.efi, or boot/grub/pxe.0 and so on\n"
        "  --append TEXT      kernel command line\n"
        "  --module STRING    a boot module: a file, and options behind a blank\n"
        "  --bare             do not add boot_archive as type=rootfs\n"
        "  --machine NAME     pc (default), q35; isapc or microvm for --kernel\n"
        "  --firmware NAME    bios (default); uefi or uefi32, not for --kernel\n"
        "  --memory MIB       default 128, at least 3\n"
        "  --smp N            CPUs, 1 (default) to 32\n"
        "  --exec COMMAND     the kernel runs it once it is multi-user, then shuts down; may be\n"
        "                     repeated.  A medium gets a copy with a file etc/autoexec\n"
        "  --deterministic    count instructions instead of time: equal runs give equal captures\n"
        "                     (a medium with several CPUs nearly always); uefi only for --net,\n"
        "                     uefi32 not\n"
        "  --timeout SECONDS  default 120, with --interactive none\n"
        "  --qemu-arg ARG     one more argument for QEMU\n"
        "  -o CAPTURE         also keep the raw serial stream\n"
        "  --quiet            show only the status line\n"
        "  -i, --interactive  what is typed goes to the kernel, in real time: adds shell=1 to its\n"
        "                     command line (a medium has its own) and waits for ever.  On a "
        "terminal\n"
        "                     every key is the kernel's; ^] q ends the run, ^] ^] sends ^]\n"
        "  --socket PATH      others may attach there ('flight console PATH')\n"
        "\n"
        "With an enabling, what it recorded is printed instead, as by dtrace(1M), and nothing else "
        "on\n"
        "standard output.  Unless something else is said, the boot is deterministic and short.\n"
        "\n"
        "  --enable PATH      the folder of 'flight enable', a dtrace.conf or a DOF "
        "object\n" ENABLING_WORDS_HELP
        "  --demo             boots the demonstration, with all its services\n"
        "  --real-time        not --deterministic\n"
        "  --format FORMAT    text (default), or json: an object a line\n"
        "  --console          shows the kernel's text, too, on standard error\n"
        "\n"
        "Its exit status is then the value of exit(), if the guest said success, and 1 for a "
        "program\n"
        "that is refused, here or by the kernel.\n"
        "\n"
        "Exit status: 0 the guest said success, 1 it said failure, 2 bad usage, 3 it died (panic,\n"
        "triple fault, reset), 4 timeout, 5 the host is at fault.\n",
    .run = run_main,
};
