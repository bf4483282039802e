/* The last lines of a text. */
#include "flight/tail.h"

static size_t slot_of(uint64_t line)
{
    return (size_t)(line % (TAIL_LINES + 1));
}

void tail_put(struct tail *tail, char byte)
{
    if (byte == '\n') {
        struct tail_line *next = &tail->lines[slot_of(++tail->ended)];
        next->length = 0;
        next->cut = false;
        return;
    }
    struct tail_line *line = &tail->lines[slot_of(tail->ended)];
    if (line->length < TAIL_BYTES)
        line->bytes[line->length++] = byte;
    else
        line->cut = true;
}

/* How much of a line fits into TAIL_COLUMNS. */
static size_t fitting(const struct tail_line *line)
{
    size_t length = line->length;
    while (text_foreign_width(line->bytes, length) > TAIL_COLUMNS)
        length--;
    return length;
}

void tail_print(const struct tail *tail, const struct text_sink *sink)
{
    for (uint64_t i = tail->ended < TAIL_LINES ? 0 : tail->ended - TAIL_LINES; i < tail->ended;
         i++) {
        const struct tail_line *line = &tail->lines[slot_of(i)];
        size_t length = fitting(line);
        text_print(sink, "  | ");
        text_print_foreign(sink, line->bytes, length);
        text_print(sink, length < line->length || line->cut ? " ...\n" : "\n");
    }
}

struct frame_string tail_last(const struct tail *tail)
{
    if (tail->ended == 0)
        return (struct frame_string){"", 0};
    const struct tail_line *line = &tail->lines[slot_of(tail->ended - 1)];
    return (struct frame_string){line->bytes, fitting(line)};
}
