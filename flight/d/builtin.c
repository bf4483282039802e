/* What D knows of itself: variables, subroutines, aggregating functions, actions (sections 5 and 6 of the
 * language).  A prototype is text, read when its name is first used: its types may be the kernel's. */
#include <string.h>

#include "flight/d/builtin.h"
#include "flight/d/option.h"
#include "trace/dtrace/dif.h"

#define VERSION(minor) (1u << 24 | (uint32_t)(minor) << 12)

struct builtin {
    const char *name;
    uint32_t id;
    const char *
        prototype; /* "type" of a variable, "type (parameter, [optional], ...)" of a function; @ is any type */
    uint32_t minor; /* D 1.minor has it */
};

static const struct builtin scalars[] = {
    {"curthread", DIF_VAR_CURTHREAD, "kthread_t *", 0},
    {"timestamp", DIF_VAR_TIMESTAMP, "uint64_t", 0},
    {"vtimestamp", DIF_VAR_VTIMESTAMP, "uint64_t", 0},
    {"ipl", DIF_VAR_IPL, "uint_t", 0},
    {"epid", DIF_VAR_EPID, "uint_t", 0},
    {"id", DIF_VAR_ID, "uint_t", 0},
    {"arg0", DIF_VAR_ARG0, "int64_t", 0},
    {"arg1", DIF_VAR_ARG0 + 1, "int64_t", 0},
    {"arg2", DIF_VAR_ARG0 + 2, "int64_t", 0},
    {"arg3", DIF_VAR_ARG0 + 3, "int64_t", 0},
    {"arg4", DIF_VAR_ARG0 + 4, "int64_t", 0},
    {"arg5", DIF_VAR_ARG0 + 5, "int64_t", 0},
    {"arg6", DIF_VAR_ARG0 + 6, "int64_t", 0},
    {"arg7", DIF_VAR_ARG0 + 7, "int64_t", 0},
    {"arg8", DIF_VAR_ARG0 + 8, "int64_t", 0},
    {"arg9", DIF_VAR_ARG9, "int64_t", 0},
    {"stackdepth", DIF_VAR_STACKDEPTH, "uint32_t", 0},
    {"caller", DIF_VAR_CALLER, "uintptr_t", 0},
    {"probeprov", DIF_VAR_PROBEPROV, "string", 0},
    {"probemod", DIF_VAR_PROBEMOD, "string", 0},
    {"probefunc", DIF_VAR_PROBEFUNC, "string", 0},
    {"probename", DIF_VAR_PROBENAME, "string", 0},
    {"pid", DIF_VAR_PID, "pid_t", 0},
    {"tid", DIF_VAR_TID, "id_t", 0},
    {"execname", DIF_VAR_EXECNAME, "string", 0},
    {"zonename", DIF_VAR_ZONENAME, "string", 0},
    {"walltimestamp", DIF_VAR_WALLTIMESTAMP, "int64_t", 0},
    {"ustackdepth", DIF_VAR_USTACKDEPTH, "uint32_t", 2},
    {"ucaller", DIF_VAR_UCALLER, "uint64_t", 2},
    {"ppid", DIF_VAR_PPID, "pid_t", 0},
    {"uid", DIF_VAR_UID, "uid_t", 0},
    {"gid", DIF_VAR_GID, "gid_t", 0},
    {"errno", DIF_VAR_ERRNO, "int", 0},
    {"threadname", DIF_VAR_THREADNAME, "string", 14},
    {"cpu", DIF_VAR_CPU, "int", 0},
};

static const struct builtin arrays[] = {
    {"args", DIF_ARRAY_ARGS, "int64_t", 0},
    {"uregs", DIF_ARRAY_UREGS, "uint64_t", 0},
    {"vmregs", DIF_ARRAY_VMREGS, "uint64_t", 7},
};

