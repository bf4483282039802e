/* What was lost, and what went wrong, in dtrace(1M)'s words. */
#include "trace/dtrace/consumer_parts.h"
#include "trace/dtrace/run.h"

enum {
    FAULT_LIBRARY = 1000
};

static void print_loss(struct consumer *consumer, uint64_t count, const char *noun,
                       const char *more)
{
    if (count == 0)
        return;
    text_print(&consumer->faults, "dtrace: %llu %s%s%s\n", (unsigned long long)count, noun,
               count == 1 ? "" : "s", more);
    consumer_tell_loss(consumer, &(struct dtrace_loss){.what = noun, .count = count});
}

void consumer_print_status(struct consumer *consumer)
{
    const struct dtrace_status *status = &consumer->source->status;
    print_loss(consumer, status->dynamic_drops, "dynamic variable drop", "");
    print_loss(consumer, status->speculation_drops, "speculative drop", "");
    print_loss(consumer, status->speculations_busy, "failed speculation",
               " (available buffer(s) still busy)");
    print_loss(consumer, status->speculations_unavailable, "failed speculation",
               " (no speculative buffer available)");
    print_loss(consumer, status->errors_in_errors, "error", " in ERROR probe enabling");
    print_loss(consumer, status->stack_string_overflows, "jstack()/ustack() string table overflow",
               "");
    print_loss(consumer, status->nested, "firing", " inside another one passed over");
}

/* As dtrace(1M) ends then; what was recorded before is printed here all the same. */
void consumer_print_killed(struct consumer *consumer)
{
    if (consumer->source->status.killed == 0)
        return;
    text_print(&consumer->faults,
               "dtrace: processing aborted: Abort due to systemic unresponsiveness\n");
    consumer_tell_complaint(consumer);
}

void consumer_print_drops(struct consumer *consumer, const struct dtrace_snapshot *snapshot,
                          const char *noun)
{
    uint64_t dropped = snapshot->books.dropped;
    if (dropped == 0)
        return;
    text_print(&consumer->faults, "dtrace: %llu %s%s on CPU %u\n", (unsigned long long)dropped,
               noun, dropped == 1 ? "" : "s", snapshot->cpu);
    consumer_tell_loss(consumer,
                       &(struct dtrace_loss){.what = noun, .count = dropped, .buffer = snapshot});
}

void consumer_print_error_head(struct consumer *consumer, uint32_t epid)
{
    const struct dtrace_source *source = consumer->source;
    const struct dtrace_ecb_description *ecb = source->ecb(source->context, epid);
    const struct dtrace_probe_description *probe =
        ecb == NULL ? NULL : consumer_probe_of(consumer, ecb);
    text_print(&consumer->faults, "dtrace: error on enabled probe ID %u (ID ", epid);
    if (probe == NULL)
        text_print(&consumer->faults, "unknown): ");
    else
        text_print(&consumer->faults, "%u: %s:%s:%s:%s): ", probe->id, probe->provider,
                   probe->module, probe->function, probe->name);
}

static bool has_address(uint64_t fault)
{
    return fault == DIF_FAULT_BADADDR || fault == DIF_FAULT_BADALIGN || fault == DIF_FAULT_BADSTACK;
}

static const char *wording(uint64_t fault)
{
    if (fault == FAULT_LIBRARY)
        return "library-level fault";
    return dif_fault_str(fault <= DIF_FAULT_WORK ? (enum dif_fault)fault : DIF_FAULT_NONE);
}

/* EPID, action, offset, fault, address: arg1 to arg5 of dtrace:::ERROR. */
static bool read_error(const struct dtrace_found *found, struct dtrace_error *error)
{
    uint64_t argument[5];
    const struct dtrace_ecb_description *ecb = found->ecb;
    for (uint32_t i = 0; i < 5; i++) {
        const uint8_t *bytes =
            i < ecb->record_count ? dtrace_piece(&ecb->records[i], found->bytes, ecb->size) : NULL;
        if (bytes == NULL || ecb->records[i].size != 8)
            return false;
        argument[i] = dtrace_read_unsigned(bytes, 8);
    }
    *error = (struct dtrace_error){.recorded = true,
                                   .epid = (uint32_t)argument[0],
                                   .action = (uint32_t)argument[1],
                                   .offset = (int32_t)argument[2],
                                   .fault = argument[3],
                                   .text = wording(argument[3]),
                                   .has_address = has_address(argument[3]),
                                   .address = argument[4]};
    return true;
}

void consumer_print_error(struct consumer *consumer, const struct dtrace_found *found)
{
    struct dtrace_error error;
    if (!read_error(found, &error)) {
        consumer_complain(consumer, DTRACE_CONSUME_DAMAGED,
                          "EPID %u is no ERROR clause as it should be", found->ecb->epid);
        return;
    }
    const struct text_sink *sink = &consumer->faults;
    consumer_print_error_head(consumer, error.epid);
    text_print(sink, "%s", error.text);
    if (error.has_address)
        text_print(sink, " (0x%llx)", (unsigned long long)error.address);
    if (error.action == 0)
        text_print(sink, " in predicate");
    else
        text_print(sink, " in action #%d", (int)error.action);
    if (error.offset != -1)
        text_print(sink, " at DIF offset %d", error.offset);
    text_print(sink, "\n");
    consumer_tell_error(consumer, &error);
}
