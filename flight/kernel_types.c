/* What a kernel's file says to the D compiler. */
#include "flight/kernel_types.h"

#include <stdlib.h>
#include <string.h>

#include "flight/d/compiler.h"
#include "flight/debug_types.h"
#include "flight/memory.h"
#include "flight/probe_types.h"

/* --- Types --- */

/* Names that D programs know such things by. */
static const char *of_our_own(const char *name)
{
    static const char *const names[][2] = {
        {"kthread_t", "struct thread"},       {"struct kthread", "struct thread"},
        {"struct _kthread", "struct thread"}, {"proc_t", "struct thread"},
        {"struct proc", "struct thread"},     {"kmutex_t", "struct mutex"},
        {"struct kmutex", "struct mutex"},    {"cpu_t", "struct percpu"},
        {"struct cpu", "struct percpu"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i][0]) == 0)
            return names[i][1];
    return name;
}

static bool is_ours(const char *module)
{
    return *module == '\0' || strcmp(module, PROBE_MODULE) == 0;
}

/* NULL: there is none, or its types are not for this compiler, which has 64 bits. */
static const struct debug_index *index_of(struct kernel_types *kernel,
                                          const struct d_compiler *compiler)
{
    if (compiler->setup.model != D_MODEL_ILP32 || kernel->debug.elf == NULL)
        return NULL;
    if (!kernel->index_was_read)
        (void)debug_index_open(&kernel->index, kernel->debug.elf); /* else it finds nothing */
    kernel->index_was_read = true;
    return &kernel->index;
}

static const struct d_type *find_type(void *context, struct d_compiler *compiler,
                                      const char *module, const char *name)
{
    const struct debug_index *index = index_of(context, compiler);
    if (index == NULL || !is_ours(module))
        return NULL;
    const struct d_type *type = debug_types_find(index, compiler, name);
    return type != NULL ? type : debug_types_find(index, compiler, of_our_own(name));
}

/* --- Symbols --- */

static const struct d_type *type_of_symbol(struct kernel_types *kernel, struct d_compiler *compiler,
                                           const struct image_symbol *symbol)
{
    const struct debug_index *index = index_of(kernel, compiler);
    Dwarf_Die die;
    if (index == NULL)
        return NULL;
    if (symbol->is_function)
        return debug_index_function(index, symbol->name, symbol->address, &die)
                   ? debug_types_function(index, compiler, &die)
                   : NULL;
    return debug_index_variable(index, symbol->name, symbol->address, &die)
               ? debug_types_of(index, compiler, &die)
               : NULL;
}

static bool find_symbol(void *context, struct d_compiler *compiler, const char *module,
                        const char *name, struct d_symbol *symbol)
{
    struct kernel_types *kernel = context;
    struct image_symbol found;
    if (!is_ours(module) || !kernel_image_symbol(&kernel->image, name, &found))
        return false;
    *symbol = (struct d_symbol){.address = found.address,
                                .type = type_of_symbol(kernel, compiler, &found)};
    return true;
}

/* --- Probes --- */

static size_t count_probes(void *context, const struct d_probe_name *name)
{
    struct kernel_types *kernel = context;
    const char *const description[] = {name->provider, name->module, name->function, name->name};
    size_t count = probe_is_clock(description);
    for (size_t i = 0; i < kernel->probes.count; i++)
        count += probe_is_meant(&kernel->probes.items[i], description);
    if (count == 0)
        memcpy(kernel->missed, description, sizeof description);
    return count;
}

/* The kernel counts them in the order in which it registers them. */
static bool find_probe(void *context, uint64_t number, struct d_probe_name *name)
{
    const struct kernel_types *kernel = context;
    if (number == 0 || number > kernel->probes.count)
        return false;
    const char *const *field = kernel->probes.items[number - 1].field;
    *name = (struct d_probe_name){field[0], field[1], field[2], field[3]};
    return true;
}

struct d_argument kernel_types_argument(struct kernel_types *kernel, struct d_compiler *compiler,
                                        const struct probe *probe, size_t index)
{
    return probe_types_argument(index_of(kernel, compiler), compiler, probe, index);
}

