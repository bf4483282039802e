/* The text of a serial line, without its frames. */
#include "flight/live_filter.h"

static void put(struct live_filter *filter, char byte)
{
    filter->sink.put(filter->sink.context, &byte, 1);
}

static void end_line(struct live_filter *filter)
{
    if (filter->shown || !filter->cut)
        put(filter, '\n');
    filter->shown = false;
    filter->cut = false;
}

static void show(struct live_filter *filter, uint8_t byte)
{
    bool held = filter->carriage;
    filter->carriage = byte == '\r';
    if (byte == '\n') {
        end_line(filter);
        return;
    }
    if (held && (filter->shown || !filter->cut))
        put(filter, '\r');
    if (byte == '\r')
        return;
    put(filter, (char)byte);
    filter->shown = true;
}

static void show_tilde(struct live_filter *filter)
{
    if (!filter->tilde_shown)
        show(filter, '~');
    filter->tilde_shown = true;
}

static bool is_digit(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '+' || byte == '/';
}

static void begin_frame(struct live_filter *filter)
{
    filter->state = LIVE_FILTER_FRAME;
    filter->frame_start = filter->seen - 2;
    filter->kind = '\0';
    filter->cut = true;
}

static void step_text(struct live_filter *filter, uint8_t byte)
{
    filter->state = byte == '~' ? LIVE_FILTER_TILDE : LIVE_FILTER_TEXT;
    filter->tilde_shown = false;
    if (byte != '~')
        show(filter, byte);
}

static bool step_frame(struct live_filter *filter, uint8_t byte)
{
    if (is_digit(byte)) {
        if (filter->kind == '\0')
            filter->kind = (char)byte;
        return false;
    }
    filter->state = LIVE_FILTER_TEXT;
    if (byte == '}')
        return true;
    step_text(filter, byte);
    return false;
}

bool live_filter_step(struct live_filter *filter, uint8_t byte)
{
    filter->seen++;
    switch (filter->state) {
    case LIVE_FILTER_TEXT:
        step_text(filter, byte);
        return false;
    case LIVE_FILTER_TILDE:
        if (byte == '{') {
            begin_frame(filter);
            return false;
        }
        show_tilde(filter);
        step_text(filter, byte);
        return false;
    case LIVE_FILTER_FRAME:
        return step_frame(filter, byte);
    }
    return false;
}

void live_filter_show_held(struct live_filter *filter)
{
    if (filter->state == LIVE_FILTER_TILDE)
        show_tilde(filter);
    if (filter->carriage)
        put(filter, '\r');
    filter->carriage = false;
}

void live_filter_finish(struct live_filter *filter)
{
    if (filter->state == LIVE_FILTER_TILDE)
        show_tilde(filter);
    filter->state = LIVE_FILTER_TEXT;
    filter->carriage = false;
    if (filter->shown)
        end_line(filter);
}
