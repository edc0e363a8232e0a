/*
 * literals_macros.c - the literals that uses of macros expand to.
 *
 *     printf("xz (" PACKAGE_NAME ") " VERSION_STRING(5, 4) "\n")
 *            ^------------------- a use ------------------^
 *
 * A use is a run of literals and telling macros (macros.h) next to each other, with the lists of arguments that belong to them. It is
 * expanded in each of its ways, and the result is gathered as if it stood there. Directives are passed over: what a #define holds comes out where
 * it is used.
 *
 * Uses with lists of arguments can cost what is meant for the whole file: curl_easy_setopt() of <curl/typecheck-gcc.h> is a thousand tokens a call. Of a
 * file that has such ones, the literals and macros without arguments are read once more, also where they stand within arguments.
 */
#include "corpus/literals_set.h"
#include "format/text/clit.h"
#include "format/text/xs.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_PER_BYTE  32u
#define STEPS_AT_LEAST  100000u
#define STEPS_OF_TREE   200000000u /* of all files together, where that is less: some ten seconds */
#define SCRATCH_BYTES   (256u << 20)
#define SCRATCH_KEPT    (64u << 10)
#define MAX_LIST_TOKENS 20000u
#define MAX_PATTERNS    64u /* of one file, where a use has too many ways */
#define FIRST_USES      4096u

/* A use that was expanded in all of its ways: the same text gives the same again, at the same cost. */
struct known_use {
    pl_bytes text; /* borrowed; no bytes: free */
    size_t cost;   /* tokens, all ways together */
    size_t ways;
    bool is_lost; /* it was too much */
};

struct pass {
    const struct pl_literals *l;
    struct gathered *g;
    struct pl_macro_run run;
    struct pl_macro_run patterns; /* the same, with steps of its own: uses are not lost for them */
    struct pl_arena scratch;
    struct pl_macro_cache *cache;
    struct pl_macro_scope scope;
    struct pl_buf text;
    bool is_out_of_memory;

    pl_bytes data;
    pl_bytes path;
    uint32_t file;
    size_t line_at; /* bytes of the file whose lines are counted */
    uint32_t line;
    size_t start; /* of the run */
    size_t end;
    bool is_in_run;
    bool has_macro;
    bool has_lost;  /* a use was too much to be expanded */
    bool is_frugal; /* uses with lists of arguments are left out */
    size_t n_patterns;
    size_t arms_end; /* behind the last pattern of literals with #if in it */

    struct known_use *known; /* open addressing; heap */
    size_t n_known;
    size_t n_slots; /* a power of two, or 0 */
};

static uint32_t line_of(struct pass *p, size_t at)
{
    for (const uint8_t *end; p->line_at < at; p->line_at = (size_t)(end - p->data.p) + 1) {
        end = memchr(p->data.p + p->line_at, '\n', at - p->line_at);
        if (end == NULL) {
            p->line_at = at;
            break;
        }
        p->line++;
    }
    return p->line;
}

static struct pl_macro_run *pattern_run(struct pass *p)
{
    p->patterns.line_1based = p->run.line_1based;
    p->patterns.at = p->run.at;
    return &p->patterns;
}

static struct known_use *slot_of(struct known_use *slots, size_t n_slots, pl_bytes text)
{
    size_t i = (size_t)pl_bytes_hash(text, 0) & (n_slots - 1);
    while (slots[i].text.n > 0 && !pl_bytes_eq(slots[i].text, text))
        i = (i + 1) & (n_slots - 1);
    return &slots[i];
}

static void remember(struct pass *p, struct known_use use)
{
    if (2 * p->n_known >= p->n_slots) {
        size_t n = p->n_slots == 0 ? FIRST_USES : 2 * p->n_slots;
        struct known_use *slots = calloc(n, sizeof *slots);
        if (slots == NULL)
            return; /* it will be expanded again */
        for (size_t i = 0; i < p->n_slots; i++)
            if (p->known[i].text.n > 0)
                *slot_of(slots, n, p->known[i].text) = p->known[i];
        free(p->known);
        p->known = slots;
        p->n_slots = n;
    }
    struct known_use *slot = slot_of(p->known, p->n_slots, use.text);
    p->n_known += slot->text.n == 0;
    *slot = use;
}

