/*
 * import_acts.c - names of functions that reach out of the process.
 *
 * No header's macro or inline function calls one of these for a program that did not name it or its plain form, so that even without the
 * headers of a build such an import tells. Sources: POSIX.1-2017, System Interfaces; Linux man-pages, section 2; Windows API index.
 */
#include "match/import_acts.h"

#include <string.h>

#define WORD_BYTES 32u /* of a name in camel case; a longer one is not quiet */
#define PART_BYTES 4u  /* of an acting word that another one may begin or end with: "loadfile", "reopen" */

/* Without A and W at the end, or underscores in front. In order of strcmp(). */
static const char *const names[] = {
    "AdjustTokenPrivileges",
    "CopyFile",
    "CopyFileEx",
    "CreateFile",
    "CreateFileMapping",
    "CreateNamedPipe",
    "CreatePipe",
    "CreateProcess",
    "CreateProcessAsUser",
    "CreateRemoteThread",
    "CreateService",
    "CreateToolhelp32Snapshot",
    "CryptDecrypt",
    "CryptImportKey",
    "DeleteFile",
    "FindFirstFile",
    "GetEnvironmentVariable",
    "GetProcAddress",
    "HttpOpenRequest",
    "HttpSendRequest",
    "InternetConnect",
    "InternetOpen",
    "InternetOpenUrl",
    "InternetReadFile",
    "LdrLoadDll",
    "LoadLibrary",
    "LoadLibraryEx",
    "MapViewOfFile",
    "MoveFile",
    "MoveFileEx",
    "NtAllocateVirtualMemory",
    "NtCreateThreadEx",
    "NtProtectVirtualMemory",
    "NtWriteVirtualMemory",
    "OpenProcess",
    "OpenSCManager",
    "QueueUserAPC",
    "ReadFile",
    "ReadProcessMemory",
    "RegCreateKeyEx",
    "RegOpenKeyEx",
    "RegQueryValueEx",
    "RegSetValueEx",
    "SetThreadContext",
    "SetWindowsHookEx",
    "ShellExecute",
    "ShellExecuteEx",
    "StartService",
    "TerminateProcess",
    "URLDownloadToFile",
    "VirtualAlloc",
    "VirtualAllocEx",
    "VirtualProtect",
    "VirtualProtectEx",
    "WSAConnect",
    "WSASocket",
    "WSAStartup",
    "WinExec",
    "WinHttpConnect",
    "WinHttpOpen",
    "WinHttpSendRequest",
    "WriteFile",
    "WriteProcessMemory",
    "accept",
    "accept4",
    "bind",
    "bpf",
    "chdir",
    "chmod",
    "chown",
    "chroot",
    "clearenv",
    "clone",
    "connect",
    "copy_file_range",
    "creat",
    "daemon",
    "dlmopen",
    "dlopen",
    "dlsym",
    "dlvsym",
    "dup2",
    "dup3",
    "eventfd",
    "execl",
    "execle",
    "execlp",
    "execv",
    "execve",
    "execveat",
    "execvp",
    "execvpe",
    "fchdir",
    "fchmod",
    "fchmodat",
    "fchown",
    "fchownat",
    "fdopen",
    "fdopendir",
    "fexecve",
    "fopen",
    "fork",
    "forkpty",
    "freopen",
    "ftruncate",
    "futimens",
    "getaddrinfo",
    "getenv",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname2",
    "gethostbyname_r",
    "glob",
    "init_module",
    "inotify_add_watch",
    "ioctl",
    "kill",
    "lchown",
    "link",
    "linkat",
    "listen",
    "memfd_create",
    "mkdir",
    "mkdirat",
    "mkdtemp",
    "mkfifo",
    "mknod",
    "mknodat",
    "mkostemp",
    "mkstemp",
    "mmap",
    "mount",
    "mprotect",
    "mremap",
    "nftw",
    "open",
    "openat",
    "opendir",
    "perf_event_open",
    "pidfd_open",
    "pipe",
    "pipe2",
    "pivot_root",
    "pkey_mprotect",
    "popen",
    "posix_spawn",
    "posix_spawnp",
    "prctl",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "putenv",
    "readlink",
    "readlinkat",
    "recv",
    "recvfrom",
    "recvmmsg",
    "recvmsg",
    "remove",
    "rename",
    "renameat",
    "renameat2",
    "res_query",
    "res_search",
    "rmdir",
    "scandir",
    "secure_getenv",
    "send",
    "sendfile",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "setegid",
    "setenv",
    "seteuid",
    "setgid",
    "setns",
    "setregid",
    "setresgid",
    "setresuid",
    "setreuid",
    "setrlimit",
    "setsid",
    "setuid",
    "shm_open",
    "shmat",
    "socket",
    "socketpair",
    "spawnl",
    "spawnv",
    "symlink",
    "symlinkat",
    "syscall",
    "system",
    "tgkill",
    "tkill",
    "tmpfile",
    "truncate",
    "umount2",
    "unlink",
    "unlinkat",
    "unshare",
    "utimensat",
    "utimes",
    "vfork",
    "wexecv",
    "wfopen",
    "wordexp",
    "wsystem",
};

