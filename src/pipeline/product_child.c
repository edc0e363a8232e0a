/*
 * product_child.c - archives, images and packages are unpacked in a process of their own; what it says of them is checked here.
 *
 * It can lie about what it unpacked, as whoever made that could have packed something else. It cannot make this process read or write where it should
 * not. Parts of an answer begin with their kind.
 */
#include "base/wire.h"
#include "io/ask.h"
#include "io/host.h"
#include "io/read.h"
#include "pipeline/confined.h"
#include "pipeline/product_private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SAY_BYTES  (256u << 10) /* a part is sent once it is so full */
#define PART_BYTES (128u << 20)

enum kind { KIND_END, KIND_FILE };

static struct pl_ask ask_of(const struct pl_product *p, const char *what)
{
    return (struct pl_ask){
        .what = what, .limits = p->limits, .part_bytes = PART_BYTES, .forking = pl_confined_forking};
}

/* ---- a product ---- */

struct opening {
    struct pl_product *p;
    const char *path;
    pl_bytes archive; /* of a file: its bytes */
    struct pl_wire_in in;
    bool is_end;
};

static pl_status read_there(const struct opening *o, struct pl_product *p, struct pl_err *err)
{
    return p->is_folder
               ? pl_product_read_folder(p, o->path, err)
               : pl_product_read_archive(p, o->archive, pl_bytes_basename(pl_bytes_of_str(o->path)), err);
}

static pl_status say_product(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    const struct opening *o = ctx;
    struct pl_product *p = o->p;
    struct pl_buf out;
    struct pl_wire_out w = {.out = &out};
    pl_status st = read_there(o, p, err);
    pl_buf_init(&out, PART_BYTES);
    for (size_t i = 0; i < p->files.n && st == PL_OK; i++) {
        const struct product_file *f = &p->files.v[i];
        pl_wire_u64(&w, KIND_FILE);
        pl_wire_bytes(&w, f->path);
        pl_wire_u64(&w, f->is_link);
        pl_buf_add(&out, pl_bytes_of(f->sha256.b, PL_SHA256_BYTES));
        if (out.n >= SAY_BYTES || out.why != PL_OK)
            st = pl_ask_say_all(to, &out, err);
    }
    pl_wire_u64(&w, KIND_END);
    pl_wire_u64(&w, p->is_image);
    pl_wire_u64(&w, p->n_links);
    for (size_t i = 0; i < p->n_links; i++) {
        pl_wire_bytes(&w, p->links[i].name);
        pl_wire_bytes(&w, p->links[i].target);
    }
    if (st == PL_OK)
        st = pl_ask_say_all(to, &out, err);
    pl_buf_reset(&out);
    return st;
}

static void take_file(struct opening *o)
{
    struct pl_wire_in *in = &o->in;
    struct product_file f = {.path = pl_wire_take_bytes(in)};
    f.is_link = pl_wire_take_bool(in);
    pl_wire_take_raw(in, f.sha256.b, PL_SHA256_BYTES);
    pl_wire_require(in, f.path.p != NULL && o->p->files.n < o->p->limits->entries);
    struct product_file *slot = in->c.bad ? NULL : PL_VEC_ADD(&o->p->files);
    if (slot != NULL)
        *slot = f;
    else if (!in->c.bad)
        pl_wire_no_memory(in);
}

static void take_end(struct opening *o)
{
    struct pl_wire_in *in = &o->in;
    struct pl_product *p = o->p;
    p->is_image = pl_wire_take_bool(in);
    size_t n = (size_t)pl_wire_take_below(in, MAX_TOP_LINKS + 1);
    for (size_t i = 0; i < n && !in->c.bad; i++) {
        p->links[i].name = pl_wire_take_bytes(in);
        p->links[i].target = pl_wire_take_bytes(in);
        pl_wire_require(in, p->links[i].name.p != NULL && p->links[i].target.p != NULL);
        p->n_links += !in->c.bad;
    }
    o->is_end = true;
}

static pl_status take_product(void *ctx, pl_bytes part, struct pl_err *err)
{
    struct opening *o = ctx;
    struct pl_wire_in *in = &o->in;
    in->c = pl_cursor_of(part);
    while (!in->c.bad && pl_cursor_left(&in->c) > 0) {
        uint64_t kind = pl_wire_take_u64(in);
        pl_wire_require(in, !o->is_end && kind <= KIND_FILE);
        if (kind == KIND_FILE)
            take_file(o);
        else
            take_end(o);
    }
    return pl_wire_done(in, err);
}

