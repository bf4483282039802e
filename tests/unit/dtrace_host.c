/* A machine for tests of the framework. */
#include "tests/unit/dtrace_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace/dtrace/ecb.h"

enum {
    OBJECTS = 512,
    PROBES = 4096
};

struct dtrace_host host;

static struct dif_object objects[OBJECTS];
static uint32_t texts[OBJECTS][8];
static uint64_t integers[OBJECTS][2];
static char strings[OBJECTS][64];
static struct dif_variable variables[OBJECTS];
static uint32_t object_count;

/* --- The environment --- */

static uint64_t timestamp(void *context)
{
    (void)context;
    if (host.step > 0) /* threads look at a clock that stands still */
        host.now += host.step;
    return host.now;
}

static void current(void *context, struct dtrace_current *current)
{
    (void)context;
    *current = (struct dtrace_current){
        .curthread = 77, .pid = 42, .tid = 43, .execname = "init", .zonename = "global"};
}

/* No memory beside what the runtime has, and that only if it is wanted. */
static const uint8_t *memory(void *context, uint64_t address, uint64_t size)
{
    (void)context;
    uint64_t offset = address - (uintptr_t)host.memory.bytes;
    if (!host.reads_its_own || offset > host.memory.size || size > host.memory.size - offset)
        return NULL;
    return host.memory.bytes + offset;
}

static uint64_t argument(void *context, const void *frame, uint32_t index)
{
    (void)context, (void)frame;
    return 1000 + index;
}

static uint32_t stack(void *context, const void *frame, uint64_t *pcs, uint32_t room)
{
    (void)context, (void)frame;
    for (uint32_t i = 0; pcs != NULL && i < room && i < 3; i++)
        pcs[i] = 0x1000 + i;
    return room < 3 && pcs != NULL ? room : 3;
}

static bool lock(void *context, uint64_t address, struct dtrace_lock *found)
{
    (void)context, (void)address, (void)found;
    return false;
}

static bool is_progeny(void *context, uint32_t pid)
{
    (void)context;
    return pid == 1;
}

static void chill(void *context, uint64_t ns)
{
    (void)context;
    host.now += ns;
    host.chilled += ns;
}

static void destroy(void *context, enum dtrace_destructive what)
{
    (void)context;
    host.destroyed[what]++;
}

static bool raise_signal(void *context, uint64_t signal)
{
    (void)context;
    host.raised = signal;
    return signal < HOST_SIGNALS;
}

static const struct dtrace_environment environment = {.timestamp = timestamp,
                                                      .walltimestamp = timestamp,
                                                      .vtimestamp = timestamp,
                                                      .current = current,
                                                      .memory = memory,
                                                      .argument = argument,
                                                      .stack = stack,
                                                      .lock = lock,
                                                      .is_progeny = is_progeny,
                                                      .chill = chill,
                                                      .destroy = destroy,
                                                      .raise = raise_signal};

void host_start(size_t size, uint32_t cpus, bool destructive_allowed)
{
    host = (struct dtrace_host){.now = 0x100000002};
    object_count = 0;
    host.memory = (struct dtrace_memory){aligned_alloc(16, (size + 15) & ~(size_t)15), size, 0};
    const struct dtrace_config config = {.environment = &environment,
                                         .memory = &host.memory,
                                         .cpus = cpus,
                                         .probes_max = PROBES,
                                         .destructive_allowed = destructive_allowed};
    host.dtrace = dtrace_make(&config);
    assert_non_null(host.dtrace);
}

void host_end(void)
{
    free(host.memory.bytes);
    host = (struct dtrace_host){0};
}

/* --- Objects --- */

bool host_add(const struct dof_clause *clauses, uint32_t clause_count,
              const struct dof_option *options, uint32_t option_count)
{
    const struct dof_object object = {.clauses = (struct dof_clause *)(uintptr_t)clauses,
                                      .clause_count = clause_count,
                                      .options = (struct dof_option *)(uintptr_t)options,
                                      .option_count = option_count};
    size_t size;
    uint8_t *bytes = dof_build(&object, &size);
    bool added = dtrace_add_object(host.dtrace, bytes, size, &host.problem);
    free(bytes);
    return added;
}

