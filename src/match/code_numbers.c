/*
 * code_numbers.c - numbers of 64 bits that look like keys or hashes and that no source has.
 *
 * A function without a call and a string has nothing else to tell it by. Compilers make wide numbers, too: multipliers for a division, masks,
 * pieces of strings, two fields of a struct in one store. Those are told apart, and one number alone says nothing. Source for the
 * multipliers: Granlund and Montgomery, "Division by Invariant Integers using Multiplication", 1994, section 4.
 */
#include "match/code_result.h"

#include <stdio.h>

#define TAG_NUMBER  "code.foreign-number"
#define NEEDED      2u  /* different ones in one function */
#define MIN_TOP_BIT 36u /* its highest bit: shorter ones are sums and offsets */
#define MIN_TURNS   33u /* percent of neighbouring bits that differ: of random ones half do */
#define MAX_TURNS   67u
#define MAX_SHIFT   24u /* behind the multiplication */
#define MAX_DIVISOR ((uint64_t)1 << 40)

__extension__ typedef unsigned __int128 wide;

/* Is m 2^(64 + shift) / d, rounded either way, for some d; or that without its highest bit? */
static bool is_multiplier_of(uint64_t m, unsigned shift, wide highest)
{
    wide whole = (wide)1 << (64 + shift);
    uint64_t near = (uint64_t)(whole / (highest + m));
    if (near < 3 || near > MAX_DIVISOR)
        return false;
    for (uint64_t d = near - 1; d <= near + 1; d++) {
        uint64_t difference = (uint64_t)(whole / d - highest) - m;
        if (difference + 2 <= 4)
            return true;
    }
    return false;
}

static bool is_division(uint64_t m)
{
    for (unsigned shift = 0; shift < MAX_SHIFT; shift++)
        if (is_multiplier_of(m, shift, 0) || (shift > 0 && is_multiplier_of(m, shift, (wide)1 << 64)))
            return true;
    return false;
}

static bool is_text(uint64_t value)
{
    bool is_plain = true;
    for (unsigned i = 0; i < 8; i++) {
        uint8_t b = (uint8_t)(value >> (8 * i));
        is_plain = is_plain && (b == 0 || (b >= 0x20 && b <= 0x7e));
    }
    return is_plain;
}

static bool is_of_source(const struct pl_aligner *a, uint64_t value)
{
    return pl_atom_is_dull(value) ||
           pl_codebase_feature(a->cb, pl_codebase_key(PL_ATOM_CONSTANT, pl_atom_hash_value(value))) !=
               PL_NO_FEATURE;
}

/* Neighbouring bits that differ, below the highest one. */
static bool looks_random(uint64_t value)
{
    unsigned top = 63 - (unsigned)__builtin_clzll(value);
    uint64_t below = ((uint64_t)1 << top) - 1;
    unsigned turns = (unsigned)__builtin_popcountll((value ^ value >> 1) & below);
    return top >= MIN_TOP_BIT && turns * 100 >= top * MIN_TURNS && turns * 100 <= top * MAX_TURNS;
}

/* Eight elements of a list of bytes, which a store of that width puts into a local array. */
static bool is_of_table(const struct pl_tables *tables, uint64_t value)
{
    uint8_t low[PL_TABLE_WINDOW];
    size_t n = 0;
    for (unsigned i = 0; i < PL_TABLE_WINDOW; i++)
        low[i] = (uint8_t)(value >> (8 * i));
    uint64_t key = pl_table_key(low);
    if (tables == NULL || key == 0)
        return false;
    (void)pl_tables_find(tables, key, &n);
    return n > 0;
}

static bool is_foreign(const struct pl_aligner *a, const struct pl_tables *tables, const struct pl_atom *atom)
{
    uint64_t v = atom->value;
    return atom->kind == PL_ATOM_CONSTANT && v > UINT32_MAX && looks_random(v) && !is_text(v) &&
           !is_division(v) && !is_division(~v) && !is_of_source(a, v) && !is_of_source(a, ~v) &&
           !is_of_source(a, -v) && !is_of_table(tables, v) &&
           !(is_of_source(a, v & UINT32_MAX) && is_of_source(a, v >> 32));
}

/* The first different foreign numbers of one function, atoms of the image; their count. */
static unsigned find_numbers(const struct pl_aligner *a, const struct pl_tables *tables,
                             const struct pl_function *fn, uint32_t out[NEEDED])
{
    const struct pl_code *code = a->code;
    unsigned n = 0;
    for (uint32_t i = fn->first_atom; i < fn->first_atom + fn->n_atoms && n < NEEDED; i++)
        if (is_foreign(a, tables, &code->atoms[i]) &&
            (n == 0 || code->atoms[out[0]].value != code->atoms[i].value))
            out[n++] = i;
    return n;
}

bool pl_code_has_foreign_numbers(const struct pl_aligner *a, const struct pl_tables *tables, uint32_t subject)
{
    uint32_t found[NEEDED];
    return !pl_codebase_links_all(a->cb) &&
           find_numbers(a, tables, &a->code->functions[a->subjects.v[subject].function], found) == NEEDED;
}

static pl_status add_finding(const struct pl_code_result *r, const struct pl_function *fn,
                             const uint32_t found[NEEDED], struct pl_err *err)
{
    static const char *const facts[NEEDED] = {"number[0]", "number[1]"};
    struct pl_finding *finding;
    char text[48];
    pl_status st =
        pl_findings_add(&r->f->findings, TAG_NUMBER, PL_SEVERITY_WARNING, fn->offset, fn->size, &finding, err,
                        "a function holds numbers that look like keys and that no source has");
    for (unsigned i = 0; i < NEEDED && st == PL_OK; i++) {
        const struct pl_atom *atom = &r->a->code->atoms[found[i]];
        (void)snprintf(text, sizeof text, "%llx  0x%llx", (unsigned long long)atom->at,
                       (unsigned long long)atom->value);
        st = pl_finding_fact(&r->f->findings, finding, facts[i], pl_bytes_of_str(text), err);
    }
    return st;
}

pl_status pl_code_check_numbers(const struct pl_code_result *r, struct pl_err *err)
{
    pl_status st = PL_OK;
    uint32_t found[NEEDED];
    for (uint32_t i = 0; i < r->a->subjects.n && st == PL_OK && !pl_codebase_links_all(r->m->codebase); i++) {
        const struct pl_function *fn = &r->a->code->functions[r->a->subjects.v[i].function];
        if (r->grades[i].end == PL_CODE_UNMATCHED && find_numbers(r->a, r->m->tables, fn, found) == NEEDED)
            st = add_finding(r, fn, found, err);
    }
    return st;
}
