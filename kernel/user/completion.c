/* Completion: finds the word at the cursor and what its text means, then asks who knows. */
#include "kernel/user/completion.h"

#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/user_text.h"
#include "kernel/user/words.h"

/* --- The word at the cursor --- */

static void begin_word(struct completion *completion, size_t at)
{
    completion->start = completion->name = at;
    completion->length = completion->directory = 0;
    completion->quote = 0;
    completion->word[0] = '\0';
}

static void end_word(struct completion *completion, size_t at)
{
    if (completion->index++ == 0)
        completion->of_sysctl = text_equal(completion->word, "sysctl");
    begin_word(completion, at);
}

static void put(struct completion *completion, const struct words_scan *scan)
{
    completion->word[completion->length++] = scan->literal;
    completion->word[completion->length] = '\0';
    if (scan->literal != '/')
        return;
    completion->directory = completion->length;
    completion->name = scan->at;
    completion->quote = scan->quote;
}

static void take(struct completion *completion, const struct words_scan *scan, enum words_kind kind,
                 bool was_in_word)
{
    if (was_in_word && !scan->in_word)
        end_word(completion, scan->at);
    if (!was_in_word)
        begin_word(completion, scan->in_word ? scan->start : scan->at);
    if (kind == WORDS_LITERAL)
        put(completion, scan);
    if (kind == WORDS_SEPARATOR) {
        completion->index = 0;
        completion->of_sysctl = false;
    }
}

static void find_word(struct completion *completion)
{
    struct words_scan scan = {0};
    completion->index = 0;
    completion->of_sysctl = false;
    begin_word(completion, 0);
    for (;;) {
        bool was_in_word = scan.in_word;
        enum words_kind kind = words_scan_next(&scan, completion->line, completion->cursor);
        if (kind == WORDS_END)
            break;
        take(completion, &scan, kind, was_in_word);
    }
    completion->comment = scan.comment;
}

/* --- Commands --- */

static void offer(const char *name, const struct completion *completion,
                  struct line_candidates *candidates)
{
    if (text_begins(name, completion->word))
        line_candidates_add(candidates, name, " ");
}

static bool is_builtin(const struct completion *completion, const char *name)
{
    for (const char *const *builtin = completion->builtins; *builtin != NULL; builtin++)
        if (text_equal(*builtin, name))
            return true;
    return false;
}

static void complete_command(struct completion *completion, struct line_candidates *candidates)
{
    candidates->from = completion->start;
    for (const char *const *builtin = completion->builtins; *builtin != NULL; builtin++)
        offer(*builtin, completion, candidates);
    for (const struct program *program = programs_start; program < programs_end; program++)
        if (!is_builtin(completion, program->name))
            offer(program->name, completion, candidates);
}

/* --- Sysctls --- */

/* A name up to the dot behind what has been typed; false if that is the candidate before, since
 * names that begin alike stand together.  A sysctl that can be written may be followed by '='. */
static void offer_segment(struct completion *completion, const struct system_sysctl_about *about,
                          struct line_candidates *candidates)
{
    size_t length = completion->length, whole = __builtin_strlen(about->name);
    while (length < whole && about->name[length] != '.')
        length++;
    bool leaf = length == whole;
    if (!leaf)
        length++;
    if (length >= sizeof completion->candidate ||
        (__builtin_strlen(completion->candidate) == length &&
         __builtin_memcmp(completion->candidate, about->name, length) == 0))
        return;
    __builtin_memcpy(completion->candidate, about->name, length);
    completion->candidate[length] = '\0';
    line_candidates_add(candidates, completion->candidate,
                        leaf && (about->flags & SYSTEM_SYSCTL_WRITE) == 0 ? " " : "");
}

