/* A line editor: characters, the row that the terminal shows, history, search, completion, keys. */
#include "kernel/user/line_editor.h"

#include "kernel/user/user_text.h"
#include "kernel/user/wide_character.h"

enum {
    ESCAPE = 0x1b,
    DELETE = 0x7f,
    BYTE_COLUMNS = 4,     /* of \xNN */
    SECOND_HALF = 0,      /* a column that the character before it takes as well */
    PARAMETER_MAX = 1000, /* above all that mean something */
    MODIFIED_BY_ALT = 3,  /* the second parameter of xterm's cursor keys */
    MODIFIED_BY_CONTROL = 5,
};

/* --- Characters: one UTF-8 sequence or one other byte --- */

static size_t sequence_length(char lead)
{
    uint8_t byte = (uint8_t)lead;
    return byte >= 0xf0 && byte <= 0xf4  ? 4
           : byte >= 0xe0 && byte < 0xf0 ? 3
           : byte >= 0xc2 && byte < 0xe0 ? 2
                                         : 1;
}

/* Bytes of the first character. */
static size_t character_size(const char *text, size_t length)
{
    size_t size = sequence_length(*text);
    return size > 1 && size <= length && text_foreign_width(text, size) == 1 ? size : 1;
}

/* A backslash is shown as it was typed, although text_print_foreign would escape it. */
static bool is_plain(const char *text, size_t size)
{
    return size > 1 || (*text >= ' ' && *text < '~');
}

static bool is_wide(const char *text, size_t size)
{
    uint32_t code = (uint8_t)*text & (size == 1 ? 0x7f : 0x7fu >> size);
    for (size_t i = 1; i < size; i++)
        code = code << 6 | ((uint8_t)text[i] & 0x3f);
    return character_is_wide(code);
}

static size_t character_width(const char *text, size_t size)
{
    return !is_plain(text, size) ? BYTE_COLUMNS : is_wide(text, size) ? 2 : 1;
}

static size_t text_width(const char *text, size_t length)
{
    size_t width = 0;
    for (size_t at = 0, size; at < length; at += size) {
        size = character_size(text + at, length - at);
        width += character_width(text + at, size);
    }
    return width;
}

/* The last character boundary before `at`. */
static size_t boundary_before(const char *text, size_t length, size_t at)
{
    size_t before = 0;
    for (size_t next = 0; next < at; next += character_size(text + next, length - next))
        before = next;
    return before;
}

/* The first character boundary not before `at`: bytes that an edit has brought together may have
 * become one character. */
static size_t boundary_from(const char *text, size_t length, size_t at)
{
    size_t boundary = 0;
    while (boundary < at)
        boundary += character_size(text + boundary, length - boundary);
    return boundary;
}

/* Where the end of a text begins that takes no more than so many columns. */
static size_t tail_start(const char *text, size_t length, size_t columns)
{
    size_t at = 0;
    for (size_t width = text_width(text, length); width > columns;) {
        size_t size = character_size(text + at, length - at);
        width -= character_width(text + at, size);
        at += size;
    }
    return at;
}

static size_t next_character(const struct line_editor *editor)
{
    if (editor->cursor == editor->length)
        return editor->length;
    return editor->cursor +
           character_size(editor->line + editor->cursor, editor->length - editor->cursor);
}

static size_t previous_character(const struct line_editor *editor)
{
    return boundary_before(editor->line, editor->length, editor->cursor);
}

/* --- Output --- */

static void put(struct line_editor *editor, const char *bytes, size_t length)
{
    if (length > 0)
        editor->sink.put(editor->sink.context, bytes, length);
}

static void put_column(struct line_editor *editor, uint32_t column)
{
    char bytes[4];
    size_t length = 0;
    for (; column != 0; column >>= 8)
        bytes[length++] = (char)(column & 0xff);
    put(editor, bytes, length);
}

static void put_text(struct line_editor *editor, const char *text, size_t length)
{
    for (size_t at = 0, size; at < length; at += size) {
        size = character_size(text + at, length - at);
        if (is_plain(text + at, size))
            put(editor, text + at, size);
        else
            text_print_foreign(&editor->sink, text + at, size);
    }
}

