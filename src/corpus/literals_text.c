/*
 * literals_text.c - many strings looked for in all of the source text at once.
 *
 * Each needle (a string, and the same with C escapes) is entered in a table by its first 5 bytes. One pass over each file
 * loads 8 bytes at every position, asks a bitmap that fits the first cache, and compares only where that says yes. The loosest rule:
 * it also explains whatever an attacker finds a word for in the source, so a verdict never reads it.
 *
 * A package of three hundred libraries asks three hundred times, mostly for the same strings or for what stands nowhere. What was found of a string is
 * kept, and from the fourth time on a string is looked for only if its starts, middles and ends are among those of the source. Neither changes an answer;
 * strings of a start that too many of one image have are left out of it, since how far they are looked for depends on the others.
 */
#include "corpus/literals_set.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES      5u
#define KEY_MASK       0xffffffffffULL
#define TABLE_BITS     16u
#define MAX_FILE_BYTES (8u << 20)
#define XML_HEAD_BYTES 1024u
#define MAX_SAME_KEY   64u         /* needles of one start that are compared at one place */
#define MAX_KEPT       (16u << 20) /* bytes of answers that are kept */
#define FIRST_ANSWERS  1024u
#define MANY_SEARCHES  4u
#define MAX_MARK_BITS  (1ull << 27)

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

struct answer {
    pl_bytes text; /* in the arena; no bytes: free */
    struct place place;
};

struct pl_text_memory {
    pthread_mutex_t lock;
    struct pl_arena arena;
    struct answer *answers; /* open addressing; heap */
    size_t n;
    size_t n_slots; /* a power of two, or 0 */
    unsigned n_searches;
    uint64_t
        *marks; /* a bit for each KEY_BYTES of the text that is searched, by hash; heap; NULL: not made */
    uint64_t mark_mask;
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

/* DocBook's, by how it begins: other XML is what generators make code of (registries of calls, interfaces of D-Bus). */
static bool is_prose_in_xml(pl_bytes text)
{
    static const char *const marks[] = {"DocBook",  "docbook",  "DOCBOOK", "<book",
                                        "<article", "<chapter", "<sect",   "<refentry"};
    pl_bytes head = pl_bytes_sub(text, 0, XML_HEAD_BYTES);
    return pl_bytes_has_one_of(head, marks, sizeof marks / sizeof marks[0]);
}

/* Prose, translations and logs of changes: large, and no compiler reads them. */
static bool is_searched(const struct pl_source_file *f)
{
    static const char *const skipped[] = {".po",  ".pot", ".gmo", ".texi", ".info",  ".html", ".gz", ".xz",
                                          ".pdf", ".png", ".bz2", ".diff", ".patch", ".sgml", ".svg"};
    pl_bytes name = pl_bytes_basename(f->path);
    for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++)
        if (pl_bytes_ends(name, pl_bytes_of_str(skipped[i])))
            return false;
    if (pl_bytes_ends(name, PL_LIT(".xml")) && is_prose_in_xml(f->data))
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

/* ---- what earlier searches have found ---- */

struct pl_text_memory *pl_text_memory_new(void)
{
    struct pl_text_memory *m = calloc(1, sizeof *m);
    if (m == NULL || pthread_mutex_init(&m->lock, NULL) != 0) {
        free(m);
        return NULL;
    }
    pl_arena_init(&m->arena, MAX_KEPT);
    return m;
}

void pl_text_memory_free(struct pl_text_memory *m)
{
    if (m == NULL)
        return;
    (void)pthread_mutex_destroy(&m->lock); /* nobody holds it */
    pl_arena_reset(&m->arena);
    free(m->answers);
    free(m->marks);
    free(m);
}

static struct answer *answer_slot(struct answer *answers, size_t n_slots, pl_bytes text)
{
    size_t i = (size_t)pl_bytes_hash(text, 0) & (n_slots - 1);
    while (answers[i].text.n > 0 && !pl_bytes_eq(answers[i].text, text))
        i = (i + 1) & (n_slots - 1);
    return &answers[i];
}

static bool make_room(struct pl_text_memory *m)
{
    if (2 * m->n < m->n_slots)
        return true;
    size_t n = m->n_slots == 0 ? FIRST_ANSWERS : 2 * m->n_slots;
    struct answer *answers = calloc(n, sizeof *answers);
    if (answers == NULL)
        return false;
    for (size_t i = 0; i < m->n_slots; i++)
        if (m->answers[i].text.n > 0)
            *answer_slot(answers, n, m->answers[i].text) = m->answers[i];
    free(m->answers);
    m->answers = answers;
    m->n_slots = n;
    return true;
}

/* Without memory for it, it is looked for again. */
static void keep_answer(struct pl_text_memory *m, pl_bytes text, const struct place *place)
{
    if (text.n == 0 || !make_room(m))
        return;
    struct answer *slot = answer_slot(m->answers, m->n_slots, text);
    pl_bytes kept = slot->text.n > 0 ? slot->text : pl_arena_keep(&m->arena, text);
    if (kept.p == NULL || slot->text.n > 0)
        return;
    *slot = (struct answer){kept, *place};
    m->n++;
}

static uint64_t mark_of(const struct pl_text_memory *m, uint64_t key)
{
    return (key * 0x9e3779b97f4a7c15ULL >> 32) & m->mark_mask;
}

static void mark_text(struct pl_text_memory *m, const struct pl_literals *l)
{
    uint64_t bytes = 0;
    uint64_t bits = 1024;
    for (uint32_t i = 0; i < l->n_files; i++)
        bytes += pl_index_file(l->index, l->files[i])->data.n;
    while (bits < bytes && bits < MAX_MARK_BITS)
        bits *= 2;
    m->marks = calloc((size_t)(bits / 64), sizeof *m->marks);
    m->mark_mask = bits - 1;
    for (uint32_t i = 0; m->marks != NULL && i < l->n_files; i++) {
        const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
        for (size_t at = 0; is_searched(f) && at + KEY_BYTES <= f->data.n; at++) {
            uint64_t bit = mark_of(m, key_of(f->data.p + at));
            m->marks[bit / 64] |= 1ULL << (bit % 64);
        }
    }
}

/* Can it stand in the text? */
static bool is_marked(const struct pl_text_memory *m, pl_bytes text)
{
    for (size_t at = 0; text.n >= KEY_BYTES; at += KEY_BYTES) {
        bool is_last = at + KEY_BYTES >= text.n;
        uint64_t bit = mark_of(m, key_of(text.p + (is_last ? text.n - KEY_BYTES : at)));
        if ((m->marks[bit / 64] >> (bit % 64) & 1) == 0)
            return false;
        if (is_last)
            return true;
    }
    return false;
}

/* ---- one search ---- */

/* Are there so many needles with the start of this one that one place may pass over it? */
static bool is_crowded(const struct search *s, const struct needle *needle)
{
    unsigned n = 0;
    for (uint32_t i = s->slots[slot_of(needle->key)]; i != 0 && n <= MAX_SAME_KEY; i = s->needles[i - 1].next)
        n += s->needles[i - 1].key == needle->key;
    return n > MAX_SAME_KEY;
}

/* Is it known what becomes of the text (*place then), in its own form and the escaped one? */
static bool is_known(const struct pl_text_memory *m, pl_bytes text, pl_bytes other, struct place *place)
{
    const struct answer *answer = m->n_slots == 0 ? NULL : answer_slot(m->answers, m->n_slots, text);
    if (answer != NULL && answer->text.n > 0)
        *place = answer->place;
    else if (m->marks == NULL || is_marked(m, text) || is_marked(m, other))
        return false;
    return true;
}

/* The texts of one search; arrays of one a text. */
struct texts {
    const pl_bytes *own;
    pl_bytes *escaped;
    bool *is_crowded; /* what becomes of it depends on the others */
    bool *is_asked;
    size_t n;
};

/* Take the needles of texts out whose place is known. The others stay in their order. */
static void drop_known(struct search *s, const struct pl_literals *l, struct texts *t)
{
    struct pl_text_memory *m = l->memory;
    size_t n = s->n;
    for (size_t i = 0; i < n; i++)
        t->is_crowded[s->needles[i].string] |= is_crowded(s, &s->needles[i]);
    (void)pthread_mutex_lock(&m->lock); /* fails only on misuse */
    if (++m->n_searches == MANY_SEARCHES)
        mark_text(m, l);
    for (size_t i = 0; i < t->n; i++) {
        t->is_asked[i] = t->is_crowded[i] || !is_known(m, t->own[i], t->escaped[i], &s->places[i]);
        s->n_missing -= !t->is_asked[i];
    }
    (void)pthread_mutex_unlock(&m->lock);
    memset(s->slots, 0, sizeof *s->slots << TABLE_BITS);
    memset(s->bitmap, 0, sizeof s->bitmap);
    s->n = 0;
    for (size_t i = 0; i < n; i++) {
        struct needle needle = s->needles[i];
        if (t->is_asked[needle.string])
            add_needle(s, needle.text, needle.string);
    }
}

static void keep_answers(struct pl_text_memory *m, const struct texts *t, const struct place *places)
{
    (void)pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < t->n; i++)
        if (t->is_asked[i] && !t->is_crowded[i])
            keep_answer(m, t->own[i], &places[i]);
    (void)pthread_mutex_unlock(&m->lock);
}

