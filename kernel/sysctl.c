/* The tree of sysctls: finding, judging, reading, writing.
 *
 * The table of pointers is filled once, before there are threads, and then only read. */
#include "kernel/sysctl.h"

#include "boot/command_line.h"
#include "boot/slice.h"
#include "kernel/console.h"

static const struct sysctl_oid *oids[SYSCTL_OIDS_MAX]; /* in the order of names */
static uint32_t count;

static int compare(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (uint8_t)*a - (uint8_t)*b;
}

/* How many names stand before this one; with `inclusive`, also itself. */
static uint32_t count_before(const char *name, bool inclusive)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare(oids[middle]->name, name);
        if (order < 0 || (inclusive && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct sysctl_oid *sysctl_find(const char *name)
{
    uint32_t place = count_before(name, false);
    return place < count && compare(oids[place]->name, name) == 0 ? oids[place] : NULL;
}

const struct sysctl_oid *sysctl_next(const char *after)
{
    uint32_t place = after == NULL ? 0 : count_before(after, true);
    return place < count ? oids[place] : NULL;
}

static bool is_below(const struct sysctl_oid *oid, const char *node, size_t length)
{
    return length > 0 && slice_begins(slice_of(oid->name), node) && oid->name[length] == '.';
}

bool sysctl_is_node(const char *name)
{
    size_t length = __builtin_strlen(name);
    for (uint32_t i = count_before(name, true); i < count; i++)
        if (is_below(oids[i], name, length))
            return true;
    return false;
}

void sysctl_add(const struct sysctl_oid *oid)
{
    if (sysctl_find(oid->name) != NULL) {
        log_line("sysctl: %s: there are two oids of this name; the later one is ignored",
                 oid->name);
        return;
    }
    if (count == SYSCTL_OIDS_MAX) {
        log_line("sysctl: %s: there are more than %u oids; it is ignored", oid->name,
                 SYSCTL_OIDS_MAX);
        return;
    }
    uint32_t place = count_before(oid->name, false);
    for (uint32_t i = count; i > place; i--)
        oids[i] = oids[i - 1];
    oids[place] = oid;
    count++;
}

void sysctl_init_from(const struct sysctl_oid *first, const struct sysctl_oid *end)
{
    count = 0;
    for (const struct sysctl_oid *oid = first; oid < end; oid++)
        sysctl_add(oid);
}

/* The oid, or why there is nothing to read or write under this name. */
static int look_up(const char *name, const struct sysctl_oid **oid)
{
    *oid = sysctl_find(name);
    if (*oid != NULL)
        return SYSTEM_OK;
    return sysctl_is_node(name) ? SYSTEM_EISDIR : SYSTEM_ENOENT;
}

static void read_oid(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    if (oid->read != NULL)
        oid->read(oid, sink);
}

int sysctl_read(const char *name, const struct text_sink *sink)
{
    const struct sysctl_oid *oid;
    int error = look_up(name, &oid);
    if (error == SYSTEM_OK)
        read_oid(oid, sink);
    return error;
}

/* A minus sign, and a number up to 2^63 behind it; or none, and one below 2^63. */
static bool read_signed(struct slice text, uint64_t *number)
{
    bool negative = slice_begins(text, "-");
    struct slice digits = slice_behind(text, negative);
    if (!command_line_number(digits.text, digits.length, number))
        return false;
    if (*number > (uint64_t)INT64_MAX + negative)
        return false;
    *number = negative ? 0 - *number : *number;
    return true;
}

/* The number that the text is, 0 for a string; false if it is none of the kind. */
static bool read_number(enum sysctl_kind kind, struct slice text, uint64_t *number)
{
    *number = 0;
    switch (kind) {
    case SYSCTL_UNSIGNED:
        return command_line_number(text.text, text.length, number);
    case SYSCTL_SIGNED:
        return read_signed(text, number);
    case SYSCTL_SWITCH:
        return command_line_number(text.text, text.length, number) && *number <= 1;
    case SYSCTL_STRING:
        return true;
    }
    return false;
}

static int write_oid(const struct sysctl_oid *oid, struct slice text)
{
    uint64_t number;
    if (!read_number(oid->kind, text, &number))
        return SYSTEM_EINVAL;
    return oid->write(oid, text, number);
}

/* Fixed memory, and what a value would have taken. */
struct measured {
    char *bytes;
    size_t size;
    size_t length;
};

static void measured_put(void *context, const char *bytes, size_t length)
{
    struct measured *old = context;
    size_t room = old->length < old->size ? old->size - old->length : 0;
    size_t kept = length < room ? length : room;
    if (kept > 0)
        __builtin_memcpy(old->bytes + old->length, bytes, kept);
    old->length += length;
}

/* Without memory nobody asks for the value, only for its length. */
static int give_old(const struct sysctl_oid *oid, char *bytes, size_t *length)
{
    struct measured old = {bytes, bytes == NULL ? 0 : *length, 0};
    read_oid(oid, &(struct text_sink){measured_put, &old});
    *length = old.length;
    return bytes != NULL && old.length > old.size ? SYSTEM_ENOMEM : SYSTEM_OK;
}

int sysctl_exchange(const char *name, char *old, size_t *old_length, const char *new,
                    size_t new_length)
{
    const struct sysctl_oid *oid;
    int error = look_up(name, &oid);
    if (error == SYSTEM_OK && new != NULL && oid->write == NULL)
        error = SYSTEM_EPERM;
    if (error == SYSTEM_OK && old_length != NULL)
        error = give_old(oid, old, old_length);
    if (error == SYSTEM_OK && new != NULL)
        error = write_oid(oid, (struct slice){new, new_length});
    return error;
}

static const char *kind_str(enum sysctl_kind kind)
{
    switch (kind) {
    case SYSCTL_UNSIGNED:
        return "unsigned";
    case SYSCTL_SIGNED:
        return "signed";
    case SYSCTL_SWITCH:
        return "switch";
    case SYSCTL_STRING:
        return "string";
    }
    return "unknown";
}

static void describe(const struct sysctl_oid *oid, struct system_sysctl_about *about)
{
    *about = (struct system_sysctl_about){oid->name, oid->help, kind_str(oid->kind), oid->flags};
    about->flags |= (oid->read != NULL ? SYSTEM_SYSCTL_READ : 0u) |
                    (oid->write != NULL ? SYSTEM_SYSCTL_WRITE : 0u) |
                    (oid->kind == SYSCTL_STRING ? SYSTEM_SYSCTL_STRING : 0u);
}

int sysctl_about(const char *name, struct system_sysctl_about *about)
{
    const struct sysctl_oid *oid;
    int error = look_up(name, &oid);
    if (error == SYSTEM_OK)
        describe(oid, about);
    if (error != SYSTEM_EISDIR)
        return error;
    *about = (struct system_sysctl_about){name, "", "node", SYSTEM_SYSCTL_NODE};
    return SYSTEM_OK;
}

int sysctl_about_next(const char *after, struct system_sysctl_about *about)
{
    const struct sysctl_oid *oid = sysctl_next(after);
    if (oid == NULL)
        return SYSTEM_ENOENT;
    describe(oid, about);
    return SYSTEM_OK;
}

void sysctl_read_text(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    text_print(sink, "%s", (const char *)oid->data);
}
