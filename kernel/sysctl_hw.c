/* sysctls: the machine. */
#include "kernel/boot_info.h"
#include "kernel/percpu.h"
#include "kernel/sysctl.h"

SYSCTL_CONSTANT(machine, "hw.machine", SYSCTL_STRING, "i386", "Machine class");
SYSCTL_CONSTANT(machine_arch, "hw.machine_arch", SYSCTL_STRING, "i386", "Architecture of the CPU");
SYSCTL_CONSTANT(pagesize, "hw.pagesize", SYSCTL_UNSIGNED, "4096", "Bytes of a page of memory");

static void read_ncpu(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    uint32_t online = 0;
    for (uint32_t i = 0; i < percpu_count(); i++)
        online += percpu_at(i)->online;
    sysctl_print_unsigned(sink, online);
}

static void read_found(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, percpu_count());
}

SYSCTL_OID(ncpu, .name = "hw.ncpu", .help = "CPUs that run threads", .kind = SYSCTL_UNSIGNED,
           .read = read_ncpu);
SYSCTL_OID(ncpu_found, .name = "hw.ncpu_found", .help = "CPUs that the firmware lists",
           .kind = SYSCTL_UNSIGNED, .read = read_found);

/* Text that CPUID gives in registers: NULs and blanks around it do not count. */
static void print_trimmed(const struct text_sink *sink, const char *text, size_t size)
{
    size_t length = 0;
    while (length < size && text[length] != '\0')
        length++;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    for (; length > 0 && *text == ' '; length--)
        text++;
    text_print_foreign(sink, text, length);
}

/* The processor brand string (SDM volume 2, CPUID, leaves 0x80000002 to 0x80000004). */
static bool print_brand(const struct text_sink *sink)
{
    struct cpuid brand[3];
    if (cpu_id(0x80000000).eax < 0x80000004)
        return false;
    for (uint32_t i = 0; i < 3; i++)
        brand[i] = cpu_id(0x80000002 + i);
    print_trimmed(sink, (const char *)brand, sizeof brand);
    return true;
}

static void read_model(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    if (print_brand(sink))
        return;
    struct cpuid first = cpu_id(0), second = cpu_id(1);
    const uint32_t vendor[] = {first.ebx, first.edx, first.ecx};
    uint32_t family = second.eax >> 8 & 0xf, model = second.eax >> 4 & 0xf;
    print_trimmed(sink, (const char *)vendor, sizeof vendor);
    text_print(sink, " family %u model %u stepping %u", family, model, second.eax & 0xf);
}

SYSCTL_OID(model, .name = "hw.model", .help = "Model of the CPU", .kind = SYSCTL_STRING,
           .read = read_model);

static void read_physmem(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, boot_info_memory_kib() * 1024);
}

static void read_usermem(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    (void)oid;
    sysctl_print_unsigned(sink, boot_info_free_bytes());
}

SYSCTL_OID(physmem, .name = "hw.physmem",
           .help = "Bytes of memory that the loader's map calls free; 0: it says nothing",
           .kind = SYSCTL_UNSIGNED, .read = read_physmem);
SYSCTL_OID(usermem, .name = "hw.usermem",
           .help = "Bytes of that memory that nobody uses: neither the kernel nor the boot modules",
           .kind = SYSCTL_UNSIGNED, .read = read_usermem);
