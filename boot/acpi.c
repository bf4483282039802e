/* Just enough ACPI to switch the machine off: tables by signature, and the package \_S5_. */
#include "boot/acpi.h"

#include <stddef.h>

#include "boot/bytes.h"

enum {
    RSDP_REVISION = 15,
    RSDP_RSDT = 16,
    RSDP_V1_LENGTH = 20,
    RSDP_LENGTH = 20, /* from revision 2 on */
    RSDP_XSDT = 24,   /* from revision 2 on */
    RSDP_V2_LENGTH = 36,

    TABLE_LENGTH = 4,
    TABLE_HEADER = 36,

    FADT_DSDT = 40,
    FADT_SMI_COMMAND = 48,
    FADT_ACPI_ENABLE = 52,
    FADT_PM1A_CONTROL = 64,
    FADT_PM1B_CONTROL = 68,
    FADT_LEAST = 72,

    AML_ZERO = 0x00,
    AML_ONE = 0x01,
    AML_NAME = 0x08,
    AML_BYTE = 0x0a,
    AML_WORD = 0x0b,
    AML_DWORD = 0x0c,
    AML_PACKAGE = 0x12,
    AML_ROOT = 0x5c, /* '\\' */

    SLEEP_TYPE_MOST = 7, /* SLP_TYPx has three bits */
};

/* The part that revision 2 added. */
static bool extension_is_valid(const struct physical_memory *memory, uint32_t address)
{
    const uint8_t *rsdp = physical_bytes_at(memory, address, RSDP_V2_LENGTH);
    if (rsdp == NULL)
        return false;
    uint32_t length = read_le32(rsdp + RSDP_LENGTH);
    return length >= RSDP_V2_LENGTH && physical_bytes_at(memory, address, length) != NULL &&
           firmware_sums_to_zero(rsdp, length);
}

bool acpi_rsdp_is_valid(const struct physical_memory *memory, uint32_t address)
{
    const uint8_t *rsdp = physical_bytes_at(memory, address, RSDP_V1_LENGTH);
    if (rsdp == NULL || __builtin_memcmp(rsdp, "RSD PTR ", 8) != 0 ||
        !firmware_sums_to_zero(rsdp, RSDP_V1_LENGTH))
        return false;
    return rsdp[RSDP_REVISION] < 2 || extension_is_valid(memory, address);
}

bool acpi_find_rsdp(const struct physical_memory *memory, uint32_t start, uint32_t end,
                    uint32_t *address)
{
    return firmware_find(memory, start, end, acpi_rsdp_is_valid, address);
}

static bool read_table(const struct physical_memory *memory, uint32_t address,
                       const char *signature, struct acpi_table *table)
{
    const uint8_t *bytes = physical_bytes_at(memory, address, TABLE_HEADER);
    if (bytes == NULL || __builtin_memcmp(bytes, signature, 4) != 0)
        return false;
    uint32_t length = read_le32(bytes + TABLE_LENGTH);
    if (length < TABLE_HEADER || physical_bytes_at(memory, address, length) == NULL ||
        !firmware_sums_to_zero(bytes, length))
        return false;
    *table = (struct acpi_table){bytes, address, length};
    return true;
}

/* The table of all tables; its entries are addresses of `width` bytes. */
struct root {
    struct acpi_table table;
    uint32_t width; /* 4 or 8 */
};

/* The RSDT, else the XSDT: what is in reach is in the first where there is one. */
static bool read_root(const struct physical_memory *memory, uint32_t address, struct root *root)
{
    if (!acpi_rsdp_is_valid(memory, address))
        return false;
    const uint8_t *rsdp = physical_bytes_at(memory, address, RSDP_V1_LENGTH);
    root->width = 4;
    if (read_table(memory, read_le32(rsdp + RSDP_RSDT), "RSDT", &root->table))
        return true;
    root->width = 8;
    if (rsdp[RSDP_REVISION] < 2)
        return false;
    uint64_t extended = read_le64(rsdp + RSDP_XSDT);
    return extended <= UINT32_MAX && read_table(memory, (uint32_t)extended, "XSDT", &root->table);
}

bool acpi_find_table(const struct physical_memory *memory, uint32_t rsdp, const char *signature,
                     struct acpi_table *table)
{
    struct root root;
    if (!read_root(memory, rsdp, &root))
        return false;
    for (uint32_t at = TABLE_HEADER; root.table.length - at >= root.width; at += root.width) {
        const uint8_t *entry = root.table.bytes + at;
        if (root.width == 8 && read_le32(entry + 4) != 0)
            continue; /* above 4 GiB */
        const uint8_t *bytes = physical_bytes_at(memory, read_le32(entry), 4);
        if (bytes != NULL && __builtin_memcmp(bytes, signature, 4) == 0)
            return read_table(memory, read_le32(entry), signature, table);
    }
    return false;
}

