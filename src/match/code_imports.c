/*
 * code_imports.c - the table of rules for imported symbols.
 *
 * The names in the lists below are what compilers and C libraries put in on their own account. A function that can do harm by itself (opens,
 * maps, executes, connects) is in none of them: such a name has to stand in the source, in a macro or inline function that the
 * source uses, or follow from a name that does.
 */
#include "match/code_imports.h"

#include "format/text/cpp_names.h"
#include "match/import_acts.h"
#include "match/import_libgcc.h"
#include "match/import_made.h"

#include <string.h>

enum import_rule {
    RULE_SOURCE,
    RULE_HEADER,
    RULE_MACRO,
    RULE_RUNTIME,
    RULE_FORTIFY,
    RULE_LARGE_FILE,
    RULE_ISO_C,
    RULE_OLD_NAME,
    RULE_ALIAS,
    RULE_WINDOWS,
    RULE_BUILTIN,
    RULE_CPP_RUNTIME,
    RULE_CPP,
    RULE_MADE,
    RULE_ANY_HEADER,
    RULE_BUILD_FILE,
    RULE_SCRIPT,
    RULE_VERSIONED,
    RULE_IDLE,
    RULE_QUIET,
    RULE_UNKNOWN_HEADER,
    RULE_COUNT
};

static const struct pl_import_rule rules[RULE_COUNT] = {
    [RULE_SOURCE] = {"import.source", true, "the source uses this identifier", "C17 6.4.2"},
    [RULE_HEADER] =
        {"import.header", true,
         "a macro or inline function that the source uses stands for it, in a header of its build",
         "C17 6.10.3"},
    [RULE_MACRO] = {"import.macro", true, "a use of a macro in the source makes this name, with ##",
                    "C17 6.10.3.3"},
    [RULE_RUNTIME] = {"import.runtime", true, "every program of this compiler and C library may need it",
                      "LSB Core 5.0, 8.1 and 10.1; GCC internals, 4 (libgcc)"},
    [RULE_FORTIFY] = {"import.fortify", true, "the checked form of a function that the source uses",
                      "LSB Core 5.0, 12.1; glibc manual, 3.2.4"},
    [RULE_LARGE_FILE] = {"import.large-file", true, "the 64-bit form of a function that the source uses",
                         "glibc manual, 1.3.4 (_FILE_OFFSET_BITS)"},
    [RULE_ISO_C] = {"import.iso-c", true, "a newer C standard's form of a function that the source uses",
                    "glibc stdio.h, __isoc99_ and __isoc23_"},
    [RULE_OLD_NAME] =
        {"import.old-name", true,
         "older glibc has stat(), mknod(), getc() and putc() as inline calls or macros of others",
         "LSB Core 5.0, 12.2 (__xstat, _IO_getc)"},
    [RULE_ALIAS] = {"import.alias", true, "another name of an object that the source uses",
                    "glibc manual, 2.3 and 25.4"},
    [RULE_WINDOWS] = {"import.windows", true,
                      "what the headers of Windows' C library make of a name that the source uses",
                      "Microsoft C runtime library reference: _time64, _errno, __acrt_iob_func"},
    [RULE_BUILTIN] = {"import.builtin", true,
                      "a compiler makes this call out of another one that the source has",
                      "GCC manual, 6.59 (Other Builtins)"},
    [RULE_CPP_RUNTIME] = {"import.c++-runtime", true,
                          "the C++ runtime: exceptions, allocation, type information",
                          "Itanium C++ ABI, 2.9, 3.3"},
    [RULE_CPP] = {"import.c++", true,
                  "a C++ name all of whose parts are identifiers of the source, its headers or namespace std",
                  "Itanium C++ ABI, 5.1"},
    [RULE_MADE] = {"import.generated", true,
                   "a tool that the build runs on a file of the source writes this call",
                   "the tools' manuals; match/import_made.c"},
    [RULE_ANY_HEADER] = {"import.any-header", false, "stands somewhere in a header of the build", "none"},
    [RULE_BUILD_FILE] = {"import.build-file", false,
                         "a file that says how to build has the word, as configure's lists of functions to "
                         "try; a macro may stand for it",
                         "none"},
    [RULE_SCRIPT] = {"import.script", false,
                     "a text in a script of the source has the word, which may write it as code: a "
                     "generator's template",
                     "none"},
    [RULE_VERSIONED] = {"import.versioned", false,
                        "the source uses the name without the number of an interface behind it",
                        "C17 6.10.3.3"},
    [RULE_IDLE] =
        {"import.idle", false,
         "reserved for compilers and libraries, or written by generators of code: reaches nothing by itself",
         "C17 7.1.3; GObject and Python/C API manuals"},
    [RULE_QUIET] = {"import.quiet", false,
                    "by its name it computes: none of its words opens, runs, loads, sends or reads anything",
                    "POSIX.1-2017, System Interfaces; match/import_acts.c"},
    [RULE_UNKNOWN_HEADER] = {"import.unknown-header", false,
                             "no header of the build is known, and their macros make names", "none"},
};

