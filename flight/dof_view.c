/* A DOF object, shown as it is. */
#include "flight/dof_view.h"

#include <string.h>

/* --- Numbers; 0 where there is nothing --- */

static bool has(const struct dof_view *view, uint64_t offset, uint64_t size)
{
    return offset <= view->size && size <= view->size - offset;
}

static uint64_t number(const struct dof_view *view, uint64_t offset, uint32_t size)
{
    uint64_t value = 0;
    if (!has(view, offset, size))
        return 0;
    for (uint32_t i = size; i-- > 0;)
        value = value << 8 | view->bytes[offset + i];
    return value;
}

static uint32_t word(const struct dof_view *view, uint64_t offset)
{
    return (uint32_t)number(view, offset, 4);
}

/* --- The header, the sections --- */

bool dof_view_open(struct dof_view *view, const uint8_t *bytes, size_t size)
{
    static const uint8_t magic[] = {0x7f, 'D', 'O', 'F'};
    *view = (struct dof_view){.bytes = bytes, .size = size};
    if (size < DOF_HEADER_SIZE || memcmp(bytes, magic, sizeof magic) != 0)
        return false;
    memcpy(view->ident, bytes, sizeof view->ident);
    view->stride = word(view, 24);
    view->said = word(view, 28);
    view->headers = number(view, 32, 8);
    view->loaded = number(view, 40, 8);
    view->whole = number(view, 48, 8);
    if (view->headers > size || view->stride < DOF_SECTION_SIZE)
        return true;
    uint64_t room = (size - view->headers) / view->stride;
    view->sections = room < view->said ? (uint32_t)room : view->said;
    return true;
}

struct dof_section dof_view_section(const struct dof_view *view, uint32_t index)
{
    uint64_t header = view->headers + (uint64_t)index * view->stride;
    return (struct dof_section){
        .index = index,
        .type = word(view, header),
        .align = word(view, header + 4),
        .flags = word(view, header + 8),
        .entsize = word(view, header + 12),
        .offset = number(view, header + 16, 8),
        .size = number(view, header + 24, 8),
    };
}

bool dof_view_linked(const struct dof_view *view, uint32_t link, uint32_t type,
                     struct dof_section *section)
{
    if (link >= view->sections)
        return false;
    *section = dof_view_section(view, link);
    if (section->type != type || section->offset > view->size)
        return false;
    uint64_t room = view->size - section->offset;
    section->size = section->size < room ? section->size : room;
    return true;
}

