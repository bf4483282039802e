/* The provider module. */
#include "kernel/module_probes.h"

#include "kernel/sdt.h"

enum {
    NAME_SIZE = 256, /* what a program takes of a text, if it does not ask for more */
};

static const char *reason_of(const struct boot_module *module)
{
    if (module->why != NULL)
        return module->why;
    switch (module->state) {
    case MODULE_REFUSED:
        return "the loader's entry cannot be used";
    case MODULE_MISMATCH:
        return "it is not what its hash says";
    case MODULE_BAD_HASH:
        return "its hash cannot be read";
    case MODULE_IGNORED:
        return "this kernel has no use for it";
    case MODULE_ACCEPTED:
    case MODULE_VERIFIED:
        return module_state_str(module->state);
    }
    return "";
}

/* Of the loader's text the name is a part, without a NUL behind it. */
static const char *text_of(struct slice name)
{
    static char text[NAME_SIZE];
    size_t length = name.length < sizeof text ? name.length : sizeof text - 1;
    if (length > 0)
        __builtin_memcpy(text, name.text, length);
    text[length] = '\0';
    return text;
}

void module_probes_fire(const struct boot_module *module)
{
    const char *name = text_of(module->line.name), *type = module_type_str(module->line.type);
    uint32_t size = module->given.end - module->given.start;
    if (boot_module_is_used(module))
        SDT_PROBE("module", "accepted", "char *, char *, uint64_t, char *", sdt_pointer(name),
                  sdt_pointer(type), size, sdt_pointer(reason_of(module)));
    else
        SDT_PROBE("module", "refused", "char *, char *, uint64_t, char *", sdt_pointer(name),
                  sdt_pointer(type), size, sdt_pointer(reason_of(module)));
}
