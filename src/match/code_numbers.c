/*
 * code_numbers.c - large numbers in the code of a function that no source has.
 *
 * A trapdoor needs neither a call nor a string: it takes a hash of what it is given and compares it with one value (SolarWinds' SUNBURST kept
 * its list of names as FNV-1a hashes of 64 bits). What it cannot do without is the number. Compilers make numbers of 64 bits, too: reciprocals
 * for divisions, inverses for exact ones, masks of the cases of a switch, neighbouring fields and characters in one store; each of these has
 * a form that chance does not give. What is left was drawn, and whoever wrote the source wrote it down, whole or in two halves. One number may be
 * the sum or the product of two others, so that one is not enough: two different ones contradict.
 * In a function that is placed at one of the source which has numbers, they are a warning: libexempi's identifiers, liblz4's sum of two primes.
 * In a function that is matched by other things they say that it is another version of it, or that something was put into it: an error where it is known for sure
 * (code_known.c) and nothing that its unit reads has numbers of 32 bits, else a warning. Missed: a trapdoor with one number, and one whose number is of 32 bits or is put together from smaller ones.
 *
 * Sources: Granlund and Montgomery, "Division by Invariant Integers using Multiplication", PLDI 1994; GCC internals, "Switch statements", bit tests.
 */
#include "match/code_result.h"

#include <stdio.h>
#include <string.h>

#define TAG_CONSTANT    "code.foreign-constant"
#define HALF_BITS       32u
#define WHOLE_BITS      64u
#define LEAST_BITS      40u /* of a number that is drawn: those of memory sizes and times are rounder or shorter */
#define LEAST_ONES      20u /* of 64 drawn bits fewer than 20 or more than 44 are ones in 1 of 800 */
#define LEAST_CHANGES   22u /* between 64 bits: fewer in 1 of 100; masks have runs */
#define MOST_DULL_BYTES 1u  /* 0x00 and 0xff: more in 1 of 500; small fields have them */
#define MOST_PRINTABLE  5u  /* of 8 bytes: more in 1 of 30; characters stored together */
#define ROUND                                                                                                \
    1000000000u /* a multiple of it, or one beside: 1 of 3 * 10^8; limits of decimal digits (wget) */
#define MOST_STEPS      3u         /* equal differences of bytes: more in 1 of 10^7; counted rows */
#define MOST_DIVISOR    (1u << 24) /* 2^25 reciprocals of at most this: 1 of 10^9 is near one */
#define RECIPROCAL_BITS 36u        /* that agree; limits of lengths are rounded down */
/* Reciprocals to the last bit, of divisors up to 2^40: 1 of 10^6 drawn numbers is one. Hash tables of 64 bits divide by primes near 3 * 2^n. */
#define MOST_EXACT   ((uint64_t)1 << 40)
#define INVERSE_BITS 56u /* of the modulus: even divisors leave shorter inverses */
#define MOST_INVERSE (1u << 20)
/* In one function. In 418 honest packages no function that is like none of the source has two, and in four packages one that is. */
#define LEAST_FOREIGN 2u
#define LONG_DIGITS   15u /* of a number of the source, with its 0x */
#define HALF_DIGITS   8u  /* of one of 32 bits, or nearly */
/* Of 2^-80 to 2^80: 1 of 13 drawn numbers of 64 bits is a double of that size, and 1 of 16 are two floats. */
#define DOUBLE_LEAST 943u
#define DOUBLE_MOST  1103u
#define FLOAT_LEAST  95u
#define FLOAT_MOST   159u
/* Atoms of units whose texts are searched for numbers, of one image: half a second. Honest ones have two functions of 64,384 that ask (keep_strange). */
#define MOST_ATOMS (1u << 24)

/* One image. What is asked of a unit is asked for each of its functions, and answered once. */
struct numbers {
    const struct pl_code_result *r;
    uint8_t
        *digits; /* per unit: the longest run of them, at most LONG_DIGITS, and 1 more; 0: not asked yet */
    uint8_t *halves;      /* per unit: 1 or 2, has_halves() or not; 0 likewise */
    uint64_t atoms_to_go; /* of MOST_ATOMS */
};

