/* The protocol of recording (table.h) as a Promela model for Spin: one CPU whose
 * writers interrupt each other between any two steps, and a reader on another CPU.
 *
 * A table of two slots is given up to LEVEL_0 + LEVEL_1 + LEVEL_2 events.  A writer
 * of level n + 1 is an interrupt in a writer of level n, which stands still until it
 * returns.  The reader looks once, at any event and at any moment.
 *
 *     KEEP_FIRST   the table keeps its first events, else its last ones
 *     MUTATE_...   one rule of the protocol is broken
 *
 * What is shown, for every order of steps:
 *
 *   - a reader that accepts event n has event n's time and ids, never a mixture;
 *   - every event is claimed once, so `written` is the number of events given;
 *   - once the writers are done, each event of the kept range can be read, except
 *     one that a writer with an older claim on the same slot, suspended meanwhile,
 *     has spoiled; each such writer spoils one event at most, and none stays open;
 *   - written = kept + overwritten + dropped, unreadable ones being dropped.
 *
 * A sequence is n + 1 here, so that 0 is zeroed memory.  Each event has a time of its
 * own, and its ids are the same number; when it is read does not matter.  Usage is left
 * out: it is one more field that is filled between opening and publishing. */

#ifndef LEVEL_0
#define LEVEL_0 2
#define LEVEL_1 2
#define LEVEL_2 2
#endif

#define EVENTS   (LEVEL_0 + LEVEL_1 + LEVEL_2)
#define SLOTS    2
#define CAPACITY SLOTS
#define NOBODY   255

#ifdef KEEP_FIRST
#define LIMIT CAPACITY
#else
#define LIMIT NOBODY
#endif

/* The table. */
byte written;
byte open;
byte slot_time[SLOTS];
byte slot_ids[SLOTS];
byte slot_sequence[SLOTS];

/* The machine: levels under way, the highest of which runs. */
byte depth;
bool finished;

/* What really happened, for the assertions alone. */
byte given;
byte time_of[EVENTS];
byte owner[SLOTS] = NOBODY; /* the latest claim on the slot */
bool spoiled[EVENTS];
byte lapped_writers;

#define RUNS (depth == level + 1)

inline note_claim()
{
    time_of[n] = time;
    if
    :: n < LIMIT -> slot = n % SLOTS; owner[slot] = n
    :: else
    fi
}

/* A store into a slot that a later claim has taken over spoils that event. */
inline note_store()
{
    if
    :: owner[slot] != n ->
        spoiled[owner[slot]] = true;
        if
        :: !lapped -> lapped = true; lapped_writers++
        :: else
        fi
    :: else
    fi
}

/* Step 1, and the slot that it gives. */
inline claim()
{
#ifdef MUTATE_SPLIT_CLAIM
    atomic { RUNS -> n = written }
    atomic { RUNS -> written = n + 1; note_claim() }
#else
    atomic { RUNS -> n = written; written++; note_claim() }
#endif
}

/* Step 3. */
inline open_slot()
{
#ifndef MUTATE_NEVER_OPEN
    atomic { RUNS -> before = open }
    if
    :: atomic { RUNS && before == 0 -> open = n + 1 }
    :: before != 0
    fi
#else
    skip
#endif
}

/* Step 4. */
inline fill()
{
    atomic { RUNS -> slot_time[slot] = time; note_store() }
    atomic { RUNS -> slot_ids[slot] = time; note_store() }
}

/* Step 5. */
inline publish()
{
    atomic { RUNS -> slot_sequence[slot] = n + 1; note_store() }
}

/* Step 6. */
inline close_slot()
{
#ifndef MUTATE_NEVER_OPEN
    atomic { RUNS -> open = before }
#else
    skip
#endif
}

proctype writer(byte level; byte events)
{
    byte n, slot, time, before;
    bool lapped;

end_waiting:
    do
    :: atomic {
        events > 0 && depth == level ->
        depth++;
        events--;
        given++;
        time = given
       }
       claim();
       if
       :: n < LIMIT -> /* step 2 */
#ifdef MUTATE_FILL_BEFORE_OPEN
           fill();
           open_slot();
#else
           open_slot();
#endif
#ifdef MUTATE_PUBLISH_FIRST
           publish();
           fill();
#else
#ifndef MUTATE_FILL_BEFORE_OPEN
           fill();
#endif
#ifndef MUTATE_CLOSE_BEFORE_PUBLISH
           publish();
#endif
#endif
           close_slot();
#ifdef MUTATE_CLOSE_BEFORE_PUBLISH
           publish()
#endif
       :: else
       fi;
       atomic { RUNS -> depth--; n = 0; slot = 0; time = 0; before = 0; lapped = false }
    :: atomic { level == 0 && events == 0 && depth == 0 -> finished = true }
       break
    od
}

/* Whether slot n has been claimed anew. */
#define LAPPED(n) (LIMIT == NOBODY && written - (n) > SLOTS)

/* Whether the outermost open writer, or one within it, may yet spoil slot n. */
#define IN_DANGER(n) (open != 0 && (n) + 1 >= open + SLOTS)

proctype reader(byte n)
{
    byte slot, copy_time, copy_ids;

end_waiting:
    if
    :: n < written && n < LIMIT
    fi;
    slot = n % SLOTS;
    if
    :: atomic { LAPPED(n) -> goto refused }
    :: else
    fi;
    if
    :: slot_sequence[slot] == n + 1
    :: else -> goto refused
    fi;
    copy_time = slot_time[slot];
    copy_ids = slot_ids[slot];
    if
    :: atomic { IN_DANGER(n) -> goto refused }
    :: else
    fi;
#ifndef MUTATE_NO_SECOND_SEQUENCE
    if
    :: slot_sequence[slot] == n + 1
    :: else -> goto refused
    fi;
#endif
#ifndef MUTATE_NO_RECHECK
    if
    :: atomic { LAPPED(n) -> goto refused }
    :: else
    fi;
#endif
    assert(copy_time == time_of[n]); /* a torn record was accepted */
    assert(copy_ids == time_of[n]);
refused:
    skip
}

/* Reads a table that nobody writes any more, and closes its books. */
proctype auditor()
{
    byte n, first, end, kept, dropped;

    finished ->
    d_step {
        assert(written == given); /* an event was lost, or counted twice */
        assert(open == 0);
        end = written;
        if
        :: written > CAPACITY && LIMIT == NOBODY -> first = written - CAPACITY
        :: written > CAPACITY && LIMIT != NOBODY -> end = CAPACITY; dropped = written - CAPACITY
        :: else
        fi;
        n = first;
        do
        :: n < end ->
            if
            :: slot_sequence[n % SLOTS] == n + 1 ->
                assert(slot_time[n % SLOTS] == time_of[n] && slot_ids[n % SLOTS] == time_of[n]);
                kept++
            :: else ->
                assert(spoiled[n]); /* a finished event cannot be read */
                assert(lapped_writers > 0);
                lapped_writers--;
                dropped++
            fi;
            n++
        :: else -> break
        od;
        assert(written == kept + first + dropped)
    }
}

init
{
    byte n;
    atomic {
        run writer(0, LEVEL_0);
        run writer(1, LEVEL_1);
        run writer(2, LEVEL_2);
        run auditor();
        select (n : 0 .. EVENTS - 1);
        run reader(n)
    }
}
