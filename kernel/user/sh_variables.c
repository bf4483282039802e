/* sh: variables and parameters. */
#include "kernel/user/sh.h"
#include "kernel/user/system.h"
#include "kernel/user/user_text.h"

/* --- Names --- */

static bool is_name_byte(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c >= '0' && c <= '9' && !first);
}

size_t sh_name_length(struct slice text)
{
    size_t length = 0;
    while (length < text.length && is_name_byte(text.text[length], length == 0))
        length++;
    return length;
}

bool sh_is_assignment(struct slice text)
{
    size_t length = sh_name_length(text);
    return length > 0 && length < text.length && text.text[length] == '=';
}

/* --- Variables --- */

static bool has_name(const struct sh_variable *variable, struct slice name)
{
    return name.length > 0 && name.text[0] == variable->name[0] && slice_is(name, variable->name);
}

static struct sh_variable *find(const struct sh *sh, struct slice name)
{
    struct sh_variable *at = sh_linked(&sh->state->variables);
    while (at != NULL && !has_name(at, name))
        at = sh_linked(&at->next);
    return at;
}

/* Before the first name that is behind it. */
static void insert(struct sh *sh, struct sh_variable *variable)
{
    sh_link *link = &sh->state->variables;
    struct sh_variable *at;
    while ((at = sh_linked(link)) != NULL && text_compare(at->name, variable->name) < 0)
        link = &at->next;
    sh_link_to(&variable->next, at);
    sh_link_to(link, variable);
}

static struct sh_variable *find_or_make(struct sh *sh, struct slice name)
{
    struct sh_variable *variable = find(sh, name);
    if (variable != NULL)
        return variable;
    variable = sh_keep(sh, sizeof *variable + name.length + 1);
    if (variable == NULL)
        return NULL;
    __builtin_memcpy(variable->name, name.text, name.length);
    insert(sh, variable);
    return variable;
}

const char *sh_variable(const struct sh *sh, struct slice name)
{
    const struct sh_variable *variable = find(sh, name);
    return variable == NULL ? NULL : sh_linked(&variable->value);
}

static bool refuse_read_only(struct sh *sh, const struct sh_variable *variable)
{
    if ((variable->flags & SH_READ_ONLY) == 0)
        return false;
    sh_fail(sh, variable->name, "is read-only");
    return true;
}

/* The new value may be part of the old one. */
static bool set_value(struct sh *sh, struct sh_variable *variable, struct slice value)
{
    char *old = sh_linked(&variable->value);
    if (old == NULL || sh_kept_size(old) < value.length + 1) {
        char *text = sh_keep_text(sh, value.text, value.length);
        if (text == NULL)
            return false;
        sh_link_to(&variable->value, text);
        sh_drop(sh, old);
        return true;
    }
    __builtin_memmove(old, value.text, value.length);
    old[value.length] = '\0';
    return true;
}

bool sh_set_variable(struct sh *sh, struct slice name, struct slice value)
{
    struct sh_variable *variable = find_or_make(sh, name);
    return variable != NULL && !refuse_read_only(sh, variable) && set_value(sh, variable, value);
}

static void drop_value(struct sh *sh, struct sh_variable *variable)
{
    sh_drop(sh, sh_linked(&variable->value));
    variable->value = 0;
}

static void remove(struct sh *sh, struct sh_variable *variable)
{
    sh_link *link = &sh->state->variables;
    struct sh_variable *at;
    while ((at = sh_linked(link)) != variable)
        link = &at->next;
    sh_link_to(link, sh_linked(&variable->next));
    drop_value(sh, variable);
    sh_drop(sh, variable);
}

bool sh_unset_variable(struct sh *sh, struct slice name)
{
    struct sh_variable *variable = find(sh, name);
    if (variable == NULL)
        return true;
    if (refuse_read_only(sh, variable))
        return false;
    remove(sh, variable);
    return true;
}

bool sh_mark_variable(struct sh *sh, struct slice name, uint32_t flags)
{
    struct sh_variable *variable = find_or_make(sh, name);
    if (variable != NULL)
        variable->flags |= flags;
    return variable != NULL;
}

const struct sh_variable *sh_next_variable(const struct sh *sh, const struct sh_variable *before)
{
    return sh_linked(before == NULL ? &sh->state->variables : &before->next);
}

/* --- Scopes --- */

/* What a variable was before it became local. */
struct sh_local {
    sh_link next;
    uint32_t scope;
    uint32_t flags;
    bool there;
    sh_link value;
    char name[];
};

static bool is_local_already(const struct sh *sh, struct slice name)
{
    const struct sh_local *at = sh_linked(&sh->state->locals);
    for (; at != NULL && at->scope == sh->state->scope; at = sh_linked(&at->next))
        if (slice_is(name, at->name))
            return true;
    return false;
}

static void move_value(sh_link *to, sh_link *from)
{
    sh_link_to(to, sh_linked(from));
    *from = 0;
}

static bool copy_value(struct sh *sh, struct sh_local *local, const struct sh_variable *variable)
{
    const char *value = sh_linked(&variable->value);
    local->flags = variable->flags;
    if (value == NULL)
        return true;
    char *copy = sh_keep_text(sh, value, __builtin_strlen(value));
    sh_link_to(&local->value, copy);
    return copy != NULL;
}

