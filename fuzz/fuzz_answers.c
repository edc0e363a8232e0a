/*
 * fuzz_answers.c - frames of a process that was taken over, to each of those here that listen to one.
 *
 *     | who listens, 1 byte | frames: n, 2 bytes little-endian | n bytes | ... |      a frame of n = 0xffff: the process has ended
 *
 * Before the frames of an examination stands the size of the package, 2 bytes.
 * The functions of io/child.h are replaced (--wrap of the linker): no process is started, and what it "says" is the input. So ask.c and whoever
 * checks an answer are tried as they are; a new listener needs a line in `listeners`, and tests/tools/readers.py misses it until then.
 */
#include "fuzz.h"

#include "attest/apart.h"
#include "base/cursor.h"
#include "chain/reader.h"
#include "io/child.h"
#include "io/spill.h"
#include "pipeline/acquire.h"
#include "pipeline/confined.h"
#include "pipeline/product_private.h"
#include "pipeline/source_child.h"
#include "supply/deb_identity.h"
#include "supply/npm_document.h"
#include "supply/unpress.h"

#include <stdlib.h>
#include <string.h>

#define ENDED UINT16_MAX

static struct pl_cursor frames;
static struct pl_limits limits;

pl_status __wrap_pl_child_may_start(struct pl_err *err);
pl_status __wrap_pl_child_start(pl_child_work work, void *ctx, struct pl_child *out, struct pl_err *err);
pl_status __wrap_pl_child_receive(struct pl_child *c, const struct pl_child_tick *tick, struct pl_buf *out,
                                  struct pl_err *err);
pl_status __wrap_pl_child_send(struct pl_child *c, const struct pl_child_tick *tick, pl_bytes bytes,
                               struct pl_err *err);
void __wrap_pl_child_send_end(struct pl_child *c);
void __wrap_pl_child_end(struct pl_child *c, int *signal, int *code);

pl_status __wrap_pl_child_may_start(struct pl_err *err)
{
    (void)err; /* it may */
    return PL_OK;
}

pl_status __wrap_pl_child_start(pl_child_work work, void *ctx, struct pl_child *out, struct pl_err *err)
{
    (void)work; /* nobody does it */
    (void)ctx;
    (void)err;
    *out = (struct pl_child){.pid = -1, .from = -1, .to = -1};
    return PL_OK;
}

pl_status __wrap_pl_child_receive(struct pl_child *c, const struct pl_child_tick *tick, struct pl_buf *out,
                                  struct pl_err *err)
{
    (void)c; /* there is none */
    (void)tick;
    pl_buf_clear(out);
    uint16_t n = pl_cursor_u16le(&frames);
    if (frames.bad || n == ENDED || n > pl_cursor_left(&frames))
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "a process has ended early");
    if (n > out->max_bytes)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "a process says more than it may");
    pl_buf_add(out, pl_cursor_take(&frames, n));
    return pl_buf_done(out, err);
}

pl_status __wrap_pl_child_send(struct pl_child *c, const struct pl_child_tick *tick, pl_bytes bytes,
                               struct pl_err *err)
{
    (void)c; /* there is none */
    (void)tick;
    (void)bytes;
    (void)err;
    return PL_OK;
}

void __wrap_pl_child_send_end(struct pl_child *c)
{
    (void)c; /* there is none */
}

void __wrap_pl_child_end(struct pl_child *c, int *signal, int *code)
{
    (void)c; /* there is none */
    *signal = 0;
    *code = 0;
}

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool put(void *ctx, const void *bytes, size_t n)
{
    (void)ctx;
    fuzz_say_bytes(pl_bytes_of(bytes, n));
    return true;
}

/* A product, a package beside it, and contents of it once more. */
static void a_product(struct pl_arena *arena)
{
    static const char *const paths[] = {"a", "b/c"};
    const struct pl_component c = {.key = "pkg:npm/a@1", .purl = "pkg:npm/a@1", .name = "a", .place = "b"};
    struct pl_product *p = NULL;
    struct pl_shipped shipped;
    pl_bytes contents[2] = {{NULL, 0}, {NULL, 0}};
    pl_bytes unowned[4];
    size_t n = 0;
    if (pl_product_open("/", false, &limits, &p, NULL) != PL_OK)
        return;
    if (pl_product_compare(p, &c, false, PL_LIT(""), arena, &shipped, NULL) == PL_OK) {
        fuzz_say(shipped.same);
        for (uint64_t i = 0; i < shipped.edited && i < PL_SHIPPED_NAMES; i++)
            fuzz_say_bytes(pl_bytes_of_str(shipped.edited_names[i]));
    }
    if (pl_product_recall(p, paths, 2, arena, contents, NULL) == PL_OK)
        for (size_t i = 0; i < 2; i++)
            fuzz_say_bytes(contents[i]);
    fuzz_say(pl_product_unowned(p, unowned, 4, &n));
    for (size_t i = 0; i < n; i++)
        fuzz_say_bytes(unowned[i]);
    pl_product_close(p);
}

static void a_registry_document(struct pl_arena *arena)
{
    struct pl_ask ask = {.limits = &limits};
    struct pl_npm_document d;
    struct pl_npm_document again;
    struct pl_buf kept;
    pl_buf_init(&kept, 1u << 20);
    if (pl_npm_document_read(&ask, PL_LIT("{}"), arena, &d, &kept, NULL) == PL_OK) {
        fuzz_say_bytes(d.tarball);
        fuzz_say(d.n_versions);
        require(pl_npm_document_of(pl_buf_bytes(&kept), &limits, arena, &again, NULL) == PL_OK);
        require(again.n_versions == d.n_versions && pl_bytes_eq(again.tarball, d.tarball));
    }
    pl_buf_reset(&kept);
}