/* Something was refused: once, until something is taken again. */
static void ring(struct line_editor *editor)
{
    if (!editor->refused)
        put(editor, "\a", 1);
    editor->refused = true;
}

/* --- The row --- */

static void want_column(struct line_editor *editor, uint32_t column)
{
    if (editor->wanted_length < editor->columns - 1)
        editor->wanted[editor->wanted_length++] = column;
}

/* Of a wide character for which one column is left, a blank is shown. */
static void want_plain(struct line_editor *editor, uint32_t column, bool wide)
{
    bool cut = wide && editor->wanted_length + 2 > editor->columns - 1;
    want_column(editor, cut ? ' ' : column);
    if (wide && !cut)
        want_column(editor, SECOND_HALF);
}

static void want_character(struct line_editor *editor, const char *text, size_t size)
{
    uint32_t column = 0;
    for (size_t i = size; i > 0; i--)
        column = column << 8 | (uint8_t)text[i - 1];
    if (is_plain(text, size)) {
        want_plain(editor, column, is_wide(text, size));
        return;
    }
    want_column(editor, '\\');
    want_column(editor, 'x');
    want_column(editor, (uint8_t) "0123456789abcdef"[column >> 4]);
    want_column(editor, (uint8_t) "0123456789abcdef"[column & 15]);
}

static void want_text(struct line_editor *editor, const char *text, size_t length)
{
    for (size_t at = 0, size; at < length; at += size) {
        size = character_size(text + at, length - at);
        want_character(editor, text + at, size);
    }
}

