/* rcorder: what the headers say, and the order that follows.
 *
 * The caller's memory has, from below, the scripts and then all mentions of names, those of a script
 * side by side and in its order; from above, paths and names.  Each name stands there once. */
#include "kernel/user/rcorder.h"

enum {
    SCRIPTS_SHARE = 4, /* of the memory, scripts take at most this part */
    ALIGNMENT = 4,
    NONE = UINT16_MAX, /* script */
};

#define MEMORY_MAX (1u << 28)

/* Offsets are from the start of the memory; mentions are numbered from 1. */
struct mention {
    uint32_t word;      /* offset */
    uint32_t next : 30; /* mention of the same name and kind by a later script; 0: none */
    uint32_t kind : 2;
};

struct word {
    uint32_t next_in_bucket; /* offset */
    uint32_t providers;      /* first mention */
    uint32_t befores;
    uint32_t length;
    char text[];
};

enum visit {
    UNTOUCHED = 0,
    WAITING, /* for the script `deeper` */
    PLACED,
};

struct script {
    uint32_t path;    /* offset of a word, which is in no bucket */
    uint32_t mention; /* first */
    struct rcorder_cursor cursor;
    uint16_t parent, deeper; /* while it waits */
    uint16_t place;          /* in the order */
    uint16_t at_place;       /* the script at the place of this one's number */
    uint16_t group;
    uint8_t visit;
};

/* --- What lies in the memory --- */

static struct script *script_of(const struct rcorder *order, uint32_t number)
{
    return (struct script *)(void *)order->memory + number;
}

static struct mention *mention_of(const struct rcorder *order, uint32_t number)
{
    return (struct mention *)(void *)script_of(order, order->scripts_max) + number;
}

static struct word *word_of(const struct rcorder *order, uint32_t offset)
{
    return (struct word *)(void *)(order->memory + offset);
}

static struct slice text_of(const struct rcorder *order, uint32_t offset)
{
    const struct word *word = word_of(order, offset);
    return (struct slice){word->text, word->length};
}

static uint32_t mentions_end(const struct rcorder *order, uint32_t script)
{
    return script + 1 < order->count ? script_of(order, script + 1)->mention : order->mentions;
}

static uint32_t room(const struct rcorder *order)
{
    uint32_t used = order->scripts_max * (uint32_t)sizeof(struct script) +
                    order->mentions * (uint32_t)sizeof(struct mention);
    return order->words_start > used ? order->words_start - used : 0;
}

void rcorder_start(struct rcorder *order, void *memory, size_t size)
{
    *order = (struct rcorder){.memory = memory, .mentions = 1};
    order->words_start = (uint32_t)(size < MEMORY_MAX ? size : MEMORY_MAX) / ALIGNMENT * ALIGNMENT;
    order->scripts_max = order->words_start / SCRIPTS_SHARE / (uint32_t)sizeof(struct script);
    if (order->scripts_max > RCORDER_SCRIPTS_MAX)
        order->scripts_max = RCORDER_SCRIPTS_MAX;
}

/* --- Names --- */

/* Offset, or 0: there is no room. */
static uint32_t add_word(struct rcorder *order, struct slice text)
{
    uint32_t size = (uint32_t)(sizeof(struct word) + text.length + ALIGNMENT - 1);
    size = size / ALIGNMENT * ALIGNMENT;
    if (room(order) < size)
        return 0;
    order->words_start -= size;
    struct word *word = word_of(order, order->words_start);
    *word = (struct word){.length = (uint32_t)text.length};
    __builtin_memcpy(word->text, text.text, text.length);
    return order->words_start;
}

/* FNV-1a. */
static uint32_t *bucket_of(struct rcorder *order, struct slice text)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (uint8_t)text.text[i]) * 16777619u;
    return &order->buckets[hash % RCORDER_BUCKETS];
}

static uint32_t find_or_add_word(struct rcorder *order, struct slice text)
{
    uint32_t *bucket = bucket_of(order, text);
    for (uint32_t at = *bucket; at != 0; at = word_of(order, at)->next_in_bucket)
        if (slice_equal(text_of(order, at), text))
            return at;
    uint32_t added = add_word(order, text);
    if (added != 0) {
        word_of(order, added)->next_in_bucket = *bucket;
        *bucket = added;
    }
    return added;
}

static bool is_mentioned(const struct rcorder *order, uint32_t script, enum rcorder_kind kind,
                         struct slice text)
{
    for (uint32_t i = script_of(order, script)->mention; i < mentions_end(order, script); i++)
        if (mention_of(order, i)->kind == kind &&
            slice_equal(text_of(order, mention_of(order, i)->word), text))
            return true;
    return false;
}

