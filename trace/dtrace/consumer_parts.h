/* The parts of the consumer, for its own files: consumer.h is the way in. */
#pragma once

#include "trace/dtrace/consumer.h"
#include "trace/dtrace/consumer_listener.h"
#include "trace/dtrace/dof.h"
#include "trace/dtrace/record_walk.h"
#include "trace/dtrace/wide.h"

/* An aggregation variable: all that has its id. */
struct consumer_entry;
struct consumer_variable {
    uint64_t id;
    uint64_t normal;                  /* values are divided by it */
    bool printed;                     /* by printa() */
    const struct consumer_entry *any; /* of its entries */
};

/* What one key of a variable has come to on all CPUs. */
struct consumer_entry {
    uint64_t variable;
    const struct dtrace_aggregation_description *description;
    const uint8_t *record; /* whose keys count; its data is in `data` */
    uint64_t *data;
    uint32_t words;
    uint16_t kind; /* enum dof_action_kind */
    bool gone;     /* trunc() */
};

/* A sink that makes harmless what goes through it. */
struct consumer_filter {
    struct consumer *consumer;
    const struct text_sink *below;
    bool after_tilde;
};

struct consumer {
    struct text_sink
        sink; /* for what programs say; comes out harmless, as what goes into `faults` */
    struct text_sink faults; /* for errors, drops and damage */
    struct consumer_filter filters[2];
    const struct dtrace_listener *listener; /* never NULL */
    uint64_t room;      /* bytes of text that may still come; what is beyond is left out */
    uint64_t left;      /* for the records that are still to be printed */
    bool cut, cut_told; /* something has been left out */
    bool muted;         /* what comes by was told before */
    const struct dtrace_source *source;
    struct dtrace_memory *memory;
    uint32_t cpus;
    int64_t options[DOF_OPTIONS]; /* setopt() changes them */
    bool headed;
    const struct dtrace_ecb_description *last; /* whose record was printed last */
    uint32_t depth[DTRACE_CPUS_MAX];           /* of flowindent: calls */
    struct consumer_entry **entries;           /* by variable, then key */
    uint32_t entry_count;
    struct consumer_variable *variables; /* by id */
    uint32_t variable_count;
    enum dtrace_consume_status status;
};

/* --- consumer.c --- */

/* Whether the option was set. */
bool consumer_has(const struct consumer *consumer, enum dof_option_id option);

/* NULL: it is not described. */
const struct dtrace_probe_description *consumer_probe_of(const struct consumer *consumer,
                                                         const struct dtrace_ecb_description *ecb);

/* One line about what is damaged, or does not fit: "dtrace: ...". */
void consumer_complain(struct consumer *consumer, enum dtrace_consume_status status,
                       const char *format, ...) __attribute__((format(printf, 3, 4)));

/* --- consumer_filter.c --- */

/* So that nothing that goes through the sink can be taken for a frame, or steers a terminal. */
struct text_sink consumer_filter_start(struct consumer *consumer, struct consumer_filter *filter,
                                       const struct text_sink *below);

/* --- consumer_tell.c: to the listener, if it wants it --- */

/* A record: begin, its pieces, rows of a printa() in it, end.  Errors, losses and complaints
 * stand between records. */
void consumer_tell_begin(const struct consumer *consumer, const struct dtrace_found *found,
                         uint32_t cpu);
void consumer_tell_pieces(const struct consumer *consumer, const struct dtrace_found *found,
                          uint32_t first, uint32_t count);
void consumer_tell_end(const struct consumer *consumer, const struct dtrace_found *found);
void consumer_tell_row(struct consumer *consumer, struct consumer_entry *const *row,
                       uint32_t columns);
void consumer_tell_error(const struct consumer *consumer, const struct dtrace_error *error);
void consumer_tell_loss(const struct consumer *consumer, const struct dtrace_loss *loss);
void consumer_tell_complaint(const struct consumer *consumer);

/* --- consumer_limit.c --- */

/* How much text all records may become. */
void consumer_limit_start(struct consumer *consumer);

