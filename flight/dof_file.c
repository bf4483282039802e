/* The DOF objects of a file.  Of several properties with one number the last one counts, as in the kernel. */
#include "flight/dof_file.h"

#include <stdlib.h>
#include <string.h>

#include "boot/driver_conf.h"
#include "flight/memory.h"
#include "flight/order.h"
#include "trace/text.h"

enum {
    SUBJECT_MAX = 80, /* bytes of the text in question that are told */
};

/* Memory of exactly the size of what it holds, so that a byte too many is seen. */
static void add(struct dof_file *file, uint32_t number, uint8_t *bytes, size_t size)
{
    file->objects =
        memory_grown(file->objects, file->count, &file->capacity, sizeof *file->objects);
    file->objects[file->count] = (struct dof_file_object){number, file->count, bytes, size};
    file->count++;
}

static void add_property(struct dof_file *file, const struct driver_property *property)
{
    uint32_t number;
    if (!driver_property_dof_number(property, &number))
        return;
    size_t size = driver_property_bytes(property, NULL, 0);
    uint8_t *bytes = memory_zeroed(size, 1);
    (void)driver_property_bytes(property, bytes, size);
    add(file, number, bytes, size);
}

static int by_number(const void *a, const void *b)
{
    const struct dof_file_object *left = a, *right = b;
    const int order = order_of(left->number, right->number);
    return order != 0 ? order : order_of(left->place, right->place);
}

static void keep_last(struct dof_file *file)
{
    size_t kept = 0;
    for (size_t i = 0; i < file->count; i++) {
        bool last = i + 1 == file->count || file->objects[i + 1].number != file->objects[i].number;
        if (last)
            file->objects[kept++] = file->objects[i];
        else
            free(file->objects[i].bytes);
    }
    file->count = kept;
}

static void keep_first(void *context, const struct diagnosis *diagnosis)
{
    struct dof_file_fault *fault = context;
    const struct slice subject = diagnosis->subject;
    if (fault->line > 0)
        return;
    struct text_buffer buffer = {fault->text, sizeof fault->text, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    fault->line = diagnosis->line;
    text_print(&sink, subject.text != NULL ? "%s '" : "%s", diagnosis->what);
    if (subject.text != NULL) {
        text_print_foreign(&sink, subject.text,
                           subject.length < SUBJECT_MAX ? subject.length : SUBJECT_MAX);
        text_print(&sink, subject.length > SUBJECT_MAX ? "...'" : "'");
    }
    text_print(&sink, "; %s", diagnosis->instead);
}

static void read_conf(struct dof_file *file, struct slice text)
{
    const struct diagnosis_listener listener = {keep_first, &file->fault};
    struct driver_conf conf = {.lexer = {.text = text}, .listener = &listener};
    struct driver_entry entry;
    while (driver_conf_next(&conf, &entry)) {
        struct config_lexer cursor = driver_entry_cursor(&entry);
        struct driver_property property;
        while (entry.global && driver_property_next(&cursor, &property))
            add_property(file, &property);
    }
    if (file->count > 0)
        qsort(file->objects, file->count, sizeof *file->objects, by_number);
    keep_last(file);
}

void dof_file_read(struct dof_file *file, const uint8_t *bytes, size_t size)
{
    *file = (struct dof_file){.conf = size < 4 || memcmp(bytes, "\177DOF", 4) != 0};
    if (file->conf) {
        read_conf(file, (struct slice){(const char *)bytes, size});
        return;
    }
    uint8_t *copy = memory_zeroed(size, 1);
    memcpy(copy, bytes, size);
    add(file, 0, copy, size);
}

void dof_file_free(struct dof_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        free(file->objects[i].bytes);
    free(file->objects);
    *file = (struct dof_file){0};
}
