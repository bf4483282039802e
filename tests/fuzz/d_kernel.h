/* A kernel for programs of a fuzzer: a structure, a few symbols, probes with arguments. */
#pragma once

#include <string.h>

#include "flight/d/compiler.h"
#include "flight/d/kernel_facts.h"
#include "flight/d/types.h"

struct d_kernel_here {
    struct d_compiler *compiler; /* whose types these are */
    struct d_type *thread;
};

static void d_kernel_member(struct d_compiler *compiler, struct d_type *type, const char *name,
                            const struct d_type *member_type, uint64_t offset)
{
    struct d_member *member = d_take(compiler, sizeof *member);
    *member = (struct d_member){
        .name = name, .type = member_type, .offset = offset, .next = type->members};
    type->members = member;
}

static const struct d_type *d_kernel_thread(struct d_kernel_here *here, struct d_compiler *compiler)
{
    if (here->compiler == compiler)
        return here->thread;
    struct d_type *thread = d_type_new(compiler, D_TYPE_STRUCT, "struct thread");
    const struct d_type *name = d_type_array_of(compiler, d_type_of(compiler, D_CHAR), 16);
    here->compiler = compiler;
    here->thread = thread;
    thread->size = 40;
    thread->from_kernel = true;
    d_kernel_member(compiler, thread, "next", d_type_pointer_to(compiler, thread), 0);
    d_kernel_member(compiler, thread, "pid", d_type_of(compiler, D_INT), 64);
    d_kernel_member(compiler, thread, "name", name, 96);
    return thread;
}

static const struct d_type *d_kernel_find_type(void *context, struct d_compiler *compiler,
                                               const char *module, const char *name)
{
    (void)module;
    return strcmp(name, "struct thread") == 0 ? d_kernel_thread(context, compiler) : NULL;
}

static bool d_kernel_find_symbol(void *context, struct d_compiler *compiler, const char *module,
                                 const char *name, struct d_symbol *symbol)
{
    *symbol = (struct d_symbol){.address = 0x100000};
    if (module[0] != '\0' && strcmp(module, "kernel") != 0)
        return false;
    if (strcmp(name, "ticks") == 0)
        symbol->type = d_type_of(compiler, D_INT);
    else if (strcmp(name, "thread0") == 0)
        symbol->type = d_kernel_thread(context, compiler);
    else if (strcmp(name, "untyped") != 0)
        return false;
    return true;
}

static bool d_kernel_find_probe(void *context, uint64_t number, struct d_probe_name *name)
{
    (void)context;
    *name = (struct d_probe_name){"dtrace", "", "", "BEGIN"};
    return number == 1;
}

static size_t d_kernel_count_probes(void *context, const struct d_probe_name *description)
{
    (void)context;
    return strcmp(description->provider, "none") != 0;
}

/* A pointer, a short, and 64 bits in two words. */
static bool d_kernel_argument(void *context, struct d_compiler *compiler,
                              const struct d_probe_name *description, size_t index,
                              struct d_argument *argument)
{
    const struct d_type *types[] = {
        d_type_pointer_to(compiler, d_kernel_thread(context, compiler)),
        d_type_of(compiler, D_SHORT),
        d_type_of(compiler, D_ULONGLONG),
    };
    *argument = (struct d_argument){.count = 3, .index = (uint32_t)index};
    if (index < argument->count)
        argument->type = types[index];
    argument->halves = index == 2;
    return strcmp(description->name, "return") != 0;
}

static struct d_kernel_here d_kernel_here;
static const struct d_kernel d_kernel = {
    .context = &d_kernel_here,
    .find_type = d_kernel_find_type,
    .find_symbol = d_kernel_find_symbol,
    .find_probe = d_kernel_find_probe,
    .count_probes = d_kernel_count_probes,
    .probe_argument = d_kernel_argument,
};