static const struct builtin functions[] = {
    {"alloca", DIF_SUBR_ALLOCA, "void *(size_t)", 0},
    {"basename", DIF_SUBR_BASENAME, "string(const char *)", 0},
    {"bcopy", DIF_SUBR_BCOPY, "void(void *, void *, size_t)", 0},
    {"cleanpath", DIF_SUBR_CLEANPATH, "string(const char *)", 0},
    {"copyin", DIF_SUBR_COPYIN, "void *(uintptr_t, size_t)", 0},
    {"copyinstr", DIF_SUBR_COPYINSTR, "string(uintptr_t, [size_t])", 0},
    {"copyinto", DIF_SUBR_COPYINTO, "void(uintptr_t, size_t, void *)", 0},
    {"copyout", DIF_SUBR_COPYOUT, "void(void *, uintptr_t, size_t)", 0},
    {"copyoutstr", DIF_SUBR_COPYOUTSTR, "void(char *, uintptr_t, size_t)", 0},
    {"ddi_pathname", DIF_SUBR_DDI_PATHNAME, "string(void *, int64_t)", 0},
    {"dirname", DIF_SUBR_DIRNAME, "string(const char *)", 0},
    {"getf", DIF_SUBR_GETF, "file_t *(int)", 10},
    {"getmajor", DIF_SUBR_GETMAJOR, "major_t(dev_t)", 0},
    {"getminor", DIF_SUBR_GETMINOR, "minor_t(dev_t)", 0},
    {"htonl", DIF_SUBR_HTONL, "uint32_t(uint32_t)", 3},
    {"htonll", DIF_SUBR_HTONLL, "uint64_t(uint64_t)", 3},
    {"htons", DIF_SUBR_HTONS, "uint16_t(uint16_t)", 3},
    {"index", DIF_SUBR_INDEX, "int(const char *, const char *, [int])", 1},
    {"inet_ntoa", DIF_SUBR_INET_NTOA, "string(ipaddr_t *)", 5},
    {"inet_ntoa6", DIF_SUBR_INET_NTOA6, "string(in6_addr_t *)", 5},
    {"inet_ntop", DIF_SUBR_INET_NTOP, "string(int, void *)", 5},
    {"json", DIF_SUBR_JSON, "string(const char *, const char *)", 11},
    {"lltostr", DIF_SUBR_LLTOSTR, "string(int64_t, [int])", 0},
    {"msgdsize", DIF_SUBR_MSGDSIZE, "size_t(mblk_t *)", 0},
    {"msgsize", DIF_SUBR_MSGSIZE, "size_t(mblk_t *)", 0},
    {"mutex_owned", DIF_SUBR_MUTEX_OWNED, "int(kmutex_t *)", 0},
    {"mutex_owner", DIF_SUBR_MUTEX_OWNER, "kthread_t *(kmutex_t *)", 0},
    {"mutex_type_adaptive", DIF_SUBR_MUTEX_TYPE_ADAPTIVE, "int(kmutex_t *)", 0},
    {"mutex_type_spin", DIF_SUBR_MUTEX_TYPE_SPIN, "int(kmutex_t *)", 0},
    {"ntohl", DIF_SUBR_NTOHL, "uint32_t(uint32_t)", 3},
    {"ntohll", DIF_SUBR_NTOHLL, "uint64_t(uint64_t)", 3},
    {"ntohs", DIF_SUBR_NTOHS, "uint16_t(uint16_t)", 3},
    {"progenyof", DIF_SUBR_PROGENYOF, "int(pid_t)", 0},
    {"rand", DIF_SUBR_RAND, "int()", 0},
    {"rindex", DIF_SUBR_RINDEX, "int(const char *, const char *, [int])", 1},
    {"rw_iswriter", DIF_SUBR_RW_ISWRITER, "int(krwlock_t *)", 0},
    {"rw_read_held", DIF_SUBR_RW_READ_HELD, "int(krwlock_t *)", 0},
    {"rw_write_held", DIF_SUBR_RW_WRITE_HELD, "int(krwlock_t *)", 0},
    {"speculation", DIF_SUBR_SPECULATION, "int()", 0},
    {"strchr", DIF_SUBR_STRCHR, "string(const char *, char)", 1},
    {"strjoin", DIF_SUBR_STRJOIN, "string(const char *, const char *)", 0},
    {"strlen", DIF_SUBR_STRLEN, "size_t(const char *)", 0},
    {"strrchr", DIF_SUBR_STRRCHR, "string(const char *, char)", 1},
    {"strstr", DIF_SUBR_STRSTR, "string(const char *, const char *)", 1},
    {"strtok", DIF_SUBR_STRTOK, "string(const char *, const char *)", 1},
    {"strtoll", DIF_SUBR_STRTOLL, "int64_t(const char *, [int])", 11},
    {"substr", DIF_SUBR_SUBSTR, "string(const char *, int, [int])", 1},
    {"tolower", DIF_SUBR_TOLOWER, "string(const char *)", 8},
    {"toupper", DIF_SUBR_TOUPPER, "string(const char *)", 8},
};

