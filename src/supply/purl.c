/*
 * purl.c - package URLs.
 *
 *     pkg:deb/debian/xz-utils@5.4.1-1?arch=amd64#subpath
 *         type  ns   name     version  qualifiers
 *
 * Source: ECMA-427, section 5 (parsing goes from the right). Two things follow its test suite rather than its text: an empty
 * name before '@' is refused, and an '@' counts only after the last '/'. Control characters, written out or encoded, are refused: no name holds one.
 * What each type adds stands in purl_types.c.
 */
#include "supply/purl_types.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    pl_bytes text;
    struct pl_arena *arena;
};

static bool is_type_character(uint8_t c, bool is_first)
{
    return pl_is_letter(c) || (!is_first && (pl_is_digit(c) || c == '.' || c == '-'));
}

/* The suite wants a key that begins in upper case refused, and one that goes on so read in lower case. */
static bool is_key_character(uint8_t c, bool is_first)
{
    return is_first ? c >= 'a' && c <= 'z' : is_type_character(c, false) || c == '_';
}

static pl_status fail_at(const struct reader *r, const uint8_t *where, const char *what, struct pl_err *err)
{
    return pl_fail(err, PL_E_INPUT, (uint64_t)(where - r->text.p), "purl: %s", what);
}

static pl_status keep_lower(const struct reader *r, pl_bytes *part, struct pl_err *err)
{
    uint8_t *copy = pl_arena_take(r->arena, part->n);
    if (copy == NULL)
        return pl_arena_fail(r->arena, err);
    for (size_t i = 0; i < part->n; i++)
        copy[i] = pl_to_lower(part->p[i]);
    *part = pl_bytes_of(copy, part->n);
    return PL_OK;
}

/* Percent-decode. Control characters and, unless `may_slash`, an encoded '/' are refused: no name may hold them. */
static pl_status decode(const struct reader *r, pl_bytes raw, bool may_slash, pl_bytes *out,
                        struct pl_err *err)
{
    uint8_t *copy = pl_arena_take(r->arena, raw.n);
    if (copy == NULL)
        return pl_arena_fail(r->arena, err);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        uint8_t c = raw.p[i];
        if (c == '%') {
            uint8_t hex[2] = {i + 1 < raw.n ? raw.p[i + 1] : 0, i + 2 < raw.n ? raw.p[i + 2] : 0};
            for (int k = 0; k < 2; k++)
                if (pl_hex_value(hex[k]) < 0)
                    return fail_at(r, raw.p + i, "'%' without two hexadecimal digits", err);
            char digits[3] = {(char)hex[0], (char)hex[1], '\0'};
            c = (uint8_t)strtoul(digits, NULL, 16);
            if (c == '/' && !may_slash)
                return fail_at(r, raw.p + i, "an encoded '/' inside a segment", err);
            i += 2;
        }
        if (c < 0x20 || c == 0x7f)
            return fail_at(r, raw.p + (i < raw.n ? i : raw.n - 1), "a control character", err);
        copy[n++] = c;
    }
    *out = pl_bytes_of(copy, n);
    return PL_OK;
}

/* Segments between '/', each decoded, empty ones (and, in a subpath, dots) dropped, joined by '/' again. */
static pl_status decode_segments(const struct reader *r, pl_bytes raw, bool is_subpath, pl_bytes *out,
                                 struct pl_err *err)
{
    uint8_t *joined = pl_arena_take(r->arena, raw.n);
    if (joined == NULL)
        return pl_arena_fail(r->arena, err);
    size_t n = 0;
    pl_bytes rest = raw;
    pl_bytes segment;
    while (pl_bytes_split(&rest, '/', &segment)) {
        pl_bytes plain;
        pl_status st = decode(r, segment, false, &plain, err);
        if (st != PL_OK)
            return st;
        bool is_dots = pl_bytes_eq_str(plain, ".") || pl_bytes_eq_str(plain, "..");
        if (plain.n == 0 || (is_subpath && is_dots))
            continue;
        if (n > 0)
            joined[n++] = '/';
        memcpy(joined + n, plain.p, plain.n);
        n += plain.n;
    }
    *out = pl_bytes_of(joined, n);
    return PL_OK;
}

static int by_key(const void *a, const void *b)
{
    const struct pl_purl_qualifier *x = a;
    const struct pl_purl_qualifier *y = b;
    return pl_bytes_cmp(x->key, y->key);
}

static pl_status check_key(const struct reader *r, pl_bytes key, const uint8_t *where, struct pl_err *err)
{
    if (key.n == 0)
        return fail_at(r, where, "a qualifier without a key", err);
    for (size_t i = 0; i < key.n; i++)
        if (!is_key_character(key.p[i], i == 0))
            return fail_at(r, key.p + i, "a qualifier key has a character that is not allowed", err);
    return PL_OK;
}

