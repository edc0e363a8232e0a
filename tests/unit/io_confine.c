/*
 * io_confine.c - what a confined process can still open, and what it cannot.
 */
#include "io/confine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void make_files(void)
{
    const char *names[] = {"inside/file", "outside"};
    (void)mkdir("inside", 0755);
    for (size_t i = 0; i < 2; i++) {
        int fd = open(names[i], O_WRONLY | O_CREAT | O_TRUNC, 0644);
        assert_int_equal(write(fd, "x", 1), 1);
        assert_int_equal(close(fd), 0);
    }
}

/* The exit code of a child that runs this; 0 is all as it should be. */
static int in_child(int (*run)(void))
{
    int state = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(run());
    assert_int_equal(waitpid(pid, &state, 0), pid);
    assert_true(WIFEXITED(state));
    return WEXITSTATUS(state);
}

static bool opens(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0644);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

static int read_inside(void)
{
    const char *reads[] = {"inside", "not there"};
    const struct pl_confine_limits limits = {.reads = reads, .n_reads = 2};
    const struct pl_confinement kernel = pl_confinement_of_kernel();
    bool has_landlock = kernel.landlock > 0;
    struct stat sb;
    char byte;
    if (pl_confine_self(&limits, NULL) != PL_OK)
        return 1;
    int fd = open("inside/file", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, &byte, 1) != 1 || fstat(fd, &sb) != 0 || stat("inside/file", &sb) != 0)
        return 2;
    if (!opens("inside", O_RDONLY | O_DIRECTORY))
        return 3;
    if ((has_landlock || kernel.has_seccomp) && /* under valgrind there is neither */
        (opens("inside/file", O_RDWR) || opens("inside/file", O_WRONLY | O_APPEND) ||
         opens("inside/new", O_WRONLY | O_CREAT) || opens("inside/file", O_RDONLY | O_TRUNC) ||
         opens("inside", O_RDWR | O_TMPFILE)))
        return 4;
    if (has_landlock && (opens("outside", O_RDONLY) || opens("/etc/passwd", O_RDONLY) ||
                         opens("inside/../outside", O_RDONLY) || opens("/", O_RDONLY | O_DIRECTORY)))
        return 5;
    return 0;
}

static int read_nothing(void)
{
    const struct pl_confine_limits limits = {0};
    if (pl_confine_self(&limits, NULL) != PL_OK)
        return 1;
    return opens("inside/file", O_RDONLY) || opens("/etc/passwd", O_RDONLY) ? 2 : 0;
}

static int write_inside(void)
{
    bool has_landlock = pl_confinement_of_kernel().landlock > 0;
    if (pl_confine_writing("inside", NULL) != PL_OK)
        return 1;
    if (!opens("inside/new", O_WRONLY | O_CREAT) || unlink("inside/new") != 0)
        return 2;
    if (!opens("outside", O_RDONLY) || !opens("/etc/passwd", O_RDONLY))
        return 3;
    if (has_landlock && (opens("outside", O_WRONLY) || opens("new", O_WRONLY | O_CREAT) ||
                         rename("outside", "other") == 0 || execl("/bin/true", "true", (char *)NULL) == 0))
        return 4;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return s < 0 && errno != EAFNOSUPPORT ? 5 : 0;
}

static void a_reader_reads_what_it_may_and_writes_nothing(void **state)
{
    make_files();
    assert_int_equal(in_child(read_inside), 0);
}

static void who_may_read_nothing_opens_nothing(void **state)
{
    make_files();
    assert_int_equal(in_child(read_nothing), 0);
}

static void who_may_write_in_a_folder_writes_nowhere_else_and_runs_nothing(void **state)
{
    make_files();
    assert_int_equal(in_child(write_inside), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_reads_what_it_may_and_writes_nothing),
        cmocka_unit_test(who_may_read_nothing_opens_nothing),
        cmocka_unit_test(who_may_write_in_a_folder_writes_nowhere_else_and_runs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
