/* Subroutines on strings: length, search, parts, joining, case.
 *
 * A string is read up to strsize bytes; one that is made has at most strsize - 1 and a NUL. */
#include "trace/dtrace/run_machine.h"
#include "trace/dtrace/search.h"

enum {
    NOT_FOUND = -1
};

static bool string_argument(struct dif_machine *machine, uint32_t index, struct dif_string *string)
{
    return dif_string(machine, dif_argument(machine, index), string);
}

void dif_strlen(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string string;
    if (string_argument(machine, 0, &string))
        *result = string.length;
}

/* Takes no more than the result, but wants strsize bytes to be free.  Where all memory may be read, the strings may lie
 * in what is free. */
void dif_strjoin(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string a, b;
    if (!string_argument(machine, 0, &a) || !string_argument(machine, 1, &b))
        return;
    uint64_t size = (uint64_t)a.length + b.length + 1;
    uint8_t *to = dif_reserve(machine, machine->run->strsize);
    if (!to)
        return;
    if (size > machine->run->strsize) {
        dif_fault(machine, DIF_FAULT_NOSCRATCH, 0);
        return;
    }
    __builtin_memmove(to, a.bytes, a.length);
    __builtin_memmove(to + a.length, b.bytes, b.length);
    to[size - 1] = 0;
    dif_keep(machine, (uint32_t)size);
    *result = (uintptr_t)to;
}

/* --- Searching: results are addresses in the string that was given --- */

/* The NUL can be found, too, if there is one. */
static uint32_t searched(const struct dif_string *string)
{
    return string->length + string->has_nul;
}

void dif_strchr(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string string;
    uint8_t wanted = (uint8_t)dif_argument(machine, 1);
    if (!string_argument(machine, 0, &string))
        return;
    *result = 0;
    for (uint32_t i = 0; i < searched(&string) && *result == 0; i++)
        if (string.bytes[i] == wanted)
            *result = dif_argument(machine, 0) + i;
}

void dif_strrchr(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string string;
    uint8_t wanted = (uint8_t)dif_argument(machine, 1);
    if (!string_argument(machine, 0, &string))
        return;
    *result = 0;
    for (uint32_t i = 0; i < searched(&string); i++)
        if (string.bytes[i] == wanted)
            *result = dif_argument(machine, 0) + i;
}

/* An empty part stands everywhere. */
static int64_t first_at_or_behind(const struct dif_string *string, const struct dif_string *part,
                                  uint32_t at)
{
    const struct dtrace_bytes text = {string->bytes, 1, string->length};
    const struct dtrace_bytes wanted = {part->bytes, 1, part->length};
    if (part->length == 0)
        return at;
    uint32_t found = dtrace_search(&text, &wanted, at);
    return found == DTRACE_NOT_FOUND ? NOT_FOUND : (int64_t)found;
}

/* Both backwards: what stands `from` bytes before the end there, ends so far before the end here. */
static int64_t last_at_or_before(const struct dif_string *string, const struct dif_string *part,
                                 uint32_t at)
{
    if (part->length == 0)
        return at;
    if (part->length > string->length)
        return NOT_FOUND;
    const struct dtrace_bytes text = {string->bytes + string->length - 1, -1, string->length};
    const struct dtrace_bytes wanted = {part->bytes + part->length - 1, -1, part->length};
    uint32_t last = string->length - part->length;
    uint32_t found = dtrace_search(&text, &wanted, at < last ? last - at : 0);
    return found == DTRACE_NOT_FOUND ? NOT_FOUND : (int64_t)(last - found);
}

void dif_strstr(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string string, part;
    if (!string_argument(machine, 0, &string) || !string_argument(machine, 1, &part))
        return;
    int64_t at = first_at_or_behind(&string, &part, 0);
    *result = at < 0 ? 0 : dif_argument(machine, 0) + (uint64_t)at;
}

static int64_t position_argument(const struct dif_machine *machine, int64_t otherwise)
{
    return machine->depth > 2 ? (int64_t)dif_argument(machine, 2) : otherwise;
}

/* From a position on: a negative one is 0, and only an empty part is at the end or behind it. */
void dif_index_of(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string string, part;
    if (!string_argument(machine, 0, &string) || !string_argument(machine, 1, &part))
        return;
    int64_t at = position_argument(machine, 0);
    if (at < 0)
        at = 0;
    if (at > string.length)
        at = string.length;
    *result = (uint64_t)first_at_or_behind(&string, &part, (uint32_t)at);
}

