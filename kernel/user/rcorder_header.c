/* rcorder: what stands in the header of a script, read byte by byte. */
#include "kernel/user/rcorder.h"

enum state {
    LINE_START = 0, /* what it begins with stands in `text`, as far as it has been read */
    OTHER_LINE,     /* before the header */
    NAMES,          /* `text` has the beginning of one */
    DONE,
};

static const struct beginning {
    const char *text;
    enum rcorder_kind kind;
} beginnings[] = {
    {"# PROVIDE:", RCORDER_PROVIDE},  {"# PROVIDES:", RCORDER_PROVIDE},
    {"# REQUIRE:", RCORDER_REQUIRE},  {"# REQUIRES:", RCORDER_REQUIRE},
    {"# BEFORE:", RCORDER_BEFORE},    {"# KEYWORD:", RCORDER_KEYWORD},
    {"# KEYWORDS:", RCORDER_KEYWORD},
};

enum {
    BEGINNINGS = sizeof beginnings / sizeof beginnings[0]
};

static enum rcorder_status end_name(struct rcorder *order)
{
    const struct slice name = {order->reading.text, order->reading.length};
    bool too_long = order->reading.too_long;
    order->reading.length = 0;
    order->reading.too_long = false;
    if (too_long)
        return RCORDER_NAME_TOO_LONG;
    if (name.length == 0)
        return RCORDER_OK;
    enum rcorder_status status = rcorder_add_name(order, order->reading.kind, name);
    if (status != RCORDER_OK)
        order->reading.state = DONE;
    return status;
}

static enum rcorder_status take_name(struct rcorder *order, char c)
{
    bool is_blank = c == ' ' || c == '\t' || c == '\r';
    if (!is_blank && c != '\n') {
        if (order->reading.length == RCORDER_NAME_MAX)
            order->reading.too_long = true;
        else
            order->reading.text[order->reading.length++] = c;
        return RCORDER_OK;
    }
    enum rcorder_status status = end_name(order);
    if (c == '\n' && order->reading.state == NAMES)
        order->reading.state = LINE_START;
    return status;
}

/* The beginning that the line has, or may still get; NULL: none. */
static const struct beginning *find_beginning(const struct rcorder *order)
{
    for (uint32_t i = 0; i < BEGINNINGS; i++)
        if (order->reading.length <= __builtin_strlen(beginnings[i].text) &&
            __builtin_memcmp(order->reading.text, beginnings[i].text, order->reading.length) == 0)
            return &beginnings[i];
    return NULL;
}

static void take_beginning(struct rcorder *order, char c)
{
    order->reading.text[order->reading.length++] = c;
    const struct beginning *beginning = find_beginning(order);
    if (beginning != NULL && c != ':')
        return;
    order->reading.length = 0;
    if (beginning != NULL) {
        order->reading.kind = beginning->kind;
        order->reading.in_header = true;
        order->reading.state = NAMES;
    } else if (order->reading.in_header)
        order->reading.state = DONE;
    else if (c != '\n')
        order->reading.state = OTHER_LINE;
}

/* The next character of a line, continued lines being one. */
static enum rcorder_status take(struct rcorder *order, char c)
{
    if (order->reading.state == NAMES)
        return take_name(order, c);
    if (order->reading.state == LINE_START)
        take_beginning(order, c);
    else if (order->reading.state == OTHER_LINE && c == '\n')
        order->reading.state = LINE_START;
    return RCORDER_OK;
}

static enum rcorder_status worse(enum rcorder_status a, enum rcorder_status b)
{
    return a > b ? a : b;
}

/* A backslash takes the next character as it is, but together with a newline it vanishes. */
static enum rcorder_status take_raw(struct rcorder *order, char c)
{
    if (order->reading.backslash) {
        order->reading.backslash = false;
        if (c == '\n')
            return RCORDER_OK;
        enum rcorder_status status = take(order, '\\');
        return worse(status, take(order, c));
    }
    order->reading.backslash = c == '\\';
    return order->reading.backslash ? RCORDER_OK : take(order, c);
}

enum rcorder_status rcorder_add_text(struct rcorder *order, struct slice text, bool *more)
{
    enum rcorder_status status = RCORDER_OK;
    for (size_t i = 0; i < text.length && order->reading.state != DONE; i++)
        status = worse(status, take_raw(order, text.text[i]));
    *more = order->reading.state != DONE;
    return status;
}

enum rcorder_status rcorder_end_text(struct rcorder *order)
{
    enum rcorder_status status = order->reading.backslash ? take(order, '\\') : RCORDER_OK;
    if (order->reading.state == NAMES)
        status = worse(status, end_name(order));
    order->reading.state = DONE;
    return status;
}
