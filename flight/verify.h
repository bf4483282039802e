/* What there is to verify in a capture.  Each check prints one line per problem. */
#pragma once

#include "flight/capture_model.h"
#include "trace/text.h"

struct verify {
    const struct text_sink *sink;
    const struct capture_model *model;
    uint64_t problems;
};

/* Frames: damage, gaps, malformed payloads, the verdict. */
void verify_frames(struct verify *verify);

/* Schema: the version and the fields of every kind that this reader knows. */
void verify_schema(struct verify *verify);

/* Tables: books, events, and the names and tasks that events use. */
void verify_tables(struct verify *verify);

/* CPUs: their clocks, and the order of their events. */
void verify_cpus(struct verify *verify);

/* Anonymous tracing: the books of its buffers, and what they lack. */
void verify_dtrace(struct verify *verify);

/* Bytes on the wire per kind of frame and per event; finds no problems. */
void verify_sizes(const struct text_sink *sink, const struct capture_model *model);

/* Prints one problem as one line. */
void verify_problem(struct verify *verify, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A problem, if these books do not balance; `whose` they are: "boot", "the principal buffer". */
void verify_balance(struct verify *verify, const char *whose, uint32_t cpu,
                    const struct trace_books *books);

/* Of `count` problems of one sort the first MODEL_REPORTS have been printed: tells of the rest. */
void verify_more(struct verify *verify, uint64_t count, const char *what);
