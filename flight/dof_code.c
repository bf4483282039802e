/* An instruction of DIF as text. */
#include "flight/dof_code.h"

#include "flight/dof_names.h"

enum {
    NAMES_MAX = 1024, /* variables of a DIFO whose names are looked up */
};

void dof_code_print_string(const struct text_sink *sink, struct frame_string string)
{
    size_t shown = string.length < DOF_STRING_SHOWN ? string.length : DOF_STRING_SHOWN;
    text_print(sink, "\"");
    for (size_t at = 0, run; at < shown; at += run) {
        for (run = 0;
             at + run < shown && string.text[at + run] != '\n' && string.text[at + run] != '"';)
            run++;
        text_print_foreign(sink, string.text + at, run);
        if (at + run < shown)
            text_print(sink, "%s", string.text[at + run++] == '"' ? "\\\"" : "\\n");
    }
    text_print(sink, shown < string.length ? "\"..." : "\"");
}

void dof_code_print_name(const struct text_sink *sink, uint8_t scope, struct frame_string name)
{
    static const char *const prefix[] = {"", "self->", "this->"};
    text_print(sink, "%s", scope < DIF_SCOPES ? prefix[scope] : "?->");
    if (name.text == NULL)
        text_print(sink, "?");
    else
        text_print_foreign(sink, name.text,
                           name.length < DOF_STRING_SHOWN ? name.length : DOF_STRING_SHOWN);
}

/* --- What operands mean --- */

static void note_variable(const struct text_sink *note, const struct dof_view *view,
                          const struct dof_view_difo *difo, uint32_t instruction)
{
    uint32_t id = dif_index(instruction);
    uint8_t scope = (uint8_t)dif_scope_of(dif_op(instruction));
    for (uint32_t i = 0; i < difo->variable_count && i < NAMES_MAX; i++) {
        const struct dof_view_variable variable = dof_view_variable(view, difo, i);
        if (variable.id == id && variable.scope == scope) {
            dof_code_print_name(note, scope, variable.name);
            return;
        }
    }
    text_print(note, "%s", id < DIF_VAR_USER ? dof_builtin_name(id) : "?");
}

static void note_integer(const struct text_sink *note, const struct dof_view *view,
                         const struct dof_view_difo *difo, uint32_t index)
{
    if (index < difo->integer_count)
        text_print(note, "0x%llx", (unsigned long long)dof_view_integer(view, difo, index));
    else
        text_print(note, "?");
}

static void note_string(const struct text_sink *note, const struct dof_view *view,
                        const struct dof_view_difo *difo, uint32_t offset)
{
    struct frame_string string = dof_view_string(view, difo->strings.index, offset);
    if (difo->strings.size == 0 || string.text == NULL)
        text_print(note, "?");
    else
        dof_code_print_string(note, string);
}

static const char *type_name(uint32_t type)
{
    return type == DIF_TYPE_C ? "ctf" : type == DIF_TYPE_STRING ? "string" : "?";
}

/* --- Operands --- */

/* Those that only have numbers. */
static void print_registers(const struct text_sink *sink, enum dof_operands operands,
                            uint32_t instruction)
{
    uint32_t r1 = dif_r1(instruction), r2 = dif_r2(instruction), rd = dif_rd(instruction);
    if (operands == DOF_OPERANDS_THREE)
        text_print(sink, "%%r%u, %%r%u, %%r%u", r1, r2, rd);
    else if (operands == DOF_OPERANDS_TWO)
        text_print(sink, "%%r%u, %%r%u", r1, rd);
    else if (operands == DOF_OPERANDS_COMPARE)
        text_print(sink, "%%r%u, %%r%u", r1, r2);
    else if (operands == DOF_OPERANDS_TEST)
        text_print(sink, "%%r%u", r1);
    else if (operands == DOF_OPERANDS_BRANCH)
        text_print(sink, "%u", dif_label(instruction));
    else if (operands == DOF_OPERANDS_LOAD)
        text_print(sink, "[%%r%u], %%r%u", r1, rd);
    else if (operands == DOF_OPERANDS_STORE)
        text_print(sink, "%%r%u, [%%r%u]", r1, rd);
    else if (operands == DOF_OPERANDS_RETURN)
        text_print(sink, "%%r%u", rd);
    else if (operands == DOF_OPERANDS_FROM_ARRAY)
        text_print(sink, "%s[%%r%u], %%r%u", dof_array_name(r1), r2, rd);
    else if (operands == DOF_OPERANDS_TO_ARRAY)
        text_print(sink, "%%r%u, %s[%%r%u]", rd, dof_array_name(r1), r2);
}

/* Those that mean something. */
static void print_reference(const struct text_sink *sink, const struct text_sink *note,
                            enum dof_operands operands, const struct dof_view *view,
                            const struct dof_view_difo *difo, uint32_t instruction)
{
    uint32_t index = dif_index(instruction), rd = dif_rd(instruction);
    if (operands == DOF_OPERANDS_INTEGER) {
        text_print(sink, "DT_INTEGER[%u], %%r%u", index, rd);
        note_integer(note, view, difo, index);
    } else if (operands == DOF_OPERANDS_STRING) {
        text_print(sink, "DT_STRING[%u], %%r%u", index, rd);
        note_string(note, view, difo, index);
    } else if (operands == DOF_OPERANDS_FROM) {
        text_print(sink, "DT_VAR(%u), %%r%u", index, rd);
        note_variable(note, view, difo, instruction);
    } else if (operands == DOF_OPERANDS_TO) {
        text_print(sink, "%%r%u, DT_VAR(%u)", rd, index);
        note_variable(note, view, difo, instruction);
    } else if (operands == DOF_OPERANDS_CALL) {
        text_print(sink, "DIF_SUBR(%u), %%r%u", index, rd);
        text_print(note, "%s", dof_subroutine_name(index));
    } else if (operands == DOF_OPERANDS_PUSH) {
        text_print(sink, "DT_TYPE(%u), %%r%u, %%r%u", dif_r1(instruction), dif_r2(instruction), rd);
        text_print(note, "%s", type_name(dif_r1(instruction)));
    }
}

void dof_code_read(const struct dof_view *view, const struct dof_view_difo *difo, uint32_t pc,
                   struct dof_code *code)
{
    enum dof_operands operands;
    code->word = dof_view_instruction(view, difo, pc);
    code->name = dof_opcode_name(dif_op(code->word), &operands);
    struct text_buffer texts[] = {{code->operands, sizeof code->operands, 0},
                                  {code->note, sizeof code->note, 0}};
    const struct text_sink sink = text_buffer_sink(&texts[0]), note = text_buffer_sink(&texts[1]);
    print_registers(&sink, operands, code->word);
    print_reference(&sink, &note, operands, view, difo, code->word);
}