static unsigned count_bits(uint64_t v)
{
    return (unsigned)__builtin_popcountll(v);
}

/* Is it 2^k / d for some k, but for the last bits? The multiplier of a division, or the limit that a length is compared with. */
static bool is_reciprocal(uint64_t v)
{
    for (unsigned k = 33; k <= 127; k++) {
        __uint128_t power = (__uint128_t)1 << k;
        if (power / v >= MOST_DIVISOR)
            return false;
        uint64_t divisor = (uint64_t)((power + v / 2) / v);
        if (divisor < 3)
            continue;
        __uint128_t exact = power / divisor;
        __uint128_t off = exact > v ? exact - v : v - exact;
        if (off <= 1 || off <= v >> RECIPROCAL_BITS)
            return true;
    }
    return false;
}

/* Is 2^k / m, which has `v` in its lower 64 bits and `above` over them, a divisor whose reciprocal is m to the last bit? */
static bool is_exact(__uint128_t power, uint64_t v, unsigned above)
{
    __uint128_t m = (__uint128_t)above << 64 | v;
    __uint128_t divisor = (power + m / 2) / m;
    if (divisor < 3 || divisor >= MOST_EXACT)
        return false;
    __uint128_t exact = power / divisor;
    return (exact > m ? exact - m : m - exact) <= 1;
}

/* The multiplier of a division by a large number: 64 bits of it, or the lower 64 of 65, the rest being added (Granlund and Montgomery, 4). */
static bool is_exact_reciprocal(uint64_t v)
{
    for (unsigned k = 64; k <= 127; k++)
        if (is_exact((__uint128_t)1 << k, v, 0) || is_exact((__uint128_t)1 << k, v, 1))
            return true;
    return false;
}

/* Is it 1/d modulo a power of two, for a small d? Newton's iteration doubles the bits that are right. */
static bool is_inverse(uint64_t v)
{
    uint64_t mask = ((uint64_t)1 << INVERSE_BITS) - 1;
    uint64_t x = v;
    if ((v & 1) == 0)
        return false;
    for (unsigned i = 0; i < 6; i++)
        x *= 2 - v * x;
    return (x & mask) < MOST_INVERSE || (-x & mask) < MOST_INVERSE;
}

/* How many bits it has from its highest one down. */
static unsigned width_of(uint64_t v)
{
    return v == 0 ? 0 : WHOLE_BITS - (unsigned)__builtin_clzll(v);
}

static bool has_plain_bytes(uint64_t v, unsigned bytes)
{
    unsigned dull = 0;
    unsigned printable = 0;
    unsigned steps = 0;
    for (unsigned i = 0; i < bytes; i++) {
        uint8_t byte = (uint8_t)(v >> 8 * i);
        dull += byte == 0 || byte == 0xff;
        printable += byte >= 0x20 && byte < 0x7f;
        steps += i >= 2 && (uint8_t)(byte - (uint8_t)(v >> 8 * (i - 1))) ==
                               (uint8_t)((uint8_t)(v >> 8 * (i - 1)) - (uint8_t)(v >> 8 * (i - 2)));
    }
    return dull > MOST_DULL_BYTES || 8 * printable > MOST_PRINTABLE * bytes || steps > MOST_STEPS;
}

static bool is_round(uint64_t v)
{
    return v % ROUND <= 1 || v % ROUND == ROUND - 1;
}

/* Are its bits as mixed as drawn ones: about half of them ones, and as many changes from one to the next? */
static bool is_mixed(uint64_t v, unsigned bits)
{
    unsigned ones = count_bits(v);
    uint64_t inside = ((uint64_t)1 << (bits - 1)) - 1;
    return WHOLE_BITS * ones >= LEAST_ONES * bits && WHOLE_BITS * (bits - ones) >= LEAST_ONES * bits &&
           WHOLE_BITS * count_bits((v ^ (v >> 1)) & inside) >= LEAST_CHANGES * bits;
}

bool pl_code_number_is_drawn(uint64_t v)
{
    unsigned bits = width_of(v);
    if (bits < LEAST_BITS || v >> HALF_BITS == (uint32_t)v)
        return false; /* short, or a number of 32 bits, twice in a vector register */
    if (!is_mixed(v, bits) || has_plain_bytes(v, (bits + 7) / 8) || is_round(v))
        return false;
    return !is_reciprocal(v) && !is_reciprocal(-v) && !is_exact_reciprocal(v) && !is_inverse(v);
}