static const char no_source[] = "";
struct question { /* and its answer */
    const struct pl_literals *l;
    struct pl_arena *arena;
    const char *source;
};

/* Start-up (the last ones: of programs for Windows), stack protection, unwinding, thread-local storage and arithmetic that the machine lacks. */
static const char *const runtime_names[] = {
    "__libc_start_main",
    "__gmon_start__",
    "_ITM_deregisterTMCloneTable",
    "_ITM_registerTMCloneTable",
    "__cxa_finalize",
    "__dso_handle", /* an object file has it from crtbegin.o: Itanium C++ ABI, 3.3.5 */
    "__cxa_atexit",
    "__stack_chk_fail",
    "__stack_chk_guard",
    "__stack_smash_handler",
    "_Jv_RegisterClasses",
    "__register_frame_info",
    "__deregister_frame_info",
    "__tls_get_addr",
    "___tls_get_addr",
    "__gcc_personality_v0",
    "_Unwind_Resume",
    "__libc_csu_init",
    "__libc_csu_fini",
    "__register_atfork",
    "_Unwind_Resume_or_Rethrow",
    "_dl_find_object", /* libgcc_eh of GCC 12 and later finds unwind tables by it */
    "__aeabi_unwind_cpp_pr0",
    "__aeabi_unwind_cpp_pr1",
    "__cpu_model",
    "__cpu_indicator_init",
    "__morestack",
    "memcpy",
    "memmove",
    "memset",
    "memcmp",
    "__emutls_get_address",
    "__setusermatherr",
    "__getmainargs",
    "__wgetmainargs",
    "__set_app_type",
    "_amsg_exit",
    "_initterm",
    "_XcptFilter",
    "__C_specific_handler",
};

static bool is_used(struct question *q, pl_bytes name)
{
    return pl_literals_word(q->l, PL_WORD_IN_SOURCE, name, q->arena, &q->source) ||
           pl_literals_word(q->l, PL_WORD_IN_HEADER, name, q->arena, &q->source) ||
           pl_literals_word(q->l, PL_WORD_IN_MACRO, name, q->arena, &q->source);
}

/* libgomp and libomp: what "#pragma omp" becomes. GCC manual, 3.11 (-fopenmp); libgomp manual, "The libgomp ABI". */
static bool by_openmp(struct question *q, pl_bytes name)
{
    static const char *const marks[] = {"fopenmp",    "OpenMP",         "OPENMP_CFLAGS",    "OPENMP_CXXFLAGS",
                                        "OpenMP_CXX", "OpenMP_C_FLAGS", "OpenMP_CXX_FLAGS", "AC_OPENMP"};
    bool is_asked = pl_literals_word(q->l, PL_WORD_IN_SOURCE, PL_LIT("omp"), q->arena, &q->source);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0] && !is_asked; i++)
        is_asked = pl_literals_word(q->l, PL_WORD_IN_BUILD, pl_bytes_of_str(marks[i]), NULL, NULL);
    return is_asked && (pl_bytes_starts(name, PL_LIT("GOMP_")) || pl_bytes_starts(name, PL_LIT("__kmpc_")) ||
                        pl_bytes_starts(name, PL_LIT("omp_get_")));
}

