/*
 * import_acts.c - names of functions that reach out of the process.
 *
 * No header's macro or inline function calls one of these for a program that did not name it or its plain form, so that even without the
 * headers of a build such an import tells. Sources: POSIX.1-2017, System Interfaces; Linux man-pages, section 2; Windows API index.
 */
#include "match/import_acts.h"

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

bool pl_import_is_idle(pl_bytes name)
{
    bool is_reserved = name.n > 2 && name.p[0] == '_' &&
                       (name.p[1] == '_' || (name.p[1] >= 'A' && name.p[1] <= 'Z')) &&
                       !pl_bytes_starts(name, PL_LIT("_Z")) && !pl_bytes_starts(name, PL_LIT("_Py"));
    if (pl_import_acts(name) || has_acting_part(name))
        return false;
    return is_reserved || pl_bytes_ends(name, PL_LIT("_get_type")) || is_idle_python(name) ||
           is_idle_perl(name);
}
