/* Words to choose from. */
#include "flight/alternatives.h"

#include "flight/file_bytes.h"

char *alternatives_text(const char *const *words, size_t count)
{
    struct file_bytes text = {0};
    for (size_t i = 0; i < count; i++) {
        file_bytes_append_text(&text, i == 0 ? "" : i + 1 < count ? ", " : " or ");
        file_bytes_append_text(&text, words[i]);
    }
    return file_bytes_text(&text);
}