static bool has_number(const struct pl_aligner *a, uint64_t v)
{
    return pl_codebase_feature(a->cb, pl_codebase_key(PL_ATOM_CONSTANT, pl_atom_hash_value(v))) !=
           PL_NO_FEATURE;
}

/* Does a text of the source have it in hexadecimal digits, with or without what C puts around? */
static bool has_digits(const struct pl_code_result *r, uint64_t v, unsigned digits)
{
    static const char *const before[] = {"", "0x", "0X"};
    static const char *const behind[] = {"", "U", "u", "UL", "ul", "ULL", "ull", "L", "LL"};
    static const char *const sets[] = {"0123456789abcdef", "0123456789ABCDEF"};
    char word[32];
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
            for (size_t k = 0; k < sizeof behind / sizeof behind[0]; k++) {
                char *at = stpcpy(word, before[i]);
                for (unsigned d = digits; d > 0; d--)
                    *at++ = sets[c][v >> 4 * (d - 1) & 15];
                at = stpcpy(at, behind[k]);
                if (pl_match_has_word(r->m, pl_bytes_of(word, (size_t)(at - word))))
                    return true;
            }
    return false;
}

/* Is it a number with a fraction, or two shorter ones in one register? Compilers work those out: M_PI / 180. */
static bool may_be_float(uint64_t v)
{
    unsigned whole = (unsigned)(v >> 52 & 0x7ff);
    unsigned high = (unsigned)(v >> 55 & 0xff);
    unsigned low = (unsigned)(v >> 23 & 0xff);
    return (whole >= DOUBLE_LEAST && whole <= DOUBLE_MOST) ||
           (high >= FLOAT_LEAST && high <= FLOAT_MOST && low >= FLOAT_LEAST && low <= FLOAT_MOST);
}

/* Are its bytes within a text of that unit? Compilers compare and copy short texts as numbers: a key, a preface. */
static bool is_in_text(struct numbers *x, uint32_t unit, uint64_t v)
{
    const struct pl_aligner *a = x->r->a;
    uint8_t low[sizeof v];
    size_t n = (width_of(v) + 7) / 8;
    for (size_t i = 0; i < n; i++)
        low[i] = (uint8_t)(v >> 8 * i);
    for (uint32_t id = pl_codebase_first(a->cb, unit); id < pl_codebase_first(a->cb, unit + 1); id++) {
        const struct pl_codebase_entry *e = pl_codebase_at(a->cb, id);
        for (uint32_t i = 0; i < e->definition->n_atoms && x->atoms_to_go > 0; i++, x->atoms_to_go--) {
            const struct pl_atom *atom = &e->atoms[e->definition->first_atom + i];
            if ((atom->kind == PL_ATOM_STRING || atom->kind == PL_ATOM_STRING_PART) &&
                pl_bytes_find(atom->text, pl_bytes_of(low, n), 0) != SIZE_MAX)
                return true;
        }
    }
    return false;
}

static bool has_half(const struct pl_code_result *r, uint64_t half)
{
    return pl_atom_is_dull(half) || has_number(r->a, half) || has_digits(r, half, 8);
}

/*
 * Are its bytes eight in a row of a list of the source, at a multiple of eight from its first, as an identifier of 16 bytes is compared in two
 * parts? What it could hide: a trapdoor whose number the source has as bytes.
 */
static bool is_in_list(const struct pl_tables *t, uint64_t v)
{
    uint8_t low[PL_TABLE_WINDOW];
    size_t n = 0;
    for (unsigned i = 0; i < PL_TABLE_WINDOW; i++)
        low[i] = (uint8_t)(v >> 8 * i);
    uint64_t key = t == NULL ? 0 : pl_tables_key(t, low);
    const struct pl_table_place *places = key == 0 ? NULL : pl_tables_find(t, key, &n);
    for (size_t i = 0; i < n; i++) {
        const struct pl_table_item *items = pl_tables_items(t, places[i].table) + places[i].item;
        bool is_same = places[i].column == PL_TABLE_FLAT;
        for (unsigned k = 0; k < PL_TABLE_WINDOW && is_same; k++)
            is_same = items[k].kind == PL_ITEM_NUMBER && items[k].value == low[k];
        if (is_same)
            return true;
    }
    return false;
}