static void want_heading(struct line_editor *editor)
{
    char searching[sizeof "(failed search)`': " + LINE_EDITOR_PATTERN_MAX];
    struct text_buffer buffer = {searching, sizeof searching, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    const char *heading = editor->prompt;
    if (editor->searching) {
        text_print(&sink, "(%ssearch)`%s': ", editor->not_found ? "failed " : "", editor->pattern);
        heading = searching;
    }
    size_t length = __builtin_strlen(heading);
    size_t start = tail_start(heading, length, editor->columns / 2);
    want_text(editor, heading + start, length - start);
}

/* Whether the cursor can be seen in `room` columns if they begin with the character `first`: the
 * first one is '<' if something is left out there, and the last one '>'. */
static bool is_visible(const struct line_editor *editor, size_t room)
{
    const char *visible = editor->line + editor->first;
    if (editor->first > editor->cursor)
        return false;
    size_t before = text_width(visible, editor->cursor - editor->first);
    size_t all = text_width(visible, editor->length - editor->first);
    return (editor->first == 0 || before >= 1) && (all <= room || before + 2 <= room);
}

/* Scrolls by half the room, so that it is not needed again at the next key. */
static void scroll(struct line_editor *editor, size_t room)
{
    if (text_width(editor->line, editor->length) <= room) {
        editor->first = 0;
        return;
    }
    if (editor->first <= editor->length)
        editor->first = boundary_from(editor->line, editor->length, editor->first);
    if (!is_visible(editor, room))
        editor->first = tail_start(editor->line, editor->cursor, room / 2);
}

/* Takes a column; half of a wide character is not shown. */
static void mark(struct line_editor *editor, size_t at, char sign)
{
    if (editor->wanted[at] == SECOND_HALF)
        editor->wanted[at - 1] = ' ';
    if (at + 1 < editor->wanted_length && editor->wanted[at + 1] == SECOND_HALF)
        editor->wanted[at + 1] = ' ';
    editor->wanted[at] = (uint8_t)sign;
}

static void want_line(struct line_editor *editor)
{
    size_t left = editor->wanted_length;
    size_t room = editor->columns - 1 - left;
    scroll(editor, room);
    const char *visible = editor->line + editor->first;
    size_t length = editor->length - editor->first;
    want_text(editor, visible, length);
    if (editor->first > 0)
        mark(editor, left, '<');
    if (text_width(visible, length) > room)
        mark(editor, left + room - 1, '>');
}

/* Moves within what is shown.  A few columns are crossed by backspaces or by writing them once
 * more, which is shorter than a sequence. */
static void move_to(struct line_editor *editor, size_t column)
{
    size_t from = editor->column;
    editor->column = column;
    if (column == 0 && from > 0)
        put(editor, "\r", 1);
    else if (column + 4 < from)
        text_print(&editor->sink, "\x1b[%uD", (unsigned)(from - column));
    else if (column > from + 4)
        text_print(&editor->sink, "\x1b[%uC", (unsigned)(column - from));
    else
        for (; from != column; from += column > from ? 1 : SIZE_MAX)
            put_column(editor, column > from ? editor->shown[from] : '\b');
}

/* How much of the row must be written from column `from` on: if it has not become shorter or
 * longer, the end may be as it was. */
static size_t end_of_change(const struct line_editor *editor, size_t from)
{
    size_t end = editor->wanted_length;
    if (end == editor->shown_length)
        while (end > from && editor->wanted[end - 1] == editor->shown[end - 1])
            end--;
    while (end < editor->wanted_length && editor->wanted[end] == SECOND_HALF)
        end++;
    return end;
}

static void show_change(struct line_editor *editor)
{
    size_t from = 0;
    while (from < editor->wanted_length && from < editor->shown_length &&
           editor->wanted[from] == editor->shown[from])
        from++;
    size_t end = end_of_change(editor, from);
    bool shorter = editor->wanted_length < editor->shown_length;
    if (end > from || shorter)
        move_to(editor, from);
    for (; from < end; editor->column = ++from)
        put_column(editor, editor->wanted[from]);
    if (shorter)
        put(editor, "\x1b[K", 3);
    __builtin_memcpy(editor->shown, editor->wanted,
                     editor->wanted_length * sizeof editor->wanted[0]);
    editor->shown_length = editor->wanted_length;
}

static void show(struct line_editor *editor)
{
    editor->wanted_length = 0;
    want_heading(editor);
    size_t left = editor->wanted_length;
    want_line(editor);
    show_change(editor);
    move_to(editor,
            left + text_width(editor->line + editor->first, editor->cursor - editor->first));
}

static void fresh_row(struct line_editor *editor)
{
    put(editor, "\n", 1);
    editor->column = 0;
    editor->shown_length = 0;
}

/* --- Edits --- */

/* Every edit: bytes from..to give way to others, which do not lie in the line, and the cursor
 * stands behind them. */
static bool replace(struct line_editor *editor, size_t from, size_t to, const char *bytes,
                    size_t length)
{
    if (length > LINE_EDITOR_LINE_MAX - (editor->length - (to - from))) {
        ring(editor);
        return false;
    }
    __builtin_memmove(editor->line + from + length, editor->line + to, editor->length - to + 1);
    __builtin_memcpy(editor->line + from, bytes, length);
    editor->length += length;
    editor->length -= to - from;
    editor->cursor = boundary_from(editor->line, editor->length, from + length);
    editor->refused = false;
    return true;
}

static void set_line(struct line_editor *editor, const char *line)
{
    editor->length = __builtin_strlen(line);
    __builtin_memcpy(editor->line, line, editor->length + 1);
    editor->cursor = editor->length;
}

static void kill(struct line_editor *editor, size_t from, size_t to)
{
    if (from == to)
        return;
    editor->killed_length = to - from;
    __builtin_memcpy(editor->killed, editor->line + from, to - from);
    (void)replace(editor, from, to, "", 0); /* never too long */
}

static void yank(struct line_editor *editor)
{
    (void)replace(editor, editor->cursor, editor->cursor, editor->killed, editor->killed_length);
}

static void move_left(struct line_editor *editor)
{
    editor->cursor = previous_character(editor);
}

static void move_right(struct line_editor *editor)
{
    editor->cursor = next_character(editor);
}

static void move_home(struct line_editor *editor)
{
    editor->cursor = 0;
}

static void move_end(struct line_editor *editor)
{
    editor->cursor = editor->length;
}

static void delete_left(struct line_editor *editor)
{
    (void)replace(editor, previous_character(editor), editor->cursor, "", 0);
}

static void delete_right(struct line_editor *editor)
{
    (void)replace(editor, editor->cursor, next_character(editor), "", 0);
}

static void kill_to_end(struct line_editor *editor)
{
    kill(editor, editor->cursor, editor->length);
}

static void kill_to_start(struct line_editor *editor)
{
    kill(editor, 0, editor->cursor);
}

/* Exchanges the characters around the cursor; at the end, the last two. */
static void transpose(struct line_editor *editor)
{
    char exchanged[2 * sizeof editor->partial];
    bool at_end = editor->cursor == editor->length;
    size_t middle = at_end ? previous_character(editor) : editor->cursor;
    size_t left = boundary_before(editor->line, editor->length, middle);
    if (left == middle)
        return;
    size_t right = at_end ? editor->length : next_character(editor);
    __builtin_memcpy(exchanged, editor->line + middle, right - middle);
    __builtin_memcpy(exchanged + (right - middle), editor->line + left, middle - left);
    (void)replace(editor, left, right, exchanged, right - left);
}

/* --- Words --- */

static bool in_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (uint8_t)c >= 0x80;
}

