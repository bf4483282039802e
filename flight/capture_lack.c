/* What a capture lacks. */
#include "flight/capture_lack.h"

#include "flight/print.h"

static void begin(const struct text_sink *sink, const struct text_buffer *words)
{
    text_print(sink, words->length > 0 ? ", " : "");
}

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
    text[0] = '\0';
    for (size_t i = 0; i < sizeof lacks / sizeof lacks[0]; i++) {
        if (lacks[i].count == 0)
            continue;
        begin(&sink, &words);
        print_count(&sink, lacks[i].count, lacks[i].noun);
    }
    if (model->verdict.known)
        return;
    begin(&sink, &words);
    text_print(&sink, "no verdict");
}