static bool is_listed(pl_bytes name)
{
    size_t low = 0;
    size_t high = sizeof names / sizeof names[0];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = pl_bytes_cmp(pl_bytes_of_str(names[middle]), name);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool pl_import_acts(pl_bytes name)
{
    static const char *const ends[] = {"_chk", "_2", "64", "A", "W"};
    while (name.n > 0 && name.p[0] == '_')
        name = pl_bytes_from(name, 1);
    if (is_listed(name))
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        pl_bytes end = pl_bytes_of_str(ends[i]);
        if (!pl_bytes_ends(name, end))
            continue;
        name = pl_bytes_sub(name, 0, name.n - end.n);
        if (is_listed(name))
            return true;
    }
    return false;
}

/*
 * Beginnings and ends of words, in lower case, that a name has which reaches out of the process, runs or loads something, reads secrets or what a user does: the verbs and objects
 * of POSIX, GLib, Qt, libcurl, Python, Perl, Lua and X11 that do so. Too many rather than too few: what has one stays an error.
 */
static const char *const acting_words[] = {
    "accept",     "aio",      "auth",     "bind",      "bpf",         "call",    "capture",   "chmod",
    "chown",      "cipher",   "chroot",   "clipboard", "clnt",        "cmd",     "command",   "compile",
    "connect",    "cookie",   "crypt",    "curl",      "daemon",      "dbus",    "dir",       "dl",
    "dns",        "dostring", "download", "env",       "environment", "epoll",   "eval",      "exec",
    "fanotify",   "fetch",    "file",     "fork",      "ftp",         "grab",    "hook",      "host",
    "http",       "import",   "inet",     "inject",    "inotify",     "install", "interpret", "invoke",
    "iruserok",   "jit",      "kernel",   "keyboard",  "keylog",      "keymap",  "kill",      "launch",
    "link",       "listen",   "load",     "login",     "mail",        "mkdir",   "mmap",      "module",
    "mount",      "mq",       "native",   "net",       "open",        "passwd",  "password",  "pcall",
    "pidfd",      "pipe",     "pkey",     "plugin",    "pmap",        "popen",   "posix",     "perform",
    "process",    "protect",  "query",    "proxy",     "read",        "recv",    "remote",    "remove",
    "rename",     "request",  "require",  "resolve",   "rpc",         "run",     "sandbox",   "sched",
    "screenshot", "script",   "secret",   "send",      "server",      "service", "setgid",    "setuid",
    "shell",      "shm",      "socket",   "spawn",     "ssh",         "svc",     "swap",      "symlink",
    "sys",        "system",   "transfer", "tty",       "unlink",      "unmount", "upload",    "uri",
    "url",        "utmp",     "write"};
/* Words that begin or end like one of these and are none. */
static const char *const quiet_words[] = {"already", "callback", "callbacks", "calloc",
                                          "pthread", "spread",   "thread",    "threads"};

/* What these are given runs beside everything else. */
static const char *const thread_names[] = {"g_thread_new", "g_thread_try_new", "pthread_create",
                                           "thrd_create"};
