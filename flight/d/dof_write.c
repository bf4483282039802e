/* DOF out of ECBs and options: sections 2 to 9 of the format. */
#include <string.h>

#include "flight/d/difo.h"
#include "trace/dtrace/dif.h"

#define HEADER_SIZE  64u
#define SECTION_SIZE 32u
#define SECTION_LOAD 1u
#define NONE         UINT32_MAX

enum section_type {
    SECTION_COMMENTS = 1,
    SECTION_ECBDESC = 3,
    SECTION_PROBEDESC,
    SECTION_ACTDESC,
    SECTION_DIFOHDR,
    SECTION_DIF,
    SECTION_STRTAB,
    SECTION_VARTAB,
    SECTION_OPTDESC = 14,
    SECTION_INTTAB = 19,
};

struct writing {
    struct d_compiler *compiler;
    struct d_buffer sections; /* headers, with offsets from the start of `data` */
    struct d_buffer data;
    struct d_buffer strings; /* the table of the whole object */
    uint32_t section_count;
};

static void put(struct writing *writing, struct d_buffer *to, const void *bytes, size_t size)
{
    d_buffer_put(writing->compiler, to, bytes, size);
}

static void put_u8(struct writing *writing, struct d_buffer *to, uint8_t value)
{
    put(writing, to, &value, 1);
}

static void put_le(struct writing *writing, struct d_buffer *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        put_u8(writing, to, (uint8_t)(value >> 8 * i));
}

static void put_u32(struct writing *writing, struct d_buffer *to, uint32_t value)
{
    put_le(writing, to, value, 4);
}

static void align(struct writing *writing, struct d_buffer *to, uint32_t alignment)
{
    while (to->size % alignment != 0)
        put_u8(writing, to, 0);
}

/* The header of a section whose data begins here; the caller adds the data. */
static uint32_t begin_section(struct writing *writing, enum section_type type, uint32_t alignment,
                              uint32_t entry_size, uint64_t size)
{
    align(writing, &writing->data, alignment);
    put_u32(writing, &writing->sections, (uint32_t)type);
    put_u32(writing, &writing->sections, alignment);
    put_u32(writing, &writing->sections, SECTION_LOAD);
    put_u32(writing, &writing->sections, entry_size);
    put_le(writing, &writing->sections, writing->data.size, 8);
    put_le(writing, &writing->sections, size, 8);
    return writing->section_count++;
}

static uint32_t put_string(struct writing *writing, const char *text)
{
    if (text[0] == '\0')
        return 0;
    size_t offset = writing->strings.size;
    put(writing, &writing->strings, text, strlen(text) + 1);
    return (uint32_t)offset;
}

static void put_type(struct writing *writing, const struct d_difo_type *type)
{
    put_u8(writing, &writing->data, type->kind);
    put_u8(writing, &writing->data, type->ckind);
    put_u8(writing, &writing->data, type->flags);
    put_u8(writing, &writing->data, 0);
    put_u32(writing, &writing->data, type->size);
}

static uint32_t put_code(struct writing *writing, const struct d_difo *difo)
{
    uint32_t section = begin_section(writing, SECTION_DIF, 4, 4, 4 * difo->code_count);
    for (size_t i = 0; i < difo->code_count; i++)
        put_u32(writing, &writing->data, difo->code[i]);
    return section;
}

static uint32_t put_integers(struct writing *writing, const struct d_difo *difo)
{
    uint32_t section = begin_section(writing, SECTION_INTTAB, 8, 8, 8 * difo->integer_count);
    for (size_t i = 0; i < difo->integer_count; i++)
        put_le(writing, &writing->data, difo->integers[i], 8);
    return section;
}

static uint32_t put_strings(struct writing *writing, const struct d_difo *difo)
{
    uint32_t section = begin_section(writing, SECTION_STRTAB, 1, 0, difo->strings.size);
    put(writing, &writing->data, difo->strings.bytes, difo->strings.size);
    return section;
}

static uint32_t name_offset(const struct d_difo *difo, const char *name)
{
    size_t at = 0;
    while (at < difo->strings.size && strcmp(difo->strings.bytes + at, name) != 0)
        at += strlen(difo->strings.bytes + at) + 1;
    return (uint32_t)at;
}

