/* sh: its memory. */
#include "kernel/user/sh_memory.h"

#include "kernel/user/sh.h"

enum {
    ALIGNMENT = 4,       /* of blocks */
    STACK_ALIGNMENT = 8, /* of what is pushed */
    USED = 1,            /* bit of a block's size, which is a multiple of ALIGNMENT */
};

struct block {
    uint32_t size; /* with this header */
};

static size_t aligned(size_t size, size_t alignment)
{
    return (size + alignment - 1) & ~(alignment - 1);
}

static void *at(const struct sh *sh, uint32_t offset)
{
    return (char *)sh->memory + offset;
}

static void *full(struct sh *sh)
{
    if (!sh->exiting && !sh->interrupted)
        sh_fail(sh, "memory", "all of this shell's is in use");
    return NULL;
}

void sh_memory_init(struct sh_memory *memory, size_t size, size_t used)
{
    memory->size = memory->low = (uint32_t)(size & ~(size_t)(ALIGNMENT - 1));
    memory->top = (uint32_t)aligned(used, STACK_ALIGNMENT);
    memory->free = 0;
}

/* --- The stack --- */

size_t sh_room(const struct sh *sh)
{
    uint32_t top = (uint32_t)aligned(sh->memory->top, STACK_ALIGNMENT);
    return top < sh->memory->low ? sh->memory->low - top : 0;
}

void *sh_push(struct sh *sh, size_t size)
{
    struct sh_memory *memory = sh->memory;
    if (size > sh_room(sh))
        return full(sh);
    uint32_t top = (uint32_t)aligned(memory->top, STACK_ALIGNMENT);
    memory->top = top + (uint32_t)size;
    return at(sh, top);
}

bool sh_push_byte(struct sh *sh, char byte)
{
    struct sh_memory *memory = sh->memory;
    if (memory->top >= memory->low)
        return full(sh) != NULL;
    ((char *)memory)[memory->top++] = byte;
    return true;
}

bool sh_push_bytes(struct sh *sh, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!sh_push_byte(sh, bytes[i]))
            return false;
    return true;
}

uint32_t sh_mark(const struct sh *sh)
{
    return sh->memory->top;
}

void sh_release(struct sh *sh, uint32_t mark)
{
    sh->memory->top = mark;
}

char *sh_push_text(struct sh *sh, const char *text, size_t length)
{
    char *copy = sh_push(sh, length + 1);
    if (copy == NULL)
        return NULL;
    __builtin_memmove(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* --- Blocks --- */

static uint32_t size_of(const struct block *block)
{
    return block->size & ~(uint32_t)USED;
}

/* Makes one of this block and the free ones behind it. */
static void merge(struct sh *sh, uint32_t offset)
{
    struct block *block = at(sh, offset);
    for (;;) {
        uint32_t next = offset + block->size;
        const struct block *behind = at(sh, next);
        if (next >= sh->memory->size || (behind->size & USED) != 0)
            return;
        block->size += behind->size;
    }
}

/* Uses a free block, and leaves the rest of it free. */
static void use(struct block *block, uint32_t size)
{
    if (block->size - size >= 2 * sizeof *block) {
        struct block *rest = (struct block *)((char *)block + size);
        rest->size = block->size - size;
        block->size = size;
    }
    block->size |= USED;
}

static struct block *find_free(struct sh *sh, uint32_t size)
{
    struct sh_memory *memory = sh->memory;
    if (size > memory->free)
        return NULL;
    for (uint32_t offset = memory->low; offset < memory->size;) {
        struct block *block = at(sh, offset);
        if ((block->size & USED) == 0) {
            merge(sh, offset);
            if (block->size >= size) {
                use(block, size);
                memory->free -= size_of(block);
                return block;
            }
        }
        offset += size_of(block);
    }
    return NULL;
}

static struct block *add_block(struct sh *sh, uint32_t size)
{
    struct sh_memory *memory = sh->memory;
    if (size > sh_room(sh))
        return full(sh);
    memory->low -= size;
    struct block *block = at(sh, memory->low);
    block->size = size | USED;
    return block;
}

void *sh_keep(struct sh *sh, size_t size)
{
    if (size > sh->memory->size)
        return full(sh);
    uint32_t whole = (uint32_t)aligned(sizeof(struct block) + size, ALIGNMENT);
    struct block *block = find_free(sh, whole);
    if (block == NULL)
        block = add_block(sh, whole);
    if (block == NULL)
        return NULL;
    __builtin_memset(block + 1, 0, size_of(block) - sizeof *block);
    return block + 1;
}

/* Free blocks at the low end are the stack's again. */
void sh_drop(struct sh *sh, void *memory)
{
    if (memory == NULL)
        return;
    struct block *block = (struct block *)memory - 1;
    block->size &= ~(uint32_t)USED;
    sh->memory->free += block->size;
    while (sh->memory->low < sh->memory->size) {
        block = at(sh, sh->memory->low);
        if ((block->size & USED) != 0)
            return;
        sh->memory->low += block->size;
        sh->memory->free -= block->size;
    }
}

size_t sh_kept_size(const void *block)
{
    return size_of((const struct block *)block - 1) - sizeof(struct block);
}

char *sh_keep_text(struct sh *sh, const char *text, size_t length)
{
    char *copy = sh_keep(sh, length + 1);
    if (copy != NULL)
        __builtin_memcpy(copy, text, length);
    return copy;
}

/* --- All of them --- */

struct sh_saved_blocks {
    uint32_t low, free;
    char bytes[];
};

struct sh_saved_blocks *sh_save_blocks(struct sh *sh)
{
    const struct sh_memory *memory = sh->memory;
    size_t length = memory->size - memory->low;
    struct sh_saved_blocks *saved = sh_push(sh, sizeof *saved + length);
    if (saved == NULL)
        return NULL;
    saved->low = memory->low;
    saved->free = memory->free;
    __builtin_memcpy(saved->bytes, at(sh, memory->low), length);
    return saved;
}

void sh_restore_blocks(struct sh *sh, const struct sh_saved_blocks *saved)
{
    sh->memory->low = saved->low;
    sh->memory->free = saved->free;
    __builtin_memcpy(at(sh, saved->low), saved->bytes, sh->memory->size - saved->low);
}

void sh_memory_copy(struct sh_memory *to, const struct sh_memory *from)
{
    __builtin_memcpy(to, from, from->top);
    __builtin_memcpy((char *)to + from->low, (const char *)from + from->low,
                     from->size - from->low);
}
