/* Values of the report for programs. */
#include "flight/json_value.h"

#include <string.h>

#include "flight/file_bytes.h"

json_t *json_value_of_unsigned(uint64_t value)
{
    return value <= INT64_MAX ? json_integer((json_int_t)value) : json_real((double)value);
}

json_t *json_value_of_escaped(struct frame_string string)
{
    struct file_bytes escaped = {0};
    const struct text_sink sink = file_bytes_sink(&escaped);
    text_print_foreign(&sink, string.text, string.length);
    json_t *value = json_string(file_bytes_text(&escaped));
    file_bytes_free(&escaped);
    return value;
}

json_t *json_value_of_string(struct frame_string string)
{
    if (string.text == NULL)
        return json_null();
    json_t *value = json_stringn(string.text, string.length);
    return value != NULL ? value : json_value_of_escaped(string);
}

json_t *json_value_of_text(const char *text)
{
    return json_value_of_string((struct frame_string){text, strlen(text)});
}

void json_value_write(FILE *out, json_t *value)
{
    (void)json_dumpf(value, out, JSON_ENCODE_ANY); /* standard_output.c keeps why, for main */
    json_decref(value);
}

void json_value_write_row(FILE *out, size_t row, json_t *value)
{
    fputs(row == 0 ? "\n  " : ",\n  ", out);
    json_value_write(out, value);
}
