/*
 * fuzz_wire.c - what a child that was taken over may say: records are refused, or they sum and can be judged and written; and what was
 * taken is the same when it was sent once more.
 *
 *     | kind: 0 records, 1 an explained function, 2 files of a source, 3 a revision of git, 4 a chain | bytes |
 */
#include "fuzz.h"

#include "chain/draft.h"
#include "chain/solve.h"
#include "judge/judge.h"
#include "pipeline/source_child.h"
#include "pipeline/wire.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

static bool put(void *ctx, const void *bytes, size_t n)
{
    pl_buf_add(ctx, pl_bytes_of(bytes, n));
    return true;
}

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_and_say(const struct pl_file *f)
{
    uint64_t by_class[PL_CLASS_COUNT];
    uint64_t sum = pl_ledger_totals(&f->ledger, by_class, NULL);
    for (int i = 0; i < PL_CLASS_COUNT; i++)
        sum += by_class[i];
    require(sum == f->size);
    fuzz_say_bytes(f->path);
    fuzz_say_findings(&f->findings);
    fuzz_say_ledger(&f->ledger);
}

static void judge_and_write(struct pl_report *r)
{
    struct pl_policy policy = pl_policy_default();
    struct pl_write_options options = {.is_verbose = true};
    struct pl_err err = {0};
    struct pl_buf out;
    pl_buf_init(&out, 64u << 20);
    if (pl_judge(r, &policy, true, &err) == PL_OK)
        for (size_t i = 0; pl_report_format(i) != NULL; i++)
            require(pl_report_write(r, pl_report_format(i), &options, put, &out, &err) != PL_E_BUG);
    fuzz_say_bytes(pl_buf_bytes(&out));
    pl_buf_reset(&out);
}

/* Both give true when all of the frame was good. */
static bool send_records(struct pl_wire_in *in, struct pl_wire_out *out)
{
    while (in->st == PL_OK && !in->c.bad && pl_cursor_left(&in->c) > 0) {
        struct pl_file f = {.size = 0};
        pl_wire_take_file(in, &f);
        if (!in->c.bad)
            pl_wire_file(out, &f);
        pl_file_reset(&f);
    }
    return pl_wire_done(in, NULL) == PL_OK;
}

static bool send_explained(struct pl_wire_in *in, struct pl_wire_out *out)
{
    struct pl_explained_function f = {0};
    pl_wire_take_explained(in, &f);
    if (pl_wire_done(in, NULL) != PL_OK)
        return false;
    require(f.n_ways <= f.all_ways && f.n_candidates <= PL_EXPLAINED_CANDIDATES && f.outcome != NULL);
    pl_wire_explained(out, &f);
    return true;
}

static bool send_git(struct pl_wire_in *in, struct pl_wire_out *out)
{
    struct pl_source_git *git = pl_wire_take_source_git(in);
    if (pl_wire_done(in, NULL) != PL_OK)
        return false;
    pl_wire_source_git(out, git);
    return true;
}

/* A good frame is taken and sent, and that one, too: the second is taken, and both say the same. */
static void send_twice(pl_bytes frame, const struct pl_limits *limits,
                       bool (*send)(struct pl_wire_in *in, struct pl_wire_out *out))
{
    struct pl_buf texts[2];
    bool is_good = true;
    pl_buf_init(&texts[0], 64u << 20);
    pl_buf_init(&texts[1], 64u << 20);
    for (int i = 0; i < 2 && is_good; i++) {
        struct pl_arena arena;
        struct pl_wire_in in = {.c = pl_cursor_of(frame), .arena = &arena, .limits = limits};
        struct pl_wire_out out = {.out = &texts[i]};
        pl_arena_init(&arena, 64u << 20);
        is_good = send(&in, &out) && texts[i].why == PL_OK;
        require(i == 0 || is_good);
        pl_arena_reset(&arena);
        frame = pl_buf_bytes(&texts[i]);
    }
    require(!is_good || pl_bytes_eq(pl_buf_bytes(&texts[0]), pl_buf_bytes(&texts[1])));
    fuzz_say_bytes(frame);
    pl_buf_reset(&texts[0]);
    pl_buf_reset(&texts[1]);
}