static const struct builtin aggregating[] = {
    {"avg", DOF_AGGREGATION_AVG, "void(@)", 0},
    {"count", DOF_AGGREGATION_COUNT, "void()", 0},
    {"llquantize", DOF_AGGREGATION_LLQUANTIZE, "void(@, int32_t, int32_t, int32_t, int32_t, ...)",
     7},
    {"lquantize", DOF_AGGREGATION_LQUANTIZE, "void(@, int32_t, int32_t, ...)", 0},
    {"max", DOF_AGGREGATION_MAX, "void(@)", 0},
    {"min", DOF_AGGREGATION_MIN, "void(@)", 0},
    {"quantize", DOF_AGGREGATION_QUANTIZE, "void(@, ...)", 0},
    {"stddev", DOF_AGGREGATION_STDDEV, "void(@)", 6},
    {"sum", DOF_AGGREGATION_SUM, "void(@)", 0},
};

static const struct builtin actions[] = {
    {"breakpoint", D_ACTION_BREAKPOINT, "void()", 0},
    {"chill", D_ACTION_CHILL, "void(int)", 0},
    {"clear", D_ACTION_CLEAR, "void(...)", 0},
    {"commit", D_ACTION_COMMIT, "void(int)", 0},
    {"denormalize", D_ACTION_DENORMALIZE, "void(...)", 0},
    {"discard", D_ACTION_DISCARD, "void(int)", 0},
    {"exit", D_ACTION_EXIT, "void(int)", 0},
    {"freopen", D_ACTION_FREOPEN, "void(@, ...)", 1},
    {"ftruncate", D_ACTION_FTRUNCATE, "void()", 0},
    {"func", D_ACTION_FUNC, "_symaddr(uintptr_t)", 2},
    {"jstack", D_ACTION_JSTACK, "stack(...)", 0},
    {"mod", D_ACTION_MOD, "_symaddr(uintptr_t)", 2},
    {"normalize", D_ACTION_NORMALIZE, "void(...)", 0},
    {"panic", D_ACTION_PANIC, "void()", 0},
    {"print", D_ACTION_PRINT, "void(@)", 9},
    {"printa", D_ACTION_PRINTA, "void(@, ...)", 0},
    {"printf", D_ACTION_PRINTF, "void(@, ...)", 0},
    {"raise", D_ACTION_RAISE, "void(int)", 0},
    {"setopt", D_ACTION_SETOPT, "void(const char *, [const char *])", 2},
    {"speculate", D_ACTION_SPECULATE, "void(int)", 0},
    {"stack", D_ACTION_STACK, "stack(...)", 0},
    {"stop", D_ACTION_STOP, "void()", 0},
    {"sym", D_ACTION_SYM, "_symaddr(uintptr_t)", 2},
    {"system", D_ACTION_SYSTEM, "void(@, ...)", 0},
    {"trace", D_ACTION_TRACE, "void(@)", 0},
    {"tracemem", D_ACTION_TRACEMEM, "void(@, size_t, ...)", 0},
    {"trunc", D_ACTION_TRUNC, "void(...)", 0},
    {"uaddr", D_ACTION_UADDR, "_usymaddr(uintptr_t)", 2},
    {"ufunc", D_ACTION_UFUNC, "_usymaddr(uintptr_t)", 2},
    {"umod", D_ACTION_UMOD, "_usymaddr(uintptr_t)", 2},
    {"ustack", D_ACTION_USTACK, "stack(...)", 0},
    {"usym", D_ACTION_USYM, "_usymaddr(uintptr_t)", 2},
};

