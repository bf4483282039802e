/* Options of the whole state, as numbers; what they mean is for others to say. */
#include "trace/dtrace/dof_parts.h"

static bool check_section(const struct dof_loader *loader, const struct dof_section *section)
{
    if (section->align != 8)
        return dof_refuse_section(loader, "bad alignment in option description", section);
    if (section->entsize == 0)
        return dof_refuse_section(loader, "zeroed option entry size", section);
    if (section->entsize < DOF_OPTION_SIZE)
        return dof_refuse_section(loader, "bad option entry size", section);
    return section->size % section->entsize == 0 ||
           dof_refuse_section(loader, "corrupt size of option description", section);
}

static bool load_option(const struct dof_loader *loader, const struct dof_section *section,
                        uint64_t at, struct dof_option *option)
{
    if (dof_read32(loader, at + 4) != DOF_NONE)
        return dof_refuse(loader, "non-zero option string", section->index, at + 4);
    option->id = dof_read32(loader, at);
    option->value = (int64_t)dof_read64(loader, at + 8);
    return option->value != DOF_OPTION_UNSET ||
           dof_refuse(loader, "unset option", section->index, at + 8);
}

static bool load_section(const struct dof_loader *loader, const struct dof_section *section,
                         struct dof_object *object)
{
    for (uint64_t entry = 0; entry < section->size; entry += section->entsize)
        if (!load_option(loader, section, section->offset + entry,
                         &object->options[object->option_count++]))
            return false;
    return true;
}

static bool count_options(const struct dof_loader *loader, uint64_t *count)
{
    struct dof_section section;
    *count = 0;
    for (uint32_t i = 0; dof_section_next(loader, DOF_SECTION_OPTDESC, &i, &section);) {
        if (!check_section(loader, &section))
            return false;
        *count += section.size / section.entsize;
    }
    return true;
}

bool dof_load_options(const struct dof_loader *loader, struct dof_object *object)
{
    struct dof_section section;
    uint64_t count;
    if (!count_options(loader, &count))
        return false;
    object->options = dof_take(loader, count, sizeof *object->options, _Alignof(struct dof_option));
    if (object->options == NULL)
        return false;
    for (uint32_t i = 0; dof_section_next(loader, DOF_SECTION_OPTDESC, &i, &section);)
        if (!load_section(loader, &section, object))
            return false;
    return true;
}
