/* What has become of each service, as its script tells (etc/rc.subr): svcs(1) shows it. */
#include "boot/slice.h"
#include "kernel/sdt.h"
#include "kernel/sysctl.h"
#include "kernel/tslog.h"
#include "kernel/user/system.h"
#include "kernel/wait_queue.h"

enum {
    SERVICES_MAX = 128,
    NAME_SIZE = 32, /* with the NUL */
};

static const char *const states[] = {"disabled", "starting", "online",
                                     "stopping", "offline",  "maintenance"};

static struct service {
    char name[NAME_SIZE];
    const char *state; /* one of `states` */
    uint64_t since_ns; /* as system_time_ns */
} services[SERVICES_MAX];
static uint32_t service_count;
TSLOG_TOPIC(services_topic, "services");
static struct mutex services_mutex = MUTEX_OF(services_topic);

static const char *state_of(const char *word)
{
    for (uint32_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (slice_is(slice_of(states[i]), word))
            return states[i];
    return NULL;
}

/* A new one takes the next place.  NULL: there is none. */
static struct service *service_of(const char *name)
{
    for (uint32_t i = 0; i < service_count; i++)
        if (slice_is(slice_of(services[i].name), name))
            return &services[i];
    if (service_count == SERVICES_MAX)
        return NULL;
    struct service *service = &services[service_count++];
    __builtin_memcpy(service->name, name, __builtin_strlen(name) + 1);
    return service;
}

int system_service_state(const char *name, const char *word)
{
    const char *state = state_of(word);
    size_t length = __builtin_strlen(name);
    if (state == NULL || length == 0 || length >= NAME_SIZE)
        return SYSTEM_EINVAL;
    mutex_take(&services_mutex);
    struct service *service = service_of(name);
    if (service != NULL) {
        service->state = state;
        service->since_ns = system_time_ns();
    }
    mutex_release(&services_mutex);
    if (service == NULL)
        return SYSTEM_ENOSPC;
    SDT_PROBE("rc", "service-state", "char *, char *", sdt_pointer(service->name),
              sdt_pointer(state));
    return SYSTEM_OK;
}

static bool take_copy(uint32_t place, struct service *copy)
{
    mutex_take(&services_mutex);
    bool there = place < service_count;
    if (there)
        *copy = services[place];
    mutex_release(&services_mutex);
    return there;
}

/* Nobody waits while somebody's output does.  Names come from scripts. */
static void read_services(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    struct service service;
    (void)oid;
    for (uint32_t i = 0; take_copy(i, &service); i++) {
        text_print(sink, "%s\t%llu\t", service.state,
                   (unsigned long long)(service.since_ns / 1000000));
        text_print_foreign(sink, service.name, __builtin_strlen(service.name));
        text_print(sink, "\n");
    }
}

SYSCTL_OID(services, .name = "kern.services",
           .help = "Services, one a line, fields separated by tabs: state, since when (ms), name",
           .kind = SYSCTL_STRING, .read = read_services);
