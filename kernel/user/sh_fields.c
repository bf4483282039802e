/* sh: words of a command, from cells. */
#include "kernel/user/sh_expand.h"

static bool is_cut(uint16_t cell)
{
    char c = (char)cell;
    return (cell & SH_CELL_EXPANDED) != 0 && (c == ' ' || c == '\t' || c == '\n');
}

/* Whether there is a word at all in these cells: a byte, or quotes that are not those of "$@". */
static bool is_field(struct sh_cells cells)
{
    bool quotes = false, none = false;
    for (size_t i = 0; i < cells.length; i++) {
        if (sh_cell_is_byte(cells.at[i]))
            return true;
        quotes = quotes || (cells.at[i] & SH_CELL_QUOTES) != 0;
        none = none || (cells.at[i] & SH_CELL_NONE) != 0;
    }
    return quotes && !none;
}

static bool put_field(struct sh *sh, struct sh_cells cells, uint32_t *count)
{
    uint32_t files = 0;
    if (!is_field(cells))
        return true;
    if (sh_is_pattern(cells) && !sh_glob(sh, cells, &files))
        return false;
    *count += files > 0 ? files : 1;
    return files > 0 || (sh_push_cells(sh, cells) && sh_push_byte(sh, '\0'));
}

static bool put_fields(struct sh *sh, struct sh_cells cells, uint32_t *count)
{
    size_t start = 0;
    for (size_t i = 0; i <= cells.length; i++) {
        bool end = i == cells.length || is_cut(cells.at[i]) || (cells.at[i] & SH_CELL_BREAK) != 0;
        if (!end)
            continue;
        if (!put_field(sh, (struct sh_cells){cells.at + start, i - start}, count))
            return false;
        start = i + 1;
    }
    return true;
}

/* The fields of a word are made above its cells, and moved down over them. */
static bool put_word(struct sh *sh, const struct sh_word *word, uint32_t *count)
{
    struct sh_cells cells;
    uint32_t mark = sh_mark(sh);
    if (!sh_expand_cells(sh, word, &cells))
        return false;
    uint32_t from = sh_mark(sh);
    if (!put_fields(sh, cells, count))
        return false;
    uint32_t length = sh_mark(sh) - from;
    char *base = (char *)sh->memory;
    __builtin_memmove(base + mark, base + from, length);
    sh_release(sh, mark + length);
    return true;
}

static bool point_to(struct sh *sh, uint32_t start, uint32_t count, struct sh_fields *fields)
{
    const char *at = (const char *)sh->memory + start;
    fields->at = sh_push(sh, (count + 1) * sizeof *fields->at);
    if (fields->at == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        fields->at[i] = at;
        at += __builtin_strlen(at) + 1;
    }
    fields->at[count] = NULL;
    fields->count = (int)count;
    return true;
}

/* What looks like an assignment behind `export` and its like is one: it is not cut. */
static bool declares(const struct sh_word *first)
{
    const struct slice name = {first->text, first->length};
    return slice_is(name, "export") || slice_is(name, "local") || slice_is(name, "readonly");
}

static bool put_assignment(struct sh *sh, const struct sh_word *word, uint32_t *count)
{
    struct slice text;
    uint32_t mark = sh_mark(sh);
    if (!sh_expand_text(sh, word, &text))
        return false;
    __builtin_memmove((char *)sh->memory + mark, text.text, text.length + 1);
    sh_release(sh, mark + (uint32_t)text.length + 1);
    ++*count;
    return true;
}

bool sh_expand_fields(struct sh *sh, const struct sh_word *first, struct sh_fields *fields)
{
    uint32_t start = sh_mark(sh), count = 0;
    bool declaring = first != NULL && declares(first);
    for (const struct sh_word *word = first; word != NULL; word = sh_linked(&word->next)) {
        bool whole = declaring && sh_is_assignment((struct slice){word->text, word->length});
        if (!(whole ? put_assignment : put_word)(sh, word, &count))
            return false;
    }
    return point_to(sh, start, count, fields);
}