static pl_status read_qualifiers(const struct reader *r, pl_bytes raw, struct pl_purl *out,
                                 struct pl_err *err)
{
    pl_bytes rest = raw;
    pl_bytes pair;
    while (pl_bytes_split(&rest, '&', &pair)) {
        size_t eq = pl_bytes_find_byte(pair, '=', 0);
        if (eq == SIZE_MAX)
            return fail_at(r, pair.n > 0 ? pair.p : raw.p, "a qualifier without '='", err);
        struct pl_purl_qualifier q = {.key = pl_bytes_sub(pair, 0, eq)};
        const uint8_t *where = q.key.p;
        pl_status st = check_key(r, q.key, pair.p, err);
        if (st == PL_OK)
            st = keep_lower(r, &q.key, err);
        if (st == PL_OK)
            st = decode(r, pl_bytes_from(pair, eq + 1), true, &q.value, err);
        if (st != PL_OK)
            return st;
        if (q.value.n == 0)
            continue;
        for (size_t i = 0; i < out->n_qualifiers; i++)
            if (pl_bytes_eq(out->qualifiers[i].key, q.key))
                return fail_at(r, where, "a qualifier stands twice", err);
        if (out->n_qualifiers == PL_PURL_MAX_QUALIFIERS)
            return fail_at(r, where, "too many qualifiers", err);
        out->qualifiers[out->n_qualifiers++] = q;
    }
    if (out->n_qualifiers > 0)
        qsort(out->qualifiers, out->n_qualifiers, sizeof *out->qualifiers, by_key);
    return PL_OK;
}

static pl_status read_type(const struct reader *r, pl_bytes *rest, struct pl_purl *out, struct pl_err *err)
{
    while (rest->n > 0 && rest->p[0] == '/')
        *rest = pl_bytes_from(*rest, 1);
    size_t slash = pl_bytes_find_byte(*rest, '/', 0);
    pl_bytes type = pl_bytes_sub(*rest, 0, slash == SIZE_MAX ? rest->n : slash);
    if (slash == SIZE_MAX || type.n == 0)
        return fail_at(r, rest->p, "no '/' after a type", err);
    for (size_t i = 0; i < type.n; i++)
        if (!is_type_character(type.p[i], i == 0))
            return fail_at(r, type.p + i, "the type has a character that is not allowed", err);
    pl_status st = keep_lower(r, &type, err);
    if (st != PL_OK)
        return st;
    out->type = type;
    *rest = pl_bytes_from(*rest, slash + 1);
    return PL_OK;
}

/* What is left once type, qualifiers and subpath are gone: namespace/name@version. */
static pl_status read_path(const struct reader *r, pl_bytes rest, struct pl_purl *out, struct pl_err *err)
{
    size_t at = pl_bytes_rfind_byte(rest, '@');
    size_t slash = pl_bytes_rfind_byte(rest, '/');
    pl_bytes version = {NULL, 0};
    if (at != SIZE_MAX && (slash == SIZE_MAX || at > slash)) {
        version = pl_bytes_from(rest, at + 1);
        rest = pl_bytes_sub(rest, 0, at);
    }
    bool had_version = version.p != NULL;
    while (!had_version && rest.n > 0 && rest.p[rest.n - 1] == '/')
        rest.n--;
    pl_bytes name = pl_bytes_basename(rest);
    pl_bytes ns = pl_bytes_folder(rest);
    if (name.n == 0)
        return fail_at(r, name.p != NULL ? name.p : rest.p, "no name", err);
    pl_status st = decode(r, name, false, &out->name, err);
    if (st == PL_OK && version.n > 0)
        st = decode(r, version, true, &out->version, err);
    if (st == PL_OK)
        st = decode_segments(r, ns, false, &out->ns, err);
    if (st == PL_OK && (st = pl_purl_apply_type(out, r->arena, err)) == PL_E_INPUT && err != NULL)
        err->offset = (uint64_t)(name.p - r->text.p);
    return st;
}

bool pl_purl_is(pl_bytes text)
{
    return text.n >= 4 && pl_to_lower(text.p[0]) == 'p' && pl_to_lower(text.p[1]) == 'k' &&
           pl_to_lower(text.p[2]) == 'g' && text.p[3] == ':';
}

pl_status pl_purl_parse(pl_bytes text, struct pl_arena *arena, struct pl_purl *out, struct pl_err *err)
{
    struct reader r = {.text = text, .arena = arena};
    struct pl_purl purl = {0};
    if (text.n > PL_PURL_MAX_BYTES)
        return pl_fail(err, PL_E_INPUT, PL_PURL_MAX_BYTES, "purl: longer than %u bytes", PL_PURL_MAX_BYTES);
    if (!pl_purl_is(text))
        return pl_fail(err, PL_E_INPUT, 0, "purl: does not begin with \"pkg:\"");
    pl_bytes rest = pl_bytes_from(text, 4);
    pl_status st = PL_OK;
    size_t hash = pl_bytes_rfind_byte(rest, '#');
    if (hash != SIZE_MAX) {
        st = decode_segments(&r, pl_bytes_from(rest, hash + 1), true, &purl.subpath, err);
        rest = pl_bytes_sub(rest, 0, hash);
    }
    size_t question = pl_bytes_rfind_byte(rest, '?');
    if (st == PL_OK && question != SIZE_MAX) {
        st = read_qualifiers(&r, pl_bytes_from(rest, question + 1), &purl, err);
        rest = pl_bytes_sub(rest, 0, question);
    }
    if (st == PL_OK)
        st = read_type(&r, &rest, &purl, err);
    if (st == PL_OK)
        st = read_path(&r, rest, &purl, err);
    if (st == PL_OK)
        *out = purl;
    return st;
}

