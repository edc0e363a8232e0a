/*
 * java_lines.c - what line tables say about where methods come from.
 *
 * A hint that whoever made the class file chose: it orders what is tried, and where it contradicts the place that was found, that is told.
 */
#include "match/java_lines.h"

#include <stdlib.h>

pl_status pl_java_lines_init(struct pl_java_check *x, struct pl_err *err)
{
    pl_bytes text = x->source->lex.text;
    uint32_t n = 1;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    x->line_starts = calloc(n, sizeof *x->line_starts);
    if (x->line_starts == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '\n')
            x->line_starts[++x->n_lines] = (uint32_t)(i + 1);
    x->n_lines = n;
    return PL_OK;
}

static uint32_t line_of(const struct pl_java_check *x, uint32_t token)
{
    uint32_t at = x->source->lex.tokens.v[token].at;
    uint32_t low = 0;
    uint32_t high = x->n_lines;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (x->line_starts[mid] <= at)
            low = mid;
        else
            high = mid;
    }
    return low + 1;
}

bool pl_java_lines_of_class(const struct pl_java_check *x, uint32_t place)
{
    uint32_t first = line_of(x, x->source->classes.v[place].head);
    uint32_t last = line_of(x, x->source->classes.v[place].close);
    bool has_lines = false;
    for (size_t i = 0; i < x->class->members.n; i++) {
        const struct pl_javaclass_member *m = &x->class->members.v[i];
        if (m->has_lines && (m->first_line < first || m->last_line > last))
            return false;
        has_lines = has_lines || m->has_lines;
    }
    return has_lines;
}

bool pl_java_lines_within(const struct pl_java_check *x, const struct pl_javaclass_member *m,
                          const struct pl_java_member *s)
{
    if (!m->has_lines)
        return false;
    return m->first_line >= line_of(x, s->first) && m->last_line <= line_of(x, s->end - 1);
}

static bool is_of_other(const struct pl_java_check *x, const struct pl_javaclass_member *m, uint32_t own)
{
    pl_bytes name = x->source->members.v[own].name;
    for (uint32_t i = 0; i < x->source->members.n; i++) {
        const struct pl_java_member *s = &x->source->members.v[i];
        if (i != own && !pl_bytes_eq(s->name, name) && s->kind == PL_JAVA_METHOD && s->class == x->placed &&
            pl_java_lines_within(x, m, s))
            return true;
    }
    return false;
}

void pl_java_lines_compare(struct pl_java_check *x)
{
    uint32_t own = 0;
    uint32_t other = 0;
    for (uint32_t i = 0; i < x->class->members.n; i++) {
        const struct pl_javaclass_member *m = &x->class->members.v[i];
        struct pl_java_outcome *o = &x->outcomes[i];
        if (!m->has_lines || o->source_member == PL_JAVA_NONE || pl_bytes_eq_str(m->name, "<init>"))
            continue;
        bool is_own = pl_java_lines_within(x, m, &x->source->members.v[o->source_member]);
        o->has_lines_of_other = !is_own && is_of_other(x, m, o->source_member);
        own += is_own;
        other += o->has_lines_of_other;
    }
    for (uint32_t i = 0; i < x->class->members.n; i++)
        if (x->outcomes[i].has_lines_of_other && own >= other)
            x->outcomes[i].verdict = PL_JAVA_CONTRADICTED;
}
