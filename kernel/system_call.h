/* What the files behind kernel/user/system.h share. */
#pragma once

#include "kernel/thread.h"

/* Sends on what the calling process has printed of an unfinished line: before it waits, and when
 * it ends. */
void system_call_flush(void);

/* A span that a program has named in ms, as threads want it. */
static inline uint64_t system_call_ns(uint64_t ms)
{
    return ms < UINT64_MAX / 1000000 ? ms * 1000000 : THREAD_FOREVER;
}
