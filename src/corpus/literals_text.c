/*
 * literals_text.c - many strings looked for in all of the source text at once.
 *
 * Each needle (a string, and the same with C escapes) is entered in a table by its first 5 bytes. One pass over each file
 * loads 8 bytes at every position, asks a bitmap that fits the first cache, and compares only where that says yes. The loosest rule:
 * it also explains whatever an attacker finds a word for in the source, so a verdict never reads it.
 */
#include "corpus/literals_set.h"
#include "format/text/clit.h"

#include <stdlib.h>
#include <string.h>

#define KEY_BYTES    5u
#define KEY_MASK     0xffffffffffULL
#define TABLE_BITS   16u
#define MAX_SAME_KEY 64u /* needles of one start that are compared at one place */

struct needle {
    pl_bytes text;
    size_t string; /* which one it looks for */
    uint64_t key;
    uint32_t next; /* with the same slot: index + 1, or 0 */
};

/* Where a string was first found. */
struct place {
    bool is_found;
    uint32_t file;
    size_t offset;
};

struct search {
    struct place *places; /* one a string */
    size_t n_missing;
    struct needle *needles; /* n of them */
    size_t n;
    uint32_t *slots; /* 1 << TABLE_BITS */
    uint64_t bitmap[(1u << TABLE_BITS) / 64];
};

static uint64_t key_of(const uint8_t *p)
{
    uint64_t word = 0;
    memcpy(&word, p, KEY_BYTES);
    return word & KEY_MASK;
}

static size_t slot_of(uint64_t key)
{
    return (size_t)(key * 0x9e3779b97f4a7c15ULL >> (64 - TABLE_BITS));
}

static void add_needle(struct search *s, pl_bytes text, size_t string)
{
    if (text.n < KEY_BYTES)
        return;
    uint64_t key = key_of(text.p);
    size_t slot = slot_of(key);
    s->needles[s->n++] = (struct needle){text, string, key, s->slots[slot]};
    s->slots[slot] = (uint32_t)s->n;
    s->bitmap[slot / 64] |= 1ULL << (slot % 64);
}

/* The string as a C programmer writes it. Empty when that is no different. */
static pl_bytes escaped(pl_bytes string, struct pl_arena *arena)
{
    static const char plain[] = "\n\t\r\"\\\a\b\f\v";
    static const char names[] = "ntr\"\\abfv";
    size_t n = 0;
    for (size_t i = 0; i < string.n; i++)
        n += memchr(plain, string.p[i], sizeof plain - 1) != NULL;
    uint8_t *out = n == 0 ? NULL : pl_arena_take(arena, string.n + n);
    if (out == NULL)
        return (pl_bytes){NULL, 0};
    size_t at = 0;
    for (size_t i = 0; i < string.n; i++) {
        const char *special = memchr(plain, string.p[i], sizeof plain - 1);
        if (special != NULL)
            out[at++] = '\\';
        out[at++] = special == NULL ? string.p[i] : (uint8_t)names[special - plain];
    }
    return pl_bytes_of(out, at);
}

static bool is_searched(pl_bytes path)
{
    return pl_clit_family_of(path) != PL_CLIT_NONE || pl_bytes_ends(path, PL_LIT(".ac")) ||
           pl_bytes_ends(path, PL_LIT(".m4")) || pl_bytes_ends(path, PL_LIT(".am")) ||
           pl_bytes_ends(path, PL_LIT(".in")) || pl_bytes_starts(path, PL_LIT("debian/"));
}

static void try_needles(struct search *s, pl_bytes text, size_t at, uint64_t key, size_t slot, uint32_t file)
{
    unsigned tries = 0;
    for (uint32_t i = s->slots[slot]; i != 0 && tries < MAX_SAME_KEY; i = s->needles[i - 1].next) {
        const struct needle *needle = &s->needles[i - 1];
        struct place *place = &s->places[needle->string];
        if (needle->key != key || place->is_found)
            continue;
        tries++;
        if (pl_bytes_starts(pl_bytes_from(text, at), needle->text)) {
            *place = (struct place){true, file, at};
            s->n_missing--;
        }
    }
}

static void search_file(struct search *s, pl_bytes text, uint32_t file)
{
    for (size_t at = 0; at + KEY_BYTES <= text.n && s->n_missing > 0; at++) {
        uint64_t key = 0;
        if (at + 8 <= text.n)
            memcpy(&key, text.p + at, 8);
        else
            memcpy(&key, text.p + at, KEY_BYTES);
        key &= KEY_MASK;
        size_t slot = slot_of(key);
        if ((s->bitmap[slot / 64] >> (slot % 64) & 1) != 0)
            try_needles(s, text, at, key, slot, file);
    }
}

static pl_status set_hit(const struct pl_literals *l, const struct place *place, struct pl_arena *arena,
                         struct pl_literal_hit *out, struct pl_err *err)
{
    size_t n;
    const struct pl_source_file *f = pl_index_file(l->index, l->files[place->file]);
    unsigned line = 1;
    for (size_t i = 0; i < place->offset; i++)
        line += f->data.p[i] == '\n';
    const char *source = pl_arena_printf(arena, "%.*s:%u", PL_ARG(f->path), line);
    if (source == NULL)
        return pl_arena_fail(arena, err);
    *out = (struct pl_literal_hit){&pl_literal_rules(&n)[RULE_TEXT], source, {NULL, 0}};
    return PL_OK;
}

pl_status pl_literals_explain_text(const struct pl_literals *l, const pl_bytes *strings, size_t n,
                                   struct pl_arena *arena, struct pl_literal_hit *hits, struct pl_err *err)
{
    struct search s = {.n_missing = n};
    pl_status st = PL_OK;
    s.needles = calloc(2 * n + 1, sizeof *s.needles);
    s.places = calloc(n + 1, sizeof *s.places);
    s.slots = calloc((size_t)1 << TABLE_BITS, sizeof *s.slots);
    if (s.needles == NULL || s.places == NULL || s.slots == NULL) {
        st = pl_fail_nomem(err);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        hits[i] = (struct pl_literal_hit){0};
        add_needle(&s, strings[i], i);
        add_needle(&s, escaped(strings[i], arena), i);
    }
    for (uint32_t i = 0; i < l->n_files && s.n_missing > 0; i++) {
        const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
        if (is_searched(f->path))
            search_file(&s, f->data, i);
    }
    for (size_t i = 0; i < n && st == PL_OK; i++)
        if (s.places[i].is_found)
            st = set_hit(l, &s.places[i], arena, &hits[i], err);
out:
    free(s.needles);
    free(s.places);
    free(s.slots);
    return st;
}
