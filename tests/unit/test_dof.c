/* The DOF loader: what compilers have written is taken for what it is, and whatever is wrong is refused, by name and
 * place.  Objects lie in memory that ends with their last byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/driver_conf.h"
#include "tests/unit/dof_builder.h"
#include "tests/unit/exact_copy.h"

enum {
    MEMORY = 1 << 20,
    DECLARATIONS = 256
};

static _Alignas(16) uint8_t region[MEMORY];
static struct dtrace_memory memory;
static struct dif_declaration declared[DECLARATIONS];
static struct dif_declarations declarations;
static struct dof_object object;
static struct dof_problem problem;

static int start(void **state)
{
    (void)state;
    memset(region, 0xa5, sizeof region);
    memory = (struct dtrace_memory){region, sizeof region, 0};
    declarations = (struct dif_declarations){.list = declared, .capacity = DECLARATIONS};
    memset(&problem, 0, sizeof problem);
    return 0;
}

static bool load_program(const uint8_t *bytes, size_t size, uint32_t program)
{
    memset(&problem, 0, sizeof problem);
    return dof_load(bytes, size, program, &memory, &declarations, &object, &problem);
}

static bool load(const uint8_t *bytes, size_t size)
{
    return load_program(bytes, size, 0);
}

/* --- A good object ---------------------------------------------------------------------------- */

static const uint32_t predicate_text[] = {
    DIF_INDEX(DIF_OP_LDGS, DIF_VAR_USER, 1),
    DIF_INDEX(DIF_OP_SETX, 0, 2),
    DIF_REGS(DIF_OP_CMP, 1, 2, 0),
    DIF_BRANCH(DIF_OP_BE, 5),
    DIF_RET(0),
    DIF_RET(2),
};
static const uint64_t predicate_integers[] = {7};
static const struct dif_variable predicate_variables[] = {
    {.name = "x", .id = DIF_VAR_USER, .kind = DIF_KIND_SCALAR, .flags = 1, .type = {.size = 8}}};
static struct dif_object predicate = {
    DIF_TEXT(predicate_text), .integers = predicate_integers,
    .integer_count = 1,       .strings = "\0abc",
    .strings_size = 5,        .variables = predicate_variables,
    .variable_count = 1,      .type = {.ckind = 1, .size = 4},
};
static const uint32_t zero_text[] = {DIF_RET(0)};
static struct dif_object zero = {DIF_TEXT(zero_text), .type = {.ckind = 1, .size = 8}};

static struct dof_action actions[] = {
    {.kind = DOF_ACTION_PRINTF, .difo = &zero, .format = "x %d\n", .uarg = 5},
    {.kind = DOF_ACTION_DIFEXPR, .difo = &predicate, .uarg = 6},
    {.kind = DOF_ACTION_STACK, .arg = 9, .uarg = 7},
};
static struct dof_clause clauses[] = {{.provider = "fbt",
                                       .module = "",
                                       .function = "read*",
                                       .name = "entry",
                                       .predicate = &predicate,
                                       .actions = actions,
                                       .action_count = 3,
                                       .uarg = 0x1122334455667788}};
static struct dof_option options[] = {{DOF_OPTION_BUFSIZE, 65536}, {DOF_OPTION_CPU, -1}};

/* The good object, with a relocation; what is patched into it makes it bad. */
static uint8_t *good_object(size_t *size)
{
    static const uint8_t reloc[24] = {[4] = 1};
    struct dof_builder builder;
    dof_builder_start(&builder);
    (void)dof_builder_clause(&builder, &clauses[0]);
    dof_builder_options(&builder, options, 2);
    uint32_t table = dof_builder_section(&builder, DOF_TYPE_RELTAB, 8, 24, reloc, sizeof reloc);
    uint32_t links[3] = {0, table, 3};
    (void)dof_builder_section(&builder, DOF_TYPE_URELHDR, 4, 0, links, sizeof links);
    assert_int_equal(builder.sections[3].type, DOF_TYPE_INTTAB);
    return dof_builder_finish(&builder, size);
}

static void a_built_object_comes_back_as_it_was_described(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = good_object(&size);
    assert_true(load(bytes, size));
    free(bytes); /* nothing of it may be needed any more */
    assert_int_equal(object.clause_count, 1);
    const struct dof_clause *clause = &object.clauses[0];
    assert_string_equal(clause->provider, "fbt");
    assert_string_equal(clause->module, "");
    assert_string_equal(clause->function, "read*");
    assert_string_equal(clause->name, "entry");
    assert_true(clause->uarg == 0x1122334455667788);
    assert_int_equal(clause->action_count, 3);
    assert_string_equal(clause->actions[0].format, "x %d\n");
    assert_int_equal(clause->actions[0].uarg, 5);
    assert_null(clause->actions[1].format);
    assert_null(clause->actions[2].difo);
    assert_int_equal(clause->actions[2].arg, 9);
    const struct dif_object *difo = clause->predicate;
    assert_int_equal(difo->length, 6);
    assert_memory_equal(difo->text, predicate_text, sizeof predicate_text);
    assert_int_equal(difo->integers[0], 7);
    assert_string_equal(difo->strings + 1, "abc");
    assert_string_equal(difo->variables[0].name, "x");
    assert_int_equal(difo->type.size, 4);
    assert_int_equal(object.option_count, 2);
    assert_int_equal(object.options[1].id, DOF_OPTION_CPU);
    assert_true(object.options[1].value == -1);
    assert_int_equal(declarations.count, 1);
}

static void bytes_may_lie_anywhere(void **state)
{
    size_t size;
    uint8_t *bytes = good_object(&size);
    for (size_t shift = 1; shift < 8; shift++) {
        uint8_t *moved = malloc(size + shift);
        assert_non_null(moved);
        memcpy(moved + shift, bytes, size);
        (void)start(state);
        assert_true(load(moved + shift, size));
        free(moved);
    }
    free(bytes);
}

/* --- Refusals --------------------------------------------------------------------------------- */

enum place {
    HEADER, /* of the object */
    ENTRY,  /* header of a section */
    DATA    /* bytes of a section */
};

