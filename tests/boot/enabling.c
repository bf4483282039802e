/* Writes an enabling as a DOF object: enabling OUTPUT [OPTION=NUMBER]... [CLAUSE]...
 *
 * A clause is a probe description, provider:module:function:name, and behind a blank what it does: nothing, "count"
 * (@[probefunc] = count()), "stack" (stack()), "trace" (trace(arg0); trace(arg1)), "text" (trace(stringof(arg0));
 * trace(stringof(arg3))), "quantize" (@["key"] = quantize(arg0)), "time" (trace(timestamp)), "false" (nothing, behind a
 * predicate that is false: arg0 - arg0), "who" (trace(ipl); trace(execname)), "exit" (exit(arg0)), "panic" (panic()),
 * "stop" (stop()), "kill" (raise(9)), "signal" (raise(7), which there is not), "work" (sixty thousand instructions), or
 * "toil" (so many that no firing may take them, and arg0).  Options: bufsize, aggsize, bufpolicy (0 ring, 1 fill,
 * 2 switch), destructive, quiet, flowindent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/dof_builder.h"

enum {
    CLAUSES_MAX = 16,
    OPTIONS_MAX = 8,
    ACTIONS_MAX = 3,
    ID_OF_AGGREGATION = 1,
    WORK = 60000, /* instructions */
    TOIL = 20     /* actions, of which the last one is another */
};

static const uint64_t one = ID_OF_AGGREGATION;
static const uint32_t text_of_id[] = {DIF_INDEX(DIF_OP_SETX, 0, 1), DIF_RET(1)};
static const uint32_t text_of_function[] = {DIF_INDEX(DIF_OP_LDGS, DIF_VAR_PROBEFUNC, 1),
                                            DIF_RET(1)};
static const uint32_t text_of_arg0[] = {DIF_INDEX(DIF_OP_LDGS, DIF_VAR_ARG0, 1), DIF_RET(1)};
static const uint32_t text_of_arg1[] = {DIF_INDEX(DIF_OP_LDGS, DIF_VAR_ARG0 + 1, 1), DIF_RET(1)};

static struct dif_object aggregation_id = {DIF_TEXT(text_of_id), .integers = &one,
                                           .integer_count = 1, .type = {.ckind = 1, .size = 8}};
static struct dif_object function_name = {
    DIF_TEXT(text_of_function),
    .type = {.kind = DIF_TYPE_STRING, .flags = DIF_TYPE_BY_REF, .size = 128}};
static struct dif_object arg0 = {DIF_TEXT(text_of_arg0), .type = {.ckind = 1, .size = 8}};
static struct dif_object arg1 = {DIF_TEXT(text_of_arg1), .type = {.ckind = 1, .size = 8}};

static const uint32_t text_of_arg3[] = {DIF_INDEX(DIF_OP_LDGS, DIF_VAR_ARG0 + 3, 1), DIF_RET(1)};
static struct dif_object string0 = {
    DIF_TEXT(text_of_arg0),
    .type = {.kind = DIF_TYPE_STRING, .flags = DIF_TYPE_BY_REF, .size = 128}};
static struct dif_object string3 = {
    DIF_TEXT(text_of_arg3),
    .type = {.kind = DIF_TYPE_STRING, .flags = DIF_TYPE_BY_REF, .size = 128}};

static const uint32_t text_of_key[] = {DIF_INDEX(DIF_OP_SETS, 1, 1), DIF_RET(1)};
static const char strings_of_key[] = "\0key";
static struct dif_object key = {
    DIF_TEXT(text_of_key), .strings = strings_of_key, .strings_size = sizeof strings_of_key,
    .type = {.kind = DIF_TYPE_STRING, .flags = DIF_TYPE_BY_REF, .size = 256}};
static const uint32_t text_of_false[] = {DIF_INDEX(DIF_OP_LDGS, DIF_VAR_ARG0, 1),
                                         DIF_REGS(DIF_OP_SUB, 1, 1, 1), DIF_RET(1)};
static struct dif_object no = {DIF_TEXT(text_of_false), .type = {.ckind = 1, .size = 8}};

