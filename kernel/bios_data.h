/* What a PC's BIOS has left in its data area in page 0.  To be read before paging unmaps that page.
 *
 * Without a BIOS anything may be there: what cannot be true is taken for nothing. */
#pragma once

#include <stdint.h>

#include "boot/bytes.h"
#include "kernel/cpu.h"

static inline uint16_t bios_data_word(uintptr_t address)
{
    /* The compiler takes such a small constant for a null pointer. */
    return read_le16((const uint8_t *)cpu_hide(address));
}

/* Where the extended BIOS data area begins, which goes up to 640 KiB.  0: there is none. */
static inline uint32_t bios_data_ebda(void)
{
    uint32_t start = (uint32_t)bios_data_word(0x40e) << 4; /* a segment */
    return start >= 0x80000 && start < 0xa0000 ? start : 0;
}

/* One behind the last byte of base memory: 512 to 640 KiB.  0: unknown. */
static inline uint32_t bios_data_base_memory_end(void)
{
    uint32_t kib = bios_data_word(0x413);
    return kib >= 512 && kib <= 640 ? kib * 1024 : 0;
}
