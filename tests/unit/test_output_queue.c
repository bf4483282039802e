/* The queue in front of a serial line: order, lines that stay whole, what is lost and said, and
 * long random rows of calls against a model that is simple. */
#include "drivers/serial/output_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    TEXT_SIZE = 512,
    FRAMES_SIZE = 256,
    PLACES = 8,
};

/* A queue in memory of exactly its size, and the line behind it. */
struct line {
    struct output_queue queue;
    char *sent;
    size_t length;
};

static void *zeroed(size_t size)
{
    void *memory = calloc(1, size);
    assert_non_null(memory);
    return memory;
}

static struct output_ring ring_of(uint32_t size, uint32_t places)
{
    return (struct output_ring){.bytes = zeroed(size),
                                .size = size,
                                .entries = zeroed(places * sizeof(struct output_entry)),
                                .places = places};
}

static struct line *new_line(uint32_t text, uint32_t frames, uint32_t places)
{
    struct line *line = zeroed(sizeof *line);
    line->queue.text = ring_of(text, places);
    line->queue.frames = ring_of(frames, places);
    line->sent = zeroed(1 << 20);
    output_queue_init(&line->queue);
    return line;
}

static void free_line(struct line *line)
{
    free(line->queue.text.bytes);
    free(line->queue.text.entries);
    free(line->queue.frames.bytes);
    free(line->queue.frames.entries);
    free(line->sent);
    free(line);
}

/* In every state. */
static void the_books_balance(const struct line *line)
{
    struct output_counts counts = output_queue_counts(&line->queue);
    assert_int_equal(counts.text_put, counts.text_taken + counts.text_waiting + counts.text_lost);
}

/* Takes up to `count` bytes; gives how many there were. */
static size_t take(struct line *line, size_t count)
{
    size_t before = line->length, length;
    const char *bytes;
    while (count > 0 && (bytes = output_queue_next(&line->queue, &length)) != NULL) {
        assert_true(length > 0);
        if (length > count)
            length = count;
        memcpy(line->sent + line->length, bytes, length);
        line->length += length;
        count -= length;
        output_queue_sent(&line->queue, length);
        the_books_balance(line);
    }
    return line->length - before;
}

static void put(struct line *line, uint32_t owner, const char *text)
{
    output_queue_put_text(&line->queue, owner, text, strlen(text));
    the_books_balance(line);
}

static bool append(struct line *line, const char *bytes)
{
    return output_queue_frame_append(&line->queue, bytes, strlen(bytes));
}

static bool put_frame(struct line *line, const char *bytes)
{
    output_queue_frame_begin(&line->queue);
    bool whole = append(line, bytes) && output_queue_frame_put(&line->queue, false);
    if (!whole)
        output_queue_frame_refuse(&line->queue);
    the_books_balance(line);
    return whole;
}

static void assert_sent(struct line *line, const char *expected)
{
    (void)take(line, SIZE_MAX);
    line->sent[line->length] = '\0';
    assert_string_equal(line->sent, expected);
}

static struct line *usual_line(void)
{
    return new_line(TEXT_SIZE, FRAMES_SIZE, PLACES);
}

static void text_and_frames_leave_in_the_order_in_which_they_came(void **state)
{
    (void)state;
    struct line *line = usual_line();
    put(line, 0, "one\n");
    assert_true(put_frame(line, "~{A}\r\n"));
    put(line, 0, "two\nthree\n");
    assert_true(put_frame(line, "~{B}\r\n"));
    assert_sent(line, "one\r\n~{A}\r\ntwo\r\nthree\r\n~{B}\r\n");
    assert_int_equal(output_queue_frames_ended(&line->queue), 2);
    free_line(line);
}

static void a_line_in_pieces_is_one_line(void **state)
{
    (void)state;
    struct line *line = usual_line();
    put(line, 7, "a");
    put(line, 7, "b");
    (void)take(line, 1); /* also when it is on its way */
    put(line, 7, "c");
    put(line, 7, "\n");
    assert_sent(line, "abc\r\n");
    free_line(line);
}

