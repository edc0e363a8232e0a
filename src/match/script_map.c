/*
 * script_map.c - source maps: hints of the package about itself, each checked by itself.
 *
 *     {"version":3, "sources":["../src/a.ts"], "sourcesContent":["..."], "names":["f"], "mappings":"AAAA,IAAI"}
 *
 * A content is explained when the sources have the same file; a name, when they have the word; a path, when they have a file of that name; the
 * mappings, when every field decodes and points to a source and a name that the map has. What is not so stays unaccounted. Nothing here explains any
 * byte of the program that the map goes with.
 *
 * Source: ECMA-426 (source map format); base64 VLQ as specified there, 5 bits a digit, continued by bit 6, sign in bit 1.
 */
#include "format/text/fold.h"
#include "format/text/lex.h"
#include "format/text/words.h"
#include "match/claim.h"

#include <string.h>

#define RULE             "script.map"
#define MAX_CONTENT      (64u << 20)
#define MAX_FIELD_DIGITS 7u

enum part { OTHER, SOURCES, CONTENTS, NAMES, MAPPINGS, ROOT_KEY };

struct map {
    const struct pl_match *m;
    struct pl_file *f;
    const struct pl_lex_language *json;
    enum part part;
    uint32_t depth;
    uint64_t n_sources;
    uint64_t n_names;
    struct pl_lex_token mappings; /* length 0: none */
    struct pl_buf value;
    struct pl_buf folded;
};

static pl_status claim(struct map *x, const struct pl_lex_token *t, enum pl_class class, enum pl_grade grade,
                       const char *source, struct pl_err *err)
{
    return pl_match_claim(x->f, t->offset, t->length, class, grade, RULE, source, err);
}

/* Keys that the format knows beside these. */
static bool is_known_key(pl_bytes key)
{
    static const char *const keys[] = {"version", "file",    "sourceRoot",          "sections",  "map",
                                       "offset",  "debugId", "x_google_ignoreList", "ignoreList"};
    return pl_bytes_is_one_of(key, keys, sizeof keys / sizeof keys[0]);
}

