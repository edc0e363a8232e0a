/*
 * literals_build.c - gather in parallel, merge in order, give macros their values, index the ends.
 *
 * Files are put in order of preference and cut into one run of equal bytes a job. Each job gathers into a set of its own; the sets are
 * merged in file order, so the first file of that order names a literal whatever the number of jobs.
 */
#include "corpus/build_values.h"
#include "corpus/echoed_macros.h"
#include "corpus/literals_set.h"
#include "format/text/clit.h"
#include "format/text/xs.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT_BYTES     UINT32_MAX
#define MAX_VALUES         8u    /* of one macro, and ways to expand one group */
#define MAX_EXPANDED_BYTES 4096u /* one group */
#define EXPANSION_ROUNDS   3     /* macros in values of macros */
#define MAX_JOBS           64u

bool pl_literal_add(struct pl_literals *l, enum literal_rule kind, pl_bytes text, uint32_t file,
                    uint32_t line)
{
    if ((l->literals.n + 1) * 2 > l->n_slots) {
        size_t n = l->n_slots == 0 ? 1024 : l->n_slots * 2;
        uint32_t *slots = calloc(n, sizeof *slots);
        if (slots == NULL)
            return false;
        for (size_t i = 0; i < l->literals.n; i++) {
            size_t at = l->literals.v[i].hash & (n - 1);
            while (slots[at] != 0)
                at = (at + 1) & (n - 1);
            slots[at] = (uint32_t)i + 1;
        }
        free(l->slots);
        l->slots = slots;
        l->n_slots = n;
    }
    uint32_t hash = (uint32_t)pl_literal_hash(kind, text);
    size_t at = hash & (l->n_slots - 1);
    for (; l->slots[at] != 0; at = (at + 1) & (l->n_slots - 1)) {
        const struct literal *e = &l->literals.v[l->slots[at] - 1];
        if (e->hash == hash && e->kind == kind && pl_bytes_eq(pl_literal_text(l, e), text))
            return true;
    }
    if (l->literals.n >= UINT32_MAX - 1)
        return false;
    uint64_t where = l->texts.n;
    pl_buf_add(&l->texts, text);
    if (l->texts.why != PL_OK)
        return false;
    struct literal *e = PL_VEC_ADD(&l->literals);
    if (e == NULL)
        return false;
    *e = (struct literal){hash, (uint32_t)where, (uint32_t)text.n, file, line, (uint8_t)kind};
    l->slots[at] = (uint32_t)l->literals.n;
    return true;
}

struct ranked {
    pl_source_ref ref;
    int rank;
    bool is_superseded;
};

static int by_preference(const void *a, const void *b)
{
    const struct ranked *x = a;
    const struct ranked *y = b;
    if (x->rank != y->rank)
        return x->rank - y->rank;
    if (x->ref.tree != y->ref.tree)
        return x->ref.tree < y->ref.tree ? -1 : 1;
    if (x->is_superseded != y->is_superseded)
        return x->is_superseded - y->is_superseded;
    return x->ref.file < y->ref.file ? -1 : x->ref.file > y->ref.file;
}

