/*
 * elf_refer.c - which of the strings that nothing explains are strings at all.
 *
 * Tables can look like text, and text can follow a table without a NUL between them. Code and pointers tell: what they refer to
 * begins there. A run that nothing refers to is not used as a string; one whose middle is referred to begins there. Of at most 8 bytes, and
 * read as numbers alone, it is no string; nor is a longer one that is nothing but such numbers, one behind the other: the linker merges constants
 * of one width. What that could hide is a text of at most 64 bytes that code takes apart into numbers; it is data then, and judged as that.
 */
#include "match/elf_strings.h"
#include "match/text_places.h"

#define NUMBER_BYTES 8u  /* of the widest number: a longer run that nobody refers to is a string */
#define RUN_BYTES    64u /* of the longest run of numbers */
#define MAX_ASKED    64u /* runs of one file that are looked for among the numbers */

static bool overlaps(const struct pl_elf_string *s, uint64_t offset, uint64_t n)
{
    return offset < s->offset + s->text.n && s->offset < offset + n;
}

/* Where in the file code reads a number of its own, as by mulsd; SIZE_MAX when the atom is something else. */
static size_t number_place(const struct pl_file *f, const struct pl_atom *a)
{
    bool is_inside = a->kind == PL_ATOM_FLOAT && a->text.n > 0 && a->text.p >= f->data.p &&
                     a->text.p < f->data.p + f->data.n;
    return is_inside ? (size_t)(a->text.p - f->data.p) : SIZE_MAX;
}

/* Does code read a number, or refer to data that is no text, in these bytes? */
static bool is_number(const struct pl_file *f, const struct pl_code *code, const struct pl_elf_string *s)
{
    uint64_t offset;
    for (size_t i = 0; i < code->n_atoms; i++) {
        size_t at = number_place(f, &code->atoms[i]);
        if (at != SIZE_MAX && overlaps(s, at, code->atoms[i].text.n))
            return true;
    }
    for (size_t i = 0; i < code->n_data; i++)
        for (size_t k = 0; k < code->n_spans; k++) {
            const struct pl_code_span *span = &code->spans[k];
            offset = span->offset + (code->data[i] - span->address);
            if (code->data[i] >= span->address && code->data[i] - span->address < span->size &&
                overlaps(s, offset, 1))
                return true;
        }
    return false;
}

/*
 * Does code refer, as to data or a number, to the run's first byte, and then to one at most 8 bytes further each time, up to its end? The run may begin in the last bytes of
 * a number of eight that is referred to.
 */
static bool is_run_of_numbers(const struct pl_file *f, const struct pl_code *code,
                              const struct pl_elf_string *s)
{
    bool begins[RUN_BYTES + NUMBER_BYTES] = {false};
    uint64_t base = s->offset - s->offset % NUMBER_BYTES;
    size_t front = (size_t)(s->offset - base);
    size_t end = front + s->text.n;
    if (s->text.n > RUN_BYTES)
        return false;
    for (size_t k = 0; k < code->n_spans; k++) {
        const struct pl_code_span *span = &code->spans[k];
        for (size_t i = 0; i < code->n_data; i++) {
            uint64_t at = span->offset + (code->data[i] - span->address);
            if (code->data[i] >= span->address && code->data[i] - span->address < span->size && at >= base &&
                at - base < end)
                begins[at - base] = true;
        }
    }
    for (size_t i = 0; i < code->n_atoms; i++) {
        size_t at = number_place(f, &code->atoms[i]);
        if (at != SIZE_MAX && at >= base && at - base < end)
            begins[at - base] = true;
    }
    size_t last = begins[front] ? front : 0;
    if (!begins[last])
        return false;
    for (size_t i = last; i < end; i++) {
        last = begins[i] ? i : last;
        if (i - last >= NUMBER_BYTES)
            return false;
    }
    return true;
}

/* Constants of inlined copies, which code reads in one piece each. */
static pl_status is_vector(const struct pl_match *m, const struct pl_elf_string *s, size_t at, size_t length,
                           bool *yes, struct pl_literal_hit *hit, struct pl_err *err)
{
    *yes = false;
    if (length == 0 || (s->offset + at) % PL_LITERAL_PIECE_BYTES != 0 || length % PL_LITERAL_PIECE_BYTES != 0)
        return PL_OK;
    return pl_literals_explain_pieces(m->literals, pl_bytes_sub(s->text, at, length), m->arena, yes, hit,
                                      err);
}

/*
 * Is a part of a run explained: what begins where something refers to, up to the end; or up to the next such place (`length`), where that is an array of characters without a NUL
 * at the front of the run, or constants of inlined copies?
 */