/* Everything a use gives is gathered. True when it was already, by the same text in this or an earlier file of the pass. */
static bool is_expanded(struct pass *p, pl_bytes use, size_t *ways)
{
    const struct known_use *known = p->n_slots == 0 ? NULL : slot_of(p->known, p->n_slots, use);
    if (known == NULL || known->text.n == 0 || p->run.budget <= known->cost)
        return false;
    p->run.budget -= known->cost;
    *ways = known->ways;
    p->has_lost = p->has_lost || known->is_lost;
    return true;
}

static void gather_expansion(struct pass *p)
{
    struct gather_text t = {.text = pl_buf_bytes(&p->text),
                            .path = p->path,
                            .file = p->file,
                            .mode = GATHER_EXPANSION,
                            .known = p->l,
                            .line_1based = p->run.line_1based};
    if (t.text.n > 0)
        pl_literals_gather(p->g, &t);
    p->is_out_of_memory = p->g->is_out_of_memory;
}

/* In all of its ways, of which many give the same text. */
static size_t expand_use(struct pass *p, pl_bytes use)
{
    size_t had = p->run.budget;
    size_t ways = 1;
    uint64_t seen[PL_MACRO_WAYS];
    size_t n_seen = 0;
    bool is_lost = false;
    p->run.has_place = false;
    for (size_t way = 0; way < ways && !p->is_out_of_memory && p->run.budget > 0; way++) {
        pl_buf_clear(&p->text);
        p->is_out_of_memory = !pl_macros_expand(&p->run, use, way, &p->text, &ways);
        uint64_t hash = pl_bytes_hash(pl_buf_bytes(&p->text), 1);
        size_t i = 0;
        while (i < n_seen && seen[i] != hash)
            i++;
        if (!p->is_out_of_memory && i == n_seen) {
            seen[n_seen++] = hash;
            is_lost = is_lost || p->text.n == 0;
            gather_expansion(p);
        }
        if (p->scratch.used_bytes > SCRATCH_KEPT)
            pl_arena_rewind(&p->scratch);
    }
    if (!p->is_out_of_memory && p->run.budget > 0 && !p->run.has_place)
        remember(p, (struct known_use){use, had - p->run.budget, ways, is_lost});
    p->has_lost = p->has_lost || is_lost;
    return ways;
}

static void expand_run(struct pass *p)
{
    size_t ways;
    pl_bytes use = pl_bytes_sub(p->data, p->start, p->end - p->start);
    p->run.line_1based = line_of(p, p->start);
    p->run.at = p->start;
    if (!is_expanded(p, use, &ways))
        ways = expand_use(p, use);
    if (ways >= PL_MACRO_WAYS && !p->is_out_of_memory && p->n_patterns++ < MAX_PATTERNS)
        p->is_out_of_memory = !pl_literals_gather_ways(p->g, pattern_run(p), use, p->file);
}

static void end_run(struct pass *p)
{
    if (p->is_in_run && p->has_macro)
        expand_run(p);
    p->is_in_run = false;
    p->has_macro = false;
}

static void extend_run(struct pass *p, size_t start, size_t end)
{
    if (!p->is_in_run)
        p->start = start;
    p->is_in_run = true;
    p->end = end;
}

/* assert and the like write down their arguments; through another macro, with macros in them expanded. */
static bool is_checker(pl_bytes word)
{
    static const char *const names[] = {"assert", "assume", "affirm", "assure",
                                        "check",  "verify", "CHECK",  "ASSERT"};
    return pl_bytes_has_one_of(word, names, sizeof names / sizeof names[0]);
}

