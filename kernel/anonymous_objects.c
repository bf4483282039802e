/* Where the DOF objects of anonymous tracing come from. */
#include "kernel/anonymous_objects.h"

#include "kernel/console.h"
#include "kernel/files.h"
#include "kernel/module_list.h"

#define CONF "kernel/drv/dtrace.conf"

enum {
    ALIGN = 16,
};
#define PLACE_NONE UINT32_MAX

/* Whether the word stands in the text, wherever. */
static bool mentions(struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.text[i] == 'd' && slice_begins(slice_behind(text, i), DRIVER_DOF_PREFIX))
            return true;
    return false;
}

bool anonymous_objects_hinted(void)
{
    struct slice content;
    for (uint32_t i = 0; i < module_list_count(); i++)
        if (boot_module_is_used_as(module_list_at(i), MODULE_TYPE_DOF))
            return true;
    return files_content(CONF, &content) && mentions(content);
}

void *anonymous_borrow(struct dtrace_memory *memory, size_t size)
{
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (size > memory->size - memory->used)
        return NULL;
    memory->size = (memory->size - size) & ~(size_t)(ALIGN - 1);
    return memory->bytes + memory->size;
}

/* The list grows downwards, so the last one read stands first.  False: no memory. */
static bool list(struct anonymous_objects *objects, const struct driver_property *property)
{
    struct anonymous_object object = {.property = *property};
    if (!driver_property_dof_number(property, &object.number))
        return true;
    struct anonymous_object *place = anonymous_borrow(objects->memory, sizeof *place);
    if (place == NULL)
        return false;
    *place = object;
    objects->listed = place;
    objects->count++;
    return true;
}
_Static_assert(sizeof(struct anonymous_object) % ALIGN == 0, "the list has no gaps");

static bool read_conf(struct anonymous_objects *objects, struct slice content)
{
    struct driver_conf conf = {.lexer = {.text = content}}; /* its faults are told later */
    struct driver_entry entry;
    while (driver_conf_next(&conf, &entry)) {
        struct config_lexer cursor = driver_entry_cursor(&entry);
        struct driver_property property;
        while (entry.global && driver_property_next(&cursor, &property))
            if (!list(objects, &property))
                return false;
    }
    return true;
}

/* Of several with one number the last one in the file counts. */
static bool index_list(struct anonymous_objects *objects)
{
    objects->place = anonymous_borrow(objects->memory, objects->count * sizeof *objects->place);
    if (objects->place == NULL)
        return false;
    for (uint32_t i = 0; i < objects->count; i++)
        objects->place[i] = PLACE_NONE;
    for (uint32_t i = objects->count; i-- > 0;)
        if (objects->listed[i].number < objects->count)
            objects->place[objects->listed[i].number] = i;
    return true;
}

static bool is_there(const struct anonymous_objects *objects, uint32_t number)
{
    return number < objects->count && objects->place[number] != PLACE_NONE;
}

static void tell_unreached(const struct anonymous_objects *objects)
{
    uint32_t reached = 0, behind = 0;
    while (is_there(objects, reached))
        reached++;
    for (uint32_t i = 0; i < objects->count; i++)
        behind += objects->listed[i].number > reached;
    if (behind > 0)
        log_line("dtrace: " CONF ": there is no " DRIVER_DOF_PREFIX
                 "%u; objects behind it, which are not "
                 "read: %u",
                 reached, behind);
}

void anonymous_objects_start(struct anonymous_objects *objects, struct dtrace_memory *memory)
{
    struct slice content;
    *objects = (struct anonymous_objects){.memory = memory};
    if (!files_content(CONF, &content))
        return;
    if (!read_conf(objects, content) || !index_list(objects)) {
        log_line("dtrace: " CONF ": no memory for the list of its objects; none is read");
        objects->count = 0;
        return;
    }
    tell_unreached(objects);
}

bool anonymous_objects_next(struct anonymous_objects *objects, struct anonymous_object *object)
{
    if (is_there(objects, objects->next)) {
        *object = objects->listed[objects->place[objects->next++]];
        return true;
    }
    while (objects->next_module < module_list_count()) {
        struct boot_module *module = module_list_at(objects->next_module++);
        *object = (struct anonymous_object){.module = module};
        if (boot_module_is_used_as(module, MODULE_TYPE_DOF))
            return true;
    }
    return false;
}

size_t anonymous_object_bytes(const struct anonymous_object *object, uint8_t *bytes, size_t room)
{
    if (object->module == NULL)
        return driver_property_bytes(&object->property, bytes, room);
    const struct slice content = boot_module_content(object->module);
    size_t length = content.length < room ? content.length : room;
    if (length > 0)
        __builtin_memcpy(bytes, content.text, length);
    return content.length;
}

void anonymous_object_name(const struct text_sink *sink, const struct anonymous_object *object)
{
    if (object->module == NULL) {
        text_print(sink, CONF ": " DRIVER_DOF_PREFIX "%u", object->number);
        return;
    }
    const struct slice name = object->module->line.name;
    text_print(sink, "module %u (", object->module->given.index);
    text_print_foreign(sink, name.text, name.length);
    text_print(sink, ")");
}
