/* A machine for tests of the framework: a clock that is set, memory, and clauses made in C. */
#pragma once

#include "tests/unit/dof_builder.h"
#include "trace/dtrace/framework_layout.h"

enum {
    HOST_SIGNALS = 32
};

struct dtrace_host {
    struct dtrace *dtrace;
    struct dtrace_memory memory;
    uint64_t now, chilled; /* ns; time stands still but for chill() */
    uint64_t step;         /* ns that each look at the clock takes, if it is not to stand still */
    uint32_t destroyed[3]; /* by enum dtrace_destructive */
    bool reads_its_own;    /* programs may read the runtime's own memory, as in a kernel */
    uint64_t raised;       /* the last signal; those from HOST_SIGNALS on do not exist */
    struct dof_problem problem;
};

/* The machine of the present test.  Everything of it is given back by host_end. */
extern struct dtrace_host host;
void host_start(size_t memory, uint32_t cpus, bool destructive_allowed);
void host_end(void);

/* Adds an object of clauses and options; false: host.problem says why. */
bool host_add(const struct dof_clause *clauses, uint32_t clause_count,
              const struct dof_option *options, uint32_t option_count);
bool host_add_file(const char *path);

/* Options for small buffers; and an object of these clauses with them, going. */
enum {
    HOST_SMALL = 2
};
extern const struct dof_option host_small[HOST_SMALL];
void host_go(const struct dof_clause *clauses, uint32_t count);

/* Starts with 1 MiB, one CPU, a probe, and an empty clause on it, going; the probe's id. */
uint32_t host_start_empty(void);

/* A probe test:module:function:name, by id; and its firing. */
uint32_t host_probe(const char *function, const char *name);
void host_fire(uint32_t id, uint32_t cpu, uint64_t arg0, uint64_t arg1);

/* Code.  They live until host_end. */
struct dif_object *host_constant(uint64_t value, uint32_t bytes);
struct dif_object *host_variable(uint32_t id, uint32_t bytes); /* a built-in one */
struct dif_object *host_name(uint32_t id, uint32_t bytes);     /* a built-in string */
struct dif_object *host_string(const char *text, uint32_t bytes);
struct dif_object *host_global(uint32_t id);                         /* its value */
struct dif_object *host_set_global(uint32_t id, uint64_t value);     /* a statement */
struct dif_object *host_add_global(uint32_t id, uint64_t increment); /* likewise */
struct dif_object *host_take_speculation(uint32_t id);               /* global = speculation() */
struct dif_object *host_divide_by_zero(uint32_t bytes);
struct dif_object *host_load(uint64_t address);

/* Actions. */
struct dof_action host_action(uint32_t kind, struct dif_object *object);
#define HOST_COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))
#define HOST_CLAUSE(f, n, a)                                                                       \
    {                                                                                              \
        .provider = "test", .module = "", .function = (f), .name = (n), .actions = (a),            \
        .action_count = HOST_COUNT(a)                                                              \
    }

/* What was recorded. */
struct dtrace_snapshot host_principal(uint32_t cpu);
struct dtrace_snapshot host_aggregations(uint32_t cpu);
struct host_record {
    uint32_t epid;
    uint64_t time;
    const uint8_t *bytes; /* of the whole record */
};
uint32_t host_records(const struct dtrace_snapshot *snapshot, struct host_record *records,
                      uint32_t room);
uint32_t host_take(struct host_record *records, uint32_t room); /* CPU 0's, whose books balance */
uint64_t host_number(const uint8_t *bytes, uint32_t size);
void host_assert_balance(const struct dtrace_buffer_books *books);