enum rcorder_status rcorder_add_name(struct rcorder *order, enum rcorder_kind kind,
                                     struct slice text)
{
    if (is_mentioned(order, order->count - 1, kind, text))
        return RCORDER_OK;
    uint32_t word = find_or_add_word(order, text);
    if (word == 0 || room(order) < sizeof(struct mention))
        return RCORDER_NO_MEMORY;
    *mention_of(order, order->mentions++) = (struct mention){.word = word, .kind = kind};
    return RCORDER_OK;
}

/* --- Scripts --- */

enum rcorder_status rcorder_add_script(struct rcorder *order, struct slice path)
{
    if (order->count == RCORDER_SCRIPTS_MAX)
        return RCORDER_TOO_MANY_SCRIPTS;
    if (path.length > RCORDER_NAME_MAX)
        return RCORDER_NAME_TOO_LONG;
    uint32_t offset = order->count < order->scripts_max ? add_word(order, path) : 0;
    if (offset == 0)
        return RCORDER_NO_MEMORY;
    *script_of(order, order->count++) =
        (struct script){.path = offset, .mention = order->mentions, .parent = NONE};
    order->reading = (struct rcorder_reading){0};
    return RCORDER_OK;
}

struct slice rcorder_path(const struct rcorder *order, uint32_t script)
{
    return text_of(order, script_of(order, script)->path);
}

bool rcorder_has_keyword(const struct rcorder *order, uint32_t script, struct slice keyword)
{
    return is_mentioned(order, script, RCORDER_KEYWORD, keyword);
}

/* --- Who waits for whom --- */

/* Backwards, so that each chain is in the order of the scripts. */
static void link_mentions(struct rcorder *order)
{
    for (uint32_t i = order->mentions - 1; i > 0; i--) {
        struct mention *mention = mention_of(order, i);
        struct word *word = word_of(order, mention->word);
        uint32_t *first = mention->kind == RCORDER_PROVIDE  ? &word->providers
                          : mention->kind == RCORDER_BEFORE ? &word->befores
                                                            : NULL;
        if (first != NULL) {
            mention->next = *first & (MEMORY_MAX - 1);
            *first = i;
        }
    }
}

