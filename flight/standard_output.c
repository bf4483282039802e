/* Standard output that remembers why it could not be written. */
#include "flight/standard_output.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Fewer bytes than `length` are an error to stdio. */
static ssize_t put(void *context, const char *bytes, size_t length)
{
    int *const error = context;
    size_t done = 0;
    while (done < length) {
        const ssize_t written = write(STDOUT_FILENO, bytes + done, length - done);
        if (written < 0) {
            *error = *error == 0 ? errno : *error;
            break;
        }
        done += (size_t)written;
    }
    return (ssize_t)done;
}

static int first_error;

bool standard_output_open(void)
{
    FILE *stream = fopencookie(&first_error, "w", (cookie_io_functions_t){.write = put});
    if (stream == NULL)
        return false;
    stdout = stream;
    return !isatty(STDOUT_FILENO) || setvbuf(stdout, NULL, _IOLBF, 0) == 0;
}

int standard_output_finish(void)
{
    const bool failed = fflush(stdout) != 0 || ferror(stdout);
    return failed && first_error == 0 ? errno : first_error;
}
