/* What somebody may have meant by a word that means nothing: names that differ from it in a few letters.
 *
 * Pure but for memory. */
#pragma once

#include <stddef.h>

enum {
    CLOSEST_SHOWN = 3, /* texts at most */
    CLOSEST_FAR = 1000,
};

/* The closest so far, all of which need the same number of edits.  Starts with CLOSEST_FAR of them and no texts; to be
 * ended with closest_text. */
struct closest {
    size_t edits;
    char *texts[CLOSEST_SHOWN];
    size_t count;
};

/* How many letters of `word` are to be inserted, removed, replaced, or swapped with the next one to make `name` of it.
 * CLOSEST_FAR: too many for one to be meant by the other, or `word` is a pattern. */
size_t closest_edits(const char *word, const char *name);

/* Takes a text of the heap that stands for a name so far away: kept or freed. */
void closest_take(struct closest *closest, size_t edits, char *text);

/* The texts as a sentence has them, for the caller to free; NULL: nothing is close. */
char *closest_text(struct closest *closest);