static void enter(struct d_compiler *compiler, const struct builtin *builtin,
                  enum d_ident_kind kind)
{
    struct d_ident *ident = d_idents_add(compiler, compiler->globals, builtin->name, kind, false);
    ident->builtin = true;
    ident->id = builtin->id;
    ident->prototype = builtin->prototype;
    ident->min_version = VERSION(builtin->minor);
    ident->writable = kind == D_IDENT_ARRAY && builtin->id == DIF_ARRAY_UREGS;
    ident->has_attributes = true;
    ident->attributes[0] = ident->attributes[1] = D_STABILITY_STABLE;
    ident->attributes[2] = D_STABILITY_COMMON;
}

#define ENTER_ALL(compiler, list, kind)                                                            \
    for (size_t i = 0; i < sizeof(list) / sizeof((list)[0]); i++)                                  \
    enter((compiler), &(list)[i], (kind))

/* NULL is an inline: it is replaced by its number where it stands. */
static void enter_null(struct d_compiler *compiler)
{
    struct d_ident *ident =
        d_idents_add(compiler, compiler->globals, "NULL", D_IDENT_SCALAR, false);
    ident->builtin = true;
    ident->type = d_type_of(compiler, D_LONG);
    ident->inline_body = d_node_int(compiler, (struct d_place){0}, 0, d_type_of(compiler, D_INT));
}

void d_builtins_enter(struct d_compiler *compiler)
{
    ENTER_ALL(compiler, scalars, D_IDENT_SCALAR);
    ENTER_ALL(compiler, arrays, D_IDENT_ARRAY);
    ENTER_ALL(compiler, functions, D_IDENT_FUNCTION);
    ENTER_ALL(compiler, aggregating, D_IDENT_AGGREGATING);
    ENTER_ALL(compiler, actions, D_IDENT_ACTION);
    enter_null(compiler);
}

/* A type that only the kernel could tell, and none is there: its insides are unknown. */
static const struct d_type *unknown_type(struct d_compiler *compiler, const char *name)
{
    struct d_type *type = d_type_new(compiler, D_TYPE_FORWARD, name);
    d_type_enter(compiler, type);
    return type;
}

static const char *trim(struct d_compiler *compiler, const char *from, size_t length)
{
    while (length > 0 && *from == ' ') {
        from++;
        length--;
    }
    while (length > 0 && from[length - 1] == ' ')
        length--;
    return d_text(compiler, from, length);
}

/* "const char *": one star at most, which is all that prototypes use. */
static const struct d_type *type_of_text(struct d_compiler *compiler, const char *text)
{
    size_t length = strlen(text);
    bool pointer = length > 0 && text[length - 1] == '*';
    const char *name = trim(compiler, text, length - pointer);
    if (strncmp(name, "const ", 6) == 0)
        name += 6;
    const struct d_type *type = d_type_find(compiler, name);
    if (type == NULL)
        type = unknown_type(compiler, name);
    return pointer ? d_type_pointer_to(compiler, type) : type;
}

static void add_parameter(struct d_compiler *compiler, struct d_ident *ident, const char *text)
{
    if (strcmp(text, "...") == 0) {
        ident->variadic = true;
        return;
    }
    struct d_parameter **end = &ident->parameters;
    while (*end != NULL)
        end = &(*end)->next;
    struct d_parameter *parameter = *end = d_take(compiler, sizeof *parameter);
    if (text[0] == '[') {
        parameter->optional = true;
        text = trim(compiler, text + 1, strlen(text) - 2);
    }
    if (strcmp(text, "@") != 0)
        parameter->type = type_of_text(compiler, text);
}

static void read_parameters(struct d_compiler *compiler, struct d_ident *ident, const char *from)
{
    ident->has_parameters = true;
    while (*from != '\0' && *from != ')') {
        size_t length = strcspn(from, ",)");
        const char *text = trim(compiler, from, length);
        if (text[0] != '\0')
            add_parameter(compiler, ident, text);
        from += length + (from[length] == ',');
    }
}

void d_builtin_complete(struct d_compiler *compiler, struct d_ident *ident)
{
    const char *prototype = ident->prototype;
    if (prototype == NULL)
        return;
    ident->prototype = NULL;
    size_t length = strcspn(prototype, "(");
    ident->type = type_of_text(compiler, trim(compiler, prototype, length));
    if (prototype[length] == '(')
        read_parameters(compiler, ident, prototype + length + 1);
}
