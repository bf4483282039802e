/* Verifying frames: damage, gaps, malformed payloads, verdict, schema, sizes. */
#include "flight/verify.h"

#include <stdlib.h>

#include "flight/print.h"
#include "flight/schema.h"

static void check_damage(struct verify *verify)
{
    const struct index_boot *boot = &verify->model->boot;
    size_t count = boot->end_damage - boot->first_damage;
    for (size_t i = 0; i < count && i < MODEL_REPORTS; i++) {
        const struct index_damage *damage = &verify->model->index.damages[boot->first_damage + i];
        verify_problem(verify, "damaged frame: bytes %llu to %llu",
                       (unsigned long long)damage->start, (unsigned long long)damage->end - 1);
    }
    verify_more(verify, count, "damaged frames");
}

/* Frames that the boot has itself reported as lost are a loss, not a fault of the capture. */
static void tell_announced(struct verify *verify)
{
    text_print(verify->sink, "missing as announced: ");
    print_count(verify->sink, verify->model->boot.missing, "frame");
    text_print(verify->sink, ", for which the line had no room\n");
}

static void check_gaps(struct verify *verify)
{
    if (capture_model_missing_announced(verify->model)) {
        tell_announced(verify);
        return;
    }
    size_t count;
    struct index_gap *gaps = frame_index_gaps(&verify->model->index, &verify->model->boot, &count);
    for (size_t i = 0; i < count && i < MODEL_REPORTS; i++)
        verify_problem(verify, "sequence gap: frames %llu to %llu are missing before byte %llu",
                       (unsigned long long)gaps[i].first, (unsigned long long)gaps[i].last,
                       (unsigned long long)gaps[i].offset);
    verify_more(verify, count, "sequence gaps");
    free(gaps);
}

static void check_malformed(struct verify *verify)
{
    const struct capture_model *model = verify->model;
    for (uint64_t i = 0; i < model->malformed && i < MODEL_REPORTS; i++)
        verify_problem(verify, "malformed payload: frame at byte %llu",
                       (unsigned long long)model->malformed_at[i]);
    verify_more(verify, model->malformed, "malformed payloads");
}

static bool known_status(struct frame_string status)
{
    return frame_string_is(status, "success") || frame_string_is(status, "failure") ||
           frame_string_is(status, "panic");
}

static void check_verdict(struct verify *verify)
{
    const struct model_verdict *verdict = &verify->model->verdict;
    if (!verdict->known) {
        verify_problem(verify, "verdict: none was received");
        return;
    }
    if (verify->model->verdicts > 1)
        verify_problem(verify, "verdict: there are %llu of them",
                       (unsigned long long)verify->model->verdicts);
    if (!verdict->last)
        verify_problem(verify, "verdict: it is not the last frame");
    if (verdict->frames != verdict->number + 1)
        verify_problem(verify, "verdict: it counts %u frames and is itself number %llu",
                       verdict->frames, (unsigned long long)verdict->number);
    if (!known_status(verdict->status))
        verify_problem(verify, "verdict: its status is none of success, failure, panic");
}

void verify_frames(struct verify *verify)
{
    if (verify->model->boot.accepted == 0)
        verify_problem(verify, "no frame was received");
    check_damage(verify);
    check_gaps(verify);
    check_malformed(verify);
    check_verdict(verify);
}

static void check_kind(struct verify *verify, char kind, const char *known)
{
    struct frame_string sent = verify->model->schema[(uint8_t)kind];
    if (sent.text == NULL && verify->model->kind[(uint8_t)kind].frames > 0)
        verify_problem(verify, "schema: no definition of the frames of kind %c", kind);
    if (sent.text != NULL && schema_shared(sent, known) == 0)
        verify_problem(verify, "schema: frames of kind %c have other fields than '%s'", kind,
                       known);
}

void verify_schema(struct verify *verify)
{
    const struct model_header *header = &verify->model->header;
    if (!header->known)
        verify_problem(verify, "schema: no header frame was received");
    else if (header->version != STREAM_VERSION)
        verify_problem(verify, "schema: version %u, this reader knows %u", header->version,
                       STREAM_VERSION);
    for (uint32_t kind = 0; kind < MODEL_KINDS; kind++) {
        const char *known = stream_fields((char)kind);
        if (known != NULL)
            check_kind(verify, (char)kind, known);
    }
}

/* Long, because it is a table: a case for each kind of frame. */
static const char *kind_name(char kind)
{
    switch ((enum stream_kind)kind) {
    case STREAM_HEADER:
        return "header";
    case STREAM_SCHEMA:
        return "schema";
    case STREAM_CONFIG:
        return "configuration";
    case STREAM_CLOCK:
        return "clock";
    case STREAM_CPU:
        return "CPUs";
    case STREAM_MODULE:
        return "modules";
    case STREAM_PHASE:
        return "phases";
    case STREAM_NAME:
        return "names";
    case STREAM_TASK:
        return "tasks";
    case STREAM_TABLE:
        return "books";
    case STREAM_EVENTS:
        return "events";
    case STREAM_LOSS:
        return "lost on the line";
    case STREAM_VERDICT:
        return "verdict";
    case STREAM_DTRACE:
        return "state of anonymous tracing";
    case STREAM_PROBE:
        return "probes";
    case STREAM_ECB:
        return "clauses on probes";
    case STREAM_AGGREGATION:
        return "aggregations";
    case STREAM_BUFFER:
        return "books of buffers";
    case STREAM_BYTES:
        return "records";
    case STREAM_SYMBOL:
        return "symbols";
    }
    return "unknown";
}

static uint64_t plain_events(const struct capture_model *model)
{
    uint64_t plain = 0;
    for (uint32_t table = 0; table < TRACE_TABLES; table++)
        for (size_t i = 0; i < model->events[table].count; i++)
            plain += model->events[table].items[i].used ? 0 : 1;
    return plain;
}

static void print_ratio(const struct text_sink *sink, uint64_t bytes, uint64_t events)
{
    if (events == 0) {
        text_print(sink, "-");
        return;
    }
    uint64_t hundredths = (bytes * 100 + events / 2) / events;
    text_print(sink, "%llu.%02u", (unsigned long long)(hundredths / 100),
               (unsigned)(hundredths % 100));
}

static void print_kind(const struct text_sink *sink, const char *kind, const struct model_kind *sum,
                       const char *name)
{
    text_print(sink, "%-5s %10llu %12llu  %s\n", kind, (unsigned long long)sum->frames,
               (unsigned long long)sum->bytes, name);
}

void verify_sizes(const struct text_sink *sink, const struct capture_model *model)
{
    struct model_kind total = {0};
    text_print(sink, "%-5s %10s %12s\n", "kind", "frames", "bytes");
    for (uint32_t i = 0; i < MODEL_KINDS; i++) {
        const struct model_kind *kind = &model->kind[i];
        if (kind->frames == 0)
            continue;
        print_kind(sink, (char[]){(char)i, '\0'}, kind, kind_name((char)i));
        total.frames += kind->frames;
        total.bytes += kind->bytes;
    }
    print_kind(sink, "total", &total, "");
    uint64_t plain = plain_events(model);
    text_print(sink, "%llu plain events\nbytes per event: ", (unsigned long long)plain);
    print_ratio(sink, total.bytes, plain);
    text_print(sink, " (all frames), ");
    print_ratio(sink, model->kind[STREAM_EVENTS].bytes, plain);
    text_print(sink, " (event frames alone)\n");
}
