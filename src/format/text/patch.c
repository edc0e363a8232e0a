/*
 * patch.c - unified diffs.
 *
 *     --- a/src/x.c<TAB>time          names, up to a tab or a time
 *     +++ b/src/x.c<TAB>time
 *     @@ -old,count +new,count @@     a count that is left out is 1
 *      context / -removed / +added    a line that is empty altogether is an empty context line
 *     \ No newline at end of file     belongs to the line before it
 *
 * Source: POSIX diff(1) "Diff -u Output Format"; GNU diffutils manual; git-diff(1) for "GIT binary patch";
 * dpkg-source(1): patches are applied with -p1 and no fuzz.
 * Not read here: context and ed diffs, the deltas of binary patches, git's rename headers.
 */
#include "format/text/patch.h"
#include "base/size.h"

#include <stdlib.h>

#define MAX_STEPS (1ull << 28)
#define MAX_ITEMS 4000000u

struct reader {
    pl_bytes all;
    pl_bytes rest;
    struct pl_arena *arena;
    struct pl_patch *out;
    bool strips_cr; /* the header lines end in CR, so the mailer put one on every line */
};

static size_t at(const struct reader *r)
{
    return r->all.n - r->rest.n;
}

/* The next line without taking it, LF included. */
static pl_bytes peek(const struct reader *r)
{
    size_t end = pl_bytes_find_byte(r->rest, '\n', 0);
    return pl_bytes_sub(r->rest, 0, end == SIZE_MAX ? r->rest.n : end + 1);
}

static void take(struct reader *r, pl_bytes line)
{
    r->rest = pl_bytes_from(r->rest, line.n);
}

static bool is_octal(pl_bytes s, size_t i)
{
    return i < s.n && s.p[i] >= '0' && s.p[i] <= '7';
}

/* A name in double quotes with C escapes, as GNU diff and git write names with odd characters. */
static pl_status unquote(struct reader *r, pl_bytes s, pl_bytes *out, struct pl_err *err)
{
    uint8_t *p = pl_arena_take(r->arena, s.n + 1);
    if (p == NULL)
        return pl_arena_fail(r->arena, err);
    size_t n = 0;
    for (size_t i = 1; i < s.n && s.p[i] != '"'; i++) {
        uint8_t c = s.p[i];
        if (c == '\\' && is_octal(s, i + 1) && is_octal(s, i + 2) && is_octal(s, i + 3)) {
            c = (uint8_t)((s.p[i + 1] - '0') * 64 + (s.p[i + 2] - '0') * 8 + (s.p[i + 3] - '0'));
            i += 3;
        } else if (c == '\\' && i + 1 < s.n) {
            c = s.p[++i];
            c = c == 't' ? '\t' : c == 'n' ? '\n' : c;
        }
        p[n++] = c;
    }
    *out = pl_bytes_of(p, n);
    return PL_OK;
}

/* " 2012-03-04 ..." after a name that no tab ends. */
static size_t find_time(pl_bytes s)
{
    for (size_t i = 0; i + 6 <= s.n; i++)
        if (s.p[i] == ' ' && (s.p[i + 1] == '1' || s.p[i + 1] == '2') && pl_is_digit(s.p[i + 2]) &&
            pl_is_digit(s.p[i + 3]) && pl_is_digit(s.p[i + 4]) && s.p[i + 5] == '-')
            return i;
    return s.n;
}

static pl_status read_name(struct reader *r, pl_bytes line, pl_bytes *out, struct pl_err *err)
{
    pl_bytes s = pl_bytes_trim(pl_bytes_from(line, 4));
    if (s.n > 0 && s.p[0] == '"')
        return unquote(r, s, out, err);
    size_t tab = pl_bytes_find_byte(s, '\t', 0);
    s = pl_bytes_sub(s, 0, tab == SIZE_MAX ? find_time(s) : tab);
    *out = pl_bytes_trim(s);
    return PL_OK;
}

