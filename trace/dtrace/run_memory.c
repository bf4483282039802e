/* What a program may read and write, and its scratch.
 *
 * Read: scratch allocated so far, data of variables, the object's strings, what the environment calls ordinary
 * memory, strings of built-in variables.  Write: the first two.  Addresses are 64-bit numbers on every machine,
 * so one that does not fit a pointer is just none of these. */
#include "trace/dtrace/run_machine.h"

#include "trace/dtrace/dtrace_bytes.h"
#include "trace/dtrace/variables_layout.h"

enum {
    STRING_ASKED = 16 /* so many bytes are asked for with the work of walking along one */
};

/* --- Extents: how many bytes from an address on, 0 for none --- */

static uint64_t extent(const void *start, uint64_t size, uint64_t address)
{
    uint64_t offset = address - (uintptr_t)start;
    return offset < size ? size - offset : 0;
}

static uint64_t writable_extent(const struct dif_run *run, uint64_t address)
{
    uint64_t bytes = extent(run->scratch, run->scratch_used, address);
    if (bytes == 0 && run->variables)
        bytes = dtrace_variables_extent(run->variables, run->firing->cpu, address);
    return bytes;
}

/* Of what lies where its address says, in this program's own memory. */
static uint64_t own_extent(const struct dif_run *run, const struct dif_object *object,
                           uint64_t address)
{
    uint64_t bytes = writable_extent(run, address);
    if (bytes == 0 && object->strings)
        bytes = extent(object->strings, object->strings_size, address);
    return bytes;
}

static uint8_t *pointer(uint64_t address)
{
    return (uint8_t *)(uintptr_t)address;
}

static const uint8_t *environment_memory(const struct dif_run *run, uint64_t address, uint64_t size)
{
    const struct dtrace_environment *environment = run->firing->environment;
    return environment->memory(environment->context, address, size);
}

/* --- Reading and writing --- */

const uint8_t *dif_run_readable(struct dif_run *run, const struct dif_object *object,
                                uint64_t address, uint64_t size)
{
    if (size == 0)
        return (const uint8_t *)run; /* nobody looks */
    if (own_extent(run, object, address) >= size)
        return pointer(address);
    const uint8_t *bytes = environment_memory(run, address, size);
    if (!bytes && dif_builtin_extent(run->firing, address) >= size)
        bytes = pointer(address);
    return bytes;
}

const uint8_t *dif_read(struct dif_machine *machine, uint64_t address, uint64_t size)
{
    const uint8_t *bytes = dif_run_readable(machine->run, machine->object, address, size);
    if (!bytes)
        dif_fault(machine, DIF_FAULT_BADADDR, address);
    else if (size > DTRACE_WORK_BYTES)
        dif_work(machine, size);
    return bytes;
}

static uint8_t *write_within(struct dif_machine *machine, uint64_t address, uint64_t size,
                             uint64_t room)
{
    if (size == 0)
        return (uint8_t *)machine->registers; /* nobody writes */
    if (room >= size)
        return pointer(address);
    dif_fault(machine, DIF_FAULT_BADADDR, address);
    return NULL;
}

uint8_t *dif_write(struct dif_machine *machine, uint64_t address, uint64_t size)
{
    return write_within(machine, address, size, writable_extent(machine->run, address));
}

uint8_t *dif_write_scratch(struct dif_machine *machine, uint64_t address, uint64_t size)
{
    const struct dif_run *run = machine->run;
    return write_within(machine, address, size, extent(run->scratch, run->scratch_used, address));
}

/* --- Strings --- */

/* How many of `limit` bytes, which cannot all be read, can be. */
static uint32_t readable_bytes(const struct dif_run *run, uint64_t address, uint32_t limit)
{
    uint32_t good = 0, bad = limit;
    while (bad - good > 1) {
        uint32_t middle = good + (bad - good) / 2;
        if (environment_memory(run, address, middle))
            good = middle;
        else
            bad = middle;
    }
    return good;
}

/* A string that may end near the end of memory, where less than the limit can be asked for. */
static bool string_at_edge(const struct dif_run *run, uint64_t address, uint32_t limit,
                           struct dif_string *string)
{
    uint32_t room = readable_bytes(run, address, limit);
    string->bytes = room > 0 ? environment_memory(run, address, room) : NULL;
    string->length = string->bytes ? dtrace_length_within(string->bytes, room) : 0;
    string->has_nul = string->length < room;
    return string->bytes != NULL;
}

static bool find_string(const struct dif_run *run, const struct dif_object *object,
                        uint64_t address, uint32_t limit, struct dif_string *string)
{
    uint64_t room = own_extent(run, object, address);
    string->bytes = room > 0 ? pointer(address) : environment_memory(run, address, limit);
    if (room == 0 && string->bytes)
        room = limit;
    if (!string->bytes && (room = dif_builtin_extent(run->firing, address)) > 0)
        string->bytes = pointer(address);
    if (!string->bytes)
        return string_at_edge(run, address, limit, string);
    uint32_t most = room < limit ? (uint32_t)room : limit;
    string->length = dtrace_length_within(string->bytes, most);
    string->has_nul = string->length < most;
    return true;
}

const uint8_t *dif_run_string(struct dif_run *run, const struct dif_object *object,
                              uint64_t address, uint32_t limit, uint32_t *length)
{
    struct dif_string string;
    if (!find_string(run, object, address, limit, &string))
        return NULL;
    *length = string.length;
    return string.bytes;
}

bool dif_string_within(struct dif_machine *machine, uint64_t address, uint32_t limit,
                       struct dif_string *string)
{
    dif_work(machine, limit / STRING_ASKED);
    if (find_string(machine->run, machine->object, address, limit, string)) {
        dif_work(machine, string->length);
        return true;
    }
    dif_fault(machine, DIF_FAULT_BADADDR, address);
    return false;
}

bool dif_string(struct dif_machine *machine, uint64_t address, struct dif_string *string)
{
    return dif_string_within(machine, address, machine->run->strsize, string);
}

/* --- Scratch --- */

uint8_t *dif_reserve(struct dif_machine *machine, uint64_t size)
{
    const struct dif_run *run = machine->run;
    if (size <= run->scratch_size - run->scratch_used)
        return run->scratch + run->scratch_used;
    dif_fault(machine, DIF_FAULT_NOSCRATCH, 0);
    return NULL;
}

void dif_keep(struct dif_machine *machine, uint32_t size)
{
    machine->run->scratch_used += size;
}

uint8_t *dif_take(struct dif_machine *machine, uint64_t size, enum dif_alignment alignment)
{
    uint32_t gap = alignment == DIF_ALIGNED ? -machine->run->scratch_used & 7 : 0;
    if (size > UINT64_MAX - gap) {
        dif_fault(machine, DIF_FAULT_NOSCRATCH, 0);
        return NULL;
    }
    uint8_t *bytes = dif_reserve(machine, gap + size);
    if (!bytes)
        return NULL;
    dif_keep(machine, gap + (uint32_t)size);
    return bytes + gap;
}

uint64_t dif_take_string(struct dif_machine *machine, const uint8_t *bytes, uint64_t length)
{
    uint32_t size = machine->run->strsize;
    uint8_t *to = size > 0 ? dif_take(machine, size, DIF_ANY) : NULL;
    if (!to)
        return 0;
    uint32_t kept = length < size ? (uint32_t)length : size - 1;
    dif_work(machine, kept);
    __builtin_memmove(to, bytes, kept);
    to[kept] = 0;
    return (uintptr_t)to;
}
