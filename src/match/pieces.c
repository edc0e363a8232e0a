/*
 * pieces.c - reading the inputs of autotools as tokens, and finding runs of them.
 *
 *     AC_MSG_CHECKING([for $1])   ->  AC_MSG_CHECKING ( for $ 1 )
 *     {=checking for foo...=}     ->  checking for foo . . .
 *
 * Square brackets and backslashes are no tokens: m4 takes quotes away, AS_ESCAPE and here-documents add backslashes. Tokens are numbered by
 * their bytes, compared in full, so that equal numbers are equal bytes. Runs of three are found by a counting sort of their hashes.
 *
 * Source: Autoconf manual, "Quadrigraphs", "M4 Quotation", "Polymorphic Variables" (AS_TR_SH, AS_TR_CPP); Automake manual, "Canonicalization".
 */
#include "match/pieces.h"

#include "base/arena.h"
#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES     4096u
#define TRIED_PLACES   768u
#define BUCKET_BITS    20u /* at most; of few tokens, as many buckets as they are */
#define LEAST_BITS     8u
#define MAX_UNIT_BYTES (8u << 20)
#define ARENA_BYTES    ((size_t)256 << 20)
#define MAX_PART_BYTES 96u
#define PASTED_MIN     2u
#define PASTED_LONG    4u
#define BEGINS         (1u << 31) /* in an offset, which is below MAX_UNIT_BYTES */

struct place {
    uint32_t unit;
    uint32_t first; /* position of its first token */
};

struct pl_pieces {
    const struct pl_index *ix;
    pthread_mutex_t lock;
    bool is_built;
    pl_status st;
    struct pl_err why;
    struct pl_arena arena;
    struct pl_map ids;   /* token -> number */
    struct pl_map parts; /* words between underscores, in lower case */
    PL_VEC(uint32_t) tokens;
    PL_VEC(uint32_t) offsets;
    PL_VEC(struct place) units;
    uint32_t *bucket_starts; /* (1 << bucket_bits) + 1 */
    unsigned bucket_bits;
    uint32_t *runs; /* positions, by bucket */
};

static bool is_word_byte(uint8_t c)
{
    return pl_is_word_byte(c) || c >= 0x80;
}

/* Length of the quadrigraph at the front, 0 for none; *c is what it stands for, 0 for nothing that is a token. */
static size_t quadrigraph(pl_bytes b, uint8_t *c)
{
    static const struct {
        const char *text;
        uint8_t c;
    } all[] = {{"@<:@", 0},   {"@:>@", 0},   {"@S|@", '$'}, {"@%:@", '#'},
               {"@{:@", '('}, {"@:}@", ')'}, {"@&t@", 0}};
    if (b.n < 4 || b.p[0] != '@' || b.p[3] != '@')
        return 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (memcmp(b.p, all[i].text, 4) == 0) {
            *c = all[i].c;
            return 4;
        }
    return 0;
}

bool pl_token_next(pl_bytes text, pl_bytes *rest, struct pl_token *out)
{
    while (rest->n > 0) {
        uint8_t c = rest->p[0];
        size_t n = quadrigraph(*rest, &c);
        bool is_blank = c <= ' ' || c == '[' || c == ']' || c == '\\' || c == 0x7f;
        *out = (struct pl_token){.id = PL_NO_TOKEN, .offset = (uint32_t)(rest->p - text.p)};
        if (n > 0) {
            out->length = c == 0 ? 0 : (uint32_t)n;
        } else if (is_word_byte(c)) {
            out->is_word = true;
            while (out->length < rest->n && is_word_byte(rest->p[out->length]))
                out->length++;
        } else if (!is_blank) {
            out->length = 1;
        }
        size_t used = out->length > 0 ? out->length : n > 0 ? n : 1;
        *rest = pl_bytes_from(*rest, used);
        if (out->length > 0)
            return true;
    }
    return false;
}

/* Does a word that a command follows end at byte `end`? */
static bool ends_opening_word(pl_bytes text, size_t end)
{
    static const char *const words[] = {"if", "then", "else", "elif", "do", "while", "until", "eval"};
    size_t start = end;
    while (start > 0 && end - start < 8 && is_word_byte(text.p[start - 1]))
        start--;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (pl_bytes_eq_str(pl_bytes_sub(text, start, end - start), words[i]))
            return true;
    return false;
}