static void a_wiped_row_is_left_to_whoever_comes_next(void **state)
{
    (void)state;
    struct line *line = usual_line();
    put(line, 1, "row\n--More--");
    put(line, OUTPUT_ANYBODY, "\r   \r");
    put(line, 2, "# ");
    put(line, OUTPUT_ANYBODY, "\r  \r");
    assert_true(put_frame(line, "~{A}\r\n"));
    assert_sent(line, "row\r\n--More--\r   \r# \r  \r\r\n~{A}\r\n");
    free_line(line);
}

static void an_open_line_ends_before_anothers_text_or_a_frame(void **state)
{
    (void)state;
    struct line *line = usual_line();
    put(line, 1, "mine");
    put(line, 2, "yours\n");
    put(line, 1, " goes on");
    assert_true(put_frame(line, "~{A}\r\n"));
    put(line, 1, "!\n");
    assert_sent(line, "mine\r\nyours\r\n goes on\r\n~{A}\r\n!\r\n");
    free_line(line);
}

static void a_frame_on_its_way_is_no_text_that_waits(void **state)
{
    (void)state;
    struct line *line = usual_line();
    put(line, 0, "a\n");
    assert_true(put_frame(line, "~{A}\r\n"));
    assert_int_equal(take(line, 5), 5);
    assert_int_equal(output_queue_counts(&line->queue).text_taken, 2);
    assert_int_equal(output_queue_counts(&line->queue).text_waiting, 0);
    free_line(line);
}

static void a_frame_that_is_being_made_holds_nobody_up(void **state)
{
    (void)state;
    struct line *line = usual_line();
    output_queue_frame_begin(&line->queue);
    assert_true(append(line, "~{A"));
    put(line, 0, "text\n");
    assert_int_equal(take(line, 100), 6);
    assert_true(append(line, "}\r\n"));
    assert_true(output_queue_frame_put(&line->queue, false));
    assert_sent(line, "text\r\n~{A}\r\n");
    free_line(line);
}

static void the_oldest_lines_give_way_and_the_loss_is_said_in_their_place(void **state)
{
    (void)state;
    struct line *line = usual_line();
    char text[128 + 1] = "";
    memset(text, 'x', 127);
    text[127] = '\n';
    put(line, 0, "first\n");
    assert_int_equal(take(line, 2), 2); /* "fi": this line stays whole */
    for (int i = 0; i < 4; i++)
        put(line, 0, text);
    assert_int_equal(output_queue_counts(&line->queue).text_lost, 0);
    assert_true(put_frame(line, "~{A}\r\n"));
    put(line, 0, "last\n");
    assert_int_equal(output_queue_counts(&line->queue).text_lost, 128);
    (void)take(line, SIZE_MAX);
    assert_memory_equal(line->sent, "first\r\n[128 bytes of text were lost here]\r\nxxx", 46);
    assert_memory_equal(line->sent + line->length - 14, "\r\n~{A}\r\nlast\r\n", 14);
    free_line(line);
}

static void text_gives_way_for_want_of_places_too(void **state)
{
    (void)state;
    struct line *line = usual_line();
    for (int i = 0; i < PLACES + 3; i++)
        put(line, 0, i < 3 ? "old\n" : "n\n");
    assert_sent(line, "[12 bytes of text were lost here]\r\n"
                      "n\r\nn\r\nn\r\nn\r\nn\r\nn\r\nn\r\nn\r\n");
    free_line(line);
}

static void text_longer_than_the_ring_keeps_its_end(void **state)
{
    (void)state;
    struct line *line = usual_line();
    char text[3 * TEXT_SIZE + 1];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i / OUTPUT_LINE_MAX);
    output_queue_put_text(&line->queue, 0, text, sizeof text);
    the_books_balance(line);
    (void)take(line, SIZE_MAX);
    assert_int_equal(line->sent[line->length - 1], text[sizeof text - 1]);
    assert_int_equal(output_queue_counts(&line->queue).text_lost,
                     sizeof text - OUTPUT_LINE_MAX - 1);
    free_line(line);
}

static void an_entry_is_full_at_its_maximum_and_the_line_goes_on(void **state)
{
    (void)state;
    for (size_t length = OUTPUT_LINE_MAX - 1; length <= OUTPUT_LINE_MAX + 1; length++) {
        struct line *line = usual_line();
        char text[OUTPUT_LINE_MAX + 2];
        memset(text, 'y', length);
        output_queue_put_text(&line->queue, 3, text, length);
        put(line, 3, "\n");
        (void)take(line, SIZE_MAX);
        assert_int_equal(line->length, length + 2);
        assert_memory_equal(line->sent, text, length);
        free_line(line);
    }
}