/* One patch of the good object, and what the loader then says, of which place. */
struct refusal {
    const char *text;
    enum place place;
    enum dof_section_number type; /* of the patched section ... */
    uint32_t number;              /* ... which is this one of its type, from 0 */
    uint32_t field;               /* offset in that place */
    uint32_t width;               /* bytes */
    uint64_t value;
    enum place told; /* whose ... */
    uint32_t at;     /* ... offset is told */
};

/* The sections of the good object, in their order:
 * 0 STRTAB, 1 PROBEDESC, 2-6 predicate (DIF INTTAB STRTAB VARTAB DIFOHDR), 7-8 printf's (DIF DIFOHDR),
 * 9-13 the expression's, 14 ACTDESC, 15 ECBDESC, 16 OPTDESC, 17 RELTAB, 18 URELHDR. */
static const struct refusal refusals[] = {
    /* section 6.2 of the reference: the header */
    {"DOF magic string mismatch", HEADER, 0, 0, 0, 1, 0x7e, HEADER, 0},
    {"DOF magic string mismatch", HEADER, 0, 0, 3, 1, 0x47, HEADER, 0},
    {"DOF has invalid data model", HEADER, 0, 0, 4, 1, 0, HEADER, 4},
    {"DOF has invalid data model", HEADER, 0, 0, 4, 1, 3, HEADER, 4},
    {"DOF encoding mismatch", HEADER, 0, 0, 5, 1, 2, HEADER, 5},
    {"DOF version mismatch", HEADER, 0, 0, 6, 1, 0, HEADER, 6},
    {"DOF version mismatch", HEADER, 0, 0, 6, 1, 3, HEADER, 6},
    {"DOF uses unsupported instruction set", HEADER, 0, 0, 7, 1, 1, HEADER, 7},
    {"DOF uses too many integer registers", HEADER, 0, 0, 8, 1, 9, HEADER, 8},
    {"DOF uses too many tuple registers", HEADER, 0, 0, 9, 1, 9, HEADER, 9},
    {"DOF has invalid ident byte set", HEADER, 0, 0, 10, 1, 1, HEADER, 10},
    {"DOF has invalid ident byte set", HEADER, 0, 0, 15, 1, 0x80, HEADER, 15},
    {"DOF has invalid flag bits set", HEADER, 0, 0, 16, 4, 1, HEADER, 16},
    {"DOF has invalid flag bits set", HEADER, 0, 0, 19, 1, 0x80, HEADER, 16},
    {"invalid header size", HEADER, 0, 0, 20, 4, 56, HEADER, 20},
    {"invalid header size", HEADER, 0, 0, 20, 4, 72, HEADER, 20},
    {"zero section header size", HEADER, 0, 0, 24, 4, 0, HEADER, 24},
    {"misaligned section size", HEADER, 0, 0, 24, 4, 33, HEADER, 24},
    {"section header size too small", HEADER, 0, 0, 24, 4, 24, HEADER, 24},
    {"truncated section headers", HEADER, 0, 0, 24, 4, 0xfffffff8, HEADER, 32},
    {"truncated section headers", HEADER, 0, 0, 28, 4, 0xffffffff, HEADER, 32},
    {"truncated section headers", HEADER, 0, 0, 32, 8, UINT64_MAX - 7, HEADER, 32},
    {"misaligned section headers", HEADER, 0, 0, 32, 8, 60, HEADER, 32},
    {"invalid load size", HEADER, 0, 0, 40, 8, 63, HEADER, 40},
    {"invalid load size", HEADER, 0, 0, 40, 8, 0, HEADER, 40},
    {"oversized DOF", HEADER, 0, 0, 40, 8, 8 << 20, HEADER, 40},
    {"oversized DOF", HEADER, 0, 0, 40, 8, UINT64_MAX, HEADER, 40},
    {"truncated DOF", HEADER, 0, 0, 40, 8, (8 << 20) - 1, HEADER, 40},
    /* 6.3: every section */
    {"illegal sections for enabling", ENTRY, DOF_TYPE_DIF, 0, 0, 4, DOF_TYPE_PROVIDER, ENTRY, 0},
    {"illegal sections for enabling", ENTRY, DOF_TYPE_DIF, 0, 0, 4, DOF_TYPE_PROBES, ENTRY, 0},
    {"illegal sections for enabling", ENTRY, DOF_TYPE_DIF, 0, 0, 4, DOF_TYPE_PRARGS, ENTRY, 0},
    {"illegal sections for enabling", ENTRY, DOF_TYPE_DIF, 0, 0, 4, DOF_TYPE_PROFFS, ENTRY, 0},
    {"loadable section with load flag unset", ENTRY, DOF_TYPE_ECBDESC, 0, 8, 4, 0, ENTRY, 8},
    {"loadable section with load flag unset", ENTRY, DOF_TYPE_INTTAB, 0, 8, 4, 2, ENTRY, 8},
    {"bad section alignment", ENTRY, DOF_TYPE_DIF, 0, 4, 4, 3, ENTRY, 4},
    {"bad section alignment", ENTRY, DOF_TYPE_DIF, 0, 4, 4, 0xffffffff, ENTRY, 4},
    {"misaligned section", ENTRY, DOF_TYPE_DIF, 0, 4, 4, 0, ENTRY, 16},
    {"misaligned section", ENTRY, DOF_TYPE_DIF, 0, 4, 4, 0x80000000, ENTRY, 16},
    {"misaligned section", ENTRY, DOF_TYPE_DIF, 0, 16, 8, 674, ENTRY, 16},
    {"corrupt section header", ENTRY, DOF_TYPE_DIF, 0, 16, 8, 1 << 20, ENTRY, 16},
    {"corrupt section header", ENTRY, DOF_TYPE_DIF, 0, 16, 8, UINT64_MAX - 7, ENTRY, 16},
    {"corrupt section header", ENTRY, DOF_TYPE_DIF, 0, 24, 8, 1 << 20, ENTRY, 16},
    {"corrupt section header", ENTRY, DOF_TYPE_DIF, 0, 24, 8, UINT64_MAX - 3, ENTRY, 16},
    {"non-terminating string table", ENTRY, DOF_TYPE_STRTAB, 0, 24, 8, 0, DATA, 0},
    {"non-terminating string table", ENTRY, DOF_TYPE_STRTAB, 0, 24, 8, 2, DATA, 0},
    {"non-terminating string table", ENTRY, DOF_TYPE_STRTAB, 1, 24, 8, 0, DATA, 0},
    /* 6.4: relocations */
    {"invalid relocation header", ENTRY, DOF_TYPE_URELHDR, 0, 24, 8, 11, DATA, 0},
    {"invalid relocation header", ENTRY, DOF_TYPE_URELHDR, 0, 4, 4, 1, DATA, 0},
    {"referenced section index is invalid", DATA, DOF_TYPE_URELHDR, 0, 0, 4, 99, DATA, 0},
    {"referenced section is the wrong type", DATA, DOF_TYPE_URELHDR, 0, 4, 4, 0, DATA, 4},
    {"referenced section index is invalid", DATA, DOF_TYPE_URELHDR, 0, 8, 4, DOF_NONE, DATA, 8},
    {"invalid relocation section", ENTRY, DOF_TYPE_RELTAB, 0, 4, 4, 4, DATA, 0},
    {"invalid relocation type", DATA, DOF_TYPE_RELTAB, 0, 4, 4, 2, DATA, 4},
    {"bad relocation offset", DATA, DOF_TYPE_RELTAB, 0, 8, 8, 1, DATA, 8},
    {"bad relocation offset", DATA, DOF_TYPE_RELTAB, 0, 8, 8, UINT64_MAX, DATA, 8},
    {"bad relocation offset", DATA, DOF_TYPE_URELHDR, 0, 8, 4, 7, HEADER, 0},
    {"misaligned setx relo", DATA, DOF_TYPE_URELHDR, 0, 8, 4, 0, HEADER, 0},
    /* 6.5: clauses */
    {"truncated ECB description", ENTRY, DOF_TYPE_ECBDESC, 0, 24, 8, 23, DATA, 0},
    {"bad alignment in ECB description", ENTRY, DOF_TYPE_ECBDESC, 0, 4, 4, 4, DATA, 0},
    {"referenced section index is invalid", DATA, DOF_TYPE_ECBDESC, 0, 0, 4, DOF_NONE, DATA, 0},
    {"referenced section index is invalid", DATA, DOF_TYPE_ECBDESC, 0, 0, 4, 19, DATA, 0},
    {"referenced section is the wrong type", DATA, DOF_TYPE_ECBDESC, 0, 0, 4, 2, DATA, 0},
    {"referenced section is the wrong type", DATA, DOF_TYPE_ECBDESC, 0, 4, 4, 2, DATA, 4},
    {"referenced section is the wrong type", DATA, DOF_TYPE_ECBDESC, 0, 8, 4, 6, DATA, 8},
    {"bad alignment in probe description", ENTRY, DOF_TYPE_PROBEDESC, 0, 4, 4, 8, DATA, 0},
    {"truncated probe description", ENTRY, DOF_TYPE_PROBEDESC, 0, 24, 8, 23, DATA, 0},
    {"referenced section is the wrong type", DATA, DOF_TYPE_PROBEDESC, 0, 0, 4, 1, DATA, 0},
    {"corrupt probe provider", DATA, DOF_TYPE_PROBEDESC, 0, 4, 4, 999, DATA, 4},
    {"corrupt probe module", DATA, DOF_TYPE_PROBEDESC, 0, 8, 4, 0xffffffff, DATA, 8},
    {"corrupt probe function", DATA, DOF_TYPE_PROBEDESC, 0, 12, 4, 999, DATA, 12},
    {"corrupt probe name", DATA, DOF_TYPE_PROBEDESC, 0, 16, 4, 23, DATA, 16},
    /* 6.5: actions */
    {"bad alignment in action description", ENTRY, DOF_TYPE_ACTDESC, 0, 4, 4, 4, DATA, 0},
    {"section entry size exceeds total size", ENTRY, DOF_TYPE_ACTDESC, 0, 24, 8, 31, DATA, 0},
    {"bad entry size in action description", ENTRY, DOF_TYPE_ACTDESC, 0, 12, 4, 24, DATA, 0},
    {"corrupt size of action description", ENTRY, DOF_TYPE_ACTDESC, 0, 24, 8, 95, DATA, 0},
    {"referenced section is the wrong type", DATA, DOF_TYPE_ACTDESC, 0, 0, 4, 3, DATA, 0},
    {"referenced section index is invalid", DATA, DOF_TYPE_ACTDESC, 0, 4, 4, DOF_NONE, DATA, 4},
    {"action kind out of range", DATA, DOF_TYPE_ACTDESC, 0, 10, 1, 1, DATA, 8},
    {"bogus format string", DATA, DOF_TYPE_ACTDESC, 0, 16, 8, 23, DATA, 16},
    {"bogus format string", DATA, DOF_TYPE_ACTDESC, 0, 16, 8, UINT64_MAX, DATA, 16},
    {"empty format string", DATA, DOF_TYPE_ACTDESC, 0, 16, 8, 0, DATA, 16},
    {"argument without string table", DATA, DOF_TYPE_ACTDESC, 0, 32 + 16, 8, 1, DATA, 32 + 16},
    /* 6.6: options */
    {"bad alignment in option description", ENTRY, DOF_TYPE_OPTDESC, 0, 4, 4, 4, DATA, 0},
    {"zeroed option entry size", ENTRY, DOF_TYPE_OPTDESC, 0, 12, 4, 0, DATA, 0},
    {"bad option entry size", ENTRY, DOF_TYPE_OPTDESC, 0, 12, 4, 8, DATA, 0},
    {"corrupt size of option description", ENTRY, DOF_TYPE_OPTDESC, 0, 24, 8, 31, DATA, 0},
    {"non-zero option string", DATA, DOF_TYPE_OPTDESC, 0, 4, 4, 0, DATA, 4},
    {"unset option", DATA, DOF_TYPE_OPTDESC, 0, 24, 8, (uint64_t)DOF_OPTION_UNSET, DATA, 24},
    /* 9: DIFOs */
    {"bad size in DIFO header", ENTRY, DOF_TYPE_DIFOHDR, 0, 24, 8, 8, DATA, 0},
    {"bad size in DIFO header", ENTRY, DOF_TYPE_DIFOHDR, 0, 24, 8, 14, DATA, 0},
    {"bad alignment in DIFO header", ENTRY, DOF_TYPE_DIFOHDR, 0, 4, 4, 1, DATA, 0},
    {"referenced section index is invalid", DATA, DOF_TYPE_DIFOHDR, 0, 8, 4, 19, DATA, 8},
    {"unrecognized DIFO subsection", DATA, DOF_TYPE_DIFOHDR, 0, 8, 4, 1, HEADER, 0},
    {"multiple DIF sections", DATA, DOF_TYPE_DIFOHDR, 0, 12, 4, 7, HEADER, 0},
    {"multiple integer tables", DATA, DOF_TYPE_DIFOHDR, 0, 8, 4, 3, HEADER, 0},
    {"multiple string tables", DATA, DOF_TYPE_DIFOHDR, 0, 8, 4, 4, HEADER, 0},
    {"multiple variable tables", DATA, DOF_TYPE_DIFOHDR, 0, 8, 4, 5, HEADER, 0},
    {"bad alignment", ENTRY, DOF_TYPE_DIF, 0, 4, 4, 1, DATA, 0},
    {"bad alignment", ENTRY, DOF_TYPE_INTTAB, 0, 4, 4, 4, DATA, 0},
    {"bad alignment", ENTRY, DOF_TYPE_STRTAB, 1, 4, 4, 2, DATA, 0},
    {"bad alignment", ENTRY, DOF_TYPE_VARTAB, 0, 4, 4, 2, DATA, 0},
    {"entry size mismatch", ENTRY, DOF_TYPE_DIF, 0, 12, 4, 8, DATA, 0},
    {"entry size mismatch", ENTRY, DOF_TYPE_STRTAB, 1, 12, 4, 1, DATA, 0},
    {"entry size mismatch", ENTRY, DOF_TYPE_VARTAB, 0, 12, 4, 0, DATA, 0},
    {"corrupt entry size", ENTRY, DOF_TYPE_DIF, 0, 24, 8, 22, DATA, 0},
    {"corrupt entry size", ENTRY, DOF_TYPE_INTTAB, 0, 24, 8, 9, DATA, 0},
    {"corrupt entry size", ENTRY, DOF_TYPE_VARTAB, 0, 24, 8, 19, DATA, 0},
    {"corrupt variable name", DATA, DOF_TYPE_VARTAB, 0, 0, 4, 7, DATA, 0},
    /* 11: what is wrong with code stands behind its instruction, or behind the DIFO's header */
    {"[0]: invalid opcode 0", DATA, DOF_TYPE_DIF, 0, 3, 1, 0, DATA, 0},
    {"[2]: invalid register 8", DATA, DOF_TYPE_DIF, 0, 8 + 2, 1, 8, DATA, 8},
    {"[3]: backward branch to 3", DATA, DOF_TYPE_DIF, 0, 12, 1, 3, DATA, 12},
    {"[5]: expected 'ret' as last DIF instruction", DATA, DOF_TYPE_DIF, 0, 20, 4,
     (uint64_t)DIF_OP_NOP << 24, DATA, 20},
    {"bad return size 3", DATA, DOF_TYPE_DIFOHDR, 0, 4, 4, 3, DATA, 0},
};

