/*
 * confine.c - no_new_privs, resource limits, Landlock, then a seccomp filter that lets through what is listed here.
 *
 * Landlock (a domain without any rule: no file can be opened, no port bound or connected) and the filter each suffice alone; where the kernel
 * lacks the first, the second still stands. Threads are started by clone(2) with CLONE_THREAD, which the filter can see; clone3(2) hides its
 * flags in memory and is answered ENOSYS, upon which the C library falls back.
 *
 * Source: landlock(7), seccomp(2), seccomp_rule_add(3), setrlimit(2), prctl(2). What glibc asks for: malloc, threads, stdio on open descriptors.
 */
#include "io/confine.h"

#include "base/sanitized.h"

#include <errno.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights by the version of Landlock that brought them; the headers here may be older than the kernel. */
#define FS_RIGHTS_1 ((1ull << 13) - 1)
#define FS_REFER    (1ull << 13) /* version 2 */
#define FS_TRUNCATE (1ull << 14) /* version 3 */
#define FS_IOCTL    (1ull << 15) /* version 5 */
#define NET_TCP     3ull         /* version 4: bind, connect */
#define SCOPED      3ull         /* version 6: abstract sockets, signals */

struct ruleset {
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};

static const int allowed[] = {
    /* open descriptors */
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(recvfrom),
    /* memory; the executable kinds of mmap and mprotect are left out below */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    /* threads */
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(restart_syscall),
    /* signals to itself */
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    /* qsort(3) asks how much memory there is */
    SCMP_SYS(sysinfo),
    /* clocks and chance */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
#if PL_IS_SANITIZED
    SCMP_SYS(getrusage),
    SCMP_SYS(prctl),
    SCMP_SYS(prlimit64),
    SCMP_SYS(readlink),

#endif
};

/*
 * Answered EACCES, where anything else is a signal: libraries try these and do without (a seed, a configuration, the number of
 * processors). What takes over the process learns nothing by trying.
 */
static const int refused[] = {
    SCMP_SYS(open),       SCMP_SYS(openat), SCMP_SYS(stat),
    SCMP_SYS(newfstatat), SCMP_SYS(access), SCMP_SYS(readlink),
};

static unsigned landlock_version(void)
{
    long v = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return v < 0 ? 0 : (unsigned)v;
}

struct pl_confinement pl_confinement_of_kernel(void)
{
    return (struct pl_confinement){.has_seccomp = prctl(PR_GET_SECCOMP) >= 0, .landlock = landlock_version()};
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
    if (setrlimit((__rlimit_resource_t)resource, &mine) != 0)
        return pl_fail_errno(err, "cannot limit %s", name);
    return PL_OK;
}

/* Bytes of address space that are mapped now; 0 when the system does not tell. */
static uint64_t mapped_bytes(void)
{
    unsigned long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f == NULL)
        return 0;
    if (fscanf(f, "%llu", &pages) != 1)
        pages = 0;
    (void)fclose(f); /* opened for reading */
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static pl_status limit_resources(const struct pl_confine_limits *limits, struct pl_err *err)
{
    pl_status st = set_limit(RLIMIT_CORE, "core files", 0, err);
    if (st == PL_OK)
        st = set_limit(RLIMIT_FSIZE, "the size of files", 0, err);
    if (st == PL_OK)
        st = set_limit(RLIMIT_NOFILE, "open files", 0, err);
    if (st == PL_OK && limits->cpu_seconds > 0)
        st = set_limit(RLIMIT_CPU, "processor time", (rlim_t)limits->cpu_seconds, err);
    return st;
}

static pl_status restrict_files(unsigned version, struct pl_err *err)
{
    struct ruleset rules = {.fs = FS_RIGHTS_1};
    size_t n = sizeof rules.fs;
    if (version >= 2)
        rules.fs |= FS_REFER;
    if (version >= 3)
        rules.fs |= FS_TRUNCATE;
    if (version >= 5)
        rules.fs |= FS_IOCTL;
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
    long done = syscall(SYS_landlock_restrict_self, fd, 0);
    int why = errno;
    (void)close(fd); /* nothing was written */
    errno = why;
    return done == 0 ? PL_OK : pl_fail_errno(err, "cannot enter a Landlock domain");
}

static int add_rules(scmp_filter_ctx f)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0] && failed == 0; i++)
        failed = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0] && failed == 0; i++)
        failed = seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
    if (failed == 0)
        failed =
            seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (failed == 0)
        failed = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (failed == 0)
        failed = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    if (failed == 0)
        failed = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (failed == 0)
        failed = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                                  SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
    return failed;
}

static pl_status filter_calls(struct pl_err *err)
{
    scmp_filter_ctx f = seccomp_init(PL_IS_SANITIZED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_TRAP);
    if (f == NULL)
        return pl_fail_nomem(err);
    int failed = add_rules(f);
    if (failed == 0)
        failed = seccomp_load(f);
    seccomp_release(f);
    errno = -failed;
    return failed == 0 ? PL_OK : pl_fail_errno(err, "cannot filter system calls");
}

pl_status pl_confine_self(const struct pl_confine_limits *limits, struct pl_err *err)
{
    struct pl_confinement kernel = pl_confinement_of_kernel();
    uint64_t mapped = mapped_bytes();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return pl_fail_errno(err, "cannot give up new privileges");
    pl_status st = kernel.landlock == 0 ? PL_OK : restrict_files(kernel.landlock, err);
    if (st == PL_OK)
        st = limit_resources(limits, err);
    if (st == PL_OK && !PL_IS_SANITIZED && limits->memory_bytes > 0 && mapped > 0)
        st = set_limit(RLIMIT_AS, "memory", (rlim_t)(mapped + limits->memory_bytes), err);
    if (st == PL_OK && kernel.has_seccomp)
        st = filter_calls(err);
    return st;
}