static uint32_t put_variables(struct writing *writing, const struct d_difo *difo)
{
    uint32_t section = begin_section(writing, SECTION_VARTAB, 4, 20, 20 * difo->variable_count);
    for (size_t i = 0; i < difo->variable_count; i++) {
        const struct d_difo_variable *variable = &difo->variables[i];
        put_u32(writing, &writing->data, name_offset(difo, variable->name));
        put_u32(writing, &writing->data, variable->id);
        put_u8(writing, &writing->data, variable->kind);
        put_u8(writing, &writing->data, variable->scope);
        put_le(writing, &writing->data, variable->flags, 2);
        put_type(writing, &variable->type);
    }
    return section;
}

static uint32_t put_difo(struct writing *writing, const struct d_difo *difo)
{
    uint32_t links[4];
    uint32_t count = 0;
    if (difo == NULL)
        return NONE;
    links[count++] = put_code(writing, difo);
    if (difo->integer_count > 0)
        links[count++] = put_integers(writing, difo);
    if (difo->strings.size > 0)
        links[count++] = put_strings(writing, difo);
    if (difo->variable_count > 0)
        links[count++] = put_variables(writing, difo);
    uint32_t section = begin_section(writing, SECTION_DIFOHDR, 4, 0, 8 + 4 * count);
    put_type(writing, &difo->result);
    for (uint32_t i = 0; i < count; i++)
        put_u32(writing, &writing->data, links[i]);
    return section;
}

static uint32_t put_probe(struct writing *writing, const struct d_probe_name *probe)
{
    uint32_t section = begin_section(writing, SECTION_PROBEDESC, 4, 24, 24);
    put_u32(writing, &writing->data, 0);
    put_u32(writing, &writing->data, put_string(writing, probe->provider));
    put_u32(writing, &writing->data, put_string(writing, probe->module));
    put_u32(writing, &writing->data, put_string(writing, probe->function));
    put_u32(writing, &writing->data, put_string(writing, probe->name));
    put_u32(writing, &writing->data, 0);
    return section;
}

/* A format stands in the strings once for each statement, whose actions all refer to it. */
static uint64_t format_offset(struct writing *writing, const struct d_action *action,
                              const struct d_action *before, uint64_t before_offset)
{
    if (before != NULL && before->format == action->format && before->uarg == action->uarg)
        return before_offset;
    return put_string(writing, action->format);
}

static uint32_t put_actions(struct writing *writing, const struct d_action *list)
{
    uint32_t count = 0;
    for (const struct d_action *at = list; at != NULL; at = at->next)
        count++;
    if (count == 0)
        return NONE;
    uint32_t *difos = d_take(writing->compiler, count * sizeof *difos);
    uint32_t i = 0;
    for (const struct d_action *at = list; at != NULL; at = at->next)
        difos[i++] = put_difo(writing, at->difo);
    uint32_t section = begin_section(writing, SECTION_ACTDESC, 8, 32, 32 * (uint64_t)count);
    const struct d_action *before = NULL;
    uint64_t offset = 0;
    i = 0;
    for (const struct d_action *at = list; at != NULL; at = at->next) {
        if (at->format != NULL)
            offset = format_offset(writing, at, before, offset);
        put_u32(writing, &writing->data, difos[i++]);
        put_u32(writing, &writing->data, at->format != NULL ? 0 : NONE);
        put_u32(writing, &writing->data, at->kind);
        put_u32(writing, &writing->data, at->ntuple);
        put_le(writing, &writing->data, at->format != NULL ? offset : at->arg, 8);
        put_le(writing, &writing->data, at->uarg, 8);
        before = at->format != NULL ? at : NULL;
    }
    return section;
}

static void put_ecb(struct writing *writing, const struct d_ecb *ecb)
{
    uint32_t probe = put_probe(writing, &ecb->probe);
    uint32_t predicate = put_difo(writing, ecb->predicate);
    uint32_t actions = put_actions(writing, ecb->actions);
    begin_section(writing, SECTION_ECBDESC, 8, 0, 24);
    put_u32(writing, &writing->data, probe);
    put_u32(writing, &writing->data, predicate);
    put_u32(writing, &writing->data, actions);
    put_u32(writing, &writing->data, 0);
    put_le(writing, &writing->data, ecb->uarg, 8);
}

