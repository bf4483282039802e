/* A line editor for a terminal behind a serial line: bytes come in one at a time, and what the
 * terminal needs to see goes into a sink.
 *
 * It waits for nothing, so the bytes of a key may come as far apart as they like: ESC is the
 * beginning of a sequence until the next byte says otherwise.  Output is the difference between
 * the row that the terminal shows and the one that it should show.
 *
 * Keys are those of readline(3) in its emacs mode:
 *
 *   left right ^B ^F, home end ^A ^E, alt-B alt-F      move by characters, to the ends, by words
 *   backspace ^H, delete ^D, ^T                        delete, exchange two characters
 *   ^K ^U ^W alt-D alt-backspace, ^Y                   kill to the end, to the start, words; yank
 *   up down ^P ^N, ^R (^G gives up)                    history and search in it
 *   tab, ^L                                            completion, a fresh screen
 *   CR LF, ^C, ^D in an empty line                     the end
 *
 * Any other alt key, sequence or control character is swallowed; of ESC and a control character
 * only ESC is.  UTF-8 sequences are one character, of two columns if it is a wide one
 * (wide_character.h) and otherwise of one (so combining ones are shown out of place); any other
 * byte is a character of its own and shown as text_print_foreign would, and so is the tilde, with
 * which frames begin.
 *
 * The terminal need only know BS, CR, BEL, ESC[K, ESC[nC, ESC[nD, ESC[H and ESC[2J.  A line feed
 * in the sink means CR LF, as on the console.  The last column of a row is never written, since
 * terminals differ in what they do there; a line that is too long for its row scrolls in it,
 * between '<' and '>'.
 *
 * Pure logic, fixed memory (some 12 KiB). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/text.h"

enum {
    LINE_EDITOR_LINE_MAX = 1023, /* bytes */
    LINE_EDITOR_COLUMNS_MIN = 20,
    LINE_EDITOR_COLUMNS_MAX = 256,
    LINE_EDITOR_HISTORY_LINES = 32,
    LINE_EDITOR_HISTORY_BYTES = 4096, /* of all lines, each with its terminator */
    LINE_EDITOR_PATTERN_MAX = 63,     /* bytes of what ^R looks for */
    LINE_EDITOR_LIST_BYTES = 2048,    /* of the candidates that a tab lists */
    LINE_EDITOR_LIST_ROWS = 20,
    LINE_EDITOR_ENDING_MAX = 3,
};

/* What a word could become.  Private, except for `from`. */
struct line_candidates {
    size_t from; /* where in the line the part begins that a candidate replaces, up to the cursor;
                  * set it, it is the cursor at first */
    size_t count;
    size_t common_length;
    char common[LINE_EDITOR_LINE_MAX + LINE_EDITOR_ENDING_MAX + 1];
    char ending[LINE_EDITOR_ENDING_MAX + 1];
    bool list_full;
    size_t list_used;
    char list[LINE_EDITOR_LIST_BYTES]; /* the first ones, sorted, each with its terminator */
};

/* Adds a candidate, in any order; the same one twice counts once while the list has room.  It
 * begins with what the replaced part means, and is written as the line has to have it: a backslash
 * takes the next character along.  The ending, at most LINE_EDITOR_ENDING_MAX bytes, is inserted
 * behind the only candidate and not listed.  One that is longer than a line is left out. */
void line_candidates_add(struct line_candidates *candidates, const char *text, const char *ending);

struct line_completion {
    void *context;
    /* Adds what may stand at the cursor; `line` is terminated. */
    void (*complete)(void *context, const char *line, size_t cursor,
                     struct line_candidates *candidates);
};

enum line_editor_input {
    LINE_EDITOR_PLAIN = 0,
    LINE_EDITOR_ESCAPE,       /* behind ESC */
    LINE_EDITOR_SEQUENCE,     /* behind ESC [ or ESC O */
    LINE_EDITOR_FUNCTION_KEY, /* behind ESC [ [, of which Linux' console makes F1 to F5 */
};

enum line_editor_event {
    LINE_EDITOR_MORE = 0,    /* the line goes on */
    LINE_EDITOR_DONE,        /* it is in `line`, and in the history */
    LINE_EDITOR_INTERRUPTED, /* ^C: it is empty now */
    LINE_EDITOR_END,         /* ^D in an empty line */
};

/* To be read: line, length.  The rest is private. */
struct line_editor {
    char line[LINE_EDITOR_LINE_MAX + 1]; /* terminated */
    size_t length;
    size_t cursor; /* in bytes, between two characters */

    struct text_sink sink;
    const struct line_completion *completion; /* NULL: none */
    const char *prompt;
    enum line_editor_event event;

    /* What has come of a key. */
    enum line_editor_input input;
    uint32_t parameters[2]; /* of a sequence */
    size_t parameter;       /* the current one */
    char partial[4];        /* of a UTF-8 sequence */
    size_t partial_length;
    bool after_return;
    bool after_tab;
    bool refused; /* has been told */

    /* The row; a column is the bytes of its character, the first in the lowest bits, and 0 is the
     * second column of a wide one. */
    size_t columns;
    size_t first;  /* byte of the line in it */
    size_t column; /* where the terminal's cursor is */
    size_t shown_length;
    size_t wanted_length;
    uint32_t shown[LINE_EDITOR_COLUMNS_MAX];
    uint32_t wanted[LINE_EDITOR_COLUMNS_MAX];

    char killed[LINE_EDITOR_LINE_MAX + 1];
    size_t killed_length;

    size_t back;                          /* 0: the line being typed, 1: the newest in history */
    char typed[LINE_EDITOR_LINE_MAX + 1]; /* it, while another one is shown */
    size_t history_count;
    size_t history_used;
    char history[LINE_EDITOR_HISTORY_BYTES]; /* the oldest first, each with its terminator */

    bool searching;
    bool not_found;
    size_t typed_cursor;
    size_t pattern_length;
    char pattern[LINE_EDITOR_PATTERN_MAX + 1];

    struct line_candidates candidates;
};

/* `columns` is brought between LINE_EDITOR_COLUMNS_MIN and LINE_EDITOR_COLUMNS_MAX. */
void line_editor_init(struct line_editor *editor, const struct text_sink *sink, size_t columns);

/* From now on tab asks this one; NULL: nobody, and tab does nothing. */
void line_editor_complete_with(struct line_editor *editor,
                               const struct line_completion *completion);

/* Shows the prompt for a new line, in a row of which nothing is written yet.  Of a prompt that is
 * wider than half the row, the end is shown.  It must last until the line is done. */
void line_editor_start(struct line_editor *editor, const char *prompt);

/* Takes the next byte.  After anything but LINE_EDITOR_MORE the terminal is in a fresh row, and
 * line_editor_start comes next.  A character that does not fit into the line is refused with a
 * bell. */
enum line_editor_event line_editor_take(struct line_editor *editor, char byte);

/* Shows prompt and line once more, in a row of which nothing is written: somebody else wrote. */
void line_editor_redraw(struct line_editor *editor);

/* A line of the history, 1 is the newest; NULL: there are not as many.  Lasts until the next line
 * is done. */
const char *line_editor_history(const struct line_editor *editor, size_t back);