/*
 * "pl_log_create_208" for pl_log_create: a macro of a header puts the number of its interface behind the name. Which, is not kept of headers: loose.
 */
static bool by_version(struct question *q, pl_bytes name)
{
    size_t base = name.n; /* without the numbers behind it: Imf_3_1 */
    for (size_t n = name.n; n > 1 && name.p[n - 1] >= '0' && name.p[n - 1] <= '9';) {
        while (n > 0 && name.p[n - 1] >= '0' && name.p[n - 1] <= '9')
            n--;
        if (n < 2 || name.p[n - 1] != '_')
            break;
        base = --n;
    }
    return base < name.n &&
           pl_literals_word(q->l, PL_WORD_IN_SOURCE, pl_bytes_sub(name, 0, base), q->arena, &q->source);
}

static bool is_used_str(struct question *q, const char *name)
{
    return is_used(q, pl_bytes_of_str(name));
}

/* What stands in for what. A row holds when the source uses any of `uses`. */
struct substitute {
    const char *name;
    const char *uses[8];
};

/* Two names of one object; the linker names the one that the library defines first (glibc). */
static const struct substitute aliases[] = {
    {"__environ", {"environ"}},
    {"_environ", {"environ", "__environ"}},
    {"environ", {"__environ", "_environ"}},
    {"__progname", {"program_invocation_short_name"}},
    {"program_invocation_short_name", {"__progname"}},
    {"__progname_full", {"program_invocation_name"}},
    {"program_invocation_name", {"__progname_full"}},
    {"__timezone", {"timezone"}},
    {"__daylight", {"daylight"}},
    {"__tzname", {"tzname"}},
    {"__signgam", {"signgam"}},
    {"_res", {"res_init", "res_query", "res_search"}},
    /* Qt 5: qversiontagging.h refers to it in each unit that includes any header of QtCore. */
    {"qt_version_tag", {"QObject", "QString", "Q_OBJECT", "QCoreApplication", "QtGlobal", "QVariant"}},
};

/* Inline functions and macros of time.h, errno.h, stdio.h of msvcrt and the Universal CRT; mingw-w64 has the same. */
static const struct substitute windows[] = {
    {"_time64", {"time"}},
    {"_time32", {"time"}},
    {"_gmtime64", {"gmtime", "gmtime_r", "gmtime_s"}},
    {"_localtime64", {"localtime", "localtime_r", "localtime_s"}},
    {"_mktime64", {"mktime"}},
    {"_mkgmtime64", {"_mkgmtime", "timegm"}},
    {"_ctime64", {"ctime"}},
    {"_difftime64", {"difftime"}},
    {"_errno", {"errno"}},
    {"__doserrno", {"_doserrno"}},
    {"__iob_func", {"stdin", "stdout", "stderr"}},
    {"_iob", {"stdin", "stdout", "stderr"}},
    {"__acrt_iob_func", {"stdin", "stdout", "stderr"}},
    {"_vsnprintf", {"vsnprintf", "snprintf"}},
    {"__stdio_common_vsprintf", {"vsnprintf", "snprintf", "sprintf", "vsprintf"}},
    {"__stdio_common_vfprintf", {"vfprintf", "fprintf", "printf", "vprintf"}},
    {"__stdio_common_vsscanf", {"sscanf", "vsscanf"}},
    {"_stricmp", {"strcasecmp"}},
    {"_strnicmp", {"strncasecmp"}},
};

/* Inline calls and macros of older glibc: stat() before 2.33, getc() before 2.28. */
static const struct substitute old_names[] = {
    {"argp_state_help", {"argp_usage"}}, /* argp.h, an inline function */
    {"_IO_getc", {"getc", "getchar"}},
    {"_IO_putc", {"putc", "putchar"}},
    {"__xstat", {"stat"}},
    {"__fxstat", {"fstat"}},
    {"__lxstat", {"lstat"}},
    {"__xstat64", {"stat"}},
    {"__fxstat64", {"fstat"}},
    {"__lxstat64", {"lstat"}},
    {"__fxstatat", {"fstatat"}},
    {"__fxstatat64", {"fstatat"}},
    {"__xmknod", {"mknod", "mkfifo"}},
    {"__xmknodat", {"mknodat", "mkfifoat"}},
};

