/* What D programs find beside the language. */
#include "flight/d/library.h"

#include <string.h>

#include "flight/d/builtin.h"
#include "flight/d/kernel_facts.h"
#include "flight/d/lexer.h"
#include "flight/d/node.h"
#include "flight/d/types.h"

/* --- Constants --- */

/* Names whose numbers are their places in a list; - where there is none. */
static const char *const lists[] = {
    /* FreeBSD's errors and signals (errno(2), signal(3)), which are the kernel's, too: kernel/user/system.h,
     * kernel/thread.h. */
    "- EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EDEADLK ENOMEM EACCES "
    "EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY "
    "ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EAGAIN EINPROGRESS EALREADY "
    "ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT "
    "EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH "
    "ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS "
    "ETIMEDOUT ECONNREFUSED ELOOP ENAMETOOLONG EHOSTDOWN EHOSTUNREACH ENOTEMPTY EPROCLIM "
    "EUSERS EDQUOT ESTALE EREMOTE EBADRPC ERPCMISMATCH EPROGUNAVAIL EPROGMISMATCH "
    "EPROCUNAVAIL ENOLCK ENOSYS EFTYPE EAUTH ENEEDAUTH EIDRM ENOMSG EOVERFLOW ECANCELED "
    "EILSEQ ENOATTR EDOOFUS EBADMSG EMULTIHOP ENOLINK EPROTO ENOTCAPABLE ECAPMODE "
    "ENOTRECOVERABLE EOWNERDEAD EINTEGRITY",
    "- SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGEMT SIGFPE SIGKILL SIGBUS SIGSEGV "
    "SIGSYS SIGPIPE SIGALRM SIGTERM SIGURG SIGSTOP SIGTSTP SIGCONT SIGCHLD SIGTTIN SIGTTOU "
    "SIGIO SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGINFO SIGUSR1 SIGUSR2",
    /* arg4 of dtrace:::ERROR. */
    "DTRACEFLT_UNKNOWN DTRACEFLT_BADADDR DTRACEFLT_BADALIGN DTRACEFLT_ILLOP DTRACEFLT_DIVZERO "
    "DTRACEFLT_NOSCRATCH DTRACEFLT_KPRIV DTRACEFLT_UPRIV DTRACEFLT_TUPOFLOW "
    "DTRACEFLT_BADSTACK",
    /* Of uregs[]: the order in which illumos saves them on i386. */
    "R_GS R_FS R_ES R_DS R_EDI R_ESI R_EBP R_ESP R_EBX R_EDX R_ECX R_EAX R_TRAPNO R_ERR R_EIP "
    "R_CS R_EFL R_UESP R_SS",
    /* pr_state of lwpsinfo_t; arg0 of proc:::exit. */
    "- SSLEEP SRUN SZOMB SSTOP SIDL SONPROC SWAIT",
    "- CLD_EXITED CLD_KILLED CLD_DUMPED CLD_TRAPPED CLD_STOPPED CLD_CONTINUED",
};

static const struct constant {
    const char *name;
    int32_t value;
} others[] = {
    {"EWOULDBLOCK", 35}, {"ENOTSUP", 45},  {"DTRACEFLT_LIBRARY", 1000},
    {"R_PC", 14},        {"R_FP", 6},      {"R_SP", 17},
    {"R_PS", 16},        {"R_R0", 11},     {"R_R1", 8},
    {"AF_INET", 2},      {"AF_INET6", 26},
};

static bool find_in_list(const char *list, const char *name, int32_t *value)
{
    for (*value = 0; *list != '\0'; ++*value) {
        size_t length = strcspn(list, " ");
        if (strlen(name) == length && memcmp(list, name, length) == 0)
            return true;
        list += length + strspn(list + length, " ");
    }
    return false;
}

static bool find_constant(const char *name, int32_t *value)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (find_in_list(lists[i], name, value))
            return true;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(others[i].name, name) == 0) {
            *value = others[i].value;
            return true;
        }
    return false;
}

static struct d_ident *enter_constant(struct d_compiler *compiler, const char *name, int32_t value)
{
    struct d_ident *ident = d_idents_add(compiler, compiler->globals, name, D_IDENT_SCALAR, false);
    ident->type = d_type_of(compiler, D_INT);
    ident->inline_body =
        d_node_int(compiler, compiler->place, (uint64_t)(int64_t)value, ident->type);
    return ident;
}

/* --- Text --- */

