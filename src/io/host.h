/*
 * host.h - what this machine is, and room for short-lived files.
 */
#ifndef PL_IO_HOST_H
#define PL_IO_HOST_H

#include "base/status.h"

#define PL_HOST_MACHINE_BYTES 65u

/* The kernel's word for the processor: "x86_64". uname(2); a process that may not ask has to be the copy of one that has. */
void pl_host_machine(char out[PL_HOST_MACHINE_BYTES]);

/*
 * A new empty folder that only we may enter, under $TMPDIR or /tmp. *path is on the heap, the caller frees it, and removes
 * what is in it.
 */
PL_MUST_USE pl_status pl_host_temp_folder(char **path, struct pl_err *err);

/*
 * The linker's build id of the program or library that this code stands in, as hexadecimal digits; "" when it has none. It tells two builds of
 * one version apart.
 */
#define PL_HOST_BUILD_BYTES 129u
void pl_host_build(char out[PL_HOST_BUILD_BYTES]);

/* Worker threads for one who asks for no number: one for each processor that is on, 64 at most. */
unsigned pl_host_jobs(void);

/* Bytes of memory that this machine has; 0 when that is not known. */
uint64_t pl_host_memory(void);

/* Hand memory that was freed back to the system: for the seams between phases that need much of it. */
void pl_host_trim_memory(void);

#endif
