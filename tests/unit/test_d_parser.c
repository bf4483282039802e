/* The D compiler's parser: expressions, clauses, probe descriptions, if and else, what stands between clauses. */
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

#define EACH(pairs, of)                                                                            \
    for (size_t each = 0; each < sizeof(pairs) / sizeof(pairs)[0]; each++) {                       \
        const char *got = of((pairs)[each].text);                                                  \
        if (strcmp(got, (pairs)[each].wanted) != 0)                                                \
            fail_msg("%s\n  gives  %s\n  wanted %s", (pairs)[each].text, got,                      \
                     (pairs)[each].wanted);                                                        \
    }

/* --- Expressions --- */

static void tighter_operators_take_their_operands_first(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"a + b * c", "(+ a (* b c))"},
        {"a * b + c", "(+ (* a b) c)"},
        {"a << b + c", "(<< a (+ b c))"},
        {"a < b << c", "(< a (<< b c))"},
        {"a == b < c", "(== a (< b c))"},
        {"a & b == c", "(& a (== b c))"},
        {"a ^ b & c", "(^ a (& b c))"},
        {"a | b ^ c", "(| a (^ b c))"},
        {"a && b | c", "(&& a (| b c))"},
        {"a ^^ b && c", "(^^ a (&& b c))"},
        {"a || b ^^ c", "(|| a (^^ b c))"},
        {"a ? b : c || d", "(? a b (|| c d))"},
        {"a = b ? c : d", "(= a (? b c d))"},
        {"a, b = c", "(, a (= b c))"},
        {"-a * ~b", "(* (- a) (~ b))"},
        {"!a == b", "(== (! a) b)"},
        {"*p++", "(* (post++ p))"},
        {"-p->x[1]", "(- (index (->x p)[1:int]))"},
        {"(int)a + b", "(+ (int a) b)"},
        {"sizeof a + b", "(+ (sizeof a) b)"},
        {"sizeof (a)[1]", "(sizeof (index a[1:int]))"},
        {"stringof (a)", "(stringof a)"},
        {"++a--", "(++ (post-- a))"},
    };
    EACH(pairs, front_tree)
}

static void operators_of_a_level_group_from_the_left_and_assignments_from_the_right(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"a - b - c", "(- (- a b) c)"},      {"a / b * c", "(* (/ a b) c)"},
        {"a << b >> c", "(>> (<< a b) c)"},  {"a = b = c", "(= a (= b c))"},
        {"a += b -= c", "(+= a (-= b c))"},  {"a ? b : c ? d : e", "(? a b (? c d e))"},
        {"a ? b, c : d", "(? a (, b c) d)"}, {"a.b.c", "(.c (.b a))"},
    };
    EACH(pairs, front_tree)
}

static void only_a_unary_expression_can_be_assigned_to(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"*p = 1", "(= (* p) 1:int)"},   {"(a) = 1", "(= a 1:int)"},
        {"-a = 1", "(= (- a) 1:int)"},   {"1 = a", "(= 1:int a)"},
        {"(int)a = 1", "[D_SYNTAX]"},    {"a + b = c", "[D_SYNTAX]"},
        {"a ? b : c = d", "[D_SYNTAX]"}, {"(a + b) = c", "(= (+ a b) c)"},
    };
    EACH(pairs, front_tree)
}

static void variables_aggregations_and_calls_have_their_own_nodes(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"self->x[1] = this->y", "(= (index self->x[1:int]) this->y)"},
        {"@ = count()", "(= @_ (call count))"},
        {"@a[1, \"x\"] = f(b, c)", "(= @a[1:int, \"x\"] (call f[b, c]))"},
        {"@a[1][2]", "(index @a[1:int][2:int])"},
        {"f(a)(b)", "(call (call f[a])[b])"},
        {"`x + m`y", "(+ `x m`y)"},
        {"xlate <int *> (p)->x", "(->x (xlate int * p))"},
        {"(userland char *)p", "(char * p)"},
    };
    EACH(pairs, front_tree)
}

