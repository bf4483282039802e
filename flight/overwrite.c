/* Output that would take the place of what is read. */
#include "flight/overwrite.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool overwrite_refused(const struct flight_command *command, const char *input, const char *output)
{
    struct stat in, out;
    if (input == NULL || output == NULL || stat(output, &out) != 0 || S_ISCHR(out.st_mode))
        return false;
    const int failed = strcmp(input, "-") == 0 ? fstat(STDIN_FILENO, &in) : stat(input, &in);
    if (failed != 0 || in.st_dev != out.st_dev || in.st_ino != out.st_ino)
        return false;
    flight_tell(command, "'%s' and '%s' are the same file", input, output);
    return true;
}
