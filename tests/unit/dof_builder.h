/* DOF objects for tests, made in memory.
 *
 * The recipe is what the loader gives back: describe a struct dof_object in C, build it, load it.  For what no
 * compiler would write there are the single sections.  A builder that runs out of memory or of places aborts. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "trace/dtrace/dof.h"

/* Instructions, as constants: three registers; an index of 16 bits and a register; a branch. */
#define DIF_REGS(op, r1, r2, rd)                                                                   \
    ((uint32_t)(op) << 24 | (uint32_t)(r1) << 16 | (uint32_t)(r2) << 8 | (uint32_t)(rd))
#define DIF_INDEX(op, index, rd) ((uint32_t)(op) << 24 | (uint32_t)(index) << 8 | (uint32_t)(rd))
#define DIF_BRANCH(op, label)    ((uint32_t)(op) << 24 | (uint32_t)(label))
#define DIF_RET(rd)              ((uint32_t)DIF_OP_RET << 24 | (uint32_t)(rd))

/* Results that compilers give: an integer of so many bytes (0: a statement), a string of so many. */
#define DIF_RESULT(bytes) ((struct dif_type){.ckind = 1, .size = (bytes)})
#define DIF_RESULT_STRING(bytes)                                                                   \
    ((struct dif_type){.kind = DIF_TYPE_STRING, .flags = DIF_TYPE_BY_REF, .size = (bytes)})

/* text, length: of an array of instructions. */
#define DIF_TEXT(array) .text = (array), .length = sizeof(array) / sizeof((array)[0])

enum dof_section_number {
    DOF_TYPE_NONE,
    DOF_TYPE_COMMENTS,
    DOF_TYPE_SOURCE,
    DOF_TYPE_ECBDESC,
    DOF_TYPE_PROBEDESC,
    DOF_TYPE_ACTDESC,
    DOF_TYPE_DIFOHDR,
    DOF_TYPE_DIF,
    DOF_TYPE_STRTAB,
    DOF_TYPE_VARTAB,
    DOF_TYPE_RELTAB,
    DOF_TYPE_TYPTAB,
    DOF_TYPE_URELHDR,
    DOF_TYPE_KRELHDR,
    DOF_TYPE_OPTDESC,
    DOF_TYPE_PROVIDER,
    DOF_TYPE_PROBES,
    DOF_TYPE_PRARGS,
    DOF_TYPE_PROFFS,
    DOF_TYPE_INTTAB,
    DOF_TYPE_UTSNAME,
};

struct dof_builder_section {
    uint32_t type, align, flags, entsize;
    uint64_t size;
    uint8_t *bytes;
};

enum {
    DOF_BUILDER_SECTIONS = 2048
};

struct dof_builder {
    struct dof_builder_section sections[DOF_BUILDER_SECTIONS]; /* 0: the strings */
    uint32_t count;
};

/* The whole in one call: bytes of exactly *size, to be freed by the caller. */
uint8_t *dof_build(const struct dof_object *object, size_t *size);

/* --- Piece by piece --- */

void dof_builder_start(struct dof_builder *builder);

/* Adds a loadable section, a copy of the bytes; gives its index. */
uint32_t dof_builder_section(struct dof_builder *builder, enum dof_section_number type,
                             uint32_t align, uint32_t entsize, const void *bytes, size_t size);

/* Appends to a section; gives the offset in it. */
uint32_t dof_builder_append(struct dof_builder *builder, uint32_t section, const void *bytes,
                            size_t size);

/* Offset in the object's strings (section 0), 0 for "". */
uint32_t dof_builder_string(struct dof_builder *builder, const char *text);

/* DIF, integers, strings, variables and header; gives the header's index.  Names of variables (NULL: "") go
 * behind the strings. */
uint32_t dof_builder_difo(struct dof_builder *builder, const struct dif_object *difo);

/* An ACTDESC with the DIFOs of its actions, DOF_NONE if there are none. */
uint32_t dof_builder_actions(struct dof_builder *builder, const struct dof_action *actions,
                             uint32_t count);

/* A clause with all that belongs to it; gives the ECBDESC's index.  Names may be NULL for "". */
uint32_t dof_builder_clause(struct dof_builder *builder, const struct dof_clause *clause);

void dof_builder_options(struct dof_builder *builder, const struct dof_option *options,
                         uint32_t count);

/* Lays everything out as compilers do; the builder is empty afterwards. */
uint8_t *dof_builder_finish(struct dof_builder *builder, size_t *size);
