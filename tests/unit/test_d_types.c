/* Types and declarations of the D compiler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/d_front.h"

struct pair {
    const char *text, *wanted;
};

/* Each text, with a clause behind it, is accepted ("") or refused with a tag. */
static void check_tags(const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char program[1024];
        snprintf(program, sizeof program, "%s\nBEGIN { }", pairs[i].text);
        const char *got = front_clauses(program);
        if (strcmp(got, pairs[i].wanted[0] != '\0' ? pairs[i].wanted : ":::BEGIN\n") != 0)
            fail_msg("%s\n  gives %s, wanted %s", pairs[i].text, got, pairs[i].wanted);
    }
}

#define CHECK_TAGS(pairs) check_tags(pairs, sizeof(pairs) / sizeof(pairs)[0])

static int open_lp64(void **state)
{
    (void)state;
    front_open(D_MODEL_LP64, NULL);
    return 0;
}

static int close_it(void **state)
{
    (void)state;
    front_close();
    return 0;
}

/* The type of the global `x` that the text declares. */
static const struct d_type *type_of_x(const char *text)
{
    const char *got = front_text(D_SOURCE_FILE, text);
    if (strcmp(got, "[D_EMPTY]") != 0)
        fail_msg("%s gives %s: %s", text, got, front_problem.text);
    const struct d_ident *ident = d_idents_find(front_compiler->globals, "x");
    assert_non_null(ident);
    return ident->type;
}

/* --- Words --- */

static void words_of_a_type_stand_in_any_order(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"int", "int"},
        {"signed", "int"},
        {"unsigned", "unsigned int"},
        {"long", "long"},
        {"int long unsigned", "unsigned long"},
        {"long int long", "long long"},
        {"long unsigned long", "unsigned long long"},
        {"short signed", "short"},
        {"char", "char"},
        {"char unsigned", "unsigned char"},
        {"char signed", "signed char"},
        {"double long", "long double"},
        {"const char", "const char"},
        {"char const volatile", "volatile const char"},
        {"string", "string"},
        {"uint8_t", "uint8_t"},
        {"_Bool", "_Bool"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char text[128];
        front_open(D_MODEL_LP64, NULL);
        snprintf(text, sizeof text, "%s x;", pairs[i].text);
        assert_string_equal(d_type_text(front_compiler, type_of_x(text)), pairs[i].wanted);
        front_close();
    }
}

static void words_that_do_not_go_together_are_refused(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"int int x;", "[D_DECL_COMBO]"},
        {"int char x;", "[D_DECL_COMBO]"},
        {"long long long x;", "[D_DECL_COMBO]"},
        {"unsigned unsigned x;", "[D_DECL_COMBO]"},
        {"signed signed x;", "[D_DECL_COMBO]"},
        {"short short x;", "[D_DECL_COMBO]"},
        {"struct s int x;", "[D_DECL_COMBO]"},
        {"string int x;", "[D_DECL_COMBO]"},
        {"long char x;", "[D_DECL_CHARATTR]"},
        {"char short x;", "[D_DECL_CHARATTR]"},
        {"unsigned void x;", "[D_DECL_VOIDATTR]"},
        {"void long x;", "[D_DECL_VOIDATTR]"},
        {"signed float x;", "[D_DECL_SIGNINT]"},
        {"unsigned string x;", "[D_DECL_SIGNINT]"},
        {"unsigned uint8_t x;", "[D_DECL_SIGNINT]"},
        {"unsigned struct s x;", "[D_DECL_SIGNINT]"},
        {"long string x;", "[D_DECL_LONGINT]"},
        {"long uint8_t x;", "[D_DECL_LONGINT]"},
        {"long struct s x;", "[D_DECL_LONGINT]"},
        {"short long x;", "[D_UNKNOWN]"},
        {"signed unsigned x;", "[D_UNKNOWN]"},
        {"short double x;", "[D_UNKNOWN]"},
        {"long float x;", "[D_UNKNOWN]"},
        {"long long double x;", "[D_UNKNOWN]"},
        {"short uint8_t x;", "[D_UNKNOWN]"},
        {"self this int x;", "[D_DECL_CLASS]"},
        {"static extern int x;", "[D_DECL_CLASS]"},
        {"static int x;", "[D_DECL_BADCLASS]"},
        {"auto int x;", "[D_DECL_BADCLASS]"},
        {"register int x;", "[D_DECL_BADCLASS]"},
        {"int;", "[D_DECL_USELESS]"},
        {"struct s;", ""},
        {"extern e9;", ""},
    };
    CHECK_TAGS(pairs);
}