static size_t word_left(const struct line_editor *editor)
{
    size_t at = editor->cursor;
    while (at > 0 && !in_word(editor->line[at - 1]))
        at--;
    while (at > 0 && in_word(editor->line[at - 1]))
        at--;
    return at;
}

static size_t word_right(const struct line_editor *editor)
{
    size_t at = editor->cursor;
    while (at < editor->length && !in_word(editor->line[at]))
        at++;
    while (at < editor->length && in_word(editor->line[at]))
        at++;
    return at;
}

static void move_word_left(struct line_editor *editor)
{
    editor->cursor = word_left(editor);
}

static void move_word_right(struct line_editor *editor)
{
    editor->cursor = word_right(editor);
}

static void kill_word_left(struct line_editor *editor)
{
    kill(editor, word_left(editor), editor->cursor);
}

static void kill_word_right(struct line_editor *editor)
{
    kill(editor, editor->cursor, word_right(editor));
}

/* ^W's word is all between blanks. */
static void kill_argument(struct line_editor *editor)
{
    size_t at = editor->cursor;
    while (at > 0 && editor->line[at - 1] == ' ')
        at--;
    while (at > 0 && editor->line[at - 1] != ' ')
        at--;
    kill(editor, at, editor->cursor);
}

/* --- History --- */

const char *line_editor_history(const struct line_editor *editor, size_t back)
{
    if (back == 0 || back > editor->history_count)
        return NULL;
    const char *line = editor->history;
    for (size_t i = editor->history_count; i > back; i--)
        line += __builtin_strlen(line) + 1;
    return line;
}

static void forget_oldest(struct line_editor *editor)
{
    size_t size = __builtin_strlen(editor->history) + 1;
    editor->history_used -= size;
    editor->history_count--;
    __builtin_memmove(editor->history, editor->history + size, editor->history_used);
}

static bool is_worth_keeping(const struct line_editor *editor)
{
    const char *newest = line_editor_history(editor, 1);
    if (newest != NULL && __builtin_strlen(newest) == editor->length &&
        __builtin_memcmp(newest, editor->line, editor->length) == 0)
        return false;
    for (size_t i = 0; i < editor->length; i++)
        if (editor->line[i] != ' ')
            return true;
    return false;
}

static void remember(struct line_editor *editor)
{
    if (!is_worth_keeping(editor))
        return;
    while (editor->history_count == LINE_EDITOR_HISTORY_LINES ||
           editor->length >= LINE_EDITOR_HISTORY_BYTES - editor->history_used)
        forget_oldest(editor);
    __builtin_memcpy(editor->history + editor->history_used, editor->line, editor->length + 1);
    editor->history_used += editor->length + 1;
    editor->history_count++;
}

static void keep_typed(struct line_editor *editor)
{
    __builtin_memcpy(editor->typed, editor->line, editor->length + 1);
    editor->typed_cursor = editor->cursor;
    editor->back = 0;
}

static void older(struct line_editor *editor)
{
    if (editor->back == editor->history_count)
        return;
    if (editor->back == 0)
        keep_typed(editor);
    set_line(editor, line_editor_history(editor, ++editor->back));
}

static void newer(struct line_editor *editor)
{
    if (editor->back == 0)
        return;
    editor->back--;
    set_line(editor, editor->back == 0 ? editor->typed : line_editor_history(editor, editor->back));
}

/* --- Search --- */

