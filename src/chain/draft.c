/*
 * draft.c - components, dependencies and findings, each with its kind in front.
 */
#include "chain/draft.h"

#include <string.h>

#define SAY_BYTES (256u << 10) /* a part is sent once it is so full */

enum kind { KIND_END, KIND_COMPONENT, KIND_EDGES };

static const char *const scopes[] = {"required", "dev", "optional"};
static const char *const algorithms[] = {NULL, "SHA256", "SHA384", "SHA512"};

#if defined(__x86_64__)
_Static_assert(sizeof(struct pl_component) == 128, "a record has changed: say and take its new fields here");
#endif

/* ---- saying ---- */

static size_t number_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (word == words[i] || (word != NULL && words[i] != NULL && strcmp(word, words[i]) == 0))
            return i;
    return n;
}

static void say_component(struct pl_wire_out *w, const struct pl_component *c)
{
    const char *const texts[] = {c->key,       c->purl,      c->name,       c->version,
                                 c->reference, c->elsewhere, c->pinned_hex, c->place};
    uint64_t places = 0;
    pl_wire_u64(w, KIND_COMPONENT);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        pl_wire_text(w, texts[i]);
    pl_wire_u64(w, number_of(c->scope, scopes, sizeof scopes / sizeof scopes[0]));
    pl_wire_u64(w, number_of(c->pinned_algorithm, algorithms, sizeof algorithms / sizeof algorithms[0]));
    pl_wire_u64(w, c->pins_package);
    pl_wire_u64(w, c->is_product);
    for (const struct pl_place *p = c->more_places; p != NULL; p = p->next)
        places++;
    pl_wire_u64(w, places);
    for (const struct pl_place *p = c->more_places; p != NULL; p = p->next)
        pl_wire_text(w, p->path);
}

static pl_status say_edges(struct pl_wire_out *w, const struct pl_chain *c, struct pl_ask_answer *to,
                           struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < c->edges.n && st == PL_OK;) {
        size_t n = c->edges.n - i < 16384 ? c->edges.n - i : 16384;
        pl_wire_u64(w, KIND_EDGES);
        pl_wire_u64(w, n);
        for (; n > 0; n--, i++) {
            pl_wire_u64(w, c->edges.v[i].from);
            pl_wire_u64(w, c->edges.v[i].to);
        }
        st = pl_ask_say_all(to, w->out, err);
    }
    return st;
}

static void say_findings(struct pl_wire_out *w, const struct pl_findings *f)
{
    pl_wire_u64(w, f->list.n);
    for (size_t i = 0; i < f->list.n; i++) {
        const struct pl_finding *x = &f->list.v[i];
        pl_wire_text(w, x->tag);
        pl_wire_u64(w, x->severity);
        pl_wire_text(w, x->message);
        pl_wire_bytes(w, x->facts[0].value);
    }
    pl_wire_u64(w, f->dropped);
    pl_wire_u64(w, f->dropped_errors);
}

pl_status pl_chain_draft_say(const struct pl_chain_builder *b, uint32_t root, struct pl_ask_answer *to,
                             struct pl_err *err)
{
    const struct pl_chain *c = b->chain;
    struct pl_buf out;
    struct pl_wire_out w = {.out = &out};
    pl_status st = PL_OK;
    pl_buf_init(&out, PL_CHAIN_PART_BYTES);
    for (size_t i = 0; i < c->components.n && st == PL_OK; i++) {
        say_component(&w, &c->components.v[i]);
        if (out.n >= SAY_BYTES || out.why != PL_OK)
            st = pl_ask_say_all(to, &out, err);
    }
    if (st == PL_OK && out.n > 0)
        st = pl_ask_say_all(to, &out, err);
    if (st == PL_OK)
        st = say_edges(&w, c, to, err);
    pl_wire_u64(&w, KIND_END);
    pl_wire_text(&w, c->format);
    pl_wire_u64(&w, root);
    pl_wire_u64(&w, b->is_flat);
    pl_wire_u64(&w, b->duplicates);
    say_findings(&w, &c->findings);
    if (st == PL_OK)
        st = pl_ask_say_all(to, &out, err);
    pl_buf_reset(&out);
    return st;
}

/* ---- taking ---- */

static void take_places(struct pl_wire_in *in, const struct pl_place **list)
{
    size_t n = pl_wire_take_count(in, 1);
    for (size_t i = 0; i < n && !in->c.bad; i++) {
        struct pl_place *p = pl_arena_take(in->arena, sizeof *p);
        if (p == NULL) {
            pl_wire_no_memory(in);
            return;
        }
        *p = (struct pl_place){.path = pl_wire_take_text(in)};
        pl_wire_require(in, p->path != NULL);
        *list = p;
        list = &p->next;
    }
}