static void complete_sysctl(struct completion *completion, struct line_candidates *candidates)
{
    struct system_sysctl_about about;
    candidates->from = completion->start;
    completion->candidate[0] = '\0';
    for (const char *after = NULL; system_sysctl_next(after, &about) == SYSTEM_OK;
         after = about.name)
        if ((about.flags & (SYSTEM_SYSCTL_SKIP | SYSTEM_SYSCTL_NODE)) == 0 &&
            text_begins(about.name, completion->word))
            offer_segment(completion, &about, candidates);
}

/* --- Paths --- */

/* What means something to the shell where it stands. */
static bool must_be_escaped(char quote, char c)
{
    const char *special = quote == 0 ? " \"'\\;#&|<>()$`*?[" : quote == '"' ? "\"\\$`" : "";
    while (*special != '\0' && *special != c)
        special++;
    return *special != '\0';
}

/* Writes a name as the line has to have it behind the slash, whatever quotes the name's beginning
 * has been typed with, since they are replaced, too.  False: the line cannot have it. */
static bool escape(struct completion *completion, const char *name)
{
    size_t length = 0;
    for (; *name != '\0'; name++) {
        if ((*name >= 0 && *name < ' ') || *name == 0x7f ||
            (*name == '\'' && completion->quote == '\''))
            return false;
        if (must_be_escaped(completion->quote, *name))
            completion->candidate[length++] = '\\';
        completion->candidate[length++] = *name;
    }
    completion->candidate[length] = '\0';
    return true;
}

/* The directory that has been typed, and a name in it. */
static const char *path_of(struct completion *completion, const char *name)
{
    size_t length = __builtin_strlen(name);
    __builtin_memcpy(completion->path, completion->word, completion->directory);
    __builtin_memcpy(completion->path + completion->directory, name, length + 1);
    return completion->path;
}

static bool is_directory(struct completion *completion)
{
    struct system_stat stat;
    if (completion->entry.kind != SYSTEM_SYMBOLIC_LINK)
        return completion->entry.kind == SYSTEM_DIRECTORY;
    return system_stat(path_of(completion, completion->entry.name), &stat) == SYSTEM_OK &&
           stat.kind == SYSTEM_DIRECTORY;
}

static void offer_entry(struct completion *completion, struct line_candidates *candidates)
{
    const char *name = completion->entry.name;
    const char *typed = completion->word + completion->directory;
    const char ending[] = {completion->quote != 0 ? completion->quote : ' ',
                           completion->quote != 0 ? ' ' : '\0', '\0'};
    if (!text_begins(name, typed) || (name[0] == '.' && typed[0] != '.') || text_equal(name, ".") ||
        text_equal(name, "..") || !escape(completion, name))
        return;
    if (!is_directory(completion)) {
        line_candidates_add(candidates, completion->candidate, ending);
        return;
    }
    size_t length = __builtin_strlen(completion->candidate);
    __builtin_memcpy(completion->candidate + length, "/", 2);
    line_candidates_add(candidates, completion->candidate, "");
}

static void complete_path(struct completion *completion, struct line_candidates *candidates)
{
    candidates->from = completion->name;
    int directory = system_open(completion->directory > 0 ? path_of(completion, "") : "/");
    if (directory < 0)
        return;
    while (system_read_directory(directory, &completion->entry) == 1)
        offer_entry(completion, candidates);
    (void)system_close(directory);
}

static void complete(void *context, const char *line, size_t cursor,
                     struct line_candidates *candidates)
{
    struct completion *completion = context;
    completion->line = line;
    completion->cursor = cursor;
    find_word(completion);
    if (completion->comment)
        return;
    if (completion->index == 0 && completion->directory == 0)
        complete_command(completion, candidates);
    else if (completion->of_sysctl)
        complete_sysctl(completion, candidates);
    else
        complete_path(completion, candidates);
}

void completion_init(struct completion *completion, const char *const *builtins)
{
    __builtin_memset(completion, 0, sizeof *completion);
    completion->builtins = builtins;
}

struct line_completion completion_for_editor(struct completion *completion)
{
    return (struct line_completion){completion, complete};
}
