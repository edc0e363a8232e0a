/*
 * atoms.c - the hash of an atom's value, and which numbers tell nothing.
 *
 * Both sides of a comparison come through here, so the folding of numbers must hide what a compiler may do to one: widen it with zeros
 * or with its sign, and turn `x - 1000` into `x + -1000`. What a compiler does by one (`x < 1000` becomes `x <= 999`) is left to the
 * aligner, which may ask for the neighbours.
 *
 * Source: splitmix64 finaliser (Steele, Lea, Flood 2014) over 8-byte little-endian words. Not seeded, since hashes are compared between
 * machines; an attacker who makes two texts collide must still pass the comparison of the texts.
 */
#include "feature/atoms.h"

#include "base/cursor.h"

#define HASHED_TEXT_BYTES                                                                                    \
    4096u /* of a longer text only the front and the length count: time is bounded by the number of atoms */

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t pl_atom_hash_text(pl_bytes text)
{
    uint64_t hash = mix(text.n + 0x9e3779b97f4a7c15u);
    struct pl_cursor c = pl_cursor_of(pl_bytes_sub(text, 0, HASHED_TEXT_BYTES));
    while (pl_cursor_left(&c) >= 8)
        hash = mix(hash ^ pl_cursor_u64le(&c)) + 0x9e3779b97f4a7c15u;
    uint64_t tail = 0;
    for (unsigned shift = 0; pl_cursor_left(&c) > 0; shift += 8)
        tail |= (uint64_t)pl_cursor_u8(&c) << shift;
    hash = mix(hash ^ tail);
    return hash == 0 ? 1 : hash; /* 0 says that there is none */
}

/* The number without width and sign: the smaller of it and its negative, in 32 bits where it fits them. */
static uint64_t fold(uint64_t value)
{
    uint64_t high = value >> 32;
    if (high == 0 || high == UINT32_MAX) {
        uint32_t low = (uint32_t)value;
        uint32_t negative = 0u - low;
        return low < negative ? low : negative;
    }
    uint64_t negative = 0u - value;
    return value < negative ? value : negative;
}

uint64_t pl_atom_hash_value(uint64_t value)
{
    uint64_t hash = mix(fold(value) ^ 0x6a09e667f3bcc909u);
    return hash == 0 ? 1 : hash;
}

static bool is_power_of_two(uint64_t v)
{
    return v != 0 && (v & (v - 1)) == 0;
}

/* One run of one bits with zeros around it: 0x00fff000. */
static bool is_mask(uint64_t v)
{
    return v != 0 && is_power_of_two((v | (v - 1)) + 1);
}

/* The same byte in each place: 0x01010101, 0x8080808080808080. */
static bool is_repeated(uint64_t v)
{
    uint64_t byte = v & 0xff;
    return v == byte * 0x01010101u || v == byte * 0x0101010101010101u || v == byte * 0x0101u;
}

bool pl_atom_is_dull(uint64_t value)
{
    uint64_t v = fold(value);
    uint64_t v32 = (uint32_t)value;
    if (v <= 0x100 || is_power_of_two(v) || is_power_of_two(v + 1) || is_power_of_two(v - 1))
        return true;
    if (is_mask(v) || is_mask(value) ||
        (value >> 32 == 0 && (is_mask(~v32 & UINT32_MAX) || v32 == UINT32_MAX)))
        return true;
    /* Decimal round numbers and the sizes that every program has. */
    for (uint64_t round = 1000; round <= 1000000000u; round *= 10)
        if (v == round)
            return true;
    return is_repeated(v) || is_repeated(value) || (value >> 63 && is_mask(~value));
}
