/* Programs of D out of numbers.  Every form of the language that a kernel without types of its own takes, written
 * so that types fit; what is named has been declared, or assigned in the first clause. */
#include "tests/d/random_program.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof((list)[0])))

static uint64_t next(struct random_program *p)
{
    uint64_t z = p->state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint32_t random_program_below(struct random_program *program, uint32_t limit)
{
    return (uint32_t)((next(program) >> 32) * limit >> 32);
}
#define below random_program_below

static bool one_in(struct random_program *p, uint32_t n)
{
    return below(p, n) == 0;
}

#define PICK(p, list) ((list)[below((p), COUNT(list))])

__attribute__((format(printf, 2, 3))) static void put(struct random_program *p, const char *format,
                                                      ...)
{
    va_list arguments;
    va_start(arguments, format);
    int count = vsnprintf(p->text + p->length, RANDOM_PROGRAM_MAX - p->length, format, arguments);
    va_end(arguments);
    p->length += (size_t)count;
    if (p->length >= RANDOM_PROGRAM_MAX)
        abort(); /* depth and counts are bounded */
}

static void integer(struct random_program *p, uint32_t depth);
static void string(struct random_program *p, uint32_t depth);

/* --- What there is ---------------------------------------------------------------------------- */

static const char *const integer_types[] = {
    "char",          "short",          "int",          "long",          "long long",
    "unsigned char", "unsigned short", "unsigned int", "unsigned long", "unsigned long long",
    "int8_t",        "int16_t",        "int32_t",      "int64_t",       "uint8_t",
    "uint16_t",      "uint32_t",       "uint64_t",     "size_t",        "word",
    "uintptr_t",     "enum color",     "pid_t"};

/* Variables of every type and scope. */
static const char *const integer_variables[] = {"gc",
                                                "gs",
                                                "gi",
                                                "gl",
                                                "gu",
                                                "gw",
                                                "ge",
                                                "self->c",
                                                "self->i",
                                                "self->l",
                                                "self->u",
                                                "this->c",
                                                "this->i",
                                                "this->l",
                                                "this->u",
                                                "undeclared",
                                                "self->undeclared",
                                                "this->undeclared"};

static const char *const built_in_integers[] = {"arg0",
                                                "arg1",
                                                "arg2",
                                                "arg9",
                                                "timestamp",
                                                "vtimestamp",
                                                "walltimestamp",
                                                "pid",
                                                "ppid",
                                                "tid",
                                                "uid",
                                                "gid",
                                                "epid",
                                                "id",
                                                "ipl",
                                                "cpu",
                                                "errno",
                                                "stackdepth",
                                                "ustackdepth",
                                                "caller",
                                                "ucaller",
                                                "uregs[1]",
                                                "GREEN",
                                                "LIMIT",
                                                "NULL",
                                                "offsetof(struct node, next)",
                                                "sizeof (struct node)",
                                                "sizeof (string)"};

static const char *const string_variables[] = {"gt", "self->t", "this->t"};
static const char *const built_in_strings[] = {"execname",  "probefunc", "probename", "probemod",
                                               "probeprov", "zonename",  "TITLE"};

static const char declarations[] =
    "typedef unsigned short word;\n"
    "enum color { RED, GREEN = 5, BLUE };\n"
    "struct node { int a; short b : 3; unsigned c : 5; char name[8]; struct node *next; long long "
    "l;\n"
    "  unsigned char u; struct { short x, y; } at; int list[3]; enum color color; };\n"
    "union either { int i; char bytes[12]; struct node *node; };\n"
    "struct shown { int sum; string title; struct node *from; long long l; };\n"
    "translator struct shown < struct node *n > { sum = n->a + n->b; title = stringof(n->name); "
    "from = n->next; "
    "l = n->l; };\n"
    "inline int LIMIT = 10;\ninline string TITLE = \"title\";\ninline int twice[int x] = x + x;\n"
    "inline long mixed[int x, long long y] = x * y + LIMIT;\n"
    "char gc; short gs; int gi; long gl; unsigned gu; word gw; enum color ge; string gt; struct "
    "node *gp; struct node gn;\n"
    "union either gx; int ga[8]; char *gq; void *gv; struct node gm[3];\n"
    "self char c; self int i; self long long l; self uint64_t u; self string t; self struct node "
    "*p; self struct node n;\n";

static const char locals[] = "this char c; this int i; this long l; this uint32_t u; this string "
                             "t; this struct node *p; this struct node n;\n"
                             "this int a[5]; this char *q;\n";

/* --- Pointers, and what is at them ------------------------------------------------------------ */

static void node_pointer(struct random_program *p, uint32_t depth)
{
    static const char *const pointers[] = {"gp", "self->p", "this->p"};
    switch (depth == 0 ? 0 : below(p, 5)) {
    case 0:
        put(p, "%s", PICK(p, pointers));
        break;
    case 1:
        node_pointer(p, depth - 1);
        put(p, "->next");
        break;
    case 2:
        put(p, "((struct node *)arg0)");
        break;
    case 3:
        put(p, "(");
        node_pointer(p, depth - 1);
        put(p, one_in(p, 2) ? " + " : " - ");
        integer(p, depth - 1);
        put(p, ")");
        break;
    default:
        put(p, "gn.next");
        break;
    }
}

static void node_value(struct random_program *p, uint32_t depth)
{
    static const char *const nodes[] = {"gn", "self->n", "this->n"};
    if (one_in(p, 2))
        put(p, "%s", PICK(p, nodes));
    else if (one_in(p, 2))
        put(p, "gm[%u]", below(p, 3));
    else {
        put(p, "(*");
        node_pointer(p, depth == 0 ? 0 : depth - 1);
        put(p, ")");
    }
}

/* An integer in memory, which can be assigned. */
static void integer_place(struct random_program *p, uint32_t depth)
{
    static const char *const members[] = {"a", "b", "c", "l", "u", "at.x", "at.y", "color"};
    static const char *const arrays[] = {"ga", "this->a"};
    uint32_t less = depth == 0 ? 0 : depth - 1;
    switch (below(p, 6)) {
    case 0:
        node_pointer(p, less);
        put(p, "->%s", PICK(p, members));
        break;
    case 1:
        node_value(p, less);
        put(p, ".%s", PICK(p, members));
        break;
    case 2:
        put(p, "%s[", PICK(p, arrays));
        integer(p, less);
        put(p, "]");
        break;
    case 3:
        put(p, "*(%s *)", PICK(p, integer_types));
        put(p, one_in(p, 2) ? "arg0" : "gv");
        break;
    case 4:
        put(p, "gx.%s", one_in(p, 2) ? "i" : "bytes[3]");
        break;
    default:
        node_value(p, less);
        put(p, ".list[%u]", below(p, 3));
        break;
    }
}

/* --- Arrays with keys ------------------------------------------------------------------------- */

static void key(struct random_program *p, char kind, uint32_t depth)
{
    switch (kind) {
    case 's':
        string(p, depth);
        break;
    case 'k':
        put(p, one_in(p, 3) ? "ustack(%u)" : "stack(%u)", 1 + below(p, 5));
        break;
    case 'a':
        put(p, "%s(arg%u)", one_in(p, 2) ? "sym" : "mod", below(p, 3));
        break;
    default:
        integer(p, depth);
        break;
    }
}

static void keys(struct random_program *p, const char *kinds, uint32_t depth)
{
    if (kinds[0] == '\0')
        return;
    for (const char *kind = kinds; *kind != '\0'; kind++) {
        put(p, kind == kinds ? "[" : ", ");
        key(p, *kind, depth);
    }
    put(p, "]");
}

static void element(struct random_program *p, uint32_t number, uint32_t depth)
{
    put(p, "%sv%u", number % 2 ? "self->" : "", number);
    keys(p, p->names.array_keys[number], depth);
}

/* One whose values are of that kind, or RANDOM_PROGRAM_ARRAYS. */
static uint32_t array_of(struct random_program *p, char kind)
{
    uint32_t start = below(p, RANDOM_PROGRAM_ARRAYS);
    for (uint32_t i = 0; i < RANDOM_PROGRAM_ARRAYS; i++)
        if (p->names.array_value[(start + i) % RANDOM_PROGRAM_ARRAYS] == kind)
            return (start + i) % RANDOM_PROGRAM_ARRAYS;
    return RANDOM_PROGRAM_ARRAYS;
}

/* --- Strings ---------------------------------------------------------------------------------- */

static void string_leaf(struct random_program *p)
{
    static const char *const literals[] = {
        "\"\"", "\"a\"", "\"/a/b/../c\"", "\"12 34\"", "\"\\101\\n%d\"", "\"{\\\"a\\\": [1, 2]}\""};
    switch (below(p, 3)) {
    case 0:
        put(p, "%s", PICK(p, string_variables));
        break;
    case 1:
        put(p, "%s", PICK(p, built_in_strings));
        break;
    default:
        put(p, "%s", PICK(p, literals));
        break;
    }
}

/* A pattern of what a call is given: i integer, s string, v pointer; others as they are. */
static void call(struct random_program *p, const char *pattern, uint32_t depth)
{
    for (; *pattern != '\0'; pattern++)
        if (*pattern == 'I')
            integer(p, depth);
        else if (*pattern == 'S')
            string(p, depth);
        else if (*pattern == 'V')
            put(p, one_in(p, 2) ? "gv" : "(void *)arg0");
        else
            put(p, "%c", *pattern);
}

static void string_call(struct random_program *p, uint32_t depth)
{
    static const char *const calls[] = {
        "basename(S)",     "dirname(S)",      "cleanpath(S)",   "strjoin(S, S)", "substr(S, I)",
        "substr(S, I, I)", "strtok(S, S)",    "strstr(S, S)",   "strchr(S, I)",  "strrchr(S, I)",
        "lltostr(I)",      "lltostr(I, I)",   "toupper(S)",     "tolower(S)",    "json(S, S)",
        "copyinstr(I)",    "copyinstr(I, I)", "inet_ntop(I, V)"};
    call(p, PICK(p, calls), depth);
}

static void string(struct random_program *p, uint32_t depth)
{
    uint32_t array = array_of(p, 's');
    switch (depth == 0 ? 0 : below(p, 8)) {
    case 1:
    case 2:
        string_call(p, depth - 1);
        break;
    case 3:
        put(p, "(");
        integer(p, depth - 1);
        put(p, " ? ");
        string(p, depth - 1);
        put(p, " : ");
        string(p, depth - 1);
        put(p, ")");
        break;
    case 4:
        if (array < RANDOM_PROGRAM_ARRAYS)
            element(p, array, 0);
        else
            string_leaf(p);
        break;
    case 5:
        put(p, "stringof(");
        node_pointer(p, depth - 1);
        put(p, "->name)");
        break;
    case 6:
        put(p, "xlate < struct shown * > (");
        node_pointer(p, 0);
        put(p, ")->title");
        break;
    default:
        string_leaf(p);
        break;
    }
}

/* --- Integers --------------------------------------------------------------------------------- */

static void constant(struct random_program *p)
{
    static const char *const values[] = {"0",
                                         "1",
                                         "2",
                                         "255",
                                         "256",
                                         "0x7fffffff",
                                         "0x80000000",
                                         "2147483648",
                                         "0xffffffff",
                                         "0x8000000000000000",
                                         "9223372036854775807",
                                         "1ull",
                                         "3u",
                                         "077",
                                         "'a'",
                                         "'ab'",
                                         "12l",
                                         "0xffffffffffffffff"};
    if (one_in(p, 2))
        put(p, "%u", below(p, 100));
    else
        put(p, "%s", PICK(p, values));
}

static void integer_leaf(struct random_program *p)
{
    switch (below(p, 4)) {
    case 0:
        constant(p);
        break;
    case 1:
        put(p, "%s", PICK(p, built_in_integers));
        break;
    default:
        put(p, "%s", PICK(p, integer_variables));
        break;
    }
}

static void binary(struct random_program *p, uint32_t depth)
{
    static const char *const operators[] = {"+",  "-", "*",  "&",  "|",  "^",  "<<", ">>", "<",
                                            "<=", ">", ">=", "==", "!=", "&&", "||", "^^"};
    put(p, "(");
    integer(p, depth);
    if (one_in(p, 5)) { /* not by a constant 0 */
        put(p, one_in(p, 2) ? " / (" : " %% (");
        put(p, "%s", PICK(p, integer_variables));
        put(p, one_in(p, 2) ? " | 1))" : "))");
        return;
    }
    put(p, " %s ", PICK(p, operators));
    integer(p, depth);
    put(p, ")");
}

static void compare_others(struct random_program *p, uint32_t depth)
{
    static const char *const operators[] = {"<", "<=", ">", ">=", "==", "!="};
    const char *op = PICK(p, operators);
    bool strings = one_in(p, 2);
    put(p, "(");
    if (strings)
        string(p, depth);
    else
        node_pointer(p, depth);
    put(p, " %s ", op);
    if (one_in(p, 6))
        put(p, "NULL");
    else if (strings)
        string(p, depth);
    else
        node_pointer(p, depth);
    put(p, ")");
}

static void integer_call(struct random_program *p, uint32_t depth)
{
    static const char *const calls[] = {"rand()",           "strlen(S)",       "index(S, S)",
                                        "index(S, S, I)",   "rindex(S, S)",    "rindex(S, S, I)",
                                        "htons(I)",         "htonl(I)",        "htonll(I)",
                                        "ntohs(I)",         "ntohl(I)",        "ntohll(I)",
                                        "strtoll(S)",       "strtoll(S, I)",   "speculation()",
                                        "progenyof(I)",     "twice[I]",        "mixed[I, I]",
                                        "sizeof (self->n)", "(long)alloca(I)", "(int)copyin(I, I)",
                                        "getmajor(I)",      "getminor(I)"};
    call(p, PICK(p, calls), depth);
}

/* Assignments are values, too. */
static void assignment(struct random_program *p, uint32_t depth)
{
    static const char *const operators[] = {"=", "+=", "-=", "*=", "&=", "|=", "^=", "<<=", ">>="};
    const char *variable = PICK(p, integer_variables);
    switch (below(p, 5)) {
    case 0:
        put(p, "%s%s", variable, one_in(p, 2) ? "++" : "--");
        break;
    case 1:
        put(p, "%s%s", one_in(p, 2) ? "++" : "--", variable);
        break;
    case 2:
        put(p, "(");
        integer_place(p, depth);
        put(p, " %s ", PICK(p, operators));
        integer(p, depth);
        put(p, ")");
        break;
    case 3:
        put(p, "(%s %s (%s | 1))", variable,
            one_in(p, 2) ? "/=" : "%=", PICK(p, integer_variables));
        break;
    default:
        put(p, "(%s %s ", variable, PICK(p, operators));
        integer(p, depth);
        put(p, ")");
        break;
    }
}

static void unary(struct random_program *p, uint32_t depth)
{
    static const char *const operators[] = {"-", "~", "!", "+"};
    if (one_in(p, 2))
        put(p, "(%s)(", PICK(p, integer_types));
    else
        put(p, "%s(", PICK(p, operators));
    integer(p, depth);
    put(p, ")");
}

static void condition(struct random_program *p, uint32_t depth)
{
    put(p, "(");
    integer(p, depth);
    put(p, " ? ");
    integer(p, depth);
    put(p, " : ");
    integer(p, depth);
    put(p, ")");
}

static void pointer_number(struct random_program *p, uint32_t depth)
{
    switch (below(p, 4)) {
    case 0:
        put(p, "(");
        node_pointer(p, depth);
        put(p, " - ");
        node_pointer(p, depth);
        put(p, ")");
        break;
    case 1:
        put(p, "!");
        node_pointer(p, depth);
        break;
    case 2:
        put(p, "(long long)&");
        node_pointer(p, depth);
        put(p, "->l");
        break;
    default:
        put(p, "xlate < struct shown * > (");
        node_pointer(p, 0);
        put(p, ")->%s", one_in(p, 2) ? "sum" : "l");
        break;
    }
}

/* Long, because it is a table: a case for each kind of expression. */
static void integer(struct random_program *p, uint32_t depth)
{
    uint32_t array = array_of(p, 'i'), less = depth == 0 ? 0 : depth - 1;
    switch (depth == 0 ? 0 : below(p, 14)) {
    case 1:
    case 2:
    case 3:
        binary(p, less);
        break;
    case 4:
        unary(p, less);
        break;
    case 5:
        condition(p, less);
        break;
    case 6:
        assignment(p, less);
        break;
    case 7:
        integer_call(p, less);
        break;
    case 8:
        compare_others(p, less);
        break;
    case 9:
        integer_place(p, less);
        break;
    case 10:
        if (array < RANDOM_PROGRAM_ARRAYS)
            element(p, array, less / 2);
        else
            integer_leaf(p);
        break;
    case 11:
        pointer_number(p, less);
        break;
    case 12:
        put(p, "(");
        string(p, less);
        put(p, ", ");
        integer(p, less);
        put(p, ")");
        break;
    default:
        integer_leaf(p);
        break;
    }
}

/* --- Statements ------------------------------------------------------------------------------- */

static uint32_t depth_of(struct random_program *p)
{
    return below(p, 5);
}

static void assign_other(struct random_program *p)
{
    uint32_t array;
    switch (below(p, 7)) {
    case 0:
        put(p, "%s = ", PICK(p, string_variables));
        string(p, depth_of(p));
        break;
    case 1:
        put(p, "%s = ", one_in(p, 2) ? "gp" : "self->p");
        node_pointer(p, 2);
        break;
    case 2:
        put(p, "%s = ", one_in(p, 2) ? "this->n" : "gn");
        node_value(p, 1);
        break;
    case 3:
        put(p, one_in(p, 2) ? "gv = alloca(%u)" : "gv = (void *)(arg0 + %u)", below(p, 64));
        break;
    case 4:
        put(p, one_in(p, 2) ? "gq = gn.name" : "this->q = gt");
        break;
    case 5:
        array = below(p, RANDOM_PROGRAM_ARRAYS);
        element(p, array, 1);
        put(p, " = ");
        key(p, p->names.array_value[array], 2);
        break;
    default:
        array = array_of(p, 'i');
        if (array == RANDOM_PROGRAM_ARRAYS)
            put(p, "gi");
        else
            element(p, array, 1);
        put(p, "%s", one_in(p, 2) ? "++" : one_in(p, 2) ? " += arg1" : " = 0");
        break;
    }
}

/* Neither recorded nor destroying. */
static void quiet_statement(struct random_program *p)
{
    if (one_in(p, 2))
        assignment(p, depth_of(p));
    else if (one_in(p, 8))
        call(p, one_in(p, 2) ? "bcopy(V, V, I)" : "copyinto(I, I, V)", 1);
    else if (one_in(p, 8))
        integer(p, depth_of(p));
    else
        assign_other(p);
    put(p, "; ");
}

static void print_format(struct random_program *p)
{
    static const char *const conversions[] = {"%d", "%5d", "%-10x", "%#o", "%u",
                                              "%i", "%p",  "%a",    "%+d", "%X"};
    uint32_t count = below(p, 4);
    char kinds[4] = "";
    put(p, "%s(\"", one_in(p, 12) ? "system" : "printf");
    for (uint32_t i = 0; i < count; i++) {
        kinds[i] = one_in(p, 3)   ? 's'
                   : one_in(p, 6) ? 'T'
                   : one_in(p, 6) ? 'c'
                   : one_in(p, 6) ? 'h'
                   : one_in(p, 6) ? 'L'
                                  : 'i';
        put(p, " %s",
            kinds[i] == 's'   ? one_in(p, 4) ? "%-12S" : "%s"
            : kinds[i] == 'T' ? "%Y"
            : kinds[i] == 'c' ? "%c"
            : kinds[i] == 'h' ? "%hd"
            : kinds[i] == 'L' ? "%lld"
                              : PICK(p, conversions));
    }
    put(p, " 100%%%%\\n\"");
    for (uint32_t i = 0; i < count; i++) {
        put(p, kinds[i] == 'T'   ? ", walltimestamp"
               : kinds[i] == 'c' ? ", (char)"
               : kinds[i] == 'h' ? ", (short)"
               : kinds[i] == 'L' ? ", (long long)"
                                 : ", ");
        if (kinds[i] == 'c' || kinds[i] == 'h' || kinds[i] == 'L') {
            put(p, "(");
            integer(p, 2);
            put(p, ")");
        } else if (kinds[i] != 'T')
            key(p, kinds[i], 3);
    }
    put(p, ")");
}

static void trace_something(struct random_program *p)
{
    put(p, "%s(", one_in(p, 6) ? "print" : "trace");
    switch (below(p, 6)) {
    case 0:
    case 1:
        string(p, depth_of(p));
        break;
    case 2:
        node_value(p, 2);
        break;
    case 3:
        node_pointer(p, 2);
        break;
    case 4:
        if (one_in(p, 3))
            put(p, "xlate < struct shown > (gp)");
        else
            put(p, "ga");
        break;
    default:
        integer(p, 1 + depth_of(p));
        break;
    }
    put(p, ")");
}

static void record(struct random_program *p)
{
    static const char *const others[] = {
        "stack()",         "stack(%u)",          "ustack(%u)",
        "jstack(%u, 100)", "sym(caller + %u)",   "func(arg%u)",
        "mod(arg%u)",      "usym(arg%u)",        "uaddr(arg%u)",
        "umod(arg%u)",     "tracemem(arg0, %u)", "tracemem(gv, %u, arg1)",
        "ftruncate()",     "setopt(\"quiet\")",  "setopt(\"quiet\", execname)"};
    uint32_t which = below(p, COUNT(others));
    switch (below(p, 4)) {
    case 0:
        print_format(p);
        break;
    case 1:
        if (strchr(others[which], '%') == NULL)
            put(p, "%s", others[which]);
        else {
            const char *at = strchr(others[which], '%');
            put(p, "%.*s%u%s", (int)(at - others[which]), others[which], 1 + below(p, 9), at + 2);
        }
        break;
    default:
        trace_something(p);
        break;
    }
    put(p, "; ");
}

static const char *const aggregating[] = {"count()",
                                          "sum(I)",
                                          "avg(I)",
                                          "min(I)",
                                          "max(I)",
                                          "stddev(I)",
                                          "quantize(I)",
                                          "quantize(I, I)",
                                          "lquantize(I, -10, 100, 10)",
                                          "lquantize(I, 0, 64)",
                                          "lquantize(I, 0, 1000, 100, I)",
                                          "llquantize(I, 10, 0, 6, 20)",
                                          "llquantize(I, 2, 0, 10, 4, I)"};

/* Everywhere the same function for the same name. */
static void aggregate_number(struct random_program *p, uint32_t number, uint32_t depth)
{
    put(p, "@a%u", number);
    keys(p, p->names.aggregation_keys[number], depth);
    put(p, " = ");
    call(p, aggregating[p->names.aggregation_function[number] % COUNT(aggregating)], depth);
    put(p, "; ");
}

static void aggregate(struct random_program *p)
{
    aggregate_number(p, below(p, RANDOM_PROGRAM_AGGREGATIONS), 2);
}

static void print_aggregation(struct random_program *p, uint32_t number)
{
    if (one_in(p, 2)) {
        put(p, "printa(@a%u)", number);
        return;
    }
    put(p, "printa(\"");
    for (const char *kind = p->names.aggregation_keys[number]; *kind != '\0'; kind++)
        put(p, "%s ", *kind == 's' ? "%s" : *kind == 'k' ? "%k" : *kind == 'a' ? "%a" : "%d");
    put(p, "%s\\n\", @a%u)", one_in(p, 2) ? "%@d" : "%@-8u|%@x", number);
}

static void about_aggregation(struct random_program *p)
{
    uint32_t number = below(p, RANDOM_PROGRAM_AGGREGATIONS);
    switch (below(p, 6)) {
    case 0:
        put(p, "clear(@a%u)", number);
        break;
    case 1:
        put(p, "trunc(@a%u%s)", number, one_in(p, 2) ? ", 3" : "");
        break;
    case 2:
        put(p, "normalize(@a%u, arg1)", number);
        break;
    case 3:
        put(p, "denormalize(@a%u)", number);
        break;
    default:
        print_aggregation(p, number);
        break;
    }
    put(p, "; ");
}

static void destroy(struct random_program *p)
{
    static const char *const calls[] = {"chill(I)",
                                        "breakpoint()",
                                        "panic()",
                                        "stop()",
                                        "raise(I)",
                                        "copyout(V, I, I)",
                                        "copyoutstr(S, I, I)",
                                        "uregs[2] = I",
                                        "freopen(\"f\")",
                                        "system(\"ls\")",
                                        "exit(I)"};
    static const char *const safe[] = {"chill(I)", "stop()", "raise(I)"};
    call(p, one_in(p, 3) ? PICK(p, calls) : PICK(p, safe), 2);
    put(p, "; ");
}

static void statement(struct random_program *p, uint32_t nesting);

static void block(struct random_program *p, uint32_t nesting)
{
    put(p, "{ ");
    for (uint32_t count = below(p, 3); count > 0; count--)
        statement(p, nesting);
    put(p, "} ");
}

static void decide(struct random_program *p, uint32_t nesting)
{
    put(p, "if (");
    integer(p, 2);
    put(p, ") ");
    block(p, nesting);
    if (one_in(p, 2)) {
        put(p, "else ");
        block(p, nesting);
    }
}

static void statement(struct random_program *p, uint32_t nesting)
{
    switch (below(p, 12)) {
    case 0:
    case 1:
    case 2:
        quiet_statement(p);
        break;
    case 3:
    case 4:
    case 5:
        aggregate(p);
        break;
    case 6:
        about_aggregation(p);
        break;
    case 7:
        if (one_in(p, 4))
            destroy(p);
        break;
    case 8:
        if (nesting > 0)
            decide(p, nesting - 1);
        break;
    default:
        record(p);
        break;
    }
}

/* --- Clauses ---------------------------------------------------------------------------------- */

static void statements_of_speculation(struct random_program *p)
{
    uint32_t count = below(p, 3);
    while (one_in(p, 2))
        quiet_statement(p);
    if (one_in(p, 2)) {
        put(p, "speculate(self->i); ");
        for (; count > 0; count--)
            put(p, "trace(arg%u); ", count);
    } else
        put(p, "commit(self->i); ");
    put(p, one_in(p, 4) ? "discard(gi); " : "");
}

static void clause(struct random_program *p)
{
    static const char *const probes[] = {"BEGIN",
                                         "END",
                                         "ERROR",
                                         "dtrace:::BEGIN",
                                         "fbt::read:entry",
                                         "fbt:kernel:wr*:return",
                                         "syscall:::entry",
                                         "tick-1sec",
                                         "profile-997hz",
                                         "proc:::exec-success",
                                         ":::",
                                         "fbt:::entry,syscall:::return",
                                         "BEGIN,fbt::read:entry"};
    put(p, "%s ", PICK(p, probes));
    if (one_in(p, 3)) {
        put(p, "/ ");
        integer(p, depth_of(p));
        put(p, "/ ");
    }
    put(p, "{ ");
    if (one_in(p, 8))
        statements_of_speculation(p);
    else
        for (uint32_t count = below(p, 5); count > 0; count--)
            statement(p, 2);
    put(p, "}\n");
}

/* Names that are not declared are made by an assignment, in the order of the text. */
static void first_clause(struct random_program *p)
{
    put(p, "BEGIN { this->undeclared = (short)arg1; ");
    if (p->is_first) {
        put(p, "undeclared = 3; self->undeclared = arg0; ");
        for (uint32_t i = 0; i < RANDOM_PROGRAM_ARRAYS; i++) {
            element(p, i, 0);
            put(p, " = %s; ", p->names.array_value[i] == 's' ? "execname" : "(long long)pid");
        }
    }
    put(p, "}\n");
}

static void first_aggregations(struct random_program *p)
{
    put(p, "BEGIN { ");
    for (uint32_t i = 0; i < RANDOM_PROGRAM_AGGREGATIONS; i++)
        aggregate_number(p, i, 0);
    put(p, "}\n");
}

/* The size of strings is set once. */
static void options(struct random_program *p)
{
    static const char *const list[] = {
        "quiet",           "strsize=64",    "strsize=9",      "bufsize=16k",      "aggsize=8k",
        "switchrate=10hz", "stackframes=4", "flowindent",     "destructive",      "dynvarsize=4k",
        "nspec=2",         "specsize=1k",   "bufpolicy=ring", "bufpolicy=fill",   "temporal",
        "cleanrate=50ms",  "aggsortkey",    "ustackframes=3", "jstackstrsize=64", "rawbytes",
        "statusrate=1s",   "aggrate=2s",    "agghist"};
    while (one_in(p, 2)) {
        const char *option = PICK(p, list);
        if (p->is_first || strncmp(option, "strsize", 7) != 0)
            put(p, "#pragma D option %s\n", option);
    }
}

static void make_kinds(struct random_program *p, char *kinds, const char *of)
{
    uint32_t count = below(p, RANDOM_PROGRAM_KEYS) + (strchr(of, 'k') == NULL);
    for (uint32_t i = 0; i < count; i++)
        kinds[i] = of[below(p, (uint32_t)strlen(of))];
    kinds[count] = '\0';
}

void random_program_start(struct random_program *program, uint64_t number)
{
    program->state = number * 0x9e3779b97f4a7c15u ^ 0x5851f42d4c957f2du;
    program->is_first = true;
    for (uint32_t i = 0; i < RANDOM_PROGRAM_ARRAYS; i++) {
        make_kinds(program, program->names.array_keys[i], "is");
        program->names.array_value[i] = one_in(program, 3) ? 's' : 'i';
    }
    for (uint32_t i = 0; i < RANDOM_PROGRAM_AGGREGATIONS; i++) {
        make_kinds(program, program->names.aggregation_keys[i], "iiisska");
        program->names.aggregation_function[i] = below(program, 64);
    }
}

void random_program_make(struct random_program *program)
{
    program->length = 0;
    options(program);
    if (program->is_first)
        put(program, "%s", declarations);
    put(program, "%s", locals);
    first_clause(program);
    if (program->is_first)
        first_aggregations(program);
    for (uint32_t count = 1 + below(program, 4); count > 0; count--)
        clause(program);
    program->is_first = false;
}
