/* Those who are attached to the serial line of a run. */
#include "flight/attach.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "flight/moment.h"
#include "flight/outlet.h"

enum {
    LISTENER = 0, /* in what is waited for */
    KEYBOARD,
    KERNEL,
    CLIENTS,
    GRACE_MS = 500, /* for clients to read the end */
    TELL_MS = 1000, /* for a stalled reader of stderr */
    LOOK_MS = 50,
};

/* --- The socket ------------------------------------------------------------------------------- */

static bool refuse(const struct attach *attach, const char *why)
{
    (void)flight_refuse(attach->command, FLIGHT_HOST, "--socket: '%s': %s", attach->path, why);
    return false;
}

/* A socket that nobody listens to any more was left behind; anything else is somebody's. */
static bool clear_place(const struct attach *attach, const struct sockaddr_un *address)
{
    struct stat status;
    if (lstat(attach->path, &status) != 0)
        return errno == ENOENT || refuse(attach, strerror(errno));
    if (!S_ISSOCK(status.st_mode))
        return refuse(attach, "there is a file of that name, and it is no socket");
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool stale = probe >= 0 &&
                 connect(probe, (const struct sockaddr *)address, sizeof *address) != 0 &&
                 errno == ECONNREFUSED;
    if (probe >= 0)
        close(probe);
    if (!stale)
        return refuse(attach, "somebody listens there already");
    return unlink(attach->path) == 0 || refuse(attach, strerror(errno));
}

/* Nobody but the user may type into the kernel. */
static bool listen_at(struct attach *attach, const struct sockaddr_un *address)
{
    attach->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (attach->listener < 0)
        return refuse(attach, strerror(errno));
    mode_t mask = umask(0177);
    bool bound = bind(attach->listener, (const struct sockaddr *)address, sizeof *address) == 0 &&
                 listen(attach->listener, ATTACH_CLIENTS) == 0;
    int error = errno;
    umask(mask);
    if (bound)
        return true;
    close(attach->listener);
    attach->listener = -1; /* what is there is not ours to remove */
    return refuse(attach, strerror(error));
}

bool attach_open(struct attach *attach, const struct flight_command *command, const char *path,
                 bool interactive)
{
    *attach = (struct attach){.command = command,
                              .path = path,
                              .listener = -1,
                              .interactive = interactive,
                              .kernel = -1,
                              .keyboard = {.file = -1}};
    for (size_t i = 0; i < ATTACH_CLIENTS; i++)
        attach->clients[i].file = -1;
    if (path == NULL)
        return true;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return refuse(attach, "the name of a socket has at most 107 bytes");
    memcpy(address.sun_path, path, strlen(path));
    return clear_place(attach, &address) && listen_at(attach, &address);
}

void attach_close(struct attach *attach)
{
    if (attach->listener < 0)
        return;
    close(attach->listener);
    (void)unlink(attach->path);
    attach->listener = -1;
}

/* --- Clients ---------------------------------------------------------------------------------- */

static void drop(struct attach_client *client)
{
    close(client->file);
    file_bytes_free(&client->unread);
    *client = (struct attach_client){.file = -1};
}