/* The arguments of the call whose list begins where the lexer (a copy) stands, expanded, as the texts of macros' arguments are kept. */
static void gather_arguments(struct pass *p, struct pl_clit lexer)
{
    size_t start = lexer.at;
    size_t end = pl_clit_skip_list(&lexer, MAX_LIST_TOKENS);
    size_t ways = 1;
    if (end == 0 || end - start > PL_LITERAL_MACRO_BYTES)
        return;
    pl_bytes list = pl_bytes_trim(pl_bytes_sub(p->data, start, end - start));
    p->run.line_1based = line_of(p, start);
    p->run.at = start;
    for (size_t way = 0; way < ways && !p->is_out_of_memory && p->run.budget > 0; way++) {
        size_t n = 0;
        pl_buf_clear(&p->text);
        p->is_out_of_memory =
            !pl_macros_expand(&p->run, pl_bytes_sub(list, 1, list.n - 2), way, &p->text, &ways);
        for (size_t i = 0; i < p->text.n; i++)
            if (p->text.p[i] != ' ')
                p->text.p[n++] = p->text.p[i];
        pl_bytes dense = pl_bytes_of(p->text.p, n);
        if (n > 2 && n <= PL_LITERAL_MACRO_BYTES && pl_literal_find(p->l, RULE_MACRO_TEXT, dense) == NULL)
            p->is_out_of_memory = p->is_out_of_memory || !pl_literal_add(&p->g->own, RULE_MACRO_TEXT, dense,
                                                                         p->file, p->run.line_1based);
        pl_arena_rewind(&p->scratch);
    }
}

static void take_word(struct pass *p, const struct pl_clit_token *t, struct pl_clit *lexer)
{
    unsigned use = pl_macros_use(p->run.m, t->body);
    bool has_list = !p->is_frugal && (use & PL_MACRO_WITH_LIST) != 0;
    if (is_checker(t->body) && !p->is_frugal)
        gather_arguments(p, *lexer);
    size_t end = has_list ? pl_clit_skip_list(lexer, MAX_LIST_TOKENS) : 0;
    if (end == 0 && (use & PL_MACRO_ALONE) != 0)
        end = t->offset + t->length;
    if (end == 0) {
        end_run(p);
        return;
    }
    extend_run(p, t->offset, end);
    p->has_macro = true;
}

/* A directive at `at`: literals may go on behind it. */
static void try_arms(struct pass *p, size_t at, const struct pl_clit *lexer)
{
    struct pl_clit ahead = *lexer;
    struct pl_clit_token t;
    size_t start = p->is_in_run ? p->start : at;
    p->run.at = at;
    bool is_if = pl_clit_next(&ahead, &t) && t.kind == PL_CLIT_WORD && pl_bytes_starts(t.body, PL_LIT("if"));
    if (is_if && start >= p->arms_end)
        p->is_out_of_memory = !pl_literals_gather_arms(p->g, pattern_run(p), p->data, start, p->file,
                                                       line_of(p, start), &p->arms_end);
    if (p->scratch.used_bytes > SCRATCH_KEPT)
        pl_arena_rewind(&p->scratch);
}

static void scan_file(struct pass *p)
{
    struct pl_clit lexer;
    struct pl_clit_token t;
    pl_clit_init(&lexer, p->data, PL_CLIT_C);
    bool has_token = pl_clit_next(&lexer, &t);
    while (has_token && !p->is_out_of_memory && p->run.budget > 0) {
        if (t.is_first && pl_clit_is_byte(&t, '#')) {
            if (!p->is_frugal)
                try_arms(p, t.offset, &lexer);
            end_run(p);
            do
                has_token = pl_clit_next(&lexer, &t);
            while (has_token && !t.is_first);
            continue;
        }
        if (t.kind == PL_CLIT_STRING)
            extend_run(p, t.offset, t.offset + t.length);
        else if (t.kind == PL_CLIT_WORD)
            take_word(p, &t, &lexer);
        else
            end_run(p);
        has_token = pl_clit_next(&lexer, &t);
    }
    end_run(p);
}

