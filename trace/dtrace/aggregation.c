/* One entry for each key, found through a hash table that is as local as the buffer. */
#include "trace/dtrace/aggregation.h"

#include "trace/dtrace/at_rest.h"
#include "trace/dtrace/dtrace_bytes.h"
#include "trace/dtrace/hash.h"
#include "trace/dtrace/quantize.h"

/* An entry's place in the hash table. */
struct link {
    uint32_t hash;
    uint32_t offset; /* of the entry */
    uint32_t keys;   /* bytes of the entry in front of its data */
    uint32_t kind;   /* enum dof_action_kind */
    uint32_t next;   /* number of a link, from 1; 0: none */
};

enum {
    BYTES_OF_A_HEAD = 128 /* of buffer for each head of a chain */
};

static struct link *link_at(const struct dtrace_aggregation_buffer *buffer, uint32_t number)
{
    return (struct link *)(void *)(buffer->bytes + buffer->top) - number;
}

AT_REST void dtrace_aggregation_make(struct dtrace_aggregation_buffer *buffer, uint8_t *bytes,
                                     uint32_t size)
{
    uint32_t heads = 1;
    while (heads <= size / BYTES_OF_A_HEAD / 2)
        heads *= 2;
    uint32_t top = (size - heads * (uint32_t)sizeof(uint32_t)) & ~7u;
    *buffer = (struct dtrace_aggregation_buffer){.bytes = bytes,
                                                 .size = size,
                                                 .mask = heads - 1,
                                                 .heads = (uint32_t *)(void *)(bytes + top),
                                                 .top = top};
    dtrace_aggregation_reset(buffer);
}

void dtrace_aggregation_reset(struct dtrace_aggregation_buffer *buffer)
{
    buffer->used = buffer->links = 0;
    buffer->books = (struct dtrace_buffer_books){0};
    if (buffer->size > 0)
        __builtin_memset(buffer->heads, 0, (buffer->mask + 1) * sizeof *buffer->heads);
}

struct dtrace_snapshot dtrace_aggregation_snapshot(const struct dtrace_aggregation_buffer *buffer,
                                                   uint32_t cpu)
{
    return (struct dtrace_snapshot){
        .cpu = cpu, .bytes = buffer->bytes, .size = buffer->used, .books = buffer->books};
}

/* Bytes of a key that count: of a string, those up to its NUL and no garbage behind it. */
static uint32_t key_length(const struct dtrace_record *key, const uint8_t *bytes)
{
    return key->string ? dtrace_string_length(bytes, key->size) : key->size;
}

static bool same_string(const uint8_t *a, const uint8_t *b, uint32_t size)
{
    uint32_t i = 0, left, right;
    for (; size - i >= sizeof left; i += (uint32_t)sizeof left) {
        __builtin_memcpy(&left, a + i, sizeof left);
        __builtin_memcpy(&right, b + i, sizeof right);
        if (left != right || dtrace_has_nul(left))
            break;
    }
    for (; i < size; i++) {
        if (a[i] != b[i])
            return false;
        if (a[i] == '\0')
            return true;
    }
    return true;
}

static bool same_bytes(const uint8_t *a, const uint8_t *b, uint32_t size)
{
    if (size != sizeof(uint64_t))
        return __builtin_memcmp(a, b, size) == 0;
    uint64_t left, right;
    __builtin_memcpy(&left, a, sizeof left);
    __builtin_memcpy(&right, b, sizeof right);
    return left == right;
}

static bool same_tuple(const struct dtrace_aggregation_description *description,
                       const uint8_t *entry, const uint8_t *tuple)
{
    for (uint32_t i = 0; i + 1 < description->record_count; i++) {
        const struct dtrace_record *key = &description->records[i];
        const uint8_t *a = entry + key->offset, *b = tuple + key->offset;
        if (!(key->string ? same_string(a, b, key->size) : same_bytes(a, b, key->size)))
            return false;
    }
    return true;
}

static struct link *find(const struct dtrace_aggregation_buffer *buffer,
                         const struct dtrace_aggregate *what)
{
    const struct dtrace_aggregation_description *description = &what->aggregation->description;
    uint32_t number = buffer->heads[what->hash & buffer->mask];
    while (number != 0) {
        struct link *link = link_at(buffer, number);
        if (link->hash == what->hash && link->keys == what->aggregation->data_offset &&
            same_tuple(description, buffer->bytes + link->offset, what->tuple))
            return link;
        number = link->next;
    }
    return NULL;
}

static void fill_entry(uint8_t *entry, const struct dtrace_aggregate *what)
{
    const struct dtrace_aggregation *aggregation = what->aggregation;
    const struct dtrace_aggregation_description *description = &aggregation->description;
    __builtin_memset(entry, 0, aggregation->data_offset);
    __builtin_memcpy(entry, &description->id, sizeof description->id);
    for (uint32_t i = 0; i + 1 < description->record_count; i++) {
        const struct dtrace_record *key = &description->records[i];
        const uint8_t *bytes = what->tuple + key->offset;
        __builtin_memcpy(entry + key->offset, bytes, key_length(key, bytes));
    }
    dtrace_function_start((uint64_t *)(void *)(entry + aggregation->data_offset), aggregation->kind,
                          aggregation->arg);
}

/* Keys that were chosen so that they all meet in one chain find room for a few only. */
static bool is_crowded(const struct dtrace_aggregation_buffer *buffer, uint32_t hash)
{
    uint32_t length = 0;
    for (uint32_t number = buffer->heads[hash & buffer->mask]; number != 0;
         number = link_at(buffer, number)->next)
        length++;
    return length >= DTRACE_CHAIN_MAX;
}

/* NULL: no room. */
static struct link *insert(struct dtrace_aggregation_buffer *buffer,
                           const struct dtrace_aggregate *what)
{
    const struct dtrace_aggregation *aggregation = what->aggregation;
    uint64_t size = ((uint64_t)aggregation->description.size + 7) & ~(uint64_t)7;
    uint64_t links = (uint64_t)(buffer->links + 1) * sizeof(struct link);
    if (buffer->used + size + links > buffer->top || is_crowded(buffer, what->hash))
        return NULL;
    uint32_t *head = &buffer->heads[what->hash & buffer->mask];
    struct link *link = link_at(buffer, ++buffer->links);
    *link =
        (struct link){what->hash, buffer->used, aggregation->data_offset, aggregation->kind, *head};
    fill_entry(buffer->bytes + buffer->used, what);
    *head = buffer->links;
    __atomic_store_n(&buffer->used, buffer->used + (uint32_t)size, __ATOMIC_RELEASE);
    return link;
}

enum dtrace_aggregate_status dtrace_aggregate(struct dtrace_aggregation_buffer *buffer,
                                              const struct dtrace_aggregate *what)
{
    const struct dtrace_aggregation *aggregation = what->aggregation;
    if (buffer->size == 0)
        return DTRACE_AGGREGATE_DROPPED;
    buffer->books.emitted++;
    struct link *link = find(buffer, what);
    if (link == NULL)
        link = insert(buffer, what);
    if (link == NULL) {
        buffer->books.dropped++;
        return DTRACE_AGGREGATE_DROPPED;
    }
    if (link->kind != aggregation->kind) {
        buffer->books.filtered++;
        buffer->books.errors++;
        return DTRACE_AGGREGATE_OTHER_FUNCTION;
    }
    uint8_t *data = buffer->bytes + link->offset + aggregation->data_offset;
    dtrace_function_add((uint64_t *)(void *)data, aggregation->kind, what->value, what->increment);
    buffer->books.kept++;
    return DTRACE_AGGREGATE_OK;
}