static void welcome(struct attach *attach)
{
    int file = accept4(attach->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (file < 0)
        return;
    for (size_t i = 0; i < ATTACH_CLIENTS; i++)
        if (attach->clients[i].file < 0) {
            attach->clients[i] = (struct attach_client){.file = file};
            return;
        }
    static const char full[] = "flight: too many are attached to this run\r\n";
    (void)!write(file, full, sizeof full - 1);
    close(file);
}

/* Writes what it takes at once. */
static void send_unread(struct attach_client *client)
{
    while (client->unread.length > client->sent) {
        ssize_t put = send(client->file, client->unread.bytes + client->sent,
                           client->unread.length - client->sent, MSG_NOSIGNAL);
        if (put < 0 && errno != EINTR && errno != EAGAIN)
            drop(client);
        if (put <= 0)
            return;
        client->sent += (size_t)put;
    }
    client->unread.length = client->sent = 0;
}

static void forget_sent(struct attach_client *client)
{
    if (client->sent == 0)
        return;
    client->unread.length -= client->sent;
    memmove(client->unread.bytes, client->unread.bytes + client->sent, client->unread.length);
    client->sent = 0;
}

static void put(struct attach *attach, struct attach_client *client, const uint8_t *bytes,
                size_t length)
{
    if (client->unread.length - client->sent + length > ATTACH_UNREAD_MAX) {
        attach->slow++;
        drop(client);
        return;
    }
    if (client->unread.length + length > ATTACH_UNREAD_MAX)
        forget_sent(client);
    file_bytes_append(&client->unread, bytes, length);
    send_unread(client);
}

void attach_put(struct attach *attach, const uint8_t *bytes, size_t length)
{
    attach->heard = attach->heard || length > 0;
    for (size_t i = 0; i < ATTACH_CLIENTS; i++)
        if (attach->clients[i].file >= 0)
            put(attach, &attach->clients[i], bytes, length);
}

/* A client that has only ended its own side goes on reading. */
static void read_typed(struct attach *attach, struct attach_client *client)
{
    uint8_t keys[4096];
    size_t room = inlet_room(&attach->typed);
    ssize_t got = read(client->file, keys, room < sizeof keys ? room : sizeof keys);
    if (got > 0)
        inlet_put(&attach->typed, keys, (size_t)got);
    if (got == 0)
        client->silent = true;
    if (got < 0 && errno != EINTR && errno != EAGAIN)
        drop(client);
}

static void serve_client(struct attach *attach, struct attach_client *client, short events)
{
    if (events & POLLIN && !client->silent && inlet_room(&attach->typed) > 0)
        read_typed(attach, client);
    if (events & POLLOUT && client->file >= 0)
        send_unread(client);
    if (events & (POLLHUP | POLLERR) && !(events & POLLIN) && client->file >= 0)
        drop(client);
}

/* --- All together ----------------------------------------------------------------------------- */

/* Whether the kernel is to get something now.  A UART drops what comes before somebody has set it up, which is when the
 * line first speaks. */
static bool is_to_write(const struct attach *attach)
{
    return attach->heard && inlet_waits(&attach->typed);
}

void attach_begin(struct attach *attach, int kernel)
{
    attach->kernel = kernel;
    if (!attach->interactive)
        return;
    keyboard_start(&attach->keyboard);
    if (attach->keyboard.terminal)
        fputs("flight: ^] q ends the run\n", stderr);
}

void attach_watch(const struct attach *attach, struct pollfd files[ATTACH_FILES])
{
    const bool room = inlet_room(&attach->typed) > 0;
    files[LISTENER] = (struct pollfd){.fd = attach->listener, .events = POLLIN};
    files[KEYBOARD] = (struct pollfd){
        .fd = room || attach->keyboard.terminal ? attach->keyboard.file : -1, .events = POLLIN};
    files[KERNEL] =
        (struct pollfd){.fd = is_to_write(attach) ? attach->kernel : -1, .events = POLLOUT};
    for (size_t i = 0; i < ATTACH_CLIENTS; i++) {
        const struct attach_client *client = &attach->clients[i];
        const bool reads = room && !client->silent, writes = client->unread.length > client->sent;
        files[CLIENTS + i] = (struct pollfd){
            .fd = reads || writes || client->silent ? client->file : -1,
            .events = (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)),
        };
    }
}

/* The kernel, or the emulator, hears nothing any more. */
static void close_kernel(struct attach *attach)
{
    if (attach->kernel >= 0)
        close(attach->kernel);
    attach->kernel = -1;
    inlet_free(&attach->typed);
}

void attach_serve(struct attach *attach, const struct pollfd files[ATTACH_FILES])
{
    for (size_t i = 0; i < ATTACH_CLIENTS; i++)
        if (files[CLIENTS + i].revents != 0 && attach->clients[i].file >= 0)
            serve_client(attach, &attach->clients[i], files[CLIENTS + i].revents);
    if (files[LISTENER].revents != 0)
        welcome(attach);
    if (files[KEYBOARD].revents != 0)
        keyboard_read(&attach->keyboard, &attach->typed);
    if (attach->keyboard.quit)
        (void)raise(SIGINT); /* as Ctrl-C does where it is no key */
    if (attach->kernel < 0 || (is_to_write(attach) && !inlet_write(&attach->typed, attach->kernel)))
        close_kernel(attach);
}

static bool unread(const struct attach *attach)
{
    for (size_t i = 0; i < ATTACH_CLIENTS; i++)
        if (attach->clients[i].file >= 0 && attach->clients[i].unread.length > 0)
            return true;
    return false;
}

static void tell_slow(const struct attach *attach)
{
    struct outlet errors;
    outlet_start(&errors, STDERR_FILENO);
    const struct text_sink sink = outlet_sink(&errors);
    text_print(
        &sink, "flight: %s: --socket: disconnected %u client%s: more than %u KiB were not read\n",
        attach->command->name, attach->slow, attach->slow == 1 ? "" : "s", ATTACH_UNREAD_MAX >> 10);
    outlet_finish(&errors, moment_now_ms() + TELL_MS);
}

void attach_end(struct attach *attach)
{
    int64_t deadline_ms = moment_now_ms() + GRACE_MS;
    keyboard_stop(&attach->keyboard);
    close_kernel(attach);
    while (unread(attach) && moment_now_ms() < deadline_ms) {
        struct pollfd files[ATTACH_FILES];
        attach_watch(attach, files);
        if (poll(files, ATTACH_FILES, LOOK_MS) > 0)
            attach_serve(attach, files);
    }
    for (size_t i = 0; i < ATTACH_CLIENTS; i++)
        if (attach->clients[i].file >= 0)
            drop(&attach->clients[i]);
    if (attach->slow > 0)
        tell_slow(attach);
}
