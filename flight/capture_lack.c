/* What a capture lacks. */
#include "flight/capture_lack.h"

#include "flight/print.h"

void capture_lack_write(const struct capture_model *model, char text[CAPTURE_LACK_SIZE])
{
    struct text_buffer words = {text, CAPTURE_LACK_SIZE, 0};
    const struct text_sink sink = text_buffer_sink(&words);
    const struct {
        uint64_t count;
        const char *noun;
    } lacks[] = {
        {model->boot.missing, "missing frame"},
        {model->boot.end_damage - model->boot.first_damage, "damaged frame"},
        {model->malformed, "malformed frame"},
    };
    const char *before = "the capture is not whole: ";
    for (size_t i = 0; i < sizeof lacks / sizeof lacks[0]; i++) {
        if (lacks[i].count == 0)
            continue;
        text_print(&sink, "%s", before);
        print_count(&sink, lacks[i].count, lacks[i].noun);
        before = ", ";
    }
    if (!model->verdict.known)
        text_print(&sink, "%sno verdict", before);
}