static void take_component(struct pl_chain_draft *d)
{
    struct pl_wire_in *in = &d->in;
    struct pl_chain *chain = d->b->chain;
    struct pl_component c = {0};
    const char **const texts[] = {&c.key,       &c.purl,      &c.name,       &c.version,
                                  &c.reference, &c.elsewhere, &c.pinned_hex, &c.place};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = pl_wire_take_text(in);
    c.scope = scopes[pl_wire_take_below(in, sizeof scopes / sizeof scopes[0])];
    c.pinned_algorithm = algorithms[pl_wire_take_below(in, sizeof algorithms / sizeof algorithms[0])];
    c.pins_package = pl_wire_take_bool(in);
    c.is_product = pl_wire_take_bool(in);
    take_places(in, &c.more_places);
    pl_wire_require(in, c.key != NULL && c.name != NULL && c.version != NULL);
    pl_wire_require(in, (c.pinned_hex == NULL) == (c.pinned_algorithm == NULL));
    pl_wire_require(in, chain->components.n < d->b->limits->components && chain->edges.n == 0);
    struct pl_component *slot = in->c.bad ? NULL : PL_VEC_ADD(&chain->components);
    if (slot != NULL)
        *slot = c;
    else if (!in->c.bad)
        pl_wire_no_memory(in);
}

static void take_edges(struct pl_chain_draft *d)
{
    struct pl_wire_in *in = &d->in;
    struct pl_chain *chain = d->b->chain;
    size_t n = pl_wire_take_count(in, 2);
    pl_wire_require(in, n <= d->b->limits->dependencies - chain->edges.n);
    for (size_t i = 0; i < n && !in->c.bad; i++) {
        struct pl_edge e = {.from = (uint32_t)pl_wire_take_below(in, chain->components.n)};
        e.to = (uint32_t)pl_wire_take_below(in, chain->components.n);
        struct pl_edge *slot = in->c.bad ? NULL : PL_VEC_ADD(&chain->edges);
        if (slot != NULL)
            *slot = e;
        else if (!in->c.bad)
            pl_wire_no_memory(in);
    }
}

static void take_findings(struct pl_chain_draft *d, struct pl_err *err)
{
    struct pl_wire_in *in = &d->in;
    struct pl_findings *f = &d->b->chain->findings;
    size_t n = pl_wire_take_count(in, 4);
    pl_wire_require(in, n <= pl_findings_room(f));
    for (size_t i = 0; i < n && !in->c.bad; i++) {
        const char *tag = pl_wire_take_text(in);
        enum pl_severity severity = (enum pl_severity)pl_wire_take_below(in, PL_SEVERITY_ERROR + 1);
        const char *message = pl_wire_take_text(in);
        pl_bytes about = pl_wire_take_bytes(in);
        pl_wire_require(in, tag != NULL && strncmp(tag, "chain.", 6) == 0 && pl_tag_find(tag) != NULL &&
                                message != NULL);
        if (!in->c.bad && pl_chain_note(d->b, pl_tag_find(tag)->tag, severity, about, message, err) != PL_OK)
            pl_wire_no_memory(in);
    }
    f->dropped += pl_wire_take_u64(in);
    f->dropped_errors += pl_wire_take_u64(in);
}

static void take_end(struct pl_chain_draft *d, struct pl_err *err)
{
    struct pl_wire_in *in = &d->in;
    struct pl_chain *chain = d->b->chain;
    chain->format = pl_wire_take_text(in);
    d->root = (uint32_t)pl_wire_take_below(in, chain->components.n);
    d->b->is_flat = pl_wire_take_bool(in);
    d->b->duplicates = pl_wire_take_u64(in);
    take_findings(d, err);
    pl_wire_require(in, chain->format != NULL && chain->components.n > 0);
    d->is_end = true;
}

pl_status pl_chain_draft_take(struct pl_chain_draft *d, pl_bytes part, struct pl_err *err)
{
    struct pl_wire_in *in = &d->in;
    in->c = pl_cursor_of(part);
    while (!in->c.bad && pl_cursor_left(&in->c) > 0) {
        uint64_t kind = pl_wire_take_u64(in);
        pl_wire_require(in, !d->is_end && kind <= KIND_EDGES);
        if (kind == KIND_COMPONENT)
            take_component(d);
        else if (kind == KIND_EDGES)
            take_edges(d);
        else
            take_end(d, err);
    }
    return pl_wire_done(in, err);
}

pl_status pl_chain_draft_check(const struct pl_chain *c, struct pl_err *err)
{
    for (size_t i = 1; i < c->components.n; i++)
        if (strcmp(c->components.v[i - 1].key, c->components.v[i].key) == 0)
            return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "a reader tells of one component twice");
    return PL_OK;
}
