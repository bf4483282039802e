/* LTTng-UST's probe for the event in lttng_events.h; its macros write all of it. */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE

#include "lttng_events.h"
