/* Anonymous tracing for people: the text of the kernel's own consumer. */
#include "flight/report_dtrace.h"

#include <stdlib.h>

#include "flight/memory.h"
#include "flight/print.h"
#include "flight/report_dtrace_lines.h"

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

/* Where a line about what is missing goes. */
struct missing {
    const struct text_sink *sink;
    void (*end_line)(void *context);
    void *context;
    uint32_t lines;
};

static void end_missing(struct missing *missing)
{
    missing->lines++;
    missing->end_line(missing->context);
}

static void tell_missing_records(struct missing *missing, const struct model_buffer *buffer,
                                 uint32_t cpu)
{
    uint64_t kept = buffer->snapshot.books.kept;
    if (!buffer->known || buffer->received >= kept)
        return;
    text_print(missing->sink, "CPU %u: ", cpu);
    print_count(missing->sink, kept - buffer->received, "record");
    text_print(missing->sink, " of ");
    print_grouped(missing->sink, kept);
    text_print(missing->sink, " did not come over the line");
    end_missing(missing);
}

static void tell_missing_aggregations(struct missing *missing, const struct model_dtrace *dtrace,
                                      uint32_t cpu)
{
    uint64_t bytes = model_dtrace_bytes_missing(dtrace, cpu);
    if (bytes == 0)
        return;
    text_print(missing->sink, "CPU %u: ", cpu);
    print_count(missing->sink, bytes, "byte");
    text_print(missing->sink, " of aggregations, of ");
    print_grouped(missing->sink, dtrace->buffers[STREAM_BUFFER_AGGREGATIONS][cpu].size);
    text_print(missing->sink, ", did not come over the line");
    end_missing(missing);
}

static void tell_missing_state(struct missing *missing, const struct model_dtrace *dtrace)
{
    if (dtrace->known || !model_dtrace_is_there(dtrace))
        return;
    text_print(missing->sink,
               "the state did not come over the line: its options and drops are not known");
    end_missing(missing);
}

static void tell_missing_books(struct missing *missing, const struct model_dtrace *dtrace)
{
    uint32_t buffers = 0;
    for (uint32_t which = 0; which < STREAM_BUFFERS; which++)
        for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++)
            buffers += model_dtrace_lacks_books(dtrace, which, cpu);
    if (buffers == 0)
        return;
    text_print(missing->sink, "the books of ");
    print_count(missing->sink, buffers, "buffer");
    text_print(missing->sink, " did not come over the line: what was lost there is not known");
    end_missing(missing);
}

static void tell_missing(struct missing *missing, const struct model_dtrace *dtrace)
{
    tell_missing_state(missing, dtrace);
    tell_missing_books(missing, dtrace);
    for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++) {
        tell_missing_records(missing, &dtrace->buffers[STREAM_BUFFER_PRINCIPAL][cpu], cpu);
        tell_missing_aggregations(missing, dtrace, cpu);
    }
    if (dtrace->incomplete == 0)
        return;
    print_count(missing->sink, dtrace->incomplete, "run");
    text_print(missing->sink, " of records came in part and %s left out",
               dtrace->incomplete == 1 ? "is" : "are");
    end_missing(missing);
}

static void end_text(void *context)
{
    text_print(context, "\n");
}

void report_dtrace_text(const struct text_sink *sink, const struct model_dtrace *dtrace)
{
    if (!model_dtrace_is_there(dtrace))
        return;
    text_print(sink, "\nanonymous tracing\n");
    const struct dtrace_source source = model_dtrace_source(dtrace);
    struct dtrace_memory memory = memory_for(dtrace);
    (void)dtrace_consume(sink, &source, &memory); /* it says itself what is wrong */
    free(memory.bytes);
    struct missing missing = {sink, end_text, (void *)(uintptr_t)sink, 0};
    tell_missing(&missing, dtrace);
    text_print(sink, "\n");
}

/* --- Claims --- */

struct claim {
    FILE *out, *faults;
};

/* So that the two keep their order where they meet, as on a terminal. */
static void put_fault(void *context, const char *bytes, size_t length)
{
    const struct claim *claim = context;
    (void)fflush(claim->out);
    (void)fwrite(bytes, 1, length, claim->faults);
}

bool report_dtrace_claim(FILE *out, FILE *faults, const struct model_dtrace *dtrace)
{
    struct claim claim = {out, faults};
    const struct text_sink records = print_sink(out), complaints = {put_fault, &claim};
    const struct dtrace_outlet outlet = {&records, &complaints, NULL};
    const struct dtrace_source source = model_dtrace_source(dtrace);
    struct dtrace_memory memory = memory_for(dtrace);
    enum dtrace_consume_status status = dtrace_consume_to(&outlet, &source, &memory);
    free(memory.bytes);
    struct missing missing = {&complaints, end_text, (void *)(uintptr_t)&complaints, 0};
    tell_missing(&missing, dtrace);
    return status == DTRACE_CONSUME_OK && missing.lines == 0;
}

/* --- Claims for programs --- */

struct caught {
    FILE *out;
    char text[128]; /* two numbers and some words */
    struct text_buffer buffer;
};

static void end_caught(void *context)
{
    struct caught *caught = context;
    report_dtrace_line_of_damage(caught->out, json_string(caught->text));
    caught->buffer.length = 0;
}

bool report_dtrace_lines(FILE *out, const struct model_dtrace *dtrace)
{
    const struct dtrace_source source = model_dtrace_source(dtrace);
    struct dtrace_memory memory = memory_for(dtrace);
    enum dtrace_consume_status status = report_dtrace_write_lines(out, &source, &memory);
    free(memory.bytes);
    struct caught caught = {.out = out, .buffer = {caught.text, sizeof caught.text, 0}};
    const struct text_sink sink = text_buffer_sink(&caught.buffer);
    struct missing missing = {&sink, end_caught, &caught, 0};
    tell_missing(&missing, dtrace);
    return status == DTRACE_CONSUME_OK && missing.lines == 0;
}