bool host_add_file(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    return dtrace_add_object(host.dtrace, bytes, size, &host.problem);
}

const struct dof_option host_small[HOST_SMALL] = {{DOF_OPTION_BUFSIZE, 4096},
                                                  {DOF_OPTION_AGGSIZE, 4096}};

void host_go(const struct dof_clause *clauses, uint32_t count)
{
    assert_true(host_add(clauses, count, host_small, HOST_SMALL));
    assert_int_equal(dtrace_go(host.dtrace, 0), DTRACE_GO_OK);
}

uint32_t host_start_empty(void)
{
    host_start(1 << 20, 1, false);
    uint32_t id = host_probe("open", "entry");
    host_go(
        &(const struct dof_clause){.provider = "test", .module = "", .function = "", .name = ""},
        1);
    return id;
}

uint32_t host_probe(const char *function, const char *name)
{
    static const struct dtrace_provider provider = {.name = "test"};
    uint32_t id = dtrace_probe_add(host.dtrace, &provider, "module", function, name, 0);
    assert_true(id >= DTRACE_PROBE_FIRST);
    return id;
}

void host_fire(uint32_t id, uint32_t cpu, uint64_t arg0, uint64_t arg1)
{
    const uint64_t arguments[] = {arg0, arg1};
    const struct dtrace_event event = {.cpu = cpu, .arguments = arguments, .argument_count = 2};
    dtrace_fire(host.dtrace, dtrace_probe(host.dtrace, id), &event);
}

/* --- Code --- */

static struct dif_object *new_object(const uint32_t *text, uint32_t length, struct dif_type type)
{
    assert_true(object_count < OBJECTS && length <= 8);
    uint32_t i = object_count++;
    memcpy(texts[i], text, length * sizeof *text);
    objects[i] = (struct dif_object){.text = texts[i], .length = length, .type = type};
    return &objects[i];
}

#define OBJECT(type, ...)                                                                          \
    new_object((const uint32_t[]){__VA_ARGS__},                                                    \
               sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), type)

static struct dif_object *with_integer(struct dif_object *object, uint64_t value)
{
    uint64_t *table = integers[object - objects];
    table[0] = value;
    object->integers = table;
    object->integer_count = 1;
    return object;
}

static struct dif_object *with_variable(struct dif_object *object, uint32_t id, uint16_t flags,
                                        struct dif_type type)
{
    struct dif_variable *variable = &variables[object - objects];
    *variable = (struct dif_variable){.name = "",
                                      .id = id,
                                      .kind = DIF_KIND_SCALAR,
                                      .scope = DIF_SCOPE_GLOBAL,
                                      .flags = flags,
                                      .type = type};
    object->variables = variable;
    object->variable_count = 1;
    return object;
}

struct dif_object *host_constant(uint64_t value, uint32_t bytes)
{
    return with_integer(OBJECT(DIF_RESULT(bytes), DIF_INDEX(DIF_OP_SETX, 0, 1), DIF_RET(1)), value);
}

struct dif_object *host_variable(uint32_t id, uint32_t bytes)
{
    return with_variable(OBJECT(DIF_RESULT(bytes), DIF_INDEX(DIF_OP_LDGS, id, 1), DIF_RET(1)), id,
                         1, DIF_RESULT(8));
}

struct dif_object *host_name(uint32_t id, uint32_t bytes)
{
    return with_variable(
        OBJECT(DIF_RESULT_STRING(bytes), DIF_INDEX(DIF_OP_LDGS, id, 1), DIF_RET(1)), id, 1,
        DIF_RESULT_STRING(256));
}

struct dif_object *host_string(const char *text, uint32_t bytes)
{
    struct dif_object *object =
        OBJECT(DIF_RESULT_STRING(bytes), DIF_INDEX(DIF_OP_SETS, 1, 1), DIF_RET(1));
    char *place = strings[object - objects];
    (void)snprintf(place + 1, sizeof strings[0] - 1, "%s", text);
    place[0] = '\0';
    object->strings = place;
    object->strings_size = (uint32_t)strlen(text) + 2;
    return object;
}

struct dif_object *host_global(uint32_t id)
{
    return host_variable(id, 8);
}

