/* sh: its memory, which is the heap of the process.
 *
 * It has two ends.  From below grows a stack: what is needed for a while, and given back in the
 * opposite order.  From above grow blocks that are kept until they are dropped: variables,
 * functions, parameters.  When both ends meet, memory is full.
 *
 * What lies in it refers to one another by distance (sh_link), never by address: a piece, or all of
 * it, can be copied elsewhere with memcpy and still holds together. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sh;

/* How far away something lies from this field; 0: nothing. */
typedef int32_t sh_link;

static inline void *sh_linked(const sh_link *link)
{
    return *link == 0 ? NULL : (char *)(uintptr_t)link + *link;
}

static inline void sh_link_to(sh_link *link, const void *target)
{
    *link = target == NULL ? 0 : (sh_link)((const char *)target - (const char *)link);
}

/* Stands at the beginning of the heap; offsets count from there. */
struct sh_memory {
    uint32_t size;
    uint32_t top;   /* of the stack */
    uint32_t low;   /* of the blocks */
    uint32_t free;  /* bytes of all blocks that were dropped */
    uint32_t state; /* struct sh_state */
    uint32_t run;   /* struct sh_node that a copy of this memory is to run; 0: it is no copy */
};

/* The first `used` bytes are not the stack's. */
void sh_memory_init(struct sh_memory *memory, size_t size, size_t used);

/* On top of the stack, aligned to 8 bytes; not zeroed.  NULL: memory is full, which has been told
 * and ends the shell. */
void *sh_push(struct sh *sh, size_t size);

/* One byte more, or several, behind what was pushed last.  False: memory is full, as above. */
bool sh_push_byte(struct sh *sh, char byte);
bool sh_push_bytes(struct sh *sh, const char *bytes, size_t length);

/* Where the stack ends, and back to there. */
uint32_t sh_mark(const struct sh *sh);
void sh_release(struct sh *sh, uint32_t mark);

/* How much could be pushed. */
size_t sh_room(const struct sh *sh);

/* A block, zeroed.  NULL as above. */
void *sh_keep(struct sh *sh, size_t size);
void sh_drop(struct sh *sh, void *block); /* NULL is nothing */
size_t sh_kept_size(const void *block);   /* at least what was asked for */

/* Copies of text with a NUL behind it. */
char *sh_push_text(struct sh *sh, const char *text, size_t length);
char *sh_keep_text(struct sh *sh, const char *text, size_t length);

/* All blocks as they are now, copied to the stack; and back.  NULL as above. */
struct sh_saved_blocks;
struct sh_saved_blocks *sh_save_blocks(struct sh *sh);
void sh_restore_blocks(struct sh *sh, const struct sh_saved_blocks *saved);

/* Copies all that is in use into another heap of the same size. */
void sh_memory_copy(struct sh_memory *to, const struct sh_memory *from);