/* --- Declarators --- */

static void declarators_read_from_the_inside(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"int *x;", "int *"},
        {"int x[3];", "int [3]"},
        {"int x[2][3];", "int [2][3]"},
        {"int *x[3];", "int *[3]"},
        {"int (*x)[3];", "int (*)[3]"},
        {"int (*x)(int, uint8_t);", "int (*)()"},
        {"int (*x[3])(void);", "int (*[3])()"},
        {"const char *x;", "const char *"},
        {"char *const x;", "char *const"},
        {"struct s *x;", "struct s *"},
        {"long x[int, string];", "long"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        front_open(D_MODEL_LP64, NULL);
        assert_string_equal(d_type_text(front_compiler, type_of_x(pairs[i].text)), pairs[i].wanted);
        front_close();
    }
}

static void arrays_are_declared_by_the_rules(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"int x[0];", "[D_DECL_ARRSUB]"},
        {"int x[-1];", "[D_DECL_ARRSUB]"},
        {"int x[pid];", "[D_DECL_ARRSUB]"},
        {"int x[\"a\"];", "[D_DECL_ARRSUB]"},
        {"int x[];", "[D_DECL_ARRNULL]"},
        {"int x[3][];", "[D_DECL_ARRNULL]"},
        {"int (*x)[];", ""},
        {"int x[4294967295];", ""},
        {"int x[4294967296];", "[D_DECL_ARRBIG]"},
        {"int x[4000000000][4000000000][4000000000];", "[D_DECL_ARRBIG]"},
        {"int x[void];", "[D_DECL_PROTO_TYPE]"},
        {"int x[int, ...];", "[D_DECL_PROTO_VARARGS]"},
        {"int x[int, struct none];", "[D_DECL_INCOMPLETE]"},
        {"int x[3][int];", "[D_DECL_DYNOBJ]"},
        {"int x[int][3];", ""},
        {"int (*x)[int];", "[D_DECL_DYNOBJ]"},
        {"struct s { int x[int]; };", "[D_DECL_DYNOBJ]"},
        {"this int x[int];", "[D_DECL_LOCASSC]"},
        {"self int x[int]; this int x[3];", ""},
        {"void x[3];", "[D_DECL_VOIDOBJ]"},
        {"struct none x[3];", "[D_DECL_INCOMPLETE]"},
    };
    CHECK_TAGS(pairs);
}

static void functions_are_declared_by_the_rules(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"int f(void); int f();", ""},
        {"int f(int, void);", "[D_DECL_PROTO_VOID]"},
        {"int f(void, ...);", "[D_DECL_PROTO_VOID]"},
        {"int f(void v);", "[D_DECL_PROTO_NAME]"},
        {"int f(int a, long a);", "[D_DECL_PROTO_FORM]"},
        {"int f(static int a);", "[D_DECL_PARMCLASS]"},
        {"int f(register int a);", ""},
        {"int f(int, ...);", ""},
        {"void f(struct none *, int (*)(int), char *[3]);", ""},
        {"self int f(int);", "[D_DECL_BADCLASS]"},
    };
    CHECK_TAGS(pairs);
}

/* --- Names --- */

static void a_name_is_declared_again_only_as_it_was(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"int x; int x;", ""},
        {"int x; int32_t x;", ""},
        {"int x; long x;", "[D_DECL_IDRED]"},
        {"int x; self long x; this string x;", ""},
        {"int x; int x[int];", "[D_DECL_IDRED]"},
        {"int x[int]; int x[int];", ""},
        {"int x[int]; int x[long];", "[D_DECL_IDRED]"},
        {"int x[int]; int x[int, int];", "[D_DECL_IDRED]"},
        {"pid_t pid;", "[D_DECL_IDRED]"},
        {"int int8_t;", "[D_DECL_IDRED]"},
        {"typedef int int8_t;", "[D_DECL_IDRED]"},
        {"typedef int t; typedef int t;", "[D_DECL_IDRED]"},
        {"typedef int t; t t;", "[D_DECL_IDRED]"},
        {"int x; typedef int x;", "[D_DECL_IDRED]"},
        {"int x; enum { x };", "[D_DECL_IDRED]"},
        {"enum { x }; int x;", "[D_DECL_IDRED]"},
        {"inline int x = 1; int x;", "[D_DECL_IDRED]"},
        {"extern int x; extern int x;", ""},
        {"extern int x; extern long x;", "[D_DECL_IDRED]"},
        {"int `x;", "[D_DECL_SCOPE]"},
        {"int m`x;", "[D_DECL_SCOPE]"},
        {"typedef int m`x;", "[D_DECL_SCOPE]"},
        {"void x;", "[D_DECL_VOIDOBJ]"},
        {"typedef void v; v x;", "[D_DECL_VOIDOBJ]"},
        {"struct none x;", "[D_DECL_INCOMPLETE]"},
        {"enum none x;", "[D_DECL_INCOMPLETE]"},
        {"typedef struct none t; t x;", "[D_DECL_INCOMPLETE]"},
    };
    CHECK_TAGS(pairs);
}