static void constants_are_folded_in_64_bits(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"1 << 40", "1099511627776:int"},
        {"-1 >> 1", "9223372036854775807:int"},
        {"~0", "-1:int"},
        {"!5LL", "0:long long"},
        {"-5U", "4294967291:unsigned int"},
        {"1 + 2L", "3:long"},
        {"7 / -2", "-3:int"},
        {"7 % -2", "1:int"},
        {"(uint64_t)-1 / 2", "9223372036854775807:uint64_t"},
        {"-1 < 1U", "0:int"},
        {"-1 < 1", "1:int"},
        {"2 ^^ 0", "1:int"},
        {"3 && 0 || 1", "1:int"},
        {"1 ? 2 : x", "2:int"},
        {"0 ? x / 1 : y", "y"},
        {"1 && x", "(&& 1:int x)"},
        {"0x8000000000000000 / -1", "0:unsigned long"},
        {"(int64_t)0x8000000000000000 / -1", "-9223372036854775808:int64_t"},
        {"(int64_t)0x8000000000000000 % -1", "0:int64_t"},
    };
    EACH(pairs, front_tree)
}

static void a_cast_of_a_constant_keeps_low_bits_and_extends_a_signed_source(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"(char)0x80", "128:char"},
        {"(int)(char)-1", "4294967295:int"},
        {"(short)(char)-1", "65535:short"},
        {"(int64_t)(char)-1", "-1:int64_t"},
        {"(int64_t)(uint8_t)-1", "255:int64_t"},
        {"(unsigned)-1", "-1:unsigned int"},
        {"(char *)1", "(char * 1:int)"},
        {"(float)1", "(float 1:int)"},
    };
    EACH(pairs, front_tree)
}

static void division_by_a_constant_zero_is_refused_whatever_is_divided(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"1 / 0", "[D_DIV_ZERO]"},  {"x / 0", "[D_DIV_ZERO]"},  {"x % (1 - 1)", "[D_DIV_ZERO]"},
        {"x /= 0", "[D_DIV_ZERO]"}, {"x %= 0", "[D_DIV_ZERO]"}, {"x * 0", "(* x 0:int)"},
    };
    EACH(pairs, front_tree)
}

static void sizes_and_offsets_are_constants(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"BEGIN { sizeof (int); }", ":::BEGIN 4:size_t;\n"},
        {"BEGIN { sizeof \"abc\"; }", ":::BEGIN 4:size_t;\n"},
        {"BEGIN { sizeof (char [3][5]); }", ":::BEGIN 15:size_t;\n"},
        {"BEGIN { sizeof (void); }", "[D_SIZEOF_TYPE]"},
        {"BEGIN { sizeof (struct none); }", "[D_SIZEOF_TYPE]"},
        {"struct s { char a; long b; int c:3; }; BEGIN { offsetof(struct s, b); }",
         ":::BEGIN 8:int;\n"},
        {"struct s { int c:3; }; BEGIN { offsetof(struct s, c); }", "[D_OFFSETOF_BITFIELD]"},
        {"struct s { int c; }; BEGIN { offsetof(struct s, d); }", "[D_UNKNOWN]"},
        {"BEGIN { offsetof(int, d); }", "[D_OFFSETOF_TYPE]"},
    };
    EACH(pairs, front_clauses)
}

static char *repeated(const char *before, const char *middle, const char *after, size_t count)
{
    char *program = calloc(count * (strlen(before) + strlen(after)) + strlen(middle) + 64, 1);
    assert_non_null(program);
    char *at = stpcpy(program, "BEGIN { ");
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, before);
    at = stpcpy(at, middle);
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, after);
    strcpy(at, "; }");
    return program;
}

static bool is_refused(const char *before, const char *middle, const char *after, size_t count)
{
    char *program = repeated(before, middle, after, count);
    bool refused = strcmp(front_clauses(program), "[D_SYNTAX]") == 0;
    if (refused)
        assert_string_equal(front_problem.text, "nested too deeply");
    free(program);
    return refused;
}

static void what_is_nested_too_deeply_is_refused(void **state)
{
    (void)state;
    assert_false(is_refused("(", "x", ")", 60));
    assert_true(is_refused("(", "x", ")", 10000));
    assert_true(is_refused("!", "x", "", 10000));
    assert_true(is_refused("(int)", "x", "", 10000));
    assert_true(is_refused("x ? y : ", "x", "", 10000));
    assert_true(is_refused("x = ", "x", "", 10000));
    assert_true(is_refused("a[", "x", "]", 10000));
    assert_true(is_refused("x + ", "x", "", 10000));
    assert_false(is_refused("x + ", "x", "", 1000));
    assert_true(is_refused("", "x", ".y", 10000));
    assert_true(is_refused("if (x) ", "x", "", 10000));
    assert_true(is_refused("if (x) y; else ", "x", "", 10000));
    assert_true(is_refused("sizeof (int", "x", "*)", 10000));
    assert_true(is_refused("(int (*", "x", ")())", 10000));
}

