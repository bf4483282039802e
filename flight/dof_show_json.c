/* A DOF object for programs. */
#include <string.h>

#include "flight/dof_code.h"
#include "flight/dof_names.h"
#include "flight/dof_show.h"
#include "flight/json_value.h"
#include "trace/dtrace/framework.h"

/* null for a link that leads nowhere by intent. */
static json_t *link_value(uint32_t link)
{
    return link == DOF_NONE ? json_null() : json_integer(link);
}

/* With "..." where it is cut. */
static json_t *short_string(struct frame_string string)
{
    char cut[DOF_STRING_SHOWN + 3];
    if (string.length <= DOF_STRING_SHOWN)
        return json_value_of_string(string);
    memcpy(cut, string.text, DOF_STRING_SHOWN);
    memcpy(cut + DOF_STRING_SHOWN, "...", 3);
    return json_value_of_string((struct frame_string){cut, sizeof cut});
}

/* --- DIFOs --- */

static json_t *type_value(const struct dif_type *type)
{
    return json_pack("{s:s, s:i, s:i, s:I}", "kind",
                     type->kind == DIF_TYPE_STRING ? "string" : "type", "ckind", type->ckind,
                     "flags", type->flags, "size", (json_int_t)type->size);
}

static json_t *variable_value(const struct dof_view_variable *variable)
{
    static const char *const scopes[] = {"global", "self", "this"};
    const char *scope = variable->scope < DIF_SCOPES ? scopes[variable->scope] : "?";
    return json_pack("{s:o, s:I, s:s, s:b, s:b, s:b, s:o}", "name", short_string(variable->name),
                     "id", (json_int_t)variable->id, "scope", scope, "array",
                     variable->kind == DIF_KIND_ARRAY, "read", (variable->flags & 1) != 0,
                     "written", (variable->flags & 2) != 0, "type", type_value(&variable->type));
}

static json_t *instruction_value(uint32_t pc, const struct dof_code *code)
{
    char word[16];
    struct text_buffer buffer = {word, sizeof word, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    text_print(&sink, "%08x", code->word);
    json_t *value = json_pack("{s:I, s:s, s:s, s:o}", "pc", (json_int_t)pc, "word", word, "name",
                              code->name, "operands", json_value_of_text(code->operands));
    if (code->note[0] != '\0')
        (void)json_object_set_new(value, "note", json_value_of_text(code->note));
    return value;
}

static json_t *variables_value(struct dof_show *show, const struct dof_view_difo *difo)
{
    json_t *values = json_array();
    for (uint32_t i = 0; i < difo->variable_count && dof_show_one(show); i++) {
        const struct dof_view_variable variable = dof_view_variable(&show->view, difo, i);
        (void)json_array_append_new(values, variable_value(&variable));
    }
    return values;
}

static json_t *code_value(struct dof_show *show, const struct dof_view_difo *difo)
{
    json_t *values = json_array();
    for (uint32_t pc = 0; pc < difo->length && dof_show_one(show); pc++) {
        struct dof_code code;
        dof_code_read(&show->view, difo, pc, &code);
        (void)json_array_append_new(values, instruction_value(pc, &code));
    }
    return values;
}

/* Those that have been there before are only named. */
static json_t *difo_value(struct dof_show *show, uint32_t link)
{
    struct dof_view_difo difo;
    if (!dof_view_difo(&show->view, link, &difo))
        return json_null();
    json_t *value = json_pack("{s:I}", "section", (json_int_t)link);
    if (!dof_show_first(show, link))
        return value;
    (void)json_object_set_new(value, "type", type_value(&difo.type));
    (void)json_object_set_new(value, "variables", variables_value(show, &difo));
    (void)json_object_set_new(value, "code", code_value(show, &difo));
    return value;
}

/* --- Clauses --- */

static json_t *meaning_value(const struct dof_view_action *action)
{
    char text[96];
    struct text_buffer buffer = {text, sizeof text, 0};
    const struct text_sink sink = text_buffer_sink(&buffer);
    return dof_show_argument(&sink, action) ? json_value_of_text(text) : json_null();
}

static json_t *action_value(struct dof_show *show, const struct dof_view_action *action)
{
    return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "name",
                     dof_action_name(action->kind), "kind", (json_int_t)action->kind, "ntuple",
                     (json_int_t)action->ntuple, "arg", json_value_of_unsigned(action->arg), "uarg",
                     json_value_of_unsigned(action->uarg), "format", short_string(action->format),
                     "meaning", meaning_value(action), "difo", difo_value(show, action->difo));
}

