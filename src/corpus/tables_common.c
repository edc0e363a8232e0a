/*
 * tables_common.c - names that headers of the C library or the language define as numbers everywhere.
 *
 * The sources' own definitions go before. Only names whose value is the same on every machine that images are read of here.
 *
 * Source: C17 7.17, 7.19; POSIX.1-2017 <getopt.h> of glibc; Linux include/uapi: asm-generic/signal.h, linux/eventpoll.h; glibc bits/locale.h.
 */
#include "corpus/tables_set.h"

static const struct {
    const char *name;
    uint64_t value;
} common[] = {
    {"NULL", 0},
    {"nullptr", 0},
    {"true", 1},
    {"false", 0},
    {"TRUE", 1},
    {"FALSE", 0},
    {"no_argument", 0},
    {"required_argument", 1},
    {"optional_argument", 2},
    {"CHAR_BIT", 8},
    {"UCHAR_MAX", 0xff},
    {"USHRT_MAX", 0xffff},
    {"INT_MAX", 0x7fffffff},
    {"UINT_MAX", 0xffffffff},
    {"EPOLLIN", 1},
    {"EPOLLPRI", 2},
    {"EPOLLOUT", 4},
    {"EPOLLERR", 8},
    {"EPOLLHUP", 0x10},
    {"EPOLLRDHUP", 0x2000},
    {"EPOLLONESHOT", 1u << 30},
    {"EPOLLET", 1u << 31},
    {"EPOLL_CTL_ADD", 1},
    {"EPOLL_CTL_DEL", 2},
    {"EPOLL_CTL_MOD", 3},
    {"SIGHUP", 1},
    {"SIGINT", 2},
    {"SIGQUIT", 3},
    {"SIGILL", 4},
    {"SIGTRAP", 5},
    {"SIGABRT", 6},
    {"SIGIOT", 6},
    {"SIGBUS", 7},
    {"SIGFPE", 8},
    {"SIGKILL", 9},
    {"SIGUSR1", 10},
    {"SIGSEGV", 11},
    {"SIGUSR2", 12},
    {"SIGPIPE", 13},
    {"SIGALRM", 14},
    {"SIGTERM", 15},
    {"SIGSTKFLT", 16},
    {"SIGCHLD", 17},
    {"SIGCLD", 17},
    {"SIGCONT", 18},
    {"SIGSTOP", 19},
    {"SIGTSTP", 20},
    {"SIGTTIN", 21},
    {"SIGTTOU", 22},
    {"SIGURG", 23},
    {"SIGXCPU", 24},
    {"SIGXFSZ", 25},
    {"SIGVTALRM", 26},
    {"SIGPROF", 27},
    {"SIGWINCH", 28},
    {"SIGIO", 29},
    {"SIGPOLL", 29},
    {"SIGPWR", 30},
    {"SIGSYS", 31},
    {"LC_CTYPE", 0},
    {"LC_NUMERIC", 1},
    {"LC_TIME", 2},
    {"LC_COLLATE", 3},
    {"LC_MONETARY", 4},
    {"LC_MESSAGES", 5},
    {"LC_ALL", 6},
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
        *slot = (struct table_name){.hash = hash, .value = common[i].value, .unit = UINT32_MAX};
    }
    return true;
}
