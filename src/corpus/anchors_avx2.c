/*
 * anchors_avx2.c - one tile of winnowing, eight positions a step. Same answers as the portable step in anchors.c.
 *
 * Only entered when the processor says it has AVX2 (pl_anchor_best_path).
 */
#include "corpus/anchors_tile.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i load(const uint32_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

AVX2 static inline void store(uint32_t *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)(void *)p, v);
}

/* h4 of eight positions: the bytes p..p+10 spread so that each lane holds its four. */
AVX2 static void hash_4(uint32_t *out, const uint8_t *p, size_t n)
{
    const __m256i spread = _mm256_setr_epi8(0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6, 4, 5, 6, 7, 5, 6,
                                            7, 8, 6, 7, 8, 9, 7, 8, 9, 10);
    const __m256i low_bytes = _mm256_set1_epi16(0x00ff);
    const __m256i even_factors = _mm256_set1_epi32(COEFFICIENT_2 << 16 | COEFFICIENT_0);
    const __m256i odd_factors = _mm256_set1_epi32(COEFFICIENT_3 << 16 | COEFFICIENT_1);
    for (size_t i = 0; i < n; i += 8) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m256i lanes = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(bytes), spread);
        __m256i even = _mm256_madd_epi16(_mm256_and_si256(lanes, low_bytes), even_factors);
        __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(lanes, 8), odd_factors);
        store(out + i, _mm256_add_epi32(even, odd));
    }
}

AVX2 static void hash_16(struct pl_anchor_tile *t, const uint32_t *h4, size_t n)
{
    const __m256i m1 = _mm256_set1_epi32((int)MULTIPLIER_1);
    const __m256i m2 = _mm256_set1_epi32((int)MULTIPLIER_2);
    const __m256i m3 = _mm256_set1_epi32((int)MULTIPLIER_3);
    const __m256i m11 = _mm256_set1_epi32((int)(MULTIPLIER_1 * MULTIPLIER_2));
    const __m256i order = _mm256_set1_epi32((int)~POSITION_MASK);
    __m256i place =
        _mm256_sub_epi32(_mm256_set1_epi32((int)POSITION_MASK), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    for (size_t i = 0; i < n; i += 8) {
        __m256i h = _mm256_mullo_epi32(load(h4 + i), m11);
        h = _mm256_add_epi32(h, _mm256_mullo_epi32(load(h4 + i + 4), m2));
        h = _mm256_add_epi32(h, _mm256_mullo_epi32(load(h4 + i + 8), m1));
        h = _mm256_add_epi32(h, load(h4 + i + 12));
        h = _mm256_xor_si256(h, _mm256_srli_epi32(h, 15));
        h = _mm256_mullo_epi32(h, m3);
        h = _mm256_xor_si256(h, _mm256_srli_epi32(h, 16));
        store(t->hash + i, h);
        store(t->key + i, _mm256_or_si256(_mm256_and_si256(h, order), place));
        place = _mm256_sub_epi32(place, _mm256_set1_epi32(8));
    }
}

AVX2 static void window_minima(uint32_t *key, size_t n)
{
    for (size_t i = 0; i < n + 16; i += 8) {
        __m256i a = _mm256_min_epu32(load(key + i), load(key + i + 1));
        __m256i b = _mm256_min_epu32(load(key + i + 2), load(key + i + 3));
        store(key + i, _mm256_min_epu32(a, b));
    }
    for (size_t i = 0; i < n; i += 8) {
        __m256i a = _mm256_min_epu32(load(key + i), load(key + i + 4));
        __m256i b = _mm256_min_epu32(load(key + i + 8), load(key + i + 12));
        store(key + i, _mm256_min_epu32(a, b));
    }
}

AVX2 static void find_changes(struct pl_anchor_tile *t, size_t n)
{
    for (size_t i = 0; i < n; i += 64) {
        uint64_t same = 0;
        for (size_t k = 0; k < 64; k += 8) {
            __m256i is_same = _mm256_cmpeq_epi32(load(t->key + i + k), load(t->key + i + k + 1));
            same |= (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(is_same)) << k;
        }
        t->changed[i / 64] = ~same;
    }
}

AVX2 void pl_anchor_tile_avx2(struct pl_anchor_tile *t, const uint8_t *p, size_t n)
{
    hash_4(t->part, p, n + 12);
    hash_16(t, t->part, n);
    for (size_t i = n; i < n + TILE_PAD && i < TILE + TILE_PAD; i++)
        t->key[i] = UINT32_MAX;
    window_minima(t->key, n);
    find_changes(t, n);
}

#else

void pl_anchor_tile_avx2(struct pl_anchor_tile *t, const uint8_t *p, size_t n)
{
    pl_anchor_tile_portable(t, p, n);
}

#endif
