/*
 * pyc.c - a .pyc file: 16 bytes of header and one marshalled code object.
 *
 *     0      4       8            12            16
 *     | magic | flags | mtime or hash (8 bytes)  | marshal: 'c' fields..., constants are objects, too |
 *
 * The first byte of a record is its type; bit 7 says that later records may refer to it by number.
 *
 * Source: CPython Lib/importlib/_bootstrap_external.py (header), PEP 552 (flags), Python/marshal.c (records), Objects/codeobject.c and
 * its order of fields: 3.8 to 3.10, and from 3.11 on.
 * Not read here: the instructions themselves, and Python 2.
 */
#include "format/binary/pyc.h"

#include "base/cursor.h"

#include <string.h>

#define MAGIC_3_8   3400u
#define MAGIC_3_11  3450u
#define MAGIC_END   3600u
#define FLAG_REF    0x80u
#define MAX_RECORDS 4000000u
#define OF_TUPLE    (UINT32_MAX - 1) /* as `code` of a reference: offset and length count the facts of a tuple */

/* What the strings and numbers that are read next stand for. */
struct reader {
    struct pl_cursor c;
    struct pl_pyc *out;
    struct pl_err *err;
    uint32_t version; /* the magic number */
    uint32_t records;
    uint32_t tuples; /* around the present record, within its code object */
    pl_status st;
};

static void fail(struct reader *r, pl_status st, const char *why)
{
    if (r->st == PL_OK)
        r->st = pl_fail(r->err, st, r->c.at, "pyc: %s", why);
}

static void object(struct reader *r, enum pl_pyc_kind kind, unsigned depth, pl_bytes *text);

static void add_fact(struct reader *r, const struct pl_pyc_fact *fact)
{
    struct pl_pyc_fact *slot = PL_VEC_ADD(&r->out->facts);
    if (slot == NULL) {
        fail(r, pl_fail_nomem(r->err), "out of memory");
        return;
    }
    *slot = *fact;
    slot->code = UINT32_MAX; /* until a code object takes it */
}

static void set_ref(struct reader *r, size_t ref, const struct pl_pyc_fact *fact)
{
    if (ref != SIZE_MAX && ref < r->out->refs.n)
        r->out->refs.v[ref] = *fact;
}

/* A string of `n` bytes; the record began at `start`. */
static void take_string(struct reader *r, uint64_t n, enum pl_pyc_kind kind, size_t start, size_t ref,
                        pl_bytes *text)
{
    struct pl_pyc_fact fact = {.kind = kind,
                               .offset = start,
                               .text = pl_cursor_take(&r->c, n),
                               .item = UINT32_MAX,
                               .top = UINT32_MAX};
    fact.length = r->c.at - start;
    if (text != NULL)
        *text = fact.text;
    set_ref(r, ref, &fact);
    if (!r->c.bad)
        add_fact(r, &fact);
}

/* The record of a number or truth value that began at `start` was read. */
static void add_value(struct reader *r, enum pl_pyc_kind kind, size_t start, size_t ref, int64_t value)
{
    struct pl_pyc_fact fact = {.kind = kind,
                               .offset = start,
                               .length = r->c.at - start,
                               .value = value,
                               .item = UINT32_MAX,
                               .top = UINT32_MAX};
    set_ref(r, ref, &fact);
    if (!r->c.bad)
        add_fact(r, &fact);
}

/* Whole numbers of any size; only those of 64 bits have a value, a larger one counts as its low bits. */
static void take_long(struct reader *r, enum pl_pyc_kind kind, size_t start, size_t ref)
{
    int32_t digits = (int32_t)pl_cursor_u32le(&r->c);
    uint64_t n = digits < 0 ? 0u - (uint64_t)(int64_t)digits : (uint64_t)digits;
    uint64_t value = 0;
    for (uint64_t i = 0; i < n && !r->c.bad; i++) {
        uint64_t digit = pl_cursor_u16le(&r->c) & 0x7fffu;
        if (i < 5)
            value |= digit << (15 * i);
    }
    add_value(r, kind == PL_PYC_STRING ? PL_PYC_NUMBER : PL_PYC_OTHER, start, ref,
              digits < 0 ? (int64_t)(0u - value) : (int64_t)value);
}

static void take_items(struct reader *r, uint64_t n, enum pl_pyc_kind kind, unsigned depth)
{
    r->tuples++;
    for (uint64_t i = 0; i < n && r->st == PL_OK && !r->c.bad; i++) {
        size_t before = r->out->facts.n;
        object(r, kind, depth + 1, NULL);
        for (size_t k = before; k < r->out->facts.n; k++) {
            struct pl_pyc_fact *fact = &r->out->facts.v[k];
            if (fact->code != UINT32_MAX)
                continue; /* of a code object inside */
            if (fact->item == UINT32_MAX)
                fact->item = (uint32_t)i;
            fact->top = (uint32_t)i;
        }
    }
    r->tuples--;
}

