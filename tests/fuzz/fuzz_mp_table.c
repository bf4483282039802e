/* An MP table from a hostile firmware.
 *
 * Input: tests/fuzz/firmware_window.h.
 *
 * Property: nothing is read outside the window (the sanitizer's part); a pointer that is found is
 * valid and where it was asked for; a list holds together (cpu_list_property.h), and has no more
 * processors than the table has room for; without one it is untouched. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "boot/bytes.h"
#include "boot/mp_table.h"
#include "tests/fuzz/cpu_list_property.h"
#include "tests/fuzz/firmware_window.h"

enum {
    UNTOUCHED = 0x5a,
};

static void seal_all(uint8_t *bytes, size_t length)
{
    for (size_t at = 0; at + 16 <= length; at++) {
        uint8_t *here = bytes + at;
        size_t left = length - at;
        if (memcmp(here, "_MP_", 4) == 0 && here[8] * 16u <= left)
            seal(here, here[8] * 16u, 10);
        if (memcmp(here, "PCMP", 4) == 0 && read_le16(here + 4) <= left)
            seal(here, read_le16(here + 4), 7);
    }
}

static void check_list(const struct physical_memory *memory, const struct cpu_list *list,
                       enum mp_table_status status)
{
    require_list_holds(list);
    uint32_t told = list->count + list->more + list->unusable;
    bool is_default = told == 2 && list->local_apic_address == 0xfee00000u;
    require(is_default || told <= memory->length / 20);
    require(status == MP_TABLE_OK || told < memory->length / 20);
}

static void check_pointer(const struct physical_memory *memory, uint32_t pointer)
{
    struct cpu_list list, untouched;
    memset(&list, UNTOUCHED, sizeof list);
    untouched = list;
    enum mp_table_status status = mp_table_read(memory, pointer, &list);
    require((status == MP_TABLE_POINTER) == !mp_table_pointer_is_valid(memory, pointer));
    if (status == MP_TABLE_OK || status == MP_TABLE_DAMAGED)
        check_list(memory, &list, status);
    else
        require(memcmp(&list, &untouched, sizeof list) == 0);
}

static void check_window(const struct physical_memory *memory)
{
    uint32_t pointer, again;
    check_pointer(memory, memory->start);
    if (!mp_table_find(memory, 0, UINT32_MAX, &pointer))
        return;
    require(pointer % 16 == 0 && pointer >= memory->start);
    require(memory->length >= 16 && pointer - memory->start <= memory->length - 16);
    require(mp_table_find(memory, pointer, pointer + 1, &again) && again == pointer);
    check_pointer(memory, pointer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    firmware_window_check(data, size, seal_all, check_window);
    return 0;
}
