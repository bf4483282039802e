/* Addresses: stacks, and the symbols that they lie in. */
#include "trace/dtrace/consumer_parts.h"

enum {
    STACK_INDENT = 14,
    INDENT_MAX = 1024
};

enum consumer_symbol consumer_symbol_of(uint16_t action)
{
    return action == DOF_ACTION_MOD || action == DOF_ACTION_UMOD   ? CONSUMER_SYMBOL_MODULE
           : action == DOF_ACTION_SYM || action == DOF_ACTION_USYM ? CONSUMER_SYMBOL_START
                                                                   : CONSUMER_SYMBOL_PLACE;
}

void consumer_symbol_text(struct consumer *consumer, uint64_t address, enum consumer_symbol form,
                          char text[CONSUMER_SYMBOL_SIZE])
{
    struct text_buffer buffer = {text, CONSUMER_SYMBOL_SIZE, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    const struct dtrace_source *source = consumer->source;
    struct dtrace_symbol symbol;
    if (source->symbol == NULL || !source->symbol(source->context, address, &symbol)) {
        text_print(&sink, "0x%llx", (unsigned long long)address);
        return;
    }
    text_print(&sink, "%.*s", (int)sizeof symbol.module, symbol.module);
    if (form == CONSUMER_SYMBOL_MODULE)
        return;
    if (symbol.function[0] == '\0') {
        text_print(&sink, "`0x%llx", (unsigned long long)address);
        return;
    }
    text_print(&sink, "`%.*s", (int)sizeof symbol.function, symbol.function);
    if (form == CONSUMER_SYMBOL_PLACE && symbol.offset != 0)
        text_print(&sink, "+0x%llx", (unsigned long long)symbol.offset);
}

uint32_t consumer_stack_indent(const struct consumer *consumer)
{
    int64_t indent = consumer->options[DOF_OPTION_STACKINDENT];
    if (indent == DOF_OPTION_UNSET || indent < 0)
        return STACK_INDENT;
    return indent < INDENT_MAX ? (uint32_t)indent : INDENT_MAX;
}

static void print_line(struct consumer *consumer, const char *text, uint32_t length,
                       uint32_t indent, const struct consumer_conversion *frame)
{
    if (frame->precise && frame->precision < length)
        length = frame->precision;
    text_put_blanks(&consumer->sink, indent);
    consumer_put_padded(consumer, frame, text, length);
    text_print(&consumer->sink, "\n");
}

static void print_frame(struct consumer *consumer, uint64_t pc, uint32_t indent,
                        const struct consumer_conversion *frame)
{
    char text[CONSUMER_SYMBOL_SIZE];
    consumer_symbol_text(consumer, pc, CONSUMER_SYMBOL_PLACE, text);
    print_line(consumer, text, (uint32_t)__builtin_strlen(text), indent, frame);
}

void consumer_print_stack(struct consumer *consumer, const uint8_t *bytes, uint32_t size,
                          uint32_t indent, const struct consumer_conversion *frame)
{
    text_print(&consumer->sink, "\n");
    for (uint32_t at = 0; at + 8 <= size; at += 8) {
        uint64_t pc = dtrace_read_unsigned(bytes + at, 8);
        if (pc == 0)
            return;
        print_frame(consumer, pc, indent, frame);
    }
}

/* A string that a language's helper left for a frame. */
static void print_frame_string(struct consumer *consumer, const char *text, uint32_t length,
                               uint32_t indent, const struct consumer_conversion *frame)
{
    if (text[0] != '@') {
        print_line(consumer, text, length, indent, frame);
        return;
    }
    text_put_blanks(&consumer->sink, indent);
    text_print(&consumer->sink, "  [ %.*s ]\n", (int)length - 1, text + 1);
}

/* The pid, `arg`'s lower half of addresses, and then a string for each of them. */
void consumer_print_user_stack(struct consumer *consumer, const struct dtrace_record *record,
                               const uint8_t *bytes, uint32_t indent,
                               const struct consumer_conversion *frame)
{
    uint64_t frames = record->arg & UINT32_MAX, room = record->size / 8;
    if (frames >= room)
        frames = room - (room > 0 ? 1 : 0);
    uint32_t at = (uint32_t)(frames + 1) * 8;
    text_print(&consumer->sink, "\n");
    for (uint32_t i = 1; i <= frames; i++) {
        uint64_t pc = dtrace_read_unsigned(bytes + i * 8, 8);
        if (pc == 0)
            return;
        const char *text = (const char *)bytes + at;
        uint32_t length =
            at < record->size ? dtrace_string_length(bytes + at, record->size - at) : 0;
        if (length == 0 || text[0] == '@')
            print_frame(consumer, pc, indent, frame);
        if (length > 0)
            print_frame_string(consumer, text, length, indent, frame);
        at += at < record->size ? length + 1 : 0;
    }
}
