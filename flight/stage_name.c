/* Names of staged files. */
#include "flight/stage_name.h"

#include <stdint.h>
#include <string.h>
#include <wctype.h>

#include "flight/path_piece.h"

#define INVALID UINT32_MAX

enum {
    SHORT_BASE = 8, /* a short name of FAT: so many characters, */
    SHORT_END = 3,  /* a dot, and so many more */
};

/* --- Characters ------------------------------------------------------------------------------- */

/* The length of a sequence, as its first byte tells; 0 if no sequence begins like this. */
static size_t sequence_length(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* Takes a character off the front of *text; INVALID, and nothing is taken, if it is not UTF-8. */
static uint32_t take_character(const char **text)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    static const uint8_t mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    const uint8_t *bytes = (const uint8_t *)*text;
    size_t length = sequence_length(bytes[0]);
    uint32_t character = bytes[0] & mask[length];
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) /* also at the terminating zero */
            return INVALID;
        character = character << 6 | (bytes[i] & 0x3f);
    }
    bool surrogate = character >= 0xd800 && character < 0xe000;
    if (length == 0 || character < least[length] || surrogate || character > 0x10ffff)
        return INVALID;
    *text += length;
    return character;
}

static bool is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x2028 ||
           character == 0x2029;
}

/* Most of these are FAT's; quotes are the menu's, brackets mtools'.  By '~' FAT abbreviates names,
 * and where mtools has to abbreviate one that has it, the name may be lost: "system~.orig" becomes
 * "SYSTEM~". */
static bool is_unfit(uint32_t character)
{
    return character < 0x80 && strchr("\"*:<>?\\|'[]~", (int)character) != NULL;
}

static enum stage_name_status check_characters(const char *name)
{
    while (*name != '\0') {
        uint32_t character = take_character(&name);
        if (character == INVALID)
            return STAGE_NAME_NOT_UTF8;
        if (character == ' ' || is_control(character))
            return STAGE_NAME_BLANK;
        if (is_unfit(character))
            return STAGE_NAME_CHARACTER;
        if (character > 0xffff)
            return STAGE_NAME_BEYOND;
    }
    return STAGE_NAME_OK;
}

/* --- Cleaning --------------------------------------------------------------------------------- */

/* Whether the pieces "system" and "boot" are the first ones, and something is behind them. */
static const char *behind_system_boot(const char *text)
{
    static const char *const words[] = {"system", "boot"};
    size_t length, found = 0;
    const char *rest = text;
    for (const char *piece; (piece = path_piece_next(&rest, &length)) != NULL;) {
        if (path_piece_is(piece, length, "."))
            continue;
        if (found == 2)
            return piece;
        if (!path_piece_is(piece, length, words[found++]))
            return text;
    }
    return text;
}

enum stage_name_status stage_name_clean(const char *text, char name[STAGE_NAME_MAX + 1])
{
    size_t used = 0, length;
    text = behind_system_boot(text);
    for (const char *piece; (piece = path_piece_next(&text, &length)) != NULL;) {
        if (path_piece_is(piece, length, "."))
            continue;
        if (path_piece_is(piece, length, ".."))
            return STAGE_NAME_UPWARDS;
        size_t slash = used > 0 ? 1 : 0;
        if (length > STAGE_NAME_MAX || slash + used > STAGE_NAME_MAX - length)
            return STAGE_NAME_TOO_LONG;
        if (slash > 0)
            name[used++] = '/';
        memcpy(name + used, piece, length);
        used += length;
    }
    name[used] = '\0';
    return used == 0 ? STAGE_NAME_EMPTY : STAGE_NAME_OK;
}

/* --- Pieces ----------------------------------------------------------------------------------- */

/* What stands before the last dot of a piece, and what stands behind it. */
struct halves {
    const char *base;
    size_t base_length;
    const char *end;
    size_t end_length;
};

static struct halves split(const char *piece, size_t length)
{
    const char *dot = memrchr(piece, '.', length);
    if (dot == NULL)
        return (struct halves){piece, length, piece + length, 0};
    size_t base_length = (size_t)(dot - piece);
    return (struct halves){piece, base_length, dot + 1, length - base_length - 1};
}

/* Whether FAT could store this half in at most `most` characters, and whether it has capitals or
 * what is not ASCII. */
static bool fits(const char *text, size_t length, size_t most, bool *capitals)
{
    size_t characters = 0;
    bool upper = false, lower = false, beyond = false;
    for (size_t i = 0; i < length; i++) {
        characters += ((uint8_t)text[i] & 0xc0) != 0x80;
        upper |= text[i] >= 'A' && text[i] <= 'Z';
        lower |= text[i] >= 'a' && text[i] <= 'z';
        beyond |= (uint8_t)text[i] >= 0x80;
        if (strchr(".+,;=", text[i]) != NULL)
            return false;
    }
    *capitals |= upper || beyond;
    return characters <= most && !(upper && lower);
}

