/*
 * confine.c - no_new_privs, resource limits, Landlock, then a seccomp filter that lets through what is listed here.
 *
 *     filter:   another architecture: kill the process
 *               call == each of the allowed: allow        these come first and hang on nothing but the number: the kernel keeps their
 *               for readers: some more, and to open without a thought of writing
 *               call == each of the refused: EACCES       answers in a bitmap, and runs no program for them
 *               call == mmap, mprotect, clone, tgkill: allow if the argument is so
 *               otherwise: a signal
 *
 * Nothing here takes memory from the heap: the process may be short of it, or a copy of one that has threads.
 * Landlock (a domain without any rule: no file can be opened, no port bound or connected) and the filter each suffice alone; where the kernel
 * lacks the first, the second still stands. Threads are started by clone(2) with CLONE_THREAD, which the filter can see; clone3(2) hides its
 * flags in memory and is answered ENOSYS, upon which the C library falls back.
 *
 * Source: landlock(7), seccomp(2), the kernel's Documentation/userspace-api/seccomp_filter.rst, setrlimit(2), prctl(2). What glibc asks for: malloc, threads, stdio on open descriptors.
 */
#include "io/confine.h"

#include "base/sanitized.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights by the version of Landlock that brought them; the headers here may be older than the kernel. */
#define FS_RIGHTS_1    ((1ull << 13) - 1)
#define FS_REFER       (1ull << 13) /* version 2 */
#define FS_TRUNCATE    (1ull << 14) /* version 3 */
#define FS_IOCTL       (1ull << 15) /* version 5 */
#define READING_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define NET_TCP        3ull /* version 4: bind, connect */
#define SCOPED         3ull /* version 6: abstract sockets, signals */

/* Whose numbers of calls these are. Elsewhere there is no filter, and that is said. */
#if defined(__x86_64__) && defined(__LP64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__LP64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#endif

#define PROGRAM_MAX   192
#define READERS_FILES 4096 /* descriptors of those who may open some: a repository may have many packs */
#define OTHERWISE     (PL_IS_SANITIZED ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_TRAP)

struct ruleset {
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};

static const uint32_t allowed[] = {
    /* open descriptors */
    SYS_read,
    SYS_write,
    SYS_writev,
    SYS_close,
    SYS_lseek,
    SYS_recvfrom,
    /* memory; the executable kinds of mmap and mprotect are left out below */
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    /* threads */
    SYS_futex,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_gettid,
    SYS_getpid,
    SYS_exit,
    SYS_exit_group,
    SYS_restart_syscall,
    /* signals to itself */
    SYS_rt_sigprocmask,
    SYS_rt_sigaction,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    /* qsort(3) asks how much memory there is */
    SYS_sysinfo,
    /* clocks and chance */
    SYS_clock_gettime,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_getrandom,
#if PL_IS_SANITIZED
    SYS_getrusage,
    SYS_prctl,
    SYS_prlimit64,
#ifdef SYS_readlink
    SYS_readlink,
#endif
#endif
};

/* For those who may read some files. What these open is decided by Landlock. */
static const uint32_t allowed_to_readers[] = {
    SYS_newfstatat, SYS_fstat, SYS_statx,  SYS_readlinkat, SYS_faccessat, SYS_getdents64,
    SYS_pread64,    SYS_fcntl, SYS_getcwd, SYS_getuid,     SYS_geteuid,
#ifdef SYS_faccessat2
    SYS_faccessat2,
#endif
#ifdef SYS_open
    SYS_stat,       SYS_lstat, SYS_access, SYS_readlink,
#endif
};
#define WRITING_FLAGS (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND)

/*
 * Answered EACCES, where anything else is a signal: libraries try these and do without (a seed, a configuration, the number of
 * processors). What takes over the process learns nothing by trying.
 */
static const uint32_t refused[] = {
    SYS_openat, SYS_newfstatat,
#ifdef SYS_open
    SYS_open,   SYS_stat,       SYS_access, SYS_readlink,
#endif
};

static unsigned landlock_version(void)
{
    long v = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return v < 0 ? 0 : (unsigned)v;
}

static bool has_filter(void)
{
#ifdef ARCHITECTURE
    uint32_t action = SECCOMP_RET_TRAP;
    /* valgrind knows the first call and not the second, with which filters are made; kernels before 4.14 answer EINVAL. */
    return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0 &&
           (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0 || errno != ENOSYS);
#else
    return false;
#endif
}

struct pl_confinement pl_confinement_of_kernel(void)
{
    return (struct pl_confinement){.has_seccomp = has_filter(), .landlock = landlock_version()};
}