static void read_records(pl_bytes data, const struct pl_limits *limits)
{
    struct pl_report *r = pl_report_new(limits);
    require(r != NULL);
    r->subject_name = "package";
    struct pl_wire_in in = {.c = pl_cursor_of(data), .arena = &r->walk_arena, .limits = limits};
    while (in.st == PL_OK && !in.c.bad && pl_cursor_left(&in.c) > 0 && r->files.n < 64) {
        struct pl_file **slot = PL_VEC_ADD(&r->files);
        struct pl_file *f = calloc(1, sizeof *f);
        require(slot != NULL && f != NULL);
        *slot = f;
        pl_wire_take_file(&in, f);
        if (!in.c.bad)
            check_and_say(f);
    }
    if (pl_wire_done(&in, NULL) == PL_OK)
        judge_and_write(r);
    struct pl_file *owned[64];
    size_t n = r->files.n;
    for (size_t i = 0; i < n; i++) {
        owned[i] = r->files.v[i];
        pl_file_reset(owned[i]);
    }
    r->files.n = 0;
    pl_report_free(r);
    for (size_t i = 0; i < n; i++)
        free(owned[i]);
}

/* Files of a source: what is taken lies in the room, in order, and can be freed. */
static void read_source(pl_bytes data, const struct pl_limits *limits)
{
    static const uint8_t room[4096];
    struct pl_source_tree *t = calloc(1, sizeof *t);
    require(t != NULL);
    t->arena = calloc(1, sizeof *t->arena);
    require(t->arena != NULL);
    pl_arena_init(t->arena, 64u << 20);
    struct pl_wire_in in = {.c = pl_cursor_of(data), .arena = t->arena, .limits = limits};
    while (!in.c.bad && pl_cursor_left(&in.c) > 0) {
        pl_source_take_file(&in, pl_bytes_of(room, sizeof room), t);
        if (in.c.bad)
            break;
        const struct pl_source_file *f = &t->files.v[t->files.n - 1];
        require(f->data.p >= room && f->data.n <= sizeof room - (size_t)(f->data.p - room));
        for (size_t i = 0; i < f->hunks.n; i++)
            require(f->hunks.v[i].patch != NULL && f->hunks.v[i].length <= f->data.n);
        fuzz_say_bytes(f->path);
        fuzz_say(f->data.n);
    }
    pl_source_tree_free(t);
}

/* A revision: what is taken has the ids that are told of it. */
static void read_git(pl_bytes data, const struct pl_limits *limits)
{
    struct pl_arena arena;
    struct pl_wire_in in = {.c = pl_cursor_of(data), .arena = &arena, .limits = limits};
    pl_arena_init(&arena, 64u << 20);
    const struct pl_source_git *git = pl_wire_take_source_git(&in);
    if (git != NULL && !in.c.bad) {
        require(strlen(git->tree) == 2 * PL_SHA1_BYTES && git->folder != NULL);
        fuzz_say_bytes(pl_bytes_of_str(git->tree));
        fuzz_say_bytes(pl_bytes_of_str(git->folder));
        fuzz_say(git->is_found);
        fuzz_say_bytes(git->signature);
        fuzz_say_bytes(git->signed_text);
    }
    pl_arena_reset(&arena);
}

/* A chain: what is taken can be finished, and written. */
static void read_chain(pl_bytes data, const struct pl_limits *given)
{
    struct pl_limits limits = *given;
    struct pl_buf out;
    struct pl_chain_builder b;
    struct pl_chain_draft d = {.b = &b};
    limits.components = 10000;
    limits.dependencies = 100000;
    struct pl_chain *c = pl_chain_new(&limits);
    require(c != NULL);
    c->subject = "document";
    pl_chain_builder_init(&b, c, &limits);
    d.in = (struct pl_wire_in){.arena = &c->arena, .limits = &limits};
    pl_buf_init(&out, 64u << 20);
    if (pl_chain_draft_take(&d, data, NULL) == PL_OK && d.is_end) {
        require(pl_chain_finish(&b, d.root, NULL) == PL_OK);
        if (pl_chain_draft_check(c, NULL) == PL_OK && pl_chain_solve(c, NULL) == PL_OK)
            require(pl_chain_write(c, "json", NULL, put, &out, NULL) == PL_OK);
    }
    fuzz_say_bytes(pl_buf_bytes(&out));
    pl_buf_reset(&out);
    pl_chain_builder_reset(&b);
    pl_chain_free(c);
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_limits limits = pl_limits_default();
    limits.memory_bytes = 64u << 20;
    if (size == 0)
        return 0;
    pl_bytes rest = pl_bytes_of(data + 1, size - 1);
    if (data[0] == 0) {
        read_records(rest, &limits);
        send_twice(rest, &limits, send_records);
        return 0;
    }
    if (data[0] == 2) {
        read_source(rest, &limits);
        return 0;
    }
    if (data[0] == 3) {
        read_git(rest, &limits);
        send_twice(rest, &limits, send_git);
        return 0;
    }
    if (data[0] == 4) {
        read_chain(rest, &limits);
        return 0;
    }
    send_twice(rest, &limits, send_explained);
    return 0;
}

FUZZ_TWICE(look)
