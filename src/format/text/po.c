/*
 * po.c - message catalogues as people edit them, and the binary form that msgfmt gives them.
 *
 *     # comment    #. extracted    #: reference    #, fuzzy, c-format    #| previous    #~ obsolete
 *     msgctxt "context"
 *     msgid "text"  "more text"         neighbouring strings are joined
 *     msgid_plural "texts"
 *     msgstr[0] "..."
 *
 * The MO file (all numbers 32 bits, little-endian):
 *
 *     0 magic 950412de | revision 0 | N | offset of ids | offset of texts | H | offset of hash
 *     N times length, offset of id; N times length, offset of text; H times number + 1 of the message, or 0
 *     ids, each with NUL; texts, each with NUL
 *
 * Source: GNU gettext manual, "PO Files" and "MO Files"; hashpjw with double hashing as gettext's write-mo.c documents
 * its table (Aho, Sethi, Ullman 1986; Knuth 6.4).
 * Not done here: system-dependent strings (revision 1), other character sets than the file's own.
 */
#include "format/text/po.h"
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_MESSAGES = 1000000, MO_MAX_BYTES = 1 << 30 };

struct parts {
    bool has_context, has_plural, has_id, is_whole;
    struct pl_buf context, id, plural, text;
    unsigned n_texts;
};

struct po_reader {
    pl_bytes all;
    size_t next;
    struct pl_arena *arena;
    struct pl_po *po;
    bool is_fuzzy; /* of the comments seen since the last message */
    struct parts parts;
    struct pl_buf *target; /* where a string on a line of its own goes */
};

static size_t quoted_length(pl_bytes s)
{
    size_t i = 1;
    while (i < s.n && s.p[i] != '"')
        i += s.p[i] == '\\' ? 2 : 1;
    return i < s.n ? i + 1 : 0;
}

static unsigned digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 99;
}

/* One escape at s.p[*i], which is behind the backslash; *i ends behind it. */
static uint8_t unescape(pl_bytes s, size_t *i)
{
    static const char from[] = "abfnrtv";
    static const char to[] = "\a\b\f\n\r\t\v";
    uint8_t c = s.p[(*i)++];
    const char *at = c == 0 ? NULL : strchr(from, c);
    if (at != NULL)
        return (uint8_t)to[at - from];
    unsigned value = 0;
    if (c == 'x') {
        for (int n = 0; n < 2 && *i < s.n && digit_of(s.p[*i]) < 16; n++)
            value = value * 16 + digit_of(s.p[(*i)++]);
        return (uint8_t)value;
    }
    if (c < '0' || c > '7')
        return c;
    value = digit_of(c);
    for (int n = 0; n < 2 && *i < s.n && digit_of(s.p[*i]) < 8; n++)
        value = value * 8 + digit_of(s.p[(*i)++]);
    return (uint8_t)value;
}

/* Append the decoded strings of one line to the current target. */
static bool add_strings(struct po_reader *r, pl_bytes s)
{
    for (s = pl_bytes_trim(s); s.n > 0; s = pl_bytes_trim(s)) {
        size_t n = s.p[0] == '"' ? quoted_length(s) : 0;
        if (n == 0 || r->target == NULL)
            return false;
        pl_bytes inner = pl_bytes_sub(s, 1, n - 2);
        for (size_t i = 0; i < inner.n;) {
            uint8_t c = inner.p[i++];
            pl_buf_add_byte(r->target, c == '\\' && i < inner.n ? unescape(inner, &i) : c);
        }
        s = pl_bytes_from(s, n);
    }
    return true;
}

static void clear_parts(struct parts *p)
{
    pl_buf_clear(&p->context);
    pl_buf_clear(&p->id);
    pl_buf_clear(&p->plural);
    pl_buf_clear(&p->text);
    p->has_context = p->has_plural = p->has_id = false;
    p->n_texts = 0;
}

static bool has_empty_text(const struct parts *p)
{
    pl_bytes rest = pl_buf_bytes(&p->text);
    if (rest.n == 0)
        return true;
    return rest.p[0] == 0 || rest.p[rest.n - 1] == 0 ||
           pl_bytes_find(rest, pl_bytes_of("\0", 2), 0) != SIZE_MAX;
}

