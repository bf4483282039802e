/* The protocol of the output queue (output_queue.h) as a Promela model for Spin: writers of text
 * and of frames, the drain of the line, and a panic that stops them all between any two steps,
 * does without their lock, sends what there is, and then puts and sends something itself.
 *
 * Bytes of text are put one by one; byte p of all is p + 1.  An entry has one byte or two, so
 * lines go on.  A frame has two bytes, and its ring no room for a second one.
 *
 *     NO_PANIC     all goes well; then nobody may get stuck either
 *     MUTATE_...   one rule of the protocol is broken
 *
 * What is shown, for every order of steps:
 *
 *   - a byte that goes to the line is the one that its entry stands for, never what a writer
 *     has half written, and none goes twice but what was in doubt when the panic came;
 *   - every put that was published is in the queue's books, once;
 *   - in the end each byte of text has been on the line or is counted as lost, not both;
 *   - each frame that was put has been on the line whole and in one piece, whatever a panic cut.
 *
 * The words of owners, line ends and notes are left out: they are made by the drain alone. */

#define TEXTS        3
#define TEXTS_2      2 /* of the second writer */
#define FRAMES       2
#define BYTES        2 /* of text in its ring */
#define PLACES       2 /* for its entries */
#define ENTRY_MAX    2
#define FRAME_LENGTH 2
#define FRAME_BYTES  3
#define FRAME_PLACES 2
#define ALL          12 /* more than is ever put */

/* The queue. */
byte text_byte[BYTES];
byte text_start[PLACES];
byte text_length[PLACES];
byte text_order[PLACES];
byte text_put;
byte dropped_to;
byte frame_byte[FRAME_BYTES];
byte frame_start[FRAME_PLACES];
byte frame_order[FRAME_PLACES];
byte frame_put;
byte begun;
bool in_doubt;

typedef sending_state {
    byte text_next;
    byte frame_next;
    byte text_end;
    byte lost;
    bool is_frame;
    byte start;
    byte length;
    byte sent;
    byte copy[ENTRY_MAX]
};
sending_state sending[2];

/* The machine. */
bool locked;
bool stopped; /* by the panic */
byte writers = 3;

/* What really happened, for the assertions alone. */
byte given;            /* bytes of text published */
byte frames_given;
bool seen[ALL];        /* on the line */
byte frame_at;         /* bytes of a frame that the line has seen in one piece */
bool whole[ALL];
bool repeated;         /* what was in doubt */

#define RUNS    (stopped == alone)
#define NOW     sending[begun % 2]
#define LEFT(s) (s.length - s.sent)

/* Entry -1 is zeroed memory. */
#define LAST_TEXT  ((text_put + PLACES - 1) % PLACES)
#define LAST_FRAME ((frame_put + FRAME_PLACES - 1) % FRAME_PLACES)
#define TEXT_END   (text_put == 0 -> 0 : text_start[LAST_TEXT] + text_length[LAST_TEXT])
#define FRAME_END  (frame_put == 0 -> 0 : frame_start[LAST_FRAME] + FRAME_LENGTH)
#define FIRST      (dropped_to > NOW.text_next -> dropped_to : NOW.text_next)
#define START(n)   ((n) == text_put -> TEXT_END : text_start[(n) % PLACES])
#define LATER(a, b) ((a) > (b) -> (a) : (b))
#define NEXT_ORDER (1 + LATER((text_put == 0 -> 0 : text_order[LAST_TEXT]), \
                              (frame_put == 0 -> 0 : frame_order[LAST_FRAME])))

/* The lock is taken with the first step under it. */
#ifdef MUTATE_NO_LOCK
#define MAY_LOCK RUNS
#else
#define MAY_LOCK (RUNS && (alone || !locked))
#endif

inline release_lock()
{
    atomic { RUNS -> locked = false }
}

/* Step 1.  Room for one byte and, unless a line goes on, an entry. */
inline make_room()
{
    atomic {
        RUNS ->
        to = FIRST;
        do
        :: text_put > to && (end + 1 - START(to) > BYTES || (!on && text_put - to + 1 > PLACES)) ->
            to++
        :: else -> break
        od;
        dropped_to = to
    }
}

/* Step 2, and step 3 for an entry of its own. */
inline fill()
{
    atomic { RUNS -> text_byte[end % BYTES] = end + 1 }
}