static uint64_t read_number(const uint8_t *bytes, uint32_t width)
{
    uint64_t value = 0;
    memcpy(&value, bytes, width);
    return value;
}

static const uint8_t *entry_of(const uint8_t *bytes, uint32_t index)
{
    return bytes + 64 + 32 * (size_t)index;
}

static uint32_t index_of(const uint8_t *bytes, enum dof_section_number type, uint32_t number)
{
    uint32_t count = (uint32_t)read_number(bytes + 28, 4);
    for (uint32_t i = 0; i < count; i++)
        if (read_number(entry_of(bytes, i), 4) == (uint64_t)type && number-- == 0)
            return i;
    fail();
    return 0;
}

static uint64_t offset_of(const uint8_t *bytes, enum place place, uint32_t index)
{
    if (place == HEADER)
        return 0;
    return place == ENTRY ? (uint64_t)(entry_of(bytes, index) - bytes)
                          : read_number(entry_of(bytes, index) + 16, 8);
}

static void expect(const struct refusal *refusal, const uint8_t *bytes, size_t size)
{
    uint32_t index =
        refusal->place == HEADER ? DOF_NONE : index_of(bytes, refusal->type, refusal->number);
    uint8_t *bad = exact_copy(bytes, size);
    memcpy(bad + offset_of(bytes, refusal->place, index) + refusal->field, &refusal->value,
           refusal->width);
    assert_false(load(bad, size));
    if (strcmp(problem.text, refusal->text) != 0)
        fail_msg("row %u: '%s' instead of '%s'", (unsigned)(refusal - refusals), problem.text,
                 refusal->text);
    /* A patched link is told where it leads to: the text says enough. */
    if (refusal->place == HEADER || refusal->told != HEADER) {
        assert_int_equal(problem.section, index);
        assert_int_equal(problem.offset, offset_of(bytes, refusal->told, index) + refusal->at);
    } else {
        assert_int_not_equal(problem.section, DOF_NONE);
    }
    free(bad);
}