static void variables_are_numbered_as_they_appear(void **state)
{
    (void)state;
    front_text(D_SOURCE_FILE,
               "int a; inline int i = 3; self int b; int c, a; this int d; int e[int];");
    assert_int_equal(d_idents_find(front_compiler->globals, "a")->id, 0x500);
    assert_int_equal(d_idents_find(front_compiler->globals, "c")->id, 0x501);
    assert_int_equal(d_idents_find(front_compiler->globals, "e")->id, 0x502);
    assert_int_equal(d_idents_find(front_compiler->threads, "b")->id, 0x500);
    assert_int_equal(d_idents_find(front_compiler->locals, "d")->id, 0x500);
    assert_null(d_idents_find(front_compiler->globals, "b"));
}

static void there_are_64k_variables_less_those_of_the_language(void **state)
{
    (void)state;
    char *text = malloc(2000000);
    assert_non_null(text);
    char *at = stpcpy(text, "int v0");
    for (int i = 1; i < 0x10000 - 0x500; i++)
        at += sprintf(at, ",v%d", i);
    strcpy(at, ";");
    assert_string_equal(front_text(D_SOURCE_FILE, text), "[D_EMPTY]");
    assert_string_equal(front_text(D_SOURCE_FILE, "int more;"), "[D_ID_OFLOW]");
    free(text);
}

/* --- Tags --- */

static void tags_are_declared_by_the_rules(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"struct s { int a; }; struct s { int a; };", "[D_DECL_TYPERED]"},
        {"struct s { int a; }; union s { int a; };", ""},
        {"struct s { struct s { int a; } b; };", "[D_DECL_TYPERED]"},
        {"struct s; struct s { struct s *next; }; struct s x;", ""},
        {"struct s *p; struct s { int a; }; struct s x;", ""},
        {"struct s { struct s a; };", "[D_DECL_INCOMPLETE]"},
        {"struct s { union u a; };", "[D_DECL_INCOMPLETE]"},
        {"struct s { void a; };", "[D_DECL_VOIDOBJ]"},
        {"struct s { int a; long a; };", "[D_UNKNOWN]"},
        {"struct s { int m`a; };", "[D_DECL_SCOPE]"},
        {"enum e { A }; enum e { B };", "[D_DECL_TYPERED]"},
        {"enum { A, A };", "[D_UNKNOWN]"},
        {"enum { A = \"x\" };", "[D_DECL_ENCONST]"},
        {"enum { A = pid };", "[D_DECL_ENCONST]"},
        {"enum { A = 0x7fffffff };", ""},
        {"enum { A = 0x7fffffff, B };", "[D_DECL_ENOFLOW]"},
        {"enum { A = 0x80000000 };", "[D_DECL_ENOFLOW]"},
        {"enum { A = -0x80000000L };", ""},
        {"enum { A = -0x80000001L };", "[D_DECL_ENOFLOW]"},
        {"struct s { int a : 0; };", "[D_DECL_BFCONST]"},
        {"struct s { int a : -1; };", "[D_DECL_BFCONST]"},
        {"struct s { int a : pid; };", "[D_DECL_BFCONST]"},
        {"struct s { int a : 32; };", ""},
        {"struct s { int a : 33; };", "[D_DECL_BFSIZE]"},
        {"struct s { char a : 9; };", "[D_DECL_BFSIZE]"},
        {"struct s { char *a : 3; };", "[D_DECL_BFTYPE]"},
        {"struct s { float a : 3; };", "[D_DECL_BFTYPE]"},
    };
    CHECK_TAGS(pairs);
}