/* The structs of proc(4) and dtrace(1M), as far as there is something to say of a thread, which is a process here. */
static const char structs[] =
    "typedef struct d_psinfo { int pr_nlwp; pid_t pr_pid; pid_t pr_ppid; uid_t pr_uid; uid_t "
    "pr_euid;"
    " gid_t pr_gid; gid_t pr_egid; uintptr_t pr_addr; zoneid_t pr_zoneid; int pr_wstat; int "
    "pr_argc;"
    " uintptr_t pr_argv; uintptr_t pr_envp; string pr_fname; string pr_psargs; } psinfo_t;\n"
    "typedef struct d_lwpsinfo { id_t pr_lwpid; uintptr_t pr_addr; uintptr_t pr_wchan; int "
    "pr_state;"
    " char pr_sname; processorid_t pr_onpro; string pr_name; } lwpsinfo_t;\n"
    "typedef struct d_cpuinfo { processorid_t cpu_id; psetid_t cpu_pset; chipid_t cpu_chip;"
    " lgrp_id_t cpu_lgrp; } cpuinfo_t;\n"
    "translator cpuinfo_t < int I > { cpu_id = I; cpu_pset = 0; cpu_chip = I; cpu_lgrp = 0; };\n"
    "inline cpuinfo_t *curcpu = xlate <cpuinfo_t *> (cpu);\n"
    "inline string root = \"/\";\n"
    "inline string cwd = \"/\";\n";

/* With the kernel's types: of any thread. */
static const char of_threads[] =
    "translator psinfo_t < struct thread *T > { pr_nlwp = 1; pr_pid = T->pid; pr_ppid = T->parent;"
    " pr_uid = 0; pr_euid = 0; pr_gid = 0; pr_egid = 0; pr_addr = (uintptr_t)T; pr_zoneid = 0;"
    " pr_wstat = T->status; pr_argc = T->argument_count; pr_argv = (uintptr_t)&T->arguments[0];"
    " pr_envp = (uintptr_t)&T->environment[0]; pr_fname = stringof(T->name);"
    " pr_psargs = T->argument_count > 0 ? stringof(T->arguments) : stringof(T->name); };\n"
    "translator lwpsinfo_t < struct thread *T > { pr_lwpid = T->pid; pr_addr = (uintptr_t)T;"
    " pr_wchan = (uintptr_t)T->waits_on; pr_onpro = T->cpu; pr_name = stringof(T->name);"
    " pr_state = T->state == THREAD_RUNNING ? SONPROC : T->state == THREAD_READY ? SRUN :"
    " T->state == THREAD_SLEEPING ? SSLEEP : T->state == THREAD_STOPPED ? SSTOP :"
    " T->state == THREAD_DEAD ? SZOMB : SIDL;"
    " pr_sname = T->state == THREAD_RUNNING ? 'O' : T->state == THREAD_READY ? 'R' :"
    " T->state == THREAD_SLEEPING ? 'S' : T->state == THREAD_STOPPED ? 'T' :"
    " T->state == THREAD_DEAD ? 'Z' : 'I'; };\n";

/* Without them: of the current thread, what D itself knows. */
static const char of_current[] =
    "translator psinfo_t < kthread_t *T > { pr_nlwp = 1; pr_pid = pid; pr_ppid = ppid; pr_uid = "
    "uid;"
    " pr_euid = uid; pr_gid = gid; pr_egid = gid; pr_addr = (uintptr_t)T; pr_zoneid = 0;"
    " pr_fname = execname; pr_psargs = execname; };\n"
    "translator lwpsinfo_t < kthread_t *T > { pr_lwpid = tid; pr_addr = (uintptr_t)T;"
    " pr_state = SONPROC; pr_sname = 'O'; pr_onpro = cpu; pr_name = threadname; };\n";

static const char of_both[] =
    "inline psinfo_t *curpsinfo = xlate <psinfo_t *> (curthread);\n"
    "inline lwpsinfo_t *curlwpsinfo = xlate <lwpsinfo_t *> (curthread);\n";

static const char *const type_names[] = {"psinfo_t", "lwpsinfo_t", "cpuinfo_t"};
static const char *const inline_names[] = {"curpsinfo", "curlwpsinfo", "curcpu", "root", "cwd"};

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* What stands in the way of a text in the middle of another one, and comes back behind it. */
struct interrupted {
    struct d_lexer *lexer;
    struct d_place place;
    const struct d_clause *clause;
    const struct d_probe_name *probe;
    struct d_compile_options options;
};

static struct interrupted interrupt(struct d_compiler *compiler)
{
    const struct interrupted was = {compiler->lexer, compiler->place, compiler->clause,
                                    compiler->probe, compiler->options};
    compiler->clause = NULL;
    compiler->probe = NULL;
    compiler->options.pspec = false;
    compiler->options.version = UINT32_MAX;
    return was;
}

static void go_on(struct d_compiler *compiler, const struct interrupted *was)
{
    compiler->lexer = was->lexer;
    compiler->place = was->place;
    compiler->clause = was->clause;
    compiler->probe = was->probe;
    compiler->options = was->options;
}

static void read_text(struct d_compiler *compiler, const char *text)
{
    const struct d_source source = {
        .kind = D_SOURCE_FILE, .name = "library", .text = text, .length = strlen(text)};
    (void)d_parse(compiler, &source); /* of pragmas and macros it has none to close */
}

