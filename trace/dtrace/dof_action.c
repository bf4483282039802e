/* Actions: what each kind's argument means, and the DIFO that it runs. */
#include "trace/dtrace/dof_parts.h"

/* Offsets of the fields. */
enum {
    DIFO = 0,
    STRINGS = 4,
    KIND = 8,
    NTUPLE = 12,
    ARG = 16,
    UARG = 24
};

static bool check_section(const struct dof_loader *loader, const struct dof_section *section)
{
    if (section->align != 8)
        return dof_refuse_section(loader, "bad alignment in action description", section);
    if (section->size < section->entsize)
        return dof_refuse_section(loader, "section entry size exceeds total size", section);
    if (section->entsize != DOF_ACTION_SIZE)
        return dof_refuse_section(loader, "bad entry size in action description", section);
    if (section->size % DOF_ACTION_SIZE != 0)
        return dof_refuse_section(loader, "corrupt size of action description", section);
    return section->size / DOF_ACTION_SIZE <= DOF_ACTIONS_MAX ||
           dof_refuse_section(loader, "actions exceed dtrace_actions_max", section);
}

/* --- Formats --- */

static bool has_format(uint32_t kind, bool has_strings)
{
    if (kind == DOF_ACTION_PRINTF || kind == DOF_ACTION_SYSTEM || kind == DOF_ACTION_FREOPEN)
        return true;
    return has_strings && (kind == DOF_ACTION_PRINTA || kind == DOF_ACTION_DIFEXPR);
}

static const char *copy_format(struct dof_loader *loader, const struct dof_section *table,
                               uint32_t offset)
{
    struct dof_format *last = &loader->format;
    if (last->text == NULL || last->table != table->index || last->offset != offset)
        *last = (struct dof_format){table->index, offset,
                                    dof_copy_string(loader, table, offset, DOF_SIZE_MAX)};
    return last->text;
}

static bool load_format(struct dof_loader *loader, const struct dof_section *section, uint64_t at,
                        struct dof_action *action)
{
    struct dof_section table;
    uint64_t arg_at = section->offset + at + ARG;
    if (!dof_section_linked(loader, section, at + STRINGS, DOF_SECTION_STRTAB, &table))
        return false;
    if (action->arg >= table.size)
        return dof_refuse(loader, "bogus format string", section->index, arg_at);
    if (loader->bytes[table.offset + action->arg] == '\0')
        return dof_refuse(loader, "empty format string", section->index, arg_at);
    action->format = copy_format(loader, &table, (uint32_t)action->arg);
    action->arg = 0;
    return action->format != NULL;
}

/* --- One action --- */

/* The number of an action without a format: in the reference, printa()'s means nothing, and that of an
 * expression would be taken for an address. */
static bool check_number(const struct dof_loader *loader, const struct dof_section *section,
                         uint64_t at, struct dof_action *action)
{
    if (action->kind == DOF_ACTION_PRINTA)
        action->arg = 0;
    return action->kind != DOF_ACTION_DIFEXPR || action->arg == 0 ||
           dof_refuse(loader, "argument without string table", section->index,
                      section->offset + at + ARG);
}

static bool load_action(struct dof_loader *loader, const struct dof_section *section, uint64_t at,
                        struct dof_action *action)
{
    uint64_t base = section->offset + at;
    uint32_t kind = dof_read32(loader, base + KIND);
    if (kind > UINT16_MAX)
        return dof_refuse(loader, "action kind out of range", section->index, base + KIND);
    action->kind = (uint16_t)kind;
    action->ntuple = dof_read32(loader, base + NTUPLE);
    action->arg = dof_read64(loader, base + ARG);
    action->uarg = dof_read64(loader, base + UARG);
    bool has_strings = dof_read32(loader, base + STRINGS) != DOF_NONE;
    bool good = has_format(kind, has_strings) ? load_format(loader, section, at, action)
                                              : check_number(loader, section, at, action);
    return good && dof_load_difo(loader, section, at + DIFO, &action->difo);
}

/* --- All of a section --- */

static struct dof_actions *make_actions(struct dof_loader *loader,
                                        const struct dof_section *section)
{
    if (!check_section(loader, section))
        return NULL;
    uint32_t count = (uint32_t)(section->size / DOF_ACTION_SIZE);
    struct dof_actions *actions =
        dof_take(loader, 1, sizeof *actions, _Alignof(struct dof_actions));
    struct dof_action *list =
        actions == NULL ? NULL : dof_take(loader, count, sizeof *list, _Alignof(struct dof_action));
    if (list == NULL)
        return NULL;
    for (uint32_t i = 0; i < count; i++)
        if (!load_action(loader, section, (uint64_t)i * DOF_ACTION_SIZE, &list[i]))
            return NULL;
    *actions = (struct dof_actions){list, count, false};
    return actions;
}

bool dof_load_actions(struct dof_loader *loader, const struct dof_section *from, uint64_t offset,
                      struct dof_actions *actions)
{
    struct dof_section section;
    struct dof_actions *made;
    *actions = (struct dof_actions){NULL, 0, false};
    if (dof_read32(loader, from->offset + offset) == DOF_NONE)
        return true;
    if (!dof_section_linked(loader, from, offset, DOF_SECTION_ACTDESC, &section))
        return false;
    if (loader->made[section.index] == NULL)
        loader->made[section.index] = make_actions(loader, &section);
    made = loader->made[section.index];
    if (made == NULL)
        return false;
    *actions = *made;
    made->given = true;
    return true;
}
