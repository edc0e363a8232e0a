/*
 * literals_text.c - many strings looked for in all of the source text at once.
 *
 * Each needle (a string, and the same with C escapes) is entered in a table by its first 5 bytes. One pass over each file
 * loads 8 bytes at every position, asks a bitmap that fits the first cache, and compares only where that says yes. The loosest rule:
 * it also explains whatever an attacker finds a word for in the source, so a verdict never reads it.
 */
#include "corpus/literals_set.h"

#include <stdlib.h>
#include <string.h>

#define KEY_BYTES      5u
#define KEY_MASK       0xffffffffffULL
#define TABLE_BITS     16u
#define MAX_FILE_BYTES (8u << 20)
#define MAX_SAME_KEY   64u /* needles of one start that are compared at one place */

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

/* Prose, translations and logs of changes: large, and no compiler reads them. */
static bool is_searched(const struct pl_source_file *f)
{
    static const char *const skipped[] = {".po",  ".pot", ".gmo", ".texi", ".info",  ".html", ".gz",  ".xz",
                                          ".pdf", ".png", ".bz2", ".diff", ".patch", ".sgml", ".xml", ".svg"};
    pl_bytes name = pl_bytes_basename(f->path);
    for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++)
        if (pl_bytes_ends(name, pl_bytes_of_str(skipped[i])))
            return false;
    return f->data.n <= MAX_FILE_BYTES && !pl_bytes_starts(name, PL_LIT("ChangeLog")) &&
           !pl_bytes_starts(name, PL_LIT("NEWS"));
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

/* Look for n texts; places[i] says where the i-th was found. */
static pl_status search_all(const struct pl_literals *l, const pl_bytes *texts, size_t n,
                            struct pl_arena *arena, struct place *places, struct pl_err *err)
{
    struct search s = {.places = places, .n_missing = n};
    s.needles = calloc(2 * n + 1, sizeof *s.needles);
    s.slots = calloc((size_t)1 << TABLE_BITS, sizeof *s.slots);
    pl_status st = s.needles == NULL || s.slots == NULL ? pl_fail_nomem(err) : PL_OK;
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        add_needle(&s, texts[i], i);
        add_needle(&s, escaped(texts[i], arena), i);
    }
    for (uint32_t i = 0; i < l->n_files && s.n_missing > 0 && st == PL_OK; i++) {
        const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
        if (is_searched(f))
            search_file(&s, f->data, i);
    }
    free(s.needles);
    free(s.slots);
    return st;
}

static pl_status set_hit(const struct pl_literals *l, const struct place *place, enum literal_rule rule,
                         struct pl_arena *arena, struct pl_literal_hit *out, struct pl_err *err)
{
    size_t n;
    const struct pl_source_file *f = pl_index_file(l->index, l->files[place->file]);
    unsigned line = 1;
    for (size_t i = 0; i < place->offset; i++)
        line += f->data.p[i] == '\n';
    const char *source = pl_arena_printf(arena, "%.*s:%u", PL_ARG(f->path), line);
    if (source == NULL)
        return pl_arena_fail(arena, err);
    *out = (struct pl_literal_hit){&pl_literal_rules(&n)[rule], source, {NULL, 0}, false};
    return PL_OK;
}

/* The whole string is text 0 of its part; its lines follow, when it has more than one. */
struct part {
    size_t first;
    size_t n;
};

typedef PL_VEC(pl_bytes) text_list;

static bool add_texts(text_list *texts, pl_bytes string, struct part *part)
{
    pl_bytes rest = string;
    pl_bytes line;
    part->first = texts->n;
    pl_bytes *slot = PL_VEC_ADD(texts);
    if (slot == NULL)
        return false;
    *slot = string;
    if (pl_bytes_find_byte(string, '\n', 0) != SIZE_MAX) {
        while (pl_bytes_line(&rest, &line)) {
            line = pl_bytes_trim(line);
            slot = line.n < KEY_BYTES ? slot : PL_VEC_ADD(texts);
            if (slot == NULL)
                return false;
            if (line.n >= KEY_BYTES)
                *slot = line;
        }
    }
    part->n = texts->n - part->first;
    return true;
}

static pl_status explain_part(const struct pl_literals *l, const struct part *part,
                              const struct place *places, struct pl_arena *arena, struct pl_literal_hit *hit,
                              struct pl_err *err)
{
    const struct place *own = &places[part->first];
    bool has_lines = part->n > 1;
    for (size_t i = 1; i < part->n; i++)
        has_lines = has_lines && own[i].is_found;
    if (own->is_found)
        return set_hit(l, own, RULE_TEXT, arena, hit, err);
    return has_lines ? set_hit(l, own + 1, RULE_LINES, arena, hit, err) : PL_OK;
}

pl_status pl_literals_explain_text(const struct pl_literals *l, const pl_bytes *strings, size_t n,
                                   struct pl_arena *arena, struct pl_literal_hit *hits, struct pl_err *err)
{
    text_list texts = {0};
    struct part *parts = calloc(n + 1, sizeof *parts);
    struct place *places = NULL;
    bool is_good = parts != NULL;
    for (size_t i = 0; i < n && is_good; i++) {
        hits[i] = (struct pl_literal_hit){0};
        is_good = add_texts(&texts, strings[i], &parts[i]);
    }
    if (is_good)
        places = calloc(texts.n + 1, sizeof *places);
    pl_status st = places == NULL ? pl_fail_nomem(err) : search_all(l, texts.v, texts.n, arena, places, err);
    for (size_t i = 0; i < n && st == PL_OK; i++)
        st = explain_part(l, &parts[i], places, arena, &hits[i], err);
    PL_VEC_FREE(&texts);
    free(parts);
    free(places);
    return st;
}