static enum part part_of(pl_bytes key)
{
    static const struct {
        const char *key;
        enum part part;
    } parts[] = {
        {"sources", SOURCES}, {"sourcesContent", CONTENTS}, {"names", NAMES}, {"mappings", MAPPINGS}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (pl_bytes_eq_str(key, parts[i].key))
            return parts[i].part;
    return OTHER;
}

/* A unit with these contents, but for what pl_fold_text() evens out. */
static pl_status find_content(struct map *x, pl_bytes content, const struct pl_source_file **out,
                              struct pl_err *err)
{
    pl_sha256 digest;
    pl_buf_clear(&x->folded);
    pl_fold_text(content, &x->folded);
    pl_status st = pl_buf_done(&x->folded, err);
    if (st == PL_OK)
        st = pl_sha256_of(pl_buf_bytes(&x->folded), &digest, err);
    if (st != PL_OK)
        return st;
    pl_units units = pl_index_units_of_folded(x->m->index, &digest);
    *out = units.n == 0 ? NULL : pl_index_unit_file(x->m->index, pl_best_named(x->m, x->f, units));
    return PL_OK;
}

static pl_status take_content(struct map *x, const struct pl_lex_token *t, struct pl_err *err)
{
    const struct pl_source_file *s = NULL;
    pl_buf_clear(&x->value);
    pl_lex_decode(t, x->json, &x->value);
    pl_status st = pl_buf_done(&x->value, err);
    if (st == PL_OK)
        st = find_content(x, pl_buf_bytes(&x->value), &s, err);
    if (st != PL_OK || s == NULL)
        return st;
    const char *path = pl_arena_str(x->m->arena, s->path);
    return path == NULL ? pl_arena_fail(x->m->arena, err)
                        : claim(x, t, PL_CLASS_DERIVED, PL_GRADE_A, path, err);
}

static bool is_known_name(const struct map *x, pl_bytes name)
{
    pl_bytes word;
    while (pl_words_next(&name, &word))
        if (!pl_index_has_word(x->m->index, word))
            return false;
    return true;
}

/* The file name of a path stands in the sources, too, without "?query" and whatever its folder. */
static bool is_known_path(const struct map *x, pl_bytes path)
{
    pl_bytes name = pl_bytes_basename(pl_bytes_sub(path, 0, pl_bytes_find_byte(path, '?', 0)));
    return pl_index_units_of_name(x->m->index, name).n > 0;
}

static pl_status take_string(struct map *x, const struct pl_lex_token *t, struct pl_err *err)
{
    switch (x->part) {
    case CONTENTS: return take_content(x, t, err);
    case SOURCES:
        x->n_sources++;
        return is_known_path(x, t->body) ? claim(x, t, PL_CLASS_DERIVED, PL_GRADE_C, NULL, err) : PL_OK;
    case NAMES:
        x->n_names++;
        return is_known_name(x, t->body) ? claim(x, t, PL_CLASS_DERIVED, PL_GRADE_C, NULL, err) : PL_OK;
    case MAPPINGS: x->mappings = *t; return PL_OK;
    default: return is_known_name(x, t->body) ? claim(x, t, PL_CLASS_DERIVED, PL_GRADE_C, NULL, err) : PL_OK;
    }
}

static int digit_of(uint8_t b)
{
    if (b >= 'A' && b <= 'Z')
        return b - 'A';
    if (b >= 'a' && b <= 'z')
        return b - 'a' + 26;
    if (b >= '0' && b <= '9')
        return b - '0' + 52;
    return b == '+' ? 62 : b == '/' ? 63 : -1;
}

/* One field; false when it is none. */
static bool take_field(pl_bytes s, size_t *at, int64_t *out)
{
    uint64_t value = 0;
    for (unsigned n = 0; n < MAX_FIELD_DIGITS && *at < s.n; n++) {
        int digit = digit_of(s.p[*at]);
        if (digit < 0)
            return false;
        (*at)++;
        value |= (uint64_t)(digit & 31) << (5 * n);
        if (!(digit & 32)) {
            *out = value & 1 ? -(int64_t)(value >> 1) : (int64_t)(value >> 1);
            return true;
        }
    }
    return false;
}

/* Segments of 1, 4 or 5 fields, each a difference to the one before; sources and names within the map's lists. */
static bool are_valid_mappings(const struct map *x, pl_bytes s)
{
    int64_t source = 0;
    int64_t name = 0;
    for (size_t at = 0; at < s.n;) {
        int64_t fields[5] = {0};
        unsigned n = 0;
        if (s.p[at] == ',' || s.p[at] == ';') {
            at++;
            continue;
        }
        while (at < s.n && s.p[at] != ',' && s.p[at] != ';')
            if (n == 5 || !take_field(s, &at, &fields[n++]))
                return false;
        source += fields[1];
        name += fields[4];
        if (n == 2 || n == 3 || source < 0 || name < 0 || (n > 1 && (uint64_t)source >= x->n_sources) ||
            (n == 5 && (uint64_t)name >= x->n_names))
            return false;
    }
    return true;
}

static pl_status take_token(struct map *x, const struct pl_lex_token *t, bool is_key, struct pl_err *err)
{
    if (t->kind == PL_LEX_PUNCT) {
        x->depth += t->byte == '{' || t->byte == '[';
        if ((t->byte == '}' || t->byte == ']') && x->depth > 0)
            x->depth--;
        return claim(x, t, PL_CLASS_STRUCTURE, PL_GRADE_NONE, NULL, err);
    }
    if (t->kind == PL_LEX_STRING && is_key && x->depth <= 2) {
        x->part = part_of(t->body);
        return is_known_key(t->body) || is_known_name(x, t->body) || x->part != OTHER
                   ? claim(x, t, PL_CLASS_STRUCTURE, PL_GRADE_NONE, NULL, err)
                   : PL_OK;
    }
    if (t->kind == PL_LEX_STRING)
        return take_string(x, t, err);
    if (t->kind == PL_LEX_NUMBER || pl_bytes_eq_str(t->body, "null"))
        return claim(x, t, PL_CLASS_STRUCTURE, PL_GRADE_NONE, NULL, err);
    return PL_OK;
}

static pl_status read_map(struct map *x, struct pl_err *err)
{
    struct pl_lex lexer;
    struct pl_lex_token token;
    struct pl_lex_token next;
    pl_status st = PL_OK;
    size_t end = 0;
    pl_lex_init(&lexer, x->f->data, x->json);
    bool has_next = pl_lex_next(&lexer, &next);
    while (has_next && st == PL_OK) {
        token = next;
        has_next = pl_lex_next(&lexer, &next);
        if (token.offset > end)
            st = pl_match_claim(x->f, end, token.offset - end, PL_CLASS_STRUCTURE, PL_GRADE_NONE, RULE, NULL,
                                err);
        end = token.offset + token.length;
        if (st == PL_OK)
            st = take_token(x, &token, has_next && next.kind == PL_LEX_PUNCT && next.byte == ':', err);
    }
    if (st == PL_OK && end < x->f->data.n)
        st =
            pl_match_claim(x->f, end, x->f->data.n - end, PL_CLASS_STRUCTURE, PL_GRADE_NONE, RULE, NULL, err);
    if (st == PL_OK && x->mappings.length > 0 && are_valid_mappings(x, x->mappings.body))
        st = claim(x, &x->mappings, PL_CLASS_STRUCTURE, PL_GRADE_NONE, NULL, err);
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct map x = {.m = m, .f = f, .json = pl_lex_language_named("json")};
    if (f->data.p == NULL || f->container != NULL || !f->is_whole || !pl_is_unclaimed(f) ||
        !pl_bytes_ends(f->name, PL_LIT(".map")) || f->data.n > MAX_CONTENT ||
        pl_bytes_find(pl_bytes_sub(f->data, 0, 4096), PL_LIT("\"version\""), 0) == SIZE_MAX)
        return PL_OK;
    pl_buf_init(&x.value, f->data.n + 16);
    pl_buf_init(&x.folded, f->data.n + 16);
    pl_status st = read_map(&x, err);
    pl_buf_reset(&x.value);
    pl_buf_reset(&x.folded);
    return st;
}

const struct pl_rung pl_rung_script_map = {
    .rule = RULE,
    .what = "A source map: each content is a source file, each name and path stands in the sources, each "
            "mapping decodes.",
    .source = "ECMA-426",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
