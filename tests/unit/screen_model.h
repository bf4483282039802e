/* A terminal as the line editor needs one, and what must stand on it.
 *
 * It knows no more than line_editor.h promises to send; anything else is a failure, and so are
 * bytes that are not UTF-8, and a character in the last column of a row. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/user/line_editor.h"
#include "kernel/user/wide_character.h"

enum {
    SCREEN_ROWS = 24,
    BLANK = ' ',
    SECOND = 0, /* column of a wide character */
};

struct screen {
    size_t columns;
    bool may_fill_rows; /* a list of long names may */
    size_t row, column;
    uint32_t cells[SCREEN_ROWS][LINE_EDITOR_COLUMNS_MAX]; /* code points */
    char pending[16];                                     /* of a sequence */
    size_t pending_length;
    size_t bells;
    size_t received; /* bytes; set it to 0 to begin anew */
    char bytes[256]; /* the first of them */
};

static inline void screen_require(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "screen: %s\n", what);
    abort();
}

/* The code point at the beginning, by RFC 3629 without C1 controls; 0: there is none. */
static inline uint32_t screen_decode(const char *text, size_t length, size_t *size)
{
    static const uint32_t smallest[] = {0, 0, 0xa0, 0x800, 0x10000};
    uint8_t lead = (uint8_t)*text;
    *size = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (*size == 1)
        return lead;
    if (*size == 0 || *size > length || lead > 0xf4)
        return 0;
    uint32_t code = lead & (0x7fu >> *size);
    for (size_t i = 1; i < *size; i++) {
        if (((uint8_t)text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | ((uint8_t)text[i] & 0x3f);
    }
    bool surrogate = code >= 0xd800 && code < 0xe000;
    return code < smallest[*size] || surrogate || code > 0x10ffff ? 0 : code;
}

static inline void screen_clear(struct screen *screen, size_t from)
{
    for (size_t row = 0; row < SCREEN_ROWS; row++)
        for (size_t column = 0; column < LINE_EDITOR_COLUMNS_MAX; column++)
            if (row > screen->row || (row == screen->row && column >= from))
                screen->cells[row][column] = BLANK;
}

static inline void screen_init(struct screen *screen, size_t columns)
{
    memset(screen, 0, sizeof *screen);
    screen->columns = columns;
    screen_clear(screen, 0);
}

static inline void screen_feed_line(struct screen *screen)
{
    screen->column = 0;
    if (++screen->row < SCREEN_ROWS)
        return;
    screen->row--;
    memmove(screen->cells[0], screen->cells[1], sizeof screen->cells - sizeof screen->cells[0]);
    screen_clear(screen, 0);
}

/* Of a wide character that is partly written over nothing is left. */
static inline void screen_halve(struct screen *screen, size_t column)
{
    uint32_t *row = screen->cells[screen->row];
    if (column > 0 && column < screen->columns && row[column] == SECOND)
        row[column - 1] = row[column] = BLANK;
}

static inline void screen_write(struct screen *screen, uint32_t code)
{
    screen_require(code >= ' ' && code != '~' && code != 0x7f, "a control character or a tilde");
    size_t width = character_is_wide(code) ? 2 : 1;
    screen_require(screen->column + width < screen->columns || screen->may_fill_rows,
                   "the last column is written");
    if (screen->column + width > screen->columns)
        screen_feed_line(screen);
    screen_halve(screen, screen->column);
    screen_halve(screen, screen->column + width);
    screen->cells[screen->row][screen->column++] = code;
    if (width == 2)
        screen->cells[screen->row][screen->column++] = SECOND;
}

static inline void screen_obey(struct screen *screen)
{
    screen->pending[screen->pending_length] = '\0';
    char *end;
    unsigned long count = strtoul(screen->pending + 2, &end, 10);
    screen_require(end[0] != '\0' && end[1] == '\0', "a sequence with more parameters");
    bool counted = end > screen->pending + 2;
    if (*end == 'K' && !counted) {
        for (size_t i = screen->column; i < screen->columns; i++)
            screen->cells[screen->row][i] = BLANK;
    } else if (*end == 'H' && !counted) {
        screen->row = screen->column = 0;
    } else if (*end == 'J' && count == 2) {
        size_t row = screen->row;
        screen->row = 0;
        screen_clear(screen, 0);
        screen->row = row;
    } else if (*end == 'C' && count > 0) {
        screen->column += count;
        screen_require(screen->column < screen->columns, "right of the screen");
    } else if (*end == 'D' && count > 0) {
        screen_require(count <= screen->column, "left of the screen");
        screen->column -= count;
    } else {
        screen_require(false, "an unknown sequence");
    }
    screen->pending_length = 0;
}

static inline void screen_control(struct screen *screen, char byte)
{
    if (byte == '\n') {
        screen_feed_line(screen);
    } else if (byte == '\r') {
        screen->column = 0;
    } else if (byte == '\b') {
        screen_require(screen->column > 0, "a backspace at the left");
        screen->column--;
    } else {
        screen_require(byte == '\a', "an unknown control character");
        screen->bells++;
    }
}

static inline void screen_take(struct screen *screen, char byte)
{
    if (screen->received < sizeof screen->bytes)
        screen->bytes[screen->received] = byte;
    screen->received++;
    if (screen->pending_length == 0 && (uint8_t)byte < ' ' && byte != 0x1b) {
        screen_control(screen, byte);
        return;
    }
    screen_require(screen->pending_length + 1 < sizeof screen->pending, "an endless sequence");
    screen->pending[screen->pending_length++] = byte;
    if (screen->pending[0] == 0x1b) {
        screen_require(screen->pending_length != 2 || byte == '[', "ESC without [");
        if (screen->pending_length > 2 && byte >= '@')
            screen_obey(screen);
        return;
    }
    size_t size;
    uint32_t code = screen_decode(screen->pending, screen->pending_length, &size);
    screen_require(size > 0 && (code != 0 || screen->pending_length < size), "no UTF-8");
    if (code == 0)
        return;
    screen_write(screen, code);
    screen->pending_length = 0;
}

static inline void screen_put(void *context, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        screen_take(context, bytes[i]);
}

/* --- What must stand there --- */

/* A text, column by column. */
struct columns {
    size_t count;
    uint32_t codes[4 * (LINE_EDITOR_LINE_MAX + 1)];
};

static inline void columns_put_escaped(struct columns *columns, uint8_t byte)
{
    const char escaped[] = {'\\', 'x', "0123456789abcdef"[byte >> 4],
                            "0123456789abcdef"[byte & 15]};
    for (size_t i = 0; i < sizeof escaped; i++)
        columns->codes[columns->count++] = (uint8_t)escaped[i];
}

static inline void columns_of(struct columns *columns, const char *text, size_t length)
{
    columns->count = 0;
    while (length > 0) {
        size_t size;
        uint32_t code = screen_decode(text, length, &size);
        bool plain = code >= ' ' && code != '~' && code != 0x7f;
        if (plain)
            columns->codes[columns->count++] = code;
        if (plain && character_is_wide(code))
            columns->codes[columns->count++] = SECOND;
        if (!plain)
            columns_put_escaped(columns, (uint8_t)*text);
        text += plain ? size : 1;
        length -= plain ? size : 1;
    }
}

/* The heading is what is left of the line; it must be narrow enough to be shown whole. */
static inline void screen_check(const struct screen *screen, const struct line_editor *editor,
                                const char *heading)
{
    static struct columns left, line, before;
    columns_of(&left, heading, strlen(heading));
    columns_of(&line, editor->line, editor->length);
    columns_of(&before, editor->line, editor->cursor);
    const uint32_t *row = screen->cells[screen->row];
    for (size_t i = 0; i < left.count; i++)
        screen_require(row[i] == left.codes[i], "not the heading");

    size_t room = screen->columns - 1 - left.count;
    screen_require(screen->column >= left.count, "the cursor is in the heading");
    size_t cursor = screen->column - left.count;
    screen_require(before.count >= cursor, "the cursor is too far right");
    size_t hidden = before.count - cursor;
    bool more = line.count - hidden > room;
    screen_require(hidden == 0 || cursor > 0, "the cursor is on <");
    screen_require(!more || cursor + 2 <= room, "the cursor is on >");
    for (size_t i = 0; i <= room; i++) { /* half of a wide character is not shown */
        size_t next = hidden + i + 1;
        bool cut = i == room - 2 && more && line.codes[next] == SECOND;
        bool cut_before = i == 1 && hidden > 0 && line.codes[next - 1] == SECOND;
        uint32_t code = i == 0 && hidden > 0      ? '<'
                        : i == room               ? BLANK
                        : i == room - 1 && more   ? '>'
                        : cut || cut_before       ? BLANK
                        : hidden + i < line.count ? line.codes[hidden + i]
                                                  : BLANK;
        screen_require(row[left.count + i] == code, "not the line");
    }
    screen_require(screen->pending_length == 0, "half a sequence");
}

static inline void screen_check_editor(const struct line_editor *editor)
{
    screen_require(editor->length <= LINE_EDITOR_LINE_MAX, "the line is too long");
    screen_require(editor->line[editor->length] == '\0', "the line is not terminated");
    screen_require(memchr(editor->line, '\0', editor->length) == NULL, "the line has a NUL");
    size_t at = 0, size;
    while (at < editor->cursor) {
        uint32_t code = screen_decode(editor->line + at, editor->length - at, &size);
        at += code != 0 ? size : 1;
    }
    screen_require(at == editor->cursor, "the cursor is within a character");
}
