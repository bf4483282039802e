/* What stands before a record: the heading once, then CPU, id and name, or the flow of calls. */
#include "trace/dtrace/consumer_parts.h"

enum {
    FLOW_MAX = 64 /* calls within calls that are drawn by columns */
};

enum flow {
    FLOW_NONE,
    FLOW_ENTRY,
    FLOW_RETURN
};

static const struct dtrace_probe_description *named_probe(const struct consumer *consumer,
                                                          const struct dtrace_ecb_description *ecb)
{
    static const struct dtrace_probe_description unknown = {0, "", "", "?", "?"};
    const struct dtrace_probe_description *probe = consumer_probe_of(consumer, ecb);
    return probe != NULL ? probe : &unknown;
}

/* "entry" itself, or "...-entry". */
static bool is_kind(const char *name, const char *kind)
{
    size_t length = __builtin_strlen(name), tail = __builtin_strlen(kind);
    if (length < tail || __builtin_memcmp(name + length - tail, kind, tail) != 0)
        return false;
    return length == tail || name[length - tail - 1] == '-';
}

/* Two clauses on one probe are one step: only the first enters, only the last returns. */
static enum flow flow_of(const struct consumer *consumer, const struct dtrace_ecb_description *ecb,
                         const struct dtrace_ecb_description *next, const char *name)
{
    const struct dtrace_ecb_description *last = consumer->last;
    if (is_kind(name, "entry")) {
        bool again = last != NULL && last->epid != ecb->epid && last->probe == ecb->probe;
        return again ? FLOW_NONE : FLOW_ENTRY;
    }
    if (is_kind(name, "return")) {
        bool more = next != NULL && next->epid != ecb->epid && next->probe == ecb->probe;
        return more ? FLOW_NONE : FLOW_RETURN;
    }
    return FLOW_NONE;
}

static const char *arrow(enum flow flow, const char *provider)
{
    bool syscall = __builtin_strlen(provider) == 7 && __builtin_memcmp(provider, "syscall", 7) == 0;
    switch (flow) {
    case FLOW_ENTRY:
        return syscall ? " => " : " -> ";
    case FLOW_RETURN:
        return syscall ? " <= " : " <- ";
    case FLOW_NONE:
        break;
    }
    return "| ";
}

/* Pads to the width of a column and a blank. */
static void put_column(struct consumer *consumer, size_t used, size_t width)
{
    text_put_blanks(&consumer->sink, used < width ? width - used + 1 : 1);
}

/* A function that is entered and not left through a probe, as by a jump, leaves its calls one column deeper for
 * ever.  All calls are counted, so that returns meet their entries again, but only some are drawn. */
static uint32_t indent_of(uint32_t depth)
{
    return 2 * (depth < FLOW_MAX ? depth : FLOW_MAX);
}

static void print_flow(struct consumer *consumer, const struct dtrace_found *found,
                       const struct dtrace_ecb_description *next, uint32_t cpu)
{
    const struct dtrace_probe_description *probe = named_probe(consumer, found->ecb);
    uint32_t *depth = &consumer->depth[cpu % DTRACE_CPUS_MAX];
    enum flow flow = flow_of(consumer, found->ecb, next, probe->name);
    if (flow == FLOW_RETURN && *depth > 0)
        --*depth;
    uint32_t indent = indent_of(*depth);
    const char *prefix = arrow(flow, probe->provider);
    size_t width = indent + __builtin_strlen(prefix) + __builtin_strlen(probe->function);
    text_print(&consumer->sink, "%3u ", cpu);
    text_put_blanks(&consumer->sink, indent);
    text_print(&consumer->sink, "%s%s", prefix, probe->function);
    if (flow == FLOW_NONE) {
        text_print(&consumer->sink, ":%s", probe->name);
        width += 1 + __builtin_strlen(probe->name);
    }
    put_column(consumer, width, 41);
    if (flow == FLOW_ENTRY && *depth < UINT32_MAX)
        ++*depth;
}

static void print_plain(struct consumer *consumer, const struct dtrace_found *found, uint32_t cpu)
{
    const struct dtrace_probe_description *probe = named_probe(consumer, found->ecb);
    size_t width = __builtin_strlen(probe->function) + 1 + __builtin_strlen(probe->name);
    text_print(&consumer->sink, "%3u %6u ", cpu, found->ecb->probe);
    text_put_blanks(&consumer->sink, width < 32 ? 32 - width : 0);
    text_print(&consumer->sink, "%s:%s ", probe->function, probe->name);
}

static void print_heading(struct consumer *consumer, bool flow)
{
    if (consumer->headed || consumer->muted)
        return;
    consumer->headed = true;
    if (flow)
        text_print(&consumer->sink, "%3s %-41s\n", "CPU", "FUNCTION");
    else
        text_print(&consumer->sink, "%3s %6s %32s\n", "CPU", "ID", "FUNCTION:NAME");
}

void consumer_print_prefix(struct consumer *consumer, const struct dtrace_found *found,
                           const struct dtrace_ecb_description *next, uint32_t cpu)
{
    bool flow = consumer_has(consumer, DOF_OPTION_FLOWINDENT);
    if (!flow && consumer_has(consumer, DOF_OPTION_QUIET))
        return;
    print_heading(consumer, flow);
    if (flow)
        print_flow(consumer, found, next, cpu);
    else
        print_plain(consumer, found, cpu);
}