static void a_frame_is_taken_whole_or_refused(void **state)
{
    (void)state;
    for (int more = -1; more <= 1; more++) {
        struct line *line = usual_line();
        char frame[FRAMES_SIZE + 2] = "";
        memset(frame, 'F', (size_t)(FRAMES_SIZE + more));
        bool fits = more <= 0;
        assert_int_equal(put_frame(line, frame), fits);
        if (fits)
            assert_false(put_frame(line, "GG"));
        assert_int_equal(take(line, SIZE_MAX), fits ? strlen(frame) : 0);
        assert_int_equal(output_queue_counts(&line->queue).frames_refused, 1);
        assert_true(put_frame(line, "H")); /* there is room again */
        assert_int_equal(output_queue_frames_ended(&line->queue), fits ? 3 : 2);
        free_line(line);
    }
}

static void a_frame_without_a_place_is_refused(void **state)
{
    (void)state;
    struct line *line = usual_line();
    for (int i = 0; i < PLACES; i++)
        assert_true(put_frame(line, "F\n"));
    assert_false(put_frame(line, "G"));
    assert_sent(line, "F\nF\nF\nF\nF\nF\nF\nF\n");
    free_line(line);
}

static void a_frame_that_is_being_sent_keeps_its_room(void **state)
{
    (void)state;
    struct line *line = usual_line();
    char frame[FRAMES_SIZE + 1] = "";
    memset(frame, 'F', FRAMES_SIZE);
    assert_true(put_frame(line, frame));
    (void)take(line, FRAMES_SIZE - 1);
    assert_false(put_frame(line, "G"));
    (void)take(line, 1);
    assert_true(put_frame(line, "G"));
    free_line(line);
}

static void nothing_comes_between_the_pieces_of_a_long_frame(void **state)
{
    (void)state;
    struct line *line = usual_line();
    put(line, 0, "before\n");
    output_queue_frame_begin(&line->queue);
    assert_true(append(line, "~{AA"));
    assert_true(output_queue_frame_put(&line->queue, true));
    put(line, 0, "behind\n");
    assert_int_equal(take(line, SIZE_MAX), 12);
    assert_int_equal(take(line, SIZE_MAX), 0);
    assert_true(append(line, "BB}\r\n"));
    assert_true(output_queue_frame_put(&line->queue, false));
    assert_sent(line, "before\r\n~{AABB}\r\nbehind\r\n");
    assert_int_equal(output_queue_frames_ended(&line->queue), 1);
    free_line(line);
}

static void who_takes_over_forgets_the_frame_that_was_being_made(void **state)
{
    (void)state;
    struct line *line = usual_line();
    put(line, 0, "text\n");
    output_queue_frame_begin(&line->queue);
    assert_true(append(line, "~{A"));
    output_queue_take_over(&line->queue);
    assert_true(put_frame(line, "~{B}\r\n"));
    assert_sent(line, "text\r\n~{B}\r\n");
    assert_int_equal(output_queue_frames_ended(&line->queue), 1);
    free_line(line);
}

static void who_takes_over_sends_what_is_in_doubt_again(void **state)
{
    (void)state;
    struct line *line = usual_line();
    size_t length;
    assert_true(put_frame(line, "~{A}\r\n"));
    (void)take(line, 3);
    assert_non_null(output_queue_next(&line->queue, &length)); /* and then it was stopped */
    output_queue_take_over(&line->queue);
    the_books_balance(line);
    assert_sent(line, "~{A\r\n~{A}\r\n");

    put(line, 0, "text\n");
    (void)take(line, 2);
    output_queue_take_over(&line->queue); /* nothing was in doubt */
    assert_sent(line, "~{A\r\n~{A}\r\ntext\r\n");
    free_line(line);
}

static void who_takes_over_cuts_a_long_frame_off(void **state)
{
    (void)state;
    for (int sent = 0; sent < 2; sent++) {
        struct line *line = usual_line();
        output_queue_frame_begin(&line->queue);
        assert_true(append(line, "~{A"));
        assert_true(output_queue_frame_put(&line->queue, true));
        if (sent)
            (void)take(line, SIZE_MAX);
        output_queue_take_over(&line->queue);
        put(line, 0, "text\n");
        assert_sent(line, "~{A\r\ntext\r\n");
        assert_int_equal(output_queue_frames_ended(&line->queue), 0);
        free_line(line);
    }
}

