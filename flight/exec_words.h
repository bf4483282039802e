/* Commands that the kernel is to run: as words of its command line, or as the lines of a file.
 *
 * Pure but for memory. */
#pragma once

#include <stdbool.h>

#include "flight/options.h"

/* Of the words together; what one argument of QEMU may have, and more than enough elsewhere. */
#define EXEC_WORDS_MAX (128u * 1024u - 1)

/* Whether a command is one line. */
bool exec_words_usable(const char *command);

/* exec="COMMAND" for each of them, so that boot/command_line.h gives back exactly COMMAND; to be
 * freed. */
char *exec_words_line(const struct option_list *commands);

/* One line for each of them; to be freed. */
char *exec_words_file(const struct option_list *commands);
