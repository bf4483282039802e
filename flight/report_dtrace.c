/* Anonymous tracing for people: the text of the kernel's own consumer. */
#include "flight/report_dtrace.h"

#include <stdlib.h>

#include "flight/memory.h"
#include "flight/print.h"

#define MEMORY_MAX ((size_t)1 << 28) /* bytes */

/* What the consumer needs to merge and sort what came of aggregations. */
static struct dtrace_memory memory_for(const struct model_dtrace *dtrace)
{
    uint64_t bytes = 1 << 16;
    for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++) {
        const struct model_buffer *buffer = &dtrace->buffers[STREAM_BUFFER_AGGREGATIONS][cpu];
        bytes += buffer->received * 512 + buffer->received_bytes * 8;
    }
    size_t size = bytes < MEMORY_MAX ? (size_t)bytes : MEMORY_MAX;
    return (struct dtrace_memory){.bytes = memory_zeroed(size, 1), .size = size};
}

static void print_missing(const struct text_sink *sink, const struct model_dtrace *dtrace)
{
    for (uint32_t which = 0; which < STREAM_BUFFERS; which++)
        for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++) {
            const struct model_buffer *buffer = &dtrace->buffers[which][cpu];
            uint64_t kept = buffer->snapshot.books.kept;
            if (!buffer->known || buffer->received >= kept || which != STREAM_BUFFER_PRINCIPAL)
                continue;
            text_print(sink, "CPU %u: ", cpu);
            print_count(sink, kept - buffer->received, "record");
            text_print(sink, " of ");
            print_grouped(sink, kept);
            text_print(sink, " did not come over the line\n");
        }
    if (dtrace->incomplete == 0)
        return;
    print_count(sink, dtrace->incomplete, "run");
    text_print(sink, " of records came in part and %s left out\n",
               dtrace->incomplete == 1 ? "is" : "are");
}

void report_dtrace_claim(const struct text_sink *sink, const struct model_dtrace *dtrace)
{
    if (!model_dtrace_is_there(dtrace))
        return;
    const struct dtrace_source source = model_dtrace_source(dtrace);
    struct dtrace_memory memory = memory_for(dtrace);
    (void)dtrace_consume(sink, &source, &memory); /* it says itself what is wrong */
    free(memory.bytes);
    print_missing(sink, dtrace);
}

void report_dtrace_text(const struct text_sink *sink, const struct model_dtrace *dtrace)
{
    if (!model_dtrace_is_there(dtrace))
        return;
    text_print(sink, "\nanonymous tracing\n");
    report_dtrace_claim(sink, dtrace);
    text_print(sink, "\n");
}
