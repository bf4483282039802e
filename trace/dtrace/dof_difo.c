/* DIFOs: the tables of a piece of code are put together, copied, and verified. */
#include "trace/dtrace/dof_parts.h"

#include "trace/text.h"

enum part {
    PART_TEXT,
    PART_INTEGERS,
    PART_STRINGS,
    PART_VARIABLES,
    PARTS
};

static const struct rule {
    uint32_t type, align, entsize;
    const char *twice;
} rules[PARTS] = {
    [PART_TEXT] = {DOF_SECTION_DIF, 4, 4, "multiple DIF sections"},
    [PART_INTEGERS] = {DOF_SECTION_INTTAB, 8, 8, "multiple integer tables"},
    [PART_STRINGS] = {DOF_SECTION_STRTAB, 1, 0, "multiple string tables"},
    [PART_VARIABLES] = {DOF_SECTION_VARTAB, 4, DOF_VARIABLE_SIZE, "multiple variable tables"},
};

/* The sections of one DIFO; size 0 and no flags: it has none. */
struct parts {
    struct dof_section header;
    struct dof_section part[PARTS];
};

static struct dif_type read_type(const struct dof_loader *loader, uint64_t at)
{
    return (struct dif_type){
        .kind = loader->bytes[at],
        .ckind = loader->bytes[at + 1],
        .flags = loader->bytes[at + 2],
        .size = dof_read32(loader, at + 4),
    };
}

/* --- Finding the sections --- */

static enum part part_of(uint32_t type)
{
    enum part part = PART_TEXT;
    while (part < PARTS && rules[part].type != type)
        part++;
    return part;
}

static bool add_part(const struct dof_loader *loader, struct parts *parts,
                     const struct dof_section *section)
{
    enum part part = part_of(section->type);
    if (part == PARTS)
        return dof_refuse_section(loader, "unrecognized DIFO subsection", section);
    const struct rule *rule = &rules[part];
    if (parts->part[part].flags != 0)
        return dof_refuse_section(loader, rule->twice, section);
    if (section->align != rule->align)
        return dof_refuse_section(loader, "bad alignment", section);
    if (section->entsize != rule->entsize)
        return dof_refuse_section(loader, "entry size mismatch", section);
    if (rule->entsize != 0 && section->size % rule->entsize != 0)
        return dof_refuse_section(loader, "corrupt entry size", section);
    parts->part[part] = *section;
    return true;
}

/* No section may come twice, so the loop is short whatever the header's size is. */
static bool find_parts(const struct dof_loader *loader, struct parts *parts)
{
    const struct dof_section *header = &parts->header;
    uint64_t total = 0;
    for (uint64_t link = 8; link < header->size; link += 4) {
        struct dof_section section;
        if (!dof_section_linked(loader, header, link, DOF_SECTION_ANY, &section))
            return false;
        total += section.size;
        if (total > DIF_TABLES_MAX)
            return dof_refuse(loader, "exceeds maximum size", header->index, header->offset + link);
        if (!add_part(loader, parts, &section))
            return false;
    }
    return parts->part[PART_TEXT].size != 0 ||
           dof_refuse_section(loader, "missing DIF text", header);
}

static bool check_header(const struct dof_loader *loader, const struct dof_section *header)
{
    if (header->size < DOF_DIFO_HEADER_SIZE || header->size % 4 != 0)
        return dof_refuse_section(loader, "bad size in DIFO header", header);
    return header->align == 4 || dof_refuse_section(loader, "bad alignment in DIFO header", header);
}

/* --- Copying them --- */

/* Both are little-endian, the object (check_header in dof.c) and the machine. */
static bool copy(const struct dof_loader *loader, const struct dof_section *section, size_t align,
                 const void **copied)
{
    void *taken = dof_take(loader, section->size, 1, align);
    if (taken == NULL)
        return false;
    *copied = __builtin_memcpy(taken, loader->bytes + section->offset, (size_t)section->size);
    return true;
}

