/* What is wrong with a piece of configuration, for a person: what, where, and what happens
 * instead.  The file is known to whoever listens.
 *
 *     FILE:LINE: WHAT 'SUBJECT'; INSTEAD */
#pragma once

#include <stdint.h>

#include "boot/slice.h"

/* The offset of what stands at no one place. */
#define DIAGNOSIS_NOWHERE ((size_t)-1)

struct diagnosis {
    const char *what;     /* one phrase, as "unknown command" */
    struct slice subject; /* the text in question; absent if `what` says it all */
    uint32_t line;        /* from 1; 0 where there are no lines */
    size_t offset;        /* bytes from the start of the file, or DIAGNOSIS_NOWHERE */
    const char *instead;  /* one phrase, as "the line is ignored" */
};

/* Where a listener is asked for, NULL means that nobody listens. */
struct diagnosis_listener {
    void (*tell)(void *context, const struct diagnosis *diagnosis);
    void *context;
};

static inline void diagnosis_tell(const struct diagnosis_listener *listener,
                                  const struct diagnosis *diagnosis)
{
    if (listener != NULL)
        listener->tell(listener->context, diagnosis);
}
