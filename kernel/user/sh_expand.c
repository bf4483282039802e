/* sh: expansion of words, but for what stands behind `$` (sh_parameter.c). */
#include "kernel/user/sh_expand.h"

bool sh_put_cell(struct sh_expansion *expansion, unsigned cell)
{
    return sh_push_byte(expansion->sh, (char)cell) &&
           sh_push_byte(expansion->sh, (char)(cell >> 8));
}

bool sh_put_value(struct sh_expansion *expansion, struct slice value)
{
    unsigned kind = expansion->quoted ? SH_CELL_QUOTED : SH_CELL_EXPANDED;
    for (size_t i = 0; i < value.length; i++)
        if (!sh_put_cell(expansion, kind | (uint8_t)value.text[i]))
            return false;
    return true;
}

static struct sh_cells cells_from(struct sh *sh, uint32_t start)
{
    return (struct sh_cells){(uint16_t *)(void *)((char *)sh->memory + start),
                             (sh_mark(sh) - start) / sizeof(uint16_t)};
}

/* Cells begin where two bytes can be read at once. */
static bool start_cells(struct sh_expansion *expansion)
{
    if (sh_push(expansion->sh, 0) == NULL)
        return false;
    expansion->start = sh_mark(expansion->sh);
    return true;
}

/* --- Quotes --- */

static char look(const struct sh_expansion *expansion, size_t distance)
{
    const struct sh_parser *source = &expansion->source;
    size_t left = source->text.length - source->at;
    return distance < left ? source->text.text[source->at + distance] : '\0';
}

static char take(struct sh_expansion *expansion)
{
    struct sh_parser *source = &expansion->source;
    char c = source->text.text[source->at++];
    source->line += c == '\n';
    return c;
}

static bool put_literal(struct sh_expansion *expansion, char c, bool quoted)
{
    unsigned kind = quoted || expansion->quoted ? SH_CELL_QUOTED
                    : expansion->expanded       ? SH_CELL_EXPANDED
                                                : 0u;
    return sh_put_cell(expansion, kind | (uint8_t)c);
}

/* Within double quotes a backslash only takes what has a meaning there. */
static bool expand_backslash(struct sh_expansion *expansion)
{
    (void)take(expansion);
    char c = look(expansion, 0);
    bool takes = !expansion->quoted || c == '$' || c == '`' || c == '\\' ||
                 (c == '"' && !expansion->here) || (c == '}' && expansion->expanded);
    if (c == '\n') {
        (void)take(expansion);
        return true;
    }
    if (!takes || c == '\0')
        return put_literal(expansion, '\\', true);
    return put_literal(expansion, take(expansion), true);
}

static bool expand_single(struct sh_expansion *expansion)
{
    (void)take(expansion);
    if (!sh_put_cell(expansion, SH_CELL_QUOTES))
        return false;
    while (look(expansion, 0) != '\'')
        if (!put_literal(expansion, take(expansion), true))
            return false;
    (void)take(expansion);
    return true;
}

static bool toggle_double(struct sh_expansion *expansion)
{
    (void)take(expansion);
    expansion->quoted = expansion->held || !expansion->quoted;
    return sh_put_cell(expansion, SH_CELL_QUOTES);
}

static bool expand_one(struct sh_expansion *expansion)
{
    switch (look(expansion, 0)) {
    case '\\':
        return expand_backslash(expansion);
    case '$':
        return sh_expand_dollar(expansion);
    case '`':
        return sh_expand_backticks(expansion);
    case '\'':
        if (!expansion->quoted)
            return expand_single(expansion);
        break;
    case '"':
        if (!expansion->here)
            return toggle_double(expansion);
        break;
    default:
        break;
    }
    return put_literal(expansion, take(expansion), false);
}

bool sh_expand_until(struct sh_expansion *expansion, size_t end)
{
    while (expansion->source.at < end)
        if (!expand_one(expansion))
            return false;
    return true;
}

/* --- Words --- */

static bool start(struct sh *sh, const struct sh_word *word, struct sh_expansion *expansion)
{
    *expansion = (struct sh_expansion){.sh = sh};
    sh_parse_start(&expansion->source, sh, (struct slice){word->text, word->length}, word->line);
    return start_cells(expansion);
}

/* Mistakes are told with the line of the word. */
static bool expand(struct sh *sh, const struct sh_word *word, bool here, struct sh_cells *cells)
{
    struct sh_expansion expansion;
    uint32_t line = sh->line;
    if (!start(sh, word, &expansion))
        return false;
    expansion.here = expansion.quoted = here;
    sh->line = word->line;
    bool expanded = sh_expand_until(&expansion, word->length);
    sh->line = line;
    *cells = cells_from(sh, expansion.start);
    return expanded;
}

bool sh_expand_cells(struct sh *sh, const struct sh_word *word, struct sh_cells *cells)
{
    return expand(sh, word, false, cells);
}

bool sh_push_cells(struct sh *sh, struct sh_cells cells)
{
    for (size_t i = 0; i < cells.length; i++)
        if (sh_cell_is_byte(cells.at[i]) && !sh_push_byte(sh, (char)cells.at[i]))
            return false;
    return true;
}

bool sh_cells_text(struct sh *sh, struct sh_cells cells, struct slice *text)
{
    char *bytes = sh_push(sh, 0);
    if (bytes == NULL)
        return false;
    size_t length = 0;
    for (size_t i = 0; i < cells.length; i++) {
        if ((cells.at[i] & (SH_CELL_QUOTES | SH_CELL_NONE)) != 0)
            continue;
        if (!sh_push_byte(sh, sh_cell_is_byte(cells.at[i]) ? (char)cells.at[i] : ' '))
            return false;
        length++;
    }
    *text = (struct slice){bytes, length};
    return sh_push_byte(sh, '\0');
}

bool sh_expand_text(struct sh *sh, const struct sh_word *word, struct slice *text)
{
    struct sh_cells cells;
    return sh_expand_cells(sh, word, &cells) && sh_cells_text(sh, cells, text);
}

bool sh_expand_here(struct sh *sh, const struct sh_word *word, struct slice *text)
{
    struct sh_cells cells;
    return expand(sh, word, true, &cells) && sh_cells_text(sh, cells, text);
}

/* A row of its own on the stack, which lies behind the present one. */
bool sh_expand_apart(struct sh_expansion *expansion, size_t from, size_t to, struct sh_cells *cells)
{
    struct sh_expansion apart = *expansion;
    apart.source.at = from;
    apart.quoted = expansion->here;
    apart.expanded = apart.held = false;
    if (!start_cells(&apart) || !sh_expand_until(&apart, to))
        return false;
    *cells = cells_from(apart.sh, apart.start);
    return true;
}