static void everything_wrong_is_refused_by_name_and_place(void **state)
{
    size_t size;
    uint8_t *bytes = good_object(&size);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        (void)start(state);
        expect(&refusals[i], bytes, size);
    }
    free(bytes);
}

static void a_refused_object_leaves_memory_and_declarations_as_they_were(void **state)
{
    size_t size;
    uint8_t *bytes = good_object(&size);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        (void)start(state);
        memory.used = 5;
        expect(&refusals[i], bytes, size);
        assert_int_equal(memory.used, 5);
        assert_int_equal(memory.size, sizeof region);
        assert_int_equal(declarations.count, 0);
        assert_null(object.clauses);
        assert_int_equal(object.clause_count, 0);
    }
    free(bytes);
}

/* Without the relocation, whose header would speak of it first. */
static void a_link_to_what_is_not_loaded_is_refused(void **state)
{
    (void)state;
    struct dof_builder builder;
    dof_builder_start(&builder);
    (void)dof_builder_clause(&builder, &clauses[0]);
    uint32_t comments = dof_builder_section(&builder, DOF_TYPE_COMMENTS, 1, 0, "c", 2);
    builder.sections[comments].flags = 0;
    memcpy(builder.sections[comments - 1].bytes + 8, &comments, 4); /* the ECBDESC's actions */
    size_t size;
    uint8_t *bytes = dof_builder_finish(&builder, &size);
    assert_false(load(bytes, size));
    assert_string_equal(problem.text, "referenced section is not loadable");
    assert_int_equal(problem.section, comments - 1);
    free(bytes);
}

