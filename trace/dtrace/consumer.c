/* The consumer: which record comes when, and what stands around it. */
#include "trace/dtrace/consumer.h"

#include <stdarg.h>

#include "trace/dtrace/consumer_parts.h"

bool consumer_has(const struct consumer *consumer, enum dof_option_id option)
{
    return consumer->options[option] != DOF_OPTION_UNSET;
}

void consumer_complain(struct consumer *consumer, enum dtrace_consume_status status,
                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_print(&consumer->faults, "dtrace: ");
    text_print_list(&consumer->faults, format, arguments);
    text_print(&consumer->faults, "\n");
    va_end(arguments);
    consumer_tell_complaint(consumer);
    if (status > consumer->status)
        consumer->status = status;
}

const struct dtrace_probe_description *consumer_probe_of(const struct consumer *consumer,
                                                         const struct dtrace_ecb_description *ecb)
{
    return consumer->source->probe(consumer->source->context, ecb->probe);
}

static bool of_probe(const struct dtrace_found *found, uint32_t probe)
{
    return found->ecb->probe == probe;
}

/* Which clause the record behind this one belongs to, on the same CPU. */
static const struct dtrace_ecb_description *next_ecb(struct dtrace_walk walk)
{
    struct dtrace_found next;
    return dtrace_walk_next(&walk, &next) ? next.ecb : NULL;
}

static void print_record(struct consumer *consumer, const struct dtrace_walk *behind,
                         const struct dtrace_found *found)
{
    if (found->ecb->uarg == DTRACE_UARG_ERROR) {
        consumer_print_error(consumer, found);
        return;
    }
    if (consumer->left == 0)
        return;
    if (consumer_probe_of(consumer, found->ecb) == NULL)
        consumer_complain(consumer, DTRACE_CONSUME_DAMAGED, "probe %u of EPID %u is not described",
                          found->ecb->probe, found->ecb->epid);
    bool flow = consumer_has(consumer, DOF_OPTION_FLOWINDENT);
    consumer_print_prefix(consumer, found, flow ? next_ecb(*behind) : NULL, behind->snapshot->cpu);
    consumer_limit_record(consumer, found->ecb->size);
    consumer_tell_begin(consumer, found, behind->snapshot->cpu);
    consumer_print_record(consumer, found);
    consumer_tell_end(consumer, found);
    consumer_limit_end(consumer);
    if (!consumer_has(consumer, DOF_OPTION_QUIET))
        text_print(&consumer->sink, "\n");
    consumer->last = found->ecb;
}

/* What was told before goes the same way without a sound: indents and options are then as they should be. */
static void print_found(struct consumer *consumer, const struct dtrace_walk *behind,
                        const struct dtrace_found *found)
{
    consumer->muted = behind->records <= behind->snapshot->told;
    print_record(consumer, behind, found);
    consumer->muted = false;
}

static void tell_damage(struct consumer *consumer, const struct dtrace_walk *walk)
{
    if (walk->damage != NULL)
        consumer_complain(consumer, DTRACE_CONSUME_DAMAGED,
                          "CPU %u: %s %u at byte %u of the buffer: the rest of it is left out",
                          walk->snapshot->cpu, walk->damage, walk->damage_id, walk->damage_at);
}

static void finish_buffer(struct consumer *consumer, const struct dtrace_walk *walk)
{
    tell_damage(consumer, walk);
    consumer_print_drops(consumer, walk->snapshot, "drop");
}

/* --- By time --- */

struct stream_of_cpu {
    struct dtrace_walk walk; /* behind `found` */
    struct dtrace_found found;
    bool open;
};

static struct stream_of_cpu *earliest(struct stream_of_cpu *streams, uint32_t count)
{
    struct stream_of_cpu *best = NULL;
    for (uint32_t i = 0; i < count; i++)
        if (streams[i].open && (best == NULL || streams[i].found.time < best->found.time))
            best = &streams[i];
    return best;
}

static bool print_by_time(struct consumer *consumer)
{
    struct stream_of_cpu *streams = dtrace_memory_array(
        consumer->memory, consumer->cpus, sizeof *streams, _Alignof(struct stream_of_cpu));
    if (streams == NULL)
        return false;
    for (uint32_t i = 0; i < consumer->cpus; i++) {
        streams[i].walk = dtrace_walk_of(consumer->source, &consumer->source->principal[i]);
        streams[i].open = dtrace_walk_next(&streams[i].walk, &streams[i].found);
    }
    for (struct stream_of_cpu *next; (next = earliest(streams, consumer->cpus)) != NULL;) {
        print_found(consumer, &next->walk, &next->found);
        next->open = dtrace_walk_next(&next->walk, &next->found);
    }
    for (uint32_t i = 0; i < consumer->cpus; i++)
        finish_buffer(consumer, &streams[i].walk);
    return true;
}

