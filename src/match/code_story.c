/*
 * code_story.c - all that is known of one function, for plumb explain.
 *
 * It only retells the alignment; nothing is decided here. Long functions and long definitions are cut, and the explanation says so.
 */
#include "match/code_result.h"
#include "model/explanation.h"

#define MAX_LINES        4096u
#define MAX_SOURCE_LINES 400u
#define MAX_SOURCE_BYTES (64u << 10)
#define NOTE_BYTES       120u

static const struct {
    const char *outcome;
    const char *meaning;
} ends[] = {
    [PL_CODE_RUNTIME] = {"runtime",
                         "start-up code or a library function of the toolchain, known by its content"},
    [PL_CODE_MATCHED] = {"matched", "everything in it is in one source function, and that is distinctive"},
    [PL_CODE_PLACED] = {"placed", "it stands inside a translation unit, and nothing in it contradicts that"},
    [PL_CODE_MISPLACED] = {"misplaced", "something in it is in the source, but not in this unit"},
    [PL_CODE_CONTRADICTED] = {"contradicted", "something in it stands nowhere in the source"},
    [PL_CODE_UNMATCHED] = {"unmatched", "no unit of the source wants it"},
};

struct story {
    const struct pl_code_result *r;
    struct pl_explanation *x;
    struct pl_explained_function *to;
    uint32_t subject;
    struct pl_buf text; /* of the moment */
};

/* What stands in the buffer, kept; the buffer is empty afterwards. NULL when the arena or the buffer is full, which sticks. */
static const char *keep_text(struct story *s)
{
    const char *text = s->text.why == PL_OK ? pl_arena_str(&s->x->arena, pl_buf_bytes(&s->text)) : NULL;
    if (text != NULL)
        pl_buf_clear(&s->text);
    return text;
}

static const char *keep_path(struct story *s, uint32_t unit)
{
    return pl_arena_str(&s->x->arena, pl_index_unit_file(pl_codebase_index(s->r->a->cb), unit)->path);
}

static void add_candidate(struct story *s, uint32_t id, int32_t score)
{
    const struct pl_codebase_entry *e = pl_codebase_at(s->r->a->cb, id);
    struct pl_explained_candidate *c = &s->to->candidates[s->to->n_candidates++];
    if (e->definition->scope.n > 0)
        pl_buf_printf(&s->text, "%.*s::", PL_ARG(e->definition->scope));
    pl_buf_add(&s->text, e->definition->name);
    *c = (struct pl_explained_candidate){
        .name = keep_text(s),
        .path = keep_path(s, e->unit),
        .first_line = e->definition->first_line,
        .last_line = e->definition->last_line,
        .found = pl_code_facts_found(s->r->a, &s->r->a->subjects.v[s->subject], id),
        .score = score};
}

/* The definition it was placed at first, then the others by their fit. */
static void add_candidates(struct story *s)
{
    const struct pl_aligner *a = s->r->a;
    const struct pl_subject *subject = &a->subjects.v[s->subject];
    s->to->is_matched = subject->definition != PL_NO_DEFINITION;
    if (s->to->is_matched)
        add_candidate(s, subject->definition, subject->score);
    for (uint32_t i = 0; i < subject->n_candidates && s->to->n_candidates < PL_EXPLAINED_CANDIDATES; i++) {
        const struct pl_candidate *c = &a->candidates.v[subject->first_candidate + i];
        if (c->id != subject->definition)
            add_candidate(s, c->id, c->score);
    }
}

/* Whole lines of the first candidate. */
static void add_source(struct story *s)
{
    const struct pl_subject *subject = &s->r->a->subjects.v[s->subject];
    if (s->to->n_candidates == 0)
        return;
    uint32_t id =
        s->to->is_matched ? subject->definition : s->r->a->candidates.v[subject->first_candidate].id;
    const struct pl_codebase_entry *e = pl_codebase_at(s->r->a->cb, id);
    pl_bytes data = pl_index_unit_file(pl_codebase_index(s->r->a->cb), e->unit)->data;
    size_t begin = (size_t)e->definition->offset;
    size_t end = begin;
    while (begin > 0 && data.p[begin - 1] != '\n' && e->definition->offset - begin < MAX_SOURCE_BYTES)
        begin--;
    for (unsigned lines = 0; end < data.n && lines < MAX_SOURCE_LINES && end - begin < MAX_SOURCE_BYTES;
         end++) {
        bool is_inside = end < e->definition->offset + e->definition->length;
        if (!is_inside && data.p[end] == '\n')
            break;
        lines += data.p[end] == '\n';
    }
    s->to->is_source_cut = end < e->definition->offset + e->definition->length;
    s->to->source = pl_arena_keep(&s->x->arena, pl_bytes_sub(data, begin, end - begin));
}

static void add_ways(struct story *s)
{
    struct pl_code_way ways[PL_EXPLAINED_WAYS];
    s->to->all_ways = pl_code_ways(s->r, s->subject, ways, PL_EXPLAINED_WAYS);
    s->to->n_ways = s->to->all_ways < PL_EXPLAINED_WAYS ? s->to->all_ways : PL_EXPLAINED_WAYS;
    for (size_t i = 0; i < s->to->n_ways; i++) {
        pl_code_add_way(&s->text, s->r, &ways[i]);
        s->to->ways[i] = keep_text(s);
    }
}

