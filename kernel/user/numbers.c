/* Numbers and times as they stand in arguments. */
#include "kernel/user/numbers.h"

enum {
    SECONDS_MAX = 1000000000,
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool number_parse(const char *text, uint64_t maximum, uint64_t *value)
{
    enum {
        SAFE = 100000000
    }; /* ten times this, and a digit, are within 32 bits */
    uint32_t small = 0;
    if (*text == '\0')
        return false;
    for (; is_digit(*text) && small < SAFE; text++)
        small = small * 10 + (uint32_t)(*text - '0');
    uint64_t number = small;
    for (; *text != '\0'; text++) {
        uint64_t digit = (uint64_t)(uint8_t)*text - '0';
        if (!is_digit(*text) || digit > maximum || number > (maximum - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    if (number > maximum)
        return false;
    *value = number;
    return true;
}

/* Digits behind the point; gives where they end. */
static const char *parse_fraction(const char *text, uint64_t *ms)
{
    for (uint64_t scale = 100; is_digit(*text); text++, scale /= 10)
        *ms += (uint64_t)(*text - '0') * scale;
    return text;
}

bool seconds_parse(const char *text, uint64_t *ms)
{
    uint64_t seconds = 0, fraction = 0;
    const char *at = text;
    for (; is_digit(*at); at++) {
        seconds = seconds * 10 + (uint64_t)(*at - '0');
        if (seconds > SECONDS_MAX)
            return false;
    }
    bool digits = at > text;
    if (*at == '.') {
        const char *point = at;
        at = parse_fraction(at + 1, &fraction);
        digits = digits || at > point + 1;
    }
    if (*at != '\0' || !digits)
        return false;
    *ms = seconds * 1000 + fraction;
    return true;
}
