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

/* One to three digits, up to 255; *text is then behind them. */
static bool octet_parse(const char **text, uint32_t *value)
{
    uint32_t digits = 0;
    for (*value = 0; is_digit(**text) && digits < 3; (*text)++, digits++)
        *value = *value * 10 + (uint32_t)(**text - '0');
    return digits > 0 && *value <= 255;
}

bool ipv4_parse(const char *text, uint32_t *address)
{
    uint32_t value = 0, octet;
    for (uint32_t i = 0; i < 4; i++) {
        if (i > 0 && *text++ != '.')
            return false;
        if (!octet_parse(&text, &octet))
            return false;
        value = value << 8 | octet;
    }
    if (*text != '\0')
        return false;
    *address = value;
    return true;
}
