/*
 * wire_explained.c - writing and reading what plumb explain tells of a function.
 *
 * Numbers of either sign travel as they are in two's complement.
 */
#include "pipeline/wire.h"

#if defined(__x86_64__)
_Static_assert(sizeof(struct pl_explained_function) == 344 && sizeof(struct pl_explained_line) == 56,
               "a record has changed: write and read its new fields here");
#endif

static void write_candidate(struct pl_wire_out *w, const struct pl_explained_candidate *c)
{
    pl_wire_text(w, c->name);
    pl_wire_text(w, c->path);
    pl_wire_u64(w, c->first_line);
    pl_wire_u64(w, c->last_line);
    pl_wire_u64(w, c->found);
    pl_wire_u64(w, (uint32_t)c->score);
}

static void write_line(struct pl_wire_out *w, const struct pl_explained_line *l)
{
    pl_wire_u64(w, l->offset);
    pl_wire_u64(w, l->address);
    pl_wire_bytes(w, l->bytes);
    pl_wire_text(w, l->text);
    pl_wire_text(w, l->note);
    pl_wire_text(w, l->mark);
}

void pl_wire_explained(struct pl_wire_out *w, const struct pl_explained_function *f)
{
    const uint64_t numbers[] = {f->offset,        f->length,           f->address,  f->atoms,
                                f->foreign,       (uint32_t)f->margin, f->evidence, f->is_matched,
                                f->is_source_cut, f->searched,         f->all_ways, f->is_cut};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        pl_wire_u64(w, numbers[i]);
    pl_wire_text(w, f->symbol);
    pl_wire_text(w, f->outcome);
    pl_wire_text(w, f->meaning);
    pl_wire_text(w, f->unit);
    pl_wire_bytes(w, f->source);
    pl_wire_u64(w, f->n_candidates);
    for (size_t i = 0; i < f->n_candidates; i++)
        write_candidate(w, &f->candidates[i]);
    pl_wire_u64(w, f->n_ways);
    for (size_t i = 0; i < f->n_ways; i++)
        pl_wire_text(w, f->ways[i]);
    pl_wire_u64(w, f->n_lines);
    for (size_t i = 0; i < f->n_lines; i++)
        write_line(w, &f->lines[i]);
}

static const char *take_some(struct pl_wire_in *w)
{
    const char *text = pl_wire_take_text(w);
    if (text == NULL)
        w->c.bad = true;
    return text;
}

static uint64_t take_up_to(struct pl_wire_in *w, uint64_t max)
{
    uint64_t n = pl_wire_take_u64(w);
    if (n <= max)
        return n;
    w->c.bad = true;
    return 0;
}

static void read_candidate(struct pl_wire_in *w, struct pl_explained_candidate *c)
{
    c->name = take_some(w);
    c->path = take_some(w);
    c->first_line = (uint32_t)take_up_to(w, UINT32_MAX);
    c->last_line = (uint32_t)take_up_to(w, UINT32_MAX);
    c->found = (uint32_t)take_up_to(w, UINT32_MAX);
    c->score = (int32_t)take_up_to(w, UINT32_MAX);
}

static void read_lines(struct pl_wire_in *w, struct pl_explained_function *f)
{
    size_t n = (size_t)take_up_to(w, pl_cursor_left(&w->c) / 6);
    struct pl_explained_line *lines = w->c.bad ? NULL : pl_arena_take_n(w->arena, n, sizeof *lines);
    if (lines == NULL && n > 0) {
        w->st = w->st != PL_OK ? w->st : PL_E_NOMEM;
        w->c.bad = true;
        return;
    }
    f->lines = lines;
    for (f->n_lines = 0; f->n_lines < n && !w->c.bad; f->n_lines++) {
        struct pl_explained_line *l = &lines[f->n_lines];
        l->offset = pl_wire_take_u64(w);
        l->address = pl_wire_take_u64(w);
        l->bytes = pl_wire_take_bytes(w);
        l->text = take_some(w);
        l->note = pl_wire_take_text(w);
        l->mark = pl_wire_take_text(w);
    }
}

void pl_wire_take_explained(struct pl_wire_in *w, struct pl_explained_function *f)
{
    f->offset = pl_wire_take_u64(w);
    f->length = pl_wire_take_u64(w);
    f->address = pl_wire_take_u64(w);
    f->atoms = (uint32_t)take_up_to(w, UINT32_MAX);
    f->foreign = (uint32_t)take_up_to(w, UINT32_MAX);
    f->margin = (int32_t)take_up_to(w, UINT32_MAX);
    f->evidence = (uint32_t)take_up_to(w, UINT32_MAX);
    f->is_matched = take_up_to(w, 1) == 1;
    f->is_source_cut = take_up_to(w, 1) == 1;
    f->searched = (uint32_t)take_up_to(w, UINT32_MAX);
    f->all_ways = (size_t)pl_wire_take_u64(w);
    f->is_cut = take_up_to(w, 1) == 1;
    f->symbol = pl_wire_take_text(w);
    f->outcome = take_some(w);
    f->meaning = take_some(w);
    f->unit = pl_wire_take_text(w);
    f->source = pl_wire_take_bytes(w);
    f->n_candidates = (size_t)take_up_to(w, PL_EXPLAINED_CANDIDATES);
    for (size_t i = 0; i < f->n_candidates; i++)
        read_candidate(w, &f->candidates[i]);
    f->n_ways = (size_t)take_up_to(w, PL_EXPLAINED_WAYS);
    for (size_t i = 0; i < f->n_ways; i++)
        f->ways[i] = take_some(w);
    read_lines(w, f);
    if (w->c.bad || f->all_ways < f->n_ways || (f->is_matched && f->n_candidates == 0))
        w->c.bad = true;
}
