/* Which processors there are, by the tables that preceded ACPI. */
#include "boot/mp_table.h"

#include <stddef.h>

#include "boot/bytes.h"

enum {
    POINTER_CONFIG = 4,
    POINTER_LENGTH = 8, /* of the structure, in units of 16 bytes */
    POINTER_DEFAULT = 11,
    POINTER_BYTES = 16,
    DEFAULT_MOST = 7,

    CONFIG_LENGTH = 4,
    CONFIG_ENTRY_COUNT = 34,
    CONFIG_LOCAL_APIC = 36,
    CONFIG_ENTRIES = 44,

    ENTRY_TYPE = 0,
    TYPE_PROCESSOR = 0,
    TYPE_LOCAL_INTERRUPT = 4, /* the last that is defined */
    PROCESSOR_BYTES = 20,
    OTHER_BYTES = 8,

    PROCESSOR_APIC_ID = 1,
    PROCESSOR_FLAGS = 3,
    PROCESSOR_ENABLED = 1 << 0,
};
#define DEFAULT_LOCAL_APIC 0xfee00000u

bool mp_table_pointer_is_valid(const struct physical_memory *memory, uint32_t address)
{
    const uint8_t *pointer = physical_bytes_at(memory, address, POINTER_BYTES);
    if (pointer == NULL || __builtin_memcmp(pointer, "_MP_", 4) != 0)
        return false;
    uint32_t length = pointer[POINTER_LENGTH] * 16u;
    return length >= POINTER_BYTES && physical_bytes_at(memory, address, length) != NULL &&
           firmware_sums_to_zero(pointer, length);
}

bool mp_table_find(const struct physical_memory *memory, uint32_t start, uint32_t end,
                   uint32_t *address)
{
    return firmware_find(memory, start, end, mp_table_pointer_is_valid, address);
}

/* The configurations of chapter 5 differ in buses and chips; all have two processors, with the
 * first two ids. */
static struct cpu_list default_list(void)
{
    struct cpu_list list = {0};
    (void)cpu_list_set_apic(&list, DEFAULT_LOCAL_APIC);
    cpu_list_add(&list, 0);
    cpu_list_add(&list, 1);
    return list;
}

/* The base part of a configuration table. */
struct config {
    const uint8_t *bytes;
    uint32_t length;
};

static enum mp_table_status find_config(const struct physical_memory *memory, uint32_t address,
                                        struct config *config)
{
    const uint8_t *bytes = physical_bytes_at(memory, address, CONFIG_ENTRIES);
    if (bytes == NULL)
        return MP_TABLE_OUT_OF_REACH;
    uint32_t length = read_le16(bytes + CONFIG_LENGTH);
    if (__builtin_memcmp(bytes, "PCMP", 4) != 0 || length < CONFIG_ENTRIES)
        return MP_TABLE_HEADER;
    if (physical_bytes_at(memory, address, length) == NULL)
        return MP_TABLE_OUT_OF_REACH;
    *config = (struct config){bytes, length};
    return firmware_sums_to_zero(bytes, length) ? MP_TABLE_OK : MP_TABLE_HEADER;
}

/* Bytes that the entry at the start of `left` bytes takes, or 0 if it is damaged: entries do not
 * tell their lengths, so nothing behind one of an unknown type can be read. */
static uint32_t entry_length(const uint8_t *entry, uint32_t left)
{
    if (left == 0 || entry[ENTRY_TYPE] > TYPE_LOCAL_INTERRUPT)
        return 0;
    uint32_t length = entry[ENTRY_TYPE] == TYPE_PROCESSOR ? PROCESSOR_BYTES : OTHER_BYTES;
    return length <= left ? length : 0;
}

static enum mp_table_status take_entries(const struct config *config, struct cpu_list *list)
{
    uint32_t at = CONFIG_ENTRIES;
    for (uint32_t count = read_le16(config->bytes + CONFIG_ENTRY_COUNT); count > 0; count--) {
        const uint8_t *entry = config->bytes + at;
        uint32_t length = entry_length(entry, config->length - at);
        if (length == 0)
            return MP_TABLE_DAMAGED;
        if (entry[ENTRY_TYPE] == TYPE_PROCESSOR && entry[PROCESSOR_FLAGS] & PROCESSOR_ENABLED)
            cpu_list_add(list, entry[PROCESSOR_APIC_ID]);
        at += length;
    }
    return MP_TABLE_OK;
}

static enum mp_table_status read_config(const struct physical_memory *memory, uint32_t address,
                                        struct cpu_list *out)
{
    struct config config;
    enum mp_table_status status = find_config(memory, address, &config);
    if (status != MP_TABLE_OK)
        return status;
    struct cpu_list found = {0};
    if (!cpu_list_set_apic(&found, read_le32(config.bytes + CONFIG_LOCAL_APIC)))
        return MP_TABLE_APIC_ADDRESS;
    status = take_entries(&config, &found);
    *out = found;
    return status;
}

enum mp_table_status mp_table_read(const struct physical_memory *memory, uint32_t pointer,
                                   struct cpu_list *out)
{
    if (!mp_table_pointer_is_valid(memory, pointer))
        return MP_TABLE_POINTER;
    const uint8_t *bytes = physical_bytes_at(memory, pointer, POINTER_BYTES);
    uint8_t configuration = bytes[POINTER_DEFAULT];
    uint32_t address = read_le32(bytes + POINTER_CONFIG);
    if (configuration > DEFAULT_MOST || (configuration == 0 && address == 0))
        return MP_TABLE_CONFIG;
    if (configuration == 0)
        return read_config(memory, address, out);
    *out = default_list();
    return MP_TABLE_OK;
}

const char *mp_table_status_str(enum mp_table_status status)
{
    switch (status) {
    case MP_TABLE_OK:
        return "nothing wrong";
    case MP_TABLE_POINTER:
        return "no floating pointer structure";
    case MP_TABLE_CONFIG:
        return "neither a known configuration nor a table";
    case MP_TABLE_OUT_OF_REACH:
        return "configuration table outside memory";
    case MP_TABLE_HEADER:
        return "configuration table with a wrong header or checksum";
    case MP_TABLE_APIC_ADDRESS:
        return "local APICs at an impossible address";
    case MP_TABLE_DAMAGED:
        return "an entry is damaged";
    }
    return "unknown status";
}