static void put_header(struct writing *writing, struct d_buffer *to, uint8_t version, uint64_t size)
{
    static const uint8_t magic[] = {0x7f, 'D', 'O', 'F'};
    put(writing, to, magic, sizeof magic);
    put_u8(writing, to, writing->compiler->setup.model == D_MODEL_LP64 ? 2 : 1);
    put_u8(writing, to, 1);       /* little-endian */
    put_u8(writing, to, version); /* of DOF */
    put_u8(writing, to, 2);       /* of DIF */
    put_u8(writing, to, 8);       /* registers */
    put_u8(writing, to, 8);       /* of tuples */
    put_le(writing, to, 0, 6);
    put_u32(writing, to, 0);
    put_u32(writing, to, HEADER_SIZE);
    put_u32(writing, to, SECTION_SIZE);
    put_u32(writing, to, writing->section_count);
    put_le(writing, to, HEADER_SIZE, 8);
    put_le(writing, to, size, 8);
    put_le(writing, to, size, 8);
    put_le(writing, to, 0, 8);
}

/* Offsets of sections count from the start of the object from here on. */
static void move_offsets(struct writing *writing, uint64_t base)
{
    for (uint32_t i = 0; i < writing->section_count; i++) {
        uint8_t *field = (uint8_t *)writing->sections.bytes + i * SECTION_SIZE + 16;
        uint64_t offset = base;
        for (unsigned byte = 0; byte < 8; byte++)
            offset += (uint64_t)field[byte] << 8 * byte;
        for (unsigned byte = 0; byte < 8; byte++)
            field[byte] = (uint8_t)(offset >> 8 * byte);
    }
}

static struct d_bytes finish(struct writing *writing, uint8_t version)
{
    struct d_buffer whole = {0};
    uint64_t base = HEADER_SIZE + (uint64_t)writing->section_count * SECTION_SIZE;
    if (base + writing->data.size >= DOF_SIZE_MAX)
        d_fail(writing->compiler, "", "the program is too large: an object has less than %u bytes",
               DOF_SIZE_MAX);
    move_offsets(writing, base);
    put_header(writing, &whole, version, base + writing->data.size);
    put(writing, &whole, writing->sections.bytes, writing->sections.size);
    put(writing, &whole, writing->data.bytes, writing->data.size);
    return (struct d_bytes){.bytes = (const uint8_t *)whole.bytes, .size = whole.size};
}

/* The strings come last: they are known only when all else is. */
static void put_all_strings(struct writing *writing)
{
    uint8_t *header = (uint8_t *)writing->sections.bytes;
    for (unsigned byte = 0; byte < 8; byte++) {
        header[16 + byte] = (uint8_t)((uint64_t)writing->data.size >> 8 * byte);
        header[24 + byte] = (uint8_t)((uint64_t)writing->strings.size >> 8 * byte);
    }
    put(writing, &writing->data, writing->strings.bytes, writing->strings.size);
}

struct d_bytes d_dof_write(struct d_compiler *compiler, const struct d_ecb *ecbs)
{
    struct writing writing = {.compiler = compiler};
    begin_section(&writing, SECTION_STRTAB, 1, 0, 0);
    put_u8(&writing, &writing.strings, 0);
    for (; ecbs != NULL; ecbs = ecbs->next)
        put_ecb(&writing, ecbs);
    put_all_strings(&writing);
    return finish(&writing, 1);
}

struct d_bytes d_dof_write_options(struct d_compiler *compiler)
{
    struct writing writing = {.compiler = compiler};
    uint32_t count = 0;
    for (uint32_t i = 0; i < DOF_OPTIONS; i++)
        count += compiler->runtime_options[i] != DOF_OPTION_UNSET;
    begin_section(&writing, SECTION_OPTDESC, 8, 16, 16 * (uint64_t)count);
    for (uint32_t i = 0; i < DOF_OPTIONS; i++) {
        if (compiler->runtime_options[i] == DOF_OPTION_UNSET)
            continue;
        put_u32(&writing, &writing.data, i);
        put_u32(&writing, &writing.data, NONE);
        put_le(&writing, &writing.data, (uint64_t)compiler->runtime_options[i], 8);
    }
    return finish(&writing, 2);
}