/* What an atom is to a reader; nothing for numbers, which the instruction shows. */
static void add_note(struct story *s, const struct pl_atom *atom)
{
    const struct pl_code *code = s->r->a->code;
    size_t before = s->text.n;
    if (before > 0)
        pl_buf_add_str(&s->text, ", ");
    size_t start = s->text.n;
    switch (atom->kind) {
    case PL_ATOM_STRING:
        pl_buf_printf(&s->text, "\"%.*s%s\"", PL_ARG(pl_bytes_sub(atom->text, 0, NOTE_BYTES)),
                      atom->text.n > NOTE_BYTES ? "…" : "");
        break;
    case PL_ATOM_IMPORT: pl_buf_add(&s->text, pl_bytes_sub(atom->text, 0, NOTE_BYTES)); break;
    case PL_ATOM_SYSCALL: pl_buf_add_str(&s->text, "system call"); break;
    case PL_ATOM_SWITCH:
        pl_buf_printf(&s->text, "switch of %llu cases", (unsigned long long)atom->value);
        break;
    case PL_ATOM_CALL: {
        uint32_t to = atom->target == PL_NO_TARGET ? PL_NO_TARGET
                                                   : s->r->a->subject_of[code->functions[atom->target].owner];
        if (to != PL_NO_TARGET)
            pl_code_add_name(&s->text, s->r, to);
        break;
    }
    default: break;
    }
    if (s->text.n == start && s->text.why == PL_OK)
        s->text.n = before;
}

static void add_lines(struct story *s, const struct pl_function *fn)
{
    const struct pl_code *code = s->r->a->code;
    uint32_t next = 0;
    uint64_t at = 0;
    s->to->lines = pl_arena_take_n(&s->x->arena, MAX_LINES, sizeof *s->to->lines);
    while (at < fn->size && s->to->n_lines < MAX_LINES && s->to->lines != NULL) {
        char text[PL_CODE_TEXT_BYTES];
        pl_bytes left = pl_bytes_sub(s->r->f->data, (size_t)(fn->offset + at), (size_t)(fn->size - at));
        size_t n = pl_code_text_of(fn->machine, fn->address + at, left, text);
        struct pl_explained_line *line = &s->to->lines[s->to->n_lines++];
        if (n == 0)
            break;
        *line = (struct pl_explained_line){.offset = fn->offset + at,
                                           .address = fn->address + at,
                                           .bytes = pl_arena_keep(&s->x->arena, pl_bytes_sub(left, 0, n)),
                                           .text = pl_arena_str(&s->x->arena, pl_bytes_of_str(text))};
        for (; next < fn->n_atoms && code->atoms[fn->first_atom + next].at < line->offset + n; next++) {
            add_note(s, &code->atoms[fn->first_atom + next]);
            if (line->mark == NULL)
                line->mark = pl_code_mark_of(s->r, s->subject, fn->first_atom + next);
        }
        if (s->text.n > 0)
            line->note = keep_text(s);
        at += n;
    }
    s->to->is_cut = at < fn->size;
}

static pl_status tell(struct story *s, const struct pl_function *fn, struct pl_err *err)
{
    const struct pl_subject *subject = &s->r->a->subjects.v[s->subject];
    const struct pl_code_grade *g = &s->r->grades[s->subject];
    *s->to = (struct pl_explained_function){.offset = fn->offset,
                                            .length = fn->size,
                                            .address = fn->address,
                                            .outcome = ends[g->end].outcome,
                                            .meaning = ends[g->end].meaning,
                                            .atoms = subject->n_facts,
                                            .foreign = g->n_foreign,
                                            .margin = subject->margin,
                                            .evidence = g->evidence,
                                            .searched = s->r->n_searched};
    if (fn->name.n > 0)
        s->to->symbol = pl_arena_str(&s->x->arena, fn->name);
    if (g->unit != UINT32_MAX)
        s->to->unit = keep_path(s, g->unit);
    add_candidates(s);
    add_source(s);
    add_ways(s);
    add_lines(s, fn);
    pl_status st = pl_buf_done(&s->text, err);
    if (st == PL_OK && s->x->arena.why != PL_OK)
        st = pl_arena_fail(&s->x->arena, err);
    s->x->has_function = st == PL_OK;
    return st;
}

pl_status pl_code_story(const struct pl_code_result *r, struct pl_err *err)
{
    struct pl_explanation *x = r->m->explanation;
    uint32_t holder = x == NULL ? PL_NO_TARGET : pl_code_function_holding(r->a->code, x->offset);
    if (holder == PL_NO_TARGET)
        return PL_OK;
    const struct pl_function *fn = &r->a->code->functions[holder];
    uint32_t subject = r->a->subject_of[fn->owner];
    if (subject == PL_NO_TARGET)
        return PL_OK; /* a stub of the linker: its claim says so */
    struct story s = {.r = r, .x = x, .to = &x->function, .subject = subject};
    pl_buf_init(&s.text, 1 << 20);
    pl_status st = tell(&s, fn, err);
    pl_buf_reset(&s.text);
    return st;
}
