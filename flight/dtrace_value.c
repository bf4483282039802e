/* Values of anonymous tracing for programs. */
#include "flight/dtrace_value.h"

#include <string.h>

#include "flight/json_value.h"
#include "trace/dtrace/dof.h"
#include "trace/dtrace/record_walk.h"

json_t *dtrace_value_of_probe(const struct dtrace_source *source, uint32_t id)
{
    const struct dtrace_probe_description *probe = source->probe(source->context, id);
    if (probe == NULL)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "id", json_integer(probe->id), "provider",
                     json_value_of_text(probe->provider), "module",
                     json_value_of_text(probe->module), "function",
                     json_value_of_text(probe->function), "name", json_value_of_text(probe->name));
}

const char *dtrace_value_function(uint16_t kind)
{
    static const char *const names[] = {"count",  "min",      "max",       "avg",       "sum",
                                        "stddev", "quantize", "lquantize", "llquantize"};
    uint32_t number = (uint32_t)kind - DOF_AGGREGATION_COUNT;
    return number < sizeof names / sizeof *names ? names[number] : "?";
}

/* As trace() prints it: with a sign from 4 bytes on. */
static json_t *number_value(const uint8_t *bytes, uint32_t size)
{
    if (size < 4)
        return json_integer((json_int_t)dtrace_read_unsigned(bytes, size));
    return json_integer(dtrace_read_signed(bytes, size));
}

static bool is_number(uint32_t size)
{
    return size == 1 || size == 2 || size == 4 || size == 8;
}

json_t *dtrace_value_of_bytes(const uint8_t *bytes, uint32_t size)
{
    static const char digits[] = "0123456789abcdef";
    json_t *rows = json_array(); /* of 32 bytes each */
    for (uint32_t at = 0; at < size; at += 32) {
        char text[64];
        uint32_t count = size - at < 32 ? size - at : 32;
        for (uint32_t i = 0; i < count; i++) {
            text[2 * i] = digits[bytes[at + i] >> 4];
            text[2 * i + 1] = digits[bytes[at + i] & 15];
        }
        (void)json_array_append_new(rows, json_stringn(text, 2 * count));
    }
    return json_pack("{s:o}", "bytes", rows);
}

/* Text up to a NUL, behind which there is nothing else. */
static bool is_text(const uint8_t *bytes, uint32_t size, uint32_t *length)
{
    const uint8_t *end = memchr(bytes, '\0', size);
    *length = end != NULL ? (uint32_t)(end - bytes) : size;
    for (uint32_t i = 0; i < *length; i++)
        if (bytes[i] < ' ' && bytes[i] != '\n' && bytes[i] != '\t')
            return false;
    for (uint32_t i = *length; i < size; i++)
        if (bytes[i] != '\0')
            return false;
    return true;
}

/* With module, function and offset, if there is a symbol. */
static json_t *address_value(const struct dtrace_source *source, uint64_t address)
{
    struct dtrace_symbol symbol;
    if (!source->symbol(source->context, address, &symbol))
        return json_pack("{s:o}", "address", json_value_of_unsigned(address));
    return json_pack("{s:o, s:o, s:o, s:o}", "address", json_value_of_unsigned(address), "module",
                     json_value_of_text(symbol.module), "function",
                     json_value_of_text(symbol.function), "offset",
                     json_value_of_unsigned(symbol.offset));
}

/* Up to a 0. */
static json_t *stack_value(const struct dtrace_source *source, const uint8_t *bytes, uint32_t size)
{
    json_t *frames = json_array();
    for (uint32_t at = 0; size - at >= 8; at += 8) {
        uint64_t pc = dtrace_read_unsigned(bytes + at, 8);
        if (pc == 0)
            break;
        (void)json_array_append_new(frames, address_value(source, pc));
    }
    return frames;
}

/* The pid, and then words that are addresses, `arg`'s lower half of them. */
static json_t *user_stack_value(const struct dtrace_source *source,
                                const struct dtrace_record *record, const uint8_t *bytes)
{
    uint64_t room = record->size / 8 - 1, frames = record->arg & UINT32_MAX;
    json_t *list = stack_value(source, bytes + 8, (uint32_t)(frames < room ? frames : room) * 8);
    return json_pack("{s:o, s:o}", "pid", json_value_of_unsigned(dtrace_read_unsigned(bytes, 8)),
                     "frames", list);
}

static json_t *user_address_value(const struct dtrace_source *source, const uint8_t *bytes)
{
    json_t *value = address_value(source, dtrace_read_unsigned(bytes + 8, 8));
    (void)json_object_set_new(value, "pid", json_value_of_unsigned(dtrace_read_unsigned(bytes, 8)));
    return value;
}

static bool is_user_stack(const struct dtrace_record *record)
{
    return (record->action == DOF_ACTION_USTACK || record->action == DOF_ACTION_JSTACK) &&
           record->size >= 8;
}

static bool is_user_address(const struct dtrace_record *record)
{
    return (record->action == DOF_ACTION_USYM || record->action == DOF_ACTION_UMOD ||
            record->action == DOF_ACTION_UADDR) &&
           record->size == 16;
}

static json_t *piece_value(const struct dtrace_source *source, const struct dtrace_record *record,
                           const uint8_t *bytes)
{
    uint32_t length;
    if (record->action == DOF_ACTION_STACK)
        return stack_value(source, bytes, record->size);
    if ((record->action == DOF_ACTION_SYM || record->action == DOF_ACTION_MOD) && record->size == 8)
        return address_value(source, dtrace_read_unsigned(bytes, 8));
    if (is_user_stack(record))
        return user_stack_value(source, record, bytes);
    if (is_user_address(record))
        return user_address_value(source, bytes);
    if (is_number(record->size) && !record->string)
        return number_value(bytes, record->size);
    if (is_text(bytes, record->size, &length))
        return json_value_of_string((struct frame_string){(const char *)bytes, length});
    return dtrace_value_of_bytes(bytes, record->size);
}

json_t *dtrace_value_of_pieces(const struct dtrace_source *source,
                               const struct dtrace_record *records, uint32_t first, uint32_t end,
                               const uint8_t *bytes, uint32_t size)
{
    json_t *values = json_array();
    for (uint32_t i = first; i < end; i++) {
        const uint8_t *piece = dtrace_piece(&records[i], bytes, size);
        if (records[i].size > 0)
            (void)json_array_append_new(
                values, piece != NULL ? piece_value(source, &records[i], piece) : json_null());
    }
    return values;
}
