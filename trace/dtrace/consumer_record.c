/* One record, action by action. */
#include "trace/dtrace/consumer_parts.h"

enum {
    TRACE_WIDTH = -33, /* to the left */
    KEY_WIDTH = -50,
    NARROW_KEY_WIDTH = 16
};

/* A cell as trace() and keys have it, except for other sizes than 1, 2, 4 and 8. */
static bool print_integer(struct consumer *consumer, const uint8_t *bytes, uint32_t size,
                          bool quiet)
{
    uint64_t value = dtrace_read_unsigned(bytes, size);
    const struct text_sink *sink = &consumer->sink;
    switch (size) {
    case 8:
        text_print(sink, quiet ? "%lld" : " %16lld", (long long)value);
        return true;
    case 4:
        text_print(sink, quiet ? "%d" : " %8d", (int)value);
        return true;
    case 2:
        text_print(sink, quiet ? "%d" : " %5d", (int)value);
        return true;
    case 1:
        text_print(sink, quiet ? "%d" : " %3d", (int)value);
        return true;
    default:
        return false;
    }
}

static void print_trace(struct consumer *consumer, const uint8_t *bytes, uint32_t size)
{
    bool quiet = consumer_has(consumer, DOF_OPTION_QUIET);
    if (!print_integer(consumer, bytes, size, quiet))
        consumer_print_bytes(consumer, bytes, size, TRACE_WIDTH, quiet);
}

static void print_symbol(struct consumer *consumer, const struct dtrace_record *record,
                         const uint8_t *address)
{
    char text[CONSUMER_SYMBOL_SIZE];
    consumer_symbol_text(consumer, dtrace_read_unsigned(address, 8),
                         consumer_symbol_of(record->action), text);
    text_print(&consumer->sink, "  %-50s", text);
}

/* Stacks and symbols, which look alike in records and in keys; false: it is none of them. */
static bool print_place(struct consumer *consumer, const struct dtrace_record *record,
                        const uint8_t *bytes)
{
    uint32_t indent = consumer_stack_indent(consumer);
    const struct consumer_conversion plain = {.width = 0};
    switch (record->action) {
    case DOF_ACTION_STACK:
        consumer_print_stack(consumer, bytes, record->size, indent, &plain);
        return true;
    case DOF_ACTION_USTACK:
    case DOF_ACTION_JSTACK:
        consumer_print_user_stack(consumer, record, bytes, indent, &plain);
        return true;
    case DOF_ACTION_SYM:
    case DOF_ACTION_MOD:
        if (record->size != 8)
            return false;
        print_symbol(consumer, record, bytes);
        return true;
    case DOF_ACTION_USYM:
    case DOF_ACTION_UMOD:
    case DOF_ACTION_UADDR:
        if (record->size != 16)
            return false;
        print_symbol(consumer, record, bytes + 8); /* behind the pid */
        return true;
    default:
        return false;
    }
}

void consumer_print_key(struct consumer *consumer, const struct dtrace_record *record,
                        const uint8_t *bytes, bool narrow)
{
    if (!print_place(consumer, record, bytes) &&
        !print_integer(consumer, bytes, record->size, false))
        consumer_print_bytes(consumer, bytes, record->size, narrow ? NARROW_KEY_WIDTH : KEY_WIDTH,
                             false);
}

uint32_t consumer_narrow_width(const struct dtrace_record *record)
{
    switch (record->size) {
    case 1:
        return 1 + 3;
    case 2:
        return 1 + 5;
    case 4:
        return 1 + 8;
    default:
        return 1 + 16;
    }
}

static bool is_same_format(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && dtrace_is_same_text(a, b));
}

/* How many records from `first` on belong to one statement. */
static uint32_t statement_length(const struct dtrace_ecb_description *ecb, uint32_t first)
{
    const struct dtrace_record *record = &ecb->records[first];
    uint32_t length = 1;
    for (; first + length < ecb->record_count; length++) {
        const struct dtrace_record *other = record + length;
        if (other->action != record->action || other->uarg != record->uarg ||
            !is_same_format(other->format, record->format))
            break;
    }
    return length;
}

static uint32_t print_formatted(struct consumer *consumer, const struct dtrace_found *found,
                                uint32_t first)
{
    const struct dtrace_ecb_description *ecb = found->ecb;
    struct consumer_arguments arguments = {
        .records = &ecb->records[first],
        .count = statement_length(ecb, first),
        .base = found->bytes,
        .size = ecb->size,
    };
    consumer_print_format(consumer, ecb->records[first].format, &arguments);
    return arguments.used > 0 ? arguments.used : 1;
}

