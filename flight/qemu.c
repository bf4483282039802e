/* What QEMU is told. */
#include "flight/qemu.h"

#include <stdlib.h>
#include <string.h>

#include "boot/command_line.h"
#include "boot/console_option.h"
#include "flight/file_bytes.h"
#include "flight/memory.h"

/* The guest's TSC counts instructions of a machine that was reset a moment ago. */
#define COUNTS_FROM_RESET "clock.counts_from_reset=1"
#define IDLE_SPINS        "machdep.idle=spin"

/* Longer quoted words the kernel does not read either (kernel/tunables.c). */
#define CONSOLE_WORD 1024

/* OVMF, where Debian's packages ovmf and ovmf-ia32 put it. */
#define UEFI        "/usr/share/ovmf/OVMF.fd"
#define UEFI32_CODE "/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd"
#define UEFI32_VARS "/usr/share/OVMF/OVMF32_VARS_4M.fd"

struct vector {
    char **items;
    size_t count;
    size_t capacity;
};

static void add(struct vector *vector, const char *argument)
{
    vector->items =
        memory_grown(vector->items, vector->count, &vector->capacity, sizeof *vector->items);
    vector->items[vector->count++] = memory_text("%s", argument);
}

static void add_pair(struct vector *vector, const char *option, const char *value)
{
    add(vector, option);
    add(vector, value);
}

/* What QEMU gives the guest is the kernel's name, a blank and this.  The user's words come last:
 * they overrule, and what they leave open (a quote, -B) swallows nothing. */
static char *append_text(const struct qemu_plan *plan)
{
    if (!plan->deterministic)
        return memory_text("%s", plan->append);
    return memory_text("%s%s%s%s", COUNTS_FROM_RESET, plan->cpus > 1 ? " " IDLE_SPINS : "",
                       *plan->append != '\0' ? " " : "", plan->append);
}

/* The console as the kernel reads it: each valid option overrules those before. */
static uint16_t console_port(const char *line)
{
    char word[CONSOLE_WORD];
    struct console_option console = console_option_default();
    struct command_line_option option;
    struct command_line options = {
        .text = line, .length = strlen(line), .buffer = word, .buffer_size = sizeof word};
    while (command_line_next(&options, &option))
        if (command_line_is(&option, "console") && option.value != NULL)
            (void)console_option_parse(option.value, option.value_length, &console);
    return console.port;
}

