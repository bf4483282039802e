/* Those who are attached to the serial line of a run: the clients of a socket, and flight's own
 * keyboard.  Clients get every byte that comes, and what they type goes to the kernel.
 *
 * Nobody holds up the run: a client that leaves too much unread is disconnected. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flight/commands.h"
#include "flight/file_bytes.h"
#include "flight/inlet.h"
#include "flight/keyboard.h"

#define ATTACH_CLIENTS    8u
#define ATTACH_UNREAD_MAX (1u << 20) /* bytes */
/* Files that are waited for: listener, keyboard, kernel, clients. */
#define ATTACH_FILES (3u + ATTACH_CLIENTS)

struct attach_client {
    int file;    /* -1: free */
    bool silent; /* it will type nothing more */
    struct file_bytes unread;
    size_t sent; /* of these */
};

struct attach {
    const struct flight_command *command; /* who speaks on stderr */
    const char *path;                     /* of the socket, or NULL */
    int listener;                         /* -1: none */
    bool interactive;                     /* with a keyboard */
    int kernel;                           /* where its input is written to; -1: nowhere */
    bool heard;                           /* something has come from there */
    struct inlet typed;
    struct keyboard keyboard;
    struct attach_client clients[ATTACH_CLIENTS];
    uint32_t slow; /* clients that were disconnected */
};

/* Makes the socket, if `path` is not NULL.  False after one line on stderr; to be closed in either
 * case. */
bool attach_open(struct attach *attach, const struct flight_command *command, const char *path,
                 bool interactive);

/* From here on what is typed goes to `kernel`, a file that does not block; it is closed in the end.
 * It waits for the first byte from there: a kernel that sets up its serial line loses what has
 * arrived before. */
void attach_begin(struct attach *attach, int kernel);

/* Fills in what is to be waited for. */
void attach_watch(const struct attach *attach, struct pollfd files[ATTACH_FILES]);

/* Does what these say is possible. */
void attach_serve(struct attach *attach, const struct pollfd files[ATTACH_FILES]);

/* Gives bytes of the kernel to every client. */
void attach_put(struct attach *attach, const uint8_t *bytes, size_t length);

/* Gives clients a moment for what they have not read yet, then ends everything that begun. */
void attach_end(struct attach *attach);

/* Removes the socket. */
void attach_close(struct attach *attach);