static bool read_number(pl_bytes *s, uint64_t *out)
{
    size_t n = 0;
    while (n < s->n && pl_is_digit(s->p[n]))
        n++;
    if (!pl_bytes_to_u64(pl_bytes_sub(*s, 0, n), out))
        return false;
    *s = pl_bytes_from(*s, n);
    return true;
}

/* "12,3" or "12" */
static bool read_range(pl_bytes *s, uint64_t *start, uint64_t *count)
{
    *count = 1;
    if (!read_number(s, start))
        return false;
    if (s->n == 0 || s->p[0] != ',')
        return true;
    *s = pl_bytes_from(*s, 1);
    return read_number(s, count);
}

static bool read_hunk_head(pl_bytes line, struct pl_patch_hunk *h, uint64_t *old_count, uint64_t *new_count)
{
    pl_bytes s = pl_bytes_from(line, 4);
    if (!read_range(&s, &h->old_start, old_count) || !pl_bytes_starts(s, PL_LIT(" +")))
        return false;
    s = pl_bytes_from(s, 2);
    return read_range(&s, &h->new_start, new_count) && pl_bytes_starts(s, PL_LIT(" @@"));
}

/* The text of a line as the file has it: without kind, without the CR that a mailer added. */
static pl_status line_text(struct reader *r, pl_bytes text, pl_bytes *out, struct pl_err *err)
{
    bool has_cr = r->strips_cr && pl_bytes_ends(text, PL_LIT("\r\n"));
    *out = text;
    if (!has_cr)
        return PL_OK;
    uint8_t *p = pl_arena_take(r->arena, text.n);
    if (p == NULL)
        return pl_arena_fail(r->arena, err);
    for (size_t i = 0; i + 2 < text.n; i++)
        p[i] = text.p[i];
    p[text.n - 2] = '\n';
    *out = pl_bytes_of(p, text.n - 1);
    return PL_OK;
}

static pl_status add_line(struct reader *r, pl_bytes line, uint8_t kind, struct pl_err *err)
{
    bool is_empty = line.n == 0 || line.p[0] == '\n' || line.p[0] == '\r';
    struct pl_patch_line *l = r->out->lines.n < MAX_ITEMS ? PL_VEC_ADD(&r->out->lines) : NULL;
    if (l == NULL)
        return r->out->lines.n < MAX_ITEMS ? pl_fail_nomem(err)
                                           : pl_fail(err, PL_E_LIMIT, at(r), "patch: too many lines");
    l->kind = kind;
    return line_text(r, is_empty ? line : pl_bytes_from(line, 1), &l->text, err);
}

static void cut_newline(struct pl_patch_line *l)
{
    if (pl_bytes_ends(l->text, PL_LIT("\n")))
        l->text.n--;
}

static pl_status read_hunk(struct reader *r, struct pl_err *err)
{
    struct pl_patch_hunk h = {.offset = at(r), .first_line = r->out->lines.n};
    uint64_t old_left;
    uint64_t new_left;
    pl_bytes line = peek(r);
    if (!read_hunk_head(line, &h, &old_left, &new_left))
        return pl_fail(err, PL_E_INPUT, h.offset, "patch: bad hunk header");
    take(r, line);
    while (old_left > 0 || new_left > 0 || pl_bytes_starts(r->rest, PL_LIT("\\"))) {
        line = peek(r);
        uint8_t kind = line.n == 0 ? 0 : line.p[0];
        if (kind == '\n' || (kind == '\r' && line.n == 2))
            kind = ' ';
        if (kind == '\\' && r->out->lines.n > h.first_line) {
            cut_newline(&r->out->lines.v[r->out->lines.n - 1]);
            take(r, line);
            continue;
        }
        bool in_old = kind == ' ' || kind == '-';
        bool in_new = kind == ' ' || kind == '+';
        if ((!in_old && !in_new) || (in_old && old_left == 0) || (in_new && new_left == 0))
            return pl_fail(err, PL_E_INPUT, at(r), "patch: hunk ends before its line counts are met");
        pl_status st = add_line(r, line, kind, err);
        if (st != PL_OK)
            return st;
        old_left -= in_old;
        new_left -= in_new;
        take(r, line);
    }
    h.n_lines = r->out->lines.n - h.first_line;
    struct pl_patch_hunk *kept = PL_VEC_ADD(&r->out->hunks);
    if (kept == NULL)
        return pl_fail_nomem(err);
    *kept = h;
    return PL_OK;
}

