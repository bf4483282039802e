/* A serial line of this host. */
#include "flight/serial_line.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const struct {
    uint32_t baud;
    speed_t speed;
} speeds[] = {
    {1200, B1200},     {2400, B2400},     {4800, B4800},     {9600, B9600},
    {19200, B19200},   {38400, B38400},   {57600, B57600},   {115200, B115200},
    {230400, B230400}, {460800, B460800}, {921600, B921600}, {1500000, B1500000},
};

/* B0 for a speed that there is not. */
static speed_t speed_of(uint32_t baud)
{
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++)
        if (speeds[i].baud == baud)
            return speeds[i].speed;
    return B0;
}

bool serial_line_has_speed(uint32_t baud)
{
    return speed_of(baud) != B0;
}

/* Raw, 8N1, no flow control, modem lines ignored. */
static int set_terminal(struct serial_line *line, speed_t speed)
{
    if (tcgetattr(line->file, &line->before) != 0)
        return errno;
    struct termios raw = line->before;
    cfmakeraw(&raw);
    raw.c_iflag &= ~(tcflag_t)(IXOFF | IXANY);
    raw.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS);
    raw.c_cflag |= CLOCAL | CREAD;
    if (cfsetspeed(&raw, speed) != 0 || tcsetattr(line->file, TCSANOW, &raw) != 0)
        return errno;
    line->terminal = true;
    return 0;
}

static int connect_socket(struct serial_line *line, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return ENAMETOOLONG;
    memcpy(address.sun_path, path, strlen(path));
    line->file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line->file < 0)
        return errno;
    bool open = connect(line->file, (const struct sockaddr *)&address, sizeof address) == 0 &&
                fcntl(line->file, F_SETFL, O_NONBLOCK) == 0;
    return open ? 0 : errno;
}

/* Not blocking: a FIFO without a writer and a line without a carrier are waited for by poll. */
int serial_line_open(struct serial_line *line, const char *path, uint32_t baud, bool both)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return errno;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    if (S_ISSOCK(status.st_mode))
        return connect_socket(line, path);
    line->file = open(path, (both ? O_RDWR : O_RDONLY) | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (line->file < 0)
        return errno;
    return isatty(line->file) ? set_terminal(line, speed_of(baud)) : 0;
}

void serial_line_close(const struct serial_line *line)
{
    if (line->terminal)
        (void)tcsetattr(line->file, TCSANOW, &line->before);
    if (line->file > STDIN_FILENO)
        close(line->file);
}
