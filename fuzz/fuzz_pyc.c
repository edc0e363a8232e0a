/*
 * fuzz_pyc.c - any bytes as compiled Python: code objects and facts lie in the file, inner ones before those around them; instructions end.
 */
#include "fuzz.h"

#include "format/binary/pyc_code.h"

#include <assert.h>

static void walk(const struct pl_pyc *pyc, const struct pl_pyc_code *code)
{
    struct pl_pyc_acts acts;
    struct pl_pyc_act act;
    assert(code->constants <= code->names && code->names <= code->locals && code->locals <= code->end &&
           code->end <= pyc->facts.n);
    if (!pl_pyc_acts_begin(&acts, pyc, code))
        return;
    while (pl_pyc_acts_next(&acts, &act)) {
        assert(act.at + 2 <= code->instructions.n);
        assert(act.kind != PL_PYC_ACT_OPERATOR || act.value <= PL_PYC_OPERATORS);
    }
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_pyc pyc;
    struct pl_err err;
    pl_status st = pl_pyc_read(pl_bytes_of(data, size), &pyc, &err);
    for (size_t i = 0; st == PL_OK && i < pyc.codes.n; i++)
        assert(pyc.codes.v[i].offset >= PL_PYC_HEADER_BYTES &&
               pyc.codes.v[i].offset + pyc.codes.v[i].length <= size);
    for (size_t i = 0; st == PL_OK && i < pyc.facts.n; i++)
        assert(pyc.facts.v[i].offset + pyc.facts.v[i].length <= size && pyc.facts.v[i].code < pyc.codes.n);
    for (size_t i = 0; st == PL_OK && i < pyc.codes.n; i++)
        walk(&pyc, &pyc.codes.v[i]);
    assert(st != PL_OK || pyc.end <= size);
    fuzz_say(st == PL_OK ? pyc.end : err.offset);
    pl_pyc_reset(&pyc);
    return 0;
}

FUZZ_TWICE(look)