static void a_deb(struct pl_arena *arena)
{
    struct pl_ask ask = {.limits = &limits};
    struct pl_deb_identity id = {.n_helpers = 0};
    if (pl_deb_identify_apart(PL_LIT("!<arch>\n"), &ask, arena, &id, NULL) != PL_OK)
        return;
    require(id.n_helpers <= PL_DEB_HELPERS);
    for (size_t i = 0; i < id.n_helpers; i++)
        fuzz_say_bytes(pl_bytes_of_str(id.helpers[i].package));
    fuzz_say_bytes(id.source);
    fuzz_say_bytes(id.version);
}

static pl_status hear(void *ctx, pl_bytes part, struct pl_err *err)
{
    size_t *n = ctx;
    (void)err;
    *n += part.n;
    return PL_OK;
}

static void a_packed_index(struct pl_arena *arena)
{
    struct pl_ask ask = {.limits = &limits};
    size_t n = 0;
    (void)arena;
    fuzz_say(pl_unpress_apart(&ask, PL_PRESS_XZ, PL_LIT("x"), 1000, hear, &n, NULL) == PL_OK);
    require(n <= 1000);
}

static pl_status nobody_judges(void *ctx, struct pl_outcome **said, enum pl_exit *exit, struct pl_err *why)
{
    (void)ctx; /* in the process that is not there */
    (void)said;
    (void)exit;
    return pl_fail(why, PL_E_BUG, PL_NO_OFFSET, "judged here");
}

/* What it says of criteria is written; a yes is one of each. */
static void an_attestation(struct pl_arena *arena)
{
    struct pl_apart apart = {.judge = nobody_judges, .what = "the attestation"};
    struct pl_outcome *o = pl_outcome_new("verify", "x");
    struct pl_err why = {.offset = PL_NO_OFFSET};
    struct pl_write_options options = {0};
    struct pl_outcome *ended = NULL;
    enum pl_exit exit;
    (void)arena;
    require(o != NULL && pl_outcome_enforce(o, "keys", &why, "here") == PL_OK &&
            pl_outcome_enforce(o, "signature", &why, "there") == PL_OK &&
            pl_outcome_holds(o, "keys", &why, "two") == PL_OK);
    pl_status st = pl_judge_apart(&apart, o, &exit, &why);
    require(st == why.status || st == PL_OK);
    require(exit != PL_EXIT_PASS || (st == PL_OK && o->steps.v[1].result == PL_STEP_HOLDS));
    require(o->steps.v[0].result == PL_STEP_HOLDS && strcmp(o->steps.v[0].why, "two") == 0);
    pl_status told = pl_outcome_end(o, st, &why, exit, &ended, NULL);
    require(told == (st == PL_E_NOMEM ? st : PL_OK));
    if (told != PL_OK) /* whoever says that memory is out costs the verdict */
        return;
    require(pl_outcome_write(ended, "json", &options, put, NULL, NULL) != PL_E_BUG);
    require(pl_outcome_write(ended, "text", &options, put, NULL, NULL) != PL_E_BUG);
    pl_outcome_free(ended);
}

static void an_examination(struct pl_arena *arena)
{
    static const uint8_t package[UINT16_MAX];
    struct pl_report *r = pl_report_new(&limits);
    struct pl_confined_work work = {.limits = &limits, .jobs = 1, .name = "x"};
    uint64_t by_class[PL_CLASS_COUNT];
    (void)arena;
    require(r != NULL);
    work.package = pl_bytes_of(package, pl_cursor_u16le(&frames));
    if (pl_confined(&work, r, NULL) == PL_OK)
        for (size_t i = 0; i < r->files.n; i++) {
            const struct pl_file *f = r->files.v[i];
            uint64_t sum = pl_ledger_totals(&f->ledger, by_class, NULL);
            for (int k = 0; k < PL_CLASS_COUNT; k++)
                sum += by_class[k];
            require(sum == f->size);
            fuzz_say_bytes(f->path);
        }
    pl_report_free(r);
}

static void a_source(struct pl_arena *arena)
{
    struct pl_check_options options = {.jobs = 1};
    struct pl_acquired *a = calloc(1, sizeof *a);
    struct pl_source_spec spec = {.jobs = 1};
    struct pl_artifact item = {.name = "x.tar", .bytes = PL_LIT("x")};
    struct pl_source_tree *t = NULL;
    (void)arena;
    require(a != NULL);
    a->options = &options;
    a->limits = &limits;
    if (pl_source_read(a, &spec, &item, 1, &t, NULL) == PL_OK) {
        for (size_t i = 0; i < t->files.n; i++) {
            fuzz_say_bytes(t->files.v[i].path);
            fuzz_say_bytes(t->files.v[i].data);
        }
        pl_source_tree_free(t);
    }
    for (size_t i = 0; i < a->rooms.n; i++)
        pl_spill_close(&a->rooms.v[i]);
    PL_VEC_FREE(&a->rooms);
    free(a);
}

/* In this order, which seeds know. */
static void (*const listeners[])(struct pl_arena *arena) = {
    a_product, a_registry_document, a_deb, a_packed_index, an_attestation, an_examination, a_source,
};

static int look(const uint8_t *data, size_t size)
{
    struct pl_arena arena;
    size_t who = size == 0 ? 0 : data[0] % (sizeof listeners / sizeof listeners[0]);
    if (size == 0)
        return 0;
    limits = pl_limits_default();
    limits.memory_bytes = 64u << 20;
    limits.unpacked_bytes = 64u << 10;
    limits.file_bytes = 64u << 10;
    limits.entries = 1000;
    frames = pl_cursor_of(pl_bytes_of(data + 1, size - 1));
    pl_arena_init(&arena, 64u << 20);
    listeners[who](&arena);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
