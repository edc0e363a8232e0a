/*
 * elf_refer.c - which of the strings that nothing explains are strings at all.
 *
 * Tables can look like text, and text can follow a table without a NUL between them. Code and pointers tell: what they refer to
 * begins there. A run that nothing refers to is not used as a string; one whose middle is referred to begins there.
 */
#include "match/elf_strings.h"

#include "feature/code.h"

#include <stdlib.h>

struct places {
    PL_VEC(uint64_t) v;
};

static int by_offset(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static bool add(struct places *p, pl_bytes file, pl_bytes text)
{
    if (text.n == 0 || text.p < file.p || text.p >= file.p + file.n)
        return true;
    uint64_t *slot = PL_VEC_ADD(&p->v);
    if (slot != NULL)
        *slot = (uint64_t)(text.p - file.p);
    return slot != NULL;
}

/* Where the strings begin that code and pointers refer to, sorted. */
static bool gather(struct places *p, pl_bytes file, const struct pl_code *code)
{
    for (size_t i = 0; i < code->n_atoms; i++)
        if (code->atoms[i].kind == PL_ATOM_STRING && !add(p, file, code->atoms[i].text))
            return false;
    for (size_t i = 0; i < code->n_slots; i++)
        if (!add(p, file, code->slots[i].text))
            return false;
    size_t kept = 0;
    if (p->v.n > 0)
        qsort(p->v.v, p->v.n, sizeof p->v.v[0], by_offset);
    for (size_t i = 0; i < p->v.n; i++)
        if (i == 0 || p->v.v[i] != p->v.v[kept - 1])
            p->v.v[kept++] = p->v.v[i];
    p->v.n = kept;
    return true;
}

/* The first place at or behind `offset`; its position in the list. */
static size_t first_at(const struct places *p, uint64_t offset)
{
    size_t low = 0;
    size_t high = p->v.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (p->v.v[mid] < offset)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* A run that is referred to in its middle: explained when each of its parts is. It shrinks to begin with the first one. */
static pl_status settle(const struct pl_match *m, const struct places *p, struct pl_elf_string *s,
                        struct pl_err *err)
{
    uint64_t end = s->offset + s->text.n;
    size_t at = first_at(p, s->offset);
    size_t first = at;
    struct pl_literal_hit hit = {0};
    bool is_explained = true;
    s->is_used = at < p->v.n && p->v.v[at] < end;
    if (!s->is_used)
        return PL_OK;
    for (; at < p->v.n && p->v.v[at] < end && is_explained; at++) {
        struct pl_literal_hit one;
        bool found;
        bool has_next = at + 1 < p->v.n && p->v.v[at + 1] < end;
        pl_bytes part = pl_bytes_from(s->text, (size_t)(p->v.v[at] - s->offset));
        if (p->v.v[at] == s->offset &&
            has_next) /* an array of characters without a NUL, and what follows it */
            part = pl_bytes_sub(part, 0, (size_t)(p->v.v[at + 1] - s->offset));
        pl_status st = pl_literals_explain(m->literals, part, m->arena, &found, &one, err);
        if (st != PL_OK)
            return st;
        is_explained = found && one.rule->is_strict;
        if (at == first)
            hit = one;
    }
    if (!is_explained)
        return PL_OK;
    size_t cut = (size_t)(p->v.v[first] - s->offset);
    s->offset += cut;
    s->text = pl_bytes_from(s->text, cut);
    s->file_bytes -= cut;
    s->hit = hit;
    return PL_OK;
}

pl_status pl_elf_find_used(const struct pl_match *m, const struct pl_file *f, pl_elf_strings *strings,
                           struct pl_err *err)
{
    const struct pl_code *code;
    struct places p = {0};
    bool has_unsure = false;
    for (size_t i = 0; i < strings->n; i++) {
        strings->v[i].is_used = true;
        has_unsure = has_unsure ||
                     (strings->v[i].is_clear && !strings->v[i].is_wide && !pl_elf_is_strict(&strings->v[i]));
    }
    if (!has_unsure)
        return PL_OK;
    pl_status st = pl_match_code(m, f, &code, err);
    if (st == PL_OK && (code == NULL || code->unsupported != NULL))
        return PL_OK; /* nobody knows, so all count */
    if (st == PL_OK && !gather(&p, f->data, code))
        st = pl_fail_nomem(err);
    for (size_t i = 0; i < strings->n && st == PL_OK; i++)
        if (strings->v[i].is_clear && !strings->v[i].is_wide && !pl_elf_is_strict(&strings->v[i]))
            st = settle(m, &p, &strings->v[i], err);
    PL_VEC_FREE(&p.v);
    return st;
}
