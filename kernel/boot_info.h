/* What the loader handed over, checked: command line, loader name, memory, modules. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "boot/multiboot.h"

/* Reads the information in silence, so that the command line can name the console. */
void boot_info_find(uint32_t magic, uint32_t address);

/* Reads it again, now with every refusal on the console, one line each. */
void boot_info_read(void);

/* What boot_info_find or boot_info_read has read. */
const struct multiboot_info *boot_info(void);

/* Reads module `index`; a refusal is one line on the console. */
bool boot_info_module(uint32_t index, struct multiboot_module *module);

/* Takes memory for ever: the first piece above 1 MiB, in the memory map's order, that holds
 * `size` bytes (at least 1; aligned to 4096) and overlaps neither the kernel, nor anything that
 * the loader left, nor what was taken before.  0 if there is none, or after BOOT_INFO_PIECES_MAX
 * pieces.  Its content is what somebody left there. */
#define BOOT_INFO_PIECES_MAX 16u
uint32_t boot_info_take_memory(uint64_t size);

/* Takes one page of free memory below 640 KiB for ever, for the code with which further CPUs start:
 * these begin in real mode.  It is the highest below 0x80000, else the lowest from there on, and
 * overlaps nothing that boot_info_take_memory() steps round, nor page 0, nor the BIOS' data.
 * 0 if there is none, if nobody tells where memory is, or after BOOT_INFO_PIECES_MAX pieces. */
uint32_t boot_info_take_low_page(void);

/* The next region of the loader's map that has this type (MULTIBOOT_REGION_...), in the map's order;
 * *cursor starts at 0.  False at the end; *region is then untouched. */
bool boot_info_region_next(uint32_t type, uint32_t *cursor, struct multiboot_region *region);

/* The next region of whatever type. */
bool boot_info_any_region_next(uint32_t *cursor, struct multiboot_region *region);

/* Gives back what lies behind the first `kept` bytes (at least 1) of the piece at `start`, as
 * boot_info_take_memory gave it. */
void boot_info_keep_only(uint32_t start, uint64_t kept);

/* Free memory in all, in KiB, as the loader tells; 0 if it does not. */
uint64_t boot_info_memory_kib(void);

/* Bytes of it in which nothing lies: neither the kernel, nor what the loader left, nor modules, nor what was
 * taken. */
uint64_t boot_info_free_bytes(void);
