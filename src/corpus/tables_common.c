/*
 * tables_common.c - names that headers of the C library or the language define as numbers everywhere.
 *
 * The sources' own definitions go before. Only names whose value is the same on every machine that images are read of here; what Windows counts
 * otherwise has both values.
 *
 * Source: C17 7.17, 7.19; POSIX.1-2017 <getopt.h> of glibc; Linux include/uapi: asm-generic/signal.h, errno-base.h and errno.h, linux/eventpoll.h; glibc bits/locale.h;
 * Microsoft's C runtime reference, "errno, _doserrno, _sys_errlist, and _sys_nerr", signal and setlocale.
 */
#include "corpus/tables_set.h"

static const struct {
    const char *name;
    uint64_t value;
    int16_t windows; /* what is added to it there */
} common[] = {
    {"NULL", 0, 0},
    {"nullptr", 0, 0},
    {"true", 1, 0},
    {"false", 0, 0},
    {"TRUE", 1, 0},
    {"FALSE", 0, 0},
    {"no_argument", 0, 0},
    {"required_argument", 1, 0},
    {"optional_argument", 2, 0},
    {"CHAR_BIT", 8, 0},
    {"UCHAR_MAX", 0xff, 0},
    {"USHRT_MAX", 0xffff, 0},
    {"INT_MAX", 0x7fffffff, 0},
    {"UINT_MAX", 0xffffffff, 0},
    {"EPOLLIN", 1, 0},
    {"EPOLLPRI", 2, 0},
    {"EPOLLOUT", 4, 0},
    {"EPOLLERR", 8, 0},
    {"EPOLLHUP", 0x10, 0},
    {"EPOLLRDHUP", 0x2000, 0},
    {"EPOLLONESHOT", 1u << 30, 0},
    {"EPOLLET", 1u << 31, 0},
    {"EPOLL_CTL_ADD", 1, 0},
    {"EPOLL_CTL_DEL", 2, 0},
    {"EPOLL_CTL_MOD", 3, 0},
    {"SIGHUP", 1, 0},
    {"SIGINT", 2, 0},
    {"SIGQUIT", 3, 0},
    {"SIGILL", 4, 0},
    {"SIGTRAP", 5, 0},
    {"SIGABRT", 6, 22 - 6},
    {"SIGIOT", 6, 0},
    {"SIGBUS", 7, 0},
    {"SIGFPE", 8, 0},
    {"SIGKILL", 9, 0},
    {"SIGUSR1", 10, 0},
    {"SIGSEGV", 11, 0},
    {"SIGUSR2", 12, 0},
    {"SIGPIPE", 13, 0},
    {"SIGALRM", 14, 0},
    {"SIGTERM", 15, 0},
    {"SIGSTKFLT", 16, 0},
    {"SIGCHLD", 17, 0},
    {"SIGCLD", 17, 0},
    {"SIGCONT", 18, 0},
    {"SIGSTOP", 19, 0},
    {"SIGTSTP", 20, 0},
    {"SIGTTIN", 21, 0},
    {"SIGTTOU", 22, 0},
    {"SIGURG", 23, 0},
    {"SIGXCPU", 24, 0},
    {"SIGXFSZ", 25, 0},
    {"SIGVTALRM", 26, 0},
    {"SIGPROF", 27, 0},
    {"SIGWINCH", 28, 0},
    {"SIGIO", 29, 0},
    {"SIGPOLL", 29, 0},
    {"SIGPWR", 30, 0},
    {"SIGSYS", 31, 0},
    {"EPERM", 1, 0},
    {"ENOENT", 2, 0},
    {"ESRCH", 3, 0},
    {"EINTR", 4, 0},
    {"EIO", 5, 0},
    {"ENXIO", 6, 0},
    {"E2BIG", 7, 0},
    {"ENOEXEC", 8, 0},
    {"EBADF", 9, 0},
    {"ECHILD", 10, 0},
    {"EAGAIN", 11, 0},
    {"EWOULDBLOCK", 11, 140 - 11},
    {"ENOMEM", 12, 0},
    {"EACCES", 13, 0},
    {"EFAULT", 14, 0},
    {"ENOTBLK", 15, 0},
    {"EBUSY", 16, 0},
    {"EEXIST", 17, 0},
    {"EXDEV", 18, 0},
    {"ENODEV", 19, 0},
    {"ENOTDIR", 20, 0},
    {"EISDIR", 21, 0},
    {"EINVAL", 22, 0},
    {"ENFILE", 23, 0},
    {"EMFILE", 24, 0},
    {"ENOTTY", 25, 0},
    {"ETXTBSY", 26, 139 - 26},
    {"EFBIG", 27, 0},
    {"ENOSPC", 28, 0},
    {"ESPIPE", 29, 0},
    {"EROFS", 30, 0},
    {"EMLINK", 31, 0},
    {"EPIPE", 32, 0},
    {"EDOM", 33, 0},
    {"ERANGE", 34, 0},
    {"EDEADLK", 35, 36 - 35},
    {"ENAMETOOLONG", 36, 38 - 36},
    {"ENOLCK", 37, 39 - 37},
    {"ENOSYS", 38, 40 - 38},
    {"ENOTEMPTY", 39, 41 - 39},
    {"ELOOP", 40, 114 - 40},
    {"EBADMSG", 74, 104 - 74},
    {"EOVERFLOW", 75, 132 - 75},
    {"EILSEQ", 84, 42 - 84},
    {"ENOTSOCK", 88, 128 - 88},
    {"EMSGSIZE", 90, 115 - 90},
    {"EPROTONOSUPPORT", 93, 135 - 93},
    {"ENOTSUP", 95, 129 - 95},
    {"EOPNOTSUPP", 95, 130 - 95},
    {"EAFNOSUPPORT", 97, 102 - 97},
    {"EADDRINUSE", 98, 100 - 98},
    {"EADDRNOTAVAIL", 99, 101 - 99},
    {"ENETDOWN", 100, 116 - 100},
    {"ENETUNREACH", 101, 118 - 101},
    {"ECONNABORTED", 103, 106 - 103},
    {"ECONNRESET", 104, 108 - 104},
    {"ENOBUFS", 105, 119 - 105},
    {"EISCONN", 106, 113 - 106},
    {"ENOTCONN", 107, 126 - 107},
    {"ETIMEDOUT", 110, 138 - 110},
    {"ECONNREFUSED", 111, 107 - 111},
    {"EHOSTUNREACH", 113, 110 - 113},
    {"EALREADY", 114, 103 - 114},
    {"EINPROGRESS", 115, 112 - 115},
    {"ECANCELED", 125, 105 - 125},
    {"LC_CTYPE", 0, 2 - 0},
    {"LC_NUMERIC", 1, 4 - 1},
    {"LC_TIME", 2, 5 - 2},
    {"LC_COLLATE", 3, 1 - 3},
    {"LC_MONETARY", 4, 3 - 4},
    {"LC_MESSAGES", 5, 0},
    {"LC_ALL", 6, 0 - 6},
};

bool pl_table_names_add_common(struct table_names *n)
{
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        size_t first;
        uint64_t hash = pl_table_text_hash(pl_bytes_of_str(common[i].name));
        if (pl_table_names_find(n, hash, &first) > first)
            continue;
        struct table_name *slot = PL_VEC_ADD(&n->list);
        if (slot == NULL)
            return false;
        *slot = (struct table_name){
            .hash = hash, .value = common[i].value, .unit = UINT32_MAX, .windows = common[i].windows};
    }
    return true;
}
