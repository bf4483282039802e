/* Which processors there are, by ACPI's Multiple APIC Description Table. */
#include "boot/madt.h"

#include "boot/bytes.h"

enum {
    MADT_ADDRESS = 36,
    MADT_ENTRIES = 44,

    ENTRY_TYPE = 0,
    ENTRY_LENGTH = 1,
    ENTRY_LEAST = 2,

    TYPE_LOCAL_APIC = 0,
    LOCAL_APIC_ID = 3,
    LOCAL_APIC_FLAGS = 4,
    LOCAL_APIC_LEAST = 8,

    TYPE_ADDRESS_OVERRIDE = 5,
    OVERRIDE_ADDRESS = 4,
    OVERRIDE_LEAST = 12,

    TYPE_LOCAL_X2APIC = 9,
    X2APIC_ID = 4,
    X2APIC_FLAGS = 8,
    X2APIC_LEAST = 16,

    PROCESSOR_ENABLED = 1 << 0,
};

static uint32_t least_length(uint8_t type)
{
    switch (type) {
    case TYPE_LOCAL_APIC:
        return LOCAL_APIC_LEAST;
    case TYPE_ADDRESS_OVERRIDE:
        return OVERRIDE_LEAST;
    case TYPE_LOCAL_X2APIC:
        return X2APIC_LEAST;
    default:
        return ENTRY_LEAST;
    }
}

/* Bytes that the entry at the start of `left` bytes takes, or 0 if it is damaged. */
static uint32_t entry_length(const uint8_t *entry, uint32_t left)
{
    if (left < ENTRY_LEAST)
        return 0;
    uint32_t length = entry[ENTRY_LENGTH];
    return length >= least_length(entry[ENTRY_TYPE]) && length <= left ? length : 0;
}

static void take_processor(const uint8_t *entry, struct cpu_list *list)
{
    if (entry[ENTRY_TYPE] == TYPE_LOCAL_APIC) {
        if (read_le32(entry + LOCAL_APIC_FLAGS) & PROCESSOR_ENABLED)
            cpu_list_add(list, entry[LOCAL_APIC_ID]);
    } else if (entry[ENTRY_TYPE] == TYPE_LOCAL_X2APIC) {
        if (read_le32(entry + X2APIC_FLAGS) & PROCESSOR_ENABLED)
            cpu_list_add(list, read_le32(entry + X2APIC_ID));
    }
}

/* Takes the entries up to damage.  *address becomes the one of an override, if there is any. */
static enum madt_status take_entries(const struct acpi_table *table, struct cpu_list *list,
                                     uint64_t *address)
{
    for (uint32_t at = MADT_ENTRIES, length; at < table->length; at += length) {
        const uint8_t *entry = table->bytes + at;
        length = entry_length(entry, table->length - at);
        if (length == 0)
            return MADT_DAMAGED;
        if (entry[ENTRY_TYPE] == TYPE_ADDRESS_OVERRIDE)
            *address = read_le64(entry + OVERRIDE_ADDRESS);
        else
            take_processor(entry, list);
    }
    return MADT_OK;
}

enum madt_status madt_read(const struct acpi_table *table, struct cpu_list *out)
{
    if (table->length < MADT_ENTRIES)
        return MADT_SHORT;
    struct cpu_list found = {0};
    uint64_t address = read_le32(table->bytes + MADT_ADDRESS);
    enum madt_status status = take_entries(table, &found, &address);
    if (!cpu_list_set_apic(&found, address))
        return MADT_APIC_ADDRESS;
    *out = found;
    return status;
}

const char *madt_status_str(enum madt_status status)
{
    switch (status) {
    case MADT_OK:
        return "nothing wrong";
    case MADT_SHORT:
        return "too short";
    case MADT_APIC_ADDRESS:
        return "local APICs at an impossible address";
    case MADT_DAMAGED:
        return "an entry is damaged";
    }
    return "unknown status";
}