bool sh_make_local(struct sh *sh, struct slice name)
{
    if (is_local_already(sh, name))
        return true;
    struct sh_variable *variable = find(sh, name);
    if (variable != NULL && refuse_read_only(sh, variable))
        return false;
    struct sh_local *local = sh_keep(sh, sizeof *local + name.length + 1);
    if (local == NULL)
        return false;
    __builtin_memcpy(local->name, name.text, name.length);
    local->scope = sh->state->scope;
    local->there = variable != NULL;
    if (variable != NULL && !copy_value(sh, local, variable)) {
        sh_drop(sh, local);
        return false;
    }
    sh_link_to(&local->next, sh_linked(&sh->state->locals));
    sh_link_to(&sh->state->locals, local);
    return true;
}

static void restore(struct sh *sh, struct sh_local *local)
{
    const struct slice name = slice_of(local->name);
    struct sh_variable *variable = local->there ? find_or_make(sh, name) : find(sh, name);
    if (variable == NULL) /* or memory is full */
        return;
    if (!local->there) {
        remove(sh, variable);
        return;
    }
    drop_value(sh, variable);
    variable->flags = local->flags;
    move_value(&variable->value, &local->value);
}

void sh_enter_scope(struct sh *sh)
{
    sh->state->scope++;
}

void sh_leave_scope(struct sh *sh)
{
    struct sh_local *local;
    while ((local = sh_linked(&sh->state->locals)) != NULL && local->scope == sh->state->scope) {
        sh_link_to(&sh->state->locals, sh_linked(&local->next));
        restore(sh, local);
        sh_drop(sh, sh_linked(&local->value));
        sh_drop(sh, local);
    }
    sh->state->scope--;
}

/* --- The environment --- */

bool sh_import_variables(struct sh *sh)
{
    size_t length;
    const char *at = system_environment(&length), *end = at + length;
    for (; at < end; at += __builtin_strlen(at) + 1) {
        struct slice whole = slice_of(at);
        struct slice name = {at, sh_name_length(whole)};
        if (!sh_is_assignment(whole))
            continue;
        if (!sh_set_variable(sh, name, slice_behind(whole, name.length + 1)) ||
            !sh_mark_variable(sh, name, SH_EXPORTED))
            return false;
    }
    return true;
}

static bool push_text(struct sh *sh, const char *text, char last)
{
    return sh_push_bytes(sh, text, __builtin_strlen(text)) && sh_push_byte(sh, last);
}

static bool push_environment(struct sh *sh)
{
    const struct sh_variable *at = NULL;
    while ((at = sh_next_variable(sh, at)) != NULL)
        if ((at->flags & SH_EXPORTED) != 0 && at->value != 0)
            if (!push_text(sh, at->name, '=') || !push_text(sh, sh_linked(&at->value), '\0'))
                return false;
    return true;
}

bool sh_export_variables(struct sh *sh)
{
    uint32_t mark = sh_mark(sh);
    bool pushed = push_environment(sh);
    int error = pushed ? system_environment_set((const char *)sh->memory + mark, sh_mark(sh) - mark)
                       : SYSTEM_OK;
    sh_release(sh, mark);
    if (error != SYSTEM_OK)
        sh_complain(sh, "export", "the environment is larger than 2,048 bytes", SH_MISUSED);
    return pushed && error == SYSTEM_OK;
}

/* --- Parameters --- */

bool sh_set_parameters(struct sh *sh, int count, const char *const *values)
{
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += __builtin_strlen(values[i]) + 1;
    struct sh_parameters *parameters = sh_keep(sh, sizeof *parameters + length);
    if (parameters == NULL)
        return false;
    parameters->count = (uint32_t)count;
    parameters->length = (uint32_t)length;
    char *at = parameters->text;
    for (int i = 0; i < count; i++) {
        size_t size = __builtin_strlen(values[i]) + 1;
        __builtin_memcpy(at, values[i], size);
        at += size;
    }
    sh_drop(sh, sh_linked(&sh->state->parameters));
    sh_link_to(&sh->state->parameters, parameters);
    return true;
}

uint32_t sh_parameter_count(const struct sh *sh)
{
    const struct sh_parameters *parameters = sh_linked(&sh->state->parameters);
    return parameters == NULL ? 0 : parameters->count;
}

const char *sh_parameter(const struct sh *sh, uint32_t number)
{
    const struct sh_parameters *parameters = sh_linked(&sh->state->parameters);
    if (parameters == NULL || number == 0 || number > parameters->count)
        return NULL;
    const char *at = parameters->text + parameters->shifted;
    while (--number > 0)
        at += __builtin_strlen(at) + 1;
    return at;
}

void sh_shift_parameters(struct sh *sh, uint32_t count)
{
    struct sh_parameters *parameters = sh_linked(&sh->state->parameters);
    for (; count > 0; count--) {
        const char *first = parameters->text + parameters->shifted;
        parameters->shifted += (uint32_t)__builtin_strlen(first) + 1;
        parameters->count--;
    }
}