/* Tokens that one file may touch, however short it is: less each where there are tens of thousands. It follows from the sources alone. */
static size_t steps_at_least(const struct pl_literals *l)
{
    size_t files = l->n_files < 1 ? 1 : l->n_files;
    return STEPS_OF_TREE / files < STEPS_AT_LEAST ? STEPS_OF_TREE / files : STEPS_AT_LEAST;
}

static void scan_text(struct pass *p, const struct pl_macros *m, pl_bytes text, pl_bytes path, uint32_t file)
{
    size_t budget = steps_at_least(p->l) + STEPS_PER_BYTE * text.n;
    p->data = text;
    p->path = path;
    p->file = file;
    p->line_at = 0;
    p->line = 1;
    p->arms_end = 0;
    p->n_patterns = 0;
    pl_macro_scope_read(&p->scope, text);
    p->run = (struct pl_macro_run){.m = m,
                                   .scratch = &p->scratch,
                                   .cache = p->cache,
                                   .budget = budget,
                                   .scope = &p->scope,
                                   .path = path};
    p->patterns = p->run;
    p->has_lost = p->is_frugal = false;
    scan_file(p);
    if (p->is_out_of_memory || (p->run.budget > 0 && !p->has_lost))
        return;
    p->is_frugal = true;
    p->line_at = 0;
    p->line = 1;
    p->run.budget = budget;
    scan_file(p);
}

static void begin(struct pass *p, const struct pl_literals *l, const struct pl_macros *m, struct gathered *g)
{
    *p = (struct pass){.l = l, .g = g, .cache = pl_macro_cache_new(m)}; /* without one it takes longer */
    pl_arena_init(&p->scratch, SCRATCH_BYTES);
    pl_buf_init(&p->text, SCRATCH_BYTES);
}

static bool end(struct pass *p)
{
    pl_buf_reset(&p->text);
    pl_arena_reset(&p->scratch);
    pl_macro_cache_free(p->cache);
    free(p->known);
    return !p->is_out_of_memory;
}

/* What xsubpp makes of a file has macros of perl.h in it. Uses are remembered by their text, so this is a pass of its own. */
static bool gather_xs(const struct pl_literals *l, const struct pl_macros *m, const struct pl_source_file *f,
                      uint32_t file, struct gathered *g)
{
    struct pass p;
    struct pl_buf made;
    begin(&p, l, m, g);
    pl_buf_init(&made, SCRATCH_BYTES);
    pl_xs_translate(f->path, f->data, &made);
    scan_text(&p, m, pl_buf_bytes(&made), f->path, file);
    bool is_good = end(&p) && made.why != PL_E_NOMEM;
    pl_buf_reset(&made);
    return is_good;
}

bool pl_literals_gather_macros(const struct pl_literals *l, const struct pl_macros *m, size_t first,
                               size_t last, struct gathered *g)
{
    struct pass p;
    begin(&p, l, m, g);
    for (size_t i = first; i < last && !p.is_out_of_memory; i++) {
        const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
        if (pl_clit_family_of(f->path) == PL_CLIT_C)
            scan_text(&p, m, f->data, f->path, (uint32_t)i);
        if (pl_xs_is(f->path) && !gather_xs(l, m, f, (uint32_t)i, g))
            p.is_out_of_memory = true;
    }
    return end(&p);
}

bool pl_literals_gather_bodies(const struct pl_literals *l, const struct pl_macros *m, struct gathered *g)
{
    struct pass p;
    begin(&p, l, m, g);
    for (size_t i = 0; i < l->bodies.n && !p.is_out_of_memory; i++)
        scan_text(&p, m, l->bodies.v[i].text, l->bodies.v[i].path, l->bodies.v[i].file);
    return end(&p);
}
