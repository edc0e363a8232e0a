/*
 * confine.h - give up, for good, what examining bytes does not need: files, network, programs, privileges.
 */
#ifndef PL_IO_CONFINE_H
#define PL_IO_CONFINE_H

#include "base/status.h"

/* What the kernel gives. */
struct pl_confinement {
    bool has_seccomp;
    unsigned landlock; /* version of its interface; 0: none */
};

struct pl_confinement pl_confinement_of_kernel(void);

#define PL_CONFINEMENT_TEXT_BYTES 64u
/* "seccomp, landlock 4", "seccomp", or "limits only". */
void pl_confinement_text(const struct pl_confinement *c, char out[PL_CONFINEMENT_TEXT_BYTES]);

struct pl_confine_limits {
    uint64_t memory_bytes; /* of address space, beyond what is mapped now; 0: none */
    uint64_t cpu_seconds;  /* of all threads together; 0: none */
    const char *const *
        reads; /* files and folders that may still be opened, for reading alone; none is missed that is not there */
    size_t n_reads; /* 0: nothing can be opened */
};

/*
 * Confine this process and all its threads to come; there is no way back. From here on it can use memory and threads, and read and write the
 * descriptors that are open; no file (but those in limits->reads), socket, program or process can be opened, and memory that was written is never executed. Asking for
 * a file is EACCES, for anything else SIGSYS. Sanitizer builds refuse with EPERM instead, and have no limit on memory: their own reports must come out.
 * Without Landlock, limits->reads is
 * everything that the user may read, and still nothing can be written. Must be called before any thread is started. PL_E_IO when the kernel refuses what pl_confinement_of_kernel() says that it gives.
 */
PL_MUST_USE pl_status pl_confine_self(const struct pl_confine_limits *limits, struct pl_err *err);

/*
 * For a process that talks to a network: it can still read files and connect, and write only what is below `folder`; it can run no program and get no
 * new privileges. PL_OK, and nothing but the last two given up, where the kernel has no Landlock.
 */
PL_MUST_USE pl_status pl_confine_writing(const char *folder, struct pl_err *err);

#endif
