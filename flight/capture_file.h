/* A capture from a file, as the commands that read captures open it. */
#pragma once

#include "flight/capture_model.h"
#include "flight/commands.h"
#include "flight/file_bytes.h"

struct capture_file {
    struct file_bytes file;
    struct capture_model model;
};

/* Reads boot `boot` (0: the last) of the capture at `path`, "-" for standard input.
 * FLIGHT_SUCCESS, or after one line on stderr the status to leave with.  To be closed in either
 * case. */
enum flight_status capture_file_open(struct capture_file *capture,
                                     const struct flight_command *command, const char *path,
                                     uint32_t boot);
void capture_file_close(struct capture_file *capture);
