/* What the frames say: kinds, payloads, and the writer of each.
 *
 * Every payload is a row of unsigned LEB128 numbers (u) and strings (s: a length u and
 * that many bytes).  The schema frames say in the stream itself which (stream_fields); readers ignore what
 * follows the fields that they know.  docs/format.md is the definition. */
#pragma once

#include "trace/arena.h"
#include "trace/frame.h"

/* Of the stream, in its header. */
#define STREAM_VERSION 1u

enum stream_kind {
    STREAM_HEADER = 'H',  /* who writes, and what it is built from: the first frame */
    STREAM_SCHEMA = 'S',  /* the fields of a kind */
    STREAM_CONFIG = 'K',  /* a setting */
    STREAM_CLOCK = 'C',   /* what a cycle is */
    STREAM_CPU = 'U',     /* the clock of a CPU beside the boot CPU's */
    STREAM_MODULE = 'M',  /* a boot module, and what became of it */
    STREAM_PHASE = 'P',   /* a phase has begun */
    STREAM_NAME = 'N',    /* the text of an id */
    STREAM_TASK = 'I',    /* the process of an id */
    STREAM_TABLE = 'T',   /* the books of a table */
    STREAM_EVENTS = 'E',  /* events of a table */
    STREAM_LOSS = 'L',    /* what did not reach the line */
    STREAM_VERDICT = 'V', /* how it ended: the last frame */

    /* Of anonymous tracing: trace/dtrace/dtrace_stream.h. */
    STREAM_DTRACE = 'D',      /* the state */
    STREAM_PROBE = 'Q',       /* a probe that recorded */
    STREAM_ECB = 'R',         /* what an EPID means */
    STREAM_AGGREGATION = 'A', /* the same of an aggregation */
    STREAM_BUFFER = 'B',      /* the books of a buffer */
    STREAM_BYTES = 'W',       /* what a buffer holds */
    STREAM_SYMBOL = 'F',      /* what stands at an address */
};

/* The fields of a kind, as its schema frame says them; NULL if there is no such kind. */
const char *stream_fields(char kind);

/* An event in an events frame: control = cycles since the previous event << 3 | these, and the
 * fields that they announce follow, in this order.  Before the first event, name and task are
 * 0 and the time is the frame's. */
enum stream_event_flags {
    STREAM_EVENT_NAME = 1,  /* name:u, else as before */
    STREAM_EVENT_TASK = 2,  /* task:u, else as before */
    STREAM_EVENT_USAGE = 4, /* cpu_ns:u in_blocks:u out_blocks:u */
};

/* A piece of a record, in frames of ECBs and aggregations: control is these, and the fields that they announce
 * follow in this order. */
enum stream_piece_flags {
    STREAM_PIECE_FORMAT = 1, /* format:s */
    STREAM_PIECE_AGAIN = 2,  /* the format of the piece before */
    STREAM_PIECE_STRING = 4,
};

/* What anonymous tracing has sent of its own; a bit for each id, and ids beyond are sent again and again. */
struct stream_dtrace {
    uint32_t schema_sent; /* kinds */
    bool state_sent;
    uint32_t buffer;           /* cpu * 2 + which, of the next one */
    bool buffer_open;          /* whose run from here on has not been sent: */
    uint32_t at, end;          /* offsets */
    bool turned;               /* in the part of a ring behind its end */
    uint32_t described;        /* records from there on of which all that they need has been sent */
    uint32_t step, steps_done; /* of what the next one needs */
    bool run_open;             /* its frames are being sent: */
    uint32_t run_start, run_end, run_at;
    uint32_t run_walk_end;
    bool run_turned;
    uint8_t probes[2048]; /* ids below 16,384, three times as many as there are */
    uint8_t ecbs[8192];   /* EPIDs of a dozen clauses that mean every probe */
    uint8_t aggregations[128];
    uint64_t symbols[64]; /* addresses, each where its hash says, which the next one may take */
};

/* The stream of one boot.  Sends each name and task that an event uses, once and
 * before it; others not.
 *
 * Any of its functions may be cut off by a panic, which then calls them again: each remembers
 * what has been sent whole and goes on from there. */
