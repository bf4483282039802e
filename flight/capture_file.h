/* A capture from a file, as the commands that read captures are told of it and open it. */
#pragma once

#include "flight/capture_model.h"
#include "flight/commands.h"
#include "flight/file_bytes.h"
#include "flight/options.h"

#define CAPTURE_FILE_SPECS 4 /* options that a command may have beside --boot */

struct capture_file {
    const struct flight_command *command;
    const char *path; /* "-": standard input */
    uint32_t boot;    /* 0: the last one */
    struct file_bytes file;
    struct capture_model model;
};

/* Reads the command line of `command`: CAPTURE, --boot, and `spec_count` options of its own.  False: *status is what
 * to leave with; there is nothing to close. */
bool capture_file_parse(struct capture_file *capture, const struct flight_command *command,
                        const struct option_spec *specs, size_t spec_count, size_t count,
                        char **arguments, enum flight_status *status);

/* Reads what was parsed.  FLIGHT_SUCCESS, or after one line on stderr the status to leave with: FLIGHT_FAILURE if no
 * frame is in it, not even a damaged one, and the model one of which nothing is known.  To be closed in any case. */
enum flight_status capture_file_open(struct capture_file *capture);
void capture_file_close(struct capture_file *capture);