/* curthread's type is a name of the kernel's, known from its first use on. */
static void complete_curthread(struct d_compiler *compiler)
{
    d_builtin_complete(compiler, d_idents_find(compiler->globals, "curthread"));
}

static void read_library(struct d_compiler *compiler)
{
    if (compiler->library_was_read)
        return;
    compiler->library_was_read = true;
    const struct interrupted was = interrupt(compiler);
    complete_curthread(compiler);
    const struct d_type *thread = d_type_find(compiler, "struct thread");
    read_text(compiler, structs);
    read_text(compiler, thread != NULL && thread->from_kernel ? of_threads : of_current);
    read_text(compiler, of_both);
    go_on(compiler, &was);
}

/* --- Types of a system --- */

/* Names that illumos' compiler takes from the kernel's own types: of numbers, and of what programs only point to or
 * lay over memory.  Not even the option nolibs takes them away. */
static const struct number {
    const char *name;
    enum d_intrinsic type;
} number_types[] = {
    {"uid_t", D_UINT},        {"gid_t", D_UINT},       {"dev_t", D_ULONG},
    {"major_t", D_UINT},      {"minor_t", D_UINT},     {"ipaddr_t", D_UINT},
    {"longlong_t", D_INT64},  {"hrtime_t", D_INT64},   {"time_t", D_LONG},
    {"clock_t", D_LONG},      {"off_t", D_LONG},       {"offset_t", D_INT64},
    {"mode_t", D_UINT},       {"ino_t", D_ULONG},      {"daddr_t", D_LONG},
    {"zoneid_t", D_INT},      {"projid_t", D_INT},     {"taskid_t", D_INT},
    {"processorid_t", D_INT}, {"psetid_t", D_INT},     {"lwpid_t", D_UINT},
    {"socklen_t", D_UINT},    {"in_port_t", D_USHORT}, {"in_addr_t", D_UINT},
    {"useconds_t", D_UINT},   {"suseconds_t", D_LONG}, {"nlink_t", D_UINT},
    {"pgcnt_t", D_ULONG},     {"pfn_t", D_ULONG},      {"chipid_t", D_INT},
    {"lgrp_id_t", D_INT},     {"fds_mask", D_LONG},    {"key_t", D_INT},
};

static const struct system_type {
    const char *name, *text;
} system_types[] = {
    {"kthread_t", "typedef struct kthread kthread_t;"},
    {"proc_t", "typedef struct proc proc_t;"},
    {"kmutex_t", "typedef struct kmutex kmutex_t;"},
    {"krwlock_t", "typedef struct krwlock krwlock_t;"},
    {"mblk_t", "typedef struct msgb mblk_t;"},
    {"file_t", "typedef struct file file_t;"},
    {"vnode_t", "typedef struct vnode vnode_t;"},
    {"cpu_t", "typedef struct cpu cpu_t;"},
    {"in6_addr_t",
     "typedef struct { union { uint8_t _S6_u8[16]; uint32_t _S6_u32[4]; } _S6_un; } in6_addr_t;"},
    {"timespec_t", "typedef struct { time_t tv_sec; long tv_nsec; } timespec_t;"},
    {"timestruc_t", "typedef timespec_t timestruc_t;"},
};

static void enter_number_type(struct d_compiler *compiler, const struct number *number)
{
    struct d_type *type = d_type_new(compiler, D_TYPE_TYPEDEF, number->name);
    type->target = d_type_of(compiler, number->type);
    d_type_enter(compiler, type);
}

static void enter_system_type(struct d_compiler *compiler, const struct system_type *type)
{
    const struct interrupted was = interrupt(compiler);
    read_text(compiler, type->text);
    go_on(compiler, &was);
}

static const struct d_type *find_system_type(struct d_compiler *compiler, const char *name)
{
    for (size_t i = 0; i < sizeof number_types / sizeof number_types[0]; i++)
        if (strcmp(number_types[i].name, name) == 0)
            enter_number_type(compiler, &number_types[i]);
    for (size_t i = 0; i < sizeof system_types / sizeof system_types[0]; i++)
        if (strcmp(system_types[i].name, name) == 0)
            enter_system_type(compiler, &system_types[i]);
    return d_type_find_own(compiler, name);
}

/* --- By name --- */

struct d_ident *d_library_ident(struct d_compiler *compiler, const char *name)
{
    int32_t value;
    if (compiler->options.nolibs)
        return NULL;
    if (find_constant(name, &value))
        return enter_constant(compiler, name, value);
    if (!is_one_of(name, inline_names, sizeof inline_names / sizeof inline_names[0]))
        return NULL;
    read_library(compiler);
    return d_idents_find(compiler->globals, name);
}

const struct d_type *d_library_type(struct d_compiler *compiler, const char *name)
{
    const struct d_type *type = find_system_type(compiler, name);
    if (type != NULL || compiler->options.nolibs ||
        !is_one_of(name, type_names, sizeof type_names / sizeof type_names[0]))
        return type;
    read_library(compiler);
    return d_type_find_own(compiler, name);
}