/* The bytes of an archive are read here; a folder is read by the process, which may open what is below it. */
static pl_status with_archive(struct opening *o, pl_status (*then)(struct opening *o, struct pl_err *err),
                              struct pl_err *err)
{
    struct pl_product *p = o->p;
    struct stat sb;
    uint8_t *heap = NULL;
    size_t n = 0;
    char unused[PL_HOST_MACHINE_BYTES];
    pl_host_machine(unused); /* of several images the one for this machine counts */
    p->place = o->path;
    p->is_folder = stat(o->path, &sb) == 0 && S_ISDIR(sb.st_mode);
    pl_status st = p->is_folder ? PL_OK : pl_io_read(o->path, p->limits->input_bytes, &heap, &n, err);
    o->archive = pl_bytes_of(heap, n);
    if (st == PL_OK && !p->is_unconfined)
        st = pl_confined_prepare(err);
    if (st == PL_OK)
        st = then(o, err);
    free(heap);
    return st;
}

/* Ask a process that may open what the product is, if that is a folder; here, if there is to be none. */
static pl_status ask_product(struct opening *o, void *ctx,
                             pl_status (*work)(void *ctx, struct pl_ask_answer *to, struct pl_err *err),
                             pl_status (*take)(void *ctx, pl_bytes part, struct pl_err *err),
                             struct pl_err *err)
{
    struct pl_ask ask = ask_of(o->p, "the product");
    if (o->p->is_unconfined)
        return read_there(o, o->p, err);
    ask.ctx = ctx;
    ask.work = work;
    ask.take = take;
    ask.reads = &o->path;
    ask.n_reads = o->p->is_folder;
    return pl_ask(&ask, err);
}

static pl_status open_it(struct opening *o, struct pl_err *err)
{
    pl_status st = ask_product(o, o, say_product, take_product, err);
    return st == PL_OK && !o->is_end && !o->p->is_unconfined
               ? pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the product was not told to its end")
               : st;
}

pl_status pl_product_read_apart(struct pl_product *p, const char *path, struct pl_err *err)
{
    struct opening o = {.p = p, .path = path, .in = {.arena = &p->arena, .limits = p->limits}};
    return with_archive(&o, open_it, err);
}

/* ---- contents once more ---- */

struct recalling {
    struct opening o; /* of a product that is read again */
    size_t n;
    struct pl_product_wanted *wanted;
};

static pl_status say_contents(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    const struct recalling *r = ctx;
    struct pl_buf out;
    struct pl_wire_out w = {.out = &out};
    pl_status st = read_there(&r->o, r->o.p, err);
    pl_buf_init(&out, PART_BYTES);
    for (size_t i = 0; i < r->n && st == PL_OK; i++) {
        if (r->wanted->contents[i].p == NULL)
            continue;
        pl_wire_u64(&w, i);
        pl_wire_bytes(&w, r->wanted->contents[i]);
        st = pl_ask_say_all(to, &out, err);
    }
    pl_buf_reset(&out);
    return st;
}

static pl_status take_contents(void *ctx, pl_bytes part, struct pl_err *err)
{
    struct recalling *r = ctx;
    struct pl_wire_in *in = &r->o.in;
    in->c = pl_cursor_of(part);
    size_t i = (size_t)pl_wire_take_below(in, r->n);
    pl_bytes view = pl_wire_take_view(in);
    pl_wire_require(in, view.n <= PL_DELTA_BYTES && !in->c.bad && r->wanted->contents[i].p == NULL);
    if (!in->c.bad) {
        r->wanted->contents[i] = view.n == 0 ? PL_LIT("") : pl_arena_keep(in->arena, view);
        if (r->wanted->contents[i].p == NULL)
            pl_wire_no_memory(in);
    }
    return pl_wire_done(in, err);
}

static pl_status recall_it(struct opening *o, struct pl_err *err)
{
    struct recalling *r = (struct recalling *)o; /* its first member */
    return ask_product(o, r, say_contents, take_contents, err);
}

pl_status pl_product_read_wanted(struct pl_product *p, const char *path, size_t n, struct pl_err *err)
{
    struct recalling r = {.n = n, .wanted = p->wanted};
    r.o = (struct opening){.p = p, .path = path, .in = {.arena = p->wanted->arena, .limits = p->limits}};
    return with_archive(&r.o, recall_it, err);
}

/* ---- a package beside it ---- */

struct comparing {
    struct pl_product *p;
    const struct pl_component *c;
    bool is_deb;
    pl_bytes package;
    struct pl_arena *arena;
    struct pl_shipped *out;
    struct pl_wire_in in;
    bool is_end;
};

static pl_status compare_there(const struct comparing *x, struct pl_err *err)
{
    return pl_product_compare_here(x->p, x->c, x->is_deb, x->package, x->arena, x->out, err);
}

static void say_names(struct pl_wire_out *w, const char *const *names, uint64_t n)
{
    for (uint64_t i = 0; i < n && i < PL_SHIPPED_NAMES; i++)
        pl_wire_text(w, names[i]);
}

