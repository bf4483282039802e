/* A module's line.
 *
 * Input: the line.
 *
 * Property: every slice of the result is a word, or the end of one, of the line; the name is never
 * empty nor longer than it may be; and the result, written down as a line again, reads back as
 * the same result. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boot/module_line.h"
#include "tests/fuzz/require.h"

static void check_word(struct slice word, const char *text, size_t length)
{
    require(word.length > 0 && word.text >= text &&
            word.length <= (size_t)(text + length - word.text));
    for (size_t i = 0; i < word.length; i++)
        require(strchr(" \t\f\n\r", word.text[i]) == NULL || word.text[i] == '\0');
}

/* Context: the line that is read. */
static void check_refusal(void *context, enum module_line_fault fault, struct slice word)
{
    const struct slice *line = context;
    require(fault != MODULE_LINE_FAULT_NONE && module_line_fault_str(fault)[0] != '\0');
    check_word(word, line->text, line->length);
}

static bool same(struct slice a, struct slice b)
{
    return a.length == b.length && (a.text == NULL) == (b.text == NULL) &&
           (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static char *append(char *end, const char *bytes, size_t length)
{
    memcpy(end, bytes, length);
    return end + length;
}

static char *append_option(char *end, const char *prefix, struct slice value)
{
    end = append(end, prefix, strlen(prefix));
    return append(end, value.text, value.length);
}

static void check_round_trip(const struct module_line *line)
{
    size_t room = line->path.length + line->name.length + line->hash.length + 64;
    char *text = malloc(room), *end = text;
    require(text != NULL);
    const char *type = module_type_str(line->type);
    if (line->path.text != NULL)
        end = append_option(end, "", line->path);
    end = append_option(end, " name=", line->name);
    end = append_option(end, " type=", (struct slice){type, strlen(type)});
    if (line->hash.text != NULL)
        end = append_option(end, "\t\n hash=", line->hash);

    struct module_line again;
    module_line_parse(text, (size_t)(end - text), NULL, &again);
    require(same(again.path, line->path) && same(again.name, line->name));
    require(same(again.hash, line->hash) && again.type == line->type);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice whole = {(const char *)data, size};
    struct module_line_listener listener = {check_refusal, &whole};
    struct module_line line;
    module_line_parse(whole.text, whole.length, &listener, &line);
    require(line.name.length <= MODULE_NAME_MAX);
    if (!same(line.name, (struct slice){"-", 1}))
        check_word(line.name, whole.text, whole.length);
    if (line.path.text != NULL)
        check_word(line.path, whole.text, whole.length);
    if (line.hash.text != NULL)
        check_word(line.hash, whole.text, whole.length);
    check_round_trip(&line);
    return 0;
}
