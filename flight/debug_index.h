/* What a kernel's debug information (DWARF 5, through elfutils' libdw) names: types, variables, functions, each found by
 * its name. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <elfutils/libdw.h>

struct debug_entry;

struct debug_index {
    Dwarf *dwarf;
    struct debug_entry *entries;
    size_t count, capacity;
    uint32_t *buckets; /* of entries, from 1; 0: the end */
    uint32_t bucket_count;
};

/* False: there is no debug information; nothing to close.  `elf` must stay. */
bool debug_index_open(struct debug_index *index, Elf *elf);
void debug_index_close(struct debug_index *index);

/* A struct, union, enum, typedef or base type (`tag` DW_TAG_...) by its name without "struct": one with a body.
 * False: none. */
bool debug_index_type(const struct debug_index *index, unsigned tag, const char *name,
                      Dwarf_Die *die);

/* The variable of that name at an address. */
bool debug_index_variable(const struct debug_index *index, const char *name, uint32_t address,
                          Dwarf_Die *die);

/* The function of that name whose code begins there. */
bool debug_index_function(const struct debug_index *index, const char *name, uint32_t address,
                          Dwarf_Die *die);
