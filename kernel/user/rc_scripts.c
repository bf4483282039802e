/* Reading rc scripts, for rcorder and rcstart. */
#include "kernel/user/rc_scripts.h"

#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

enum {
    PIECE = 256, /* bytes */
    PATH_SIZE = RCORDER_NAME_MAX + 2,
};

/* "rcorder: PATH: what is wrong; what happens" */
static void tell(struct rc_scripts *scripts, const char *path, const char *wrong,
                 const char *happens)
{
    scripts->faulty = true;
    tell_error("rcorder: %s: %s; %s", path, wrong, happens);
}

bool rc_scripts_start(struct rc_scripts *scripts)
{
    size_t size;
    void *memory = system_heap(&size);
    *scripts = (struct rc_scripts){.faulty = false};
    if (memory == NULL) {
        (void)complain("rcorder", "no heap", SYSTEM_ENOMEM);
        return false;
    }
    rcorder_start(&scripts->order, memory, size);
    return true;
}

/* --- Reading --- */

/* The worst of what was said of the script; *error is 0 or why it could not be read to its end. */
static enum rcorder_status read_header(struct rcorder *order, int descriptor, int *error)
{
    char bytes[PIECE];
    enum rcorder_status worst = RCORDER_OK, status;
    bool more = true;
    int count = 0;
    while (more && (count = system_read(descriptor, bytes, sizeof bytes)) > 0) {
        status = rcorder_add_text(order, (struct slice){bytes, (size_t)count}, &more);
        worst = status > worst ? status : worst;
    }
    *error = count < 0 ? count : SYSTEM_OK;
    status = rcorder_end_text(order);
    return status > worst ? status : worst;
}

static void read_script(struct rc_scripts *scripts, const char *path, int descriptor)
{
    int error;
    enum rcorder_status status = read_header(&scripts->order, descriptor, &error);
    if (status != RCORDER_OK)
        tell(scripts, path, rcorder_status_str(status),
             status == RCORDER_NAME_TOO_LONG ? "it is left out"
                                             : "the rest of its header is left out");
    if (error != SYSTEM_OK)
        tell(scripts, path, system_error_str(error), "the rest of its header is left out");
}

static void add_file(struct rc_scripts *scripts, const char *path, int descriptor)
{
    enum rcorder_status status = rcorder_add_script(&scripts->order, slice_of(path));
    if (status == RCORDER_OK) {
        read_script(scripts, path, descriptor);
        return;
    }
    scripts->full = status != RCORDER_NAME_TOO_LONG;
    tell(scripts, path, rcorder_status_str(status),
         scripts->full ? "it and those behind it are left out" : "it is left out");
}

void rc_scripts_add(struct rc_scripts *scripts, const char *path)
{
    struct system_stat stat;
    if (scripts->full)
        return;
    int descriptor = system_open(path), error = system_stat(path, &stat);
    if (descriptor < 0)
        tell(scripts, path, system_error_str(descriptor), "it is left out");
    else if (error == SYSTEM_OK && stat.kind == SYSTEM_FILE && stat.size > 0)
        add_file(scripts, path, descriptor);
    if (descriptor >= 0)
        (void)system_close(descriptor);
}

/* --- Directories --- */

/* Finds the first name behind `name` in the alphabet, and puts it there.  1, 0: there is none, or an
 * error. */
static int next_name(const char *directory, char name[PATH_SIZE])
{
    struct system_entry entry;
    char next[PATH_SIZE] = "";
    int more, descriptor = system_open(directory);
    if (descriptor < 0)
        return descriptor;
    while ((more = system_read_directory(descriptor, &entry)) > 0) {
        size_t size = __builtin_strlen(entry.name) + 1;
        entry.name[PATH_SIZE - 1] = '\0'; /* too long anyhow: told when it is added */
        if (text_compare(entry.name, name) > 0 &&
            (next[0] == '\0' || text_compare(entry.name, next) < 0))
            __builtin_memcpy(next, entry.name, size < PATH_SIZE ? size : PATH_SIZE);
    }
    (void)system_close(descriptor);
    __builtin_memcpy(name, next, sizeof next);
    return more < 0 ? more : name[0] != '\0';
}

static void add_entry(struct rc_scripts *scripts, const char *directory, const char *name)
{
    char path[PATH_SIZE + PATH_SIZE];
    (void)text_format(path, sizeof path, "%s/%s", directory, name);
    rc_scripts_add(scripts, path);
}

static void add_directory(struct rc_scripts *scripts, const char *directory)
{
    char name[PATH_SIZE] = "";
    int more;
    while ((more = next_name(directory, name)) > 0)
        add_entry(scripts, directory, name);
    if (more < 0)
        tell(scripts, directory, system_error_str(more), "it is left out");
}

/* --- Options --- */

static bool add_keyword(const char **list, uint32_t *count, const char *keyword)
{
    if (*count == RC_KEYWORDS_MAX)
        return false;
    list[(*count)++] = keyword;
    return true;
}

bool rc_scripts_take_option(struct rc_scripts *scripts, char option, const char *value)
{
    if (option == 'k')
        return add_keyword(scripts->keep, &scripts->keeps, value);
    if (option == 's')
        return add_keyword(scripts->skip, &scripts->skips, value);
    if (option == 'D')
        add_directory(scripts, value);
    return option == 'D';
}

static bool has_one_of(const struct rcorder *order, uint32_t script, const char *const *list,
                       uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (rcorder_has_keyword(order, script, slice_of(list[i])))
            return true;
    return false;
}

void rc_scripts_path(const struct rc_scripts *scripts, uint32_t script,
                     char path[RCORDER_NAME_MAX + 1])
{
    const struct slice text = rcorder_path(&scripts->order, script);
    __builtin_memcpy(path, text.text, text.length);
    path[text.length] = '\0';
}

bool rc_scripts_is_wanted(const struct rc_scripts *scripts, uint32_t script)
{
    const struct rcorder *order = &scripts->order;
    return (scripts->keeps == 0 || has_one_of(order, script, scripts->keep, scripts->keeps)) &&
           !has_one_of(order, script, scripts->skip, scripts->skips);
}

static void tell_problem(void *context, const struct rcorder_problem *problem)
{
    const struct rc_scripts *scripts = context;
    const struct text_sink sink = system_output();
    enum system_stream before = system_speak(SYSTEM_ERRORS);
    system_print("rcorder: ");
    rcorder_problem_print(&sink, &scripts->order, problem);
    system_print("\n");
    (void)system_speak(before);
}

void rc_scripts_sort(struct rc_scripts *scripts)
{
    if (rcorder_sort(&scripts->order, tell_problem, scripts) > 0)
        scripts->faulty = true;
}
