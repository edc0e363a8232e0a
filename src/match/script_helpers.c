/*
 * script_helpers.c - a table of helper units and a search for them.
 *
 * Source: what TypeScript, Babel, esbuild, rollup and regenerator write, read off their output (script_helpers.def).
 */
#include "match/script_helpers.h"

#define MIN_ATOMS     3u
#define PHRASE_BYTES  24u /* a text that only one helper says: one atom beside it is enough */
#define ELEMENT_BYTES 256u
#define ANY_NAME      2u /* marks in the table; no text has such a hash but by chance */
#define ANY_REGEX     3u
#define SHORT_BYTES   4u /* two letters and their quotes */

/* The value that an element of a row spells. */
static uint64_t hash_of(const struct pl_script_vocabulary *v, pl_bytes element)
{
    uint8_t text[ELEMENT_BYTES];
    size_t n = element.n < ELEMENT_BYTES ? element.n : ELEMENT_BYTES;
    if (pl_bytes_eq_str(element, "*"))
        return ANY_NAME;
    if (pl_bytes_eq_str(element, "%r"))
        return ANY_REGEX;
    for (size_t i = 0; i < n; i++)
        text[i] = element.p[i] == '~' ? ' ' : element.p[i] == '^' ? '\n' : element.p[i];
    return pl_script_value_hash(v, pl_bytes_of(text, n));
}

static void add_unit(struct pl_script_helper_table *t, const struct pl_script_vocabulary *v, const char *row)
{
    pl_bytes rest = pl_bytes_of_str(row);
    pl_bytes element;
    uint32_t first = t->n_hashes;
    bool has_phrase = false;
    while (pl_bytes_split(&rest, ' ', &element) && t->n_hashes < PL_HELPER_ATOMS) {
        uint64_t hash = hash_of(v, element);
        has_phrase = has_phrase || element.n >= PHRASE_BYTES;
        if (element.n > 0 && !(pl_script_name_flags(v, hash) & PL_NAME_DROPPED))
            t->hashes[t->n_hashes++] = hash;
    }
    bool is_telling =
        t->n_hashes - first >= MIN_ATOMS || (t->n_hashes - first + 1 == MIN_ATOMS && has_phrase);
    if (!is_telling || t->n_units == PL_HELPER_UNITS) {
        t->n_hashes = first;
        return;
    }
    uint32_t slot = (uint32_t)(t->hashes[first] % PL_HELPER_SLOTS);
    t->units[t->n_units].first = first;
    t->units[t->n_units].n = t->n_hashes - first;
    t->units[t->n_units].next = t->slots[slot];
    t->slots[slot] = ++t->n_units;
}

void pl_script_helper_table_init(struct pl_script_helper_table *t, const struct pl_script_vocabulary *v)
{
    static const char *const rows[] = {
#define PL_HELPER(whose, atoms) atoms,
#include "match/script_helpers.def"
#undef PL_HELPER
    };
    *t = (struct pl_script_helper_table){.n_units = 0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        add_unit(t, v, rows[i]);
}

static bool fits(uint64_t wanted, const struct pl_script_atom *atom, const struct pl_script_link *link)
{
    bool is_name = atom->kind == PL_ATOM_PROPERTY || atom->kind == PL_ATOM_STRING;
    if (wanted == ANY_NAME) /* one of two letters is no word, and can say nothing */
        return (link->id != PL_NO_ATOM || link->is_name || (is_name && atom->length <= SHORT_BYTES)) &&
               !link->is_sensitive;
    if (wanted == ANY_REGEX)
        return atom->kind == PL_ATOM_REGEX;
    return atom->hash == wanted;
}

static uint32_t longest_at(const struct pl_script_helper_table *t, const struct pl_script_atom *atoms,
                           const struct pl_script_link *links, size_t n)
{
    uint32_t longest = 0;
    for (uint32_t u = t->slots[atoms[0].hash % PL_HELPER_SLOTS]; u != 0; u = t->units[u - 1].next) {
        uint32_t length = t->units[u - 1].n;
        const uint64_t *wanted = t->hashes + t->units[u - 1].first;
        uint32_t i = 0;
        if (length > n || length <= longest)
            continue;
        while (i < length && fits(wanted[i], &atoms[i], &links[i]))
            i++;
        if (i == length)
            longest = length;
    }
    return longest;
}

void pl_script_helpers(const struct pl_script_helper_table *t, const struct pl_script_atom *atoms,
                       struct pl_script_link *links, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t longest = longest_at(t, atoms + i, links + i, n - i);
        for (uint32_t k = 0; k < longest; k++)
            links[i + k].class = PL_SCRIPT_HELPER;
        i += longest > 0 ? longest : 1;
    }
}

void pl_script_regenerator(const struct pl_script_vocabulary *v, const struct pl_script_atom *atoms,
                           struct pl_script_link *links, size_t n)
{
    static const char *const words[] = {"prev",     "next", "sent",   "stop",   "abrupt",
                                        "wrap",     "mark", "finish", "return", "break",
                                        "continue", "end",  "throw",  "catch",  "delegateYield",
                                        "complete", "t0",   "t1",     "t2",     "t3",
                                        "t4",       "t5",   "t6",     "t7",     "t8",
                                        "t9"};
    uint64_t hashes[sizeof words / sizeof words[0]];
    bool is_found = false;
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        hashes[k] = pl_script_hash(v, pl_bytes_of_str(words[k]));
    for (size_t i = 1; i < n && !is_found; i++)
        is_found = atoms[i - 1].hash == hashes[0] && atoms[i].hash == hashes[1];
    for (size_t i = 0; i < n && is_found; i++)
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
            if (links[i].class >= PL_SCRIPT_CONTEXT && atoms[i].hash == hashes[k])
                links[i].class = PL_SCRIPT_HELPER;
}