static struct dof_action counting[] = {{.difo = &aggregation_id, .kind = DOF_ACTION_DIFEXPR},
                                       {.difo = &function_name, .kind = DOF_ACTION_DIFEXPR},
                                       {.kind = DOF_AGGREGATION_COUNT, .ntuple = 2}};
static struct dof_action quantizing[] = {
    {.difo = &aggregation_id, .kind = DOF_ACTION_DIFEXPR},
    {.difo = &key, .kind = DOF_ACTION_DIFEXPR},
    {.difo = &arg0, .kind = DOF_AGGREGATION_QUANTIZE, .ntuple = 2}};
static uint32_t text_of_work[WORK];
static struct dif_object work = {DIF_TEXT(text_of_work), .type = {.ckind = 1, .size = 0}};
static struct dof_action working[] = {{.difo = &work, .kind = DOF_ACTION_DIFEXPR}};
static struct dof_action toiling[TOIL];

static const uint32_t text_of_time[] = {DIF_INDEX(DIF_OP_LDGS, DIF_VAR_TIMESTAMP, 1), DIF_RET(1)};
static struct dif_object timestamp = {DIF_TEXT(text_of_time), .type = {.ckind = 1, .size = 8}};
static struct dif_object exit_status = {DIF_TEXT(text_of_arg0), .type = {.ckind = 1, .size = 4}};

static struct dof_action timing[] = {{.difo = &timestamp, .kind = DOF_ACTION_DIFEXPR}};
static struct dof_action exiting[] = {{.difo = &exit_status, .kind = DOF_ACTION_EXIT}};
static struct dof_action panicking[] = {{.kind = DOF_ACTION_PANIC}};

static const uint64_t nine = 9, seven = 7;
static struct dif_object signal_9 = {DIF_TEXT(text_of_id), .integers = &nine, .integer_count = 1,
                                     .type = {.ckind = 1, .size = 4}};
static struct dif_object signal_7 = {DIF_TEXT(text_of_id), .integers = &seven, .integer_count = 1,
                                     .type = {.ckind = 1, .size = 4}};
static struct dof_action stopping[] = {{.kind = DOF_ACTION_STOP}};
static struct dof_action killing[] = {{.difo = &signal_9, .kind = DOF_ACTION_RAISE}};
static struct dof_action signalling[] = {{.difo = &signal_7, .kind = DOF_ACTION_RAISE}};
static struct dof_action stack[] = {{.kind = DOF_ACTION_STACK, .arg = 8}};
static struct dof_action tracing[] = {{.difo = &arg0, .kind = DOF_ACTION_DIFEXPR},
                                      {.difo = &arg1, .kind = DOF_ACTION_DIFEXPR}};
static struct dof_action telling[] = {{.difo = &string0, .kind = DOF_ACTION_DIFEXPR},
                                      {.difo = &string3, .kind = DOF_ACTION_DIFEXPR}};

static const uint32_t text_of_ipl[] = {DIF_INDEX(DIF_OP_LDGS, DIF_VAR_IPL, 1), DIF_RET(1)};
static const uint32_t text_of_execname[] = {DIF_INDEX(DIF_OP_LDGS, DIF_VAR_EXECNAME, 1),
                                            DIF_RET(1)};
static struct dif_object ipl = {DIF_TEXT(text_of_ipl), .type = {.ckind = 1, .size = 4}};
static struct dif_object execname = {
    DIF_TEXT(text_of_execname),
    .type = {.kind = DIF_TYPE_STRING, .flags = DIF_TYPE_BY_REF, .size = 128}};
static struct dof_action asking[] = {{.difo = &ipl, .kind = DOF_ACTION_DIFEXPR},
                                     {.difo = &execname, .kind = DOF_ACTION_DIFEXPR}};

static struct dof_clause clauses[CLAUSES_MAX];
static struct dof_option options[OPTIONS_MAX];
static uint32_t clause_count, option_count;

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "enabling: %s\n", what);
    exit(1);
}