/* --- Against a model: everything that was put, in a list --------------------------------------- */

enum {
    MODEL_ENTRIES = 40000
};

struct model_entry {
    bool is_frame;
    bool gone; /* lost, or begun */
    uint32_t owner;
    uint32_t length;
    char bytes[OUTPUT_LINE_MAX];
};

struct model {
    struct model_entry entries[MODEL_ENTRIES];
    size_t count;
    size_t next; /* not begun */
    uint64_t lost_here, lost;
    char out[1024]; /* of what was begun */
    size_t out_length, out_at;
    bool open;
    uint32_t owner;
    size_t frame_sending; /* bytes of the frame that is being sent */
};

static void model_used(const struct model *model, bool frames, size_t *bytes, size_t *entries)
{
    *bytes = *entries = 0;
    for (size_t i = model->next; i < model->count; i++)
        if (model->entries[i].is_frame == frames && !model->entries[i].gone) {
            *bytes += model->entries[i].length;
            ++*entries;
        }
}

static void model_drop(struct model *model, size_t length, size_t entry)
{
    size_t bytes, entries;
    model_used(model, false, &bytes, &entries);
    for (size_t i = model->next; bytes + length > TEXT_SIZE || entries + entry > PLACES; i++) {
        struct model_entry *oldest = &model->entries[i];
        if (oldest->is_frame || oldest->gone)
            continue;
        oldest->gone = true;
        model->lost += oldest->length;
        bytes -= oldest->length;
        entries--;
    }
}

static void model_put_byte(struct model *model, uint32_t owner, char byte)
{
    struct model_entry *last = model->count > 0 ? &model->entries[model->count - 1] : NULL;
    if (last != NULL && model->next < model->count && !last->is_frame && !last->gone &&
        last->owner == owner && last->length < OUTPUT_LINE_MAX &&
        last->bytes[last->length - 1] != '\n') {
        model_drop(model, 1, 0);
        last->bytes[last->length++] = byte;
        return;
    }
    model_drop(model, 1, 1);
    model->entries[model->count++] =
        (struct model_entry){.owner = owner, .length = 1, .bytes = {byte}};
}

static bool model_put_frame(struct model *model, const char *bytes, uint32_t length)
{
    size_t used, entries;
    model_used(model, true, &used, &entries);
    if (used + model->frame_sending + length > FRAMES_SIZE || entries >= PLACES)
        return false;
    struct model_entry *entry = &model->entries[model->count++];
    *entry = (struct model_entry){.is_frame = true, .length = length};
    memcpy(entry->bytes, bytes, length);
    return true;
}

static void model_out(struct model *model, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'))
            model->out[model->out_length++] = '\r';
        model->out[model->out_length++] = bytes[i];
    }
}

static bool model_begin(struct model *model)
{
    model->out_length = model->out_at = model->frame_sending = 0;
    while (model->next < model->count && model->entries[model->next].gone)
        model->lost_here += model->entries[model->next++].length;
    if (model->next == model->count)
        return false;
    struct model_entry *entry = &model->entries[model->next];
    bool note = !entry->is_frame && model->lost_here > 0;
    bool same = entry->owner == model->owner || entry->owner == OUTPUT_ANYBODY ||
                model->owner == OUTPUT_ANYBODY;
    if (model->open && (note || entry->is_frame || !same))
        model_out(model, "\n", 1);
    if (note) {
        char text[OUTPUT_NOTE_MAX];
        int length = snprintf(text, sizeof text, "[%llu bytes of text were lost here]\n",
                              (unsigned long long)model->lost_here);
        model_out(model, text, (size_t)length);
        model->lost_here = 0;
        model->open = false;
        return true;
    }
    model_out(model, entry->bytes, entry->length);
    model->open = entry->bytes[entry->length - 1] != '\n';
    model->owner = entry->owner;
    model->frame_sending = entry->is_frame ? entry->length : 0;
    entry->gone = true;
    model->next++;
    return true;
}

