/* DOF objects for tests: sections are collected, then laid out behind their headers. */
#include "tests/unit/dof_builder.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEADER_SIZE = 64,
    SECTION_SIZE = 32,
    LOAD = 1
};

static void put32(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

static void put64(uint8_t *bytes, uint64_t value)
{
    put32(bytes, (uint32_t)value);
    put32(bytes + 4, (uint32_t)(value >> 32));
}

static void put_type(uint8_t *bytes, const struct dif_type *type)
{
    bytes[0] = type->kind;
    bytes[1] = type->ckind;
    bytes[2] = type->flags;
    bytes[3] = 0;
    put32(bytes + 4, type->size);
}

uint32_t dof_builder_append(struct dof_builder *builder, uint32_t section, const void *bytes,
                            size_t size)
{
    struct dof_builder_section *s = &builder->sections[section];
    uint32_t offset = (uint32_t)s->size;
    uint8_t *grown = realloc(s->bytes, s->size + size + 1);
    if (grown == NULL)
        abort();
    if (size > 0)
        memcpy(grown + s->size, bytes, size);
    s->bytes = grown;
    s->size += size;
    return offset;
}

uint32_t dof_builder_section(struct dof_builder *builder, enum dof_section_number type,
                             uint32_t align, uint32_t entsize, const void *bytes, size_t size)
{
    if (builder->count == DOF_BUILDER_SECTIONS)
        abort();
    uint32_t index = builder->count++;
    builder->sections[index] = (struct dof_builder_section){
        .type = type, .align = align, .flags = LOAD, .entsize = entsize};
    (void)dof_builder_append(builder, index, bytes, size);
    return index;
}

void dof_builder_start(struct dof_builder *builder)
{
    builder->count = 0;
    (void)dof_builder_section(builder, DOF_TYPE_STRTAB, 1, 0, "", 1);
}

uint32_t dof_builder_string(struct dof_builder *builder, const char *text)
{
    if (text == NULL || *text == '\0')
        return 0;
    return dof_builder_append(builder, 0, text, strlen(text) + 1);
}

/* --- DIFOs --- */

static uint32_t integers(struct dof_builder *builder, const struct dif_object *difo)
{
    return dof_builder_section(builder, DOF_TYPE_INTTAB, 8, 8, difo->integers,
                               8 * (size_t)difo->integer_count);
}

static uint32_t strings(struct dof_builder *builder, const struct dif_object *difo)
{
    return difo->strings != NULL ? dof_builder_section(builder, DOF_TYPE_STRTAB, 1, 0,
                                                       difo->strings, difo->strings_size)
                                 : dof_builder_section(builder, DOF_TYPE_STRTAB, 1, 0, "", 1);
}

static uint32_t variables(struct dof_builder *builder, const struct dif_object *difo,
                          uint32_t string_table)
{
    uint32_t index = dof_builder_section(builder, DOF_TYPE_VARTAB, 4, 20, NULL, 0);
    for (uint32_t i = 0; i < difo->variable_count; i++) {
        const struct dif_variable *variable = &difo->variables[i];
        const char *name = variable->name == NULL ? "" : variable->name;
        uint8_t record[20];
        put32(record, dof_builder_append(builder, string_table, name, strlen(name) + 1));
        put32(record + 4, variable->id);
        record[8] = variable->kind;
        record[9] = variable->scope;
        record[10] = (uint8_t)variable->flags;
        record[11] = (uint8_t)(variable->flags >> 8);
        put_type(record + 12, &variable->type);
        (void)dof_builder_append(builder, index, record, sizeof record);
    }
    return index;
}

uint32_t dof_builder_difo(struct dof_builder *builder, const struct dif_object *difo)
{
    uint8_t header[8 + 4 * 4];
    size_t size = 8;
    put_type(header, &difo->type);
    uint32_t text =
        dof_builder_section(builder, DOF_TYPE_DIF, 4, 4, difo->text, 4 * (size_t)difo->length);
    put32(header + size, text);
    size += 4;
    if (difo->integer_count > 0) {
        put32(header + size, integers(builder, difo));
        size += 4;
    }
    if (difo->strings != NULL || difo->variable_count > 0) {
        uint32_t table = strings(builder, difo);
        put32(header + size, table);
        size += 4;
        if (difo->variable_count > 0) {
            put32(header + size, variables(builder, difo, table));
            size += 4;
        }
    }
    return dof_builder_section(builder, DOF_TYPE_DIFOHDR, 4, 0, header, size);
}

/* --- Clauses --- */

static uint32_t optional_difo(struct dof_builder *builder, const struct dif_object *difo)
{
    return difo == NULL ? DOF_NONE : dof_builder_difo(builder, difo);
}

uint32_t dof_builder_actions(struct dof_builder *builder, const struct dof_action *actions,
                             uint32_t count)
{
    if (count == 0)
        return DOF_NONE;
    uint8_t *records = calloc(count, 32);
    if (records == NULL)
        abort();
    for (uint32_t i = 0; i < count; i++) {
        const struct dof_action *action = &actions[i];
        uint8_t *record = records + 32 * (size_t)i;
        put32(record, optional_difo(builder, action->difo));
        put32(record + 4, action->format == NULL ? DOF_NONE : 0);
        put32(record + 8, action->kind);
        put32(record + 12, action->ntuple);
        put64(record + 16,
              action->format == NULL ? action->arg : dof_builder_string(builder, action->format));
        put64(record + 24, action->uarg);
    }
    uint32_t index =
        dof_builder_section(builder, DOF_TYPE_ACTDESC, 8, 32, records, 32 * (size_t)count);
    free(records);
    return index;
}

static uint32_t probe(struct dof_builder *builder, const struct dof_clause *clause)
{
    uint8_t record[24];
    put32(record, 0);
    put32(record + 4, dof_builder_string(builder, clause->provider));
    put32(record + 8, dof_builder_string(builder, clause->module));
    put32(record + 12, dof_builder_string(builder, clause->function));
    put32(record + 16, dof_builder_string(builder, clause->name));
    put32(record + 20, 0);
    return dof_builder_section(builder, DOF_TYPE_PROBEDESC, 4, 24, record, sizeof record);
}

uint32_t dof_builder_clause(struct dof_builder *builder, const struct dof_clause *clause)
{
    uint8_t record[24];
    put32(record, probe(builder, clause));
    put32(record + 4, optional_difo(builder, clause->predicate));
    put32(record + 8, dof_builder_actions(builder, clause->actions, clause->action_count));
    put32(record + 12, 0);
    put64(record + 16, clause->uarg);
    return dof_builder_section(builder, DOF_TYPE_ECBDESC, 8, 0, record, sizeof record);
}

void dof_builder_options(struct dof_builder *builder, const struct dof_option *options,
                         uint32_t count)
{
    uint32_t section = dof_builder_section(builder, DOF_TYPE_OPTDESC, 8, 16, NULL, 0);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t record[16];
        put32(record, options[i].id);
        put32(record + 4, DOF_NONE);
        put64(record + 8, (uint64_t)options[i].value);
        (void)dof_builder_append(builder, section, record, sizeof record);
    }
}

