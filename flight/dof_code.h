/* An instruction of DIF as text. */
#pragma once

#include "flight/dof_view.h"

enum {
    DOF_STRING_SHOWN = 256, /* bytes of a string; of longer ones, these and "..." */
};

struct dof_code {
    uint32_t word;
    const char *name;  /* "ldgs" */
    char operands[64]; /* "DT_VAR(257), %r1" */
    /* What they mean: "timestamp", "0x1", "\"ntpd\""; "" if there is nothing to say. */
    char note[1100];
};

/* Instruction `pc` of a DIFO, counted from 0. */
void dof_code_read(const struct dof_view *view, const struct dof_view_difo *difo, uint32_t pc,
                   struct dof_code *code);

/* "self->ts" for a variable of thread scope; "?" without a name. */
void dof_code_print_name(const struct text_sink *sink, uint8_t scope, struct frame_string name);

/* In quotes, harmless, and not longer than DOF_STRING_SHOWN. */
void dof_code_print_string(const struct text_sink *sink, struct frame_string string);