static void take_code(struct reader *r, size_t start, unsigned depth)
{
    struct pl_pyc_code code = {.offset = start};
    size_t first_fact = r->out->facts.n;
    bool is_new = r->version >= MAGIC_3_11;
    uint32_t around = r->tuples;
    r->tuples = 0;
    pl_cursor_skip(&r->c, is_new ? 5 * 4 : 6 * 4); /* counts of arguments, sizes, flags */
    object(r, PL_PYC_OTHER, depth + 1, &code.instructions);
    code.constants = (uint32_t)r->out->facts.n;
    object(r, PL_PYC_STRING, depth + 1, NULL);
    code.names = (uint32_t)r->out->facts.n;
    object(r, PL_PYC_NAME, depth + 1, NULL);
    code.locals = (uint32_t)r->out->facts.n;
    object(r, PL_PYC_NAME, depth + 1, NULL);
    code.end = (uint32_t)r->out->facts.n;
    object(r, is_new ? PL_PYC_OTHER : PL_PYC_NAME, depth + 1, &code.kinds); /* their kinds; free names */
    if (!is_new)
        object(r, PL_PYC_NAME, depth + 1, NULL); /* cell names */
    object(r, PL_PYC_OTHER, depth + 1, NULL);    /* file */
    object(r, PL_PYC_NAME, depth + 1, &code.name);
    if (is_new)
        object(r, PL_PYC_OTHER, depth + 1, NULL); /* qualified name */
    code.first_line = pl_cursor_u32le(&r->c);
    object(r, PL_PYC_OTHER, depth + 1, &code.lines);
    r->tuples = around;
    if (is_new)
        object(r, PL_PYC_OTHER, depth + 1, NULL); /* exceptions */
    if (r->st != PL_OK || r->c.bad)
        return;
    code.length = r->c.at - start;
    struct pl_pyc_code *slot = PL_VEC_ADD(&r->out->codes);
    if (slot == NULL) {
        fail(r, pl_fail_nomem(r->err), "out of memory");
        return;
    }
    *slot = code;
    /* Facts that no inner code object took are this one's. */
    for (size_t i = first_fact; i < r->out->facts.n; i++)
        if (r->out->facts.v[i].code == UINT32_MAX)
            r->out->facts.v[i].code = (uint32_t)(r->out->codes.n - 1);
}

/* What a tuple holds that is referred to: the names of two code objects may be one tuple. */
static void take_items_again(struct reader *r, const struct pl_pyc_fact *tuple, enum pl_pyc_kind kind,
                             size_t start)
{
    for (uint64_t i = tuple->offset; i < tuple->offset + tuple->length && r->st == PL_OK; i++) {
        struct pl_pyc_fact fact = r->out->facts.v[i];
        if (++r->records > MAX_RECORDS) {
            fail(r, PL_E_LIMIT, "too deep or too many records");
            return;
        }
        bool is_text = fact.kind == PL_PYC_NAME || fact.kind == PL_PYC_STRING || fact.kind == PL_PYC_OTHER;
        fact.kind = is_text ? kind : fact.kind;
        fact.top = tuple->value > 0 ? fact.item : fact.top; /* of a tuple in a tuple its own index */
        fact.code = UINT32_MAX;
        fact.offset = start;
        fact.length = r->c.at - start;
        add_fact(r, &fact);
    }
}

static void take_reference(struct reader *r, enum pl_pyc_kind kind, size_t start, pl_bytes *text)
{
    uint32_t number = pl_cursor_u32le(&r->c);
    if (r->c.bad || number >= r->out->refs.n) {
        fail(r, PL_E_INPUT, "a reference to a record that is not there");
        return;
    }
    struct pl_pyc_fact fact = r->out->refs.v[number];
    bool is_number = fact.kind == PL_PYC_NUMBER || fact.kind == PL_PYC_FLOAT;
    if (text != NULL)
        *text = fact.text;
    if (fact.code == OF_TUPLE) {
        take_items_again(r, &fact, kind, start);
        return;
    }
    if (fact.text.p == NULL && !is_number)
        return; /* of a code object, or of something without text */
    fact.kind = is_number ? fact.kind : kind;
    fact.code = UINT32_MAX;
    fact.offset = start;
    fact.length = r->c.at - start;
    add_fact(r, &fact);
}

static size_t reserve_ref(struct reader *r, uint8_t type)
{
    if (!(type & FLAG_REF))
        return SIZE_MAX;
    struct pl_pyc_fact *slot = PL_VEC_ADD(&r->out->refs);
    if (slot == NULL)
        fail(r, pl_fail_nomem(r->err), "out of memory");
    else
        slot->kind = PL_PYC_OTHER;
    return r->out->refs.n - 1;
}

