/* flight probes: lists what can be enabled in a kernel, without booting it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "flight/d/compile.h"
#include "flight/d/types.h"
#include "flight/home.h"
#include "flight/kernel_types.h"
#include "flight/memory.h"
#include "flight/options.h"
#include "flight/probe_closest.h"

struct request {
    const struct flight_command *command;
    const char *glob, *kernel_path, *format;
    bool with_types, as_json;
    char *own_kernel;
    char *text; /* the fields' */
    const char *field[PROBE_FIELDS];
    struct kernel_types kernel;
    struct d_compiler *compiler; /* has the types */
};

/* --- What is asked for --- */

/* Without a colon it is any of the four. */
static bool is_word(const struct request *request)
{
    return request->glob != NULL && strchr(request->glob, ':') == NULL;
}

static bool is_wanted(const struct request *request, const struct probe *probe)
{
    if (!is_word(request))
        return probe_is_meant(probe, request->field);
    for (size_t i = 0; i < PROBE_FIELDS; i++)
        if (probe_field_means(request->glob, probe->field[i]))
            return true;
    return false;
}

/* --- Text, as dtrace -l and -lv print it --- */

static struct d_argument argument_of(struct request *request, const struct probe *probe, size_t i)
{
    return kernel_types_argument(&request->kernel, request->compiler, probe, i);
}

/* NULL: it is not known. */
static const char *text_of(struct request *request, const struct d_argument *argument)
{
    const struct d_type *type =
        argument->translated != NULL ? argument->translated : argument->type;
    return type != NULL ? d_type_text(request->compiler, type) : NULL;
}

static void print_types(struct request *request, const struct probe *probe)
{
    size_t count = argument_of(request, probe, 0).count;
    puts("\n\tArgument Types");
    for (size_t i = 0; i < count; i++) {
        const struct d_argument argument = argument_of(request, probe, i);
        const char *type = text_of(request, &argument);
        printf("\t\targs[%zu]: %s\n", i, type != NULL ? type : "(unknown)");
    }
    puts(count == 0 ? "\t\tNone\n" : "");
}

static void print_probe(struct request *request, const struct probe *probe, size_t id)
{
    printf("%5zu %10s %17s %33s %s\n", id, probe->field[0], probe->field[1], probe->field[2],
           probe->field[3]);
    if (request->with_types)
        print_types(request, probe);
}

/* --- One object a line --- */

static json_t *types_value(struct request *request, const struct probe *probe)
{
    json_t *types = json_array();
    size_t count = argument_of(request, probe, 0).count;
    for (size_t i = 0; i < count; i++) {
        const struct d_argument argument = argument_of(request, probe, i);
        const char *type = text_of(request, &argument);
        (void)json_array_append_new(types, type != NULL ? json_string(type) : json_null());
    }
    return types;
}

