/* What a kernel's debug information names.
 *
 * One pass over all files of the kernel reads the names at their top: some 16000, in 5 ms. */
#include "flight/debug_index.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "flight/memory.h"

struct debug_entry {
    const char *name;
    Dwarf_Off offset;
    uint32_t next; /* in its bucket, from 1; 0: the last */
    unsigned tag;
};

/* FNV-1a, 32 bits. */
static uint32_t hash_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

static bool is_wanted(unsigned tag)
{
    switch (tag) {
    case DW_TAG_base_type:
    case DW_TAG_typedef:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
    case DW_TAG_variable:
    case DW_TAG_subprogram:
        return true;
    }
    return false;
}

static void add(struct debug_index *index, Dwarf_Die *die)
{
    unsigned tag = (unsigned)dwarf_tag(die);
    const char *name = is_wanted(tag) ? dwarf_diename(die) : NULL;
    if (name == NULL || dwarf_hasattr(die, DW_AT_declaration))
        return;
    index->entries =
        memory_grown(index->entries, index->count, &index->capacity, sizeof *index->entries);
    index->entries[index->count++] = (struct debug_entry){name, dwarf_dieoffset(die), 0, tag};
}

static void add_unit(struct debug_index *index, Dwarf_Off unit)
{
    Dwarf_Die top, die;
    if (dwarf_offdie(index->dwarf, unit, &top) == NULL || dwarf_child(&top, &die) != 0)
        return;
    do
        add(index, &die);
    while (dwarf_siblingof(&die, &die) == 0);
}

/* From the last to the first, so that a bucket begins with the first. */
static void fill_buckets(struct debug_index *index)
{
    index->bucket_count = 1;
    while (index->bucket_count < index->count)
        index->bucket_count *= 2;
    index->buckets = memory_zeroed(index->bucket_count, sizeof *index->buckets);
    for (size_t i = index->count; i > 0; i--) {
        struct debug_entry *entry = &index->entries[i - 1];
        uint32_t *bucket = &index->buckets[hash_of(entry->name) & (index->bucket_count - 1)];
        entry->next = *bucket;
        *bucket = (uint32_t)i;
    }
}

bool debug_index_open(struct debug_index *index, Elf *elf)
{
    *index = (struct debug_index){.dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL)};
    Dwarf_Off unit = 0, next;
    size_t header;
    while (index->dwarf != NULL &&
           dwarf_nextcu(index->dwarf, unit, &next, &header, NULL, NULL, NULL) == 0) {
        add_unit(index, unit + header);
        unit = next;
    }
    if (index->count == 0) {
        debug_index_close(index);
        return false;
    }
    fill_buckets(index);
    return true;
}

void debug_index_close(struct debug_index *index)
{
    (void)dwarf_end(index->dwarf);
    free(index->entries);
    free(index->buckets);
    *index = (struct debug_index){0};
}

/* --- Searching --- */

/* The next entry of a name and tag behind number *at (0: from the start). */
static bool next_of(const struct debug_index *index, unsigned tag, const char *name, uint32_t *at,
                    Dwarf_Die *die)
{
    if (index->dwarf == NULL)
        return false;
    *at = *at == 0 ? index->buckets[hash_of(name) & (index->bucket_count - 1)]
                   : index->entries[*at - 1].next;
    for (; *at != 0; *at = index->entries[*at - 1].next) {
        const struct debug_entry *entry = &index->entries[*at - 1];
        if (entry->tag == tag && strcmp(entry->name, name) == 0)
            return dwarf_offdie(index->dwarf, entry->offset, die) != NULL;
    }
    return false;
}

bool debug_index_type(const struct debug_index *index, unsigned tag, const char *name,
                      Dwarf_Die *die)
{
    uint32_t at = 0;
    return next_of(index, tag, name, &at, die);
}

/* The place of a variable that has one for its whole life. */
static bool lies_at(Dwarf_Die *die, uint32_t address)
{
    Dwarf_Attribute attribute;
    Dwarf_Op *operations;
    size_t count;
    return dwarf_attr_integrate(die, DW_AT_location, &attribute) != NULL &&
           dwarf_getlocation(&attribute, &operations, &count) == 0 && count == 1 &&
           operations[0].atom == DW_OP_addr && operations[0].number == address;
}

bool debug_index_variable(const struct debug_index *index, const char *name, uint32_t address,
                          Dwarf_Die *die)
{
    for (uint32_t at = 0; next_of(index, DW_TAG_variable, name, &at, die);)
        if (lies_at(die, address))
            return true;
    return false;
}

bool debug_index_function(const struct debug_index *index, const char *name, uint32_t address,
                          Dwarf_Die *die)
{
    Dwarf_Addr start;
    for (uint32_t at = 0; next_of(index, DW_TAG_subprogram, name, &at, die);)
        if (dwarf_lowpc(die, &start) == 0 && start == address)
            return true;
    return false;
}