/* No shell and no files are here: what would be done is told. */
static uint32_t tell_formatted(struct consumer *consumer, const struct dtrace_found *found,
                               uint32_t first, const char *name)
{
    text_print(&consumer->sink, "dtrace: %s(\"", name);
    uint32_t used = print_formatted(consumer, found, first);
    text_print(&consumer->sink, "\") is not done here\n");
    return used;
}

static uint32_t print_printa(struct consumer *consumer, const struct dtrace_found *found,
                             uint32_t first)
{
    uint64_t ids[DTRACE_CELLS_MAX];
    const struct dtrace_ecb_description *ecb = found->ecb;
    uint32_t length = statement_length(ecb, first), count = 0;
    for (uint32_t i = first; i < first + length && count < DTRACE_CELLS_MAX; i++) {
        const uint8_t *bytes = dtrace_piece(&ecb->records[i], found->bytes, ecb->size);
        if (bytes != NULL)
            ids[count++] = dtrace_read_unsigned(bytes, ecb->records[i].size);
    }
    if (!consumer_limit_pass(consumer))
        return length;
    uint64_t room = consumer_limit_printa(consumer);
    consumer_print_aggregations(consumer, ids, count, ecb->records[first].format);
    consumer_limit_printa_end(consumer, room);
    return length;
}

/* tracemem(): as many bytes as the record before it says, if it says so. */
static void print_memory(struct consumer *consumer, const struct dtrace_found *found,
                         uint32_t number, const uint8_t *bytes)
{
    const struct dtrace_record *record = &found->ecb->records[number];
    uint32_t size = record->size;
    const struct dtrace_record *before = number > 0 ? record - 1 : NULL;
    if (before != NULL && before->action == DOF_ACTION_TRACEMEM_DYNSIZE) {
        const uint8_t *wanted = dtrace_piece(before, found->bytes, found->ecb->size);
        uint64_t limit = wanted != NULL ? dtrace_read_unsigned(wanted, before->size) : 0;
        if (limit > 0 && limit < size)
            size = (uint32_t)limit;
    }
    consumer_print_dump(consumer, bytes, size);
}

/* Gives how many records it has used up. */
static uint32_t print_piece(struct consumer *consumer, const struct dtrace_found *found,
                            uint32_t number, const uint8_t *bytes)
{
    const struct dtrace_record *record = &found->ecb->records[number];
    bool formatted = record->format != NULL;
    switch (record->action) {
    case DOF_ACTION_EXIT:
    case DOF_ACTION_TRACEMEM_DYNSIZE:
        return 1;
    case DOF_ACTION_LIBACT:
        return consumer_library_action(consumer, found, number);
    case DOF_ACTION_PRINTA:
        return print_printa(consumer, found, number);
    case DOF_ACTION_PRINTF:
        if (formatted)
            return print_formatted(consumer, found, number);
        break;
    case DOF_ACTION_SYSTEM:
        if (formatted)
            return tell_formatted(consumer, found, number, "system");
        break;
    case DOF_ACTION_FREOPEN:
        if (formatted)
            return tell_formatted(consumer, found, number, "freopen");
        break;
    case DOF_ACTION_TRACEMEM:
        print_memory(consumer, found, number, bytes);
        return 1;
    default:
        if (print_place(consumer, record, bytes))
            return 1;
        break;
    }
    print_trace(consumer, bytes, record->size);
    return 1;
}

void consumer_print_record(struct consumer *consumer, const struct dtrace_found *found)
{
    const struct dtrace_ecb_description *ecb = found->ecb;
    for (uint32_t i = 0; i < ecb->record_count && consumer->room > 0;) {
        if (ecb->records[i].size == 0) { /* it has recorded nothing */
            i++;
            continue;
        }
        const uint8_t *bytes = dtrace_piece(&ecb->records[i], found->bytes, ecb->size);
        if (bytes == NULL) {
            consumer_complain(consumer, DTRACE_CONSUME_DAMAGED,
                              "EPID %u: piece %u lies outside of the record", ecb->epid, i);
            return;
        }
        uint32_t used = print_piece(consumer, found, i, bytes);
        consumer_tell_pieces(consumer, found, i, used);
        i += used;
    }
}
