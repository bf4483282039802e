/* The DOF objects of a file.  Of several properties with one number the last one counts, as in the kernel. */
#include "flight/dof_file.h"

#include <stdlib.h>
#include <string.h>

#include "boot/driver_conf.h"
#include "flight/memory.h"
#include "flight/order.h"

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

static void read_conf(struct dof_file *file, struct slice text)
{
    struct driver_conf conf = {.lexer = {.text = text}};
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
