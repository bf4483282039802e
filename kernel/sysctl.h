/* The tree of sysctls: registered statically, each oid in the section sysctl_oids.
 *
 * Names, kinds, flags and errors are FreeBSD's (sysctl(3), sysctl(8), sysctl(9)).  A node is no
 * object of its own: "kern" is one as long as the name of an oid begins with "kern.".
 *
 * Values are text.  What comes from outside stands in it as text_print_foreign writes it, or the oid
 * says that it does not (SYSTEM_SYSCTL_FOREIGN). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "boot/slice.h"
#include "kernel/user/system.h"
#include "trace/text.h"

enum sysctl_kind {
    SYSCTL_UNSIGNED, /* 64 bits, decimal; written also as 0x... */
    SYSCTL_SIGNED,
    SYSCTL_SWITCH, /* 0 or 1 */
    SYSCTL_STRING, /* text, of any length */
};

/* `read` prints the value, NULL: it is write-only.  `write` takes a text (numbers are already known to be of the
 * kind) and gives 0 or a negative enum system_error, NULL: it is read-only. */
struct sysctl_oid {
    const char *name; /* whole, "kern.boottrace.enabled" */
    const char *help;
    enum sysctl_kind kind;
    uint32_t flags; /* of enum system_sysctl_flags, but for what the handlers say */
    void (*read)(const struct sysctl_oid *oid, const struct text_sink *sink);
    int (*write)(const struct sysctl_oid *oid, struct slice text, uint64_t number);
    void *data; /* for the handlers */
};

/* Defines an oid.  SYSCTL_OID(ncpu, .name = "hw.ncpu", .help = "...", ...); */
#define SYSCTL_OID(identifier, ...)                                                                \
    static const struct sysctl_oid identifier##_oid                                                \
        __attribute__((section("sysctl_oids"), used, aligned(sizeof(void *)))) = {__VA_ARGS__}

/* 0, or ENOENT (no such oid) or EISDIR (a node).  Reading what is write-only gives nothing.
 * Context: thread. */
int sysctl_read(const char *name, const struct text_sink *sink);

/* Reads and writes, each if wanted, as system_sysctl does: the old value is read first, and nothing is written
 * unless it was given whole.  Beside the errors of reading EPERM (writing what is read-only), EINVAL (not
 * of the kind), or what the handler says.  Context: thread. */
int sysctl_exchange(const char *name, char *old, size_t *old_length, const char *new,
                    size_t new_length);

/* The oid of that name, and the first one behind a name, which need not exist, in the order of
 * names (NULL: the first of all).  NULL: there is none. */
const struct sysctl_oid *sysctl_find(const char *name);
const struct sysctl_oid *sysctl_next(const char *after);

/* Whether names of oids go on behind this one and a dot. */
bool sysctl_is_node(const char *name);

/* What a program is told: of an oid or a node, and of the oid behind a name.  0 or ENOENT.  Of a
 * node, about->name is the caller's. */
int sysctl_about(const char *name, struct system_sysctl_about *about);
int sysctl_about_next(const char *after, struct system_sysctl_about *about);

#define SYSCTL_OIDS_MAX 512u

/* Forgets everything and takes a table; before it nothing is found.  Oids stay where they are.  One whose
 * name is already there, and those beyond SYSCTL_OIDS_MAX, are one line on the console each and left out. */
void sysctl_init_from(const struct sysctl_oid *first, const struct sysctl_oid *end);
void sysctl_add(const struct sysctl_oid *oid);

/* Adds a read-only oid for each name of a tunable that has none. */
void sysctl_add_tunables(void);

/* A handler for what never changes: `data` is the text. */
void sysctl_read_text(const struct sysctl_oid *oid, const struct text_sink *sink);

/* Defines one for that. */
#define SYSCTL_CONSTANT(identifier, oid_name, oid_kind, text, oid_help)                            \
    SYSCTL_OID(identifier, .name = (oid_name), .help = (oid_help), .kind = (oid_kind),             \
               .read = sysctl_read_text, .data = (text))

static inline void sysctl_print_unsigned(const struct text_sink *sink, uint64_t value)
{
    text_print(sink, "%llu", (unsigned long long)value);
}
