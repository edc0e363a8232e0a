/*
 * code_data_elsewhere.c - is what differs from a list of the source written in another file of it?
 *
 *     00b0 00b1 00b2 00b3 00b4 00b5 00b6 00b7        putty's sbcs.dat: a script of the build makes lists of such rows
 *
 * Tables of character sets are like each other but for a few elements; a program has the one that a generator made, and the source of another program has
 * the other as a list. So the element that differs is looked for in the files that are no program text, between the same neighbours. What stands for no
 * number there (XXXX) may be any.
 */
#include "match/code_data.h"

#include "format/text/clit.h"

#define MAX_SEARCHES 16u /* of one file of the package: each reads the source */
#define MOST         16u

struct number {
    uint64_t hex;
    uint64_t decimal;
    bool is_hex;
    bool is_decimal;
};

static bool is_letter(uint8_t b)
{
    return (b >= '0' && b <= '9') || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z') || b == '_';
}

/* "00b4", "0x00B4", "180" */
static struct number number_of(pl_bytes word)
{
    struct number n = {.is_hex = true, .is_decimal = true};
    if (word.n > 2 && word.p[0] == '0' && (word.p[1] | 0x20) == 'x') {
        word = pl_bytes_from(word, 2);
        n.is_decimal = false;
    }
    if (word.n > 16)
        return (struct number){0};
    for (size_t i = 0; i < word.n; i++) {
        uint8_t b = word.p[i] | 0x20;
        bool is_digit = word.p[i] >= '0' && word.p[i] <= '9';
        n.is_decimal = n.is_decimal && is_digit;
        n.is_hex = n.is_hex && (is_digit || (b >= 'a' && b <= 'f'));
        if (!n.is_hex)
            return (struct number){0};
        n.hex = n.hex * 16 + (is_digit ? word.p[i] - (unsigned)'0' : b - (unsigned)'a' + 10);
        n.decimal = n.decimal * 10 + (is_digit ? word.p[i] - (unsigned)'0' : 0);
    }
    return n;
}

/* Do the last `n` words of a ring of MOST, of which `count` were read, say the numbers? */
static bool is_here(const struct number *ring, size_t count, const uint64_t *numbers, size_t n,
                    size_t changed)
{
    bool in_hex = true;
    bool in_decimal = true;
    for (size_t i = 0; i < n && (in_hex || in_decimal); i++) {
        const struct number *x = &ring[(count - n + i) % MOST];
        bool is_open = i == changed && !x->is_hex;
        in_hex = in_hex && (is_open || (x->is_hex && x->hex == numbers[i]));
        in_decimal = in_decimal && (is_open || (x->is_decimal && x->decimal == numbers[i]));
    }
    return in_hex || in_decimal;
}

static bool stands_in(pl_bytes text, const uint64_t *numbers, size_t n, size_t changed)
{
    struct number ring[MOST] = {{0}};
    size_t count = 0;
    for (size_t at = 0; at < text.n;) {
        size_t end = at;
        while (end < text.n && is_letter(text.p[end]))
            end++;
        if (end > at) {
            ring[count++ % MOST] = number_of(pl_bytes_sub(text, at, end - at));
            if (count >= n && is_here(ring, count, numbers, n, changed))
                return true;
        }
        at = end + 1;
    }
    return false;
}

bool pl_data_stands_elsewhere(struct pl_data *d, const uint64_t *numbers, size_t n, size_t changed)
{
    if (n > MOST || n == 0 || d->n_searches++ >= MAX_SEARCHES)
        return false;
    for (size_t t = 0; t < pl_index_tree_count(d->m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(d->m->index, t);
        for (size_t i = 0; i < tree->files.n && tree->rank == PL_RANK_OWN; i++) {
            const struct pl_source_file *f = &tree->files.v[i];
            if (pl_clit_family_of(f->path) != PL_CLIT_C && stands_in(f->data, numbers, n, changed))
                return true;
        }
    }
    return false;
}
