/* A MADT from a hostile firmware, its checksum being right.
 *
 * Input: the table's bytes from its local APIC address (offset 36) on.
 *
 * Property: nothing is read outside the table (the sanitizer's part); a list holds together
 * (cpu_list_property.h), has exactly the processors that a second, naive walk finds, and without
 * one it is untouched. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boot/bytes.h"
#include "boot/madt.h"
#include "tests/fuzz/cpu_list_property.h"

enum {
    BEFORE = 36,
    UNTOUCHED = 0x5a,
};

/* What the naive walk finds. */
struct census {
    bool present[256];
    uint32_t beyond;
    bool damaged;
};

static void count_processor(struct census *census, uint64_t id, uint32_t flags)
{
    if (!(flags & 1))
        return;
    if (id < 255)
        census->present[id] = true;
    else
        census->beyond++;
}

/* Whether the entry has the length of its type. */
static bool is_sound(const uint8_t *entry, size_t left)
{
    if (left < 2 || entry[1] < 2 || entry[1] > left)
        return false;
    return !(entry[0] == 0 && entry[1] < 8) && !(entry[0] == 5 && entry[1] < 12) &&
           !(entry[0] == 9 && entry[1] < 16);
}

static struct census take_census(const uint8_t *bytes, size_t length)
{
    struct census census = {.beyond = 0};
    const uint8_t *end = bytes + length;
    for (const uint8_t *entry = bytes + 44; entry < end; entry += entry[1]) {
        if (!is_sound(entry, (size_t)(end - entry))) {
            census.damaged = true;
            break;
        }
        if (entry[0] == 0)
            count_processor(&census, entry[3], read_le32(entry + 4));
        if (entry[0] == 9)
            count_processor(&census, read_le32(entry + 4), read_le32(entry + 8));
    }
    return census;
}

static void check_list(const struct cpu_list *list, const struct census *census)
{
    require_list_holds(list);
    for (uint32_t id = 0; id < 256; id++)
        require(knows(list, id) == census->present[id]);
    require(list->unusable == census->beyond);
}

static void check_table(const struct acpi_table *table)
{
    struct cpu_list list, untouched;
    memset(&list, UNTOUCHED, sizeof list);
    untouched = list;
    enum madt_status status = madt_read(table, &list);
    if (status == MADT_SHORT || status == MADT_APIC_ADDRESS) {
        require(memcmp(&list, &untouched, sizeof list) == 0);
        require((status == MADT_SHORT) == (table->length < 44));
        return;
    }
    struct census census = take_census(table->bytes, table->length);
    require(census.damaged == (status == MADT_DAMAGED));
    check_list(&list, &census);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = calloc(BEFORE + size, 1);
    require(bytes != NULL);
    if (size > 0)
        memcpy(bytes + BEFORE, data, size);
    check_table(&(struct acpi_table){bytes, 0xe0000, (uint32_t)(BEFORE + size)});
    free(bytes);
    return 0;
}
