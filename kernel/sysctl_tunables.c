/* The tunables among the sysctls: each of their names is an oid that can be read. */
#include "kernel/sysctl.h"
#include "kernel/tunables.h"

enum {
    VALUE_SIZE = 128, /* of a number, a switch or a word to choose */
};

static struct sysctl_oid tunable_oids[2 * TUNABLE_COUNT]; /* a tunable may have a second name */
static uint32_t used;

static void read_tunable(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    const struct tunable *tunable = oid->data;
    char value[VALUE_SIZE];
    if (tunable->type == TUNABLE_STRING) {
        text_print_foreign(sink, tunable->string, __builtin_strlen(tunable->string));
        return;
    }
    (void)tunable_print(tunable, value, sizeof value);
    text_print(sink, "%s", value);
}

static enum sysctl_kind kind_of(enum tunable_type type)
{
    switch (type) {
    case TUNABLE_UNSIGNED:
        return SYSCTL_UNSIGNED;
    case TUNABLE_SIGNED:
        return SYSCTL_SIGNED;
    case TUNABLE_SWITCH:
        return SYSCTL_SWITCH;
    case TUNABLE_CHOICE:
    case TUNABLE_STRING:
        return SYSCTL_STRING;
    }
    return SYSCTL_STRING;
}

/* An oid of the kernel knows more of a tunable of its name, and stands for it. */
static void add_tunable(const struct tunable *tunable, const char *name)
{
    if (name == NULL || sysctl_find(name) != NULL)
        return;
    tunable_oids[used] = (struct sysctl_oid){
        .name = name,
        .help = tunable->help,
        .kind = kind_of(tunable->type),
        .flags = SYSTEM_SYSCTL_TUNABLE,
        .read = read_tunable,
        .data = (void *)(uintptr_t)tunable,
    };
    sysctl_add(&tunable_oids[used++]);
}

void sysctl_add_tunables(void)
{
    used = 0;
    for (uint32_t id = 0; id < TUNABLE_COUNT; id++) {
        const struct tunable *tunable = tunables_at((enum tunable_id)id);
        add_tunable(tunable, tunable->name);
        add_tunable(tunable, tunable->second_name);
    }
}