/* The message is over: put its parts together. */
static pl_status end_message(struct po_reader *r, struct pl_err *err)
{
    struct parts *p = &r->parts;
    struct pl_buf key;
    pl_status st = PL_OK;
    r->target = NULL;
    if (!p->has_id || p->n_texts == 0) {
        clear_parts(p);
        return PL_OK;
    }
    if (r->po->messages.n >= MAX_MESSAGES)
        return pl_fail(err, PL_E_LIMIT, r->next, "po: more than %d messages", MAX_MESSAGES);
    pl_buf_init(&key, r->all.n + 16);
    if (p->has_context) {
        pl_buf_add(&key, pl_buf_bytes(&p->context));
        pl_buf_add_byte(&key, 4);
    }
    pl_buf_add(&key, pl_buf_bytes(&p->id));
    if (p->has_plural) {
        pl_buf_add_byte(&key, 0);
        pl_buf_add(&key, pl_buf_bytes(&p->plural));
    }
    st = pl_buf_done(&key, err);
    if (st == PL_OK)
        st = pl_buf_done(&p->text, err);
    struct pl_po_message *m = st == PL_OK ? PL_VEC_ADD(&r->po->messages) : NULL;
    if (m != NULL) {
        m->key = pl_arena_keep(r->arena, pl_buf_bytes(&key));
        m->value = pl_arena_keep(r->arena, pl_buf_bytes(&p->text));
        m->is_fuzzy = r->is_fuzzy;
        m->is_whole = !has_empty_text(p);
        if (r->arena->why != PL_OK)
            st = pl_arena_fail(r->arena, err);
    } else if (st == PL_OK) {
        st = pl_fail_nomem(err);
    }
    pl_buf_reset(&key);
    clear_parts(p);
    r->is_fuzzy = false;
    return st;
}

static bool is_flag(pl_bytes line, const char *flag)
{
    pl_bytes word;
    line = pl_bytes_from(line, 2);
    while (pl_bytes_split(&line, ',', &word))
        if (pl_bytes_eq_str(pl_bytes_trim(word), flag))
            return true;
    return false;
}

/* "msgstr[2]": its number, in order from 0. */
static bool plural_index(pl_bytes line, unsigned want, pl_bytes *rest)
{
    size_t close = pl_bytes_find_byte(line, ']', 0);
    uint64_t index;
    if (close == SIZE_MAX || !pl_bytes_to_u64(pl_bytes_sub(line, 7, close - 7), &index) || index != want)
        return false;
    *rest = pl_bytes_from(line, close + 1);
    return true;
}

static pl_status read_keyword(struct po_reader *r, pl_bytes line, bool *ok, struct pl_err *err)
{
    struct parts *p = &r->parts;
    bool starts = pl_bytes_starts(line, PL_LIT("msgctxt")) ||
                  (pl_bytes_starts(line, PL_LIT("msgid")) && !pl_bytes_starts(line, PL_LIT("msgid_plural")));
    pl_status st = starts && p->n_texts > 0 ? end_message(r, err) : PL_OK;
    pl_bytes rest = {NULL, 0};
    *ok = false;
    if (st != PL_OK)
        return st;
    if (pl_bytes_starts(line, PL_LIT("msgctxt")) && !p->has_id) {
        p->has_context = true;
        r->target = &p->context;
        rest = pl_bytes_from(line, 7);
    } else if (pl_bytes_starts(line, PL_LIT("msgid_plural")) && p->has_id) {
        p->has_plural = true;
        r->target = &p->plural;
        rest = pl_bytes_from(line, 12);
    } else if (pl_bytes_starts(line, PL_LIT("msgid")) && !p->has_id) {
        p->has_id = true;
        r->target = &p->id;
        rest = pl_bytes_from(line, 5);
    } else if (pl_bytes_starts(line, PL_LIT("msgstr[")) && p->has_plural &&
               plural_index(line, p->n_texts, &rest)) {
        if (p->n_texts++ > 0)
            pl_buf_add_byte(&p->text, 0);
        r->target = &p->text;
    } else if (pl_bytes_starts(line, PL_LIT("msgstr")) && p->has_id && p->n_texts == 0) {
        p->n_texts = 1;
        r->target = &p->text;
        rest = pl_bytes_from(line, 6);
    } else {
        return PL_OK;
    }
    *ok = add_strings(r, rest);
    return PL_OK;
}