/* --- Clauses --- */

static void a_clause_has_descriptions_a_predicate_and_statements(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"BEGIN { }", ":::BEGIN\n"},
        {"BEGIN { ; a ; b }", ":::BEGIN a; b;\n"},
        {"a, b:c /x, y/ { z; }", ":::a /(, x y)/ z;\n::b:c /(, x y)/ z;\n"},
        {"BEGIN{}END{}", ":::BEGIN\n:::END\n"},
        {"BEGIN { if (a) ; }",
         "dtrace:::ERROR (= self->%error 1:int);\n"
         ":::BEGIN (= self->%error 0:int);\n"
         ":::BEGIN /(! self->%error)/ (= this->%condition_1 (&& 1:int a));\n"},
    };
    EACH(pairs, front_clauses)
}

static void what_is_no_clause_is_a_syntax_error(void **state)
{
    (void)state;
    static const char *const programs[] = {
        "BEGIN",
        "BEGIN /x/",
        "BEGIN // { }",
        "BEGIN { } ;",
        "foo x;",
        "BEGIN { int x; }",
        "BEGIN { x",
        "BEGIN { a b }",
        "BEGIN { if x }",
        "BEGIN { if (x) y }",
        "BEGIN { else x; }",
        "BEGIN, { }",
        "BEGIN /x/ /y/ {}",
        "BEGIN { f(,); }",
        "BEGIN { a[]; }",
        "BEGIN { (); }",
        "BEGIN { {} }",
        "BEGIN { return; }",
        "/x/ { }",
        "{ }",
        "int x = 3;",
        "int x y;",
        "struct { };",
        "enum { A, };",
        "inline int x;",
        "translator int { };",
        "provider p { a(); };",
    };
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        const char *got = front_clauses(programs[i]);
        if (strcmp(got, "[D_SYNTAX]") != 0)
            fail_msg("%s gives %s", programs[i], got);
    }
}

static void declarations_alone_are_no_program(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"", "[D_EMPTY]"},
        {"int x;", "[D_EMPTY]"},
        {"typedef int t; struct s;", "[D_EMPTY]"},
        {"inline int x = 3;", ""},
        {"provider p { };", ""},
        {"struct s { int a; }; translator struct s < int x > { };", ""},
    };
    EACH(pairs, front_clauses)
}

static void a_description_without_a_body_is_for_the_command_line(void **state)
{
    (void)state;
    static const struct {
        enum d_source_kind kind;
        const char *text, *wanted;
    } rows[] = {
        {D_SOURCE_NAME, "a:b:c:d", "a:b:c:d\n"},
        {D_SOURCE_NAME, "a, b", ":::a\n:::b\n"},
        {D_SOURCE_NAME, "a /x/", "[D_SYNTAX]"},
        {D_SOURCE_NAME, "a /x/ { y; }", ":::a /x/ y;\n"},
        {D_SOURCE_PROVIDER, "a", "a:::\n"},
        {D_SOURCE_PROVIDER, "a:b", "[D_PDESC_INVAL]"},
        {D_SOURCE_MODULE, "a", ":a::\n"},
        {D_SOURCE_MODULE, "a:b", "a:b::\n"},
        {D_SOURCE_MODULE, "a:b:c", "[D_PDESC_INVAL]"},
        {D_SOURCE_FUNCTION, "a", "::a:\n"},
        {D_SOURCE_FUNCTION, "a:b:c { x; }", "a:b:c: x;\n"},
        {D_SOURCE_FUNCTION, "a:b:c:d", "[D_PDESC_INVAL]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        front_open(D_MODEL_LP64, NULL);
        assert_string_equal(front_text(rows[i].kind, rows[i].text), rows[i].wanted);
        front_close();
    }
}

/* --- Probe descriptions --- */

static void descriptions_fill_from_the_right(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"BEGIN {}", ":::BEGIN\n"},
        {"a:b {}", "::a:b\n"},
        {"syscall:: {}", ":syscall::\n"},
        {"syscall::: {}", "syscall:::\n"},
        {"fbt::foo: {}", "fbt::foo:\n"},
        {"::: {}", ":::\n"},
        {":::: {}", ":::\n"},
        {"::::x {}", ":::x\n"},
        {"a:::: {}", "[D_PDESC_INVAL]"},
        {"a:b:c:d:e {}", "[D_PDESC_INVAL]"},
        {":::::x {}", "[D_PDESC_INVAL]"},
        {"-x {}", ":::-x\n"},
        {"tick-5sec {}", ":::tick-5sec\n"},
        {"f*:[a-c]?:!x {}", ":f*:[a-c]?:!x\n"},
        {"12 {}", "[D_PDESC_INVAL]"},
    };
    EACH(pairs, front_clauses)
}

