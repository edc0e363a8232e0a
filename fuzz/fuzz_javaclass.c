/*
 * fuzz_javaclass.c - any bytes as a class file: parts and atoms lie in the file, and numbers lead to constants that are there.
 */
#include "fuzz.h"

#include "feature/java_code.h"

#include <assert.h>

static void check(const struct pl_javaclass *c, size_t size)
{
    pl_java_atoms atoms = {0};
    struct pl_err err;
    for (size_t i = 0; i < c->constants.n; i++)
        assert(c->constants.v[i].offset + c->constants.v[i].length <= size);
    for (size_t i = 0; i < c->attributes.n; i++)
        assert(c->attributes.v[i].offset + c->attributes.v[i].length <= size);
    for (size_t i = 0; i < c->uses.n; i++)
        assert(c->uses.v[i].number < c->constants.n);
    for (uint32_t i = 0; i < c->members.n; i++) {
        assert(c->members.v[i].offset + c->members.v[i].length <= size);
        if (pl_java_code_atoms(c, i, &atoms, &err) != PL_OK)
            break;
        for (uint32_t k = pl_java_argument_count(c->members.v[i].descriptor); k > 0 && k < 300; k--)
            (void)pl_java_simple_type(pl_java_argument(c->members.v[i].descriptor, k - 1));
    }
    for (size_t i = 0; i < atoms.n; i++) {
        assert(atoms.v[i].at < size);
        fuzz_say(atoms.v[i].at);
    }
    PL_VEC_FREE(&atoms);
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_javaclass c;
    struct pl_err err;
    pl_status st = pl_javaclass_read(pl_bytes_of(data, size), &c, &err);
    if (st == PL_OK)
        check(&c, size);
    fuzz_say(st == PL_OK ? c.end : err.offset);
    assert(st != PL_OK || c.end <= size);
    pl_javaclass_reset(&c);
    return 0;
}

FUZZ_TWICE(look)