/* Does the source have it: as it is, negated, inverted, shifted, or in two halves? */
static bool has_value(const struct pl_code_result *r, uint64_t v)
{
    unsigned zeros = (unsigned)__builtin_ctzll(v);
    uint64_t low = (uint32_t)v;
    uint64_t high = v >> HALF_BITS;
    const uint64_t same[] = {v, ~v, -v, v >> zeros, v - 1, v + 1};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        if (has_number(r->a, same[i]) || has_digits(r, same[i], 16))
            return true;
    return (has_half(r, low) && has_half(r, high)) || is_in_list(r->m->tables, v);
}

/* Atoms of the function that are drawn, different, and not in the source: their number, at most `max`. */
static uint32_t foreign_numbers(const struct pl_code_result *r, const struct pl_function *fn, uint32_t *out,
                                uint32_t max)
{
    const struct pl_atom *atoms = r->a->code->atoms;
    uint32_t n = 0;
    for (uint32_t i = fn->first_atom; i < fn->first_atom + fn->n_atoms && n < max; i++) {
        bool is_seen = false;
        if (atoms[i].kind != PL_ATOM_CONSTANT || !pl_code_number_is_drawn(atoms[i].value))
            continue;
        for (uint32_t k = 0; k < n; k++)
            is_seen = is_seen || atoms[out[k]].value == atoms[i].value;
        if (!is_seen && !has_value(r, atoms[i].value))
            out[n++] = i;
    }
    return n;
}

/*
 * Is it like no function of the source: placed at none, or at one by its place alone that has no numbers itself? An honest one that is placed wrongly, between functions
 * without numbers, is accused by that; of the 418 none is.
 */
static bool is_like_none(const struct pl_code_result *r, uint32_t subject)
{
    uint32_t id = r->a->subjects.v[subject].definition;
    if (id == PL_NO_DEFINITION)
        return true;
    struct pl_id_list closure = pl_codebase_closure(r->a->cb, id);
    for (size_t i = 0; i < closure.n; i++)
        if (pl_codebase_feature_kind(r->a->cb, closure.v[i]) == PL_ATOM_CONSTANT)
            return false;
    return r->grades[subject].evidence == 0;
}

static bool is_digit(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f') || (c | 32) == 'x';
}

static bool has_run_of_digits(struct numbers *x, uint32_t unit, size_t digits)
{
    pl_bytes text = pl_index_unit_file(pl_codebase_index(x->r->a->cb), unit)->data;
    size_t longest = 0;
    size_t run = 0;
    if (x->digits[unit] != 0)
        return x->digits[unit] > digits;
    for (size_t i = 0; i < text.n && longest < LONG_DIGITS; i++) {
        bool begins = text.p[i] >= '0' && text.p[i] <= '9';
        run = run > 0 ? (is_digit(text.p[i]) ? run + 1 : 0) : begins;
        longest = run > longest ? run : longest;
    }
    x->digits[unit] = (uint8_t)(longest + 1);
    return longest >= digits;
}

/* Does the file of the definition write numbers of 64 bits? Then others may be sums of them, as liblz4's of the primes of xxhash.c. */
static bool has_long_numbers(struct numbers *x, uint32_t id)
{
    return id != PL_NO_DEFINITION && has_run_of_digits(x, pl_codebase_at(x->r->a->cb, id)->unit, LONG_DIGITS);
}

/* Does the file of the definition, or one that it reads, write numbers of 32 bits? Two of them make one of 64: SipHash's in stb_ds.h, inverted. */
static bool has_halves(struct numbers *x, uint32_t id)
{
    const struct pl_codebase *cb = x->r->a->cb;
    uint32_t unit = pl_codebase_at(cb, id)->unit;
    bool has = x->halves[unit] == 1;
    for (uint32_t u = 0; u < pl_index_unit_count(pl_codebase_index(cb)) && x->halves[unit] == 0 && !has; u++)
        has = pl_codebase_includes(cb, unit, u) && has_run_of_digits(x, u, HALF_DIGITS);
    x->halves[unit] = has ? 1 : 2;
    return has;
}

