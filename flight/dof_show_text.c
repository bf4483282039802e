/* A DOF object for people. */
#include "flight/dof_code.h"
#include "flight/dof_names.h"
#include "flight/dof_show.h"
#include "trace/dtrace/framework.h"

static void print_link(const struct text_sink *sink, const char *name, uint32_t link)
{
    if (link == DOF_NONE)
        text_print(sink, " %s -", name);
    else
        text_print(sink, " %s %u", name, link);
}

/* --- DIFOs --- */

static void print_type(const struct text_sink *sink, const struct dif_type *type)
{
    text_print(sink, "%s of %u bytes", type->kind == DIF_TYPE_STRING ? "string" : "value",
               type->size);
    if (type->flags & DIF_TYPE_BY_REF)
        text_print(sink, " by reference");
    if (type->flags & DIF_TYPE_BY_USER_REF)
        text_print(sink, " by a user's reference");
}

static void print_variable(const struct text_sink *sink, const struct dof_view_variable *variable)
{
    static const char *const uses[] = {"not used", "read", "written", "read and written"};
    text_print(sink, "      variable ");
    dof_code_print_name(sink, variable->scope, variable->name);
    text_print(sink, ", id 0x%x, %s, %s, ", variable->id,
               variable->kind == DIF_KIND_ARRAY ? "array" : "scalar", uses[variable->flags & 3]);
    print_type(sink, &variable->type);
    text_print(sink, "\n");
}

static void print_instruction(const struct text_sink *sink, uint32_t pc,
                              const struct dof_code *code)
{
    text_print(sink, "%9u: %08x ", pc, code->word);
    if (code->operands[0] == '\0')
        text_print(sink, "%s", code->name);
    else
        text_print(sink, "%-7s %s", code->name, code->operands);
    if (code->note[0] != '\0')
        text_print(sink, " ! %s", code->note);
    text_print(sink, "\n");
}

static void tell_end(const struct text_sink *sink)
{
    text_print(sink, "      ...: its sections overlap, the rest is left out\n");
}

static void print_code(const struct text_sink *sink, struct dof_show *show,
                       const struct dof_view_difo *difo)
{
    for (uint32_t i = 0; i < difo->variable_count; i++) {
        const struct dof_view_variable variable = dof_view_variable(&show->view, difo, i);
        if (!dof_show_one(show)) {
            tell_end(sink);
            return;
        }
        print_variable(sink, &variable);
    }
    for (uint32_t pc = 0; pc < difo->length; pc++) {
        struct dof_code code;
        if (!dof_show_one(show)) {
            tell_end(sink);
            return;
        }
        dof_code_read(&show->view, difo, pc, &code);
        print_instruction(sink, pc, &code);
    }
}

static void print_difo(const struct text_sink *sink, struct dof_show *show, uint32_t link)
{
    struct dof_view_difo difo;
    if (link == DOF_NONE)
        return;
    text_print(sink, "    DIFO[%u] ", link);
    if (!dof_view_difo(&show->view, link, &difo)) {
        text_print(sink, "is not there\n");
    } else if (!dof_show_first(show, link)) {
        text_print(sink, "as above\n");
    } else {
        text_print(sink, "gives ");
        print_type(sink, &difo.type);
        text_print(sink, "\n");
        print_code(sink, show, &difo);
    }
}

/* --- Clauses --- */

static void print_action(const struct text_sink *sink, struct dof_show *show,
                         const struct dof_view_action *action)
{
    text_print(sink, "  action %s (0x%x)", dof_action_name(action->kind), action->kind);
    print_link(sink, "difo", action->difo);
    text_print(sink, " ntuple %u arg 0x%llx uarg 0x%llx", action->ntuple,
               (unsigned long long)action->arg, (unsigned long long)action->uarg);
    if (action->format.text != NULL) {
        text_print(sink, " ! ");
        dof_code_print_string(sink, action->format);
    } else if (action->kind == DOF_ACTION_LIBACT || action->kind >= DOF_AGGREGATION_LQUANTIZE) {
        text_print(sink, " ! ");
        (void)dof_show_argument(sink, action);
    }
    text_print(sink, "\n");
    print_difo(sink, show, action->difo);
}

static void print_actions(const struct text_sink *sink, struct dof_show *show, uint32_t link)
{
    struct dof_section section;
    if (link == DOF_NONE) {
        text_print(sink, "  no actions: what is traced is that it fired\n");
        return;
    }
    if (!dof_view_linked(&show->view, link, DOF_SECTION_ACTDESC, &section)) {
        text_print(sink, "  actions of section %u are not there\n", link);
        return;
    }
    if (!dof_show_first(show, link)) {
        text_print(sink, "  actions of section %u as above\n", link);
        return;
    }
    uint32_t count = dof_view_entries(&show->view, &section, DOF_ACTION_SIZE);
    for (uint32_t i = 0; i < count && dof_show_one(show); i++) {
        const struct dof_view_action action = dof_view_action(&show->view, &section, i);
        print_action(sink, show, &action);
    }
}

