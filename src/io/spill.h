/*
 * spill.h - memory behind a file without a name, for what is too large to be held: the kernel can take its pages away at any moment.
 *
 * Nobody else can reach the file, so what is read from it twice is the same twice; a child process shares it without being handed a descriptor. It
 * lies in $TMPDIR, /var/tmp or /tmp, the first that takes it, and is gone with the last process that maps it.
 */
#ifndef PL_IO_SPILL_H
#define PL_IO_SPILL_H

#include "base/store.h"
#include "io/read.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

/* What is smaller is held on the heap. */
#define PL_SPILL_BYTES (64u << 20)

/*
 * All of a file ("-": standard input; a pipe or device, too), as it is now, on the heap: *heap, which the caller frees. A large regular file:
 * *mapping, a copy in a file without a name, which the caller closes; on the heap where no such file can be made. Errors as pl_io_read().
 */
PL_MUST_USE pl_status pl_spill_read(const char *path, uint64_t max_bytes, uint8_t **heap,
                                    struct pl_mapping *mapping, pl_bytes *bytes, struct pl_err *err);

/* Room of `size` bytes, on disk only where it is used, shared with children. False, and a zeroed *out, when there is none to be had. */
bool pl_spill_open(uint64_t size, struct pl_store *out);
/* Only the first `kept` bytes are wanted, and nobody writes them any more. */
void pl_spill_freeze(struct pl_store *s, size_t kept);
void pl_spill_close(struct pl_store *s); /* a zeroed one is left alone */

/*
 * A thread that lets go of the resident pages of some mapped files, many times a second: whoever goes through gigabytes of them keeps only
 * what it read just now. Only for files: anonymous memory would be lost.
 */
struct pl_ebb {
    pl_bytes ranges[2];
    size_t n_ranges;
    pid_t pid; /* of the process whose thread it is; 0: none */
    pthread_t thread;
    atomic_bool is_over;
};

/* Once for each range, before it starts. */
void pl_ebb_add(struct pl_ebb *e, pl_bytes range);
/* In this process, also when the one it is a copy of has one. No thread to be had costs memory, nothing else. `e` is a struct pl_ebb. */
void pl_ebb_start(void *e);
void pl_ebb_stop(struct pl_ebb *e);

#endif