static size_t skip_blanks_back(pl_bytes text, size_t at)
{
    while (at > 0 && (text.p[at - 1] == ' ' || text.p[at - 1] == '\t' || text.p[at - 1] == '\r'))
        at--;
    return at;
}

/* Of the grave accents of a line, every other one opens. */
static bool is_opening_accent(pl_bytes text, size_t at)
{
    bool is_open = false;
    for (size_t i = at + 1; i > 0 && text.p[i - 1] != '\n' && at + 1 - i < LINE_BYTES; i--)
        is_open ^= text.p[i - 1] == '`';
    return is_open;
}

bool pl_token_may_begin(pl_bytes text, uint32_t offset, bool quoted)
{
    size_t at = skip_blanks_back(text, offset);
    if (at > 1 && (text.p[at - 1] == '@' || text.p[at - 1] == '-') && text.p[at - 2] == '\t')
        at = skip_blanks_back(text, at - 1); /* a recipe that says nothing, or whose failure does not count */
    if (at == 0)
        return true;
    uint8_t c = text.p[at - 1];
    uint8_t before = at > 1 ? text.p[at - 2] : 0;
    if (c == '\n') /* not when the line goes on */
        return before != '\\' || quoted;
    if (c == '&')
        return before != '>' && before != '<';
    if (c == '`')
        return is_opening_accent(text, at - 1);
    if (c == '{' && !quoted)
        return at < offset;
    if (memchr(";|{!", c, 4) != NULL || (c == '(' && before == '$'))
        return true;
    if (quoted && memchr("[](),@-%?:", c, 10) != NULL)
        return true;
    return is_word_byte(c) && ends_opening_word(text, at);
}

/* The bytes that a token is compared by. */
static pl_bytes spelled(pl_bytes text, const struct pl_token *t)
{
    static const uint8_t signs[] = "$#()";
    pl_bytes b = pl_bytes_sub(text, t->offset, t->length);
    uint8_t c = 0;
    if (t->is_word || quadrigraph(b, &c) == 0)
        return b;
    const uint8_t *sign = memchr(signs, c, 4);
    return sign == NULL ? b : pl_bytes_of(sign, 1);
}

static bool is_named(pl_bytes base, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        bool is_suffix = names[i][0] == '.';
        if (is_suffix ? pl_bytes_ends(base, pl_bytes_of_str(names[i])) : pl_bytes_eq_str(base, names[i]))
            return true;
    }
    return false;
}

static bool has_folder(pl_bytes path, const char *name)
{
    pl_bytes part;
    while (pl_bytes_split(&path, '/', &part))
        if (path.n > 0 && pl_bytes_eq_str(part, name))
            return true;
    return false;
}

bool pl_is_tool_input(pl_bytes path, enum pl_source_rank rank, bool is_binary)
{
    static const char *const programs[] = {"byacc", "flex", "gperf", NULL};
    static const char *const own[] = {
        ".csv", ".gperf", ".m4",      ".ac",     ".am",        ".in",  ".inc", ".mk",         ".y", ".yy",
        ".l",   ".ll",    "Makevars", "VERSION", "version.sh", ".ver", ".at",  "POTFILES.in", NULL};
    static const char *const made[] = {"configure", "aclocal.m4", NULL};
    static const char *const texts[] = {"doc", "man", "info", "locale", "changelog.gz", "emacs", NULL};
    pl_bytes base = pl_bytes_basename(path);
    if (rank == PL_RANK_OWN)
        return !is_binary && is_named(base, own) && !is_named(base, made);
    if (rank != PL_RANK_TOOLCHAIN)
        return false;
    for (size_t i = 0; texts[i] != NULL; i++)
        if (has_folder(path, texts[i]))
            return false;
    if (has_folder(path, "bin")) /* skeletons are strings in these programs; scripts are inputs all of them */
        return is_named(base, programs) || !is_binary;
    bool is_library = has_folder(path, "gnulib");
    return !is_binary && (!is_library || pl_bytes_ends(base, PL_LIT(".m4")));
}