/* Where the pattern stands last in the line, or SIZE_MAX. */
static size_t find_pattern(const struct line_editor *editor, const char *line)
{
    size_t length = __builtin_strlen(line);
    if (length < editor->pattern_length)
        return SIZE_MAX;
    for (size_t at = length - editor->pattern_length + 1; at > 0; at--)
        if (__builtin_memcmp(line + at - 1, editor->pattern, editor->pattern_length) == 0)
            return at - 1;
    return SIZE_MAX;
}

/* Shows the first line from `back` on that has the pattern; the line stays if none has. */
static void search_from(struct line_editor *editor, size_t back)
{
    editor->not_found = true;
    for (; editor->not_found && back <= editor->history_count; back++) {
        const char *line = line_editor_history(editor, back);
        size_t found = find_pattern(editor, line);
        if (found == SIZE_MAX)
            continue;
        set_line(editor, line);
        editor->cursor = boundary_from(editor->line, editor->length, found);
        editor->back = back;
        editor->not_found = false;
    }
}

static void set_pattern_length(struct line_editor *editor, size_t length)
{
    editor->pattern_length = length;
    editor->pattern[length] = '\0';
}

static void restore_typed(struct line_editor *editor)
{
    set_line(editor, editor->typed);
    editor->cursor = editor->typed_cursor;
    editor->back = 0;
    editor->not_found = false;
}

static void search(struct line_editor *editor)
{
    if (editor->searching) {
        if (editor->pattern_length > 0)
            search_from(editor, editor->back + 1);
        return;
    }
    keep_typed(editor);
    editor->searching = true;
    editor->not_found = false;
    set_pattern_length(editor, 0);
}

static void lengthen_pattern(struct line_editor *editor, const char *bytes, size_t length)
{
    if (length > LINE_EDITOR_PATTERN_MAX - editor->pattern_length) {
        ring(editor);
        return;
    }
    __builtin_memcpy(editor->pattern + editor->pattern_length, bytes, length);
    set_pattern_length(editor, editor->pattern_length + length);
    search_from(editor, editor->back > 0 ? editor->back : 1);
}

static void shorten_pattern(struct line_editor *editor)
{
    size_t length = editor->pattern_length;
    set_pattern_length(editor, boundary_before(editor->pattern, length, length));
    if (editor->pattern_length > 0)
        search_from(editor, 1);
    else
        restore_typed(editor);
}

static void give_up(struct line_editor *editor)
{
    if (editor->searching)
        restore_typed(editor);
    editor->searching = false;
}

/* --- Completion --- */

static void drop_last(struct line_candidates *candidates)
{
    candidates->list_full = true;
    do
        candidates->list_used--;
    while (candidates->list_used > 0 && candidates->list[candidates->list_used - 1] != '\0');
}

/* Puts it into the list, which keeps the first ones in order; false if it is there already.  Once
 * one has been left out, none behind the last is taken, so that the list has no holes. */
static bool list_insert(struct line_candidates *candidates, const char *text, size_t size)
{
    char *list = candidates->list;
    size_t at = 0;
    while (at < candidates->list_used && text_compare(list + at, text) < 0)
        at += __builtin_strlen(list + at) + 1;
    if (at < candidates->list_used && text_compare(list + at, text) == 0)
        return false;
    if (at == candidates->list_used && candidates->list_full)
        return true;
    while (at < candidates->list_used && size > LINE_EDITOR_LIST_BYTES - candidates->list_used)
        drop_last(candidates);
    if (size > LINE_EDITOR_LIST_BYTES - candidates->list_used) {
        candidates->list_full = true;
        return true;
    }
    __builtin_memmove(list + at + size, list + at, candidates->list_used - at);
    __builtin_memcpy(list + at, text, size);
    candidates->list_used += size;
    return true;
}

void line_candidates_add(struct line_candidates *candidates, const char *text, const char *ending)
{
    size_t length = __builtin_strlen(text), ending_length = __builtin_strlen(ending);
    if (length > LINE_EDITOR_LINE_MAX || ending_length > LINE_EDITOR_ENDING_MAX ||
        !list_insert(candidates, text, length + 1))
        return;
    if (candidates->count++ == 0) {
        __builtin_memcpy(candidates->common, text, length + 1);
        __builtin_memcpy(candidates->ending, ending, ending_length + 1);
        candidates->common_length = length;
        return;
    }
    size_t common = 0;
    while (common < candidates->common_length && candidates->common[common] == text[common])
        common++;
    candidates->common_length = common;
}

