/*
 * limits.c - the default limits.
 */
#include "model/limits.h"

#define MIB (1024ull * 1024ull)
#define GIB (1024ull * MIB)

struct pl_limits pl_limits_default(void)
{
    return (struct pl_limits){
        .input_bytes = 8 * GIB,
        .unpacked_bytes = 16 * GIB,
        .file_bytes = 1 * GIB,
        .program_bytes = 256 * MIB,
        .functions = 1000000,
        .tokens = 16000000,
        .ratio = 10000,
        .ratio_floor_bytes = 64 * MIB,
        .entries = 1000000,
        .depth = 16,
        .name_bytes = 4096,
        .memory_bytes = 4 * GIB,
        .findings = 1000,
        .document_bytes = 256 * MIB,
        .components = 1000000,
        .dependencies = 10000000,
        .file_seconds = 600,
        .component_seconds = 1800,
        .process_seconds = 12 * 3600,
        .process_bytes = 32 * GIB,
    };
}

pl_status pl_limits_late(uint32_t seconds, struct pl_err *err)
{
    return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "it took more than %u seconds", (unsigned)seconds);
}