static void check_offsets(const struct d_type *type, const uint64_t *offsets, uint64_t size)
{
    for (const struct d_member *at = d_type_resolve(type)->members; at != NULL; at = at->next)
        assert_int_equal(at->offset, *offsets++ * 8);
    assert_int_equal(d_type_size(type), size);
}

static void a_struct_has_no_padding_at_its_end(void **state)
{
    (void)state;
    const uint64_t offsets[] = {0, 8, 16};
    check_offsets(type_of_x("struct { char a; long b; char c; } x;"), offsets, 17);
}

static void a_struct_is_aligned_as_its_first_member(void **state)
{
    (void)state;
    const uint64_t offsets[] = {0, 1, 24};
    const struct d_type *type =
        type_of_x("struct { char a; struct { char b; long c; } d; long e; } x;");
    check_offsets(type, offsets, 32);
    assert_int_equal(d_type_alignment(type), 1);
}

static void a_union_has_the_size_and_alignment_of_its_greatest(void **state)
{
    (void)state;
    const uint64_t offsets[] = {0, 0, 0};
    const struct d_type *type = type_of_x("union { char a; long b; char c[13]; } x;");
    check_offsets(type, offsets, 13);
    assert_int_equal(d_type_alignment(type), 8);
}

static void bit_fields_have_units_of_their_own(void **state)
{
    (void)state;
    const uint64_t offsets[] = {0, 1, 2, 4, 8};
    const struct d_type *type = type_of_x(
        "struct { int a : 3; unsigned b : 8; int : 0; long c : 9; int d : 31; char e; } x;");
    check_offsets(type, offsets, 9);
    const struct d_member *member = d_type_member(type, "c");
    assert_int_equal(member->bits, 9);
    assert_int_equal(d_type_size(member->type), 2);
    assert_true(d_type_is_signed(member->type));
    assert_false(d_type_is_signed(d_type_member(type, "b")->type));
}

/* --- What goes together --- */

static const struct d_type *found(const char *name)
{
    const struct d_type *type = d_type_find(front_compiler, name);
    assert_non_null(type);
    return type;
}

static void words_have_the_size_of_the_machine(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t lp64, ilp32;
    } rows[] = {{"long", 8, 4},         {"size_t", 8, 4},     {"pid_t", 4, 4},
                {"int64_t", 8, 8},      {"string", 256, 256}, {"uintptr_t", 8, 4},
                {"long double", 16, 16}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        front_open(D_MODEL_LP64, NULL);
        assert_int_equal(d_type_size(found(rows[i].name)), rows[i].lp64);
        front_close();
        front_open(D_MODEL_ILP32, NULL);
        assert_int_equal(d_type_size(found(rows[i].name)), rows[i].ilp32);
        assert_int_equal(d_type_size(d_type_pointer_to(front_compiler, found("int"))), 4);
        front_close();
    }
}

