/*
 * code_print.c - what of a function stays equal when it is linked: its instructions without the operands that are addresses.
 *
 * The decoders zero the fields that a linker fills in: distances that leave the function, addresses relative to the program counter, absolute
 * addresses. What a linker may write in two ways (a load of an address from the GOT, or the address itself) they write in one. The print is a
 * cryptographic digest, since who could make two functions of one print could pass off the one as the other; what is masked is not covered by
 * it, so whom a function calls and what data it uses has to be judged elsewhere.
 */
#include "base/digest.h"
#include "feature/code_image.h"

#define LEAST_BYTES 12u /* that are no addresses: fewer are found in functions of any origin */

void pl_code_print_add(struct pl_code_sink *sink, const uint8_t *bytes, size_t n, size_t masked, bool is_fill)
{
    for (size_t i = 0; i < n && sink->keeps_plain; i++) {
        uint8_t *slot = PL_VEC_ADD(&sink->plain);
        if (slot == NULL) {
            sink->no_memory = true;
            return;
        }
        *slot = bytes[i];
    }
    sink->plain_masked += masked;
    if (!is_fill)
        sink->plain_end = sink->plain.n;
}

pl_status pl_code_print_end(struct pl_code_sink *sink, enum pl_code_machine machine,
                            struct pl_code_print *out, struct pl_err *err)
{
    uint8_t digest[PL_DIGEST_MAX_BYTES];
    uint8_t kind = (uint8_t)machine;
    size_t n;
    bool is_enough = sink->plain_end >= sink->plain_masked + LEAST_BYTES;
    pl_bytes parts[2] = {pl_bytes_of(&kind, 1), pl_bytes_of(sink->plain.v, sink->plain_end)};
    sink->plain.n = sink->plain_end = sink->plain_masked = 0;
    *out = (struct pl_code_print){{0, 0}};
    if (!is_enough)
        return PL_OK;
    pl_status st = pl_digest_parts("SHA256", parts, 2, digest, &n, err);
    struct pl_cursor c = pl_cursor_of(pl_bytes_of(digest, n));
    if (st == PL_OK) {
        out->v[0] = pl_cursor_u64be(&c);
        out->v[1] = pl_cursor_u64be(&c);
    }
    return st;
}