static void every_truncation_is_an_error_not_an_overread(void **state)
{
    size_t size;
    uint8_t *bytes = good_object(&size);
    for (size_t length = 0; length < size; length++) {
        uint8_t *cut = exact_copy(bytes, length);
        (void)start(state);
        assert_false(load(cut, length));
        assert_string_equal(problem.text, length < 64 ? "truncated header" : "truncated DOF");
        free(cut);
    }
    free(bytes);
}

/* As above, but the header agrees with the cut. */
static void every_smaller_load_size_is_judged_without_an_overread(void **state)
{
    size_t size;
    uint8_t *bytes = good_object(&size);
    for (uint64_t length = 64; length < size; length++) {
        uint8_t *cut = exact_copy(bytes, length);
        memcpy(cut + 40, &length, 8);
        (void)start(state);
        assert_false(load(cut, length));
        free(cut);
    }
    free(bytes);
}

/* What links to strings without a format's kind keeps its number: here the offset of "ignored". */
static void only_what_prints_has_a_format(void **state)
{
    (void)state;
    struct dof_action kinds[] = {
        {.kind = DOF_ACTION_PRINTA, .difo = &zero, .format = "%@d"},
        {.kind = DOF_ACTION_DIFEXPR, .difo = &zero, .format = "genunix`17"},
        {.kind = DOF_ACTION_SYSTEM, .difo = &zero, .format = "ls"},
        {.kind = DOF_ACTION_FREOPEN, .difo = &zero, .format = "."},
        {.kind = DOF_ACTION_PRINTA, .difo = &zero, .arg = 9},
        {.kind = DOF_ACTION_STACK, .format = "ignored"},
    };
    struct dof_clause clause = {.actions = kinds, .action_count = 6};
    size_t size;
    uint8_t *bytes = dof_build(&(struct dof_object){.clauses = &clause, .clause_count = 1}, &size);
    assert_true(load(bytes, size));
    free(bytes);
    for (uint32_t i = 0; i < 4; i++) {
        assert_string_equal(object.clauses[0].actions[i].format, kinds[i].format);
        assert_int_equal(object.clauses[0].actions[i].arg, 0);
    }
    assert_null(object.clauses[0].actions[4].format);
    assert_int_equal(object.clauses[0].actions[4].arg, 0);
    assert_null(object.clauses[0].actions[5].format);
    assert_int_equal(object.clauses[0].actions[5].arg, 1 + 4 + 11 + 3 + 2);
}

static void options_may_be_all_that_there_is(void **state)
{
    enum {
        SECTION = 16, /* of the options in a good object */
        SIZE = 64 + 32 + 48,
    };
    size_t size;
    uint8_t *bytes = good_object(&size), alone[SIZE];
    const uint32_t sections = 1;
    const uint64_t length = SIZE, offset = 64 + 32;
    uint64_t options_at;
    memcpy(&options_at, bytes + 64 + 32 * SECTION + 16, 8);
    memcpy(alone, bytes, 64);
    memcpy(alone + 28, &sections, 4);
    memcpy(alone + 40, &length, 8);
    memcpy(alone + 64, bytes + 64 + 32 * SECTION, 32);
    memcpy(alone + 64 + 16, &offset, 8);
    memcpy(alone + offset, bytes + options_at, 48);
    uint8_t *exact = exact_copy(alone, SIZE);
    (void)start(state);
    assert_true(load(exact, SIZE));
    assert_int_equal(object.option_count, 2);
    assert_int_equal(object.options[0].id, DOF_OPTION_BUFSIZE);
    free(exact);
    free(bytes);
}

/* Nothing but headers, the last of which ends with the object. */
static void an_object_without_content_is_empty(void **state)
{
    size_t size;
    uint8_t *bytes = good_object(&size);
    for (uint32_t sections = 0; sections < 2; sections++) {
        uint8_t empty[96] = {0};
        uint64_t length = 64 + 32 * (uint64_t)sections;
        memcpy(empty, bytes, 64);
        memcpy(empty + 28, &sections, 4);
        memcpy(empty + 40, &length, 8);
        uint8_t *exact = exact_copy(empty, length);
        (void)start(state);
        assert_true(load(exact, length));
        assert_int_equal(object.clause_count + object.option_count, 0);
        free(exact);
    }
    free(bytes);
}

/* --- Bounds ----------------------------------------------------------------------------------- */

