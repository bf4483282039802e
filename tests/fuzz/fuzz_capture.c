/* A capture, read as a whole by flight.
 *
 * Input: a first byte, then, if that is even, the capture as it is; if odd, frames as kind, length
 * and payload, which get numbers and checksums here, so that the payloads are reached.
 *
 * Property: tests/fuzz/capture_property.h. */
#include <stdint.h>
#include <string.h>

#include "tests/fuzz/capture_property.h"

struct sheet {
    char bytes[1 << 16];
    size_t length;
};

static void put(void *context, const char *bytes, size_t length)
{
    struct sheet *sheet = context;
    if (length > sizeof sheet->bytes - sheet->length)
        length = sizeof sheet->bytes - sheet->length;
    memcpy(sheet->bytes + sheet->length, bytes, length);
    sheet->length += length;
}

static void frames_of(struct sheet *sheet, const uint8_t *data, size_t size)
{
    static const char kinds[] = "HSKCMPNITEVXUDQRABWF";
    struct frame_writer writer = {.sink = {put, sheet}};
    while (size >= 2) {
        size_t length = data[1] < size - 2 ? data[1] : size - 2;
        frame_begin(&writer, kinds[data[0] % (sizeof kinds - 1)]);
        frame_put_bytes(&writer, data + 2, length);
        frame_end(&writer);
        data += 2 + length;
        size -= 2 + length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sheet sheet;
    if (size == 0)
        return 0;
    sheet.length = 0;
    if (data[0] % 2 == 0)
        put(&sheet, (const char *)data + 1, size - 1);
    else
        frames_of(&sheet, data + 1, size - 1);
    capture_property_hold(sheet.bytes, sheet.length);
    return 0;
}