/* False: it is no option. */
static bool take_option(const char *text)
{
    static const struct {
        const char *name;
        uint32_t id;
    } names[] = {{"bufsize=", DOF_OPTION_BUFSIZE},       {"aggsize=", DOF_OPTION_AGGSIZE},
                 {"bufpolicy=", DOF_OPTION_BUFPOLICY},   {"quiet=", DOF_OPTION_QUIET},
                 {"flowindent=", DOF_OPTION_FLOWINDENT}, {"destructive=", DOF_OPTION_DESTRUCTIVE}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(text, names[i].name, strlen(names[i].name)) == 0) {
            if (option_count == OPTIONS_MAX)
                fail("too many options");
            options[option_count++] =
                (struct dof_option){names[i].id, strtoll(text + strlen(names[i].name), NULL, 0)};
            return true;
        }
    return false;
}

/* Cuts the field off in front. */
static const char *take_field(char **text)
{
    const char *field = strsep(text, ":");
    return field == NULL ? "" : field;
}

static void set_actions(struct dof_clause *clause, const char *what)
{
    if (strcmp(what, "count") == 0)
        clause->actions = counting, clause->action_count = 3;
    else if (strcmp(what, "stack") == 0)
        clause->actions = stack, clause->action_count = 1;
    else if (strcmp(what, "trace") == 0)
        clause->actions = tracing, clause->action_count = 2;
    else if (strcmp(what, "text") == 0)
        clause->actions = telling, clause->action_count = 2;
    else if (strcmp(what, "quantize") == 0)
        clause->actions = quantizing, clause->action_count = 3;
    else if (strcmp(what, "time") == 0)
        clause->actions = timing, clause->action_count = 1;
    else if (strcmp(what, "exit") == 0)
        clause->actions = exiting, clause->action_count = 1;
    else if (strcmp(what, "false") == 0)
        clause->predicate = &no;
    else if (strcmp(what, "work") == 0)
        clause->actions = working, clause->action_count = 1;
    else if (strcmp(what, "toil") == 0)
        clause->actions = toiling, clause->action_count = TOIL;
    else if (strcmp(what, "who") == 0)
        clause->actions = asking, clause->action_count = 2;
    else if (strcmp(what, "panic") == 0)
        clause->actions = panicking, clause->action_count = 1;
    else if (strcmp(what, "stop") == 0)
        clause->actions = stopping, clause->action_count = 1;
    else if (strcmp(what, "kill") == 0)
        clause->actions = killing, clause->action_count = 1;
    else if (strcmp(what, "signal") == 0)
        clause->actions = signalling, clause->action_count = 1;
    else
        fail("a clause does nothing, count, stack, trace, text, quantize, time, false, who, exit, "
             "panic, "
             "stop, kill, signal, work or toil");
}

static void take_clause(char *text)
{
    if (clause_count == CLAUSES_MAX)
        fail("too many clauses");
    struct dof_clause *clause = &clauses[clause_count++];
    char *names = strsep(&text, " ");
    clause->provider = take_field(&names);
    clause->module = take_field(&names);
    clause->function = take_field(&names);
    clause->name = take_field(&names);
    if (text != NULL)
        set_actions(clause, text);
}

static void make_work(void)
{
    for (uint32_t i = 0; i + 1 < WORK; i++)
        text_of_work[i] = DIF_REGS(DIF_OP_NOP, 0, 0, 0);
    text_of_work[WORK - 1] = DIF_RET(0);
    for (uint32_t i = 0; i < TOIL; i++)
        toiling[i] = working[0];
    toiling[TOIL - 1] = tracing[0];
}

int main(int argc, char **argv)
{
    make_work();
    if (argc < 2)
        fail("usage: enabling OUTPUT [OPTION=NUMBER]... [CLAUSE]...");
    for (int i = 2; i < argc; i++)
        if (!take_option(argv[i]))
            take_clause(argv[i]);
    const struct dof_object object = {clauses, clause_count, options, option_count};
    size_t size;
    uint8_t *bytes = dof_build(&object, &size);
    FILE *file = fopen(argv[1], "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        fail("the output cannot be written");
    free(bytes);
    return 0;
}