static const char *const number_facts[PL_GRADED_ATOMS] = {"number[0]", "number[1]", "number[2]",
                                                          "number[3]", "number[4]", "number[5]"};

static pl_status report(const struct pl_code_result *r, const struct pl_function *fn,
                        enum pl_severity severity, const uint32_t *atoms, uint32_t n, struct pl_err *err)
{
    struct pl_finding *finding;
    pl_status st =
        pl_findings_add(&r->f->findings, TAG_CONSTANT, severity, fn->offset, fn->size, &finding, err,
                        "a function holds %u large numbers that the source does not have", (unsigned)n);
    for (uint32_t i = 0; i < n && st == PL_OK && finding != NULL; i++) {
        const struct pl_atom *atom = &r->a->code->atoms[atoms[i]];
        char text[64];
        int length = snprintf(text, sizeof text, "%llx  0x%llx", (unsigned long long)atom->at,
                              (unsigned long long)atom->value);
        st = pl_finding_fact(&r->f->findings, finding, number_facts[i], pl_bytes_of(text, (size_t)length),
                             err);
    }
    return st;
}

/*
 * Of the numbers of a matched function those that no compiler works out, and that are no text. Of 64,384 functions of the 58 packages of C in
 * tests/accuracy/code.txt 13 have one, 2 have two (XXH64, a sum of primes, in liblz4-1 and libzstd1), and none that is known has two.
 */
static uint32_t keep_strange(struct numbers *x, uint32_t subject, uint32_t *atoms, uint32_t n)
{
    const struct pl_aligner *a = x->r->a;
    uint32_t unit = pl_codebase_at(a->cb, a->subjects.v[subject].definition)->unit;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t v = a->code->atoms[atoms[i]].value;
        if (!may_be_float(v) && !is_in_text(x, unit, v))
            atoms[kept++] = atoms[i];
    }
    return kept;
}

static pl_status check_subject(struct numbers *x, uint32_t i, enum pl_severity severity, struct pl_err *err)
{
    const struct pl_code_result *r = x->r;
    const struct pl_subject *s = &r->a->subjects.v[i];
    const struct pl_function *fn = &r->a->code->functions[s->function];
    enum pl_code_end end = r->grades[i].end;
    uint32_t atoms[PL_GRADED_ATOMS];
    /* What is matched by its calls and its shape alone may hold one that was inlined. */
    bool is_by_shape = end == PL_CODE_MATCHED && r->grades[i].evidence == 0;
    bool is_loose = end == PL_CODE_PLACED || end == PL_CODE_UNMATCHED || is_by_shape;
    if (!is_loose && end != PL_CODE_MATCHED)
        return PL_OK;
    uint32_t n = foreign_numbers(r, fn, atoms, PL_GRADED_ATOMS);
    if (!is_loose && n >= LEAST_FOREIGN)
        n = keep_strange(x, i, atoms, n);
    if (n < LEAST_FOREIGN)
        return PL_OK;
    bool is_accused = is_loose ? is_like_none(r, i) && !has_long_numbers(x, s->definition)
                               : r->is_known[i] && x->atoms_to_go > 0 && !has_halves(x, s->definition);
    return report(r, fn, is_accused ? severity : PL_SEVERITY_WARNING, atoms, n, err);
}

pl_status pl_code_check_numbers(const struct pl_code_result *r, enum pl_severity severity, struct pl_err *err)
{
    struct numbers x = {.r = r, .atoms_to_go = MOST_ATOMS};
    size_t n_units = pl_index_unit_count(pl_codebase_index(r->a->cb));
    x.digits = pl_arena_take_n(r->m->scratch, n_units + 1, sizeof *x.digits);
    x.halves = pl_arena_take_n(r->m->scratch, n_units + 1, sizeof *x.halves);
    pl_status st = x.digits != NULL && x.halves != NULL ? PL_OK : pl_arena_fail(r->m->scratch, err);
    for (uint32_t i = 0; i < r->a->subjects.n && st == PL_OK; i++)
        st = check_subject(&x, i, severity, err);
    return st;
}