/* What all candidates begin with may end within a character, or behind a backslash that would
 * take another one along. */
static void trim_common(struct line_candidates *candidates)
{
    size_t length = candidates->common_length, lead = length, backslashes = 0;
    while (lead > 0 && ((uint8_t)candidates->common[lead - 1] & 0xc0) == 0x80)
        lead--;
    if (lead > 0 && sequence_length(candidates->common[lead - 1]) > length - lead + 1)
        length = lead - 1;
    while (backslashes < length && candidates->common[length - 1 - backslashes] == '\\')
        backslashes++;
    candidates->common_length = length - backslashes % 2;
}

/* Inserts what is certain; false if that has been there already. */
static bool insert_common(struct line_editor *editor)
{
    struct line_candidates *candidates = &editor->candidates;
    size_t ending = __builtin_strlen(candidates->ending);
    if (candidates->count > 1) {
        trim_common(candidates);
    } else {
        __builtin_memcpy(candidates->common + candidates->common_length, candidates->ending,
                         ending);
        candidates->common_length += ending;
    }
    size_t from = candidates->from, length = candidates->common_length;
    if (length == editor->cursor - from &&
        __builtin_memcmp(editor->line + from, candidates->common, length) == 0)
        return false;
    (void)replace(editor, from, editor->cursor, candidates->common, length);
    return true;
}

/* How the list is laid out: in columns, sorted downwards, as ls(1) does. */
struct layout {
    size_t count; /* of candidates */
    size_t width; /* of a column, with its gap */
    size_t rows;
};

static struct layout lay_out(const struct line_editor *editor)
{
    const struct line_candidates *candidates = &editor->candidates;
    struct layout layout = {0};
    for (size_t at = 0, length; at < candidates->list_used; at += length + 1) {
        length = __builtin_strlen(candidates->list + at);
        size_t width = text_width(candidates->list + at, length) + 2;
        layout.width = width > layout.width ? width : layout.width;
        layout.count++;
    }
    size_t across = editor->columns > layout.width ? editor->columns / layout.width : 1;
    if (layout.count > across * LINE_EDITOR_LIST_ROWS)
        layout.count = across * LINE_EDITOR_LIST_ROWS;
    layout.rows = (layout.count + across - 1) / across;
    return layout;
}

static const char *listed(const struct line_candidates *candidates, size_t index)
{
    const char *text = candidates->list;
    for (; index > 0; index--)
        text += __builtin_strlen(text) + 1;
    return text;
}

static void put_list_row(struct line_editor *editor, const struct layout *layout, size_t row)
{
    for (size_t index = row; index < layout->count; index += layout->rows) {
        const char *text = listed(&editor->candidates, index);
        size_t length = __builtin_strlen(text);
        put_text(editor, text, length);
        for (size_t column = text_width(text, length);
             column < layout->width && index + layout->rows < layout->count; column++)
            put(editor, " ", 1);
    }
    put(editor, "\n", 1);
}

static void list(struct line_editor *editor)
{
    const struct layout layout = lay_out(editor);
    size_t more = editor->candidates.count - layout.count;
    fresh_row(editor);
    for (size_t row = 0; row < layout.rows; row++)
        put_list_row(editor, &layout, row);
    if (more > 0)
        text_print(&editor->sink, "(%lu more)\n", (unsigned long)more);
}

static void complete(struct line_editor *editor)
{
    struct line_candidates *candidates = &editor->candidates;
    bool again = editor->after_tab;
    if (editor->completion == NULL)
        return;
    candidates->from = editor->cursor;
    candidates->count = candidates->list_used = 0;
    candidates->list_full = false;
    editor->completion->complete(editor->completion->context, editor->line, editor->cursor,
                                 candidates);
    if (candidates->count == 0 || candidates->from > editor->cursor)
        return;
    if (!insert_common(editor) && candidates->count > 1 && again)
        list(editor);
    editor->after_tab = true;
}

/* --- The end of a line --- */

static void finish(struct line_editor *editor, enum line_editor_event event)
{
    editor->searching = false;
    editor->event = event;
    show(editor);
}

