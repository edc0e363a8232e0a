/*
 * code_data_embedded.c - whole files of the source inside the data of an image, as they are or compressed.
 *
 *     icons.qrc:  <file>a.png</file>      rcc writes:  | length, 4, big endian | contents |
 *                                                      | length | inflated size, 4 | zlib stream |
 *     ld -b binary, .incbin, xxd -i, glib-compile-resources: the contents
 *
 * A file of the source that stands in the data byte for byte, to its last byte, is that file; so is what a zlib stream inflates to. Nobody has to name
 * it: a build that is free to choose its bytes can only choose among whole files of the source. Numbers right before it that are its lengths, as rcc
 * writes them, go with it.
 *
 * What somebody could hide behind this: another file of the source, in data that the program reads; eight bytes of lengths.
 * Not read: Zstandard, files that a build changes first (blanks taken out of XML, translations).
 * Source: RFC 1950; Qt's rcc, format 1 to 3.
 */
#include "match/code_data.h"

#include "base/digest.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define RULE         "data.embedded"
#define KEY_BYTES    32u /* of a file's beginning; as long as the part of a PNG file that tells its size */
#define MIN_FILE     64u /* a shorter one may stand anywhere */
#define MIN_STREAM   32u /* bytes of a zlib stream */
#define MAX_INFLATED (32u << 20)  /* bytes of one stream */
#define MAX_WORK     (256u << 20) /* bytes that are inflated for one image */
#define MAX_TRIES    4096u        /* files with the beginning that stands at a place */
#define MAX_COMPARED (1u << 30)   /* bytes that are compared for one image */
#define BLOCK_BYTES  1024u

struct embedded {
    uint32_t *slots; /* by hash of a beginning: unit + 1; 0 for none */
    uint32_t *next;  /* by unit: the next one of its slot */
    size_t mask;
    uint64_t work; /* bytes inflated, with something for each stream */
    uint64_t compared;
    struct pl_buf text;
};

/* Files of the program's own sources, or of all that is linked where programs hold what they use (go:embed, include_bytes!); each contents once. */
static bool is_candidate(const struct pl_index *ix, uint32_t unit, enum pl_source_rank last)
{
    pl_source_ref ref = pl_index_unit_ref(ix, unit);
    return pl_index_tree(ix, ref.tree)->rank <= last && !pl_index_unit_is_repeat(ix, unit) &&
           pl_index_unit_file(ix, unit)->data.n >= MIN_FILE;
}

static pl_status index_files(const struct pl_data *d, struct embedded *e, struct pl_err *err)
{
    const struct pl_index *ix = d->m->index;
    enum pl_source_rank last = d->code->is_go || d->code->is_rust ? PL_RANK_DEPENDENCY : PL_RANK_OWN;
    uint32_t n = (uint32_t)pl_index_unit_count(ix);
    size_t slots = 1024;
    while (slots < n)
        slots *= 2;
    e->mask = slots - 1;
    e->slots = calloc(slots, sizeof *e->slots);
    e->next = calloc((size_t)n + 1, sizeof *e->next);
    if (e->slots == NULL || e->next == NULL)
        return pl_fail_nomem(err);
    for (uint32_t i = n; i > 0; i--) {
        if (!is_candidate(ix, i - 1, last))
            continue;
        pl_bytes key = pl_bytes_sub(pl_index_unit_file(ix, i - 1)->data, 0, KEY_BYTES);
        uint32_t *slot = &e->slots[pl_bytes_hash(key, 0) & e->mask];
        e->next[i - 1] = *slot;
        *slot = i;
    }
    return PL_OK;
}

/* Does `b` begin with the file? Compared by blocks, so that what it costs is known. */
static bool begins_with(struct embedded *e, pl_bytes b, pl_bytes file)
{
    if (b.n < file.n)
        return false;
    for (size_t at = 0; at < file.n; at += BLOCK_BYTES) {
        size_t n = file.n - at < BLOCK_BYTES ? file.n - at : BLOCK_BYTES;
        e->compared += n;
        if (e->compared > MAX_COMPARED || memcmp(b.p + at, file.p + at, n) != 0)
            return false;
    }
    return true;
}

/* The longest file that `b` begins with; when `is_all`, the one that it is. NULL: none. */
static const struct pl_source_file *file_at(const struct pl_index *ix, struct embedded *e, pl_bytes b,
                                            bool is_all)
{
    const struct pl_source_file *best = NULL;
    pl_bytes key = pl_bytes_sub(b, 0, KEY_BYTES);
    unsigned tries = 0;
    if (b.n < MIN_FILE || pl_bytes_all(key, key.p[0]))
        return NULL; /* fill says nothing */
    for (uint32_t i = e->slots[pl_bytes_hash(key, 0) & e->mask]; i != 0 && tries < MAX_TRIES;
         i = e->next[i - 1], tries++) {
        const struct pl_source_file *f = pl_index_unit_file(ix, i - 1);
        if ((best == NULL || f->data.n > best->data.n) && (!is_all || b.n == f->data.n) &&
            begins_with(e, b, f->data))
            best = f;
    }
    return best;
}