void pl_confinement_text(const struct pl_confinement *c, char out[PL_CONFINEMENT_TEXT_BYTES])
{
    if (c->has_seccomp && c->landlock > 0)
        (void)snprintf(out, PL_CONFINEMENT_TEXT_BYTES, "seccomp, landlock %u", c->landlock);
    else if (c->landlock > 0)
        (void)snprintf(out, PL_CONFINEMENT_TEXT_BYTES, "landlock %u", c->landlock);
    else
        (void)snprintf(out, PL_CONFINEMENT_TEXT_BYTES, "%s", c->has_seccomp ? "seccomp" : "limits only");
}

static pl_status set_limit(int resource, const char *name, rlim_t value, struct pl_err *err)
{
    struct rlimit old;
    if (getrlimit((__rlimit_resource_t)resource, &old) != 0)
        return pl_fail_errno(err, "cannot read the limit on %s", name);
    if (old.rlim_max != RLIM_INFINITY && value > old.rlim_max)
        value = old.rlim_max;
    struct rlimit mine = {.rlim_cur = value, .rlim_max = value};
    if (setrlimit((__rlimit_resource_t)resource, &mine) == 0)
        return PL_OK;
    /* Linux lets everybody lower both. valgrind keeps the upper one of open files, and this process holds itself to the lower. */
    mine.rlim_max = old.rlim_max;
    if (errno != EPERM || setrlimit((__rlimit_resource_t)resource, &mine) != 0)
        return pl_fail_errno(err, "cannot limit %s", name);
    return PL_OK;
}

/* Bytes of address space that are mapped now; 0 when the system does not tell. */
static uint64_t mapped_bytes(void)
{
    char text[32];
    uint64_t pages = 0;
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text);
    (void)close(fd); /* opened for reading */
    for (ssize_t i = 0; i < n && text[i] >= '0' && text[i] <= '9'; i++)
        pages = pages * 10 + (uint64_t)(text[i] - '0');
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static pl_status limit_resources(const struct pl_confine_limits *limits, struct pl_err *err)
{
    rlim_t files = limits->n_reads > 0 ? READERS_FILES : 0;
    pl_status st = set_limit(RLIMIT_CORE, "core files", 0, err);
    if (st == PL_OK)
        st = set_limit(RLIMIT_FSIZE, "the size of files", 0, err);
    if (st == PL_OK)
        st = set_limit(RLIMIT_NOFILE, "open files", files, err);
    if (st == PL_OK && limits->cpu_seconds > 0)
        st = set_limit(RLIMIT_CPU, "processor time", (rlim_t)limits->cpu_seconds, err);
    return st;
}

static uint64_t file_rights(unsigned version)
{
    return FS_RIGHTS_1 | (version >= 2 ? FS_REFER : 0) | (version >= 3 ? FS_TRUNCATE : 0) |
           (version >= 5 ? FS_IOCTL : 0);
}

/* Allow `rights` to what is below `path`, or to the file itself; nothing when it is not there. */
static pl_status add_path(int rules, const char *path, uint64_t rights, struct pl_err *err)
{
    struct stat sb;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return PL_OK;
    if (fstat(fd, &sb) != 0 || !S_ISDIR(sb.st_mode))
        rights &= ~(uint64_t)LANDLOCK_ACCESS_FS_READ_DIR;
    struct landlock_path_beneath_attr below = {.allowed_access = rights, .parent_fd = fd};
    long done = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
    int why = errno;
    (void)close(fd); /* nothing was written */
    errno = why;
    return done == 0 ? PL_OK : pl_fail_errno(err, "cannot make a Landlock rule for %s", path);
}

static pl_status enter_domain(int rules, struct pl_err *err)
{
    if (syscall(SYS_landlock_restrict_self, rules, 0) != 0)
        return pl_fail_errno(err, "cannot enter a Landlock domain");
    return PL_OK;
}

static pl_status restrict_files(unsigned version, const struct pl_confine_limits *limits, struct pl_err *err)
{
    struct ruleset rules = {.fs = file_rights(version)};
    size_t n = sizeof rules.fs;
    if (version >= 4) {
        rules.net = NET_TCP;
        n = sizeof rules.fs + sizeof rules.net;
    }
    if (version >= 6) {
        rules.scoped = SCOPED;
        n = sizeof rules;
    }
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, n, 0);
    if (fd < 0)
        return pl_fail_errno(err, "cannot make a Landlock domain");
    pl_status st = PL_OK;
    for (size_t i = 0; i < limits->n_reads && st == PL_OK; i++)
        st = add_path(fd, limits->reads[i], READING_RIGHTS, err);
    if (st == PL_OK)
        st = enter_domain(fd, err);
    (void)close(fd); /* nothing was written */
    return st;
}

#ifdef ARCHITECTURE
struct program {
    struct sock_filter code[PROGRAM_MAX];
    unsigned short n;
    bool is_full;
};