static void names_are_cut_at_their_limits(void **state)
{
    (void)state;
    char longest[300];
    memset(longest, 'n', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    struct dof_clause clause = {longest, longest, longest, longest, .predicate = NULL};
    size_t size;
    uint8_t *bytes = dof_build(&(struct dof_object){.clauses = &clause, .clause_count = 1}, &size);
    assert_true(load(bytes, size));
    free(bytes);
    assert_int_equal(strlen(object.clauses[0].provider), 63);
    assert_int_equal(strlen(object.clauses[0].module), 63);
    assert_int_equal(strlen(object.clauses[0].function), 127);
    assert_int_equal(strlen(object.clauses[0].name), 63);
}

static uint8_t *object_with_actions(uint32_t count, size_t *size)
{
    struct dof_action *many = calloc(count, sizeof *many);
    assert_non_null(many);
    for (uint32_t i = 0; i < count; i++)
        many[i].kind = DOF_ACTION_STACK;
    many[0].kind = UINT16_MAX; /* nobody knows it, and nobody asks here */
    struct dof_clause clause = {.actions = many, .action_count = count};
    uint8_t *bytes = dof_build(&(struct dof_object){.clauses = &clause, .clause_count = 1}, size);
    free(many);
    return bytes;
}

static void actions_have_a_limit(void **state)
{
    size_t size;
    uint8_t *bytes = object_with_actions(DOF_ACTIONS_MAX, &size);
    assert_true(load(bytes, size));
    assert_int_equal(object.clauses[0].action_count, DOF_ACTIONS_MAX);
    free(bytes);
    bytes = object_with_actions(DOF_ACTIONS_MAX + 1, &size);
    (void)start(state);
    assert_false(load(bytes, size));
    assert_string_equal(problem.text, "actions exceed dtrace_actions_max");
    free(bytes);
}

static uint8_t *object_with_strings(uint32_t strings_size, size_t *size)
{
    char *strings = calloc(1, strings_size);
    assert_non_null(strings);
    struct dif_object difo = zero;
    difo.strings = strings;
    difo.strings_size = strings_size;
    struct dof_clause clause = {.predicate = &difo};
    uint8_t *bytes = dof_build(&(struct dof_object){.clauses = &clause, .clause_count = 1}, size);
    free(strings);
    return bytes;
}

static void the_tables_of_a_difo_have_a_limit(void **state)
{
    size_t size;
    uint8_t *bytes = object_with_strings(DIF_TABLES_MAX - 4, &size);
    assert_true(load(bytes, size));
    free(bytes);
    bytes = object_with_strings(DIF_TABLES_MAX - 3, &size);
    (void)start(state);
    assert_false(load(bytes, size));
    assert_string_equal(problem.text, "exceeds maximum size");
    free(bytes);
}

static void every_size_of_memory_either_suffices_or_is_refused(void **state)
{
    (void)state;
    size_t size, enough = 0;
    uint8_t *bytes = good_object(&size);
    for (size_t have = 0; have < 4096; have += 8) {
        uint8_t *small = aligned_alloc(16, (have + 15) / 16 * 16 + 16);
        assert_non_null(small);
        memory = (struct dtrace_memory){small, have, 0};
        declarations.count = 0;
        bool loaded = load(bytes, size);
        if (!loaded)
            assert_string_equal(problem.text, "no memory for this object");
        assert_true(loaded || enough == 0);
        assert_true(memory.used <= have && memory.size == have);
        enough = loaded && enough == 0 ? have : enough;
        free(small);
    }
    assert_int_not_equal(enough, 0);
    free(bytes);
}

/* 1,000 clauses share 16,384 actions, which all share one DIFO: it is made once. */
static void what_is_referred_to_often_is_made_once(void **state)
{
    (void)state;
    enum {
        CLAUSES = 1000
    };
    struct dof_builder builder;
    dof_builder_start(&builder);
    uint32_t ecb =
        dof_builder_clause(&builder, &(struct dof_clause){.actions = actions, .action_count = 1});
    uint32_t actdesc = ecb - 1;
    assert_int_equal(builder.sections[actdesc].type, DOF_TYPE_ACTDESC);
    uint8_t one[32];
    memcpy(one, builder.sections[actdesc].bytes, sizeof one);
    for (uint32_t i = 1; i < DOF_ACTIONS_MAX; i++)
        (void)dof_builder_append(&builder, actdesc, one, sizeof one);
    for (uint32_t i = 1; i < CLAUSES; i++)
        (void)dof_builder_section(&builder, DOF_TYPE_ECBDESC, 8, 0, builder.sections[ecb].bytes,
                                  24);
    size_t size;
    uint8_t *bytes = dof_builder_finish(&builder, &size);
    assert_true(load(bytes, size));
    free(bytes);
    assert_int_equal(object.clause_count, CLAUSES);
    assert_ptr_equal(object.clauses[0].actions, object.clauses[CLAUSES - 1].actions);
    assert_false(object.clauses[0].repeats);
    assert_true(object.clauses[1].repeats && object.clauses[CLAUSES - 1].repeats);
    assert_ptr_equal(object.clauses[0].actions[0].difo,
                     object.clauses[0].actions[DOF_ACTIONS_MAX - 1].difo);
    assert_ptr_equal(object.clauses[0].actions[0].format,
                     object.clauses[0].actions[DOF_ACTIONS_MAX - 1].format);
}

/* A thousand headers that all name one table of 8,000 relocations. */
static void relocations_cannot_be_said_more_often_than_there_is_room_for(void **state)
{
    (void)state;
    static uint8_t table[24 * 8000];
    struct dof_builder builder;
    dof_builder_start(&builder);
    uint32_t links[3] = {
        0, dof_builder_section(&builder, DOF_TYPE_RELTAB, 8, 24, table, sizeof table), 0};
    for (int i = 0; i < 1000; i++)
        (void)dof_builder_section(&builder, DOF_TYPE_URELHDR, 4, 0, links, sizeof links);
    size_t size;
    uint8_t *bytes = dof_builder_finish(&builder, &size);
    assert_false(load(bytes, size));
    assert_string_equal(problem.text, "too many relocations");
    free(bytes);
}

/* --- Several objects -------------------------------------------------------------------------- */

static uint8_t *object_with_variable(enum dif_scope scope, uint32_t bytes_of_it, size_t *size)
{
    struct dif_variable variable = {.id = DIF_VAR_USER,
                                    .kind = DIF_KIND_SCALAR,
                                    .scope = (uint8_t)scope,
                                    .type = {.size = bytes_of_it}};
    struct dif_object difo = zero;
    difo.variables = &variable;
    difo.variable_count = 1;
    struct dof_clause clause = {.predicate = &difo};
    return dof_build(&(struct dof_object){.clauses = &clause, .clause_count = 1}, size);
}

static void a_variable_has_one_type_in_all_objects_of_a_state(void **state)
{
    (void)state;
    size_t size;
    uint8_t *first = object_with_variable(DIF_SCOPE_GLOBAL, 8, &size);
    uint8_t *second = object_with_variable(DIF_SCOPE_GLOBAL, 4, &size);
    assert_true(load_program(first, size, 0));
    assert_false(load_program(second, size, 1));
    assert_string_equal(problem.text, "variable 1280: changed variable type size");
    assert_true(load_program(first, size, 2));
    assert_int_equal(declarations.count, 1);
    free(first);
    free(second);
}

static void clause_local_variables_are_their_objects_own(void **state)
{
    (void)state;
    size_t size;
    uint8_t *first = object_with_variable(DIF_SCOPE_LOCAL, 8, &size);
    uint8_t *second = object_with_variable(DIF_SCOPE_LOCAL, 4, &size);
    assert_true(load_program(first, size, 0));
    assert_true(load_program(second, size, 1));
    assert_int_equal(declarations.count, 2);
    assert_int_equal(declared[1].program, 1);
    free(first);
    free(second);
}

/* --- What compilers wrote --------------------------------------------------------------------- */

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s cannot be opened", path);
    static char bytes[1 << 16];
    *size = fread(bytes, 1, sizeof bytes - 1, file);
    bytes[*size] = '\0';
    (void)fclose(file);
    return bytes;
}