static pl_status read_line(struct po_reader *r, pl_bytes line, bool *ok, struct pl_err *err)
{
    *ok = true;
    line = pl_bytes_trim(line);
    if (line.n == 0)
        return PL_OK;
    if (line.p[0] == '#') {
        pl_status st = r->parts.n_texts > 0 ? end_message(r, err) : PL_OK;
        if (pl_bytes_starts(line, PL_LIT("#,")) && is_flag(line, "fuzzy"))
            r->is_fuzzy = true;
        if (pl_bytes_starts(line, PL_LIT("#~")))
            r->is_fuzzy = false;
        return st;
    }
    if (line.p[0] != '"')
        return read_keyword(r, line, ok, err);
    *ok = add_strings(r, line);
    return PL_OK;
}

pl_status pl_po_parse(pl_bytes text, struct pl_arena *arena, struct pl_po *out, struct pl_err *err)
{
    struct pl_po po = {0};
    struct po_reader r = {.all = text, .arena = arena, .po = &po};
    struct pl_buf *bufs[] = {&r.parts.context, &r.parts.id, &r.parts.plural, &r.parts.text};
    pl_bytes rest = text;
    pl_bytes line;
    pl_status st = PL_OK;
    for (size_t i = 0; i < 4; i++)
        pl_buf_init(bufs[i], text.n + 1);
    while (st == PL_OK && pl_bytes_line(&rest, &line)) {
        bool ok = true;
        st = read_line(&r, line, &ok, err);
        if (st == PL_OK && !ok)
            st = pl_fail(err, PL_E_INPUT, r.next, "po: neither keyword, string nor comment");
        r.next = text.n - rest.n;
    }
    if (st == PL_OK)
        st = end_message(&r, err);
    for (size_t i = 0; i < 4; i++)
        pl_buf_reset(bufs[i]);
    if (st != PL_OK) {
        pl_po_reset(&po);
        return st;
    }
    *out = po;
    return PL_OK;
}

void pl_po_reset(struct pl_po *po)
{
    PL_VEC_FREE(&po->messages);
}

/* The part of a key that gettext looks up: up to the NUL before a plural. */
static pl_bytes lookup_key(pl_bytes key)
{
    return pl_bytes_sub(key, 0, pl_bytes_find_byte(key, 0, 0));
}

static int by_key(const void *a, const void *b)
{
    return pl_bytes_cmp(lookup_key(((const struct pl_po_message *)a)->key),
                        lookup_key(((const struct pl_po_message *)b)->key));
}

uint32_t pl_po_hash(pl_bytes key)
{
    uint32_t h = 0;
    key = lookup_key(key);
    for (size_t i = 0; i < key.n; i++) {
        h = (h << 4) + key.p[i];
        uint32_t high = h & 0xf0000000u;
        if (high != 0)
            h = (h ^ (high >> 24)) ^ high;
    }
    return h;
}

uint32_t pl_po_hash_size(uint32_t n_messages)
{
    uint32_t size = (uint32_t)((uint64_t)n_messages * 4 / 3) | 1;
    for (;; size += 2) {
        uint32_t d = 3;
        while ((uint64_t)d * d <= size && size % d != 0)
            d += 2;
        if ((uint64_t)d * d > size)
            break;
    }
    return size <= 2 ? 3 : size;
}

bool pl_po_fill_hash(const uint32_t *hashes, uint32_t n, uint32_t *slots, uint32_t size)
{
    uint64_t steps = (uint64_t)n * 64 + 1000;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = hashes[i] % size;
        uint32_t step = 1 + hashes[i] % (size - 2);
        for (; slots[at] != 0; at = at >= size - step ? at - (size - step) : at + step)
            if (steps-- == 0)
                return false;
        slots[at] = i + 1;
    }
    return true;
}

