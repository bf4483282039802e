/* What waits for a serial line: text, whose oldest lines give way to new ones, and frames,
 * which never do.
 *
 * Two rings keep bytes, and beside each stands a ring of entries that say what they are.  Both
 * kinds of entries have one order, in which they go to the line.  An entry of text is a line, or
 * a piece of one: never more than one line feed, and that at its end.
 *
 * Everything follows from three published counts, each moved by one store:
 *
 *     put         entries of a ring that are whole; the last one says where its bytes end
 *     dropped_to  entries of text before this one have given way
 *     begun       sending[begun & 1] is what the line is at, and how far it has come
 *
 *     first   = the later of dropped_to and the entry behind the last one that was begun
 *     lost    = bytes between the last text that was begun and the first that waits, and all such
 *               gaps before
 *     put     = taken + waiting + lost, in bytes of text; frames are put whole or refused
 *
 * The protocol.  All functions but one are called with a lock held; a panic stops the holder at
 * any instruction, does without the lock from then on, and must find a queue that it can send
 * (output_queue.pml is the model):
 *
 *   1. make room: move dropped_to over the oldest text (before its bytes are written over);
 *   2. fill: bytes behind the published ones, then the entry behind the last one;
 *   3. publish: put + 1, or a greater length of the last entry, if the same line goes on;
 *   4. begin: fill the half of `sending` that is not in use, with all that is known of the line,
 *      then publish it: begun + 1.  The text is copied there, so that its place in the ring may
 *      be taken while the line sends it; a frame stays in its ring, where nothing takes its place;
 *   5. send: output_queue_next says that its bytes are in doubt, the port gets them, and
 *      output_queue_sent says that they are not.
 *
 * Who takes over sends what is in doubt again, from its start and on a line of its own: the piece
 * of a frame that the line has seen then counts as damaged, and nothing is missing.
 *
 * Pure logic: no ports, no clock, no lock, and the memory is the caller's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTPUT_ANYBODY (UINT32_MAX - 1) /* as owner, see output_queue_put_text */

enum {
    OUTPUT_LINE_MAX = 256, /* bytes of an entry of text; a longer line has several */
    OUTPUT_NOTE_MAX = 64,  /* "[18446744073709551615 bytes of text were lost here]" and its end */
};

struct output_entry {
    uint64_t order;  /* of both rings; the first has 1 */
    uint64_t start;  /* bytes that the ring was given before */
    uint32_t length; /* bytes */
    uint32_t owner;  /* of text */
    uint32_t frames; /* that have been put whole, this one included */
    bool more;       /* a piece of a frame, and another one follows */
};

struct output_ring {
    char *bytes;
    uint32_t size; /* bytes: a power of two, for text at least 2 * OUTPUT_LINE_MAX */
    struct output_entry *entries;
    uint32_t places; /* for entries: a power of two, at least 2 */
    uint32_t put;
};

/* What the line is at, and all that was known when it was begun. */
struct output_sending {
    uint32_t text_next; /* entries before these have been begun, or were lost before that */
    uint32_t frame_next;
    uint64_t text_end;    /* where the last text that was begun ends */
    uint64_t text_lost;   /* bytes before text_end */
    uint32_t text_length; /* bytes of text that this stands for; 0: a frame, or a note */
    uint32_t owner;       /* of the line, if it is open */
    bool open;            /* the line has not ended with this */
    bool more;            /* only the next piece of the same frame may follow */
    bool is_frame;        /* and its bytes begin here: */
    uint64_t frame_start;
    uint32_t line_end_first; /* bytes of CR LF before it: 0 or 2 */
    uint32_t length;         /* bytes behind those */
    uint32_t sent;           /* of both */
    char text[OUTPUT_LINE_MAX + 1];
};

struct output_queue {
    struct output_ring text;
    struct output_ring frames;
    uint32_t dropped_to;
    uint32_t begun;
    struct output_sending sending[2];
    bool in_doubt;           /* bytes are on their way to the port */
    uint32_t frames_refused; /* for want of room */
    uint32_t frame_length;   /* of the frame that is being put together, behind those put */
    uint32_t frame_room;     /* bytes that it may still take, as of the last look */
    bool frame_begun;        /* pieces of it have been put */
};

/* Makes an empty queue in zeroed memory; bytes, size, entries and places of both rings are set. */
void output_queue_init(struct output_queue *queue);

/* Puts text; the oldest lines give way, down to all but the one that is being sent.  `owner`
 * tells lines apart that come in pieces: where another owner's text or a frame comes between,
 * the line ends.  Text of OUTPUT_ANYBODY wipes a row, whoever wrote there, and leaves it to
 * whoever comes next: no line ends before it or behind it. */
void output_queue_put_text(struct output_queue *queue, uint32_t owner, const char *bytes,
                           size_t length);

/* Begins a frame; one that was begun and not put is forgotten. */
void output_queue_frame_begin(struct output_queue *queue);

/* Looks again how much room there is. */
void output_queue_frame_look(struct output_queue *queue);

/* Adds bytes, all or, if there is no room for them, none: then false.  Needs no lock, as nobody
 * else knows of the frame yet. */
bool output_queue_frame_append(struct output_queue *queue, const char *bytes, size_t length);

/* Puts the frame, or what there is of it, with `more` to follow: then nothing else goes to the line
 * until that has come.  False: no place for the entry, and nothing has changed. */
bool output_queue_frame_put(struct output_queue *queue, bool more);

/* Forgets the frame and counts it. */
void output_queue_frame_refuse(struct output_queue *queue);

/* How many frames have been put whole, or refused. */
uint32_t output_queue_frames_ended(const struct output_queue *queue);

/* Whether there is anything that may go to the line now. */
bool output_queue_waits(const struct output_queue *queue);

/* The next bytes for the line, at least one; NULL: nothing waits.  They stay where they are until
 * output_queue_sent has been told how many of them the port has taken. */
const char *output_queue_next(struct output_queue *queue, size_t *length);
void output_queue_sent(struct output_queue *queue, size_t length);

/* Goes on after the holder of the lock was stopped for ever, as above.  A frame that was not put
 * is forgotten, and one whose pieces were put is cut off. */
void output_queue_take_over(struct output_queue *queue);

struct output_counts {
    uint64_t text_put;     /* bytes, as all of text */
    uint64_t text_taken;   /* by the line, in whole entries */
    uint64_t text_waiting; /* what is being sent included */
    uint64_t text_lost;
    uint32_t frames_refused;
};
/* With the lock held. */
struct output_counts output_queue_counts(const struct output_queue *queue);
