/*
 * process.c - run one program without a shell, feed it, and keep what it says.
 *
 * Four pipes: its 0 from us, its 1, 2 and 3 to us, served together by poll(2) so that neither side waits for the other.
 * The child gets exactly those descriptors: ours are all close-on-exec and above 3 before they are put in place.
 */
#include "io/process.h"

#include "base/vec.h"
#include "io/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIPES      4
#define LOWEST_FD  10 /* above every number that the child's descriptors get */
#define READ_BYTES 65536u

extern char **environ;

struct child {
    pid_t pid;
    int ours[PIPES]; /* -1 when closed */
    int theirs[PIPES];
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* pipes: nothing is lost */
    *fd = -1;
}

static void close_all(struct child *c)
{
    for (int i = 0; i < PIPES; i++) {
        close_fd(&c->ours[i]);
        close_fd(&c->theirs[i]);
    }
}

/* Socket pairs rather than pipes, so that a write to a child that is gone is EPIPE and no signal. */
static pl_status open_pipes(struct child *c, struct pl_err *err)
{
    for (int i = 0; i < PIPES; i++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
            return pl_fail_errno(err, "cannot make a pipe");
        c->ours[i] = fcntl(pair[0], F_DUPFD_CLOEXEC, LOWEST_FD);
        c->theirs[i] = fcntl(pair[1], F_DUPFD_CLOEXEC, LOWEST_FD);
        int why = errno;
        (void)close(pair[0]); /* duplicated */
        (void)close(pair[1]);
        errno = why;
        if (c->ours[i] < 0 || c->theirs[i] < 0 || fcntl(c->ours[i], F_SETFL, O_NONBLOCK) != 0)
            return pl_fail_errno(err, "cannot make a pipe");
    }
    return PL_OK;
}

/* The environment with LC_ALL=C first; the vector is on the heap, the strings are borrowed. */
static char **child_environment(void)
{
    static char plain[] = "LC_ALL=C";
    PL_VEC(char *) list = {0};
    char **slot = PL_VEC_ADD(&list);
    if (slot == NULL)
        return NULL;
    *slot = plain;
    for (char **e = environ; e != NULL && *e != NULL; e++) {
        if (strncmp(*e, "LC_ALL=", 7) == 0)
            continue;
        if ((slot = PL_VEC_ADD(&list)) == NULL)
            break;
        *slot = *e;
    }
    if (slot != NULL && (slot = PL_VEC_ADD(&list)) != NULL) {
        *slot = NULL;
        return list.v;
    }
    PL_VEC_FREE(&list);
    return NULL;
}

static pl_status spawn(const struct pl_process_want *want, struct child *c, struct pl_err *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t defaults;
    char **env = child_environment();
    if (env == NULL)
        return pl_fail_nomem(err);
    (void)sigemptyset(&none); /* these four fail only on bad numbers */
    (void)sigemptyset(&defaults);
    (void)sigaddset(&defaults, SIGPIPE);
    (void)sigaddset(&defaults, SIGXFSZ);
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed == 0 && (failed = posix_spawnattr_init(&attributes)) != 0)
        (void)posix_spawn_file_actions_destroy(&actions);
    if (failed == 0) {
        for (int i = 0; i < PIPES && failed == 0; i++)
            failed = posix_spawn_file_actions_adddup2(&actions, c->theirs[i], i);
        if (failed == 0)
            failed = posix_spawnattr_setsigmask(&attributes, &none);
        if (failed == 0)
            failed = posix_spawnattr_setsigdefault(&attributes, &defaults);
        if (failed == 0)
            failed = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        if (failed == 0)
            failed = posix_spawnp(&c->pid, want->argv[0], &actions, &attributes,
                                  (char *const *)(uintptr_t)want->argv, env);
        (void)posix_spawnattr_destroy(&attributes);
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    free(env);
    if (failed == ENOENT)
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "no program %s in PATH", want->argv[0]);
    errno = failed;
    return failed == 0 ? PL_OK : pl_fail_errno(err, "cannot run %s", want->argv[0]);
}

static void feed(struct child *c, pl_bytes *input)
{
    if (input->n > 0) {
        ssize_t n = send(c->ours[0], input->p, input->n, MSG_NOSIGNAL);
        if (n > 0)
            *input = pl_bytes_from(*input, (size_t)n);
        else if (errno != EINTR && errno != EAGAIN)
            input->n = 0; /* it does not want more; its exit code says whether that was well */
    }
    if (input->n == 0)
        close_fd(&c->ours[0]);
}

static pl_status listen_to(int *fd, struct pl_buf *out, struct pl_err *err)
{
    uint8_t part[READ_BYTES];
    ssize_t n = read(*fd, part, sizeof part);
    if (n > 0) {
        pl_buf_add(out, pl_bytes_of(part, (size_t)n));
        return pl_buf_done(out, err);
    }
    if (n == 0 || (errno != EINTR && errno != EAGAIN))
        close_fd(fd);
    return PL_OK;
}

/* Until it has closed its outputs. */
static pl_status converse(const struct pl_process_want *want, struct child *c, struct pl_buf *const out[3],
                          struct pl_err *err)
{
    pl_bytes input = want->input;
    uint64_t start_ns = pl_clock_monotonic_ns();
    while (c->ours[1] >= 0 || c->ours[2] >= 0 || c->ours[3] >= 0) {
        struct pollfd fds[PIPES];
        for (int i = 0; i < PIPES; i++)
            fds[i] = (struct pollfd){.fd = c->ours[i], .events = i == 0 ? POLLOUT : POLLIN};
        uint64_t spent_ms = (pl_clock_monotonic_ns() - start_ns) / 1000000u;
        if (want->timeout_ms != 0 && spent_ms >= want->timeout_ms)
            return pl_fail(err, PL_E_IO, PL_NO_OFFSET, "%s did not end within %u ms", want->argv[0],
                           want->timeout_ms);
        int wait_ms = want->timeout_ms == 0 ? -1 : (int)(want->timeout_ms - spent_ms);
        if (poll(fds, PIPES, wait_ms) < 0 && errno != EINTR)
            return pl_fail_errno(err, "cannot wait for %s", want->argv[0]);
        if (fds[0].fd >= 0 && fds[0].revents != 0)
            feed(c, &input);
        for (int i = 1; i < PIPES; i++) {
            pl_status st =
                fds[i].fd >= 0 && fds[i].revents != 0 ? listen_to(&c->ours[i], out[i - 1], err) : PL_OK;
            if (st != PL_OK)
                return st;
        }
    }
    return PL_OK;
}

pl_status pl_process_run(const struct pl_process_want *want, struct pl_buf *const out[3], int *exit_code,
                         struct pl_err *err)
{
    struct child c = {.pid = -1, .ours = {-1, -1, -1, -1}, .theirs = {-1, -1, -1, -1}};
    pl_status st = open_pipes(&c, err);
    if (st == PL_OK)
        st = spawn(want, &c, err);
    for (int i = 0; i < PIPES; i++)
        close_fd(&c.theirs[i]);
    if (st != PL_OK) {
        close_all(&c);
        return st;
    }
    st = converse(want, &c, out, err);
    close_all(&c);
    if (st != PL_OK)
        (void)kill(c.pid, SIGKILL); /* ours, and not yet waited for */
    int state = 0;
    while (waitpid(c.pid, &state, 0) < 0 && errno == EINTR)
        continue;
    if (st == PL_OK)
        *exit_code = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
    return st;
}
