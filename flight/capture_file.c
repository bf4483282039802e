/* A capture from a file. */
#include "flight/capture_file.h"

#include <string.h>

enum flight_status capture_file_open(struct capture_file *capture,
                                     const struct flight_command *command, const char *path,
                                     uint32_t boot)
{
    *capture = (struct capture_file){0};
    int error = file_bytes_read(&capture->file, path);
    if (error != 0) {
        (void)flight_refuse(command, FLIGHT_HOST, "cannot read '%s': %s", path, strerror(error));
        return FLIGHT_HOST;
    }
    if (capture_model_read(&capture->model, capture->file.bytes, capture->file.length, boot))
        return FLIGHT_SUCCESS;
    (void)flight_refuse(command, FLIGHT_USAGE, "there is no boot %u in '%s': it has %zu", boot,
                        path, capture->model.boots);
    return FLIGHT_USAGE;
}

void capture_file_close(struct capture_file *capture)
{
    capture_model_free(&capture->model);
    file_bytes_free(&capture->file);
}