static void emit(struct program *f, uint16_t code, uint8_t if_true, uint8_t if_false, uint32_t k)
{
    if (f->n == PROGRAM_MAX) {
        f->is_full = true;
        return;
    }
    f->code[f->n++] = (struct sock_filter){.code = code, .jt = if_true, .jf = if_false, .k = k};
}

static void load(struct program *f, size_t offset)
{
    emit(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static void answer(struct program *f, uint32_t what)
{
    emit(f, BPF_RET | BPF_K, 0, 0, what);
}

static void answer_call(struct program *f, uint32_t call, uint32_t what)
{
    emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, call);
    answer(f, what);
}

/*
 * Of `call`, let those through whose argument `i` has the bits of `mask` as they are in `value`; the upper half of it is not looked at. To others the
 * answer is `otherwise`.
 */
static void allow_masked(struct program *f, uint32_t call, unsigned i, uint32_t mask, uint32_t value,
                         uint32_t otherwise)
{
    size_t low = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;
    emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 5, call);
    load(f, offsetof(struct seccomp_data, args) + i * sizeof(uint64_t) + low);
    emit(f, BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
    emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value);
    answer(f, SECCOMP_RET_ALLOW);
    answer(f, otherwise);
}

static void write_reading(struct program *f)
{
    for (size_t i = 0; i < sizeof allowed_to_readers / sizeof allowed_to_readers[0]; i++)
        answer_call(f, allowed_to_readers[i], SECCOMP_RET_ALLOW);
    allow_masked(f, SYS_openat, 2, WRITING_FLAGS, O_RDONLY, SECCOMP_RET_ERRNO | EACCES);
#ifdef SYS_open
    allow_masked(f, SYS_open, 1, WRITING_FLAGS, O_RDONLY, SECCOMP_RET_ERRNO | EACCES);
#endif
}

static void write_program(struct program *f, bool is_reader)
{
    load(f, offsetof(struct seccomp_data, arch));
    emit(f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCHITECTURE);
    answer(f, SECCOMP_RET_KILL_PROCESS);
    load(f, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        answer_call(f, allowed[i], SECCOMP_RET_ALLOW);
    if (is_reader)
        write_reading(f);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        answer_call(f, refused[i], SECCOMP_RET_ERRNO | EACCES);
    answer_call(f, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
    allow_masked(f, SYS_mmap, 2, PROT_EXEC, 0, OTHERWISE);
    allow_masked(f, SYS_mprotect, 2, PROT_EXEC, 0, OTHERWISE);
    allow_masked(f, SYS_clone, 0, CLONE_THREAD, CLONE_THREAD, OTHERWISE);
    allow_masked(f, SYS_tgkill, 0, UINT32_MAX, (uint32_t)getpid(), OTHERWISE);
    answer(f, OTHERWISE);
}

static pl_status filter_calls(bool is_reader, struct pl_err *err)
{
    struct program f = {.n = 0};
    write_program(&f, is_reader);
    assert(!f.is_full);
    struct sock_fprog loaded = {.len = f.n, .filter = f.code};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &loaded) != 0)
        return pl_fail_errno(err, "cannot filter system calls");
    return PL_OK;
}
#else
static pl_status filter_calls(bool is_reader, struct pl_err *err)
{
    return PL_OK; /* and has_filter() says so */
}
#endif

pl_status pl_confine_self(const struct pl_confine_limits *limits, struct pl_err *err)
{
    struct pl_confinement kernel = pl_confinement_of_kernel();
    uint64_t mapped = mapped_bytes();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return pl_fail_errno(err, "cannot give up new privileges");
    pl_status st = kernel.landlock == 0 ? PL_OK : restrict_files(kernel.landlock, limits, err);
    if (st == PL_OK)
        st = limit_resources(limits, err);
    if (st == PL_OK && !PL_IS_SANITIZED && limits->memory_bytes > 0 && mapped > 0)
        st = set_limit(RLIMIT_AS, "memory", (rlim_t)(mapped + limits->memory_bytes), err);
    if (st == PL_OK && kernel.has_seccomp)
        st = filter_calls(limits->n_reads > 0, err);
    return st;
}

pl_status pl_confine_writing(const char *folder, struct pl_err *err)
{
    unsigned version = landlock_version();
    struct ruleset rules = {.fs = file_rights(version)};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return pl_fail_errno(err, "cannot give up new privileges");
    pl_status st = set_limit(RLIMIT_CORE, "core files", 0, err);
    if (st != PL_OK || version == 0)
        return st;
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules.fs, 0);
    if (fd < 0)
        return pl_fail_errno(err, "cannot make a Landlock domain");
    st = add_path(fd, "/", READING_RIGHTS, err);
    if (st == PL_OK)
        st = add_path(fd, folder, rules.fs & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE, err);
    if (st == PL_OK)
        st = enter_domain(fd, err);
    (void)close(fd); /* nothing was written */
    return st;
}