/* Records that hold others. False: it is none. */
static bool composite(struct reader *r, uint8_t type, enum pl_pyc_kind kind, size_t start, unsigned depth)
{
    switch (type) {
    case ')': take_items(r, pl_cursor_u8(&r->c), kind, depth); return true;
    case '(':
    case '[':
    case '<':
    case '>': take_items(r, pl_cursor_u32le(&r->c), kind, depth); return true;
    case ':': take_items(r, 3, kind, depth); return true; /* slice, 3.14 */
    case 'c': take_code(r, start, depth); return true;
    default: return false;
    }
}

static void object(struct reader *r, enum pl_pyc_kind kind, unsigned depth, pl_bytes *text)
{
    size_t start = r->c.at;
    uint8_t all = pl_cursor_u8(&r->c);
    uint8_t type = all & (uint8_t)~FLAG_REF;
    if (r->st != PL_OK || r->c.bad)
        return;
    if (depth > PL_PYC_DEPTH || ++r->records > MAX_RECORDS) {
        fail(r, PL_E_LIMIT, "too deep or too many records");
        return;
    }
    size_t ref = type == 'r' ? SIZE_MAX : reserve_ref(r, all);
    size_t facts = r->out->facts.n;
    size_t codes = r->out->codes.n;
    if (composite(r, type, kind, start, depth)) {
        if (ref != SIZE_MAX && ref < r->out->refs.n && r->out->codes.n == codes)
            r->out->refs.v[ref] = (struct pl_pyc_fact){.kind = PL_PYC_OTHER,
                                                       .code = OF_TUPLE,
                                                       .offset = facts,
                                                       .length = r->out->facts.n - facts,
                                                       .value = r->tuples};
        return;
    }
    switch (type) {
    case 'N':
    case 'S':
    case '.': break;
    case 'F':
    case 'T': add_value(r, PL_PYC_BOOL, start, SIZE_MAX, type == 'T'); break;
    case 'i': {
        int32_t value = (int32_t)pl_cursor_u32le(&r->c);
        add_value(r, kind == PL_PYC_STRING ? PL_PYC_NUMBER : PL_PYC_OTHER, start, ref, value);
        break;
    }
    case 'l': take_long(r, kind, start, ref); break;
    case 'g': add_value(r, PL_PYC_FLOAT, start, ref, (int64_t)pl_cursor_u64le(&r->c)); break;
    case 'y': pl_cursor_skip(&r->c, 16); break;
    case 'z':
    case 'Z': take_string(r, pl_cursor_u8(&r->c), kind, start, ref, text); break;
    case 's':
    case 't':
    case 'u':
    case 'a':
    case 'A': take_string(r, pl_cursor_u32le(&r->c), kind, start, ref, text); break;
    case 'r': take_reference(r, kind, start, text); break;
    default: fail(r, PL_E_INPUT, "a record of unknown type"); break;
    }
}

pl_status pl_pyc_read(pl_bytes data, struct pl_pyc *out, struct pl_err *err)
{
    struct reader r = {.c = pl_cursor_of(data), .out = out, .err = err};
    *out = (struct pl_pyc){0};
    out->magic = pl_cursor_u32le(&r.c);
    out->flags = pl_cursor_u32le(&r.c);
    uint32_t low = pl_cursor_u32le(&r.c); /* a time, which proves nothing, or half of a hash */
    out->source_size = pl_cursor_u32le(&r.c);
    r.version = out->magic & 0xffffu;
    if (r.c.bad)
        return pl_fail(err, PL_E_INPUT, 0, "pyc: header cut short");
    if (r.version < MAGIC_3_8 || r.version >= MAGIC_END)
        return pl_fail(err, PL_E_UNSUPPORTED, 0, "pyc: no reader for this version of Python");
    if ((out->flags & 1) != 0)
        out->source_hash = (uint64_t)out->source_size << 32 | low;
    if (out->flags != 0)
        out->source_size = 0;
    object(&r, PL_PYC_OTHER, 0, NULL);
    out->end = r.c.at;
    if (r.st == PL_OK && (r.c.bad || out->codes.n == 0))
        fail(&r, PL_E_INPUT, "records cut short, or no code object");
    for (size_t i = 0; i < out->facts.n; i++)
        if (out->facts.v[i].code == UINT32_MAX)
            out->facts.v[i].code = out->codes.n > 0 ? (uint32_t)(out->codes.n - 1) : 0;
    return r.st;
}

void pl_pyc_reset(struct pl_pyc *p)
{
    PL_VEC_FREE(&p->codes);
    PL_VEC_FREE(&p->facts);
    PL_VEC_FREE(&p->refs);
}
