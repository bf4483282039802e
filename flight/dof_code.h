/* An instruction of DIF as text. */
#pragma once

#include "flight/dof_view.h"

enum {
    DOF_STRING_SHOWN = 256, /* bytes of a string; of longer ones, these and "..." */
    DOF_NAMES_MAX = 1024,   /* variables of a DIFO whose names are looked up */
};

struct dof_code {
    uint32_t word;
    const char *name;  /* "ldgs" */
    char operands[64]; /* "DT_VAR(257), %r1" */
    char note
        [1100]; /* what they mean: "timestamp", "0x1", "\"ntpd\""; "" if there is nothing to say */
};
/* Instruction `pc` of the DIFO, which it has. */
void dof_code_read(const struct dof_view *view, const struct dof_view_difo *difo, uint32_t pc,
                   struct dof_code *code);

/* "self->ts" for a variable of thread scope; "?" without a name. */
void dof_code_print_name(const struct text_sink *sink, uint8_t scope, struct frame_string name);

/* In quotes, harmless, and not longer than DOF_STRING_SHOWN. */
void dof_code_print_string(const struct text_sink *sink, struct frame_string string);