struct stream {
    struct frame_writer writer;
    bool header_sent;
    uint32_t header_cpus; /* that the header tells of */
    uint32_t schema_sent; /* kinds */
    uint32_t phases_sent;
    uint64_t shutdown_tsc; /* of the shutdown phase that was sent last */
    uint32_t tables_sent;  /* cpu * TRACE_TABLES + table of the next one */
    struct trace_cpu_clock cpus_sent[TRACE_CPUS_MAX];
    bool table_open; /* whose events are being sent: */
    struct trace_range range;
    uint64_t next;                                  /* event that no whole frame has carried yet */
    struct trace_tally tally;                       /* of those before it */
    uint8_t names_sent[(TRACE_NAME_LIMIT + 7) / 8]; /* a bit for each id */
    uint8_t tasks_sent[TRACE_TASK_LIMIT / 8];
    struct stream_dtrace dtrace;
};

/* Starts a stream whose first frame has the number 0. */
void stream_start(struct stream *stream, struct text_sink sink);

/* Sends the header and the schemas, unless they have been sent.  `producer` is name and version of who
 * writes; build id and time of entry are the arena's. */
void stream_send_header(struct stream *stream, const struct trace_arena *arena,
                        const char *producer);
void stream_send_config(struct stream *stream, const char *key, const char *value, size_t length);
void stream_send_clock(struct stream *stream, const struct trace_clock *clock);

/* Sends what is known of a CPU's clock, unless that has been sent; later frames count.  The boot
 * CPU may have one, too: it tells its APIC id. */
void stream_send_cpu(struct stream *stream, const struct trace_arena *arena, uint32_t cpu);

/* The same for every CPU of the arena. */
void stream_send_cpus(struct stream *stream, const struct trace_arena *arena);

/* A module and what became of it; docs/format.md has the words of `state`. */
struct stream_module {
    uint32_t index;
    const char *command_line;
    size_t command_line_length;
    const char *name;
    size_t name_length;
    const char *type;
    uint64_t size;      /* bytes */
    const char *digest; /* that is expected of it: "sha1:HEX", "sha256:HEX", or "" for none */
    const char *state;
};
void stream_send_module(struct stream *stream, const struct stream_module *module);

/* Sends the phases that have begun since the last call. */
void stream_send_phases(struct stream *stream, const struct trace_arena *arena);

/* Sends the events of a table of one CPU, each name and task before the first that uses it, and a
 * task after the one that started it; then the table's books. */
void stream_send_table(struct stream *stream, struct trace_arena *arena, uint32_t cpu,
                       enum trace_table_id table);

/* Sends every table, or those that have not been sent yet. */
void stream_send_tables(struct stream *stream, struct trace_arena *arena);

/* What never reached the line, because there was no room for it while it waited: bytes of text, and
 * whole frames, whose numbers are missing.  Totals of this boot; the last ones count. */
void stream_send_loss(struct stream *stream, uint64_t text_bytes, uint64_t frames);

/* The last frame.  `status` is "success", "failure" or "panic"; `tsc` is the boot CPU's. */
void stream_send_verdict(struct stream *stream, const char *status, const char *reason,
                         uint64_t tsc);

/* Begins a frame of this kind.  What comes back is the stream's writer, for the fields and frame_end(). */
struct frame_writer *stream_begin_frame(struct stream *stream, enum stream_kind kind);

/* Sends the schemas of anonymous tracing, unless they have been sent: only a boot that traces has them. */
void stream_send_dtrace_schema(struct stream *stream);

/* A signed number as an unsigned one, and back: 0, -1, 1, -2 ... are 0, 1, 2, 3 ... */
uint64_t stream_zigzag(int64_t value);
int64_t stream_unzigzag(uint64_t value);

/* Reading an events frame; times are as their CPU recorded them. */
struct stream_events {
    struct frame_reader reader;
    uint32_t table;
    uint32_t cpu;
    uint64_t number; /* of the event that was read last; before the first, one less */
    uint64_t tsc;
    uint32_t name;
    uint32_t task;
    struct trace_usage usage;
};
struct stream_events stream_events_of(const struct frame *frame);
bool stream_events_next(struct stream_events *events); /* false at the end, or when bad */
