/* QEMU on a busy machine, made so: preloaded, it leaves every CPU that halts (or pauses) some 20 us before its last
 * instructions are counted, while QEMU's main loop comes to look at the CPUs every 30 us. */
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    LATE_NS = 20000,
    LOOK_NS = 30000,
};

/* By either name, as QEMU was built; the kind of its first argument does not matter here. */
_Noreturn void siglongjmp(void *place, int value);
_Noreturn void __longjmp_chk(void *place, int value);

static _Noreturn void jump_late(const char *name, void *place, int value)
{
    void (*jump)(void *, int) = (void (*)(void *, int))dlsym(RTLD_NEXT, name);
    const struct timespec late = {.tv_nsec = LATE_NS};
    (void)syscall(SYS_nanosleep, &late, NULL);
    jump(place, value);
    __builtin_unreachable();
}

void siglongjmp(void *place, int value)
{
    jump_late("siglongjmp", place, value);
}

void __longjmp_chk(void *place, int value)
{
    jump_late("__longjmp_chk", place, value);
}

int ppoll(struct pollfd *files, nfds_t count, const struct timespec *timeout,
          const sigset_t *signals)
{
    int (*poll_files)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *) =
        dlsym(RTLD_NEXT, "ppoll");
    const struct timespec look = {.tv_nsec = LOOK_NS};
    const bool sooner = timeout != NULL && timeout->tv_sec == 0 && timeout->tv_nsec < LOOK_NS;
    return poll_files(files, count, sooner ? timeout : &look, signals);
}
