/* What the consumer prints of a draft, for tests of its text. */
#include "tests/unit/consumer_text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct draft draft;
enum dtrace_consume_status status;

const char *printed_within(size_t room)
{
    static char text[1 << 16];
    static _Alignas(16) uint8_t bytes[1 << 20];
    struct text_buffer buffer = {text, sizeof text, 0};
    struct text_sink sink = text_buffer_sink(&buffer);
    struct dtrace_memory memory = {bytes, room, 0};
    status = dtrace_consume(&sink, draft_source(&draft), &memory);
    assert_int_equal(memory.used, 0);
    draft_finish(&draft);
    return text;
}

const char *printed(void)
{
    return printed_within(1 << 20);
}

void start(void)
{
    draft_start(&draft);
}

void set(enum dof_option_id option, int64_t value)
{
    draft.options[option] = value;
}

struct dtrace_record *one_piece(uint16_t action, uint32_t size, const char *format)
{
    draft_probe(&draft, 10, "fbt", "unix", "foo", "entry");
    draft_ecb(&draft, 1, 10, 0);
    return draft_record(&draft, 1, action, size, format);
}

void expect(const char *text)
{
    assert_string_equal(printed(), text);
    assert_int_equal(status, DTRACE_CONSUME_OK);
}

void expect_status(const char *text, enum dtrace_consume_status expected)
{
    assert_string_equal(printed(), text);
    assert_int_equal(status, expected);
}

const struct dtrace_record *counted(uint32_t id, uint32_t size, uint16_t kind, uint32_t words)
{
    draft_aggregation(&draft, id);
    if (size > 0)
        draft_key(&draft, id, DOF_ACTION_DIFEXPR, size);
    return draft_key(&draft, id, kind, words * 8);
}

const struct dtrace_record *key_of(uint32_t id)
{
    return &draft.aggregations[id].records[1];
}

void add_named(uint32_t cpu, uint32_t id, const char *key, uint64_t value)
{
    const struct dtrace_aggregation_description *description = &draft.aggregations[id];
    uint8_t *record = draft_count(&draft, cpu, id, id);
    draft_put_text(record, key_of(id), key);
    draft_put(record, &description->records[description->record_count - 1], value);
}

void add_numbered(uint32_t cpu, uint32_t id, uint64_t key, uint64_t value)
{
    const struct dtrace_aggregation_description *description = &draft.aggregations[id];
    uint8_t *record = draft_count(&draft, cpu, id, id);
    draft_put(record, key_of(id), key);
    draft_put(record, &description->records[description->record_count - 1], value);
}

void numbered(void)
{
    start();
    counted(1, 8, DOF_AGGREGATION_COUNT, 1);
    counted(2, 8, DOF_AGGREGATION_COUNT, 1);
    add_numbered(0, 1, 1, 30);
    add_numbered(0, 1, 2, 20);
    add_numbered(0, 2, 1, 5);
}

void printing(const char *format, uint32_t count)
{
    set(DOF_OPTION_QUIET, 1);
    one_piece(DOF_ACTION_PRINTA, 8, format);
    for (uint32_t i = 1; i < count; i++)
        draft_record(&draft, 1, DOF_ACTION_PRINTA, 8, format);
}

void emit_ids(uint32_t count)
{
    uint8_t *record = draft_emit(&draft, 0, 1, 0);
    for (uint32_t i = 0; i < count; i++)
        draft_put(record, &draft.ecbs[1].records[i], i + 1);
}

uint8_t *histogram(uint16_t kind, uint32_t words)
{
    start();
    counted(1, 0, kind, words);
    return draft_count(&draft, 0, 1, 1);
}

const struct dtrace_record *histogram_data(void)
{
    return &draft.aggregations[1].records[1];
}
