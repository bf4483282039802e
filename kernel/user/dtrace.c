/* dtrace(1M): claims what anonymous tracing has recorded, and lists probes.
 *
 * Enablings are prepared on the host (docs/dtrace.md): the D compiler is there. */
#include "kernel/user/program.h"
#include "kernel/user/sysctl_text.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(dtrace, "dtrace",
        "-a [-eq] [-x option[=value]] | -d | -l [-P provider] [-m module] [-f function] [-n name] "
        "[probe]",
        "claims (-a), ends (-e) or forgets (-d) anonymous tracing; lists probes (-l)");

enum {
    PARTS = 4, /* provider, module, function, name */
    DESCRIPTIONS_MAX = 8,
    PART_MAX = 127, /* bytes */
    GLOB_DEPTH = 8, /* stars in a pattern that are tried */
    WORD_SIZE = 16,
    OPTIONS_MAX = 127, /* bytes */
};

/* A probe description; an empty part is any. */
struct description {
    char part[PARTS][PART_MAX + 1];
};

struct listing {
    struct description wanted[DESCRIPTIONS_MAX]; /* none: all probes */
    uint32_t count, found;
};

/* --- Patterns, as D has them: * ? [a-z] [!a-z] \ --- */

/* Whether the set at *pattern, behind its '[', holds the byte; goes behind its ']'. */
static bool set_holds(const char **pattern, char byte)
{
    const char *at = *pattern;
    bool inverted = *at == '!', found = false;
    at += inverted;
    while (*at != '\0' && *at != ']') {
        char low = *at++, high = low;
        if (*at == '-' && at[1] != ']' && at[1] != '\0') {
            high = at[1];
            at += 2;
        }
        found = found || (byte >= low && byte <= high);
    }
    *pattern = *at == ']' ? at + 1 : at;
    return found != inverted;
}

static bool matches(const char *pattern, const char *text, uint32_t depth);

/* What stands behind a star. */
static bool matches_somewhere(const char *pattern, const char *text, uint32_t depth)
{
    if (depth == 0)
        return false;
    while (!matches(pattern, text, depth - 1))
        if (*text++ == '\0')
            return false;
    return true;
}

static bool matches(const char *pattern, const char *text, uint32_t depth)
{
    for (; *pattern != '\0'; text++) {
        char c = *pattern++;
        if (c == '*')
            return matches_somewhere(pattern, text, depth);
        if (*text == '\0')
            return false;
        if (c == '[') {
            if (!set_holds(&pattern, *text))
                return false;
            continue;
        }
        bool literal = c != '?';
        if (c == '\\' && *pattern != '\0')
            c = *pattern++;
        if (literal && c != *text)
            return false;
    }
    return *text == '\0';
}

static bool describes(const struct description *wanted, char *const *part)
{
    for (uint32_t i = 0; i < PARTS; i++)
        if (wanted->part[i][0] != '\0' && !matches(wanted->part[i], part[i], GLOB_DEPTH))
            return false;
    return true;
}

/* --- -l --- */

static void list_probe(void *context, char *line)
{
    struct listing *listing = context;
    char *field[PARTS + 1];
    bool wanted = listing->count == 0;
    if (!fields_cut(line, field, PARTS + 1))
        return;
    for (uint32_t i = 0; i < listing->count; i++)
        wanted = wanted || describes(&listing->wanted[i], field + 1);
    if (!wanted)
        return;
    listing->found++;
    system_print("%5s %10s %17s %33s %s\n", field[0], field[1], field[2], field[3], field[4]);
}

/* "a:b:c" describes the last parts up to `last`: module, function and name if that is the name.  False: too
 * many parts, or too long. */
static bool describe(struct description *description, const char *text, uint32_t last)
{
    uint32_t colons = 0;
    for (const char *at = text; *at != '\0'; at++)
        colons += *at == ':';
    if (colons > last)
        return false;
    *description = (struct description){0};
    size_t length = 0;
    for (uint32_t part = last - colons; *text != '\0'; text++) {
        if (*text == ':') {
            part++;
            length = 0;
        } else if (length < PART_MAX)
            description->part[part][length++] = *text;
        else
            return false;
    }
    return true;
}

/* Which part -P, -m, -f or -n names last; PARTS: none of them. */
static uint32_t part_of(const char *word)
{
    static const char *const options[PARTS] = {"-P", "-m", "-f", "-n"};
    uint32_t part = 0;
    while (part < PARTS && !text_equal(word, options[part]))
        part++;
    return part;
}

static bool read_descriptions(struct listing *listing, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        uint32_t part = part_of(argv[i]);
        if (part < PARTS && ++i == argc)
            return false;
        if (part == PARTS && argv[i][0] == '-')
            return false;
        if (listing->count == DESCRIPTIONS_MAX ||
            !describe(&listing->wanted[listing->count++], argv[i], part < PARTS ? part : PARTS - 1))
            return false;
    }
    return true;
}