/* GCC: gcc/builtins.cc, gimple-fold.cc, tree-ssa-strlen.cc, tree-ssa-math-opts.cc; LLVM: SimplifyLibCalls. */
static const struct substitute builtins[] = {
    {"puts", {"printf", "fputs", "vprintf", "printf_unlocked"}},
    {"putchar", {"printf", "putc", "fputc", "puts", "fputs"}},
    {"fwrite", {"fprintf", "fputs", "fprintf_unlocked", "fputs_unlocked", "vfprintf"}},
    {"fputc", {"fprintf", "fputs", "putc", "fwrite"}},
    {"fputs", {"fprintf"}},
    {"putc", {"fprintf", "fputs", "fputc"}},
    {"strlen", {"strcat", "sprintf", "strchr", "strcpy", "strncat", "snprintf", "string"}},
    {"strcat", {"strncat"}},
    {"strcpy", {"sprintf", "snprintf", "strcat", "stpcpy", "strncpy"}},
    {"stpcpy", {"strcpy", "strcat", "sprintf"}},
    {"strchr", {"strstr", "strpbrk", "index", "strrchr", "strspn", "strcspn"}},
    {"strrchr", {"rindex"}},
    {"strncmp", {"strstr"}},
    {"strcmp", {"strncmp"}},
    {"mempcpy", {"memcpy", "stpcpy"}},
    {"memcpy", {"strcpy", "strcat", "strncpy", "stpcpy", "sprintf", "memmove", "bcopy", "mempcpy"}},
    {"bcmp", {"memcmp", "strcmp", "strncmp", "__builtin_memcmp"}},
    {"calloc", {"malloc"}},
    {"sincos", {"sin", "cos"}},
    {"sincosf", {"sinf", "cosf", "sin", "cos"}},
    {"sincosl", {"sinl", "cosl"}},
    {"cexpi", {"sin", "cos"}},
    {"exp2", {"pow", "exp", "ldexp"}},
    {"exp2f", {"powf", "pow"}},
    {"exp10", {"pow", "pow10"}},
    {"sqrt", {"pow", "hypot", "cabs"}},
    {"sqrtf", {"powf", "sqrt"}},
    {"cbrt", {"pow"}},
    {"ldexp", {"pow", "exp2", "scalbn"}},
    {"scalbn", {"ldexp"}},
    {"hypot", {"cabs"}},
    {"hypotf", {"cabsf"}},
    {"floor", {"lfloor", "ifloor", "llfloor"}},
    {"abort", {"__builtin_trap", "__builtin_abort", "__builtin_unreachable"}},
    {"__muldc3", {"complex", "_Complex"}},
    {"__mulsc3", {"complex", "_Complex"}},
    {"__divdc3", {"complex", "_Complex"}},
};

/* What Microsoft's C library calls with an underscore in front, and mingw-w64's headers and libmoldname without. */
static const char *const posix_names[] = {
    "access",   "cabs",    "chdir",  "chmod",   "chsize",  "close",   "creat",    "cwait",   "dup",
    "dup2",     "environ", "eof",    "execl",   "execle",  "execlp",  "execlpe",  "execv",   "execve",
    "execvp",   "execvpe", "fcvt",   "fdopen",  "fileno",  "getch",   "getche",   "getcwd",  "getpid",
    "gcvt",     "hypot",   "isatty", "itoa",    "j0",      "j1",      "jn",       "kbhit",   "lfind",
    "locking",  "lsearch", "lseek",  "ltoa",    "memccpy", "memicmp", "mkdir",    "mktemp",  "open",
    "pclose",   "popen",   "putch",  "putenv",  "read",    "rmdir",   "setmode",  "sopen",   "spawnl",
    "spawnle",  "spawnlp", "spawnv", "spawnve", "spawnvp", "stat",    "strdup",   "stricmp", "strlwr",
    "strnicmp", "strnset", "strrev", "strset",  "strupr",  "swab",    "tell",     "tempnam", "tzset",
    "umask",    "ungetch", "unlink", "utime",   "wcsdup",  "wcsicmp", "wcsnicmp", "write"};