static pl_status list_files(struct pl_literals *l, struct pl_err *err)
{
    size_t n = 0;
    for (size_t t = 0; t < pl_index_tree_count(l->index); t++)
        n += pl_index_tree(l->index, t)->files.n;
    struct ranked *ranked = calloc(n + 1, sizeof *ranked);
    l->files = calloc(n + 1, sizeof *l->files);
    if (ranked == NULL || l->files == NULL) {
        free(ranked);
        return pl_fail_nomem(err);
    }
    for (uint32_t t = 0; t < pl_index_tree_count(l->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(l->index, t);
        for (uint32_t i = 0; i < tree->files.n; i++)
            ranked[l->n_files++] = (struct ranked){{t, i}, (int)tree->rank, tree->files.v[i].is_superseded};
    }
    qsort(ranked, l->n_files, sizeof *ranked, by_preference);
    for (size_t i = 0; i < l->n_files; i++)
        l->files[i] = ranked[i].ref;
    free(ranked);
    return PL_OK;
}

struct job {
    const struct pl_literals *all;
    size_t first;
    size_t end;
    const struct pl_macros *macros; /* NULL: gather the source; else what uses of these expand to */
    bool is_of_headers;             /* in inline functions of headers, not in files */
    struct gathered g;
    pthread_t thread;
    bool has_thread;
};

/* What xsubpp makes of the file. Its lines are those of the file. */
static void gather_xs(struct gathered *g, struct gather_text t)
{
    struct pl_buf made;
    pl_buf_init(&made, MAX_TEXT_BYTES);
    pl_xs_translate(t.path, t.text, &made);
    t.text = pl_buf_bytes(&made);
    t.path = PL_LIT(".c");
    pl_literals_gather(g, &t);
    g->is_out_of_memory = g->is_out_of_memory || made.why == PL_E_NOMEM;
    pl_buf_reset(&made);
}

static void *run_job(void *arg)
{
    struct job *job = arg;
    struct gathered *g = &job->g;
    for (size_t i = job->first; i < job->end && !g->is_out_of_memory && job->macros == NULL; i++) {
        const struct pl_source_file *f = pl_index_file(job->all->index, job->all->files[i]);
        struct gather_text t = {.text = f->data, .path = f->path, .file = (uint32_t)i, .mode = GATHER_SOURCE};
        pl_literals_gather(g, &t);
        if (pl_xs_is(f->path))
            gather_xs(g, t);
    }
    if (job->is_of_headers)
        g->is_out_of_memory = !pl_literals_gather_bodies(job->all, job->macros, g);
    else if (job->macros != NULL && !g->is_out_of_memory)
        g->is_out_of_memory = !pl_literals_gather_macros(job->all, job->macros, job->first, job->end, g);
    return NULL;
}

static void free_set(struct pl_literals *l)
{
    PL_VEC_FREE(&l->literals);
    PL_VEC_FREE(&l->arms);
    pl_buf_reset(&l->texts);
    free(l->arm_starts);
    free(l->arm_limits);
    free(l->slots);
    free(l->keys);
    free(l->formats);
    free(l->versions);
    free(l->starts);
    free(l->files);
    PL_VEC_FREE(&l->header_files);
    PL_VEC_FREE(&l->bodies);
    pl_arena_reset(&l->header_arena);
}

static void start_set(struct pl_literals *l)
{
    *l = (struct pl_literals){0};
    pl_buf_init(&l->texts, MAX_TEXT_BYTES);
}

static void start_gathered(struct gathered *g)
{
    start_set(&g->own);
    pl_buf_init(&g->texts, MAX_TEXT_BYTES);
}

static uint64_t bytes_to_read(const struct pl_literals *l, size_t i)
{
    const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
    return pl_clit_family_of(f->path) == PL_CLIT_NONE ? 1 : f->data.n + 1;
}

/* Cut the files into runs of about the same size. */
static void cut_jobs(const struct pl_literals *l, struct job *jobs, unsigned n_jobs)
{
    uint64_t total = 0;
    for (size_t i = 0; i < l->n_files; i++)
        total += bytes_to_read(l, i);
    size_t next = 0;
    uint64_t done = 0;
    for (unsigned k = 0; k < n_jobs; k++) {
        jobs[k] = (struct job){.all = l, .first = next};
        start_gathered(&jobs[k].g);
        while (next < l->n_files && (done < total / n_jobs * (k + 1) || k + 1 == n_jobs))
            done += bytes_to_read(l, next++);
        jobs[k].end = next;
    }
}

/* The last run is this thread's; one that cannot have a thread is run here as well. */
static void run_jobs(struct job *jobs, unsigned n_jobs)
{
    for (unsigned k = 0; k < n_jobs; k++)
        jobs[k].has_thread = k + 1 < n_jobs && pthread_create(&jobs[k].thread, NULL, run_job, &jobs[k]) == 0;
    for (unsigned k = n_jobs; k > 0; k--)
        if (!jobs[k - 1].has_thread)
            (void)run_job(&jobs[k - 1]); /* returns NULL */
    for (unsigned k = 0; k < n_jobs; k++)
        if (jobs[k].has_thread)
            (void)pthread_join(jobs[k].thread, NULL); /* a thread that was started can be joined */
}

/* Hand the literals of a job over. */
static bool merge_literals(struct pl_literals *l, struct gathered *g)
{
    bool is_good = true;
    for (size_t i = 0; i < g->own.literals.n && is_good; i++) {
        const struct literal *e = &g->own.literals.v[i];
        is_good = pl_literal_add(l, (enum literal_rule)e->kind, pl_literal_text(&g->own, e), e->file,
                                 e->line_1based);
    }
    is_good = is_good && pl_literals_merge_arms(l, g);
    g->arms.n = 0;
    free(g->recent);
    g->recent = NULL;
    free_set(&g->own);
    start_set(&g->own);
    return is_good;
}

/* A source path and all of its tails: what __FILE__ may say. */
static bool add_paths(struct pl_literals *l)
{
    for (size_t i = 0; i < l->n_files; i++) {
        const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
        pl_bytes tail = f->path;
        l->has_go = l->has_go || pl_bytes_ends(f->path, PL_LIT(".go"));
        if (pl_clit_family_of(f->path) == PL_CLIT_NONE)
            continue;
        while (tail.n > 0) {
            size_t slash = pl_bytes_find_byte(tail, '/', 0);
            if (!pl_literal_add(l, RULE_FILE, tail, (uint32_t)i, 1))
                return false;
            tail = slash == SIZE_MAX ? pl_bytes_sub(tail, 0, 0) : pl_bytes_from(tail, slash + 1);
        }
    }
    return true;
}

/* Values of macros: name -> up to MAX_VALUES texts. */
struct macro_value {
    struct macro_value *next;
    pl_bytes name;
    pl_bytes text;
};

struct macros {
    struct macro_value **buckets;
    size_t n_buckets;
    struct pl_arena arena;
    uint64_t budget; /* bytes of expansions that may still be made */
};

static struct macro_value **macro_bucket(const struct macros *m, pl_bytes name)
{
    return &m->buckets[pl_bytes_hash(name, 0) & (m->n_buckets - 1)];
}

/* False only when out of memory; one value too many is forgotten. */
static bool add_value(struct macros *m, pl_bytes name, pl_bytes text)
{
    struct macro_value **end = macro_bucket(m, name);
    size_t n = 0;
    for (; *end != NULL; end = &(*end)->next) {
        if (!pl_bytes_eq((*end)->name, name))
            continue;
        if (pl_bytes_eq((*end)->text, text) || ++n == MAX_VALUES)
            return true;
    }
    struct macro_value *value = pl_arena_take(&m->arena, sizeof *value);
    if (value == NULL)
        return false;
    value->name = pl_arena_keep(&m->arena, name);
    value->text = pl_arena_keep(&m->arena, text);
    if (value->name.p == NULL || value->text.p == NULL)
        return false;
    *end = value;
    return true;
}

/* PRIu64, SCNxPTR: length modifiers of <inttypes.h>, for 64-bit (way 0) and 32-bit (way 1) machines. C17 7.8.1. */
static bool inttypes_value(pl_bytes name, size_t way, char out[4])
{
    if (name.n < 5 || (!pl_bytes_starts(name, PL_LIT("PRI")) && !pl_bytes_starts(name, PL_LIT("SCN"))) ||
        memchr("diouxX", name.p[3], 6) == NULL)
        return false;
    pl_bytes width = pl_bytes_from(name, 4);
    bool is_fast = pl_bytes_starts(width, PL_LIT("FAST"));
    if (is_fast || pl_bytes_starts(width, PL_LIT("LEAST")))
        width = pl_bytes_from(width, is_fast ? 4 : 5);
    const char *modifier = "";
    if (pl_bytes_eq_str(width, "64") || pl_bytes_eq_str(width, "MAX"))
        modifier = way == 0 ? "l" : "ll";
    else if (pl_bytes_eq_str(width, "PTR"))
        modifier = way == 0 ? "l" : "";
    else if (!pl_bytes_eq_str(width, "32") && !pl_bytes_eq_str(width, "16") && !pl_bytes_eq_str(width, "8"))
        return false;
    else if (name.p[0] == 'S' && width.n == 1)
        modifier = "hh";
    else if (name.p[0] == 'S' && width.p[0] == '1')
        modifier = "h";
    (void)snprintf(out, 4, "%s%c", modifier, name.p[3]); /* at most "lld" */
    return true;
}

/* The way'th value of a macro, the ways going round; *n is how many there are, 0 when it is not known. */
static pl_bytes value_of(const struct macros *m, pl_bytes name, size_t way, char room[4], size_t *n)
{
    pl_bytes none = {NULL, 0};
    *n = 0;
    if (inttypes_value(name, way % 2, room)) {
        *n = 2;
        return pl_bytes_of_str(room);
    }
    pl_bytes values[MAX_VALUES];
    for (const struct macro_value *v = *macro_bucket(m, name); v != NULL && *n < MAX_VALUES; v = v->next)
        if (pl_bytes_eq(v->name, name))
            values[(*n)++] = v->text;
    return *n == 0 ? none : values[way % *n];
}

/*
 * One way to expand a group. *ways is how many differ in at least one macro; 0 when a macro is unknown or the text is too long.
 */
static void expand(const struct macros *m, const struct gathered *g, const struct gathered_group *group,
                   size_t way, struct pl_buf *out, size_t *ways)
{
    size_t most = 1;
    *ways = 0;
    pl_buf_clear(out);
    for (uint32_t i = 0; i < group->n_parts; i++) {
        const struct gathered_part *part = &g->parts.v[group->first_part + i];
        pl_bytes text = pl_bytes_sub(pl_buf_bytes(&g->texts), part->text, part->length);
        char room[4];
        size_t n = 1;
        if (part->is_macro)
            text = value_of(m, text, way, room, &n);
        if (n == 0)
            return;
        if (n > most)
            most = n;
        pl_buf_add(out, text);
        if (out->n > MAX_EXPANDED_BYTES || out->why != PL_OK)
            return;
    }
    *ways = most;
}

/* Expand the groups of one job: values into the macros (is_value), the others into the set. */
static bool expand_groups(struct pl_literals *l, struct macros *m, const struct gathered *g, bool is_value)
{
    struct pl_buf text;
    bool is_good = true;
    pl_buf_init(&text, 2 * MAX_EXPANDED_BYTES + MAX_TEXT_BYTES / 1024);
    for (size_t i = 0; i < g->groups.n && is_good; i++) {
        const struct gathered_group *group = &g->groups.v[i];
        size_t ways = 1;
        for (size_t way = 0; way < ways && way < MAX_VALUES && is_good; way++) {
            expand(m, g, group, way, &text, &ways);
            if (ways == 0 || text.n > m->budget)
                break;
            m->budget -= text.n;
            pl_bytes name = pl_bytes_sub(pl_buf_bytes(&g->texts), group->define, group->define_length);
            if (is_value && name.n > 0)
                is_good = add_value(m, name, pl_buf_bytes(&text));
            else if (!is_value && text.n > 0)
                is_good = pl_literal_add(l, RULE_TILED, pl_buf_bytes(&text), group->file, group->line_1based);
        }
    }
    pl_buf_reset(&text);
    return is_good;
}

static bool expand_macros(struct pl_literals *l, const struct job *jobs, unsigned n_jobs)
{
    struct macros m = {.n_buckets = 4096, .budget = 1u << 20};
    bool is_good = true;
    for (size_t i = 0; i < l->n_files; i++)
        m.budget += 4 * bytes_to_read(l, i);
    for (unsigned k = 0; k < n_jobs; k++)
        while (m.n_buckets < jobs[k].g.groups.n)
            m.n_buckets *= 2;
    m.buckets = calloc(m.n_buckets, sizeof(struct macro_value *));
    pl_arena_init(&m.arena, SIZE_MAX);
    if (m.buckets == NULL)
        return false;
    for (int round = 0; round <= EXPANSION_ROUNDS; round++)
        for (unsigned k = 0; k < n_jobs && is_good; k++)
            is_good = expand_groups(l, &m, &jobs[k].g, round < EXPANSION_ROUNDS);
    pl_arena_reset(&m.arena);
    free(m.buckets);
    return is_good;
}

/* What macros join to their arguments, as far as a line shows where it begins. */
static bool take_joined(void *ctx, pl_bytes word, bool is_front)
{
    struct pl_literals *l = ctx;
    bool has_line = is_front ? pl_bytes_ends(word, PL_LIT("_")) : pl_bytes_starts(word, PL_LIT("_"));
    return !has_line || word.n < 3 ||
           pl_literal_add(l, is_front ? KIND_JOINED_FRONT : KIND_JOINED_END, word, 0, 1);
}

static bool add_macros(const struct pl_literals *l, struct pl_macros *m)
{
    for (size_t i = 0; i < l->n_files; i++) {
        const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
        if (pl_clit_family_of(f->path) == PL_CLIT_C && !pl_macros_add_text(m, f->data))
            return false;
    }
    return true;
}

/* Who takes what the build files say. */
struct build_taker {
    struct pl_literals *l;
    struct pl_macros *m;
    size_t at; /* of the file in l->files that was asked for last */
};

static bool take_macro(void *ctx, pl_bytes name, pl_bytes value)
{
    struct build_taker *b = ctx;
    bool is_text = value.n > 2 && value.p[0] == '"' && value.p[value.n - 1] == '"' &&
                   pl_bytes_find_byte(pl_bytes_sub(value, 1, value.n - 2), '"', 0) == SIZE_MAX;
    if (is_text && !pl_literal_add(b->l, KIND_BUILD_TEXT, pl_bytes_sub(value, 1, value.n - 2), 0, 1))
        return false;
    return pl_macros_add(b->m, name, (pl_bytes){NULL, 0}, value);
}

static bool take_value(void *ctx, pl_bytes text, pl_source_ref file, uint32_t line)
{
    struct build_taker *b = ctx;
    struct pl_literals *l = b->l;
    for (size_t i = 0;
         i < l->n_files && (l->files[b->at].tree != file.tree || l->files[b->at].file != file.file); i++)
        b->at = (b->at + 1) % l->n_files;
    return pl_literal_add(l, RULE_BUILD_VALUE, text, (uint32_t)b->at, line);
}

/* "gdbus-codegen" at `at`, where a word of `n` bytes begins: its length with what lines join to it; 0 where that is nothing. */
static size_t joined_word(pl_bytes text, size_t at, size_t n)
{
    size_t end = at + n;
    if (n == 0 || (at > 0 && text.p[at - 1] == '-'))
        return 0;
    while (end + 1 < text.n && text.p[end] == '-' && pl_is_word_byte(text.p[end + 1]))
        for (end++; end < text.n && pl_is_word_byte(text.p[end]);)
            end++;
    return end - at == n || end - at > 64 ? 0 : end - at;
}

/* Words of a build file; "-lz" is the word "z". Names of tools have a line in them, and count as a whole, too. */
static bool add_build_words(struct pl_literals *l, pl_bytes text, uint32_t file)
{
    for (size_t at = 0; at < text.n; at++) {
        size_t n = 0;
        while (at + n < text.n && pl_is_word_byte(text.p[at + n]))
            n++;
        size_t joined = joined_word(text, at, n);
        if (joined > 0 && !pl_literal_add(l, KIND_BUILD_WORD, pl_bytes_sub(text, at, joined), file, 1))
            return false;
        pl_bytes word = pl_bytes_sub(text, at, n);
        bool is_flag = at > 0 && text.p[at - 1] == '-' && n >= 2 && word.p[0] == 'l';
        if ((n >= 2 && n <= 64 && !pl_literal_add(l, KIND_BUILD_WORD, word, file, 1)) ||
            (is_flag && !pl_literal_add(l, KIND_BUILD_WORD, pl_bytes_from(word, 1), file, 1)))
            return false;
        at += n;
    }
    return true;
}

static bool add_all_build_words(struct pl_literals *l)
{
    for (size_t i = 0; i < l->n_files; i++) {
        const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
        bool is_own = pl_index_tree(l->index, l->files[i].tree)->rank == PL_RANK_OWN;
        bool is_setup = pl_bytes_eq_str(pl_bytes_basename(f->path), "setup.py");
        if (is_own && (is_setup || pl_is_build_file(f->path)) && !add_build_words(l, f->data, (uint32_t)i))
            return false;
    }
    return true;
}

/* The literals of the sources, from which it follows what is reached of the headers, and that says what macros expand to. */
static bool gather_all(struct pl_literals *l, const struct pl_headers *headers, size_t n_headers,
                       struct job *jobs, unsigned n_jobs, struct pl_macros *m)
{
    bool is_good = true;
    struct gathered *of_headers = &jobs[n_jobs].g;
    cut_jobs(l, jobs, n_jobs);
    run_jobs(jobs, n_jobs);
    for (unsigned k = 0; k < n_jobs; k++)
        is_good = is_good && !jobs[k].g.is_out_of_memory && merge_literals(l, &jobs[k].g);
    start_gathered(of_headers);
    struct build_taker taker = {.l = l, .m = m};
    const struct pl_build_sink sink = {.ctx = &taker, .macro = take_macro, .value = take_value};
    /* Build values first: a name has room for few definitions, and other systems' config files hold many. */
    is_good = is_good && pl_build_values(l->index, &l->header_arena, &sink) &&
              pl_echoed_macros(l->index, &l->header_arena, &sink) && add_macros(l, m) &&
              pl_literals_gather_headers(l, headers, n_headers, m, of_headers) &&
              merge_literals(l, of_headers);
    pl_macros_finish(m);
    jobs[n_jobs].all = l;
    jobs[n_jobs].is_of_headers = true;
    for (unsigned k = 0; k <= n_jobs; k++)
        jobs[k].macros = m;
    if (is_good)
        run_jobs(jobs, n_jobs > 1 ? n_jobs + 1 : 1);
    if (is_good && n_jobs == 1)
        (void)run_job(&jobs[1]); /* returns NULL */
    for (unsigned k = 0; k <= n_jobs; k++)
        is_good = is_good && !jobs[k].g.is_out_of_memory && merge_literals(l, &jobs[k].g);
    PL_VEC_FREE(&l->bodies);
    return is_good && pl_macros_joined(m, take_joined, l) && add_all_build_words(l) &&
           pl_literals_add_defines(l) && pl_literals_add_swig(l) && pl_literals_add_nicks(l) &&
           pl_literals_add_dbus(l) && pl_literals_add_identifiers(l, headers, n_headers);
}

static bool build(struct pl_literals *l, const struct pl_headers *headers, size_t n_headers, struct job *jobs,
                  unsigned n_jobs)
{
    struct pl_macros *m;
    bool is_good = pl_macros_new(&m) && gather_all(l, headers, n_headers, jobs, n_jobs, m);
    is_good = is_good && add_paths(l) && expand_macros(l, jobs, n_jobs + 1) && pl_literals_index(l);
    PL_VEC_TRIM(&l->literals);
    pl_buf_trim(&l->texts);
    pl_macros_free(m);
    for (unsigned k = 0; k <= n_jobs; k++) {
        free(jobs[k].g.recent);
        free_set(&jobs[k].g.own);
        pl_buf_reset(&jobs[k].g.texts);
        PL_VEC_FREE(&jobs[k].g.parts);
        PL_VEC_FREE(&jobs[k].g.groups);
        PL_VEC_FREE(&jobs[k].g.arms);
    }
    return is_good;
}

pl_status pl_literals_build(const struct pl_index *ix, const struct pl_headers *headers, size_t n_headers,
                            unsigned jobs, struct pl_literals **out, struct pl_err *err)
{
    unsigned n_jobs = jobs < 1 ? 1 : jobs > MAX_JOBS ? MAX_JOBS : jobs;
    struct pl_literals *l = calloc(1, sizeof *l);
    struct job *list = calloc(n_jobs + 1, sizeof *list);
    pl_status st = PL_E_NOMEM;
    if (l != NULL)
        l->memory = pl_text_memory_new();
    if (l != NULL && l->memory != NULL && list != NULL) {
        l->index = ix;
        l->has_headers = n_headers > 0;
        pl_buf_init(&l->texts, MAX_TEXT_BYTES);
        pl_arena_init(&l->header_arena, MAX_TEXT_BYTES);
        st = list_files(l, err);
        if (st == PL_OK && !build(l, headers, n_headers, list, n_jobs))
            st = l->texts.why == PL_E_LIMIT
                     ? pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "the sources hold more than 4 GiB of literals")
                     : pl_fail_nomem(err);
    } else {
        st = pl_fail_nomem(err);
    }
    free(list);
    if (st == PL_OK)
        *out = l;
    else
        pl_literals_free(l);
    return st;
}

void pl_literals_free(struct pl_literals *l)
{
    if (l == NULL)
        return;
    free_set(l);
    pl_text_memory_free(l->memory);
    free(l);
}
