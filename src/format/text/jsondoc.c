/*
 * jsondoc.c - one pass over strict JSON (RFC 8259), without recursion.
 *
 * Keys of the objects that are open are held as hashes, so that a key that comes twice is seen; objects of more than MANY members are looked
 * up in a map. Strings are passed eight bytes at a time.
 */
#include "format/text/jsondoc.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/quote.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 256u
#define MANY      48u

struct seen_key {
    uint64_t hash;
    pl_bytes key;
};

struct frame {
    bool is_array;
    bool has_member;
    size_t first_key; /* of its keys among all that are held */
    size_t node;      /* SIZE_MAX when it is not kept */
    size_t last;      /* node of its last member; 0 when none */
    struct pl_map *many;
};

struct reader {
    pl_bytes all;
    size_t at;
    unsigned keep_depth;
    unsigned depth;
    struct frame frames[MAX_DEPTH];
    PL_VEC(struct seen_key) keys;
    struct pl_json_doc *doc;
    struct pl_err *err;
};

static pl_status bad(struct reader *r, const char *what)
{
    return pl_fail(r->err, PL_E_INPUT, r->at, "json: %s", what);
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->all.n) {
        uint8_t c = r->all.p[r->at];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            return;
        r->at++;
    }
}

/* Eight bytes, the first one lowest. */
static uint64_t load8(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return le64toh(v);
}

/* Not zero when a byte is below 0x20, above 0x7e, a quote or a backslash (may also hit above a true hit). */
static uint64_t special(uint64_t v)
{
    const uint64_t ones = 0x0101010101010101ull;
    const uint64_t tops = 0x8080808080808080ull;
    uint64_t quote = v ^ (ones * '"');
    uint64_t slash = v ^ (ones * '\\');
    return ((v - ones * 0x20) | v | (quote - ones) | (slash - ones)) & tops;
}

static bool hex4(pl_bytes all, size_t at, uint32_t *out)
{
    uint32_t v = 0;
    if (all.n < 4 || at > all.n - 4)
        return false;
    for (size_t i = at; i < at + 4; i++) {
        uint8_t c = all.p[i];
        uint32_t digit = 16;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (uint32_t)((c | 0x20) - 'a' + 10);
        if (digit > 15)
            return false;
        v = v << 4 | digit;
    }
    *out = v;
    return true;
}

/* The escape at r->at, which is a backslash: move over it; *code (may be NULL) is what it stands for. */
static bool pass_escape(pl_bytes all, size_t *at, uint32_t *code)
{
    static const char names[] = "\"\\/bfnrt";
    static const char means[] = "\"\\/\b\f\n\r\t";
    uint32_t high;
    uint32_t low;
    if (*at + 1 >= all.n)
        return false;
    const char *name = all.p[*at + 1] == 0 ? NULL : strchr(names, all.p[*at + 1]);
    if (name != NULL) {
        *code = (uint8_t)means[name - names];
        *at += 2;
        return true;
    }
    if (all.p[*at + 1] != 'u' || !hex4(all, *at + 2, &high))
        return false;
    *at += 6;
    *code = high;
    if (high < 0xd800 || high > 0xdfff)
        return true;
    if (high > 0xdbff || *at + 6 > all.n || all.p[*at] != '\\' || all.p[*at + 1] != 'u' ||
        !hex4(all, *at + 2, &low) || low < 0xdc00 || low > 0xdfff)
        return false;
    *code = 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
    *at += 6;
    return true;
}

/* Move on to a byte that is not plain, eight at a time; near the end of the text not all the way. The first bit that is set is a true hit. */
static void pass_plain(struct reader *r)
{
    while (r->all.n - r->at >= 8) {
        uint64_t hits = special(load8(r->all.p + r->at));
        if (hits != 0) {
            r->at += (size_t)__builtin_ctzll(hits) / 8;
            return;
        }
        r->at += 8;
    }
}