static pl_status add_part(struct pl_pieces *p, pl_bytes part, struct pl_err *err)
{
    uint8_t lower[MAX_PART_BYTES];
    if (part.n < PASTED_MIN || part.n > sizeof lower)
        return PL_OK;
    for (size_t i = 0; i < part.n; i++)
        lower[i] = part.p[i] >= 'A' && part.p[i] <= 'Z' ? (uint8_t)(part.p[i] + 32) : part.p[i];
    pl_bytes key = pl_bytes_of(lower, part.n);
    if (pl_map_get(&p->parts, key, NULL))
        return PL_OK;
    key = pl_arena_keep(&p->arena, key);
    return key.p == NULL ? pl_arena_fail(&p->arena, err) : pl_map_set(&p->parts, key, 1, err);
}

static pl_status add_parts(struct pl_pieces *p, pl_bytes word, struct pl_err *err)
{
    pl_status st = PL_OK;
    pl_bytes part;
    while (st == PL_OK && pl_bytes_split(&word, '_', &part))
        st = add_part(p, part, err);
    return st;
}

static pl_status add_token(struct pl_pieces *p, uint32_t id, uint32_t offset, struct pl_err *err)
{
    uint32_t *t = PL_VEC_ADD(&p->tokens);
    uint32_t *o = t == NULL ? NULL : PL_VEC_ADD(&p->offsets);
    if (o == NULL)
        return pl_fail_nomem(err);
    *t = id;
    *o = offset;
    return PL_OK;
}

/* The words of its path: macros are handed names of files. */
static pl_status add_path(struct pl_pieces *p, pl_bytes path, struct pl_err *err)
{
    pl_bytes rest = path;
    struct pl_token t;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_token_next(path, &rest, &t))
        if (t.is_word)
            st = add_parts(p, pl_bytes_sub(path, t.offset, t.length), err);
    return st;
}

static pl_status read_unit(struct pl_pieces *p, uint32_t unit, struct pl_err *err)
{
    pl_bytes text = pl_index_unit_file(p->ix, unit)->data;
    pl_bytes rest = text;
    struct pl_token t;
    struct place *place = PL_VEC_ADD(&p->units);
    if (place == NULL)
        return pl_fail_nomem(err);
    *place = (struct place){unit, (uint32_t)p->tokens.n};
    pl_status st = PL_OK;
    while (st == PL_OK && p->tokens.n < PL_PIECE_LIMIT && pl_token_next(text, &rest, &t)) {
        uint64_t id = p->ids.n;
        bool is_new = !pl_map_get(&p->ids, spelled(text, &t), &id);
        if (is_new)
            st = pl_map_set(&p->ids, spelled(text, &t), id, err);
        if (st == PL_OK && is_new && t.is_word)
            st = add_parts(p, pl_bytes_sub(text, t.offset, t.length), err);
        if (st == PL_OK)
            st = add_token(p, (uint32_t)id,
                           t.offset | (pl_token_may_begin(text, t.offset, true) ? BEGINS : 0), err);
    }
    /* No run goes from one text into the next. */
    return st == PL_OK ? add_token(p, PL_NO_TOKEN, (uint32_t)text.n, err) : st;
}

static uint32_t bucket_of(const struct pl_pieces *p, uint32_t a, uint32_t b, uint32_t c)
{
    uint64_t h = ((uint64_t)a * 0x9e3779b97f4a7c15ULL) ^ ((uint64_t)b * 0xc2b2ae3d27d4eb4fULL) ^
                 ((uint64_t)c * 0x165667b19e3779f9ULL);
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9ULL;
    return (uint32_t)(h >> (64 - p->bucket_bits));
}

