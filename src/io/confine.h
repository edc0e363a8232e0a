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
};

/*
 * Confine this process and all its threads to come; there is no way back. From here on it can use memory and threads, and read and write the
 * descriptors that are open; no file, socket, program or process can be opened, and memory that was written is never executed. Asking for
 * a file is EACCES, for anything else SIGSYS. Sanitizer builds refuse with EPERM instead, and have no limit on memory: their own reports must come out.
 * Must be called before any thread is started. PL_E_IO when the kernel refuses what pl_confinement_of_kernel() says that it gives.
 */
PL_MUST_USE pl_status pl_confine_self(const struct pl_confine_limits *limits, struct pl_err *err);

#endif
