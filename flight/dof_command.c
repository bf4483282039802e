/* flight dof: what compiled enablings are, instruction by instruction. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flight/dof_file.h"
#include "flight/dof_show.h"
#include "flight/enable_files.h"
#include "flight/file_bytes.h"
#include "flight/json_value.h"
#include "flight/memory.h"
#include "flight/options.h"
#include "flight/print.h"

enum {
    STATE_MEMORY = 256 << 20, /* the most that the kernel has */
};

struct dof_listing {
    const char *path;
    char *in_folder; /* what `path` is then; NULL: it was no folder */
    bool json;
    const struct dof_file *file;
    struct dtrace *state;
    uint32_t refused; /* objects */
};

static void show_object(struct dof_listing *listing, size_t index)
{
    const struct dof_file_object *object = &listing->file->objects[index];
    const struct text_sink sink = print_sink(stdout);
    char *name = listing->file->conf ? memory_text("%s: dof-data-%u", listing->path, object->number)
                                     : memory_text("%s", listing->path);
    struct dof_show show;
    dof_show_open(&show, name, object->bytes, object->size, listing->state);
    if (listing->json)
        json_value_write_row(stdout, index, dof_show_json(&show));
    else
        dof_show_text(&sink, &show);
    listing->refused += show.refused ? 1 : 0;
    dof_show_close(&show);
    free(name);
}

/* The kernel reads as far as the numbers go without a gap. */
static size_t reachable(const struct dof_file *file)
{
    size_t count = 0;
    while (count < file->count && file->objects[count].number == count)
        count++;
    return count;
}

static enum flight_status show_file(const struct flight_command *command,
                                    struct dof_listing *listing)
{
    const struct dof_file *file = listing->file;
    if (file->count == 0)
        return flight_refuse(command, FLIGHT_FAILURE, "'%s' has no DOF and no dof-data-0",
                             listing->path);
    if (listing->json)
        fputs("[", stdout);
    for (size_t i = 0; i < file->count; i++)
        show_object(listing, i);
    if (listing->json)
        fputs("\n]\n", stdout);
    if (file->fault.line > 0)
        return flight_refuse(command, FLIGHT_FAILURE, "'%s':%u: %s", listing->path,
                             file->fault.line, file->fault.text);
    size_t read = reachable(file);
    if (read < file->count)
        return flight_refuse(command, FLIGHT_FAILURE,
                             "'%s' has no dof-data-%zu: what is behind it is not read in a boot",
                             listing->path, read);
    return listing->refused == 0 ? FLIGHT_SUCCESS : FLIGHT_FAILURE;
}

/* A folder is read as `flight run --enable` reads it. */
static int read_path(struct dof_listing *listing, struct file_bytes *bytes)
{
    int error = file_bytes_read(bytes, listing->path);
    if (error != EISDIR)
        return error;
    file_bytes_free(bytes);
    listing->path = listing->in_folder = memory_text("%s/" ENABLE_FILES_CONF, listing->path);
    return file_bytes_read(bytes, listing->path);
}

static enum flight_status show_path(const struct flight_command *command,
                                    struct dof_listing *listing)
{
    struct file_bytes bytes = {0};
    struct dof_file file;
    int error = read_path(listing, &bytes);
    if (error != 0) {
        file_bytes_free(&bytes);
        return flight_refuse(command, FLIGHT_HOST, "cannot read '%s': %s", listing->path,
                             strerror(error));
    }
    dof_file_read(&file, bytes.bytes, bytes.length);
    file_bytes_free(&bytes);
    listing->file = &file;
    struct dtrace_memory memory = {.bytes = memory_zeroed(STATE_MEMORY, 1), .size = STATE_MEMORY};
    listing->state = dtrace_make(&(struct dtrace_config){
        .memory = &memory, .cpus = 1, .probes_max = DTRACE_ERROR, .destructive_allowed = true});
    enum flight_status status = show_file(command, listing);
    free(memory.bytes);
    dof_file_free(&file);
    return status;
}

static enum flight_status run(const struct flight_command *command, size_t count, char **arguments)
{
    struct dof_listing listing = {0};
    const char *format = "text";
    const struct option_spec specs[] = {
        {.name = "format", .text = &format, .choices = options_formats}};
    const struct options options = {.command = command,
                                    .specs = specs,
                                    .count = sizeof specs / sizeof specs[0],
                                    .operand = &listing.path,
                                    .operand_name = "FILE"};
    enum flight_status status;
    if (!options_parse(&options, count, arguments, &status))
        return status;
    listing.json = options_is_json(format);
    status = show_path(command, &listing);
    free(listing.in_folder);
    return status;
}

const struct flight_command dof_command = {
    .name = "dof",
    .synopsis = "FILE [--format text|json]",
    .help =
        "Shows compiled enablings: header, sections, options, clauses, actions, and the code of\n"
        "each expression with its variables, constants and strings.\n"
        "FILE is a DOF object or a dtrace.conf with dof-data-0, dof-data-1, ..., or the\n"
        "folder of 'flight enable' with one; '-' is standard input.  Of an object that the kernel\n"
        "would refuse, the reason and what can be read.\n"
        "\n"
        "  --format FORMAT  text (default) or json: a list of objects\n"
        "\n"
        "Exit status: 0 the kernel would take all objects, 1 it would refuse one, or there is "
        "none, 2\n"
        "bad usage, 5 the file cannot be read.\n",
    .run = run,
};
