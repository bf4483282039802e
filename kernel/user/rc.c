/* rc: runs a script of the boot archive. */
#include "kernel/user/rc.h"

#include "boot/command_line.h"
#include "kernel/user/system.h"

enum {
    WORDS_MAX = 2,   /* that a command looks at */
    NESTING_MAX = 8, /* scripts that run scripts */
    PATH_SIZE = 256,
    NOT_FOUND = 127,
    CANNOT_RUN = 126,
};

struct word {
    const char *text;
    size_t length;
};

struct script {
    const char *path;
    const char *at; /* what is left to read */
    const char *end;
    uint32_t line;
    bool exited;
    int status;
    int last_status; /* of the command before */
};

static uint32_t nesting;

static bool is(const struct word *word, const char *text)
{
    size_t length = __builtin_strlen(text);
    return word->length == length && __builtin_memcmp(word->text, text, length) == 0;
}

/* Cuts the next word off [*at, end). */
static struct word next_word(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t' || **at == '\r'))
        (*at)++;
    const char *start = *at;
    while (*at < end && **at != ' ' && **at != '\t' && **at != '\r')
        (*at)++;
    return (struct word){start, (size_t)(*at - start)};
}

/* "1.25" seconds as milliseconds; digits behind the third are not looked at. */
static bool parse_ms(const struct word *word, uint64_t *ms)
{
    uint64_t value = 0, scale = 0;
    for (size_t i = 0; i < word->length; i++) {
        char c = word->text[i];
        if (c == '.' && scale == 0)
            scale = 1000;
        else if (c < '0' || c > '9' || value > 1000000000)
            return false;
        else if (scale == 0)
            value = value * 10 + (uint64_t)(c - '0');
        else if (scale > 1) {
            value = value * 10 + (uint64_t)(c - '0');
            scale /= 10;
        }
    }
    *ms = value * (scale == 0 ? 1000 : scale);
    return word->length > 0;
}

static void complain(struct script *script, const struct word *word, const char *what)
{
    system_print("%s:%u: ", script->path, (unsigned)script->line);
    system_print_foreign(word->text, word->length);
    system_print(": %s\n", what);
    script->status = NOT_FOUND;
}

static void run_script(struct script *script, const struct word *word)
{
    char path[PATH_SIZE];
    if (word->length == 0 || word->length >= PATH_SIZE) {
        complain(script, word, "no path, or one of more than 255 bytes");
        return;
    }
    if (nesting >= NESTING_MAX) {
        complain(script, word, "scripts are nested too deeply");
        return;
    }
    __builtin_memcpy(path, word->text, word->length);
    path[word->length] = '\0';
    system_boottrace("%s start", path);
    int status = rc_run(path);
    system_boottrace("%s done", path);
    if (status != 0)
        system_print("%s:%u: %s: status %d\n", script->path, (unsigned)script->line, path, status);
    script->status = status;
}

/* What run_rc_script hands to its process. */
struct script_call {
    struct script *script;
    const struct word *word;
};

static int run_script_process(void *argument)
{
    const struct script_call *call = argument;
    run_script(call->script, call->word);
    return 0;
}

/* A command line: the command, the words that it may look at, and all that follows it. */
struct command_words {
    struct word word[WORDS_MAX];
    struct word rest;
};

static void do_echo(struct script *script, const struct command_words *words)
{
    (void)script;
    system_print_foreign(words->rest.text, words->rest.length);
    system_print("\n");
}

static void do_sleep(struct script *script, const struct command_words *words)
{
    uint64_t ms;
    if (parse_ms(&words->word[1], &ms))
        system_sleep_ms(ms);
    else
        complain(script, &words->word[1], "not a number of seconds");
}

static bool read_number(struct script *script, const struct word *word, uint64_t maximum,
                        uint64_t *number)
{
    if (command_line_number(word->text, word->length, number) && *number <= maximum)
        return true;
    complain(script, word, "not a number in range");
    return false;
}

static void do_burn(struct script *script, const struct command_words *words)
{
    uint64_t ms;
    if (read_number(script, &words->word[1], 1000000, &ms))
        system_burn_ms(ms);
}

static void do_exit(struct script *script, const struct command_words *words)
{
    uint64_t status;
    script->exited = true;
    if (words->word[1].length == 0)
        script->status = script->last_status;
    else if (read_number(script, &words->word[1], 255, &status))
        script->status = (int)status;
}

static void do_run_rc_script(struct script *script, const struct command_words *words)
{
    struct script_call call = {script, &words->word[1]};
    (void)system_run("boottrace", run_script_process, &call);
}

static const struct {
    const char *name;
    void (*run)(struct script *script, const struct command_words *words);
} commands[] = {
    {"echo", do_echo},
    {"sleep", do_sleep},
    {"burn", do_burn},
    {"exit", do_exit},
    {"run_rc_script", do_run_rc_script},
};

static void run_line(struct script *script, const char *start, const char *end)
{
    struct command_words words;
    const char *at = start;
    words.word[0] = next_word(&at, end);
    if (words.word[0].length == 0 || words.word[0].text[0] == '#')
        return;
    const char *rest = at < end ? at + 1 : at;
    words.rest = (struct word){rest, (size_t)(end - rest)};
    while (words.rest.length > 0 && rest[words.rest.length - 1] == '\r')
        words.rest.length--;
    for (uint32_t i = 1; i < WORDS_MAX; i++)
        words.word[i] = next_word(&at, end);

    script->last_status = script->status;
    script->status = 0;
    for (uint32_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (is(&words.word[0], commands[i].name)) {
            commands[i].run(script, &words);
            return;
        }
    complain(script, &words.word[0], "command not found");
}

int rc_run(const char *path)
{
    const char *content;
    size_t length;
    if (!system_open(path, &content, &length)) {
        system_print("rc: %s: no such script in the boot archive\n", path);
        return CANNOT_RUN;
    }
    struct script script = {.path = path, .at = content, .end = content + length};
    nesting++;
    while (script.at < script.end && !script.exited) {
        const char *start = script.at;
        while (script.at < script.end && *script.at != '\n')
            script.at++;
        script.line++;
        run_line(&script, start, script.at);
        script.at += script.at < script.end;
    }
    nesting--;
    return script.status;
}
