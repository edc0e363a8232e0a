/*
 * child.c - fork(2) with a pipe for frames and a socket pair for bytes.
 *
 *     frame: | n, 4 bytes in host order | n bytes |
 *
 * The way down is a socket, so that writing to a child that is gone is EPIPE and no signal. The way up is a pipe: what the child has written
 * before it ended can still be read, even if it left some of its own input unread.
 */
#include "io/child.h"

#include "io/clock.h"

#include "base/sanitized.h"
#include "io/write.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS     200
#define READ_BYTES  (256u << 10)
#define TO_PARENT   3
#define FROM_PARENT 4
#define LOWEST_FD   10 /* above every number that the child's descriptors get */

static bool is_child; /* this process is one of those that are started here */

static void default_signals(void)
{
    struct sigaction plain;
    sigset_t none;
    memset(&plain, 0, sizeof plain);
    plain.sa_handler = SIG_DFL;
    for (int i = 1; i < NSIG; i++) {
        bool is_sanitizers = i == SIGSEGV || i == SIGBUS || i == SIGFPE || i == SIGILL || i == SIGABRT;
        if (!PL_IS_SANITIZED || !is_sanitizers)
            (void)sigaction(i, &plain, NULL); /* fails for SIGKILL, SIGSTOP and those of the C library */
    }
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Descriptors 0 to 4 and no other; false when that cannot be had. */
static bool place_descriptors(int to_parent, int from_parent)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int up = fcntl(to_parent, F_DUPFD_CLOEXEC, LOWEST_FD);
    int down = fcntl(from_parent, F_DUPFD_CLOEXEC, LOWEST_FD);
    if (null < 0 || up < 0 || down < 0)
        return false;
    for (int i = 0; i < (PL_IS_SANITIZED ? 2 : 3); i++)
        if (null != i && dup2(null, i) < 0)
            return false;
    if (dup2(up, TO_PARENT) < 0 || dup2(down, FROM_PARENT) < 0)
        return false;
    closefrom(FROM_PARENT + 1);
    return true;
}

static _Noreturn void be_child(pl_child_work work, void *ctx, pid_t parent, int to_parent, int from_parent)
{
    is_child = true;
    default_signals();
    /* A parent that ended before the first call is seen by the second. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
        !place_descriptors(to_parent, from_parent))
        _exit(121);
    work(ctx, TO_PARENT, FROM_PARENT);
    _exit(0);
}

pl_status pl_child_may_start(struct pl_err *err)
{
    return is_child ? pl_fail(err, PL_E_BUG, PL_NO_OFFSET, "a process that examines may start no other")
                    : PL_OK;
}

pl_status pl_child_start(pl_child_work work, void *ctx, struct pl_child *out, struct pl_err *err)
{
    int up[2];
    int down[2];
    pl_status may = pl_child_may_start(err);
    if (may != PL_OK)
        return may;
    if (pipe2(up, O_CLOEXEC) != 0)
        return pl_fail_errno(err, "cannot make a pipe");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, down) != 0) {
        pl_status st = pl_fail_errno(err, "cannot make a pipe");
        (void)close(up[0]); /* nothing was written */
        (void)close(up[1]);
        return st;
    }
    (void)fcntl(up[1], F_SETPIPE_SZ, 1 << 20); /* only speed is lost */
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        be_child(work, ctx, parent, up[1], down[1]);
    pl_status st = pid < 0 ? pl_fail_errno(err, "cannot start a process") : PL_OK;
    (void)close(up[1]); /* the child's */
    (void)close(down[1]);
    if (pid < 0) {
        (void)close(up[0]);
        (void)close(down[0]);
        return st;
    }
    *out = (struct pl_child){.pid = pid, .from = up[0], .to = down[0]};
    return PL_OK;
}

