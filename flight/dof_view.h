/* A DOF object, shown as it is: nothing is checked as a whole, so that what is left of a damaged one can be shown, too.
 *
 * Every number comes back as it stands there.  Links may lead anywhere; asking for what is not in the object gives
 * "absent": false, 0 or NULL.  Whether it would be taken, dof_load says.  Pure. */
#pragma once

#include "trace/dtrace/dof_parts.h"
#include "trace/frame.h"

enum {
    DOF_VIEW_STRING_MAX = 1024 /* bytes of a string that are read: many may lie over each other */
};

struct dof_view {
    const uint8_t *bytes;
    uint64_t size;          /* that are there */
    uint64_t loaded, whole; /* bytes, as the header says */
    uint8_t ident[16];
    uint64_t headers;
    uint32_t stride;
    uint32_t said;     /* sections, as the header says */
    uint32_t sections; /* whose headers are there */
};

/* False: no magic number, or not even a whole header. */
bool dof_view_open(struct dof_view *view, const uint8_t *bytes, size_t size);

/* Number `index` of view->sections. */
struct dof_section dof_view_section(const struct dof_view *view, uint32_t index);

/* The section of a type that a link names, with as much of it as is there.  False: there is none. */
bool dof_view_linked(const struct dof_view *view, uint32_t link, uint32_t type,
                     struct dof_section *section);

/* How many whole entries of `size` bytes are there. */
uint32_t dof_view_entries(const struct dof_view *view, const struct dof_section *section,
                          uint32_t size);

/* The string at an offset of a string table; its text is NULL if there is none.  At most DOF_VIEW_STRING_MAX
 * bytes of it. */
struct frame_string dof_view_string(const struct dof_view *view, uint32_t table, uint64_t offset);

struct dof_view_clause {
    struct frame_string names[4]; /* provider, module, function, name */
    uint32_t predicate, actions;  /* links; DOF_NONE: none */
    uint64_t uarg;
};
/* False: not even as many bytes are there. */
bool dof_view_clause(const struct dof_view *view, const struct dof_section *section,
                     struct dof_view_clause *clause);

struct dof_view_action {
    uint32_t difo, strings; /* links; DOF_NONE: none */
    uint32_t kind, ntuple;
    uint64_t arg, uarg;
    struct frame_string format; /* where `arg` is one */
};
/* Entry `number` of a section; the caller has counted them (dof_view_entries). */
struct dof_view_action dof_view_action(const struct dof_view *view,
                                       const struct dof_section *section, uint32_t number);

/* An option as it stands. */
struct dof_view_option {
    uint32_t id;
    uint64_t value;
};
struct dof_view_option dof_view_option(const struct dof_view *view,
                                       const struct dof_section *section, uint32_t number);

/* A DIFO: code and its tables; a section that is not there has size 0. */
struct dof_view_difo {
    struct dif_type type;
    struct dof_section text, integers, strings, variables;
    uint32_t length, integer_count, variable_count;
};
/* False: the link leads to none. */
bool dof_view_difo(const struct dof_view *view, uint32_t link, struct dof_view_difo *difo);

struct dof_view_variable {
    struct frame_string name;
    uint32_t id;
    uint8_t kind, scope;
    uint16_t flags; /* 1 read, 2 written */
    struct dif_type type;
};
/* A variable of a DIFO as it stands. */
struct dof_view_variable dof_view_variable(const struct dof_view *view,
                                           const struct dof_view_difo *difo, uint32_t number);

/* Of difo->length. */
uint32_t dof_view_instruction(const struct dof_view *view, const struct dof_view_difo *difo,
                              uint32_t pc);
uint64_t dof_view_integer(const struct dof_view *view, const struct dof_view_difo *difo,
                          uint32_t number); /* of difo->integer_count */