/* --- The layout --- */

static uint64_t place(uint64_t offset, uint32_t align)
{
    return align == 0 ? offset : (offset + align - 1) / align * align;
}

/* Section 0's bytes come last, as compilers have it. */
static uint32_t nth(const struct dof_builder *builder, uint32_t n)
{
    return n + 1 < builder->count ? n + 1 : 0;
}

static void put_header(uint8_t *bytes, uint32_t sections, uint64_t size)
{
    static const uint8_t ident[16] = {0x7f, 'D', 'O', 'F', 2, 1, 1, 2, 8, 8};
    memcpy(bytes, ident, sizeof ident);
    put32(bytes + 20, HEADER_SIZE);
    put32(bytes + 24, SECTION_SIZE);
    put32(bytes + 28, sections);
    put64(bytes + 32, HEADER_SIZE);
    put64(bytes + 40, size);
    put64(bytes + 48, size);
}

static void put_section(uint8_t *header, const struct dof_builder_section *section, uint64_t offset)
{
    put32(header, section->type);
    put32(header + 4, section->align);
    put32(header + 8, section->flags);
    put32(header + 12, section->entsize);
    put64(header + 16, offset);
    put64(header + 24, section->size);
}

uint8_t *dof_builder_finish(struct dof_builder *builder, size_t *size)
{
    uint64_t end = HEADER_SIZE + (uint64_t)SECTION_SIZE * builder->count;
    for (uint32_t i = 0; i < builder->count; i++) {
        const struct dof_builder_section *section = &builder->sections[nth(builder, i)];
        end = place(end, section->align) + section->size;
    }
    uint8_t *bytes = calloc(1, end);
    if (bytes == NULL)
        abort();
    put_header(bytes, builder->count, end);
    uint64_t offset = HEADER_SIZE + (uint64_t)SECTION_SIZE * builder->count;
    for (uint32_t i = 0; i < builder->count; i++) {
        uint32_t index = nth(builder, i);
        struct dof_builder_section *section = &builder->sections[index];
        offset = place(offset, section->align);
        put_section(bytes + HEADER_SIZE + SECTION_SIZE * (size_t)index, section, offset);
        memcpy(bytes + offset, section->bytes, section->size);
        offset += section->size;
        free(section->bytes);
    }
    builder->count = 0;
    *size = end;
    return bytes;
}

uint8_t *dof_build(const struct dof_object *object, size_t *size)
{
    struct dof_builder builder;
    dof_builder_start(&builder);
    for (uint32_t i = 0; i < object->clause_count; i++)
        (void)dof_builder_clause(&builder, &object->clauses[i]);
    if (object->option_count > 0)
        dof_builder_options(&builder, object->options, object->option_count);
    return dof_builder_finish(&builder, size);
}