static bool is_same(const struct d_argument *left, const struct d_argument *right)
{
    return left->count == right->count && left->index == right->index &&
           left->translated == right->translated && left->halves == right->halves &&
           (left->type == NULL) == (right->type == NULL) &&
           (left->type == NULL || left->type == right->type ||
            d_types_compatible(left->type, right->type));
}

/* Takes the argument of one more probe in.  False: it differs. */
static bool agree(struct kernel_types *kernel, struct d_compiler *compiler,
                  const struct probe *probe, size_t index, struct d_argument *argument)
{
    struct d_argument own = kernel_types_argument(kernel, compiler, probe, index);
    if (argument->count == SIZE_MAX)
        *argument = own;
    return is_same(argument, &own);
}

static bool probe_argument(void *context, struct d_compiler *compiler,
                           const struct d_probe_name *name, size_t index,
                           struct d_argument *argument)
{
    struct kernel_types *kernel = context;
    static const struct probe clock = {.kind = PROBE_CLOCK};
    const char *const description[] = {name->provider, name->module, name->function, name->name};
    *argument = (struct d_argument){.count = SIZE_MAX};
    if (probe_is_clock(description))
        (void)agree(kernel, compiler, &clock, index, argument);
    for (size_t i = 0; i < kernel->probes.count; i++)
        if (probe_is_meant(&kernel->probes.items[i], description) &&
            !agree(kernel, compiler, &kernel->probes.items[i], index, argument))
            return false;
    return argument->count != SIZE_MAX;
}

/* --- Files --- */

/* "firstlight.debug" of "firstlight.elf"; a name without that ending gets it. */
static char *debug_path(const char *path)
{
    size_t length = strlen(path);
    if (length > 4 && strcmp(path + length - 4, ".elf") == 0)
        length -= 4;
    return memory_text("%.*s.debug", (int)length, path);
}

/* Whether both would be in memory what the other is. */
static bool is_same_build(const struct kernel_image *image, const struct kernel_image *debug)
{
    if (image->segment_count != debug->segment_count)
        return false;
    for (size_t i = 0; i < image->segment_count; i++) {
        const Elf32_Phdr *own = &image->segments[i], *other = &debug->segments[i];
        const uint8_t *bytes = kernel_image_bytes(image, own->p_vaddr, own->p_filesz);
        const uint8_t *others = kernel_image_bytes(debug, other->p_vaddr, other->p_filesz);
        if (own->p_type == PT_LOAD &&
            (own->p_vaddr != other->p_vaddr || own->p_filesz != other->p_filesz || bytes == NULL ||
             others == NULL || memcmp(bytes, others, own->p_filesz) != 0))
            return false;
    }
    return true;
}

/* What to warn of; NULL: nothing. */
static const char *open_debug(struct kernel_types *kernel, const char *path)
{
    const char *why;
    char *beside = debug_path(path);
    bool opened = kernel_image_open(&kernel->debug, beside, &why);
    free(beside);
    if (!opened)
        return "no debug information is beside it: types of the kernel are not known";
    if (is_same_build(&kernel->image, &kernel->debug))
        return NULL;
    kernel_image_close(&kernel->debug);
    return "the debug information beside it is of another build: types of the kernel are not known";
}

bool kernel_types_open(struct kernel_types *kernel, const char *path, const char **why)
{
    memset(kernel, 0, sizeof *kernel);
    if (!kernel_image_open(&kernel->image, path, why))
        return false;
    *why = open_debug(kernel, path);
    probe_list_read(&kernel->probes, &kernel->image);
    kernel->facts = (struct d_kernel){.context = kernel,
                                      .find_type = find_type,
                                      .find_symbol = find_symbol,
                                      .find_probe = find_probe,
                                      .count_probes = count_probes,
                                      .probe_argument = probe_argument};
    return true;
}

void kernel_types_close(struct kernel_types *kernel)
{
    debug_index_close(&kernel->index);
    probe_list_free(&kernel->probes);
    kernel_image_close(&kernel->debug);
    kernel_image_close(&kernel->image);
}