static bool by_posix_name(struct question *q, pl_bytes name)
{
    pl_bytes base = pl_bytes_from(name, 1);
    return pl_bytes_starts(name, PL_LIT("_")) &&
           pl_bytes_is_one_of(base, posix_names, sizeof posix_names / sizeof posix_names[0]) &&
           is_used(q, base);
}

static bool by_table(struct question *q, pl_bytes name, const struct substitute *table, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!pl_bytes_eq_str(name, table[i].name))
            continue;
        for (size_t k = 0; k < 8 && table[i].uses[k] != NULL; k++)
            if (is_used_str(q, table[i].uses[k]))
                return true;
    }
    return false;
}

/* glibc's functions with a checked form; debug/ and include/bits/ of glibc 2.31 to 2.38. */
static const char *const fortified[] = {
    "asprintf",       "confstr",   "dprintf",         "explicit_bzero", "fdelt",          "fgets",
    "fgets_unlocked", "fgetws",    "fgetws_unlocked", "fprintf",        "fread",          "fread_unlocked",
    "fwprintf",       "getcwd",    "getdomainname",   "getgroups",      "gethostname",    "getlogin_r",
    "gets",           "getwd",     "longjmp",         "mbsnrtowcs",     "mbsrtowcs",      "mbstowcs",
    "memcpy",         "memmove",   "mempcpy",         "memset",         "obstack_printf", "obstack_vprintf",
    "poll",           "ppoll",     "pread",           "pread64",        "printf",         "ptsname_r",
    "read",           "readlink",  "readlinkat",      "realpath",       "recv",           "recvfrom",
    "snprintf",       "sprintf",   "stpcpy",          "stpncpy",        "strcat",         "strcpy",
    "strlcat",        "strlcpy",   "strncat",         "strncpy",        "swprintf",       "syslog",
    "ttyname_r",      "vasprintf", "vdprintf",        "vfprintf",       "vfwprintf",      "vprintf",
    "vsnprintf",      "vsprintf",  "vswprintf",       "vsyslog",        "vwprintf",       "wcpcpy",
    "wcpncpy",        "wcrtomb",   "wcscat",          "wcscpy",         "wcslcat",        "wcslcpy",
    "wcsncat",        "wcsncpy",   "wcsnrtombs",      "wcsrtombs",      "wcstombs",       "wctomb",
    "wmemcpy",        "wmemmove",  "wmempcpy",        "wmemset",        "wprintf"};

/* __printf_chk, __open_2, __open64_2. */
static bool by_fortify(struct question *q, pl_bytes name)
{
    static const char *const doubled[] = {"open", "openat", "open64", "openat64", "mq_open"};
    pl_bytes base = pl_bytes_from(name, 2);
    if (!pl_bytes_starts(name, PL_LIT("__")))
        return false;
    if (pl_bytes_ends(base, PL_LIT("_chk"))) {
        base = pl_bytes_sub(base, 0, base.n - 4);
        if (!pl_bytes_is_one_of(base, fortified, sizeof fortified / sizeof fortified[0]))
            return false;
        return is_used(q, base) || by_table(q, base, builtins, sizeof builtins / sizeof builtins[0]) ||
               (pl_bytes_eq_str(base, "longjmp") && is_used_str(q, "siglongjmp")) ||
               (pl_bytes_eq_str(base, "fdelt") &&
                (is_used_str(q, "FD_SET") || is_used_str(q, "FD_ISSET") || is_used_str(q, "FD_CLR")));
    }
    if (!pl_bytes_ends(base, PL_LIT("_2")))
        return false;
    base = pl_bytes_sub(base, 0, base.n - 2);
    pl_bytes plain = pl_bytes_ends(base, PL_LIT("64")) ? pl_bytes_sub(base, 0, base.n - 2) : base;
    return pl_bytes_is_one_of(base, doubled, sizeof doubled / sizeof doubled[0]) &&
           (is_used(q, base) || is_used(q, plain));
}

