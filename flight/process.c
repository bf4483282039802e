/* The end of a child. */
#include "flight/process.h"

#include <errno.h>
#include <sys/wait.h>

int process_wait(pid_t child)
{
    int status;
    if (child < 0)
        return -1;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
