/* How a run ended: exit status and last frame, put together into one status and one line.
 *
 * Pure logic. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flight/capture_model.h"
#include "flight/commands.h"
#include "trace/text.h"

/* What isa-debug-exit makes of the codes that the guest writes: (code << 1) | 1. */
enum outcome_exit {
    OUTCOME_EXIT_NONE = 0,     /* power-off or, with -no-reboot, a reset */
    OUTCOME_EXIT_EMULATOR = 1, /* the emulator's own failure; no guest writes 0 */
    OUTCOME_EXIT_SUCCESS = 0x10 << 1 | 1,
    OUTCOME_EXIT_FAILURE = 0x11 << 1 | 1,
    OUTCOME_EXIT_PANIC = 0x12 << 1 | 1,
};

enum outcome_carrier {
    OUTCOME_LINE = 0,  /* a line without exit status, or an emulator stopped after the verdict */
    OUTCOME_TIMEOUT,   /* nothing ended in time */
    OUTCOME_EXCESS,    /* more came than can be decoded */
    OUTCOME_EXITED,    /* the emulator, with `exit_status` */
    OUTCOME_SIGNALLED, /* the emulator, by `signal_number`, which we did not send */
};

struct outcome {
    enum outcome_carrier carrier;
    int exit_status;
    int signal_number;
    bool triple_fault; /* the emulator's log tells of one */
    uint32_t timeout_s;
    uint32_t limit_mib;            /* what can be decoded */
    bool frames;                   /* some came, be they damaged */
    struct frame_string last_line; /* of text; empty: none */
    const struct model_verdict *verdict;
};

/* Prints what happened, without a line end, and gives the status for it. */
enum flight_status outcome_judge(const struct text_sink *sink, const struct outcome *outcome);
