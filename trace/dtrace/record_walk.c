/* Going through what a buffer holds. */
#include "trace/dtrace/record_walk.h"

#include "trace/dtrace/quantize.h"

const uint8_t *dtrace_piece(const struct dtrace_record *record, const uint8_t *bytes, uint32_t size)
{
    bool inside = record->offset <= size && record->size <= size - record->offset;
    return record->size > 0 && inside ? bytes + record->offset : NULL;
}

struct dtrace_walk dtrace_walk_of(const struct dtrace_source *source,
                                  const struct dtrace_snapshot *snapshot)
{
    bool wrapped = snapshot->wrapped && snapshot->newest <= snapshot->oldest &&
                   snapshot->oldest <= snapshot->size;
    return (struct dtrace_walk){
        .source = source,
        .snapshot = snapshot,
        .at = wrapped ? snapshot->oldest : 0,
        .end = snapshot->bytes != NULL ? snapshot->size : 0,
        .turned = !wrapped,
    };
}

/* Behind the end of a ring that wrapped, its newest records follow. */
static bool turn(struct dtrace_walk *walk)
{
    if (walk->turned || walk->snapshot->bytes == NULL)
        return false;
    walk->turned = true;
    walk->at = 0;
    walk->end = walk->snapshot->newest;
    return true;
}

/* What follows cannot be told apart any more: this part of the buffer ends here. */
static bool give_up(struct dtrace_walk *walk, const char *why, uint32_t id)
{
    if (walk->damage == NULL) {
        walk->damage = why;
        walk->damage_at = walk->at;
        walk->damage_id = id;
    }
    walk->at = walk->end;
    return false;
}

/* The id at the next record, passing over padding; 0 at the end. */
static uint32_t next_id(struct dtrace_walk *walk, uint32_t step)
{
    do {
        for (; walk->end - walk->at >= step; walk->at += step) {
            uint32_t id = (uint32_t)dtrace_read_unsigned(walk->snapshot->bytes + walk->at, 4);
            if (id != 0)
                return id;
        }
    } while (turn(walk));
    return 0;
}

static bool read_record(struct dtrace_walk *walk, uint32_t epid, struct dtrace_found *found)
{
    const struct dtrace_source *source = walk->source;
    const struct dtrace_ecb_description *ecb = source->ecb(source->context, epid);
    if (ecb == NULL)
        return give_up(walk, "unknown EPID", epid);
    if (ecb->size < sizeof(struct dtrace_record_header) || ecb->size % 4 != 0)
        return give_up(walk, "impossible size of the records of EPID", epid);
    if (ecb->size > walk->end - walk->at)
        return give_up(walk, "no room for the record of EPID", epid);
    const uint8_t *bytes = walk->snapshot->bytes + walk->at;
    *found = (struct dtrace_found){
        .ecb = ecb,
        .bytes = bytes,
        .offset = walk->at,
        .time = dtrace_read_unsigned(bytes + 4, 4) << 32 | dtrace_read_unsigned(bytes + 8, 4),
    };
    walk->at += ecb->size;
    walk->records++;
    return true;
}

bool dtrace_walk_next(struct dtrace_walk *walk, struct dtrace_found *found)
{
    for (uint32_t epid; (epid = next_id(walk, 4)) != 0;)
        if (read_record(walk, epid, found))
            return true;
    return false;
}

static bool read_aggregation(struct dtrace_walk *walk, uint32_t id,
                             struct dtrace_found_aggregation *found)
{
    const struct dtrace_source *source = walk->source;
    const struct dtrace_aggregation_description *description =
        source->aggregation(source->context, id);
    if (description == NULL)
        return give_up(walk, "unknown aggregation", id);
    if (description->size < sizeof(struct dtrace_aggregation_header))
        return give_up(walk, "impossible size of the records of aggregation", id);
    if (description->size > walk->end - walk->at)
        return give_up(walk, "no room for the record of aggregation", id);
    *found =
        (struct dtrace_found_aggregation){description, walk->snapshot->bytes + walk->at, walk->at};
    uint32_t rest = walk->end - walk->at - description->size;
    uint32_t padding = (8 - description->size % 8) % 8;
    walk->at += description->size + (padding < rest ? padding : rest);
    return true;
}

bool dtrace_walk_next_aggregation(struct dtrace_walk *walk, struct dtrace_found_aggregation *found)
{
    for (uint32_t id; (id = next_id(walk, 8)) != 0;)
        if (read_aggregation(walk, id, found))
            return true;
    return false;
}

bool dtrace_aggregation_is_sound(const struct dtrace_found_aggregation *found, uint32_t *words)
{
    const struct dtrace_aggregation_description *description = found->description;
    uint32_t count = description->record_count;
    if (count < 2 || description->records[0].size != 8)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (dtrace_piece(&description->records[i], found->bytes, description->size) == NULL)
            return false;
    const struct dtrace_record *data = &description->records[count - 1];
    uint64_t parameter = data->size >= 8 ? dtrace_read_unsigned(found->bytes + data->offset, 8) : 0;
    uint32_t size = dtrace_function_size(data->action, parameter);
    *words = size / 8;
    return size != 0 && data->size == size;
}
