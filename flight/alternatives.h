/* Words to choose from, as a sentence has them. */
#pragma once

#include <stddef.h>

/* "a", "a or b", "a, b or c": of at least one word, for the caller to free. */
char *alternatives_text(const char *const *words, size_t count);