/* Which of the four serial ports, from 0, a kernel command line chooses for its console; 0 if it is none of them. */
static uint32_t console(const char *line)
{
    static const uint16_t ports[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};
    uint16_t port = console_port(line);
    for (uint32_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
        if (ports[i] == port)
            return i;
    return 0;
}

/* The modules of -initrd: separated by commas, with those inside doubled. */
static char *join_modules(const struct qemu_plan *plan)
{
    struct file_bytes joined = {0};
    for (size_t i = 0; i < plan->module_count; i++) {
        if (i > 0)
            file_bytes_append_text(&joined, ",");
        for (const char *p = plan->modules[i]; *p != '\0'; p++)
            file_bytes_append(&joined, *p == ',' ? ",," : p, *p == ',' ? 2 : 1);
    }
    return file_bytes_text(&joined);
}

static const char *program(enum qemu_firmware firmware)
{
    return firmware == QEMU_FIRMWARE_UEFI ? "qemu-system-x86_64" : "qemu-system-i386";
}

const char *const *qemu_firmware_files(enum qemu_firmware firmware)
{
    static const char *const none[] = {NULL};
    static const char *const uefi[] = {UEFI, NULL};
    static const char *const uefi32[] = {UEFI32_CODE, UEFI32_VARS, NULL};
    switch (firmware) {
    case QEMU_FIRMWARE_BIOS:
        return none;
    case QEMU_FIRMWARE_UEFI:
        return uefi;
    case QEMU_FIRMWARE_UEFI32:
        return uefi32;
    }
    return none;
}

/* The 32-bit OVMF is one for secure boot: it wants system management mode, and two chips of flash
 * memory.  What it writes there is forgotten. */
static void add_firmware(struct vector *vector, const struct qemu_plan *plan)
{
    if (plan->firmware == QEMU_FIRMWARE_UEFI)
        add_pair(vector, "-bios", UEFI);
    if (plan->firmware != QEMU_FIRMWARE_UEFI32)
        return;
    add_pair(vector, "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=" UEFI32_CODE);
    add_pair(vector, "-drive", "if=pflash,unit=1,format=raw,snapshot=on,file=" UEFI32_VARS);
}

static void add_board(struct vector *vector, const struct qemu_plan *plan)
{
    const bool managed = plan->firmware == QEMU_FIRMWARE_UEFI32;
    const char *machine = plan->machine != NULL ? plan->machine : managed ? "q35" : NULL;
    if (machine == NULL)
        return;
    char *board = memory_text("%s%s", machine, managed ? ",smm=on" : "");
    add_pair(vector, "-machine", board);
    free(board);
    if (strcmp(machine, "isapc") == 0) /* its own one, a 486, has no conditional moves */
        add_pair(vector, "-cpu", "qemu32");
}

/* Instructions are counted on one thread, which takes the CPUs in turn; else QEMU gives each CPU its
 * own thread where the host's memory allows it. */
static void add_cpus(struct vector *vector, const struct qemu_plan *plan)
{
    add_pair(vector, "-accel", plan->deterministic ? "tcg,thread=single" : "tcg");
    char *cpus = memory_text("%u", plan->cpus);
    add_pair(vector, "-smp", cpus);
    free(cpus);
}

static void add_machine(struct vector *vector, const struct qemu_plan *plan)
{
    add_board(vector, plan);
    add_firmware(vector, plan);
    add_pair(vector, "-display", "none");
    add_cpus(vector, plan);
    char *memory = memory_text("%u", plan->memory_mib);
    add_pair(vector, "-m", memory);
    free(memory);
    add_pair(vector, "-device", "isa-debug-exit,iobase=0xf4,iosize=4");
    add_pair(vector, "-d", "cpu_reset");
    add_pair(vector, "-D", plan->log);
}

/* One instruction takes 2^shift ns: 1 ns is the finest, but a loader's waiting would take long.
 *
 * Recording, which nobody reads, keeps QEMU's main loop from looking at a CPU while it runs.  Else it can see one that
 * halts before its last instructions have been counted, and time goes on from there by so many too much
 * (QEMU's icount_start_warp_timer).  It cannot record several CPUs; there the kernel keeps one from halting. */
static void add_determinism(struct vector *vector, const struct qemu_plan *plan)
{
    const bool loader = plan->medium != QEMU_MEDIUM_KERNEL;
    char *count = memory_text("shift=%d,sleep=off%s", loader ? 5 : 0,
                              plan->cpus == 1 ? ",rr=record,rrfile=/dev/null" : "");
    add_pair(vector, "-icount", count);
    free(count);
    add_pair(vector, "-rtc", "base=2000-01-01T00:00:00,clock=vm");
}

/* The console's port is what flight listens to; those before it are there, too. */
static void add_ports(struct vector *vector, const struct qemu_plan *plan)
{
    if (plan->medium == QEMU_MEDIUM_KERNEL) {
        char *append = append_text(plan);
        char *line = memory_text("%s %s", plan->kernel, append);
        for (uint32_t port = console(line); port > 0; port--)
            add_pair(vector, "-serial", "null");
        free(line);
        free(append);
    }
    add_pair(vector, "-serial", "stdio");
}

static void add_kernel(struct vector *vector, const struct qemu_plan *plan)
{
    char *append = append_text(plan);
    add_pair(vector, "-kernel", plan->kernel);
    if (*append != '\0')
        add_pair(vector, "-append", append);
    free(append);
    if (plan->module_count == 0)
        return;
    char *modules = join_modules(plan);
    add_pair(vector, "-initrd", modules);
    free(modules);
}

static void add_image(struct vector *vector, const struct qemu_plan *plan, const char *drive)
{
    char *option = memory_text("%s,format=raw,file=%s", drive, plan->image);
    add_pair(vector, "-drive", option);
    free(option);
}

/* CDs and sticks answer when the host's disk does, and the guest counts instructions until then;
 * what is read from an SD card is there at once, so only that gives equal runs.  The image is to
 * be one of a disk, be it a hybrid one, and its size a power of two. */
static void add_card(struct vector *vector, const struct qemu_plan *plan)
{
    add_image(vector, plan, "if=none,id=card");
    add_pair(vector, "-device", "sdhci-pci");
    add_pair(vector, "-device", "sd-card,drive=card");
}

/* What the guest writes is forgotten. */
static void add_stick(struct vector *vector, const struct qemu_plan *plan)
{
    add_image(vector, plan, "if=none,id=stick,snapshot=on");
    add_pair(vector, "-device", "qemu-xhci");
    add_pair(vector, "-device", "usb-storage,drive=stick");
}

/* QEMU's own DHCP and TFTP servers, and nothing behind them.  They answer an e1000 at once, so
 * that runs are equal.  Its boot ROM has no part for 32-bit UEFI; that one drives a virtio card
 * itself. */
static void add_network(struct vector *vector, const struct qemu_plan *plan)
{
    char *network =
        memory_text("user,id=net,restrict=on,tftp=%s,bootfile=%s", plan->image, plan->boot_file);
    add_pair(vector, "-netdev", network);
    free(network);
    add_pair(vector, "-device",
             plan->firmware == QEMU_FIRMWARE_UEFI32 ? "virtio-net-pci,netdev=net"
                                                    : "e1000,netdev=net");
}

static void add_medium(struct vector *vector, const struct qemu_plan *plan)
{
    if (plan->medium == QEMU_MEDIUM_KERNEL)
        add_kernel(vector, plan);
    else if (plan->medium == QEMU_MEDIUM_NET)
        add_network(vector, plan);
    else if (plan->deterministic)
        add_card(vector, plan);
    else if (plan->medium == QEMU_MEDIUM_CD)
        add_pair(vector, "-cdrom", plan->image);
    else
        add_stick(vector, plan);
}

char **qemu_arguments(const struct qemu_plan *plan)
{
    struct vector vector = {0};
    add(&vector, program(plan->firmware));
    add(&vector, "-nodefaults");
    add(&vector, "-no-reboot");
    add_machine(&vector, plan);
    if (plan->deterministic)
        add_determinism(&vector, plan);
    add_ports(&vector, plan);
    add_medium(&vector, plan);
    for (size_t i = 0; i < plan->extra_count; i++)
        add(&vector, plan->extra[i]);
    vector.items = memory_grown(vector.items, vector.count, &vector.capacity, sizeof *vector.items);
    vector.items[vector.count] = NULL;
    return vector.items;
}

void qemu_arguments_free(char **arguments)
{
    for (char **argument = arguments; *argument != NULL; argument++)
        free(*argument);
    free(arguments);
}