inline fill_entry()
{
    atomic { RUNS -> text_start[slot] = end; text_length[slot] = 1; text_order[slot] = order }
}

inline publish()
{
    atomic { RUNS -> text_put++; given++ }
}

inline put_text()
{
    atomic {
        MAY_LOCK ->
        locked = true;
        end = TEXT_END;
        order = NEXT_ORDER;
        slot = text_put % PLACES;
        on = text_put != FIRST && text_length[LAST_TEXT] < ENTRY_MAX &&
             text_order[LAST_TEXT] + 1 == order
    }
#ifdef MUTATE_FILL_BEFORE_ROOM
    fill();
    make_room();
#else
    make_room();
#ifndef MUTATE_PUBLISH_FIRST
    fill();
#endif
#endif
    if
    :: on -> atomic { RUNS -> text_length[LAST_TEXT] = text_length[LAST_TEXT] + 1; given++ }
    :: else ->
#ifdef MUTATE_PUBLISH_FIRST
        publish();
        fill_entry()
#else
        fill_entry();
        publish()
#endif
    fi;
#ifdef MUTATE_PUBLISH_FIRST
    fill();
#endif
    release_lock()
}

/* Where the bytes of frames begin that the line may still need. */
#ifdef MUTATE_ROOM_TOO_EARLY
#define FRAMES_START \
    (NOW.frame_next == frame_put -> FRAME_END : frame_start[NOW.frame_next % FRAME_PLACES])
#else
#define FRAMES_START \
    (NOW.is_frame && LEFT(NOW) > 0 -> NOW.start \
     : (NOW.frame_next == frame_put -> FRAME_END : frame_start[NOW.frame_next % FRAME_PLACES]))
#endif

inline put_frame()
{
    atomic {
        MAY_LOCK ->
        end = FRAME_END;
        on = FRAME_BYTES - (end - FRAMES_START) >= FRAME_LENGTH &&
             frame_put - NOW.frame_next < FRAME_PLACES
    }
    if
    :: !on /* refused */
    :: else ->
        /* without the lock: nobody else knows of the frame */
        atomic { RUNS -> frame_byte[end % FRAME_BYTES] = end + 1 }
        atomic { RUNS -> frame_byte[(end + 1) % FRAME_BYTES] = end + 2 }
        atomic {
            MAY_LOCK ->
            locked = true;
            slot = frame_put % FRAME_PLACES;
            frame_start[slot] = end;
            frame_order[slot] = NEXT_ORDER
        }
        atomic { RUNS -> frame_put++; frames_given++ }
        release_lock()
    fi
}

/* Step 4. */
#ifdef MUTATE_BEGIN_IN_PLACE
#define OTHER (begun % 2)
#else
#define OTHER ((begun + 1) % 2)
#endif

#define TEXT_WAITS  (FIRST != text_put)
#define FRAME_WAITS (NOW.frame_next != frame_put)
#define FRAME_FIRST                                                                          \
    (FRAME_WAITS && (!TEXT_WAITS || frame_order[NOW.frame_next % FRAME_PLACES] <             \
                                        text_order[FIRST % PLACES]))

inline begin_frame()
{
    atomic {
        RUNS ->
        slot = NOW.frame_next % FRAME_PLACES;
        sending[OTHER].text_next = NOW.text_next;
        sending[OTHER].text_end = NOW.text_end;
        sending[OTHER].lost = NOW.lost
    }
    atomic {
        RUNS ->
        sending[OTHER].frame_next = NOW.frame_next + 1;
        sending[OTHER].is_frame = true;
        sending[OTHER].start = frame_start[slot];
        sending[OTHER].length = FRAME_LENGTH;
        sending[OTHER].sent = 0
    }
}

inline begin_text()
{
    atomic {
        RUNS ->
        to = FIRST;
        slot = to % PLACES;
        end = text_start[slot];
        sending[OTHER].frame_next = NOW.frame_next;
#ifndef MUTATE_LOSS_NOT_COUNTED
        sending[OTHER].lost = NOW.lost + end - NOW.text_end
#endif
    }
    atomic { RUNS -> sending[OTHER].copy[0] = text_byte[end % BYTES] }
    if
    :: text_length[slot] > 1 ->
        atomic { RUNS -> sending[OTHER].copy[1] = text_byte[(end + 1) % BYTES] }
    :: else
    fi;
    atomic {
        RUNS ->
        sending[OTHER].is_frame = false;
        sending[OTHER].start = end;
        sending[OTHER].text_next = to + 1;
        sending[OTHER].text_end = end + text_length[slot];
        sending[OTHER].length = text_length[slot];
        sending[OTHER].sent = 0
    }
}

