/* Heaps: memory of processes, in pieces of one size.  A piece belongs to one process until it ends. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HEAP_SIZE         131072u /* bytes */
#define HEAP_SMALL_SIZE   81920u  /* where memory is short; enough for the scripts of a boot */
#define HEAPS_MAX         64u
#define HEAPS_MIN         4u
#define HEAPS_FEWEST      2u     /* of the small ones */
#define HEAP_AT_HAND_SIZE 16384u /* without any memory of their own: HEAPS_MIN of these */

struct heaps {
    uint32_t count; /* HEAPS_MIN to HEAPS_MAX */
    uint32_t size;  /* of each */
};

/* Makes such pieces in memory of count * size bytes that starts on a page; 0 for `memory` looks for memory
 * for HEAPS_MIN small ones, or fewer, and else takes those at hand. */
void heaps_init(uint32_t memory, const struct heaps *heaps);

/* A zeroed piece, NULL: none is left.  Context: thread. */
void *heap_take(void);
void heap_give_back(void *heap); /* NULL is nothing */

size_t heap_size(void);     /* bytes of a piece */
uint32_t heaps_count(void); /* pieces in all */
uint32_t heaps_free(void);  /* pieces that nobody has */
