/* Names of stability: "Stable/Evolving/ISA".  Section 2.7 of the language. */
#include <string.h>
#include <strings.h>

#include "flight/d/option.h"

static const char *const levels[] = {"Internal", "Private",  "Obsolete", "External",
                                     "Unstable", "Evolving", "Stable",   "Standard"};
static const char *const classes[] = {"Unknown", "CPU", "Platform", "Group", "ISA", "Common"};

#define LEVELS  (int)(sizeof levels / sizeof levels[0])
#define CLASSES (int)(sizeof classes / sizeof classes[0])

static int word_of(const char *const *words, int count, const char *text, size_t length)
{
    for (int i = 0; i < count; i++)
        if (strlen(words[i]) == length && strncasecmp(words[i], text, length) == 0)
            return i;
    return -1;
}

bool d_stability_parse(const char *text, size_t length, int *attributes)
{
    attributes[0] = attributes[1] = LEVELS - 1;
    attributes[2] = CLASSES - 1;
    for (int part = 0; part < 3; part++) {
        const char *slash = memchr(text, '/', length);
        size_t size = slash != NULL ? (size_t)(slash - text) : length;
        attributes[part] =
            part < 2 ? word_of(levels, LEVELS, text, size) : word_of(classes, CLASSES, text, size);
        if (attributes[part] < 0)
            return false;
        if (slash == NULL)
            return true;
        text = slash + 1;
        length -= size + 1;
    }
    return false;
}