/* Functions of the C library that compute on memory of the process, or on what is open: names that begin so. */
static const char *const quiet_starts[] = {"str", "mem", "wcs", "wmem", "mbs", "isw", "tow"};
/* And these. ISO/IEC 9899:2018, 7.12, 7.21 to 7.24. */
static const char *const quiet_names[] = {
    "abort",    "abs",      "acos",    "aligned_alloc", "asin",    "asprintf", "atan",     "atan2",
    "atof",     "atoi",     "atol",    "atoll",         "bsearch", "calloc",   "cbrt",     "ceil",
    "clearerr", "cos",      "cosh",    "div",           "exit",    "exp",      "exp2",     "expm1",
    "fabs",     "feof",     "ferror",  "fflush",        "fileno",  "floor",    "fmax",     "fmin",
    "fmod",     "fprintf",  "fputc",   "fputs",         "free",    "frexp",    "hypot",    "isalnum",
    "isalpha",  "isdigit",  "isspace", "isupper",       "labs",    "ldexp",    "llabs",    "log",
    "log10",    "log1p",    "log2",    "lrint",         "lround",  "malloc",   "modf",     "perror",
    "pow",      "printf",   "putc",    "putchar",       "puts",    "qsort",    "qsort_r",  "rand",
    "realloc",  "rint",     "round",   "sin",           "sincos",  "sinh",     "snprintf", "sprintf",
    "sqrt",     "srand",    "sscanf",  "tan",           "tanh",    "tolower",  "toupper",  "trunc",
    "ungetc",   "vfprintf", "vprintf", "vsnprintf",     "vsprintf"};

/* "__libc_dlopen_mode": one of the words between underscores acts. */
static bool has_acting_part(pl_bytes name)
{
    for (size_t at = 0; at < name.n;) {
        size_t end = pl_bytes_find_byte(name, '_', at);
        end = end == SIZE_MAX ? name.n : end;
        if (end > at && pl_import_acts(pl_bytes_sub(name, at, end - at)))
            return true;
        at = end + 1;
    }
    return false;
}

static bool is_idle_python(pl_bytes name)
{
    static const char *const active[] = {"Run",         "Import",     "Eval", "Compile", "Marshal",
                                         "Object_Call", "OS_",        "Main", "Bytes",   "Function",
                                         "Vectorcall",  "Initialize", "Sys_", "File_"};
    pl_bytes plain = name.n > 0 && name.p[0] == '_' ? pl_bytes_from(name, 1) : name;
    if (!pl_bytes_starts(plain, PL_LIT("Py")) || plain.n < 4)
        return false;
    /* An exception's type; the interpreter's lock, which Py_BEGIN_ALLOW_THREADS and pybind11 let go and take. */
    if (pl_bytes_starts(plain, PL_LIT("PyExc_")) ||
        (pl_bytes_starts(plain, PL_LIT("PyEval_")) && pl_bytes_ends(plain, PL_LIT("Thread"))))
        return true;
    for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
        if (pl_bytes_find(plain, pl_bytes_of_str(active[i]), 0) != SIZE_MAX)
            return false;
    return true;
}

/* What xsubpp and perl.h's macros write into every extension of Perl. Source: perlapi(1). */
static bool is_idle_perl(pl_bytes name)
{
    static const char *const active[] = {"_call", "eval", "run",    "load",  "require", "system",
                                         "exec",  "open", "PerlIO", "parse", "my_"};
    if (pl_bytes_starts(name, PL_LIT("PL_")))
        return true;
    if (!pl_bytes_starts(name, PL_LIT("Perl_")))
        return false;
    for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
        if (pl_bytes_find(name, pl_bytes_of_str(active[i]), 0) != SIZE_MAX)
            return false;
    return true;
}