static void done(struct line_editor *editor)
{
    finish(editor, LINE_EDITOR_DONE);
    fresh_row(editor);
    remember(editor);
}

static void interrupt(struct line_editor *editor)
{
    finish(editor, LINE_EDITOR_INTERRUPTED);
    size_t room = editor->columns - sizeof "^C";
    size_t at = editor->shown_length < room ? editor->shown_length : room;
    if (at < editor->shown_length && editor->shown[at] == SECOND_HALF)
        at--;
    move_to(editor, at);
    put(editor, "^C", 2);
    fresh_row(editor);
    set_line(editor, "");
}

static void delete_or_end(struct line_editor *editor)
{
    if (editor->length > 0) {
        delete_right(editor);
        return;
    }
    finish(editor, LINE_EDITOR_END);
    fresh_row(editor);
}

static void clear_screen(struct line_editor *editor)
{
    put(editor, "\x1b[H\x1b[2J", 7);
    editor->column = 0;
    editor->shown_length = 0;
}

/* --- Keys --- */

/* The key of a control character is the character + 0x40. */
static void (*const control_keys[])(struct line_editor *) = {
    ['A' - '@'] = move_home,     ['B' - '@'] = move_left,   ['C' - '@'] = interrupt,
    ['D' - '@'] = delete_or_end, ['E' - '@'] = move_end,    ['F' - '@'] = move_right,
    ['G' - '@'] = give_up,       ['H' - '@'] = delete_left, ['I' - '@'] = complete,
    ['J' - '@'] = done,          ['K' - '@'] = kill_to_end, ['L' - '@'] = clear_screen,
    ['M' - '@'] = done,          ['N' - '@'] = newer,       ['P' - '@'] = older,
    ['R' - '@'] = search,        ['T' - '@'] = transpose,   ['U' - '@'] = kill_to_start,
    ['W' - '@'] = kill_argument, ['Y' - '@'] = yank,        [' ' - 1] = NULL,
};

struct key {
    uint8_t byte; /* the last of a sequence, or a parameter before '~' */
    void (*act)(struct line_editor *editor);
};

static const struct key alt_keys[] = {
    {'b', move_word_left},
    {'B', move_word_left},
    {'f', move_word_right},
    {'F', move_word_right},
    {'d', kill_word_right},
    {'D', kill_word_right},
    {0, NULL},
};
static const struct key sequence_keys[] = {
    {'A', older},     {'B', newer},    {'C', move_right}, {'D', move_left},
    {'H', move_home}, {'F', move_end}, {0, NULL},
};
static const struct key word_keys[] = {
    {'C', move_word_right},
    {'D', move_word_left},
    {0, NULL},
};
static const struct key tilde_keys[] = {
    {1, move_home}, {3, delete_right}, {4, move_end}, {7, move_home}, {8, move_end}, {0, NULL},
};

/* Does what a key of the table does; any other is swallowed.  A search ends with any key that is
 * not its own, and the line that it found is then edited. */
static void act(struct line_editor *editor, void (*action)(struct line_editor *))
{
    if (action == NULL)
        return;
    if (editor->searching && action == delete_left) {
        shorten_pattern(editor);
        return;
    }
    if (action != search && action != give_up)
        editor->searching = false;
    action(editor);
}

static void act_on(struct line_editor *editor, const struct key *keys, uint32_t byte)
{
    while (keys->act != NULL && keys->byte != byte)
        keys++;
    act(editor, keys->act);
}

static void insert(struct line_editor *editor, const char *bytes, size_t length)
{
    if (editor->searching)
        lengthen_pattern(editor, bytes, length);
    else
        (void)replace(editor, editor->cursor, editor->cursor, bytes, length);
}

/* What has come of a UTF-8 sequence is all that will come. */
static void insert_partial(struct line_editor *editor)
{
    size_t length = editor->partial_length;
    editor->partial_length = 0;
    if (length > 0)
        insert(editor, editor->partial, length);
}

static void take_plain(struct line_editor *editor, char byte)
{
    editor->partial[editor->partial_length++] = byte;
    if (editor->partial_length == sequence_length(editor->partial[0]))
        insert_partial(editor);
}

