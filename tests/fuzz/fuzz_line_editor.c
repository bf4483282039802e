/* The line editor behind a terminal.
 *
 * Input: the number of columns (1 byte), then what is typed, of which the first 512 bytes are taken
 * (a line is filled sooner, by killing and yanking).
 *
 * Property: after every byte (every eighth behind the first 64) the line is terminated, in its
 * bounds and without NUL, the cursor is between two characters, and the terminal shows prompt (or
 * search), line and cursor; what is sent is in the terminal's language and never more than a row,
 * except for lists and a fresh screen; after the last byte of a line the terminal is in a fresh
 * row; and the history holds no blank line and none twice in a row. */
#include "tests/fuzz/require.h"
#include "tests/unit/screen_model.h"

enum {
    TYPED_MAX = 512
};

static struct screen screen;
static struct line_editor *editor; /* on the heap, so that the sanitizer sees its end */

/* What could stand behind the last blank; some of it no shell would say. */
static const char *const candidates[] = {
    "cat",          "cd",       "etc/",   "etc/rc",       "etc/rc.conf",
    "my\\ file",    "my\\",     "my\\\\", "\xc3\xa9t",    "\xc3\xa8t",
    "\xc3",         "\xff\x01", "~{",     "aaaaaaaaaaaa", "aaaaaaaaaaab",
    "aaaaaaaaaaac", "",
};

static void complete(void *context, const char *line, size_t cursor, struct line_candidates *found)
{
    (void)context;
    size_t from = cursor;
    while (from > 0 && line[from - 1] != ' ')
        from--;
    found->from = cursor > 0 && line[0] == '!' ? cursor + 1 : from;
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++)
        if (strncmp(candidates[i], line + from, cursor - from) == 0)
            line_candidates_add(found, candidates[i], i % 2 == 0 ? " " : "\xc3\xa9 ");
}

static const struct line_completion completion = {NULL, complete};

/* Of a heading that is too wide for half the row, the end is shown. */
static const char *clipped(const char *heading, size_t columns)
{
    static struct columns rest;
    for (;;) {
        size_t length = strlen(heading), size;
        columns_of(&rest, heading, length);
        if (rest.count <= columns / 2)
            return heading;
        heading += screen_decode(heading, length, &size) != 0 ? size : 1;
    }
}

static void check_screen(void)
{
    char heading[LINE_EDITOR_PATTERN_MAX + 32] = "# ";
    if (editor->searching)
        snprintf(heading, sizeof heading, "(%ssearch)`%s': ", editor->not_found ? "failed " : "",
                 editor->pattern);
    screen_check_editor(editor);
    screen_check(&screen, editor, clipped(heading, editor->columns));
}

static void check_history(void)
{
    require(editor->history_count <= LINE_EDITOR_HISTORY_LINES);
    for (size_t back = 1; back <= editor->history_count; back++) {
        const char *line = line_editor_history(editor, back);
        const char *older = line_editor_history(editor, back + 1);
        require(line[strspn(line, " ")] != '\0');
        require(older == NULL || strcmp(line, older) != 0);
    }
    require(line_editor_history(editor, editor->history_count + 1) == NULL);
}

static void end_line(enum line_editor_event event)
{
    require(screen.column == 0 && editor->line[editor->length] == '\0');
    require(event == LINE_EDITOR_DONE || editor->length == 0);
    check_history();
    line_editor_start(editor, "# ");
}

static void type(char byte)
{
    screen.received = 0;
    screen.may_fill_rows = byte == '\t';
    enum line_editor_event event = line_editor_take(editor, byte);
    if (event != LINE_EDITOR_MORE)
        end_line(event);
    else
        /* Each column may take 4 bytes of UTF-8; three moves, and ESC[K. */
        require(byte == '\t' || byte == 'L' - '@' ||
                screen.received <= 4 * editor->columns + 3 * 6 + 3);
}

static void type_and_check(char byte, size_t index)
{
    type(byte);
    if (index < 64 || index % 8 == 0)
        check_screen();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t columns = data[0] < LINE_EDITOR_COLUMNS_MIN ? LINE_EDITOR_COLUMNS_MIN : data[0];
    editor = malloc(sizeof *editor);
    require(editor != NULL);
    screen_init(&screen, columns);
    line_editor_init(editor, &(struct text_sink){screen_put, &screen}, columns);
    line_editor_complete_with(editor, &completion);
    line_editor_start(editor, "# ");
    check_screen();
    for (size_t i = 1; i < size && i <= TYPED_MAX; i++)
        type_and_check((char)data[i], i);
    check_screen();
    free(editor);
    return 0;
}