/* "--- a", "+++ b" and the hunks below them. */
static pl_status read_file(struct reader *r, struct pl_err *err)
{
    struct pl_patch_file f = {.offset = at(r), .first_hunk = r->out->hunks.n};
    pl_bytes line = peek(r);
    r->strips_cr = pl_bytes_ends(line, PL_LIT("\r\n"));
    pl_status st = read_name(r, line, &f.old_name, err);
    take(r, line);
    line = peek(r);
    r->strips_cr = r->strips_cr && pl_bytes_ends(line, PL_LIT("\r\n"));
    if (st == PL_OK)
        st = read_name(r, line, &f.new_name, err);
    take(r, line);
    while (st == PL_OK && pl_bytes_starts(r->rest, PL_LIT("@@ -")))
        st = read_hunk(r, err);
    if (st != PL_OK)
        return st;
    f.n_hunks = r->out->hunks.n - f.first_hunk;
    struct pl_patch_file *kept = PL_VEC_ADD(&r->out->files);
    if (kept == NULL)
        return pl_fail_nomem(err);
    *kept = f;
    return PL_OK;
}

/* "diff --git a/x b/x" names what a binary patch below it is about. */
static pl_bytes git_name(pl_bytes head)
{
    size_t space = pl_bytes_rfind_byte(head, ' ');
    return space == SIZE_MAX ? head : pl_bytes_trim(pl_bytes_from(head, space + 1));
}

static pl_status add_binary(struct reader *r, pl_bytes name, struct pl_err *err)
{
    struct pl_patch_file *f = PL_VEC_ADD(&r->out->files);
    if (f == NULL)
        return pl_fail_nomem(err);
    *f = (struct pl_patch_file){.offset = at(r),
                                .old_name = name,
                                .new_name = name,
                                .is_binary = true,
                                .first_hunk = r->out->hunks.n};
    return PL_OK;
}

static bool starts_file(const struct reader *r, pl_bytes line)
{
    return pl_bytes_starts(line, PL_LIT("--- ")) &&
           pl_bytes_starts(pl_bytes_from(r->rest, line.n), PL_LIT("+++ "));
}

static pl_status read_all(struct reader *r, struct pl_err *err)
{
    pl_bytes git = {NULL, 0};
    pl_status st = PL_OK;
    while (st == PL_OK && r->rest.n > 0) {
        pl_bytes line = peek(r);
        if (starts_file(r, line)) {
            st = read_file(r, err);
            continue;
        }
        if (pl_bytes_starts(line, PL_LIT("diff --git ")))
            git = git_name(line);
        else if (pl_bytes_starts(line, PL_LIT("GIT binary patch")) && git.n > 0)
            st = add_binary(r, git, err);
        else if (pl_bytes_starts(line, PL_LIT("Binary files ")))
            st = add_binary(r, git.n > 0 ? git : pl_bytes_trim(pl_bytes_from(line, 13)), err);
        take(r, line);
    }
    return st;
}

pl_status pl_patch_parse(pl_bytes text, struct pl_arena *arena, struct pl_patch *out, struct pl_err *err)
{
    struct pl_patch patch = {0};
    struct reader r = {.all = text, .rest = text, .arena = arena, .out = &patch};
    pl_status st = read_all(&r, err);
    if (st != PL_OK) {
        pl_patch_reset(&patch);
        return st;
    }
    *out = patch;
    return PL_OK;
}

void pl_patch_reset(struct pl_patch *p)
{
    PL_VEC_FREE(&p->files);
    PL_VEC_FREE(&p->hunks);
    PL_VEC_FREE(&p->lines);
}