static json_t *actions_value(struct dof_show *show, uint32_t link)
{
    struct dof_section section;
    if (!dof_view_linked(&show->view, link, DOF_SECTION_ACTDESC, &section))
        return json_null();
    json_t *value = json_pack("{s:I}", "section", (json_int_t)link);
    if (!dof_show_first(show, link))
        return value;
    json_t *list = json_array();
    uint32_t count = dof_view_entries(&show->view, &section, DOF_ACTION_SIZE);
    for (uint32_t i = 0; i < count && dof_show_one(show); i++) {
        const struct dof_view_action action = dof_view_action(&show->view, &section, i);
        (void)json_array_append_new(list, action_value(show, &action));
    }
    (void)json_object_set_new(value, "list", list);
    return value;
}

static json_t *clause_value(struct dof_show *show, const struct dof_section *section)
{
    struct dof_view_clause clause;
    if (!dof_view_clause(&show->view, section, &clause))
        return json_pack("{s:I}", "section", (json_int_t)section->index);
    return json_pack(
        "{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "section", (json_int_t)section->index,
        "provider", short_string(clause.names[0]), "module", short_string(clause.names[1]),
        "function", short_string(clause.names[2]), "name", short_string(clause.names[3]), "uarg",
        json_value_of_unsigned(clause.uarg), "predicate", difo_value(show, clause.predicate),
        "actions", actions_value(show, clause.actions));
}

/* --- All of it --- */

static json_t *section_value(const struct dof_section *section)
{
    return json_pack("{s:I, s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "section",
                     (json_int_t)section->index, "name", dof_section_name(section->type), "type",
                     (json_int_t)section->type, "align", (json_int_t)section->align, "flags",
                     (json_int_t)section->flags, "entry", (json_int_t)section->entsize, "offset",
                     json_value_of_unsigned(section->offset), "size",
                     json_value_of_unsigned(section->size));
}

static void add_options(struct dof_show *show, const struct dof_section *section, json_t *list)
{
    uint32_t count = dof_view_entries(&show->view, section, DOF_OPTION_SIZE);
    for (uint32_t i = 0; i < count && dof_show_one(show); i++) {
        const struct dof_view_option option = dof_view_option(&show->view, section, i);
        (void)json_array_append_new(list, json_pack("{s:I, s:s, s:I}", "id", (json_int_t)option.id,
                                                    "name", dtrace_option_str(option.id), "value",
                                                    (json_int_t)option.value));
    }
}

/* DIFOs that nothing leads to, as in an object that is not all there. */
static json_t *orphans_value(struct dof_show *show)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < show->view.sections; i++)
        if (!show->seen[i] && dof_view_section(&show->view, i).type == DOF_SECTION_DIFOHDR)
            (void)json_array_append_new(list, difo_value(show, i));
    return list;
}

static json_t *problem_value(const struct dof_show *show)
{
    if (!show->refused)
        return json_null();
    const struct dof_problem *problem = &show->problem;
    return json_pack("{s:o, s:o, s:o}", "text", json_value_of_text(problem->text), "section",
                     link_value(problem->section), "offset",
                     problem->offset == DOF_NOWHERE ? json_null()
                                                    : json_value_of_unsigned(problem->offset));
}

static void add_header(const struct dof_view *view, json_t *object)
{
    (void)json_object_update_new(object,
                                 json_pack("{s:i, s:i, s:i, s:o, s:o}", "model", view->ident[4],
                                           "version", view->ident[6], "dif", view->ident[7],
                                           "loaded", json_value_of_unsigned(view->loaded), "whole",
                                           json_value_of_unsigned(view->whole)));
}

json_t *dof_show_json(struct dof_show *show)
{
    json_t *object = json_pack("{s:o, s:o}", "object", json_value_of_text(show->name), "problem",
                               problem_value(show));
    if (!show->opened)
        return object;
    json_t *sections = json_array(), *clauses = json_array(), *options = json_array();
    add_header(&show->view, object);
    for (uint32_t i = 0; i < show->view.sections; i++) {
        const struct dof_section section = dof_view_section(&show->view, i);
        (void)json_array_append_new(sections, section_value(&section));
        if (section.type == DOF_SECTION_ECBDESC)
            (void)json_array_append_new(clauses, clause_value(show, &section));
        else if (section.type == DOF_SECTION_OPTDESC)
            add_options(show, &section, options);
    }
    (void)json_object_set_new(object, "sections", sections);
    (void)json_object_set_new(object, "options", options);
    (void)json_object_set_new(object, "enablings", clauses);
    (void)json_object_set_new(object, "not_referred_to", orphans_value(show));
    return object;
}
