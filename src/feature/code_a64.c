/*
 * code_a64.c - atoms of AArch64 code.
 */
#include "feature/code_image.h"

void pl_code_decode_a64(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t address,
                        pl_bytes code, uint64_t offset)
{
}

size_t pl_code_step_a64(pl_bytes code, bool *is_fill)
{
    *is_fill = false;
    return code.n < 4 ? code.n : 4;
}
