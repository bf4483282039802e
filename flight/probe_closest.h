/* What somebody may have meant whose description means no probe: names that differ in a few letters.
 *
 * Pure but for memory. */
#pragma once

#include "flight/probe_list.h"

/* "'fbt::thread_exit:entry'", or several with "or": the closest descriptions that mean a probe, for the caller to free.
 * Only fields that mean nothing are other ones.  NULL: nothing is close. */
char *probe_closest(const struct probe_list *list, const char *const description[PROBE_FIELDS]);

/* The same for a word that may be any of the fields. */
char *probe_closest_word(const struct probe_list *list, const char *word);