static bool has_only(const struct pl_patch *p, const struct pl_patch_file *f, uint8_t kind)
{
    if (f->n_hunks != 1)
        return false;
    const struct pl_patch_hunk *h = &p->hunks.v[f->first_hunk];
    for (size_t i = 0; i < h->n_lines; i++)
        if (p->lines.v[h->first_line + i].kind != kind)
            return false;
    return true;
}

bool pl_patch_creates(const struct pl_patch *p, const struct pl_patch_file *f)
{
    return pl_bytes_eq_str(f->old_name, "/dev/null") ||
           (has_only(p, f, '+') && p->hunks.v[f->first_hunk].old_start == 0);
}

bool pl_patch_deletes(const struct pl_patch *p, const struct pl_patch_file *f)
{
    return pl_bytes_eq_str(f->new_name, "/dev/null") ||
           (has_only(p, f, '-') && p->hunks.v[f->first_hunk].new_start == 0);
}

bool pl_patch_strip(pl_bytes name, unsigned strip, pl_bytes *out)
{
    if (name.n == 0 || (name.p[0] == '/' && strip == 0))
        return false;
    for (unsigned i = 0; i < strip; i++) {
        size_t slash = pl_bytes_find_byte(name, '/', 0);
        if (slash == SIZE_MAX)
            return false;
        while (slash < name.n && name.p[slash] == '/')
            slash++;
        name = pl_bytes_from(name, slash);
    }
    while (pl_bytes_starts(name, PL_LIT("./")))
        name = pl_bytes_from(name, 2);
    pl_bytes rest = name;
    pl_bytes part;
    while (pl_bytes_split(&rest, '/', &part))
        if (pl_bytes_eq_str(part, ".."))
            return false;
    *out = name;
    return name.n > 0;
}

/* The old file as lines, and how far it has been copied. */
struct old_lines {
    pl_bytes data;
    size_t *starts; /* n + 1 offsets; the last is data.n */
    size_t n;
    size_t next; /* first line that is not in the output yet */
    uint64_t steps;
};

static pl_status cut_lines(struct old_lines *o, pl_bytes data, struct pl_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < data.n; n++) {
        size_t end = pl_bytes_find_byte(data, '\n', i);
        i = end == SIZE_MAX ? data.n : end + 1;
    }
    *o = (struct old_lines){.data = data, .n = n, .starts = calloc(n + 1, sizeof *o->starts)};
    if (o->starts == NULL)
        return pl_fail_nomem(err);
    size_t at_line = 0;
    for (size_t i = 0; i < data.n; at_line++) {
        o->starts[at_line] = i;
        size_t end = pl_bytes_find_byte(data, '\n', i);
        i = end == SIZE_MAX ? data.n : end + 1;
    }
    o->starts[n] = data.n;
    return PL_OK;
}

static bool fits(struct old_lines *o, const struct pl_patch *p, const struct pl_patch_hunk *h, size_t line)
{
    for (size_t i = 0; i < h->n_lines; i++) {
        const struct pl_patch_line *l = &p->lines.v[h->first_line + i];
        if (l->kind == '+')
            continue;
        o->steps++;
        if (line >= o->n)
            return false;
        size_t from = o->starts[line];
        if (!pl_bytes_eq(pl_bytes_sub(o->data, from, o->starts[line + 1] - from), l->text))
            return false;
        line++;
    }
    return true;
}

/* The line nearest to `guess` where the hunk fits; SIZE_MAX when there is none or the search grows too long. */
static size_t find_place(struct old_lines *o, const struct pl_patch *p, const struct pl_patch_hunk *h,
                         size_t guess)
{
    for (size_t d = 0; d <= o->n && o->steps < MAX_STEPS; d++) {
        o->steps++;
        if (d <= guess && guess - d >= o->next && guess - d <= o->n && fits(o, p, h, guess - d))
            return guess - d;
        if (d > 0 && guess + d >= o->next && guess + d <= o->n && fits(o, p, h, guess + d))
            return guess + d;
    }
    return SIZE_MAX;
}

