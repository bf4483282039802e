/* A linked kernel as a file: its symbols, and what stands at its addresses. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libelf.h>

#include "flight/file_bytes.h"

struct image_symbol {
    const char *name;
    uint32_t address, size; /* bytes */
    bool is_function;
};

struct kernel_image {
    struct file_bytes file;
    Elf *elf; /* reads from `file` */
    const Elf32_Phdr *segments;
    size_t segment_count;
    const Elf32_Sym *symbols;
    size_t symbol_count;
    size_t names; /* section of their names */
};

/* False: *why says why, in a few words; there is nothing to close, and closing it does no harm. */
bool kernel_image_open(struct kernel_image *image, const char *path, const char **why);
void kernel_image_close(struct kernel_image *image);

/* The bytes at an address; NULL: the file does not hold them. */
const uint8_t *kernel_image_bytes(const struct kernel_image *image, uint32_t address,
                                  uint32_t size);
/* The text there, "" if there is none that ends. */
const char *kernel_image_text(const struct kernel_image *image, uint32_t address);
/* A little-endian word; 0 if the file does not hold it. */
uint32_t kernel_image_word(const struct kernel_image *image, uint32_t address);

/* By name: a global one rather than one of a file, of those the first.  False: none. */
bool kernel_image_symbol(const struct kernel_image *image, const char *name,
                         struct image_symbol *symbol);