static void print_clause(const struct text_sink *sink, struct dof_show *show,
                         const struct dof_section *section)
{
    struct dof_view_clause clause;
    text_print(sink, "ECB[%u] ", section->index);
    if (!dof_view_clause(&show->view, section, &clause)) {
        text_print(sink, "is not there\n");
        return;
    }
    for (uint32_t i = 0; i < 4; i++) {
        text_print(sink, i == 0 ? "" : ":");
        dof_code_print_name(sink, DIF_SCOPE_GLOBAL, clause.names[i]);
    }
    print_link(sink, "pred", clause.predicate);
    print_link(sink, "actions", clause.actions);
    text_print(sink, " uarg 0x%llx\n", (unsigned long long)clause.uarg);
    if (clause.predicate != DOF_NONE)
        text_print(sink, "  predicate\n");
    print_difo(sink, show, clause.predicate);
    print_actions(sink, show, clause.actions);
}

/* --- What else there is --- */

static void print_options(const struct text_sink *sink, struct dof_show *show,
                          const struct dof_section *section)
{
    uint32_t count = dof_view_entries(&show->view, section, DOF_OPTION_SIZE);
    for (uint32_t i = 0; i < count && dof_show_one(show); i++) {
        const struct dof_view_option option = dof_view_option(&show->view, section, i);
        text_print(sink, "OPT %u %s = %lld (0x%llx)\n", option.id, dtrace_option_str(option.id),
                   (long long)option.value, (unsigned long long)option.value);
    }
}

static void print_comments(const struct text_sink *sink, const struct dof_view *view,
                           const struct dof_section *section)
{
    uint32_t size = dof_view_entries(view, section, 1);
    if (size == 0)
        return;
    const char *text = (const char *)view->bytes + section->offset;
    struct frame_string comment = {text, size - (text[size - 1] == '\0')};
    text_print(sink, "COMMENTS ");
    dof_code_print_string(sink, comment);
    text_print(sink, "\n");
}

static void print_section(const struct text_sink *sink, const struct dof_section *section)
{
    text_print(sink, "  [%u] %-9s align %u flags %u entry %u offset %llu size %llu\n",
               section->index, dof_section_name(section->type), section->align, section->flags,
               section->entsize, (unsigned long long)section->offset,
               (unsigned long long)section->size);
}

static void print_content(const struct text_sink *sink, struct dof_show *show)
{
    const struct dof_view *view = &show->view;
    for (uint32_t i = 0; i < view->sections; i++) {
        const struct dof_section section = dof_view_section(view, i);
        if (section.type == DOF_SECTION_ECBDESC)
            print_clause(sink, show, &section);
        else if (section.type == DOF_SECTION_OPTDESC)
            print_options(sink, show, &section);
        else if (section.type == DOF_SECTION_COMMENTS)
            print_comments(sink, view, &section);
    }
}

static void print_problem(const struct text_sink *sink, const struct dof_problem *problem)
{
    text_print(sink, "refused: ");
    text_print_foreign(sink, problem->text, __builtin_strlen(problem->text));
    dof_problem_print_place(sink, problem);
    text_print(sink, "\n");
}

static const char *model_name(uint8_t model)
{
    return model == 1 ? "32 bits" : model == 2 ? "64 bits" : "an unknown number of bits";
}

/* DIFOs that nothing leads to, as in an object that is not all there. */
static void print_orphans(const struct text_sink *sink, struct dof_show *show)
{
    bool headed = false;
    for (uint32_t i = 0; i < show->view.sections; i++) {
        if (show->seen[i] || dof_view_section(&show->view, i).type != DOF_SECTION_DIFOHDR)
            continue;
        if (!headed)
            text_print(sink, "not referred to\n");
        headed = true;
        print_difo(sink, show, i);
    }
}

void dof_show_text(const struct text_sink *sink, struct dof_show *show)
{
    const struct dof_view *view = &show->view;
    text_print_foreign(sink, show->name, __builtin_strlen(show->name));
    if (!show->opened) {
        text_print(sink, ": no DOF\n");
        print_problem(sink, &show->problem);
        return;
    }
    text_print(sink, ": DOF %u, DIF %u, for %s, %u sections, %llu bytes loaded of %llu\n",
               view->ident[6], view->ident[7], model_name(view->ident[4]), view->said,
               (unsigned long long)view->loaded, (unsigned long long)view->whole);
    if (show->refused)
        print_problem(sink, &show->problem);
    for (uint32_t i = 0; i < view->sections; i++) {
        const struct dof_section section = dof_view_section(view, i);
        print_section(sink, &section);
    }
    print_content(sink, show);
    print_orphans(sink, show);
}