static void take_control(struct line_editor *editor, uint8_t byte)
{
    bool alt = editor->input == LINE_EDITOR_ESCAPE;
    editor->input = byte == ESCAPE ? LINE_EDITOR_ESCAPE : LINE_EDITOR_PLAIN;
    if (byte == DELETE)
        act(editor, alt ? kill_word_left : delete_left);
    else
        act(editor, control_keys[byte]);
}

static void take_behind_escape(struct line_editor *editor, uint8_t byte)
{
    editor->input = byte == '[' || byte == 'O' ? LINE_EDITOR_SEQUENCE : LINE_EDITOR_PLAIN;
    editor->parameter = 0;
    editor->parameters[0] = editor->parameters[1] = 0;
    if (editor->input == LINE_EDITOR_PLAIN)
        act_on(editor, alt_keys, byte);
}

static void end_sequence(struct line_editor *editor, uint8_t byte)
{
    const uint32_t *parameters = editor->parameters;
    bool by_word = parameters[1] == MODIFIED_BY_CONTROL || parameters[1] == MODIFIED_BY_ALT;
    editor->input = LINE_EDITOR_PLAIN;
    if (byte == '[' && parameters[0] == 0 && editor->parameter == 0)
        editor->input = LINE_EDITOR_FUNCTION_KEY;
    else if (byte == '~')
        act_on(editor, tilde_keys, parameters[0]);
    else if (by_word && (byte == 'C' || byte == 'D'))
        act_on(editor, word_keys, byte);
    else
        act_on(editor, sequence_keys, byte);
}

/* Parameters and what else may stand in a control sequence (ECMA-48, 5.4), then its end. */
static void take_of_sequence(struct line_editor *editor, uint8_t byte)
{
    uint32_t *parameter = &editor->parameters[editor->parameter];
    if (byte >= '@')
        end_sequence(editor, byte);
    else if (byte >= '0' && byte <= '9' && *parameter < PARAMETER_MAX)
        *parameter = *parameter * 10 + (byte - '0');
    else if (byte == ';' && editor->parameter == 0)
        editor->parameter = 1;
}

static void take(struct line_editor *editor, uint8_t byte)
{
    if ((byte & 0xc0) != 0x80)
        insert_partial(editor);
    if (byte < ' ' || byte == DELETE) {
        take_control(editor, byte);
    } else if (editor->input == LINE_EDITOR_PLAIN || byte >= 0x80) {
        editor->input = LINE_EDITOR_PLAIN;
        take_plain(editor, (char)byte);
    } else if (editor->input == LINE_EDITOR_ESCAPE) {
        take_behind_escape(editor, byte);
    } else if (editor->input == LINE_EDITOR_SEQUENCE) {
        take_of_sequence(editor, byte);
    } else {
        editor->input = LINE_EDITOR_PLAIN;
    }
}

enum line_editor_event line_editor_take(struct line_editor *editor, char byte)
{
    bool second_of_pair = editor->after_return && byte == '\n';
    editor->after_return = byte == '\r';
    editor->event = LINE_EDITOR_MORE;
    if (second_of_pair)
        return LINE_EDITOR_MORE;
    if (byte != '\t')
        editor->after_tab = false;
    take(editor, (uint8_t)byte);
    if (editor->event == LINE_EDITOR_MORE)
        show(editor);
    return editor->event;
}

/* --- The beginning --- */

void line_editor_init(struct line_editor *editor, const struct text_sink *sink, size_t columns)
{
    if (columns < LINE_EDITOR_COLUMNS_MIN)
        columns = LINE_EDITOR_COLUMNS_MIN;
    if (columns > LINE_EDITOR_COLUMNS_MAX)
        columns = LINE_EDITOR_COLUMNS_MAX;
    __builtin_memset(editor, 0, sizeof *editor);
    editor->sink = *sink;
    editor->columns = columns;
    editor->prompt = "";
}

void line_editor_complete_with(struct line_editor *editor, const struct line_completion *completion)
{
    editor->completion = completion;
}

void line_editor_start(struct line_editor *editor, const char *prompt)
{
    editor->prompt = prompt;
    set_line(editor, "");
    editor->back = 0;
    editor->searching = false;
    editor->after_tab = false;
    line_editor_redraw(editor);
}

void line_editor_redraw(struct line_editor *editor)
{
    editor->column = 0;
    editor->shown_length = 0;
    show(editor);
}
