/* One DOF object: its header, then its sections, then what they say. */
#include "trace/dtrace/dof_parts.h"

#include "trace/text.h"

bool dof_refuse(const struct dof_loader *loader, const char *text, uint32_t section,
                uint64_t offset)
{
    struct text_buffer buffer = {loader->problem->text, sizeof loader->problem->text, 0};
    struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "%s", text);
    loader->problem->section = section;
    loader->problem->offset = offset;
    return false;
}

void *dof_take(const struct dof_loader *loader, uint64_t count, size_t size, size_t align)
{
    void *taken =
        count > SIZE_MAX ? NULL : dtrace_memory_array(loader->memory, (size_t)count, size, align);
    if (taken == NULL)
        (void)dof_refuse(loader, "no memory for this object", DOF_NONE, DOF_NOWHERE);
    return taken;
}

/* --- The header --- */

static bool refuse_header(const struct dof_loader *loader, const char *text, uint64_t offset)
{
    return dof_refuse(loader, text, DOF_NONE, offset);
}

void dof_problem_print_place(const struct text_sink *sink, const struct dof_problem *problem)
{
    if (problem->section != DOF_NONE)
        text_print(sink, " (section %u at 0x%llx)", problem->section,
                   (unsigned long long)problem->offset);
    else if (problem->offset != DOF_NOWHERE)
        text_print(sink, " (header at 0x%llx)", (unsigned long long)problem->offset);
}

static bool check_size(struct dof_loader *loader, uint64_t size)
{
    if (size < DOF_HEADER_SIZE)
        return refuse_header(loader, "truncated header", 0);
    loader->size = dof_read64(loader, 40);
    if (loader->size >= DOF_SIZE_MAX)
        return refuse_header(loader, "oversized DOF", 40);
    if (loader->size < DOF_HEADER_SIZE)
        return refuse_header(loader, "invalid load size", 40);
    return loader->size <= size || refuse_header(loader, "truncated DOF", 40);
}

static bool check_padding(const struct dof_loader *loader)
{
    for (uint64_t i = 10; i < 16; i++)
        if (loader->bytes[i] != 0)
            return refuse_header(loader, "DOF has invalid ident byte set", i);
    return true;
}

static bool check_ident(const struct dof_loader *loader)
{
    const uint8_t *ident = loader->bytes;
    if (dof_read32(loader, 0) != 0x464f447f)
        return refuse_header(loader, "DOF magic string mismatch", 0);
    if (ident[4] != 1 && ident[4] != 2)
        return refuse_header(loader, "DOF has invalid data model", 4);
    if (ident[5] != 1)
        return refuse_header(loader, "DOF encoding mismatch", 5);
    if (ident[6] != 1 && ident[6] != 2)
        return refuse_header(loader, "DOF version mismatch", 6);
    if (ident[7] != 2)
        return refuse_header(loader, "DOF uses unsupported instruction set", 7);
    if (ident[8] > DIF_REGISTERS)
        return refuse_header(loader, "DOF uses too many integer registers", 8);
    if (ident[9] > DIF_TUPLE_MAX)
        return refuse_header(loader, "DOF uses too many tuple registers", 9);
    return check_padding(loader);
}

/* The two sizes are below 2^32 each, so that their product cannot wrap. */
static bool check_headers_fit(const struct dof_loader *loader)
{
    uint64_t all = (uint64_t)loader->section_count * loader->stride;
    if (loader->headers > loader->size || all > loader->size - loader->headers)
        return refuse_header(loader, "truncated section headers", 32);
    return loader->headers % 8 == 0 || refuse_header(loader, "misaligned section headers", 32);
}

static bool check_header(struct dof_loader *loader, uint64_t size)
{
    if (!check_size(loader, size) || !check_ident(loader))
        return false;
    if (dof_read32(loader, 16) != 0)
        return refuse_header(loader, "DOF has invalid flag bits set", 16);
    if (dof_read32(loader, 20) != DOF_HEADER_SIZE)
        return refuse_header(loader, "invalid header size", 20);
    loader->stride = dof_read32(loader, 24);
    loader->section_count = dof_read32(loader, 28);
    loader->headers = dof_read64(loader, 32);
    if (loader->stride == 0)
        return refuse_header(loader, "zero section header size", 24);
    if (loader->stride % 8 != 0)
        return refuse_header(loader, "misaligned section size", 24);
    if (loader->stride < DOF_SECTION_SIZE)
        return refuse_header(loader, "section header size too small", 24);
    return check_headers_fit(loader);
}

/* --- All of it --- */

/* What has been made of the sections is noted at the far end of the memory while the object is loaded. */
static bool take_notes(struct dof_loader *loader)
{
    struct dtrace_memory *memory = loader->memory;
    size_t size = sizeof *loader->made * (size_t)loader->section_count + 15;
    struct dtrace_memory far = {memory->bytes, memory->size, memory->used};
    if (size > memory->size - memory->used)
        return dof_refuse(loader, "no memory for this object", DOF_NONE, DOF_NOWHERE);
    far.used = memory->size - size;
    loader->made = dtrace_memory_array(&far, loader->section_count, sizeof *loader->made, 16);
    memory->size -= size;
    return loader->made != NULL;
}

bool dof_load(const uint8_t *bytes, size_t size, uint32_t program, struct dtrace_memory *memory,
              struct dif_declarations *declarations, struct dof_object *object,
              struct dof_problem *problem)
{
    struct dof_loader loader = {.bytes = bytes,
                                .program = program,
                                .memory = memory,
                                .declarations = declarations,
                                .problem = problem};
    size_t used = memory->used, whole = memory->size;
    uint32_t declared = declarations->count;
    *object = (struct dof_object){0};
    bool loaded = check_header(&loader, size) && dof_check_sections(&loader) &&
                  dof_check_relocations(&loader) && take_notes(&loader) &&
                  dof_load_clauses(&loader, object) && dof_load_options(&loader, object);
    memory->size = whole;
    if (loaded)
        return true;
    memory->used = used;
    declarations->count = declared;
    *object = (struct dof_object){0};
    return false;
}