/* Around what prints one record: what is too much for it is left out, which is told once. */
void consumer_limit_record(struct consumer *consumer, uint32_t size);
void consumer_limit_end(struct consumer *consumer);

/* Whether a record may go through all aggregations once more, which counts as text of a part of their size.  False:
 * it must not, and this is told as text that is left out. */
bool consumer_limit_pass(struct consumer *consumer);

/* Around a printa() in it, whose text has little to do with the record's size; gives the record's room. */
uint64_t consumer_limit_printa(struct consumer *consumer);
void consumer_limit_printa_end(struct consumer *consumer, uint64_t room);

/* --- consumer_drops.c --- */

/* Lines "dtrace: ..." about what was lost; nothing where nothing was. */
void consumer_print_status(struct consumer *consumer);
void consumer_print_killed(struct consumer *consumer);
void consumer_print_drops(struct consumer *consumer, const struct dtrace_snapshot *snapshot,
                          const char *noun);
void consumer_print_error(struct consumer *consumer, const struct dtrace_found *found);

/* "dtrace: error on enabled probe ID 3 (ID 7: a:b:c:d): ", for what the library itself finds. */
void consumer_print_error_head(struct consumer *consumer, uint32_t epid);

/* --- consumer_flow.c --- */

/* The heading, if it is due, and CPU, id and name; `next` is the record behind it on its CPU, or NULL.  Sets the
 * indent for what follows. */
void consumer_print_prefix(struct consumer *consumer, const struct dtrace_found *found,
                           const struct dtrace_ecb_description *next, uint32_t cpu);

/* --- consumer_record.c --- */

/* Everything in one record; `found->ecb` says what. */
void consumer_print_record(struct consumer *consumer, const struct dtrace_found *found);

/* A key of an aggregation; beside bars it is narrower. */
void consumer_print_key(struct consumer *consumer, const struct dtrace_record *record,
                        const uint8_t *bytes, bool narrow);

/* Columns of a narrow key. */
uint32_t consumer_narrow_width(const struct dtrace_record *record);

/* --- consumer_bytes.c --- */

/* As a string, if it may be one, else as a dump.  A width below 0 puts the string to the left. */
void consumer_print_bytes(struct consumer *consumer, const uint8_t *bytes, uint32_t size,
                          int32_t width, bool quiet);
void consumer_print_dump(struct consumer *consumer, const uint8_t *bytes, uint32_t size);

/* --- consumer_stack.c --- */

/* A line for each frame, which is padded as `frame` says. */
struct consumer_conversion;
void consumer_print_stack(struct consumer *consumer, const uint8_t *bytes, uint32_t size,
                          uint32_t indent, const struct consumer_conversion *frame);
void consumer_print_user_stack(struct consumer *consumer, const struct dtrace_record *record,
                               const uint8_t *bytes, uint32_t indent,
                               const struct consumer_conversion *frame);
uint32_t consumer_stack_indent(const struct consumer *consumer);

enum consumer_symbol {
    CONSUMER_SYMBOL_PLACE, /* module`function+0x10 */
    CONSUMER_SYMBOL_START, /* module`function */
    CONSUMER_SYMBOL_MODULE,
};

/* What of it sym(), mod() and their like print; of anything else, the place. */
enum consumer_symbol consumer_symbol_of(uint16_t action);

/* Enough for a module, a function, and an offset. */
#define CONSUMER_SYMBOL_SIZE 224u

/* The text for an address; "0x..." if it is unknown. */
void consumer_symbol_text(struct consumer *consumer, uint64_t address, enum consumer_symbol form,
                          char text[CONSUMER_SYMBOL_SIZE]);

/* --- consumer_conversion.c --- */

enum {
    CONSUMER_WIDTH_MAX = 4096 /* a precision's, too; larger ones are cut to it */
};

