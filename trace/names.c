/* Interned names and tasks. */
#include "trace/names.h"

static const char refused_text[] = "(name refused)";

/* Behind the header: hash index (uint16_t id, 0 is free), text offsets by id, then the text,
 * each name as one length byte and its bytes. */
static uint32_t bucket_count(uint32_t capacity)
{
    uint32_t buckets = 4;
    while (buckets < 2 * capacity)
        buckets *= 2;
    return buckets;
}

static uint16_t *index_of(const struct trace_names *names)
{
    return (uint16_t *)(uintptr_t)(names + 1);
}

static uint32_t *offsets_of(const struct trace_names *names)
{
    return (uint32_t *)(void *)(index_of(names) + names->buckets);
}

static uint8_t *text_of(const struct trace_names *names)
{
    return (uint8_t *)(offsets_of(names) + names->capacity);
}

/* FNV-1a, 32 bits. */
static uint32_t hash_of(const char *text, size_t length)
{
    uint32_t hash = 0x811c9dc5u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t)text[i]) * 0x01000193u;
    return hash;
}

uint32_t trace_names_size(uint32_t capacity, uint32_t text_capacity)
{
    uint32_t size = (uint32_t)sizeof(struct trace_names) +
                    bucket_count(capacity) * (uint32_t)sizeof(uint16_t) +
                    capacity * (uint32_t)sizeof(uint32_t) + text_capacity;
    return (size + 63) & ~63u;
}

void trace_names_format(struct trace_names *names, uint32_t capacity, uint32_t text_capacity)
{
    *names = (struct trace_names){
        .capacity = capacity,
        .text_capacity = text_capacity,
        .count = TRACE_NAME_FIRST,
        .buckets = bucket_count(capacity),
    };
}

static bool same(const struct trace_name *name, const char *text, size_t length)
{
    return name->length == length && __builtin_memcmp(name->text, text, length) == 0;
}

uint16_t trace_names_intern(struct trace_names *names, const char *text, size_t length)
{
    uint32_t bucket = hash_of(text, length) & (names->buckets - 1);
    for (; index_of(names)[bucket] != 0; bucket = (bucket + 1) & (names->buckets - 1)) {
        uint16_t id = index_of(names)[bucket];
        struct trace_name name = trace_names_get(names, id);
        if (same(&name, text, length))
            return id;
    }
    if (length == 0 || length > TRACE_NAME_LENGTH_MAX || names->count >= names->capacity ||
        names->text_capacity - names->text_used < length + 1) {
        names->refused++;
        return TRACE_NAME_REFUSED;
    }
    uint16_t id = (uint16_t)names->count;
    uint8_t *entry = text_of(names) + names->text_used;
    entry[0] = (uint8_t)length;
    __builtin_memcpy(entry + 1, text, length);
    offsets_of(names)[id] = names->text_used;
    names->text_used += (uint32_t)length + 1;
    __atomic_store_n(&names->count, names->count + 1, __ATOMIC_RELEASE);
    index_of(names)[bucket] = id;
    return id;
}

struct trace_name trace_names_get(const struct trace_names *names, uint32_t id)
{
    uint32_t count = __atomic_load_n(&names->count, __ATOMIC_ACQUIRE);
    if (id == TRACE_NAME_REFUSED)
        return (struct trace_name){refused_text, sizeof refused_text - 1};
    if (id == TRACE_NAME_NONE || id >= count)
        return (struct trace_name){NULL, 0};
    const uint8_t *entry = text_of(names) + offsets_of(names)[id];
    return (struct trace_name){(const char *)entry + 1, entry[0]};
}

void trace_names_carry(struct trace_names *to, const struct trace_names *from)
{
    for (uint32_t id = TRACE_NAME_FIRST; id < from->count; id++) {
        struct trace_name name = trace_names_get(from, id);
        (void)trace_names_intern(to, name.text, name.length); /* ids follow the order */
    }
    to->refused = from->refused;
}

uint32_t trace_tasks_size(uint32_t capacity)
{
    uint32_t size =
        (uint32_t)sizeof(struct trace_tasks) + capacity * (uint32_t)sizeof(struct trace_task);
    return (size + 63) & ~63u;
}

void trace_tasks_format(struct trace_tasks *tasks, uint32_t capacity)
{
    *tasks = (struct trace_tasks){.capacity = capacity, .count = 1};
}

uint16_t trace_tasks_add(struct trace_tasks *tasks, const struct trace_task *task)
{
    if (tasks->count >= tasks->capacity) {
        tasks->refused++;
        return 0;
    }
    uint32_t id = tasks->count;
    tasks->task[id] = *task;
    __atomic_store_n(&tasks->count, id + 1, __ATOMIC_RELEASE);
    return (uint16_t)id;
}

void trace_tasks_carry(struct trace_tasks *to, const struct trace_tasks *from)
{
    for (uint32_t id = 1; id < from->count; id++)
        (void)trace_tasks_add(to, &from->task[id]);
    to->refused = from->refused;
}