/* Until fd is ready for `events`; ticks meanwhile. */
static pl_status await(int fd, short events, const struct pl_child_tick *tick, struct pl_err *err)
{
    for (;;) {
        struct pollfd one = {.fd = fd, .events = events};
        int n = poll(&one, 1, TICK_MS);
        if (n < 0 && errno != EINTR)
            return pl_fail_errno(err, "cannot wait for a process");
        if (tick != NULL && !tick->tick(tick->ctx))
            return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "a process took too long");
        if (n > 0)
            return PL_OK;
    }
}

static pl_status gone(struct pl_err *err)
{
    return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "a process has ended early");
}

static pl_status receive_bytes(struct pl_child *c, const struct pl_child_tick *tick, uint8_t *p, size_t n,
                               struct pl_err *err)
{
    for (size_t done = 0; done < n;) {
        pl_status st = await(c->from, POLLIN, tick, err);
        if (st != PL_OK)
            return st;
        ssize_t got = read(c->from, p + done, n - done);
        if (got == 0)
            return gone(err);
        if (got < 0 && errno != EINTR)
            return pl_fail_errno(err, "cannot read from a process");
        done += got > 0 ? (size_t)got : 0;
    }
    return PL_OK;
}

bool pl_child_has_time(void *patience)
{
    const struct pl_child_patience *p = patience;
    return (pl_clock_monotonic_ns() - p->started_ns) / 1000000000u <= p->limits->process_seconds &&
           !pl_clock_is_past(p->limits->deadline_ns);
}

pl_status pl_child_receive(struct pl_child *c, const struct pl_child_tick *tick, struct pl_buf *out,
                           struct pl_err *err)
{
    uint32_t n = 0;
    pl_status st = receive_bytes(c, tick, (uint8_t *)&n, sizeof n, err);
    pl_buf_clear(out);
    if (st == PL_OK && n > out->max_bytes)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "a process says more than it may");
    /* Memory is taken for what has come, not for what was announced. */
    while (st == PL_OK && out->n < n) {
        size_t part = n - out->n < READ_BYTES ? n - out->n : READ_BYTES;
        uint8_t *p = pl_buf_grow(out, part);
        st = p == NULL ? pl_buf_done(out, err) : receive_bytes(c, tick, p, part, err);
    }
    return st;
}

pl_status pl_child_send(struct pl_child *c, const struct pl_child_tick *tick, pl_bytes bytes,
                        struct pl_err *err)
{
    while (bytes.n > 0) {
        pl_status st = c->to < 0 ? gone(err) : await(c->to, POLLOUT, tick, err);
        if (st != PL_OK)
            return st;
        ssize_t n = send(c->to, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
            return gone(err);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return pl_fail_errno(err, "cannot write to a process");
        if (n > 0)
            bytes = pl_bytes_from(bytes, (size_t)n);
    }
    return PL_OK;
}

void pl_child_send_end(struct pl_child *c)
{
    if (c->to >= 0)
        (void)close(c->to); /* a socket: nothing is lost */
    c->to = -1;
}

void pl_child_end(struct pl_child *c, int *signal, int *code)
{
    int state = 0;
    pl_child_send_end(c);
    (void)close(c->from);        /* read to its end, or given up */
    (void)kill(c->pid, SIGKILL); /* ours, and not yet waited for: one that has ended keeps its own state */
    while (waitpid(c->pid, &state, 0) < 0 && errno == EINTR)
        continue;
    *signal = WIFSIGNALED(state) ? WTERMSIG(state) : 0;
    *code = WIFEXITED(state) ? WEXITSTATUS(state) : 0;
}

bool pl_child_put(int to_parent, pl_bytes frame)
{
    if (frame.n > UINT32_MAX)
        return false;
    uint32_t n = (uint32_t)frame.n;
    return pl_io_put(to_parent, pl_bytes_of(&n, sizeof n)) && pl_io_put(to_parent, frame);
}

bool pl_child_get(int from_parent, void *p, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = read(from_parent, (uint8_t *)p + done, n - done);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

void *pl_child_shared(size_t n)
{
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void pl_child_shared_free(void *p, size_t n)
{
    if (p != NULL)
        (void)munmap(p, n); /* fails only on misuse */
}