static pl_status sort_runs(struct pl_pieces *p, struct pl_err *err)
{
    const uint32_t *t = p->tokens.v;
    size_t n = p->tokens.n < PL_PIECE_MIN ? 0 : p->tokens.n - PL_PIECE_MIN + 1;
    for (p->bucket_bits = LEAST_BITS; p->bucket_bits < BUCKET_BITS && n >> p->bucket_bits > 0;)
        p->bucket_bits++;
    p->bucket_starts = calloc(((size_t)1 << p->bucket_bits) + 2, sizeof *p->bucket_starts);
    p->runs = calloc(n + 1, sizeof *p->runs);
    if (p->bucket_starts == NULL || p->runs == NULL)
        return pl_fail_nomem(err);
    uint32_t *starts = p->bucket_starts + 1;
    for (size_t i = 0; i < n; i++)
        starts[bucket_of(p, t[i], t[i + 1], t[i + 2]) + 1]++;
    for (size_t i = 1; i <= (size_t)1 << p->bucket_bits; i++)
        starts[i] += starts[i - 1];
    for (size_t i = 0; i < n; i++)
        p->runs[starts[bucket_of(p, t[i], t[i + 1], t[i + 2])]++] = (uint32_t)i;
    return PL_OK; /* each bucket's end has moved to where the next begins: bucket_starts[b] is its start */
}

static pl_status build(struct pl_pieces *p, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t u = 0; u < pl_index_unit_count(p->ix) && st == PL_OK; u++) {
        uint32_t unit = (uint32_t)u;
        const struct pl_source_file *f = pl_index_unit_file(p->ix, unit);
        enum pl_source_rank rank = pl_index_tree(p->ix, pl_index_unit_ref(p->ix, unit).tree)->rank;
        if (rank == PL_RANK_OWN)
            st = add_path(p, f->path, err);
        if (st == PL_OK && f->data.n <= MAX_UNIT_BYTES && !pl_index_unit_is_repeat(p->ix, unit) &&
            pl_is_tool_input(f->path, rank, !pl_index_unit_is_text(p->ix, unit)))
            st = read_unit(p, unit, err);
    }
    return st == PL_OK ? sort_runs(p, err) : st;
}

pl_status pl_pieces_new(const struct pl_index *ix, struct pl_pieces **out, struct pl_err *err)
{
    struct pl_pieces *p = calloc(1, sizeof *p);
    if (p == NULL)
        return pl_fail_nomem(err);
    p->ix = ix;
    pl_arena_init(&p->arena, ARENA_BYTES);
    pl_map_init(&p->ids);
    pl_map_init(&p->parts);
    (void)pthread_mutex_init(&p->lock, NULL); /* default attributes cannot fail on Linux */
    *out = p;
    return PL_OK;
}

void pl_pieces_free(struct pl_pieces *p)
{
    if (p == NULL)
        return;
    pl_map_reset(&p->ids);
    pl_map_reset(&p->parts);
    pl_arena_reset(&p->arena);
    PL_VEC_FREE(&p->tokens);
    PL_VEC_FREE(&p->offsets);
    PL_VEC_FREE(&p->units);
    free(p->bucket_starts);
    free(p->runs);
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}

pl_status pl_pieces_build(struct pl_pieces *p, struct pl_err *err)
{
    (void)pthread_mutex_lock(&p->lock); /* fails only on misuse */
    if (!p->is_built) {
        p->st = build(p, &p->why);
        p->is_built = true;
    }
    pl_status st = p->st;
    if (st != PL_OK && err != NULL)
        *err = p->why;
    (void)pthread_mutex_unlock(&p->lock);
    return st;
}

pl_status pl_pieces_tokens(const struct pl_pieces *p, pl_bytes text, pl_token_list *out, struct pl_err *err)
{
    pl_bytes rest = text;
    struct pl_token t;
    while (pl_token_next(text, &rest, &t)) {
        struct pl_token *slot = PL_VEC_ADD(out);
        uint64_t id;
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = t;
        if (pl_map_get(&p->ids, spelled(text, &t), &id))
            slot->id = (uint32_t)id;
    }
    return PL_OK;
}

/* The text that holds a position. O(log units). */
static const struct place *unit_at(const struct pl_pieces *p, uint32_t position)
{
    size_t low = 0;
    size_t high = p->units.n;
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (p->units.v[mid].first <= position)
            low = mid;
        else
            high = mid;
    }
    return &p->units.v[low];
}