/* The rules that parsing enforces by itself, for parts that come from elsewhere. */
static const char *objection(const struct pl_purl *purl)
{
    const pl_bytes parts[] = {purl->ns, purl->name, purl->version, purl->subpath};
    bool is_git = pl_bytes_eq_str(purl->type, "git");
    if (purl->type.n == 0 || purl->name.n == 0)
        return purl->type.n == 0 ? "no type" : "no name";
    for (size_t i = 0; i < purl->type.n; i++)
        if (!is_type_character(purl->type.p[i], i == 0))
            return "the type has a character that is not allowed";
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
        for (size_t i = 0; i < parts[k].n; i++)
            if (parts[k].p[i] < 0x20 || parts[k].p[i] == 0x7f)
                return "a control character";
    if (!is_git && pl_bytes_find_byte(purl->name, '/', 0) != SIZE_MAX)
        return "a name with '/'";
    for (size_t k = 0; k < purl->n_qualifiers; k++) {
        pl_bytes key = purl->qualifiers[k].key;
        for (size_t i = 0; i < key.n; i++)
            if (!is_key_character(key.p[i], i == 0))
                return "a qualifier key has a character that is not allowed";
        for (size_t i = 0; i < purl->qualifiers[k].value.n; i++)
            if (purl->qualifiers[k].value.p[i] < 0x20 || purl->qualifiers[k].value.p[i] == 0x7f)
                return "a control character";
        if (key.n == 0)
            return "a qualifier without a key";
    }
    return NULL;
}

pl_status pl_purl_build(struct pl_purl *purl, struct pl_arena *arena, struct pl_err *err)
{
    struct reader r = {.arena = arena};
    struct pl_purl out = *purl;
    const char *why = objection(purl);
    if (why != NULL)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "purl: %s", why);
    pl_status st = keep_lower(&r, &out.type, err);
    out.n_qualifiers = 0;
    for (size_t i = 0; i < purl->n_qualifiers && st == PL_OK; i++) {
        struct pl_purl_qualifier *q = &out.qualifiers[out.n_qualifiers];
        *q = purl->qualifiers[i];
        st = keep_lower(&r, &q->key, err);
        out.n_qualifiers += q->value.n > 0;
    }
    if (out.n_qualifiers > 1)
        qsort(out.qualifiers, out.n_qualifiers, sizeof *out.qualifiers, by_key);
    for (size_t i = 1; i < out.n_qualifiers && st == PL_OK; i++)
        if (pl_bytes_eq(out.qualifiers[i - 1].key, out.qualifiers[i].key))
            st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "purl: a qualifier stands twice");
    if (st == PL_OK)
        st = pl_purl_apply_type(&out, arena, err);
    if (st == PL_OK)
        *purl = out;
    return st;
}

static void print_encoded(struct pl_buf *out, pl_bytes part, bool keeps_slash)
{
    for (size_t i = 0; i < part.n; i++) {
        uint8_t c = part.p[i];
        if (pl_is_letter(c) || pl_is_digit(c) || c == '.' || c == '-' || c == '_' || c == '~' || c == ':' ||
            (c == '/' && keeps_slash))
            pl_buf_add_byte(out, c);
        else
            pl_buf_printf(out, "%%%02X", c);
    }
}

void pl_purl_print(const struct pl_purl *purl, struct pl_buf *out)
{
    pl_buf_add_str(out, "pkg:");
    pl_buf_add(out, purl->type);
    pl_buf_add_byte(out, '/');
    print_encoded(out, purl->ns, true);
    if (purl->ns.n > 0)
        pl_buf_add_byte(out, '/');
    print_encoded(out, purl->name, pl_bytes_eq_str(purl->type, "git"));
    if (purl->version.n > 0) {
        pl_buf_add_byte(out, '@');
        print_encoded(out, purl->version, false);
    }
    for (size_t i = 0; i < purl->n_qualifiers; i++) {
        pl_buf_add_byte(out, i == 0 ? '?' : '&');
        pl_buf_add(out, purl->qualifiers[i].key);
        pl_buf_add_byte(out, '=');
        print_encoded(out, purl->qualifiers[i].value, false);
    }
    if (purl->subpath.n > 0) {
        pl_buf_add_byte(out, '#');
        print_encoded(out, purl->subpath, true);
    }
}

pl_bytes pl_purl_get(const struct pl_purl *purl, const char *key)
{
    for (size_t i = 0; i < purl->n_qualifiers; i++)
        if (pl_bytes_eq_str(purl->qualifiers[i].key, key))
            return purl->qualifiers[i].value;
    return (pl_bytes){NULL, 0};
}
