/* How much text a record may become.
 *
 * A format and its widths can make megabytes of a record of 20 bytes, and a printa() in each of a hundred thousand
 * records prints all aggregations as often.  So a record has 64 KiB and 64 bytes for each of its own, which are five
 * times what a dump takes, and all of them together have 64 MiB beside that. */
#include "trace/dtrace/consumer_parts.h"

enum {
    TEXT_OF_A_BYTE = 64,
    TEXT_OF_A_RECORD = 64 * 1024,
    TEXT_OF_ALL = 64 * 1024 * 1024,
    BYTES_OF_A_PASS =
        64 /* of aggregations, that a pass goes through in the time of a byte of text */
};

static uint64_t recorded(const struct dtrace_snapshot *snapshots, uint32_t count)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; snapshots != NULL && i < count; i++)
        bytes += snapshots[i].size;
    return bytes;
}

void consumer_limit_start(struct consumer *consumer)
{
    const struct dtrace_source *source = consumer->source;
    uint64_t bytes = recorded(source->principal, consumer->cpus) +
                     recorded(source->aggregations, consumer->cpus);
    consumer->left = TEXT_OF_ALL + TEXT_OF_A_BYTE * bytes;
    consumer->room = UINT64_MAX;
}

void consumer_limit_record(struct consumer *consumer, uint32_t size)
{
    uint64_t most = TEXT_OF_A_RECORD + (uint64_t)TEXT_OF_A_BYTE * size;
    consumer->room = consumer->left < most ? consumer->left : most;
    consumer->left -= consumer->room;
}

void consumer_limit_end(struct consumer *consumer)
{
    consumer->left += consumer->room;
    consumer->room = UINT64_MAX;
    if (!consumer->cut || consumer->cut_told)
        return;
    consumer->cut_told = true;
    text_print(&consumer->sink, "\n");
    consumer_complain(
        consumer, DTRACE_CONSUME_OK,
        "text is left out: a record may have %d bytes and %d for each of its own, and "
        "all of them %d MiB beside that",
        TEXT_OF_A_RECORD, TEXT_OF_A_BYTE, TEXT_OF_ALL >> 20);
}

bool consumer_limit_pass(struct consumer *consumer)
{
    uint64_t cost = recorded(consumer->source->aggregations, consumer->cpus) / BYTES_OF_A_PASS;
    if (cost > consumer->left) {
        consumer->cut = true;
        return false;
    }
    consumer->left -= cost;
    return true;
}

uint64_t consumer_limit_printa(struct consumer *consumer)
{
    uint64_t room = consumer->room;
    consumer->room = consumer->left;
    consumer->left = 0;
    return room;
}

void consumer_limit_printa_end(struct consumer *consumer, uint64_t room)
{
    consumer->left = consumer->room;
    consumer->room = room;
}