static int list(int argc, char **argv)
{
    size_t room;
    struct listing *listing = system_heap(&room);
    if (listing == NULL || room < sizeof *listing)
        return complain("dtrace", "-l", SYSTEM_ENOMEM);
    if (!read_descriptions(listing, argc, argv))
        return usage(&dtrace_program);
    system_print("%5s %10s %17s %33s %s\n", "ID", "PROVIDER", "MODULE", "FUNCTION", "NAME");
    int error = sysctl_lines("debug.dtrace.probes", list_probe, listing);
    if (error != SYSTEM_OK)
        return complain("dtrace", "debug.dtrace.probes", error);
    if (listing->found > 0)
        return EXIT_OK;
    tell_error("dtrace: no probe matches");
    return EXIT_FAILED;
}

/* --- -a, -d --- */

/* False, and what is missing is said. */
static bool there_is_a_state(void)
{
    char word[WORD_SIZE] = "";
    size_t length = sizeof word - 1;
    (void)system_sysctl("debug.dtrace.state", word, &length, NULL, 0); /* else there is none */
    if (text_equal(word, "failed"))
        tell_error("dtrace: anonymous tracing could not go: dmesg says why");
    else if (!text_equal(word, "going") && !text_equal(word, "stopped"))
        tell_error("dtrace: No anonymous tracing state");
    else
        return true;
    return false;
}

/* What -a is given with it. */
struct claim {
    bool claims, stops, discards;  /* -a, -e, -d */
    char options[OPTIONS_MAX + 1]; /* of -q and -x, with commas between them */
    size_t length;
};

static int write_one(const char *name)
{
    int error = system_sysctl(name, NULL, NULL, "1", 1);
    return error == SYSTEM_OK ? EXIT_OK : complain("dtrace", name, error);
}

/* For this claim; those of the one before are gone. */
static int set_options(const struct claim *claim)
{
    static const char name[] = "debug.dtrace.claim_options";
    int error = system_sysctl(name, NULL, NULL, claim->options, claim->length);
    return error == SYSTEM_OK
               ? EXIT_OK
               : complain("dtrace", error == SYSTEM_EINVAL ? claim->options : "-q or -x", error);
}

static int print_claim(const struct claim *claim)
{
    bool claimed = sysctl_is_set("debug.dtrace.claimed");
    if (set_options(claim) != EXIT_OK ||
        (claim->stops && write_one("debug.dtrace.stop") != EXIT_OK))
        return EXIT_FAILED;
    if (claimed)
        tell_error("dtrace: claimed before; what it recorded is printed again");
    int status = sysctl_show("dtrace", "debug.dtrace.claim");
    return sysctl_is_set("debug.dtrace.killed") ? EXIT_FAILED : status;
}

/* False: there is no room for it. */
static bool add_option(struct claim *claim, const char *option)
{
    if (claim->length > 0 && claim->length < OPTIONS_MAX)
        claim->options[claim->length++] = ',';
    for (; *option != '\0' && claim->length < OPTIONS_MAX; option++)
        claim->options[claim->length++] = *option;
    claim->options[claim->length] = '\0';
    return *option == '\0';
}

/* The letters of a word, as "-aex"; -x takes what stands behind it, or the next word. */
static bool read_letters(struct claim *claim, const char *at, const char *next, bool *next_taken)
{
    for (; *at != '\0'; at++) {
        claim->claims |= *at == 'a';
        claim->stops |= *at == 'e';
        claim->discards |= *at == 'd';
        if (*at == 'q' && !add_option(claim, "quiet"))
            return false;
        if (*at == 'x') {
            *next_taken = at[1] == '\0';
            const char *option = *next_taken ? next : at + 1;
            return option != NULL && *option != '\0' && add_option(claim, option);
        }
        if (*at != 'a' && *at != 'e' && *at != 'd' && *at != 'q')
            return false;
    }
    return true;
}

static bool read_claim(struct claim *claim, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool next_taken = false;
        if (argv[i][0] != '-' || argv[i][1] == '\0' ||
            !read_letters(claim, argv[i] + 1, i + 1 < argc ? argv[i + 1] : NULL, &next_taken))
            return false;
        i += next_taken;
    }
    return claim->claims ? !claim->discards
                         : claim->discards && !claim->stops && claim->length == 0;
}

static int dtrace_main(int argc, char **argv)
{
    if (argc > 1 && text_equal(argv[1], "-l"))
        return list(argc, argv);
    struct claim claim = {.length = 0};
    if (!read_claim(&claim, argc, argv))
        return usage(&dtrace_program);
    if (!there_is_a_state())
        return EXIT_FAILED;
    return claim.claims ? print_claim(&claim) : write_one("debug.dtrace.discard");
}