static void print_object(struct request *request, const struct probe *probe, size_t id)
{
    json_t *object =
        json_pack("{s:I, s:s, s:s, s:s, s:s, s:o}", "id", (json_int_t)id, "provider",
                  probe->field[0], "module", probe->field[1], "function", probe->field[2], "name",
                  probe->field[3], "arguments", types_value(request, probe));
    (void)json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

/* --- The list --- */

static void print_one(struct request *request, const struct probe *probe, size_t id)
{
    if (request->as_json)
        print_object(request, probe, id);
    else
        print_probe(request, probe, id);
}

/* What the provider profile makes when it is named; its id comes behind all others. */
static size_t print_clock(struct request *request)
{
    if (request->glob == NULL || !probe_is_clock(request->field))
        return 0;
    const struct probe clock = {
        .kind = PROBE_CLOCK, .field = {"profile", "", "", request->field[3]}, .arguments = ""};
    print_one(request, &clock, request->kernel.probes.count + 1);
    return 1;
}

static enum flight_status refuse(const struct request *request)
{
    const struct probe_list *probes = &request->kernel.probes;
    char *closest = is_word(request) ? probe_closest_word(probes, request->glob)
                                     : probe_closest(probes, request->field);
    enum flight_status status =
        closest != NULL
            ? flight_refuse(request->command, FLIGHT_FAILURE,
                            "no probe matches '%s': did you mean %s?", request->glob, closest)
            : flight_refuse(request->command, FLIGHT_FAILURE, "no probe matches '%s'",
                            request->glob);
    free(closest);
    return status;
}

static enum flight_status print_all(struct request *request)
{
    const struct probe_list *probes = &request->kernel.probes;
    size_t found = 0;
    if (!request->as_json)
        printf("%5s %10s %17s %33s %s\n", "ID", "PROVIDER", "MODULE", "FUNCTION", "NAME");
    for (size_t i = 0; i < probes->count; i++)
        if (is_wanted(request, &probes->items[i])) {
            print_one(request, &probes->items[i], i + 1);
            found++;
        }
    found += print_clock(request);
    return found > 0 ? FLIGHT_SUCCESS : refuse(request);
}

/* --- The command --- */

static enum flight_status open_kernel(struct request *request)
{
    const char *why;
    if (request->kernel_path == NULL)
        request->kernel_path = request->own_kernel = home_path("firstlight.elf");
    if (!kernel_types_open(&request->kernel, request->kernel_path, &why))
        return flight_refuse(request->command, FLIGHT_HOST, "cannot read '%s': %s",
                             request->kernel_path, why);
    if (why != NULL && (request->with_types || request->as_json))
        flight_tell(request->command, "warning: '%s': %s", request->kernel_path, why);
    const struct d_setup setup = {.kernel = &request->kernel.facts};
    request->compiler = d_open(&setup);
    return request->compiler != NULL ? FLIGHT_SUCCESS
                                     : flight_refuse(request->command, FLIGHT_HOST, "no memory");
}

static enum flight_status list(struct request *request)
{
    request->as_json = options_is_json(request->format);
    request->text = memory_text("%s", request->glob != NULL ? request->glob : "");
    if (!probe_description_split(request->text, request->field))
        return flight_refuse(request->command, FLIGHT_USAGE, "'%s' has more than four fields",
                             request->glob);
    enum flight_status status = open_kernel(request);
    return status == FLIGHT_SUCCESS ? print_all(request) : status;
}

static enum flight_status run(const struct flight_command *command, size_t count, char **arguments)
{
    struct request request = {.command = command, .format = "text"};
    const struct option_spec specs[] = {
        {.name = "kernel", .text = &request.kernel_path},
        {.name = "format", .text = &request.format, .choices = options_formats},
        {.letter = 'v', .flag = &request.with_types},
    };
    const struct options options = {.command = command,
                                    .specs = specs,
                                    .count = sizeof specs / sizeof specs[0],
                                    .operand = &request.glob};
    enum flight_status status;
    if (options_parse(&options, count, arguments, &status))
        status = list(&request);
    d_close(request.compiler);
    kernel_types_close(&request.kernel);
    free(request.own_kernel);
    free(request.text);
    return status;
}

const struct flight_command probes_command = {
    .name = "probes",
    .synopsis = "[GLOB] [-v] [--format text|json] [--kernel ELF]",
    .help =
        "Lists the probes of a kernel without booting it, as 'dtrace -l' lists them there.\n"
        "GLOB is a description, provider:module:function:name, of which the first fields may be\n"
        "left out and any may be empty or have * ? [a-z]; without a colon it may mean any field.\n"
        "Those of the provider profile exist when they are named: 'tick-1s'.\n"
        "\n"
        "  -v             the types of args[], too, as far as they are known\n"
        "  --format json  one object a line, with the types\n"
        "  --kernel ELF   default: firstlight.elf beside flight; types come from ELF.debug beside\n"
        "                 it (firstlight.debug)\n"
        "\n"
        "Exit status: 0 with at least one probe, 1 none matches, 2 bad usage, 5 the kernel cannot\n"
        "be read.\n",
    .run = run,
};
