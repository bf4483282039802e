/* The values of `console=` and `ttya-mode=`, field by field. */
#include "boot/console_option.h"

#include "boot/command_line.h"
#include "boot/slice.h"

enum {
    PORT_LEAST = 0x100, /* below are the machine's own devices */
    PORT_MOST = 0xfff8,
    PORT_STEP = 8, /* a UART decodes three address lines */

    SPEED_LEAST = 50,
    SPEED_MOST = 115200,
};

/* What is left of a value: fields between commas. */
struct fields {
    struct slice rest;
    bool more; /* another field follows, perhaps an empty one */
};

static struct slice take(struct fields *fields)
{
    struct slice field = {fields->rest.text, slice_find(fields->rest, ',')};
    fields->more = field.length < fields->rest.length;
    if (fields->more)
        fields->rest = slice_behind(fields->rest, field.length + 1);
    return field;
}

struct console_option console_option_default(void)
{
    return (struct console_option){CONSOLE_PORT, 0x3f8, 115200, 8, 'n', 1};
}

static enum console_status read_port(struct slice field, uint16_t *port)
{
    uint64_t value;
    if (!command_line_number(field.text, field.length, &value) || value < PORT_LEAST ||
        value > PORT_MOST || value % PORT_STEP != 0)
        return CONSOLE_BAD_PORT;
    *port = (uint16_t)value;
    return CONSOLE_OK;
}

static enum console_status read_device(struct slice field, uint16_t *port)
{
    static const struct {
        char com[5], tty[5];
        uint16_t port;
    } known[] = {
        {"com1", "ttya", 0x3f8},
        {"com2", "ttyb", 0x2f8},
        {"com3", "ttyc", 0x3e8},
        {"com4", "ttyd", 0x2e8},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (slice_is(field, known[i].com) || slice_is(field, known[i].tty)) {
            *port = known[i].port;
            return CONSOLE_OK;
        }
    }
    if (slice_begins(field, "0x") || slice_begins(field, "0X"))
        return read_port(field, port);
    return CONSOLE_UNKNOWN_DEVICE;
}

static enum console_status read_speed(struct slice field, uint32_t *speed)
{
    uint64_t value;
    if (!command_line_number(field.text, field.length, &value) || value < SPEED_LEAST ||
        value > SPEED_MOST || SPEED_MOST % (uint32_t)value != 0)
        return CONSOLE_BAD_SPEED;
    *speed = (uint32_t)value;
    return CONSOLE_OK;
}

static enum console_status read_data_bits(struct slice field, uint8_t *bits)
{
    if (field.length != 1 || field.text[0] < '5' || field.text[0] > '8')
        return CONSOLE_BAD_DATA_BITS;
    *bits = (uint8_t)(field.text[0] - '0');
    return CONSOLE_OK;
}

static enum console_status read_parity(struct slice field, char *parity)
{
    if (!slice_is(field, "n") && !slice_is(field, "e") && !slice_is(field, "o"))
        return CONSOLE_BAD_PARITY;
    *parity = field.text[0];
    return CONSOLE_OK;
}

static enum console_status read_stop_bits(struct slice field, uint8_t *bits)
{
    if (!slice_is(field, "1") && !slice_is(field, "2"))
        return CONSOLE_BAD_STOP_BITS;
    *bits = (uint8_t)(field.text[0] - '0');
    return CONSOLE_OK;
}

static enum console_status read_serial(struct fields fields, struct console_option *option)
{
    option->kind = CONSOLE_PORT;
    enum console_status status = read_device(take(&fields), &option->port);
    if (status == CONSOLE_OK && fields.more)
        status = read_speed(take(&fields), &option->speed);
    if (status == CONSOLE_OK && fields.more)
        status = CONSOLE_EXCESS;
    return status;
}

enum console_status console_option_parse(const char *text, size_t length,
                                         struct console_option *option)
{
    struct fields fields = {{text, length}, true};
    struct fields rest = fields;
    struct slice device = take(&rest);
    bool is_none = slice_is(device, "none");
    if (is_none || slice_is(device, "text")) {
        if (rest.more)
            return CONSOLE_EXCESS;
        option->kind = is_none ? CONSOLE_NONE : CONSOLE_TEXT;
        return CONSOLE_OK;
    }
    struct console_option result = *option;
    enum console_status status = read_serial(fields, &result);
    if (status == CONSOLE_OK)
        *option = result;
    return status;
}

static enum console_status read_mode_field(size_t place, struct slice field,
                                           struct console_option *option)
{
    switch (place) {
    case 0:
        return read_speed(field, &option->speed);
    case 1:
        return read_data_bits(field, &option->data_bits);
    case 2:
        return read_parity(field, &option->parity);
    case 3:
        return read_stop_bits(field, &option->stop_bits);
    case 4:
        return slice_is(field, "-") ? CONSOLE_OK : CONSOLE_BAD_HANDSHAKE;
    default:
        return CONSOLE_EXCESS;
    }
}

enum console_status console_mode_parse(const char *text, size_t length,
                                       struct console_option *option)
{
    struct console_option result = *option;
    struct fields fields = {{text, length}, true};
    for (size_t place = 0; fields.more; place++) {
        enum console_status status = read_mode_field(place, take(&fields), &result);
        if (status != CONSOLE_OK)
            return status;
    }
    *option = result;
    return CONSOLE_OK;
}

const char *console_status_str(enum console_status status)
{
    switch (status) {
    case CONSOLE_OK:
        return "nothing wrong";
    case CONSOLE_UNKNOWN_DEVICE:
        return "unknown console device";
    case CONSOLE_BAD_PORT:
        return "not the port of a UART";
    case CONSOLE_BAD_SPEED:
        return "not a speed that divides 115200";
    case CONSOLE_BAD_DATA_BITS:
        return "data bits not 5 to 8";
    case CONSOLE_BAD_PARITY:
        return "parity not n, e or o";
    case CONSOLE_BAD_STOP_BITS:
        return "stop bits not 1 or 2";
    case CONSOLE_BAD_HANDSHAKE:
        return "handshake not supported";
    case CONSOLE_EXCESS:
        return "text behind the end of the value";
    }
    return "unknown status";
}