/* Bytes of the zlib stream that `b` is, its contents in e->text; 0 when it is none, or too much of one. */
static size_t inflate_all(struct embedded *e, pl_bytes b)
{
    uint8_t room[16384];
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)b.p,
                  .avail_in = (uInt)(b.n < MAX_INFLATED ? b.n : MAX_INFLATED)};
    if (e->work >= MAX_WORK || inflateInit(&z) != Z_OK)
        return 0;
    int rc = Z_OK;
    while (rc == Z_OK && e->text.n < MAX_INFLATED && e->text.why == PL_OK) {
        z.next_out = room;
        z.avail_out = sizeof room;
        rc = inflate(&z, Z_NO_FLUSH);
        pl_buf_add(&e->text, pl_bytes_of(room, sizeof room - z.avail_out));
    }
    (void)inflateEnd(&z); /* fails only on a state that is not one */
    e->work += e->text.n + 256;
    return rc == Z_STREAM_END && e->text.why == PL_OK ? (size_t)z.total_in : 0;
}

/* The same where most places are none: RFC 1950 2.2. */
static size_t inflate_at(struct embedded *e, pl_bytes b)
{
    bool is_stream = b.n >= MIN_STREAM && b.p[0] == 0x78 && (b.p[1] & 0x20) == 0 &&
                     ((unsigned)b.p[0] << 8 | b.p[1]) % 31 == 0;
    pl_buf_clear(&e->text);
    return is_stream ? inflate_all(e, b) : 0;
}

static bool is_number_before(pl_bytes data, uint64_t at, uint64_t value)
{
    if (at < 4)
        return false;
    const uint8_t *p = data.p + at - 4;
    return ((uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3]) == value;
}

/* Claim a file that takes `length` bytes at `at`, and its lengths before it. */
static pl_status claim_file(struct pl_data *d, const struct pl_source_file *f, uint64_t at, uint64_t length,
                            bool is_packed, struct pl_err *err)
{
    uint64_t from = at;
    const char *source = pl_arena_str(d->m->arena, f->path);
    if (source == NULL)
        return pl_arena_fail(d->m->arena, err);
    if (is_packed && is_number_before(d->f->data, at, f->data.n) &&
        is_number_before(d->f->data, at - 4, length + 4))
        from = at - 8;
    else if (!is_packed && is_number_before(d->f->data, at, length))
        from = at - 4;
    if (from < at && !pl_data_is_data(d, from, at - from))
        from = at;
    return pl_data_claim(d, from, at + length - from, PL_CLASS_DERIVED, PL_GRADE_B, RULE, source, err);
}

static pl_status look_at(struct pl_data *d, struct embedded *e, uint64_t from, uint64_t end,
                         struct pl_err *err)
{
    pl_status st = PL_OK;
    for (uint64_t at = from; at < end && st == PL_OK;) {
        pl_bytes rest = pl_bytes_sub(d->f->data, (size_t)at, (size_t)(end - at));
        const struct pl_source_file *f = file_at(d->m->index, e, rest, false);
        size_t n = f == NULL ? inflate_at(e, rest) : f->data.n;
        bool is_packed = f == NULL && n > 0;
        if (e->text.why == PL_E_NOMEM)
            return pl_fail_nomem(err);
        if (is_packed)
            f = file_at(d->m->index, e, pl_buf_bytes(&e->text), true);
        if (f != NULL)
            st = claim_file(d, f, at, n, is_packed, err);
        at += f != NULL ? n : 1;
    }
    return st;
}

pl_status pl_data_find_embedded(struct pl_data *d, struct pl_err *err)
{
    struct embedded e = {0};
    pl_buf_init(&e.text, MAX_INFLATED + 65536u);
    pl_status st = index_files(d, &e, err);
    for (uint64_t at = 0; at < d->f->size && st == PL_OK;) {
        uint64_t from = at;
        while (at < d->f->size && d->state[at] == PL_DATA_OPEN)
            at++;
        if (at - from >= MIN_STREAM)
            st = look_at(d, &e, from, at, err);
        at += at == from;
    }
    free(e.slots);
    free(e.next);
    pl_buf_reset(&e.text);
    return st;
}