static void say_shipped(struct pl_wire_out *w, const struct pl_shipped *s)
{
    const uint64_t counts[] = {s->same, s->edited, s->settings, s->missing, s->extra};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        pl_wire_u64(w, counts[i]);
    pl_wire_text(w, s->copy_at);
    say_names(w, s->edited_names, s->edited);
    say_names(w, s->missing_names, s->missing);
    say_names(w, s->extra_names, s->extra);
    for (uint64_t i = 0; i < s->edited && i < PL_SHIPPED_NAMES; i++) {
        pl_wire_u64(w, s->edited_published[i].p != NULL);
        if (s->edited_published[i].p != NULL)
            pl_wire_bytes(w, s->edited_published[i]);
    }
}

/* Numbers of files that somebody owns now and nobody owned before, each as the distance from the one before. */
static void say_owned(struct pl_wire_out *w, const struct pl_product *p, const bool *was_owned)
{
    size_t last = 0;
    for (size_t i = 0; i < p->files.n; i++) {
        if (was_owned[i] || !atomic_load(&p->files.v[i].is_owned))
            continue;
        pl_wire_u64(w, i - last + 1);
        last = i;
    }
    pl_wire_u64(w, 0);
}

static pl_status say_comparison(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    const struct comparing *x = ctx;
    const struct pl_product *p = x->p;
    bool *was_owned = calloc(p->files.n + 1, sizeof *was_owned);
    struct pl_buf out;
    struct pl_wire_out w = {.out = &out};
    if (was_owned == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < p->files.n; i++)
        was_owned[i] = atomic_load(&p->files.v[i].is_owned);
    pl_status st = compare_there(x, err);
    pl_buf_init(&out, PART_BYTES);
    if (st == PL_OK) {
        say_shipped(&w, x->out);
        say_owned(&w, p, was_owned);
        st = pl_ask_say_all(to, &out, err);
    }
    pl_buf_reset(&out);
    free(was_owned);
    return st;
}

static void take_names(struct pl_wire_in *in, const char **names, uint64_t n)
{
    for (uint64_t i = 0; i < n && i < PL_SHIPPED_NAMES && !in->c.bad; i++) {
        names[i] = pl_wire_take_text(in);
        pl_wire_require(in, names[i] != NULL);
    }
}

static void take_shipped(struct pl_wire_in *in, struct pl_shipped *s, uint64_t most)
{
    uint64_t *const counts[] = {&s->same, &s->edited, &s->settings, &s->missing, &s->extra};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        *counts[i] = pl_wire_take_below(in, most);
    s->copy_at = pl_wire_take_text(in);
    take_names(in, s->edited_names, s->edited);
    take_names(in, s->missing_names, s->missing);
    take_names(in, s->extra_names, s->extra);
    for (uint64_t i = 0; i < s->edited && i < PL_SHIPPED_NAMES && !in->c.bad; i++) {
        if (!pl_wire_take_bool(in))
            continue;
        s->edited_published[i] = pl_wire_take_bytes(in);
        s->kept_bytes += s->edited_published[i].n;
        pl_wire_require(in, s->kept_bytes <= PL_SHIPPED_KEPT);
    }
}

static void take_owned(struct pl_wire_in *in, struct pl_product *p)
{
    size_t at = 0;
    for (bool is_first = true; !in->c.bad; is_first = false) {
        uint64_t step = pl_wire_take_below(in, p->files.n - at + 1);
        if (step == 0)
            return;
        at += (size_t)step - 1;
        pl_wire_require(in, at < p->files.n && (is_first || step > 1));
        if (!in->c.bad)
            atomic_store(&p->files.v[at].is_owned, true);
    }
}

static pl_status take_comparison(void *ctx, pl_bytes part, struct pl_err *err)
{
    struct comparing *x = ctx;
    struct pl_wire_in *in = &x->in;
    in->c = pl_cursor_of(part);
    pl_wire_require(in, !x->is_end);
    x->is_end = true;
    /* A package may have several places. */
    take_shipped(in, x->out, UINT32_MAX);
    take_owned(in, x->p);
    return pl_wire_done(in, err);
}

pl_status pl_product_compare(struct pl_product *p, const struct pl_component *c, bool is_deb,
                             pl_bytes package, struct pl_arena *arena, struct pl_shipped *out,
                             struct pl_err *err)
{
    struct comparing x = {.p = p,
                          .c = c,
                          .is_deb = is_deb,
                          .package = package,
                          .arena = arena,
                          .out = out,
                          .in = {.arena = arena, .limits = p->limits}};
    struct pl_ask ask = ask_of(p, "the package");
    *out = (struct pl_shipped){0};
    if (p->is_unconfined)
        return compare_there(&x, err);
    ask.ctx = &x;
    ask.work = say_comparison;
    ask.take = take_comparison;
    pl_status st = pl_confined_prepare(err);
    if (st == PL_OK)
        st = pl_ask(&ask, err);
    return st == PL_OK && !x.is_end
               ? pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "a package was not compared to its end")
               : st;
}