/* Functions of glibc that have a form for 64-bit offsets; lfs.5 and the headers, glibc 2.31 to 2.38. */
static const char *const offset_functions[] = {
    "aio_cancel", "aio_error", "aio_fsync",     "aio_read",        "aio_return",    "aio_suspend",
    "aio_write",  "alphasort", "creat",         "fallocate",       "fcntl",         "fgetpos",
    "fopen",      "freopen",   "fseeko",        "fsetpos",         "fstat",         "fstatat",
    "fstatfs",    "fstatvfs",  "ftello",        "ftruncate",       "ftw",           "fts_open",
    "fts_read",   "fts_close", "fts_children",  "fts_set",         "getdirentries", "getrlimit",
    "glob",       "globfree",  "lio_listio",    "lockf",           "lseek",         "lstat",
    "mkostemp",   "mkostemps", "mkstemp",       "mkstemps",        "mmap",          "nftw",
    "open",       "openat",    "posix_fadvise", "posix_fallocate", "pread",         "preadv",
    "preadv2",    "prlimit",   "pwrite",        "pwritev",         "pwritev2",      "readdir",
    "readdir_r",  "scandir",   "scandirat",     "sendfile",        "setrlimit",     "stat",
    "statfs",     "statvfs",   "tmpfile",       "truncate",        "versionsort",   "__xstat",
    "__fxstat",   "__lxstat",  "__fxstatat"};

/* QT_MMAP and the like of Qt's qplatformdefs.h, which lies beside qmake: the function in capitals, with or without 64 behind it. */
static bool by_qt_name(struct question *q, pl_bytes base)
{
    char text[32] = "QT_";
    size_t n = 3;
    if (base.n > sizeof text - n)
        return false;
    for (size_t i = 0; i < base.n; i++, n++)
        text[n] = (char)(base.p[i] >= 'a' && base.p[i] <= 'z' ? base.p[i] - 'a' + 'A' : base.p[i]);
    return is_used(q, pl_bytes_of(text, n));
}

static bool by_large_file(struct question *q, pl_bytes name)
{
    pl_bytes base = pl_bytes_sub(name, 0, name.n - 2);
    return name.n > 2 && pl_bytes_ends(name, PL_LIT("64")) &&
           pl_bytes_is_one_of(base, offset_functions, sizeof offset_functions / sizeof offset_functions[0]) &&
           (is_used(q, base) || by_qt_name(q, base));
}