uint32_t pl_pieces_longest(const struct pl_pieces *p, const struct pl_token *tokens, size_t n, bool begins,
                           uint32_t *unit, uint64_t *offset)
{
    uint32_t best = 0;
    uint32_t best_at = 0;
    if (n < PL_PIECE_MIN || p->tokens.n < PL_PIECE_MIN || tokens[0].id == PL_NO_TOKEN ||
        tokens[1].id == PL_NO_TOKEN || tokens[2].id == PL_NO_TOKEN)
        return 0;
    uint32_t bucket = bucket_of(p, tokens[0].id, tokens[1].id, tokens[2].id);
    uint32_t end = p->bucket_starts[bucket + 1];
    for (uint32_t i = p->bucket_starts[bucket], tried = 0; i < end && tried < TRIED_PLACES; i++) {
        uint32_t at = p->runs[i];
        uint32_t k = 0;
        if (begins && !(p->offsets.v[at] & BEGINS))
            continue;
        tried++;
        while (k < n && at + k < p->tokens.n && tokens[k].id != PL_NO_TOKEN &&
               p->tokens.v[at + k] == tokens[k].id)
            k++;
        if (k > best) {
            best = k;
            best_at = at;
        }
    }
    if (best < PL_PIECE_MIN)
        return 0;
    *unit = unit_at(p, best_at)->unit;
    *offset = p->offsets.v[best_at] & ~BEGINS;
    return best;
}

/* One word without digits and underscores, in lower case: known, or two known ones pasted together, of which one is long. */
static bool derives_letters(const struct pl_pieces *p, pl_bytes part)
{
    if (part.n <= PASTED_MIN || pl_map_get(&p->parts, part, NULL))
        return true;
    for (size_t cut = PASTED_MIN; cut + PASTED_MIN <= part.n; cut++)
        if ((cut >= PASTED_LONG || part.n - cut >= PASTED_LONG) &&
            pl_map_get(&p->parts, pl_bytes_sub(part, 0, cut), NULL) &&
            pl_map_get(&p->parts, pl_bytes_from(part, cut), NULL))
            return true;
    return false;
}

/* "-lfoo" of AC_CHECK_LIB, "xfoo" of a test, LIBFOO of HAVE_LIBFOO. */
static bool derives_prefixed(const struct pl_pieces *p, pl_bytes part)
{
    static const char *const prefixes[] = {"lib", "l", "x"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        pl_bytes prefix = pl_bytes_of_str(prefixes[i]);
        pl_bytes rest = pl_bytes_from(part, prefix.n < part.n ? prefix.n : part.n);
        if (pl_bytes_starts(part, prefix) && (rest.n == 1 || pl_map_get(&p->parts, rest, NULL)))
            return true;
    }
    return false;
}

static bool derives_part(const struct pl_pieces *p, pl_bytes whole)
{
    uint8_t lower[MAX_PART_BYTES];
    size_t n = 0;
    if (whole.n > MAX_PART_BYTES)
        return false;
    for (size_t i = 0; i < whole.n; i++)
        lower[i] = whole.p[i] >= 'A' && whole.p[i] <= 'Z' ? (uint8_t)(whole.p[i] + 32) : whole.p[i];
    if (pl_map_get(&p->parts, pl_bytes_of(lower, whole.n), NULL) ||
        derives_prefixed(p, pl_bytes_of(lower, whole.n)))
        return true;
    for (size_t i = 0; i <= whole.n; i++) {
        bool is_digit = i < whole.n && lower[i] >= '0' && lower[i] <= '9';
        if (i < whole.n && !is_digit) {
            n++;
            continue;
        }
        /* Three letters beside a number are what is left of a bracket expression whose brackets m4 took for quotes. */
        if (n != 3 || n == whole.n)
            if (!derives_letters(p, pl_bytes_of(lower + i - n, n)))
                return false;
        n = 0;
    }
    return true;
}

bool pl_pieces_derives(const struct pl_pieces *p, pl_bytes word)
{
    pl_bytes part;
    while (pl_bytes_split(&word, '_', &part))
        if (!derives_part(p, part))
            return false;
    return true;
}