/* Takes the next word off a name: "lua", "L", "loadfile" of luaL_loadfile, "Q", "File" of QFile. Digits and marks end one. */
static bool next_word(pl_bytes *name, char word[WORD_BYTES], size_t *n)
{
    size_t i = 0;
    while (i < name->n && !pl_is_lower(name->p[i]) && !pl_is_upper(name->p[i]))
        i++;
    size_t begin = i;
    while (i < name->n && pl_is_upper(name->p[i]))
        i++;
    if (i < name->n && pl_is_lower(name->p[i])) {
        if (i - begin > 1) /* "QFile": the last capital begins the next word */
            i--;
        else
            while (i < name->n && pl_is_lower(name->p[i]))
                i++;
    }
    *n = i - begin;
    for (size_t k = 0; k < *n && k < WORD_BYTES; k++)
        word[k] = (char)(name->p[begin + k] | 0x20);
    *name = pl_bytes_from(*name, i);
    return *n > 0;
}

static bool is_acting_word(pl_bytes word)
{
    if (pl_bytes_is_one_of(word, quiet_words, sizeof quiet_words / sizeof quiet_words[0]))
        return false;
    for (size_t i = 0; i < sizeof acting_words / sizeof acting_words[0]; i++) {
        pl_bytes acting = pl_bytes_of_str(acting_words[i]);
        bool is_long = acting.n >= PART_BYTES;
        if (pl_bytes_eq(word, acting) ||
            (is_long && (pl_bytes_starts(word, acting) || pl_bytes_ends(word, acting))))
            return true;
    }
    return false;
}

/*
 * libxkbcommon's functions on a table of keys or on a state compute on what they are given, and talk to no keyboard; those that make a new table read files.
 * Source: libxkbcommon's xkbcommon.h.
 */
static bool is_of_keymap(pl_bytes name)
{
    return !pl_bytes_starts(name, PL_LIT("xkb_keymap_new")) &&
           (pl_bytes_starts(name, PL_LIT("xkb_keymap_")) || pl_bytes_starts(name, PL_LIT("xkb_state_")));
}

/* A name of one word tells nothing of what it belongs to: it is known, or it is not quiet. */
bool pl_import_is_quiet(pl_bytes name)
{
    char word[WORD_BYTES];
    size_t n;
    size_t words = 0;
    if (pl_bytes_is_one_of(name, quiet_names, sizeof quiet_names / sizeof quiet_names[0]))
        return true;
    if (pl_import_acts(name) || has_acting_part(name) ||
        pl_bytes_is_one_of(name, thread_names, sizeof thread_names / sizeof thread_names[0]))
        return false;
    for (size_t i = 0; i < sizeof quiet_starts / sizeof quiet_starts[0]; i++)
        if (pl_bytes_starts(name, pl_bytes_of_str(quiet_starts[i])))
            return true;
    bool is_table = is_of_keymap(name);
    while (next_word(&name, word, &n)) {
        bool is_keymap = is_table && pl_bytes_eq_str(pl_bytes_of(word, n), "keymap");
        if (n > WORD_BYTES || (!is_keymap && is_acting_word(pl_bytes_of(word, n))))
            return false;
        words++;
    }
    return words > 1;
}

/* Qt's macro for a type that is known by name: _Z56qRegisterNormalizedMetaType_QAbstractSocket__SocketErrorRK10QByteArray. qmetatype.h. */
static bool is_type_of_qt(pl_bytes name)
{
    while (name.n > 0 && (memchr("_Z", name.p[0], 2) != NULL || pl_is_digit(name.p[0])))
        name = pl_bytes_from(name, 1);
    return pl_bytes_starts(name, PL_LIT("qRegisterNormalizedMetaType_")) &&
           pl_bytes_ends(name, PL_LIT("RK10QByteArray"));
}

bool pl_import_is_idle(pl_bytes name)
{
    bool is_reserved = name.n > 2 && name.p[0] == '_' &&
                       (name.p[1] == '_' || (name.p[1] >= 'A' && name.p[1] <= 'Z')) &&
                       !pl_bytes_starts(name, PL_LIT("_Z")) && !pl_bytes_starts(name, PL_LIT("_Py"));
    if (pl_import_acts(name) || has_acting_part(name))
        return false;
    return is_reserved || pl_bytes_ends(name, PL_LIT("_get_type")) || is_idle_python(name) ||
           is_idle_perl(name) || is_type_of_qt(name);
}