struct dif_object *host_set_global(uint32_t id, uint64_t value)
{
    struct dif_object *object = OBJECT(DIF_RESULT(0), DIF_INDEX(DIF_OP_SETX, 0, 1),
                                       DIF_INDEX(DIF_OP_STGS, id, 1), DIF_RET(1));
    return with_variable(with_integer(object, value), id, 2, DIF_RESULT(8));
}

struct dif_object *host_add_global(uint32_t id, uint64_t increment)
{
    struct dif_object *object =
        OBJECT(DIF_RESULT(0), DIF_INDEX(DIF_OP_LDGS, id, 1), DIF_INDEX(DIF_OP_SETX, 0, 2),
               DIF_REGS(DIF_OP_ADD, 1, 2, 1), DIF_INDEX(DIF_OP_STGS, id, 1), DIF_RET(1));
    return with_variable(with_integer(object, increment), id, 3, DIF_RESULT(8));
}

struct dif_object *host_take_speculation(uint32_t id)
{
    struct dif_object *object =
        OBJECT(DIF_RESULT(0), DIF_INDEX(DIF_OP_CALL, DIF_SUBR_SPECULATION, 1),
               DIF_INDEX(DIF_OP_STGS, id, 1), DIF_RET(1));
    return with_variable(object, id, 2, DIF_RESULT(8));
}

struct dif_object *host_divide_by_zero(uint32_t bytes)
{
    return OBJECT(DIF_RESULT(bytes), DIF_REGS(DIF_OP_NOP, 0, 0, 0), DIF_REGS(DIF_OP_UDIV, 1, 0, 1),
                  DIF_RET(1));
}

struct dif_object *host_load(uint64_t address)
{
    struct dif_object *object = OBJECT(DIF_RESULT(8), DIF_INDEX(DIF_OP_SETX, 0, 1),
                                       DIF_REGS(DIF_OP_LDUB, 1, 0, 1), DIF_RET(1));
    return with_integer(object, address);
}

struct dof_action host_action(uint32_t kind, struct dif_object *object)
{
    return (struct dof_action){.difo = object, .kind = (uint16_t)kind};
}

/* --- What was recorded --- */

struct dtrace_snapshot host_principal(uint32_t cpu)
{
    return dtrace_source_of(host.dtrace).principal[cpu];
}

struct dtrace_snapshot host_aggregations(uint32_t cpu)
{
    return dtrace_source_of(host.dtrace).aggregations[cpu];
}

uint32_t host_take(struct host_record *records, uint32_t room)
{
    struct dtrace_snapshot snapshot = host_principal(0);
    host_assert_balance(&snapshot.books);
    return host_records(&snapshot, records, room);
}

uint64_t host_number(const uint8_t *bytes, uint32_t size)
{
    uint64_t value = 0;
    memcpy(&value, bytes, size);
    return value;
}

static uint32_t records_in(const struct dtrace_snapshot *snapshot, uint32_t from, uint32_t to,
                           struct host_record *records, uint32_t room)
{
    uint32_t count = 0;
    for (uint32_t at = from; at < to;) {
        uint32_t epid = (uint32_t)host_number(snapshot->bytes + at, 4);
        if (epid == 0) {
            at += 4;
            continue;
        }
        assert_true(count < room);
        const uint8_t *bytes = snapshot->bytes + at;
        records[count++] = (struct host_record){
            epid, host_number(bytes + 4, 4) << 32 | host_number(bytes + 8, 4), bytes};
        at += dtrace_ecbs_size(&host.dtrace->ecbs, epid);
        assert_true(at <= to);
    }
    return count;
}

uint32_t host_records(const struct dtrace_snapshot *snapshot, struct host_record *records,
                      uint32_t room)
{
    uint32_t count = records_in(snapshot, snapshot->oldest, snapshot->size, records, room);
    if (snapshot->wrapped)
        count += records_in(snapshot, 0, snapshot->newest, records + count, room - count);
    return count;
}

void host_assert_balance(const struct dtrace_buffer_books *books)
{
    assert_int_equal(books->emitted,
                     books->kept + books->overwritten + books->dropped + books->filtered);
    assert_true(books->errors <= books->filtered);
}
