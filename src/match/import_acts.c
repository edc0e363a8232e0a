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
    "chmod",
    "chown",
    "clearenv",
    "clone",
    "connect",
    "copy_file_range",
    "creat",
    "dlmopen",
    "dlopen",
    "dlsym",
    "dlvsym",
    "execl",
    "execle",
    "execlp",
    "execv",
    "execve",
    "execveat",
    "execvp",
    "execvpe",
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
    "getaddrinfo",
    "getenv",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname2",
    "gethostbyname_r",
    "init_module",
    "ioctl",
    "kill",
    "lchown",
    "link",
    "linkat",
    "listen",
    "memfd_create",
    "mkdir",
    "mkdirat",
    "mkfifo",
    "mknod",
    "mknodat",
    "mkostemp",
    "mkstemp",
    "mmap",
    "mount",
    "mprotect",
    "mremap",
    "open",
    "openat",
    "opendir",
    "pidfd_open",
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
    "recvfrom",
    "recvmsg",
    "remove",
    "rename",
    "renameat",
    "renameat2",
    "res_query",
    "res_search",
    "rmdir",
    "secure_getenv",
    "sendfile",
    "sendmsg",
    "sendto",
    "setegid",
    "setenv",
    "seteuid",
    "setgid",
    "setregid",
    "setresgid",
    "setresuid",
    "setreuid",
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
    "truncate",
    "unlink",
    "unlinkat",
    "unshare",
    "vfork",
    "wexecv",
    "wfopen",
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
