/* Matching without recursion: of all stars only the last one met has to be tried again, because whatever
 * comes before it has matched the shortest possible piece already. */
#include "trace/dtrace/glob.h"

#include <stddef.h>

#include "trace/dtrace/dtrace_bytes.h"

enum {
    STARS_MAX = 8,      /* DTRACE_PROBEKEY_MAXDEPTH */
    STEPS_OF_A_SET = 64 /* its characters, at most about so many */
};

static bool is_special(char c)
{
    return c == '*' || c == '?' || c == '[' || c == '\\';
}

bool dtrace_glob_is_pattern(const char *field)
{
    for (; *field != '\0'; field++)
        if (is_special(*field))
            return true;
    return false;
}

/* The character that stands at *at in a set, taken out of its backslash; '\0' if the set ends too early, and the text
 * is then over. */
static unsigned char set_character(const char **at)
{
    if (**at == '\\')
        ++*at;
    return (unsigned char)*(*at)++;
}

/* Whether a set, of which `at` is behind the bracket, has a character; the end of the set, NULL if there is none. */
static const char *match_set(const char *at, unsigned char c, bool *matches)
{
    bool wanted = *at != '!';
    if (!wanted)
        at++;
    bool found = false;
    do {
        unsigned char low = set_character(&at);
        unsigned char high = low;
        if (low != '\0' && at[0] == '-' && at[1] != ']') {
            at++;
            high = set_character(&at);
        }
        if (low == '\0' || high == '\0' || *at == '\0')
            return NULL;
        found = found || (low <= c && c <= high);
    } while (*at != ']');
    *matches = found == wanted;
    return at + 1;
}

/* Behind the piece of the pattern that means one character c; NULL if it does not mean it. */
static const char *match_one(const char *pattern, char c)
{
    bool matches = false;
    switch (*pattern) {
    case '?':
        return pattern + 1;
    case '[':
        pattern = match_set(pattern + 1, (unsigned char)c, &matches);
        return matches ? pattern : NULL;
    case '\\':
        pattern++;
        break;
    default:
        break;
    }
    return *pattern != '\0' && *pattern == c ? pattern + 1 : NULL;
}

static const char *skip_stars(const char *pattern)
{
    while (*pattern == '*')
        pattern++;
    return pattern;
}

static bool match(const char *pattern, const char *name, uint64_t *steps)
{
    const char *star = NULL; /* behind the last star met, and where in the name it was tried */
    const char *tried = NULL;
    uint32_t stars = 0;
    while (*name != '\0' || *pattern == '*') {
        *steps += *pattern == '[' ? STEPS_OF_A_SET : 1;
        if (*pattern == '*') {
            pattern = star = skip_stars(pattern);
            tried = name;
            if (*star == '\0')
                return true;
            if (++stars > STARS_MAX)
                return false;
            continue;
        }
        const char *next = match_one(pattern, *name);
        if (next == NULL) {
            if (star == NULL || *tried == '\0')
                return false;
            pattern = star;
            name = ++tried;
            continue;
        }
        pattern = next;
        name++;
    }
    return *pattern == '\0';
}

bool dtrace_glob_means(const char *field, const char *name, uint64_t *steps)
{
    ++*steps;
    if (*field == '\0')
        return true;
    return dtrace_glob_is_pattern(field) ? match(field, name, steps)
                                         : dtrace_is_same_text(field, name);
}