static pl_status explain_part(const struct pl_match *m, const struct pl_elf_string *s, size_t at,
                              size_t length, bool *is_explained, struct pl_literal_hit *hit,
                              struct pl_err *err)
{
    bool found = false;
    bool has_next = at + length < s->text.n;
    pl_bytes part = pl_bytes_sub(s->text, at, length);
    pl_status st = pl_literals_explain(m->literals, at == 0 ? part : pl_bytes_from(s->text, at), m->arena,
                                       &found, hit, err);
    *is_explained = st == PL_OK && found && hit->rule->is_strict;
    return st == PL_OK && !*is_explained && has_next ? is_vector(m, s, at, length, is_explained, hit, err)
                                                     : st;
}

static void cut_front(struct pl_elf_string *s, size_t n)
{
    s->offset += n;
    s->text = pl_bytes_from(s->text, n);
    s->file_bytes -= n;
}

/*
 * A run that is referred to in its middle: explained when each of its parts is. It shrinks to begin with the first one, or with the first one that is not explained: what
 * stands before that is another text.
 */
static pl_status settle(const struct pl_match *m, const struct pl_text_places *p, struct pl_elf_string *s,
                        struct pl_err *err)
{
    uint64_t end = s->offset + s->text.n;
    size_t first = pl_text_places_from(p, s->offset);
    struct pl_literal_hit hit = {0};
    s->is_used = first < p->v.n && p->v.v[first] < end;
    for (size_t at = first; at < p->v.n && p->v.v[at] < end; at++) {
        struct pl_literal_hit one;
        bool is_explained;
        uint64_t next = at + 1 < p->v.n && p->v.v[at + 1] < end ? p->v.v[at + 1] : end;
        size_t start = (size_t)(p->v.v[at] - s->offset);
        pl_status st = explain_part(m, s, start, (size_t)(next - p->v.v[at]), &is_explained, &one, err);
        if (st != PL_OK)
            return st;
        if (!is_explained) {
            bool is_apart = at > first;
            if (!is_apart)
                st = is_vector(m, s, 0, start, &is_apart, &one, err);
            if (is_apart && s->text.n - start >= PL_ELF_COUNTED_BYTES)
                cut_front(s, start);
            return st;
        }
        if (at == first)
            hit = one;
    }
    if (s->is_used) {
        cut_front(s, (size_t)(p->v.v[first] - s->offset));
        s->hit = hit;
    }
    return PL_OK;
}

/*
 * {8.0, "DejaVu Sans Mono"}: the last bytes of a number of eight read as letters in front of a text of the source. They are data, and stay open. What this could hide:
 * nothing, for no code or pointer refers to it.
 */
static pl_status cut_number(const struct pl_match *m, struct pl_elf_string *s, struct pl_err *err)
{
    struct pl_literal_hit hit;
    bool found;
    size_t n = (NUMBER_BYTES - s->offset % NUMBER_BYTES) % NUMBER_BYTES;
    if (s->is_used || n == 0 || s->text.n < n + PL_ELF_COUNTED_BYTES)
        return PL_OK;
    pl_status st = pl_literals_explain(m->literals, pl_bytes_from(s->text, n), m->arena, &found, &hit, err);
    if (st != PL_OK || !found || !hit.rule->is_strict)
        return st;
    cut_front(s, n);
    s->hit = hit;
    return PL_OK;
}

pl_status pl_elf_find_used(const struct pl_match *m, const struct pl_file *f, pl_elf_strings *strings,
                           struct pl_err *err)
{
    const struct pl_code *code;
    struct pl_text_places p = {0};
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
    if (st == PL_OK)
        st = pl_text_places_init(&p, f->data, code, err);
    size_t asked = 0;
    for (size_t i = 0; i < strings->n && st == PL_OK; i++) {
        struct pl_elf_string *s = &strings->v[i];
        if (!s->is_clear || s->is_wide || pl_elf_is_strict(s))
            continue;
        st = settle(m, &p, s, err);
        if (st == PL_OK)
            st = cut_number(m, s, err);
        if (st != PL_OK || pl_elf_is_strict(s))
            continue;
        bool is_asked = pl_elf_severity(m) == PL_SEVERITY_ERROR && !s->is_used && s->text.n <= RUN_BYTES &&
                        asked < MAX_ASKED;
        asked += is_asked;
        if (st == PL_OK && is_asked &&
            (s->text.n <= NUMBER_BYTES ? is_number(f, code, s) : is_run_of_numbers(f, code, s)))
            s->is_clear = false; /* data, and left to those rules */
    }
    pl_text_places_reset(&p);
    return st;
}