static bool by_iso_c(struct question *q, pl_bytes name)
{
    static const char *const starts[] = {"__isoc99_", "__isoc23_"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (pl_bytes_starts(name, pl_bytes_of_str(starts[i])) &&
            is_used(q, pl_bytes_from(name, strlen(starts[i]))))
            return true;
    return false;
}

/* (float)acos(x) of a float is acosf(x), with -ffast-math: convert_to_real_1() in gcc/convert.cc. */
static bool by_narrowing(struct question *q, pl_bytes name)
{
    static const char *const narrowed[] = {
        "acos", "acosh",  "asin", "asinh", "atan",  "atanh",  "cbrt",  "ceil",      "cos",   "cosh",
        "erf",  "erfc",   "exp",  "exp10", "exp2",  "expm1",  "fabs",  "floor",     "gamma", "j0",
        "j1",   "lgamma", "log",  "log10", "log1p", "log2",   "logb",  "nearbyint", "rint",  "round",
        "sin",  "sinh",   "sqrt", "tan",   "tanh",  "tgamma", "trunc", "y0",        "y1"};
    pl_bytes base = pl_bytes_sub(name, 0, name.n - 1);
    return pl_bytes_ends(name, PL_LIT("f")) &&
           pl_bytes_is_one_of(base, narrowed, sizeof narrowed / sizeof narrowed[0]) && is_used(q, base);
}

/* A name of glibc for the float or long double form, or __builtin_NAME. */
static bool by_builtin(struct question *q, pl_bytes name)
{
    char text[96];
    size_t prefix = strlen("__builtin_");
    if (by_table(q, name, builtins, sizeof builtins / sizeof builtins[0]) || by_narrowing(q, name))
        return true;
    if (name.n + prefix > sizeof text)
        return false;
    memcpy(text, "__builtin_", prefix);
    memcpy(text + prefix, name.p, name.n);
    return is_used(q, pl_bytes_of(text, prefix + name.n));
}

/* libstdc++ and libsupc++: everything in namespace std and __cxxabiv1, operators new and delete, types of the language. */
static bool by_cpp_runtime(pl_bytes name)
{
    static const char *const starts[] = {"__cxa_",        "__gxx_personality_",
                                         "_Unwind_",      "_Znw",
                                         "_Zna",          "_Zdl",
                                         "_Zda",          "__dynamic_cast",
                                         "_ZSt",          "_ZNSt",
                                         "_ZNKSt",        "_ZNVSt",
                                         "_ZGVNSt",       "_ZNSa",
                                         "_ZNKSa",        "_ZNSs",
                                         "_ZNKSs",        "_ZNSo",
                                         "_ZNKSo",        "_ZNSi",
                                         "_ZNKSi",        "_ZNSd",
                                         "_ZlsRSo",       "_ZrsRSi",
                                         "_ZN9__gnu_cxx", "_ZN10__cxxabiv1"};
    static const char *const typed[] = {"St", "NSt",           "Sa",         "Ss", "So", "Si",
                                        "Sd", "N10__cxxabiv1", "N9__gnu_cxx"};
    static const char *const others[] = {"__once_proxy", "__libc_single_threaded",
                                         "__gthrw_pthread_key_create", "__pthread_key_create"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (pl_bytes_starts(name, pl_bytes_of_str(starts[i])))
            return true;
    if (pl_bytes_is_one_of(name, others, sizeof others / sizeof others[0]))
        return true;
    bool is_type = name.n > 4 && pl_bytes_starts(name, PL_LIT("_ZT")) && memchr("VTIS", name.p[3], 4) != NULL;
    pl_bytes type = pl_bytes_from(name, 4);
    for (size_t i = 0; i < sizeof typed / sizeof typed[0] && is_type; i++)
        if (pl_bytes_starts(type, pl_bytes_of_str(typed[i])))
            return true;
    type = pl_bytes_starts(type, PL_LIT("P")) ? pl_bytes_from(type, 1 + pl_bytes_starts(type, PL_LIT("PK")))
                                              : type;
    return is_type && type.n == 1 && memchr("vwbcahstijlmxynofdeg", type.p[0], 20) != NULL;
}

static bool is_known_identifier(void *ctx, pl_bytes word)
{
    struct question *q = ctx;
    return pl_bytes_eq_str(
               word, "__va_list_tag") || /* the compiler's own type behind va_list: psABI x86-64, 3.5.7 */
           pl_bytes_eq_str(word, "_IO_FILE") || /* glibc's behind FILE */
           pl_literals_word(q->l, PL_WORD_IN_SOURCE, word, q->arena, &q->source) ||
           pl_literals_word(q->l, PL_WORD_IN_CPP, word, NULL, NULL) ||
           (!pl_import_acts(word) && (pl_literals_word(q->l, PL_WORD_IN_HEADER, word, NULL, NULL) ||
                                      pl_literals_word(q->l, PL_WORD_IN_MACRO, word, NULL, NULL))) ||
           pl_import_is_joined_in_header(q->l, word);
}

/* The same of a namespace: icu_72::UnicodeString, where the source says icu::UnicodeString. */
static bool is_versioned_identifier(void *ctx, pl_bytes word)
{
    return is_known_identifier(ctx, word) || by_version(ctx, word);
}

/*
 * A macro or inline function calls it. The C++ library's headers hold so many names that each leads to all others, "connect" and "remove" among them: for
 * a function that acts they do not count.
 */
static bool by_header(struct question *q, pl_bytes name)
{
    static const char cpp_folder[] = "usr/include/c++/";
    if (!pl_literals_word(q->l, PL_WORD_IN_HEADER, name, q->arena, &q->source))
        return false;
    if (q->source == NULL || !pl_import_acts(name) || strstr(q->source, cpp_folder) == NULL)
        return true;
    q->source = no_source;
    return false;
}

static bool find_rule(struct question *q, pl_bytes name, enum import_rule *rule)
{
    bool is_cpp = pl_bytes_starts(name, PL_LIT("_Z"));
    if (pl_literals_word(q->l, PL_WORD_IN_SOURCE, name, q->arena, &q->source))
        *rule = RULE_SOURCE;
    else if (by_header(q, name))
        *rule = RULE_HEADER;
    else if (pl_literals_word(q->l, PL_WORD_IN_MACRO, name, q->arena, &q->source) ||
             pl_import_is_joined(q->l, name, q->arena, &q->source))
        *rule = RULE_MACRO;
    else if (pl_bytes_is_one_of(name, runtime_names, sizeof runtime_names / sizeof runtime_names[0]) ||
             pl_import_is_libgcc(name) || by_openmp(q, name))
        *rule = RULE_RUNTIME;
    else if (by_fortify(q, name))
        *rule = RULE_FORTIFY;
    else if (by_large_file(q, name))
        *rule = RULE_LARGE_FILE;
    else if (by_iso_c(q, name))
        *rule = RULE_ISO_C;
    else if (by_table(q, name, old_names, sizeof old_names / sizeof old_names[0]))
        *rule = RULE_OLD_NAME;
    else if (by_table(q, name, aliases, sizeof aliases / sizeof aliases[0]))
        *rule = RULE_ALIAS;
    else if (by_table(q, name, windows, sizeof windows / sizeof windows[0]) || by_posix_name(q, name))
        *rule = RULE_WINDOWS;
    else if (by_builtin(q, name))
        *rule = RULE_BUILTIN;
    else if (by_cpp_runtime(name))
        *rule = RULE_CPP_RUNTIME;
    else if (is_cpp && pl_cpp_identifiers(name, is_known_identifier, q))
        *rule = RULE_CPP;
    else if (pl_import_is_made(q->l, name))
        *rule = RULE_MADE;
    else if (!pl_import_acts(name) && pl_literals_word(q->l, PL_WORD_IN_BUILD, name, NULL, NULL))
        *rule = RULE_BUILD_FILE;
    else if (!pl_import_acts(name) && pl_literals_word(q->l, PL_WORD_IN_TEMPLATE, name, q->arena, &q->source))
        *rule = RULE_SCRIPT;
    else if (pl_literals_word(q->l, PL_WORD_IN_CPP, name, q->arena, &q->source))
        *rule = RULE_ANY_HEADER;
    else if (is_cpp ? pl_cpp_identifiers(name, is_versioned_identifier, q)
                    : !pl_import_acts(name) && by_version(q, name))
        *rule = RULE_VERSIONED;
    else if (pl_import_is_idle(name))
        *rule = RULE_IDLE;
    else if (pl_import_is_quiet(name))
        *rule = RULE_QUIET;
    else if (!pl_literals_has_headers(q->l) && !pl_import_acts(name))
        *rule = RULE_UNKNOWN_HEADER;
    else
        return false;
    return true;
}

pl_status pl_import_explain(const struct pl_literals *l, pl_bytes name, struct pl_arena *arena, bool *found,
                            struct pl_import_hit *out, struct pl_err *err)
{
    struct question q = {.l = l, .arena = arena, .source = no_source};
    enum import_rule rule;
    *found = name.n > 0 && find_rule(&q, name, &rule);
    if (q.source == NULL)
        return pl_arena_fail(arena, err);
    if (*found)
        *out = (struct pl_import_hit){&rules[rule], q.source == no_source ? NULL : q.source};
    return PL_OK;
}

bool pl_import_is_open(const struct pl_literals *l, pl_bytes name, struct pl_arena *arena)
{
    struct question q = {.l = l, .arena = arena};
    enum import_rule rule;
    if (name.n == 0 || !find_rule(&q, name, &rule))
        return false;
    return rule == RULE_IDLE || rule == RULE_QUIET || rule == RULE_BUILD_FILE || rule == RULE_SCRIPT ||
           rule == RULE_VERSIONED || rule == RULE_UNKNOWN_HEADER ||
           (rule == RULE_ANY_HEADER && !pl_import_acts(name));
}