/* A conversion of a format: "%-*.3lli". */
struct consumer_conversion {
    bool alternate, zero, left, plus, blank;
    bool star_width, star_precision;
    bool value;   /* '@': of the aggregation */
    bool wide;    /* of c and s: wide characters */
    bool precise; /* there is a precision */
    uint32_t width, precision;
    char letter; /* '\0': the format ends, or makes no sense */
};

/* Reads on behind a '%'; gives where the format goes on. */
const char *consumer_conversion_read(const char *at, struct consumer_conversion *conversion);

/* Blanks before, or behind, what takes so many columns, as the width and '-' want them. */
void consumer_pad_before(struct consumer *consumer, const struct consumer_conversion *conversion,
                         size_t columns);
void consumer_pad_behind(struct consumer *consumer, const struct consumer_conversion *conversion,
                         size_t columns);
void consumer_put_zeros(struct consumer *consumer, size_t count);

/* Pads `length` bytes to the width. */
void consumer_put_padded(struct consumer *consumer, const struct consumer_conversion *conversion,
                         const char *bytes, size_t length);

/* A number for one of d i o u x X p. */
void consumer_put_number(struct consumer *consumer, const struct consumer_conversion *conversion,
                         uint64_t magnitude, bool negative);

/* --- consumer_float.c --- */

/* One of e E f g G of 4, 8, or, of the x87, 10, 12 or 16 bytes.  False: it has another size. */
bool consumer_put_float(struct consumer *consumer, const struct consumer_conversion *conversion,
                        const uint8_t *bytes, uint32_t size);

/* --- consumer_wide.c --- */

/* 32 bits for each character, as UTF-8, up to a 0 or to `count`; width and precision count characters. */
void consumer_put_wide(struct consumer *consumer, const struct consumer_conversion *conversion,
                       const uint8_t *bytes, uint32_t count);

/* --- consumer_convert.c --- */

/* What a conversion has to print. */
struct consumer_argument {
    const struct dtrace_record *record;
    const uint8_t *bytes; /* record->size of them */
};

/* False if the conversion cannot be applied to it. */
bool consumer_convert(struct consumer *consumer, const struct consumer_conversion *conversion,
                      const struct consumer_argument *argument);

/* --- consumer_date.c --- */

/* ns since 1970 as "1973 Dec  3 17:20:00", or as RFC 822 has it. */
void consumer_date_text(uint64_t ns, bool rfc822, char text[48]);

/* --- consumer_printf.c --- */

/* What a format is applied to: records one after another, and, of printa(), values. */
struct consumer_arguments {
    const struct dtrace_record *records;
    uint32_t count;
    const uint8_t *base; /* the record's start */
    uint32_t size;       /* of it */
    uint32_t used;       /* records that have been printed */
    struct consumer_entry *const *values;
    uint32_t value_count;
    uint32_t values_used;
};

/* Prints by the format of a printf() or printa(), and takes from `arguments` what it needs. */
void consumer_print_format(struct consumer *consumer, const char *format,
                           struct consumer_arguments *arguments);

/* --- consumer_merge.c: aggregations come in --- */

/* Merges the buffers of all CPUs into consumer->entries; what it has no memory for is told. */
void consumer_load_aggregations(struct consumer *consumer);

/* NULL: there is none with this id. */
struct consumer_variable *consumer_variable_of(struct consumer *consumer, uint64_t id);
uint64_t consumer_normal_of(struct consumer *consumer, uint64_t id); /* 1 if there is none */

/* --- consumer_order.c --- */

/* Below 0, 0 or above, as of all that compare. */
static inline int consumer_compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* By kind, then by value; of a distribution by what it adds up to. */
int consumer_compare_values(const struct consumer_entry *a, const struct consumer_entry *b);

/* By the keys from number `first` on, the others behind them. */
int consumer_compare_keys(const struct consumer_entry *a, const struct consumer_entry *b,
                          uint32_t first);

/* Sorts pointers; `before` is at most 0 if a may stand before b.  Gives false, and leaves them as they are, if
 * there is no memory for it. */
bool consumer_sort(struct dtrace_memory *memory, void **items, uint32_t count,
                   int (*compare)(const void *context, const void *a, const void *b),
                   const void *context);