inline begin_next()
{
    if
    :: FRAME_FIRST -> begin_frame()
    :: else -> begin_text()
    fi;
    atomic { RUNS -> begun++ }
}

/* Step 5: one byte goes to the line, which looks at it. */
inline line_takes()
{
    if
    :: NOW.is_frame ->
        at = NOW.start + NOW.sent;
        assert(frame_byte[at % FRAME_BYTES] == at + 1); /* a frame was torn */
        if
        :: frame_at == at % FRAME_LENGTH -> frame_at++
        :: else -> frame_at = 9 /* damaged */
        fi;
        if
        :: NOW.sent == FRAME_LENGTH - 1 ->
            whole[at / FRAME_LENGTH] = whole[at / FRAME_LENGTH] || frame_at == FRAME_LENGTH;
            frame_at = 0
        :: else
        fi
    :: else ->
        at = NOW.start + NOW.sent;
        assert(NOW.copy[NOW.sent] == at + 1); /* text was torn */
        assert(!seen[at] || repeated);        /* sent twice */
        seen[at] = true;
        frame_at = 0
    fi;
    at = 0
}

inline send()
{
    atomic { RUNS -> in_doubt = true }
    atomic { RUNS -> line_takes() }
    atomic { RUNS -> NOW.sent++ }
    atomic { RUNS -> in_doubt = false }
}

#define NOTHING_WAITS (LEFT(NOW) == 0 && !TEXT_WAITS && !FRAME_WAITS)

inline drain_one()
{
    if
    :: LEFT(NOW) == 0 -> begin_next()
    :: else
    fi;
    send()
}

/* Who takes over begins a line, and sends again what was in doubt. */
inline take_over()
{
    atomic {
        if
#ifndef MUTATE_NO_DOUBT
        :: in_doubt -> NOW.sent = 0; frame_at = 0; repeated = true
#endif
        :: else
        fi;
        in_doubt = false
    }
}

inline drain_all()
{
    do
    :: !NOTHING_WAITS -> drain_one()
    :: NOTHING_WAITS -> break
    od
}

inline audit()
{
    d_step {
        assert(TEXT_END == given); /* a put was lost, or counted twice */
        assert(FRAME_END == frames_given * FRAME_LENGTH);
        at = 0;
        order = 0;
        do
        :: at < TEXT_END -> order = order + seen[at]; at++
        :: else -> break
        od;
        assert(order + NOW.lost + START(FIRST) - NOW.text_end == TEXT_END); /* the books */
        at = 0;
        do
        :: at < frame_put -> assert(whole[at]); at++ /* a frame was lost */
        :: else -> break
        od
    }
}

proctype text_writer(byte left)
{
    byte end, order, slot, to;
    bool on, alone;

    do
    :: left > 0 -> put_text(); left--; end = 0; order = 0; slot = 0; to = 0; on = false
    :: left == 0 -> break
    od;
    atomic { RUNS -> writers-- }
}

proctype frame_writer(byte left)
{
    byte end, slot;
    bool on, alone;

    do
    :: left > 0 -> put_frame(); left--; end = 0; slot = 0; on = false
    :: left == 0 -> break
    od;
    atomic { RUNS -> writers-- }
}

proctype drain()
{
    byte end, order, slot, to, at;
    bool alone;

    do
    :: atomic { MAY_LOCK && !NOTHING_WAITS -> locked = true }
       drain_one();
       atomic { RUNS -> locked = false; end = 0; slot = 0; to = 0 }
    :: atomic { RUNS && writers == 0 && NOTHING_WAITS && !locked -> break }
    od;
    audit()
}

proctype panic()
{
    byte end, order, slot, to, at;
    bool on, alone;

    atomic {
        stopped = true;
        alone = true;
        take_over();
        drain_all();
        put_text();
        put_frame();
        drain_all();
        audit()
    }
}

init
{
    atomic {
        run text_writer(TEXTS);
        run text_writer(TEXTS_2);
        run frame_writer(FRAMES);
#ifndef NO_PANIC
        run panic();
#endif
        run drain()
    }
}
