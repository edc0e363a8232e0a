/*
 * code_known.c - which functions of an image are known for sure, so that what they lack or have besides can be told of them by name.
 *
 * Known is a function that the image exports under the name of its source function, or that fits that by much more than any other could have
 * (KNOWN_MARGIN); its source function is compiled once, from a .c file that no tool wrote. Measured in tests/accuracy/changed.md.
 */
#include "match/code_result.h"

#include <string.h>

#define KNOWN_MARGIN 150u /* tenths of a bit to any rival, where the image does not say its name */
#define HEAD_BYTES   512u
#define MANY_COPIES  2u

static const struct pl_definition *definition_of(const struct pl_aligner *a, uint32_t id)
{
    return pl_codebase_at(a->cb, id)->definition;
}

static pl_bytes file_of(const struct pl_aligner *a, uint32_t id, pl_bytes *path)
{
    const struct pl_source_file *file =
        pl_index_unit_file(pl_codebase_index(a->cb), pl_codebase_at(a->cb, id)->unit);
    *path = file->path;
    return file->data;
}

uint32_t pl_code_only_function(const struct pl_aligner *a, uint64_t name_hash, bool *has_macro)
{
    struct pl_id_list named = pl_codebase_named(a->cb, name_hash);
    uint32_t found = PL_NO_DEFINITION;
    *has_macro = false;
    for (size_t i = 0; i < named.n; i++) {
        bool is_function = definition_of(a, named.v[i])->kind == PL_DEFINITION_FUNCTION;
        *has_macro = *has_macro || !is_function;
        if (is_function && found != PL_NO_DEFINITION)
            return PL_NO_DEFINITION;
        if (is_function)
            found = named.v[i];
    }
    return found;
}

/*
 * Is the definition one that is compiled once, from C as it stands? What is in a grammar or a header has more around it; and functions that a tool
 * wrote are alike, and what it puts into them is not in its text alone (Cython).
 */
static bool is_plain(const struct pl_aligner *a, uint32_t id)
{
    const struct pl_definition *d = definition_of(a, id);
    bool has_macro;
    pl_bytes path;
    pl_bytes text = file_of(a, id, &path);
    return pl_code_only_function(a, pl_atom_hash_text(d->name), &has_macro) == id &&
           pl_codebase_places(a->cb, id).n == 1 && pl_bytes_ends(path, PL_LIT(".c")) &&
           pl_bytes_find(pl_bytes_sub(text, 0, HEAD_BYTES), PL_LIT("enerated"), 0) == SIZE_MAX;
}

static bool is_known(const struct pl_code_result *r, const uint8_t *copies, uint32_t subject)
{
    const struct pl_aligner *a = r->a;
    const struct pl_subject *s = &a->subjects.v[subject];
    const struct pl_code_grade *g = &r->grades[subject];
    bool is_accounted = g->end == PL_CODE_MATCHED || g->end == PL_CODE_PLACED;
    if (!is_accounted || s->definition == PL_NO_DEFINITION || copies[s->definition] != 1 ||
        !is_plain(a, s->definition))
        return false;
    const struct pl_function *fn = &a->code->functions[s->function];
    if (fn->flags & PL_FUNCTION_EXPORTED)
        return pl_bytes_eq(fn->name, definition_of(a, s->definition)->name);
    return s->margin >= (int32_t)KNOWN_MARGIN;
}

pl_status pl_code_find_known(struct pl_code_result *r, struct pl_err *err)
{
    const struct pl_aligner *a = r->a;
    size_t n = pl_codebase_count(a->cb) + 1;
    uint8_t *copies = pl_arena_take_n(r->m->scratch, n, sizeof *copies); /* subjects at each definition */
    bool *known = pl_arena_take_n(r->m->scratch, a->subjects.n + 1, sizeof *known);
    if (copies == NULL || known == NULL)
        return pl_arena_fail(r->m->scratch, err);
    memset(copies, 0, n);
    for (uint32_t i = 0; i < a->subjects.n; i++) {
        uint32_t id = a->subjects.v[i].definition;
        if (id != PL_NO_DEFINITION && copies[id] < MANY_COPIES)
            copies[id]++;
    }
    for (uint32_t i = 0; i < a->subjects.n; i++)
        known[i] = is_known(r, copies, i);
    r->is_known = known;
    return PL_OK;
}
