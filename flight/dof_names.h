/* Names of the numbers in DOF and DIF. */
#pragma once

#include <stdint.h>

/* "STRTAB", ...; "?" for what has no name here, as in all of them. */
const char *dof_section_name(uint32_t type);
const char *dof_action_name(uint32_t kind);
const char *dof_library_action_name(uint64_t action); /* "clear", ..., by the argument of LIBACT */

/* "ldgs", and what stands behind it. */
enum dof_operands {
    DOF_OPERANDS_NONE,
    DOF_OPERANDS_THREE,      /* r1, r2, rd */
    DOF_OPERANDS_TWO,        /* r1, rd */
    DOF_OPERANDS_COMPARE,    /* r1, r2 */
    DOF_OPERANDS_TEST,       /* r1 */
    DOF_OPERANDS_BRANCH,     /* an instruction */
    DOF_OPERANDS_LOAD,       /* [r1], rd */
    DOF_OPERANDS_STORE,      /* r1, [rd] */
    DOF_OPERANDS_RETURN,     /* rd */
    DOF_OPERANDS_INTEGER,    /* index, rd */
    DOF_OPERANDS_STRING,     /* offset, rd */
    DOF_OPERANDS_FROM_ARRAY, /* array[r2], rd */
    DOF_OPERANDS_TO_ARRAY,   /* rd, array[r2] */
    DOF_OPERANDS_FROM,       /* variable, rd */
    DOF_OPERANDS_TO,         /* rd, variable */
    DOF_OPERANDS_CALL,       /* subroutine, rd */
    DOF_OPERANDS_PUSH,       /* type, r2, rd */
    DOF_OPERANDS_UNKNOWN,    /* no such instruction */
};
const char *dof_opcode_name(uint32_t opcode, enum dof_operands *operands);

/* As in D; NULL: there is none of that number. */
const char *dof_subroutine_name(uint32_t number);
const char *dof_array_name(uint32_t number);
const char *dof_builtin_name(uint32_t variable);