/* --- consumer_printa.c: aggregations go out --- */

/* The variables side by side, joined by their keys; a NULL format is the default one. */
void consumer_print_aggregations(struct consumer *consumer, const uint64_t *ids, uint32_t count,
                                 const char *format);

/* Those that no printa() has printed. */
void consumer_print_rest(struct consumer *consumer);

/* --- consumer_value.c --- */

/* As it is printed; 0 of a distribution. */
int64_t consumer_value_of(const struct consumer_entry *entry, uint64_t normal);

/* Prints it in its default form; `normal` is what values are divided by, at least 1. */
void consumer_print_value(struct consumer *consumer, const struct consumer_entry *entry,
                          uint64_t normal);
bool consumer_convert_value(struct consumer *consumer, const struct consumer_conversion *conversion,
                            const struct consumer_entry *entry, uint64_t normal);
uint64_t consumer_deviation(const uint64_t *data, uint64_t normal);
int64_t consumer_average(const uint64_t *data, uint64_t normal);

/* --- consumer_histogram.c --- */

/* Of an aggregating action: quantize(), lquantize() or llquantize(). */
bool consumer_is_histogram(uint16_t kind);

/* Of lquantize() and llquantize(): the first word of the data, which is no count. */
bool consumer_has_parameter(uint16_t kind);
void consumer_print_histogram(struct consumer *consumer, const struct consumer_entry *entry,
                              uint64_t normal);

/* From the first bucket that is not empty to behind the last one: [*first, *end).  False: all are empty. */
bool consumer_filled_buckets(const uint64_t *counts, uint32_t buckets, uint32_t *first,
                             uint32_t *end);

/* What all bars of one picture have in common. */
struct consumer_bars {
    bool positive, negative; /* counts */
    uint64_t whole;          /* what a full bar stands for */
    bool zoomed;             /* `whole` is the largest count, and has 95 % of a full bar */
    uint64_t normal;
};

/* Takes one more count into the whole. */
void consumer_bars_add(struct consumer_bars *bars, uint64_t count);

/* round(width * count / whole), at most `width`; of zoomed bars 95 % of that. */
uint32_t consumer_bar_length(const struct consumer_bars *bars, uint64_t count, uint32_t width);

/* The bar, the count, and the end of the line. */
void consumer_print_bar(struct consumer *consumer, const struct consumer_bars *bars,
                        uint64_t count);

/* The line above bars, whose first column has this name. */
void consumer_print_bars_header(struct consumer *consumer, uint32_t width, const char *name);

/* --- consumer_packed.c: a line for each key, by the options agghist and aggpack --- */

enum consumer_packing {
    CONSUMER_UNPACKED,
    CONSUMER_BARS,   /* the value as a bar among those of the other keys */
    CONSUMER_PACKED, /* the distribution, a character for each bucket */
};

/* What the lines of one variable have in common. */
struct consumer_packed {
    struct consumer_bars bars;
    uint32_t first, end; /* buckets of a quantize(), of all keys */
    bool headed;
};

/* How this entry is printed. */
enum consumer_packing consumer_packing_of(const struct consumer *consumer,
                                          const struct consumer_entry *entry);

/* `packed` has begun as zeros; goes over all entries of the variable, each once. */
void consumer_packed_add(const struct consumer *consumer, struct consumer_packed *packed,
                         const struct consumer_entry *entry);

/* Keys, value and the end of the line; the header before the first one. */
void consumer_print_packed(struct consumer *consumer, struct consumer_packed *packed,
                           const struct consumer_entry *entry, uint64_t normal);

/* --- consumer_library.c --- */

/* clear(), trunc() and the like; gives how many pieces of the record that took. */
uint32_t consumer_library_action(struct consumer *consumer, const struct dtrace_found *found,
                                 uint32_t record);

/* --- consumer_setopt.c --- */

/* By piece `record`, the name, and the next one, the value. */
void consumer_set_option(struct consumer *consumer, const struct dtrace_found *found,
                         uint32_t record);