static int model_take(struct model *model)
{
    while (model->out_at == model->out_length)
        if (!model_begin(model))
            return -1;
    int byte = (uint8_t)model->out[model->out_at++];
    if (model->out_at == model->out_length)
        model->frame_sending = 0;
    return byte;
}

static uint32_t random_below(uint32_t *seed, uint32_t limit)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % limit;
}

static void random_text(struct line *line, struct model *model, uint32_t *seed)
{
    char text[700] = "";
    uint32_t length = random_below(seed, random_below(seed, 20) == 0 ? sizeof text : 60);
    uint32_t owner = random_below(seed, 4);
    if (owner == 3)
        owner = OUTPUT_ANYBODY;
    for (uint32_t i = 0; i < length; i++)
        text[i] = random_below(seed, 30) == 0 ? '\n' : (char)('a' + random_below(seed, 26));
    output_queue_put_text(&line->queue, owner, text, length);
    for (uint32_t i = 0; i < length; i++)
        model_put_byte(model, owner, text[i]);
}

static void random_frame(struct line *line, struct model *model, uint32_t *seed)
{
    char text[80] = "~{";
    uint32_t length = 2 + random_below(seed, 70);
    for (uint32_t i = 2; i < length; i++)
        text[i] = (char)('A' + random_below(seed, 26));
    memcpy(text + length, "}\r\n", 4);
    assert_int_equal(put_frame(line, text), model_put_frame(model, text, length + 3));
}

static void random_takes(struct line *line, struct model *model, uint32_t *seed)
{
    uint32_t count = random_below(seed, 160);
    line->length = 0;
    size_t taken = take(line, count);
    for (size_t i = 0; i < taken; i++)
        assert_int_equal((uint8_t)line->sent[i], model_take(model));
    if (taken < count)
        assert_int_equal(model_take(model), -1);
}

static void long_random_rows_of_calls_agree_with_a_simple_model(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 40; round++) {
        uint32_t seed = round + 1;
        struct line *line = usual_line();
        struct model *model = zeroed(sizeof *model);
        model->owner = UINT32_MAX;
        /* near the wrap of every count */
        line->queue.text.put = line->queue.dropped_to = round % 2 ? UINT32_MAX - 40 : 0;
        line->queue.sending[0].text_next = line->queue.text.put;
        line->queue.frames.put = line->queue.sending[0].frame_next = line->queue.text.put;
        while (model->count < MODEL_ENTRIES - 1000) {
            uint32_t what = random_below(&seed, 10);
            if (what < 5)
                random_text(line, model, &seed);
            else if (what < 6)
                random_frame(line, model, &seed);
            else
                random_takes(line, model, &seed);
            assert_int_equal(output_queue_counts(&line->queue).text_lost, model->lost);
            if (model->next > 4000)
                break;
        }
        free(model);
        free_line(line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_frames_leave_in_the_order_in_which_they_came),
        cmocka_unit_test(a_line_in_pieces_is_one_line),
        cmocka_unit_test(an_open_line_ends_before_anothers_text_or_a_frame),
        cmocka_unit_test(a_frame_on_its_way_is_no_text_that_waits),
        cmocka_unit_test(a_wiped_row_is_left_to_whoever_comes_next),
        cmocka_unit_test(a_frame_that_is_being_made_holds_nobody_up),
        cmocka_unit_test(the_oldest_lines_give_way_and_the_loss_is_said_in_their_place),
        cmocka_unit_test(text_gives_way_for_want_of_places_too),
        cmocka_unit_test(text_longer_than_the_ring_keeps_its_end),
        cmocka_unit_test(an_entry_is_full_at_its_maximum_and_the_line_goes_on),
        cmocka_unit_test(a_frame_is_taken_whole_or_refused),
        cmocka_unit_test(a_frame_without_a_place_is_refused),
        cmocka_unit_test(a_frame_that_is_being_sent_keeps_its_room),
        cmocka_unit_test(nothing_comes_between_the_pieces_of_a_long_frame),
        cmocka_unit_test(who_takes_over_forgets_the_frame_that_was_being_made),
        cmocka_unit_test(who_takes_over_sends_what_is_in_doubt_again),
        cmocka_unit_test(who_takes_over_cuts_a_long_frame_off),
        cmocka_unit_test(long_random_rows_of_calls_agree_with_a_simple_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
