/* What a capture says about one boot: every frame decoded, nothing invented.
 *
 * What was not received stays unknown: a string's text is NULL, a `known` is
 * false.  Strings point into the payloads of the model's frame index.  Ids out
 * of range, payloads that do not parse, and frames whose schema in the stream is not
 * the one that this reader knows are counted as malformed and ignored. */
#pragma once

#include "flight/frame_index.h"
#include "flight/model_dtrace.h"
#include "trace/arena.h"
#include "trace/stream.h"

#define MODEL_IDS     0x10000u /* names and tasks: ids are 16 bits */
#define MODEL_KINDS   128u
#define MODEL_REPORTS 10u /* problems of one sort that are kept one by one */

struct model_header {
    bool known;
    uint32_t version;
    struct frame_string build_id; /* bytes */
    struct frame_string producer;
    uint64_t entry_tsc;
    uint32_t cpus;
    uint32_t layout;
};

struct model_clock {
    bool known;
    uint64_t tsc_hz; /* 0: unknown */
    struct frame_string method;
    uint32_t uncertainty_ppb;
    bool counts_from_reset;
};

/* The clock of a CPU beside the boot CPU's. */
struct model_cpu {
    bool known; /* its frame was received; the boot CPU needs none */
    uint32_t apic_id;
    int64_t offset; /* cycles; has been added to the times of all events of this CPU */
    uint32_t uncertainty;
    uint64_t beyond; /* events whose corrected time would not be a time: they stand at the end */
};

/* When a phase began. */
struct model_phase {
    bool known;
    struct frame_string name;
    uint64_t tsc;
};

/* A setting. */
struct model_pair {
    struct frame_string key;
    struct frame_string value;
};

struct model_module {
    uint32_t index;
    struct frame_string command_line;
    struct frame_string name;
    struct frame_string type;
    uint64_t size;              /* bytes */
    struct frame_string digest; /* NULL, as state, in streams that are older than these fields */
    struct frame_string state;
};

struct model_task {
    bool known;
    uint32_t pid;
    uint16_t name;
    uint16_t parent; /* task that started it; 0: unknown, or nobody */
};

/* The books of one table on one CPU, and what came of its events. */
struct model_books {
    bool known;
    struct frame_string name;
    uint32_t keep;
    uint32_t capacity;
    struct trace_books books;
    uint64_t received; /* events */
};

struct model_event {
    uint64_t tsc;    /* corrected, as far as the clock of its CPU is known */
    uint64_t number; /* in its table on its CPU */
    struct trace_usage usage;
    uint16_t name;
    uint16_t task;
    uint16_t cpu;
    bool used; /* came with usage, as a boottrace event does */
};

struct model_events {
    struct model_event *items; /* in the order of time, then CPU, then number */
    size_t count;
    size_t repeated; /* items behind them: events whose number on their CPU had already come */
    size_t capacity;
};

/* What had no room while it waited for the line; nothing, if the boot has not said so. */
struct model_line_loss {
    bool known;
    uint64_t text_bytes;
    uint64_t frames;
};

struct model_verdict {
    bool known;
    bool last; /* no frame, not even a damaged one, stands behind it */
    struct frame_string status;
    struct frame_string reason;
    uint64_t tsc;
    uint32_t frames;
    uint64_t number; /* of its own frame */
};

struct model_kind {
    uint64_t frames;
    uint64_t bytes; /* on the wire */
};

struct capture_model {
    struct frame_index index;
    struct index_boot boot; /* the one that is described; 0 of `boots` are empty captures */
    size_t boots;           /* in the capture */
    struct model_header header;
    struct model_clock clock;
    struct model_cpu cpu[TRACE_CPUS_MAX];
    struct model_phase phase[TRACE_PHASES];
    struct model_pair *config;
    size_t config_count;
    size_t config_capacity;
    struct frame_string schema[MODEL_KINDS]; /* the fields of each kind, as the stream says them */
    struct model_module *modules;            /* by index */
    size_t module_count;
    size_t module_capacity;
    struct frame_string *names; /* by id */
    size_t name_count;
    struct model_task *tasks; /* by id */
    size_t task_count;
    struct model_books books[TRACE_TABLES][TRACE_CPUS_MAX];
    struct model_events events[TRACE_TABLES];
    struct model_dtrace dtrace;
    struct model_line_loss line_loss;
    struct model_verdict verdict;
    uint64_t verdicts;
    struct model_kind kind[MODEL_KINDS];
    uint64_t unknown_kinds; /* frames of kinds that this reader does not know */
    uint64_t malformed;
    size_t malformed_at[MODEL_REPORTS]; /* offsets of the first ones */
};

/* Decodes boot `boot` of a capture, counted from 1; 0 is the last one.  False, with only `boots`
 * to be used, if there is no such boot.  To be freed in either case. */
bool capture_model_read(struct capture_model *model, const uint8_t *bytes, size_t length,
                        uint32_t boot);
void capture_model_free(struct capture_model *model);

/* The name behind an id; text is NULL if its definition was not received. */
struct frame_string capture_model_name(const struct capture_model *model, uint32_t id);

/* The same for the readers of trace/. */
struct trace_name capture_model_trace_name(const struct capture_model *model, uint32_t id);

/* The events of a table by CPU, then number, then as they stand there; to be freed. */
const struct model_event **capture_model_by_number(const struct model_events *events);

/* The task behind an id; not `known` if its definition was not received. */
struct model_task capture_model_task(const struct capture_model *model, uint32_t id);

/* The value that a configuration key was given last; text is NULL if there is none. */
struct frame_string capture_model_config(const struct capture_model *model, const char *key);

/* Whether the kernel has a table for TSLOG; older ones have none. */
bool capture_model_has_tslog(const struct capture_model *model);

/* How many CPUs there are, as far as anything tells of them; at least 1. */
uint32_t capture_model_cpus(const struct capture_model *model);

/* The events of a CPU in all tables. */
uint64_t capture_model_cpu_events(const struct capture_model *model, uint32_t cpu);

/* The frames that are missing are those of which the boot has said that the line had no room for
 * them. */
bool capture_model_missing_announced(const struct capture_model *model);

/* Whether all that the boot has sent was received and understood.  Pieces of frames may lie between: of one that a
 * panic cut off, and that came again behind it. */
bool capture_model_complete(const struct capture_model *model);

/* All frames are there, all are sound, and the last one is the verdict. */
bool capture_model_whole(const struct capture_model *model);

/* Whether it is there, and is this text. */
bool frame_string_is(struct frame_string string, const char *text);