/* --- CPU by CPU --- */

enum which {
    ALL,
    ONLY_BEGIN,
    BUT_BEGIN
};

static void print_cpu(struct consumer *consumer, uint32_t cpu, enum which which)
{
    struct dtrace_walk walk = dtrace_walk_of(consumer->source, &consumer->source->principal[cpu]);
    for (struct dtrace_found found; dtrace_walk_next(&walk, &found);) {
        bool begin = of_probe(&found, DTRACE_BEGIN);
        if (which == ALL || begin == (which == ONLY_BEGIN))
            print_found(consumer, &walk, &found);
    }
    if (which != ONLY_BEGIN)
        finish_buffer(consumer, &walk);
}

/* The CPU on which END fired; the number of CPUs if none is known. */
static uint32_t end_cpu_of(const struct consumer *consumer)
{
    for (uint32_t cpu = 0; cpu < consumer->cpus; cpu++) {
        struct dtrace_walk walk =
            dtrace_walk_of(consumer->source, &consumer->source->principal[cpu]);
        for (struct dtrace_found found; dtrace_walk_next(&walk, &found);)
            if (of_probe(&found, DTRACE_END))
                return cpu;
    }
    return consumer->cpus;
}

/* What BEGIN has recorded comes first, and what END has, last, wherever they fired. */
static void print_by_cpu(struct consumer *consumer)
{
    uint32_t begin = consumer->source->begin_cpu, end = end_cpu_of(consumer);
    bool same = begin == end;
    if (begin < consumer->cpus)
        print_cpu(consumer, begin, same ? ONLY_BEGIN : ALL);
    for (uint32_t cpu = 0; cpu < consumer->cpus; cpu++)
        if (cpu != begin && cpu != end)
            print_cpu(consumer, cpu, ALL);
    if (end < consumer->cpus)
        print_cpu(consumer, end, same ? BUT_BEGIN : ALL);
}

static void print_records(struct consumer *consumer)
{
    if (consumer->source->principal == NULL)
        return;
    if (consumer_has(consumer, DOF_OPTION_TEMPORAL)) {
        if (print_by_time(consumer))
            return;
        consumer_complain(consumer, DTRACE_CONSUME_NO_MEMORY,
                          "no memory to merge the CPUs by time: they follow one by one");
    }
    print_by_cpu(consumer);
}

static void take_options(struct consumer *consumer)
{
    for (uint32_t i = 0; i < DOF_OPTIONS; i++)
        consumer->options[i] =
            consumer->source->options != NULL ? consumer->source->options[i] : DOF_OPTION_UNSET;
}

enum dtrace_consume_status dtrace_consume_to(const struct dtrace_outlet *outlet,
                                             const struct dtrace_source *source,
                                             struct dtrace_memory *memory)
{
    static const struct dtrace_listener nobody;
    size_t mark = memory->used;
    struct consumer consumer = {
        .source = source,
        .memory = memory,
        .cpus = source->cpus < DTRACE_CPUS_MAX ? source->cpus : DTRACE_CPUS_MAX,
        .listener = outlet->listener != NULL ? outlet->listener : &nobody,
    };
    consumer.sink = consumer_filter_start(&consumer, &consumer.filters[0], outlet->records);
    consumer.faults = consumer_filter_start(&consumer, &consumer.filters[1], outlet->faults);
    consumer_limit_start(&consumer);
    take_options(&consumer);
    consumer_print_status(&consumer);
    consumer_load_aggregations(&consumer);
    print_records(&consumer);
    text_print(&consumer.sink, "\n");
    consumer_print_rest(&consumer);
    consumer_print_killed(&consumer);
    memory->used = mark;
    return consumer.status;
}

enum dtrace_consume_status dtrace_consume(const struct text_sink *sink,
                                          const struct dtrace_source *source,
                                          struct dtrace_memory *memory)
{
    const struct dtrace_outlet outlet = {sink, sink, NULL};
    return dtrace_consume_to(&outlet, source, memory);
}