static void macros_in_a_description_are_replaced(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"foo$1bar {}", ":::fooonebar\n"},    {"foo$$1bar {}", ":::fooonebar\n"},
        {"$1:a$2:$0 {}", ":one:a2:test.d\n"}, {"foo$3 {}", "[D_PDESC_INVAL]"},
        {"foo$nope {}", "[D_PDESC_INVAL]"},   {"foo$ {}", "[D_PDESC_INVAL]"},
        {"foo$pidx {}", "[D_PDESC_INVAL]"},
    };
    EACH(pairs, front_clauses)
}

static void a_field_has_its_greatest_length(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        size_t most;
    } rows[] = {{"", ":::", 63}, {":", "::", 63}, {"::", ":", 127}, {":::", "", 63}};
    for (size_t i = 0; i < 4; i++)
        for (size_t more = 0; more < 2; more++) {
            char name[256] = "", program[512];
            memset(name, 'x', rows[i].most + more);
            snprintf(program, sizeof program, "%s%s%s { }", rows[i].before, name, rows[i].after);
            bool refused = strcmp(front_clauses(program), "[D_PDESC_INVAL]") == 0;
            assert_int_equal(refused, more == 1);
        }
}

static size_t count_none(void *context, const struct d_probe_name *name)
{
    (void)context;
    return strcmp(name->name, "known") == 0;
}

static const struct d_type *find_none(void *context, struct d_compiler *compiler,
                                      const char *module, const char *name)
{
    (void)context, (void)compiler, (void)module, (void)name;
    return NULL;
}

static void a_description_without_probes_is_a_warning_or_an_error(void **state)
{
    (void)state;
    static const struct d_kernel kernel = {.find_type = find_none, .count_probes = count_none};
    front_open(D_MODEL_LP64, &kernel);
    assert_string_equal(front_text(D_SOURCE_FILE, "known, other { }"),
                        ":::known\nwarning D_PDESC_ZERO\n:::other\n");
    const char *several = front_text(D_SOURCE_FILE, "other { if (a) b; else c; }");
    const char *first = strstr(several, "warning D_PDESC_ZERO\n:::other");
    assert_non_null(first);
    assert_null(strstr(first + 1, "warning D_PDESC_ZERO\n:::other"));
    front_compiler->setup.strict = true;
    assert_string_equal(front_text(D_SOURCE_FILE, "known, other { }"), "[D_PDESC_ZERO]");
    front_compiler->options.zdefs = true;
    assert_string_equal(front_text(D_SOURCE_FILE, "known, other { }"), ":::known\n:::other\n");
    front_close();
}

/* --- if and else --- */

#define ERROR_IS(value) "(= self->%error " value ":int);\n"
#define NO_ERROR        "(! self->%error)"

static void a_clause_without_if_stays_as_it_is(void **state)
{
    (void)state;
    assert_string_equal(front_clauses("a /x/ { y; z; }"), ":::a /x/ y; z;\n");
}

static void if_and_else_become_clauses_with_conditions(void **state)
{
    (void)state;
    const char *wanted = "dtrace:::ERROR " ERROR_IS("1") ":::p " ERROR_IS(
        "0") ":::p /" NO_ERROR "/ (= this->%condition_1 (&& 1:int x));\n"
             ":::p /" NO_ERROR "/ (= this->%condition_2 (&& this->%condition_1 a));\n"
             ":::p /(&& " NO_ERROR " this->%condition_2)/ b; c;\n"
             ":::p /" NO_ERROR
             "/ (= this->%condition_3 (&& this->%condition_1 (! this->%condition_2)));\n"
             ":::p /(&& " NO_ERROR " this->%condition_3)/ d;\n"
             ":::p /(&& " NO_ERROR " this->%condition_1)/ e;\n";
    assert_string_equal(front_clauses("p /x/ { if (a) { b; c } else d; e }"), wanted);
}