static void the_wider_operand_gives_the_type_and_the_unsigned_one_of_two(void **state)
{
    (void)state;
    static const struct {
        const char *left, *right, *wanted;
    } rows[] = {{"char", "char", "char"},
                {"char", "unsigned char", "unsigned char"},
                {"short", "unsigned char", "short"},
                {"int", "unsigned int", "unsigned int"},
                {"unsigned int", "long", "long"},
                {"uint64_t", "long", "uint64_t"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct d_type *wanted = found(rows[i].wanted);
        const struct d_type *left = found(rows[i].left), *right = found(rows[i].right);
        assert_ptr_equal(d_types_convert(front_compiler, left, right), wanted);
        assert_ptr_equal(d_types_convert(front_compiler, right, left), wanted);
    }
    front_text(D_SOURCE_FILE, "enum e { A };");
    assert_ptr_equal(d_types_convert(front_compiler, found("enum e"), found("char")), found("int"));
}

static void pointers_go_together_when_what_they_point_to_does(void **state)
{
    (void)state;
    static const struct {
        const char *declared;
        bool wanted;
    } rows[] = {{"int *a; int32_t *b;", true},
                {"int *a; unsigned *b;", false},
                {"long *a; long long *b;", false},
                {"char *a; const char *b;", true},
                {"int **a; int **b;", true},
                {"int *a; int b;", false},
                {"int a[3]; int b[3];", true},
                {"int a[3]; int b[4];", false},
                {"string a; char b[256];", false},
                {"int (*a)(int); long (*b)(void);", true},
                {"struct s *a; struct s { int c; }; struct s *b;", true},
                {"struct s *a; struct t *b;", false},
                {"enum e { A } a; int b;", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        front_open(D_MODEL_LP64, NULL);
        front_text(D_SOURCE_FILE, rows[i].declared);
        const struct d_type *left = d_idents_find(front_compiler->globals, "a")->type;
        const struct d_type *right = d_idents_find(front_compiler->globals, "b")->type;
        if (d_types_compatible(left, right) != rows[i].wanted)
            fail_msg("%s", rows[i].declared);
        assert_int_equal(d_types_compatible(right, left), rows[i].wanted);
        front_close();
    }
}

static void kinds_are_told_behind_names(void **state)
{
    (void)state;
    const struct d_type *number = type_of_x("typedef const int t; t x;");
    assert_true(d_type_is_integer(number) && d_type_is_scalar(number));
    assert_true(d_type_is_void(found("void")) && !d_type_is_integer(found("void")));
    assert_false(d_type_is_void(found("stack")));
    assert_true(d_type_is_text(found("string")) && d_type_is_by_reference(found("string")));
    const struct d_type *bytes = d_type_pointer_to(front_compiler, found("uint8_t"));
    assert_false(d_type_is_text(bytes));
    assert_true(d_type_is_text(d_type_pointer_to(front_compiler, found("int8_t"))));
    assert_true(d_type_is_by_reference(found("long double")));
    assert_false(d_type_is_by_reference(found("double")));
}

static void a_string_is_as_long_as_the_option_says(void **state)
{
    (void)state;
    d_types_set_strsize(front_compiler, 80);
    assert_int_equal(d_type_size(found("string")), 80);
    assert_int_equal(d_type_size(type_of_x("string x[3];")), 240);
}

static const struct d_type *find_type(void *context, struct d_compiler *compiler,
                                      const char *module, const char *name)
{
    const struct d_type *const *type = context;
    (void)compiler;
    return strcmp(module, "other") != 0 && strcmp(name, "struct thread") == 0 ? *type : NULL;
}

static size_t count_one(void *context, const struct d_probe_name *name)
{
    (void)context, (void)name;
    return 1;
}

static void types_of_the_kernel_are_found_where_a_program_has_none(void **state)
{
    (void)state;
    const struct d_type *type = NULL;
    const struct d_kernel kernel = {
        .context = &type, .find_type = find_type, .count_probes = count_one};
    front_open(D_MODEL_LP64, &kernel);
    type = found("long");
    assert_ptr_equal(type_of_x("struct thread x;"), type);
    assert_ptr_equal(found("struct genunix`thread"), type);
    assert_null(d_type_find(front_compiler, "struct other`thread"));
    assert_string_equal(front_text(D_SOURCE_FILE, "struct other`thread *y;"), "[D_UNKNOWN]");
    assert_string_equal(front_text(D_SOURCE_FILE, "struct thread { int a; };"), "[D_EMPTY]");
    assert_int_equal(d_type_size(found("struct thread")), 4);
    front_close();
}

#define WITH_LP64(test) cmocka_unit_test_setup_teardown(test, open_lp64, close_it)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_a_type_stand_in_any_order),
        cmocka_unit_test(words_that_do_not_go_together_are_refused),
        cmocka_unit_test(declarators_read_from_the_inside),
        cmocka_unit_test(arrays_are_declared_by_the_rules),
        cmocka_unit_test(functions_are_declared_by_the_rules),
        cmocka_unit_test(a_name_is_declared_again_only_as_it_was),
        WITH_LP64(variables_are_numbered_as_they_appear),
        WITH_LP64(there_are_64k_variables_less_those_of_the_language),
        cmocka_unit_test(tags_are_declared_by_the_rules),
        WITH_LP64(a_struct_has_no_padding_at_its_end),
        WITH_LP64(a_struct_is_aligned_as_its_first_member),
        WITH_LP64(a_union_has_the_size_and_alignment_of_its_greatest),
        WITH_LP64(bit_fields_have_units_of_their_own),
        cmocka_unit_test(words_have_the_size_of_the_machine),
        WITH_LP64(the_wider_operand_gives_the_type_and_the_unsigned_one_of_two),
        cmocka_unit_test(pointers_go_together_when_what_they_point_to_does),
        WITH_LP64(kinds_are_told_behind_names),
        WITH_LP64(a_string_is_as_long_as_the_option_says),
        cmocka_unit_test(types_of_the_kernel_are_found_where_a_program_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
