/* Verifying anonymous tracing. */
#include "flight/verify.h"

static void check_buffer(struct verify *verify, uint32_t which, uint32_t cpu)
{
    const struct model_buffer *buffer = &verify->model->dtrace.buffers[which][cpu];
    const struct dtrace_buffer_books *books = &buffer->snapshot.books;
    const struct trace_books plain = {books->emitted, books->kept, books->overwritten,
                                      books->dropped, books->filtered};
    const char *name =
        which == STREAM_BUFFER_PRINCIPAL ? "the principal buffer" : "the aggregations buffer";
    if (model_dtrace_lacks_books(&verify->model->dtrace, which, cpu))
        verify_problem(verify, "books of %s, CPU %u were not received", name, cpu);
    if (!buffer->known)
        return;
    verify_balance(verify, name, cpu, &plain);
    /* What aggregations keep are firings, of which many are one record. */
    if (which == STREAM_BUFFER_PRINCIPAL && books->kept != buffer->received)
        verify_problem(verify, "books of %s, CPU %u: %llu kept, but %llu records were received",
                       name, cpu, (unsigned long long)books->kept,
                       (unsigned long long)buffer->received);
    if (which == STREAM_BUFFER_AGGREGATIONS &&
        model_dtrace_bytes_missing(&verify->model->dtrace, cpu) > 0)
        verify_problem(verify, "books of %s, CPU %u: %u bytes, but %llu were received", name, cpu,
                       buffer->size, (unsigned long long)buffer->came);
}

void verify_dtrace(struct verify *verify)
{
    const struct model_dtrace *dtrace = &verify->model->dtrace;
    if (!model_dtrace_is_there(dtrace))
        return;
    if (!dtrace->known)
        verify_problem(verify, "anonymous tracing: its state was not received");
    if (dtrace->incomplete > 0)
        verify_problem(verify, "anonymous tracing: of %llu runs of records a part is missing",
                       (unsigned long long)dtrace->incomplete);
    for (uint32_t which = 0; which < STREAM_BUFFERS; which++)
        for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++)
            check_buffer(verify, which, cpu);
}
