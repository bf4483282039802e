/* The end of a run or a capture: decoded, judged, and told in one last line. */
#pragma once

#include "flight/live.h"
#include "flight/outcome.h"

/* Opens the file for the raw bytes; -1 for no path.  False after one line on stderr. */
bool ending_open_output(const struct flight_command *command, const char *path, int *file);

/* Closes it.  False after one line on stderr: not all is there. */
bool ending_close_output(const struct flight_command *command, const char *path, int file);

/* What happened to the line that `live` listened to and has finished; `outcome` with what the
 * emulator did.  `messages` are the emulator's own, shown if the host is at fault; NULL if there
 * is none.  Shows what there is to show on stderr, the status line last, and gives the exit
 * status. */
enum flight_status ending_tell(const struct flight_command *command, const struct live *live,
                               struct outcome *outcome, const struct file_bytes *messages);