/* Down from a position: before the string there is only an empty part, at 0. */
void dif_rindex_of(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string string, part;
    if (!string_argument(machine, 0, &string) || !string_argument(machine, 1, &part))
        return;
    int64_t at = position_argument(machine, string.length);
    if (at > string.length)
        at = string.length;
    if (at < 0)
        *result = (uint64_t)(int64_t)(part.length == 0 ? 0 : NOT_FOUND);
    else
        *result = (uint64_t)last_at_or_before(&string, &part, (uint32_t)at);
}

/* --- Tokens --- */

struct byte_set {
    uint32_t bits[8];
};

static void set_of(struct byte_set *set, const struct dif_string *string)
{
    *set = (struct byte_set){{0}};
    for (uint32_t i = 0; i < string->length; i++)
        set->bits[string->bytes[i] / 32] |= 1u << string->bytes[i] % 32;
}

static bool has(const struct byte_set *set, uint8_t byte)
{
    return set->bits[byte / 32] >> byte % 32 & 1;
}

/* The next token of the string at `address`; what is behind it waits for the next call in this firing.
 * There is room for it: dif_strtok() has reserved strsize bytes. */
static uint64_t take_token(struct dif_machine *machine, uint64_t address,
                           const struct dif_string *string, const struct byte_set *delimiters)
{
    uint64_t *next = &machine->run->firing->token;
    uint32_t start = 0, most = machine->run->strsize - 1;
    while (start < string->length && has(delimiters, string->bytes[start]))
        start++;
    if (start == string->length) {
        *next = 0;
        return 0;
    }
    uint32_t end = start;
    while (end < string->length && end - start < most && !has(delimiters, string->bytes[end]))
        end++;
    *next = address + end;
    return dif_take_string(machine, string->bytes + start, end - start);
}

void dif_strtok(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string string, delimiters;
    struct byte_set set;
    uint64_t address = dif_argument(machine, 0);
    if (address == 0)
        address = machine->run->firing->token;
    *result = 0;
    if (!string_argument(machine, 1, &delimiters) || !dif_reserve(machine, machine->run->strsize) ||
        address == 0 || !dif_string(machine, address, &string))
        return;
    set_of(&set, &delimiters);
    *result = take_token(machine, address, &string, &set);
}

/* --- Parts and case --- */

/* The part that substr() means: how many bytes, and from where. */
static uint32_t part_of(uint32_t length, int64_t *index, int64_t count)
{
    if (*index < 0) {
        *index += length;
        if (*index < 0 && count > 0 && *index + count > 0) {
            count += *index;
            *index = 0;
        }
    }
    if (*index < 0 || *index >= length)
        return 0;
    int64_t rest = length - *index;
    if (count < 0)
        count += rest;
    return (uint32_t)(count < 0 ? 0 : count < rest ? count : rest);
}

void dif_substr(struct dif_machine *machine, uint64_t *result)
{
    struct dif_string string;
    if (!string_argument(machine, 0, &string))
        return;
    int64_t index = (int64_t)dif_argument(machine, 1);
    uint32_t count =
        part_of(string.length, &index, position_argument(machine, machine->run->strsize));
    *result = dif_take_string(machine, count > 0 ? string.bytes + index : string.bytes, count);
}

/* A copy in which each letter from `first` on, of 26, is moved by so much. */
static void change_case(struct dif_machine *machine, uint64_t *result, uint8_t first, int move)
{
    struct dif_string string;
    if (!string_argument(machine, 0, &string))
        return;
    *result = dif_take_string(machine, string.bytes, string.length);
    uint8_t *byte = (uint8_t *)(uintptr_t)*result;
    for (; *result != 0 && *byte != 0; byte++)
        if (*byte >= first && *byte < first + 26)
            *byte = (uint8_t)(*byte + move);
}

void dif_toupper(struct dif_machine *machine, uint64_t *result)
{
    change_case(machine, result, 'a', 'A' - 'a');
}

void dif_tolower(struct dif_machine *machine, uint64_t *result)
{
    change_case(machine, result, 'A', 'a' - 'A');
}