static void search_files(struct search *s, const struct pl_literals *l, struct texts *t,
                         struct pl_arena *arena)
{
    for (size_t i = 0; i < t->n; i++) {
        t->escaped[i] = escaped(t->own[i], arena);
        add_needle(s, t->own[i], i);
        add_needle(s, t->escaped[i], i);
    }
    drop_known(s, l, t);
    for (uint32_t i = 0; i < l->n_files && s->n_missing > 0; i++) {
        const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
        if (is_searched(f))
            search_file(s, f->data, i);
    }
    keep_answers(l->memory, t, s->places);
}

/* Look for n texts; places[i] says where the i-th was found. */
static pl_status search_all(const struct pl_literals *l, const pl_bytes *texts, size_t n,
                            struct pl_arena *arena, struct place *places, struct pl_err *err)
{
    struct search s = {.places = places, .n_missing = n};
    struct texts t = {.own = texts, .n = n};
    pl_status st = PL_OK;
    s.needles = calloc(2 * n + 1, sizeof *s.needles);
    s.slots = calloc((size_t)1 << TABLE_BITS, sizeof *s.slots);
    t.escaped = calloc(n + 1, sizeof *t.escaped);
    t.is_crowded = calloc(n + 1, sizeof *t.is_crowded);
    t.is_asked = calloc(n + 1, sizeof *t.is_asked);
    if (s.needles == NULL || s.slots == NULL || t.escaped == NULL || t.is_crowded == NULL ||
        t.is_asked == NULL)
        st = pl_fail_nomem(err);
    else
        search_files(&s, l, &t, arena);
    free(s.needles);
    free(s.slots);
    free(t.escaped);
    free(t.is_crowded);
    free(t.is_asked);
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
