/* A capture from a file. */
#include "flight/capture_file.h"

#include <string.h>

bool capture_file_parse(struct capture_file *capture, const struct flight_command *command,
                        const struct option_spec *specs, size_t spec_count, size_t count,
                        char **arguments, enum flight_status *status)
{
    struct option_spec all[CAPTURE_FILE_SPECS + 1] = {
        {.name = "boot", .number = &capture->boot, .minimum = 1, .maximum = UINT32_MAX}};
    *capture = (struct capture_file){.command = command};
    memcpy(all + 1, specs, spec_count * sizeof *specs);
    const struct options options = {.command = command,
                                    .specs = all,
                                    .count = spec_count + 1,
                                    .operand = &capture->path,
                                    .operand_name = "CAPTURE"};
    return options_parse(&options, count, arguments, status);
}

enum flight_status capture_file_open(struct capture_file *capture)
{
    int error = file_bytes_read(&capture->file, capture->path);
    if (error != 0)
        return flight_refuse(capture->command, FLIGHT_HOST, "cannot read '%s': %s", capture->path,
                             strerror(error));
    if (!capture_model_read(&capture->model, capture->file.bytes, capture->file.length,
                            capture->boot))
        return flight_refuse(capture->command, FLIGHT_USAGE,
                             "there is no boot %u in '%s': it has %zu", capture->boot,
                             capture->path, capture->model.boots);
    if (capture->model.index.count == 0 && capture->model.index.damage_count == 0)
        return flight_refuse(capture->command, FLIGHT_FAILURE,
                             "'%s' is no capture: there is no frame in it", capture->path);
    return FLIGHT_SUCCESS;
}

void capture_file_close(struct capture_file *capture)
{
    capture_model_free(&capture->model);
    file_bytes_free(&capture->file);
}
