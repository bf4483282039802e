/* The names of files that are staged below os/bootfs on a FAT file system: what the kernel makes of
 * them, and what FAT, the boot menu and a module's line can hold.
 *
 * Pure.  Which letters are the same but for their case is asked of the C library, so its LC_CTYPE
 * has to be UTF-8 for those beyond ASCII. */
#pragma once

#include <stdbool.h>

#define STAGE_NAME_MAX    1023u /* bytes, as in a module's line */
#define STAGE_NAME_LEVELS 16u   /* pieces between slashes; the boot menu looks no deeper */
#define STAGE_NAME_PIECE  255u  /* bytes */

enum stage_name_status {
    STAGE_NAME_OK = 0,
    STAGE_NAME_EMPTY,
    STAGE_NAME_UPWARDS, /* a piece that is ".." */
    STAGE_NAME_TOO_LONG,
    STAGE_NAME_TOO_DEEP,
    STAGE_NAME_PIECE_TOO_LONG,
    STAGE_NAME_PIECE_ENDS, /* with '.' */
    STAGE_NAME_BLANK,      /* or a control character */
    STAGE_NAME_CHARACTER,  /* that FAT, the menu or mtools cannot take */
    STAGE_NAME_NOT_UTF8,
    STAGE_NAME_BEYOND,  /* a character beyond U+FFFF */
    STAGE_NAME_DEVICE,  /* "con", "nul.txt" and their kin */
    STAGE_NAME_CAPITAL, /* "README": FAT stores it without saying that these are capitals */
};

/* Writes `text` as the kernel reads a name: slashes at the ends and in a row, and pieces that are
 * ".", do not count, and a leading "system/boot/" does not, either.  STAGE_NAME_EMPTY, UPWARDS and
 * TOO_LONG are possible; *name is then undefined. */
enum stage_name_status stage_name_clean(const char *text, char name[STAGE_NAME_MAX + 1]);

/* Whether a name that was cleaned can be staged and booted. */
enum stage_name_status stage_name_check(const char *name);

/* Puts names into the order of their bytes, but for upper and lower case.  0: FAT does not tell
 * them apart. */
int stage_name_compare(const char *a, const char *b);

/* Whether `path` is `name`, or lies below it, upper and lower case being the same. */
bool stage_name_covers(const char *name, const char *path);

/* Puts '?' for every ASCII control character, so that the name can be shown on one line. */
void stage_name_blot(char *name);

const char *stage_name_status_str(enum stage_name_status status);
