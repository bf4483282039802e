/* What D knows of itself: see d_builtins_enter() in ident.h. */
#pragma once

#include "flight/d/node.h"

/* `id` of an action's name: one DOF kind may have several. */
enum d_action_name {
    D_ACTION_BREAKPOINT,
    D_ACTION_CHILL,
    D_ACTION_CLEAR,
    D_ACTION_COMMIT,
    D_ACTION_DENORMALIZE,
    D_ACTION_DISCARD,
    D_ACTION_EXIT,
    D_ACTION_FREOPEN,
    D_ACTION_FTRUNCATE,
    D_ACTION_FUNC,
    D_ACTION_JSTACK,
    D_ACTION_MOD,
    D_ACTION_NORMALIZE,
    D_ACTION_PANIC,
    D_ACTION_PRINT,
    D_ACTION_PRINTA,
    D_ACTION_PRINTF,
    D_ACTION_RAISE,
    D_ACTION_SETOPT,
    D_ACTION_SPECULATE,
    D_ACTION_STACK,
    D_ACTION_STOP,
    D_ACTION_SYM,
    D_ACTION_SYSTEM,
    D_ACTION_TRACE,
    D_ACTION_TRACEMEM,
    D_ACTION_TRUNC,
    D_ACTION_UADDR,
    D_ACTION_UFUNC,
    D_ACTION_UMOD,
    D_ACTION_USTACK,
    D_ACTION_USYM,
    D_ACTIONS
};

/* Reads the prototype of a built-in name, if that has not been done. */
void d_builtin_complete(struct d_compiler *compiler, struct d_ident *ident);
