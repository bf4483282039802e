/* What the books of a capture imply. */
#include "flight/model_books.h"

static void add(struct model_books *sum, const struct model_books *books)
{
    if (!sum->known) {
        *sum = *books;
        return;
    }
    sum->books.emitted += books->books.emitted;
    sum->books.kept += books->books.kept;
    sum->books.overwritten += books->books.overwritten;
    sum->books.dropped += books->books.dropped;
    sum->books.filtered += books->books.filtered;
    sum->received += books->received;
}

struct model_books model_books_sum(const struct capture_model *model, enum trace_table_id table,
                                   uint32_t *cpus)
{
    struct model_books sum = {.known = false};
    uint32_t count = 0;
    for (uint32_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++) {
        const struct model_books *books = &model->books[table][cpu];
        if (!books->known)
            continue;
        add(&sum, books);
        count++;
    }
    if (cpus != NULL)
        *cpus = count;
    return sum;
}

struct trace_range model_books_range(const struct model_books *table)
{
    const struct trace_books *books = &table->books;
    uint64_t first = books->overwritten;
    uint64_t written = books->emitted >= books->filtered ? books->emitted - books->filtered : 0;
    if (written < first)
        return (struct trace_range){first, first, written, 0};
    uint64_t held = written - first;
    return (struct trace_range){first, first + (held < table->capacity ? held : table->capacity),
                                written, 0};
}

uint64_t model_books_unpublished(const struct model_books *table)
{
    struct trace_range range = model_books_range(table);
    uint64_t held = range.end - range.first, kept = table->books.kept;
    uint64_t unpublished = held > kept ? held - kept : 0;
    return unpublished < table->books.dropped ? unpublished : table->books.dropped;
}

bool model_books_balance(const struct trace_books *books)
{
    /* One by one against what is left, so that no sum of hostile numbers wraps into balance. */
    uint64_t left = books->emitted;
    const uint64_t parts[] = {books->kept, books->overwritten, books->dropped, books->filtered};
    for (uint32_t i = 0; i < 4; i++) {
        if (parts[i] > left)
            return false;
        left -= parts[i];
    }
    return left == 0;
}
