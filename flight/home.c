/* The folder that this program stands in. */
#include "flight/home.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "flight/memory.h"

char *home_path(const char *file)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
    return memory_text("%s/%s", slash != NULL ? path : ".", file);
}
