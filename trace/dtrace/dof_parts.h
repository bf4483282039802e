/* What the parts of the DOF loader share: the object being loaded, its sections, and refusal.
 *
 * Source: illumos, uts/common/sys/dtrace.h (July 2021), dof_hdr_t, dof_sec_t and what follows them. */
#pragma once

#include "trace/dtrace/dof.h"

enum dof_section_type {
    DOF_SECTION_NONE = 0,
    DOF_SECTION_COMMENTS,
    DOF_SECTION_SOURCE,
    DOF_SECTION_ECBDESC,
    DOF_SECTION_PROBEDESC,
    DOF_SECTION_ACTDESC,
    DOF_SECTION_DIFOHDR,
    DOF_SECTION_DIF,
    DOF_SECTION_STRTAB,
    DOF_SECTION_VARTAB,
    DOF_SECTION_RELTAB,
    DOF_SECTION_URELHDR = 12,
    DOF_SECTION_OPTDESC = 14,
    DOF_SECTION_PROVIDER,
    DOF_SECTION_PROFFS = 18,
    DOF_SECTION_INTTAB,
    DOF_SECTION_UTSNAME,
    DOF_SECTION_LAST_KNOWN = 26,
    DOF_SECTION_ANY = UINT32_MAX, /* for dof_section_linked: any type */
};

enum {
    DOF_HEADER_SIZE = 64,
    DOF_SECTION_SIZE = 32,
    DOF_SECTION_LOAD = 1,
    DOF_ECB_SIZE = 24,
    DOF_PROBE_SIZE = 24,
    DOF_ACTION_SIZE = 32,
    DOF_OPTION_SIZE = 16,
    DOF_VARIABLE_SIZE = 20,
    DOF_DIFO_HEADER_SIZE = 12,
    DOF_RELOCATION_HEADER_SIZE = 12,
    DOF_RELOCATION_SIZE = 24,
};

/* After dof_check_sections, all of a loadable section lies in the object. */
struct dof_section {
    uint32_t index;
    uint32_t type, align, flags, entsize;
    uint64_t offset, size; /* bytes, from the start of the object */
};

/* What was made of an ACTDESC, for all clauses that refer to it. */
struct dof_actions {
    struct dof_action *list;
    uint32_t count;
    bool given; /* to a clause before */
};

/* A format: a printf() of k arguments has it k times. */
struct dof_format {
    uint32_t table, offset;
    const char *text; /* NULL: none yet */
};

struct dof_loader {
    const uint8_t *bytes;
    uint64_t size;    /* loadsz */
    uint64_t headers; /* offset of the section headers */
    uint32_t stride, section_count;
    uint32_t program;
    struct dtrace_memory *memory;
    struct dif_declarations *declarations;
    struct dof_problem *problem;
    void **made; /* for each section: its DIFO or its struct dof_actions; NULL: not yet */
    struct dof_format format;
};

static inline uint32_t dof_read32(const struct dof_loader *loader, uint64_t offset)
{
    const uint8_t *p = loader->bytes + offset;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t dof_read64(const struct dof_loader *loader, uint64_t offset)
{
    return dof_read32(loader, offset) | (uint64_t)dof_read32(loader, offset + 4) << 32;
}

/* Always false. */
bool dof_refuse(const struct dof_loader *loader, const char *text, uint32_t section,
                uint64_t offset);
bool dof_refuse_section(const struct dof_loader *loader, const char *text,
                        const struct dof_section *section);

/* `count` zeroed elements that stay; NULL: refused. */
void *dof_take(const struct dof_loader *loader, uint64_t count, size_t size, size_t align);

/* --- Sections --- */

/* The next loadable section of a type from *index on, which then is behind it; false: no more. */
bool dof_section_next(const struct dof_loader *loader, enum dof_section_type type, uint32_t *index,
                      struct dof_section *section);

/* The section that the link at `offset` of section `from` names.  False: refused. */
bool dof_section_linked(const struct dof_loader *loader, const struct dof_section *from,
                        uint64_t offset, enum dof_section_type type, struct dof_section *section);

/* In this order.  False: refused. */
bool dof_check_sections(const struct dof_loader *loader);
bool dof_check_relocations(const struct dof_loader *loader);

/* --- What sections say --- */

/* A copy of the string at `offset` of a string table, at most `most` bytes of it; NULL: refused. */
const char *dof_copy_string(const struct dof_loader *loader, const struct dof_section *table,
                            uint64_t offset, uint32_t most);

/* Behind the link at `offset` of section `from`: the DIFO or the actions, made at the first time. */
bool dof_load_difo(struct dof_loader *loader, const struct dof_section *from, uint64_t offset,
                   struct dif_object **difo);
bool dof_load_actions(struct dof_loader *loader, const struct dof_section *from, uint64_t offset,
                      struct dof_actions *actions);

/* Into the object.  False: refused. */
bool dof_load_clauses(struct dof_loader *loader, struct dof_object *object);
bool dof_load_options(const struct dof_loader *loader, struct dof_object *object);
