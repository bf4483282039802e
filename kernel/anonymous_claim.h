/* What a claim takes of each CPU, and how it is to be printed. */
#pragma once

#include "boot/slice.h"
#include "trace/dtrace/framework.h"
#include "trace/text.h"

/* Takes every CPU into the open claim, each in an interrupt of its own.  One that does not answer within the bound
 * is a line, and not part of the claim.  False: there is no memory.  Context: thread. */
bool anonymous_claim_take(struct dtrace *dtrace, const struct text_sink *sink);

/* "quiet,aggsortpos=1": options of printing that later claims have beside those of the enabling.  False: one of them
 * makes no sense, and those before stay.  Context: thread; who reads them meanwhile has all of the old or of the new. */
bool anonymous_claim_options_set(struct slice text);
void anonymous_claim_options_print(const struct text_sink *sink);

/* Those of the enabling with those of claims over them: DOF_OPTIONS each. */
void anonymous_claim_options(int64_t *options, const int64_t *enabled);