static void statements_before_the_first_if_have_no_predicate_and_those_behind_it_have(void **state)
{
    (void)state;
    const char *wanted =
        "dtrace:::ERROR " ERROR_IS("1") ":::p " ERROR_IS("0") ":::p a;\n"
                                                              ":::p /" NO_ERROR
                                                              "/ (= this->%condition_1 1:int);\n"
                                                              ":::p /(&& " NO_ERROR
                                                              " this->%condition_1)/ b;\n"
                                                              ":::p /" NO_ERROR "/ c;\n";
    assert_string_equal(front_clauses("p { a; if (2) b; c; }"), wanted);
}

static void the_clause_for_errors_comes_once_for_all_programs(void **state)
{
    (void)state;
    const char *program = "p { if (a) b; } BEGIN { ) }";
    front_open(D_MODEL_LP64, NULL);
    assert_string_equal(front_text(D_SOURCE_FILE, program), "[D_SYNTAX]");
    assert_non_null(strstr(front_text(D_SOURCE_FILE, "p { if (a) b; }"), "dtrace:::ERROR"));
    assert_null(strstr(front_text(D_SOURCE_FILE, "p { if (a) b; }"), "dtrace:::ERROR"));
    front_close();
}

/* --- Inlines, translators, providers --- */

static void a_constant_inline_is_replaced_where_it_stands(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"inline char A = 300; BEGIN { A + 1; }", ":::BEGIN 301:int;\n"},
        {"inline int A = B; BEGIN { A; }", ":::BEGIN A;\n"},
        {"inline int A = 3; inline int B = A; BEGIN { B; }", ":::BEGIN 3:int;\n"},
        {"inline int A[int x] = 3; BEGIN { A[1]; }", ":::BEGIN (index A[1:int]);\n"},
        {"enum e { A = -2, B }; BEGIN { B; A; }", ":::BEGIN -1:enum e; -2:enum e;\n"},
        {"enum e { A = -2 }; BEGIN { p->A; }", "[D_OP_IDENT]"},
        {"BEGIN { A; } inline int A = 3;", ":::BEGIN A;\n"},
    };
    EACH(pairs, front_clauses)
}

static void inlines_are_declared_by_the_rules(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"inline void f = 1;", "[D_DECL_VOIDOBJ]"},
        {"inline struct s f = 1;", "[D_DECL_INCOMPLETE]"},
        {"struct s { int a; }; inline struct s f = 1;", "[D_OP_INCOMPAT]"},
        {"inline static int f = 1;", "[D_DECL_BADCLASS]"},
        {"inline int f[2] = 1;", "[D_DECL_ARRNULL]"},
        {"inline int f[] = 1;", "[D_DECL_ARRNULL]"},
        {"inline int f[void] = 1;", "[D_DECL_PROTO_TYPE]"},
        {"inline int pid = 1;", "[D_DECL_IDRED]"},
        {"inline int f = 1; inline int f = 1;", "[D_DECL_IDRED]"},
        {"inline int f[int a, int] = a; BEGIN { a; }", ":::BEGIN a;\n"},
    };
    EACH(pairs, front_clauses)
}

static void parameters_of_a_refused_inline_are_forgotten(void **state)
{
    (void)state;
    front_open(D_MODEL_LP64, NULL);
    assert_string_equal(front_text(D_SOURCE_FILE, "inline int f[int a] = a +;"), "[D_SYNTAX]");
    assert_null(d_idents_find(front_compiler->globals, "a"));
    assert_string_equal(front_text(D_SOURCE_FILE, "inline int f[int pid] = 1 / 0;"),
                        "[D_DIV_ZERO]");
    assert_true(d_idents_find(front_compiler->globals, "pid")->builtin);
    front_close();
}

static void a_translator_is_checked_when_it_is_whole(void **state)
{
    (void)state;
#define S "struct s { int a, bad; }; "
    static const struct pair pairs[] = {
        {S "translator struct s < int x > { bad = x; };", "[D_XLATE_INCOMPAT]"},
        {S "translator struct s < int x > { bad = x; }", "[D_SYNTAX]"},
        {S "translator struct s < int x > { }; translator struct s < int *y > { };", ""},
        {S "translator struct s < int x > { }", "[D_SYNTAX]"},
    };
    EACH(pairs, front_clauses)
}

