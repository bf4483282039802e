/* Sections: what is true of all of them, and the links between them. */
#include "trace/dtrace/dof_parts.h"

bool dof_refuse_section(const struct dof_loader *loader, const char *text,
                        const struct dof_section *section)
{
    return dof_refuse(loader, text, section->index, section->offset);
}

static uint64_t header_of(const struct dof_loader *loader, uint32_t index)
{
    return loader->headers + (uint64_t)index * loader->stride;
}

static struct dof_section section_at(const struct dof_loader *loader, uint32_t index)
{
    uint64_t header = header_of(loader, index);
    return (struct dof_section){
        .index = index,
        .type = dof_read32(loader, header),
        .align = dof_read32(loader, header + 4),
        .flags = dof_read32(loader, header + 8),
        .entsize = dof_read32(loader, header + 12),
        .offset = dof_read64(loader, header + 16),
        .size = dof_read64(loader, header + 24),
    };
}

bool dof_section_next(const struct dof_loader *loader, enum dof_section_type type, uint32_t *index,
                      struct dof_section *section)
{
    while (*index < loader->section_count) {
        *section = section_at(loader, (*index)++);
        if (section->type == type && (section->flags & DOF_SECTION_LOAD))
            return true;
    }
    return false;
}

bool dof_section_linked(const struct dof_loader *loader, const struct dof_section *from,
                        uint64_t offset, enum dof_section_type type, struct dof_section *section)
{
    uint64_t at = from->offset + offset;
    uint32_t index = dof_read32(loader, at);
    if (index >= loader->section_count)
        return dof_refuse(loader, "referenced section index is invalid", from->index, at);
    *section = section_at(loader, index);
    if ((section->flags & DOF_SECTION_LOAD) == 0)
        return dof_refuse(loader, "referenced section is not loadable", from->index, at);
    return type == DOF_SECTION_ANY || section->type == type ||
           dof_refuse(loader, "referenced section is the wrong type", from->index, at);
}

/* --- One by one --- */

static bool is_loadable(uint32_t type)
{
    return type > DOF_SECTION_SOURCE && type != DOF_SECTION_UTSNAME &&
           type <= DOF_SECTION_LAST_KNOWN;
}

static bool check_place(const struct dof_loader *loader, const struct dof_section *section,
                        uint64_t header)
{
    if ((section->align & (section->align - 1)) != 0)
        return dof_refuse(loader, "bad section alignment", section->index, header + 4);
    if (section->align == 0 || (section->offset & (section->align - 1)) != 0)
        return dof_refuse(loader, "misaligned section", section->index, header + 16);
    return (section->offset <= loader->size && section->size <= loader->size - section->offset) ||
           dof_refuse(loader, "corrupt section header", section->index, header + 16);
}

static bool check_strings(const struct dof_loader *loader, const struct dof_section *section)
{
    uint64_t end = section->offset + section->size;
    return (section->size > 0 && loader->bytes[end - 1] == '\0') ||
           dof_refuse_section(loader, "non-terminating string table", section);
}

static bool check_section(const struct dof_loader *loader, const struct dof_section *section)
{
    uint64_t header = header_of(loader, section->index);
    if (section->type >= DOF_SECTION_PROVIDER && section->type <= DOF_SECTION_PROFFS)
        return dof_refuse(loader, "illegal sections for enabling", section->index, header);
    bool load = (section->flags & DOF_SECTION_LOAD) != 0;
    if (is_loadable(section->type) && !load)
        return dof_refuse(loader, "loadable section with load flag unset", section->index,
                          header + 8);
    if (!load)
        return true;
    return check_place(loader, section, header) &&
           (section->type != DOF_SECTION_STRTAB || check_strings(loader, section));
}

bool dof_check_sections(const struct dof_loader *loader)
{
    for (uint32_t i = 0; i < loader->section_count; i++) {
        struct dof_section section = section_at(loader, i);
        if (!check_section(loader, &section))
            return false;
    }
    return true;
}
