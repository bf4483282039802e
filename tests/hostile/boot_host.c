/* What the kernel makes of boot modules and configuration, as a program of the host: the
 * kernel's own files from modules.c to tunables.c, on modules that are files here, without a
 * machine.
 *
 *     boot_host [-a COMMAND_LINE] [FILE MODULE_LINE]...
 *
 * prints what the kernel would print, and exits with 1 where the kernel would stop the boot.
 * For 32 bits: the kernel keeps addresses of modules in 32. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/boot_info.h"
#include "kernel/configuration.h"
#include "kernel/console.h"
#include "kernel/files.h"
#include "kernel/module_probes.h"
#include "kernel/modules.h"
#include "kernel/kern_boottrace.h"
#include "kernel/tracing.h"
#include "kernel/tunables.h"
#include "trace/stream.h"

static struct multiboot_info info;
static struct multiboot_module *modules;
static struct trace_table nowhere;

struct trace_tracer tracing_tracer = {.cpu[0] = {&nowhere, &nowhere, &nowhere, &nowhere, 0, 0}};

const struct multiboot_info *boot_info(void)
{
    return &info;
}

bool boot_info_module(uint32_t index, struct multiboot_module *module)
{
    *module = modules[index];
    return true;
}

/* Exactly that size, so that the sanitizer sees one byte too many. */
uint32_t boot_info_take_memory(uint64_t size)
{
    return (uint32_t)(uintptr_t)malloc((size_t)size);
}

static void put(void *context, const char *bytes, size_t length)
{
    (void)context;
    (void)fwrite(bytes, 1, length, stdout);
}

struct text_sink console_text(void)
{
    return (struct text_sink){put, NULL};
}

void log_line(const char *format, ...)
{
    struct text_sink sink = console_text();
    va_list arguments;
    va_start(arguments, format);
    text_print_list(&sink, format, arguments);
    va_end(arguments);
    text_print(&sink, "\n");
}

void kern_boottrace_note(uint64_t size, const char *format, ...)
{
    (void)size;
    (void)format;
}

void tracing_send_config(const char *key, const char *value, size_t length)
{
    (void)key;
    (void)value;
    (void)length;
}

void tracing_send_module(const struct stream_module *module)
{
    (void)module;
}

void module_probes_fire(const struct boot_module *module)
{
    (void)module;
}

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "boot_host: %s\n", what);
    exit(2);
}

static void read_file(const char *path, struct multiboot_module *module)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        die(path);
    size_t size = (size_t)ftell(file);
    if (size > 0) { /* what is empty stays at address 0, where GRUB places it */
        char *bytes = malloc(size);
        rewind(file);
        if (fread(bytes, 1, size, file) != size)
            die(path);
        module->start = (uint32_t)(uintptr_t)bytes;
        module->end = module->start + (uint32_t)size;
    }
    fclose(file);
}

static void add_module(const char *path, const char *line)
{
    struct multiboot_module *module = &modules[info.module_count];
    module->index = info.module_count++;
    module->command_line = (struct multiboot_string){line, (uint32_t)strlen(line)};
    read_file(path, module);
}

int main(int count, char **arguments)
{
    int next = 1;
    const char *line = "";
    if (count > 2 && strcmp(arguments[1], "-a") == 0) {
        line = arguments[2];
        next = 3;
    }
    modules = calloc((size_t)count, sizeof *modules);
    for (; next + 1 < count; next += 2)
        add_module(arguments[next], arguments[next + 1]);
    tunables_read(line, (uint32_t)strlen(line));
    const char *why_not = modules_read();
    modules_tell();
    if (why_not != NULL) {
        printf("stop: %s\n", why_not);
        return 1;
    }
    configuration_read();
    return 0;
}