pl_bytes pl_po_without_pot_date(struct pl_arena *arena, pl_bytes header)
{
    size_t at = pl_bytes_find(header, PL_LIT("POT-Creation-Date:"), 0);
    if (at == SIZE_MAX || (at > 0 && header.p[at - 1] != '\n'))
        return header;
    size_t end = pl_bytes_find_byte(header, '\n', at);
    end = end == SIZE_MAX ? header.n : end + 1;
    uint8_t *p = pl_arena_take(arena, header.n + 1);
    if (p == NULL)
        return (pl_bytes){NULL, 0};
    memcpy(p, header.p, at);
    memcpy(p + at, header.p + end, header.n - end);
    return pl_bytes_of(p, header.n - (end - at));
}

static void put_u32(struct pl_buf *out, size_t value)
{
    for (int shift = 0; shift < 32; shift += 8)
        pl_buf_add_byte(out, (uint8_t)(value >> shift));
}

/* Table of lengths and offsets, the first string at `at`; returns where the strings end. */
static size_t put_table(struct pl_buf *out, const struct pl_po_message *v, size_t n, bool is_key, size_t at)
{
    for (size_t i = 0; i < n; i++) {
        size_t length = is_key ? v[i].key.n : v[i].value.n;
        put_u32(out, length);
        put_u32(out, at);
        at += length + 1;
    }
    return at;
}

static pl_status put_hash(struct pl_buf *out, const struct pl_po_message *v, uint32_t n, uint32_t size,
                          struct pl_arena *arena, struct pl_err *err)
{
    uint32_t *hashes = pl_arena_take_n(arena, (size_t)n + 1, sizeof *hashes);
    uint32_t *slots = pl_arena_take_n(arena, (size_t)size + 1, sizeof *slots);
    if (hashes == NULL || slots == NULL)
        return pl_arena_fail(arena, err);
    for (uint32_t i = 0; i < n; i++)
        hashes[i] = pl_po_hash(v[i].key);
    if (!pl_po_fill_hash(hashes, n, slots, size))
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "po: the hashes of the messages collide");
    for (uint32_t i = 0; i < size; i++)
        put_u32(out, slots[i]);
    return PL_OK;
}

pl_status pl_po_compile(const struct pl_po *po, bool has_hash, bool drops_pot_date, struct pl_arena *arena,
                        struct pl_buf *out, struct pl_err *err)
{
    enum { HEADER_BYTES = 28 };
    struct pl_po_message *v = pl_arena_take_n(arena, po->messages.n + 1, sizeof *v);
    uint32_t n = 0;
    if (v == NULL)
        return pl_arena_fail(arena, err);
    for (size_t i = 0; i < po->messages.n; i++) {
        const struct pl_po_message *m = &po->messages.v[i];
        if (m->is_whole && (!m->is_fuzzy || m->key.n == 0))
            v[n++] = *m;
    }
    qsort(v, n, sizeof *v, by_key);
    if (drops_pot_date && n > 0 && v[0].key.n == 0)
        v[0].value = pl_po_without_pot_date(arena, v[0].value);
    if (arena->why != PL_OK)
        return pl_arena_fail(arena, err);
    size_t tables = (size_t)n * 8;
    uint32_t size = has_hash ? pl_po_hash_size(n) : 0;
    const size_t head[] = {
        0x950412de, 0, n, HEADER_BYTES, HEADER_BYTES + tables, size, HEADER_BYTES + 2 * tables};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        put_u32(out, head[i]);
    size_t end = put_table(out, v, n, true, HEADER_BYTES + 2 * tables + (size_t)size * 4);
    (void)put_table(out, v, n, false, end); /* nothing stands behind the texts */
    pl_status st = has_hash ? put_hash(out, v, n, size, arena, err) : PL_OK;
    for (uint32_t i = 0; i < n; i++) {
        pl_buf_add(out, v[i].key);
        pl_buf_add_byte(out, 0);
    }
    for (uint32_t i = 0; i < n; i++) {
        pl_buf_add(out, v[i].value);
        pl_buf_add_byte(out, 0);
    }
    return st == PL_OK ? pl_buf_done(out, err) : st;
}
