/* ping(8), as far as start scripts need it: asks a simulated host once whether it is there. */
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(ping, "ping", "HOST [SECONDS]", "asks a host whether it is there, for a second or so many");

enum {
    MESSAGE_SIZE = 56,
    TIMEOUT_MS = 1000,
};

static int ask(const char *host, uint64_t timeout_ms)
{
    char message[MESSAGE_SIZE] = {0};
    int descriptor = system_socket();
    if (descriptor < 0)
        return descriptor;
    int error = system_send(descriptor, host, message, sizeof message);
    if (error >= 0)
        error = system_receive(descriptor, message, sizeof message, timeout_ms);
    (void)system_close(descriptor);
    return error;
}

static int ping_main(int argc, char **argv)
{
    uint64_t timeout_ms = TIMEOUT_MS;
    if (argc < 2 || argc > 3 || argv[1][0] == '-' ||
        (argc == 3 && !seconds_parse(argv[2], &timeout_ms)))
        return usage(&ping_program);
    int error = ask(argv[1], timeout_ms);
    if (error < 0)
        return complain("ping", argv[1], error);
    print_text(argv[1]);
    system_print(" is alive\n");
    return EXIT_OK;
}
