/* The fields that a stream says it has, beside those that are known. */
#include "flight/schema.h"

#include <string.h>

static uint32_t count(const char *fields, size_t length)
{
    uint32_t number = 1;
    for (size_t i = 0; i < length; i++)
        number += fields[i] == ' ' ? 1 : 0;
    return number;
}

uint32_t schema_count(const char *fields)
{
    return count(fields, strlen(fields));
}

uint32_t schema_shared(struct frame_string sent, const char *known)
{
    size_t length = strlen(known);
    size_t shared = sent.length < length ? sent.length : length;
    if (shared == 0 || memcmp(sent.text, known, shared) != 0)
        return 0;
    if (sent.length == length)
        return count(known, length);
    const char *longer = sent.length > length ? sent.text : known;
    bool repeats = strchr(known, '(') != NULL;
    return longer[shared] == ' ' && !repeats ? count(known, shared) : 0;
}

bool schema_fits(struct frame_string sent, struct frame_reader payload)
{
    const char *text = sent.text;
    for (size_t i = 0; i < sent.length && text[i] != '('; i++) {
        if (i + 1 < sent.length && text[i + 1] != ' ')
            continue; /* inside a field: its last two characters are a colon and the type */
        if (i == 0 || text[i - 1] != ':' || (text[i] != 'u' && text[i] != 's'))
            break;
        if (text[i] == 'u')
            (void)frame_get_unsigned(&payload);
        else
            (void)frame_get_string(&payload);
    }
    return !payload.bad;
}