/* r->at is at the opening quote; moves over the closing one. */
static pl_status pass_string(struct reader *r, bool *has_escape)
{
    uint32_t code;
    *has_escape = false;
    r->at++;
    for (;;) {
        pass_plain(r);
        if (r->at >= r->all.n)
            return bad(r, "a string does not end");
        uint8_t c = r->all.p[r->at];
        if (c == '"') {
            r->at++;
            return PL_OK;
        }
        if (c < 0x20)
            return bad(r, "a control character in a string");
        if (c == '\\') {
            *has_escape = true;
            if (!pass_escape(r->all, &r->at, &code))
                return bad(r, "an escape that is none");
        } else if (c < 0x80) {
            r->at++;
        } else {
            size_t n = pl_utf8_next(pl_bytes_from(r->all, r->at), &code);
            if (n == 0)
                return bad(r, "a string is not UTF-8");
            r->at += n;
        }
    }
}

static bool pass_digits(struct reader *r)
{
    size_t begin = r->at;
    while (r->at < r->all.n && pl_is_digit(r->all.p[r->at]))
        r->at++;
    return r->at > begin;
}

static bool is_at(const struct reader *r, uint8_t c)
{
    return r->at < r->all.n && r->all.p[r->at] == c;
}

static pl_status pass_number(struct reader *r)
{
    if (is_at(r, '-'))
        r->at++;
    bool is_zero = is_at(r, '0');
    if (is_zero)
        r->at++;
    if (!is_zero && !pass_digits(r))
        return bad(r, "a value was expected");
    if (is_at(r, '.')) {
        r->at++;
        if (!pass_digits(r))
            return bad(r, "a number ends in its point");
    }
    if (is_at(r, 'e') || is_at(r, 'E')) {
        r->at++;
        if (is_at(r, '+') || is_at(r, '-'))
            r->at++;
        if (!pass_digits(r))
            return bad(r, "a number ends in its exponent");
    }
    return PL_OK;
}

static bool pass_word(struct reader *r, const char *word)
{
    if (!pl_bytes_starts(pl_bytes_from(r->all, r->at), pl_bytes_of_str(word)))
        return false;
    r->at += strlen(word);
    return true;
}

/* Keys past the first MANY of an object stand in a map. */
static pl_status note_key_of_many(struct reader *r, struct frame *f, pl_bytes key)
{
    uint64_t was;
    if (f->many == NULL) {
        f->many = malloc(sizeof *f->many);
        if (f->many == NULL)
            return pl_fail_nomem(r->err);
        pl_map_init(f->many);
    }
    if (pl_map_get(f->many, key, &was))
        return bad(r, "the same key twice in an object");
    return pl_map_set(f->many, key, 1, r->err);
}

static pl_status note_key(struct reader *r, struct frame *f, pl_bytes key)
{
    uint64_t hash = pl_bytes_hash(key, 0);
    for (size_t i = f->first_key; i < r->keys.n; i++)
        if (r->keys.v[i].hash == hash && pl_bytes_eq(r->keys.v[i].key, key))
            return bad(r, "the same key twice in an object");
    if (r->keys.n - f->first_key >= MANY)
        return note_key_of_many(r, f, key);
    struct seen_key *slot = PL_VEC_ADD(&r->keys);
    if (slot == NULL)
        return pl_fail_nomem(r->err);
    *slot = (struct seen_key){.hash = hash, .key = key};
    return PL_OK;
}

static void leave(struct reader *r)
{
    struct frame *f = &r->frames[--r->depth];
    r->keys.n = f->first_key;
    if (f->many != NULL)
        pl_map_reset(f->many);
    free(f->many);
    f->many = NULL;
}

/* Add a node for the value that begins here, when its level is kept; SIZE_MAX in *out when it is not. */
static pl_status keep_node(struct reader *r, enum pl_json_kind kind, pl_bytes key, size_t *out)
{
    struct frame *parent = r->depth == 0 ? NULL : &r->frames[r->depth - 1];
    *out = SIZE_MAX;
    if (r->depth > r->keep_depth || (parent != NULL && parent->node == SIZE_MAX))
        return PL_OK;
    size_t i = r->doc->nodes.n;
    struct pl_json_node *node = PL_VEC_ADD(&r->doc->nodes);
    if (node == NULL)
        return pl_fail_nomem(r->err);
    *node = (struct pl_json_node){.kind = kind, .key = key, .value = pl_bytes_from(r->all, r->at)};
    if (parent != NULL && parent->last != 0)
        r->doc->nodes.v[parent->last].next = i;
    else if (parent != NULL)
        r->doc->nodes.v[parent->node].first = i;
    if (parent != NULL)
        parent->last = i;
    *out = i;
    return PL_OK;
}

