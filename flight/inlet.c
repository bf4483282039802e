/* Bytes on their way to the kernel. */
#include "flight/inlet.h"

#include <errno.h>
#include <unistd.h>

size_t inlet_room(const struct inlet *inlet)
{
    return INLET_BYTES_MAX - inlet->kept.length;
}

void inlet_put(struct inlet *inlet, const void *bytes, size_t length)
{
    file_bytes_append(&inlet->kept, bytes, length);
}

bool inlet_waits(const struct inlet *inlet)
{
    return inlet->kept.length > inlet->sent;
}

bool inlet_write(struct inlet *inlet, int file)
{
    while (inlet_waits(inlet)) {
        ssize_t put =
            write(file, inlet->kept.bytes + inlet->sent, inlet->kept.length - inlet->sent);
        if (put < 0)
            return errno == EINTR || errno == EAGAIN;
        inlet->sent += (size_t)put;
    }
    inlet->kept.length = inlet->sent = 0; /* the memory stays */
    return true;
}

void inlet_free(struct inlet *inlet)
{
    file_bytes_free(&inlet->kept);
    inlet->sent = 0;
}
