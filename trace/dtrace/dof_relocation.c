/* Relocations of an enabling add its load address, which is 0 here: they are checked, and change nothing. */
#include "trace/dtrace/dof_parts.h"

static bool check_entry(const struct dof_loader *loader, const struct dof_section *table,
                        uint64_t entry, const struct dof_section *target)
{
    uint64_t at = table->offset + entry;
    uint32_t type = dof_read32(loader, at + 4);
    uint64_t offset = dof_read64(loader, at + 8);
    if (type == 0)
        return true;
    if (type != 1)
        return dof_refuse(loader, "invalid relocation type", table->index, at + 4);
    if (target->size < 8 || offset > target->size - 8)
        return dof_refuse(loader, "bad relocation offset", table->index, at + 8);
    return (target->offset + offset) % 8 == 0 ||
           dof_refuse(loader, "misaligned setx relo", table->index, at + 8);
}

/* `room`: relocations that an object of this size can have at most, without saying any twice. */
static bool check_table(const struct dof_loader *loader, const struct dof_section *table,
                        const struct dof_section *target, uint64_t *room)
{
    if (table->align != 8 || table->entsize < DOF_RELOCATION_SIZE ||
        table->size % table->entsize != 0)
        return dof_refuse_section(loader, "invalid relocation section", table);
    uint64_t count = table->size / table->entsize;
    if (count > *room)
        return dof_refuse_section(loader, "too many relocations", table);
    *room -= count;
    for (uint64_t entry = 0; entry < table->size; entry += table->entsize)
        if (!check_entry(loader, table, entry, target))
            return false;
    return true;
}

bool dof_check_relocations(const struct dof_loader *loader)
{
    struct dof_section header, strings, table, target;
    uint64_t room = loader->size / DOF_RELOCATION_SIZE;
    for (uint32_t i = 0; dof_section_next(loader, DOF_SECTION_URELHDR, &i, &header);) {
        if (header.size < DOF_RELOCATION_HEADER_SIZE || header.align != 4)
            return dof_refuse_section(loader, "invalid relocation header", &header);
        if (!dof_section_linked(loader, &header, 0, DOF_SECTION_STRTAB, &strings) ||
            !dof_section_linked(loader, &header, 4, DOF_SECTION_RELTAB, &table) ||
            !dof_section_linked(loader, &header, 8, DOF_SECTION_ANY, &target) ||
            !check_table(loader, &table, &target, &room))
            return false;
    }
    return true;
}