static bool copy_variable(const struct dof_loader *loader, const struct dif_object *difo,
                          const struct dof_section *table, uint64_t at,
                          struct dif_variable *variable)
{
    uint32_t name = dof_read32(loader, at);
    if (name >= difo->strings_size)
        return dof_refuse(loader, "corrupt variable name", table->index, at);
    *variable = (struct dif_variable){
        .name = difo->strings + name,
        .id = dof_read32(loader, at + 4),
        .kind = loader->bytes[at + 8],
        .scope = loader->bytes[at + 9],
        .flags = (uint16_t)(loader->bytes[at + 10] | loader->bytes[at + 11] << 8),
        .type = read_type(loader, at + 12),
    };
    return true;
}

static bool copy_variables(const struct dof_loader *loader, const struct dof_section *table,
                           struct dif_object *difo)
{
    uint32_t count = (uint32_t)(table->size / DOF_VARIABLE_SIZE);
    struct dif_variable *list =
        dof_take(loader, count, sizeof *list, _Alignof(struct dif_variable));
    if (list == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!copy_variable(loader, difo, table, table->offset + (uint64_t)i * DOF_VARIABLE_SIZE,
                           &list[i]))
            return false;
    difo->variables = list;
    difo->variable_count = count;
    return true;
}

static bool copy_parts(const struct dof_loader *loader, const struct parts *parts,
                       struct dif_object *difo)
{
    const struct dof_section *part = parts->part;
    const void *text, *integers, *strings;
    if (!copy(loader, &part[PART_TEXT], 4, &text) ||
        !copy(loader, &part[PART_INTEGERS], 8, &integers) ||
        !copy(loader, &part[PART_STRINGS], 1, &strings))
        return false;
    difo->text = text;
    difo->length = (uint32_t)(part[PART_TEXT].size / 4);
    difo->integers = integers;
    difo->integer_count = (uint32_t)(part[PART_INTEGERS].size / 8);
    difo->strings = part[PART_STRINGS].size == 0 ? NULL : strings;
    difo->strings_size = (uint32_t)part[PART_STRINGS].size;
    difo->type = read_type(loader, parts->header.offset);
    difo->program = loader->program;
    return copy_variables(loader, &part[PART_VARIABLES], difo);
}

/* --- All of it --- */

static bool refuse_code(const struct dof_loader *loader, const struct parts *parts,
                        const struct dif_problem *problem)
{
    bool whole = problem->pc == UINT32_MAX;
    const struct dof_section *section = whole ? &parts->header : &parts->part[PART_TEXT];
    struct text_buffer buffer = {loader->problem->text, sizeof loader->problem->text, 0};
    struct text_sink sink = text_buffer_sink(&buffer);
    if (!whole)
        text_print(&sink, "[%u]: ", problem->pc);
    text_print(&sink, problem->text, (unsigned long long)problem->value);
    loader->problem->section = section->index;
    loader->problem->offset = section->offset + (whole ? 0 : 4 * (uint64_t)problem->pc);
    return false;
}

static struct dif_object *make_difo(const struct dof_loader *loader,
                                    const struct dof_section *header)
{
    struct parts parts = {.header = *header};
    struct dif_object *difo = dof_take(loader, 1, sizeof *difo, _Alignof(struct dif_object));
    struct dif_problem problem;
    if (difo == NULL || !check_header(loader, header) || !find_parts(loader, &parts) ||
        !copy_parts(loader, &parts, difo))
        return NULL;
    if (dif_verify(difo, loader->declarations, &problem))
        return difo;
    (void)refuse_code(loader, &parts, &problem);
    return NULL;
}

bool dof_load_difo(struct dof_loader *loader, const struct dof_section *from, uint64_t offset,
                   struct dif_object **difo)
{
    struct dof_section header;
    *difo = NULL;
    if (dof_read32(loader, from->offset + offset) == DOF_NONE)
        return true;
    if (!dof_section_linked(loader, from, offset, DOF_SECTION_DIFOHDR, &header))
        return false;
    if (loader->made[header.index] == NULL)
        loader->made[header.index] = make_difo(loader, &header);
    *difo = loader->made[header.index];
    return *difo != NULL;
}