static void providers_are_declared_by_the_rules(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"provider p1 { };", "[D_PROV_BADNAME]"},
        {"provider p`q { };", "[D_PROV_BADNAME]"},
        {"provider p { probe a(); probe a(); };", "[D_PROV_PRDUP]"},
        {"provider p { probe a(); }; provider p { probe b(); };", "[D_PROV_INCOMPAT]"},
        {"provider p { probe a(int); }; provider p { probe a(long); };", "[D_PROV_INCOMPAT]"},
        {"provider p { probe a(int x); }; provider p { probe a(int y); };", ""},
        {"provider p { probe a(int x) : (int y); };", "[D_DECL_PROTO_FORM]"},
        {"provider p { probe a(int x) : (int); };", "[D_DECL_PROTO_NAME]"},
        {"provider p { probe a(int x, void); };", "[D_DECL_PROTO_VOID]"},
        {"provider p { probe a(int x, ...); };", "[D_DECL_PROTO_VARARGS]"},
        {"struct s { int a; }; provider p { probe a(int x) : (struct s x); };",
         "[D_PROV_PRXLATOR]"},
    };
    EACH(pairs, front_clauses)
}

static void a_probe_of_a_provider_maps_its_arguments(void **state)
{
    (void)state;
    front_open(D_MODEL_LP64, NULL);
    front_text(D_SOURCE_FILE, "provider p { probe go__on(int a, char *b) : (char *b, long a); };");
    const struct d_provider_probe *probe = front_compiler->providers->probes;
    assert_string_equal(probe->name, "go-on");
    assert_int_equal(probe->map[0], 1);
    assert_int_equal(probe->map[1], 0);
    assert_string_equal(d_type_text(front_compiler, probe->translated->next->type), "long");
    front_close();
}

/* --- Robustness --- */

static void every_truncation_is_read_without_an_overread(void **state)
{
    (void)state;
    static const char program[] =
        "struct s { int a : 3, *b[4]; enum { A, B = 2 } c; }; self string x[int, char *];\n"
        "inline int f[int a, int] = a ? sizeof (struct s) : -1; int g(void, ...);\n"
        "translator struct s < struct s *p > { a = p->a; };\n"
        "provider p { probe n(int a) : (int a); };\n"
        "a:b:c:d$1, e /x / 2 && self->x[1, \"\"]/ { if (@a[1] = count()) { y++ } else z; }";
    char text[sizeof program];
    for (size_t length = 0; length < sizeof program; length++) {
        memcpy(text, program, length);
        text[length] = '\0';
        front_clauses(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tighter_operators_take_their_operands_first),
        cmocka_unit_test(operators_of_a_level_group_from_the_left_and_assignments_from_the_right),
        cmocka_unit_test(only_a_unary_expression_can_be_assigned_to),
        cmocka_unit_test(variables_aggregations_and_calls_have_their_own_nodes),
        cmocka_unit_test(constants_are_folded_in_64_bits),
        cmocka_unit_test(a_cast_of_a_constant_keeps_low_bits_and_extends_a_signed_source),
        cmocka_unit_test(division_by_a_constant_zero_is_refused_whatever_is_divided),
        cmocka_unit_test(sizes_and_offsets_are_constants),
        cmocka_unit_test(what_is_nested_too_deeply_is_refused),
        cmocka_unit_test(a_clause_has_descriptions_a_predicate_and_statements),
        cmocka_unit_test(what_is_no_clause_is_a_syntax_error),
        cmocka_unit_test(declarations_alone_are_no_program),
        cmocka_unit_test(a_description_without_a_body_is_for_the_command_line),
        cmocka_unit_test(descriptions_fill_from_the_right),
        cmocka_unit_test(macros_in_a_description_are_replaced),
        cmocka_unit_test(a_field_has_its_greatest_length),
        cmocka_unit_test(a_description_without_probes_is_a_warning_or_an_error),
        cmocka_unit_test(a_clause_without_if_stays_as_it_is),
        cmocka_unit_test(if_and_else_become_clauses_with_conditions),
        cmocka_unit_test(statements_before_the_first_if_have_no_predicate_and_those_behind_it_have),
        cmocka_unit_test(the_clause_for_errors_comes_once_for_all_programs),
        cmocka_unit_test(a_constant_inline_is_replaced_where_it_stands),
        cmocka_unit_test(inlines_are_declared_by_the_rules),
        cmocka_unit_test(parameters_of_a_refused_inline_are_forgotten),
        cmocka_unit_test(a_translator_is_checked_when_it_is_whole),
        cmocka_unit_test(providers_are_declared_by_the_rules),
        cmocka_unit_test(a_probe_of_a_provider_maps_its_arguments),
        cmocka_unit_test(every_truncation_is_read_without_an_overread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
