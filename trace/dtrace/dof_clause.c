/* Clauses: which probes, on what condition, doing what. */
#include "trace/dtrace/dof_parts.h"

#include "trace/dtrace/dtrace_bytes.h"

const char *dof_copy_string(const struct dof_loader *loader, const struct dof_section *table,
                            uint64_t offset, uint32_t most)
{
    const uint8_t *string = loader->bytes + table->offset + offset;
    uint32_t length = dtrace_string_length(string, most);
    char *taken = dof_take(loader, (uint64_t)length + 1, 1, 1);
    if (taken != NULL)
        __builtin_memcpy(taken, string, length); /* the NUL is there */
    return taken;
}

/* --- The description of its probes --- */

static bool check_probe(const struct dof_loader *loader, const struct dof_section *section)
{
    if (section->align != 4)
        return dof_refuse_section(loader, "bad alignment in probe description", section);
    return section->size >= DOF_PROBE_SIZE ||
           dof_refuse_section(loader, "truncated probe description", section);
}

static bool load_name(const struct dof_loader *loader, const struct dof_section *section,
                      const struct dof_section *table, uint32_t field, const char **name)
{
    static const uint8_t most[] = {63, 63, 127, 63};
    static const char *const corrupt[] = {"corrupt probe provider", "corrupt probe module",
                                          "corrupt probe function", "corrupt probe name"};
    uint64_t at = section->offset + 4 + 4 * (uint64_t)field;
    uint32_t offset = dof_read32(loader, at);
    if (offset >= table->size)
        return dof_refuse(loader, corrupt[field], section->index, at);
    *name = dof_copy_string(loader, table, offset, most[field]);
    return *name != NULL;
}

static bool load_probe(const struct dof_loader *loader, const struct dof_section *ecb,
                       struct dof_clause *clause)
{
    struct dof_section section, table;
    return dof_section_linked(loader, ecb, 0, DOF_SECTION_PROBEDESC, &section) &&
           check_probe(loader, &section) &&
           dof_section_linked(loader, &section, 0, DOF_SECTION_STRTAB, &table) &&
           load_name(loader, &section, &table, 0, &clause->provider) &&
           load_name(loader, &section, &table, 1, &clause->module) &&
           load_name(loader, &section, &table, 2, &clause->function) &&
           load_name(loader, &section, &table, 3, &clause->name);
}

/* --- The clauses --- */

static bool check_clause(const struct dof_loader *loader, const struct dof_section *section)
{
    if (section->size < DOF_ECB_SIZE)
        return dof_refuse_section(loader, "truncated ECB description", section);
    return section->align == 8 ||
           dof_refuse_section(loader, "bad alignment in ECB description", section);
}

static bool load_clause(struct dof_loader *loader, const struct dof_section *section,
                        struct dof_clause *clause)
{
    struct dof_actions actions;
    if (!check_clause(loader, section) || !load_probe(loader, section, clause) ||
        !dof_load_difo(loader, section, 4, &clause->predicate) ||
        !dof_load_actions(loader, section, 8, &actions))
        return false;
    clause->actions = actions.list;
    clause->action_count = actions.count;
    clause->repeats = actions.given;
    clause->uarg = dof_read64(loader, section->offset + 16);
    return true;
}

static uint32_t count_clauses(const struct dof_loader *loader)
{
    struct dof_section section;
    uint32_t count = 0;
    for (uint32_t i = 0; dof_section_next(loader, DOF_SECTION_ECBDESC, &i, &section);)
        count++;
    return count;
}

bool dof_load_clauses(struct dof_loader *loader, struct dof_object *object)
{
    struct dof_section section;
    uint32_t count = count_clauses(loader);
    struct dof_clause *clauses =
        dof_take(loader, count, sizeof *clauses, _Alignof(struct dof_clause));
    if (clauses == NULL)
        return false;
    object->clauses = clauses;
    for (uint32_t i = 0; dof_section_next(loader, DOF_SECTION_ECBDESC, &i, &section);)
        if (!load_clause(loader, &section, &clauses[object->clause_count++]))
            return false;
    return true;
}
