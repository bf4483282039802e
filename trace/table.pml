/* The protocol of recording (table.h) as a Promela model for Spin: one CPU whose
 * writers interrupt each other between any two steps, and a reader on another CPU.
 *
 * A table of two slots is given up to LEVEL_0 + LEVEL_1 + LEVEL_2 events.  A writer
 * of level n + 1 is an interrupt in a writer of level n, which stands still until it
 * returns.  The reader looks once, at any event and at any moment.
 *
 *     KEEP_FIRST         the table keeps its first events, else its last ones
 *     UNSEALED           a record says only its number, and ids and number are two stores
 *     MUTATE_PUBLISH_FIRST, MUTATE_SPLIT_CLAIM, MUTATE_NO_RECHECK   one rule broken each
 *
 * What is shown, for every order of steps:
 *
 *   - a reader that accepts event n has event n's time and ids, never a mixture;
 *   - every event is claimed once, so `written` is the number of events given;
 *   - once the writers are done, each event of the kept range can be read, except
 *     one that a writer with an older claim on the same slot, suspended meanwhile,
 *     has spoiled; each such writer spoils one event at most;
 *   - written = kept + overwritten + dropped, unreadable ones being dropped.
 *
 * The seal is ideal here: it fits its own number and time, and nothing else. */

#ifndef LEVEL_0
#define LEVEL_0 2
#define LEVEL_1 3
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

/* The table.  A seal is a number and a time; number 0 is zeroed memory. */
byte written;
byte slot_time[SLOTS];
byte slot_ids[SLOTS];
byte slot_number[SLOTS];
byte slot_seal[SLOTS];

/* The machine: levels under way, the highest of which runs; and its clock. */
byte depth;
byte clock;
bool finished;

/* What really happened, for the assertions alone. */
byte given;
byte time_of[EVENTS];
byte owner[SLOTS] = NOBODY; /* the latest claim on the slot */
bool spoiled[EVENTS];
byte lapped_writers;

#define RUNS (depth == level + 1)

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

inline fill()
{
    atomic { RUNS -> slot_time[slot] = time; note_store() }
#ifdef UNSEALED
    atomic { RUNS -> slot_ids[slot] = time; note_store() }
#endif
}

inline publish()
{
    atomic {
        RUNS ->
#ifndef UNSEALED
        slot_ids[slot] = time;
        slot_seal[slot] = time;
#endif
        slot_number[slot] = n + 1;
        note_store()
    }
}

inline claim()
{
#ifdef MUTATE_SPLIT_CLAIM
    atomic { RUNS -> n = written }
    atomic { RUNS -> written = n + 1; note_claim() }
#else
    atomic { RUNS -> n = written; written++; note_claim() }
#endif
}

inline note_claim()
{
    time_of[n] = time;
    if
    :: n < LIMIT -> slot = n % SLOTS; owner[slot] = n
    :: else
    fi
}

proctype writer(byte level; byte events)
{
    byte n, slot, time;
    bool lapped;

end_waiting:
    do
    :: atomic {
        events > 0 && depth == level ->
        depth++;
        events--;
        given++;
        lapped = false;
        clock++;
        time = clock
       }
       claim();
       if
       :: n < LIMIT ->
#ifdef MUTATE_PUBLISH_FIRST
           publish();
           fill()
#else
           fill();
           publish()
#endif
       :: else
       fi;
       atomic { RUNS -> depth--; n = 0; slot = 0; time = 0; lapped = false }
    :: atomic { level == 0 && events == 0 && depth == 0 -> finished = true }
       break
    od
}

/* Whether slot n has been claimed anew. */
#define LAPPED(n) (LIMIT == NOBODY && written - (n) > SLOTS)

#ifdef UNSEALED
#define FITS(n) true
#else
#define FITS(n) (copy_seal == copy_time)
#endif

proctype reader(byte n)
{
    byte slot, copy_time, copy_ids, copy_seal;

end_waiting:
    if
    :: n < written && n < LIMIT
    fi;
    slot = n % SLOTS;
    if
    :: atomic { LAPPED(n) -> goto refused }
    :: else
    fi;
#ifdef UNSEALED
    if
    :: slot_number[slot] == n + 1
    :: else -> goto refused
    fi;
    copy_time = slot_time[slot];
    copy_ids = slot_ids[slot];
#else
    atomic {
        if
        :: slot_number[slot] == n + 1 -> copy_ids = slot_ids[slot]; copy_seal = slot_seal[slot]
        :: else -> goto refused
        fi
    }
    copy_time = slot_time[slot];
#endif
#ifndef MUTATE_NO_RECHECK
    if
    :: atomic { LAPPED(n) -> goto refused }
    :: else
    fi;
#endif
    if
    :: FITS(n) ->
        assert(copy_time == time_of[n]); /* a torn record was accepted */
        assert(copy_ids == time_of[n])
    :: else
    fi;
refused:
    skip
}

/* Reads a table that nobody writes any more, and closes its books. */
proctype auditor()
{
    byte n, first, end, kept, dropped;
    byte copy_time, copy_seal;

    finished ->
    d_step {
        assert(written == given); /* an event was lost, or counted twice */
        first = 0;
        end = written;
        if
        :: written > CAPACITY && LIMIT == NOBODY -> first = written - CAPACITY
        :: written > CAPACITY && LIMIT != NOBODY -> end = CAPACITY; dropped = written - CAPACITY
        :: else
        fi;
        n = first;
        do
        :: n < end ->
            copy_time = slot_time[n % SLOTS];
            copy_seal = slot_seal[n % SLOTS];
            if
            :: slot_number[n % SLOTS] == n + 1 && FITS(n) ->
                assert(copy_time == time_of[n] && slot_ids[n % SLOTS] == time_of[n]);
                kept++
            :: else ->
                assert(spoiled[n]); /* a finished event cannot be read */
                dropped++;
                assert(lapped_writers > 0);
                lapped_writers--
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
