/*
 * fuzz_java_source.c - any bytes as a .java file: classes nest, and members lie within their classes.
 */
#include "fuzz.h"

#include "feature/java_source.h"

#include <assert.h>

static int look(const uint8_t *data, size_t size)
{
    struct pl_java_source s;
    struct pl_err err;
    pl_status st = pl_java_source_read(pl_bytes_of(data, size), fuzz_limits(), 64u << 20, &s, &err);
    for (size_t i = 0; st == PL_OK && i < s.classes.n; i++) {
        const struct pl_java_class *c = &s.classes.v[i];
        fuzz_say(c->open);
        fuzz_say(c->close);
        assert(c->open < c->close && c->close < s.lex.tokens.n);
        assert(i == 0 || s.classes.v[i - 1].open < c->open);
        assert(c->outer == PL_JAVA_NONE || s.classes.v[c->outer].open < c->open);
        assert(c->member == PL_JAVA_NONE || c->member < s.members.n);
    }
    for (size_t i = 0; st == PL_OK && i < s.members.n; i++) {
        const struct pl_java_member *m = &s.members.v[i];
        fuzz_say(m->first);
        fuzz_say(m->end);
        assert(m->class < s.classes.n && m->first <= m->end && m->end < s.lex.tokens.n);
        assert(m->first_parameter + m->n_parameters <= s.parameters.n);
    }
    for (size_t i = 1; st == PL_OK && i < s.literals.n; i++)
        assert(s.literals.v[i - 1].token < s.literals.v[i].token);
    pl_java_source_reset(&s);
    return 0;
}

FUZZ_TWICE(look)