/* Loads exactly the loadable part, or the whole file. */
static void load_vector(const char *name, bool cut)
{
    char path[128];
    size_t size;
    (void)snprintf(path, sizeof path, "tests/dof/%s.dof", name);
    const char *bytes = read_file(path, &size);
    if (cut)
        size = (size_t)read_number((const uint8_t *)bytes + 40, 8);
    uint8_t *exact = exact_copy(bytes, size);
    if (!load(exact, size))
        fail_msg("%s: %s (section %u at 0x%llx)", name, problem.text, problem.section,
                 (unsigned long long)problem.offset);
    free(exact);
}

/* How far a listing has been followed. */
static struct {
    const char *name;
    uint32_t clauses, actions, variables, instructions, options;
    const struct dof_clause *clause;
    const struct dif_object *difo;
} at;

static void difo_ends(void)
{
    if (at.difo != NULL) {
        assert_int_equal(at.variables, at.difo->variable_count);
        assert_int_equal(at.instructions, at.difo->length);
    }
    at.difo = NULL;
    at.variables = at.instructions = 0;
}

static void clause_ends(void)
{
    difo_ends();
    if (at.clause != NULL)
        assert_int_equal(at.actions, at.clause->action_count);
    at.actions = 0;
}

static bool follow_clause(const char *line)
{
    char probe[400], names[400], pred[16], acts[16];
    unsigned long long uarg;
    if (sscanf(line, "  ECB[%*u] %399s id 0 pred %15s actions %15s uarg %llx", probe, pred, acts,
               &uarg) != 4)
        return false;
    clause_ends();
    assert_true(at.clauses < object.clause_count);
    at.clause = &object.clauses[at.clauses++];
    (void)snprintf(names, sizeof names, "%s:%s:%s:%s", at.clause->provider, at.clause->module,
                   at.clause->function, at.clause->name);
    assert_string_equal(names, probe);
    assert_int_equal(at.clause->uarg, uarg);
    assert_int_equal(at.clause->predicate != NULL, strcmp(pred, "-") != 0);
    assert_int_equal(at.clause->action_count > 0, strcmp(acts, "-") != 0);
    at.difo = at.clause->predicate;
    return true;
}

/* The listing's texts have their newlines as they are. */
static void follow_format(const char *line, const struct dof_action *action)
{
    const char *text = strstr(line, " str \"");
    const char *newline = strchr(line, '\n');
    if (text == NULL || text > newline) {
        assert_null(action->format);
        return;
    }
    size_t length = strlen(action->format);
    assert_memory_equal(text + 6, action->format, length);
    assert_int_equal(text[6 + length], '"');
}

static bool follow_action(const char *line)
{
    unsigned kind, ntuple;
    unsigned long long arg, uarg;
    char difo[16];
    if (sscanf(line, "   action %*s (0x%x) difo %15s ntuple %u arg %llx uarg %llx", &kind, difo,
               &ntuple, &arg, &uarg) != 5)
        return false;
    difo_ends();
    assert_true(at.actions < at.clause->action_count);
    const struct dof_action *action = &at.clause->actions[at.actions++];
    assert_int_equal(action->kind, kind);
    assert_int_equal(action->ntuple, ntuple);
    assert_int_equal(action->uarg, uarg);
    assert_int_equal(action->difo != NULL, strcmp(difo, "-") != 0);
    follow_format(line, action);
    if (action->format == NULL)
        assert_int_equal(action->arg, kind == DOF_ACTION_PRINTA ? 0 : arg);
    at.difo = action->difo;
    return true;
}

static bool follow_result(const char *line)
{
    unsigned kind, ckind, flags, size;
    if (sscanf(line, "    DIFO[%*u] rtype kind %u ckind %u flags %u size %u", &kind, &ckind, &flags,
               &size) != 4)
        return false;
    assert_non_null(at.difo);
    assert_int_equal(at.difo->type.kind, kind);
    assert_int_equal(at.difo->type.ckind, ckind);
    assert_int_equal(at.difo->type.flags, flags);
    assert_int_equal(at.difo->type.size, size);
    return true;
}

static bool follow_variable(const char *line)
{
    char name[64], kind[16];
    unsigned id, scope, flags, type_kind, ckind, type_flags, size;
    if (sscanf(line, "      var %63s id %x kind %15s scope %u flags %u type k%u c%u f%u size %u",
               name, &id, kind, &scope, &flags, &type_kind, &ckind, &type_flags, &size) != 9)
        return false;
    assert_true(at.variables < at.difo->variable_count);
    const struct dif_variable *variable = &at.difo->variables[at.variables++];
    assert_string_equal(variable->name, name);
    assert_int_equal(variable->id, id);
    assert_int_equal(variable->kind == DIF_KIND_SCALAR, strcmp(kind, "scalar") == 0);
    assert_int_equal(variable->scope, scope);
    assert_int_equal(variable->flags, flags);
    assert_int_equal(variable->type.kind, type_kind);
    assert_int_equal(variable->type.ckind, ckind);
    assert_int_equal(variable->type.flags, type_flags);
    assert_int_equal(variable->type.size, size);
    return true;
}

static bool follow_instruction(const char *line)
{
    unsigned number, word, index;
    unsigned long long value;
    if (sscanf(line, " %u: %8x", &number, &word) != 2)
        return false;
    assert_true(number == at.instructions && number < at.difo->length);
    assert_int_equal(at.difo->text[at.instructions++], word);
    if (sscanf(line, " %*u: %*x setx DT_INTEGER[%u], %*s ! %llx", &index, &value) == 2)
        assert_true(at.difo->integers[index] == value);
    return true;
}

