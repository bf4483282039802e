/* ntpd(8), as far as it waits for somebody: asks a simulated host, again if it does not answer, and
 * sleeps.  The answers set no clock. */
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(ntpd, "ntpd", "[-q] [HOST]", "asks a host for the time, again and again; -q: once");

enum {
    MESSAGE_SIZE = 48,   /* RFC 5905, figure 8, without what is optional */
    CLIENT = 4 << 3 | 3, /* version 4, mode 3 */
    TRIES = 3,
    FIRST_TIMEOUT_MS = 1000, /* each further try waits twice as long */
    POLL_MS = 64000,
};

struct ntpd {
    const char *host;
    bool was_reached; /* the last time, or this is the first one */
    bool first;
    int signal; /* that ends it; 0: none */
};

static void take_signals(struct ntpd *ntpd)
{
    for (int signal; (signal = system_signal_take()) != 0;)
        ntpd->signal = signal;
}

/* Sends and waits for the answer, once; 0 or an error. */
static int ask_once(int descriptor, const char *host, uint64_t timeout_ms)
{
    char message[MESSAGE_SIZE] = {CLIENT};
    int error = system_send(descriptor, host, message, sizeof message);
    if (error >= 0)
        error = system_receive(descriptor, message, sizeof message, timeout_ms);
    return error < 0 ? error : SYSTEM_OK;
}

static int ask(struct ntpd *ntpd)
{
    int descriptor = system_socket(), error = SYSTEM_ETIMEDOUT;
    if (descriptor < 0)
        return descriptor;
    uint64_t timeout_ms = FIRST_TIMEOUT_MS;
    for (uint32_t i = 0; i < TRIES && error == SYSTEM_ETIMEDOUT; i++, timeout_ms *= 2)
        error = ask_once(descriptor, ntpd->host, timeout_ms);
    (void)system_close(descriptor);
    take_signals(ntpd);
    return error;
}

/* Only what is news is told. */
static int ask_and_tell(struct ntpd *ntpd)
{
    uint64_t start = system_time_ns();
    int error = ask(ntpd);
    if (error == SYSTEM_EINTR)
        return EXIT_FAILED;
    bool reached = error == SYSTEM_OK, news = ntpd->first || reached != ntpd->was_reached;
    ntpd->first = false;
    ntpd->was_reached = reached;
    if (news && !reached)
        return complain("ntpd", ntpd->host, error);
    if (news) {
        system_print("ntpd: ");
        print_text(ntpd->host);
        system_print(": answered within %llu ms\n",
                     (unsigned long long)((system_time_ns() - start) / 1000000));
    }
    return reached ? EXIT_OK : EXIT_FAILED;
}

static int serve(struct ntpd *ntpd)
{
    while (ntpd->signal == 0) {
        (void)ask_and_tell(ntpd); /* the next time may be better */
        if (ntpd->signal == 0 && system_sleep_ms(POLL_MS) == SYSTEM_EINTR)
            take_signals(ntpd);
    }
    system_print("ntpd: exiting on signal %d\n", ntpd->signal);
    return EXIT_OK;
}

static int ntpd_main(int argc, char **argv)
{
    struct ntpd ntpd = {.host = "pool.ntp.org", .first = true};
    bool once = argc > 1 && text_equal(argv[1], "-q");
    int at = 1 + once;
    if (argc > at + 1 || (at < argc && argv[at][0] == '-'))
        return usage(&ntpd_program);
    if (at < argc)
        ntpd.host = argv[at];
    if (once)
        return ask_and_tell(&ntpd);
    system_signals_catch(1u << SYSTEM_SIGTERM | 1u << SYSTEM_SIGINT | 1u << SYSTEM_SIGHUP);
    return serve(&ntpd);
}