static void end_node(struct reader *r, size_t node)
{
    if (node == SIZE_MAX)
        return;
    struct pl_json_node *n = &r->doc->nodes.v[node];
    n->value.n = (size_t)(r->all.p + r->at - n->value.p);
}

static enum pl_json_kind kind_of(uint8_t c)
{
    switch (c) {
    case '{': return PL_JSON_OBJECT;
    case '[': return PL_JSON_ARRAY;
    case '"': return PL_JSON_STRING;
    case 't': return PL_JSON_TRUE;
    case 'f': return PL_JSON_FALSE;
    case 'n': return PL_JSON_NULL;
    default: return PL_JSON_NUMBER;
    }
}

/* The value at r->at; of an object or array only its bracket, and a frame is opened. */
static pl_status begin_value(struct reader *r, pl_bytes key)
{
    static const char *const words[] = {
        [PL_JSON_TRUE] = "true", [PL_JSON_FALSE] = "false", [PL_JSON_NULL] = "null"};
    size_t node;
    bool has_escape;
    if (r->at >= r->all.n)
        return bad(r, "cut short");
    enum pl_json_kind kind = kind_of(r->all.p[r->at]);
    pl_status st = keep_node(r, kind, key, &node);
    if (st != PL_OK)
        return st;
    if (kind == PL_JSON_OBJECT || kind == PL_JSON_ARRAY) {
        if (r->depth == MAX_DEPTH)
            return pl_fail(r->err, PL_E_LIMIT, r->at, "json: nested more than %u deep", MAX_DEPTH);
        r->frames[r->depth++] =
            (struct frame){.is_array = kind == PL_JSON_ARRAY, .node = node, .first_key = r->keys.n};
        r->at++;
        return PL_OK;
    }
    if (kind == PL_JSON_STRING)
        st = pass_string(r, &has_escape);
    else if (kind == PL_JSON_NUMBER)
        st = pass_number(r);
    else if (!pass_word(r, words[kind]))
        st = bad(r, "a value was expected");
    if (st == PL_OK)
        end_node(r, node);
    return st;
}

/* "key" : */
static pl_status read_key(struct reader *r, struct frame *f, pl_bytes *key)
{
    bool has_escape;
    size_t begin = r->at + 1;
    if (!is_at(r, '"'))
        return bad(r, "a key was expected");
    pl_status st = pass_string(r, &has_escape);
    if (st != PL_OK)
        return st;
    if (has_escape)
        return bad(r, "a key with an escape in it");
    *key = pl_bytes_sub(r->all, begin, r->at - 1 - begin);
    st = note_key(r, f, *key);
    skip_blanks(r);
    if (st == PL_OK && !is_at(r, ':'))
        return bad(r, "a colon was expected");
    r->at++;
    skip_blanks(r);
    return st;
}

/* One member of the innermost object or array, or its end. */
static pl_status step(struct reader *r)
{
    struct frame *f = &r->frames[r->depth - 1];
    pl_bytes key = {NULL, 0};
    pl_status st = PL_OK;
    skip_blanks(r);
    if (is_at(r, f->is_array ? ']' : '}')) {
        r->at++;
        end_node(r, f->node);
        leave(r);
        return PL_OK;
    }
    if (f->has_member) {
        if (!is_at(r, ','))
            return bad(r, r->at < r->all.n ? "a comma was expected" : "cut short");
        r->at++;
        skip_blanks(r);
    }
    f->has_member = true;
    if (!f->is_array)
        st = read_key(r, f, &key);
    return st == PL_OK ? begin_value(r, key) : st;
}