uint32_t dof_view_entries(const struct dof_view *view, const struct dof_section *section,
                          uint32_t size)
{
    if (section->offset > view->size)
        return 0;
    uint64_t room = view->size - section->offset;
    uint64_t count = (section->size < room ? section->size : room) / size;
    return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static struct frame_string string_in(const struct dof_view *view, const struct dof_section *table,
                                     uint64_t offset)
{
    if (offset >= table->size)
        return (struct frame_string){NULL, 0};
    const char *text = (const char *)view->bytes + table->offset + offset;
    uint64_t room = table->size - offset;
    return (struct frame_string){
        text, strnlen(text, room < DOF_VIEW_STRING_MAX ? (size_t)room : DOF_VIEW_STRING_MAX)};
}

struct frame_string dof_view_string(const struct dof_view *view, uint32_t table, uint64_t offset)
{
    struct dof_section section;
    if (!dof_view_linked(view, table, DOF_SECTION_STRTAB, &section))
        return (struct frame_string){NULL, 0};
    return string_in(view, &section, offset);
}

/* --- Clauses, actions, options --- */

bool dof_view_clause(const struct dof_view *view, const struct dof_section *section,
                     struct dof_view_clause *clause)
{
    struct dof_section probe;
    *clause = (struct dof_view_clause){.predicate = DOF_NONE, .actions = DOF_NONE};
    if (dof_view_entries(view, section, DOF_ECB_SIZE) == 0)
        return false;
    const uint32_t link = word(view, section->offset);
    clause->predicate = word(view, section->offset + 4);
    clause->actions = word(view, section->offset + 8);
    clause->uarg = number(view, section->offset + 16, 8);
    if (!dof_view_linked(view, link, DOF_SECTION_PROBEDESC, &probe) || probe.size < DOF_PROBE_SIZE)
        return true;
    for (uint32_t i = 0; i < 4; i++)
        clause->names[i] = dof_view_string(view, word(view, probe.offset),
                                           word(view, probe.offset + 4 + 4 * (uint64_t)i));
    return true;
}

static bool has_format(const struct dof_view_action *action)
{
    switch (action->kind) {
    case DOF_ACTION_PRINTF:
    case DOF_ACTION_PRINTA:
    case DOF_ACTION_SYSTEM:
    case DOF_ACTION_FREOPEN:
    case DOF_ACTION_DIFEXPR:
        return action->strings != DOF_NONE;
    default:
        return false;
    }
}

struct dof_view_action dof_view_action(const struct dof_view *view,
                                       const struct dof_section *section, uint32_t index)
{
    uint64_t at = section->offset + (uint64_t)index * DOF_ACTION_SIZE;
    struct dof_view_action action = {.difo = word(view, at),
                                     .strings = word(view, at + 4),
                                     .kind = word(view, at + 8),
                                     .ntuple = word(view, at + 12),
                                     .arg = number(view, at + 16, 8),
                                     .uarg = number(view, at + 24, 8)};
    if (has_format(&action))
        action.format = dof_view_string(view, action.strings, action.arg);
    return action;
}

struct dof_view_option dof_view_option(const struct dof_view *view,
                                       const struct dof_section *section, uint32_t index)
{
    uint64_t at = section->offset + (uint64_t)index * DOF_OPTION_SIZE;
    return (struct dof_view_option){word(view, at), number(view, at + 8, 8)};
}

/* --- DIFOs --- */

static struct dif_type type_at(const struct dof_view *view, uint64_t at)
{
    return (struct dif_type){.kind = (uint8_t)number(view, at, 1),
                             .ckind = (uint8_t)number(view, at + 1, 1),
                             .flags = (uint8_t)number(view, at + 2, 1),
                             .size = word(view, at + 4)};
}

/* Of several of a type the first one counts. */
static void find_part(const struct dof_view *view, uint32_t link, uint32_t type,
                      struct dof_section *part)
{
    struct dof_section section;
    if (part->size == 0 && dof_view_linked(view, link, type, &section))
        *part = section;
}

bool dof_view_difo(const struct dof_view *view, uint32_t link, struct dof_view_difo *difo)
{
    enum {
        LINKS_MAX = 16 /* a sound one has 4 at most */
    };
    struct dof_section header;
    *difo = (struct dof_view_difo){0};
    if (!dof_view_linked(view, link, DOF_SECTION_DIFOHDR, &header))
        return false;
    difo->type = type_at(view, header.offset);
    uint32_t links = dof_view_entries(view, &header, 4);
    for (uint32_t i = 2; i < links && i < 2 + LINKS_MAX; i++) {
        uint32_t part = word(view, header.offset + 4 * (uint64_t)i);
        find_part(view, part, DOF_SECTION_DIF, &difo->text);
        find_part(view, part, DOF_SECTION_INTTAB, &difo->integers);
        find_part(view, part, DOF_SECTION_STRTAB, &difo->strings);
        find_part(view, part, DOF_SECTION_VARTAB, &difo->variables);
    }
    difo->length = dof_view_entries(view, &difo->text, 4);
    difo->integer_count = dof_view_entries(view, &difo->integers, 8);
    difo->variable_count = dof_view_entries(view, &difo->variables, DOF_VARIABLE_SIZE);
    return true;
}

struct dof_view_variable dof_view_variable(const struct dof_view *view,
                                           const struct dof_view_difo *difo, uint32_t index)
{
    uint64_t at = difo->variables.offset + (uint64_t)index * DOF_VARIABLE_SIZE;
    return (struct dof_view_variable){.name = string_in(view, &difo->strings, word(view, at)),
                                      .id = word(view, at + 4),
                                      .kind = (uint8_t)number(view, at + 8, 1),
                                      .scope = (uint8_t)number(view, at + 9, 1),
                                      .flags = (uint16_t)number(view, at + 10, 2),
                                      .type = type_at(view, at + 12)};
}

uint32_t dof_view_instruction(const struct dof_view *view, const struct dof_view_difo *difo,
                              uint32_t pc)
{
    return word(view, difo->text.offset + 4 * (uint64_t)pc);
}

uint64_t dof_view_integer(const struct dof_view *view, const struct dof_view_difo *difo,
                          uint32_t index)
{
    return number(view, difo->integers.offset + 8 * (uint64_t)index, 8);
}