/* GRUB reads short names in small letters and as ASCII; mtools stores as a short name whatever fits
 * into one, which is said here a little too widely beyond ASCII. */
static bool loses_capitals(const struct halves *halves)
{
    bool capitals = false;
    return halves->base_length > 0 &&
           fits(halves->base, halves->base_length, SHORT_BASE, &capitals) &&
           fits(halves->end, halves->end_length, SHORT_END, &capitals) && capitals;
}

/* The names count with anything behind a dot. */
static bool is_device(const char *piece, size_t length)
{
    static const char *const names[] = {"aux", "con", "nul", "prn", "clock$"};
    const char *dot = memchr(piece, '.', length);
    if (dot != NULL)
        length = (size_t)(dot - piece);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (length == strlen(names[i]) && strncasecmp(piece, names[i], length) == 0)
            return true;
    return length == 4 && piece[3] >= '1' && piece[3] <= '9' &&
           (strncasecmp(piece, "com", 3) == 0 || strncasecmp(piece, "lpt", 3) == 0);
}

static enum stage_name_status check_piece(const char *piece, size_t length)
{
    if (length > STAGE_NAME_PIECE)
        return STAGE_NAME_PIECE_TOO_LONG;
    if (piece[length - 1] == '.')
        return STAGE_NAME_PIECE_ENDS;
    const struct halves halves = split(piece, length);
    if (is_device(piece, length))
        return STAGE_NAME_DEVICE;
    return loses_capitals(&halves) ? STAGE_NAME_CAPITAL : STAGE_NAME_OK;
}

enum stage_name_status stage_name_check(const char *name)
{
    enum stage_name_status status = check_characters(name);
    size_t levels = 0, length;
    for (const char *piece;
         status == STAGE_NAME_OK && (piece = path_piece_next(&name, &length)) != NULL;)
        status = ++levels > STAGE_NAME_LEVELS ? STAGE_NAME_TOO_DEEP : check_piece(piece, length);
    return status;
}

/* --- Order ------------------------------------------------------------------------------------ */

/* The next character of *text, or its next byte if that is none, in capitals. */
static uint32_t take_folded(const char **text)
{
    uint32_t character = take_character(text);
    if (character == INVALID)
        return 0x110000 + (uint8_t) * (*text)++; /* behind all characters */
    return (uint32_t)towupper((wint_t)character);
}

/* Moves both texts behind what they have in common. */
static void skip_common(const char **a, const char **b)
{
    while (**a != '\0' && **b != '\0') {
        const char *next_a = *a, *next_b = *b;
        if (take_folded(&next_a) != take_folded(&next_b))
            return;
        *a = next_a;
        *b = next_b;
    }
}

int stage_name_compare(const char *a, const char *b)
{
    skip_common(&a, &b);
    if (*a == '\0' || *b == '\0')
        return (*a != '\0') - (*b != '\0');
    return take_folded(&a) < take_folded(&b) ? -1 : 1;
}

bool stage_name_covers(const char *name, const char *path)
{
    skip_common(&name, &path);
    return *name == '\0' && (*path == '\0' || *path == '/');
}

void stage_name_blot(char *name)
{
    for (; *name != '\0'; name++)
        if ((uint8_t)*name < 0x20 || *name == 0x7f)
            *name = '?';
}

const char *stage_name_status_str(enum stage_name_status status)
{
    switch (status) {
    case STAGE_NAME_OK:
        return "a good name";
    case STAGE_NAME_EMPTY:
        return "the name is empty";
    case STAGE_NAME_UPWARDS:
        return "a name cannot lead upwards with '..'";
    case STAGE_NAME_TOO_LONG:
        return "the name is longer than 1023 bytes";
    case STAGE_NAME_TOO_DEEP:
        return "the boot menu looks no deeper than 16 levels";
    case STAGE_NAME_PIECE_TOO_LONG:
        return "a piece of the name is longer than 255 bytes";
    case STAGE_NAME_PIECE_ENDS:
        return "a piece of the name ends with '.'";
    case STAGE_NAME_BLANK:
        return "a module's line cannot carry blanks and control characters";
    case STAGE_NAME_CHARACTER:
        return "a name cannot hold any of \" * : < > ? \\ | ' [ ] ~";
    case STAGE_NAME_NOT_UTF8:
        return "the name is not UTF-8";
    case STAGE_NAME_BEYOND:
        return "mtools cannot store characters beyond U+FFFF";
    case STAGE_NAME_DEVICE:
        return "FAT keeps this name for a device";
    case STAGE_NAME_CAPITAL:
        return "FAT does not keep this short name as it is, only in small letters and ASCII";
    }
    return "unknown";
}