pl_status pl_json_doc_read(pl_bytes text, unsigned keep_depth, struct pl_json_doc *out, struct pl_err *err)
{
    struct pl_json_doc doc = {0};
    struct reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return pl_fail_nomem(err);
    r->all = text;
    r->keep_depth = keep_depth;
    r->doc = &doc;
    r->err = err;
    skip_blanks(r);
    pl_status st = begin_value(r, (pl_bytes){NULL, 0});
    while (st == PL_OK && r->depth > 0)
        st = step(r);
    skip_blanks(r);
    if (st == PL_OK && r->at < text.n)
        st = bad(r, "more text behind the value");
    while (r->depth > 0)
        leave(r);
    PL_VEC_FREE(&r->keys);
    free(r);
    if (st == PL_OK)
        *out = doc;
    else
        pl_json_doc_reset(&doc);
    return st;
}

void pl_json_doc_reset(struct pl_json_doc *doc)
{
    PL_VEC_FREE(&doc->nodes);
}

const struct pl_json_node *pl_json_root(const struct pl_json_doc *doc)
{
    return &doc->nodes.v[0];
}

const struct pl_json_node *pl_json_first(const struct pl_json_doc *doc, const struct pl_json_node *parent)
{
    return parent == NULL || parent->first == 0 ? NULL : &doc->nodes.v[parent->first];
}

const struct pl_json_node *pl_json_next(const struct pl_json_doc *doc, const struct pl_json_node *one)
{
    return one->next == 0 ? NULL : &doc->nodes.v[one->next];
}

const struct pl_json_node *pl_json_get(const struct pl_json_doc *doc, const struct pl_json_node *object,
                                       const char *key)
{
    if (object == NULL || object->kind != PL_JSON_OBJECT)
        return NULL;
    const struct pl_json_node *one = pl_json_first(doc, object);
    while (one != NULL && !pl_bytes_eq_str(one->key, key))
        one = pl_json_next(doc, one);
    return one;
}

size_t pl_json_count(const struct pl_json_doc *doc, const struct pl_json_node *parent)
{
    size_t n = 0;
    for (const struct pl_json_node *one = pl_json_first(doc, parent); one != NULL;
         one = pl_json_next(doc, one))
        n++;
    return n;
}

pl_bytes pl_json_plain(const struct pl_json_node *node)
{
    if (node == NULL || node->kind != PL_JSON_STRING || pl_bytes_find_byte(node->value, '\\', 0) != SIZE_MAX)
        return (pl_bytes){NULL, 0};
    return pl_bytes_sub(node->value, 1, node->value.n - 2);
}

bool pl_json_is(const struct pl_json_node *node, const char *text)
{
    return node != NULL && node->kind == PL_JSON_STRING && pl_bytes_eq_str(pl_json_plain(node), text);
}

bool pl_json_node_text(const struct pl_json_node *node, struct pl_arena *arena, pl_bytes *out)
{
    struct pl_buf b;
    if (node == NULL || node->kind != PL_JSON_STRING)
        return false;
    pl_bytes raw = pl_bytes_sub(node->value, 1, node->value.n - 2);
    if (pl_bytes_find_byte(raw, '\\', 0) == SIZE_MAX) {
        *out = raw;
        return true;
    }
    pl_buf_init(&b, raw.n);
    for (size_t i = 0; i < raw.n;) {
        uint32_t code = raw.p[i];
        if (raw.p[i] != '\\') {
            pl_buf_add_byte(&b, raw.p[i++]);
            continue;
        }
        if (!pass_escape(raw, &i, &code))
            break; /* cannot be: the document was checked */
        pl_buf_add_utf8(&b, code);
    }
    pl_bytes kept = b.why == PL_OK ? pl_arena_keep(arena, pl_buf_bytes(&b)) : (pl_bytes){NULL, 0};
    pl_buf_reset(&b);
    if (kept.p == NULL)
        return false;
    *out = kept;
    return true;
}

bool pl_json_node_u64(const struct pl_json_node *node, uint64_t *out)
{
    return node != NULL && node->kind == PL_JSON_NUMBER && pl_bytes_to_u64(node->value, out);
}
