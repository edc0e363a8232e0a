/*
 * limits.h - every quantity that hostile input could inflate, with its unit and default.
 *
 * Reaching one is a finding `archive.limit` and opaque bytes, never silence. docs/limits.md is this table.
 */
#ifndef PL_MODEL_LIMITS_H
#define PL_MODEL_LIMITS_H

#include "base/status.h"

#include <stdint.h>

struct pl_limits {
    uint64_t input_bytes;    /* one package or source archive as it is given */
    uint64_t unpacked_bytes; /* all bytes that come out of one input, over all depths */
    uint64_t file_bytes;     /* one leaf that is unpacked; a larger one is digested and otherwise opaque */
    uint64_t
        program_bytes; /* a program, bytecode or script that is taken apart; a larger one is opaque unless the source has it as it is */
    uint64_t functions; /* of one program: definitions of an image, over all its parts */
    uint64_t tokens;    /* of one source file or script; atoms of one program */
    uint64_t ratio;     /* unpacked bytes per packed byte of one stream, once ratio_floor_bytes came out */
    uint64_t ratio_floor_bytes;
    uint64_t entries;           /* members of one input, over all depths */
    uint32_t depth;             /* containers within containers; the input itself is depth 0 */
    uint32_t name_bytes;        /* one member name */
    uint64_t memory_bytes;      /* one arena */
    uint64_t findings;          /* findings kept for one file; the rest is counted in the last one */
    uint64_t document_bytes;    /* a list of components: a lock file, CycloneDX, SPDX */
    uint64_t components;        /* of one product */
    uint64_t dependencies;      /* between them */
    uint32_t file_seconds;      /* one file in the hands of one thread, by the clock */
    uint32_t component_seconds; /* one component of a chain, from its first byte to its level, by the clock */
    uint32_t process_seconds; /* an examining process: processor time of all its threads, and by the clock */
    uint64_t process_bytes;   /* address space that an examining process takes */
    /* Of one subject, set by whoever limits it: nothing goes on after that moment of the monotonic clock; 0: no such moment. */
    uint64_t deadline_ns;
    uint32_t deadline_seconds; /* that it was made of, to show */
};

/* The defaults: input 8 GiB, unpacked 16 GiB, file 1 GiB, program 256 MiB, functions 1,000,000, tokens 16,000,000, ratio 10,000 over 64 MiB, entries 1,000,000, depth 16,
 * name 4,096 bytes, arena 4 GiB, findings 1,000, document 256 MiB, components 1,000,000, dependencies 10,000,000,
 * 600 seconds a file, 1,800 a component, 12 hours and 32 GiB a process. */
struct pl_limits pl_limits_default(void);

/* PL_E_LIMIT: "it took more than 1800 seconds". */
PL_MUST_USE pl_status pl_limits_late(uint32_t seconds, struct pl_err *err);

#endif