/* The script whose mention that is: the last one that begins at or before it. */
static uint32_t script_of_mention(const struct rcorder *order, uint32_t mention)
{
    uint32_t low = 0, high = order->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (script_of(order, middle)->mention <= mention)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static uint32_t first_link(const struct rcorder *order, uint32_t mention, bool befores)
{
    const struct word *word = word_of(order, mention_of(order, mention)->word);
    return befores ? word->befores : word->providers;
}

/* Moves to the script's next mention of that kind which somebody answers. */
static bool next_mention(const struct rcorder *order, uint32_t script,
                         struct rcorder_cursor *cursor)
{
    const enum rcorder_kind kind = cursor->befores ? RCORDER_PROVIDE : RCORDER_REQUIRE;
    while (++cursor->mention < mentions_end(order, script))
        if (mention_of(order, cursor->mention)->kind == kind) {
            cursor->link = first_link(order, cursor->mention, cursor->befores);
            if (cursor->link != 0)
                return true;
        }
    return false;
}

/* First those who provide what it requires, then those who want to be before what it provides; also
 * itself, and those it will not wait for. */
static bool next_edge(const struct rcorder *order, uint32_t script, struct rcorder_cursor *cursor,
                      uint32_t *other)
{
    if (cursor->mention == 0)
        cursor->mention = script_of(order, script)->mention - 1;
    if (cursor->link != 0)
        cursor->link = mention_of(order, cursor->link)->next;
    if (cursor->link == 0 && !next_mention(order, script, cursor)) {
        if (cursor->befores)
            return false;
        *cursor = (struct rcorder_cursor){.mention = script_of(order, script)->mention - 1,
                                          .befores = true};
        if (!next_mention(order, script, cursor))
            return false;
    }
    *other = script_of_mention(order, cursor->link);
    return true;
}

bool rcorder_next_wait(const struct rcorder *order, uint32_t script, struct rcorder_cursor *cursor,
                       uint32_t *waits_for)
{
    while (next_edge(order, script, cursor, waits_for))
        if (script_of(order, *waits_for)->place < script_of(order, script)->place)
            return true;
    return false;
}

/* --- Problems --- */

static void tell(const struct rcorder *order, struct rcorder_problem problem, uint32_t *problems)
{
    order->tell(order->context, &problem);
    ++*problems;
}

static bool provides(const struct rcorder *order, uint32_t script, uint32_t word)
{
    for (uint32_t i = script_of(order, script)->mention; i < mentions_end(order, script); i++)
        if (mention_of(order, i)->kind == RCORDER_PROVIDE && mention_of(order, i)->word == word)
            return true;
    return false;
}

/* What can be said of a name in a script's header without looking at others. */
static void look_at_mention(const struct rcorder *order, uint32_t script, uint32_t number,
                            uint32_t *problems)
{
    const struct mention *mention = mention_of(order, number);
    struct rcorder_problem problem = {.script = script, .name = text_of(order, mention->word)};
    if (mention->kind != RCORDER_REQUIRE && mention->kind != RCORDER_BEFORE)
        return;
    if (word_of(order, mention->word)->providers == 0)
        problem.kind =
            mention->kind == RCORDER_REQUIRE ? RCORDER_NO_PROVIDER : RCORDER_BEFORE_NOTHING;
    else if (provides(order, script, mention->word))
        problem.kind =
            mention->kind == RCORDER_REQUIRE ? RCORDER_REQUIRES_ITSELF : RCORDER_BEFORE_ITSELF;
    else
        return;
    tell(order, problem, problems);
}

static void look_at_script(const struct rcorder *order, uint32_t script, uint32_t *problems)
{
    for (uint32_t i = script_of(order, script)->mention; i < mentions_end(order, script); i++)
        look_at_mention(order, script, i, problems);
}

/* Two names may lead to the same script. */
static bool was_seen(const struct rcorder *order, uint32_t script, uint32_t other)
{
    const struct rcorder_cursor *end = &script_of(order, script)->cursor;
    struct rcorder_cursor cursor = {0};
    uint32_t seen;
    while (next_edge(order, script, &cursor, &seen)) {
        if (cursor.link == end->link && cursor.mention == end->mention)
            return false;
        if (seen == other)
            return true;
    }
    return false;
}

/* --- The order: a search in depth whose stack are the scripts that wait --- */

static void place(struct rcorder *order, uint32_t script)
{
    script_of(order, script)->visit = PLACED;
    script_of(order, script)->place = (uint16_t)order->ordered;
    script_of(order, order->ordered++)->at_place = (uint16_t)script;
}

/* The script waits for one that has its place. */
static void come_behind(const struct rcorder *order, uint32_t script, uint32_t other)
{
    struct script *later = script_of(order, script);
    uint16_t group = (uint16_t)(script_of(order, other)->group + 1);
    if (later->group < group)
        later->group = group;
}

/* Goes on with a script until it has its place or must wait; gives whom to go on with, or NONE. */
static uint32_t advance(struct rcorder *order, uint32_t script, uint32_t *problems)
{
    struct script *at = script_of(order, script);
    uint32_t other;
    while (next_edge(order, script, &at->cursor, &other)) {
        struct script *next = script_of(order, other);
        if (next->visit == PLACED)
            come_behind(order, script, other);
        else if (next->visit == UNTOUCHED) {
            at->deeper = (uint16_t)other;
            next->parent = (uint16_t)script;
            next->visit = WAITING;
            return other;
        } else if (other != script && !was_seen(order, script, other))
            tell(order, (struct rcorder_problem){RCORDER_CYCLE, script, other, {NULL, 0}},
                 problems);
    }
    place(order, script);
    if (at->parent != NONE)
        come_behind(order, at->parent, script);
    return at->parent;
}

uint32_t rcorder_sort(struct rcorder *order,
                      void (*tell_problem)(void *context, const struct rcorder_problem *problem),
                      void *context)
{
    uint32_t problems = 0;
    order->tell = tell_problem;
    order->context = context;
    link_mentions(order);
    for (uint32_t i = 0; i < order->count; i++)
        look_at_script(order, i, &problems);
    for (uint32_t i = 0; i < order->count; i++) {
        uint32_t at = script_of(order, i)->visit == UNTOUCHED ? i : NONE;
        while (at != NONE) {
            script_of(order, at)->visit |= WAITING;
            at = advance(order, at, &problems);
        }
    }
    return problems;
}

uint32_t rcorder_at(const struct rcorder *order, uint32_t place)
{
    return script_of(order, place)->at_place;
}

uint32_t rcorder_group(const struct rcorder *order, uint32_t script)
{
    return script_of(order, script)->group;
}

uint32_t rcorder_cycle_next(const struct rcorder *order, uint32_t script)
{
    return script_of(order, script)->deeper;
}