static bool follow_option(const char *line)
{
    unsigned id;
    unsigned long long value;
    if (sscanf(line, "  OPT %u strtab 0xffffffff value %llx", &id, &value) != 2)
        return false;
    assert_true(at.options < object.option_count);
    assert_int_equal(object.options[at.options].id, id);
    assert_true((uint64_t)object.options[at.options].value == value);
    at.options++;
    return true;
}

static void follow_listing(const char *name)
{
    char path[128];
    size_t size;
    (void)snprintf(path, sizeof path, "tests/dof/%s.lst", name);
    memset(&at, 0, sizeof at);
    for (const char *line = read_file(path, &size); *line != '\0'; line = strchr(line, '\n') + 1)
        (void)(follow_clause(line) || follow_action(line) || follow_result(line) ||
               follow_variable(line) || follow_option(line) || follow_instruction(line));
    clause_ends();
    assert_int_equal(at.clauses, object.clause_count);
    assert_int_equal(at.options, object.option_count);
    assert_true(at.clauses + at.options > 0);
}

static const char *const listed[] = {
    "01a-blog-default",   "01b-blog-trace", "02a-pred-execname", "02b-pred-arg-cpu",
    "03a-tls-quantize",   "04a-aggs",       "05-printf-stack",   "06b-arith",
    "06c-ternary-branch", "07-assoc",       "08-local-ops",      "09-options",
    "10-begin-tick-exit", "12-spec",        "14-userland",       "16-destructive",
    "17-wildcard-multi",  "18-inline-enum", "19-multi-n.0",      "19-multi-n.1",
    "19-multi-n.2",       "19-multi-n.err", "19-multi-n.opt",    "20-n-x-opts",
};

static void what_a_compiler_wrote_is_what_another_reader_lists(void **state)
{
    for (size_t i = 0; i < sizeof listed / sizeof *listed; i++) {
        (void)start(state);
        load_vector(listed[i], true);
        follow_listing(listed[i]);
        (void)start(state);
        load_vector(listed[i], false);
        follow_listing(listed[i]);
    }
}

static void what_nobody_listed_loads_too(void **state)
{
    static const char *const names[] = {
        "01b-blog-trace.err", "01b-blog-trace.opt", "09-options.opt", "examples/A",
        "examples/B",         "examples/C",         "examples/E",     "examples/O"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)start(state);
        load_vector(names[i], true);
        assert_int_not_equal(object.clause_count + object.option_count, 0);
    }
}

/* --- dtrace.conf ------------------------------------------------------------------------------ */

static void ignore(void *context, const struct diagnosis *diagnosis)
{
    (void)context;
    fail_msg("%s", diagnosis->what);
}

static void load_property(const struct driver_property *property, uint32_t number)
{
    char name[32];
    (void)snprintf(name, sizeof name, "dof-data-%u", number);
    assert_true(slice_is(property->name, name));
    uint8_t *bytes = malloc(property->count);
    assert_non_null(bytes);
    assert_int_equal(driver_property_bytes(property, bytes, property->count), property->count);
    if (!load_program(bytes, property->count, number))
        fail_msg("object %u: %s", number, problem.text);
    free(bytes);
}

/* Programs, then ERROR, then options, into one state. */
static void what_dtrace_a_left_loads_as_one_state(void **state)
{
    static const struct {
        const char *name;
        uint32_t objects;
    } confs[] = {{"01a-blog-default", 3}, {"01b-blog-trace", 3},     {"03a-tls-quantize", 3},
                 {"04a-aggs", 3},         {"10-begin-tick-exit", 3}, {"12-spec", 3}};
    for (size_t i = 0; i < sizeof confs / sizeof *confs; i++) {
        char path[128];
        size_t size;
        (void)start(state);
        (void)snprintf(path, sizeof path, "tests/dof/%s.dtrace.conf", confs[i].name);
        const char *bytes = read_file(path, &size);
        char *text = exact_copy(bytes, size);
        struct diagnosis_listener listener = {ignore, NULL};
        struct driver_conf conf = {.lexer = {.text = {text, size}}, .listener = &listener};
        struct driver_entry entry;
        uint32_t objects = 0;
        while (driver_conf_next(&conf, &entry)) {
            struct config_lexer cursor = driver_entry_cursor(&entry);
            struct driver_property property;
            while (entry.global && driver_property_next(&cursor, &property))
                load_property(&property, objects++);
        }
        assert_int_equal(objects, confs[i].objects);
        assert_int_not_equal(object.option_count, 0);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_built_object_comes_back_as_it_was_described, start),
        cmocka_unit_test_setup(bytes_may_lie_anywhere, start),
        cmocka_unit_test_setup(everything_wrong_is_refused_by_name_and_place, start),
        cmocka_unit_test_setup(a_refused_object_leaves_memory_and_declarations_as_they_were, start),
        cmocka_unit_test_setup(a_link_to_what_is_not_loaded_is_refused, start),
        cmocka_unit_test_setup(every_truncation_is_an_error_not_an_overread, start),
        cmocka_unit_test_setup(every_smaller_load_size_is_judged_without_an_overread, start),
        cmocka_unit_test_setup(only_what_prints_has_a_format, start),
        cmocka_unit_test_setup(options_may_be_all_that_there_is, start),
        cmocka_unit_test_setup(an_object_without_content_is_empty, start),
        cmocka_unit_test_setup(names_are_cut_at_their_limits, start),
        cmocka_unit_test_setup(actions_have_a_limit, start),
        cmocka_unit_test_setup(the_tables_of_a_difo_have_a_limit, start),
        cmocka_unit_test_setup(every_size_of_memory_either_suffices_or_is_refused, start),
        cmocka_unit_test_setup(what_is_referred_to_often_is_made_once, start),
        cmocka_unit_test_setup(relocations_cannot_be_said_more_often_than_there_is_room_for, start),
        cmocka_unit_test_setup(a_variable_has_one_type_in_all_objects_of_a_state, start),
        cmocka_unit_test_setup(clause_local_variables_are_their_objects_own, start),
        cmocka_unit_test_setup(what_a_compiler_wrote_is_what_another_reader_lists, start),
        cmocka_unit_test_setup(what_nobody_listed_loads_too, start),
        cmocka_unit_test_setup(what_dtrace_a_left_loads_as_one_state, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
