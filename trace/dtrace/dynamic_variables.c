/* Dynamic variables: a hash over a pool of equal chunks; variables_layout.h has the protocol. */
#include "trace/dtrace/variables_layout.h"

#include "trace/dtrace/at_rest.h"
#include "trace/dtrace/hash.h"
#include "trace/local.h"

enum {
    LOCK_TRIES = 20000 /* far more than the few hundred instructions for which a lock is held */
};

/* --- Locks that are not waited for without end --- */

static bool try_lock(uint32_t *lock)
{
    for (uint32_t tries = 0; tries < LOCK_TRIES; tries++)
        if (__atomic_load_n(lock, __ATOMIC_RELAXED) == 0 &&
            __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) == 0)
            return true;
    return false;
}

static void unlock(uint32_t *lock)
{
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

/* --- Chunks --- */

static struct dtrace_chunk *chunk_at(const struct dtrace_pool *pool, uint32_t number)
{
    return (struct dtrace_chunk *)(void *)(pool->chunks + (size_t)(number - 1) * pool->chunk_size);
}

static uint8_t *chunk_data(struct dtrace_chunk *chunk)
{
    return (uint8_t *)chunk + chunk->data;
}

static struct dtrace_key *chunk_keys(struct dtrace_chunk *chunk)
{
    return (struct dtrace_key *)(void *)(chunk + 1);
}

static void set_state(struct dtrace_chunk *chunk, enum dtrace_chunk_state state)
{
    __atomic_store_n(&chunk->state, (uint32_t)state, __ATOMIC_RELEASE);
}

/* 0: none, or the list stays locked. */
static uint32_t take_chunk(struct dtrace_pool *pool)
{
    if (!try_lock(&pool->free_lock))
        return 0;
    uint32_t number = pool->free;
    if (number != 0) {
        pool->free = chunk_at(pool, number)->next;
        pool->in_use++;
    }
    unlock(&pool->free_lock);
    return number;
}

static void push_dirty(struct dtrace_pool *pool, uint32_t number)
{
    struct dtrace_chunk *chunk = chunk_at(pool, number);
    set_state(chunk, CHUNK_DIRTY);
    uint32_t head = __atomic_load_n(&pool->dirty, __ATOMIC_RELAXED);
    do
        chunk->next = head;
    while (!__atomic_compare_exchange_n(&pool->dirty, &head, number, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
}

/* --- Keys --- */

static const uint8_t *key_bytes(const struct dtrace_key *key)
{
    return (const uint8_t *)(uintptr_t)key->value;
}

static uint32_t hash_tuple(const struct dtrace_tuple *tuple)
{
    uint32_t hash = DTRACE_HASH_START;
    for (uint32_t i = 0; i < tuple->count; i++) {
        const struct dtrace_key *key = &tuple->keys[i];
        if (key->size != 0) {
            hash = dtrace_hash_bytes(hash, key_bytes(key), (uint32_t)key->size);
        } else {
            hash = dtrace_hash_word(hash, (uint32_t)key->value);
            hash = dtrace_hash_word(hash, (uint32_t)(key->value >> 32));
        }
    }
    return hash;
}

/* The chunk's keys say where their bytes begin, from its start. */
static bool is_same_tuple(struct dtrace_chunk *chunk, const struct dtrace_tuple *tuple)
{
    if (chunk->key_count != tuple->count)
        return false;
    const struct dtrace_key *own = chunk_keys(chunk);
    for (uint32_t i = 0; i < tuple->count; i++) {
        const struct dtrace_key *key = &tuple->keys[i];
        if (own[i].size != key->size)
            return false;
        if (key->size == 0 ? own[i].value != key->value
                           : __builtin_memcmp((uint8_t *)chunk + own[i].value, key_bytes(key),
                                              (size_t)key->size) != 0)
            return false;
    }
    return true;
}

static void copy_tuple(struct dtrace_chunk *chunk, const struct dtrace_tuple *tuple)
{
    struct dtrace_key *own = chunk_keys(chunk);
    uint64_t at = sizeof *chunk + tuple->count * sizeof *own;
    chunk->key_count = tuple->count;
    for (uint32_t i = 0; i < tuple->count; i++) {
        own[i] = tuple->keys[i];
        if (own[i].size == 0)
            continue;
        own[i].value = at;
        __builtin_memmove((uint8_t *)chunk + at, key_bytes(&tuple->keys[i]), (size_t)own[i].size);
        at += dtrace_round8(own[i].size);
    }
    chunk->data = (uint32_t)at;
}

/* Bytes in front of the data; more than any chunk has if the keys are too long for one. */
static uint64_t bytes_before_data(const struct dtrace_pool *pool, const struct dtrace_tuple *tuple)
{
    uint64_t bytes = sizeof(struct dtrace_chunk) + tuple->count * sizeof(struct dtrace_key);
    for (uint32_t i = 0; i < tuple->count; i++) {
        if (tuple->keys[i].size > pool->chunk_size)
            return UINT64_MAX / 2;
        bytes += dtrace_round8(tuple->keys[i].size);
    }
    return bytes;
}

/* --- Finding, making, deleting; under the bucket's lock --- */

/* Where the number stands that leads to the chunk; a place with 0 in it if there is none. */
static uint32_t *find(const struct dtrace_pool *pool, struct dtrace_bucket *bucket, uint32_t hash,
                      const struct dtrace_tuple *tuple)
{
    uint32_t *link = &bucket->first;
    while (*link != 0) {
        struct dtrace_chunk *chunk = chunk_at(pool, *link);
        if (chunk->hash == hash && is_same_tuple(chunk, tuple))
            break;
        link = &chunk->next;
    }
    return link;
}

/* Keys that were chosen so that they all meet in one bucket find room for a few only. */
static bool is_crowded(const struct dtrace_pool *pool, const struct dtrace_bucket *bucket)
{
    uint32_t length = 0;
    for (uint32_t number = bucket->first; number != 0; number = chunk_at(pool, number)->next)
        length++;
    return length >= DTRACE_CHAIN_MAX;
}

static uint32_t data_size(const struct dtrace_slot *slot)
{
    return slot->size < sizeof(uint64_t) ? sizeof(uint64_t) : slot->size;
}

/* A chunk with its keys and zeroed data, not yet in the bucket. */
static void fill_chunk(struct dtrace_chunk *chunk, uint32_t hash, const struct dtrace_slot *slot,
                       const struct dtrace_tuple *tuple)
{
    chunk->hash = hash;
    copy_tuple(chunk, tuple);
    chunk->data_size = data_size(slot);
    __builtin_memset(chunk_data(chunk), 0, chunk->data_size);
}

static enum dtrace_dynamic_status drop(struct dtrace_variables *variables, uint32_t cpu)
{
    (void)trace_local_fetch_increment(&variables->losses[cpu].drops);
    return DTRACE_DYNAMIC_DROP;
}

/* Only the length that counts is copied: a NUL ends a string that is shorter than its variable. */
static void copy_data(struct dtrace_chunk *chunk, const struct dtrace_slot *slot, const void *bytes,
                      uint32_t length)
{
    __builtin_memmove(chunk_data(chunk), bytes, length);
    if (slot->is_string && length < slot->size)
        chunk_data(chunk)[length] = 0;
}

static enum dtrace_dynamic_status store_new(struct dtrace_variables *variables, uint32_t cpu,
                                            struct dtrace_bucket *bucket, uint32_t hash,
                                            const struct dtrace_slot *slot,
                                            const struct dtrace_tuple *tuple, const void *bytes,
                                            uint32_t length)
{
    uint32_t number = is_crowded(&variables->pool, bucket) ? 0 : take_chunk(&variables->pool);
    if (number == 0)
        return drop(variables, cpu);
    struct dtrace_chunk *chunk = chunk_at(&variables->pool, number);
    fill_chunk(chunk, hash, slot, tuple);
    copy_data(chunk, slot, bytes, length);
    chunk->next = bucket->first;
    set_state(chunk, CHUNK_LIVE);
    bucket->first = number;
    return DTRACE_DYNAMIC_OK;
}

/* --- What variables_layout.h offers --- */

bool dtrace_dynamic_fits(const struct dtrace_variables *variables, const struct dtrace_slot *slot,
                         const struct dtrace_tuple *tuple)
{
    const struct dtrace_pool *pool = &variables->pool;
    return bytes_before_data(pool, tuple) + dtrace_round8(data_size(slot)) <= pool->chunk_size;
}

static struct dtrace_bucket *bucket_of(const struct dtrace_pool *pool, uint32_t hash)
{
    return &pool->buckets[hash & pool->bucket_mask];
}

enum dtrace_dynamic_status dtrace_dynamic_load(struct dtrace_variables *variables, uint32_t cpu,
                                               const struct dtrace_slot *slot,
                                               const struct dtrace_tuple *tuple, uint64_t *value)
{
    struct dtrace_pool *pool = &variables->pool;
    uint32_t hash = hash_tuple(tuple);
    struct dtrace_bucket *bucket = bucket_of(pool, hash);
    *value = 0;
    if (!try_lock(&bucket->lock))
        return drop(variables, cpu);
    uint32_t number = *find(pool, bucket, hash, tuple);
    if (number != 0) {
        uint8_t *data = chunk_data(chunk_at(pool, number));
        if (slot->by_ref)
            *value = (uintptr_t)data;
        else
            __builtin_memcpy(value, data, sizeof *value);
    }
    unlock(&bucket->lock);
    return DTRACE_DYNAMIC_OK;
}

enum dtrace_dynamic_status dtrace_dynamic_store(struct dtrace_variables *variables, uint32_t cpu,
                                                const struct dtrace_slot *slot,
                                                const struct dtrace_tuple *tuple, const void *bytes,
                                                uint32_t length)
{
    struct dtrace_pool *pool = &variables->pool;
    uint32_t hash = hash_tuple(tuple);
    struct dtrace_bucket *bucket = bucket_of(pool, hash);
    enum dtrace_dynamic_status status = DTRACE_DYNAMIC_OK;
    if (!try_lock(&bucket->lock))
        return drop(variables, cpu);
    uint32_t number = *find(pool, bucket, hash, tuple);
    if (number == 0)
        status = store_new(variables, cpu, bucket, hash, slot, tuple, bytes, length);
    else
        copy_data(chunk_at(pool, number), slot, bytes, length);
    unlock(&bucket->lock);
    return status;
}

enum dtrace_dynamic_status dtrace_dynamic_delete(struct dtrace_variables *variables, uint32_t cpu,
                                                 const struct dtrace_tuple *tuple)
{
    struct dtrace_pool *pool = &variables->pool;
    uint32_t hash = hash_tuple(tuple);
    struct dtrace_bucket *bucket = bucket_of(pool, hash);
    if (!try_lock(&bucket->lock))
        return drop(variables, cpu);
    uint32_t *link = find(pool, bucket, hash, tuple);
    uint32_t number = *link;
    if (number != 0) {
        *link = chunk_at(pool, number)->next;
        push_dirty(pool, number);
    }
    unlock(&bucket->lock);
    return DTRACE_DYNAMIC_OK;
}

/* --- The pool --- */

static uint32_t power_of_two_up_to(uint32_t number)
{
    uint32_t power = 1;
    while (power <= number / 2)
        power *= 2;
    return power;
}

static bool take_pool(struct dtrace_pool *pool, struct dtrace_memory *memory)
{
    size_t mark = memory->used;
    uint32_t buckets = power_of_two_up_to(pool->chunk_count);
    pool->bucket_mask = buckets - 1;
    pool->buckets = dtrace_memory_array(memory, buckets, sizeof *pool->buckets, 8);
    pool->chunks = dtrace_memory_array(memory, pool->chunk_count, pool->chunk_size, 16);
    if (pool->buckets && pool->chunks)
        return true;
    memory->used = mark;
    return false;
}

static void chain_free_chunks(struct dtrace_pool *pool)
{
    for (uint32_t number = pool->chunk_count; number > 0; number--) {
        chunk_at(pool, number)->next = pool->free;
        pool->free = number;
    }
}

AT_REST uint64_t dtrace_pool_least(uint32_t chunk)
{
    return (uint64_t)chunk + sizeof(struct dtrace_bucket);
}

AT_REST bool dtrace_pool_make(struct dtrace_pool *pool, struct dtrace_memory *memory, uint64_t size,
                              uint32_t chunk)
{
    const uint64_t bytes_max = UINT32_MAX / 2;
    pool->chunk_size = chunk;
    for (size = size < bytes_max ? size : bytes_max;; size /= 2) {
        pool->chunk_count = (uint32_t)(size / dtrace_pool_least(chunk));
        if (take_pool(pool, memory))
            break;
        if (pool->chunk_count == 0)
            return false;
    }
    chain_free_chunks(pool);
    return true;
}

/* Nothing of a chunk that is not yet, or no more, a variable's; what it says is bounded by its size. */
uint64_t dtrace_pool_extent(const struct dtrace_pool *pool, uint64_t address)
{
    uint64_t offset = address - (uintptr_t)pool->chunks;
    if (offset >= (uint64_t)pool->chunk_count * pool->chunk_size)
        return 0;
    uint32_t inside = (uint32_t)offset % pool->chunk_size;
    struct dtrace_chunk *chunk = chunk_at(pool, (uint32_t)offset / pool->chunk_size + 1);
    uint32_t state = __atomic_load_n(&chunk->state, __ATOMIC_ACQUIRE);
    if (state != CHUNK_LIVE && state != CHUNK_DIRTY)
        return 0;
    uint32_t end = chunk->data + chunk->data_size;
    return inside >= chunk->data && inside < end ? end - inside : 0;
}

/* Gives the last one of a list. */
static uint32_t mark_rinsing(const struct dtrace_pool *pool, uint32_t number)
{
    for (;;) {
        struct dtrace_chunk *chunk = chunk_at(pool, number);
        set_state(chunk, CHUNK_RINSING);
        if (chunk->next == 0)
            return number;
        number = chunk->next;
    }
}

static uint32_t mark_free(const struct dtrace_pool *pool, uint32_t number, uint32_t *count)
{
    for (*count = 1;; ++*count) {
        struct dtrace_chunk *chunk = chunk_at(pool, number);
        set_state(chunk, CHUNK_FREE);
        if (chunk->next == 0)
            return number;
        number = chunk->next;
    }
}

static void give_rinsed_back(struct dtrace_pool *pool)
{
    uint32_t count;
    if (pool->rinsing == 0)
        return;
    uint32_t last = mark_free(pool, pool->rinsing, &count);
    if (!try_lock(&pool->free_lock))
        return; /* next time */
    chunk_at(pool, last)->next = pool->free;
    pool->free = pool->rinsing;
    pool->in_use -= count;
    pool->rinsing = 0;
    unlock(&pool->free_lock);
}

void dtrace_variables_clean(struct dtrace_variables *variables)
{
    struct dtrace_pool *pool = &variables->pool;
    give_rinsed_back(pool);
    if (pool->rinsing != 0)
        return;
    pool->rinsing = __atomic_exchange_n(&pool->dirty, 0, __ATOMIC_ACQUIRE);
    if (pool->rinsing != 0)
        (void)mark_rinsing(pool, pool->rinsing);
}