static pl_status add_move(struct pl_patch_moves *moves, size_t new_offset, uint64_t old_offset, size_t length,
                          struct pl_err *err)
{
    if (length == 0)
        return PL_OK;
    struct pl_patch_move *last = moves->list.n == 0 ? NULL : &moves->list.v[moves->list.n - 1];
    if (last != NULL && ((old_offset == PL_NO_OFFSET && last->old_offset == PL_NO_OFFSET) ||
                         (old_offset != PL_NO_OFFSET && last->old_offset != PL_NO_OFFSET &&
                          last->old_offset + last->length == old_offset))) {
        last->length += length;
        return PL_OK;
    }
    struct pl_patch_move *m = PL_VEC_ADD(&moves->list);
    if (m == NULL)
        return pl_fail_nomem(err);
    *m = (struct pl_patch_move){.new_offset = new_offset, .old_offset = old_offset, .length = length};
    return PL_OK;
}

/* Copy the old lines up to `line`. */
static pl_status copy_to(struct old_lines *o, size_t line, struct pl_buf *out, size_t base,
                         struct pl_patch_moves *moves, struct pl_err *err)
{
    size_t from = o->starts[o->next];
    pl_bytes part = pl_bytes_sub(o->data, from, o->starts[line] - from);
    pl_status st = add_move(moves, out->n - base, from, part.n, err);
    pl_buf_add(out, part);
    o->next = line;
    return st;
}

static pl_status apply_hunk(struct old_lines *o, const struct pl_patch *p, const struct pl_patch_hunk *h,
                            size_t line, struct pl_buf *out, size_t base, struct pl_patch_moves *moves,
                            struct pl_err *err)
{
    pl_status st = copy_to(o, line, out, base, moves, err);
    for (size_t i = 0; st == PL_OK && i < h->n_lines; i++) {
        const struct pl_patch_line *l = &p->lines.v[h->first_line + i];
        if (l->kind == '+') {
            st = add_move(moves, out->n - base, PL_NO_OFFSET, l->text.n, err);
            pl_buf_add(out, l->text);
        } else if (l->kind == '-') {
            o->next++;
        } else {
            st = copy_to(o, o->next + 1, out, base, moves, err);
        }
    }
    return st;
}

/* The line that a hunk means, moved by what the hunks before it were off. */
static size_t guess_line(const struct pl_patch *p, const struct pl_patch_hunk *h, int64_t drift,
                         size_t n_lines)
{
    bool has_old = false;
    for (size_t i = 0; i < h->n_lines && !has_old; i++)
        has_old = p->lines.v[h->first_line + i].kind != '+';
    uint64_t start = h->old_start > n_lines + 1 ? n_lines + 1 : h->old_start;
    int64_t guess = (int64_t)start - (has_old && start > 0 ? 1 : 0) + drift;
    return guess < 0 ? 0 : guess > (int64_t)n_lines ? n_lines : (size_t)guess;
}

pl_status pl_patch_apply(const struct pl_patch *p, const struct pl_patch_file *f, pl_bytes old,
                         struct pl_buf *out, struct pl_patch_moves *moves, struct pl_err *err)
{
    struct old_lines o = {0};
    int64_t drift = 0;
    size_t base = out->n;
    pl_status st = cut_lines(&o, old, err);
    for (size_t i = 0; st == PL_OK && i < f->n_hunks; i++) {
        const struct pl_patch_hunk *h = &p->hunks.v[f->first_hunk + i];
        size_t guess = guess_line(p, h, drift, o.n);
        size_t line = find_place(&o, p, h, guess);
        if (line == SIZE_MAX) {
            st = pl_fail(err, o.steps < MAX_STEPS ? PL_E_INPUT : PL_E_LIMIT, h->offset,
                         "patch: hunk %zu fits nowhere", i + 1);
            break;
        }
        drift += (int64_t)line - (int64_t)guess;
        st = apply_hunk(&o, p, h, line, out, base, moves, err);
    }
    if (st == PL_OK)
        st = copy_to(&o, o.n, out, base, moves, err);
    if (st == PL_OK)
        st = pl_buf_done(out, err);
    free(o.starts);
    return st;
}
