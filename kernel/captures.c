/* What processes print, into memory of others. */
#include "kernel/captures.h"

#include "kernel/spinlock.h"

struct capture {
    int number; /* 0: the place is free */
    uint32_t owner;
    char *bytes;
    size_t size, length;
    bool cut;
};

static struct capture captures[CAPTURES_MAX];
static int last_number = CAPTURE_FIRST - 1;
static struct spinlock lock;

static struct capture *find(int number)
{
    for (uint32_t i = 0; i < CAPTURES_MAX; i++)
        if (captures[i].number == number)
            return &captures[i];
    return NULL;
}

int capture_begin(uint32_t owner, char *bytes, size_t size)
{
    uint32_t flags = spinlock_take(&lock);
    struct capture *capture = find(0);
    int number = capture == NULL ? 0 : ++last_number;
    if (capture != NULL)
        *capture = (struct capture){number, owner, bytes, size, 0, false};
    spinlock_release(&lock, flags);
    return number;
}

size_t capture_end(int number, bool *whole)
{
    uint32_t flags = spinlock_take(&lock);
    struct capture *capture = find(number);
    size_t length = capture == NULL ? 0 : capture->length;
    *whole = capture != NULL && !capture->cut;
    if (capture != NULL)
        capture->number = 0;
    spinlock_release(&lock, flags);
    return length;
}

void captures_leave(uint32_t owner)
{
    uint32_t flags = spinlock_take(&lock);
    for (uint32_t i = 0; i < CAPTURES_MAX; i++)
        if (captures[i].owner == owner)
            captures[i].number = 0;
    spinlock_release(&lock, flags);
}

void capture_write(int number, const char *bytes, size_t length)
{
    uint32_t flags = spinlock_take(&lock);
    struct capture *capture = find(number);
    if (capture != NULL) {
        size_t room = capture->size - capture->length;
        size_t kept = length < room ? length : room;
        __builtin_memcpy(capture->bytes + capture->length, bytes, kept);
        capture->length += kept;
        capture->cut = capture->cut || kept < length;
    }
    spinlock_release(&lock, flags);
}