/* AML that is being read: never beyond `end`. */
struct aml {
    const uint8_t *at;
    const uint8_t *end;
};

static bool aml_number(struct aml *aml, size_t length, uint32_t *value)
{
    if ((size_t)(aml->end - aml->at) < length)
        return false;
    *value = 0;
    for (size_t i = 0; i < length; i++)
        *value |= (uint32_t)*aml->at++ << (8 * i);
    return true;
}

/* A constant integer of up to 32 bits. */
static bool aml_constant(struct aml *aml, uint32_t *value)
{
    uint32_t op;
    if (!aml_number(aml, 1, &op))
        return false;
    switch (op) {
    case AML_ZERO:
    case AML_ONE:
        *value = op;
        return true;
    case AML_BYTE:
        return aml_number(aml, 1, value);
    case AML_WORD:
        return aml_number(aml, 2, value);
    case AML_DWORD:
        return aml_number(aml, 4, value);
    default:
        return false;
    }
}

/* Goes into a package: past its length, of which it takes the end, and its number of elements.
 * The length counts its own bytes; the first tells in its two top bits how many more there are,
 * and holds the low four bits of the value then, else six. */
static bool aml_enter_package(struct aml *aml, uint32_t *elements)
{
    uint32_t op, lead, more;
    if (!aml_number(aml, 1, &op) || op != AML_PACKAGE)
        return false;
    const uint8_t *start = aml->at;
    if (!aml_number(aml, 1, &lead) || !aml_number(aml, lead >> 6, &more))
        return false;
    uint32_t length = lead >> 6 == 0 ? lead & 0x3f : (lead & 0xf) | more << 4;
    if (length > (size_t)(aml->end - start) || length < (size_t)(aml->at - start))
        return false;
    aml->end = start + length;
    return aml_number(aml, 1, elements);
}

/* Reads the package behind the name _S5_: the first two elements are SLP_TYPa and SLP_TYPb. */
static bool read_sleep_types(struct aml aml, struct acpi_power_off *out)
{
    uint32_t elements, a, b;
    if (!aml_enter_package(&aml, &elements) || elements < 2 || !aml_constant(&aml, &a) ||
        !aml_constant(&aml, &b) || a > SLEEP_TYPE_MOST || b > SLEEP_TYPE_MOST)
        return false;
    out->sleep_type_a = (uint8_t)a;
    out->sleep_type_b = (uint8_t)b;
    return true;
}

/* Whether the four characters at `at` are the name in a definition of \_S5_ or _S5_. */
static bool is_definition(const uint8_t *aml, uint32_t at)
{
    return __builtin_memcmp(aml + at, "_S5_", 4) == 0 &&
           (aml[at - 1] == AML_NAME || (aml[at - 1] == AML_ROOT && aml[at - 2] == AML_NAME));
}

static bool find_sleep_types(const struct acpi_table *dsdt, struct acpi_power_off *out)
{
    for (uint32_t at = TABLE_HEADER + 1; at < dsdt->length && dsdt->length - at >= 4; at++) {
        struct aml behind = {dsdt->bytes + at + 4, dsdt->bytes + dsdt->length};
        if (is_definition(dsdt->bytes, at) && read_sleep_types(behind, out))
            return true;
    }
    return false;
}

/* A port number, or false if the field holds something else. */
static bool read_port(const struct acpi_table *fadt, uint32_t offset, uint16_t *port)
{
    uint32_t value = read_le32(fadt->bytes + offset);
    *port = (uint16_t)value;
    return value <= UINT16_MAX;
}

static bool read_ports(const struct acpi_table *fadt, struct acpi_power_off *out)
{
    out->acpi_enable = fadt->bytes[FADT_ACPI_ENABLE];
    return read_port(fadt, FADT_SMI_COMMAND, &out->smi_command) &&
           read_port(fadt, FADT_PM1A_CONTROL, &out->pm1a_control) &&
           read_port(fadt, FADT_PM1B_CONTROL, &out->pm1b_control) && out->pm1a_control != 0;
}

bool acpi_power_off_read(const struct physical_memory *memory, uint32_t rsdp,
                         struct acpi_power_off *out)
{
    struct acpi_table fadt, dsdt;
    struct acpi_power_off found = {0};
    if (!acpi_find_table(memory, rsdp, "FACP", &fadt) || fadt.length < FADT_LEAST ||
        !read_ports(&fadt, &found) ||
        !read_table(memory, read_le32(fadt.bytes + FADT_DSDT), "DSDT", &dsdt) ||
        !find_sleep_types(&dsdt, &found))
        return false;
    *out = found;
    return true;
}
