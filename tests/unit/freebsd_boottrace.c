/* What FreeBSD's boottrace(4) does. */
#include "tests/unit/freebsd_boottrace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t freebsd_table_size(uint32_t wanted)
{
    return wanted < 500 ? 500 : wanted;
}

static void make(struct freebsd_table *table, uint32_t size, bool wraps)
{
    *table = (struct freebsd_table){
        .slot = calloc(size, sizeof *table->slot),
        .size = size,
        .wraps = wraps,
        .drops_early = table->drops_early,
    };
    if (table->slot == NULL)
        abort();
}

/* The first slot of the boot table goes to an entry without a time, which is never shown. */
void freebsd_make_tables(struct freebsd_boottrace *boottrace, const uint32_t sizes[3])
{
    if (!boottrace->enabled)
        return;
    make(&boottrace->boot, sizes[0], false);
    make(&boottrace->run, sizes[1], true);
    make(&boottrace->stop, sizes[2], false);
    boottrace->boot.current = 1;
}

void freebsd_free_tables(struct freebsd_boottrace *boottrace)
{
    free(boottrace->boot.slot);
    free(boottrace->run.slot);
    free(boottrace->stop.slot);
}

/* Cut to what fits. */
static void copy(char *to, size_t size, const char *from, size_t length)
{
    size_t kept = length < size ? length : size - 1;
    memcpy(to, from, kept);
    to[kept] = '\0';
}

struct text {
    const char *bytes;
    size_t length;
};

static int record(struct freebsd_table *table, const struct freebsd_writer *writer,
                  struct text process, struct text event)
{
    if (table->slot == NULL) {
        table->drops_early++;
        return FREEBSD_ENOSPC;
    }
    uint32_t next = (table->current + 1) % table->size;
    if (next == 0 && !table->wraps) {
        table->drops_full++;
        return FREEBSD_ENOSPC;
    }
    struct freebsd_entry *entry = &table->slot[table->current];
    table->current = next;
    bool has_usage = writer->pid != 0;
    *entry = (struct freebsd_entry){
        .tsc = writer->tick,
        .tick = writer->tick,
        .cputime = has_usage ? writer->children_us : 0,
        .cpu = writer->cpu,
        .inblock = has_usage ? writer->children_in : 0,
        .oublock = has_usage ? writer->children_out : 0,
        .pid = writer->pid,
        .serial = writer->serial,
    };
    copy(entry->name, sizeof entry->name, event.bytes, event.length);
    copy(entry->process, sizeof entry->process, process.bytes, process.length);
    return 0;
}

static struct text writer_name(const struct freebsd_boottrace *boottrace)
{
    return (struct text){boottrace->writer.name, strlen(boottrace->writer.name)};
}

int freebsd_kernel(struct freebsd_boottrace *boottrace, const char *text)
{
    if (!boottrace->enabled || !boottrace->dotrace_kernel)
        return FREEBSD_ENXIO;
    struct freebsd_table *table = boottrace->shutdown || boottrace->rebooting ? &boottrace->stop
                                  : boottrace->bootdone                       ? &boottrace->run
                                                                              : &boottrace->boot;
    return record(table, &boottrace->writer, writer_name(boottrace),
                  (struct text){text, strlen(text)});
}

/* A full table is no error to the writer. */
static int write_to(struct freebsd_boottrace *boottrace, struct freebsd_table *table,
                    const char *text, size_t length)
{
    if (!boottrace->enabled)
        return 0;
    if (!boottrace->dotrace_user)
        return FREEBSD_ENXIO;
    if (length >= FREEBSD_MESSAGE)
        return FREEBSD_EINVAL;
    struct text process = writer_name(boottrace), event = {text, length};
    const char *colon = memchr(text, ':', length);
    if (colon != NULL) {
        process = (struct text){text, (size_t)(colon - text)};
        event = (struct text){colon + 1, length - process.length - 1};
    }
    (void)record(table, &boottrace->writer, process, event);
    return 0;
}

int freebsd_write_boottrace(struct freebsd_boottrace *boottrace, const char *text, size_t length)
{
    return write_to(boottrace, boottrace->bootdone ? &boottrace->run : &boottrace->boot, text,
                    length);
}

int freebsd_write_runtrace(struct freebsd_boottrace *boottrace, const char *text, size_t length)
{
    boottrace->bootdone = true;
    return write_to(boottrace, &boottrace->run, text, length);
}

int freebsd_write_shuttrace(struct freebsd_boottrace *boottrace, const char *text, size_t length)
{
    boottrace->shutdown = true;
    return write_to(boottrace, &boottrace->stop, text, length);
}

int freebsd_write_reset(struct freebsd_boottrace *boottrace)
{
    static const char event[] = "reset: sysctl_boottrace_reset";
    boottrace->bootdone = true;
    if (boottrace->enabled)
        (void)record(&boottrace->run, &boottrace->writer, writer_name(boottrace),
                     (struct text){event, sizeof event - 1});
    return 0;
}

int freebsd_write_enabled(void)
{
    return FREEBSD_EPERM;
}

int freebsd_write_dotrace(void)
{
    return FREEBSD_ENOENT;
}

/* --- The log ------------------------------------------------------------------------------- */

const char freebsd_log_head[] = "\n\nCPU      msecs      delta process                  event"
                                "                                      PID CPUtime IBlks OBlks\n";

static uint64_t ms_of(uint64_t tick, uint64_t hz)
{
    return tick * 1000000 / hz / 1000;
}

uint32_t freebsd_rows(const struct freebsd_table *table, uint64_t hz, struct freebsd_row *rows)
{
    uint32_t count = 0;
    uint64_t before = 0;
    for (uint32_t i = 0; i < table->size; i++) {
        const struct freebsd_entry *entry = &table->slot[(table->current + i) % table->size];
        if (entry->tsc == 0)
            continue;
        uint64_t ms = ms_of(entry->tick, hz);
        uint64_t delta = count > 0 && ms > before ? ms - before : 0;
        rows[count++] = (struct freebsd_row){entry, ms, delta, true};
        before = ms;
    }
    return count;
}

void freebsd_show(struct freebsd_row *rows, uint32_t count, int32_t threshold_ms)
{
    uint64_t threshold = (uint64_t)(int64_t)threshold_ms; /* a negative one is enormous */
    for (uint32_t i = 0; i < count; i++) {
        rows[i].shown = threshold == 0 || rows[i].delta > threshold;
        if (i > 0 && rows[i].shown)
            rows[i - 1].shown = true;
    }
}

void freebsd_print_row(const struct freebsd_row *row, char line[FREEBSD_LINE])
{
    const struct freebsd_entry *entry = row->entry;
    snprintf(line, FREEBSD_LINE, "%3u %10llu %10llu %-24s %-40s %5d %4d.%02d %5u %5u\n", entry->cpu,
             (unsigned long long)row->ms, (unsigned long long)row->delta, entry->process,
             entry->name, (int)entry->pid, (int)(entry->cputime / 1000000),
             (int)(entry->cputime % 1000000 / 10000), entry->inblock, entry->oublock);
}

uint64_t freebsd_total(const struct freebsd_row *rows, uint32_t count)
{
    uint64_t smallest = UINT64_MAX;
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].ms < smallest)
            smallest = rows[i].ms;
    return count == 0 ? 0 : rows[count - 1].ms - smallest;
}
